"""The sentences of everyday manners: leaving, the background, the notification at the end, pasting, help.

A leaf beside `text.py`, because there are many of them.
"""

from __future__ import annotations

from uploader_gui.translation import QT_TRANSLATE_NOOP, CountedSentence, Sentence


class MannersWords(Sentence):
    """Sentences without a count."""

    # Leaving
    LEAVE_TEXT = QT_TRANSLATE_NOOP("manners", "What is to become of the files that are not sent yet?")
    IN_BACKGROUND = QT_TRANSLATE_NOOP("manners", "Keep sending in the background")
    IN_BACKGROUND_MORE = QT_TRANSLATE_NOOP(
        "manners", "The window goes, the program ends by itself when all is sent. Open it again to see it."
    )
    STOP_MORE = QT_TRANSLATE_NOOP("manners", "The files are kept and go on the next time you open the program.")
    # Header
    RECENT = QT_TRANSLATE_NOOP("manners", "Anomalies used last")
    # In the background
    SHOW_WINDOW = QT_TRANSLATE_NOOP("manners", "Show the window")
    GOES_ON = QT_TRANSLATE_NOOP("manners", "Sending goes on in the background")
    GOES_ON_TEXT = QT_TRANSLATE_NOOP("manners", "Open the program again to see the files.")
    # The end
    ALL_SENT = QT_TRANSLATE_NOOP("manners", "All files are sent")
    SOME_LEFT = QT_TRANSLATE_NOOP("manners", "Some files need you")
    NEEDS_SIGN_IN = QT_TRANSLATE_NOOP("manners", "Sign in to go on")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "manners"


class CountedManners(CountedSentence):
    """Sentences with a count."""

    SENT = ("1 file uploaded", QT_TRANSLATE_NOOP("manners", "%Ln files uploaded", None, 1))
    FAILED = ("1 failed", QT_TRANSLATE_NOOP("manners", "%Ln failed", None, 1))
    REFUSED = ("1 refused", QT_TRANSLATE_NOOP("manners", "%Ln refused", None, 1))
    STILL_SENDING = ("1 file still to send", QT_TRANSLATE_NOOP("manners", "%Ln files still to send", None, 1))

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "manners"
