"""The sentences of `--self-test`."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class Words(Sentence):
    """The checks and their results."""

    FINE = QT_TRANSLATE_NOOP("self_test", "ok")
    NOTE = QT_TRANSLATE_NOOP("self_test", "note")
    AMISS = QT_TRANSLATE_NOOP("self_test", "amiss")
    DATA_FOLDER = QT_TRANSLATE_NOOP("self_test", "data folder")
    KEYRING = QT_TRANSLATE_NOOP("self_test", "keyring")
    TRUST_STORE = QT_TRANSLATE_NOOP("self_test", "trusted certificates")
    JOURNAL = QT_TRANSLATE_NOOP("self_test", "journal (SQLite)")
    QT_IMAGES = QT_TRANSLATE_NOOP("self_test", "images in the window")
    PICTURES = QT_TRANSLATE_NOOP("self_test", "converting pictures")
    RESOURCES = QT_TRANSLATE_NOOP("self_test", "icons and style")
    TRANSLATIONS = QT_TRANSLATE_NOOP("self_test", "translations")
    NO_KEYRING = QT_TRANSLATE_NOOP("self_test", "none; tokens are kept in memory until the program closes")
    KEYRING_FORGETS = QT_TRANSLATE_NOOP("self_test", "what was just written cannot be read")
    KEYRING_SILENT = QT_TRANSLATE_NOOP("self_test", "it does not answer; perhaps it waits for its password")
    OF_THE_SYSTEM = QT_TRANSLATE_NOOP("self_test", "the system’s own")
    NO_AUTHORITIES = QT_TRANSLATE_NOOP("self_test", "none found; on Debian: apt install ca-certificates")
    NO_WINDOW = QT_TRANSLATE_NOOP("self_test", "not looked at, since no window can be opened here (%1)")
    NO_TRANSLATIONS = QT_TRANSLATE_NOOP("self_test", "English only, since Qt cannot be loaded here (%1)")
    NO_CHECKS = QT_TRANSLATE_NOOP("self_test", "%1; not all damage in HEIC photos is found here")
    LACKING = QT_TRANSLATE_NOOP("self_test", "lacking: %1")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "self_test"
