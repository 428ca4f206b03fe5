"""An environment of its own for every build, from pinned and hashed requirements alone. Called by build.py.

Test tools and whatever else lies in a developer's environment would leak into the bundle otherwise.
"""

from __future__ import annotations

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


def make() -> Path:
    """Make the environment anew and give its Python."""
    folder = BUILD / "environment"
    shutil.rmtree(folder, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    print(f"clean environment of {base} in {folder}", flush=True)
    venv.create(folder, with_pip=True, symlinks=not WINDOWS)
    python = python_in(folder)
    install(python, REQUIREMENTS)
    install(python, BUILD_REQUIREMENTS)
    return python


def python_in(folder: Path) -> Path:
    """Give the Python of an environment."""
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def install(python: Path, requirements: Path) -> None:
    """Install what a file pins: nothing that is not in it, nothing whose hash differs, nothing to be compiled."""
    strict = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "--disable-pip-version-check")
    run(python, "-I", "-m", "pip", "install", "--quiet", *strict, "--requirement", requirements, env=surroundings())


def surroundings() -> dict[str, str]:
    """Give this process's environment without what would let another environment shine through."""
    leaks = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSTARTUP"}
    return {name: value for name, value in os.environ.items() if name not in leaks}
