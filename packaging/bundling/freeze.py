"""Freezes the program with PyInstaller into one folder. Called by build.py; the spec beside it says what goes in."""

from __future__ import annotations

import ast
import shutil
from typing import TYPE_CHECKING, Final

from bundling.clean_room import surroundings
from bundling.project import BUILD, NAME, PACKAGING, ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

    from bundling.trim import Entry

FROZEN: Final = BUILD / "frozen"
SPEC: Final = PACKAGING / f"{NAME}.spec"


def freeze(python: Path) -> Path:
    """Run PyInstaller in the clean environment; return the folder it fills (on macOS an `.app` lies beside it)."""
    shutil.rmtree(FROZEN, ignore_errors=True)
    same_every_time = surroundings() | {"PYTHONHASHSEED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    folders = ("--distpath", FROZEN, "--workpath", BUILD / "pyinstaller")
    options = ("--noconfirm", "--log-level", "WARN", *folders)
    run(python, "-m", "PyInstaller", *options, SPEC, cwd=ROOT, env=same_every_time)
    return FROZEN / NAME


def contents() -> list[Entry]:
    """Return what PyInstaller put into the folder: name in `_internal`, source, kind."""
    collected, *_ = ast.literal_eval((BUILD / "pyinstaller" / NAME / "COLLECT-00.toc").read_text("utf-8"))
    return [(str(name), str(source), str(kind)) for name, source, kind in collected]
