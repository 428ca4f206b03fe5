"""The top of the window: the anomaly's number with a hint; at the right sign-in state, History and settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from uploader_gui import i18n
from uploader_gui.gui.style.widgets import Dot, IconButton, label, push_button, tip
from uploader_gui.gui.window.anomaly_field import AnomalyField
from uploader_gui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from uploader_gui.gui.drop.mime import EntryCounts
    from uploader_gui.gui.style.theme import Theme


_WIDE: Final = 820
"""From this width in logical pixels the header has room for a sentence about the tokens."""


@dataclass(frozen=True, slots=True)
class SignInState:
    """Whether there are tokens; `expires_at` in seconds since 1970, None where the token does not say.

    `awaited`: the password store has not answered yet. `accepted`: the service took these tokens. `which` differs
    between other tokens, or the same for another server.
    """

    signed_in: bool
    expires_at: float | None = None
    awaited: bool = False
    accepted: bool = False
    which: int = 0


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """When a session ended (seconds since 1970), by its token, or when the register was first heard to refuse it."""

    at: float
    refused: bool = False

    @property
    def sentence(self) -> str:
        """Return what a person is told when asked for new tokens."""
        local = datetime.fromtimestamp(self.at).astimezone()
        if local.date() == datetime.now().astimezone().date():
            sentence = (
                N_("Since {time} the register no longer accepts your session.")
                if self.refused
                else N_("Your session ended at {time}.")
            )
            return _(sentence, time=f"{local:%H:%M}")
        from uploader_gui.gui.receipts.receipt_words import day_and_time  # noqa: PLC0415 - of a day before only

        return _("Your session ended on {day}.", day=day_and_time(self.at))


class Header(QWidget):
    """Anomaly field, hint, buttons for kept files, sign-in state, History, settings."""

    anomaly_changed = Signal(str)
    kept_changed = Signal(object, str)
    """The kept files and folders (`EntryCounts`, or None), and the number shown now."""
    kept_wanted = Signal()
    forget_kept_wanted = Signal()
    sign_in_wanted = Signal()
    history_wanted = Signal()
    settings_wanted = Signal()
    suggestion_wanted = Signal()

    def __init__(self, theme: Theme, *, sandbox: bool) -> None:
        super().__init__()
        self._theme = theme
        self._sandbox = sandbox
        self._kept: EntryCounts | None = None
        self._news = ""
        self._about = ""
        self._doubtful = False
        self._state = SignInState(signed_in=False)
        self._offline = False
        self.field = AnomalyField(theme)
        self.hint = label("", theme, 12)
        self.hint.setWordWrap(True)
        self.add_kept = push_button("", "primary", theme)
        self.forget_kept = push_button("", "plain", theme)
        self.suggestion = push_button("", "link", theme)
        self._dot = Dot(theme)
        self.sign_in = push_button("", "quiet", theme)
        self.history = IconButton("history", theme)
        self.settings = IconButton("gear", theme)
        self._caption = label("", theme, 11, QFont.Weight.DemiBold)
        self._build()
        self._connect()
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts in the current language; old news is removed."""
        self._caption.setText(_("Anomaly"))
        self.history.rename(_("History of deposits"))
        self.settings.rename(_("Settings"))
        self.forget_kept.setText(_("Do not add"))
        self.field.retranslate()
        self.show_sign_in(self._state)
        self._news = ""
        self._refresh()

    def show_sign_in(self, state: SignInState) -> None:
        """Show whether a person is signed in and for how long."""
        self._state = state
        fine = (state.signed_in or self._sandbox) and not self._offline
        checked = state.accepted or self._sandbox
        self._dot.show_color(("ok" if checked else "muted") if fine else "warning")
        self.sign_in.setText(_("Trying out: nothing leaves this computer") if self._sandbox else self._sign_in_text())
        unchecked = _("Tokens kept; checked with the first deposit") if state.signed_in and not checked else ""
        self.sign_in.setToolTip("" if self._sandbox else tip(unchecked, _("Sign in or change the tokens")))
        self.sign_in.setAccessibleDescription(unchecked)
        self.sign_in.setEnabled(not self._sandbox)

    def show_offline(self, offline: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show “Offline” instead of “Signed in”, which would be read as online."""
        if offline != self._offline:
            self._offline = offline
            self.show_sign_in(self._state)

    def show_time(self) -> None:
        """Update how long the session lasts."""
        self.show_sign_in(self._state)

    def show_kept(self, kept: EntryCounts | None) -> None:
        """Show how many files and folders wait for a number, None for none."""
        self._kept = kept
        self._refresh()

    def show_news(self, news: str) -> None:
        """Show news in the hint's place while there is no hint."""
        self._news = news
        self._refresh()

    def show_about(self, about: str, *, doubtful: bool, suggestion: str) -> None:
        """Show what the register says of the number, in amber where it is doubtful, and one that may be meant."""
        self._about, self._doubtful = about, doubtful
        self.suggestion.set_meaning(suggestion)
        self.suggestion.setText(_("Did you mean {number}?", number=suggestion) if suggestion else "")
        self._refresh()

    # Inside

    def _build(self) -> None:
        self._caption.setProperty("kind", "muted")
        self._caption.setBuddy(self.field)
        hint_row = QHBoxLayout()
        hint_row.setSpacing(4)
        hint_row.addWidget(self.hint, 1)
        hint_row.addWidget(self.suggestion)
        hint_row.addStretch()
        kept_row = QHBoxLayout()
        kept_row.setSpacing(8)
        kept_row.addWidget(self.add_kept)
        kept_row.addWidget(self.forget_kept)
        kept_row.addStretch()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._caption, 0, 0)
        grid.addWidget(self.field, 1, 0)
        grid.addLayout(hint_row, 1, 1)
        grid.addLayout(self._right_side(), 1, 2)
        grid.addLayout(kept_row, 2, 0, 1, 3)
        grid.setColumnStretch(1, 1)

    def _right_side(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.sign_in)
        row.addSpacing(6)
        row.addWidget(self.history)
        row.addWidget(self.settings)
        return row

    def _connect(self) -> None:
        self.field.anomaly_changed.connect(self._refresh)
        self.field.anomaly_changed.connect(self.anomaly_changed)
        self.field.returnPressed.connect(self.kept_wanted)
        self.add_kept.clicked.connect(self.kept_wanted)
        self.forget_kept.clicked.connect(self.forget_kept_wanted)
        self.suggestion.clicked.connect(self.suggestion_wanted)
        self.sign_in.clicked.connect(self.sign_in_wanted)
        self.history.clicked.connect(self.history_wanted)
        self.settings.clicked.connect(self.settings_wanted)

    def _refresh(self) -> None:
        self.hint.setText(self._hint_text())
        self.hint.setVisible(bool(self.hint.text()))
        doubtful = self._doubtful and self.hint.text() == self._about
        self.hint.setProperty("kind", "warning" if self.field.is_wrong or doubtful else "muted")
        self.hint.style().polish(self.hint)
        anomaly_id = self.field.anomaly_id
        self.suggestion.setVisible(bool(self.suggestion.text()))
        self.add_kept.setVisible(self._kept is not None and bool(anomaly_id))
        self.forget_kept.setVisible(self._kept is not None)
        self.add_kept.set_meaning(anomaly_id if self._kept is not None else None)
        if self._kept is not None:
            self.add_kept.setText(
                ngettext(
                    "Add {count} file to {number}",
                    "Add {count} files to {number}",
                    self._kept.entries,
                    number=anomaly_id,
                )
            )
        self.kept_changed.emit(self._kept, anomaly_id)

    def _hint_text(self) -> str:
        if self.field.is_wrong:
            return _("Use letters without accents, digits, - or _ (64 at most).")
        if self._kept is not None and not self.field.anomaly_id:
            return self._kept.wait()
        return self._about or self._news

    def _sign_in_text(self) -> str:
        if not self._state.signed_in:
            return _("Signing in…") if self._state.awaited else _("Sign in")
        if self._offline:
            return _("Offline")
        left = (self._state.expires_at or 0) - time.time()
        if not self._state.accepted:
            wide = self.width() >= self._theme.px(_WIDE)
            return _("Tokens kept; checked with the first deposit") if wide else _("Tokens kept")
        if left <= 0:
            return _("Signed in")
        return " · ".join((_("Signed in"), _("expires in {time}", time=i18n.lifetime(left))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say more about the tokens where there is room."""
        super().resizeEvent(event)
        if self._state.signed_in and not self._state.accepted:
            self.show_sign_in(self._state)
