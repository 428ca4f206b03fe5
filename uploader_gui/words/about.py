"""The sentences of the About window."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class Words(Sentence):
    """Sentences of the About window."""

    MENU = QT_TRANSLATE_NOOP("about", "About…")
    TITLE = QT_TRANSLATE_NOOP("about", "About uploader-gui")
    WHAT_FOR = QT_TRANSLATE_NOOP(
        "about", "Attaches photos, reports and mails to an anomaly of a digital safety register."
    )
    OURS = QT_TRANSLATE_NOOP(
        "about",
        "Free software under the MIT licence. Qt is used under the LGPL version 3, as separate libraries that may be "
        "replaced.",
    )
    MADE_OF = QT_TRANSLATE_NOOP("about", "What it is made of")
    COMPONENT = QT_TRANSLATE_NOOP("about", "Component")
    VERSION = QT_TRANSLATE_NOOP("about", "Version")
    LICENCE = QT_TRANSLATE_NOOP("about", "Licence")
    LICENCES = QT_TRANSLATE_NOOP("about", "Show the licences")
    CLOSE = QT_TRANSLATE_NOOP("about", "Close")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "about"
