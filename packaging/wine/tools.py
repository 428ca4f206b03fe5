"""The programs of this machine that are needed, and the Debian packages that bring them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Final

PACKAGES: Final = {
    "wine": "wine wine64",
    "wineserver": "wine wine64",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
    "makensis": "nsis",
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "wmctrl": "wmctrl",
    "xprop": "x11-utils",
}
"""Program -> what to install. Without DejaVu fonts Wine falls back to a serif."""
MODULES: Final = ("pytest", "PySide6")
_FONT: Final = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def missing(*, tests: bool) -> list[str]:
    """Return a sentence for each kind of thing that is missing; `tests` are to be run as well."""
    packages = {package for program, package in PACKAGES.items() if shutil.which(program) is None}
    if not _FONT.exists():
        packages.add("fonts-dejavu-core")
    names = " ".join(sorted({name for package in packages for name in package.split()}))
    told = [f"apt-get install --no-install-recommends {names}"] if names else []
    if tests and any(importlib.util.find_spec(module) is None for module in MODULES):
        told.append("the project's environment: python3 -m venv .venv && .venv/bin/pip install uv, then start this by")
        told.append(".venv/bin/uv run python packaging/wine/run.py (or leave out the tests: --no-tests)")
    return told
