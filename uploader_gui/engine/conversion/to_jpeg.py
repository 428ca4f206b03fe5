"""A picture the service refuses becomes a JPEG file: read here, made by the decoder, written here. In a thread.

Called by `conversions.py`. The decoder's process sees the picture's bytes alone: a share that sleeps does not stop it,
and what was hashed is what is decoded.
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
"""A larger file is not read into memory; a sheet of A3 scanned at 600 dpi has 208 MB."""


def into_jpeg(source: Source, target: Path, heartbeat: Heartbeat, decoder: PictureDecoder) -> tuple[str, bool]:
    """Write a JPEG of the source's picture; return the source's SHA-256, and whether its metadata were unreadable.

    Raises:
        SourceError: it cannot be read, or changed meanwhile.
        CannotConvert, BrokenPicture: see `PictureDecoder.jpeg`.
        NotPrepared: the JPEG cannot be written, or there is no decoder.
    """
    content, sha256 = _whole(source, heartbeat)
    heartbeat.reading = False
    made = decoder.jpeg(content, heartbeat.beat)
    heartbeat.beat()
    _write(made.content, target)
    return sha256, made.without_metadata


def _whole(source: Source, heartbeat: Heartbeat) -> tuple[bytes, str]:
    """Read everything once: what is hashed is what is decoded, and decoding waits for no share."""
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
