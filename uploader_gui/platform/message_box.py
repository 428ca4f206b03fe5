"""Says a sentence in a box of Windows' own where a program has no console to say it on. Used by cli.

Windows gives a program without console neither stdout nor stderr: what is wrong with a start would go unseen. Scripts
use the console twin, which has both. Not Qt's: it may be Qt that cannot be loaded.
"""

from __future__ import annotations

import sys
from typing import Final

_TITLE: Final = "uploader-gui"
_ICON_INFORMATION: Final = 0x40
_IN_FRONT: Final = 0x10000


def show_without_console(text: str) -> None:
    """Show it and wait until it is read, on Windows and where there is no stderr; elsewhere do nothing."""
    if sys.platform != "win32" or sys.stderr is not None:
        return
    import ctypes  # noqa: PLC0415 - only where something went wrong

    ctypes.windll.user32.MessageBoxW(None, text, _TITLE, _ICON_INFORMATION | _IN_FRONT)
