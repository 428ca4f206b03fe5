"""Paints the parts of a row where `row_layout.py` places them, from the snapshot alone; caches pictures of rows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QStyle

from uploader_gui.engine.models import UploadState
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.row_layout import separator

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.upload_list.row_layout import ActionArea, RowFonts, RowLayout
    from uploader_gui.gui.upload_list.thumbnails import Thumbnails


_S = UploadState
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


class RowPainter:
    """Paints with one theme and its fonts; replaced when they change."""

    def __init__(self, theme: Theme, fonts: RowFonts, thumbnails: Thumbnails) -> None:
        self._theme = theme
        self._fonts = fonts
        self._thumbnails = thumbnails

    def paint_static(self, painter: QPainter, row: QRect, layout: RowLayout, shown: Shown) -> None:
        """Paint the parts that do not change while a file is sent, from back to front."""
        self._paint_line(painter, row)
        self.paint_background(painter, row, shown.flags)
        self._paint_tile(painter, shown.upload, layout.tile)
        self._paint_name(painter, shown.upload, layout.name)
        self._paint_second(painter, shown, layout.second, layout.link)
        self._paint_symbol(painter, shown.upload, layout.disc)

    def paint_background(self, painter: QPainter, row: QRect, flags: QStyle.StateFlag) -> None:
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

    def paint_state(self, painter: QPainter, upload: UploadSnapshot, text: str, box: QRect) -> None:
        """Paint the state's text at the right."""
        colors = self._theme.colors
        painter.setFont(self._fonts.state)
        painter.setPen(QColor(colors.text if upload.state is _S.UPLOADING else self._state_color(upload)))
        painter.drawText(box, _RIGHT, text)

    def paint_bar(self, painter: QPainter, upload: UploadSnapshot, share: float, bar: QRect) -> None:
        """Paint the progress bar; `share` is 0 to 1."""
        radius = bar.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colors.line))
        painter.drawRoundedRect(bar, radius, radius)
        if share <= 0:
            return
        painter.setBrush(QColor(self._state_color(upload)))
        done = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * share), bar.height())
        painter.drawRoundedRect(done, radius, radius)

    def paint_action(self, painter: QPainter, button: ActionArea, *, underlined: bool) -> None:
        """Paint a text button."""
        font = self._fonts.strong
        font.setUnderline(underlined)
        painter.setFont(font)
        font.setUnderline(False)
        painter.setPen(QColor(self._theme.colors.accent))
        painter.drawText(button.area, _RIGHT, button.label)

    # Inside

    def _paint_line(self, painter: QPainter, row: QRect) -> None:
        painter.fillRect(separator(row, self._fonts), QColor(self._theme.colors.line))

    def _paint_tile(self, painter: QPainter, upload: UploadSnapshot, tile: QRect) -> None:
        colors = self._theme.colors
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(tile, 7, 7)
        thumbnail = self._thumbnails.of(upload.source, tile.width(), painter.device().devicePixelRatioF())
        if thumbnail is not None:
            painter.drawPixmap(tile.topLeft(), thumbnail)
            return
        if icon := row_text.tile_icon(upload):
            self._paint_icon(painter, icon, colors.accent, _centred(tile, self._theme.px(20)))
            return
        painter.setFont(self._fonts.tile)
        painter.setPen(QColor(colors.accent))
        painter.drawText(tile, Qt.AlignmentFlag.AlignCenter, row_text.tile_letters(upload.source))

    def _paint_name(self, painter: QPainter, upload: UploadSnapshot, box: QRect) -> None:
        painter.setFont(self._fonts.name)
        painter.setPen(QColor(self._theme.colors.text))
        name = self._fonts.name_metrics.elidedText(
            row_text.visible_name(upload.source.name), Qt.TextElideMode.ElideMiddle, box.width()
        )
        painter.drawText(box, _LEFT, name)

    def _paint_link(self, painter: QPainter, text: str, box: QRect) -> None:
        """Paint the anomaly as a link."""
        font = self._fonts.small
        font.setUnderline(True)
        painter.setFont(font)
        font.setUnderline(False)
        painter.setPen(QColor(self._theme.colors.accent))
        painter.drawText(box, _LEFT, text)
        painter.setFont(font)

    def _paint_second(self, painter: QPainter, shown: Shown, box: QRect, link: QRect) -> None:
        metrics, colors, upload = self._fonts.small_metrics, self._theme.colors, shown.upload
        painter.setFont(self._fonts.small)
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
