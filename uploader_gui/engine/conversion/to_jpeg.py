"""Converts a picture the service refuses into a JPEG file. Call it in a thread.

The decoder's process gets the picture's bytes, never its path: a sleeping share does not stop it, and the bytes that
are hashed are those that are decoded.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import CannotConvert, NotPrepared
from uploader_gui.engine.pictures.messages import TOO_LARGE
from uploader_gui.engine.source import SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.engine.conversion.temp_files import Heartbeat
    from uploader_gui.engine.models import Source
    from uploader_gui.engine.pictures.decoder import PictureDecoder

MAX_BYTES: Final = 400_000_000
"""Larger files are not read into memory; a sheet of A3 scanned at 600 dpi has 208 MB."""


def into_jpeg(source: Source, target: Path, heartbeat: Heartbeat, decoder: PictureDecoder) -> tuple[str, bool]:
    """Write a JPEG of the source's picture; return the source's SHA-256 in hex, and whether metadata were unreadable.

    Raises:
        SourceError: it cannot be read, or has changed.
        CannotConvert, BrokenPicture: see `PictureDecoder.jpeg`.
        NotPrepared: the JPEG cannot be written, or there is no decoder.
    """
    content, sha256 = _whole(source, heartbeat)
    heartbeat.reading = False
    jpeg = decoder.jpeg(content, heartbeat.beat)
    heartbeat.beat()
    _write(jpeg.content, target)
    return sha256, jpeg.without_metadata


def _whole(source: Source, heartbeat: Heartbeat) -> tuple[bytes, str]:
    """Return the source's bytes and their SHA-256 in hex."""
    if source.size > MAX_BYTES:
        raise CannotConvert(TOO_LARGE)
    reader, data = SourceReader(source, reading_again=heartbeat.beat), io.BytesIO()
    try:
        while block := reader.read():
            heartbeat.beat()
            data.write(block)
    finally:
        reader.close()
    return data.getvalue(), reader.digests().sha256


def _write(data: bytes, target: Path) -> None:
    try:
        with target.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotPrepared(error.strerror or str(error)) from error
