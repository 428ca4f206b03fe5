"""How long the rest will take: the cost of files and of bytes, and the line's best. Asked by `rate_meter.py`.

A rest of larger files than were ever sent cannot be foretold from little ones: what fits into the buffers on the way
is gone at once, however slow the line is. Then nothing is told, unless the line is known from before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.transfer.eta_cost import Sums, fitted
from uploader_gui.engine.transfer.eta_shares import SharedTime

if TYPE_CHECKING:
    from collections.abc import Hashable

    from uploader_gui.engine.transfer.eta_cost import Cost

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
