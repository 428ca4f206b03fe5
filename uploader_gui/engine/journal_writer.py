"""Writes the uploads of one server into the journal: what changed together in one transaction, before it is told.

SQLite works in a thread of its own (`JournalThread`), for a disk may be slow; the loop only waits for what has to be
written first. While the journal cannot be written nothing new begins, and the writing is tried again every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.errors import Code, JournalError, JournalInUse, JournalTooNew
from uploader_gui.engine.events import Condition, JournalSetAside
from uploader_gui.engine.journal.journal import Batch, JournalReopened, Unsaved
from uploader_gui.engine.models import Reason, UploadState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from uploader_gui.engine.context import Resources
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.journal.journal import EndedDeposits, Journal
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.outages import Conditions
    from uploader_gui.engine.scheduler import Scheduler
    from uploader_gui.engine.upload_store import UploadStore

log = logging.getLogger(__name__)

T = TypeVar("T")

JOURNAL_RETRY_SECONDS: Final = 2.0
_CLOCKS_DIFFER: Final = 2.0
"""In seconds. Smaller differences come from rounding."""


class JournalWriter:
    """What the journal does not have yet, and the run all of it belongs to."""

    def __init__(
        self,
        store: UploadStore,
        resources: Resources,
        options: EngineOptions,
        scheduler: Scheduler,
        *,
        events: EventBuffer,
        conditions: Conditions,
    ) -> None:
        self._store = store
        self._journal = resources.journal
        self._options = options
        self._scheduler = scheduler
        self._events = events
        self._conditions = conditions
        self._run_id: int | None = None
        self._offset = 0.0
        self._unsaved = Unsaved()
        self._not_in_journal: set[UploadId] = set()
        self._places: dict[bytes, UploadId] = {}
        self._wanted = False
        self._batch: Batch | None = None
        self._closed = self._leaving = False
        self._held_since: float | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self._journal.on_reopened.append(self._record_everything_again)

    def insert(self, uploads: Collection[Upload]) -> None:
        """Write uploads that the journal does not have, the next time it is written."""
        self._unsaved.new.update((upload.upload_id, upload) for upload in uploads)

    def update(self, *uploads: Upload) -> None:
        """Write the present facts of uploads, the next time the journal is written."""
        for upload in uploads:
            is_new = upload.upload_id in self._unsaved.new or upload.upload_id in self._not_in_journal
            (self._unsaved.new if is_new else self._unsaved.changed)[upload.upload_id] = upload

    def end_run(self, junk: int, stopped_at: float | None, deposits: EndedDeposits) -> None:
        """End the run with what has changed: what is added later belongs to another one.

        `junk` is the number of files left out in it, `stopped_at` when its sending stopped, None where it never began.
        `deposits` may be of earlier runs, which this one brought to their end.
        """
        if deposits[0]:
            self._unsaved.deposits.append(deposits)
        if self._run_id is not None or self._batch is not None or self._unsaved.new:
            self._unsaved.ended = junk, self._store.clock.now() if stopped_at is None else stopped_at

    def write(self, *, durable: bool = False) -> None:
        """Begin to write what has changed; `durable`: it is to survive a power cut."""
        self._unsaved.durable |= durable
        self._wanted = True
        if self._batch is not None or self._retry_timer is not None or self._closed or self._leaving:
            return  # it follows; a journal in trouble is not looked at again before its time
        if self._unsaved or self._held_since is not None:
            self._batch = batch = self._take_batch()
            written = asyncio.wrap_future(self._journal.record(batch.write))
            written.add_done_callback(partial(self._written, batch))

    def all_written(self) -> bool:
        """Return whether the journal has everything; where not, the scheduler is woken when it has."""
        self.write()
        if (waiting := self._waiting_for_all()) is None:
            return True
        waiting.add_done_callback(lambda _: self._scheduler.wake())
        return False

    async def saved(self) -> None:
        """Wait until everything is in the journal: no server is asked for anything before."""
        await asyncio.sleep(0)  # what begins in the same turn of the loop is written together
        self.write()
        if (waiting := self._waiting_for_all()) is not None:
            await waiting

    def then(self, tell: Callable[[], None]) -> None:
        """Call `tell` once what has changed so far is in the journal, or it turns out that it cannot be written now."""
        self.write()
        if self._batch is not None or (self._leaving and self._unsaved):
            unsaved = self._unsaved if self._batch is None else self._unsaved or self._batch.unsaved
            unsaved.after.append(tell)
        else:
            tell()

    def write_no_more(self) -> None:
        """Begin no further transaction before `write_last`: on a slow disk each one takes its time."""
        self._leaving = True
        self._journal.hurry()

    async def write_last(self, junk: int, stopped_at: float | None, deposits: EndedDeposits) -> None:
        """Write what has changed for the last time, and the end of the run (see `end_run`).

        Also where the journal was in trouble a moment ago.
        """
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        self._leaving = False
        self.end_run(junk, stopped_at, deposits)
        done = asyncio.get_running_loop().create_future()
        self.write(durable=True)
        self.then(lambda: _release([done]))
        await done

    def close(self) -> None:
        """Write nothing from now on: the journal is about to be closed."""
        self._closed = True
        if self._retry_timer is not None:
            self._retry_timer.cancel()

    async def reading(self, read: Callable[[Journal], T]) -> T:
        """Return what `read` finds in the journal, in its thread, with everything written; wait while it cannot be."""
        while True:
            await self.saved()
            try:
                return await self._journal.call(read)
            except JournalError as error:
                self._hold(error)

    async def reading_pages(self, read: Callable[[Journal], Iterator[T]], is_wanted: Callable[[], bool]) -> list[T]:
        """As `reading`, page by page, as long as they are wanted: other calls take their turn between two pages."""
        while True:
            await self.saved()
            try:
                return await self._read_pages(read, is_wanted)
            except JournalError as error:
                self._hold(error)

    async def claim_places(self, places: Mapping[UploadId, bytes]) -> dict[UploadId, str]:
        """Record where uploads may be put; return those whose place is another upload's, each with that one's name.

        A place stays with the upload it was first given to, whatever became of that. The name is empty where only the
        place is known any more. Waits while the journal cannot be used.
        """
        wanted: dict[bytes, UploadId] = {}
        for upload_id, place in places.items():
            wanted.setdefault(place, upload_id)
        while wanted:
            try:
                owners = await asyncio.wrap_future(self._journal.record(lambda journal: journal.claim(wanted)))
            except JournalError as error:
                self._cannot_write(error)
                await self.saved()
            else:
                return self._claimed_by_others(places, owners)
        return {}

    def _claimed_by_others(
        self, places: Mapping[UploadId, bytes], owners: Mapping[bytes, tuple[UploadId, str | None]]
    ) -> dict[UploadId, str]:
        taken: dict[UploadId, str] = {}
        for upload_id, place in places.items():
            owner, name = owners[place]
            if owner != upload_id:
                listed = self._store.get(owner)
                taken[upload_id] = (listed.source.name if listed else name) or ""
            else:
                self._places[place] = owner
        return taken

    async def _read_pages(self, read: Callable[[Journal], Iterator[T]], is_wanted: Callable[[], bool]) -> list[T]:
        found: list[T] = []
        pages = await self._journal.call(read)
        while is_wanted() and (page := await self._journal.call(lambda _: next(pages, None))) is not None:
            found.append(page)
        return found

    # One transaction after the other

    def _take_batch(self) -> Batch:
        unsaved, self._unsaved, self._wanted = self._unsaved, Unsaved(), False
        unsaved.durable |= bool(unsaved.new)
        clock = self._store.clock
        is_dated = self._run_id is not None and (unsaved.new or unsaved.ended)
        moved = clock.offset - self._offset if is_dated else 0.0
        batch = Batch(
            unsaved,
            [upload.copy() for upload in unsaved.new.values()],
            [upload.copy() for upload in unsaved.changed.values()],
            server=(self._options.api_url, self._options.program),
            now=clock.now(),
            run_id=self._run_id,
            move_by=moved if abs(moved) > _CLOCKS_DIFFER else 0.0,
            places=dict(self._places) if unsaved.in_doubt else {},
        )
        self._offset = clock.offset if self._run_id is None else self._offset + batch.move_by
        return batch

    def _written(self, batch: Batch, written: asyncio.Future[list[UploadId]]) -> None:
        self._batch = None
        try:
            failed = written.result()
        except JournalError as error:
            self._unsaved.put_back(batch.unsaved)
            self._offset -= batch.move_by
            self._cannot_write(error)
        else:
            uploads = batch.unsaved.new | batch.unsaved.changed
            self._run_id = None if batch.unsaved.ended is not None else batch.run_id
            self._not_in_journal.difference_update(uploads)
            self._not_in_journal.update(failed)
            self._works_again()
            _release(batch.unsaved.waiting)
            self._fail(uploads[one] for one in failed)
            self._go_on(batch.unsaved.after)

    def _go_on(self, after: Iterable[Callable[[], None]]) -> None:
        try:
            for tell in after:
                tell()
        finally:
            if self._wanted:
                self.write()

    def _fail(self, uploads: Iterable[Upload]) -> None:
        for upload in uploads:
            log.error("upload %.8s cannot be written down", upload.upload_id)
            has_changed = upload.upload_id in self._unsaved.new or upload.upload_id in self._unsaved.changed
            if not upload.state.finished and not has_changed:
                self._scheduler.drop(upload)
                self._store.move(upload, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))

    def _waiting_for_all(self) -> asyncio.Future[None] | None:
        """Return what is done once the journal has everything, None where it has."""
        if self._unsaved or self._held_since is not None:
            waiting = self._unsaved.waiting
        elif self._batch is not None:
            waiting = self._batch.unsaved.waiting
        else:
            return None
        waiting.append(asyncio.get_running_loop().create_future())
        return waiting[-1]

    # Trouble with the file or the disk

    def _cannot_write(self, error: JournalError) -> None:
        if isinstance(error, JournalReopened):
            if self._journal.note_reopened() and self._journal.set_aside is not None:
                self._events.send(JournalSetAside(str(self._journal.set_aside)))
            self.write()
        elif isinstance(error, JournalInUse | JournalTooNew):
            self._begin_hold(error)
            self._scheduler.break_down(error)
        else:
            self._hold(error)

    def _record_everything_again(self) -> None:
        """Record all uploads again: the journal, opened again by this store or another server's, may have lost some."""
        self._unsaved.in_doubt = True
        self._unsaved.new = {upload.upload_id: upload for upload in self._store.all_uploads()}
        self._unsaved.changed = {}
        asyncio.get_running_loop().call_soon(self.write)

    def _begin_hold(self, error: JournalError) -> float:
        """Tell what waits for nothing but the attempt; return the `time.monotonic()` when the trouble began."""
        if self._held_since is None:
            log.warning("the journal cannot be used: %s", error.detail)
            self._held_since = time.monotonic()
        after, self._unsaved.after = self._unsaved.after, []
        for tell in after:
            tell()
        return self._held_since

    def _hold(self, error: JournalError) -> None:
        """Let nothing new begin while the journal cannot be used; try again in a moment."""
        since = self._begin_hold(error)
        self._conditions.begin(Condition.JOURNAL)
        limit = math.inf if self._options.offline_limit is None else self._options.offline_limit
        left = limit - (time.monotonic() - since)
        if left <= 0:
            self._scheduler.give_up(Code.JOURNAL)
        if self._retry_timer is None and not self._closed:
            wait = min(JOURNAL_RETRY_SECONDS, left) if left > 0 else JOURNAL_RETRY_SECONDS
            self._retry_timer = asyncio.get_running_loop().call_later(wait, self._retry)

    def _retry(self) -> None:
        self._retry_timer = None
        if self._held_since is not None:
            self.write(durable=True)

    def _works_again(self) -> None:
        if self._held_since is not None:
            self._held_since = None
            self._scheduler.wake()
        if not self._unsaved:  # nothing is left to write for those who waited for the end of the trouble
            _release(self._unsaved.waiting)
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        self._conditions.end(Condition.JOURNAL)


def _release(waiting: Iterable[asyncio.Future[None]]) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(None)
