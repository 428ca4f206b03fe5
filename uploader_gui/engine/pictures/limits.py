"""How much a picture may cost to decode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_PIXELS: Final = 120_000_000
"""Larger ones need more than a gigabyte to decode: a person's camera stays below, a decompression bomb does not."""
TOO_LARGE: Final = "it is too large"
MISSING: Final = "a part of it is missing"
MEMORY_BYTES: Final = 4 * 1024**3
"""What the decoder may take at most, where the system has such a limit (Linux, Windows)."""


@dataclass(frozen=True, slots=True)
class Patience:
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
