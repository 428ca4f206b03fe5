"""Pictures without a file (a pasted screenshot, an image from a browser) become files in the data folder.

They are their owner's alone. Made by `support.py`; `own_files.py` removes them once no upload needs them.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage


class Captures:
    """One folder of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, picture: QImage) -> Path:
        """Write a picture as PNG under a name that tells when, and give its path. Takes a while: not in Qt's thread.

        Raises:
            OSError: it is no picture, or cannot be written.
        """
        content = _png(picture)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        while True:
            try:
                return _written(self._folder / _name(number), content)
            except FileExistsError:
                number += 1


def _png(picture: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if picture.isNull() or not picture.save(buffer, "PNG"):  # type: ignore[call-overload]  # takes str, stubs say bytes
        raise OSError(0, "")
    return bytes(content.data())


def _name(number: int) -> str:
    """Dots in the time: Windows allows no colons."""
    again = f" ({number})" if number > 1 else ""
    return f"Capture {time.strftime('%Y-%m-%d %H.%M.%S')}{again}.png"


def _written(path: Path, content: bytes) -> Path:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    return path
