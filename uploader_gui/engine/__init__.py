"""The engine: queue, batching, transfers, journal. Knows no Qt, no settings file and no platform paths."""

import sys

# httpx brings a command line of its own, and imports rich, click and pygments for it wherever they happen to be
# installed: as long again as httpx itself. Where its module cannot be imported, httpx does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is Python's own way to refuse a module
