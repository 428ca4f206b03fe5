"""The filter between model and view: chip and search text. The model sorts itself."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSortFilterProxyModel

from uploader_gui.engine.models import SENDING, UploadState, folded
from uploader_gui.gui.upload_list.row_actions import WAITING
from uploader_gui.i18n import N_, NC_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex

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

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Return whether a row has a state of the chip and a name that matches the search."""
        del source_parent  # a table has none
        upload = self._model.snapshot(source_row)
        return upload.state in self._states and (not self._wanted or self._wanted in folded(upload.source.name))
