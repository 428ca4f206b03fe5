"""The quiet line under the list: what was taken off it or cancelled last, and Undo.

It stays until that is undone or closed, or a person goes on: adds files, starts sending. Ctrl+Z and the menu undo it
then, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.gui.style.widgets import IconButton, announce, label, push_button
from uploader_gui.text import Counted, Words

if TYPE_CHECKING:
    from uploader_gui.gui.style.theme import Theme

_NOTHING = events.UndoOffered()


class UndoStrip(QWidget):
    """`undo_wanted` is a person's wish; `came_or_went` tells that the room it takes is another one."""

    undo_wanted = Signal()
    came_or_went = Signal()

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

    def take(self, event: events.Event) -> None:
        """Take an event of the engine."""
        match event:
            case events.UndoOffered():
                self._offer = event
                self._say()
                self._appear(on=event != _NOTHING)
            case events.PathsAdded():
                self._appear(on=False)
            case events.QueueStatus(running):
                if running and not self._running:
                    self._appear(on=False)
                self._running = running

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.button.setText(Words.UNDO.text)
        self.close_button.rename(Words.UNDO_CLOSE.text)
        self._say()

    def _say(self) -> None:
        told = ((Counted.TAKEN_OFF, self._offer.removed), (Counted.CANCELLED, self._offer.cancelled))
        said = " ".join(sentence.text(count) for sentence, count in told if count)
        self.text.setText(said)
        self.button.setAccessibleDescription(said)

    def _appear(self, *, on: bool) -> None:
        if on:
            announce(self, f"{self.text.text()} {self.button.text()}")
        if on is self.isHidden():
            self.setVisible(on)
            self.came_or_went.emit()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
