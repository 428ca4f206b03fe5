"""Brings a receipt onto paper, as PDF or through a printer: page after page, never for long at a time.

Called by `receipt_controller.py`. Qt lays out under Python's lock, so a thread would not help: 3,000 files take three
seconds in one piece. Each page is a small document of its own instead, one per turn of the event loop; a file's row
is never torn apart, and the headings stand on every page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

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

from uploader_gui.gui.receipts import receipt_page, receipt_words
from uploader_gui.words import units
from uploader_gui.words.deposits import ReceiptWords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPagedPaintDevice

MARGIN_MM: Final = 16
_ROWS_TRIED: Final = 20
"""More rows than fit on a page."""
_FOOT_ROOM: Final = 0.04
"""The share of a page's height that its foot takes."""
_FOOT_PT: Final = 7.5
_MARK_SHARE: Final = 0.7
"""How much of the page's diagonal the mark of a trial takes."""
_MARK_ALPHA: Final = 56
"""Of 255: to be seen at once, and read through."""


@dataclass(frozen=True, slots=True)
class _Page:
    document: QTextDocument
    height: float
    """What of the document belongs to this page, in the device's pixels; the rest is on the next one."""


class ReceiptPages(QObject):
    """One receipt on its way to paper; `done` when the device has all of it."""

    done = Signal()

    def __init__(self, receipt: Mapping[str, Any], device: QPagedPaintDevice, font: QFont, parent: QObject) -> None:
        super().__init__(parent)
        self._receipt = receipt
        self._device = device
        self._font = QFont(font)
        self._trial = receipt_words.is_trial(receipt)
        self._files = list(enumerate(receipt["files"], start=1))
        self._at = 0
        self._pages: list[_Page] = []
        self._painter = QPainter()
        self._painted = 0

    @property
    def page_count(self) -> int:
        """How many pages there are, once it is done."""
        return len(self._pages)

    def start(self) -> None:
        """Begin; the event loop does the rest."""
        QTimer.singleShot(0, self, self._lay_out_next)

    def _lay_out_next(self) -> None:
        self._pages.append(self._next_page())
        more = self._at < len(self._files)
        QTimer.singleShot(0, self, self._lay_out_next if more else self._paint_next)

    def _next_page(self) -> _Page:
        tried = self._files[self._at : self._at + _ROWS_TRIED]
        head = "" if self._pages else receipt_page.top(self._receipt)
        document = self._laid_out(head + (receipt_page.table(tried, trial=self._trial) if tried else ""))
        count, height = _fitting(document, self._size().height() * (1 - _FOOT_ROOM))
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
        document.setHtml(receipt_page.document(body))
        document.setTextWidth(self._size().width())
        return document

    def _size(self) -> QSizeF:
        return QSizeF(self._device.width(), self._device.height())

    def _paint_next(self) -> None:
        if self._painted == 0:
            self._painter.begin(self._device)
        else:
            self._device.newPage()
        page = self._pages[self._painted]
        self._painter.save()
        clip = QRectF(0, 0, self._size().width(), page.height)
        self._painter.setClipRect(clip)
        page.document.drawContents(self._painter, clip)
        self._painter.restore()
        self._paint_foot()
        if self._trial:
            self._paint_trial()
        page.document.deleteLater()
        self._painted += 1
        if self._painted < len(self._pages):
            QTimer.singleShot(0, self, self._paint_next)
            return
        self._painter.end()
        self.done.emit()

    def _paint_trial(self) -> None:
        """Across the page, over everything: whatever is cut out or copied of it shows what it is."""
        font = QFont(self._font)
        font.setBold(True)
        font.setPixelSize(100)
        mark, size = ReceiptWords.TRIAL_MARK.text, self._size()
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
        number = ReceiptWords.PAGE.filled(units.number(self._painted + 1), units.number(len(self._pages)))
        self._painter.setFont(font)
        self._painter.setPen(QColor("#5e6776"))
        place = QRectF(0, 0, self._size().width(), self._size().height())
        bottom = Qt.AlignmentFlag.AlignBottom
        self._painter.drawText(place, bottom | Qt.AlignmentFlag.AlignLeft, receipt_page.foot(self._receipt))
        self._painter.drawText(place, bottom | Qt.AlignmentFlag.AlignRight, number)


def prepare(device: QPagedPaintDevice) -> None:
    """Make the paper A4, upright."""
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    paper = QPageSize(QPageSize.PageSizeId.A4)
    device.setPageLayout(QPageLayout(paper, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter))


def _fitting(document: QTextDocument, room: float) -> tuple[int, float]:
    """Give how many rows of the document's last table fit, at least one, and the height down to there."""
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
