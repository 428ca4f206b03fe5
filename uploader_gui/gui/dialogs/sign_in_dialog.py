"""The sign-in dialog for the two tokens, and how they are found in what people paste."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont
from PySide6.QtWidgets import QLineEdit

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label, push_button
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.style.theme import Theme

_AROUND: Final = " \t\r\n\u00a0\"'`“”„‟‘’‚‛«»‹›<>()[]{},;"
"""What stands around a token where it is copied out of a mail, a program or a file. No token begins or ends so."""
_LABEL: Final = re.compile(
    r"((-H|export)\s"
    r"|(authorization|x-session-token)\b[\"'’”]?[\s:=]*"
    r"|(UPLOADER_(BEARER|SESSION)_TOKEN|((access|bearer|id|(x-)?session)[-_ ]?)?token|jeton( d.acc[eè]s| de session)?)"
    r"[\"'’”]?\s*[:=]"
    r"|bearer(\s*[:=]|[\s\"']|$))",
    re.IGNORECASE,
)
"""What stands before it."""
_SENDABLE: Final = re.compile(r"[!-~]*", re.ASCII)
"""What can stand in a header."""
_TOKEN: Final = r"(?P<token>[A-Za-z0-9._~+/=-]{8,})(?=$|[\s\"'`\u2018-\u201f\u00ab\u00bb<>()\[\]{},;\\^])"  # noqa: S105 - what one looks like
_BETWEEN: Final = r"[^A-Za-z0-9._~+/-]{1,12}(?:value[^A-Za-z0-9._~+/-]{1,8})?"
"""What stands between a name and its token: `: `, `": "`, a line break, `","value":"` of browsers' archives."""
_ACCESS: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:authorization{_BETWEEN}(?:bearer\s+)?|(?:access|bearer|id)[-_ ]?token{_BETWEEN}(?:bearer\s+)?"
    rf"|bearer{_BETWEEN}|jeton d.acc[eè]s{_BETWEEN}){_TOKEN}",
    re.IGNORECASE,
)
_SESSION: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:x-)?session(?:[-_ ]?token)?|jeton de session){_BETWEEN}{_TOKEN}", re.IGNORECASE
)
_WRAPPED_AFTER: Final = frozenset({72, 76, 78})
"""After how many characters of a line mail programs break even a word."""
_LONGEST_NAME: Final = 32
"""With more before it on its line, a blank there stands between two tokens, by chance."""
_BROKEN_OFF: Final = re.compile(r".*[A-Za-z0-9._~+/=-]{8}")
_GOES_ON: Final = re.compile(r"(?![a-z-]+$)[A-Za-z0-9._~+/=-]+[\"'`\u2018-\u201f\u00bb>)\]},;]*")
"""The rest of a token on the next line, which the name of a header is not."""
_MAX_TEXT: Final = 1_000_000
_HINTS: Final = (
    Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData
)


class TokensKept(Enum):
    """Where tokens are kept; the value is the sentence that says so."""

    KEYRING = N_("They are kept in this computer’s password store.")
    MEMORY = N_("They are kept only until the program closes: this computer has no password store.")


class SignInDialog(PlainDialog):
    """Asks for both tokens, and says why where a session ended."""

    guide_page = "anomaly-and-tokens"
    scrolls = True

    def __init__(self, theme: Theme, window: MainWindow, kept: TokensKept) -> None:
        super().__init__(N_("Sign in"), theme, window)
        self._window = window
        self._ended = window.event_router.session_end
        self._token_help = window.dialogs.token_help
        self.both, self.bearer, self.session = _token_field(), _token_field(), _token_field()
        self.why = label(theme, 13, QFont.Weight.DemiBold, wraps=True)
        self.where = self.text_button(N_("Where do I find my tokens?"), "link")
        self.show_tokens = push_button("link", theme)
        self.show_tokens.setCheckable(True)
        self.sign_out = self.text_button(N_("Sign out: forget the tokens on this computer"), "link")
        self.confirm = self.text_button(N_("Sign in"), "primary")
        self.cancel = self.text_button(N_("Cancel"), "plain")
        self._build_top()
        self._build_fields()
        self._build_bottom(kept)
        self._connect()
        self._validate()
        self.follow_language(self._say_why)
        self.follow_language(self._show_or_hide)
        self.bearer.setFocus()  # who types has one field after the other; a paste of both is taken in any of them

    def _build_top(self) -> None:
        self.add_title(N_("Sign in"))
        self.column.addWidget(self.why)
        self.why.setVisible(self._ended is not None)  # only now: without a parent it would be shown as a window
        self.add_sentence(
            N_("Paste the two tokens of your register. Who runs it, or your IT department, gives them to you.")
        )
        self.column.addWidget(self.where, 0, Qt.AlignmentFlag.AlignLeft)
        self.where.setVisible(bool(self._token_help))
        self.refused = self.add_sentence(
            N_("The register did not accept these tokens. Get new ones, then paste them here."), "warning"
        )
        self.refused.hide()

    def _build_fields(self) -> None:
        self.add_field(N_("Both tokens at once, as you copied them"), self.both)
        self.recognised = self.add_sentence(N_("Both tokens were recognised."))
        self.recognised.hide()
        self.add_field(N_("Access token"), self.bearer)
        self.add_field(N_("Session token"), self.session)
        self.unfit = self.add_sentence(
            N_("A token holds no blanks, accents or other special characters. Copy it once more, by itself."), "warning"
        )
        self.unfit.hide()

    def _build_bottom(self, kept: TokensKept) -> None:
        self.column.addWidget(self.show_tokens, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_sentence(kept.value)
        self.column.addWidget(self.sign_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.sign_out.setVisible(self._window.event_router.signed_in)
        self.add_buttons(self.help_button(), self.cancel, self.confirm)

    def show_refused(self) -> None:
        """Show that the tokens just entered were refused."""
        self.refused.show()
        self.fit()
        self.bearer.setFocus()
        self.bearer.selectAll()

    def _connect(self) -> None:
        for field in (self.bearer, self.session):
            field.textChanged.connect(self._validate)
        for field in (self.both, self.bearer, self.session):
            field.textEdited.connect(self._look_for_both)
        self.where.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._token_help)))
        self.show_tokens.toggled.connect(self._show_or_hide)
        self.confirm.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.reject)
        self.rejected.connect(self._window.commands.forget_start)
        self.sign_out.clicked.connect(self._window.sign_out_wanted)
        self.sign_out.clicked.connect(self.reject)

    def _say_why(self) -> None:
        if self._ended is not None:
            self.why.setText(self._ended.sentence)

    def _validate(self) -> None:
        tokens = [clean(field.text()) for field in (self.bearer, self.session)]
        is_fit = all(map(_SENDABLE.fullmatch, tokens))
        self.confirm.setEnabled(is_fit and all(tokens))
        if is_fit == self.unfit.isVisibleTo(self):
            self.unfit.setVisible(not is_fit)
            self.fit()

    def _look_for_both(self, text: str) -> None:
        """Fill both fields where both tokens are in what was pasted into any of the three."""
        found = tokens_in(text)
        if found is None:
            return
        self.both.clear()
        self.bearer.setText(found[0])
        self.session.setText(found[1])
        self.recognised.show()
        self.fit()
        self.confirm.setFocus()

    def _show_or_hide(self) -> None:
        shown = self.show_tokens.isChecked()
        self.show_tokens.setText(_("Hide the tokens") if shown else _("Show the tokens"))
        for field in (self.both, self.bearer, self.session):
            field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def _submit(self) -> None:
        self._window.tokens_submitted.emit(clean(self.bearer.text()), clean(self.session.text()))
        self.accept()


def clean(pasted: str) -> str:
    """Return a pasted token without spaces, quotes, invisible characters, line breaks, a name before it or “Bearer”."""
    token = _visible(pasted).strip(_AROUND)
    while label_before := _LABEL.match(token):
        token = token[label_before.end() :].strip(_AROUND)
    return "".join(token.split())


def _visible(text: str) -> str:
    """Return a text without characters that nobody sees, such as a byte order mark."""
    return "".join(c for c in text if c.isspace() or c.isprintable())


def _unwrapped(text: str) -> str:
    """Return a text in which tokens are whole that a mail broke at the end of a line."""
    words, blanks = re.split(r"\s+", text), [*re.findall(r"\s+", text), ""]
    if len(lengths := [len(word) for word in words if word]) == 2 and len({*lengths}) == 1:  # noqa: PLR2004 - one of each
        return text  # two tokens of one kind
    whole, column = "", 0
    for word, blank, after in zip(words, blanks, [*words[1:], ""], strict=True):
        before, column = column, column + len(word)
        is_end = column in _WRAPPED_AFTER and ("\n" in blank or before <= _LONGEST_NAME)
        if is_end and _BROKEN_OFF.fullmatch(word) and _GOES_ON.fullmatch(after):
            whole, column = whole + word, 0
        else:
            whole, column = whole + word + blank, 0 if "\n" in blank else column + len(blank)
    return whole


def tokens_in(text: str) -> tuple[str, str] | None:
    """Return access and session token where a text holds both, else None.

    It may be two lines (the access token first), headers as a browser's tools copy them, a `curl` command, or JSON. A
    text that names different tokens by one name is doubtful: None.
    """
    if len(text) > _MAX_TEXT:
        return None
    text = _unwrapped(_visible(text))
    access, session = ({match["token"] for match in pattern.finditer(text)} for pattern in (_ACCESS, _SESSION))
    if len(access) == len(session) == 1:
        return access.pop(), session.pop()
    words = list(filter(None, map(clean, re.split(r"[\s,;]+", text))))
    is_plain = len(words) == 2 and all(re.fullmatch(_TOKEN, word) for word in words)  # noqa: PLR2004 - one of each
    return (words[0], words[1]) if is_plain and access <= {words[0]} and not session else None


def _token_field() -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(_HINTS)
    field.setAcceptDrops(False)
    field.setMaxLength(65_536)
    return field
