"""The list of uploads as a Qt model over the engine's snapshots: one row per upload, nothing copied.

`window/standing.py` hands it the events. Changes wait in a small dictionary and go to the views at most ten times
a second; both timers run only while there is something to show, so an idle window never wakes up.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Signal

from uploader_gui.engine.models import UploadState
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.counts import ListCounts, Tally
from uploader_gui.gui.upload_list.row_text import is_counting
from uploader_gui.gui.upload_list.upload_filter import HEADERS, Column, Index, Role, shown, sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import UploadId, UploadSnapshot


FLUSH_MS: Final = 100
_SORT_MS: Final = 1000
_RESET_ABOVE: Final = 64
"""More runs of removed rows than this are dearer than a reset."""

_FIRST: Final = {UploadState.FAILED: 0, UploadState.REFUSED: 1}
_NO_INDEX: Final = QModelIndex()


class UploadModel(QAbstractTableModel):
    """Rows in the order they were added. `clock` is monotonic, in seconds, as `retry_at` is."""

    figures_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.clock = clock
        self._rows: list[UploadSnapshot] = []
        self._row_of: dict[UploadId, int] = {}
        self._progress: dict[UploadId, UploadProgress] = {}
        self._pending: dict[UploadId, UploadSnapshot] = {}
        self._dirty: set[UploadId] = set()
        self._tally = Tally()
        self._flush_timer = QTimer(self)
        self._flush_timer.setSingleShot(True)
        self._flush_timer.setInterval(FLUSH_MS)
        self._flush_timer.timeout.connect(self.flush)
        self._sort_column = Column.ADDED
        self._failed_first = False
        self._anomaly_shown = ""
        self._sort_timer = QTimer(self)
        self._sort_timer.setSingleShot(True)
        self._sort_timer.setInterval(_SORT_MS)
        self._sort_timer.timeout.connect(self._sort)
        self._countdown = Countdown(self, clock, self._touch)

    # What the engine tells

    def add(self, uploads: Sequence[UploadSnapshot]) -> None:
        """Append rows, all in one insertion; known ones are changes."""
        self.change([upload for upload in uploads if upload.upload_id in self._row_of])
        fresh = [upload for upload in uploads if upload.upload_id not in self._row_of]
        if not fresh:
            return
        first = len(self._rows)
        self.beginInsertRows(_NO_INDEX, first, first + len(fresh) - 1)
        self._rows.extend(fresh)
        self._row_of.update((upload.upload_id, first + at) for at, upload in enumerate(fresh))
        self._tally.add(fresh)
        self.endInsertRows()
        back_in_between = first > 0 and fresh[0].order < self._rows[first - 1].order
        if self._failed_first or self._sort_column is not Column.ADDED or back_in_between:
            self._sort()
        self._countdown.follow(fresh)
        self.figures_changed.emit()

    def change(self, uploads: Iterable[UploadSnapshot]) -> None:
        """Take newer snapshots; views hear of them with the next flush."""
        for upload in uploads:
            if upload.upload_id in self._row_of:
                self._pending[upload.upload_id] = upload
                self._touch(upload.upload_id)

    def move_on(self, transfers: Iterable[UploadProgress]) -> bool:
        """Take the progress of running transfers; tell whether a flush is coming, and with it `figures_changed`."""
        for progress in transfers:
            if progress.upload_id in self._row_of:
                self._progress[progress.upload_id] = progress
                self._touch(progress.upload_id)
        return bool(self._dirty)

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Take rows off the list."""
        self.flush()
        gone = sorted({self._row_of[one] for one in upload_ids if one in self._row_of})
        if not gone:
            return
        self._tally.remove(self._rows[row] for row in gone)
        runs = _runs(gone)
        if len(runs) > _RESET_ABOVE:
            self._remove_by_reset(set(gone))
        else:
            self._remove_runs(runs)
        self._forget_missing()
        self.figures_changed.emit()

    def flush(self) -> None:
        """Apply what is pending and tell the views, adjacent rows together."""
        self._flush_timer.stop()
        if not self._dirty:
            return
        for upload in self._pending.values():
            self._replace(upload)
        self._countdown.follow(self._pending.values())
        if self._pending and self._sort_column is Column.STATE and not self._sort_timer.isActive():
            self._sort_timer.start()
        rows = sorted(self._row_of[one] for one in self._dirty)
        self._pending.clear()
        self._dirty.clear()
        for first, last in _runs(rows):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))
        self.figures_changed.emit()

    # What the window asks

    def sort_by(self, column: Column) -> None:
        """Sort ascending, now and when rows come; by state also a second after states changed."""
        self._sort_column = column
        self._failed_first = False
        self._sort()

    def put_failed_first(self, *, on: bool) -> None:
        """Bring what needs a person to the top (at the end of a run), or back; the rest keeps its order."""
        if not on and not self._failed_first:
            return  # as at every start: 5,000 rows take 10 ms
        self.flush()
        self._failed_first = on
        self._sort()

    def figures(self) -> ListCounts:
        """Give the list in figures as it stands now."""
        return self._tally.figures(far for one, far in self._progress.items() if self._is_sending(one))

    def show_anomaly(self, anomaly_id: str) -> None:
        """Know which anomaly the window shows, empty for none: rows of another one say so."""
        self._anomaly_shown = anomaly_id

    def names_anomalies(self) -> bool:
        """Tell whether rows have to name their anomaly: there are several, or it is not the one shown."""
        return not self._tally.anomalies <= {self._anomaly_shown}

    @property
    def only_anomaly(self) -> str:
        """Give the anomaly that all rows are for, "" where there is not just one."""
        anomalies = self._tally.anomalies
        return next(iter(anomalies)) if len(anomalies) == 1 else ""

    def waiting_elsewhere(self) -> list[UploadId]:
        """Give what waits for another server than the one in use."""
        return [one.upload_id for one in self._rows if one.elsewhere and not one.state.finished]

    def snapshot(self, row: int) -> UploadSnapshot:
        """Give the snapshot of a row."""
        return self._rows[row]

    def progress_of(self, upload_id: UploadId) -> UploadProgress | None:
        """Give how far a running transfer is."""
        return self._progress.get(upload_id)

    # Inside

    def _is_sending(self, upload_id: UploadId) -> bool:
        """Progress may come late, when its upload is counted as uploaded already."""
        return self._rows[self._row_of[upload_id]].state.sending

    def _touch(self, upload_id: UploadId) -> None:
        self._dirty.add(upload_id)
        if not self._flush_timer.isActive():
            self._flush_timer.start()

    def _replace(self, upload: UploadSnapshot) -> None:
        row = self._row_of[upload.upload_id]
        self._tally.replace(self._rows[row], upload)
        self._rows[row] = upload
        if not upload.state.sending:
            self._progress.pop(upload.upload_id, None)

    def _sort(self) -> None:
        """Sort here and not in the proxy: a virtual call into Python per comparison is 14 µs, 10,000 rows 1 s."""
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
        self._countdown.keep(self._row_of)

    def _value(self, upload: UploadSnapshot, column: int, role: int) -> Any:
        match role:
            case Role.SNAPSHOT:
                return upload
            case Role.PROGRESS:
                return self._progress.get(upload.upload_id)
            case Qt.ItemDataRole.DisplayRole:
                return shown(upload, column, self._progress.get(upload.upload_id), self.clock())
            case Qt.ItemDataRole.AccessibleTextRole if column == Column.NAME:  # painted as the whole row
                return row_text.spoken(upload, self._progress.get(upload.upload_id), self.clock())
            case _:
                return None

    # Qt asks

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Count the uploads."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Count the columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give text, speech, sort key, snapshot or progress of a cell."""
        return self._value(self._rows[index.row()], index.column(), role) if index.isValid() else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADERS[Column(section)].text
        return None


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Join ascending row numbers into (first, last) runs."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


_STEP_MS: Final = 1000


class Countdown(QTimer):
    """Has each such row shown anew once a second, by `show`. `clock` is monotonic, in seconds, as `retry_at` is."""

    def __init__(self, parent: QObject, clock: Callable[[], float], show: Callable[[UploadId], None]) -> None:
        super().__init__(parent)
        self.setInterval(_STEP_MS)
        self._clock = clock
        self._show = show
        self._until: dict[UploadId, float] = {}
        self.timeout.connect(self._step)

    def follow(self, uploads: Iterable[UploadSnapshot]) -> None:
        """Take newer snapshots."""
        for upload in uploads:
            if upload.retry_at is not None and is_counting(upload):
                self._until[upload.upload_id] = upload.retry_at
            else:
                self._until.pop(upload.upload_id, None)
        self._run()

    def keep(self, upload_ids: Container[UploadId]) -> None:
        """Forget all other rows."""
        self._until = {one: until for one, until in self._until.items() if one in upload_ids}
        self._run()

    def _run(self) -> None:
        if not self._until:
            self.stop()
        elif not self.isActive():
            self.start()

    def _step(self) -> None:
        """Show one second less; a row whose time has come needs no further look."""
        now = self._clock()
        for one, until in tuple(self._until.items()):
            self._show(one)
            if until <= now:
                del self._until[one]
        self._run()
