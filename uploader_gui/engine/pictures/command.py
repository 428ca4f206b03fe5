"""How the decoder's process is started: this very program again, with an argument nobody types.

`__main__` looks for the argument before it loads anything else.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DECODE_PICTURES: Final = "--decode-pictures"
_PASSED_ON: Final = frozenset(
    {
        *("PATH", "HOME", "USERPROFILE", "APPDATA", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TMP", "TEMP"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
        *("PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
        *("PYINSTALLER_RESET_ENVIRONMENT", "__PYVENV_LAUNCHER__"),
    }
)
"""What Python and the libraries need to start. Everything else stays here: tokens, proxies' passwords, sessions."""


def decoder_command() -> list[str]:
    """Return what starts the decoder. `-P`: a module that lies among the evidence is never loaded."""
    if getattr(sys, "frozen", False):
        return [sys.executable, DECODE_PICTURES]
    return [sys.executable, "-P", "-m", "uploader_gui", DECODE_PICTURES]


def decoder_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the decoder's environment, and where it finds this program's modules."""
    passed_on = {name: value for name, value in environment.items() if name.upper() in _PASSED_ON}
    if getattr(sys, "frozen", False):
        return passed_on
    return passed_on | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *_own_path(environment)])}


def _own_path(environment: Mapping[str, str]) -> list[str]:
    path = environment.get("PYTHONPATH")
    return [path] if path else []
