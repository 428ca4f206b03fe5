"""How much a picture may cost to decode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_PIXELS: Final = 120_000_000
"""Larger ones need more than a gigabyte to decode: a person's camera stays below, a decompression bomb does not."""
TOO_LARGE: Final = "it is too large"
MEMORY_BYTES: Final = 4 * 1024**3
"""What the decoder may take at most, where the system has such a limit (Linux, Windows)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the decoder may take until it counts as stuck, in seconds.

    Attributes:
        start: until it is ready for its first picture; antivirus programs look at it first.
        thumbnail: for a thumbnail.
        jpeg: for a whole picture; the largest takes a tenth of that on a slow machine.
    """

    start: float = 60.0
    thumbnail: float = 20.0
    jpeg: float = 90.0
