"""Our own pictures (resources/icons/*.svg), coloured where they are needed. One `Icons` belongs to the theme.

The files draw with `currentColor`, one stroke width; here it becomes the colour asked for.
"""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from uploader_gui.paths import find_resource


class Icons:
    """Renders icons and remembers them by name, colour, size and device pixel ratio."""

    def __init__(self) -> None:
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def forget(self) -> None:
        """Drop what was rendered: the colours have changed."""
        self._pixmaps.clear()

    def pixmap(self, name: str, color: str, size: int, *, ratio: float = 1.0) -> QPixmap:
        """Give a square pixmap; `size` is in logical pixels, `ratio` device pixels per logical one."""
        key = (name, color, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _rendered(name, color, QSize(size, size), ratio)
        return self._pixmaps[key]

    def icon(self, name: str, color: str, size: int) -> QIcon:
        """Give an icon for a button, sharp on every screen there is."""
        icon = QIcon()
        for ratio in {float(ceil(screen.devicePixelRatio())) for screen in QGuiApplication.screens()}:
            icon.addPixmap(self.pixmap(name, color, size, ratio=ratio))
        return icon


def _rendered(name: str, color: str, size: QSize, ratio: float) -> QPixmap:
    source = find_resource(f"icons/{name}.svg").read_bytes().replace(b"currentColor", color.encode())
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source)).render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return pixmap
