"""What front ends are told of the queue as a whole: its status, its totals, how far each transfer is.

What becomes of single uploads is told by `upload_store.py`, through the outbox alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import Progress, QueueStatus, Totals
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from uploader_gui.engine.conditions import Conditions
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.registration.registrar import Registrar
    from uploader_gui.engine.transfer.pool import TransferPool
    from uploader_gui.engine.transfer.rate_meter import RateMeter
    from uploader_gui.engine.upload_store import UploadStore

_NO_BYTES: Final = (UploadState.REFUSED, UploadState.SKIPPED, UploadState.CANCELLED, UploadState.FAILED)


class ProgressReporter:
    """Status and figures, taken from the parts that have them."""

    def __init__(
        self,
        *,
        store: UploadStore,
        registrar: Registrar,
        pool: TransferPool,
        meter: RateMeter,
        conditions: Conditions,
        events_out: EventBuffer,
    ) -> None:
        self._store = store
        self._registrar = registrar
        self._pool = pool
        self._meter = meter
        self._conditions = conditions
        self._events = events_out
        self._told: QueueStatus | None = None

    def status(self, *, running: bool, walking: bool) -> None:
        """Tell the status (`QueueStatus`) where it is not what was told last."""
        status = QueueStatus(running, walking, self._conditions.holding)
        if status != self._told:
            self._told = status
            self._events.send(status)

    def forget(self) -> None:
        """Tell the status again when it is told next: another server's was told meanwhile."""
        self._told = None

    def progress(self, *, running: bool) -> Progress | None:
        """Give how far things are, None while the list is empty."""
        if not self._store.size:
            return None
        return Progress(self._pool.progress(time.monotonic()), self.totals(running=running))

    def totals(self, *, running: bool) -> Totals:
        """Give the sums over the list; speed and time left only while the queue is `running`."""
        now, store = time.monotonic(), self._store
        total = store.bytes_in(*UploadState) - store.bytes_in(*_NO_BYTES)
        done = store.bytes_in(UploadState.UPLOADED) + self._pool.bytes_under_way
        left = store.unfinished
        return Totals(
            files=store.size,
            files_finished=store.size - left,
            files_uploaded=store.count(UploadState.UPLOADED),
            bytes_total=total,
            bytes_done=min(done, total),
            speed=self._meter.rates(now)[0] if running else 0.0,
            seconds_left=self._seconds_left(now, max(0, total - done), left) if running else None,
        )

    def _seconds_left(self, now: float, count: int, files: int) -> float | None:
        return self._meter.seconds_left(now, count, files, call_seconds=self._registrar.call_seconds)
