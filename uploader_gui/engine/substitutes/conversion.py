"""A picture the service refuses becomes a JPEG: upright, with its colours, date and place. In a thread.

Called by `preparation.py`. Quality is high enough that nobody sees a difference; what one JPEG cannot hold
(several pages, an animation) is refused instead of being left out silently.
"""

from __future__ import annotations

import io
import os
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import CannotConvert, NotPrepared
from uploader_gui.engine.source import SourceReader
from uploader_gui.engine.substitutes import jpeg_colors, jpeg_exif
from uploader_gui.engine.substitutes.pictures import TOO_LARGE, opened, upright

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.substitutes.folder import Heartbeat

QUALITY: Final = 95
MAX_BYTES: Final = 400_000_000
"""A larger file is not read into memory; a sheet of A3 scanned at 600 dpi has 208 MB."""
_LARGE_PIXELS: Final = 40_000_000
_MAX_SIDE: Final = 65_500
"""libjpeg's limit."""
_MAX_XMP: Final = 65_502
"""One marker's room (XMP specification, part 3, "JPEG")."""
_SEVERAL: Final = "it has several pages or images"
_REDUCED: Final = 1
_NEW_SUBFILE_TYPE: Final = 254
_SUB_IFDS: Final = 330
_DNG_VERSION: Final = 50706


class Converter:
    """Makes JPEGs; of the large pictures one at a time, for each takes hundreds of megabytes."""

    def __init__(self) -> None:
        self._one_large = threading.Lock()

    def into_jpeg(self, source: Source, target: Path, heartbeat: Heartbeat) -> str:
        """Write a JPEG of the source's picture, and give the source's SHA-256 in hex.

        Raises:
            SourceError: it cannot be read, or changed meanwhile.
            CannotConvert, BrokenPicture: see `pictures.opened`.
            NotPrepared: the JPEG cannot be written.
        """
        data, sha256 = _whole(source, heartbeat)
        heartbeat.reading = False
        with opened(data) as picture:
            large = picture.width * picture.height > _LARGE_PIXELS
            with self._one_large if large else nullcontext():
                heartbeat.beat()
                _write(_encoded(picture), target)
        return sha256


def _whole(source: Source, heartbeat: Heartbeat) -> tuple[io.BytesIO, str]:
    """Read everything once: what is hashed is what is decoded, and decoding waits for no share."""
    if source.size > MAX_BYTES:
        raise CannotConvert(TOO_LARGE)
    reader, data = SourceReader(source), io.BytesIO()
    try:
        while block := reader.read():
            heartbeat.beat()
            data.write(block)
    finally:
        reader.close()
    data.seek(0)
    return data, reader.digests().sha256


def _encoded(picture: Image.Image) -> bytes:
    _check_single(picture)
    facts: dict[Any, Any] = dict(picture.info)  # what is done to the picture changes them
    turned = upright(picture)
    plain, profile = jpeg_colors.plain(turned, facts.get("icc_profile"))
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=QUALITY, subsampling="4:4:4", **_kept(turned, facts, profile))
    return made.getvalue()


def _kept(picture: Image.Image, facts: dict[Any, Any], profile: bytes | None) -> dict[str, Any]:
    """Give what else goes into the JPEG; what is not there is not named."""
    xmp = jpeg_exif.without_turn(facts.get("xmp") or b"")
    kept = {
        "exif": jpeg_exif.for_jpeg(picture, facts.get("exif")),
        "icc_profile": profile,
        "dpi": facts.get("dpi"),
        "xmp": xmp if len(xmp) <= _MAX_XMP else None,
    }
    return {name: value for name, value in kept.items() if value}


def _check_single(picture: Image.Image) -> None:
    if getattr(picture, "n_frames", 1) > 1:
        raise CannotConvert(_SEVERAL)
    if max(picture.size) > _MAX_SIDE:
        raise CannotConvert(TOO_LARGE)
    tags = getattr(picture, "tag_v2", None)
    if tags is not None and (tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED or _SUB_IFDS in tags or _DNG_VERSION in tags):
        raise CannotConvert(_SEVERAL)  # a raw photo: what stands first is only its preview


def _write(data: bytes, target: Path) -> None:
    try:
        with target.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotPrepared(error.strerror or str(error)) from error
