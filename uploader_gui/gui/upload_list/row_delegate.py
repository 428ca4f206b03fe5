"""Qt's delegate for the list: paints one upload as a row, and returns its layout and tooltip.

`row_layout.py` places the parts, `row_painter.py` paints them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QToolTip

from uploader_gui.engine.models import UploadSnapshot, UploadState
from uploader_gui.gui.style.widgets import tip
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.row_actions import RowAction, active_row_actions, resting_row_actions
from uploader_gui.gui.upload_list.row_layout import RowFonts, RowLayout, lay_out
from uploader_gui.gui.upload_list.row_painter import RowCache, RowPainter, Shown
from uploader_gui.gui.upload_list.thumbnails import Thumbnails
from uploader_gui.gui.upload_list.upload_filter import Index, Role

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem

    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.upload_model import UploadModel

_S = UploadState
_ROW_FLAGS: Final = (
    QStyle.StateFlag.State_Selected
    | QStyle.StateFlag.State_MouseOver
    | QStyle.StateFlag.State_HasFocus
    | QStyle.StateFlag.State_KeyboardFocusChange
)
"""The state flags that change a row's background."""
_BARS: Final = frozenset({_S.FETCHING, _S.UPLOADING, _S.CONFIRMING, _S.RETRYING})


class RowDelegate(QStyledItemDelegate):
    """Paints rows.

    The view sets `pointed_at`, the action under the mouse, and `last_line`, the lowest pixel line of the area to be
    painted: Qt adds a line to the changed area, which would repaint the whole row below it.
    """

    def __init__(
        self,
        theme: Theme,
        model: UploadModel,
        parent: QObject | None = None,
        *,
        decoder: PictureDecoder | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self.thumbnails = Thumbnails(self, decoder=decoder)
        self.fonts = RowFonts(theme)
        self._painter = RowPainter(theme, self.fonts, self.thumbnails)
        self._cache = RowCache()
        self.pointed_at: tuple[QPersistentModelIndex, RowAction] | None = None
        self.last_line = -1

    def measure_again(self) -> None:
        """Measure again after a change of the theme's fonts or the language."""
        self.fonts = RowFonts(self._theme)
        self._painter = RowPainter(self._theme, self.fonts, self.thumbnails)
        self._cache.clear()

    def layout_of(self, row: QRect, index: Index, *, active: bool) -> RowLayout:
        """Return the layout of a row; an `active` row shows more actions."""
        upload: UploadSnapshot = index.data(Role.SNAPSHOT)
        state = row_text.state_text(upload, self._model.progress_of(upload.upload_id), self._model.clock())
        return self._lay_out(row, upload, state, active=active)

    def _lay_out(self, row: QRect, upload: UploadSnapshot, state: str, *, active: bool) -> RowLayout:
        return lay_out(
            row,
            self.fonts,
            state=state,
            actions=active_row_actions(upload) if active else resting_row_actions(upload),
            has_bar=upload.state in _BARS,
            link=self._link_of(upload),
        )

    def _link_of(self, upload: UploadSnapshot) -> tuple[str, str] | None:
        """Return what stands before the link to the anomaly's page, and the link; None without one."""
        if not (self._model.names_anomalies() and self._model.has_page(upload)):
            return None
        link = row_text.anomaly_text(upload)
        return row_text.facts_text(upload, with_anomaly=True).partition(link)[0], link

    # Painting

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        upload: UploadSnapshot = index.data(Role.SNAPSHOT)
        progress = self._model.progress_of(upload.upload_id)
        row, state = _rect_of(option), row_text.state_text(upload, progress, self._model.clock())
        layout = self._lay_out(row, upload, state, active=is_active(option))
        shown = Shown(upload, self._model.names_anomalies(), _state_of(option) & _ROW_FLAGS)
        if upload.state in _BARS:
            painter.drawPixmap(row.topLeft(), self._static_picture(painter, row, layout, shown))
        else:
            self._painter.paint_static(painter, row, layout, shown)
        self._painter.paint_state(painter, upload, state, layout.state)
        if not layout.bar.isNull():
            self._painter.paint_bar(painter, upload, row_text.fraction(upload, progress), layout.bar)
        for button in layout.actions:
            self._painter.paint_action(painter, button, underlined=self._is_pointed_at(index, button.action))

    def _static_picture(self, painter: QPainter, row: QRect, layout: RowLayout, shown: Shown) -> QPixmap:
        """Return the picture of a running row's static parts, cached by all that it shows."""
        ratio, source = painter.device().devicePixelRatioF(), shown.upload.source
        thumbnail = self.thumbnails.of(source, layout.tile.width(), ratio)
        name = min(layout.name.width(), self.fonts.name_width(source.name))
        seen = (shown, thumbnail and thumbnail.cacheKey(), row.width(), row.height(), ratio, name,
                layout.second.width(), layout.link.isNull())  # fmt: skip
        return self._cache.of(
            seen,
            row,
            background=self._theme.colors.surface,
            ratio=ratio,
            paint=lambda onto: self._painter.paint_static(onto, row, layout, shown),
        )

    def _is_pointed_at(self, index: Index, action: RowAction) -> bool:
        return self.pointed_at is not None and self.pointed_at == (QPersistentModelIndex(index), action)

    def _tooltip(self, upload: UploadSnapshot, layout: RowLayout) -> str:
        """Return the tooltip: the name if it is elided, and the whole reason."""
        name = row_text.visible_name(upload.source.name)
        reason = row_text.whole_reason(upload)
        elided = self.fonts.name_metrics.horizontalAdvance(name) > layout.name.width()
        return tip(name if elided else "", reason)

    # Overrides of Qt

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row; if it only touches the area to be painted, just its background."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if _rect_of(option).top() == self.last_line:
            self._painter.paint_background(painter, _rect_of(option), _state_of(option))
        else:
            self._paint_row(painter, option, index)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size; all rows have the same height."""
        del index
        return QSize(_rect_of(option).width(), self.fonts.row_height)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the tooltip of a row."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return False
        layout = self.layout_of(_rect_of(option), index, active=is_active(option))
        QToolTip.showText(event.globalPos(), self._tooltip(index.data(Role.SNAPSHOT), layout), view)
        return True


def is_active(option: QStyleOptionViewItem) -> bool:
    """Return whether a row is hovered or focused, so that it shows its actions."""
    near = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
    return bool(_state_of(option) & near)


def _rect_of(option: QStyleOptionViewItem) -> QRect:
    return QRect(option.rect)


def _state_of(option: QStyleOptionViewItem) -> QStyle.StateFlag:
    state: QStyle.StateFlag = option.state
    return state
