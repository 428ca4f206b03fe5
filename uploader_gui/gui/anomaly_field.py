"""The field for the anomaly's number: validated as you type, passes dropped and pasted files on to the window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLineEdit

from uploader_gui.gui.dropped import paths_in
from uploader_gui.gui.widgets import set_look
from uploader_gui.text import Words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from uploader_gui.gui.theme import Theme

ANOMALY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the path of a registration may hold (protocol.md §1)."""


class AnomalyField(QLineEdit):
    """Gives a valid number or nothing; `files_pasted` carries a list of paths."""

    anomaly_changed = Signal(str)
    files_pasted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAcceptDrops(False)  # or it would swallow dropped files as text
        self._check = self.addAction(
            theme.icons.icon("check", theme.colors.ok, 18), QLineEdit.ActionPosition.TrailingPosition
        )
        self.textChanged.connect(self._judge)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()
        self.retranslate()

    @property
    def anomaly_id(self) -> str:
        """Give the number without spaces around it, empty while it is not valid."""
        typed = self.text().strip()
        return typed if ANOMALY_ID.fullmatch(typed) else ""

    @property
    def is_wrong(self) -> bool:
        """Tell whether something is typed that can never be a number."""
        return bool(self.text().strip()) and not self.anomaly_id

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.setPlaceholderText(Words.ANOMALY_PLACEHOLDER.text)
        self.setAccessibleName(Words.ANOMALY.text)
        self._check.setToolTip(Words.ANOMALY_VALID.text)
        self._judge()

    def _judge(self) -> None:
        self._check.setVisible(bool(self.anomaly_id))
        set_look(self, "valid", "false" if self.is_wrong else "true")
        said = Words.ANOMALY_INVALID if self.is_wrong else Words.ANOMALY_VALID
        self.setAccessibleDescription(said.text if self.text() else "")
        weight = QFont.Weight.DemiBold if self.text() else QFont.Weight.Normal
        self.setFont(self._theme.font(15 if self.text() else 14, weight))
        self.anomaly_changed.emit(self.anomaly_id)

    def _follow_theme(self) -> None:
        self._check.setIcon(self._theme.icons.icon("check", self._theme.colors.ok, 18))
        self.setFixedSize(self._theme.px(190), self._theme.px(37))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pasted files are for the list, pasted text is for the field."""
        if event.matches(QKeySequence.StandardKey.Paste):
            paths = paths_in(QGuiApplication.clipboard().mimeData())
            if paths:
                self.files_pasted.emit(paths)
                return
        super().keyPressEvent(event)
