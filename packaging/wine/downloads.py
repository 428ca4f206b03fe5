"""Downloads wheels for Windows with this machine's pip, by its own settings: index, proxy, authorities."""

from __future__ import annotations

import re
import shutil
import venv
from pathlib import Path
from typing import Final

from packaging.markers import Marker

from bundling.project import run
from wine.cache import Input, is_made, mark

_REQUIREMENT: Final = re.compile(
    r"^(?P<pin>[\w.-]+==\S+)(?: ; (?P<marker>.+?))?(?P<hashes>(?: \\\n +--hash=\S+)+)", re.MULTILINE
)
_WINDOWS: Final = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}


def wheels(folder: Path, version: str, *requirements: Path) -> Path:
    """Return the folder with the wheels that these files pin, for that version of Python; it is filled if need be.

    One that was left half filled is not used.
    """
    inputs: tuple[Input, ...] = (*requirements, version, Path(__file__))
    if is_made(folder, *inputs):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pinned = folder / "requirements.txt"
    pinned.write_text("".join(for_windows(file.read_text("utf-8"), version) for file in requirements), "utf-8")
    strict = ("--require-hashes", "--requirement", pinned, "--no-deps", "--only-binary", ":all:")
    target = ("--platform", "win_amd64", "--implementation", "cp", "--python-version", version, "--dest", folder)
    run(_pip(folder.parent), "download", "--quiet", "--no-cache-dir", *strict, *target)
    mark(folder, *inputs)
    return folder


def for_windows(requirements: str, version: str) -> str:
    """Return those of a file's requirements that this Python on Windows wants, without their markers.

    pip judges markers by the machine that it runs on, whatever it downloads for.
    """
    there = _WINDOWS | {"python_version": version, "python_full_version": f"{version}.0"}
    found = _REQUIREMENT.finditer(requirements)
    wanted = [one for one in found if one["marker"] is None or Marker(one["marker"]).evaluate(there)]
    return "".join(f"{one['pin']}{one['hashes']}\n" for one in wanted)


def _pip(folder: Path) -> Path:
    """Return a pip, made where it is missing: not every environment has one."""
    pip = folder / "pip" / "bin" / "pip"
    if not pip.exists():
        venv.create(folder / "pip", with_pip=True, clear=True)
    return pip
