"""How long the rest will take: the cost of files and of bytes, and the line's best. Asked by `rate_meter.py`.

A rest of larger files than were ever sent cannot be foretold from little ones: what fits into the buffers on the way
is gone at once, however slow the line is. Then nothing is told, unless the line is known from before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Hashable


MEMORY: Final = 45.0
"""Seconds after which an observation counts for a third."""
TELLING: Final = 1_000_000
"""Bytes that no buffer swallows: a transfer that has moved so many tells of the line,"""
LEARNING: Final = 3.0
"""once so many seconds have passed; and so does any that moves after so many seconds of its own."""
_OTHER_KIND: Final = 3
"""Files on average so many times as large as the largest that arrived: some of them are of another kind."""
_BEGINNING: Final = 0.3
"""Seconds of a running transfer's share that tell nothing yet."""


@dataclass(slots=True)
class _Running:
    began: float
    moved: int = 0


class TimeLeft:
    """Fits the costs to transfers as they arrive, and to those that run. Times are monotonic, handed in."""

    def __init__(self) -> None:
        self._line_before = 0.0
        self.forget()

    def forget(self) -> None:
        """Nothing moves any more: next time it may be another pace; how fast the line was is still the best guess."""
        self._time = SharedTime()
        self._running: dict[Hashable, _Running] = {}
        self._sums = Sums()
        self._observed_at = 0.0
        self._largest = 0
        self._line_told_at = math.inf
        self._line = 0.0
        self._line_seen_at = 0.0

    def began(self, now: float, transfer: Hashable) -> None:
        """An attempt begins."""
        self._time.begin(now, transfer)
        self._running[transfer] = _Running(now)

    def moved(self, now: float, transfer: Hashable, count: int) -> None:
        """So many bytes of it moved on."""
        if running := self._running.get(transfer):
            self._time.go_on(now)
            running.moved += count
            self._learn(running, now)

    def ended(self, now: float, transfer: Hashable, *, arrived: bool) -> None:
        """An attempt ended; what did not arrive tells nothing of costs."""
        running = self._running.pop(transfer, None)
        if running is None:  # told before, or forgotten
            return
        share = self._time.end(now, transfer)
        if arrived:
            faded = self._sums.faded(math.exp((self._observed_at - now) / MEMORY))
            self._sums, self._observed_at = faded.plus(share, running.moved), now
            self._largest = max(self._largest, running.moved)

    def saw_rate(self, now: float, bytes_rate: float) -> None:
        """So many bytes per second went over the last seconds: the line carries at least that."""
        before = self._line * math.exp((self._line_seen_at - now) / MEMORY)
        self._line, self._line_seen_at = max(bytes_rate, before), now
        if now >= self._line_told_at:
            self._line_before = self._line

    def seconds(self, now: float, files: int, count: int, *, call_seconds: float) -> float | None:
        """Give how long so many files of so many bytes in all will take; None where that cannot be told.

        `call_seconds` is what a call to the service takes: a file's own cost is taken for that until it shows.
        """
        cost = self._cost(now, call_seconds)
        if cost is None:
            return None
        if now < self._line_told_at and count > _OTHER_KIND * self._largest * max(1, files):
            before = self._line_before
            return cost._replace(per_byte=1 / before).of(files, count) if before else None
        return max(cost.of(files, count), count / self._line if self._line else 0.0)

    def _learn(self, running: _Running, now: float) -> None:
        if running.moved >= TELLING:
            self._line_told_at = min(self._line_told_at, now + LEARNING)
        if now - running.began >= LEARNING:
            self._line_told_at = min(self._line_told_at, now)

    def _cost(self, now: float, call_seconds: float) -> Cost | None:
        sums = self._sums
        for transfer, share in self._time.so_far(now).items():
            if share > _BEGINNING and (moved := self._running[transfer].moved) > 0:
                sums = sums.plus(share, moved)
        return fitted(sums, call_seconds / max(1, len(self._time)))


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


LONGEST: Final = 5.0
"""What stood still for longer than this (in seconds) says nothing of what sending costs."""


class SharedTime:
    """The shares of transfers that run. Times are on one monotonic clock, handed in."""

    def __init__(self) -> None:
        self._clock = 0.0
        """The share somebody would have had who ran from the beginning on."""
        self._read_at: float | None = None
        self._began: dict[Hashable, float] = {}
        self._pause_began: float | None = None

    def __len__(self) -> int:
        return len(self._began)

    def begin(self, now: float, transfer: Hashable) -> None:
        """A transfer runs from now on. A pause before it, in which none ran, is its own: it was waited for."""
        self.go_on(now)
        self._began[transfer] = self._clock if self._pause_began is None else self._pause_began
        self._pause_began = None

    def go_on(self, now: float) -> None:
        """Something moves: the time since the last look was no standstill."""
        self._clock, self._read_at = self._clock_at(now), now

    def end(self, now: float, transfer: Hashable) -> float:
        """A transfer runs no longer; give its share, in seconds."""
        self.go_on(now)
        share = self._clock - self._began.pop(transfer)
        if not self._began:
            self._pause_began = self._clock
        return share

    def so_far(self, now: float) -> dict[Hashable, float]:
        """Give the shares of those that run."""
        clock = self._clock_at(now)
        return {transfer: clock - began for transfer, began in self._began.items()}

    def _clock_at(self, now: float) -> float:
        gone = 0.0 if self._read_at is None else min(now - self._read_at, LONGEST)
        return self._clock + gone / max(1, len(self._began))
