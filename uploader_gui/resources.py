"""Where icons, style and translations lie: in a checkout, in an installed wheel, in a bundle.

A leaf, called by the window's theme and icons, and by the composition roots for translations.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent


def find_resource(name: str) -> Path:
    """Give the path of a resource, named relative to the resources folder (`icons/gear.svg`).

    Raises:
        FileNotFoundError: the program is not whole.
    """
    for root in _roots():
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(name)


def _roots() -> list[Path]:
    """Bundle first (PyInstaller unpacks to `sys._MEIPASS`), then wheel, then checkout."""
    bundle = getattr(sys, "_MEIPASS", None)
    inside = [Path(bundle) / "uploader_gui" / "_resources"] if bundle else []
    return [*inside, _PACKAGE / "_resources", _PACKAGE.parent / "resources"]
