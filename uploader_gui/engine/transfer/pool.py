"""Sends registered uploads: one asyncio task per transfer, as slots free; what comes of it goes into the ledger.

Made in `parts.py`. The only arrow that runs back: an expired URL hands the upload to the batcher again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uploader_gui.engine.errors import (
    Code,
    NetworkError,
    NotConfirmed,
    Offline,
    SlowDown,
    SourceError,
    StorageError,
    UploaderError,
    UrlExpired,
)
from uploader_gui.engine.events import Condition, UploadProgress
from uploader_gui.engine.models import SENDING, Reason, UploadState
from uploader_gui.engine.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.circuit_breaker import CircuitBreaker
    from uploader_gui.engine.concurrency import Spawn
    from uploader_gui.engine.conditions import Conditions, Connectivity
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.registration.batches import Batcher
    from uploader_gui.engine.transfer.rate_meter import RateMeter
    from uploader_gui.engine.transfer.transfer import Means
    from uploader_gui.engine.upload_store import UploadStore

log = logging.getLogger(__name__)

_SPEED_MEMORY = 0.7
"""How much of the last speed figure stays in the next one: calm enough to read, quick enough to believe."""


@dataclass(slots=True)
class Book:
    """Where transfers write down what happens: the parts of the queue they share."""

    store: UploadStore
    events_out: EventBuffer
    conditions: Conditions
    link: Connectivity
    breaker: CircuitBreaker
    meter: RateMeter


class TransferPool:
    """All running transfers."""

    def __init__(
        self,
        means: Means,
        book: Book,
        *,
        batcher: Batcher,
        spawn: Spawn,
        again: Callable[[list[Upload]], None],
        wake: Callable[[], None],
    ) -> None:
        self._means = means
        self._book = book
        self._batcher = batcher
        self._spawn = spawn
        self._again = again
        self._wake = wake
        self._tasks: dict[UploadId, asyncio.Task[None]] = {}
        self._reporters: dict[UploadId, _Reporter] = {}

    @property
    def running(self) -> int:
        """How many uploads have a transfer, those that wait for a slot included."""
        return len(self._tasks)

    @property
    def bytes_under_way(self) -> int:
        """How many bytes of unfinished uploads have been handed to the network."""
        return sum(reporter.sent for reporter in self._reporters.values())

    def send(self, upload: Upload) -> None:
        """Start the transfer of a registered upload; where one is still ending, as soon as it has."""
        if upload.upload_id not in self._tasks:
            task = self._tasks[upload.upload_id] = self._spawn(self._run(upload), [upload])
            task.add_done_callback(lambda _: self._ended(upload))  # a task stopped before its first step ends too

    def pump(self) -> None:
        """Where the storage is in trouble as a whole, let one transfer ask whether it works again."""
        if self._book.breaker.due and self._means.slots.let_one_in():
            self._book.breaker.probed()

    def stop(self, upload: Upload) -> None:
        """Stop a transfer, if there is one; the upload's state is the caller's business."""
        if task := self._tasks.get(upload.upload_id):
            task.cancel()

    def progress(self, now: float) -> tuple[UploadProgress, ...]:
        """Give how far each transfer is that has begun to send."""
        return tuple(reporter.progress(now) for reporter in self._reporters.values() if reporter.sent)

    async def _run(self, upload: Upload) -> None:
        reporter = self._reporters[upload.upload_id] = _Reporter(upload, self._book, self._means)
        try:
            await self._transfer(upload, reporter)
        finally:
            self._book.meter.ended(time.monotonic(), upload.upload_id)
            del self._reporters[upload.upload_id]

    def _ended(self, upload: Upload) -> None:
        del self._tasks[upload.upload_id]
        if upload.state is UploadState.REGISTERED:  # paused, and perhaps resumed before this task had ended
            self._again([upload])
        self._wake()

    async def _transfer(self, upload: Upload, reporter: _Reporter) -> None:
        assert upload.presigned is not None
        transfer = Transfer(upload.sent, upload.presigned, self._means, reporter)
        try:
            upload.sha256 = await transfer.run()
        except UrlExpired as error:
            self._register_again(upload, error)
        except UploaderError as error:
            self._failed(upload, error)
        except Exception:
            log.exception("upload %.8s: internal error", upload.upload_id)
            self._book.store.move(upload, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))
        else:
            self._arrived(upload)

    def _arrived(self, upload: Upload) -> None:
        self._book.link.contact()
        self._book.meter.ended(time.monotonic(), upload.upload_id, arrived=True)
        self._book.breaker.succeeded()
        self._means.slots.arrived()
        self._means.slots.let_go()
        if self._means.slots.slowed:
            self._book.conditions.begin(Condition.STORAGE_BUSY)
        self._book.store.move(upload, UploadState.UPLOADED)

    def _register_again(self, upload: Upload, error: UrlExpired) -> None:
        if upload.registrations >= self._means.policy.attempts:
            self._failed(upload, error)
            return
        upload.presigned = None
        self._book.store.move(upload, UploadState.QUEUED, Reason.of(error))
        if upload.registrations == 1:
            self._batcher.put_back([upload])
        else:
            self._spawn(self._put_back_later(upload), [upload])

    async def _put_back_later(self, upload: Upload) -> None:
        """Links that are dead when they are given out are no reason to ask for ever more of them at once."""
        wait = self._means.policy.backoff(upload.registrations - 1)
        upload.retry_at = time.monotonic() + wait
        await asyncio.sleep(wait)
        if upload.state is UploadState.QUEUED:
            self._batcher.put_back([upload])
            self._wake()

    def _failed(self, upload: Upload, error: UploaderError) -> None:
        log.info("upload %.8s: %s %s", upload.upload_id, error.code, error.detail)
        _count_out(upload, error)
        self._book.breaker.forget(upload.upload_id)
        self._book.store.move(upload, UploadState.FAILED, Reason.of(error))


class _Reporter:
    """What one transfer's listener does with what it hears."""

    def __init__(self, upload: Upload, book: Book, means: Means) -> None:
        self._upload = upload
        self._book = book
        self._means = means
        self._seen_at = 0.0
        self._seen = 0
        self._speed = 0.0
        self._unreachable = 0
        self.sent = 0

    async def uploading(self) -> None:
        """A PUT is about to begin; returns when that is recorded."""
        self._upload.attempts += 1
        self._upload.tries += 1
        self._seen_at, self._seen, self._speed = time.monotonic(), 0, 0.0
        self._book.meter.began(self._seen_at, self._upload.upload_id)
        self._book.store.move(self._upload, UploadState.UPLOADING)
        await self._book.store.saved()

    def waiting(self) -> None:
        """The pause before another attempt is over, and it waits for its turn as any registered upload does."""
        if self._upload.state is UploadState.RETRYING:
            self._book.store.move(self._upload, UploadState.REGISTERED)
        self._book.breaker.look()

    def rank(self) -> tuple[int, int]:
        """Return who is let in first while the storage is in trouble: the lowest (tries, bytes)."""
        return self._book.breaker.tries(self._upload.upload_id), self._upload.sent.size

    def moving(self) -> None:
        """Bytes move."""
        self._book.link.contact()

    def confirming(self) -> None:
        """The last byte is handed over."""
        self._book.store.move(self._upload, UploadState.CONFIRMING)

    async def failed(self, error: UploaderError) -> None:
        """An attempt ended; return when it is time for the next one, and raise the error where there is none."""
        if isinstance(error, Offline):
            await self._back_online(error)
            return
        wait = self._wait_after(error)
        if wait is None:
            self._note_end(error)
            raise error
        self._book.link.contact()
        await self._try_again(error, wait)

    def moved(self, count: int) -> None:
        """So many bytes moved on."""
        self.sent += count
        self._book.meter.moved(time.monotonic(), self._upload.upload_id, count)
        if count > 0:
            self._book.link.contact()
        self._book.events_out.touch()

    def progress(self, now: float) -> UploadProgress:
        """Give how far this transfer is, and its calmed speed."""
        elapsed = now - self._seen_at
        if elapsed > 0.05:  # noqa: PLR2004 - shorter is noise
            speed = max(0.0, (self.sent - self._seen) / elapsed)
            self._speed = _SPEED_MEMORY * self._speed + (1 - _SPEED_MEMORY) * speed if self._speed else speed
            self._seen_at, self._seen = now, self.sent
        return UploadProgress(self._upload.upload_id, self.sent, self._speed)

    def _wait_after(self, error: UploaderError) -> float | None:
        """Return the seconds until the next attempt, None where this was the last one."""
        upload, breaker, policy = self._upload, self._book.breaker, self._means.policy
        if not breaker.concerns(error):
            return policy.wait_after(error, upload.tries)
        if upload.upload_id not in breaker.failed([upload.upload_id], error):
            upload.tries -= 1  # others fare no better: it is not this file
        if upload.tries >= policy.attempts or breaker.ends(upload.upload_id, self._on_this_side()):
            return None
        if breaker.open:
            return 0.0  # its slot is what it waits for
        backoff = policy.steady_backoff if len(self._on_this_side()) == 1 else policy.backoff
        return backoff(breaker.tries(upload.upload_id), error.retry_after)

    def _note_end(self, error: UploaderError) -> None:
        """What this end says of the storage as a whole."""
        if self._upload.state not in SENDING or isinstance(error, SourceError | NotConfirmed):
            self._book.breaker.probe_again()
        elif isinstance(error, StorageError) and not self._book.breaker.concerns(error):
            self._book.breaker.succeeded()  # it speaks, though it says no
            self._means.slots.let_go()

    def _on_this_side(self) -> list[UploadId]:
        return self._book.store.ids_in(UploadState.REGISTERED, *SENDING)

    async def _try_again(self, error: UploaderError, wait: float) -> None:
        """Wait, in `RETRYING`; where the storage as a whole is in trouble, nobody begins meanwhile."""
        log.info("upload %.8s: %s %s, again in %.1f s", self._upload.upload_id, error.code, error.detail, wait)
        if self._book.breaker.open:
            self._means.slots.hold()
        if isinstance(error, SlowDown):
            self._book.conditions.begin(Condition.STORAGE_BUSY)
            self._means.slots.slow_down(self._means.policy.rest_after(error, wait))
        _count_out(self._upload, error)
        self._retrying(Reason.of(error), time.monotonic() + wait if wait else None)
        await asyncio.sleep(wait)

    async def _back_online(self, error: Offline) -> None:
        """Nothing can be reached: that was no attempt."""
        self._unreachable = 1 if self._book.breaker.open else self._unreachable + 1  # its probes wait already
        self._upload.attempts -= 1
        self._upload.tries -= 1
        self._retrying(Reason.of(error), None)
        await self._book.link.wait_back(self._unreachable)

    def _retrying(self, reason: Reason, retry_at: float | None) -> None:
        self._book.meter.ended(time.monotonic(), self._upload.upload_id)
        if self._upload.state is not UploadState.RETRYING:
            self._book.store.move(self._upload, UploadState.RETRYING, reason)
        self._upload.retry_at = retry_at


def _count_out(upload: Upload, error: UploaderError) -> None:
    """Where no connection came about, no PUT was begun: `attempts` counts those alone."""
    if isinstance(error, NetworkError) and not error.outcome_unknown:
        upload.attempts -= 1
