"""The signals by which the program is asked to leave. Used by `__main__`, headless and the windowed program.

Until a run listens to them they are only noted: an exception in the middle of an import breaks more than it ends
(PySide aborts the process or swallows it, pydantic panics).
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGBREAK")
"""The last one is Windows' alone: Ctrl+Break, and the only one a script can send to a program of its own there."""
INTERRUPTS: Final = tuple(signal.Signals[name] for name in _NAMES if hasattr(signal, name))


class _Holder:
    """A signal's handler that notes the first one. The second ends the program: its start must be stuck."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, *_: object) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True


def hold() -> None:
    """Let them only be noted, where they are not ignored on purpose."""
    holder = _Holder()
    for number in INTERRUPTS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, holder)


def ignore() -> None:
    """Let them be: all is done, and Python takes a moment to end."""
    for number in INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)


def held() -> Callable[[], bool]:
    """Give the question whether one came meanwhile: to be had before listening oneself, and asked after."""
    holders = [handler for handler in map(signal.getsignal, INTERRUPTS) if isinstance(handler, _Holder)]
    return lambda: any(holder.came for holder in holders)
