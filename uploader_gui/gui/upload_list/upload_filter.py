"""What of the list is shown: filter chip and search text. Stands between model and view; the model sorts itself."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSortFilterProxyModel

from uploader_gui.engine.models import SENDING, UploadState, folded
from uploader_gui.gui.upload_list.row_actions import WAITING
from uploader_gui.text import FilterWords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.gui.upload_list.upload_columns import Index
    from uploader_gui.gui.upload_list.upload_model import UploadModel

_S = UploadState


class Chip(Enum):
    """The filters; the value is the label. Skipped files are there, so they count as uploaded."""

    ALL = FilterWords.ALL
    WAITING = FilterWords.WAITING
    SENDING = FilterWords.SENDING
    FAILED = FilterWords.FAILED
    REFUSED = FilterWords.REFUSED
    UPLOADED = FilterWords.UPLOADED
    CANCELLED = FilterWords.CANCELLED


_STATES: Final[Mapping[Chip, frozenset[UploadState]]] = {
    Chip.ALL: frozenset(UploadState),
    Chip.WAITING: WAITING,
    Chip.SENDING: SENDING,
    Chip.FAILED: frozenset({_S.FAILED}),
    Chip.REFUSED: frozenset({_S.REFUSED}),
    Chip.UPLOADED: frozenset({_S.UPLOADED, _S.SKIPPED}),
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
        """Tell whether names are searched."""
        return bool(self._wanted)

    def show_chip(self, chip: Chip) -> None:
        """Show only the states of a chip."""
        self._refilter(_STATES[chip], self._wanted)

    def search(self, text: str) -> None:
        """Show only names that contain the text, whatever its case and accents."""
        self._refilter(self._states, folded(text.strip()))

    def _refilter(self, states: frozenset[UploadState], wanted: str) -> None:
        """`beginFilterChange` came with Qt 6.9; its forerunner is deprecated there and needed before."""
        if not hasattr(self, "beginFilterChange"):
            self._states, self._wanted = states, wanted
            self.invalidateRowsFilter()
            return
        self.beginFilterChange()
        self._states, self._wanted = states, wanted
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Keep rows of the chip that match the search."""
        del source_parent  # a table has none
        upload = self._model.snapshot(source_row)
        return upload.state in self._states and (not self._wanted or self._wanted in folded(upload.source.name))
