"""Builds the program under Wine, from a copy of this project, and its installer with this machine's NSIS."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from bundling import windows
from bundling.project import NAME, ROOT
from wine.cache import Input, is_made, mark

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
        from_disk = _downloaded(wine, python, copy / "packaging")
        wine.run(python / "python.exe", "packaging/build.py", "--folder-only", cwd=copy, **from_disk)
        windows.installer(dist / NAME, dist)
        mark(dist, *inputs)
    (setup,) = dist.glob("*-setup.exe")
    return setup


def _downloaded(wine: Wine, python: Path, packaging: Path) -> dict[str, str]:
    """Return what has pip take from the disk all that the build installs; that is downloaded where it changed.

    pip's own cache keeps only what an index allows it to keep, which not every company's mirror does.
    """
    wheels = wine.folder / "wheels-for-windows"
    requirements = (packaging / "requirements.txt", packaging / "build-requirements.txt")
    inputs: tuple[Input, ...] = (*requirements, str(python))
    if not is_made(wheels, *inputs):
        pinned = [word for file in requirements for word in ("--requirement", file)]
        strict = ("--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps")
        wine.run(python / "python.exe", "-m", "pip", "download", *strict, *pinned, "--dest", wheels)
        mark(wheels, *inputs)
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
