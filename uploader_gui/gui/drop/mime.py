"""What a drag or the clipboard offers, and what a person can do about what is no file. Used by drop and paste."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QImage

from uploader_gui.text import Counted
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QMimeData


_MAIL: Final = ("filegroupdescriptor", "renprivatemessages", "renprivateitem")
"""What Outlook offers in place of files."""
_PROMISE: Final = ("promise",)
"""What Photos and Mail of macOS offer: files they would write on request (NSFilePromise, promised-file-url …)."""


class Offered(Enum):
    """Kinds of what is offered: two that can be taken, and others, whose value says what to do about them."""

    FILES = "files"
    PICTURE = "picture"
    MAIL = MannersWords.GIFT_MAIL
    PROMISE = MannersWords.GIFT_PROMISE
    LINK = MannersWords.GIFT_LINK
    TEXT = MannersWords.GIFT_TEXT
    NOTHING = MannersWords.GIFT_NOTHING

    @property
    def advice(self) -> str:
        """Say what to do, empty for what can be taken."""
        return self.value.text if isinstance(self.value, MannersWords) else ""


def offered_in(mime: QMimeData | None) -> Offered:
    """Tell what is offered; a picture from a browser comes with its link, and the picture counts."""
    if mime is None:
        return Offered.NOTHING
    if files_in(mime):
        return Offered.FILES
    return _foreign(mime) or (Offered.PICTURE if _picture_format(mime) else _in_words(mime))


def _foreign(mime: QMimeData) -> Offered | None:
    """What other programs offer in forms of their own."""
    names = " ".join(mime.formats()).lower()
    if any(mark in names for mark in _MAIL):
        return Offered.MAIL
    return Offered.PROMISE if any(mark in names for mark in _PROMISE) else None


def files_in(mime: QMimeData) -> list[Path]:
    """Give local files and folders, by address or as lines of text."""
    return paths_in(mime) or (paths_in_text(mime.text()) if mime.hasText() else [])


def picture_in(mime: QMimeData) -> QImage:
    """Give the picture, null where it cannot be read."""
    offered = mime.imageData() if mime.hasImage() else None
    if isinstance(offered, QImage) and not offered.isNull():
        return offered
    return QImage.fromData(mime.data(_picture_format(mime)))


def _picture_format(mime: QMimeData) -> str:
    if mime.hasImage():
        return "application/x-qt-image"
    return next((name for name in mime.formats() if name.startswith("image/")), "")


def _in_words(mime: QMimeData) -> Offered:
    if mime.hasUrls() or mime.text().strip().lower().startswith(("http://", "https://")):
        return Offered.LINK
    return Offered.TEXT if mime.hasText() else Offered.NOTHING


_PATIENCE: Final = 0.05
"""Seconds a drag may spend on asking the disk what is a folder; a sleeping share must not stop the window."""
_LINES_LOOKED_AT: Final = 1000


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many files and folders a person holds over the window."""

    files: int
    folders: int

    @property
    def entries(self) -> int:
        """Count both."""
        return self.files + self.folders

    def add_to(self, anomaly_id: str) -> str:
        """Say what letting go would do."""
        return self._counted(Counted.ADD_FILES_TO, Counted.ADD_FOLDERS_TO, Counted.ADD_MIXED_TO).text(
            self.entries, anomaly_id
        )

    def wait(self) -> str:
        """Say that they are kept."""
        return self._counted(Counted.FILES_WAIT, Counted.FOLDERS_WAIT, Counted.MIXED_WAIT).text(self.entries)

    def _counted(self, files: Counted, folders: Counted, mixed: Counted) -> Counted:
        if self.files and self.folders:
            return mixed
        return folders if self.folders else files


def paths_in(mime: QMimeData | None) -> list[Path]:
    """Give the local files and folders of a drag or clipboard, each once; web addresses are not files."""
    if mime is None or not mime.hasUrls():
        return []
    return list(dict.fromkeys(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()))


def paths_in_text(text: str) -> list[Path]:
    """Give the existing paths among lines of text, as “Copy as path” leaves them in the clipboard."""
    lines = [line.strip().strip('"') for line in text.splitlines()[:_LINES_LOOKED_AT]]
    paths = [Path(line) for line in lines if line and "\0" not in line]
    return [path for path in paths if path.is_absolute() and os.path.exists(path)]  # noqa: PTH110 - a Path raises


def counted(paths: Sequence[Path]) -> Dropped:
    """Count files and folders; once patience is over, a name without an extension counts as a folder."""
    folders = len(folders_among(paths))
    return Dropped(files=len(paths) - folders, folders=folders)


def folders_among(paths: Sequence[Path]) -> set[Path]:
    """Give those that are folders; once patience is over, those without an extension."""
    until = time.monotonic() + _PATIENCE
    return {path for path in paths if (_is_folder(path) if time.monotonic() < until else not path.suffix)}


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - a Path raises what it cannot look at
