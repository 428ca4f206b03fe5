"""Lines that long anomaly numbers do not break: a sentence with buttons beside or below it, and numbers on buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from uploader_gui.gui.style.widgets import arranged

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QLabel

_LONGEST_NUMBER: Final = 16
_KEPT: Final = 7
"""Characters of each end of a longer number that are shown."""


def short(anomaly_id: str) -> str:
    """Return a number for a button beside which it stands in full: of a long one only both ends."""
    if len(anomaly_id) <= _LONGEST_NUMBER:
        return anomaly_id
    return f"{anomaly_id[:_KEPT]}…{anomaly_id[-_KEPT:]}"


class SentenceLine(QWidget):
    """A sentence with buttons at its right, or below it where its longest word has no room beside them.

    Qt would cut that word, and leave too few lines for the rest.
    """

    def __init__(self, sentence: QLabel, *buttons: QWidget, spacing: int) -> None:
        super().__init__()
        self._sentence, self._buttons, self._spacing = sentence, buttons, spacing
        top = Qt.AlignmentFlag.AlignTop
        beside = arranged(QHBoxLayout(), None, *((button, 0, top) for button in buttons), spacing=spacing)
        self._box = arranged(QBoxLayout(QBoxLayout.Direction.LeftToRight, self), (sentence, 1), beside, spacing=spacing)

    def place_buttons(self) -> None:
        """Place the buttons again: the sentence, or what a button says, has changed."""
        metrics = QFontMetrics(self._sentence.font())
        longest = max(map(metrics.horizontalAdvance, self._sentence.text().split()), default=0)
        shown = [button.sizeHint().width() + self._spacing for button in self._buttons if not button.isHidden()]
        fits = longest + sum(shown) <= self.width()
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the buttons for the new width."""
        super().resizeEvent(event)
        self.place_buttons()
