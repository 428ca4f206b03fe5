"""The sentences about what is dragged or pasted: what letting go would do, and why something cannot be taken."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, CountedSentence, Sentence


class OfferWords(Sentence):
    """Sentences without a count."""

    # Why something cannot be taken: beginnings, and what to do
    NOT_MAIL = QT_TRANSLATE_NOOP("offers", "This cannot be taken: it is a mail")
    NOT_PROMISE = QT_TRANSLATE_NOOP("offers", "This cannot be taken: the file is only promised")
    NOT_ELSEWHERE = QT_TRANSLATE_NOOP("offers", "This cannot be taken: it is on another device or server")
    NOT_LINK = QT_TRANSLATE_NOOP("offers", "This cannot be taken: it is a link")
    NOT_TEXT = QT_TRANSLATE_NOOP("offers", "This cannot be taken: it is text")
    NOT_SO_MANY = QT_TRANSLATE_NOOP("offers", "This cannot be taken: these are more than 10,000 files")
    NOT_A_FILE = QT_TRANSLATE_NOOP("offers", "This cannot be taken: there is no file in it")
    MAIL = QT_TRANSLATE_NOOP(
        "offers",
        "Your mail program gives no file away here. Save the mail to a folder first, then drop that file here.",
    )
    PROMISE = QT_TRANSLATE_NOOP(
        "offers",
        "The other program only gives it to a folder. Drag it to a folder first, and from there to here.",
    )
    SO_MANY = QT_TRANSLATE_NOOP("offers", "Copy them to a folder first, then drop that folder here.")
    # What can be taken
    ADD_FILES = QT_TRANSLATE_NOOP("offers", "Add these files to anomaly %1")
    PICTURE_AS_IT_IS = QT_TRANSLATE_NOOP("offers", "It is kept as it is")
    FETCHED = QT_TRANSLATE_NOOP("offers", "Fetching begins at once; the originals stay where they are")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "offers"


class CountedOffers(CountedSentence):
    """Sentences with a count."""

    FROM_PHONE = (
        "Add 1 file from your phone to anomaly %1",
        QT_TRANSLATE_NOOP("offers", "Add %Ln files from your phone to anomaly %1", None, 1),
    )
    FROM_OUTLOOK = (
        "Add 1 file from Outlook to anomaly %1",
        QT_TRANSLATE_NOOP("offers", "Add %Ln files from Outlook to anomaly %1", None, 1),
    )
    FROM_ZIP = (
        "Add 1 file from a ZIP to anomaly %1",
        QT_TRANSLATE_NOOP("offers", "Add %Ln files from a ZIP to anomaly %1", None, 1),
    )
    FROM_WEB = (
        "Add 1 file from a web page to anomaly %1",
        QT_TRANSLATE_NOOP("offers", "Add %Ln files from a web page to anomaly %1", None, 1),
    )
    FROM_PROGRAM = (
        "Add 1 file from another program to anomaly %1",
        QT_TRANSLATE_NOOP("offers", "Add %Ln files from another program to anomaly %1", None, 1),
    )

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "offers"
