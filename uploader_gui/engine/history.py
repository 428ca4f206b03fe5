"""Past runs and their receipts, and saving a receipt where a person wants it.

Reads the journal in its thread (no other connection may), page by page so that transfers go on meanwhile; files are
written in another thread.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from uploader_gui.engine import receipt
from uploader_gui.engine.events import HistoryFound, HistoryMatches, ReceiptBuilt, ReceiptWritten, UploadsRemoved
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from uploader_gui.engine.models import RunKey, Upload, UploadId
    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.engine.servers import Servers
    from uploader_gui.engine.undo import Undo

log = logging.getLogger(__name__)


class History:
    """What the journal has of the runs with all servers."""

    def __init__(self, servers: Servers, undo: Undo) -> None:
        self._servers = servers
        self._undo = undo
        context = servers.current.context
        self._resources = context.resources
        self._events = context.events
        self._tasks = context.tasks
        self._told = self._searched = 0

    def tell_runs(self) -> None:
        """Tell every past run: `HistoryFound`. Asked again meanwhile, only the newer answer is told."""
        self._told += 1
        self._tasks.spawn(self._tell_runs(self._told))

    def search(self, wanted: str) -> None:
        """Tell which runs had a file of that name: `HistoryMatches`, unless another name is searched meanwhile."""
        self._searched += 1
        self._tasks.spawn(self._search(wanted, self._searched))

    def tell_receipt(self, key: RunKey) -> None:
        """Tell the receipt of a past run, its files as they are now: `ReceiptBuilt`; nothing where it is purged."""
        self._tasks.spawn(self._tell_receipt(key))

    async def receipt_of(self, upload_ids: frozenset[UploadId]) -> Receipt | None:
        """Return the receipt of the deposit that has these uploads; None for several, or one that has not ended."""
        writer = await self._servers.all_written()
        return await writer.reading(lambda journal: self._receipt_with(journal, upload_ids))

    def forget(self, key: RunKey) -> None:
        """Forget the finished uploads of a past run, also on the list; then tell the runs that are left."""
        self._tasks.spawn(self._forget(key))

    async def failed(self, key: RunKey, server: str) -> list[Upload]:
        """Return the uploads of a past run that failed; none where it used another server than `server`."""

        def read(journal: Journal) -> list[Upload]:
            past = journal.past_run(key)
            if past is None or past.server != server:
                return []
            return [upload for upload in journal.uploads_of(key) if upload.state is UploadState.FAILED]

        return await (await self._servers.all_written()).reading(read)

    def save(self, content: bytes, path: Path) -> None:
        """Write the bytes of a receipt to a file; `ReceiptWritten` tells how that went."""
        self._tasks.spawn(self._save(content, path))

    async def _tell_runs(self, number: int) -> None:
        writer = await self._servers.all_written()
        pages = await writer.reading_pages(Journal.past_runs, lambda: number == self._told)
        if number == self._told:
            self._events.send(HistoryFound(tuple(run for page in pages for run in page), self._servers.options.api_url))

    async def _search(self, wanted: str, number: int) -> None:
        writer = await self._servers.all_written()
        pages = await writer.reading_pages(
            lambda journal: journal.runs_with_file(wanted), lambda: number == self._searched
        )
        if number == self._searched:
            self._events.send(HistoryMatches(wanted, frozenset(key for page in pages for key in page)))

    async def _tell_receipt(self, key: RunKey) -> None:
        writer = await self._servers.all_written()
        if (made := await writer.reading(lambda journal: self._receipt(journal, key))) is not None:
            self._events.send(ReceiptBuilt(made, key))

    async def _forget(self, key: RunKey) -> None:
        writer = await self._servers.all_written()
        uploads = await writer.reading(lambda journal: journal.uploads_of(key))
        gone = self._let_go(upload.upload_id for upload in uploads if upload.state.finished)
        await (await self._servers.all_written()).reading(lambda journal: journal.forget(gone))
        await self._resources.journal.call(lambda _: self._resources.own_files.tidy())
        self._resources.journal.drain()
        self.tell_runs()

    def _let_go(self, upload_ids: Iterable[UploadId]) -> list[UploadId]:
        """Take uploads off the list that the journal is about to forget; return them without what is unfinished."""
        left = list(upload_ids)
        for scheduler in self._servers:
            store = scheduler.context.store
            listed = store.ids()
            left = store.forget(left)
            scheduler.context.events.send(UploadsRemoved(tuple(one for one in left if one in listed)))
        self._undo.forget(left)
        return left

    async def _save(self, content: bytes, path: Path) -> None:
        try:
            await self._resources.threads.run(receipt.save, content, path)
        except OSError as error:
            log.warning("the receipt cannot be written: %s", error)
            self._events.send(ReceiptWritten(str(path), system_words(error)))
        else:
            self._events.send(ReceiptWritten(str(path)))

    def _receipt_with(self, journal: Journal, upload_ids: frozenset[UploadId]) -> Receipt | None:
        keys = journal.runs_with(upload_ids)
        if len(keys) != 1 or journal.circumstances(key := keys.pop()) is None:
            return None
        made = self._receipt(journal, key)
        return made if made is not None and upload_ids <= {file.upload_id for file in made.files} else None

    def _receipt(self, journal: Journal, key: RunKey) -> Receipt | None:
        past = journal.past_run(key)
        if past is None:
            return None
        told = journal.circumstances(key) or receipt.Circumstances()
        options = self._servers.options
        return receipt.Receipt(
            program=past.program,
            anomaly_id=key.anomaly_id,
            started_at=past.started_at,
            finished_at=past.started_at if past.finished_at is None else past.finished_at,
            files=tuple(receipt.file_of(upload, options.describe) for upload in journal.uploads_of(key)),
            junk=past.junk,
            trial=options.trial,
            circumstances=replace(told, server="" if options.trial else past.server),
        ).with_every_arrival()
