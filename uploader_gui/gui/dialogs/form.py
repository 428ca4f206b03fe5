"""What dialogs and the pages within them share: sentences, fields under their captions, words in the language in use.

Used by `frame.py`, by dialogs and by `settings_pages.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from uploader_gui.gui.style.widgets import label, push_button

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.words.translation import Sentence


class FormParts:
    """Fills a column. `begin` comes first; `grown` is called when sentences may need another height."""

    theme: Theme
    column: QVBoxLayout

    def begin(self, theme: Theme, column: QVBoxLayout) -> None:
        """Start with an empty column."""
        self.theme = theme
        self.column = column
        self._said: list[tuple[Callable[[str], object], Sentence]] = []

    def say(self, place: Callable[[str], object], words: Sentence) -> None:
        """Put words in their place, now and whenever the language changes."""
        self._said.append((place, words))
        place(words.text)

    def say_again(self) -> None:
        """Say everything in the language in use."""
        for place, words in self._said:
            place(words.text)

    def add_title(self, words: Sentence) -> None:
        """Add the first line."""
        made = label("", self.theme, 16, QFont.Weight.DemiBold)
        self.say(made.setText, words)
        self.column.addWidget(made)

    def add_sentence(self, words: Sentence, kind: str = "muted") -> QWidget:
        """Add a sentence that wraps."""
        made = label("", self.theme, 13)
        self.say(made.setText, words)
        made.setProperty("kind", kind)
        made.setWordWrap(True)
        self.column.addWidget(made)
        return made

    def add_field(self, caption: Sentence, field: QWidget, *, more: Callable[[], str] = str) -> None:
        """Add a field under its caption; `more` gives what is said behind that, in the language in use."""
        said = label("", self.theme, 12, QFont.Weight.DemiBold)
        said.setBuddy(field)
        self.say(lambda text: said.setText(text + more()), caption)
        self.say(lambda text: field.setAccessibleName(text + more()), caption)
        field.setFont(self.theme.font(14))
        self.column.addSpacing(4)
        self.column.addWidget(said)
        self.column.addWidget(field)

    def fix(self, fields: Iterable[QWidget], words: Sentence, by: str) -> None:
        """Grey fields, and say below the last of them by what they are fixed."""
        said = label("", self.theme, 12)
        said.setProperty("kind", "muted")
        said.setWordWrap(True)
        self.say(lambda sentence: said.setText(sentence.replace("%1", by)), words)
        below = 0
        for one in fields:
            one.setEnabled(False)
            one.setAccessibleDescription(said.text())
            below = self.column.indexOf(one) + 1
        self.column.insertWidget(below, said)

    def button(self, words: Sentence, kind: str) -> QPushButton:
        """Make a button of a kind known to the style sheet."""
        made = push_button("", kind, self.theme)
        self.say(made.setText, words)
        return made

    def choices(self, words: Mapping[str, Sentence]) -> dict[str, QPushButton]:
        """Make a button for each value, to be chosen from."""
        made = {value: self.button(one, "choice") for value, one in words.items()}
        for button in made.values():
            button.setCheckable(True)
        return made


class Form(QWidget, FormParts):
    """A page of fields."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.begin(theme, QVBoxLayout(self))
        self.column.setContentsMargins(0, 8, 6, 8)
        self.column.setSpacing(8)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.say_again()


def scrolling(page: QWidget) -> QScrollArea:
    """Put a page where it can be scrolled, for screens (or texts) that leave it too little room."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def row_of(choices: Iterable[QPushButton]) -> QWidget:
    """Put buttons side by side, of which one is chosen."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    group = QButtonGroup(row)
    for choice in choices:
        group.addButton(choice)
        line.addWidget(choice)
    line.addStretch()
    return row


def chosen(choices: Mapping[str, QPushButton]) -> str:
    """Give the value of the chosen button."""
    return next(value for value, choice in choices.items() if choice.isChecked())
