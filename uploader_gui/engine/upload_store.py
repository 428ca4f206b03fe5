"""All uploads of a run and the only place where one changes state: checked, counted, journalled, told.

The queue's own book. `intake.py`, `registrar.py` and `pool.py` decide; this writes down.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from itertools import count
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.errors import Code, JournalError, JournalInUse, JournalTooNew
from uploader_gui.engine.events import Condition, JournalSetAside
from uploader_gui.engine.models import FINISHED, Reason, Upload, UploadState, check_transition

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping

    from uploader_gui.engine.conditions import Conditions
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.models import Substitute, UploadId

log = logging.getLogger(__name__)

T = TypeVar("T")

JOURNAL_RETRY_SECONDS: Final = 2.0
_NOT_WORTH_A_WRITE: Final = frozenset({UploadState.CONFIRMING, UploadState.RETRYING})
"""After a restart these mean what UPLOADING means, which the journal has already."""


class UploadStore:
    """The uploads of this run, by id, in the order they were added. Iterating leaves out removed rows."""

    def __init__(
        self,
        journal: Journal,
        events_out: EventBuffer,
        conditions: Conditions,
        *,
        api_url: str,
        program: str,
        keeps_list: bool = False,
        trial: bool = False,
        orders: Iterator[int] | None = None,
        let_go: Callable[[Substitute], None] = lambda _: None,
        limit: float | None = None,
        gave_up: Callable[[], None] = lambda: None,
        lost: Callable[[JournalError], None] = lambda _: None,
        take_out: Callable[[Upload], None] = lambda _: None,
        written: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin an empty book.

        `keeps_list`: what ends unsent stands on the list at the next start; `trial`: everything goes to the sandbox.
        `orders` numbers uploads in the order they were added, across all servers of a run.
        `let_go` hears of a substitute no longer needed; `limit` seconds without a journal that can be written, and
        `gave_up` is called (headless). `lost` hears that the journal is another instance's now, `take_out` of an upload
        that cannot be written down and goes no further, `written` that what was held up is in the journal.
        """
        self._written = written
        self._lost = lost
        self._take_out = take_out
        self._absent: set[UploadId] = set()
        self._closed = False
        self._let_go = let_go
        self._limit = limit
        self._gave_up = gave_up
        self._held_since = 0.0
        self._journal = journal
        self._in_doubt = False
        journal.on_reopened.append(self._tell_again)
        self._events = events_out
        self._conditions = conditions
        self._api_url = api_url
        self._program = program
        self._keeps_list = keeps_list
        self._trial = trial
        self._as_left: set[UploadId] = set()
        self._run_id: int | None = None
        self._orders = count() if orders is None else orders
        self._elsewhere = ""
        self._uploads: dict[UploadId, Upload] = {}
        self._by_path: dict[tuple[str, str], Upload] = {}
        self._removed: dict[UploadId, Upload] = {}
        self._counts = dict.fromkeys(UploadState, 0)
        self._bytes = dict.fromkeys(UploadState, 0)
        self._unsaved_new: list[Upload] = []
        self._unsaved: dict[UploadId, Upload] = {}
        self._unsaved_places: dict[bytes, UploadId] = {}
        self._places: dict[bytes, UploadId] = {}
        self._retry_timer: asyncio.TimerHandle | None = None
        self._saved = asyncio.Event()
        self._saved.set()

    def __iter__(self) -> Iterator[Upload]:
        return iter(self._uploads.values())

    def everything(self) -> list[Upload]:
        """Give all uploads of the run in the order they were added, removed rows included: for the receipt."""
        return sorted((*self._uploads.values(), *self._removed.values()), key=lambda upload: upload.order)

    def of_this_run(self) -> list[Upload]:
        """Give all uploads of the run but those that only stand on the list as an earlier one left them."""
        return [upload for upload in self.everything() if upload.upload_id not in self._as_left]

    def take_on(self, upload: Upload) -> None:
        """Count an upload that an earlier run left as one of this run, for it was given or wanted again."""
        if upload.upload_id in self._as_left:
            self._as_left.remove(upload.upload_id)
            upload.attempts = 0

    def get(self, upload_id: UploadId) -> Upload | None:
        """Give an upload by its id."""
        return self._uploads.get(upload_id)

    def at_path(self, anomaly_id: str, resolved: str) -> Upload | None:
        """Give the upload of a resolved path to an anomaly: the same path twice is one upload."""
        return self._by_path.get((anomaly_id, resolved))

    def may_take_up(self, upload: Upload) -> bool:
        """Tell whether an upload of the journal may join the list: neither it nor its file stands there."""
        listed = self.at_path(upload.anomaly_id, str(upload.source.resolved))
        return listed is None and upload.upload_id not in self._uploads

    def count(self, *states: UploadState) -> int:
        """Give how many uploads are in one of these states."""
        return sum(self._counts[state] for state in states)

    def ids_in(self, *states: UploadState) -> list[UploadId]:
        """Return the ids of all uploads on the list that are in one of these states."""
        return [upload.upload_id for upload in self._uploads.values() if upload.state in states]

    def bytes_in(self, *states: UploadState) -> int:
        """Give the size of all uploads in these states, in bytes."""
        return sum(self._bytes[state] for state in states)

    @property
    def size(self) -> int:
        """How many uploads there are, finished ones included."""
        return len(self._uploads)

    @property
    def unfinished(self) -> int:
        """How many uploads are not finished."""
        return self.size - self.count(*FINISHED)

    def add(self, uploads: list[Upload], *, recorded: bool = False, as_left: bool = False) -> None:
        """Take in new uploads; `recorded` where the journal holds them already (resumed, adopted).

        `as_left`: they stand on the list as an earlier run left them; this one has nothing to do with them yet.
        """
        if as_left:
            self._as_left.update(upload.upload_id for upload in uploads)
        for upload in uploads:
            upload.listed |= self._keeps_list
            upload.trial = self._trial
            self._removed.pop(upload.upload_id, None)
            upload.order = next(self._orders)
            self._by_path[upload.anomaly_id, str(upload.source.resolved)] = upload
            self._list(upload)
        if recorded:
            self._unsaved.update((upload.upload_id, upload) for upload in uploads)
        else:
            self._unsaved_new += uploads
        self._save(durable=True)
        self._events.added(uploads)

    def move(self, upload: Upload, state: UploadState, reason: Reason | None = None) -> None:
        """Bring one upload into a state, for a reason where there is one."""
        self.move_all([upload], state, reason)

    def move_all(
        self,
        uploads: Iterable[Upload],
        state: UploadState,
        reason: Reason | None = None,
        *,
        durable: bool = False,
    ) -> None:
        """Bring uploads into a state; `durable`: on the disk before this returns.

        Otherwise all that changes until somebody is told of it, or a server is asked for something, is one
        transaction of the journal (`write`).

        Raises:
            ForbiddenTransitionError: a bug.
        """
        for upload in uploads:
            check_transition(upload.state, state)
            log.debug("upload %.8s: %s -> %s", upload.upload_id, upload.state, state)
            self._count(upload, -1)
            self.take_on(upload)
            upload.state, upload.reason, upload.retry_at = state, reason, None
            if state is UploadState.UPLOADED:
                upload.uploaded_at = time.time()
            self._count(upload, 1)
            if state not in _NOT_WORTH_A_WRITE:
                self._unsaved[upload.upload_id] = upload
            self._events.changed(upload)
            if state.finished and upload.substitute is not None:
                self._let_go(upload.substitute)
        if durable:
            self._save(durable=True)

    async def give_out(self, places: Mapping[UploadId, bytes]) -> dict[UploadId, str]:
        """Note where uploads may be put, and give those whose place is another upload's, each with that one's name.

        A place stays with the upload it was first given to, whatever became of that. The name is empty where nothing
        but the place is known any more. Waits while the journal cannot be read.
        """
        while True:
            try:
                known = self._journal.given_out(places.values())
            except JournalError as error:
                self._hold(error)
                await self._saved.wait()
            else:
                return self._divide(places, known)

    def _divide(
        self, places: Mapping[UploadId, bytes], known: Mapping[bytes, tuple[UploadId, str | None]]
    ) -> dict[UploadId, str]:
        taken: dict[UploadId, str] = {}
        for upload_id, place in places.items():
            owner, name = known.get(place) or (self._unsaved_places.setdefault(place, upload_id), None)
            if owner != upload_id:
                listed = self._uploads.get(owner)
                taken[upload_id] = (listed.source.name if listed else name) or ""
        return taken

    def resized(self, upload: Upload, size: int) -> None:
        """Correct the sums before what an upload sends is replaced by something of `size` bytes."""
        self._bytes[upload.state] += size - upload.sent.size

    def note(self, upload: Upload) -> None:
        """Record facts about an upload whose state stays as it is."""
        self._unsaved[upload.upload_id] = upload
        self._events.changed(upload)

    def remove(self, uploads: Iterable[Upload]) -> None:
        """Take finished uploads out of the list and its sums, for good; the same paths may be added anew."""
        for upload in uploads:
            self._count(upload, -1)
            upload.listed = False
            if not upload.state.stored:
                self._unsaved[upload.upload_id] = upload
            self._removed[upload.upload_id] = self._uploads.pop(upload.upload_id)
            self.free_path(upload)

    def put_back(self, uploads: list[Upload]) -> None:
        """Bring removed uploads back to their places in the list, in the states they have."""
        for upload in uploads:
            del self._removed[upload.upload_id]
            upload.listed |= self._keeps_list
            self._unsaved[upload.upload_id] = upload
            self._by_path.setdefault((upload.anomaly_id, str(upload.source.resolved)), upload)
            self._list(upload)
        self._uploads = {upload.upload_id: upload for upload in sorted(self, key=lambda upload: upload.order)}
        self._events.added(uploads)

    def is_removed(self, upload: Upload) -> bool:
        """Return whether a person took this very upload off the list."""
        return self._removed.get(upload.upload_id) is upload

    def belong_elsewhere(self, server: str) -> None:
        """Note that another server than that of these uploads is in use ("": theirs is), and tell their rows."""
        self._elsewhere = server
        for upload in self:  # one that is removed learns it when it comes back
            upload.elsewhere = server
            self._events.changed(upload)

    def free_path(self, upload: Upload) -> None:
        """Let an upload's path be added anew: its row is removed, or its file is another one now."""
        if self.at_path(upload.anomaly_id, str(upload.source.resolved)) is upload:
            del self._by_path[upload.anomaly_id, str(upload.source.resolved)]

    def write(self) -> None:
        """Write down what has changed: before anybody is told of it, and before a server is asked for anything."""
        if self._unsaved_new or self._unsaved or self._unsaved_places:
            self._save()

    def all_written(self) -> bool:
        """Write down what has changed, and say whether the journal has everything."""
        self.write()
        return self._saved.is_set()

    def close(self) -> None:
        """Write nothing any more: the journal is about to be closed."""
        self._closed = True
        if self._retry_timer is not None:
            self._retry_timer.cancel()

    def write_last(self) -> None:
        """Write down what has changed, whatever went wrong before: there is no later."""
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        self._save(durable=True)

    async def saved(self) -> None:
        """Return when everything is in the journal: nothing is announced to a server before."""
        await asyncio.sleep(0)  # what begins in the same turn of the loop is written together
        self.write()
        await self._saved.wait()

    @property
    def journal(self) -> Journal:
        """The journal with everything written down, to read in at once: `JournalError` where that cannot be done."""
        self.write()
        return self._journal

    async def reading(self, read: Callable[[Journal], Awaitable[T]]) -> T:
        """Return what `read` finds in the journal, everything being written down; held up while it cannot be read."""
        while True:
            await self.saved()
            try:
                return await read(self._journal)
            except JournalError as error:
                self._hold(error)

    def end_run(self, junk: int) -> None:
        """All is done (or left): what is added from now on belongs to another run. `junk`: files left out in it."""
        if self._run_id is None:
            return
        try:
            self._journal.end_run(self._run_id, junk)
        except JournalError as error:
            log.info("the end of the run cannot be recorded: %s", error.detail)
        self._run_id = None

    def drain(self) -> None:
        """Nothing is left to do: used-up URLs leave the disk for good."""
        self.write()
        try:
            self._journal.vacuum()
        except JournalError as error:
            log.info("the journal cannot be drained now: %s", error.detail)

    def _list(self, upload: Upload) -> None:
        upload.elsewhere = self._elsewhere
        self._uploads[upload.upload_id] = upload
        self._count(upload, 1)

    def _count(self, upload: Upload, sign: int) -> None:
        self._counts[upload.state] += sign
        self._bytes[upload.state] += sign * upload.sent.size

    def _save(self, *, durable: bool = False) -> None:
        if self._closed or self._retry_timer is not None:
            return  # a journal in trouble is not looked at again before its time
        try:
            self._mend()
            self._make_sure_of_run()
            self._write_all(durable=durable)
        except (JournalInUse, JournalTooNew) as error:
            self._saved.clear()
            self._lost(error)
        except JournalError as error:
            self._hold(error)
        else:
            if not self._saved.is_set():
                self._written()
            self._saved.set()
            self._conditions.end(Condition.JOURNAL)

    def _mend(self) -> None:
        """Where the journal had to be opened again, it is told everything of this run once more."""
        if not self._journal.reopen_if_needed():
            return
        log.warning("the journal was opened again")
        if self._journal.set_aside is not None:
            self._events.send(JournalSetAside(str(self._journal.set_aside)))

    def _tell_again(self) -> None:
        """The journal may know less than it was told, of this server as of the others whose ledger found that out."""
        self._in_doubt = True
        self._unsaved_new, self._unsaved = self.everything(), {}
        self._unsaved_places = self._places | self._unsaved_places
        asyncio.get_running_loop().call_soon(self.write)

    def _make_sure_of_run(self) -> None:
        if self._in_doubt and self._run_id is not None and not self._journal.has_run(self._run_id):
            self._run_id = None
        self._in_doubt = False

    def _write_all(self, *, durable: bool) -> None:
        new = [*self._unsaved_new, *(self._unsaved[one] for one in self._absent & self._unsaved.keys())]
        changed = [upload for upload_id, upload in self._unsaved.items() if upload_id not in self._absent]
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
            self._absent -= self._unsaved.keys()
            self._note_written()

    def _insert(self, uploads: Collection[Upload]) -> None:
        if self._run_id is None:
            self._run_id = self._journal.begin_run(self._api_url, self._program)
        self._journal.add(uploads, self._api_url, self._run_id)

    def _write_singly(self, uploads: Iterable[Upload]) -> None:
        """A record that cannot be written, whatever is in it, fails alone: it must not hold up the others."""
        failed: list[Upload] = []
        for upload in uploads:
            try:
                self._insert([upload])
            except JournalError:
                raise
            except Exception:  # noqa: BLE001 - told with its traceback above
                failed.append(upload)
            else:
                self._absent.discard(upload.upload_id)
        self._journal.record([], places=self._unsaved_places)
        self._note_written()
        self._absent.update(upload.upload_id for upload in failed)
        for upload in failed:
            log.error("upload %.8s cannot be written down", upload.upload_id)
            if not upload.state.finished:
                self._take_out(upload)
                self.move(upload, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))

    def _note_written(self) -> None:
        self._places |= self._unsaved_places
        self._unsaved_new, self._unsaved, self._unsaved_places = [], {}, {}

    def _hold(self, error: JournalError) -> None:
        """Nothing new begins while it cannot be written down; try again in a moment."""
        if self._saved.is_set():
            log.warning("the journal cannot be used: %s", error.detail)
            self._held_since = time.monotonic()
        self._saved.clear()
        self._conditions.begin(Condition.JOURNAL)
        left = math.inf if self._limit is None else self._limit - (time.monotonic() - self._held_since)
        if left <= 0:
            self._gave_up()
        if self._retry_timer is None:
            wait = min(JOURNAL_RETRY_SECONDS, left) if left > 0 else JOURNAL_RETRY_SECONDS
            self._retry_timer = asyncio.get_running_loop().call_later(wait, self._retry)

    def _retry(self) -> None:
        self._retry_timer = None
        if not self._saved.is_set():
            self._save(durable=True)
