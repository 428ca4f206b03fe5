"""The list's columns and roles, what each column says and what it sorts by. Shared by model, filter and delegate."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from uploader_gui.engine.models import natural
from uploader_gui.gui.upload_list import row_text
from uploader_gui.text import Words
from uploader_gui.words import units

if TYPE_CHECKING:
    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import UploadSnapshot

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """What can be sorted by, searched and read aloud. The view paints the first as the whole row."""

    NAME = 0
    SIZE = 1
    TYPE = 2
    STATE = 3
    ADDED = 4


class Role(IntEnum):
    """Roles of our own."""

    SNAPSHOT = Qt.ItemDataRole.UserRole
    PROGRESS = Qt.ItemDataRole.UserRole + 1


HEADERS: Final = {
    Column.NAME: Words.NAME,
    Column.SIZE: Words.SIZE,
    Column.TYPE: Words.TYPE,
    Column.STATE: Words.STATE,
    Column.ADDED: Words.ADDED,
}


def sort_key(upload: UploadSnapshot, column: int) -> Any:
    """Give what a column sorts by; the keys of one column are of one kind."""
    match column:
        case Column.NAME:
            return natural(upload.source.name)
        case Column.SIZE:
            return upload.source.size
        case Column.TYPE:
            return row_text.type_label(upload.source).casefold()
        case Column.STATE:
            return row_text.attention(upload)
        case _:
            return upload.order


def shown(upload: UploadSnapshot, column: int, progress: UploadProgress | None, now: float) -> str:
    """Give what a column says; `now` is monotonic, in seconds."""
    match column:
        case Column.NAME:
            return upload.source.name
        case Column.SIZE:
            return units.size(upload.source.size) if row_text.was_seen(upload) else ""
        case Column.TYPE:
            return row_text.type_label(upload.source) if row_text.was_seen(upload) else ""
        case Column.STATE:
            return row_text.state_text(upload, progress, now)
        case _:
            return units.number(upload.order)
