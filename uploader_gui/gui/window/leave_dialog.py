"""The question on closing with anything unsent: go on in the background, close until next time, or stay.

Opened by `window_dialogs.py`, which tells it how things stand while it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label, push_button, set_look
from uploader_gui.gui.upload_list.counts import ListCounts
from uploader_gui.text import Counted, Words
from uploader_gui.words import units
from uploader_gui.words.manners import CountedManners, MannersWords

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QPushButton, QWidget

    from uploader_gui.gui.drop.mime import Dropped
    from uploader_gui.gui.style.theme import Theme
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


@dataclass(frozen=True, slots=True)
class Unsent:
    """How things stand at one moment.

    Attributes:
        figures: the list in figures.
        anomaly_id: the one that all files on the list are for; "" where there are several, or no files.
        kept: what waits for a number, None where nothing does.
        searching: files are still being looked at, which are not on the list yet.
        goes_on: files are sent without anybody doing anything, also without a window.
        saved: everything of this stands on the disk for the next start.
        trial: nothing of it goes to a register, and nothing is kept for the next start.
    """

    figures: ListCounts = ListCounts()  # noqa: RUF009 - frozen
    anomaly_id: str = ""
    kept: Dropped | None = None
    searching: bool = False
    goes_on: bool = False
    saved: bool = True
    trial: bool = False

    @property
    def listed(self) -> int:
        """How many files of the list are not there, also those a person cancelled."""
        return self.figures.files - self.figures.uploaded

    @property
    def asks(self) -> bool:
        """Whether a person has to be asked before the program goes: what they cancelled is answered."""
        return self.listed > self.figures.cancelled or self.kept is not None or self.searching

    def question(self) -> str:
        """Say what is not sent, in figures."""
        if self.listed > self.figures.cancelled:
            return self._list_told()
        return self.kept.wait() if self.kept is not None else MannersWords.STILL_LOOKED_AT.text

    def consequences(self) -> list[str]:
        """Say what becomes of it when the program is closed."""
        beside = self.listed > self.figures.cancelled
        told = [self.kept.wait() if self.kept is not None and beside else ""]
        if self.trial:
            return [*filter(None, told), MannersWords.TRIAL_FORGOTTEN.text]
        told.append((MannersWords.COMES_BACK if self.saved else MannersWords.NOT_SAVED).text)
        told.append(MannersWords.ADD_AGAIN.text if self.searching else "")
        told.append(MannersWords.CANCELLED_GONE.text if self.figures.cancelled else "")
        return list(filter(None, told))

    def _list_told(self) -> str:
        count = self.listed
        files = Counted.FILES_OF.text(self.figures.files, units.number(count))
        if self.trial:
            return CountedManners.TRIAL_UNSENT.text(count, files, self._states())
        if self.anomaly_id:
            return CountedManners.UNSENT.text(count, files, self.anomaly_id, self._states())
        return CountedManners.UNSENT_SEVERAL.text(count, files, self._states())

    def _states(self) -> str:
        counts = (
            (CountedManners.WAITING, self.figures.waiting + self.figures.elsewhere),
            (CountedManners.SENDING, self.figures.sending),
            (CountedManners.FAILED, self.figures.failed),
            (CountedManners.REFUSED, self.figures.refused),
            (CountedManners.CANCELLED, self.figures.cancelled),
        )
        return ", ".join(sentence.text(number) for sentence, number in counts if number)
