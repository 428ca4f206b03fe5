"""Where a drag stands, as the Qt at hand wants it told: since 6.12 whole points are of yesterday."""

from typing import Any

from PySide6 import __version_info__
from PySide6.QtCore import QPoint, QPointF


def drag_place(x: int, y: int) -> Any:
    """Return the first argument of `QDragEnterEvent` and `QDragMoveEvent`."""
    return QPointF(x, y) if __version_info__ >= (6, 12, 0) else QPoint(x, y)
