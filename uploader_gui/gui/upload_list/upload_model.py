"""The list of uploads as a Qt model over the engine's snapshots: one row per upload, nothing copied.

`event_router.py` passes the events on. Changes are collected and go to the views at most ten times a second; timers
run only while there is something to show, so an idle window never wakes up.
"""

from __future__ import annotations

import math
import time
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from uploader_gui import i18n
from uploader_gui.anomaly_links import AnomalyPages
from uploader_gui.engine.models import UploadState, natural_sort_key
from uploader_gui.gui.style.widgets import one_shot
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.counts import ListCounter, ListCounts
from uploader_gui.gui.upload_list.row_actions import active_row_actions
from uploader_gui.gui.upload_list.row_text import is_counting
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import UploadId, UploadSnapshot


FLUSH_MS: Final = 100
_SORT_MS: Final = 1000
_COUNTDOWN_MS: Final = 1000
_RESET_ABOVE: Final = 64
"""With more separate runs of removed rows than this, a reset of the model is faster."""

_REMEMBERED_SECONDS: Final = 5.0
_FIRST: Final = {UploadState.FAILED: 0, UploadState.REFUSED: 1}
_NO_INDEX: Final = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns, for sorting and screen readers. The view shows only the first, painted as the whole row."""

    NAME = 0
    SIZE = 1
    TYPE = 2
    STATE = 3
    ADDED = 4


class Role(IntEnum):
    """The model's own role."""

    SNAPSHOT = Qt.ItemDataRole.UserRole


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


class UploadModel(QAbstractTableModel):
    """Rows in the order they were added. `clock` is monotonic, in seconds, as `retry_at` is."""

    counts_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.clock = clock
        self._rows: list[UploadSnapshot] = []
        self._row_of: dict[UploadId, int] = {}
        self._progress: dict[UploadId, UploadProgress] = {}
        self._pending: dict[UploadId, UploadSnapshot] = {}
        self._dirty: set[UploadId] = set()
        self._counter = ListCounter()
        self._flush_timer = one_shot(self, FLUSH_MS, self.flush)
        self._sort_column = Column.ADDED
        self._failed_first = False
        self._anomaly_shown = ""
        self.pages = AnomalyPages()
        """Where the register shows an anomaly."""
        self._sort_timer = one_shot(self, _SORT_MS, self._sort)
        self._countdown = QTimer(self)
        self._countdown.setInterval(_COUNTDOWN_MS)
        self._countdown.timeout.connect(self._count_down)
        self._retry_at: dict[UploadId, float] = {}
        """When the rows that count down begin their next attempts."""
        self._actions_changed: dict[UploadId, float] = {}
        """When the buttons of a row changed; forgotten after some seconds."""

    # Events of the engine

    def add(self, uploads: Sequence[UploadSnapshot]) -> None:
        """Append rows in one insertion; snapshots of known uploads are changes."""
        self.change([upload for upload in uploads if upload.upload_id in self._row_of])
        fresh = [upload for upload in uploads if upload.upload_id not in self._row_of]
        if not fresh:
            return
        first = len(self._rows)
        self.beginInsertRows(_NO_INDEX, first, first + len(fresh) - 1)
        self._rows.extend(fresh)
        self._row_of.update((upload.upload_id, first + at) for at, upload in enumerate(fresh))
        self._counter.add(fresh)
        self.endInsertRows()
        back_in_between = first > 0 and fresh[0].order < self._rows[first - 1].order
        if self._failed_first or self._sort_column is not Column.ADDED or back_in_between:
            self._sort()
        self._follow_countdowns(fresh)
        self.counts_changed.emit()

    def change(self, uploads: Iterable[UploadSnapshot]) -> None:
        """Take newer snapshots; the views learn of them with the next flush."""
        for upload in uploads:
            if upload.upload_id in self._row_of:
                self._pending[upload.upload_id] = upload
                self._touch(upload.upload_id)

    def update_progress(self, transfers: Iterable[UploadProgress]) -> bool:
        """Take the progress of all running transfers; return whether a flush, and `counts_changed`, will follow."""
        before = self._progress
        fetched = {one: far for one, far in before.items() if self._state_of(one) is UploadState.FETCHING}
        self._progress = fetched | {one.upload_id: one for one in transfers if one.upload_id in self._row_of}
        for upload_id in before.keys() - fetched.keys() | self._progress.keys() - fetched.keys():
            self._touch(upload_id)
        return bool(self._dirty)

    def update_fetched(self, one: UploadProgress) -> None:
        """Take the progress of one file that another program gives; `update_progress` leaves it as it is."""
        if one.upload_id in self._row_of:
            self._progress[one.upload_id] = one
            self._touch(one.upload_id)

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Remove rows."""
        self.flush()
        gone = sorted({self._row_of[one] for one in upload_ids if one in self._row_of})
        if not gone:
            return
        self._counter.remove(self._rows[row] for row in gone)
        runs = _runs(gone)
        if len(runs) > _RESET_ABOVE:
            self._remove_by_reset(set(gone))
        else:
            self._remove_runs(runs)
        self._forget_missing()
        self.counts_changed.emit()

    def flush(self) -> None:
        """Apply pending changes and notify the views, adjacent rows together."""
        self._flush_timer.stop()
        if not self._dirty:
            return
        self._forget_old_changes()
        for upload in self._pending.values():
            self._replace(upload)
        self._follow_countdowns(self._pending.values())
        if self._pending and self._sort_column is Column.STATE and not self._sort_timer.isActive():
            self._sort_timer.start()
        rows = sorted(self._row_of[one] for one in self._dirty)
        self._pending.clear()
        self._dirty.clear()
        for first, last in _runs(rows):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))
        self.counts_changed.emit()

    # For the window

    def sort_by(self, column: Column) -> None:
        """Sort ascending, now and when rows are added; by state also a second after states changed."""
        self._sort_column = column
        self._failed_first = False
        self._sort()

    def put_failed_first(self, *, on: bool) -> None:
        """Move failed and refused rows to the top (at the end of a run), or back; the others keep their order."""
        if not on and not self._failed_first:
            return  # Start calls this every time, and sorting 5,000 rows takes 10 ms
        self.flush()
        self._failed_first = on
        self._sort()

    def counts(self) -> ListCounts:
        """Return the current counts."""
        return self._counter.counts(far for one, far in self._progress.items() if self._is_sending(one))

    def show_anomaly(self, anomaly_id: str) -> None:
        """Set the anomaly that the window shows, "" for none: rows of another anomaly name theirs."""
        self._anomaly_shown = anomaly_id

    def names_anomalies(self) -> bool:
        """Return whether rows name their anomaly: there are several, or it is not the one shown."""
        return not self._counter.anomalies <= {self._anomaly_shown}

    def has_page(self, upload: UploadSnapshot) -> bool:
        """Return whether the register shows this upload's anomaly on a page of its own."""
        return bool(self.pages.form) and not (upload.elsewhere or upload.trial)

    def unfinished_anomalies(self) -> list[str]:
        """Return the anomalies that files are still to be sent to, in the order of the list."""
        return list(dict.fromkeys(one.anomaly_id for one in self._rows if not one.state.finished))

    def ended(self) -> list[UploadId]:
        """Return the uploads that came to an end with the server in use."""
        return [one.upload_id for one in self._rows if one.state.finished and not one.elsewhere]

    def failed_anomalies(self) -> list[str]:
        """Return the anomalies of the uploads that failed with the server in use."""
        return [one.anomaly_id for one in self._rows if one.state is UploadState.FAILED and not one.elsewhere]

    def waiting_elsewhere(self) -> list[UploadSnapshot]:
        """Return the uploads that wait for another server."""
        return [one for one in self._rows if one.elsewhere and not one.state.finished]

    def failed_alike(self) -> list[UploadSnapshot]:
        """Return the uploads that failed for the cause most failed ones have in common."""
        shared = self.counts().shared_failure
        return [one for one in self._rows if shared is not None and shared.concerns(one)]

    def snapshot(self, row: int) -> UploadSnapshot:
        """Return the snapshot of a row."""
        return self._rows[row]

    @property
    def snapshots(self) -> list[UploadSnapshot]:
        """The snapshots of all rows."""
        return list(self._rows)

    def progress_of(self, upload_id: UploadId) -> UploadProgress | None:
        """Return the progress of a running transfer, None for others."""
        return self._progress.get(upload_id)

    def actions_changed_at(self, upload_id: UploadId) -> float:
        """Return when the buttons of a row changed, by `clock`; minus infinity where that was long ago."""
        return self._actions_changed.get(upload_id, -math.inf)

    # Inside

    def _forget_old_changes(self) -> None:
        old = self.clock() - _REMEMBERED_SECONDS
        self._actions_changed = {one: at for one, at in self._actions_changed.items() if at > old}

    def _is_sending(self, upload_id: UploadId) -> bool:
        """Return whether an upload is being sent: progress may come late, after it is counted as uploaded."""
        return self._state_of(upload_id) in row_text.UNDER_WAY

    def _state_of(self, upload_id: UploadId) -> UploadState:
        return self._rows[self._row_of[upload_id]].state

    def _touch(self, upload_id: UploadId) -> None:
        self._dirty.add(upload_id)
        if not self._flush_timer.isActive():
            self._flush_timer.start()

    def _replace(self, upload: UploadSnapshot) -> None:
        row = self._row_of[upload.upload_id]
        if active_row_actions(self._rows[row]) != active_row_actions(upload):
            self._actions_changed[upload.upload_id] = self.clock()
        self._counter.replace(self._rows[row], upload)
        self._rows[row] = upload
        if upload.state not in row_text.MOVING:
            self._progress.pop(upload.upload_id, None)

    def _sort(self) -> None:
        """Sort here, not in the proxy: there each comparison calls Python, 14 µs; 10,000 rows would take 1 s."""
        self._sort_timer.stop()
        keys = [(self._rank(upload), sort_key(upload, self._sort_column)) for upload in self._rows]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        if all(here == there for here, there in enumerate(order)):
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = {before: after for after, before in enumerate(order)}
        self._rows = [self._rows[before] for before in order]
        self._renumber()
        self.changePersistentIndexList(kept, [self.index(places[index.row()], index.column()) for index in kept])
        self.layoutChanged.emit()

    def _rank(self, upload: UploadSnapshot) -> int:
        return _FIRST.get(upload.state, len(_FIRST)) if self._failed_first else 0

    def _remove_runs(self, runs: list[tuple[int, int]]) -> None:
        for first, last in reversed(runs):
            self.beginRemoveRows(_NO_INDEX, first, last)
            del self._rows[first : last + 1]
            self._renumber()
            self.endRemoveRows()

    def _remove_by_reset(self, gone: set[int]) -> None:
        self.beginResetModel()
        self._rows = [upload for row, upload in enumerate(self._rows) if row not in gone]
        self._renumber()
        self.endResetModel()

    def _renumber(self) -> None:
        self._row_of = {upload.upload_id: row for row, upload in enumerate(self._rows)}

    def _forget_missing(self) -> None:
        self._progress = {one: far for one, far in self._progress.items() if one in self._row_of}
        self._retry_at = {one: at for one, at in self._retry_at.items() if one in self._row_of}
        self._run_countdown()

    def _follow_countdowns(self, uploads: Iterable[UploadSnapshot]) -> None:
        for upload in uploads:
            if upload.retry_at is not None and is_counting(upload):
                self._retry_at[upload.upload_id] = upload.retry_at
            else:
                self._retry_at.pop(upload.upload_id, None)
        self._run_countdown()

    def _run_countdown(self) -> None:
        if not self._retry_at:
            self._countdown.stop()
        elif not self._countdown.isActive():
            self._countdown.start()

    def _count_down(self) -> None:
        """Show all rows that count down again; stop with those whose time has come."""
        now = self.clock()
        for one in self._retry_at:
            self._touch(one)
        self._retry_at = {one: at for one, at in self._retry_at.items() if at > now}
        self._run_countdown()

    def _value(self, upload: UploadSnapshot, column: int, role: int) -> Any:
        match role:
            case Role.SNAPSHOT:
                return upload
            case Qt.ItemDataRole.DisplayRole:
                return shown(upload, column, self._progress.get(upload.upload_id), self.clock())
            case Qt.ItemDataRole.AccessibleTextRole if column == Column.NAME:  # painted as the whole row
                may_be_mistaken = len(self._counter.anomalies | {self._anomaly_shown} - {""}) > 1
                progress = self._progress.get(upload.upload_id)
                return row_text.accessible_text(upload, progress, self.clock(), with_anomaly=may_be_mistaken)
            case _:
                return None

    # Overrides of Qt

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of uploads."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text or accessible text, or its upload's snapshot."""
        return self._value(self._rows[index.row()], index.column(), role) if index.isValid() else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return _(HEADERS[Column(section)])
        return None


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return runs (first, last) of adjacent rows; `rows` are ascending."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
