"""The sign-in dialog for the two tokens, and what is accepted as a pasted token."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import push_button
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from uploader_gui.gui.style.theme import Theme

_WRAPPING: Final = re.compile(r"^(authorization:|x-session-token:)?\s*(bearer(\s+|$))?", re.IGNORECASE)
_HINTS: Final = (
    Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData
)


class TokensKept(Enum):
    """Where tokens are kept; the value is the sentence that says so."""

    KEYRING = N_("They are kept in this computer’s password store.")
    MEMORY = N_("They are kept only until the program closes: this computer has no password store.")


class SignInDialog(PlainDialog):
    """Asks for both tokens. `submitted(bearer, session)` has them cleaned; `sign_out_wanted`: forget the tokens."""

    submitted = Signal(str, str)
    sign_out_wanted = Signal()
    guide_page = "anomaly-and-tokens"

    def __init__(self, theme: Theme, parent: QWidget, kept: TokensKept, *, signed_in: bool = False) -> None:
        super().__init__(N_("Sign in"), theme, parent)
        self.bearer, self.session = _token_field(), _token_field()
        self.show_tokens = push_button("", "link", theme)
        self.show_tokens.setCheckable(True)
        self.confirm = self.button(N_("Sign in"), "primary")
        self.cancel = self.button(N_("Cancel"), "plain")
        self.add_title(N_("Sign in"))
        self.add_sentence(
            N_("Paste the two tokens of your register. Who runs it, or your IT department, gives them to you.")
        )
        self._refused = self.add_sentence(
            N_("The register did not accept these tokens. Get new ones, then paste them here."), "warning"
        )
        self._refused.hide()
        self.add_field(N_("Access token"), self.bearer)
        self.add_field(N_("Session token"), self.session)
        self.column.addWidget(self.show_tokens, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_sentence(kept.value)
        self.sign_out = self.button(N_("Sign out: forget the tokens on this computer"), "link")
        self.sign_out.setVisible(signed_in)
        self.column.addWidget(self.sign_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.help = self.help_button()
        self.add_buttons(self.help, self.cancel, self.confirm)
        self._connect()
        self._validate()
        self._show_or_hide()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        super().retranslate()
        self._show_or_hide()

    def show_refused(self) -> None:
        """Show that the tokens just entered were refused."""
        self._refused.show()
        self.fit()
        self.bearer.setFocus()
        self.bearer.selectAll()

    @property
    def shows_refused(self) -> bool:
        """Whether the dialog shows that tokens were refused."""
        return not self._refused.isHidden()

    def _connect(self) -> None:
        for field in (self.bearer, self.session):
            field.textChanged.connect(self._validate)
        self.show_tokens.toggled.connect(self._show_or_hide)
        self.confirm.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.reject)
        self.sign_out.clicked.connect(self.sign_out_wanted)
        self.sign_out.clicked.connect(self.reject)

    def _validate(self) -> None:
        self.confirm.setEnabled(bool(clean(self.bearer.text()) and clean(self.session.text())))

    def _show_or_hide(self) -> None:
        shown = self.show_tokens.isChecked()
        self.show_tokens.setText(_("Hide the tokens") if shown else _("Show the tokens"))
        for field in (self.bearer, self.session):
            field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def _submit(self) -> None:
        self.submitted.emit(clean(self.bearer.text()), clean(self.session.text()))
        self.accept()


def clean(pasted: str) -> str:
    """Return a pasted token without spaces, quotes, line breaks, header name or “Bearer”."""
    return "".join(_WRAPPING.sub("", pasted.strip().strip("\"'")).split())


def _token_field() -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(_HINTS)
    field.setAcceptDrops(False)
    field.setMaxLength(65_536)
    return field
