"""The strip above the list that shows a drop's summary until it is closed or sending begins.

In a low window it folds to its first line, with a button for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui.engine import events
from uploader_gui.gui.style.widgets import IconButton, Translated, arranged, label, push_button
from uploader_gui.gui.window.preflight import Preflight, Summary
from uploader_gui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from uploader_gui.gui.style.theme import Theme

_INSIDE: Final = (16, 10, 8, 10)
_BETWEEN: Final = 12


class PreflightStrip(QWidget, Translated):
    """Shows the summary of the last drops. `send_again_wanted(tuple[UploadId, ...])`: the skipped uploads.

    `other_anomaly_wanted(tuple[UploadId, ...], str)`: these are to go to that anomaly.
    `opened`: a person has unfolded it.
    """

    send_again_wanted = Signal(object)
    other_anomaly_wanted = Signal(object, str)
    room_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._preflight = Preflight()
        self.summary: Summary | None = None
        self._folded = False
        self.opened = False
        self.going = label("", theme, 13, QFont.Weight.DemiBold, wraps=True)
        self.not_going, self.before, self.elsewhere = (label("", theme, 12, kind="muted", wraps=True) for _ in range(3))
        self.details = push_button("link", theme)
        self.refused = self.text_button(N_("Refused files…"), "link")
        self.send_again = self.text_button(N_("Send a second copy"), "link")
        self.change = push_button("link", theme)
        self.close_button = IconButton("clear", theme)
        self.translate(self.close_button.rename, N_("Close this summary"))
        self._lines = (
            _line(self.not_going, self.refused),
            _line(self.before, self.send_again),
            _line(self.elsewhere, self.change),
        )
        self._strip = QFrame()
        self._build()
        self.details.clicked.connect(self._open_or_close)
        self.send_again.clicked.connect(self._send_again)
        self.change.clicked.connect(self._change_anomaly)
        self.close_button.clicked.connect(self.forget)
        self.retranslate()
        self.hide()

    def handle_event(self, event: events.Event) -> None:
        """Update, show or hide the summary after an event of the engine."""
        was_running = self._preflight.running
        changed = self._preflight.handle_event(event)
        match event:
            case events.QueueStatus(running):
                if running and not was_running:
                    self.forget()
            case events.QueueIdle():
                self.forget()
            case _ if changed:
                self._show()

    def forget(self) -> None:
        """Hide until the next drop."""
        self._preflight.forget()
        self._show()

    def fold(self, *, on: bool) -> None:
        """Show only the first line (until a person unfolds it), or everything."""
        if on is not self._folded:
            self._folded, self.opened = on, False
            if self.summary is not None:
                self._show_lines(self.summary)

    def least_height_at(self, width: int) -> int:
        """Return the height in pixels at a width, folded unless a person has unfolded it."""
        if self.opened:
            return self.height_at(width)
        left, top, right, bottom = _INSIDE
        buttons = (self.details.sizeHint(), self.close_button.sizeHint())
        text = self.going.heightForWidth(width - left - right - sum(one.width() + _BETWEEN for one in buttons))
        return top + max(text, *(one.height() for one in buttons)) + bottom + self._below()

    def height_at(self, width: int) -> int:
        """Return the height in pixels at a width, with the lines shown now."""
        inside = self._strip.layout()
        assert inside is not None
        inside.invalidate()  # so that lines shown or hidden just now count
        return inside.totalHeightForWidth(width) + self._below()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        super().retranslate()
        self._show()

    # Inside

    def _build(self) -> None:
        self._strip.setProperty("kind", "card")
        lines = arranged(QVBoxLayout(), _line(self.going, self.details), *self._lines, spacing=3)
        row = QHBoxLayout(self._strip)
        top = Qt.AlignmentFlag.AlignTop
        arranged(row, (lines, 1), (self.close_button, 0, top), spacing=_BETWEEN, margins=_INSIDE)
        arranged(QVBoxLayout(self), self._strip, margins=(0, 0, 0, 14))

    def _show(self) -> None:
        """Show the summary; while files are sent, only one with something that the list does not show."""
        summary = self._preflight.summary()
        if summary is not None and self._preflight.running and self._preflight.is_plain:
            summary = None
        if summary != self.summary:
            self.summary, self.opened = summary, False
        if summary is None:
            self._appear(False)
            return
        self.going.setText(summary.going)
        self.not_going.setText(summary.not_going)
        self.before.setText(summary.before)
        self.elsewhere.setText(summary.elsewhere)
        self.change.set_meaning((summary.other, summary.meant))
        self.change.setText(
            ngettext(
                "Change it to {number}",
                "Change {count} files to {number}",
                len(summary.meant),
                number=summary.other,
            )
        )
        self._show_lines(summary)
        self.refused.setVisible(summary.helpable)
        self.send_again.set_meaning(summary.sent_before)
        self.send_again.setVisible(bool(summary.sent_before))
        self._appear(True)
        self.room_changed.emit()
        self.setAccessibleName(_("What happens to the files you added"))
        told = (summary.going, summary.not_going, summary.before, summary.elsewhere)
        self.setAccessibleDescription(" ".join(filter(None, told)))

    def _below(self) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.contentsMargins().bottom()

    def _show_lines(self, summary: Summary) -> None:
        whole = self.opened or not self._folded
        texts = (summary.not_going, summary.before, summary.elsewhere)
        for line, text in zip(self._lines, texts, strict=True):
            line.setVisible(whole and bool(text))
        self.details.set_meaning((self._folded, self.opened))
        self.details.setVisible(self._folded and any(texts))
        self.details.setText(_("Less") if self.opened else _("Details"))

    def _open_or_close(self) -> None:
        self.opened = not self.opened
        self._show()

    def _appear(self, there: bool) -> None:  # noqa: FBT001 - as Qt's setVisible
        if there is self.isHidden():
            self.setVisible(there)
            self.room_changed.emit()

    def _send_again(self) -> None:
        if self.summary is not None:
            self.send_again_wanted.emit(self.summary.sent_before)

    def _change_anomaly(self) -> None:
        if self.summary is not None:
            self.other_anomaly_wanted.emit(self.summary.meant, self.summary.other)


def _line(sentence: QLabel, button: QWidget) -> QWidget:
    """Return a row of both. A widget, not a layout: an empty layout would hold all lines at no width."""
    line = QWidget()
    arranged(QHBoxLayout(line), (sentence, 1), (button, 0, Qt.AlignmentFlag.AlignTop), spacing=4)
    return line
