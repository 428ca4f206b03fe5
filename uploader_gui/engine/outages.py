"""What holds up the whole queue: offline, sign-in, a busy service or storage, a journal that cannot be written.

`Conditions` is the set of them; `Connectivity` finds out whether any server can be reached, a `CircuitBreaker` whether
one side (the service's API, or the storage) works as a whole.
"""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code, TlsFailed
from uploader_gui.engine.events import Condition
from uploader_gui.engine.models import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.errors import UploaderError
    from uploader_gui.engine.models import UploadId
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

    async def wait_back(self, tries: int, error: UploaderError) -> None:
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


FILES_TO_OPEN: Final = 2
"""Failures with this many different files, and no success between them, are the side's rather than a file's."""

SHORT_OUTAGE: Final = 30.0
"""Seconds: a breaker that is open for less, time and again, belongs to a side that fails single requests only."""

SURE_AFTER: Final = 5.0
"""Seconds without a success after which `FILES_TO_OPEN` is enough, however often the breaker opened before."""


@dataclass(slots=True)
class _Trouble:
    """The failures of one upload since the side last succeeded; `began` is on the `time.monotonic()` clock."""

    began: float
    tries: int = 0


class CircuitBreaker:
    """Whether one side works as a whole, when it is probed next, and whether a failure counts against a file.

    A gateway that answers 502 for a minute is no fault of the files that wait behind it. So a failure counts against a
    file only while others succeed, and after failures with two different files and no success between them the breaker
    opens: one probe at a time asks whether the side works again, everything else waits. A storage's breaker that
    opened and soon closed again takes four times as many failures to open the next time. Figures: `RetryPolicy`.

    `condition` holds while the breaker is open. Where it has been open for `options.offline_limit` seconds (headless),
    the scheduler gives up with the code of that name.
    """

    def __init__(self, context: EngineContext, condition: Condition) -> None:
        limit = context.options.offline_limit
        self._condition = condition
        self._conditions = context.conditions
        self._scheduler = context.scheduler
        self._retry = context.resources.retry
        self._limit = math.inf if limit is None else limit
        self._troubles: dict[UploadId, _Trouble] = {}
        self._successes = 0
        self._successes_at_last_try: dict[UploadId, int] = {}
        self._files_to_open = FILES_TO_OPEN
        self._probes = 0
        self._began = 0.0
        self._next_probe = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._limit_timer: asyncio.TimerHandle | None = None
        self.open = False

    @property
    def due(self) -> bool:
        """Whether the breaker is open and a probe may go now."""
        return self.open and time.monotonic() >= self._next_probe

    def concerns(self, error: UploaderError) -> bool:
        """Return whether an error may be the side's rather than the file's.

        A certificate that is not trusted stays so. Where the side was trusted a moment ago, something stands in between
        for a while: a network with a sign-in page.
        """
        return error.far_end_trouble or (isinstance(error, TlsFailed) and self._successes > 0)

    def probe_again(self) -> None:
        """Let the next probe go at once: the last one asked nothing (its URL had expired, its file is gone)."""
        if self.open:
            self._probe_at(time.monotonic())

    def wake_if_due(self) -> None:
        """Wake the scheduler where a probe is due: an upload has begun to wait for its turn."""
        if self.due:
            self._scheduler.wake()

    def succeeded(self) -> None:
        """Close: a request got through."""
        if self.open:
            self._learn_from(time.monotonic() - self._began)
        self._successes += 1
        self._troubles.clear()
        self._conditions.end(self._condition)
        self.open = False
        for timer in (self._timer, self._limit_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._limit_timer = None

    def failed(self, upload_ids: Collection[UploadId], error: UploaderError) -> frozenset[UploadId]:
        """Record a failure that concerns these uploads, and return those it counts against.

        It counts against an upload where others succeeded since its last try.
        """
        now = time.monotonic()
        counts_against = frozenset(
            upload_id for upload_id in upload_ids if self._successes_at_last_try.get(upload_id) != self._successes
        )
        if not self._troubles:
            self._began = now
        for upload_id in upload_ids:
            self._successes_at_last_try[upload_id] = self._successes
            self._troubles.setdefault(upload_id, _Trouble(now)).tries += 1
        if not self.open and self._is_in_trouble(now):
            self._open(now)
        if self.open:
            self._conditions.begin(self._condition, error)
        if self.open and error.retry_after is not None:
            self._probe_at(max(self._next_probe, now + min(error.retry_after, self._retry.patience)))
        return counts_against

    def tries(self, upload_id: UploadId) -> int:
        """Return how often an upload was tried since the side last succeeded."""
        trouble = self._troubles.get(upload_id)
        return trouble.tries if trouble else 0

    def wait(self, tries: int, beside: Collection[UploadId], error: UploaderError) -> float:
        """Return the seconds to wait after that many tries; 0.0 while the breaker is open, as its probes wait instead.

        Where no other is left `beside` it, the wait has no jitter, so that few tries cover a long time.
        """
        if self.open:
            return 0.0
        backoff = self._retry.steady_backoff if len(beside) == 1 else self._retry.backoff
        return backoff(tries, error.retry_after)

    def ends(self, upload_id: UploadId, beside: Collection[UploadId]) -> bool:
        """Return whether an upload is not tried again: it and all `beside` it were tried often and long enough.

        While one of them was not, the side may be at fault. A last file alone has no other to compare with; where
        several are left, an outage is waited for much longer.
        """
        seconds = self._retry.lonely if len(beside) <= 1 else self._retry.together
        return self._is_exhausted(upload_id, seconds) and all(self._is_exhausted(other, seconds) for other in beside)

    def _is_exhausted(self, upload_id: UploadId, seconds: float) -> bool:
        trouble = self._troubles.get(upload_id)
        if trouble is None or trouble.tries < self._retry.attempts:
            return False
        return time.monotonic() - trouble.began >= seconds

    def forget(self, upload_id: UploadId) -> None:
        """Forget the tries of an upload that has failed for good: should a person retry it, they begin again."""
        self._troubles.pop(upload_id, None)
        self._successes_at_last_try.pop(upload_id, None)

    def probed(self) -> None:
        """Record that a probe goes out now, and when the next one is due."""
        now = time.monotonic()
        self._probes += 1
        self._probe_at(now + self._retry.probe_wait(self._probes, now - self._began))

    def _is_in_trouble(self, now: float) -> bool:
        enough = FILES_TO_OPEN if now - self._began >= SURE_AFTER else self._files_to_open
        return len(self._troubles) >= enough

    def _learn_from(self, outage: float) -> None:
        """Open the storage's breaker less readily after a short outage.

        Where the first try of each PUT fails, a pause at every second failure would let hardly anything through. The
        API's opens as readily as before: each call more may register 20 files twice, a PUT may be repeated.
        """
        is_short = outage < SHORT_OUTAGE and self._condition is Condition.STORAGE_BUSY
        self._files_to_open = self._files_to_open * 4 if is_short else FILES_TO_OPEN

    def _open(self, now: float) -> None:
        self.open = True
        self._probes = 0
        self._probe_at(now + self._retry.probe_first)
        if self._limit < math.inf:
            loop = asyncio.get_running_loop()
            self._limit_timer = loop.call_later(
                max(0.0, self._limit - (now - self._began)), self._scheduler.give_up, Code(self._condition)
            )

    def _probe_at(self, when: float) -> None:
        self._next_probe = when
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, when - time.monotonic()), self._scheduler.wake)
