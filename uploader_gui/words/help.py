"""The sentences of Help."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class HelpWords(Sentence):
    """What the help dialog says."""

    TITLE = QT_TRANSLATE_NOOP("help", "User guide")
    OPEN = QT_TRANSLATE_NOOP("help", "Help…")
    PAGES = QT_TRANSLATE_NOOP("help", "Pages of the guide")
    BACK = QT_TRANSLATE_NOOP("help", "Back")
    IF_ASKED = QT_TRANSLATE_NOOP(
        "help", "Support may ask for the log or the diagnostics. Neither holds tokens or upload links."
    )
    SHOW_LOG = QT_TRANSLATE_NOOP("help", "Show log")
    COPY_DIAGNOSTICS = QT_TRANSLATE_NOOP("help", "Copy diagnostics")
    COPIED = QT_TRANSLATE_NOOP("help", "Copied. Paste it into an e-mail or a message.")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "help"
