"""What every step of the build has to know of the project: names, version, folders. Called by all of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

NAME: Final = "uploader-gui"
PACKAGING: Final = Path(__file__).resolve().parent.parent
ROOT: Final = PACKAGING.parent
RESOURCES: Final = ROOT / "resources"
BUILD: Final = ROOT / "build"
"""Where work in progress lies: the clean environment, what PyInstaller makes, trees about to be packed."""
DIST: Final = ROOT / "dist"
"""Where what people install lies in the end."""
BUNDLE: Final = DIST / NAME
"""The folder that runs as it is (on macOS the `.app` beside it does)."""

LINUX: Final = sys.platform.startswith("linux")
WINDOWS: Final = sys.platform == "win32"
MACOS: Final = sys.platform == "darwin"


def version() -> str:
    """Return the program's version, as its package says it."""
    text = (ROOT / "uploader_gui" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    assert found is not None
    return found[1]


def run(*command: str | Path, **options: str | Path | dict[str, str] | None) -> None:
    """Run a program and end the build if it fails."""
    print("+", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload] # cwd and env, nothing else


def output_of(*command: str | Path, **options: str | Path | dict[str, str] | None) -> str:
    """Return what a program prints; an exit code other than 0 ends the build."""
    words = [str(part) for part in command]
    return str(subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout)  # type: ignore[call-overload] # as above
