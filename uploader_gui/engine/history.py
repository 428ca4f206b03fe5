"""Looks back: past runs, their receipts, and saving a receipt where a person wants it. Owned by `queue.py`.

Reads the journal on the engine's thread (no other connection may), page by page so that it never stands still;
files are written in a thread of their own.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from uploader_gui.engine import receipt
from uploader_gui.engine.events import HistoryFound, HistoryMatches, ReceiptBuilt, ReceiptWritten
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

    from uploader_gui.engine.concurrency import DaemonThreads
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.models import PastRun, RunKey, Upload
    from uploader_gui.engine.options import EngineOptions

log = logging.getLogger(__name__)

T = TypeVar("T")


class Reading(Protocol):
    """See `UploadStore.reading`: here with everything of all servers written down."""

    def __call__(self, read: Callable[[Journal], Awaitable[T]]) -> Coroutine[Any, Any, T]:
        """Return what `read` finds in the journal."""


class History:
    """What the journal remembers, of all servers.

    `options` gives those in force; `spawn` runs a coroutine of the queue's.
    """

    def __init__(
        self,
        reading: Reading,
        options: Callable[[], EngineOptions],
        events_out: EventBuffer,
        *,
        threads: DaemonThreads,
        spawn: Callable[[Coroutine[None, None, None]], object],
    ) -> None:
        self._reading = reading
        self._options = options
        self._events = events_out
        self._threads = threads
        self._spawn = spawn
        self._told = self._searched = 0

    def tell_runs(self) -> None:
        """Tell every past run: `HistoryFound`. Whoever asks again meanwhile gets one answer, the newer."""
        self._told += 1
        self._spawn(self._tell_runs(self._told))

    def search(self, wanted: str) -> None:
        """Tell which runs hold a file of that name: `HistoryMatches`, unless something else is searched meanwhile."""
        self._searched += 1
        self._spawn(self._search(wanted, self._searched))

    def tell_receipt(self, key: RunKey) -> None:
        """Tell the receipt of a past run, its files as they stand now: `ReceiptBuilt`. Nothing where it is purged."""
        self._spawn(self._tell_receipt(key))

    async def failed(self, key: RunKey, server: str) -> list[Upload]:
        """Give the uploads of a past run that failed, none where it went to another server than that."""

        async def read(journal: Journal) -> list[Upload]:
            past = journal.past_run(key)
            if past is None or past.server != server:
                return []
            return [upload for upload in journal.uploads_of(key) if upload.state is UploadState.FAILED]

        return await self._reading(read)

    def save(self, content: bytes, path: Path) -> None:
        """Write a receipt, made ready in whatever form; `ReceiptWritten` tells how that went."""
        self._spawn(self._save(content, path))

    async def _tell_runs(self, number: int) -> None:
        async def read(journal: Journal) -> list[PastRun]:
            runs: list[PastRun] = []
            for page in journal.past_runs():
                runs += page
                await asyncio.sleep(0)  # transfers go on between two pages
                if number != self._told:
                    break
            return runs

        runs = await self._reading(read)
        if number == self._told:
            self._events.send(HistoryFound(tuple(runs), self._options().api_url))

    async def _search(self, wanted: str, number: int) -> None:
        async def read(journal: Journal) -> set[RunKey]:
            keys: set[RunKey] = set()
            for page in journal.runs_with_file(wanted):
                keys |= page
                await asyncio.sleep(0)  # as above
                if number != self._searched:
                    break
            return keys

        keys = await self._reading(read)
        if number == self._searched:
            self._events.send(HistoryMatches(wanted, frozenset(keys)))

    async def _tell_receipt(self, key: RunKey) -> None:
        async def read(journal: Journal) -> dict[str, Any] | None:
            return self._receipt(journal, key)

        if (made := await self._reading(read)) is not None:
            self._events.send(ReceiptBuilt(made, key))

    async def _save(self, content: bytes, path: Path) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, receipt.save, content, path)
        except OSError as error:
            log.warning("the receipt cannot be written: %s", error)
            self._events.send(ReceiptWritten(str(path), error.strerror or str(error)))
        else:
            self._events.send(ReceiptWritten(str(path)))

    def _receipt(self, journal: Journal, key: RunKey) -> dict[str, Any] | None:
        past = journal.past_run(key)
        if past is None:
            return None
        run = receipt.Run(
            program=past.program,
            anomaly_id=key.anomaly_id,
            started_at=past.started_at,
            uploads=journal.uploads_of(key),
            junk=past.junk,
            describe=self._options().describe,
            trial=self._options().trial,
        )
        return receipt.build(run, past.started_at if past.finished_at is None else past.finished_at)
