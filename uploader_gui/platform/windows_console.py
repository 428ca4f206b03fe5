"""What Windows leaves to its programs on the command line: wildcards, and a message where there is no console."""

from __future__ import annotations

import glob
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TITLE: Final = "uploader-gui"
_ICON_INFORMATION: Final = 0x40
_IN_FRONT: Final = 0x10000


def expand_wildcards(paths: Sequence[str]) -> Sequence[str]:
    """Return the paths that `*` and `?` stand for; elsewhere the shell has done it, and `*` may be part of a name."""
    return [path for given in paths for path in matches(given)] if os.name == "nt" else paths


def matches(path: str) -> list[str]:
    """Return what a pattern matches, sorted by name; the path itself where it is no pattern or matches nothing."""
    if not ("*" in path or "?" in path.removeprefix("\\\\?\\")):
        return [path]
    return sorted(glob.glob(path.replace("[", "[[]"))) or [path]  # noqa: PTH207 - of the text as it was given


def show_without_console(text: str) -> None:
    """Show a message box and wait until it is closed, on Windows and where there is no stderr; elsewhere do nothing.

    Windows gives a program without a console neither stdout nor stderr, so a sentence about a failed start would go
    unseen; scripts use the console twin, which has both. Not Qt's box: it may be Qt that cannot be loaded.
    """
    if sys.platform != "win32" or sys.stderr is not None:
        return
    import ctypes  # noqa: PLC0415 - only where something went wrong

    ctypes.windll.user32.MessageBoxW(None, sentence(text), _TITLE, _ICON_INFORMATION | _IN_FRONT)


def sentence(text: str) -> str:
    """Return a line of the terminal as a sentence of its own: there it follows the program's name."""
    return text if text.startswith(_TITLE) else text[:1].upper() + text[1:]
