"""One upload with one presigned PUT: its attempts, until the storage confirmed exactly the file's bytes.

Made by `pool.py`, one asyncio task each. Tells its listener what it does; only the queue changes state.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from uploader_gui.engine.errors import Damaged, UploaderError, UrlExpired
from uploader_gui.engine.source import SourceReader
from uploader_gui.engine.transfer.s3 import Body

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from uploader_gui.engine.models import PresignedPut, Source
    from uploader_gui.engine.net.retry import RetryPolicy
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.source import Digests
    from uploader_gui.engine.transfer.bandwidth import Bandwidth
    from uploader_gui.engine.transfer.s3 import S3Client
    from uploader_gui.engine.transfer.slots import Slots

LEND_AFTER: Final = 1.0
"""A disk that gives nothing for so many seconds: its transfer lends its slot to others."""
MIN_PIECE: Final = 16 * 1024
MAX_PIECE: Final = 256 * 1024
"""Larger ones are not faster, and progress is told piece by piece."""
_PIECE_SECONDS: Final = 0.1
_MARGIN_SECONDS: Final = 5.0
"""Time to begin; a tenth of the URL's life where that is less."""


class TransferListener(Protocol):
    """What the queue hears from a transfer."""

    async def uploading(self) -> None:
        """A PUT is about to begin; returns when that is recorded."""

    def rank(self) -> tuple[int, int]:
        """Return who is let in first while the storage is in trouble: the lowest (tries, bytes)."""

    def waiting(self) -> None:
        """Every slot is taken: an attempt begins when one is free."""

    def moving(self) -> None:
        """Bytes move, though perhaps too slowly for a piece to be done."""

    def confirming(self) -> None:
        """The last byte is handed over; the storage has not answered yet."""

    def moved(self, count: int) -> None:
        """So many bytes moved on; negative where an attempt starts again."""

    async def failed(self, error: UploaderError) -> None:
        """An attempt ended; returns when it is time for the next one, and raises the error where there is none."""


@dataclass(frozen=True, slots=True)
class Means:
    """What every transfer works with. `rate` gives the bytes per second one transfer can expect, 0.0 unknown."""

    storage: S3Client
    slots: Slots
    threads: Executor
    policy: RetryPolicy
    clock: ServerClock
    bandwidth: Bandwidth
    rate: Callable[[], float]


class Transfer:
    """Sends one source to one presigned URL."""

    def __init__(
        self,
        source: Source,
        presigned: PresignedPut,
        means: Means,
        listener: TransferListener,
    ) -> None:
        self._source = source
        self._presigned = presigned
        self._means = means
        self._listener = listener
        self._sent = 0

    async def run(self) -> str:
        """Send it, in as many attempts as the listener wants, and return the SHA-256 of what was sent, in hex.

        Raises:
            UrlExpired: a new presigned URL is needed.
            UploaderError: it cannot be sent; the last attempt's error.
        """
        while True:
            try:
                return await self._attempt()
            except UploaderError as error:
                self._start_over()
                await self._listener.failed(error)

    async def _attempt(self) -> str:
        """One PUT: the first block is read before anything goes out, so a vanished file costs no connection."""
        if not self._means.slots.free:
            self._listener.waiting()
        async with self._means.slots.slot(self._listener.rank()):
            self._check_life()
            pieces = _Pieces(self._source, self._means, self._moved)
            try:
                await pieces.begin()
                self._check_life()
                await self._listener.uploading()
                return await self._put(pieces)
            finally:
                pieces.close()

    async def _put(self, pieces: _Pieces) -> str:
        assert self._source.media_type is not None
        body = Body(self._source.size, pieces.next, self._listener.moving, self._listener.confirming)
        stored = await self._means.storage.put(self._presigned, self._source.media_type, body)
        digests = pieces.digests()
        if not pieces.complete:
            raise Damaged
        stored.check(digests.md5)
        return digests.sha256

    def _check_life(self) -> None:
        """Never start a PUT that cannot finish in time, unless a fresh URL would not be any better."""
        if self._presigned.expires_at is None:
            return
        left = self._presigned.expires_at - self._means.clock.now()
        life = self._presigned.lifetime or left
        if left <= 0 or left < min(self._needed(life), 0.8 * life):
            raise UrlExpired

    def _needed(self, life: float) -> float:
        rate = self._means.rate()
        return min(_MARGIN_SECONDS, 0.1 * life) + (1.5 * self._source.size / rate if rate > 0 else 0.0)

    def _moved(self, count: int) -> None:
        self._sent += count
        self._listener.moved(count)

    def _start_over(self) -> None:
        if self._sent:
            self._listener.moved(-self._sent)
            self._sent = 0


class _Pieces:
    """A source's bytes for the wire: one block read ahead in a thread, cut into pieces the line can swallow.

    A slow line gets small pieces, so that progress is seen; a fast one gets larger ones.
    `complete` is True once everything has been asked for: an answer before that confirms nothing.
    """

    def __init__(self, source: Source, means: Means, moved: Callable[[int], None]) -> None:
        self._reader = SourceReader(source)
        self._means = means
        self._report = moved
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
        """Give the next piece, empty at the end. Whoever asks again has sent the piece before."""
        self._account()
        if not self._block:
            self._block = await self._next_block()
        size = self._means.bandwidth.piece(self._piece)
        piece, self._block = self._block[:size], self._block[size:]
        await self._means.bandwidth.take(len(piece))
        self.complete = not piece
        self._in_flight = len(piece)
        self._given_at = asyncio.get_running_loop().time()
        return piece

    def digests(self) -> Digests:
        """Give both hashes of what was read."""
        return self._reader.digests()

    def close(self) -> None:
        """Close the file; a stuck read is not waited for, and what it says at last concerns nobody any more."""
        self._reader.close()
        if self._ahead is not None:
            self._ahead.add_done_callback(lambda ahead: ahead.cancelled() or ahead.exception())

    async def _next_block(self) -> memoryview:
        if self._ahead is None:
            return memoryview(b"")
        await asyncio.wait({self._ahead}, timeout=LEND_AFTER)
        if not self._ahead.done():
            async with self._means.slots.lent():
                await asyncio.wait({self._ahead})
        block, self._ahead = self._ahead.result(), None
        if self._reader.left:
            self._read_ahead()
        return memoryview(block)

    def _read_ahead(self) -> None:
        loop = asyncio.get_running_loop()
        self._ahead = loop.run_in_executor(self._means.threads, self._reader.read)

    def _account(self) -> None:
        """The piece given last is with the network now: count it, and let the next one take about 0.1 s."""
        if not self._in_flight:
            return
        self._report(self._in_flight)
        elapsed = max(asyncio.get_running_loop().time() - self._given_at, 1e-6)
        wanted = int(self._in_flight / elapsed * _PIECE_SECONDS)
        self._piece = max(MIN_PIECE, min(MAX_PIECE, wanted, 4 * self._piece))
        self._in_flight = 0
