"""Makes the prefix: a Windows 10 with the DLLs that Wine lacks. Later runs use the one that is there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wine import compiler
from wine.cache import Input, is_made, mark

if TYPE_CHECKING:
    from wine.machine import Wine

DLLS: Final = {"icuuc": (), "mscms": (), "bcryptprimitives": ("-ladvapi32",)}
"""Stand-in -> what it is linked with."""
_FONTS: Final = ("Segoe UI", "MS Shell Dlg", "MS Shell Dlg 2", "Tahoma", "Microsoft Sans Serif")
"""What Windows writes with, and no Debian has: Wine might take a serif instead."""
_REGISTRY: Final = "\n".join((
    "REGEDIT4",
    # A crash ends the program, as it does for a person, instead of waiting for an answer.
    r"[HKEY_CURRENT_USER\Software\Wine\WineDbg]",
    '"ShowCrashDialog"=dword:00000000',
    r"[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion\AeDebug]",
    '"Debugger"="false"',
    r"[HKEY_CURRENT_USER\Software\Wine\Fonts\Replacements]",
    *(f'"{name}"="DejaVu Sans"' for name in _FONTS),
    "",
))  # fmt: skip


def make(wine: Wine) -> None:
    """Make it where it is missing, or where another one is wanted."""
    inputs: tuple[Input, ...] = (
        Path(__file__),
        Path(compiler.__file__),
        *(compiler.SOURCES / f"{name}.c" for name in DLLS),
    )
    if is_made(wine.prefix, *inputs):
        return
    print(f"a new Windows in {wine.prefix}", flush=True)
    wine.stop()
    shutil.rmtree(wine.prefix, ignore_errors=True)
    with wine:
        wine.run("winecfg", "-v", "win10")
        registry = wine.folder / "registry.reg"
        registry.write_text(_REGISTRY, "utf-8")
        wine.run("regedit", "/S", registry)
        system = wine.drive / "windows" / "system32"
        for name, libraries in DLLS.items():
            compiler.library(name, system / f"{name}.dll", *libraries)
    mark(wine.prefix, *inputs)
