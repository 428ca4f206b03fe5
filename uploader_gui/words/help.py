"""The sentences of Help."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, Sentence


class HelpWords(Sentence):
    """What the help dialog says."""

    TITLE = QT_TRANSLATE_NOOP("help", "Help and shortcuts")
    OPEN = QT_TRANSLATE_NOOP("help", "Help…")
    ADD_FILES = QT_TRANSLATE_NOOP("help", "Add files")
    PASTE = QT_TRANSLATE_NOOP("help", "Add files or a picture from the clipboard")
    RECENT = QT_TRANSLATE_NOOP("help", "In the anomaly’s field: offer the numbers used last")
    WALK = QT_TRANSLATE_NOOP("help", "Go to the next or previous button or field")
    CHOICES = QT_TRANSLATE_NOOP("help", "Go from filter to filter, from choice to choice")
    ROWS = QT_TRANSLATE_NOOP("help", "Go from file to file")
    ROW_ACTION = QT_TRANSLATE_NOOP("help", "Do what the file’s first button says")
    ROW_MENU = QT_TRANSLATE_NOOP("help", "Everything that can be done with the selected files")
    REMOVE = QT_TRANSLATE_NOOP("help", "Take the selected files off the list, or cancel those being sent")
    UNDO = QT_TRANSLATE_NOOP("help", "Undo the last removing or cancelling")
    SELECT_ALL = QT_TRANSLATE_NOOP("help", "Select all files")
    FIND = QT_TRANSLATE_NOOP("help", "Find a file by its name")
    HISTORY = QT_TRANSLATE_NOOP("help", "Open the history")
    ESCAPE = QT_TRANSLATE_NOOP("help", "Close a dialog; take back search or selection")
    HELP = QT_TRANSLATE_NOOP("help", "Open this help")
    IF_ASKED = QT_TRANSLATE_NOOP(
        "help", "Who helps you may ask for the log or the diagnostics. Neither holds tokens or upload links."
    )
    SHOW_LOG = QT_TRANSLATE_NOOP("help", "Show log")
    COPY_DIAGNOSTICS = QT_TRANSLATE_NOOP("help", "Copy diagnostics")
    COPIED = QT_TRANSLATE_NOOP("help", "Copied. Paste it into an e-mail or a message.")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "help"
