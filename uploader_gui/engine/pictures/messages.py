"""The messages between the program and its decoder of pictures, through two pipes: lengths, JSON, then bytes.

Both sides read strictly: a decoder that a picture has taken over must not harm the program.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import IO, Any, Final

MAX_PIXELS: Final = 120_000_000
"""Larger ones need more than a gigabyte to decode: a person's camera stays below, a decompression bomb does not."""
TOO_LARGE: Final = "it is too large"
MISSING: Final = "a part of it is missing"
MEMORY_BYTES: Final = 4 * 1024**3
"""The most memory the decoder may take, where the system has such a limit (Linux, Windows)."""
_LENGTHS: Final = struct.Struct(">II")
_MAX_JSON_BYTES: Final = 64_000
_MAX_CONTENT_BYTES: Final = 1_000_000_000


class BrokenMessageError(Exception):
    """The other side has ended, perhaps in the middle of a message, or it sent something else than a message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: plain JSON values, and the bytes of a file or pixels where it has any."""

    values: dict[str, Any]
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A picture as JPEG. `without_metadata`: the original's metadata could not be read, and are not in it."""

    content: bytes
    without_metadata: bool


@dataclass(frozen=True, slots=True)
class DecoderTimeouts:
    """How long the decoder may take before it counts as stuck, in seconds.

    Attributes:
        start: until it is ready for its first picture; antivirus programs look at it first.
        thumbnail: for a thumbnail.
        jpeg: for a whole picture, before `per_megabyte` is added.
        per_megabyte: for each megabyte of its file; a busy machine takes 2 s for one of HEIC.
        longest: for a whole picture at most.
    """

    start: float = 60.0
    thumbnail: float = 60.0
    jpeg: float = 90.0
    per_megabyte: float = 10.0
    longest: float = 300.0

    def for_jpeg(self, size: int) -> float:
        """Return how long a file of `size` bytes may take, in seconds."""
        return min(self.jpeg + self.per_megabyte * size / 1e6, self.longest)


def write(pipe: IO[bytes], message: Message) -> None:
    """Send a message.

    Raises:
        OSError: the other side has closed.
    """
    text = json.dumps(message.values).encode()
    pipe.write(_LENGTHS.pack(len(text), len(message.content)) + text)
    pipe.write(message.content)
    pipe.flush()


def read(pipe: IO[bytes]) -> Message:
    """Wait for a message and return it.

    Raises:
        BrokenMessageError: the other side has closed; or it is cut off, too long, or not what `write` sends.
    """
    text_size, content_size = _LENGTHS.unpack(_exactly(pipe, _LENGTHS.size))
    if text_size > _MAX_JSON_BYTES or content_size > _MAX_CONTENT_BYTES:
        raise BrokenMessageError
    return Message(_values(_exactly(pipe, text_size)), _exactly(pipe, content_size))


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise BrokenMessageError
    return data


def _values(text: bytes) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BrokenMessageError from error
    if not isinstance(values, dict):
        raise BrokenMessageError
    return values
