"""The environment this program starts in and hands to the programs it starts. `__main__` calls this first.

Python has to read file names as UTF-8, as Qt, desktops and shares do, whatever the locale's encoding: in a locale such
as fr_FR.ISO-8859-1 `étage.jpg` would otherwise be registered as `Ã©tage.jpg`, and a dropped file would not be found,
since its name comes from Qt. In the locales C and POSIX Python does so by itself (PEP 540); bundles are built to.

PyInstaller's starter puts the bundle's libraries into LD_LIBRARY_PATH, which browsers, file managers and printers'
tools started from here would load too. (PyInstaller's manual, "LD_LIBRARY_PATH / LIBPATH considerations" and
"Independent subprocess".)
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

RESET_ENVIRONMENT: Final = "PYINSTALLER_RESET_ENVIRONMENT"
"""Makes PyInstaller treat another start of this program as a new one, not as its child."""
_LIBRARY_PATHS: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_UTF8_MODE: Final = "PYTHONUTF8"


def use_utf8_file_names() -> None:
    """Start this program once more in Python's UTF-8 mode where that is needed; the terminal keeps its encoding."""
    if sys.platform == "win32" or sys.getfilesystemencoding() == "utf-8" or os.environ.get(_UTF8_MODE) == "1":
        return
    terminal = {"PYTHONIOENCODING": sys.stdout.encoding} if sys.stdout else {}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], terminal | os.environ | {_UTF8_MODE: "1"})  # noqa: S606 - this very program


def restore_library_paths(environment: MutableMapping[str, str]) -> None:
    """Put back what PyInstaller's starter changed; libraries that are loaded stay loaded."""
    for name in _LIBRARY_PATHS:
        before = environment.pop(f"{name}_ORIG", None)
        environment.pop(name, None)
        if before:
            environment[name] = before
    environment[RESET_ENVIRONMENT] = "1"
