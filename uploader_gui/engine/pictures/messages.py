"""What the program and its decoder of pictures say to each other through two pipes: JSON, then bytes.

Both sides read strictly: a decoder that a picture has taken over must not harm the program.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import IO, Any, Final

_LENGTHS: Final = struct.Struct(">II")
MOST_WORDS: Final = 64_000
"""Bytes of JSON in one message: a file's name is not among them."""
MOST_BYTES: Final = 1_000_000_000


class BrokenMessageError(Exception):
    """The other side ended in the middle of a message, or says what nobody would say."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: some plain values, and a file or pixels where it is about any."""

    values: dict[str, Any]
    content: bytes = b""


def write(pipe: IO[bytes], message: Message) -> None:
    """Send a message.

    Raises:
        OSError: nobody reads there any more.
    """
    words = json.dumps(message.values).encode()
    pipe.write(_LENGTHS.pack(len(words), len(message.content)) + words)
    pipe.write(message.content)
    pipe.flush()


def read(pipe: IO[bytes]) -> Message | None:
    """Wait for a message and return it; None where the other side has closed.

    Raises:
        BrokenMessageError: see there.
    """
    head = pipe.read(_LENGTHS.size)
    if not head:
        return None
    if len(head) < _LENGTHS.size:
        raise BrokenMessageError
    words, content = _LENGTHS.unpack(head)
    if words > MOST_WORDS or content > MOST_BYTES:
        raise BrokenMessageError
    return Message(_values(_exactly(pipe, words)), _exactly(pipe, content))


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise BrokenMessageError
    return data


def _values(words: bytes) -> dict[str, Any]:
    try:
        values = json.loads(words)
    except ValueError as error:
        raise BrokenMessageError from error
    if not isinstance(values, dict):
        raise BrokenMessageError
    return values


MAX_PIXELS: Final = 120_000_000
"""Larger ones need more than a gigabyte to decode: a person's camera stays below, a decompression bomb does not."""
TOO_LARGE: Final = "it is too large"
MISSING: Final = "a part of it is missing"
MEMORY_BYTES: Final = 4 * 1024**3
"""What the decoder may take at most, where the system has such a limit (Linux, Windows)."""


@dataclass(frozen=True, slots=True)
class DecoderTimeouts:
    """How long the decoder may take until it counts as stuck, in seconds.

    Attributes:
        start: until it is ready for its first picture; antivirus programs look at it first.
        thumbnail: for a thumbnail.
        jpeg: for a whole picture, to which comes what is due to its size.
        per_megabyte: for each megabyte of its file; a busy machine takes 2 s for one of HEIC.
        longest: in all.
    """

    start: float = 60.0
    thumbnail: float = 60.0
    jpeg: float = 90.0
    per_megabyte: float = 10.0
    longest: float = 300.0

    def for_jpeg(self, size: int) -> float:
        """Return how long a file of `size` bytes may take."""
        return min(self.jpeg + self.per_megabyte * size / 1e6, self.longest)
