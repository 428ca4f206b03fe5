"""The list's columns and roles, and the filter between model and view: chip and search text. The model sorts itself."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from uploader_gui import i18n
from uploader_gui.engine.models import SENDING, UploadState, folded, natural_sort_key
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.row_actions import WAITING
from uploader_gui.i18n import N_, NC_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.upload_list.upload_model import UploadModel


_S = UploadState


class Chip(Enum):
    """The filter chips; the value is the label."""

    ALL = N_("All")
    WAITING = N_("Waiting")
    SENDING = NC_("filter", "Sending")
    FAILED = NC_("filter", "Failed")
    REFUSED = NC_("filter", "Refused")
    UPLOADED = NC_("filter", "Uploaded")
    SKIPPED = NC_("filter", "Already there")
    CANCELLED = NC_("filter", "Cancelled")


_STATES: Final[Mapping[Chip, frozenset[UploadState]]] = {
    Chip.ALL: frozenset(UploadState),
    Chip.WAITING: WAITING,
    Chip.SENDING: SENDING,
    Chip.FAILED: frozenset({_S.FAILED}),
    Chip.REFUSED: frozenset({_S.REFUSED}),
    Chip.UPLOADED: frozenset({_S.UPLOADED}),
    Chip.SKIPPED: frozenset({_S.SKIPPED}),
    Chip.CANCELLED: frozenset({_S.CANCELLED}),
}


class UploadFilter(QSortFilterProxyModel):
    """Shows the rows of one chip whose name contains the search text."""

    def __init__(self, model: UploadModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._states = _STATES[Chip.ALL]
        self._wanted = ""
        self.setSourceModel(model)

    @property
    def searches(self) -> bool:
        """Whether a search text is set."""
        return bool(self._wanted)

    def show_chip(self, chip: Chip) -> None:
        """Show only rows in a chip's states."""
        self._refilter(_STATES[chip], self._wanted)

    def search(self, text: str) -> None:
        """Show only names that contain the text; case and accents do not matter."""
        self._refilter(self._states, folded(text.strip()))

    def _refilter(self, states: frozenset[UploadState], wanted: str) -> None:
        """Change the filter. `beginFilterChange` exists since Qt 6.9, where `invalidateRowsFilter` is deprecated."""
        if not hasattr(self, "beginFilterChange"):
            self._states, self._wanted = states, wanted
            self.invalidateRowsFilter()
            return
        self.beginFilterChange()
        self._states, self._wanted = states, wanted
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Return whether a row has a state of the chip and a name that matches the search."""
        del source_parent  # a table has none
        upload = self._model.snapshot(source_row)
        return upload.state in self._states and (not self._wanted or self._wanted in folded(upload.source.name))


Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns, for sorting and screen readers. The view shows only the first, painted as the whole row."""

    NAME = 0
    SIZE = 1
    TYPE = 2
    STATE = 3
    ADDED = 4


class Role(IntEnum):
    """The model's own roles."""

    SNAPSHOT = Qt.ItemDataRole.UserRole
    PROGRESS = Qt.ItemDataRole.UserRole + 1


HEADERS: Final = {
    Column.NAME: N_("Name"),
    Column.SIZE: N_("Size"),
    Column.TYPE: N_("Type"),
    Column.STATE: N_("State"),
    Column.ADDED: N_("Added"),
}


def sort_key(upload: UploadSnapshot, column: int) -> Any:
    """Return the sort key of an upload; all keys of one column have one type."""
    match column:
        case Column.NAME:
            return natural_sort_key(upload.source.name)
        case Column.SIZE:
            return upload.source.size
        case Column.TYPE:
            return row_text.type_label(upload.source).casefold()
        case Column.STATE:
            return row_text.attention_rank(upload)
        case _:
            return upload.order


def shown(upload: UploadSnapshot, column: int, progress: UploadProgress | None, now: float) -> str:
    """Return a column's text; `now` is `time.monotonic()`."""
    match column:
        case Column.NAME:
            return upload.source.name
        case Column.SIZE:
            return i18n.size(upload.source.size) if row_text.is_size_known(upload) else ""
        case Column.TYPE:
            return row_text.type_label(upload.source) if row_text.is_size_known(upload) else ""
        case Column.STATE:
            return row_text.state_text(upload, progress, now)
        case _:
            return i18n.number(upload.order)
