"""The quiet summary of a drop above the list: gone when it is closed, or when sending begins. Never a message box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.gui.drops.preflight import Preflight, Summary
from uploader_gui.gui.look.widgets import IconButton, label, push_button
from uploader_gui.words.deposits import DropWords
from uploader_gui.words.treatments import TreatmentWords

if TYPE_CHECKING:
    from uploader_gui.gui.look.theme import Theme


class PreflightStrip(QWidget):
    """Shows what becomes of what was dropped. `send_again_wanted` carries the ids of skipped uploads."""

    send_again_wanted = Signal(object)
    refused_wanted = Signal()
    came_or_went = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._preflight = Preflight()
        self._running = False
        self._summary: Summary | None = None
        self.going = label("", theme, 13, QFont.Weight.DemiBold)
        self.not_going = label("", theme, 12)
        self.before = label("", theme, 12)
        self.send_again = push_button("", "link", theme)
        self.refused = push_button("", "link", theme)
        self.refused.clicked.connect(self.refused_wanted)
        self.close_button = IconButton("clear", theme)
        self._not_going_line = _line(self.not_going, self.refused)
        self._before_line = _line(self.before, self.send_again)
        self._build()
        self.send_again.clicked.connect(self._send_again)
        self.close_button.clicked.connect(self.forget)
        self.retranslate()
        self.hide()

    def take(self, event: events.Event) -> None:
        """Take an event of the engine."""
        changed = self._preflight.take(event)
        match event:
            case events.QueueStatus(running):
                if running and not self._running:
                    self.forget()
                self._running = running
            case events.QueueIdle():
                self.forget()
            case _ if changed:
                self._show()

    def forget(self) -> None:
        """Be gone until the next drop."""
        self._preflight.forget()
        self._show()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.send_again.setText(DropWords.SEND_AGAIN.text)
        self.refused.setText(TreatmentWords.REFUSED_FILES.text)
        self.close_button.rename(DropWords.CLOSE.text)
        self._show()

    # Inside

    def _build(self) -> None:
        strip = QFrame()
        strip.setProperty("kind", "card")
        lines = QVBoxLayout()
        lines.setSpacing(3)
        self.going.setWordWrap(True)
        lines.addWidget(self.going)
        self.not_going.setWordWrap(True)
        lines.addWidget(self._not_going_line)
        self.not_going.setProperty("kind", "muted")
        self.before.setWordWrap(True)
        self.before.setProperty("kind", "muted")
        lines.addWidget(self._before_line)
        row = QHBoxLayout(strip)
        row.setContentsMargins(16, 10, 8, 10)
        row.setSpacing(12)
        row.addLayout(lines, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 14)
        column.addWidget(strip)

    def _show(self) -> None:
        """While sending goes on, only what cannot be seen in the list is worth a line."""
        summary = self._preflight.summary()
        if summary is not None and self._running and self._preflight.is_plain:
            summary = None
        self._summary = summary
        self._appear(summary is not None)
        if summary is None:
            return
        self.going.setText(summary.going)
        self.not_going.setText(summary.not_going)
        self.before.setText(summary.before)
        self._not_going_line.setVisible(bool(summary.not_going))
        self._before_line.setVisible(bool(summary.before))
        self.refused.setVisible(summary.helpable)
        self.send_again.setVisible(bool(summary.sent_before))
        self.setAccessibleName(DropWords.SUMMARY.text)
        self.setAccessibleDescription(f"{summary.going} {summary.not_going} {summary.before}".strip())

    def _appear(self, there: bool) -> None:  # noqa: FBT001 - as Qt's setVisible
        if there is self.isHidden():
            self.setVisible(there)
            self.came_or_went.emit()

    def _send_again(self) -> None:
        if self._summary is not None:
            self.send_again_wanted.emit(self._summary.sent_before)


def _line(sentence: QWidget, button: QWidget) -> QWidget:
    """Put both side by side. A widget, not a layout: an empty layout would hold all lines at no width."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(sentence, 1)
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return line
