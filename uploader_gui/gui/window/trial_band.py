"""The band over a window that only tries things out. Nothing takes its place, and it never goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from uploader_gui.gui.style.widgets import label
from uploader_gui.text import Words

if TYPE_CHECKING:
    from uploader_gui.gui.style.theme import Theme


class TrialBand(QWidget):
    """Says that nothing is sent to the register, with the space below it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.text = label("", theme, 14, QFont.Weight.Bold)
        self.text.setProperty("kind", "trial")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 10)
        column.addWidget(self.text)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.text.setText(Words.TRIAL.text)
