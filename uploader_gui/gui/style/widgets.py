"""Small widgets and layouts of window and dialogs: buttons, plain labels, icons, a dot, a thin bar, a flow layout."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6 import QtGui
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QLabel,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QTreeView,
    QWidget,
)

from uploader_gui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from uploader_gui.gui.style.theme import Colors, Theme


_FILE_COLUMNS: Final = (36, 13, 24, 22)
"""The widths of name, size, kind and time in Qt's file dialog, in digits."""
_AS_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""As `html.escape`, whose module is 3 ms of the start."""
_FRAME: Final = QSize(16, 48)
"""Room for a window's title and edges, whose size is unknown before it is shown."""

STEPS: Final = 1000
"""Steps of a thin bar; bytes would overflow Qt's 32-bit bars."""


class TypedLine(QLineEdit):
    """A field that passes to the window Ctrl+Z when it has no typing to undo, and Paste when that is no text."""

    undo_wanted = Signal()
    paste_wanted = Signal()

    def forget_typing(self) -> None:
        """Clear the field's own undo history; text, cursor and selection stay."""
        begin, length, cursor = self.selectionStart(), self.selectionLength(), self.cursorPosition()
        self.setText(self.text())
        self.setCursorPosition(cursor)
        if length:
            self.setSelection(begin, length)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Emit `undo_wanted` where Qt would swallow Ctrl+Z without anything to undo."""
        if event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable():
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu."""
        self.context_menu().popup(event.globalPos())

    def context_menu(self) -> QMenu:
        """Return Qt's menu, in which Paste does what the key does."""
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.setEnabled(bool(QGuiApplication.clipboard().mimeData().formats()))
                action.triggered.disconnect()
                action.triggered.connect(self._paste)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _paste(self) -> None:
        from uploader_gui.gui.drop.mime import is_for_list  # noqa: PLC0415 - not needed for the first paint

        if is_for_list(QGuiApplication.clipboard().mimeData()):
            self.paste_wanted.emit()
        else:
            self.paste_text()

    def paste_text(self) -> None:
        """Insert the clipboard's text."""
        self.paste()


ENTER_KEYS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
PRESS_KEYS: Final = ENTER_KEYS | {Qt.Key.Key_Space}


class SearchField(TypedLine):
    """A field to search in a list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("kind", "search")
        self.setClearButtonEnabled(True)
        self._glass = self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()

    def _follow_theme(self) -> None:
        self.setFont(self._theme.font(13))
        self.setMinimumHeight(self._theme.px(31))  # Qt rounds no corner by more than half the height
        self._glass.setIcon(self._theme.icons.icon("search", self._theme.colors.muted, 14))


class Button(QPushButton):
    """A button that Enter presses, as Space does: Qt lets it do so in dialogs only.

    Just after it came to mean something else, or another button's place became its own, a press does nothing: it was
    aimed at what stood there before.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self._meaning: object = None
        self._changed_at = -math.inf

    def set_meaning(self, meaning: object) -> None:
        """Set what a press does, as a value that differs where that does; None while the button is hidden."""
        if meaning != self._meaning:
            self._meaning = meaning
            self.unsettle()

    def unsettle(self) -> None:
        """Let no press count for a moment, nor one that has begun."""
        self._changed_at = self._theme.clock()
        self.setDown(False)

    @property
    def settled(self) -> bool:
        """Whether a press counts."""
        return self._theme.clock() - self._changed_at >= self._theme.settle_seconds

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, if one counts."""
        if self.settled:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press at Enter, once however long the key is held; open the menu, where there is one."""
        if event.key() in PRESS_KEYS and not self.settled:
            return
        if event.key() not in ENTER_KEYS:
            super().keyPressEvent(event)
        elif self.menu() is not None:
            self.showMenu()
        elif not event.isAutoRepeat():
            self.click()


def push_button(kind: str, theme: Theme) -> Button:
    """Return a button of a kind known to the style sheet: primary, plain, link, quiet, choice."""
    button = Button(theme)
    button.setProperty("kind", kind)
    weight = QFont.Weight.Normal if kind == "quiet" else QFont.Weight.DemiBold
    button.setFont(theme.font(13, weight))
    return button


def label(
    theme: Theme,
    size: int,
    weight: QFont.Weight = QFont.Weight.Normal,
    *,
    kind: str = "",
    wraps: bool = False,
) -> QLabel:
    """Return a label for plain text: names and servers' texts are never markup. `kind` is one of the style sheet's."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(theme.font(size, weight))
    made.setWordWrap(wraps)
    if kind:
        made.setProperty("kind", kind)
    return made


B = TypeVar("B", bound=QBoxLayout)
Part = QWidget | QLayout | int | None | tuple[QWidget | QLayout, int] | tuple[QWidget, int, Qt.AlignmentFlag]


def arranged(layout: B, *parts: Part, spacing: int = -1, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> B:
    """Return a layout with these parts: an int is a space in pixels, None stretches, a tuple has stretch and alignment.

    `spacing` -1 is the style's own.
    """
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch()
        elif isinstance(part, int):
            layout.addSpacing(part)
        else:
            added, *how = part if isinstance(part, tuple) else (part,)
            add: Any = layout.addLayout if isinstance(added, QLayout) else layout.addWidget
            add(added, *how)
    return layout


def one_shot(parent: QObject, milliseconds: int, then: Callable[[], object]) -> QTimer:
    """Return a timer that calls `then` once after each start."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer


class Translated:
    """A widget whose texts follow the language: `retranslate` sets them again."""

    theme: Theme

    @cached_property
    def _calls(self) -> list[Callable[[], object]]:
        return []

    def follow_language(self, set_texts: Callable[[], object]) -> None:
        """Call `set_texts` now and whenever the language changes."""
        self._calls.append(set_texts)
        set_texts()

    def translate(self, place: Callable[[str], object], words: str) -> None:
        """Call `place` with a sentence in the language in use, now and whenever that changes."""
        self.follow_language(lambda: place(_(words)))

    def text_button(self, words: str, kind: str) -> Button:
        """Return a button of a kind known to the style sheet."""
        made = push_button(kind, self.theme)
        self.translate(made.setText, words)
        return made

    def retranslate(self) -> None:
        """Set all texts in the current language."""
        for set_texts in self._calls:
            set_texts()


class Band(QWidget, Translated):
    """A part of the window that is shown only at times. `room_changed`: it was shown or hidden, or needs more room."""

    room_changed = Signal()

    def appear(self, there: bool) -> None:  # noqa: FBT001 - as Qt's setVisible
        """Show or hide it."""
        if there is self.isHidden():
            self.setVisible(there)
            self.room_changed.emit()


def tip(*lines: str) -> str:
    """Return a tooltip with these lines as plain text, "" for none: Qt would take `<b>` in a name for markup."""
    shown = [line.translate(_AS_TEXT) for line in lines if line]
    return f"<qt>{'<br>'.join(shown)}</qt>" if shown else ""


def file_dialog(parent: QWidget, title: str, folder: str = "") -> QFileDialog:
    """Return the system's file dialog, or Qt's with French names where it has none, and columns wide enough."""
    dialog = QFileDialog(parent, title, folder)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, _("Folder:"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileType, _("File type:"))
    digit = dialog.fontMetrics().horizontalAdvance("0")
    for table in dialog.findChildren(QTreeView):  # Qt's own; its widths do not count what our style puts around texts
        for column, digits in enumerate(_FILE_COLUMNS):
            table.header().resizeSection(column, digits * digit)
        dialog.resize(within_screen(dialog, QSize((sum(_FILE_COLUMNS) + 24) * digit, 560)))
    return dialog


def within_screen(window: QWidget, wanted: QSize) -> QSize:
    """Return a window's wanted size, reduced where its screen is smaller."""
    return wanted.boundedTo(window.screen().availableGeometry().size() - _FRAME)


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet selects by, and apply the style sheet again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # polished earlier, the widget would lose its font
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader read a text that appears by itself."""
    QtGui.QAccessible.updateAccessibility(QtGui.QAccessibleAnnouncementEvent(widget, text))


class IconButton(Button):
    """A button with a symbol; its name is shown as tooltip and read by screen readers."""

    def __init__(self, icon: str, theme: Theme) -> None:
        super().__init__(theme)
        self._icon = icon
        self.setProperty("kind", "quiet")
        theme.changed.connect(self._follow_theme)
        self._follow_theme()

    def rename(self, name: str) -> None:
        """Set the name."""
        self.setToolTip(name)
        self.setAccessibleName(name)

    def _follow_theme(self) -> None:
        side = self._theme.px(18)
        self.setIcon(self._theme.icons.icon(self._icon, self._theme.colors.muted, side))
        self.setIconSize(QSize(side, side))


class IconLabel(QWidget):
    """A centred icon in a colour of the theme."""

    def __init__(self, icon: str, color: str, side: int, theme: Theme) -> None:
        super().__init__()
        self._icon, self._color, self._theme = icon, color, theme
        self._side = side
        self.setFixedHeight(side)

    def show_icon(self, icon: str, color: str) -> None:
        """Show another icon, or the same in another colour of the theme."""
        self._icon, self._color = icon, color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon."""
        del event
        painter = QPainter(self)
        pixmap = self._theme.icons.pixmap(
            self._icon, getattr(self._theme.colors, self._color), self._side, ratio=self.devicePixelRatioF()
        )
        painter.drawPixmap((self.width() - self._side) // 2, 0, pixmap)
        painter.end()


class Dot(QWidget):
    """A small disc that repeats in colour what the text beside it says."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._color = "muted"
        self.setFixedSize(8, 8)

    def show_color(self, color: str) -> None:
        """Use a colour of the theme, by its name."""
        self._color = color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the disc."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(self._theme.colors, self._color)))
        painter.drawEllipse(self.rect())
        painter.end()


def paint_track(painter: QPainter, bar: QRectF, colors: Colors) -> None:
    """Paint a bar with nothing in it, framed where no shade shows how long it is; leave the painter without a pen."""
    edge = 0.5 if colors.are_few else 0.0
    painter.setPen(QColor(colors.line) if colors.are_few else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.track))
    painter.drawRoundedRect(bar.adjusted(edge, edge, -edge, -edge), bar.height() / 2, bar.height() / 2)
    painter.setPen(Qt.PenStyle.NoPen)


class ThinBar(QProgressBar):
    """The overall bar: Qt's own for screen readers, painted as a thin rounded line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setRange(0, STEPS)
        self.setTextVisible(False)
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float) -> None:
        """Show a share, 0 to 1; the bar is full only at 1.

        Updates are off meanwhile: Qt's bar would repaint at once, together with all other pending paints.
        """
        value = STEPS if share >= 1 else min(int(share * STEPS), STEPS - 1)
        if value != self.value():
            self.setUpdatesEnabled(False)
            self.setValue(value)
            self.setUpdatesEnabled(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_track(painter, QRectF(self.rect()), self._theme.colors)
        if self.value() > 0:
            painter.setBrush(QColor(self._theme.colors.accent))
            width = max(6.0, self.width() * self.value() / STEPS)
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), 3, 3)
        painter.end()


class FlowLayout(QLayout):
    """Lays widgets out like words: those that do not fit go into the next line."""

    def __init__(self, gap: int) -> None:
        super().__init__()
        self._gap = gap
        self._entries: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def _place(self, area: QRect, *, really: bool) -> int:
        """Return the height needed; move the widgets if `really`."""
        x, y, line = area.x(), area.y(), 0
        for entry in self._shown():
            size = entry.sizeHint()
            if x > area.x() and x + size.width() > area.right() + 1:
                x, y, line = area.x(), y + line + self._gap, 0
            if really:
                entry.setGeometry(QRect(QPoint(x, y), size))
            x, line = x + size.width() + self._gap, max(line, size.height())
        return y + line - area.y()

    def _shown(self) -> list[QLayoutItem]:
        """Return the entries without hidden widgets; those not shown yet count as visible."""
        explicit = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        widgets = ((entry, entry.widget()) for entry in self._entries)
        return [entry for entry, one in widgets if one is None or not (one.isHidden() and one.testAttribute(explicit))]

    def one_line_width(self) -> int:
        """Return the width at which everything fits into one line."""
        return sum(entry.sizeHint().width() + self._gap for entry in self._shown()) - self._gap

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 -- Qt's name
        """Add a layout item."""
        self._entries.append(item)

    def count(self) -> int:
        """Return the number of items."""
        return len(self._entries)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 -- Qt's name; Qt asks past the end and expects null
        """Return an item, None past the end."""
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 -- Qt's name; Qt asks past the end and expects null
        """Remove and return an item, None past the end."""
        return self._entries.pop(index) if 0 <= index < len(self._entries) else None

    def hasHeightForWidth(self) -> bool:  # noqa: N802 -- Qt's name
        """Return True: a narrower layout is higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """Return the height at a width."""
        return self._place(QRect(0, 0, width, 0), really=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 -- Qt's name
        """Move the widgets."""
        super().setGeometry(rect)
        self._place(rect, really=True)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(self.one_line_width(), self.heightForWidth(self.one_line_width()))

    def minimumSize(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return the size of the widest and the highest widget."""
        sizes = [entry.sizeHint() for entry in self._shown()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))
