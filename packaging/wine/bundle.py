"""Builds the program under Wine, from a copy of this project, and its installer with this machine's NSIS."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from bundling import windows
from bundling.project import NAME, ROOT
from wine.made import Input, is_made, mark

if TYPE_CHECKING:
    from pathlib import Path

    from wine.machine import Wine

_COPIED: Final = ("uploader_gui", "resources", "packaging", "LICENSE")
"""All that the build reads."""
_NOT_COPIED: Final = shutil.ignore_patterns("__pycache__", "smoke", "wine", "screenshots", "workflow_lint")


def make(wine: Wine, python: Path) -> Path:
    """Return the installer, built if the project has changed since the last time. Wine is running."""
    copy = wine.folder / "project"
    dist = copy / "dist"
    _copy_project(copy)
    inputs: tuple[Input, ...] = (*(copy / name for name in _COPIED), str(python))
    if not is_made(dist, *inputs):
        wine.run(python / "python.exe", "packaging/build.py", "--folder-only", cwd=copy)
        windows.installer(dist / NAME, dist)
        mark(dist, *inputs)
    (setup,) = dist.glob("*-setup.exe")
    return setup


def _copy_project(copy: Path) -> None:
    """Neither the checkout's own `dist` nor its `build` is touched: those are of the Linux bundle."""
    for name in _COPIED:
        target = copy / name
        if (ROOT / name).is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(ROOT / name, target, ignore=_NOT_COPIED)
        else:
            shutil.copy2(ROOT / name, target)
