"""An environment of its own for every build, from pinned and hashed requirements alone. Called by build.py.

Test tools and whatever else lies in a developer's environment would leak into the bundle otherwise.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import venv
from typing import TYPE_CHECKING, Final

from bundling.project import BUILD, PACKAGING, WINDOWS, run

if TYPE_CHECKING:
    from pathlib import Path

REQUIREMENTS: Final = PACKAGING / "requirements.txt"
BUILD_REQUIREMENTS: Final = PACKAGING / "build-requirements.txt"
FOLDER: Final = BUILD / "environment"
LENDS_PIP: Final = WINDOWS and importlib.util.find_spec("pip") is not None
"""Whether the environment is filled by this Python's pip: to give it one of its own takes a minute under Wine."""


def make() -> Path:
    """Make the environment again and return its Python."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    print(f"clean environment of {base} in {FOLDER}", flush=True)
    venv.create(FOLDER, with_pip=not LENDS_PIP, symlinks=not WINDOWS)
    python = python_in(FOLDER)
    install(python, REQUIREMENTS, BUILD_REQUIREMENTS)
    return python


def python_in(folder: Path) -> Path:
    """Return the Python of an environment."""
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def install(python: Path, *requirements: Path) -> None:
    """Install what files pin: nothing that is not in them, nothing whose hash differs, nothing to be compiled."""
    strict = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "--disable-pip-version-check")
    pinned = (word for file in requirements for word in ("--requirement", file))
    pip = (sys.executable, "-I", "-m", "pip", "--python", python) if LENDS_PIP else (python, "-I", "-m", "pip")
    run(*pip, "install", "--quiet", *strict, *pinned, env=surroundings())


def surroundings() -> dict[str, str]:
    """Return this process's environment without what would let another environment shine through."""
    leaks = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSTARTUP"}
    return {name: value for name, value in os.environ.items() if name not in leaks}
