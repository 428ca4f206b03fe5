"""The whole window as a drop target: lights up while files are over it and leaves no trace afterwards.

`add_files.py` makes one `DropTarget`. Files are only ever copied; what is no file is explained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QFont, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from uploader_gui.gui.drop.mime import Offered, counted, files_in, offered_in, picture_in
from uploader_gui.gui.style.widgets import IconLabel, label
from uploader_gui.text import Words
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent

    from uploader_gui.gui.style.theme import Theme

_MARGIN: Final = 24


class DropOverlay(QWidget):
    """What is seen of it: one big dashed target that says what letting go would do."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._spared: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.title = label("", theme, 22, QFont.Weight.DemiBold)
        self.subtitle = label("", theme, 13)
        self.subtitle.setProperty("kind", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * _MARGIN,) * 4)
        column.addStretch()
        column.addWidget(IconLabel("drop", "accent", 86, theme))
        column.addSpacing(20)
        for text in (self.title, self.subtitle):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            text.setWordWrap(True)
            column.addWidget(text)
        column.addStretch()
        self.hide()

    def spare(self, band: QWidget) -> None:
        """Never cover this band, nor what is above it."""
        self._spared = band

    def say(self, title: str, subtitle: str) -> None:
        """Cover the window and say it."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        covered = self._window.rect()
        if self._spared is not None:
            covered.setTop(self._spared.mapTo(self._window, self._spared.rect().bottomLeft()).y() + 1)
        self.setGeometry(covered)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the target."""
        del event
        colors = self._theme.colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colors.bg))
        painter.setPen(dashed(colors.accent))
        painter.setBrush(QColor(colors.accent_soft))
        area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawRoundedRect(area, 12, 12)
        painter.end()


class DropTarget(QObject):
    """Watches a window for drags. `anomaly_id` is asked when a drag comes in.

    `files_dropped(list[Path])`, `picture_dropped(QImage)`, `refused(Offered)`.
    """

    files_dropped = Signal(object)
    picture_dropped = Signal(object)
    refused = Signal(object)

    def __init__(self, window: QWidget, theme: Theme, anomaly_id: Callable[[], str]) -> None:
        super().__init__(window)
        self._anomaly_id = anomaly_id
        self._paths: list[Path] = []
        self._gift = Offered.NOTHING
        self.overlay = DropOverlay(window, theme)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def _enter(self, event: QDragEnterEvent) -> None:
        """Accept even what holds no files: only then does Qt tell the drop, which is answered by what to do."""
        if event.source() is not None:
            event.ignore()  # text dragged within the window
            return
        self._look_at(event)
        self._take(event)
        self._say()

    def _look_at(self, event: QDragEnterEvent | QDropEvent) -> None:
        self._gift = offered_in(event.mimeData())
        self._paths = files_in(event.mimeData()) if self._gift is Offered.FILES else []

    def _say(self) -> None:
        anomaly_id = self._anomaly_id()
        if self._gift.advice:
            self.overlay.say(Words.DROP_NO_FILES.text, self._gift.advice)
        elif not anomaly_id:
            self.overlay.say(Words.DROP_FIRST_ID.text, Words.DROP_KEPT.text)
        elif self._gift is Offered.PICTURE:
            self.overlay.say(MannersWords.ADD_PICTURE.filled(anomaly_id), MannersWords.PICTURE_SAVED.text)
        else:
            self.overlay.say(counted(self._paths).add_to(anomaly_id), Words.DROP_COPY.text)

    def _take(self, event: QDragMoveEvent | QDropEvent) -> None:
        """Always copy: a move would let the file manager delete the originals."""
        event.setDropAction(Qt.DropAction.CopyAction)
        if event.dropAction() is Qt.DropAction.MoveAction:  # where no copy is offered, Qt answers with what is
            event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def _drop(self, event: QDropEvent) -> None:
        self._look_at(event)
        self._take(event)
        gift, dropped = self._gift, self._paths
        self._leave()
        if gift is Offered.FILES:
            self.files_dropped.emit(dropped)
        elif gift is Offered.PICTURE:
            self.picture_dropped.emit(picture_in(event.mimeData()))
        else:
            self.refused.emit(gift)

    def _leave(self) -> None:
        self._paths = []
        self.overlay.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the window's drag events."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif isinstance(event, QDropEvent) and event.source() is not None:  # moves are among them
            event.ignore()
        elif isinstance(event, QDragMoveEvent):
            self._take(event)
        elif event.type() == QEvent.Type.DragLeave:
            self._leave()
        elif isinstance(event, QDropEvent):
            self._drop(event)
        else:
            return super().eventFilter(watched, event)
        return True


def dashed(color: str) -> QPen:
    """Give the dashed line around a drop target."""
    pen = QPen(QColor(color), 2, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([5, 3])
    return pen
