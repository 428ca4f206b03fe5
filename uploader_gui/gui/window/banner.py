"""The band for what concerns all files: what happened, what becomes of the files, one button. Never a message box."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine.events import Condition
from uploader_gui.gui.style.widgets import announce, label, push_button, set_look
from uploader_gui.gui.upload_list.row_text import server_name
from uploader_gui.text import Counted, Words

if TYPE_CHECKING:
    from uploader_gui.engine.events import QueueStatus
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts


class BannerAction(Enum):
    """What the band's button does; the value is its label."""

    SIGN_IN = Words.SIGN_IN
    TRY_AGAIN = Words.TRY_AGAIN
    SAVE_ELSEWHERE = Words.CHOOSE_OTHER_PLACE
    CLOSE = Words.CLOSE
    RESUME = Words.RESUME
    DISCARD = Words.DISCARD
    SETTINGS = Words.SETTINGS
    SEND_HERE = Words.SEND_HERE


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the band. `action` is None where things go on by themselves or nothing helps.

    `other` is the second choice, where a person has two.
    """

    text: str
    action: BannerAction | None = None
    grave: bool = False
    other: BannerAction | None = None


def notice_for(
    status: QueueStatus, figures: ListCounts, *, was_signed_in: bool, awaits_tokens: bool = False
) -> Notice | None:
    """Choose the sentence for the queue's conditions: what needs a person comes first.

    A busy server or a dead line is told only while something waits for it: what gave up says so in its row, and
    what is paused waits for a person, and goes on by nothing else. While the password store may still have tokens
    (`awaits_tokens`), nobody is asked for them.
    """
    conditions = status.conditions
    if Condition.JOURNAL in conditions:
        return Notice(Words.JOURNAL.text, BannerAction.TRY_AGAIN, grave=True)
    if Condition.SIGN_IN in conditions and not awaits_tokens:
        return Notice(_sign_in_text(figures, was_signed_in=was_signed_in), BannerAction.SIGN_IN)
    if not (figures.unfinished and status.running):
        return None
    for condition, words in _GO_ON_BY_THEMSELVES.items():
        if condition in conditions:
            return Notice(words.text)
    return None


def elsewhere_notice(figures: ListCounts) -> Notice | None:
    """Say that files wait for another server than the one in use, with both ways out; None where none does."""
    if not figures.elsewhere:
        return None
    if len(figures.servers) > 1:
        text = Counted.WAIT_FOR_SERVERS.text(figures.elsewhere)
    else:
        text = Counted.WAIT_FOR_SERVER.text(figures.elsewhere, *map(server_name, figures.servers))
    return Notice(text, BannerAction.SETTINGS, other=BannerAction.SEND_HERE)


_GO_ON_BY_THEMSELVES = {
    Condition.OFFLINE: Words.OFFLINE,
    Condition.SERVICE_BUSY: Words.SERVICE_BUSY,
    Condition.STORAGE_BUSY: Words.STORAGE_BUSY,
}


def _sign_in_text(figures: ListCounts, *, was_signed_in: bool) -> str:
    if not was_signed_in:
        return Counted.SIGN_IN_TO_SEND.text(figures.unfinished)
    waiting = Counted.WAIT.text(figures.waiting)
    if not figures.sending:
        return Words.EXPIRED_WAITING.filled(waiting)
    return Words.EXPIRED_BANNER.filled(Counted.BEING_FINISHED.text(figures.sending), waiting)


class Banner(QWidget):
    """The band itself, with the space below it; hidden while there is nothing to say."""

    action_wanted = Signal(object)
    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._band = QFrame()
        self._band.setProperty("kind", "banner")
        self._notice: Notice | None = None
        self.text = label("", theme, 13, QFont.Weight.DemiBold)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = push_button("", "primary", theme)
        self.button.setMinimumWidth(theme.px(112))
        self.button.clicked.connect(lambda: self._act(self._notice and self._notice.action))
        self.other = push_button("", "plain", theme)
        self.other.clicked.connect(lambda: self._act(self._notice and self._notice.other))
        row = QHBoxLayout(self._band)
        row.setContentsMargins(16, 6, 10, 6)
        row.setSpacing(16)
        row.addWidget(self.text, 1)
        row.addWidget(self.other)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 14)
        column.addWidget(self._band)
        self.hide()

    @property
    def said(self) -> Notice | None:
        """Give what it says."""
        return self._notice

    def tell(self, notice: Notice | None) -> None:
        """Say it, or be gone."""
        if notice == self._notice:
            return
        self._notice = notice
        self.setVisible(notice is not None)
        if notice is None:
            self.changed.emit()
            return
        self.text.setText(notice.text)
        for button, action in ((self.button, notice.action), (self.other, notice.other)):
            button.setVisible(action is not None)
            button.setText(action.value.text if action else "")
        set_look(self._band, "grave", "true" if notice.grave else "false")
        self.text.style().polish(self.text)
        self.changed.emit()
        announce(self, notice.text)

    def _act(self, action: BannerAction | None) -> None:
        if action is not None:
            self.action_wanted.emit(action)


class TrialBand(QWidget):
    """Says that nothing is sent to the register, with the space below it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.text = label("", theme, 14, QFont.Weight.Bold)
        self.text.setProperty("kind", "trial")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 10)
        column.addWidget(self.text)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.text.setText(Words.TRIAL.text)
