"""When to try again: pure functions from what went wrong to how long to wait. Used by transfers and registrations.

Figures: contract, "Limits".
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.errors import UploaderError


_PROBE_SHARE = 25.0
"""A probe may come this share of an outage's length late: after two minutes the pauses between them grow."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter. All times are in seconds.

    Attributes:
        attempts: how often the same thing is tried in all.
        unknown_attempts: the same, for a registration whose outcome is unknown.
        base: the first backoff is at most this, the next at most twice as much, and so on.
        longest: no backoff is longer than this.
        patience: Retry-After is obeyed up to this.
        offline: while nothing can be reached, ask again after at most this.
        probe_first: a side found to be in trouble is first probed after this, then after twice as long, and so on.
        probe: at most this lies between two probes (with the time an answer takes, 5 s) in the first two minutes.
        lonely: a file with no other beside it is tried for at least this long.
        together: where none of several files that are left gets through, each is tried for at least this long.
    """

    attempts: int = 6
    unknown_attempts: int = 3
    base: float = 0.5
    longest: float = 30.0
    patience: float = 120.0
    offline: float = 5.0
    probe_first: float = 0.5
    probe: float = 4.8
    lonely: float = 120.0
    together: float = 1_200.0
    jitter: Callable[[float, float], float] = random.uniform

    def wait_after(self, error: UploaderError, attempt: int) -> float | None:
        """Give the wait before the next attempt, None where there is none.

        Args:
            error: what ended the attempt.
            attempt: how many attempts there were so far, from 1.
        """
        if not error.retriable or attempt >= self.attempts:
            return None
        return self.backoff(attempt, error.retry_after)

    def backoff(self, attempt: int, retry_after: float | None = None) -> float:
        """Give the wait after this attempt (from 1): what the server asked for, or a jittered backoff."""
        wait = self.steady_backoff(attempt, retry_after)
        return wait if retry_after is not None else self.jitter(0.0, wait)

    def steady_backoff(self, attempt: int, retry_after: float | None = None) -> float:
        """Return the wait after this attempt (from 1) without jitter: few tries that reach far."""
        if retry_after is not None:
            return min(retry_after, self.patience)
        return min(self.longest, self.base * 2.0 ** min(attempt - 1, 16))

    def rest_after(self, error: UploaderError, wait: float) -> float:
        """Return how long all others rest when one of them has to wait: Retry-After speaks for everybody."""
        return wait if error.retry_after is None else min(error.retry_after, self.patience)

    def probe_wait(self, probes: int, elapsed: float) -> float:
        """Return the wait after this probe (from 1) of a side that has been in trouble for `elapsed` seconds."""
        steady = min(max(self.probe, elapsed / _PROBE_SHARE), max(self.longest, self.probe))
        return min(steady, self.probe_first * 2.0 ** min(probes, 16))

    def offline_wait(self, tries: int) -> float:
        """Give the wait before looking again whether anything can be reached; uses up no attempts."""
        return min(self.offline, self.base * 2.0 ** min(tries - 1, 16))
