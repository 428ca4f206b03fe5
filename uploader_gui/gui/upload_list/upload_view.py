"""The list on screen: a table view with one painted column, and row actions by mouse, keyboard and menu.

There is no widget per row. `row_actions.py` does what `action_wanted` asks for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QWidget

from uploader_gui.engine.models import WAITING
from uploader_gui.gui.style.widgets import PRESS_KEYS
from uploader_gui.gui.upload_list.row_actions import MENU, RowAction, active_row_actions, allowed, allowed_among
from uploader_gui.gui.upload_list.upload_model import Column, Role
from uploader_gui.i18n import _

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
    )

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.row_delegate import RowDelegate
    from uploader_gui.gui.upload_list.upload_model import Index, UploadModel
    from uploader_gui.gui.window.filter_bar import UploadFilter

_BY_TAB: Final = frozenset({Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason})


class UploadView(QTableView):
    """Rows of uploads. `action_wanted(RowAction, list[UploadSnapshot])`, never with `MORE`.

    `taken_away(list[UploadId], list[UploadId])`: uploads to cancel, and uploads to remove from the list.
    """

    action_wanted = Signal(object, object)
    taken_away = Signal(object, object)

    def __init__(self, model: UploadModel, shown: UploadFilter, theme: Theme) -> None:
        super().__init__()
        self.decoder: PictureDecoder | None = None
        """Decodes the thumbnails that Qt cannot; the composition root sets it after the first paint, without rows."""
        self._uploads = model
        self._shown = shown
        self._theme = theme
        self._pressed: tuple[QPersistentModelIndex, RowAction] | None = None
        self._next_row: int | None = None
        self._delegate: RowDelegate | None = None
        self.setModel(shown)
        self._set_up()
        self._show_one_column()
        self._moved_at = -math.inf
        self._place = QPoint()
        theme.changed.connect(self._measure_again)
        for moved in (shown.rowsRemoved, shown.modelReset, shown.layoutChanged):
            moved.connect(self._rows_moved)
        shown.rowsInserted.connect(self._rows_came)
        shown.rowsRemoved.connect(self._select_next, Qt.ConnectionType.QueuedConnection)
        shown.modelReset.connect(self._select_next, Qt.ConnectionType.QueuedConnection)
        self.retranslate()

    @property
    def delegate(self) -> RowDelegate:
        """The delegate that paints rows, made with the first rows: an empty window need not load it."""
        if self._delegate is None:
            from uploader_gui.gui.upload_list.row_delegate import RowDelegate  # noqa: PLC0415 - as the docstring says

            self._delegate = RowDelegate(self._theme, self._uploads, self, self.decoder)
            self._delegate.thumbnails.came.connect(self.viewport().update)
            self.setItemDelegate(self._delegate)
            self._set_row_height()
        return self._delegate

    def selected(self) -> list[UploadSnapshot]:
        """Return the selected rows from top to bottom."""
        indexes = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return [index.data(Role.SNAPSHOT) for index in indexes]

    def menu_for(self, chosen: list[UploadSnapshot]) -> QMenu:
        """Return the context menu for rows; an action that is possible for none of them is disabled."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in MENU:
            fitting = allowed_among(action, chosen)
            entry = menu.addAction(action.label)
            if action is RowAction.SEND_TO and not fitting:
                entry.setText(_("Registered already: stays with its anomaly"))
            entry.setEnabled(bool(fitting))
            entry.triggered.connect(lambda _=False, a=action, f=fitting: self.action_wanted.emit(a, f))
        self._add_page_entry(menu, chosen)
        return menu

    def _add_page_entry(self, menu: QMenu, chosen: list[UploadSnapshot]) -> None:
        """Offer the page of the anomaly of all these rows, where the register has one."""
        linked = [upload for upload in chosen if self._uploads.has_page(upload)]
        if linked and len({upload.anomaly_id for upload in chosen}) == 1:
            entry = menu.addAction(_(RowAction.OPEN_ANOMALY.value, number=linked[0].anomaly_id))
            entry.triggered.connect(lambda: self.action_wanted.emit(RowAction.OPEN_ANOMALY, linked[:1]))

    def show_anomaly(self, anomaly_id: str) -> None:
        """Set the anomaly that the window shows: rows of another one name theirs."""
        self._uploads.show_anomaly(anomaly_id)
        self.viewport().update()

    def retranslate(self) -> None:
        """Set all texts in the current language, and paint all rows again."""
        self.setAccessibleName(_("Files"))
        self._measure_again()

    # Inside

    def _set_up(self) -> None:
        self.setViewport(QWidget(self))  # Qt's default one makes PySide search all of Qt's classes, 20 ms
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalScrollBar().setSingleStep(20)
        self.viewport().setAutoFillBackground(False)

    def _show_one_column(self) -> None:
        for column in Column:
            self.setColumnHidden(column, column is not Column.NAME)
        across = self.horizontalHeader()
        across.setVisible(False)
        across.setMinimumSectionSize(1)
        across.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _set_row_height(self) -> None:
        self.verticalHeader().setMinimumSectionSize(self.delegate.fonts.row_height)
        self.verticalHeader().setDefaultSectionSize(self.delegate.fonts.row_height)

    def _measure_again(self) -> None:
        if self._delegate is not None:
            self._delegate.measure_again()
            self._set_row_height()
            self.viewport().update()

    def _action_at(self, point: QPoint) -> tuple[QPersistentModelIndex, RowAction] | None:
        """Return row and action at a point; the row under the pointer shows all its actions."""
        index = self.indexAt(point)
        if not index.isValid():
            return None
        layout = self.delegate.layout_of(self.visualRect(index), index, active=True)
        action = layout.action_at(point)
        if action is None and index.data(Role.SNAPSHOT).state in WAITING and _around(layout.disc).contains(point):
            action = RowAction.MORE  # its symbol looks like it
        return (QPersistentModelIndex(index), action) if action else None

    def _is_settled(self, index: Index) -> bool:
        """Return whether a press on a button of this row counts: it was there, and meant this, for a moment."""
        changed_at = self._uploads.actions_changed_at(index.data(Role.SNAPSHOT).upload_id)
        return self._uploads.clock() - max(changed_at, self._moved_at) >= self._theme.settle_seconds

    def _rows_moved(self) -> None:
        self._moved_at = self._uploads.clock()

    def _rows_came(self, _parent: QModelIndex, _first: int, last: int) -> None:
        if last < self.model().rowCount() - 1:
            self._rows_moved()

    def _point_at(self, point: QPoint) -> None:
        found = self._action_at(point)
        if found == self.delegate.pointed_at:
            return
        self.delegate.pointed_at = found
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def _act(self, action: RowAction, index: QModelIndex, where: QPoint) -> None:
        """Open the menu at `where` for More; request any other action."""
        upload: UploadSnapshot = index.data(Role.SNAPSHOT)
        if action is not RowAction.MORE:
            self.action_wanted.emit(action, [upload])
            return
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.menu_for([upload]).popup(self.viewport().mapToGlobal(where))

    def _remove_or_cancel(self, chosen: list[UploadSnapshot]) -> None:
        """Remove the selected rows; those being sent are cancelled instead, and stay with Try again."""
        removable = allowed_among(RowAction.REMOVE, chosen)
        if removable:
            self._next_row = min(index.row() for index in self.selectionModel().selectedRows())
        under_way = [one for one in allowed_among(RowAction.CANCEL, chosen) if not allowed(RowAction.REMOVE, one)]
        if under_way or removable:
            self.taken_away.emit([one.upload_id for one in under_way], [one.upload_id for one in removable])

    def _select_next(self) -> None:
        """After Delete select the row that is in the place of the first one deleted."""
        row, self._next_row = self._next_row, None
        if row is not None and self.model().rowCount():
            self._select(self.model().index(min(row, self.model().rowCount() - 1), 0))

    def _select(self, index: QModelIndex) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)

    # Overrides of Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click on an action; any other press changes the selection."""
        found = self._action_at(event.position().toPoint())
        if found is not None and not self._is_settled(found[0]):
            return
        self._pressed = found if event.button() == Qt.MouseButton.LeftButton else None
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Act if press and release were on the same action."""
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif self._action_at(event.position().toPoint()) == pressed and self._is_settled(pressed[0]):
            self._act(pressed[1], self.model().index(pressed[0].row(), 0), event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Underline the action under the pointer; a drag that began on an action selects nothing."""
        self._point_at(event.position().toPoint())
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the row that Tab reaches: what the keys do next concerns it."""
        super().focusInEvent(event)
        current = self.currentIndex()
        if event.reason() in _BY_TAB and self.model().rowCount() and not self.selectionModel().isSelected(current):
            self._select(current if current.isValid() else self.model().index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do the row's first action, once; Delete and Backspace remove the selected rows."""
        current = self.currentIndex()
        if event.key() in PRESS_KEYS and current.isValid():
            if event.isAutoRepeat() or not self._is_settled(current):
                return
            self._act(active_row_actions(current.data(Role.SNAPSHOT))[0], current, self.visualRect(current).center())
        elif event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self._remove_or_cancel(self.selected())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu for the selection, by mouse or menu key."""
        if chosen := self.selected():
            self.menu_for(chosen).popup(event.globalPos())

    def showEvent(self, event: QShowEvent) -> None:
        """Set the delegate before the first paint."""
        self.setItemDelegate(self.delegate)
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Note whether a band above came or went: all rows are in another place then."""
        super().resizeEvent(event)
        place = self.mapTo(self.window(), QPoint())
        if place.y() != self._place.y():
            self._rows_moved()
        self._place = place

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the text that says that the filter leaves none."""
        self.delegate.last_line = event.rect().bottom()
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            self._paint_nothing_text()

    @property
    def nothing_text(self) -> str:
        """The text shown where the filter or the search leaves no row."""
        return (
            _("No file’s name contains this. Esc clears the search.")
            if self._shown.searches
            else _("No file to show here")
        )

    def _paint_nothing_text(self) -> None:
        painter = QPainter(self.viewport())
        painter.setPen(QColor(self._theme.colors.muted))
        painter.setFont(self._theme.font(13))
        painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.nothing_text)
        painter.end()


def _around(disc: QRect) -> QRect:
    """Return the area in which a click means a row's symbol."""
    return disc.adjusted(-6, -6, 6, 6)
