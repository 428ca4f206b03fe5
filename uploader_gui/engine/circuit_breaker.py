"""One side (the service's API, or the storage) as a whole: closed while it works, open while it is in trouble.

A gateway that answers 502 for a minute is no fault of the files that wait behind it. So troubles count against a file
only while others succeed, and after troubles with two different files with no success between, the side is open: one
probe at a time asks whether it works again, everything else waits. A side that opened and was soon closed again takes
four times as many troubles to open the next time. Figures: contract, "Limits".
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import TlsFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from uploader_gui.engine.conditions import Conditions
    from uploader_gui.engine.errors import UploaderError
    from uploader_gui.engine.events import Condition
    from uploader_gui.engine.models import UploadId
    from uploader_gui.engine.net.retry import RetryPolicy

FILES_TO_OPEN: Final = 2
"""Troubles with this many different files, and no success between, mean the side rather than a file."""

SHORT_OUTAGE: Final = 30.0
"""Seconds: a side that was open for less, time and again, is rather one that stumbles over single requests."""

SURE_AFTER: Final = 5.0
"""Seconds without a success after which `FILES_TO_OPEN` is enough, however often the side stumbled before."""


@dataclass(slots=True)
class _Trouble:
    """What one upload went through since the side last succeeded; `began` is on the `time.monotonic()` clock."""

    began: float
    tries: int = 0


class CircuitBreaker:
    """Whether one side works as a whole, when it is probed next, and whose fault a failure is.

    `condition` holds while it is open. `wake` is called when a probe is due. It is open for `limit` seconds without a
    success, and `gave_up` is called (headless); None waits without end (window).
    """

    def __init__(
        self,
        condition: Condition,
        conditions: Conditions,
        policy: RetryPolicy,
        *,
        wake: Callable[[], None],
        limit: float | None,
        gave_up: Callable[[], None],
    ) -> None:
        self._condition = condition
        self._conditions = conditions
        self._policy = policy
        self._wake = wake
        self._limit = math.inf if limit is None else limit
        self._gave_up = gave_up
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
        """Whether the side is open and may be probed now."""
        return self.open and time.monotonic() >= self._next_probe

    def concerns(self, error: UploaderError) -> bool:
        """Return whether an error may be the side's rather than the file's.

        A certificate that is not trusted stays so. Where the side was trusted a moment ago, somebody stands in between
        for a while: the page of a network that wants a sign-in.
        """
        return error.far_end_trouble or (isinstance(error, TlsFailed) and self._successes > 0)

    def probe_again(self) -> None:
        """The probe let in last asked nothing (its link had expired, its file is gone): the next may go at once."""
        if self.open:
            self._probe_at(time.monotonic())

    def look(self) -> None:
        """Something waits: wake the caller where a probe is due already."""
        if self.due:
            self._wake()

    def succeeded(self) -> None:
        """Something got through: the side works."""
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
        """Note one failure that concerns these uploads.

        Return those it counts against: others succeeded since their last try.
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
        if self.open and error.retry_after is not None:
            self._probe_at(max(self._next_probe, now + min(error.retry_after, self._policy.patience)))
        return counts_against

    def tries(self, upload_id: UploadId) -> int:
        """Return how often an upload was tried since the side last succeeded."""
        trouble = self._troubles.get(upload_id)
        return trouble.tries if trouble else 0

    def ends(self, upload_id: UploadId, beside: Collection[UploadId]) -> bool:
        """Return whether an upload is tried no more: it and all `beside` it were tried often and long enough.

        While one of them was not, it may be the side. A last file that is alone has none to tell by; where several are
        left, an outage is waited for much longer.
        """
        seconds = self._policy.lonely if len(beside) <= 1 else self._policy.together
        return self._is_exhausted(upload_id, seconds) and all(self._is_exhausted(other, seconds) for other in beside)

    def _is_exhausted(self, upload_id: UploadId, seconds: float) -> bool:
        trouble = self._troubles.get(upload_id)
        if trouble is None or trouble.tries < self._policy.attempts:
            return False
        return time.monotonic() - trouble.began >= seconds

    def forget(self, upload_id: UploadId) -> None:
        """An upload has failed for good: should a person try it again, its tries begin again too."""
        self._troubles.pop(upload_id, None)
        self._successes_at_last_try.pop(upload_id, None)

    def probed(self) -> None:
        """A probe goes out now: the next one is due after a while."""
        now = time.monotonic()
        self._probes += 1
        self._probe_at(now + self._policy.probe_wait(self._probes, now - self._began))

    def _is_in_trouble(self, now: float) -> bool:
        enough = FILES_TO_OPEN if now - self._began >= SURE_AFTER else self._files_to_open
        return len(self._troubles) >= enough

    def _learn_from(self, outage: float) -> None:
        """Where each request's first try fails, a pause at every second failure would let hardly anything through."""
        self._files_to_open = self._files_to_open * 4 if outage < SHORT_OUTAGE else FILES_TO_OPEN

    def _open(self, now: float) -> None:
        self.open = True
        self._probes = 0
        self._conditions.begin(self._condition)
        self._probe_at(now + self._policy.probe_first)
        if self._limit < math.inf:
            loop = asyncio.get_running_loop()
            self._limit_timer = loop.call_later(max(0.0, self._limit - (now - self._began)), self._gave_up)

    def _probe_at(self, when: float) -> None:
        self._next_probe = when
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, when - time.monotonic()), self._wake)
