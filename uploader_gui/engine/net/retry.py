"""When to try again: how long to wait after which error, for transfers, registrations and outages."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.errors import UploaderError


_PROBE_SHARE = 25.0
"""Pauses between probes grow with an outage, to at most its length divided by this: from two minutes on."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter. All times are in seconds.

    Attributes:
        attempts: how often the same request is tried in all.
        unknown_attempts: the same, for a registration whose outcome is unknown.
        base: the first backoff is at most this, the next at most twice as much, and so on.
        longest: no backoff is longer than this.
        patience: the longest Retry-After that is obeyed.
        offline: while nothing can be reached, the next try comes after at most this.
        probe_first: the first probe of a server in trouble comes after this, the next after twice as much, and so on.
        probe: the longest pause between probes in the first two minutes (5 s with the time an answer takes).
        lonely: a file that is the only one left is tried for at least this long.
        together: where none of several files that are left gets through, each is tried for at least this long.
        between_lookups: looks at an anomaly begin at least this long after one another.
        jitter: returns a random number between two.
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
    between_lookups: float = 2.0
    jitter: Callable[[float, float], float] = random.uniform

    def wait_after(self, error: UploaderError, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt, or None if there is no other.

        Args:
            error: what ended the attempt.
            attempt: the number of attempts so far, from 1.
        """
        if not error.retriable or attempt >= self.attempts:
            return None
        return self.backoff(attempt, error.retry_after)

    def backoff(self, attempt: int, retry_after: float | None = None) -> float:
        """Return the wait after this attempt (from 1): what the server asked for, or a jittered backoff."""
        wait = self.steady_backoff(attempt, retry_after)
        return wait if retry_after is not None else self.jitter(0.0, wait)

    def steady_backoff(self, attempt: int, retry_after: float | None = None) -> float:
        """Return the wait after this attempt (from 1) without jitter, so that few tries cover a long time."""
        if retry_after is not None:
            return min(retry_after, self.patience)
        return min(self.longest, self.base * 2.0 ** min(attempt - 1, 16))

    def rest_after(self, error: UploaderError, wait: float) -> float:
        """Return how long all other transfers pause when one has to wait: Retry-After is meant for all of them."""
        return wait if error.retry_after is None else min(error.retry_after, self.patience)

    def probe_wait(self, probes: int, elapsed: float) -> float:
        """Return the wait after this probe (from 1) of a server that has been in trouble for `elapsed` seconds."""
        steady = min(max(self.probe, elapsed / _PROBE_SHARE), max(self.longest, self.probe))
        return min(steady, self.probe_first * 2.0 ** min(probes, 16))

    def offline_wait(self, tries: int) -> float:
        """Return the wait before the next try while nothing can be reached; such tries use up no attempts."""
        return min(self.offline, self.base * 2.0 ** min(tries - 1, 16))
