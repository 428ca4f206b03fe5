"""What dialogs and the pages within them share: sentences, fields under their captions, words in the language in use.

Used by `form.py`, by dialogs and by `settings_pages.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from uploader_gui.gui.style.widgets import label, push_button

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from PySide6.QtGui import QKeyEvent, QShowEvent

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


_MARGIN: Final = 24
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlainDialog(QDialog, FormParts):
    """A title, sentences, fields, and buttons at the right; the last button is the primary one."""

    def __init__(self, title: Sentence, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.begin(theme, QVBoxLayout(self))
        self.say(self.setWindowTitle, title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column.setContentsMargins(24, 20, 24, 20)
        self.column.setSpacing(8)
        self.widen(440)

    def widen(self, width: int) -> None:
        """Be at least so wide at the usual text size, but never wider than the screen."""
        room = self.screen().availableGeometry().width() - 2 * _MARGIN
        self.setMinimumWidth(min(self.theme.px(width), room))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.say_again()
        self.fit()

    def fit(self) -> None:
        """Take the height the sentences now need."""
        self.column.activate()
        height = self.column.totalHeightForWidth(self.width())
        if height < 0:  # nothing in it wraps
            height = self.column.totalSizeHint().height()
        self.resize(self.width(), min(height, self.screen().availableGeometry().height() - 2 * _MARGIN))

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Add the buttons; Enter presses the last, unless another button has the focus."""
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        buttons[-1].setDefault(True)
        self.column.addSpacing(12)
        self.column.addLayout(row)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus; elsewhere the primary one."""
        focused = self.focusWidget()
        if event.key() in _ENTER and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Come up in the right height."""
        super().showEvent(event)
        self.fit()
