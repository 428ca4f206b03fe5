"""The question before everything unfinished is cancelled: how many files, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont

from uploader_gui.gui.dialogs.form import PlainDialog
from uploader_gui.gui.style.widgets import label
from uploader_gui.i18n import N_, ngettext

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.style.theme import Theme


class CancelDialog(PlainDialog):
    """`accepted` means yes; Enter and Esc mean no. The dialog closes by itself when nothing is left to cancel."""

    def __init__(self, theme: Theme, parent: QWidget, unfinished: int) -> None:
        super().__init__(N_("Cancel all"), theme, parent)
        self._unfinished = unfinished
        self.question = label("", theme, 16, QFont.Weight.DemiBold)
        self.question.setWordWrap(True)
        self.column.addWidget(self.question)
        self.add_sentence(
            N_("What has arrived stays stored. What is cancelled stays on the list and can be tried again.")
        )
        self.confirm = self.button(N_("Cancel all"), "plain")
        self.keep = self.button(N_("Keep sending"), "primary")
        self.add_buttons(self.confirm, self.keep)
        self.confirm.clicked.connect(self.accept)
        self.keep.clicked.connect(self.reject)
        self.keep.setFocus()
        self._ask()

    def show_unfinished(self, count: int) -> None:
        """Update the question: while it is open, files are sent."""
        if count == self._unfinished:
            return
        self._unfinished = count
        self._ask()
        if not count:
            self.reject()

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self._ask()
        super().retranslate()

    def _ask(self) -> None:
        self.question.setText(
            ngettext(
                "Cancel the file that has not been sent yet?",
                "Cancel the {count} files that have not been sent yet?",
                self._unfinished,
            )
        )
