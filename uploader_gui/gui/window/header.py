"""The top of the window: the anomaly's number with a hint; at the right sign-in state, History and settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from uploader_gui import i18n
from uploader_gui.gui.style.lines import short
from uploader_gui.gui.style.widgets import Dot, IconButton, Translated, arranged, label, push_button, set_look, tip
from uploader_gui.gui.window.anomaly_field import AnomalyField
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from uploader_gui.gui.drop.add_files import EntryCounts
    from uploader_gui.gui.style.theme import Theme


_WIDE: Final = 820
"""From this width in logical pixels the header has room for a sentence about the tokens or the trial."""
_BESIDE: Final = 180
"""In less room than this, in logical pixels, words stand below the field: beside it nobody could read them."""
_LINES: Final = 2.6
"""How much of a title is shown beside the field, in lines: it wraps to three."""
_LINES_BELOW: Final = 1.6
"""The same below the field."""
_LONGEST_WORD: Final = 16
"""Longer words of a title may be broken: the header would not fit into a narrow window."""
_SPACING: Final = 12
_BREAK: Final = "\u200b"


@dataclass(frozen=True, slots=True)
class SignInState:
    """Whether there are tokens; `expires_at` in seconds since 1970, None where the token does not say.

    `awaited`: the password store has not answered yet. `accepted`: the service took these tokens. `which` is another
    number for other tokens, and for the same tokens with another server.
    """

    signed_in: bool
    expires_at: float | None = None
    awaited: bool = False
    accepted: bool = False
    which: int = 0


class SessionEnd(NamedTuple):
    """When a session ended (seconds since 1970), by its token; with `refused`, when the register first refused it."""

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


class Header(QWidget, Translated):
    """Anomaly field, hint, buttons for kept files, sign-in state, History, settings."""

    kept_changed = Signal(object, str)
    """The kept files and folders (`EntryCounts`, or None), and the number shown now."""

    def __init__(self, theme: Theme, *, trial: bool) -> None:
        super().__init__()
        self.theme = theme
        self._trial = trial
        self._kept: EntryCounts | None = None
        self._news = ""
        self._about = ""
        self._doubtful = False
        self._state = SignInState(signed_in=False)
        self._offline = False
        self.field = AnomalyField(theme)
        self.hint = label(theme, 12, wraps=True)
        self.add_kept = push_button("primary", theme)
        self.forget_kept = self.text_button(N_("Do not add"), "plain")
        self.suggestion = push_button("link", theme)
        self._dot = Dot(theme)
        self.sign_in = push_button("quiet", theme)
        self.history = IconButton("history", theme)
        self.settings = IconButton("gear", theme)
        self._caption = label(theme, 11, QFont.Weight.DemiBold, kind="muted")
        self._words = QWidget()
        self._words_below = False
        self._grid = QGridLayout(self)
        self._build()
        self.translate(self._caption.setText, N_("Anomaly"))
        self.translate(self.history.rename, N_("History of deposits"))
        self.translate(self.settings.rename, N_("Settings"))
        self.field.anomaly_changed.connect(self._refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts in the current language; old news is removed."""
        super().retranslate()
        self.field.retranslate()
        self._news = ""
        self.show_sign_in()

    def show_sign_in(self, state: SignInState | None = None) -> None:
        """Show whether a person is signed in, and for how long from now; None for the state shown before."""
        self._state = state = state or self._state
        fine = (state.signed_in or self._trial) and not self._offline
        checked = state.accepted or self._trial
        self._dot.show_color(("ok" if checked else "muted") if fine else "warning")
        self.sign_in.setText(self._trial_text() if self._trial else self._sign_in_text())
        unchecked = _("Tokens kept; checked with the first deposit") if state.signed_in and not checked else ""
        self.sign_in.setToolTip("" if self._trial else tip(unchecked, _("Sign in or change the tokens")))
        self.sign_in.setAccessibleDescription(unchecked)
        self.sign_in.setEnabled(not self._trial)
        self._right.invalidate()  # it would tell the old text's width until the next turn of the event loop
        self._refresh()

    def show_offline(self, offline: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show “Offline” instead of “Signed in”, which would be read as online."""
        if offline != self._offline:
            self._offline = offline
            self.show_sign_in()

    def show_kept(self, kept: EntryCounts | None) -> None:
        """Show how many files and folders wait for a number, None for none."""
        self._kept = kept
        self._refresh()

    def show_news(self, news: str) -> None:
        """Show news in the hint's place while there is no hint."""
        self._news = news
        self._refresh()

    def make_low(self, low: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Do without the caption: the field says what it is for, too."""
        self._caption.setVisible(not low)

    def show_about(self, about: str, *, doubtful: bool, suggestion: str) -> None:
        """Show what the register says of the number, in amber where it is doubtful, and one that may be meant."""
        self._about, self._doubtful = about, doubtful
        self.suggestion.set_meaning(suggestion)
        self.suggestion.setText(_("Did you mean {number}?", number=suggestion) if suggestion else "")
        self._refresh()

    # Inside

    def _build(self) -> None:
        self._caption.setBuddy(self.field)
        arranged(QHBoxLayout(self._words), (self.hint, 1), self.suggestion, None, spacing=4)
        dot = (self._dot, 0, Qt.AlignmentFlag.AlignVCenter)
        grid = self._grid
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_SPACING)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._caption, 0, 0)
        grid.addWidget(self.field, 1, 0)
        grid.addWidget(self._words, 1, 1)
        self._right = arranged(QHBoxLayout(), dot, self.sign_in, 6, self.history, self.settings, spacing=2)
        grid.addLayout(self._right, 1, 2)
        grid.addLayout(arranged(QHBoxLayout(), self.add_kept, self.forget_kept, None, spacing=8), 3, 0, 1, 3)
        grid.setColumnStretch(1, 1)

    def _refresh(self) -> None:
        text = self._hint_text()
        self._place_words()
        self.hint.setText(self._fitted(text) if text == self._about else text)
        self.hint.setToolTip(tip(text) if self.hint.text() != text else "")
        self.hint.setVisible(bool(text))
        doubtful = self._doubtful and text == self._about
        set_look(self.hint, "kind", "warning" if self.field.fault or doubtful else "muted")
        anomaly_id = self.field.anomaly_id
        self.suggestion.setVisible(bool(self.suggestion.text()))
        self._words.setVisible(bool(text or self.suggestion.text()))
        self.add_kept.setVisible(self._kept is not None and bool(anomaly_id))
        self.forget_kept.setVisible(self._kept is not None)
        self.add_kept.set_meaning(anomaly_id if self._kept is not None else None)
        if self._kept is not None:
            self.add_kept.setText(self._kept.add_to(short(anomaly_id)))
        self.kept_changed.emit(self._kept, anomaly_id)

    def _hint_text(self) -> str:
        waits = self._kept.wait() if self._kept is not None and not self.field.anomaly_id else ""
        return self.field.fault or waits or self._about or self._news

    def _place_words(self) -> None:
        """Put the hint beside the field, or below it where it would have too little room there."""
        below = self._room(below=False) < self.theme.px(_BESIDE)
        if below is not self._words_below:
            self._words_below = below
            self._grid.addWidget(self._words, *((2, 0, 1, 3) if below else (1, 1, 1, 1)))

    def _room(self, *, below: bool) -> int:
        """Return how wide the hint may be beside the field, or below it."""
        suggested = self.suggestion.sizeHint().width() + _SPACING if self.suggestion.text() else 0
        around = 0 if below else self.field.width() + self._right.sizeHint().width() + 2 * _SPACING
        return self.width() - around - suggested

    def _fitted(self, text: str) -> str:
        """Return what of the register's words has room; long words may be broken."""
        room = self._room(below=self._words_below) * (_LINES_BELOW if self._words_below else _LINES)
        shown = QFontMetrics(self.hint.font()).elidedText(text, Qt.TextElideMode.ElideRight, max(round(room), 60))
        words = [
            _BREAK.join(word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD))
            for word in shown.split(" ")
        ]
        return " ".join(words)

    @property
    def _is_wide(self) -> bool:
        return self.width() >= self.theme.px(_WIDE)

    def _trial_text(self) -> str:
        return _("Trying out: nothing leaves this computer") if self._is_wide else _("Trying out")

    def _sign_in_text(self) -> str:
        if not self._state.signed_in:
            return _("Signing in…") if self._state.awaited else _("Sign in")
        if self._offline:
            return _("Offline")
        left = (self._state.expires_at or 0) - time.time()
        if not self._state.accepted:
            return _("Tokens kept; checked with the first deposit") if self._is_wide else _("Tokens kept")
        if left <= 0:
            return _("Signed in")
        return " · ".join((_("Signed in"), _("expires in {time}", time=i18n.lifetime(left))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say more about the tokens, and of what the register says, where there is room."""
        super().resizeEvent(event)
        if self._trial or (self._state.signed_in and not self._state.accepted):
            self.show_sign_in()
        else:
            self._refresh()
