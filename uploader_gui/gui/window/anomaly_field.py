"""The field for the anomaly's number: validated as you type, passes dropped and pasted files on to the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QCompleter, QLineEdit

from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.gui.drop.mime import Offered, offered_in, paths_in
from uploader_gui.gui.style.widgets import TypedLine, set_look
from uploader_gui.text import Words
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from uploader_gui.gui.style.theme import Theme


class AnomalyField(TypedLine):
    """Gives a valid number or nothing; `paste_wanted`: the clipboard holds what is for the list."""

    anomaly_changed = Signal(str)
    paste_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        CalmCaret(self)
        self.setAcceptDrops(False)  # or it would swallow dropped files as text
        self._check = self.addAction(
            theme.icons.icon("check", theme.colors.ok, 18), QLineEdit.ActionPosition.TrailingPosition
        )
        self._recent = QStringListModel(self)
        self._chooser = self.addAction(
            theme.icons.icon("down", theme.colors.muted, 16), QLineEdit.ActionPosition.TrailingPosition
        )
        self._chooser.triggered.connect(self._show_recent)
        self._complete()
        self.offer([])
        self.textChanged.connect(self._judge)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()
        self.retranslate()

    @property
    def anomaly_id(self) -> str:
        """Give the number without spaces around it, empty while it is not valid."""
        typed = self.text().strip()
        return typed if ANOMALY_ID.fullmatch(typed) else ""

    @property
    def is_wrong(self) -> bool:
        """Tell whether something is typed that can never be a number."""
        return bool(self.text().strip()) and not self.anomaly_id

    def offer(self, anomalies: Sequence[str]) -> None:
        """Offer the numbers used last, while typing and by the arrow (or the key Down)."""
        self._recent.setStringList(anomalies)
        self._chooser.setVisible(bool(anomalies))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.setPlaceholderText(Words.ANOMALY_PLACEHOLDER.text)
        self.setAccessibleName(Words.ANOMALY.text)
        self._check.setToolTip(Words.ANOMALY_VALID.text)
        self._chooser.setToolTip(MannersWords.RECENT.text)
        self._judge()
        self._widen()

    def _complete(self) -> None:
        """A number is offered, never put in by itself: evidence must not go to another anomaly."""
        completer = QCompleter(self._recent, self)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(8)
        self.setCompleter(completer)

    def _show_recent(self) -> None:
        self.completer().setCompletionPrefix("")
        self.completer().complete()

    def _judge(self) -> None:
        self._check.setVisible(bool(self.anomaly_id))
        set_look(self, "valid", "false" if self.is_wrong else "true")
        said = Words.ANOMALY_INVALID if self.is_wrong else Words.ANOMALY_VALID
        self.setAccessibleDescription(said.text if self.text() else "")
        weight = QFont.Weight.DemiBold if self.text() else QFont.Weight.Normal
        self.setFont(self._theme.font(15 if self.text() else 14, weight))
        self.anomaly_changed.emit(self.anomaly_id)

    def _follow_theme(self) -> None:
        self._check.setIcon(self._theme.icons.icon("check", self._theme.colors.ok, 18))
        self._chooser.setIcon(self._theme.icons.icon("down", self._theme.colors.muted, 16))
        if (popup := self.completer().popup()) is not None:
            popup.setFont(self._theme.font(14))
        self._widen()

    def _widen(self) -> None:
        """Be wide enough for the words that stand there while it is empty, beside the arrow."""
        words = QFontMetrics(self._theme.font(14)).horizontalAdvance(Words.ANOMALY_PLACEHOLDER.text)
        self.setFixedSize(max(self._theme.px(190), words + self._theme.px(64)), self._theme.px(37))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pasted files are for the list, pasted text is for the field; Down offers what was used last."""
        if event.key() == Qt.Key.Key_Down and self._recent.rowCount():
            self._show_recent()
            return
        if event.matches(QKeySequence.StandardKey.Paste):
            mime = QGuiApplication.clipboard().mimeData()
            if paths_in(mime) or (offered_in(mime) is Offered.PICTURE and not mime.hasText()):
                self.paste_wanted.emit()
                return
        super().keyPressEvent(event)


REST_MS: Final = 3000
_LIFE: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.InputMethod})


class CalmCaret(QObject):
    """Watches one field; in others the caret blinks as the system wants it."""

    def __init__(self, field: QLineEdit, *, rest_ms: int = REST_MS) -> None:
        super().__init__(field)
        self._usual = QApplication.cursorFlashTime()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(rest_ms)
        self._rest.timeout.connect(lambda: QApplication.setCursorFlashTime(0))
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Blink from now on, and rest later; somebody else's caret is none of ours."""
        del watched
        if event.type() == QEvent.Type.FocusIn or event.type() in _LIFE:
            self._blink()
            self._rest.start()
        elif event.type() == QEvent.Type.FocusOut:
            self._blink()
            self._rest.stop()
        return False

    def _blink(self) -> None:
        if QApplication.cursorFlashTime() != self._usual:
            QApplication.setCursorFlashTime(self._usual)
