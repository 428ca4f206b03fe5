"""The sentences of a later start that hands its files to the window already open."""

from __future__ import annotations

from typing import Final

from uploader_gui.handover import Answer
from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class HandoverWords(Sentence):
    """Sentences on stderr; the first ones have the names of `single_instance.Outcome`."""

    TAKEN = QT_TRANSLATE_NOOP("handover", "handed over to the window already open.")
    LOOKING = QT_TRANSLATE_NOOP(
        "handover", "handed over to the window already open, which is still looking through the files."
    )
    SILENT = QT_TRANSLATE_NOOP(
        "handover", "a window is already open on these data, but does not answer. Nothing was handed over."
    )
    UNSURE = QT_TRANSLATE_NOOP(
        "handover",
        "the window already open has not said whether it took the files. Look at its list before you give them again.",
    )
    WINDOW_OPEN = QT_TRANSLATE_NOOP(
        "handover", "a window is already open on these data; its Receipt… button gives the receipt."
    )
    OTHER_VERSION = QT_TRANSLATE_NOOP(
        "handover",
        "the window already open belongs to another version of this program: close it first. Nothing was handed over.",
    )
    TOO_MANY = QT_TRANSLATE_NOOP(
        "handover", "these are too many files for the window already open: give their folder. Nothing was handed over."
    )
    CANNOT_TAKE = QT_TRANSLATE_NOOP(
        "handover", "the window already open cannot take files now, and says why. Nothing was handed over."
    )
    REFUSED = QT_TRANSLATE_NOOP(
        "handover", "the window already open did not take what it was given. Nothing was handed over."
    )

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "handover"


_REFUSALS: Final = {
    Answer.OTHER_VERSION: HandoverWords.OTHER_VERSION,
    Answer.TOO_MANY: HandoverWords.TOO_MANY,
    Answer.CANNOT_TAKE: HandoverWords.CANNOT_TAKE,
}


def refusal(answer: Answer) -> str:
    """Return why the window already open took nothing."""
    return _REFUSALS.get(answer, HandoverWords.REFUSED).text
