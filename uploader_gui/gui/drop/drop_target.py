"""The whole window as a drop target, with an overlay that says what a drop would do.

Drops are always copies, never moves. `add_files.py` adds what is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QFont, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from uploader_gui.gui.drop.mime import DropKind, counted, drop_kind_of, elsewhere_in, files_in, picture_in
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
    """A big dashed area over the window that says what letting go would do."""

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
        """Do not cover this band, nor anything above it."""
        self._spared = band

    def show_texts(self, title: str, subtitle: str) -> None:
        """Cover the window with these texts."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        covered = self._window.rect()
        if self._spared is not None:
            covered.setTop(self._spared.mapTo(self._window, self._spared.rect().bottomLeft()).y() + 1)
        self.setGeometry(covered)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed area."""
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
    """Watches a window for drags. `anomaly_id` returns the anomaly shown, "" for none.

    Signals: `files_dropped(list[Path])`, `picture_dropped(QImage)`, `refused(DropKind)`;
    `left_out(list[str])` names what of a drop is not on this computer.
    """

    files_dropped = Signal(object)
    picture_dropped = Signal(object)
    refused = Signal(object)
    left_out = Signal(object)

    def __init__(self, window: QWidget, theme: Theme, anomaly_id: Callable[[], str]) -> None:
        super().__init__(window)
        self._anomaly_id = anomaly_id
        self._paths: list[Path] = []
        self._kind = DropKind.NOTHING
        self.overlay = DropOverlay(window, theme)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def _enter(self, event: QDragEnterEvent) -> None:
        """Accept even what holds no files: only then does Qt report the drop, and advice can be shown."""
        if event.source() is not None:
            event.ignore()  # text dragged within the window
            return
        self._inspect(event)
        self._accept_as_copy(event)
        self._set_texts()

    def _inspect(self, event: QDragEnterEvent | QDropEvent) -> None:
        self._kind = drop_kind_of(event.mimeData())
        self._paths = files_in(event.mimeData()) if self._kind is DropKind.FILES else []

    def _set_texts(self) -> None:
        anomaly_id = self._anomaly_id()
        if self._kind.advice:
            self.overlay.show_texts(Words.DROP_NO_FILES.text, self._kind.advice)
        elif not anomaly_id:
            self.overlay.show_texts(Words.DROP_FIRST_ID.text, Words.DROP_KEPT.text)
        elif self._kind is DropKind.PICTURE:
            self.overlay.show_texts(MannersWords.ADD_PICTURE.filled(anomaly_id), MannersWords.PICTURE_SAVED.text)
        else:
            self.overlay.show_texts(counted(self._paths).add_to(anomaly_id), Words.DROP_COPY.text)

    def _accept_as_copy(self, event: QDragMoveEvent | QDropEvent) -> None:
        """Always copy: a move would let the file manager delete the originals."""
        event.setDropAction(Qt.DropAction.CopyAction)
        if event.dropAction() is Qt.DropAction.MoveAction:  # where no copy is offered, Qt answers with what is
            event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def _drop(self, event: QDropEvent) -> None:
        self._inspect(event)
        self._accept_as_copy(event)
        kind, dropped = self._kind, self._paths
        self._leave()
        if kind is DropKind.FILES:
            self.files_dropped.emit(dropped)
            self.left_out.emit(elsewhere_in(event.mimeData()))
        elif kind is DropKind.PICTURE:
            self.picture_dropped.emit(picture_in(event.mimeData()))
        else:
            self.refused.emit(kind)

    def _leave(self) -> None:
        self._paths = []
        self.overlay.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the window's drag events."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif isinstance(event, QDropEvent) and event.source() is not None:  # moves are among them
            event.ignore()
        elif isinstance(event, QDragMoveEvent):
            self._accept_as_copy(event)
        elif event.type() == QEvent.Type.DragLeave:
            self._leave()
        elif isinstance(event, QDropEvent):
            self._drop(event)
        else:
            return super().eventFilter(watched, event)
        return True


def dashed(color: str) -> QPen:
    """Return the pen for the dashed line around a drop target."""
    pen = QPen(QColor(color), 2, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([5, 3])
    return pen
