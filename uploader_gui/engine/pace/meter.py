"""How fast things go: bytes and files per second over the last seconds, and the time left.

Asked by the batcher's reserve, by "can this PUT finish in time", and by the progress events.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from uploader_gui.engine.pace.cost import SPAN, CostFit

WINDOW: Final = 5.0
"""Seconds that a rate looks back."""
SETTLE: Final = 3.0
"""Seconds during which no time left is told: the first figures are wild."""
_SAMPLE_EVERY: Final = 0.1


class RateMeter:
    """Bytes and files per second over the last `WINDOW` seconds. Times are on one monotonic clock, handed in."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()
        self._bytes = 0
        self._files = 0
        self._began: float | None = None
        self._cost = CostFit()
        self._observed = (0.0, 0, 0)

    @property
    def files_seen(self) -> int:
        """How many files have arrived since the beginning."""
        return self._files

    def began(self, now: float) -> None:
        """Something begins to move: time counts from here, not from the first figure."""
        if self._began is None:
            self._began = now
            self._observed = (now, self._bytes, self._files)
            self._samples.append((now, self._bytes, self._files))

    def rest(self) -> None:
        """Nothing moves any more: forget the pace, it will be another one next time."""
        self._began = None
        self._samples.clear()
        self._cost.clear()

    def moved(self, now: float, count: int, files: int = 0) -> None:
        """Count bytes (and arrived files); `count` may be negative where an attempt starts again."""
        self._bytes += count
        self._files += files
        self.began(now)
        self._observe(now)
        if now - self._samples[-1][0] >= _SAMPLE_EVERY or len(self._samples) == 1:
            self._samples.append((now, self._bytes, self._files))
            self._trim(now)

    def rates(self, now: float) -> tuple[float, float]:
        """Give bytes per second and files per second; both 0.0 while nothing is known."""
        self._trim(now)
        if not self._samples:
            return 0.0, 0.0
        then, count, files = self._samples[0]
        elapsed = max(now - then, 0.05)
        return max(0.0, (self._bytes - count) / elapsed), (self._files - files) / elapsed

    def seconds_left(self, now: float, bytes_left: int, files_left: int) -> float | None:
        """Give the time left, counting a cost per file as well as bytes; None while it cannot be told."""
        if self._began is None or now - self._began < SETTLE or self.rates(now)[0] <= 0:
            return None
        return self._cost.seconds_for(files_left, bytes_left)

    def _observe(self, now: float) -> None:
        then, count, files = self._observed
        if now - then >= SPAN:
            self._cost.observe(now - then, self._files - files, self._bytes - count)
            self._observed = (now, self._bytes, self._files)

    def _trim(self, now: float) -> None:
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
