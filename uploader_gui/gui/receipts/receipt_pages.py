"""A receipt's pages: laid out for a PDF or a printer, and as an HTML page that screen readers and browsers read.

Qt lays out while it holds Python's lock, so a thread would not help: 3,000 files take three seconds in one piece.
Instead each printed page is a small document, made in one turn of the event loop. No file's row is split, and every
page has the headings. Black on white in every theme.

The HTML page is a semantic table, without a script or anything from elsewhere. Names and servers' texts are data:
everything is escaped, and stands in its own direction there (`bdi`).
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMarginsF, QObject, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QTextDocument,
    QTextOption,
    QTextTable,
)

from uploader_gui import i18n
from uploader_gui.engine.receipt import CHECKSUM
from uploader_gui.gui.bridge import ThreadSignal
from uploader_gui.gui.receipts import receipt_words
from uploader_gui.gui.upload_list.row_text import visible_name
from uploader_gui.i18n import N_, _, language_in_use, ngettext
from uploader_gui.paths import find_resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPagedPaintDevice

    from uploader_gui.engine.receipt import Receipt, ReceiptFile


_COLUMNS: Final = ((5, N_("File")), (57, N_("File")), (9, N_("Size")), (11, N_("Type")), (18, N_("Result")))
"""Width in percent and heading of each column; the first is the file's number, shown without its heading."""
_LINE: Final = "border-bottom: 0.6px solid #c9ced6"
_HEAD_LINE: Final = "border-bottom: 1px solid #5e6776"

MARGIN_MM: Final = 16
_ROWS_TRIED: Final = 20
"""More rows than fit on one page."""
_FOOT_ROOM: Final = 0.04
"""The footer's share of a page's height."""
_FOOT_PT: Final = 7.5
_MARK_SHARE: Final = 0.7
"""The length of a trial's mark, as a share of the page's diagonal."""
_MARK_ALPHA: Final = 56
"""Opacity of 255: visible at once, with readable text below it."""


@dataclass(frozen=True, slots=True)
class _Page:
    document: QTextDocument
    height: float
    """The part of the document that belongs to this page, in the device's pixels; the rest is on the next page."""


class ReceiptPages(QObject):
    """Paints one receipt onto a device. Emits `done` when all pages are painted, or `failed`: the device takes none."""

    done = Signal()
    failed = Signal()

    def __init__(
        self, receipt: Receipt, device: QPagedPaintDevice, font: QFont, parent: QObject, page: str = ""
    ) -> None:
        """Paint it with that font; `page` is the address of the anomaly's page in the register."""
        super().__init__(parent)
        self._receipt = receipt
        self._page = page
        self._offset = receipt_words.offset_of(receipt)
        self._device = device
        self._font = QFont(font)
        self._files = list(enumerate(receipt.files, start=1))
        self._at = 0
        self.pages: list[_Page] = []
        self._painter = QPainter()
        self._painted = 0
        self._checksum = ""
        self._has_checksum = ThreadSignal(self._begin)

    def start(self) -> None:
        """Begin with the receipt's checksum, in a thread (3,000 files take 70 ms); the rest runs in the event loop."""
        threading.Thread(target=self._sum_up, name="uploader-receipt", daemon=True).start()

    def _sum_up(self) -> None:
        self._has_checksum.told.emit(self._receipt.to_json()[CHECKSUM])

    def _begin(self, checksum: str) -> None:
        self._checksum = checksum
        self._lay_out_next()

    def _lay_out_next(self) -> None:
        self.pages.append(self._next_page())
        more = self._at < len(self._files)
        QTimer.singleShot(0, self, self._lay_out_next if more else self._paint_next)

    def _next_page(self) -> _Page:
        tried = self._files[self._at : self._at + _ROWS_TRIED]
        head = "" if self.pages else heading_html(self._receipt, self._checksum, self._page)
        document = self._laid_out(
            head + (table_html(tried, trial=self._receipt.trial, utc_offset=self._offset) if tried else "")
        )
        count, height = _rows_that_fit(document, self._size().height() * (1 - _FOOT_ROOM))
        self._at += count if tried else 0
        return _Page(document, height)

    def _laid_out(self, body: str) -> QTextDocument:
        document = QTextDocument(self)
        document.documentLayout().setPaintDevice(self._device)
        document.setDefaultFont(self._font)
        document.setDocumentMargin(0)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # a hash has no word to break at
        document.setDefaultTextOption(option)
        document.setHtml(page_html(body))
        document.setTextWidth(self._size().width())
        return document

    def _size(self) -> QSizeF:
        return QSizeF(self._device.width(), self._device.height())

    def _paint_next(self) -> None:
        takes_page = self._device.newPage() if self._painted else self._painter.begin(self._device)
        if not takes_page:
            if self._painted:
                self._painter.end()
            self.failed.emit()
            return
        page = self.pages[self._painted]
        self._painter.save()
        clip = QRectF(0, 0, self._size().width(), page.height)
        self._painter.setClipRect(clip)
        page.document.drawContents(self._painter, clip)
        self._painter.restore()
        self._paint_foot()
        if self._receipt.trial:
            self._paint_trial()
        page.document.deleteLater()
        self._painted += 1
        if self._painted < len(self.pages):
            QTimer.singleShot(0, self, self._paint_next)
            return
        self._painter.end()
        self.done.emit()

    def _paint_trial(self) -> None:
        """Paint the trial's mark across the page, over everything: every part of a copy shows it."""
        font = QFont(self._font)
        font.setBold(True)
        font.setPixelSize(100)
        mark, size = _("TRIAL"), self._size()
        painter = self._painter
        painter.save()
        painter.translate(size.width() / 2, size.height() / 2)
        painter.rotate(-math.degrees(math.atan2(size.height(), size.width())))
        width = _MARK_SHARE * math.hypot(size.width(), size.height())
        font.setPixelSize(max(1, int(100 * width / QFontMetricsF(font).horizontalAdvance(mark))))
        painter.setFont(font)
        painter.setPen(QColor(179, 38, 30, _MARK_ALPHA))
        place = QRectF(-width, -width, 2 * width, 2 * width)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark)
        painter.restore()

    def _paint_foot(self) -> None:
        font = QFont(self._font)
        font.setPointSizeF(_FOOT_PT)
        number = _("Page {page} of {pages}", page=i18n.number(self._painted + 1), pages=i18n.number(len(self.pages)))
        self._painter.setFont(font)
        self._painter.setPen(QColor("#5e6776"))
        place = QRectF(0, 0, self._size().width(), self._size().height())
        bottom = Qt.AlignmentFlag.AlignBottom
        self._painter.drawText(place, bottom | Qt.AlignmentFlag.AlignLeft, receipt_words.footer_text(self._receipt))
        self._painter.drawText(place, bottom | Qt.AlignmentFlag.AlignRight, number)


def prepare(device: QPagedPaintDevice) -> None:
    """Set A4, portrait, with margins of 16 mm."""
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    paper = QPageSize(QPageSize.PageSizeId.A4)
    device.setPageLayout(QPageLayout(paper, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter))


def _rows_that_fit(document: QTextDocument, room: float) -> tuple[int, float]:
    """Return how many rows of the last table fit (at least one), and the height down to the last of them."""
    whole = document.size().height()
    table = next((one for one in reversed(document.rootFrame().childFrames()) if isinstance(one, QTextTable)), None)
    if table is None or table.rows() < 2:  # noqa: PLR2004 - the headings and a file
        return 0, whole
    if whole <= room:
        return table.rows() - 1, whole
    layout = document.documentLayout()
    tops = [
        layout.blockBoundingRect(table.cellAt(row, 1).firstCursorPosition().block()).top()
        for row in range(1, table.rows())
    ]
    fitting = max(1, sum(bottom <= room for bottom in tops[1:]))
    return fitting, tops[fitting] if fitting < len(tops) else whole


def heading_html(receipt: Receipt, checksum: str = "", page: str = "") -> str:
    """Return the HTML of the receipt's top: title, anomaly, times, program, sums, and what they mean.

    `checksum` is the receipt's own, which a trial does not show; `page` the address of the anomaly's page.
    """
    rows = "".join(
        f'<tr><td class="quiet" style="padding-right: 18px">{escape(name)}</td><td>{linked(value, page)}</td></tr>'
        for name, value in receipt_words.facts(receipt, page)
    )
    title, means = receipt_words.title_and_meaning(receipt)
    return (
        f'<h1>{escape(title)}</h1><p class="anomaly">{escape(receipt_words.anomaly_text(receipt))}</p>'
        f'<table cellspacing="0" cellpadding="1">{rows}</table><p class="promise">{escape(means)}</p>'
        f"{_seal_html(checksum) if checksum and not receipt.trial else ''}"
    )


def linked(text: str, page: str) -> str:
    """Return a text as HTML, and the page's own address as a link there."""
    return f'<a href="{escape(page)}">{escape(text)}</a>' if page and text == page else escape(text)


def _seal_html(checksum: str) -> str:
    means = _small_html(receipt_words.seal_meaning())
    return f'<p class="seal">{_monospace_html("SHA-256", checksum)}<br>{means}</p>'


def table_html(files: Iterable[tuple[int, ReceiptFile]], *, trial: bool = False, utc_offset: str = "") -> str:
    """Return the HTML table of numbered files with its headings; `trial`: nothing went to a register.

    `utc_offset` is the receipt's, "" for this computer's.
    """
    heads = "".join(
        f'<th width="{width}%" style="{_HEAD_LINE}">{escape(_(word)) if at else ""}</th>'
        for at, (width, word) in enumerate(_COLUMNS)
    )
    rows = "".join(_row_html(number, file, trial=trial, utc_offset=utc_offset) for number, file in files)
    table_tag = '<table width="100%" cellspacing="0" cellpadding="4" style="border-collapse: collapse">'
    return f"{table_tag}<thead><tr>{heads}</tr></thead>{rows}</table>"


def page_html(body: str) -> str:
    """Return a complete HTML document with the style sheet."""
    style = find_resource("receipt.css").read_text("utf-8")
    return f"<html><head><style>{style}</style></head><body>{body}</body></html>"


def _row_html(number: int, file: ReceiptFile, *, trial: bool, utc_offset: str) -> str:
    cells = (
        f'<span class="quiet">{number}</span>',
        _file_html(file),
        escape(receipt_words.size(file)),
        escape(receipt_words.kind(file)),
        _result_html(file, trial=trial, utc_offset=utc_offset),
    )
    return "<tr>" + "".join(f'<td style="{_LINE}">{cell}</td>' for cell in cells) + "</tr>"


def _file_html(file: ReceiptFile) -> str:
    """Return a file's name, reason, hash, upload id, original and notes."""
    lines = [f"<b>{escape(visible_name(file.name))}</b>"]
    if why := receipt_words.why(file):
        lines.append(_small_html(why))
    if file.sha256:
        lines.append(_monospace_html("SHA-256", file.sha256))
    lines.append(_monospace_html(_("Upload reference"), file.upload_id))
    if original := file.original:  # what is sent was made from another file, which stays the evidence
        lines.append(_small_html(receipt_words.made_from(original)))
        lines.append(_monospace_html("SHA-256", original.sha256))
    if notes := receipt_words.notes_text(file):
        lines.append(_small_html(notes))
    return "<br>".join(lines)


def _result_html(file: ReceiptFile, *, trial: bool, utc_offset: str) -> str:
    """Return a file's result, time, and number in the register."""
    look = "trial" if trial else file.state
    lines = [f'<span class="{look}">{escape(receipt_words.result(file, trial=trial))}</span>']
    if file.uploaded_at is not None:
        lines.append(_small_html(receipt_words.moment(file.uploaded_at, utc_offset)))
    if file.service_id:
        number = N_("Trial no. {number}") if trial else N_("Register no. {number}")
        lines.append(_small_html(_(number, number=visible_name(file.service_id))))
    return "<br>".join(lines)


def _small_html(text: str) -> str:
    return f'<span class="small">{escape(text)}</span>'


def _monospace_html(name: str, value: str) -> str:
    return f'<span class="hash">{name} {escape(value)}</span>'


_HEADINGS: Final = (
    N_("File"), N_("Size"), N_("Type"), N_("Result"), N_("Uploaded at"), N_("Register number"), N_("Notes"),
    "SHA-256",
)  # fmt: skip
_STYLE: Final = (
    "body{font-family:sans-serif;color:#1b1f27;background:#fff;margin:2em;max-width:80em}dt{font-weight:600}"
    "table{border-collapse:collapse}caption{text-align:left;font-weight:600;padding:.5em 0}"
    "th,td{border-bottom:1px solid #5e6776;padding:.4em .6em;text-align:left;vertical-align:top}"
    "code{overflow-wrap:anywhere}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def html_page(receipt: Receipt, in_register: str = "") -> bytes:
    """Return the receipt as the bytes of an HTML file in the language in use.

    `in_register` is the address of the anomaly's page in the register.
    """
    title, means = receipt_words.title_and_meaning(receipt)
    named = " – ".join((title, receipt_words.anomaly_text(receipt)))
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd><bdi>{linked(value, in_register)}</bdi></dd>"
        for name, value in receipt_words.facts(receipt, in_register)
    )
    text = (
        f'<!DOCTYPE html>\n<html lang="{language_in_use()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(named)}</title><style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>"
        f"<p>{_data(receipt_words.anomaly_text(receipt))}</p><dl>{facts}</dl><p>{escape(means)}</p>{_page_seal(receipt)}\n"
        f"{_page_table(receipt)}</main></body></html>\n"
    )
    return text.encode("utf-8", "backslashreplace")


def _page_seal(receipt: Receipt) -> str:
    if receipt.trial:
        return ""
    checksum = receipt.to_json()[CHECKSUM]
    return f"<p>SHA-256 <code>{escape(checksum)}</code><br>{escape(receipt_words.seal_meaning())}</p>"


def _page_table(receipt: Receipt) -> str:
    heads = "".join(f'<th scope="col">{escape(_(heading))}</th>' for heading in _HEADINGS)
    count = ngettext("{count} file", "{count} files", len(receipt.files))
    rows = "\n".join(_page_row(file, receipt) for file in receipt.files)
    return f"<table><caption>{escape(count)}</caption><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>"


def _page_row(file: ReceiptFile, receipt: Receipt) -> str:
    when = "" if file.uploaded_at is None else receipt_words.moment(file.uploaded_at, receipt_words.offset_of(receipt))
    cells = (
        escape(receipt_words.size(file)),
        escape(receipt_words.kind(file)),
        escape(receipt_words.result(file, trial=receipt.trial)),
        escape(when),
        _data(visible_name(file.service_id or "")),
        _page_notes(file),
        f"<code>{escape(file.sha256 or '')}</code>",
    )
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_data(visible_name(file.name))}</th>{rest}</tr>'


def _page_notes(file: ReceiptFile) -> str:
    """Return why a file did not arrive, its upload reference, and what it was made from."""
    reference = _("{label}: {text}", label=_("Upload reference"), text=file.upload_id)
    notes = [receipt_words.why(file), receipt_words.notes_text(file), reference]
    if file.original is not None:
        original = _("{label}: {text}", label="SHA-256", text=file.original.sha256)
        notes += [receipt_words.made_from(file.original), original]
    return "<br>".join(escape(note) for note in notes if note)


def _data(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"
