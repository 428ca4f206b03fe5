"""Qt's delegate for the list: paints one upload as a row where `row_layout.py` places its parts, and has its tooltip.

Pictures of the rows that are painted often are cached.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QToolTip

from uploader_gui.engine.models import UploadSnapshot, UploadState
from uploader_gui.gui.style.widgets import paint_track, tip
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.row_actions import RowAction, active_row_actions, resting_row_actions
from uploader_gui.gui.upload_list.row_layout import RowFonts, RowLayout, lay_out, separator
from uploader_gui.gui.upload_list.thumbnails import Thumbnails
from uploader_gui.gui.upload_list.upload_model import Index, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem

    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.row_layout import ActionArea
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

_SYMBOLS: Final[Mapping[UploadState, tuple[str, str]]] = {
    _S.FETCHING: ("waiting", "accent"),
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
"""State -> symbol and the name of its colour; the word beside it says the same."""

_REASON_COLORS: Final = {_S.FAILED: "danger", _S.REFUSED: "warning"}

_ACROSS: Final = Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | _ACROSS
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | _ACROSS


@dataclass(frozen=True, slots=True)
class Shown:
    """What the static parts of a row show: its upload, whether its anomaly is named, and the selection's flags."""

    upload: UploadSnapshot
    with_anomaly: bool
    flags: QStyle.StateFlag


class RowDelegate(QStyledItemDelegate):
    """Paints rows.

    The view sets `pointed_at`, the action under the mouse, and `last_line`, the lowest pixel line of the area to be
    painted: Qt adds a line to the changed area, which would repaint the whole row below it.
    """

    def __init__(self, theme: Theme, model: UploadModel, parent: QObject, decoder: PictureDecoder | None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self.thumbnails = Thumbnails(self, decoder=decoder)
        self.fonts = RowFonts(theme)
        self._cache = RowCache()
        self.pointed_at: tuple[QPersistentModelIndex, RowAction] | None = None
        self.last_line = -1

    def measure_again(self) -> None:
        """Measure again after a change of the theme's fonts or the language."""
        self.fonts = RowFonts(self._theme)
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
            self._paint_static(painter, row, layout, shown)
        self._paint_state(painter, upload, state, layout.state)
        if not layout.bar.isNull():
            self._paint_bar(painter, upload, row_text.fraction(upload, progress), layout.bar)
        for button in layout.actions:
            self._paint_action(painter, button, underlined=self._is_pointed_at(index, button.action))

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
            paint=lambda onto: self._paint_static(onto, row, layout, shown),
        )

    def _paint_static(self, painter: QPainter, row: QRect, layout: RowLayout, shown: Shown) -> None:
        """Paint the parts that do not change while a file is sent, from back to front."""
        painter.fillRect(separator(row, self.fonts), QColor(self._theme.colors.line))
        self._paint_background(painter, row, shown.flags)
        self._paint_tile(painter, shown.upload, layout.tile)
        self._paint_name(painter, shown.upload, layout.name)
        self._paint_second(painter, shown, layout.second, layout.link)
        self._paint_symbol(painter, shown.upload, layout.disc)

    def _paint_background(self, painter: QPainter, row: QRect, flags: QStyle.StateFlag) -> None:
        """Paint the background that shows that a row is selected, hovered or focused."""
        colors = self._theme.colors
        color = ""
        if flags & QStyle.StateFlag.State_Selected:
            color = colors.accent_soft
        elif flags & QStyle.StateFlag.State_MouseOver:
            color = colors.hover
        area = QRectF(row).adjusted(4.5, 1.5, -4.5, -2.5)
        focus = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        ring = QPen(QColor(colors.accent), 2) if flags & focus == focus else QPen(Qt.PenStyle.NoPen)
        painter.setPen(ring)
        painter.setBrush(QColor(color) if color else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, 7, 7)
        if colors.are_few and flags & QStyle.StateFlag.State_Selected:
            painter.fillRect(area.adjusted(2, 7, 6 - area.width(), -7), QColor(colors.text))

    def _paint_state(self, painter: QPainter, upload: UploadSnapshot, text: str, box: QRect) -> None:
        colors = self._theme.colors
        painter.setFont(self.fonts.state)
        is_figure = upload.state in row_text.UNDER_WAY and text != row_text.state_word(upload)
        painter.setPen(QColor(colors.text if is_figure else self._state_color(upload)))
        painter.drawText(box, _RIGHT, text)

    def _paint_bar(self, painter: QPainter, upload: UploadSnapshot, share: float, bar: QRect) -> None:
        radius = bar.height() / 2
        paint_track(painter, QRectF(bar), self._theme.colors)
        if share <= 0:
            return
        painter.setBrush(QColor(self._state_color(upload)))
        done = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * share), bar.height())
        painter.drawRoundedRect(done, radius, radius)

    def _paint_action(self, painter: QPainter, button: ActionArea, *, underlined: bool) -> None:
        font = self.fonts.strong
        font.setUnderline(underlined)
        painter.setFont(font)
        font.setUnderline(False)
        painter.setPen(QColor(self._theme.colors.accent))
        painter.drawText(button.area, _RIGHT, button.label)

    def _paint_tile(self, painter: QPainter, upload: UploadSnapshot, tile: QRect) -> None:
        colors = self._theme.colors
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(tile, 7, 7)
        thumbnail = self.thumbnails.of(upload.source, tile.width(), painter.device().devicePixelRatioF())
        if thumbnail is not None:
            painter.drawPixmap(tile.topLeft(), thumbnail)
            return
        if icon := row_text.tile_icon(upload):
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

    def _paint_link(self, painter: QPainter, text: str, box: QRect) -> None:
        font = self.fonts.small
        font.setUnderline(True)
        painter.setFont(font)
        font.setUnderline(False)
        painter.setPen(QColor(self._theme.colors.accent))
        painter.drawText(box, _LEFT, text)
        painter.setFont(font)

    def _paint_second(self, painter: QPainter, shown: Shown, box: QRect, link: QRect) -> None:
        metrics, colors, upload = self.fonts.small_metrics, self._theme.colors, shown.upload
        painter.setFont(self.fonts.small)
        painter.setPen(QColor(colors.muted))
        facts, reason = row_text.facts_text(upload, with_anomaly=shown.with_anomaly), row_text.reason_text(upload)
        painter.save()
        painter.setClipRegion(QRegion(box) - QRegion(link), Qt.ClipOperation.IntersectClip)
        painter.drawText(box, _LEFT, metrics.elidedText(facts, Qt.TextElideMode.ElideRight, box.width()))
        painter.restore()
        if not link.isNull():
            self._paint_link(painter, row_text.anomaly_text(upload), link)
        used = metrics.horizontalAdvance(facts) + self._theme.px(11) if facts else 0
        if reason and used < box.width():
            painter.setPen(QColor(getattr(colors, _REASON_COLORS.get(upload.state, "muted"))))
            rest = box.adjusted(used, 0, 0, 0)
            painter.drawText(rest, _LEFT, metrics.elidedText(reason, Qt.TextElideMode.ElideRight, rest.width()))

    def _paint_symbol(self, painter: QPainter, upload: UploadSnapshot, disc: QRect) -> None:
        icon, color = _SYMBOLS[upload.state][0], self._state_color(upload)
        if icon == "waiting":
            self._paint_icon(painter, icon, color, _centred(disc, self._theme.px(14)))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(disc)
        self._paint_icon(painter, icon, self._theme.colors.surface, _centred(disc, self._theme.px(12)))

    def _paint_icon(self, painter: QPainter, name: str, color: str, box: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(QPointF(box.topLeft()), self._theme.icons.pixmap(name, color, box.width(), ratio=ratio))

    def _state_color(self, upload: UploadSnapshot) -> str:
        color: str = getattr(self._theme.colors, _SYMBOLS[upload.state][1])
        return color

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
            self._paint_background(painter, _rect_of(option), _state_of(option))
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


def _centred(box: QRect, side: int) -> QRect:
    return QRect(box.left() + (box.width() - side) // 2, box.top() + (box.height() - side) // 2, side, side)


MAX_PICTURES: Final = 24
"""Pictures kept: more than transfers run at once. Each is as wide as the window."""


class RowCache:
    """Caches the newest pictures of rows, each under a key of all that it shows."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, QPixmap] = OrderedDict()

    def clear(self) -> None:
        """Remove all: fonts, colours or the language changed."""
        self._kept.clear()

    def of(
        self, shown: Hashable, row: QRect, *, background: str, ratio: float, paint: Callable[[QPainter], None]
    ) -> QPixmap:
        """Return the picture for a key, painted now if there is none; `paint` draws in the view's coordinates."""
        if shown not in self._kept:
            self._kept[shown] = _painted(row, background, ratio, paint)
            if len(self._kept) > MAX_PICTURES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(shown)
        return self._kept[shown]


def _painted(row: QRect, background: str, ratio: float, paint: Callable[[QPainter], None]) -> QPixmap:
    picture = QPixmap(row.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(background))  # opaque, so that text is smoothed as in the window
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-row.topLeft())
    paint(painter)
    painter.end()
    return picture
