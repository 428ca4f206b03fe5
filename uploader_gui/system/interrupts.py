"""The signals by which the program is asked to leave. Used by `__main__`, cli, headless and program."""

from __future__ import annotations

import signal
from typing import Final

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGBREAK")
"""The last one is Windows' alone: Ctrl+Break, and the only one a script can send to a program of its own there."""
INTERRUPTS: Final = tuple(signal.Signals[name] for name in _NAMES if hasattr(signal, name))


def raise_keyboard_interrupt() -> None:
    """Let all of them end the program as Ctrl+C does, until a run listens to them itself."""
    for number in INTERRUPTS:
        if number is not signal.SIGINT:  # that one may be ignored on purpose, and does so anyway
            signal.signal(number, signal.default_int_handler)
