"""What dialogs and their pages share: titles, sentences, fields with captions, buttons; all follow the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from uploader_gui.gui.style.widgets import label, push_button
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from PySide6.QtGui import QKeyEvent, QShowEvent

    from uploader_gui.gui.style.theme import Theme


class FormParts:
    """Adds widgets to a column. Call `begin` first."""

    theme: Theme
    column: QVBoxLayout

    def begin(self, theme: Theme, column: QVBoxLayout) -> None:
        """Start with an empty column."""
        self.theme = theme
        self.column = column
        self._texts: list[tuple[Callable[[str], object], str]] = []

    def translate(self, place: Callable[[str], object], words: str) -> None:
        """Call `place` with a sentence in the language in use, now and whenever that changes."""
        self._texts.append((place, words))
        place(_(words))

    def retranslate_parts(self) -> None:
        """Set all texts in the current language."""
        for place, words in self._texts:
            place(_(words))

    def add_title(self, words: str) -> None:
        """Add a title."""
        made = label("", self.theme, 16, QFont.Weight.DemiBold)
        self.translate(made.setText, words)
        self.column.addWidget(made)

    def add_sentence(self, words: str, kind: str = "muted") -> QWidget:
        """Add a sentence that wraps. `kind` is one of the style sheet's."""
        made = label("", self.theme, 13)
        self.translate(made.setText, words)
        made.setProperty("kind", kind)
        made.setWordWrap(True)
        self.column.addWidget(made)
        return made

    def add_field(self, caption: str, field: QWidget, *, more: Callable[[], str] = str) -> None:
        """Add a field under its caption; `more` returns text to append to the caption, in the current language."""
        text_label = label("", self.theme, 12, QFont.Weight.DemiBold)
        text_label.setBuddy(field)
        self.translate(lambda text: text_label.setText(text + more()), caption)
        self.translate(lambda text: field.setAccessibleName(text + more()), caption)
        field.setFont(self.theme.font(14))
        self.column.addSpacing(4)
        self.column.addWidget(text_label)
        self.column.addWidget(field)

    def fix(self, fields: Iterable[QWidget], words: str, by: str) -> None:
        """Disable fields, and show below the last one what fixes them; `by` is the sentence's {name}."""
        text_label = label("", self.theme, 12)
        text_label.setProperty("kind", "muted")
        text_label.setWordWrap(True)
        self.translate(lambda sentence: text_label.setText(sentence.format(name=by)), words)
        below = 0
        for one in fields:
            one.setEnabled(False)
            one.setAccessibleDescription(text_label.text())
            below = self.column.indexOf(one) + 1
        self.column.insertWidget(below, text_label)

    def button(self, words: str, kind: str) -> QPushButton:
        """Return a button of a kind known to the style sheet."""
        made = push_button("", kind, self.theme)
        self.translate(made.setText, words)
        return made

    def choices(self, words: Mapping[str, str]) -> dict[str, QPushButton]:
        """Return a checkable button for each value."""
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
            self.retranslate_parts()


def scrolling(page: QWidget) -> QScrollArea:
    """Return a scroll area with this page, for small screens and large texts."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def row_of(choices: Iterable[QPushButton]) -> QWidget:
    """Return a row of buttons of which one is checked."""
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
    """Return the value of the chosen button."""
    return next(value for value, choice in choices.items() if choice.isChecked())


_MARGIN: Final = 24
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlainDialog(QDialog, FormParts):
    """A title, sentences, fields, and buttons at the right; the last button is the primary one.

    `help_wanted(str)`: F1 or a help button asks for the page of the guide that is about this dialog.
    """

    help_wanted = Signal(str)
    guide_page: ClassVar[str] = "first-deposit"

    def __init__(self, title: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.begin(theme, QVBoxLayout(self))
        self.translate(self.setWindowTitle, title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column.setContentsMargins(24, 20, 24, 20)
        self.column.setSpacing(8)
        self.widen(440)

    def widen(self, width: int) -> None:
        """Set the minimum width in logical pixels, scaled with the text; never wider than the screen."""
        room = self.screen().availableGeometry().width() - 2 * _MARGIN
        self.setMinimumWidth(min(self.theme.px(width), room))

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        self.retranslate_parts()
        self.fit()

    def fit(self) -> None:
        """Resize to the height that the texts need now."""
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

    def help_button(self) -> QPushButton:
        """Return a button that opens the guide at this dialog's page."""
        made = self.button(N_("Help…"), "link")
        made.clicked.connect(lambda: self.help_wanted.emit(self.guide_page))
        return made

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, elsewhere the primary one; F1 asks for help."""
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_F1:
            self.help_wanted.emit(self.guide_page)
        elif event.key() in _ENTER and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Open with the right height."""
        super().showEvent(event)
        self.fit()
