"""The sentences of the settings and of the test of the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uploader_gui.engine.connection_test.findings import Fact
from uploader_gui.words import units
from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence

if TYPE_CHECKING:
    from uploader_gui.engine.connection_test.findings import Finding


class SettingsWords(Sentence):
    """What the settings dialog says."""

    TAB_CONNECTION = QT_TRANSLATE_NOOP("settings", "Connection")
    TAB_SENDING = QT_TRANSLATE_NOOP("settings", "Sending")
    TAB_PROGRAM = QT_TRANSLATE_NOOP("settings", "Program")
    PROXY = QT_TRANSLATE_NOOP("settings", "Proxy")
    PROXY_SYSTEM = QT_TRANSLATE_NOOP("settings", "The system’s")
    PROXY_NONE = QT_TRANSLATE_NOOP("settings", "None")
    PROXY_ADDRESS = QT_TRANSLATE_NOOP("settings", "This address:")
    PROXY_FIELD = QT_TRANSLATE_NOOP("settings", "Address of the proxy")
    PROXY_INVALID = QT_TRANSLATE_NOOP("settings", "The proxy’s address begins with http:// and ends with its port.")
    AUTHORITY = QT_TRANSLATE_NOOP("settings", "Further certificate authority (your IT department tells)")
    AUTHORITY_NONE = QT_TRANSLATE_NOOP("settings", "None chosen")
    AUTHORITY_CHOOSE = QT_TRANSLATE_NOOP("settings", "Choose…")
    AUTHORITY_REMOVE = QT_TRANSLATE_NOOP("settings", "Remove")
    AUTHORITY_INVALID = QT_TRANSLATE_NOOP("settings", "This file holds no certificate that can be used.")
    AUTHORITY_FILTER = QT_TRANSLATE_NOOP("settings", "Certificates (*.pem *.crt *.cer)")
    BANDWIDTH = QT_TRANSLATE_NOOP("settings", "Speed limit for all files together")
    NO_LIMIT = QT_TRANSLATE_NOOP("settings", "No limit")
    MEGABYTES_PER_SECOND = QT_TRANSLATE_NOOP("settings", "MB/s")
    THEME = QT_TRANSLATE_NOOP("settings", "Colours")
    THEME_SYSTEM = QT_TRANSLATE_NOOP("settings", "As in the system")
    THEME_LIGHT = QT_TRANSLATE_NOOP("settings", "Light")
    THEME_DARK = QT_TRANSLATE_NOOP("settings", "Dark")
    HISTORY_DAYS = QT_TRANSLATE_NOOP("settings", "Finished deposits stay in History for")
    DAYS = QT_TRANSLATE_NOOP("settings", "days")
    FIXED = QT_TRANSLATE_NOOP("settings", "Fixed by the environment variable %1")
    FIXED_MACHINE = QT_TRANSLATE_NOOP("settings", "Fixed for this computer by your IT department (%1)")
    TEST = QT_TRANSLATE_NOOP("settings", "Test connection")
    STOP_TEST = QT_TRANSLATE_NOOP("settings", "Stop the test")
    TESTING = QT_TRANSLATE_NOOP("settings", "Testing…")
    TEST_RESULTS = QT_TRANSLATE_NOOP("settings", "Results of the test")
    WORKS = QT_TRANSLATE_NOOP("settings", "works")
    TO_KNOW = QT_TRANSLATE_NOOP("settings", "good to know")
    UNTOLD = QT_TRANSLATE_NOOP("settings", "could not be told")
    WRONG = QT_TRANSLATE_NOOP("settings", "does not work")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "settings"


class SettingsTrouble(Sentence):
    """What is wrong with the settings or their file, and what follows."""

    NO_FILE = QT_TRANSLATE_NOOP(
        "settings", "No settings were read, because %1 is not a file. The usual ones apply, and it stays as it is."
    )
    UNREADABLE = QT_TRANSLATE_NOOP("settings", "The settings in %1 cannot be read (%2). The usual ones apply.")
    SET_ASIDE = QT_TRANSLATE_NOOP(
        "settings", "The settings file was damaged. The usual settings apply; the old file is kept as %1"
    )
    AUTHORITY = QT_TRANSLATE_NOOP(
        "settings",
        "The certificate authority %1 cannot be used (%2). The program does without it until it can, or until another "
        "one is chosen in the settings.",
    )
    UNSAVED = QT_TRANSLATE_NOOP(
        "settings", "The settings could not be saved as %1 (%2). They apply until the program closes."
    )

    OVERRULED = QT_TRANSLATE_NOOP("settings", "%1 does not count: your IT department fixes this setting (%2).")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "settings"


class ConnectionWords(Sentence):
    """What a test of the connection found out."""

    ADDRESS_REFUSED = QT_TRANSLATE_NOOP("connection", "This address cannot be used.")
    AUTHORITY_UNUSABLE = QT_TRANSLATE_NOOP("connection", "The file %1 holds no certificate that can be used.")
    PROXY_USED = QT_TRANSLATE_NOOP("connection", "The way leads through the proxy %1.")
    PROXY_REFUSED = QT_TRANSLATE_NOOP(
        "connection", "The proxy does not let the program through (%1). Ask your IT department."
    )
    PROXY_SIGN_IN = QT_TRANSLATE_NOOP(
        "connection", "The proxy asks for a user name and a password. Ask your IT department for an address with both."
    )
    NAME_FOUND = QT_TRANSLATE_NOOP("connection", "The name %1 is known.")
    NAME_UNKNOWN = QT_TRANSLATE_NOOP(
        "connection", "The name %1 cannot be found. Check the address and whether this computer is online."
    )
    CONNECTED = QT_TRANSLATE_NOOP("connection", "%1 can be reached (%2).")
    NOT_CONNECTED = QT_TRANSLATE_NOOP(
        "connection", "%1 does not answer. A firewall may stand in the way, or the server is switched off."
    )
    SECURE = QT_TRANSLATE_NOOP("connection", "The connection is secure. The certificate was issued by %1.")
    SECURE_UNNAMED = QT_TRANSLATE_NOOP("connection", "The connection is secure.")
    NOT_ENCRYPTED = QT_TRANSLATE_NOOP("connection", "The connection is not encrypted, but stays on this computer.")
    CERTIFICATE_REFUSED = QT_TRANSLATE_NOOP(
        "connection",
        "The certificate was issued by %1, whom this computer does not trust. Your network may replace certificates: "
        "ask your IT department for its certificate authority and choose that file here.",
    )
    CERTIFICATE_SELF_SIGNED = QT_TRANSLATE_NOOP(
        "connection",
        "The server vouches only for itself (certificate of %1). Nothing is sent to it. Ask your IT department.",
    )
    CERTIFICATE_EXPIRED = QT_TRANSLATE_NOOP(
        "connection", "The certificate of %1 is out of date, or the date of this computer is wrong."
    )
    CERTIFICATE_OTHER_NAME = QT_TRANSLATE_NOOP(
        "connection", "The certificate is not for %1: something else answers in its place. Nothing is sent to it."
    )
    NO_TLS = QT_TRANSLATE_NOOP("connection", "Something answers there, but without a secure connection.")
    REACHED = QT_TRANSLATE_NOOP("connection", "The service answers.")
    WEB_PAGE = QT_TRANSLATE_NOOP(
        "connection",
        "A web page answers in place of the service: this network may want you to sign in. Open a web browser, then "
        "test again.",
    )
    REDIRECTED = QT_TRANSLATE_NOOP(
        "connection", "The answer leads elsewhere (%1). Check the address, or sign in to this network in a web browser."
    )
    SERVICE_FAILED = QT_TRANSLATE_NOOP("connection", "The service has a problem at the moment (%1). Try again later.")
    SERVICE_BUSY = QT_TRANSLATE_NOOP("connection", "The service is busy at the moment. Sending goes on by itself.")
    NOT_THE_SERVICE = QT_TRANSLATE_NOOP("connection", "What answers there is not the service (%1). Check the address.")
    NO_ANSWER = QT_TRANSLATE_NOOP("connection", "The connection stood, but no answer came.")
    TOKENS_ACCEPTED = QT_TRANSLATE_NOOP("connection", "Your tokens are accepted.")
    TOKENS_REFUSED = QT_TRANSLATE_NOOP("connection", "Your tokens are not accepted. Sign in with new ones.")
    TOKENS_FORBIDDEN = QT_TRANSLATE_NOOP(
        "connection", "Your tokens do not open this. Sign in with others, or ask who looks after the register."
    )
    TOKENS_EXPIRED = QT_TRANSLATE_NOOP("connection", "Your session has expired. Sign in with new tokens.")
    TOKENS_UNTOLD = QT_TRANSLATE_NOOP(
        "connection", "Whether your tokens are accepted will show with the first file: the service does not say."
    )
    TOKENS_MISSING = QT_TRANSLATE_NOOP("connection", "You are not signed in, so no tokens were tested.")
    TOKENS_KEPT_BACK = QT_TRANSLATE_NOOP(
        "connection", "Your tokens belong to the saved server and were not sent to this one."
    )
    ANOMALY_FOUND = QT_TRANSLATE_NOOP("connection", "Anomaly %1: %2")
    ANOMALY_UNKNOWN = QT_TRANSLATE_NOOP("connection", "The service does not know anomaly %1, or does not show it.")
    CLOCK_RIGHT = QT_TRANSLATE_NOOP("connection", "The clock of this computer is right.")
    CLOCK_AHEAD = QT_TRANSLATE_NOOP("connection", "The clock of this computer is %1 fast. The program allows for that.")
    CLOCK_BEHIND = QT_TRANSLATE_NOOP(
        "connection", "The clock of this computer is %1 slow. The program allows for that."
    )
    BROKEN = QT_TRANSLATE_NOOP("connection", "The test broke off: internal error. The log says more.")
    UNKNOWN_ISSUER = QT_TRANSLATE_NOOP("connection", "somebody unnamed")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "connection"


_NAMES_ISSUER: Final = frozenset({Fact.CERTIFICATE_REFUSED, Fact.CERTIFICATE_SELF_SIGNED, Fact.CERTIFICATE_EXPIRED})
_TIMES: Final = frozenset({Fact.CLOCK_AHEAD, Fact.CLOCK_BEHIND})


def told(finding: Finding) -> str:
    """Return what was found."""
    fact, values = finding.fact, finding.values
    if fact is Fact.SECURE and not any(values):
        return ConnectionWords.SECURE_UNNAMED.text
    if fact in _NAMES_ISSUER and not values[0]:
        values = (ConnectionWords.UNKNOWN_ISSUER.text, *values[1:])
    if fact is Fact.CONNECTED:
        values = (values[0], units.milliseconds(int(values[1])))
    if fact in _TIMES:
        values = (units.duration(float(values[0])),)
    return ConnectionWords[fact.name].filled(*values)
