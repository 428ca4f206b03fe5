"""What dialogs and their pages share: titles, sentences, fields, buttons, questions, lists; all follow the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.gui.style.widgets import Translated, arranged, label
from uploader_gui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QKeyEvent, QShowEvent

    from uploader_gui.gui.style.theme import Theme


def check_box(theme: Theme) -> QCheckBox:
    """Return a check box whose frame is visible."""
    box = QCheckBox()
    box.setFont(theme.font(13))
    show_frame(box, QColor(theme.colors.muted))
    return box


def show_frame(widget: QWidget, color: QColor) -> None:
    """Let Qt paint a widget's frame darker than this colour, instead of than the window: invisible in dark mode."""
    palette = widget.palette()
    palette.setColor(QPalette.ColorRole.Window, color)
    widget.setPalette(palette)


class Choice(QWidget):
    """A row of buttons of which one is checked. `changed`: another one was checked."""

    changed = Signal()

    def __init__(self, buttons: Mapping[str, QPushButton], value: str, theme: Theme) -> None:
        super().__init__()
        self._buttons = buttons
        self._theme = theme
        group = QButtonGroup(self)
        for button in buttons.values():
            button.setCheckable(True)
            group.addButton(button)
        arranged(QHBoxLayout(self), *buttons.values(), None)
        buttons[value].setChecked(True)
        group.buttonToggled.connect(self._mark)
        group.buttonToggled.connect(self.changed)
        theme.changed.connect(self._mark)
        self._mark()

    def __getitem__(self, value: str) -> QPushButton:
        """Return the button of a value."""
        return self._buttons[value]

    def _mark(self) -> None:
        """Give the checked button a check mark where no shade tells it from the others."""
        colors = self._theme.colors
        mark = self._theme.icons.icon("check", colors.text, 14) if colors.are_few else QIcon()
        for button in self._buttons.values():
            button.setIcon(mark if button.isChecked() else QIcon())

    @property
    def value(self) -> str:
        """The value of the checked button."""
        return next(value for value, button in self._buttons.items() if button.isChecked())


class FormParts(Translated):
    """Adds widgets to `column`."""

    column: QVBoxLayout

    def add_title(self, words: str) -> None:
        """Add a title."""
        made = label(self.theme, 16, QFont.Weight.DemiBold)
        self.translate(made.setText, words)
        self.column.addWidget(made)

    def add_question(self) -> QLabel:
        """Add a label for the question that a dialog asks."""
        made = label(self.theme, 16, QFont.Weight.DemiBold, wraps=True)
        self.column.addWidget(made)
        return made

    def add_sentence(self, words: str, kind: str = "muted") -> QWidget:
        """Add a sentence that wraps. `kind` is one of the style sheet's."""
        made = label(self.theme, 13, kind=kind, wraps=True)
        self.translate(made.setText, words)
        self.column.addWidget(made)
        return made

    def add_field(self, caption: str, field: QWidget, *, more: Callable[[], str] = str) -> None:
        """Add a field under its caption; `more` returns text to append to the caption, in the current language."""
        text_label = label(self.theme, 12, QFont.Weight.DemiBold)
        text_label.setBuddy(field)
        self.translate(lambda text: text_label.setText(text + more()), caption)
        self.translate(lambda text: field.setAccessibleName(text + more()), caption)
        field.setFont(self.theme.font(14))
        self.column.addSpacing(4)
        self.column.addWidget(text_label)
        self.column.addWidget(field)

    def fix(self, fields: Sequence[QWidget], words: str, by: str) -> None:
        """Disable fields, and show below the last one what fixes them; `by` is the sentence's {name}."""
        text_label = label(self.theme, 12, kind="muted", wraps=True)

        def show(sentence: str) -> None:
            text_label.setText(sentence.format(name=by))
            for one in fields:
                one.setAccessibleDescription(text_label.text())

        self.translate(show, words)
        for one in fields:
            one.setEnabled(False)
        self.column.insertWidget(self.column.indexOf(fields[-1]) + 1, text_label)

    def choice(self, words: Mapping[str, str], value: str) -> Choice:
        """Return a row of a button for each value."""
        return Choice({one: self.text_button(name, "choice") for one, name in words.items()}, value, self.theme)


_MARGIN: Final = 24


class PlainDialog(QDialog, FormParts):
    """A title, sentences, fields, and buttons at the right; the last button is the primary one.

    `help_wanted(str)`: F1 or a help button asks for the page of the guide that is about this dialog.
    """

    help_wanted = Signal(str)
    guide_page = "first-deposit"
    scrolls = False
    """Whether what stands above the buttons scrolls on a screen that is too low for it."""

    def __init__(self, title: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._whole = self.column = arranged(QVBoxLayout(self), spacing=8, margins=(24, 20, 24, 20))
        self._area: QScrollArea | None = None
        if self.scrolls:
            page = QWidget()
            self.column = arranged(QVBoxLayout(page), spacing=8)
            self._area = scrolling(page)
            self._whole.addWidget(self._area)
        self.translate(self.setWindowTitle, title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.widen(440)

    def widen(self, width: int) -> None:
        """Set the minimum width in logical pixels, scaled with the text; never wider than the screen."""
        room = self.screen().availableGeometry().width() - 2 * _MARGIN
        self.setMinimumWidth(min(self.theme.px(width), room))

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        super().retranslate()
        self.fit()

    def fit(self) -> None:
        """Resize to the height that the texts need now."""
        room = self.screen().availableGeometry().height() - 2 * _MARGIN
        height = _height(self._whole, self.width())
        if self._area is not None:
            self._area.setMinimumWidth(self.column.totalMinimumSize().width())
            height = self.height() + _height(self.column, self._area.width()) - self._area.height()
            bar = Qt.ScrollBarPolicy.ScrollBarAsNeeded if height > room else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            self._area.setVerticalScrollBarPolicy(bar)  # else a bar takes room, texts wrap more, and it stays
            self.setMinimumHeight(min(height, room))
        self.resize(self.width(), min(height, room))

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Add the buttons; Enter presses the last, unless another button has the focus."""
        buttons[-1].setDefault(True)
        self._whole.addSpacing(12)
        self._whole.addLayout(arranged(QHBoxLayout(), None, *buttons, spacing=10))

    def help_button(self) -> QPushButton:
        """Return a button that opens the guide at this dialog's page."""
        self.help = self.text_button(N_("Help…"), "link")
        self.help.clicked.connect(lambda: self.help_wanted.emit(self.guide_page))
        return self.help

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 asks for help."""
        if event.key() == Qt.Key.Key_F1:
            self.help_wanted.emit(self.guide_page)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Open with the right height."""
        super().showEvent(event)
        self.fit()


def _height(layout: QLayout, width: int) -> int:
    """Return the height that a layout needs at this width, where what wraps in it may decide."""
    layout.activate()
    return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()


def scrolling(page: QWidget) -> QScrollArea:
    """Return a scroll area with this page, for small screens and large texts."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


class QuestionDialog(PlainDialog):
    """A question before something is taken away. `accepted` means yes; Enter and Esc mean no.

    `ask` returns the question in the current language, "" once there is none. `guide_page` is about it, "" for none.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        ask: Callable[[], str],
        *sentences: str,
        answers: tuple[str, str],
        guide_page: str = "",
    ) -> None:
        """Ask; `answers` are the labels for yes and no."""
        yes, no = answers
        super().__init__(yes, theme, parent)
        self.guide_page = guide_page or self.guide_page
        self._ask = ask
        self.question = self.add_question()
        self.follow_language(self.ask_again)
        for sentence in sentences:
            self.add_sentence(sentence)
        self.confirm = self.text_button(yes, "plain")
        self.keep = self.text_button(no, "primary")
        self.add_buttons(*([self.help_button()] if guide_page else []), self.confirm, self.keep)
        self.confirm.clicked.connect(self.accept)
        self.keep.clicked.connect(self.reject)
        self.keep.setFocus()

    def ask_again(self) -> None:
        """Ask in the current language and numbers, or close where nothing is left to ask about."""
        if question := self._ask():
            self.question.setText(question)
        else:
            self.reject()


AT_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LOWEST_LIST: Final = 62
"""Minimum height: the headings and one row."""
OWN_COLOR: Final = Qt.ItemDataRole.UserRole + 1
"""An item's role for the name of a cell's own colour, one of `Colors`."""


class _OwnColors(QStyledItemDelegate):
    """Shows a cell's own colour, as the theme has it now, in a selected row, too."""

    def __init__(self, shown: ColumnList) -> None:
        super().__init__(shown)
        self._theme = shown.theme

    def initStyleOption(  # noqa: N802 -- Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Set the colours that Qt paints the text with."""
        super().initStyleOption(option, index)
        colors = self._theme.colors
        color = getattr(colors, index.data(OWN_COLOR) or "text")
        if color != colors.text:  # with high contrast none is, and the system's colour of selected texts stays
            palette = QPalette(option.palette)
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                palette.setColor(role, QColor(color))
            option.palette = palette


class ColumnList(QTreeWidget):
    """A list with columns. Column `wide` takes the free width; the heading of column `numbers` is right-aligned."""

    def __init__(self, name: str, headings: Sequence[str], *, wide: int, numbers: int, theme: Theme) -> None:
        super().__init__()
        self._name = name
        self.theme = theme
        self._headings = headings
        self.setColumnCount(len(headings))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(theme.px(_LOWEST_LIST))
        self.setFont(theme.font(13))
        self.setItemDelegate(_OwnColors(self))
        self.header().setFont(theme.font(12))
        self.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.header().setStretchLastSection(False)
        self.header().setSectionsMovable(False)
        for column in range(len(headings)):
            mode = QHeaderView.ResizeMode.Stretch if column == wide else QHeaderView.ResizeMode.ResizeToContents
            self.header().setSectionResizeMode(column, mode)
        self.headerItem().setTextAlignment(numbers, AT_RIGHT)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the headings in the current language."""
        self.setAccessibleName(_(self._name))
        self.setHeaderLabels([_(heading) for heading in self._headings])
