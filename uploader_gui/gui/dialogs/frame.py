"""The frame our own dialogs share. Nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from uploader_gui.gui.dialogs.form import FormParts

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.words.translation import Sentence

_MARGIN: Final = 24
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlainDialog(QDialog, FormParts):
    """A title, sentences, fields, and buttons at the right; the last button is the primary one."""

    def __init__(self, title: Sentence, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.begin(theme, QVBoxLayout(self))
        self.say(self.setWindowTitle, title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column.setContentsMargins(24, 20, 24, 20)
        self.column.setSpacing(8)
        self.widen(440)

    def widen(self, width: int) -> None:
        """Be at least so wide at the usual text size, but never wider than the screen."""
        room = self.screen().availableGeometry().width() - 2 * _MARGIN
        self.setMinimumWidth(min(self.theme.px(width), room))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.say_again()
        self.fit()

    def fit(self) -> None:
        """Take the height the sentences now need."""
        self.column.activate()
        height = self.column.totalHeightForWidth(self.width())
        if height < 0:  # nothing in it wraps
            height = self.column.totalSizeHint().height()
        self.resize(self.width(), min(height, self.screen().availableGeometry().height() - 2 * _MARGIN))

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Add the buttons; Enter presses the last, unless another button has the focus."""
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        buttons[-1].setDefault(True)
        self.column.addSpacing(12)
        self.column.addLayout(row)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus; elsewhere the primary one."""
        focused = self.focusWidget()
        if event.key() in _ENTER and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Come up in the right height."""
        super().showEvent(event)
        self.fit()
