"""What holds up the whole queue: offline, sign-in, a busy service or storage, a journal that cannot be written.

Set by registrar, sender and ledger; the queue tells the front ends. Holds also the watch over the link: when the
last byte or answer came, and who waits for the next one.
"""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import Condition

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.net.retry import RetryPolicy


LIVELY_SECONDS: Final = 2.0
"""While something got through in the last seconds, it is one server that cannot be reached, not all of them."""


class Conditions:
    """The conditions that hold right now; `changed` is called when that set changes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._holding: frozenset[Condition] = frozenset()

    @property
    def holding(self) -> frozenset[Condition]:
        """Every condition that holds."""
        return self._holding

    def __contains__(self, condition: Condition) -> bool:
        return condition in self._holding

    def begin(self, condition: Condition) -> None:
        """A condition holds from now on."""
        self._become(self._holding | {condition})

    def end(self, condition: Condition) -> None:
        """A condition holds no longer."""
        self._become(self._holding - {condition})

    def _become(self, holding: frozenset[Condition]) -> None:
        if holding != self._holding:
            self._holding = holding
            self._changed()


class Connectivity:
    """Whether servers can be reached at all, judged by what got through.

    Waiting for the link uses up no attempts. `limit` seconds without a byte or an answer, while somebody waits,
    and `gave_up` is called (headless); None waits without end (window).
    """

    def __init__(
        self,
        conditions: Conditions,
        policy: RetryPolicy,
        *,
        limit: float | None,
        gave_up: Callable[[], None],
    ) -> None:
        self._conditions = conditions
        self._policy = policy
        self._limit = limit
        self._gave_up = gave_up
        self._back = asyncio.Event()
        self._waiting = 0
        self._last_contact = -math.inf
        self._began_waiting = -math.inf

    def contact(self) -> None:
        """A byte or an answer got through."""
        self._last_contact = time.monotonic()
        if self._waiting:
            self._back.set()
            self._back.clear()
        self._conditions.end(Condition.OFFLINE)

    async def wait_back(self, tries: int) -> None:
        """Wait until something got through again, or it is time to look once more."""
        now = time.monotonic()
        if self._began_waiting <= self._last_contact:
            self._began_waiting = now
        self._waiting += 1
        if now - self._last_contact > LIVELY_SECONDS:
            self._conditions.begin(Condition.OFFLINE)
        try:
            await self._wait(self._policy.offline_wait(tries))
        finally:
            self._waiting -= 1

    async def _wait(self, seconds: float) -> None:
        if self._limit is not None:
            left = self._limit - (time.monotonic() - max(self._last_contact, self._began_waiting))
            if left <= 0:
                self._gave_up()
            seconds = min(seconds, max(left, 0.05))
        if Condition.OFFLINE not in self._conditions:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._back.wait(), seconds)
