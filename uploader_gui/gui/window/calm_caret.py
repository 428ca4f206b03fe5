"""Lets a field's caret stand still a moment after the last key: it is all that would wake an idle window.

As GTK does (`gtk-cursor-blink-timeout`), with less patience. Used by the anomaly field, which begins with the focus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLineEdit

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
