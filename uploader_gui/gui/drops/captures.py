"""Pictures without a file (a pasted screenshot, an image from a browser) become files in the data folder.

They are their owner's alone, and gone once uploaded or taken off the list. Made by `help_desk.py`.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice

from uploader_gui.engine import events
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from uploader_gui.engine.models import UploadId, UploadSnapshot

KEPT_DAYS: Final = 30
"""What was never sent (dropped without a number, failed for good) goes after so many days."""


class Captures:
    """One folder of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path_of: dict[UploadId, Path] = {}

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

    def purge(self) -> None:
        """Remove what is too old to be wanted still."""
        oldest = time.time() - KEPT_DAYS * 86_400
        for path in self._folder.glob("*.png"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def hear(self, event: events.Event) -> None:
        """Remove what arrived or was taken off the list."""
        match event:
            case events.UploadsAdded(uploads):
                self._path_of.update((one.upload_id, one.source.path) for one in uploads if self._is_ours(one))
            case events.UploadsChanged(uploads) if self._path_of:
                self._forget([one.upload_id for one in uploads if one.state is UploadState.UPLOADED])
            case events.UploadsRemoved(upload_ids, kept) if self._path_of:
                if kept:
                    self._path_of.clear()
                self._forget(upload_ids)

    def _is_ours(self, upload: UploadSnapshot) -> bool:
        return upload.source.path.parent == self._folder

    def _forget(self, upload_ids: list[UploadId] | tuple[UploadId, ...]) -> None:
        for upload_id in upload_ids:
            path = self._path_of.pop(upload_id, None)
            if path is not None:
                with suppress(OSError):  # Windows keeps what is still being read: it goes when it is too old
                    path.unlink(missing_ok=True)


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
