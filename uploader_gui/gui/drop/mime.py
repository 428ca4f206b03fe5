"""What a drag or the clipboard offers, and what a person can do about what is no file. Used by drop and paste."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QImage

from uploader_gui.gui.drop.paths import paths_in, paths_in_text
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from pathlib import Path

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
