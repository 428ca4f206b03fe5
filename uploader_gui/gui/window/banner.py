"""The bands above and below the list: the banner, the trial's mark, the lines for Undo and for the selected rows.

`notices.py` chooses what the banner says. A message box is never opened for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.gui.style.widgets import (
    Band,
    IconButton,
    Translated,
    announce,
    arranged,
    label,
    push_button,
    set_look,
)
from uploader_gui.i18n import N_, NN_, _, ngettext

if TYPE_CHECKING:
    from uploader_gui.gui.notices import BannerAction, Notice
    from uploader_gui.gui.style.theme import Theme

_NOTHING = events.UndoOffered()


class Banner(Band):
    """The band with one `notice`, and the space below it; hidden while there is none."""

    action_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._band = QFrame()
        self._band.setProperty("kind", "banner")
        self.notice: Notice | None = None
        self.text = label(theme, 13, QFont.Weight.DemiBold, wraps=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = push_button("primary", theme)
        self._least_width = theme.px(112)
        self.button.setMinimumWidth(self._least_width)
        self.button.clicked.connect(lambda: self._act(self.notice and self.notice.action))
        self.other = push_button("plain", theme)
        self.other.clicked.connect(lambda: self._act(self.notice and self.notice.other))
        row = QHBoxLayout(self._band)
        arranged(row, (self.text, 1), self.other, self.button, spacing=16, margins=(16, 6, 10, 6))
        arranged(QVBoxLayout(self), self._band, margins=(0, 0, 0, 14))
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice, or hide the band."""
        if notice == self.notice:
            return
        self.notice = notice
        self.setVisible(notice is not None)
        self.button.set_meaning(notice and notice.meaning_of(notice.action))
        self.other.set_meaning(notice and notice.meaning_of(notice.other))
        if notice is None:
            self.room_changed.emit()
            return
        self.text.setText(notice.text)
        for button, action in ((self.button, notice.action), (self.other, notice.other)):
            button.setVisible(action is not None)
            button.setText(_(action.value) if action else "")
            button.setMinimumWidth(max(self._least_width, button.sizeHint().width()))  # not cut beside a long sentence
        set_look(self._band, "grave", "true" if notice.grave else "false")
        self.text.style().polish(self.text)
        self.room_changed.emit()
        announce(self, notice.text)

    def _act(self, action: BannerAction | None) -> None:
        if action is not None:
            self.action_wanted.emit(action)


class TrialBand(QWidget, Translated):
    """The band that says that nothing is sent to the register, with the space below it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.text = label(theme, 14, QFont.Weight.Bold, kind="trial", wraps=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        arranged(QVBoxLayout(self), self.text, margins=(0, 0, 0, 10))
        self.translate(self.text.setText, N_("TRIAL: nothing is sent to the register"))


class UndoStrip(Band):
    """The line under the list: what was removed or cancelled last, and Undo.

    It stays until that is undone, the line is closed, a person adds files, or sending starts. Ctrl+Z and the menu undo
    it after that, too.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._offer = _NOTHING
        self._running = False
        self.text = label(theme, 12, kind="muted", wraps=True)
        self.button = self.text_button(N_("Undo"), "link")
        self.close_button = IconButton("clear", theme)
        self.translate(self.close_button.rename, N_("Close this line"))
        arranged(QHBoxLayout(self), (self.text, 1), self.button, self.close_button, spacing=4, margins=(0, 8, 0, 0))
        self.close_button.clicked.connect(lambda: self.appear(False))
        self.follow_language(self._set_texts)
        self.hide()

    def handle_event(self, event: events.Event) -> None:
        """Show, update or hide the line after an event of the engine."""
        match event:
            case events.UndoOffered():
                self._offer = event
                self.button.set_meaning(event)
                self._set_texts()
                if event != _NOTHING:
                    announce(self, f"{self.text.text()} {self.button.text()}")
                self.appear(event != _NOTHING)
            case events.QueueStatus(running):
                if running and not self._running:
                    self.appear(False)
                self._running = running

    def _set_texts(self) -> None:
        parts = (
            (
                NN_("{count} file was taken off the list.", "{count} files were taken off the list."),
                self._offer.removed,
            ),
            (NN_("{count} file was cancelled.", "{count} files were cancelled."), self._offer.cancelled),
        )
        text = " ".join(ngettext(*sentence, count) for sentence, count in parts if count)
        self.text.setText(text)
        self.button.setAccessibleDescription(text)


class SelectionStrip(Band):
    """The line under the list about the selected rows, which `button` sends to another anomaly."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._selected = self._movable = 0
        self.text = label(theme, 12, kind="muted", wraps=True)
        self.button = self.text_button(N_("Send to another anomaly…"), "link")
        arranged(QHBoxLayout(self), (self.text, 1), self.button, margins=(0, 8, 0, 0))
        self.follow_language(self._set_texts)

    @property
    def wanted(self) -> bool:
        """Whether rows are selected."""
        return self._selected > 0

    def show_selection(self, selected: int, movable: int) -> None:
        """Show how many rows are selected, and how many of them may go to another anomaly."""
        if (selected, movable) != (self._selected, self._movable):
            appears = bool(selected) is not bool(self._selected)
            self._selected, self._movable = selected, movable
            self._set_texts()
            if appears:
                self.room_changed.emit()

    def _set_texts(self) -> None:
        registered = self._selected - self._movable
        parts = [ngettext("{count} file selected.", "{count} files selected.", self._selected)]
        if registered:
            parts.append(
                ngettext(
                    "{count} of them is registered and stays with its anomaly.",
                    "{count} of them are registered and stay with their anomaly.",
                    registered,
                )
            )
        self.text.setText(" ".join(parts))
        self.button.setEnabled(bool(self._movable))
