"""Thumbnails for the pictures in visible rows: asked for while a row is painted, decoded elsewhere, kept in bounds.

Used by `row_delegate.py`. Only what is painted is asked for, the newest first; what was scrolled past is forgotten.
A share that sleeps holds up its own pictures only, and nobody waits for it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPixmap

from uploader_gui.engine.concurrency import DaemonThreads
from uploader_gui.gui.upload_list import thumbnail_maker

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.pictures.decoder import PictureDecoder

MOST: Final = 600
MOST_BYTES: Final = 16_000_000
AT_ONCE: Final = 1
"""Scrolling and sending need the other cores: two at once made the longest gap in scrolling three times as long."""
STUCK_SECONDS: Final = 2.0
"""A picture that takes longer does not count among those at once any more."""
MOST_STUCK: Final = 12
MOST_WAITING: Final = 40
"""More rows than a screen shows."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thumbnail: of which file, as it was then, and how many pixels wide and high."""

    source: Source
    pixels: int


class Thumbnails(QObject):
    """What is known of pictures; `came` says that something can be painted better now.

    Without a `decoder` pictures that the register refuses keep their tiles.
    """

    came = Signal()
    _made = Signal(object, object)

    def __init__(
        self, parent: QObject | None = None, *, decoder: PictureDecoder | None = None, most: int = MOST
    ) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._most = most
        self._threads = DaemonThreads()
        self._kept: OrderedDict[Wish, QPixmap | None] = OrderedDict()
        self._waiting: OrderedDict[Wish, None] = OrderedDict()
        self._began: dict[Wish, float] = {}
        self._bytes = 0
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(int(STUCK_SECONDS * 1000))
        self._look.timeout.connect(self._go_on)
        self._made.connect(self._keep)

    def of(self, source: Source, side: int, ratio: float) -> QPixmap | None:
        """Give the thumbnail of a picture, `side` logical pixels wide and high, or None and see to it."""
        if not thumbnail_maker.is_picture(source):
            return None
        wish = Wish(source, round(side * ratio))
        if wish in self._kept:
            self._kept.move_to_end(wish)
            pixmap = self._kept[wish]
            if pixmap is not None:
                pixmap.setDevicePixelRatio(ratio)
            return pixmap
        self._want(wish)
        return None

    @property
    def kept_bytes(self) -> int:
        """How much memory the thumbnails take, in bytes."""
        return self._bytes

    def _want(self, wish: Wish) -> None:
        if wish in self._began:
            return
        self._waiting[wish] = None
        self._waiting.move_to_end(wish)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._may_begin():
            wish, _ = self._waiting.popitem()
            self._began[wish] = time.monotonic()
            self._threads.submit(self._make, wish)
        if not self._waiting:
            self._look.stop()
        elif not self._look.isActive():
            self._look.start()

    def _may_begin(self) -> bool:
        now = time.monotonic()
        lively = sum(now - began < STUCK_SECONDS for began in self._began.values())
        return lively < AT_ONCE and len(self._began) < MOST_STUCK

    def _keep(self, wish: Wish, image: QImage | None) -> None:
        self._began.pop(wish, None)
        pixmap = QPixmap.fromImage(image) if image is not None else None
        self._kept[wish] = pixmap
        self._bytes += _size(pixmap)
        while len(self._kept) > self._most or self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)
        self._go_on()
        if pixmap is not None:
            self.came.emit()

    # In a thread

    def _make(self, wish: Wish) -> None:
        image = thumbnail_maker.made(wish.source, wish.pixels, self._decoder)
        try:
            self._made.emit(wish, image)
        except RuntimeError:  # the window is gone, and Qt's part of this object with it
            return


def _size(pixmap: QPixmap | None) -> int:
    return 0 if pixmap is None else pixmap.width() * pixmap.height() * 4
