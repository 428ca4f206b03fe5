"""The layout of a row: the rectangles of its parts, for painting, clicks and tooltips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFont, QFontMetrics

from uploader_gui.gui.upload_list.row_actions import RowAction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPoint

    from uploader_gui.gui.style.theme import Theme

ROW_HEIGHT: Final = 60
_TILE: Final = 40
_TILE_LEFT: Final = 14
_TEXT_LEFT: Final = 68
_RIGHT: Final = 15
_DISC: Final = 16
_BAR: Final = 4
_BAR_WIDTH: Final = 220
_LINE_GAP: Final = 5
_STATE_GAP: Final = 7
_ACTION_GAP: Final = 16
_COLUMN_GAP: Final = 16
_MAX_WIDTHS: Final = 200


class RowFonts:
    """The fonts of a row, measured once per theme."""

    def __init__(self, theme: Theme) -> None:
        self.name = theme.font(14, QFont.Weight.Medium)
        self.small = theme.font(12)
        self.strong = theme.font(12, QFont.Weight.DemiBold)
        self.state = theme.font(12, QFont.Weight.Medium)
        self.tile = theme.font(10, QFont.Weight.Bold)
        self.name_metrics = QFontMetrics(self.name)
        self.small_metrics = QFontMetrics(self.small)
        self.strong_metrics = QFontMetrics(self.strong)
        self.state_metrics = QFontMetrics(self.state)
        self.lines_height = self.name_metrics.height() + _LINE_GAP + self.small_metrics.height()
        self.px = theme.px
        self.row_height = max(theme.px(ROW_HEIGHT), self.lines_height + theme.px(16))
        self.name_width: Callable[[str], int] = lru_cache(_MAX_WIDTHS)(self.name_metrics.horizontalAdvance)
        """Returns a name's width in pixels; running rows, which are painted often, are measured once."""


@dataclass(frozen=True, slots=True)
class ActionArea:
    """A text button of a row: its action, label and clickable area."""

    action: RowAction
    label: str
    area: QRect


@dataclass(frozen=True, slots=True)
class RowLayout:
    """The rectangles of one row, in the view's coordinates."""

    tile: QRect
    name: QRect
    second: QRect
    state: QRect
    disc: QRect
    bar: QRect
    actions: tuple[ActionArea, ...]
    link: QRect
    """Where the second line names the anomaly, if that is a link to its page."""

    def action_at(self, point: QPoint) -> RowAction | None:
        """Return the action at a point, or None."""
        if self.link.contains(point):
            return RowAction.OPEN_ANOMALY
        return next((button.action for button in self.actions if button.area.contains(point)), None)


def lay_out(
    row: QRect,
    fonts: RowFonts,
    *,
    state: str,
    actions: Sequence[RowAction],
    has_bar: bool,
    link: tuple[str, str] | None = None,
) -> RowLayout:
    """Return the layout of a row: state, bar and actions at the right, the texts get the rest.

    `link`: what stands before the link in the second line, and the link.
    """
    right = row.right() - fonts.px(_RIGHT) + 1
    top = row.top() + (row.height() - fonts.lines_height) // 2
    first = QRect(row.left(), top, row.width(), fonts.name_metrics.height())
    second = QRect(row.left(), first.bottom() + 1 + _LINE_GAP, row.width(), fonts.small_metrics.height())
    disc = _disc(first, right, fonts)
    state_right = disc.left() - fonts.px(_STATE_GAP)
    state_box = _between(first, state_right - fonts.state_metrics.horizontalAdvance(state), state_right)
    buttons = _buttons(second, right, fonts, actions)
    buttons_left = buttons[0].area.left() if buttons else right
    bar = _bar(second, row, buttons_left, fonts) if has_bar else QRect()
    text_left = row.left() + fonts.px(_TEXT_LEFT)
    second_right = bar.left() if has_bar else buttons_left
    texts = _between(second, text_left, second_right - fonts.px(_COLUMN_GAP))
    return RowLayout(
        tile=_tile(row, fonts),
        name=_between(first, text_left, state_box.left() - fonts.px(_COLUMN_GAP)),
        second=texts,
        state=state_box,
        disc=disc,
        bar=bar,
        actions=buttons,
        link=QRect() if link is None else _link(texts, fonts, *link),
    )


def separator(row: QRect, fonts: RowFonts) -> QRect:
    """Return the line below a row, from the text to the right margin."""
    left = row.left() + fonts.px(_TEXT_LEFT)
    return QRect(left, row.bottom(), row.right() - fonts.px(11) - left, 1)


def _link(texts: QRect, fonts: RowFonts, before: str, link: str) -> QRect:
    left = texts.left() + fonts.small_metrics.horizontalAdvance(before)
    return QRect(left, texts.top(), fonts.small_metrics.horizontalAdvance(link), texts.height()).intersected(texts)


def _tile(row: QRect, fonts: RowFonts) -> QRect:
    side = fonts.px(_TILE)
    top = row.top() + (row.height() - side) // 2
    return QRect(row.left() + fonts.px(_TILE_LEFT), top, side, side)


def _disc(line: QRect, right: int, fonts: RowFonts) -> QRect:
    side = fonts.px(_DISC)
    return QRect(right - side + 2, line.center().y() - side // 2 + 1, side, side)


def _between(line: QRect, left: int, right: int) -> QRect:
    return QRect(left, line.top(), max(0, right - left), line.height())


def _bar(line: QRect, row: QRect, right: int, fonts: RowFonts) -> QRect:
    """Return the bar's area: it ends before the actions and takes two fifths of a narrow row at most."""
    edge = row.right() - fonts.px(_RIGHT) + 1
    left = edge - min(fonts.px(_BAR_WIDTH), row.width() * 2 // 5)
    end = right if right == edge else right - fonts.px(_ACTION_GAP)
    height = fonts.px(_BAR)
    return QRect(left, line.center().y() - height // 2 + 1, end - left, height)


def _buttons(line: QRect, right: int, fonts: RowFonts, actions: Sequence[RowAction]) -> tuple[ActionArea, ...]:
    """Return the text buttons, right-aligned, with clickable areas higher than the text.

    More appears when the row is hovered. It is left of the others, which must not move under the pointer.
    """
    areas: list[ActionArea] = []
    from_the_left = sorted(actions, key=lambda one: one is not RowAction.MORE)
    for action in reversed(from_the_left):
        size = _button_size(action, fonts)
        box = QRect(right - size.width(), line.center().y() - size.height() // 2, size.width(), size.height())
        areas.insert(0, ActionArea(action, action.label, box))
        right = box.left() - fonts.px(_ACTION_GAP)
    return tuple(areas)


def _button_size(action: RowAction, fonts: RowFonts) -> QSize:
    return QSize(fonts.strong_metrics.horizontalAdvance(action.label), fonts.small_metrics.height() + 8)
