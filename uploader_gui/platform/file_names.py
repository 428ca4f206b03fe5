"""Makes Python read file names as UTF-8, as Qt, desktops and shares do, whatever the locale's encoding. For `__main__`.

In a locale such as fr_FR.ISO-8859-1 `étage.jpg` would otherwise be registered as `Ã©tage.jpg`, and a dropped file would
not be found, since its name comes from Qt. In C and POSIX Python does so by itself (PEP 540); bundles are built to.
"""

from __future__ import annotations

import os
import sys

_UTF8_MODE = "PYTHONUTF8"


def read_as_utf8() -> None:
    """Start this program once more in Python's UTF-8 mode where that is needed; the terminal keeps its encoding."""
    if sys.platform == "win32" or sys.getfilesystemencoding() == "utf-8" or os.environ.get(_UTF8_MODE) == "1":
        return
    terminal = {"PYTHONIOENCODING": sys.stdout.encoding} if sys.stdout else {}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], terminal | os.environ | {_UTF8_MODE: "1"})  # noqa: S606 - this very program
