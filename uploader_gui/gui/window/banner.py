"""The bands above and below the list: the banner, the trial's mark, the lines for Undo and for the selected rows.

`notices.py` chooses what the banner says. A message box is never opened for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.gui.style.widgets import IconButton, announce, label, push_button, set_look
from uploader_gui.i18n import NN_, _, ngettext

if TYPE_CHECKING:
    from uploader_gui.gui.notices import BannerAction, Notice
    from uploader_gui.gui.style.theme import Theme

_NOTHING = events.UndoOffered()


class Banner(QWidget):
    """The band with one notice, and the space below it; hidden while there is no notice."""

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
        self._least_width = theme.px(112)
        self.button.setMinimumWidth(self._least_width)
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
    def notice(self) -> Notice | None:
        """The notice shown, None while hidden."""
        return self._notice

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice, or hide the band."""
        if notice == self._notice:
            return
        self._notice = notice
        self.setVisible(notice is not None)
        self.button.set_meaning(notice and notice.meaning_of(notice.action))
        self.other.set_meaning(notice and notice.meaning_of(notice.other))
        if notice is None:
            self.changed.emit()
            return
        self.text.setText(notice.text)
        for button, action in ((self.button, notice.action), (self.other, notice.other)):
            button.setVisible(action is not None)
            button.setText(_(action.value) if action else "")
            button.setMinimumWidth(max(self._least_width, button.sizeHint().width()))  # not cut beside a long sentence
        set_look(self._band, "grave", "true" if notice.grave else "false")
        self.text.style().polish(self.text)
        self.changed.emit()
        announce(self, notice.text)

    def _act(self, action: BannerAction | None) -> None:
        if action is not None:
            self.action_wanted.emit(action)


class TrialBand(QWidget):
    """The band that says that nothing is sent to the register, with the space below it."""

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
        """Set the text in the current language."""
        self.text.setText(_("TRIAL: nothing is sent to the register"))


class UndoStrip(QWidget):
    """The line under the list: what was removed or cancelled last, and Undo.

    It stays until that is undone, the line is closed, files are added, or sending starts. Ctrl+Z and the menu undo it
    after that, too. `undo_wanted` is the person's request; `room_changed`: the line was shown or hidden.
    """

    undo_wanted = Signal()
    room_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._offer = _NOTHING
        self._running = False
        self.text = label("", theme, 12)
        self.text.setProperty("kind", "muted")
        self.text.setWordWrap(True)
        self.button = push_button("", "link", theme)
        self.close_button = IconButton("clear", theme)
        self._build()
        self.button.clicked.connect(self.undo_wanted)
        self.close_button.clicked.connect(lambda: self._appear(on=False))
        self.retranslate()
        self.hide()

    def handle_event(self, event: events.Event) -> None:
        """Show, update or hide the line after an event of the engine."""
        match event:
            case events.UndoOffered():
                self._offer = event
                self.button.set_meaning(event)
                self._set_texts()
                self._appear(on=event != _NOTHING)
            case events.PathsAdded():
                self._appear(on=False)
            case events.QueueStatus(running):
                if running and not self._running:
                    self._appear(on=False)
                self._running = running

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.button.setText(_("Undo"))
        self.close_button.rename(_("Close this line"))
        self._set_texts()

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

    def _appear(self, *, on: bool) -> None:
        if on:
            announce(self, f"{self.text.text()} {self.button.text()}")
        if on is self.isHidden():
            self.setVisible(on)
            self.room_changed.emit()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)


class SelectionStrip(QWidget):
    """The line under the list about the selected rows; `send_to_wanted`: they are to go to another anomaly."""

    send_to_wanted = Signal()
    room_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._selected = self._movable = 0
        self.text = label("", theme, 12)
        self.text.setProperty("kind", "muted")
        self.text.setWordWrap(True)
        self.button = push_button("", "link", theme)
        self.button.clicked.connect(self.send_to_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.retranslate()

    @property
    def wanted(self) -> bool:
        """Whether rows are selected."""
        return self._selected > 0

    def show_selection(self, selected: int, movable: int) -> None:
        """Show how many rows are selected, and how many of them may go to another anomaly."""
        if (selected, movable) != (self._selected, self._movable):
            appears = bool(selected) is not bool(self._selected)
            self._selected, self._movable = selected, movable
            self.retranslate()
            if appears:
                self.room_changed.emit()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
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
        self.button.setText(_("Send to another anomaly…"))
        self.button.setEnabled(bool(self._movable))
