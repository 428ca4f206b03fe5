"""Sends registered uploads: one asyncio task per transfer, as slots free.

The only arrow that runs back: where a URL has expired, the upload is registered again.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.circuit_breaker import CircuitBreaker
from uploader_gui.engine.errors import StorageRefused, UploaderError, UrlExpired, Variant
from uploader_gui.engine.events import Condition
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.transfer.transfer import AttemptLog, Transfer, uncount_unconnected

if TYPE_CHECKING:
    import asyncio

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import Upload, UploadId

log = logging.getLogger(__name__)

_DEAD_URLS: Final = 2
"""How many URLs of one file may be dead on arrival before it fails: a third would be no better."""


class TransferPool:
    """All running transfers.

    Attributes:
        breaker: whether the storage works as a whole.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._store = context.store
        self._slots = context.slots
        self._meter = context.meter
        self._scheduler = context.scheduler
        self._retry = context.resources.retry
        self._tasks: dict[UploadId, asyncio.Task[None]] = {}
        self._attempts: dict[UploadId, AttemptLog] = {}
        self.breaker = CircuitBreaker(context, Condition.STORAGE_BUSY)

    @property
    def running(self) -> int:
        """How many uploads have a transfer, those that wait for a slot included."""
        return len(self._tasks)

    @property
    def bytes_under_way(self) -> int:
        """How many bytes of unfinished uploads have left this machine, as far as its system tells."""
        return sum(attempts.sent for attempts in self._attempts.values() if attempts.is_sending)

    def send(self, upload: Upload) -> None:
        """Start the transfer of a registered upload; where one is still ending, as soon as it has."""
        if upload.upload_id not in self._tasks:
            task = self._tasks[upload.upload_id] = self._context.tasks.spawn(self._run(upload), [upload])
            task.add_done_callback(lambda _: self._ended(upload))  # a task stopped before its first step ends too

    def probe(self) -> None:
        """Where the storage is in trouble as a whole, let one transfer find out whether it works again."""
        if self.breaker.due and self._slots.let_one_in():
            self.breaker.probed()

    def stop(self, upload: Upload) -> None:
        """Stop a transfer, if there is one; the caller changes the upload's state."""
        if task := self._tasks.get(upload.upload_id):
            task.cancel()

    def progress(self, now: float) -> tuple[UploadProgress, ...]:
        """Return how far each transfer is whose attempt is under way."""
        return tuple(attempts.progress(now) for attempts in self._attempts.values() if attempts.is_sending)

    async def _run(self, upload: Upload) -> None:
        attempts = self._attempts[upload.upload_id] = AttemptLog(self._context, upload, self.breaker)
        try:
            await self._transfer(upload, attempts)
        finally:
            self._meter.ended(time.monotonic(), upload.upload_id)
            del self._attempts[upload.upload_id]

    def _ended(self, upload: Upload) -> None:
        del self._tasks[upload.upload_id]
        if upload.state is UploadState.REGISTERED:  # paused, and perhaps started again before this task had ended
            self._scheduler.start_transfers([upload])
        self._scheduler.wake()

    async def _transfer(self, upload: Upload, attempts: AttemptLog) -> None:
        assert upload.presigned is not None
        transfer = Transfer(self._context, upload.sent, upload.presigned, attempts)
        try:
            self._store.record_sha256(upload, await transfer.run())
        except UrlExpired as error:
            self._register_again(upload, error)
        except UploaderError as error:
            self._failed(upload, error)
        else:
            self._arrived(upload)

    def _arrived(self, upload: Upload) -> None:
        self._context.connectivity.note_activity()
        self._meter.ended(time.monotonic(), upload.upload_id, arrived=True)
        self.breaker.succeeded()
        self._slots.arrived()
        self._slots.let_go()
        if self._slots.slowed:
            self._context.conditions.begin(Condition.STORAGE_BUSY)
        self._store.move(upload, UploadState.UPLOADED)

    def _register_again(self, upload: Upload, error: UrlExpired) -> None:
        """Ask for another URL, but only once more where one was dead on arrival: each asking makes a record."""
        if error.on_arrival:
            self._store.record_dead_url(upload)
        if error.perhaps and upload.registrations >= _DEAD_URLS:
            self._failed(upload, StorageRefused(error.detail))
        elif upload.dead_urls >= _DEAD_URLS:
            self._failed(upload, UrlExpired(error.detail, variant=Variant.DEAD_ON_ARRIVAL))
        elif upload.registrations >= self._retry.attempts:
            self._failed(upload, error)
        else:
            self._store.forget_url(upload)
            self._store.move(upload, UploadState.QUEUED, Reason.of(error))
            self._context.batcher.put_back([upload])

    def _failed(self, upload: Upload, error: UploaderError) -> None:
        log.info("upload %.8s: %s", upload.upload_id, error)
        uncount_unconnected(self._store, upload, error)
        self.breaker.forget(upload.upload_id)
        self._store.move(upload, UploadState.FAILED, Reason.of(error))
