"""What stands in the window from top to bottom: header, banner, summary of a drop, filters, list or empty card, footer.

Made by `main_window.py`; here only the arrangement and what shows when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from uploader_gui.gui.preflight.preflight_strip import PreflightStrip
from uploader_gui.gui.window.banner import Banner, TrialBand
from uploader_gui.gui.window.empty_state import EmptyState
from uploader_gui.gui.window.filter_bar import FilterBar
from uploader_gui.gui.window.footer import Footer
from uploader_gui.gui.window.header import Header
from uploader_gui.gui.window.undo_strip import UndoStrip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from uploader_gui.engine.events import QueueStatus, Totals
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts
    from uploader_gui.gui.upload_list.upload_view import UploadView

_MARGIN: Final = 24
_SMALLEST: Final = QSize(640, 480)
_LOWEST_LIST: Final = 64
"""One row: a low window still shows what is going on."""
_CARD: Final = 2 * 4
"""The edge of the card around the list."""
_ROOM_FOR_ALL: Final = 600
"""Below this height (in logical pixels) all moves closer together, and the filters make room for the summary."""
_ENOUGH_ROWS: Final = 2
"""Where fewer would be seen, the summary of a drop folds."""
_FRAME: Final = 48
"""Height of the window's title, and a little to spare."""


class WindowBody(QWidget):
    """Arranges the parts; filters and footer are there only while the list holds something."""

    def __init__(self, view: UploadView, theme: Theme, *, sandbox: bool) -> None:
        super().__init__()
        self._theme = theme
        self._view = view
        self.trial = TrialBand(theme) if sandbox else None
        self.header = Header(theme, sandbox=sandbox)
        self.banner = Banner(theme)
        self.preflight = PreflightStrip(theme)
        self.filters = FilterBar(theme, sandbox=sandbox)
        self.empty = EmptyState(theme)
        self.undo = UndoStrip(theme)
        self.footer = Footer(theme, sandbox=sandbox)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(_card(view))
        view.setMinimumHeight(theme.px(_LOWEST_LIST))
        self._some = False
        self._surroundings: tuple[object, ...] = ()
        self._column = QVBoxLayout(self)
        self._arrange()
        self.header.kept_changed.connect(self.empty.show_kept)
        self.preflight.came_or_went.connect(self._make_room)
        self.banner.changed.connect(self._make_room)
        self.undo.came_or_went.connect(self._make_room)

    def show_figures(self, figures: ListCounts, totals: Totals, status: QueueStatus) -> None:
        """Show where the list stands."""
        self._some = bool(figures.files)
        self._pages.setCurrentIndex(1 if self._some else 0)
        self._let_list_be_low()
        self.footer.setVisible(self._some)
        self._make_room()
        self.filters.show_figures(figures)
        self.footer.show_figures(figures, totals, status)

    def tell(self, news: str) -> None:
        """Say something quietly, in the footer or, while there is none, beside the anomaly."""
        self.footer.tell(news)
        self.header.tell("" if self.footer.isVisibleTo(self) else news)

    def begin_search(self) -> None:
        """Let a person type what to search for."""
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def step_back(self) -> None:
        """Take back the search, then the selection."""
        if self.filters.search.text():
            self.filters.search.clear()
        else:
            self._view.clearSelection()

    def retranslate(self) -> None:
        """Say everything but the figures in the language in use."""
        for part in (self.header, self.preflight, self.filters, self.empty, self.undo, self.footer):
            part.retranslate()
        if self.trial is not None:
            self.trial.retranslate()

    def minimumSizeHint(self) -> QSize:
        """640 by 480, less on a screen that is lower; more where large text or a band needs it: nothing is cut off."""
        smallest = QSize(_SMALLEST.width(), min(_SMALLEST.height(), self.screen().availableSize().height() - _FRAME))
        usual = super().minimumSizeHint().expandedTo(smallest) if self._theme.scale > 1 else smallest
        needed = self._least_height() if self._some else super().minimumSizeHint().height()
        return usual.expandedTo(QSize(0, needed))

    def _let_list_be_low(self) -> None:
        """The card that is not shown asks for no room."""
        policy = QSizePolicy.Policy.Ignored if self._some else QSizePolicy.Policy.Preferred
        if self.empty.sizePolicy().verticalPolicy() is not policy:
            self.empty.setSizePolicy(policy, policy)
            self._pages.updateGeometry()  # a hidden widget's wish does not reach the layout by itself

    def _least_height(self) -> int:
        """One row of the list, and all parts around it as low as they can be."""
        return self._height_around(self.preflight.least_height_at) + self._list_height(rows=1)

    def _shows_enough(self) -> bool:
        return self._height_around(self.preflight.height_at) + self._list_height(rows=_ENOUGH_ROWS) <= self.height()

    def _height_around(self, summary_at: Callable[[int], int]) -> int:
        width = max(self.width(), _SMALLEST.width()) - 2 * _MARGIN
        parts = (*self._always, self.header, self.banner, self.filters, self.undo, self.footer)
        heights = [_height_at(width, part) for part in parts if part.isVisibleTo(self)]
        if self.preflight.isVisibleTo(self):
            heights.append(summary_at(width))
        margins = self._column.contentsMargins()
        return sum(heights) + margins.top() + margins.bottom()

    @property
    def _always(self) -> tuple[QWidget, ...]:
        return () if self.trial is None else (self.trial,)

    def _list_height(self, *, rows: int) -> int:
        return rows * self._theme.px(_LOWEST_LIST) + _CARD

    def _make_room(self) -> None:
        """In a low window all moves closer together; the filters go before the summary, which folds if it must."""
        low = self._some and self.height() < self._theme.px(_ROOM_FOR_ALL)
        crowded = low and self.preflight.isVisibleTo(self)
        self._space(12 if low else 18, 8 if low else 14)
        self.filters.setVisible(self._some and not crowded)
        surroundings = (
            self.width(),
            self.height(),
            crowded,
            self.banner.said,
            self.preflight.said,
            self.undo.isHidden(),
        )
        if surroundings != self._surroundings and not (crowded and self.preflight.opened):
            self._surroundings = surroundings
            self.preflight.fold(on=False)
            self.preflight.fold(on=crowded and not self._shows_enough())

    def _space(self, around: int, between: int) -> None:
        if self._column.contentsMargins().top() == around:
            return
        self._column.setContentsMargins(_MARGIN, around, _MARGIN, around)
        self.header.setContentsMargins(0, 0, 0, around)
        self.footer.setContentsMargins(0, between + 6, 0, 0)
        for part in (self.banner, self.preflight):
            layout = part.layout()
            assert layout is not None
            layout.setContentsMargins(0, 0, 0, between)

    def _arrange(self) -> None:
        column = self._column
        column.setSpacing(0)
        for part in (*self._always, self.header, self.banner, self.preflight, self.filters):
            column.addWidget(part)
        column.addWidget(self._pages, 1)
        column.addWidget(self.undo)
        column.addWidget(self.footer)
        self.filters.setContentsMargins(0, 0, 0, 12)
        self._space(18, 14)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room where there is little."""
        super().resizeEvent(event)
        self._make_room()


def _height_at(width: int, part: QWidget) -> int:
    """How high a part has to be at a width; what it wraps counts."""
    lowest = part.minimumSizeHint().height()
    return max(lowest, part.heightForWidth(width)) if part.hasHeightForWidth() else lowest


def _card(view: UploadView) -> QFrame:
    card = QFrame()
    card.setProperty("kind", "card")
    inside = QVBoxLayout(card)
    inside.setContentsMargins(1, 3, 1, 3)
    inside.addWidget(view)
    return card
