"""The speed of the whole queue: bytes and files per second over the last seconds, and the time left."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.transfer.eta import TimeLeft

if TYPE_CHECKING:
    from collections.abc import Hashable

WINDOW: Final = 5.0
"""The seconds over which rates are measured."""
SETTLE: Final = 3.0
"""The first seconds, in which there is no time left: the first figures vary too much."""
STILL: Final = 2.0
"""Seconds without a byte after which the speed is 0."""
_SAMPLE_EVERY: Final = 0.1


class RateMeter:
    """Bytes and files per second over the last `WINDOW` seconds. Callers pass the time, on one monotonic clock."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()
        self._bytes = 0
        self._files = 0
        self._began: float | None = None
        self._moved_at = 0.0
        self._left = TimeLeft()

    def began(self, now: float, transfer: Hashable) -> None:
        """Note that an attempt begins: time counts from here, not from the first bytes."""
        self._left.began(now, transfer)
        if self._began is None:
            self._began = now
            self._samples.append((now, self._bytes, self._files))

    def moved(self, now: float, transfer: Hashable, count: int) -> None:
        """Note that `count` bytes of a transfer were sent; negative where another attempt begins."""
        self._left.moved(now, transfer, count)
        self._bytes += count
        if count > 0:
            self._moved_at = now
        self._sample(now)

    def ended(self, now: float, transfer: Hashable, *, arrived: bool = False) -> None:
        """Note that an attempt ended, and whether its file has arrived; a further call without that changes nothing."""
        self._left.ended(now, transfer, arrived=arrived)
        self._files += arrived
        self._sample(now)

    def rest(self) -> None:
        """Start again, as nothing moves any more and the speed will be another one next time."""
        self._began = None
        self._samples.clear()
        self._left.forget()

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

        `call_seconds`: how long a call to the service takes.
        """
        if self._began is None or now - self._began < SETTLE:
            return None
        bytes_rate = self.speed(now)
        if bytes_rate <= 0:
            return None
        self._left.saw_rate(now, bytes_rate)
        return self._left.seconds(now, files_left, bytes_left, call_seconds=call_seconds)

    def _sample(self, now: float) -> None:
        if self._began is not None and now - self._samples[-1][0] >= _SAMPLE_EVERY:
            self._samples.append((now, self._bytes, self._files))
            self._trim(now)

    def _trim(self, now: float) -> None:
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
