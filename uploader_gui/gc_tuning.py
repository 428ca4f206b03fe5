"""When Python's garbage collector runs, and in which thread.

It walks through all objects, in whichever thread allocated the last one: with 10,000 uploads the window stopped for
100 ms at a time, and a third of a drop's time went into it. It also destroys what it finds in that thread, and a Qt
object destroyed outside the window's thread may crash the program. So with a window it runs only in that thread.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (20_000, 50, 1_000)
"""See `gc.set_threshold`: new objects until the youngest generation is collected; the older ones hardly ever are."""


def collect_automatically() -> None:
    """Let it run in any thread whenever a threshold is reached; for a program without a window."""
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)


def collect_if_due() -> None:
    """Collect where a threshold is reached; for the window's thread, while the automatic collection is off."""
    youngest, older, _ = gc.get_count()
    if youngest > _THRESHOLDS[0]:
        gc.collect(1 if older > _THRESHOLDS[1] else 0)
