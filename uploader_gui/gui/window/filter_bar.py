"""The filter chips with live counts, the search and the sort menu; and the filter between model and view.

In a narrow window the bar has two lines.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QWidget,
)

from uploader_gui import i18n
from uploader_gui.engine.models import SENDING, WAITING, UploadState, folded
from uploader_gui.gui.style.widgets import ENTER_KEYS, FlowLayout, IconButton, SearchField, Translated, arranged
from uploader_gui.gui.upload_list.upload_model import HEADERS, Column
from uploader_gui.i18n import N_, NC_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.counts import ListCounts
    from uploader_gui.gui.upload_list.upload_model import UploadModel


_S = UploadState


class Chip(Enum):
    """The filter chips; the value is the label."""

    ALL = N_("All")
    WAITING = N_("Waiting")
    SENDING = NC_("filter", "Sending")
    FAILED = NC_("filter", "Failed")
    REFUSED = NC_("filter", "Refused")
    UPLOADED = NC_("filter", "Uploaded")
    SKIPPED = NC_("filter", "Already there")
    CANCELLED = NC_("filter", "Cancelled")


_STATES: Final[Mapping[Chip, frozenset[UploadState]]] = {
    Chip.ALL: frozenset(UploadState),
    Chip.WAITING: WAITING,
    Chip.SENDING: SENDING,
    Chip.FAILED: frozenset({_S.FAILED}),
    Chip.REFUSED: frozenset({_S.REFUSED}),
    Chip.UPLOADED: frozenset({_S.UPLOADED}),
    Chip.SKIPPED: frozenset({_S.SKIPPED}),
    Chip.CANCELLED: frozenset({_S.CANCELLED}),
}

_ALERT_COLORS: Final = {Chip.FAILED: "danger", Chip.REFUSED: "warning"}
_SOMETIMES: Final = (Chip.SKIPPED, Chip.CANCELLED)
"""Chips that are shown only while they have uploads."""
_SEARCH_WIDTH: Final = 190
_ORDER: Final = (Column.ADDED, Column.NAME, Column.SIZE, Column.TYPE, Column.STATE)


class FilterBar(QWidget, Translated):
    """Emits which rows a person wants to see, and in which order."""

    chip_chosen = Signal(object)
    sort_chosen = Signal(object)

    def __init__(self, theme: Theme, *, trial: bool) -> None:
        super().__init__()
        self._names = {chip: chip.value for chip in Chip} | (
            {Chip.UPLOADED: NC_("filter", "Uploaded (trial)")} if trial else {}
        )
        self.theme = theme
        self._chip_layout = FlowLayout(4)
        self.chips = {chip: ChipButton(_ALERT_COLORS.get(chip, ""), theme) for chip in Chip}
        self.search = SearchField(theme)
        self.search.setAcceptDrops(False)  # dropped files are for the window
        self.sort = IconButton("sort", theme)
        self.sort.setMenu(self._sort_menu())
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._build()
        self.translate(self.search.setPlaceholderText, N_("Find a file"))
        self.translate(self.search.setAccessibleName, N_("Find a file"))
        self.translate(self.sort.rename, N_("Sort by"))

    def retranslate(self) -> None:
        """Set all texts in the current language; they may need two lines now."""
        super().retranslate()
        self._chip_layout.invalidate()
        self._choose_direction()

    def show_counts(self, counts: ListCounts) -> None:
        """Show the counts."""
        count_of = {
            Chip.ALL: counts.files,
            Chip.WAITING: counts.waiting + counts.elsewhere,
            Chip.SENDING: counts.sending,
            Chip.FAILED: counts.failed,
            Chip.REFUSED: counts.refused,
            Chip.UPLOADED: counts.uploaded,
            Chip.SKIPPED: counts.skipped,
            Chip.CANCELLED: counts.cancelled,
        }
        wider = [self.chips[chip].show_count(count) for chip, count in count_of.items()]
        wider += [self._show_chip(chip, some=bool(count_of[chip])) for chip in _SOMETIMES]
        if any(wider):
            self._chip_layout.invalidate()
            self._choose_direction()

    # Inside

    def _show_chip(self, which: Chip, *, some: bool) -> bool:
        """Show a chip only while it has uploads; return whether it was shown or hidden now."""
        chip = self.chips[which]
        if chip.isVisibleTo(self) == some:
            return False
        if chip.isChecked() and not some:
            self.chips[Chip.ALL].click()
        chip.setVisible(some)
        return True

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for column in _ORDER:
            entry = group.addAction(menu.addAction(""))
            entry.setCheckable(True)
            entry.setChecked(column is Column.ADDED)
            self.translate(entry.setText, HEADERS[column])
            entry.triggered.connect(lambda _=False, c=column: self.sort_chosen.emit(c))
        return menu

    def _build(self) -> None:
        group = QButtonGroup(self)
        chips = QWidget()
        chips.setLayout(self._chip_layout)
        chips.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        for chip, button in self.chips.items():
            group.addButton(button)
            self._chip_layout.addWidget(button)
            self.translate(button.rename, self._names[chip])
            button.clicked.connect(lambda _=False, c=chip: self.chip_chosen.emit(c))
        self.chips[Chip.ALL].setChecked(True)
        for chip in _SOMETIMES:
            self.chips[chip].hide()
        arranged(self._lines, (chips, 1), arranged(QHBoxLayout(), self.search, self.sort, spacing=4), spacing=8)

    def _choose_direction(self) -> None:
        """Use two lines when chips and search do not fit in one."""
        search = self.theme.px(_SEARCH_WIDTH)
        needed = self._chip_layout.one_line_width() + search + self.sort.sizeHint().width() + 16
        wide = self.width() >= needed
        self._lines.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        self.search.setMaximumWidth(search if wide else 16_777_215)
        self.search.setMinimumWidth(search if wide else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose one line or two."""
        super().resizeEvent(event)
        self._choose_direction()


class ChipButton(QAbstractButton):
    """A filter with its live count, painted because the count has a colour of its own."""

    def __init__(self, alert: str, theme: Theme) -> None:
        """`alert` is the theme's colour for a count above zero, "" for the usual one."""
        super().__init__()
        self._theme = theme
        self._alert = alert
        self.count = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.updateGeometry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the filter at Enter, too."""
        if event.key() in ENTER_KEYS:
            self.click()
        else:
            super().keyPressEvent(event)

    def show_count(self, count: int) -> bool:
        """Show how many rows the filter keeps; return whether the chip's width changed."""
        if count == self.count:
            return False
        before, self.count = self.sizeHint().width(), count
        self._name()
        self.update()
        if self.sizeHint().width() == before:
            return False
        self.updateGeometry()
        return True

    def rename(self, text: str) -> None:
        """Set the filter's name in the current language."""
        self.setText(text)
        self._name()
        self.updateGeometry()

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}, {i18n.number(self.count)}")

    def _parts(self) -> tuple[QFont, QFont, int, int]:
        # Measured bold, so that choosing a filter moves no other.
        bold = self._theme.font(13, QFont.Weight.DemiBold)
        small = self._theme.font(12, QFont.Weight.Medium)
        count = QFontMetrics(small).horizontalAdvance(i18n.number(self.count))
        return bold, small, QFontMetrics(bold).horizontalAdvance(self.text()), count

    def sizeHint(self) -> QSize:
        """Return the size for text and count."""
        bold, _, text, count = self._parts()
        height = QFontMetrics(bold).height() + self._theme.px(13)
        return QSize(text + count + self._theme.px(30), height)

    def _count_color(self) -> str:
        if self._alert and self.count:
            return str(getattr(self._theme.colors, self._alert))
        return self._theme.colors.accent if self.isChecked() else self._theme.colors.muted

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint pill, text and count."""
        del event
        colors, (bold, small, _, _) = self._theme.colors, self._parts()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = colors.accent_soft if self.isChecked() else colors.track if self.underMouse() else ""
        painter.setPen(QPen(QColor(colors.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        pill = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        text = self.rect().adjusted(self._theme.px(12), 0, 0, 0)
        name = bold if self.isChecked() else self._theme.font(13)
        painter.setFont(name)
        painter.setPen(QColor(colors.accent if self.isChecked() else colors.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(small)
        painter.setPen(QColor(self._count_color()))
        count = text.adjusted(QFontMetrics(name).horizontalAdvance(self.text()) + self._theme.px(6), 0, 0, 0)
        painter.drawText(count, Qt.AlignmentFlag.AlignVCenter, i18n.number(self.count))
        painter.end()


class UploadFilter(QSortFilterProxyModel):
    """Shows the rows of one chip whose name contains the search text."""

    def __init__(self, model: UploadModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._states = _STATES[Chip.ALL]
        self._wanted = ""
        self.setSourceModel(model)

    @property
    def searches(self) -> bool:
        """Whether a search text is set."""
        return bool(self._wanted)

    def show_chip(self, chip: Chip) -> None:
        """Show only rows in a chip's states."""
        self._refilter(_STATES[chip], self._wanted)

    def search(self, text: str) -> None:
        """Show only names that contain the text; case and accents do not matter."""
        self._refilter(self._states, folded(text.strip()))

    def _refilter(self, states: frozenset[UploadState], wanted: str) -> None:
        """Change the filter. `beginFilterChange` exists since Qt 6.9, where `invalidateRowsFilter` is deprecated."""
        if not hasattr(self, "beginFilterChange"):
            self._states, self._wanted = states, wanted
            self.invalidateRowsFilter()
            return
        self.beginFilterChange()
        self._states, self._wanted = states, wanted
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Return whether a row has a state of the chip and a name that matches the search."""
        del source_parent  # a table has none
        upload = self._model.snapshot(source_row)
        return upload.state in self._states and (not self._wanted or self._wanted in folded(upload.source.name))
