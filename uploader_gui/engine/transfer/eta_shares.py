"""Time shared out: each second belongs in equal parts to the transfers running in it. Used by `eta.py`.

So what all transfers took together is the time that went by, however many of them ran beside each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

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
