"""The question on closing with anything unsent: send in the background, close until the next start, or stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label, push_button, set_look
from uploader_gui.text import Counted, Words
from uploader_gui.words import units
from uploader_gui.words.manners import CountedManners, MannersWords

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QPushButton, QWidget

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts, Unsent
    from uploader_gui.words.translation import Sentence


class LeaveDialog(PlainDialog):
    """Shows each choice with its consequence. Esc stays; Enter sends in the background where possible, else stays.

    The dialog closes by itself when nothing is left to ask about.
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
        """Update the question: while it is open, files are sent, fail, or are added."""
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
        """Close after sending has ended, if the background was ever offered: the window shows the result instead."""
        if self._offered_background:
            self.reject()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self._ask()
        super().retranslate()

    def _ask(self) -> None:
        unsent, trial = self._unsent, self._unsent.trial
        self._offered_background |= unsent.goes_on
        self.question.setText(question(unsent))
        self.background.setText((MannersWords.TRIAL_BACKGROUND if trial else MannersWords.IN_BACKGROUND).text)
        more = MannersWords.TRIAL_BACKGROUND_MORE if trial else MannersWords.IN_BACKGROUND_MORE
        _explain(self.background, self.background_more, more.text)
        self.background.setVisible(unsent.goes_on)
        self.background_more.setVisible(unsent.goes_on)
        self.stop.setText(_closing(unsent).text)
        _explain(self.stop, self.stop_more, "\n".join(_consequences(unsent)))

    def _choose(self, button: QPushButton) -> None:
        """Make this the button that Enter presses."""
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
    """Return the label of the closing button: a trial is only closed, unfinished files resume next time."""
    if unsent.trial:
        return MannersWords.CLOSE_TRIAL
    return Words.LEAVE_STOP if unsent.saved and unsent.counts.unfinished else Words.CLOSE


def _explain(button: QPushButton, place: QLabel, text: str) -> None:
    place.setText(text)
    button.setAccessibleDescription(text)


def question(unsent: Unsent) -> str:
    """Return what is not sent, in counts."""
    if unsent.listed > unsent.counts.cancelled:
        return _list_text(unsent)
    return unsent.kept.wait() if unsent.kept is not None else MannersWords.STILL_LOOKED_AT.text


def _consequences(unsent: Unsent) -> list[str]:
    """Return what becomes of the files when the program is closed, one sentence each."""
    beside = unsent.listed > unsent.counts.cancelled
    sentences = [unsent.kept.wait() if unsent.kept is not None and beside else ""]
    if unsent.trial:
        return [*filter(None, sentences), MannersWords.TRIAL_FORGOTTEN.text]
    sentences.append((MannersWords.COMES_BACK if unsent.saved else MannersWords.NOT_SAVED).text)
    sentences.append(MannersWords.ADD_AGAIN.text if unsent.searching else "")
    sentences.append(MannersWords.CANCELLED_GONE.text if unsent.counts.cancelled else "")
    return list(filter(None, sentences))


def _list_text(unsent: Unsent) -> str:
    count = unsent.listed
    files = Counted.FILES_OF.text(unsent.counts.files, units.number(count))
    if unsent.trial:
        return CountedManners.TRIAL_UNSENT.text(count, files, _states_text(unsent.counts))
    if unsent.anomaly_id:
        return CountedManners.UNSENT.text(count, files, unsent.anomaly_id, _states_text(unsent.counts))
    return CountedManners.UNSENT_SEVERAL.text(count, files, _states_text(unsent.counts))


def _states_text(counts: ListCounts) -> str:
    numbers = (
        (CountedManners.WAITING, counts.waiting + counts.elsewhere),
        (CountedManners.SENDING, counts.sending),
        (CountedManners.FAILED, counts.failed),
        (CountedManners.REFUSED, counts.refused),
        (CountedManners.CANCELLED, counts.cancelled),
    )
    return ", ".join(sentence.text(number) for sentence, number in numbers if number)
