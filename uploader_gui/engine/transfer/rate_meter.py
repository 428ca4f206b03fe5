"""How fast the whole queue is: bytes and files per second over the last seconds, and the time left.

The time left is estimated from what files and bytes have cost so far, and from the fastest the line has been. Small
files do not show how long larger ones will take: what fits into the buffers on the way is gone at once, however slow
the line is. So there is no estimate for files much larger than those sent, unless the line is known from before.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Hashable

MEMORY: Final = 45.0
"""Seconds after which an observation counts for a third."""
LARGE_TRANSFER: Final = 1_000_000
"""More bytes than buffers hold."""
LEARNING: Final = 3.0
"""The speed of the line is known this many seconds after a transfer has moved `LARGE_TRANSFER` bytes, or once any
transfer still moves this many seconds after it began."""
_MUCH_LARGER: Final = 3
"""Files that are on average this many times as large as the largest that arrived get no estimate from those."""
_BEGINNING: Final = 0.3
"""The first seconds of a running transfer's time, which show nothing yet."""
_KNEE: Final = 128 * 1024
"""Bytes above which the number of bytes, not of files, makes most of the time on usual lines. Larger files show more of
the cost per byte and less of the cost per file, and their deviations grow with them."""
LONGEST_PAUSE: Final = 5.0
"""In seconds. The part of a standstill beyond this says nothing of what sending costs."""


@dataclass(slots=True)
class _Running:
    began: float
    moved: int = 0


class Cost(NamedTuple):
    """The seconds each file takes, and each of its bytes."""

    per_file: float
    per_byte: float

    def of(self, files: int, count: int) -> float:
        """Return the seconds for `files` files with `count` bytes in all."""
        return files * self.per_file + count * self.per_byte


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums over transfers that a least-squares fit needs, weighted: 1, bytes, bytes², seconds, seconds × bytes."""

    weight: float = 0.0
    size: float = 0.0
    square: float = 0.0
    seconds: float = 0.0
    product: float = 0.0

    def plus(self, seconds: float, size: int) -> Self:
        """Return the sums with one more transfer, of `size` bytes in `seconds`."""
        weight = (1 + size / _KNEE) ** -2
        return type(self)(
            self.weight + weight,
            self.size + weight * size,
            self.square + weight * size**2,
            self.seconds + weight * seconds,
            self.product + weight * seconds * size,
        )

    def faded(self, share: float) -> Self:
        """Return the sums times `share`, so that older transfers count less."""
        return type(self)(*(share * sum_ for sum_ in (self.weight, self.size, self.square, self.seconds, self.product)))


def fitted(sums: Sums, usual: float) -> Cost | None:
    """Return both costs by least squares, neither below zero; None while no bytes have been sent.

    `usual` is the expected cost per file in seconds, with the weight of one small file. It decides where all files have
    the same size, so that the costs cannot be separated; it never counts for more than half of what they took.
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


class SharedTime:
    """Divides time among running transfers: while n run, each gets 1/n of it. Callers pass the time, in seconds."""

    def __init__(self) -> None:
        self._clock = 0.0
        """The share of a transfer that had run from the beginning."""
        self._read_at: float | None = None
        self._began: dict[Hashable, float] = {}
        self._pause_began: float | None = None

    def __len__(self) -> int:
        return len(self._began)

    def begin(self, now: float, transfer: Hashable) -> None:
        """Note that a transfer begins. A pause before it, in which none ran, belongs to it: it was waited for."""
        self.go_on(now)
        self._began[transfer] = self._clock if self._pause_began is None else self._pause_began
        self._pause_began = None

    def go_on(self, now: float) -> None:
        """Note that something moves: the time since the last call was no standstill."""
        self._clock, self._read_at = self._clock_at(now), now

    def end(self, now: float, transfer: Hashable) -> float:
        """Note that a transfer has ended; return its share, in seconds."""
        self.go_on(now)
        share = self._clock - self._began.pop(transfer)
        if not self._began:
            self._pause_began = self._clock
        return share

    def so_far(self, now: float) -> dict[Hashable, float]:
        """Return the shares of the running transfers, in seconds."""
        clock = self._clock_at(now)
        return {transfer: clock - began for transfer, began in self._began.items()}

    def _clock_at(self, now: float) -> float:
        elapsed = 0.0 if self._read_at is None else min(now - self._read_at, LONGEST_PAUSE)
        return self._clock + elapsed / max(1, len(self._began))


WINDOW: Final = 5.0
"""The seconds over which rates are measured."""
SETTLE: Final = 3.0
"""The first seconds, in which there is no time left: the first figures vary too much."""
STILL: Final = 2.0
"""Seconds without a byte after which the speed is 0."""
_SAMPLE_EVERY: Final = 0.1


class RateMeter:
    """Bytes and files per second over the last `WINDOW` seconds, and the time left.

    Callers pass the time, on one monotonic clock, in seconds.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()
        self._bytes = 0
        self._files = 0
        self._moved_at = 0.0
        self._line_before = 0.0
        self.rest()

    def rest(self) -> None:
        """Start again, as nothing moves any more. The speed of the line is kept as a first guess."""
        self._began: float | None = None
        self._samples.clear()
        self._time = SharedTime()
        self._running: dict[Hashable, _Running] = {}
        self._sums = Sums()
        self._observed_at = 0.0
        self._largest = 0
        self._line_known_at = math.inf
        self._line = 0.0
        self._line_seen_at = 0.0

    def began(self, now: float, transfer: Hashable) -> None:
        """Note that an attempt begins: time counts from here, not from the first bytes."""
        self._time.begin(now, transfer)
        self._running[transfer] = _Running(now)
        if self._began is None:
            self._began = now
            self._samples.append((now, self._bytes, self._files))

    def moved(self, now: float, transfer: Hashable, count: int) -> None:
        """Note that `count` bytes of a transfer were sent; negative where another attempt begins."""
        if running := self._running.get(transfer):
            self._time.go_on(now)
            running.moved += count
            self._learn(running, now)
        self._bytes += count
        if count > 0:
            self._moved_at = now
        self._sample(now)

    def ended(self, now: float, transfer: Hashable, *, arrived: bool = False) -> None:
        """Note that an attempt ended, and whether its file has arrived; a further call without that changes nothing.

        Only a file that arrived shows what sending costs.
        """
        if running := self._running.pop(transfer, None):
            share = self._time.end(now, transfer)
            if arrived:
                faded = self._sums.faded(math.exp((self._observed_at - now) / MEMORY))
                self._sums, self._observed_at = faded.plus(share, running.moved), now
                self._largest = max(self._largest, running.moved)
        self._files += arrived
        self._sample(now)

    def rates(self, now: float) -> tuple[float, float]:
        """Return bytes per second and files per second; both 0.0 while nothing is known."""
        self._trim(now)
        if not self._samples:
            return 0.0, 0.0
        then, count, files = self._samples[0]
        elapsed = max(now - then, 0.05)
        return max(0.0, (self._bytes - count) / elapsed), (self._files - files) / elapsed

    def speed(self, now: float) -> float:
        """Return the bytes per second to show: 0.0 while nothing is known, and soon after the last byte moved."""
        return self.rates(now)[0] if now - self._moved_at < STILL else 0.0

    def seconds_left(self, now: float, bytes_left: int, files_left: int, *, call_seconds: float = 0.0) -> float | None:
        """Return the time left in seconds, from costs per file and per byte; None while it is unknown.

        `call_seconds` is how long a call to the service takes: the cost per file is taken to be that until it is known.
        """
        if self._began is None or now - self._began < SETTLE or (bytes_rate := self.speed(now)) <= 0:
            return None
        self._saw_rate(now, bytes_rate)
        cost = self._cost(now, call_seconds)
        if cost is None:
            return None
        if now < self._line_known_at and bytes_left > _MUCH_LARGER * self._largest * max(1, files_left):
            before = self._line_before
            return cost._replace(per_byte=1 / before).of(files_left, bytes_left) if before else None
        return max(cost.of(files_left, bytes_left), bytes_left / self._line if self._line else 0.0)

    def _saw_rate(self, now: float, bytes_rate: float) -> None:
        """Note the bytes per second over the last seconds: the line carries at least that."""
        before = self._line * math.exp((self._line_seen_at - now) / MEMORY)
        self._line, self._line_seen_at = max(bytes_rate, before), now
        if now >= self._line_known_at:
            self._line_before = self._line

    def _learn(self, running: _Running, now: float) -> None:
        if running.moved >= LARGE_TRANSFER:
            self._line_known_at = min(self._line_known_at, now + LEARNING)
        if now - running.began >= LEARNING:
            self._line_known_at = min(self._line_known_at, now)

    def _cost(self, now: float, call_seconds: float) -> Cost | None:
        sums = self._sums
        for transfer, share in self._time.so_far(now).items():
            if share > _BEGINNING and (moved := self._running[transfer].moved) > 0:
                sums = sums.plus(share, moved)
        return fitted(sums, call_seconds / max(1, len(self._time)))

    def _sample(self, now: float) -> None:
        if self._began is not None and now - self._samples[-1][0] >= _SAMPLE_EVERY:
            self._samples.append((now, self._bytes, self._files))
            self._trim(now)

    def _trim(self, now: float) -> None:
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
