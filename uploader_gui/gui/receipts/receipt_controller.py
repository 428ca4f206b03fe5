"""Saves, opens and prints receipts, for the footer and for History.

A receipt comes from the engine in `events.ReceiptBuilt`. The finished file's bytes go back to the
engine, which writes them: the window's thread never waits for a disk.
"""

from __future__ import annotations

import os
from enum import Enum
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QDate, QIODevice, QObject, QStandardPaths, Qt, QTemporaryDir, QTime, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPdfWriter
from PySide6.QtWidgets import QDialog, QFileDialog

from uploader_gui.engine import receipt as receipt_json
from uploader_gui.gui.receipts import receipt_csv, receipt_pages, receipt_words
from uploader_gui.gui.style.widgets import file_dialog
from uploader_gui.gui.upload_list.row_text import visible_name
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QWidget

    from uploader_gui.engine.events import ReceiptBuilt
    from uploader_gui.engine.models import RunKey
    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow

_DOTS_PER_INCH: Final = 300
SUMS_NAME: Final = "SHA256SUMS"
"""What coreutils' users call such a file."""


class ReceiptFormat(Enum):
    """The file formats of a receipt; the value is the file dialog's name filter."""

    PDF = N_("Page to print or file (*.pdf)")
    CSV = N_("Table for Excel (*.csv)")
    JSON = N_("Data for other programs (*.json)")
    HTML = N_("Page for screen readers and browsers (*.html)")
    SHA256 = N_("Checksums for sha256sum (*.sha256)")

    @property
    def suffix(self) -> str:
        """The file extension without a dot."""
        return self.name.lower()


class ReceiptController(QObject):
    """Saves, opens and prints receipts. `news(str)`: a sentence about what became of one."""

    news = Signal(str)

    def __init__(self, window: MainWindow, engine: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._engine = engine
        self._to_open: set[str] = set()
        self._made_for: dict[str, tuple[str, RunKey | None]] = {}
        """The anomaly and the run of the receipt that each path was chosen for."""
        self.not_saved: tuple[str, RunKey | None] = "", None
        """The anomaly and the run of the last receipt that could not be saved."""
        self._shown_from: QTemporaryDir | None = None
        self._requests: list[tuple[RunKey | None, str, Callable[[Receipt], None]]] = []

    def save_as(self, anomaly_id: str, key: RunKey | None = None) -> QFileDialog:
        """Ask for a file name and format, then save the receipt of a past run, or (None) of this one."""
        dialog = _save_dialog(self._window, self._name(anomaly_id))
        dialog.fileSelected.connect(lambda name: self._save(*_path_and_format(name, dialog), anomaly_id, key))
        dialog.open()
        return dialog

    def print_out(self, anomaly_id: str, key: RunKey | None = None) -> None:
        """Ask for a printer, then print the receipt of a past run, or (None) of this one."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # noqa: PLC0415 - needed for printing only

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        receipt_pages.prepare(printer)
        dialog = QPrintDialog(printer, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._ask(anomaly_id, key, lambda receipt: self._print(receipt, printer)))
        QDialog.open(dialog)  # QPrintDialog.open takes other arguments

    def open(self, anomaly_id: str, key: RunKey | None = None) -> None:
        """Open the receipt in the system's PDF viewer."""
        if self._shown_from is None:
            self._shown_from = QTemporaryDir()  # private, and removed at exit
        now = QTime.currentTime().toString("hhmmsszzz")  # a new name each time: a viewer may lock the last file
        path = Path(self._shown_from.filePath(f"{self._name(anomaly_id)}-{now}.{ReceiptFormat.PDF.suffix}"))
        self._to_open.add(str(path))
        self._made_for[str(path)] = anomaly_id, key
        self._ask(anomaly_id, key, lambda receipt: self._make_pdf(receipt, path))

    def written(self, path: str, error: str | None) -> None:
        """Open a receipt that was made to be viewed; for any other, show where it was saved. Note what was not."""
        if error is not None:
            self.not_saved = self._made_for.get(path, self.not_saved)
            return
        if path not in self._to_open:
            saved = Path(path)
            name, folder = visible_name(saved.name), visible_name(str(saved.parent))
            self.news.emit(_("The receipt {name} was saved in {folder}", name=name, folder=folder))
            return
        self._to_open.discard(path)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self.news.emit(_("No program on this computer shows PDF files. Save the receipt, then open it elsewhere."))

    def receipt_built(self, event: ReceiptBuilt) -> None:
        """Answer one request for a receipt of this run: the oldest for this anomaly, else the oldest of all."""
        of_run = [one for one in self._requests if one[0] == event.key]
        for request in sorted(of_run, key=lambda one: one[1] != event.receipt.anomaly_id)[:1]:
            self._requests.remove(request)
            request[2](event.receipt)

    # Inside

    def _name(self, anomaly_id: str) -> str:
        """Return a file name without extension: anomaly and date, for a trial with its mark."""
        today = QDate.currentDate().toString(Qt.DateFormat.ISODate)
        mark = _("TRIAL") if self._window.trial else ""
        return "-".join(part for part in (mark, _("receipt"), anomaly_id, today) if part)

    def _ask(self, anomaly_id: str, key: RunKey | None, then: Callable[[Receipt], None]) -> None:
        self._requests.append((key, anomaly_id, then))
        self._engine.build_receipt(key, anomaly_id=anomaly_id)

    def _save(self, path: Path, chosen: ReceiptFormat, anomaly_id: str, key: RunKey | None) -> None:
        makers = {
            ReceiptFormat.PDF: lambda receipt: self._make_pdf(receipt, path),
            ReceiptFormat.CSV: lambda receipt: self._engine.save_receipt(receipt_csv.table(receipt), path),
            ReceiptFormat.JSON: lambda receipt: self._engine.save_receipt(receipt_json.encoded(receipt), path),
            ReceiptFormat.HTML: lambda receipt: self._engine.save_receipt(
                receipt_pages.html_page(receipt, self._page_of(receipt)), path
            ),
            ReceiptFormat.SHA256: lambda receipt: self._engine.save_receipt(receipt_json.sha256sums(receipt), path),
        }
        self._made_for[str(path)] = anomaly_id, key
        self._ask(anomaly_id, key, makers[chosen])

    def _make_pdf(self, receipt: Receipt, path: Path) -> None:
        buffer = QBuffer(self)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(_DOTS_PER_INCH)
        writer.setTitle(receipt_words.footer_text(receipt))
        writer.setCreator(receipt.program)
        receipt_pages.prepare(writer)

        def ready() -> None:
            self._engine.save_receipt(bytes(buffer.data().data()), path)
            buffer.deleteLater()

        self._lay_out(writer, receipt, ready)

    def _page_of(self, receipt: Receipt) -> str:
        """Return the address of the page of a receipt's anomaly, "" for none."""
        return "" if receipt.trial else self._window.model.pages.of(receipt.anomaly_id, receipt.circumstances.server)

    def _print(self, receipt: Receipt, printer: QPrinter) -> None:
        printer.setDocName(receipt_words.footer_text(receipt))
        self._lay_out(printer, receipt, lambda: self.news.emit(_("The receipt was sent to the printer")))

    def _lay_out(self, device: QPdfWriter | QPrinter, receipt: Receipt, ready: Callable[[], None]) -> None:
        pages = receipt_pages.ReceiptPages(receipt, device, self._window.font(), self, self._page_of(receipt))
        pages.done.connect(ready)
        pages.failed.connect(lambda: self.news.emit(_("The receipt could not be printed")))
        for ended in (pages.done, pages.failed):
            ended.connect(pages.deleteLater)
        pages.start()


def _save_dialog(window: QWidget, name: str) -> QFileDialog:
    """Return a save dialog that starts in the documents folder with this name."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = file_dialog(window, _("Save the receipt"), documents)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_(one.value) for one in ReceiptFormat])
    dialog.setDefaultSuffix(ReceiptFormat.PDF.suffix)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_format_of_filter(chosen).suffix))
    dialog.selectFile(f"{name}.{ReceiptFormat.PDF.suffix}")
    return dialog


def _path_and_format(name: str, dialog: QFileDialog) -> tuple[Path, ReceiptFormat]:
    """Return path and format: the name's extension decides, else the selected name filter.

    A name that gets its extension here is not the one the dialog asked about: it replaces no file.
    """
    path = Path(name)
    if path.name == SUMS_NAME:
        return path, ReceiptFormat.SHA256
    ending = path.suffix.removeprefix(".").upper()
    if ending in ReceiptFormat.__members__:
        return path, ReceiptFormat[ending]
    chosen = _format_of_filter(dialog.selectedNameFilter())
    names = chain([path.name], (f"{path.name} ({number})" for number in count(2)))
    whole = (path.with_name(f"{name}.{chosen.suffix}") for name in names)
    return next(one for one in whole if not os.path.lexists(one)), chosen


def _format_of_filter(name_filter: str) -> ReceiptFormat:
    return next((one for one in ReceiptFormat if _(one.value) == name_filter), ReceiptFormat.PDF)
