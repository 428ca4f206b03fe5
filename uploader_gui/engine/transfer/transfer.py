"""Sends registered uploads, an asyncio task for each, until the storage confirmed exactly the file's bytes.

`Transfer` reads and sends one file to one presigned URL; `AttemptLog` records what an attempt did, and decides whether
there is another one; `TransferPool` has all of them. The only arrow that runs back: where a URL has expired, the upload
is registered again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import (
    Damaged,
    NetworkError,
    NotConfirmed,
    Offline,
    SlowDown,
    SourceError,
    StorageError,
    StorageRefused,
    UploaderError,
    UrlExpired,
    Variant,
)
from uploader_gui.engine.events import Condition, UploadProgress
from uploader_gui.engine.models import SENDING, Reason, UploadState
from uploader_gui.engine.net.stall_watchdog import ConnectionActivity
from uploader_gui.engine.outages import CircuitBreaker
from uploader_gui.engine.source import SourceReader
from uploader_gui.engine.transfer.rate_meter import STILL
from uploader_gui.engine.transfer.s3 import Body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.models import PresignedPut, Source, Upload, UploadId
    from uploader_gui.engine.source import Digests
    from uploader_gui.engine.upload_store import UploadStore

log = logging.getLogger(__name__)

LEND_AFTER: Final = 1.0
"""Seconds without a block from the disk after which a transfer lends its slot to others."""
MIN_PIECE: Final = 16 * 1024
MAX_PIECE: Final = 256 * 1024
"""Larger ones are not faster, and progress is told piece by piece."""
_PIECE_SECONDS: Final = 0.1
_MARGIN_SECONDS: Final = 5.0
"""Time to begin; a tenth of the URL's life where that is less."""
_SPEED_MEMORY: Final = 0.7
"""How much of the last speed figure stays in the next one: calm enough to read, quick enough to believe."""


class Transfer:
    """Sends one source to one presigned URL."""

    def __init__(self, context: EngineContext, source: Source, presigned: PresignedPut, attempts: AttemptLog) -> None:
        self._context = context
        self._source = source
        self._presigned = presigned
        self._attempts = attempts

    async def run(self) -> str:
        """Send it, in as many attempts as allowed, and return the SHA-256 of what was sent, in hex.

        Raises:
            UrlExpired: a new presigned URL is needed.
            UploaderError: it cannot be sent; the last attempt's error.
        """
        while True:
            if not self._context.slots.free:
                self._attempts.waiting()
            async with self._context.slots.slot(self._attempts.rank()):
                try:
                    return await self._attempt()
                except UploaderError as error:
                    self._attempts.start_over()
                    pause = self._attempts.failed(error)  # the slot's next one may have to pause as well
            await pause

    async def _attempt(self) -> str:
        """Make one PUT: the first block is read before anything goes out, so a vanished file costs no connection."""
        self._check_lifetime()
        pieces = _Pieces(self._context, self._source, self._attempts.moved)
        try:
            await pieces.begin()
            self._check_lifetime()
            await self._attempts.uploading()
            return await self._put(pieces)
        finally:
            pieces.close()

    async def _put(self, pieces: _Pieces) -> str:
        assert self._source.media_type is not None
        attempts, activity = self._attempts, ConnectionActivity()
        attempts.activity = activity
        body = Body(self._source.size, pieces.next, attempts.moving, attempts.confirming, activity)
        is_fresh = self._context.server.clock.is_fresh(self._presigned)
        try:
            stored = await self._context.server.storage.put(self._presigned, self._source.media_type, body)
        except UrlExpired as error:
            error.on_arrival = is_fresh
            raise
        digests = pieces.digests()
        if not pieces.complete:
            raise Damaged
        stored.check(digests.md5)
        attempts.arrived()
        return digests.sha256

    def _check_lifetime(self) -> None:
        """Never start a PUT that cannot finish in time, unless a fresh URL would not be any better."""
        left = self._context.server.clock.seconds_left(self._presigned)
        if left is None:
            return
        lifetime = self._presigned.lifetime or left
        if left <= 0 or left < min(self._seconds_needed(lifetime), 0.8 * lifetime):
            raise UrlExpired(on_arrival=self._context.server.clock.is_fresh(self._presigned))

    def _seconds_needed(self, lifetime: float) -> float:
        running = max(1, self._context.store.count(*SENDING))
        rate = self._context.meter.rates(time.monotonic())[0] / running
        return min(_MARGIN_SECONDS, 0.1 * lifetime) + (1.5 * self._source.size / rate if rate > 0 else 0.0)


class _Pieces:
    """A source's bytes for the network: one block read ahead in a thread, cut into pieces the line can take.

    A slow line gets small pieces, so that progress is seen; a fast one gets larger ones.
    `complete` is True once everything has been asked for: an answer before that confirms nothing.
    """

    def __init__(self, context: EngineContext, source: Source, moved: Callable[[int], None]) -> None:
        self._reader = SourceReader(source)
        self._threads = context.resources.threads
        self._bandwidth = context.bandwidth
        self._slots = context.slots
        self._moved = moved
        self._ahead: asyncio.Future[bytes] | None = None
        self._block = memoryview(b"")
        self._in_flight = 0
        self._piece = 4 * MIN_PIECE
        self._given_at = 0.0
        self.complete = False

    async def begin(self) -> None:
        """Read the first block (and start on the second)."""
        self._read_ahead()
        self._block = await self._next_block()

    async def next(self) -> bytes | memoryview:
        """Return the next piece, empty at the end. A caller that asks again has sent the piece before."""
        self._count_sent_piece()
        if not self._block:
            self._block = await self._next_block()
        size = self._bandwidth.piece(self._piece)
        piece, self._block = self._block[:size], self._block[size:]
        await self._bandwidth.take(len(piece))
        self.complete = not piece
        self._in_flight = len(piece)
        self._given_at = asyncio.get_running_loop().time()
        return piece

    def digests(self) -> Digests:
        """Return both hashes of what was read."""
        return self._reader.digests()

    def close(self) -> None:
        """Close the file; a stuck read is not waited for, and its outcome is ignored."""
        self._reader.close()
        if self._ahead is not None:
            self._ahead.add_done_callback(lambda ahead: ahead.cancelled() or ahead.exception())

    async def _next_block(self) -> memoryview:
        if self._ahead is None:
            return memoryview(b"")
        await asyncio.wait({self._ahead}, timeout=LEND_AFTER)
        if not self._ahead.done():
            async with self._slots.lent():
                await asyncio.wait({self._ahead})
        block, self._ahead = self._ahead.result(), None
        if self._reader.left:
            self._read_ahead()
        return memoryview(block)

    def _read_ahead(self) -> None:
        self._ahead = asyncio.get_running_loop().run_in_executor(self._threads, self._reader.read)

    def _count_sent_piece(self) -> None:
        """Count the last piece, which is with the network now, and let the next one take about 0.1 s."""
        if not self._in_flight:
            return
        self._moved(self._in_flight)
        elapsed = max(asyncio.get_running_loop().time() - self._given_at, 1e-6)
        wanted = int(self._in_flight / elapsed * _PIECE_SECONDS)
        self._piece = max(MIN_PIECE, min(MAX_PIECE, wanted, 4 * self._piece))
        self._in_flight = 0


class AttemptLog:
    """What the attempts of one transfer do to its upload's state, the figures, and the storage's circuit breaker.

    Attributes:
        activity: what moves on the running attempt's connection.
        sent: bytes of the running attempt that have left this machine, as far as its system tells.
    """

    def __init__(self, context: EngineContext, upload: Upload, breaker: CircuitBreaker) -> None:
        self._context = context
        self._upload = upload
        self._breaker = breaker
        self._store = context.store
        self._slots = context.slots
        self._meter = context.meter
        self._retry = context.resources.retry
        self._measured_at = 0.0
        self._measured = 0
        self._speed = 0.0
        self._unreachable_tries = 0
        self._given = 0
        self._moved_at = 0.0
        self.activity = ConnectionActivity()
        self.sent = 0

    def rank(self) -> tuple[int, int]:
        """Return (tries, bytes): while the storage is in trouble, the lowest goes first."""
        return self._breaker.tries(self._upload.upload_id), self._upload.sent.size

    def waiting(self) -> None:
        """Record that every slot is taken: after the pause between attempts it waits as any registered upload does."""
        if self._upload.state is UploadState.RETRYING:
            self._store.move(self._upload, UploadState.REGISTERED)
        self._breaker.wake_if_due()

    async def uploading(self) -> None:
        """Record that a PUT is about to begin; return when the journal has that."""
        self._measured_at, self._measured, self._speed = time.monotonic(), 0, 0.0
        self._moved_at = self._measured_at
        self._meter.began(self._measured_at, self._upload.upload_id)
        self._store.begin_attempt(self._upload)
        await self._store.writer.saved()

    def moving(self) -> None:
        """Record that bytes move, though perhaps too slowly for a whole piece."""
        self._moved_at = time.monotonic()
        self._context.connectivity.note_activity()
        self._count(max(self.sent, self._given - (self.activity.waiting or 0)))

    def moved(self, count: int) -> None:
        """Count `count` bytes handed to the network; those that the system still keeps have not left yet."""
        self._given += count
        self.moving()

    def arrived(self) -> None:
        """Count all of it: the storage has confirmed it."""
        self._count(self._given)

    def start_over(self) -> None:
        """Take the bytes of an attempt that has ended out of the figures."""
        self._given = 0
        self._count(0)

    def _count(self, sent: int) -> None:
        if sent != self.sent:
            self._meter.moved(time.monotonic(), self._upload.upload_id, sent - self.sent)
            self.sent = sent
        self._context.events.touch()

    def confirming(self) -> None:
        """Record that the last byte is handed over; the storage has not answered yet."""
        self._store.move(self._upload, UploadState.CONFIRMING)

    def progress(self, now: float) -> UploadProgress:
        """Return how far this transfer is, and its smoothed speed."""
        elapsed = now - self._measured_at
        if elapsed > 0.05:  # noqa: PLR2004 - shorter is noise
            speed = max(0.0, (self.sent - self._measured) / elapsed)
            self._speed = _SPEED_MEMORY * self._speed + (1 - _SPEED_MEMORY) * speed if self._speed else speed
            self._measured_at, self._measured = now, self.sent
        if now - self._moved_at >= STILL:
            self._speed = 0.0
        return UploadProgress(self._upload.upload_id, self.sent, self._speed, self._moved_at)

    @property
    def is_sending(self) -> bool:
        """Whether an attempt is under way."""
        return self._upload.state in {UploadState.UPLOADING, UploadState.CONFIRMING}

    def failed(self, error: UploaderError) -> Awaitable[None]:
        """Return the pause before the next attempt; raise the error if this was the last one."""
        if isinstance(error, Offline):
            return self._wait_for_network(error)
        wait = self._wait_after(error)
        if wait is None:
            self._ended_with(error)
            raise error
        self._context.connectivity.note_activity()
        self._hold_up_others(error, wait)
        return self._try_again(error, wait)

    def _wait_after(self, error: UploaderError) -> float | None:
        """Return the seconds until the next attempt, None where this was the last one."""
        upload, breaker, retry = self._upload, self._breaker, self._retry
        if not breaker.concerns(error):
            return retry.wait_after(error, upload.tries)
        if upload.upload_id not in breaker.failed([upload.upload_id], error):
            self._store.uncount_try(upload)  # others fare no better: it is not this file
        if upload.tries >= retry.attempts or breaker.ends(upload.upload_id, self._on_this_side()):
            return None
        return breaker.wait(breaker.tries(upload.upload_id), self._on_this_side(), error)

    def _ended_with(self, error: UploaderError) -> None:
        """Record what the end of this transfer says of the storage as a whole."""
        if self._upload.state not in SENDING or isinstance(error, SourceError | NotConfirmed):
            self._breaker.probe_again()
        elif isinstance(error, StorageError) and not self._breaker.concerns(error):
            self._breaker.succeeded()  # it speaks, though it says no
            self._slots.let_go()

    def _on_this_side(self) -> list[UploadId]:
        return self._store.ids_in(UploadState.REGISTERED, *SENDING)

    def _hold_up_others(self, error: UploaderError, wait: float) -> None:
        """Let no other transfer begin while the storage as a whole is in trouble, or wants to be left alone."""
        if self._breaker.open:
            self._slots.hold()
        if isinstance(error, SlowDown):
            self._context.conditions.begin(Condition.STORAGE_BUSY, error)
            self._slots.slow_down(self._retry.rest_after(error, wait))

    async def _try_again(self, error: UploaderError, wait: float) -> None:
        """Wait, in `RETRYING`."""
        log.info("upload %.8s: %s, again in %.1f s", self._upload.upload_id, error, wait)
        uncount_unconnected(self._store, self._upload, error)
        self._retrying(Reason.of(error), time.monotonic() + wait if wait else None)
        await self._context.connectivity.sleep(wait)

    async def _wait_for_network(self, error: Offline) -> None:
        """Wait until servers can be reached again: that was no attempt."""
        self._unreachable_tries = 1 if self._breaker.open else self._unreachable_tries + 1  # its probes wait already
        self._store.uncount_attempt(self._upload)
        self._store.uncount_try(self._upload)
        self._retrying(Reason.of(error), None)
        await self._context.connectivity.wait_back(self._unreachable_tries, error)

    def _retrying(self, reason: Reason, retry_at: float | None) -> None:
        self._meter.ended(time.monotonic(), self._upload.upload_id)
        if self._upload.state is not UploadState.RETRYING:
            self._store.move(self._upload, UploadState.RETRYING, reason)
        self._store.retry_later(self._upload, retry_at)


def uncount_unconnected(store: UploadStore, upload: Upload, error: UploaderError) -> None:
    """Take back an attempt for which no connection came about: `attempts` counts the PUTs that began."""
    if isinstance(error, NetworkError) and not error.outcome_unknown:
        store.uncount_attempt(upload)


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
