"""A Python for Windows: CPython's own DLLs from a wheel on PyPI, this machine's standard library, our `python.exe`.

The wheel is panda3d's, which brings the interpreter to freeze games for Windows on any system. Where there is a Windows
machine, a folder copied from python.org's Python is the one to use (`run.py --python FOLDER`).
"""

from __future__ import annotations

import shutil
import sysconfig
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from wine import compiler, downloads
from wine.cache import Input, is_made, mark
from wine.machine import windows_path

if TYPE_CHECKING:
    from wine.machine import Wine

REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
OWN_LIBRARY: Final = Path(sysconfig.get_path("stdlib"))
"""Of the Python that runs this. The folder's name ends with the version, as everywhere but on Windows."""
_INSIDE: Final = "deploy_libs"
_NOT_COPIED: Final = shutil.ignore_patterns(
    "__pycache__",
    "site-packages",
    "dist-packages",
    "lib-dynload",
    "config-*",
    "_sysconfigdata*",
    "sitecustomize.py",
    "test",
    "idlelib",
)
_LAUNCHERS: Final = {"python.exe": False, "venvlauncher.exe": False, "pythonw.exe": True, "venvwlauncher.exe": True}
"""What `venv` copies into an environment, up to Python 3.12 and since 3.13 -> without a console."""
_SITE: Final = """# Wine 8 lacks what Python 3.12 and newer use for fast copies. New environments get the pip here.
import sysconfig

import _winapi

if hasattr(_winapi, "CopyFile2"):
    del _winapi.CopyFile2
sysconfig.get_config_vars()["WHEEL_PKG_DIR"] = {wheels!r}
"""
_LACKING_IN_WINE: Final = "_wmi.pyd"
"""Asked for the processor's name, with a crash for an answer; without it Python looks into the environment."""


def make(wine: Wine, library: Path = OWN_LIBRARY) -> Path:
    """Return the folder of a Python for Windows, put together if it is not there yet.

    The version is that of the Python whose standard library is given.
    """
    version = library.name.removeprefix("python")
    folder = wine.folder / f"python-{version}"
    code = (Path(__file__), Path(compiler.__file__))
    inputs: tuple[Input, ...] = (REQUIREMENTS, compiler.SOURCES, *code, str(library))
    if is_made(folder, *inputs):
        return folder
    print(f"a Python {version} for Windows in {folder}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "DLLs").mkdir(parents=True)
    wheels = downloads.wheels(wine.folder / f"wheels-for-python-{version}", version, REQUIREMENTS)
    (wheel,) = wheels.glob("panda3d-*.whl")
    _unpack(wheel, folder, _dll(version))
    shutil.copytree(library, folder / "Lib", ignore=_NOT_COPIED)
    shutil.unpack_archive(next(wheels.glob("pip-*.whl")), folder / "Lib" / "site-packages", "zip")
    (folder / "Lib" / "sitecustomize.py").write_text(_SITE.format(wheels=windows_path(wheels)), "utf-8")
    _compile(folder, folder / _dll(version))
    mark(folder, *inputs)
    return folder


def _dll(version: str) -> str:
    return f"python{version.replace('.', '')}.dll"


def version_of(folder: Path) -> str:
    """Return the version of a Python for Windows by the name of its library, such as `3.11`."""
    (found,) = (file for file in folder.glob("python3*.dll") if file.name.lower() != "python3.dll")
    return f"3.{found.stem.lower().removeprefix('python3')}"


def _unpack(wheel: Path, folder: Path, interpreter: str) -> None:
    """Lay the interpreter beside `python.exe`, as Windows looks for it, and the rest into `DLLs`."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = PurePosixPath(entry.filename)
            if path.parent.name != _INSIDE or path.suffix not in {".dll", ".pyd"} or path.name == _LACKING_IN_WINE:
                continue
            if path.name.startswith("api-ms-win-") or path.stem.endswith("t-win_amd64"):
                continue  # Wine has its own; the second are for free threads
            beside = path.name.lower() in {interpreter, "vcruntime140.dll", "vcruntime140_1.dll"}
            name = path.name.lower() if beside else path.name
            (folder / name if beside else folder / "DLLs" / name).write_bytes(archive.read(entry))


def _compile(folder: Path, real: Path) -> None:
    compiler.forwarder(folder / "python3.dll", real)
    compiler.program("python", folder / "python.exe", real, window=False)
    compiler.program("python", folder / "pythonw.exe", real, window=True)
    scripts = folder / "Lib" / "venv" / "scripts" / "nt"
    scripts.mkdir(parents=True, exist_ok=True)
    for name, window in _LAUNCHERS.items():
        compiler.program("venv_launcher", scripts / name, "-lshlwapi", window=window)
