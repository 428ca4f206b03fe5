"""“Test connection” in the settings: the button, the findings line by line, and the thread behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from uploader_gui import i18n
from uploader_gui.engine.events import Fact, Verdict
from uploader_gui.gui.bridge import ThreadSignal
from uploader_gui.gui.style.widgets import IconLabel, arranged, label, push_button
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from uploader_gui.engine.connection_test import ConnectionThread
    from uploader_gui.engine.events import Finding, Question
    from uploader_gui.engine.options import HttpOptions
    from uploader_gui.gui.style.theme import Theme


_STYLES: Final = {
    Verdict.GOOD: ("check", "ok", N_("works")),
    Verdict.NOTE: ("info", "accent", N_("good to know")),
    Verdict.UNKNOWN: ("unknown", "muted", N_("could not be told")),
    Verdict.BAD: ("failed", "danger", N_("does not work")),
}
"""Verdict -> symbol, its colour, and the word that a screen reader reads instead."""

_SENTENCES: Final = {
    Fact.ADDRESS_REFUSED: N_("This address cannot be used."),
    Fact.AUTHORITY_UNUSABLE: N_("The file {0} holds no certificate that can be used."),
    Fact.PROXY_USED: N_("Connected through the proxy {0}."),
    Fact.PROXY_REFUSED: N_("The proxy does not let the program through ({0}). Ask your IT department."),
    Fact.PROXY_SIGN_IN: N_(
        "The proxy asks for a user name and a password. Ask your IT department for an address with both."
    ),
    Fact.NAME_FOUND: N_("Server name {0} found."),
    Fact.NAME_UNKNOWN: N_("The name {0} cannot be found. Check the address and whether this computer is online."),
    Fact.CONNECTED: N_("{0} can be reached ({1})."),
    Fact.NOT_CONNECTED: N_("{0} does not answer. A firewall may stand in the way, or the server is switched off."),
    Fact.SECURE: N_("The connection is secure. The certificate was issued by {0}."),
    Fact.NOT_ENCRYPTED: N_("The connection is not encrypted, but stays on this computer."),
    Fact.CERTIFICATE_REFUSED: N_(
        "The certificate was issued by {0}, whom this computer does not trust. Your network may "
        "replace certificates: ask your IT department for its certificate authority and choose that "
        "file here."
    ),
    Fact.CERTIFICATE_SELF_SIGNED: N_(
        "The server vouches only for itself (certificate of {0}). Nothing is sent to it. Ask your IT department."
    ),
    Fact.CERTIFICATE_EXPIRED: N_("The certificate of {0} is out of date, or the date of this computer is wrong."),
    Fact.CERTIFICATE_OTHER_NAME: N_(
        "The certificate is not for {0}: something else answers in its place. Nothing is sent to it."
    ),
    Fact.NO_TLS: N_("Something answers there, but without a secure connection."),
    Fact.REACHED: N_("The register answers."),
    Fact.WEB_PAGE: N_(
        "A web page answers in place of the register: this network may want you to sign in. Open a "
        "web browser, then test again."
    ),
    Fact.REDIRECTED: N_(
        "The answer leads elsewhere ({0}). Check the address, or sign in to this network in a web browser."
    ),
    Fact.SERVICE_FAILED: N_("The register has an error at the moment ({0}). Try again later."),
    Fact.SERVICE_BUSY: N_("The register is overloaded at the moment. Sending goes on by itself."),
    Fact.NOT_THE_SERVICE: N_("What answers there is not the service ({0}). Check the address."),
    Fact.NO_ANSWER: N_("The connection stood, but no answer came."),
    Fact.TOKENS_ACCEPTED: N_("Your tokens are accepted."),
    Fact.TOKENS_REFUSED: N_("Your tokens are not accepted. Sign in with new ones."),
    Fact.TOKENS_FORBIDDEN: N_(
        "Your tokens do not open this. Sign in with others, or contact the register’s administrator."
    ),
    Fact.TOKENS_EXPIRED: N_("Your session has expired. Sign in with new tokens."),
    Fact.TOKENS_UNTOLD: N_(
        "Whether your tokens are accepted will show with the first file: the register does not say."
    ),
    Fact.TOKENS_MISSING: N_("You are not signed in, so no tokens were tested."),
    Fact.TOKENS_KEPT_BACK: N_("Your tokens belong to the saved server and were not sent to this one."),
    Fact.ANOMALY_FOUND: N_("Anomaly {0}: {1}"),
    Fact.ANOMALY_UNKNOWN: N_("The register does not know anomaly {0}, or does not show it."),
    Fact.CLOCK_RIGHT: N_("The clock of this computer is right."),
    Fact.CLOCK_AHEAD: N_("The clock of this computer is {0} fast. The program allows for that."),
    Fact.CLOCK_BEHIND: N_("The clock of this computer is {0} slow. The program allows for that."),
    Fact.BROKEN: N_("The test broke off: internal error. The log says more."),
}
"""What a test found -> the sentence, with the values of the finding in its places."""
_NAMES_ISSUER: Final = frozenset({Fact.CERTIFICATE_REFUSED, Fact.CERTIFICATE_SELF_SIGNED, Fact.CERTIFICATE_EXPIRED})
_TIMES: Final = frozenset({Fact.CLOCK_AHEAD, Fact.CLOCK_BEHIND})


class ConnectionPanel(QWidget):
    """`test_wanted` and `stop_wanted` are requests; `grown`: the panel needs another height."""

    test_wanted = Signal()
    stop_wanted = Signal()
    grown = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.is_testing = False
        self._lines: list[tuple[Finding, QLabel]] = []
        self.button = push_button("plain", theme)
        self.busy = label(theme, 12, kind="muted")
        self._findings = QWidget()
        self._column = QVBoxLayout(self._findings)
        arranged(self._column, spacing=6, margins=(0, 4, 0, 0))
        top = arranged(QHBoxLayout(), self.button, (self.busy, 1), spacing=12)
        arranged(QVBoxLayout(self), top, self._findings, spacing=4, margins=(0, 8, 0, 0))
        self.button.clicked.connect(self._press)
        self.retranslate()

    @property
    def texts(self) -> list[str]:
        """The lines shown."""
        return [line.text() for _, line in self._lines]

    def show_finding(self, finding: Finding) -> None:
        """Add a finding's line."""
        icon, color, _ = _STYLES[finding.verdict]
        text = label(self._theme, 13, wraps=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        side = self._theme.px(16)
        symbol = IconLabel(icon, color, side, self._theme)
        symbol.setFixedWidth(side)
        self._column.addLayout(arranged(QHBoxLayout(), (symbol, 0, Qt.AlignmentFlag.AlignTop), (text, 1), spacing=10))
        self._lines.append((finding, text))
        self._set_line_text(finding, text)
        self.grown.emit()

    def show_end(self) -> None:
        """Show that the test has ended."""
        self.is_testing = False
        self.retranslate()

    def set_possible(self, possible: bool) -> None:  # noqa: FBT001 - a setter, as Qt's are
        """Enable the button, or disable it while a field is invalid."""
        self.button.setEnabled(possible or self.is_testing)

    # Inside

    def _press(self) -> None:
        if self.is_testing:
            self.stop_wanted.emit()
            self.show_end()
            return
        self._forget()
        self.is_testing = True
        self.retranslate()
        self.test_wanted.emit()

    def _forget(self) -> None:
        self._lines.clear()
        while (row := self._column.takeAt(0)) is not None:
            layout = row.layout()
            while layout is not None and (item := layout.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
        self.grown.emit()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.button.set_meaning(self.is_testing)
        self.button.setText(_("Stop the test") if self.is_testing else _("Test connection"))
        self.busy.setText(_("Testing…") if self.is_testing else "")
        self._findings.setAccessibleName(_("Results of the test"))
        for finding, text in self._lines:
            self._set_line_text(finding, text)

    def _set_line_text(self, finding: Finding, text: QLabel) -> None:
        text.setText(finding_text(finding))
        text.setAccessibleName(f"{_(_STYLES[finding.verdict][2])}: {text.text()}")


def finding_text(finding: Finding) -> str:
    """Return what was found, in the language in use."""
    fact, values = finding.fact, finding.values
    if fact is Fact.SECURE and not any(values):
        return _("The connection is secure.")
    if fact in _NAMES_ISSUER and not values[0]:
        values = (_("an unknown issuer"), *values[1:])
    if fact is Fact.CONNECTED:
        values = (values[0], i18n.milliseconds(int(values[1])))
    if fact in _TIMES:
        values = (i18n.duration(float(values[0])),)
    return _(_SENTENCES[fact]).format(*values)


class ConnectionTester(QObject):
    """Runs one test at a time; findings of a stopped test are ignored."""

    found = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._thread: ConnectionThread | None = None
        self._found_in_thread = ThreadSignal(self._pass_on)

    def start(self, question: Question, network: HttpOptions) -> None:
        """Stop a running test and start a new one."""
        from uploader_gui.engine.connection_test import ConnectionThread  # noqa: PLC0415 - loads what the engine does

        self.stop()
        number = self._number
        self._thread = ConnectionThread(
            question,
            network,
            tell=lambda finding: self._found_in_thread.told.emit((number, finding)),
            done=lambda: self._found_in_thread.told.emit((number, None)),
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop the test, if one is running."""
        self._number += 1
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def _pass_on(self, told: tuple[int, Finding | None]) -> None:
        number, finding = told
        if number != self._number:
            return
        if finding is None:
            self._thread = None
            self.ended.emit()
        else:
            self.found.emit(finding)
