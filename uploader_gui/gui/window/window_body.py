"""What stands in the window from top to bottom: header, banner, summary of a drop, filters, list or empty card, footer.

Made by `main_window.py`; here only the arrangement and what shows when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from uploader_gui.gui.drops.preflight_strip import PreflightStrip
from uploader_gui.gui.window.banner import Banner
from uploader_gui.gui.window.empty_state import EmptyState
from uploader_gui.gui.window.filter_bar import FilterBar
from uploader_gui.gui.window.footer import Footer
from uploader_gui.gui.window.header import Header

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from uploader_gui.engine.events import QueueStatus, Totals
    from uploader_gui.gui.look.theme import Theme
    from uploader_gui.gui.rows.figures import Figures
    from uploader_gui.gui.upload_view import UploadView

_MARGIN: Final = 24
_SMALLEST: Final = QSize(640, 480)
_LOWEST_LIST: Final = 64
"""One row: a low window still shows what is going on."""
_AROUND: Final = 18 + 18 + 18 + 2 * 4
"""Margins above and below, the space under the header, the edge of the card."""
_ROOM_FOR_ALL: Final = 600
"""Below this height (in logical pixels) the filters make room for the summary of a drop."""


class WindowBody(QWidget):
    """Arranges the parts; filters and footer are there only while the list holds something."""

    def __init__(self, view: UploadView, theme: Theme, *, sandbox: bool) -> None:
        super().__init__()
        self._theme = theme
        self._view = view
        self.header = Header(theme, sandbox=sandbox)
        self.banner = Banner(theme)
        self.preflight = PreflightStrip(theme)
        self.filters = FilterBar(theme)
        self.empty = EmptyState(theme)
        self.footer = Footer(theme, sandbox=sandbox)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(_card(view))
        view.setMinimumHeight(theme.px(_LOWEST_LIST))
        self._some = False
        self._arrange()
        self.preflight.came_or_went.connect(self._make_room)

    def show_figures(self, figures: Figures, totals: Totals, status: QueueStatus) -> None:
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
        for part in (self.header, self.preflight, self.filters, self.empty, self.footer):
            part.retranslate()

    def minimumSizeHint(self) -> QSize:
        """640 by 480; more where large text or a band above two lines of filters needs it: nothing is ever cut off."""
        usual = super().minimumSizeHint().expandedTo(_SMALLEST) if self._theme.scale > 1 else _SMALLEST
        return usual.expandedTo(QSize(0, self._needed_height() if self._some else 0))

    def _let_list_be_low(self) -> None:
        """The card that is not shown asks for no room."""
        policy = QSizePolicy.Policy.Ignored if self._some else QSizePolicy.Policy.Preferred
        if self.empty.sizePolicy().verticalPolicy() is not policy:
            self.empty.setSizePolicy(policy, policy)
            self._pages.updateGeometry()  # a hidden widget's wish does not reach the layout by itself

    def _needed_height(self) -> int:
        """All parts around the list, and one row of it."""
        width = max(self.width(), _SMALLEST.width()) - 2 * _MARGIN
        parts = (self.header, self.banner, self.preflight, self.filters, self.footer)
        heights = (_height_at(width, part) for part in parts if part.isVisibleTo(self))
        return sum(heights) + self._theme.px(_LOWEST_LIST) + _AROUND

    def _make_room(self) -> None:
        crowded = self.preflight.isVisibleTo(self) and self.height() < self._theme.px(_ROOM_FOR_ALL)
        self.filters.setVisible(self._some and not crowded)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 18, _MARGIN, 18)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addSpacing(18)
        column.addWidget(self.banner)
        column.addWidget(self.preflight)
        column.addWidget(self.filters)
        column.addWidget(self._pages, 1)
        column.addWidget(self.footer)
        self.filters.setContentsMargins(0, 0, 0, 12)
        self.footer.setContentsMargins(0, 20, 0, 0)

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
