"""The sentences of a start that fails: display, data folder, log, tokens, settings."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class StartErrors(Sentence):
    """Why the program cannot start."""

    NO_DISPLAY = QT_TRANSLATE_NOOP("start", "There is no display.")
    NO_LIBRARY = QT_TRANSLATE_NOOP("start", "Qt needs a system library that is missing (%1). On Debian: apt install %2")
    NO_FOLDER = QT_TRANSLATE_NOOP("start", "cannot write to the data folder %1: %2.")
    NO_LOG = QT_TRANSLATE_NOOP("start", "cannot write the log %1: %2.")
    NO_TOKEN = QT_TRANSLATE_NOOP("start", "a token is empty or holds characters that no token has.")
    SERVER = QT_TRANSLATE_NOOP("start", "the server address (UPLOADER_API_URL) cannot be used: %1.")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "start"


class WrongSetting(Sentence):
    """What is wrong with a setting or the file that holds it. The first value names the variable or the file."""

    IN_FILE = QT_TRANSLATE_NOOP("start", "“%1” in %2")
    CHOICE = QT_TRANSLATE_NOOP("start", "%1 is wrong: it must be one of %2.")
    WHOLE = QT_TRANSLATE_NOOP("start", "%1 is wrong: it must be a whole number from %2 to %3.")
    NUMBER = QT_TRANSLATE_NOOP("start", "%1 is wrong: it must be a number from %2 to %3.")
    NUMBER_UP = QT_TRANSLATE_NOOP("start", "%1 is wrong: it must be a number, %2 or more.")
    PROXY = QT_TRANSLATE_NOOP("start", "%1 is wrong: it must be system, none, or an address such as %2.")
    TEXT = QT_TRANSLATE_NOOP("start", "%1 is wrong: it must be text.")
    NO_FILE = QT_TRANSLATE_NOOP("start", "%1 is no settings file.")
    UNREADABLE = QT_TRANSLATE_NOOP("start", "the settings file %1 cannot be read: %2.")
    NO_JSON = QT_TRANSLATE_NOOP("start", "the settings file %1 cannot be read: it is not valid JSON (line %2).")
    NO_OBJECT = QT_TRANSLATE_NOOP("start", "the settings file %1 cannot be read: it is not a JSON object.")
    MACHINE_OPEN = QT_TRANSLATE_NOOP(
        "start",
        "the settings for this computer in %1 cannot be used: the file and its folder must belong to the administrator "
        "and be writable by nobody else.",
    )

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "start"
