"""Pictures of the rows in motion, without what moves in them: ten times a second only bar and figures are painted anew.

Used by `row_delegate.py`. While files are sent, every call of Qt's may have to wait for Python's lock; a row from its
picture takes about half the time.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor, QPainter, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from PySide6.QtCore import QRect

MOST: Final = 24
"""More than run at once: a picture is as wide as the window."""


class RowCache:
    """The newest pictures, each with what it shows (so that no other thing can be taken for it)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, QPixmap] = OrderedDict()

    def clear(self) -> None:
        """Forget them all: fonts, colours or the language changed."""
        self._kept.clear()

    def of(
        self, shown: Hashable, row: QRect, *, ground: str, ratio: float, paint: Callable[[QPainter], None]
    ) -> QPixmap:
        """Give the picture of what is shown, painted now where there is none; `paint` works in the row's own place."""
        if shown not in self._kept:
            self._kept[shown] = _painted(row, ground, ratio, paint)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(shown)
        return self._kept[shown]


def _painted(row: QRect, ground: str, ratio: float, paint: Callable[[QPainter], None]) -> QPixmap:
    picture = QPixmap(row.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(ground))  # opaque, so that letters are smoothed as on the window itself
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-row.topLeft())
    paint(painter)
    painter.end()
    return picture
