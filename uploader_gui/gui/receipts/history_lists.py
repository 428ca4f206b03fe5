"""The lists of History: deposits above, the files of the selected one below; and what a comparison finds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from uploader_gui import i18n
from uploader_gui.engine.models import folded
from uploader_gui.engine.receipt import ReceiptState
from uploader_gui.engine.receipt_check import COUNTS_AGAINST, Verdict
from uploader_gui.gui.receipts import receipt_words
from uploader_gui.gui.style.widgets import tip
from uploader_gui.gui.upload_list.row_text import server_name, visible_name
from uploader_gui.i18n import N_, _
from uploader_gui.verify import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from uploader_gui.engine.models import PastRun, RunKey
    from uploader_gui.engine.receipt import ReceiptFile
    from uploader_gui.engine.receipt_check import Comparison
    from uploader_gui.gui.style.theme import Theme

_DATA: Final = Qt.ItemDataRole.UserRole
_LOWEST: Final = 62
"""Minimum height: the headings and one row."""
_AT_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COLORS: Final = {"uploaded": "ok", "skipped": "ok", "failed": "danger", "refused": "warning", "pending": "warning"}

_ANOMALY: Final = 1
_SERVER: Final = 4
"""The columns of a deposit's anomaly and server."""
_SERVER_WIDTH: Final = 160
_FIRST: Final = {"failed": 0, "refused": 1, "pending": 2}


class _List(QTreeWidget):
    """A list with columns. Column `wide` takes the free width; the heading of column `numbers` is right-aligned."""

    def __init__(self, name: str, headings: Sequence[str], *, wide: int, numbers: int, theme: Theme) -> None:
        super().__init__()
        self._name = name
        self.theme = theme
        self._headings = headings
        self.setColumnCount(len(headings))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(theme.px(_LOWEST))
        self.setFont(theme.font(13))
        self.header().setFont(theme.font(12))
        self.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.header().setStretchLastSection(False)
        self.header().setSectionsMovable(False)
        for column in range(len(headings)):
            mode = QHeaderView.ResizeMode.Stretch if column == wide else QHeaderView.ResizeMode.ResizeToContents
            self.header().setSectionResizeMode(column, mode)
        self.headerItem().setTextAlignment(numbers, _AT_RIGHT)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the headings in the current language."""
        self.setAccessibleName(_(self._name))
        self.setHeaderLabels([_(heading) for heading in self._headings])


class DepositList(_List):
    """Past runs, the newest first. `page_wanted`: the number of the selected one was clicked, which is a link."""

    page_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        headings = (N_("Date"), N_("Anomaly"), N_("Files"), N_("Result"), N_("Server"))
        super().__init__(N_("Deposits"), headings, wide=3, numbers=2, theme=theme)
        self.header().setSectionResizeMode(_SERVER, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(_SERVER, theme.px(_SERVER_WIDTH))
        self.hideColumn(_SERVER)
        self.itemClicked.connect(self._clicked)

    def show_runs(self, runs: Sequence[PastRun], server: str, *, linked: bool = False) -> None:
        """Show these runs, and keep the selected one selected if it is still there.

        The column of servers is visible if a run went to another server than `server`, the current one. `linked`: the
        numbers of anomalies of that server are links.
        """
        before = self.chosen
        self.clear()
        self.addTopLevelItems([_deposit(run) for run in runs])
        for item in self._items() if linked else ():
            if item.data(0, _DATA).server == server:
                self._show_link(item)
        self.setColumnHidden(_SERVER, {run.server for run in runs} <= {server})
        again = [item for item in self._items() if before is not None and item.data(0, _DATA).key == before.key]
        if wanted := again[0] if again else self.topLevelItem(0):
            self.setCurrentItem(wanted)

    @property
    def chosen(self) -> PastRun | None:
        """The selected run, None where there is none or it is hidden."""
        item = self.currentItem()
        return None if item is None or item.isHidden() else item.data(0, _DATA)

    @property
    def visible_runs(self) -> list[PastRun]:
        """The runs that match the search."""
        return [item.data(0, _DATA) for item in self._items() if not item.isHidden()]

    def search(self, wanted: str, with_file: frozenset[RunKey]) -> None:
        """Show only runs whose anomaly, date or visible server contains the text, and those in `with_file`."""
        text = folded(wanted)
        for item in self._items():
            run = item.data(0, _DATA)
            named = [run.key.anomaly_id, item.text(0), *([] if self.isColumnHidden(_SERVER) else [item.text(_SERVER)])]
            fits = any(text in folded(one) for one in named)
            item.setHidden(not (fits or run.key in with_file))
        if self.chosen is None:
            self.setCurrentIndex(QModelIndex())
            for item in self._items():
                if not item.isHidden():
                    self.setCurrentItem(item)
                    return

    def _show_link(self, item: QTreeWidgetItem) -> None:
        font = self.font()
        font.setUnderline(True)
        item.setFont(_ANOMALY, font)
        item.setForeground(_ANOMALY, QBrush(QColor(self.theme.colors.accent)))

    def _clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == _ANOMALY and item.font(_ANOMALY).underline():
            self.page_wanted.emit()

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for row in range(self.topLevelItemCount()) if (item := self.topLevelItem(row)) is not None]


class FileList(_List):
    """The files of a receipt."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            N_("Files"), (N_("Name"), N_("Size"), N_("Result"), N_("Uploaded at")), wide=0, numbers=1, theme=theme
        )

    def show_files(self, files: Iterable[ReceiptFile], wanted: str) -> None:
        """Show these files, failed and refused first; select the first whose name contains `wanted`."""
        self.clear()
        items = [self._item(file) for file in sorted(files, key=_attention)]
        self.addTopLevelItems(items)
        text = folded(wanted)
        if items:
            self.setCurrentItem(next((item for item in items if text in folded(item.text(0))), items[0]))

    @property
    def chosen(self) -> ReceiptFile | None:
        """The selected file's entry in the receipt, None for none."""
        item = self.currentItem()
        return None if item is None else item.data(0, _DATA)

    def _item(self, file: ReceiptFile) -> QTreeWidgetItem:
        state, why = receipt_words.result(file), receipt_words.why(file)
        when = "" if file.uploaded_at is None else receipt_words.moment(file.uploaded_at)
        item = QTreeWidgetItem([visible_name(file.name), receipt_words.size(file), state, when])
        item.setTextAlignment(1, _AT_RIGHT)
        if color := _COLORS.get(file.state):
            item.setForeground(2, QBrush(QColor(getattr(self.theme.colors, color))))
        item.setToolTip(0, tip(file.source or visible_name(file.path)))
        item.setToolTip(2, tip(_("{label}: {text}", label=state, text=why)) if why else "")
        item.setData(0, _DATA, file)
        return item


class ComparisonList(_List):
    """What became of each file of a receipt: first those that count against it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(N_("Files"), (N_("File"), N_("Finding")), wide=0, numbers=0, theme=theme)
        self.headerItem().setTextAlignment(0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._against = 0

    def clear(self) -> None:
        """Remove all lines."""
        super().clear()
        self._against = 0

    def add(self, lines: Iterable[Comparison]) -> None:
        """Add lines: those that count against the files below the others of their kind, the rest at the end."""
        items = [(line.verdict in COUNTS_AGAINST, self._item(line)) for line in lines]
        against = [item for counts, item in items if counts]
        self.insertTopLevelItems(self._against, against)
        self._against += len(against)
        self.addTopLevelItems([item for counts, item in items if not counts])

    def _item(self, line: Comparison) -> QTreeWidgetItem:
        path = visible_name(line.path)
        item = QTreeWidgetItem([path, _(LABELS[line.verdict])])
        color = "danger" if line.verdict in COUNTS_AGAINST else "ok" if line.verdict is Verdict.EQUAL else "muted"
        item.setForeground(1, QBrush(QColor(getattr(self.theme.colors, color))))
        item.setToolTip(0, tip(path))
        return item


def _attention(file: ReceiptFile) -> int:
    return _FIRST.get(file.state, len(_FIRST))


def _deposit(run: PastRun) -> QTreeWidgetItem:
    words: Counter[str] = Counter()
    for state, count in run.states.items():
        words[ReceiptState.of(state)] += count
    item = QTreeWidgetItem(
        [
            receipt_words.day_and_time(run.started_at),
            run.key.anomaly_id,
            i18n.number(run.files),
            receipt_words.sums(words, run.bytes_uploaded, run.bytes_of_originals),
            server_name(run.server),
        ]
    )
    item.setTextAlignment(2, _AT_RIGHT)
    item.setToolTip(_SERVER, tip(run.server))
    item.setData(0, _DATA, run)
    return item
