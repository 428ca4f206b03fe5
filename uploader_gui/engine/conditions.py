"""What holds up the whole queue: offline, sign-in, a busy service or storage, a journal that cannot be written.

`Conditions` is the set of them; `Connectivity` finds out about one, whether any server can be reached.
"""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition
from uploader_gui.engine.models import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.errors import UploaderError
    from uploader_gui.engine.net.retry import RetryPolicy
    from uploader_gui.engine.scheduler import Scheduler

LIVELY_SECONDS: Final = 2.0
"""While a byte got through within this time, one server cannot be reached rather than all of them."""


class Conditions:
    """The conditions that hold right now; `changed` is called when that set changes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._holding: dict[Condition, Reason | None] = {}

    @property
    def holding(self) -> frozenset[Condition]:
        """Every condition that holds."""
        return frozenset(self._holding)

    @property
    def causes(self) -> dict[Condition, Reason]:
        """Why they hold, as far as that is known, without details."""
        return {condition: cause for condition, cause in self._holding.items() if cause is not None}

    def __contains__(self, condition: Condition) -> bool:
        return condition in self._holding

    def begin(self, condition: Condition, error: UploaderError | None = None) -> None:
        """Record that a condition holds from now on; another `error` becomes its cause."""
        cause = self._holding.get(condition) if error is None else Reason(error.code, error.variant)
        if condition not in self._holding or cause != self._holding[condition]:
            self._holding[condition] = cause
            self._changed()

    def end(self, condition: Condition) -> None:
        """Record that a condition holds no longer."""
        if condition in self._holding:
            del self._holding[condition]
            self._changed()


class Connectivity:
    """Whether servers can be reached at all, judged by what got through.

    Waiting here uses up no attempts. After `limit` seconds without a byte or an answer while a task waits, the
    scheduler gives up (headless); None waits without end (window).
    """

    def __init__(self, conditions: Conditions, scheduler: Scheduler, retry: RetryPolicy, limit: float | None) -> None:
        self._conditions = conditions
        self._scheduler = scheduler
        self._retry = retry
        self._limit = limit
        self._back = asyncio.Event()
        self._now = asyncio.Event()
        self._waiting = 0
        self._last_activity = -math.inf
        self._began_waiting = -math.inf

    def note_activity(self) -> None:
        """Record that a byte or an answer got through."""
        self._last_activity = time.monotonic()
        if self._waiting:
            self._back.set()
            self._back.clear()
        self._conditions.end(Condition.OFFLINE)

    def try_now(self) -> None:
        """Let everything that waits be tried at once."""
        for event in (self._back, self._now):
            event.set()
            event.clear()

    async def sleep(self, seconds: float) -> None:
        """Wait for the next attempt, at most until `try_now`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # not `wait_for`: Python 3.11's may swallow a cancellation
                await self._now.wait()

    async def wait_back(self, tries: int, error: UploaderError | None = None) -> None:
        """Wait until something got through again, or it is time for the next attempt (`tries` were made)."""
        now = time.monotonic()
        if self._began_waiting <= self._last_activity:
            self._began_waiting = now
        self._waiting += 1
        if now - self._last_activity > LIVELY_SECONDS:
            self._conditions.begin(Condition.OFFLINE, error)
        try:
            await self._wait(self._retry.offline_wait(tries))
        finally:
            self._waiting -= 1

    async def _wait(self, seconds: float) -> None:
        if self._limit is not None:
            left = self._limit - (time.monotonic() - max(self._last_activity, self._began_waiting))
            if left <= 0:
                self._scheduler.give_up(Code.OFFLINE)
            seconds = min(seconds, max(left, 0.05))
        if Condition.OFFLINE not in self._conditions:
            await self.sleep(seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._back.wait()
