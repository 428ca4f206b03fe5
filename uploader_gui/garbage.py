"""Python's garbage collector, told when it may stop everything: never while files are taken in or sent.

It looks through every object there is, whichever thread asked for one more: with 10,000 uploads the window stood still
for 100 ms at a time, and a third of a drop's time went into it. Used by both composition roots.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (20_000, 50, 1_000)
"""New objects until the youngest are looked through, and how often that until older ones are: hardly ever."""


def keep_what_is_loaded() -> None:
    """The start is over: what it has loaded stays for good, and need not be looked through again."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def tidy_up() -> None:
    """Nothing moves: now is the time."""
    gc.collect()
