"""Builds the program under Wine, from a copy of this project, and its installer with this machine's NSIS."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from bundling import clean_room, windows
from bundling.project import NAME, ROOT
from wine import downloads, windows_python
from wine.cache import Input, is_made, mark

if TYPE_CHECKING:
    from wine.machine import Wine

_COPIED: Final = ("uploader_gui", "resources", "packaging", "LICENSE")
"""All that the build reads."""
_NOT_COPIED: Final = shutil.ignore_patterns("__pycache__", "smoke", "wine", "screenshots", "workflow_lint")
_PINNED: Final = (clean_room.REQUIREMENTS, clean_room.BUILD_REQUIREMENTS)


def make(wine: Wine, python: Path) -> Path:
    """Return the installer, built if the project has changed since the last time. Wine is running."""
    copy = wine.folder / "project"
    dist = copy / "dist"
    _copy_project(copy)
    inputs: tuple[Input, ...] = (*(copy / name for name in _COPIED), str(python))
    if not is_made(dist, *inputs):
        _build(wine, python, copy)
        windows.installer(dist / NAME, dist)
        mark(dist, *inputs)
    (setup,) = dist.glob("*-setup.exe")
    return setup


def _build(wine: Wine, python: Path, copy: Path) -> None:
    """Build the folder; the environment for it takes two minutes, so the one of the build before may do."""
    environment = copy / "build" / "environment"
    inputs: tuple[Input, ...] = (*_PINNED, Path(clean_room.__file__), python / "python.exe", str(python))
    options = ["--folder-only"] + ["--same-environment"] * is_made(environment, *inputs)
    # Twice: of the hundred processes this starts, Wine 8 once failed to start one (WinError 1359, “Internal error”).
    wine.run(python / "python.exe", "packaging/build.py", *options, cwd=copy, tries=2, **_from_disk(wine, python))
    mark(environment, *inputs)


def _from_disk(wine: Wine, python: Path) -> dict[str, str]:
    """Return what has Windows' pip take all it installs from the disk: of this machine's settings it knows nothing."""
    wheels = downloads.wheels(wine.folder / "wheels-for-windows", windows_python.version_of(python), *_PINNED)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "file:///Z:" + quote(str(wheels))}


def _copy_project(copy: Path) -> None:
    """Neither the checkout's own `dist` nor its `build` is touched: those are of the Linux bundle."""
    for name in _COPIED:
        target = copy / name
        if (ROOT / name).is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(ROOT / name, target, ignore=_NOT_COPIED)
        else:
            shutil.copy2(ROOT / name, target)
