"""Thumbnails of pictures in visible rows: requested while a row is painted, made in threads, kept in a bounded cache.

The newest request comes first, and old ones are dropped when the list is scrolled. A slow share delays only its own
pictures. Qt decodes the types that the register accepts, at the size needed; the decoder's process decodes the
others, for a damaged picture can crash whatever decodes it.
"""

from __future__ import annotations

import logging
import stat
import struct
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter, QPixmap

from uploader_gui.engine.media import extension_of
from uploader_gui.engine.models import mtime_of
from uploader_gui.engine.tasks_and_threads import DaemonThreads
from uploader_gui.gui.bridge import ThreadSignal
from uploader_gui.gui.style.widgets import one_shot

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.pictures.decoder import PictureDecoder

log = logging.getLogger(__name__)

MOST: Final = 600
MOST_BYTES: Final = 16_000_000
AT_ONCE: Final = 1
"""Thumbnails made at once: with two, the longest gap in scrolling was three times as long."""
STUCK_SECONDS: Final = 2.0
"""A picture that takes longer no longer counts towards `AT_ONCE`."""
MOST_STUCK: Final = 12
MOST_WAITING: Final = 40
"""Waiting requests: more than a screen has rows."""
_BY_QT: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
_BY_DECODER: Final = frozenset(
    {".heic", ".heif", ".hif", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".jpg", ".jpeg", ".png"}
)
"""Extensions of files without an accepted type; the last three are pictures with a wrong extension."""
_HEAD_BYTES: Final = 26
_SEGMENT: Final = struct.Struct(">BBHBHH")
_MAX_SEGMENTS: Final = 5000
_MARK: Final = 0xFF
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The segments of a JPEG that begin with depth, height and width (ITU-T T.81, B.2.2)."""
_ROUND: Final = 7 / 40
"""The corner radius as a share of a tile's width."""
_MAX_PIXELS: Final = 120_000_000
_MAX_BYTES: Final = 100_000_000
"""The largest file that is read into memory for the decoder: several may wait for it."""


@dataclass(frozen=True, slots=True)
class ThumbnailKey:
    """Identifies a thumbnail: the file as it was when inspected, and the width and height in pixels."""

    source: Source
    pixels: int


class Thumbnails(QObject):
    """Makes and caches thumbnails; `came`: one is ready, so rows should be painted again.

    Without a `decoder` only JPEG, PNG and GIF have thumbnails.
    """

    came = Signal()

    def __init__(
        self, parent: QObject | None = None, *, decoder: PictureDecoder | None = None, most: int = MOST
    ) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._most = most
        self._threads = DaemonThreads()
        self._kept: OrderedDict[ThumbnailKey, QPixmap | None] = OrderedDict()
        self._waiting: OrderedDict[ThumbnailKey, None] = OrderedDict()
        self._began: dict[ThumbnailKey, float] = {}
        self.kept_bytes = 0
        self._stuck_timer = one_shot(self, int(STUCK_SECONDS * 1000), self._begin_waiting)
        self._made = ThreadSignal(self._keep)

    def of(self, source: Source, side: int, ratio: float) -> QPixmap | None:
        """Return a thumbnail, `side` logical pixels wide and high; None if there is none yet, and request it."""
        if not is_picture(source):
            return None
        key = ThumbnailKey(source, round(side * ratio))
        if key in self._kept:
            self._kept.move_to_end(key)
            pixmap = self._kept[key]
            if pixmap is not None:
                pixmap.setDevicePixelRatio(ratio)
            return pixmap
        self._want(key)
        return None

    def _want(self, key: ThumbnailKey) -> None:
        if key in self._began:
            return
        self._waiting[key] = None
        self._waiting.move_to_end(key)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._begin_waiting()

    def _begin_waiting(self) -> None:
        while self._waiting and self._may_begin():
            key, _ = self._waiting.popitem()
            self._began[key] = time.monotonic()
            self._threads.submit(self._make, key)
        if not self._waiting:
            self._stuck_timer.stop()
        elif not self._stuck_timer.isActive():
            self._stuck_timer.start()

    def _may_begin(self) -> bool:
        now = time.monotonic()
        counted = sum(now - began < STUCK_SECONDS for began in self._began.values())
        return counted < AT_ONCE and len(self._began) < MOST_STUCK

    def _keep(self, made: tuple[ThumbnailKey, QImage | None]) -> None:
        key, image = made
        self._began.pop(key, None)
        pixmap = QPixmap.fromImage(image) if image is not None else None
        self._kept[key] = pixmap
        self.kept_bytes += _size(pixmap)
        while len(self._kept) > self._most or self.kept_bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self.kept_bytes -= _size(oldest)
        self._begin_waiting()
        if pixmap is not None:
            self.came.emit()

    # In a thread

    def _make(self, key: ThumbnailKey) -> None:
        self._made.told.emit((key, make_thumbnail(key.source, key.pixels, self._decoder)))


def _size(pixmap: QPixmap | None) -> int:
    return 0 if pixmap is None else pixmap.width() * pixmap.height() * 4


def is_picture(source: Source) -> bool:
    """Return whether a file may be a picture, by its media type or extension."""
    if source.media_type is not None:
        return source.media_type in _BY_QT
    return extension_of(source.name) in _BY_DECODER


def make_thumbnail(source: Source, pixels: int, decoder: PictureDecoder | None = None) -> QImage | None:
    """Return the middle of a picture as a square of `pixels` with round corners; None where it cannot be decoded.

    None, too, where the file has changed since it was inspected.
    """
    try:
        facts = source.resolved.stat()
        if not stat.S_ISREG(facts.st_mode) or (facts.st_size, mtime_of(facts)) != (source.size, source.mtime_ns):
            return None
        picture = _by_qt(source, pixels) if source.media_type else _by_decoder(source, pixels, decoder)
    except Exception as error:  # noqa: BLE001 - any failure of a decoder means: no thumbnail
        log.debug("no thumbnail: %s", type(error).__name__)
        return None
    return None if picture is None or picture.isNull() else _rounded(picture, pixels)


def _by_qt(source: Source, pixels: int) -> QImage | None:
    reader = QImageReader(str(source.resolved))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    whole = _size_in(source.resolved)
    if whole.isEmpty() or whole.width() * whole.height() > _MAX_PIXELS:
        return None
    reader.setScaledSize(_covering(whole, pixels))
    return reader.read()


def _size_in(path: Path) -> QSize:
    """Return the size that a JPEG, PNG or GIF says it has, an empty one where it says none.

    Not by Qt: unlike `read`, its `size` keeps Python's lock, on a slow share or with long texts in a PNG for minutes.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if head.startswith(b"\x89PNG"):
            return QSize(*struct.unpack_from(">II", head, 16))
        if head.startswith(b"GIF"):
            return QSize(*struct.unpack_from("<HH", head, 6))
        at = 2
        for _ in range(_MAX_SEGMENTS):
            file.seek(at)
            mark, code, length, _, height, width = _SEGMENT.unpack(file.read(_SEGMENT.size))
            is_segment = mark == _MARK != code  # or one of the bytes that may stand before one
            if is_segment and code in _FRAMES:
                return QSize(width, height)
            at += 2 + length if is_segment else 1
    return QSize()


def _by_decoder(source: Source, pixels: int, decoder: PictureDecoder | None) -> QImage | None:
    if decoder is None or source.size > _MAX_BYTES:
        return None
    small = decoder.thumbnail(source.resolved.read_bytes(), pixels)
    line = small.width * 4
    return QImage(small.content, small.width, small.height, line, QImage.Format.Format_RGBA8888).copy()


def _covering(whole: QSize, pixels: int) -> QSize:
    """Return the size at which a picture just covers the square; a smaller picture keeps its size."""
    if min(whole.width(), whole.height()) <= pixels:
        return whole
    return whole.scaled(pixels, pixels, Qt.AspectRatioMode.KeepAspectRatioByExpanding)


def _rounded(picture: QImage, pixels: int) -> QImage:
    """Return the middle of the picture; a small one is enlarged, so that all tiles have the same size."""
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
