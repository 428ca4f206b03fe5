"""The dialog that compares files with a receipt: the selected deposit's, or one from a file.

The files are read in a thread, which is told to stop when the dialog closes; what it finds arrives by signals.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QTreeWidgetItem

from uploader_gui.engine.receipt_check import (
    COUNTS_AGAINST,
    CheckedReceipt,
    Comparison,
    ReceiptUnreadable,
    Verdict,
    all_equal,
    compare,
    read_receipt,
)
from uploader_gui.gui.dialogs.form import OWN_COLOR, ColumnList, PlainDialog
from uploader_gui.gui.style.widgets import announce, arranged, file_dialog, label, tip
from uploader_gui.gui.upload_list.row_text import visible_name
from uploader_gui.i18n import N_, _
from uploader_gui.verify import CHANGED_LATER, LABELS, sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtWidgets import QWidget

    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.gui.style.theme import Theme

_WIDTH: Final = 680
_LIST_HEIGHT: Final = 260
_PAGE: Final = 200
"""Lines told at once."""


class CheckDialog(PlainDialog):
    """Asks for a receipt and a folder, and lists what became of each file. `deposit`: the receipt shown in History."""

    guide_page = "receipts"

    def __init__(self, theme: Theme, parent: QWidget, deposit: Receipt | None) -> None:
        title = N_("Check files against this receipt") if deposit else N_("Check files against a receipt")
        super().__init__(title, theme, parent)
        self._deposit = deposit
        self._file: Path | None = None
        self._comparing: _Comparing | None = None
        self.which, self.outcome = label(theme, 14, wraps=True), label(theme, 14, wraps=True)
        self.choose = self.text_button(N_("Choose a receipt…"), "plain")
        self.found = ComparisonList(theme)
        self.busy = QProgressBar()
        self.leave = self.text_button(N_("Close"), "plain")
        self.in_place = self.text_button(N_("Where they were"), "plain")
        self.folder = self.text_button(N_("Choose the folder…"), "primary")
        self.widen(_WIDTH)
        self._build(title)
        self._connect()
        self.follow_language(self.found.retranslate)
        self.follow_language(self._show_which)

    def _build(self, title: str) -> None:
        self.add_title(title)
        self.add_sentence(
            N_("It is compared whether each file still is, byte for byte, what the receipt says. Nothing is changed.")
        )
        self.column.addLayout(arranged(QHBoxLayout(), (self.which, 1), self.choose))
        self.found.setMinimumHeight(self.theme.px(_LIST_HEIGHT))
        self.found.hide()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.hide()
        self.translate(self.busy.setAccessibleName, N_("The files are being read…"))
        self.column.addWidget(self.found, 1)
        self.column.addWidget(self.busy)
        self.column.addWidget(self.outcome)
        self.add_buttons(self.help_button(), self.leave, self.in_place, self.folder)

    def _connect(self) -> None:
        self.leave.clicked.connect(self.reject)
        self.choose.clicked.connect(self._ask_for_receipt)
        self.in_place.clicked.connect(lambda: self._compare(None))
        self.folder.clicked.connect(self._ask_for_folder)
        self.finished.connect(self._stop)

    def _show_which(self) -> None:
        if self._file is not None:
            self.which.setText(_("Receipt: {name}", name=visible_name(str(self._file))))
        elif self._deposit is not None:
            self.which.setText(_("Receipt: the deposit for anomaly {number}", number=self._deposit.anomaly_id))
        else:
            self.which.setText(_("Choose a receipt that was saved as data (JSON)."))
        has_one = self._file is not None or self._deposit is not None
        for button in (self.in_place, self.folder):
            button.setEnabled(has_one)

    def _ask_for_receipt(self) -> None:
        dialog = file_dialog(self, _("Choose a receipt…"))
        dialog.setNameFilter(_("Receipts (*.json)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._use_file)
        dialog.open()

    def _use_file(self, name: str) -> None:
        self._stop()
        self._file = Path(name)
        self.outcome.clear()
        self.found.hide()
        self._show_which()

    def _ask_for_folder(self) -> None:
        dialog = file_dialog(self, _("Choose the folder…"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self._compare(Path(name)))
        dialog.open()

    def _compare(self, folder: Path | None) -> None:
        self._stop()
        self.found.clear()
        self.found.show()
        self.outcome.setText(_("The files are being read…"))
        self.busy.show()
        comparing = self._comparing = _Comparing(self._file, self._deposit, folder)
        comparing.found.connect(self._show_found, Qt.ConnectionType.QueuedConnection)
        comparing.ended.connect(self._show_result, Qt.ConnectionType.QueuedConnection)
        comparing.start()
        self.fit()

    def _show_found(self, comparing: _Comparing, lines: list[Comparison]) -> None:
        if comparing is self._comparing:  # what an earlier one found may arrive late
            self.found.add(lines)

    def _show_result(self, comparing: _Comparing) -> None:
        if comparing is not self._comparing:
            return
        self.busy.hide()
        self.outcome.setText(comparing.result)
        announce(self.outcome, self.outcome.text())
        self.fit()

    def _stop(self) -> None:
        if self._comparing is not None:
            self._comparing.stop()
            self._comparing = None
        self.busy.hide()


class ComparisonList(ColumnList):
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
        item.setData(1, OWN_COLOR, color)
        item.setToolTip(0, tip(path))
        return item


class _Stopped(Exception):
    """Nobody waits for the comparison any more."""


class _Comparing(QObject):
    """One comparison, in a thread, which keeps this object; `ended(self)` follows the last `found(self, lines)`."""

    found = Signal(object, list)
    ended = Signal(object)

    def __init__(self, file: Path | None, deposit: Receipt | None, folder: Path | None) -> None:
        super().__init__()
        self._file = file
        self._deposit = deposit
        self._folder = folder
        self._stopped = threading.Event()
        self.result = ""

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="uploader-receipt-check", daemon=True).start()

    def stop(self) -> None:
        """End before the next file; return at once."""
        self._stopped.set()

    def _run(self) -> None:
        with suppress(_Stopped):
            self.result = self._compared()
            self.ended.emit(self)

    def _compared(self) -> str:
        try:
            receipt = self._receipt()
        except ReceiptUnreadable as error:
            name = visible_name(str(self._file))
            return _("{path} cannot be compared with: {why}.", path=name, why=_(str(error)))
        folders = [] if self._folder is None else [self._folder]
        leave_out = self._file or self._folder or Path()
        verdicts: list[Verdict] = []
        page: list[Comparison] = []
        for line in compare(receipt, folders, leave_out, self._check):
            verdicts.append(line.verdict)
            page.append(line)
            if len(page) == _PAGE:
                self.found.emit(self, page)
                page = []
        self.found.emit(self, page)
        return _summary(verdicts, receipt)

    def _receipt(self) -> CheckedReceipt:
        if self._file is not None:
            return read_receipt(self._file)
        assert self._deposit is not None
        return CheckedReceipt(self._deposit.to_json(), intact=True)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise _Stopped


def _summary(verdicts: Sequence[Verdict], receipt: CheckedReceipt) -> str:
    """Return the counts, whether nothing speaks against it, and whether the receipt itself was changed."""
    told = [sums(verdicts)]
    if receipt.intact is False:
        told.append(_(CHANGED_LATER))
    elif all_equal(verdicts):
        told.append(_("Every file that is compared is what the receipt says."))
    return "\n".join(told)
