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
    """

    attempts: int = 6
    unknown_attempts: int = 3
    base: float = 0.5
    longest: float = 30.0
    patience: float = 120.0
    offline: float = 5.0
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
        if retry_after is not None:
            return min(retry_after, self.patience)
        return self.jitter(0.0, min(self.longest, self.base * 2.0 ** min(attempt - 1, 16)))

    def offline_wait(self, tries: int) -> float:
        """Give the wait before looking again whether anything can be reached; uses up no attempts."""
        return min(self.offline, self.base * 2.0 ** min(tries - 1, 16))
