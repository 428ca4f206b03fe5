"""The sentences about files of refused types: converted to JPEG, or sent inside a ZIP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uploader_gui.engine.models import UploadState
from uploader_gui.words import units
from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence

if TYPE_CHECKING:
    from uploader_gui.engine.models import UploadSnapshot


class TreatmentWords(Sentence):
    """What rows, menus and settings say of it."""

    CONVERT = QT_TRANSLATE_NOOP("treatments", "Convert to JPEG")
    ZIP = QT_TRANSLATE_NOOP("treatments", "Send in a ZIP")
    PREPARING = QT_TRANSLATE_NOOP("treatments", "Preparing")
    SENT_AS = QT_TRANSLATE_NOOP("treatments", "sent as %1 (%2)")
    SENT_WITHOUT = QT_TRANSLATE_NOOP(
        "treatments", "sent as %1 (%2) without details, such as date or place, that could not be read"
    )
    REFUSED_FILES = QT_TRANSLATE_NOOP("treatments", "Refused files…")
    TITLE = QT_TRANSLATE_NOOP("treatments", "Files the register does not accept")
    EXPLANATION = QT_TRANSLATE_NOOP(
        "treatments",
        "A photo as JPEG keeps its date, place and colours. A ZIP holds the file exactly as it is. "
        "Your own files stay where they are, unchanged.",
    )
    LEAVE = QT_TRANSLATE_NOOP("treatments", "Do not send")
    REMEMBER = QT_TRANSLATE_NOOP("treatments", "Do so from now on without asking")
    APPLY = QT_TRANSLATE_NOOP("treatments", "Apply")
    PHOTOS = QT_TRANSLATE_NOOP("treatments", "Photos the register refuses (HEIC, WebP, TIFF, BMP)")
    OTHERS = QT_TRANSLATE_NOOP("treatments", "Other files it refuses (videos, PowerPoint…)")
    ASK = QT_TRANSLATE_NOOP("treatments", "Ask")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "treatments"


def sent_as(upload: UploadSnapshot, name: str) -> str:
    """Return what is sent in a file's place, empty where it goes itself; `name` as it may be shown."""
    if upload.substitute is None or upload.state is UploadState.PREPARING:
        return ""
    told = TreatmentWords.SENT_WITHOUT if upload.substitute.without_metadata else TreatmentWords.SENT_AS
    return told.filled(name, units.size(upload.sent.size))
