"""The question on closing with anything unsent: go on in the background, close until next time, or stay.

Opened by `window_dialogs.py`, which tells it how things stand while it is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont

from uploader_gui.gui.dialogs.frame import PlainDialog
from uploader_gui.gui.style.widgets import label, push_button, set_look
from uploader_gui.text import Words
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QPushButton, QWidget

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.window.unsent import Unsent
    from uploader_gui.words.translation import Sentence


class LeaveDialog(PlainDialog):
    """Each choice with what follows from it. Esc stays; Enter goes on sending where that can be, else it stays.

    It goes by itself when nothing is left to ask about.
    """

    background_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget, unsent: Unsent) -> None:
        super().__init__(MannersWords.LEAVE_TITLE, theme, parent)
        self._unsent = unsent
        self._offered_background = False
        self.question = label("", theme, 16, QFont.Weight.DemiBold)
        self.question.setWordWrap(True)
        self.column.addWidget(self.question)
        self.background, self.background_more = self._choice()
        self.stop, self.stop_more = self._choice()
        self.stay = self.button(MannersWords.STAY, "plain")
        self.add_buttons(self.stay)
        self.background.clicked.connect(self.background_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        for button in (self.background, self.stop):
            button.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self._ask()
        self._choose(self.background if unsent.goes_on else self.stay)

    def show_unsent(self, unsent: Unsent) -> None:
        """Ask about what is left now, for while it is open files arrive, fail, or are added."""
        if unsent == self._unsent:
            return
        self._unsent = unsent
        if not unsent.asks:
            self.reject()
            return
        self._ask()
        if self.background.isDefault() and not unsent.goes_on:
            self._choose(self.stay)
        self.column.invalidate()  # what was just hidden or shown counts at once
        self.fit()

    def withdraw(self) -> None:
        """All that could be sent is sent: who was offered to go on in the background sees how it went instead."""
        if self._offered_background:
            self.reject()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._ask()
        super().retranslate()

    def _ask(self) -> None:
        unsent, trial = self._unsent, self._unsent.trial
        self._offered_background |= unsent.goes_on
        self.question.setText(unsent.question())
        self.background.setText((MannersWords.TRIAL_BACKGROUND if trial else MannersWords.IN_BACKGROUND).text)
        more = MannersWords.TRIAL_BACKGROUND_MORE if trial else MannersWords.IN_BACKGROUND_MORE
        _explain(self.background, self.background_more, more.text)
        self.background.setVisible(unsent.goes_on)
        self.background_more.setVisible(unsent.goes_on)
        self.stop.setText(_closing(unsent).text)
        _explain(self.stop, self.stop_more, "\n".join(unsent.consequences()))

    def _choose(self, button: QPushButton) -> None:
        """Enter presses this one."""
        for one in (self.background, self.stay):
            set_look(one, "kind", "primary" if one is button else "plain")
        button.setDefault(True)
        button.setFocus()

    def _choice(self) -> tuple[QPushButton, QLabel]:
        button = push_button("", "plain", self.theme)
        more = label("", self.theme, 13)
        more.setProperty("kind", "muted")
        more.setWordWrap(True)
        self.column.addSpacing(8)
        self.column.addWidget(button)
        self.column.addWidget(more)
        return button, more


def _closing(unsent: Unsent) -> Sentence:
    """What can go on goes on next time; what ended, or is a trial, is only closed."""
    if unsent.trial:
        return MannersWords.CLOSE_TRIAL
    return Words.LEAVE_STOP if unsent.saved and unsent.figures.unfinished else Words.CLOSE


def _explain(button: QPushButton, place: QLabel, text: str) -> None:
    place.setText(text)
    button.setAccessibleDescription(text)
