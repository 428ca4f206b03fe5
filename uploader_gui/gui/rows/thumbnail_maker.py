"""Makes one thumbnail: the middle of a picture as a square with round corners. Called by `thumbnails.py`, in threads.

Qt decodes what the register accepts, at the size that is needed; Pillow (loaded here, when it is needed) the rest.
"""

from __future__ import annotations

import logging
import stat
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter

if TYPE_CHECKING:
    from PIL.Image import Image

    from uploader_gui.engine.models import Source

log = logging.getLogger(__name__)

_BY_QT: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
_BY_PILLOW: Final = frozenset({".heic", ".heif", ".webp", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg", ".png"})
"""Of files the register refuses; the last three are pictures under a false name."""
_ROUND: Final = 7 / 40
"""The corners' radius in a tile's width."""
_MAX_PIXELS: Final = 120_000_000


def is_picture(source: Source) -> bool:
    """Tell whether a file may be a picture, by what is known of it."""
    if source.media_type is not None:
        return source.media_type in _BY_QT
    return PurePath(source.name).suffix.lower() in _BY_PILLOW


def made(source: Source, pixels: int) -> QImage | None:
    """Give the thumbnail, so many pixels wide and high; None where there is no picture to be seen."""
    try:
        facts = source.resolved.stat()
        if not stat.S_ISREG(facts.st_mode) or (facts.st_size, facts.st_mtime_ns) != (source.size, source.mtime_ns):
            return None
        picture = _by_qt(source, pixels) if source.media_type else _by_pillow(source, pixels)
    except Exception as error:  # noqa: BLE001 - a picture nobody can decode keeps its tile, whatever the decoder says
        log.debug("no thumbnail: %s", type(error).__name__)
        return None
    return None if picture is None or picture.isNull() else _rounded(picture, pixels)


def _by_qt(source: Source, pixels: int) -> QImage | None:
    reader = QImageReader(str(source.resolved))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    whole = reader.size()
    if not whole.isValid() or whole.width() * whole.height() > _MAX_PIXELS:
        return None
    reader.setScaledSize(_covering(whole, pixels))
    return reader.read()


def _by_pillow(source: Source, pixels: int) -> QImage:
    from uploader_gui.engine.substitutes.jpeg_colors import plain  # noqa: PLC0415 - Pillow is heavy: only where it is needed
    from uploader_gui.engine.substitutes.pictures import opened, upright  # noqa: PLC0415 - as above

    with source.resolved.open("rb") as file, opened(file) as picture:
        picture.load()
        target = _covering(QSize(*picture.size), pixels)
        picture.thumbnail((max(target.width(), 1), max(target.height(), 1)))
        small = upright(picture)
        return _as_qt(small if small.has_transparency_data else plain(small, None)[0])


def _as_qt(picture: Image) -> QImage:
    pixels = picture.convert("RGBA")
    line = pixels.width * 4
    return QImage(pixels.tobytes(), pixels.width, pixels.height, line, QImage.Format.Format_RGBA8888).copy()


def _covering(whole: QSize, pixels: int) -> QSize:
    """Give the size in which a picture just covers the square; a smaller one stays as it is."""
    if min(whole.width(), whole.height()) <= pixels:
        return whole
    return whole.scaled(pixels, pixels, Qt.AspectRatioMode.KeepAspectRatioByExpanding)


def _rounded(picture: QImage, pixels: int) -> QImage:
    """Paint the middle of the picture; a small one is enlarged, so that all tiles are alike."""
    cover = picture.scaled(
        QSize(pixels, pixels),
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    middle = cover.copy((cover.width() - pixels) // 2, (cover.height() - pixels) // 2, pixels, pixels)
    target = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    target.fill(Qt.GlobalColor.transparent)
    painter = QPainter(target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(middle))
    painter.drawRoundedRect(QRectF(0, 0, pixels, pixels), pixels * _ROUND, pixels * _ROUND)
    painter.end()
    return target
