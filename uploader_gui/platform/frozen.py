"""Gives children of a bundled program the environment the program itself was started in. Called first by __main__.

PyInstaller's starter puts the bundle's libraries into LD_LIBRARY_PATH, which browsers, file managers and printers'
tools started from here would then load too. (Source: PyInstaller's manual, "LD_LIBRARY_PATH / LIBPATH considerations"
and "Independent subprocess".)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

LIBRARIES: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
AFRESH: Final = "PYINSTALLER_RESET_ENVIRONMENT"
"""Makes another start of this very program begin as if nobody had started it before."""


def restore(environment: MutableMapping[str, str]) -> None:
    """Put back what the starter changed; what is loaded already stays loaded."""
    for name in LIBRARIES:
        before = environment.pop(f"{name}_ORIG", None)
        environment.pop(name, None)
        if before:
            environment[name] = before
    environment[AFRESH] = "1"
