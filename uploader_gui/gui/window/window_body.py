"""Arranges the window: header, banner, end of a deposit, summary of a drop, filters, list or empty card, Undo, footer.

Decides which parts are shown at which size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from uploader_gui.gui.drop.drop_area import EmptyState
from uploader_gui.gui.style.widgets import Button, Translated, arranged
from uploader_gui.gui.window.banner import Banner, SelectionStrip, TrialBand, UndoStrip
from uploader_gui.gui.window.filter_bar import FilterBar
from uploader_gui.gui.window.finish import FinishPanel
from uploader_gui.gui.window.footer import Footer
from uploader_gui.gui.window.header import Header
from uploader_gui.gui.window.preflight import PreflightStrip

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
"""The list's minimum height in logical pixels: one row."""
_CARD: Final = 2 * 4
"""Height of the card's edges around the list."""
_ROOM_FOR_ALL: Final = 600
"""Below this height in logical pixels the spacing shrinks, and the summary of a drop replaces the filters."""
_ENOUGH_ROWS: Final = 2
"""The summary of a drop folds where fewer rows would be visible."""
_FRAME: Final = 48
"""Height reserved for the window's title bar."""


class WindowBody(QWidget):
    """The window's parts. Filters and footer are visible only while the list has rows."""

    def __init__(self, view: UploadView, theme: Theme, *, trial: bool) -> None:
        super().__init__()
        self._theme = theme
        self._view = view
        self.trial = TrialBand(theme) if trial else None
        self.header = Header(theme, trial=trial)
        self.banner = Banner(theme)
        self.finish = FinishPanel(theme, trial=trial)
        self.preflight = PreflightStrip(theme)
        self.filters = FilterBar(theme, trial=trial)
        self.empty = EmptyState(theme)
        self.undo = UndoStrip(theme)
        self.selection = SelectionStrip(theme)
        self.footer = Footer(theme, trial=trial)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(_card(view))
        view.setMinimumHeight(theme.px(_LOWEST_LIST))
        self._has_rows = self._searches = False
        self._last_layout: tuple[object, ...] = ()
        above = (self.header, self.banner, self.finish, self.preflight, self.filters)
        below = (self.undo, self.selection, self.footer)
        self._parts = (*([self.trial] if self.trial is not None else []), *above, *below)
        """All but the list."""
        self._column = QVBoxLayout(self)
        arranged(self._column, *self._parts[: -len(below)], (self._pages, 1), *below, spacing=0)
        self.filters.setContentsMargins(0, 0, 0, 12)
        self._space(18, 14)
        self.header.kept_changed.connect(self.empty.show_kept)
        for moving in (self.banner, self.finish):
            moving.room_changed.connect(self._unsettle_below)
        QApplication.instance().focusChanged.connect(self._end_search)  # type: ignore[union-attr]  # there is one
        for part in (self.banner, self.finish, self.preflight, self.undo, self.selection):
            part.room_changed.connect(self._make_room)

    def show_counts(self, counts: ListCounts, totals: Totals, status: QueueStatus) -> None:
        """Show the counts, and the parts that belong to a list with or without rows."""
        self._has_rows = bool(counts.files)
        self._pages.setCurrentIndex(1 if self._has_rows else 0)
        self._let_list_be_low()
        self.footer.setVisible(self._has_rows)
        self.finish.show_counts(counts, status)
        self._make_room()
        self.filters.show_counts(counts)
        self.footer.show_counts(counts, totals, status)

    def show_news(self, news: str) -> None:
        """Show news in the footer, or beside the anomaly while the footer is hidden."""
        self.footer.show_news(news)
        self.header.show_news("" if self.footer.isVisibleTo(self) else news)

    def begin_search(self) -> None:
        """Focus the search field, in a low window instead of what is in its place; never where there is none to see."""
        self._searches = self._has_rows
        self._make_room()
        if not self.filters.isVisibleTo(self):
            return
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _end_search(self, left: QWidget | None) -> None:
        """Let the filters go where they have no room once the search is left, unless it still has a text."""
        if self._searches and left is self.filters.search:
            self._searches = bool(self.filters.search.text())
            self._make_room()

    def clear_search_or_selection(self) -> None:
        """Clear the search; with none, clear the selection."""
        if self.filters.search.text():
            self.filters.search.clear()
        else:
            self._view.clearSelection()

    def retranslate(self) -> None:
        """Set all texts but the counts in the current language."""
        for part in (*self._parts, self.empty):
            if isinstance(part, Translated):
                part.retranslate()

    def minimumSizeHint(self) -> QSize:
        """640 by 480; less on a lower screen; more where large text or a band would be cut off."""
        smallest = QSize(_SMALLEST.width(), min(_SMALLEST.height(), self._screen_height))
        usual = super().minimumSizeHint().expandedTo(smallest) if self._theme.scale > 1 else smallest
        needed = self._least_height() if self._has_rows else self._height_around_card()
        return usual.expandedTo(QSize(0, needed))

    def _let_list_be_low(self) -> None:
        """Let the hidden empty card require no height."""
        policy = QSizePolicy.Policy.Ignored if self._has_rows else QSizePolicy.Policy.Preferred
        if self.empty.sizePolicy().verticalPolicy() is not policy:
            self.empty.setSizePolicy(policy, policy)
            self._pages.updateGeometry()  # a hidden widget's size policy does not reach the layout by itself

    def _least_height(self) -> int:
        """Return the height of one row and of all other parts at their lowest; no filters where the screen is low."""
        least = self._height_around(self.preflight.least_height_at) + self._list_height(rows=1)
        whole = least + self._filters_height()
        return whole if whole <= self._screen_height or self._searches else least

    def _height_around_card(self) -> int:
        """Return the height of the empty card and of all other parts at their lowest."""
        return self._height_around(self.preflight.least_height_at) + self.empty.minimumSizeHint().height()

    @property
    def _screen_height(self) -> int:
        return self.screen().availableSize().height() - _FRAME

    def _filters_height(self) -> int:
        """Return the height that the filters want now: none where something else is in their place."""
        return 0 if self._is_squeezed and not self._searches else _height_at(self._inner_width, self.filters)

    @property
    def _is_low(self) -> bool:
        return self._has_rows and self.height() < self._theme.px(_ROOM_FOR_ALL)

    @property
    def _is_squeezed(self) -> bool:
        return self._is_low and (self.preflight.isVisibleTo(self) or self.finish.isVisibleTo(self))

    def _has_room(self, summary_at: Callable[[int], int], *, rows: int) -> bool:
        """Return whether `rows` rows fit beside filters and summary; `summary_at` gives its height for a width."""
        needed = self._height_around(summary_at) + self._filters_height() + self._list_height(rows=rows)
        return needed <= self.height()

    def _height_around(self, summary_at: Callable[[int], int]) -> int:
        """Return the height of all parts but the filters and the list."""
        width = self._inner_width
        heights = [
            summary_at(width) if part is self.preflight else _height_at(width, part)
            for part in self._parts
            if part is not self.filters and part.isVisibleTo(self)
        ]
        margins = self._column.contentsMargins()
        return sum(heights) + margins.top() + margins.bottom()

    @property
    def _inner_width(self) -> int:
        return max(self.width(), _SMALLEST.width()) - 2 * _MARGIN

    def _list_height(self, *, rows: int) -> int:
        return rows * self._theme.px(_LOWEST_LIST) + _CARD

    def _make_room(self) -> None:
        """In a low window reduce the spacing, hide the filters for what needs room, and fold the summary if needed.

        On a screen that is too low for the usual window do without still more.
        """
        for part in (self.header, self.footer):
            part.make_low(self._screen_height < self._theme.px(_SMALLEST.height()))
        low, squeezed = self._is_low, self._is_squeezed
        self._space(12 if low else 18, 8 if low else 14)
        crowded = not self._searches and (
            squeezed or (low and not self._has_room(self.preflight.least_height_at, rows=1))
        )
        self.filters.setVisible(self._has_rows and not crowded)
        self.selection.setVisible(self._has_rows and self.selection.wanted and not low)
        layout_facts = (
            self.width(),
            self.height(),
            crowded,
            self.banner.notice,
            self.finish.isHidden(),
            self.preflight.summary,
            self.undo.isHidden(),
        )
        if layout_facts != self._last_layout and not (squeezed and self.preflight.opened):
            self._last_layout = layout_facts
            self.preflight.fold(on=False)
            self.preflight.fold(on=squeezed and not self._has_room(self.preflight.height_at, rows=_ENOUGH_ROWS))

    def _unsettle_below(self) -> None:
        """Let no press count on what may have moved to where something else was."""
        for part in (self.finish, self.preflight):
            for button in part.findChildren(Button):
                button.unsettle()

    def _space(self, around: int, between: int) -> None:
        if self._column.contentsMargins().top() == around:
            return
        self._column.setContentsMargins(_MARGIN, around, _MARGIN, around)
        self.header.setContentsMargins(0, 0, 0, around)
        self.footer.setContentsMargins(0, between + 6, 0, 0)
        for part in (self.banner, self.finish, self.preflight):
            layout = part.layout()
            assert layout is not None
            layout.setContentsMargins(0, 0, 0, between)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt to the new size."""
        super().resizeEvent(event)
        self._make_room()


def _height_at(width: int, part: QWidget) -> int:
    """Return the minimum height of a part at a width, wrapped text included."""
    lowest = part.minimumSizeHint().height()
    return max(lowest, part.heightForWidth(width)) if part.hasHeightForWidth() else lowest


def _card(view: UploadView) -> QFrame:
    card = QFrame()
    card.setProperty("kind", "card")
    arranged(QVBoxLayout(card), view, margins=(1, 3, 1, 3))
    return card
