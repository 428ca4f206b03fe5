"""What sending costs: seconds per file and per byte, fitted to what each transfer took. Pure; used by `eta.py`.

A connection, an answer cost time whatever a file's size, so a thousand little files take longer than their bytes say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

_KNEE: Final = 128 * 1024
"""Bytes from which on their number, not the file, makes most of the time on usual lines: larger files say the more
about bytes and the less about files, and their deviations grow with them."""


class Cost(NamedTuple):
    """Seconds that each file takes, and each of its bytes on top."""

    per_file: float
    per_byte: float

    def of(self, files: int, count: int) -> float:
        """Give the seconds for so many files of so many bytes in all."""
        return files * self.per_file + count * self.per_byte


@dataclass(frozen=True, slots=True)
class Sums:
    """What a fit needs of all transfers: weighted sums of 1, bytes, bytes², seconds, seconds × bytes."""

    weight: float = 0.0
    size: float = 0.0
    square: float = 0.0
    seconds: float = 0.0
    product: float = 0.0

    def plus(self, seconds: float, size: int) -> Self:
        """Take in a transfer of `size` bytes that took so many seconds."""
        weight = (1 + size / _KNEE) ** -2
        return type(self)(
            self.weight + weight,
            self.size + weight * size,
            self.square + weight * size**2,
            self.seconds + weight * seconds,
            self.product + weight * seconds * size,
        )

    def faded(self, share: float) -> Self:
        """Let all that was taken in count for a share of what it counted."""
        return type(self)(*(share * one for one in (self.weight, self.size, self.square, self.seconds, self.product)))


def fitted(sums: Sums, usual: float) -> Cost | None:
    """Give both costs by least squares, neither below zero; None while no bytes have gone.

    `usual` (seconds) is what a file is thought to cost besides, as strongly as one little file says: it decides where
    files are all alike and nobody can tell, but is never more than half of what they took.
    """
    if not sums.square:
        return None
    weight = sums.weight + 1
    seconds = sums.seconds + min(usual, sums.seconds / sums.weight / 2)
    both = weight * sums.square - sums.size**2
    per_file = (seconds * sums.square - sums.size * sums.product) / both
    per_byte = (weight * sums.product - sums.size * seconds) / both
    if per_byte < 0:
        return Cost(seconds / weight, 0.0)
    return Cost(per_file, per_byte) if per_file >= 0 else Cost(0.0, sums.product / sums.square)
