"""Compiles the stand-ins of `stand_ins/` for Windows, with mingw; nothing compiled is kept in the project."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bundling.project import output_of

SOURCES: Final = Path(__file__).with_name("stand_ins")
_PREFIX: Final = "x86_64-w64-mingw32-"
_COMPILER: Final = (f"{_PREFIX}gcc", "-O1", "-s", "-Wall", "-Werror")
_EXPORT: Final = re.compile(r"^\t\[ *\d+\].* (_?Py\w+)$", re.MULTILINE)


def library(name: str, target: Path, *libraries: str) -> None:
    """Compile a DLL from the source of that name."""
    _run(*_COMPILER, "-shared", "-o", target, SOURCES / f"{name}.c", *libraries)


def program(name: str, target: Path, *libraries: str | Path, window: bool) -> None:
    """Compile a program from the source of that name; `window`: without a console."""
    kind = ("-mwindows",) if window else ()
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.o"
        _run(f"{_PREFIX}windres", f"--include-dir={SOURCES}", SOURCES / "python.rc", "-o", manifest)
        _run(*_COMPILER, "-municode", *kind, "-o", target, SOURCES / f"{name}.c", manifest, *libraries)


def tool(source: Path, target: Path, *libraries: str) -> None:
    """Compile a program with a console from one source, for tests."""
    _run(*_COMPILER, "-municode", "-o", target, source, *libraries)


def forwarder(target: Path, real: Path) -> None:
    """Make a DLL that hands on each of Python's functions to the one that has them (python3.dll)."""
    told = output_of(f"{_PREFIX}objdump", "-p", real)
    lines = [f"  {name} = {real.stem}.{name}" for name in _EXPORT.findall(told)]
    with tempfile.TemporaryDirectory() as folder:
        definition = Path(folder) / f"{target.stem}.def"
        definition.write_text("\n".join((f"LIBRARY {target.name}", "EXPORTS", *lines, "")), "utf-8")
        _run(*_COMPILER, "-shared", "-nostdlib", "-Wl,--entry=0", "-o", target, definition)


def _run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True)
