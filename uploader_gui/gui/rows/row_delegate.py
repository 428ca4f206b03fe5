"""Paints one upload as a row: tile, name, second line, state, bar or actions. Used by `upload_view.py`.

Nothing here keeps state of a row; what is painted comes from the snapshot, and `layout_of` tells the view
what lies where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QToolTip

from uploader_gui.engine.models import UploadSnapshot, UploadState
from uploader_gui.gui.rows import row_text
from uploader_gui.gui.rows.row_actions import RowAction, shown_always, shown_at_hand
from uploader_gui.gui.rows.row_layout import ActionArea, RowFonts, RowLayout, lay_out, separator
from uploader_gui.gui.rows.still_rows import StillRows
from uploader_gui.gui.rows.thumbnails import Thumbnails
from uploader_gui.gui.rows.upload_columns import Index, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem

    from uploader_gui.gui.look.theme import Theme
    from uploader_gui.gui.upload_model import UploadModel

_S = UploadState
_SYMBOLS: Final[Mapping[UploadState, tuple[str, str]]] = {
    _S.PREPARING: ("waiting", "accent"),
    _S.QUEUED: ("waiting", "muted"),
    _S.REGISTERING: ("waiting", "muted"),
    _S.REGISTERED: ("waiting", "muted"),
    _S.UPLOADING: ("sending", "accent"),
    _S.CONFIRMING: ("sending", "accent"),
    _S.RETRYING: ("retrying", "warning"),
    _S.UPLOADED: ("check", "ok"),
    _S.SKIPPED: ("check", "muted"),
    _S.FAILED: ("failed", "danger"),
    _S.REFUSED: ("refused", "warning"),
    _S.CANCELLED: ("refused", "muted"),
}
"""State -> symbol and the name of its colour; with the word beside it, state is never colour alone."""

_REASON_COLORS: Final = {_S.FAILED: "danger", _S.REFUSED: "warning"}
_LOOKS: Final = (
    QStyle.StateFlag.State_Selected
    | QStyle.StateFlag.State_MouseOver
    | QStyle.StateFlag.State_HasFocus
    | QStyle.StateFlag.State_KeyboardFocusChange
)
"""What of a view's state changes a row's ground."""
_BARS: Final = frozenset({_S.UPLOADING, _S.CONFIRMING, _S.RETRYING})
_ACROSS: Final = Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | _ACROSS
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | _ACROSS


class RowDelegate(QStyledItemDelegate):
    """The painted row.

    `pointed_at` is the action under the mouse, kept up to date by the view; `last_line` is the lowest one it is about
    to paint: Qt's paint a line more than has changed, and the row below those that have would be painted as well.
    """

    def __init__(self, theme: Theme, model: UploadModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self.thumbnails = Thumbnails(self)
        self.fonts = RowFonts(theme)
        self._still = StillRows()
        self.pointed_at: tuple[QPersistentModelIndex, RowAction] | None = None
        self.last_line = -1

    def measure_again(self) -> None:
        """Take over the theme's fonts, and another language's words, after a change."""
        self.fonts = RowFonts(self._theme)
        self._still.clear()

    def layout_of(self, row: QRect, index: Index, *, at_hand: bool) -> RowLayout:
        """Give what lies where in a row; `at_hand` rows show more actions."""
        upload: UploadSnapshot = index.data(Role.SNAPSHOT)
        state = row_text.state_text(upload, self._model.progress_of(upload.upload_id), self._model.clock())
        return self._lay_out(row, upload, state, at_hand=at_hand)

    def _lay_out(self, row: QRect, upload: UploadSnapshot, state: str, *, at_hand: bool) -> RowLayout:
        return lay_out(
            row,
            self.fonts,
            state=state,
            actions=shown_at_hand(upload) if at_hand else shown_always(upload),
            has_bar=upload.state in _BARS,
        )

    # Painting, from back to front

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        upload: UploadSnapshot = index.data(Role.SNAPSHOT)
        progress = self._model.progress_of(upload.upload_id)
        row, state = _rect_of(option), row_text.state_text(upload, progress, self._model.clock())
        layout = self._lay_out(row, upload, state, at_hand=is_at_hand(option))
        if upload.state in _BARS:
            painter.drawPixmap(row.topLeft(), self._still_picture(painter, option, upload, layout))
        else:
            self._paint_still(painter, option, upload, layout)
        self._paint_state(painter, upload, state, layout.state)
        if not layout.bar.isNull():
            self._paint_bar(painter, upload, row_text.fraction(upload, progress), layout.bar)
        for button in layout.actions:
            self._paint_action(painter, button, index)

    def _still_picture(
        self, painter: QPainter, option: QStyleOptionViewItem, upload: UploadSnapshot, layout: RowLayout
    ) -> QPixmap:
        """Give what does not move in a running row. A snapshot is another one whenever its upload changed."""
        row, ratio = _rect_of(option), painter.device().devicePixelRatioF()
        thumbnail = self.thumbnails.of(upload.source, layout.tile.width(), ratio)
        looks = _state_of(option) & _LOOKS
        name = min(layout.name.width(), self.fonts.name_width(upload.source.name))
        shown = (upload, thumbnail and thumbnail.cacheKey(), looks.value, row.width(), row.height(), ratio, name,
                 layout.second.width(), self._model.names_anomalies())  # fmt: skip
        return self._still.of(
            shown,
            row,
            ground=self._theme.colors.surface,
            ratio=ratio,
            paint=lambda onto: self._paint_still(onto, option, upload, layout),
        )

    def _paint_still(
        self, painter: QPainter, option: QStyleOptionViewItem, upload: UploadSnapshot, layout: RowLayout
    ) -> None:
        self._paint_line(painter, _rect_of(option))
        self._paint_ground(painter, option)
        self._paint_tile(painter, upload, layout.tile)
        self._paint_name(painter, upload, layout.name)
        self._paint_second(painter, upload, layout.second)
        self._paint_symbol(painter, upload, layout.disc)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colors, state = self._theme.colors, _state_of(option)
        color = ""
        if state & QStyle.StateFlag.State_Selected:
            color = colors.accent_soft
        elif state & QStyle.StateFlag.State_MouseOver:
            color = colors.hover
        area = QRectF(_rect_of(option)).adjusted(4.5, 1.5, -4.5, -2.5)
        focus = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        ring = QPen(QColor(colors.accent), 2) if state & focus == focus else QPen(Qt.PenStyle.NoPen)
        painter.setPen(ring)
        painter.setBrush(QColor(color) if color else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, 7, 7)

    def _paint_tile(self, painter: QPainter, upload: UploadSnapshot, tile: QRect) -> None:
        colors = self._theme.colors
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(tile, 7, 7)
        thumbnail = self.thumbnails.of(upload.source, tile.width(), painter.device().devicePixelRatioF())
        if thumbnail is not None:
            painter.drawPixmap(tile.topLeft(), thumbnail)
            return
        if icon := row_text.tile_icon(upload.source):
            self._paint_icon(painter, icon, colors.accent, _centred(tile, self._theme.px(20)))
            return
        painter.setFont(self.fonts.tile)
        painter.setPen(QColor(colors.accent))
        painter.drawText(tile, Qt.AlignmentFlag.AlignCenter, row_text.tile_letters(upload.source))

    def _paint_name(self, painter: QPainter, upload: UploadSnapshot, box: QRect) -> None:
        painter.setFont(self.fonts.name)
        painter.setPen(QColor(self._theme.colors.text))
        name = self.fonts.name_metrics.elidedText(
            row_text.visible_name(upload.source.name), Qt.TextElideMode.ElideMiddle, box.width()
        )
        painter.drawText(box, _LEFT, name)

    def _paint_second(self, painter: QPainter, upload: UploadSnapshot, box: QRect) -> None:
        metrics, colors = self.fonts.small_metrics, self._theme.colors
        painter.setFont(self.fonts.small)
        painter.setPen(QColor(colors.muted))
        facts, reason = self._facts(upload), row_text.reason_text(upload)
        painter.drawText(box, _LEFT, metrics.elidedText(facts, Qt.TextElideMode.ElideRight, box.width()))
        used = metrics.horizontalAdvance(facts) + self._theme.px(11) if facts else 0
        if reason and used < box.width():
            painter.setPen(QColor(getattr(colors, _REASON_COLORS.get(upload.state, "muted"))))
            rest = box.adjusted(used, 0, 0, 0)
            painter.drawText(rest, _LEFT, metrics.elidedText(reason, Qt.TextElideMode.ElideRight, rest.width()))

    def _paint_state(self, painter: QPainter, upload: UploadSnapshot, text: str, box: QRect) -> None:
        colors = self._theme.colors
        painter.setFont(self.fonts.state)
        painter.setPen(QColor(colors.text if upload.state is _S.UPLOADING else self._state_color(upload)))
        painter.drawText(box, _RIGHT, text)

    def _paint_symbol(self, painter: QPainter, upload: UploadSnapshot, disc: QRect) -> None:
        icon, color = _SYMBOLS[upload.state][0], self._state_color(upload)
        if icon == "waiting":
            self._paint_icon(painter, icon, color, _centred(disc, self._theme.px(14)))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(disc)
        self._paint_icon(painter, icon, self._theme.colors.surface, _centred(disc, self._theme.px(12)))

    def _paint_bar(self, painter: QPainter, upload: UploadSnapshot, share: float, bar: QRect) -> None:
        radius = bar.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colors.line))
        painter.drawRoundedRect(bar, radius, radius)
        if share <= 0:
            return
        painter.setBrush(QColor(self._state_color(upload)))
        done = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * share), bar.height())
        painter.drawRoundedRect(done, radius, radius)

    def _paint_action(self, painter: QPainter, button: ActionArea, index: Index) -> None:
        font = self.fonts.strong
        font.setUnderline(self._is_pointed_at(index, button.action))
        painter.setFont(font)
        font.setUnderline(False)
        painter.setPen(QColor(self._theme.colors.accent))
        painter.drawText(button.area, _RIGHT, button.label)

    def _paint_icon(self, painter: QPainter, name: str, color: str, box: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(QPointF(box.topLeft()), self._theme.icons.pixmap(name, color, box.width(), ratio=ratio))

    def _paint_line(self, painter: QPainter, row: QRect) -> None:
        painter.fillRect(separator(row, self.fonts), QColor(self._theme.colors.line))

    # What is painted

    def _state_color(self, upload: UploadSnapshot) -> str:
        color: str = getattr(self._theme.colors, _SYMBOLS[upload.state][1])
        return color

    def _facts(self, upload: UploadSnapshot) -> str:
        return row_text.facts_text(upload, with_anomaly=self._model.names_anomalies())

    def _is_pointed_at(self, index: Index, action: RowAction) -> bool:
        return self.pointed_at is not None and self.pointed_at == (QPersistentModelIndex(index), action)

    def _tip(self, upload: UploadSnapshot, layout: RowLayout) -> str:
        """Say what is elided, and the whole reason."""
        from html import escape  # noqa: PLC0415 - not before the window stands

        name = row_text.visible_name(upload.source.name)
        reason = row_text.whole_reason(upload)
        elided = self.fonts.name_metrics.horizontalAdvance(name) > layout.name.width()
        parts = [escape(part) for part in (name if elided else "", reason) if part]
        return f"<qt>{'<br>'.join(parts)}</qt>" if parts else ""

    # Qt asks

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if _rect_of(option).top() == self.last_line:
            self._paint_ground(painter, option)
        else:
            self._paint_row(painter, option, index)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give every row the same height."""
        del index
        return QSize(_rect_of(option).width(), self.fonts.row_height)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the tooltip of a row."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return False
        layout = self.layout_of(_rect_of(option), index, at_hand=is_at_hand(option))
        QToolTip.showText(event.globalPos(), self._tip(index.data(Role.SNAPSHOT), layout), view)
        return True


def is_at_hand(option: QStyleOptionViewItem) -> bool:
    """Tell whether a row is pointed at or has the keyboard, so that it shows all its actions."""
    near = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
    return bool(_state_of(option) & near)


def _centred(box: QRect, side: int) -> QRect:
    return QRect(box.left() + (box.width() - side) // 2, box.top() + (box.height() - side) // 2, side, side)


def _rect_of(option: QStyleOptionViewItem) -> QRect:
    return QRect(option.rect)


def _state_of(option: QStyleOptionViewItem) -> QStyle.StateFlag:
    state: QStyle.StateFlag = option.state
    return state
