"""Writes the uploads of one server into the journal: what changed together in one transaction, before it is told.

While the journal cannot be written nothing new begins, and the writing is tried again every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.errors import Code, JournalError, JournalInUse, JournalTooNew
from uploader_gui.engine.events import Condition, JournalSetAside
from uploader_gui.engine.models import Reason, UploadState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

    from uploader_gui.engine.conditions import Conditions
    from uploader_gui.engine.context import Resources
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.options import EngineOptions
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
        self._unsaved_new: list[Upload] = []
        self._unsaved: dict[UploadId, Upload] = {}
        self._not_in_journal: set[UploadId] = set()
        self._unsaved_places: dict[bytes, UploadId] = {}
        self._places: dict[bytes, UploadId] = {}
        self._in_doubt = False
        self._closed = False
        self._held_since = 0.0
        self._retry_timer: asyncio.TimerHandle | None = None
        self._saved = asyncio.Event()
        self._saved.set()
        self._journal.on_reopened.append(self._record_everything_again)

    def insert(self, uploads: Collection[Upload]) -> None:
        """Write uploads that the journal does not have, the next time it is written."""
        self._unsaved_new += uploads

    def update(self, *uploads: Upload) -> None:
        """Write the present facts of uploads, the next time the journal is written."""
        self._unsaved.update((upload.upload_id, upload) for upload in uploads)

    def write(self) -> None:
        """Write what has changed: before front ends are told of it, and before a server is asked for anything."""
        if self._unsaved_new or self._unsaved or self._unsaved_places:
            self.save()

    def save(self, *, durable: bool = False) -> None:
        """Write what has changed; `durable`: on the disk before this returns."""
        if self._closed or self._retry_timer is not None:
            return  # a journal in trouble is not looked at again before its time
        try:
            self._mend()
            self._make_sure_of_run()
            self._write_all(durable=durable)
        except (JournalInUse, JournalTooNew) as error:
            self._saved.clear()
            self._scheduler.break_down(error)
        except JournalError as error:
            self._hold(error)
        else:
            if not self._saved.is_set():
                self._scheduler.wake()
            self._saved.set()
            self._conditions.end(Condition.JOURNAL)

    def all_written(self) -> bool:
        """Write what has changed, and return whether the journal has everything."""
        self.write()
        return self._saved.is_set()

    def close(self) -> None:
        """Write nothing from now on: the journal is about to be closed."""
        self._closed = True
        if self._retry_timer is not None:
            self._retry_timer.cancel()

    def write_last(self) -> None:
        """Write what has changed for the last time, also where the journal was in trouble a moment ago."""
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        self.save(durable=True)

    async def saved(self) -> None:
        """Wait until everything is in the journal: no server is asked for anything before."""
        await asyncio.sleep(0)  # what begins in the same turn of the loop is written together
        self.write()
        await self._saved.wait()

    @property
    def journal(self) -> Journal:
        """The journal with everything written, to read at once.

        Raises:
            JournalError: it cannot be read now.
        """
        self.write()
        return self._journal

    async def reading(self, read: Callable[[Journal], Awaitable[T]]) -> T:
        """Return what `read` finds in the journal, with everything written; wait while it cannot be read."""
        while True:
            await self.saved()
            try:
                return await read(self._journal)
            except JournalError as error:
                self._hold(error)

    def end_run(self, junk: int, stopped_at: float | None) -> None:
        """End the run in the journal: what is added later belongs to another one.

        `junk` is the number of files left out in it, `stopped_at` when its sending stopped, None where it never began.
        """
        if self._run_id is None:
            return
        try:
            self._correct_times(self._run_id)
            ended_at = self._store.clock.now() if stopped_at is None else stopped_at
            self._journal.end_run(self._run_id, junk, ended_at)
        except JournalError as error:
            log.info("the end of the run cannot be recorded: %s", error.detail)
        self._run_id = None

    def drain(self) -> None:
        """Clear used-up URLs off the disk: nothing is left to send."""
        self.write()
        try:
            self._journal.vacuum()
        except JournalError as error:
            log.info("the journal cannot be drained now: %s", error.detail)

    async def claim_places(self, places: Mapping[UploadId, bytes]) -> dict[UploadId, str]:
        """Record where uploads may be put; return those whose place is another upload's, each with that one's name.

        A place stays with the upload it was first given to, whatever became of that. The name is empty where only the
        place is known any more. Waits while the journal cannot be read.
        """
        while True:
            try:
                known = self._journal.given_out(places.values())
            except JournalError as error:
                self._hold(error)
                await self._saved.wait()
            else:
                return self._claimed_by_others(places, known)

    def _claimed_by_others(
        self, places: Mapping[UploadId, bytes], known: Mapping[bytes, tuple[UploadId, str | None]]
    ) -> dict[UploadId, str]:
        taken: dict[UploadId, str] = {}
        for upload_id, place in places.items():
            owner, name = known.get(place) or (self._unsaved_places.setdefault(place, upload_id), None)
            if owner != upload_id:
                listed = self._store.get(owner)
                taken[upload_id] = (listed.source.name if listed else name) or ""
        return taken

    def _mend(self) -> None:
        """Open the journal again where that is needed; `_record_everything_again` is called then."""
        if not self._journal.reopen_if_needed():
            return
        log.warning("the journal was opened again")
        if self._journal.set_aside is not None:
            self._events.send(JournalSetAside(str(self._journal.set_aside)))

    def _record_everything_again(self) -> None:
        """Record all uploads again: the journal, opened again by this store or another server's, may have lost some."""
        self._in_doubt = True
        self._unsaved_new, self._unsaved = self._store.all_uploads(), {}
        self._unsaved_places = self._places | self._unsaved_places
        asyncio.get_running_loop().call_soon(self.write)

    def _make_sure_of_run(self) -> None:
        if self._in_doubt and self._run_id is not None and not self._journal.has_run(self._run_id):
            self._run_id = None
        self._in_doubt = False

    def _write_all(self, *, durable: bool) -> None:
        new = [*self._unsaved_new, *(self._unsaved[one] for one in self._not_in_journal & self._unsaved.keys())]
        changed = [upload for upload_id, upload in self._unsaved.items() if upload_id not in self._not_in_journal]
        try:
            if new:
                self._insert(new)
            if changed or self._unsaved_places:
                self._journal.record(changed, durable=durable, places=self._unsaved_places)
        except JournalError:
            raise
        except Exception:
            log.exception("%d records cannot be written at once", len(new) + len(changed))
            self._write_singly({upload.upload_id: upload for upload in (*new, *changed)}.values())
        else:
            self._not_in_journal -= self._unsaved.keys()
            self._forget_unsaved()

    def _insert(self, uploads: Collection[Upload]) -> None:
        if self._run_id is None:
            now, self._offset = self._store.clock.now(), self._store.clock.offset
            self._run_id = self._journal.begin_run(self._options.api_url, self._options.program, now)
        self._correct_times(self._run_id)
        self._journal.add(uploads, self._options.api_url, self._run_id, self._store.clock.now())

    def _correct_times(self, run_id: int) -> None:
        """Move what was recorded of the run before the server's clock was known to that clock."""
        error = self._store.clock.offset - self._offset
        if abs(error) > _CLOCKS_DIFFER:
            self._journal.move_run(run_id, error)
            self._offset += error

    def _write_singly(self, uploads: Iterable[Upload]) -> None:
        """Write each record alone: one that cannot be written, whatever is in it, must not hold up the others."""
        failed: list[Upload] = []
        for upload in uploads:
            try:
                self._insert([upload])
            except JournalError:
                raise
            except Exception:  # noqa: BLE001 - logged with its traceback above
                failed.append(upload)
            else:
                self._not_in_journal.discard(upload.upload_id)
        self._journal.record([], places=self._unsaved_places)
        self._forget_unsaved()
        self._not_in_journal.update(upload.upload_id for upload in failed)
        for upload in failed:
            log.error("upload %.8s cannot be written down", upload.upload_id)
            if not upload.state.finished:
                self._scheduler.drop(upload)
                self._store.move(upload, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))

    def _forget_unsaved(self) -> None:
        self._places |= self._unsaved_places
        self._unsaved_new, self._unsaved, self._unsaved_places = [], {}, {}

    def _hold(self, error: JournalError) -> None:
        """Let nothing new begin while the journal cannot be used; try again in a moment."""
        if self._saved.is_set():
            log.warning("the journal cannot be used: %s", error.detail)
            self._held_since = time.monotonic()
        self._saved.clear()
        self._conditions.begin(Condition.JOURNAL)
        limit = math.inf if self._options.offline_limit is None else self._options.offline_limit
        left = limit - (time.monotonic() - self._held_since)
        if left <= 0:
            self._scheduler.give_up(Code.JOURNAL)
        if self._retry_timer is None:
            wait = min(JOURNAL_RETRY_SECONDS, left) if left > 0 else JOURNAL_RETRY_SECONDS
            self._retry_timer = asyncio.get_running_loop().call_later(wait, self._retry)

    def _retry(self) -> None:
        self._retry_timer = None
        if not self._saved.is_set():
            self.save(durable=True)
