"""Help: every shortcut, the log, and the diagnostics to send to support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from uploader_gui.gui.dialogs.form import PlainDialog, scrolling
from uploader_gui.gui.style.widgets import ENTER_KEY, HISTORY_KEY, label
from uploader_gui.text import Words
from uploader_gui.words.help import HelpWords

if TYPE_CHECKING:
    from uploader_gui.gui.style.theme import Theme

_KEY = QKeySequence.StandardKey
_HIGHEST_SHARE: Final = 0.45
"""Of the screen's height, for the shortcuts; beyond it they scroll."""
_AROUND: Final = 320
"""Height in logical pixels of everything around the shortcuts, the window's frame included."""
_LOWEST: Final = 60
_INSIDE: Final = (10, 8, 10, 8)
"""Margins between the shortcuts and the focus frame."""
_K = Qt.Key
Keys = QKeySequence.StandardKey | Qt.Key | QKeyCombination
SHORTCUTS: Final[tuple[tuple[tuple[Keys, ...], HelpWords], ...]] = (
    ((_KEY.Open,), HelpWords.ADD_FILES),
    ((_KEY.Paste,), HelpWords.PASTE),
    ((_K.Key_Down,), HelpWords.RECENT),
    ((_K.Key_Tab, Qt.Modifier.SHIFT | _K.Key_Tab), HelpWords.WALK),
    ((_K.Key_Left, _K.Key_Right), HelpWords.CHOICES),
    ((_K.Key_Up, _K.Key_Down), HelpWords.ROWS),
    ((ENTER_KEY, _K.Key_Space), HelpWords.ROW_ACTION),
    ((_K.Key_Menu,), HelpWords.ROW_MENU),
    ((_K.Key_Delete,), HelpWords.REMOVE),
    ((_KEY.Undo,), HelpWords.UNDO),
    ((_KEY.SelectAll,), HelpWords.SELECT_ALL),
    ((_KEY.Find,), HelpWords.FIND),
    ((Qt.Modifier.CTRL | HISTORY_KEY,), HelpWords.HISTORY),
    ((_K.Key_Escape,), HelpWords.ESCAPE),
    ((_K.Key_F1,), HelpWords.HELP),
)
"""Keys -> what they do, in the order of the window from top to bottom."""

_ARROWS: Final[dict[Keys, str]] = {_K.Key_Up: "↑", _K.Key_Down: "↓", _K.Key_Left: "←", _K.Key_Right: "→"}
"""Arrows as printed on the keys; Qt would write “Down”."""


class HelpDialog(PlainDialog):
    """`log_wanted` and `diagnostics_wanted` are requests; `show_copied` confirms the second."""

    log_wanted = Signal()
    diagnostics_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(HelpWords.TITLE, theme, parent)
        self.keys = [label("", theme, 13, QFont.Weight.DemiBold) for _ in SHORTCUTS]
        self.show_log = self.button(HelpWords.SHOW_LOG, "plain")
        self.copy = self.button(HelpWords.COPY_DIAGNOSTICS, "plain")
        self.close_button = self.button(Words.CLOSE, "primary")
        self.add_title(HelpWords.TITLE)
        self._page = QWidget()
        self._page.setLayout(self._table())
        self._area = scrolling(self._page)
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the arrows scroll it
        self.translate(self._area.setAccessibleName, HelpWords.TITLE)
        self.column.addWidget(self._area, 1)
        self.column.addSpacing(12)
        self.add_sentence(HelpWords.IF_ASKED)
        self.column.addLayout(self._row())
        self.copied = self.add_sentence(HelpWords.COPIED, "ok")
        self.copied.hide()
        self.add_buttons(self.close_button)
        self._name_keys()
        self.show_log.clicked.connect(self.log_wanted)
        self.copy.clicked.connect(self.diagnostics_wanted)
        self.close_button.clicked.connect(self.accept)

    def show_copied(self) -> None:
        """Show that the diagnostics are in the clipboard."""
        self.copied.show()
        self.fit()

    def fit(self) -> None:
        """Make all shortcuts visible if the screen is high enough."""
        margins = self.column.contentsMargins()
        width = max(self.width(), self.minimumWidth()) - margins.left() - margins.right()
        frame = 2 * self._area.frameWidth()
        most = room_for_shortcuts(self.screen().availableGeometry().height(), self.theme.scale)
        self._area.setMinimumHeight(min(self._page.heightForWidth(width - frame) + frame, most))
        super().fit()

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(*_INSIDE)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (keys, (_, words)) in enumerate(zip(self.keys, SHORTCUTS, strict=True)):
            description = label("", self.theme, 13)
            description.setWordWrap(True)
            self.translate(description.setText, words)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(description, row, 1)
        return grid

    def _row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.show_log)
        row.addWidget(self.copy)
        row.addStretch()
        return row

    def _name_keys(self) -> None:
        """Name the keys as the system does in this language."""
        for shown, (keys, _) in zip(self.keys, SHORTCUTS, strict=True):
            shown.setText(" · ".join(_named(key) for key in keys))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name_keys()


def room_for_shortcuts(screen: int, scale: float) -> int:
    """Return the maximum height of the shortcuts on a screen of this height, with text scaled by `scale`."""
    return min(int(screen * _HIGHEST_SHARE), max(screen - round(_AROUND * scale), round(_LOWEST * scale)))


def _named(key: Keys) -> str:
    if key in _ARROWS:
        return _ARROWS[key]
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
