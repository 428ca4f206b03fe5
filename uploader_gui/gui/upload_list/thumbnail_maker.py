"""Makes one thumbnail: the middle of a picture as a square with round corners. Called by `thumbnails.py`, in threads.

Qt decodes what the register accepts, at the size that is needed; the decoder's process the rest, which is the less
trusted: a damaged picture has ended whole programs.
"""

from __future__ import annotations

import logging
import stat
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter

from uploader_gui.engine.models import mtime_of

if TYPE_CHECKING:
    from uploader_gui.engine.models import Source
    from uploader_gui.engine.pictures.decoder import PictureDecoder

log = logging.getLogger(__name__)

_BY_QT: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
_BY_DECODER: Final = frozenset({".heic", ".heif", ".webp", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg", ".png"})
"""Of files the register refuses; the last three are pictures under a false name."""
_ROUND: Final = 7 / 40
"""The corners' radius in a tile's width."""
_MAX_PIXELS: Final = 120_000_000
_MAX_BYTES: Final = 100_000_000
"""Of a file that is read into memory for a thumbnail: several may wait for the decoder."""


def is_picture(source: Source) -> bool:
    """Tell whether a file may be a picture, by what is known of it."""
    if source.media_type is not None:
        return source.media_type in _BY_QT
    return PurePath(source.name).suffix.lower() in _BY_DECODER


def made(source: Source, pixels: int, decoder: PictureDecoder | None = None) -> QImage | None:
    """Give the thumbnail, so many pixels wide and high; None where there is no picture to be seen."""
    try:
        facts = source.resolved.stat()
        if not stat.S_ISREG(facts.st_mode) or (facts.st_size, mtime_of(facts)) != (source.size, source.mtime_ns):
            return None
        picture = _by_qt(source, pixels) if source.media_type else _by_decoder(source, pixels, decoder)
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


def _by_decoder(source: Source, pixels: int, decoder: PictureDecoder | None) -> QImage | None:
    if decoder is None or source.size > _MAX_BYTES:
        return None
    small = decoder.thumbnail(source.resolved.read_bytes(), pixels)
    line = small.width * 4
    return QImage(small.content, small.width, small.height, line, QImage.Format.Format_RGBA8888).copy()


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
