"""Python's garbage collector, told when it may stop everything, and in which thread.

It looks through every object there is, whichever thread asked for one more: with 10,000 uploads the window stood still
for 100 ms at a time, and a third of a drop's time went into it. And what it finds it destroys in that very thread: an
object of Qt's destroyed outside the window's thread may end the program. So with a window it runs there alone.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (20_000, 50, 1_000)
"""New objects until the youngest are looked through, and how often that until older ones are: hardly ever."""


def keep_what_is_loaded() -> None:
    """The start is over: what it has loaded stays for good, and need not be looked through again."""
    gc.freeze()


def collect_by_itself() -> None:
    """Let it run whenever enough has come together, in any thread: there is no window."""
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)


def collect_if_due() -> None:
    """Collect where enough has come together. Called on the window's thread, while it does not run by itself."""
    youngest, older, _ = gc.get_count()
    if youngest > _THRESHOLDS[0]:
        gc.collect(1 if older > _THRESHOLDS[1] else 0)


def tidy_up() -> None:
    """Nothing moves: now is the time."""
    gc.collect()
