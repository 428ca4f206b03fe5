"""The question on closing while files are being sent: go on in the background, stop until next time, or stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from uploader_gui.gui.dialogs.frame import PlainDialog
from uploader_gui.text import Words
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton, QWidget

    from uploader_gui.gui.look.theme import Theme
    from uploader_gui.words.translation import Sentence


class LeaveDialog(PlainDialog):
    """Three choices, each with what follows from it; Esc stays."""

    background_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Words.LEAVE_TITLE, theme, parent)
        self.add_title(Words.LEAVE_TITLE)
        self.add_sentence(MannersWords.LEAVE_TEXT)
        self.background = self._choice(MannersWords.IN_BACKGROUND, MannersWords.IN_BACKGROUND_MORE, "primary")
        self.stop = self._choice(Words.LEAVE_STOP, MannersWords.STOP_MORE, "plain")
        self.cancel = self.button(MannersWords.LEAVE_NOT, "plain")
        self.add_buttons(self.cancel)
        self.background.setDefault(True)
        self.background.clicked.connect(self.background_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        for button in (self.background, self.stop):
            button.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.background.setFocus()

    def _choice(self, label: Sentence, more: Sentence, kind: str) -> QPushButton:
        button = self.button(label, kind)
        self.say(button.setAccessibleDescription, more)
        self.column.addSpacing(8)
        self.column.addWidget(button)
        self.add_sentence(more)
        return button
