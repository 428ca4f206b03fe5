"""Taking in what a person gives: walks paths and makes uploads; whose turn comes next is asked of the room's others.

Made in `parts.py`. `taking_up` goes on with what was begun before, `compare` leaves out what was sent already,
`second_look` looks at files once more. The anomaly is bound to an upload here, when it is added, and never changes.
"""

from __future__ import annotations

import logging
import uuid
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code, JournalError
from uploader_gui.engine.events import Resumed
from uploader_gui.engine.intake.duplicates import DuplicateCheck, SameFile, looks
from uploader_gui.engine.intake.resume import Drop, Reinspection, Resume, can_go_on, facts, usable
from uploader_gui.engine.intake.scan import Chunk, Refusal, broken, is_missing, walk
from uploader_gui.engine.models import Reason, Source, Upload, UploadId, UploadState

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from pathlib import Path

    from uploader_gui.engine.concurrency import DaemonThreads, Spawn
    from uploader_gui.engine.conversion.service import ConversionService
    from uploader_gui.engine.conversion_choices import AddOptions
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.intake.resume import Known
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.upload_store import UploadStore


log = logging.getLogger(__name__)

_GIVEN_UP: Final = frozenset({UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED})


class Intake:
    """The door of the queue.

    Attributes:
        others_unfinished: unfinished uploads of the journal that this run did not take up.
    """

    def __init__(
        self,
        *,
        store: UploadStore,
        threads: DaemonThreads,
        clock: ServerClock,
        events_out: EventBuffer,
        conversions: ConversionService,
        api_url: str,
        skip_uploaded: bool,
        receipt: Path | None,
        spawn: Spawn,
        ready: Callable[[list[Upload]], None],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._threads = threads
        self._events = events_out
        self._conversions = conversions
        self._api_url = api_url
        self._skip_uploaded = skip_uploaded
        self._receipt = receipt
        self._spawn = spawn
        self._wake = wake
        self._taking_up = Resume(store, clock, conversions)
        self._second_look = Reinspection(
            store=store,
            events_out=events_out,
            threads=threads,
            conversions=conversions,
            taking_up=self._taking_up,
            ready=ready,
        )
        self._comparison = DuplicateCheck(
            store=store, threads=threads, conversions=conversions, spawn=spawn, ready=ready, wake=wake
        )
        self._twins = SameFile(store, threads)
        self._busy = 0
        self._junk: set[str] = set()
        self._junk_of_run: set[str] = set()
        self.others_unfinished = 0

    @property
    def walking(self) -> bool:
        """True while paths are being searched or looked at."""
        return self._busy > 0

    @property
    def junk(self) -> int:
        """How many files were left out so far, each counted once however often it was given."""
        return len(self._junk)

    def end_run(self) -> int:
        """Give how many files were left out in the run that ends; the next one counts anew."""
        left_out, self._junk_of_run = len(self._junk_of_run), set()
        return left_out

    @property
    def busy(self) -> bool:
        """True also while files are compared with what was uploaded before: nothing is over, but nobody waits."""
        return self._busy > 0 or self._comparison.busy

    def add_paths(
        self, paths: Sequence[Path], anomaly_id: str, wishes: AddOptions, recorded: Callable[[], None] = lambda: None
    ) -> None:
        """Take in files and folders for an anomaly; `recorded` is called when all of them are in the journal."""
        self._begin(self._add_paths(paths, anomaly_id, wishes, recorded))

    def resume(self, anomaly_id: str | None) -> int:
        """Take up what the journal holds unfinished (for one anomaly, or all), and give how many that are."""
        mine = self._take_up_unfinished(self._store.journal, anomaly_id)
        if mine:
            self._events.send(Resumed(tuple(upload.upload_id for upload in mine)))
        return len(mine)

    def restore(self) -> None:
        """Bring back a window's list: what is unfinished goes on, what failed or was refused stands there as it was.

        It comes back later where the journal cannot be read just now.
        """
        try:
            self._restore(self._store.journal)
        except JournalError:
            self._spawn(self._store.reading(self._restore_later))

    async def _restore_later(self, journal: Journal) -> None:
        self._restore(journal)

    def _restore(self, journal: Journal) -> None:
        ended = [upload for upload in journal.unsent_on_list(self._api_url) if self._store.may_take_up(upload)]
        self._store.add(ended, recorded=True, as_left=True)
        mine = self._take_up_unfinished(journal, None)
        if mine or ended:
            self._events.send(Resumed(tuple(one.upload_id for one in mine), tuple(one.upload_id for one in ended)))

    def _take_up_unfinished(self, journal: Journal, anomaly_id: str | None) -> list[Upload]:
        unfinished = journal.unfinished(self._api_url)
        left = [self._taking_up.after_restart(one) for one in unfinished if self._store.may_take_up(one)]
        mine = [upload for upload in left if anomaly_id in {None, upload.anomaly_id}]
        self.others_unfinished = len(left) - len(mine)
        if mine:
            self._store.add(mine, recorded=True)
            self._let_in(mine, journal)
        return mine

    def go_on(self, uploads: list[Upload]) -> None:
        """Go on with cancelled uploads of the list as if nobody had cancelled them: a live URL is used again."""
        for upload in uploads:
            self._store.move(upload, self._taking_up.way_on(upload))
        if uploads:
            self._begin(self._store.reading(partial(self._let_in_again, uploads)))

    async def _let_in_again(self, uploads: list[Upload], journal: Journal) -> None:
        self._let_in(uploads, journal)

    def _let_in(self, uploads: list[Upload], journal: Journal) -> None:
        for one in dict.fromkeys(upload.anomaly_id for upload in uploads):
            mine = [upload for upload in uploads if upload.anomaly_id == one]
            self._comparison.let_in(mine, self._known(one, journal))

    def look_again(self, uploads: Iterable[Upload]) -> None:
        """Look at the files of finished uploads once more, and queue those that can be sent now."""
        chosen = list(uploads)
        for upload in chosen:
            self._store.take_on(upload)
        self._begin(self._second_look.look_at(chosen))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._busy += 1
        self._spawn(self._counted(work))

    async def _counted(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        finally:
            self._busy -= 1
            self._wake()

    async def _add_paths(
        self, paths: Sequence[Path], anomaly_id: str, wishes: AddOptions, recorded: Callable[[], None]
    ) -> None:
        known, earlier = await self._store.reading(partial(self._looked_up, anomaly_id))
        drop = Drop(anomaly_id, {} if wishes.again else known, wishes)
        try:
            await self._walk(paths, drop, earlier)
        except Exception:
            log.exception("%d paths cannot be taken in: internal error", len(paths))
            self._take(Chunk([broken(path.absolute()) for path in paths]), drop, {}, {})
        await self._store.reading(self._count_others)
        self._events.send(drop.summary(self.others_unfinished))
        await self._store.saved()
        recorded()

    async def _walk(self, paths: Sequence[Path], drop: Drop, earlier: dict[str, Upload]) -> None:
        by_looks = {looks(upload.source): upload.source for upload in earlier.values()}
        async for chunk in walk(paths, self._threads, receipt=self._receipt):
            self._take(chunk, drop, earlier, await self._twins.known_as(chunk, drop.anomaly_id, by_looks))

    async def _looked_up(self, anomaly_id: str, journal: Journal) -> tuple[Known, dict[str, Upload]]:
        return self._known(anomaly_id, journal), self._earlier(anomaly_id, journal)

    def _known(self, anomaly_id: str, journal: Journal) -> Known:
        return journal.uploaded(self._api_url, anomaly_id) if self._skip_uploaded else {}

    def _earlier(self, anomaly_id: str, journal: Journal) -> dict[str, Upload]:
        """Give what the journal knows as not sent, by path: the same file is the same upload, whenever it is given.

        Failed and cancelled ones count too: the service may know them, and would have them twice under a new id.
        """
        unsent = (
            *journal.failed_or_cancelled(self._api_url, anomaly_id),
            *journal.unfinished(self._api_url, anomaly_id),
        )
        return {str(one.source.resolved): one for one in unsent if self._store.get(one.upload_id) is None}

    async def _count_others(self, journal: Journal) -> None:
        left = journal.unfinished(self._api_url)
        self.others_unfinished = sum(self._store.get(upload.upload_id) is None for upload in left)

    def _take(self, chunk: Chunk, drop: Drop, earlier: dict[str, Upload], known_as: dict[str, str]) -> None:
        for left_out in (self._junk, self._junk_of_run, drop.junk):
            left_out.update(chunk.junk)
        new: list[Upload] = []
        adopted: list[Upload] = []
        seen: set[str] = set()
        for found in chunk.found:
            source = found if isinstance(found, Source) else found.source
            resolved = known_as.get(str(source.resolved), str(source.resolved))
            if resolved in seen or self._is_listed(found, drop.anomaly_id, resolved):
                self._same_path_again(drop, resolved)
                continue
            seen.add(resolved)
            if resolved in earlier and can_go_on(earlier[resolved], found):
                adopted.append(self._taking_up.adopt(earlier.pop(resolved), source))
            else:
                new.append(self._new_upload(found, drop))
        self._store.add(new)
        self._store.add(adopted, recorded=True)
        self._twins.note(new + adopted)
        self._sort_out(new + adopted, drop, resumed=len(adopted))

    def _is_listed(self, found: Source | Refusal, anomaly_id: str, resolved: str) -> bool:
        """The same path is the same upload, unless it was sent and its file is another one now."""
        upload = self._store.at_path(anomaly_id, resolved)
        if upload is None:
            return False
        source = usable(found)
        if upload.state.stored and source is not None and facts(source) != facts(upload.source):
            self._store.free_path(upload)
            return False
        return True

    def _same_path_again(self, drop: Drop, resolved: str) -> None:
        """Dropped again: one that could not be sent is looked at once more, the others are there already."""
        upload = self._store.at_path(drop.anomaly_id, resolved)
        again = {UploadState.SKIPPED} if drop.wishes.again else set()
        if upload is not None and upload.state in _GIVEN_UP | again:
            upload.wanted_again |= drop.wishes.again
            self._conversions.choose(upload, drop.wishes.choices)
            self.look_again([upload])
        else:
            drop.already_in_queue += 1

    def _sort_out(self, uploads: list[Upload], drop: Drop, *, resumed: int) -> None:
        queued = [upload for upload in uploads if not upload.state.finished]
        drop.resumed += resumed
        drop.queued += len(queued)
        drop.refused += len(uploads) - len(queued)
        self._comparison.let_in(uploads, drop.known)

    def _new_upload(self, found: Source | Refusal, drop: Drop) -> Upload:
        source = found if isinstance(found, Source) else found.source
        again = drop.wishes.again or not self._skip_uploaded
        upload = Upload(UploadId(str(uuid.uuid4())), drop.anomaly_id, source, 0, wanted_again=again)
        self._conversions.choose(upload, drop.wishes.choices)
        if isinstance(found, Source):
            return upload
        reason = Reason.of(found.error)
        if treatment := self._conversions.choices_for(upload).of(reason, source):
            upload.state, upload.treatment = UploadState.PREPARING, treatment
        else:
            failed = is_missing(found.error) or reason.code is Code.INTERNAL_ERROR
            upload.state = UploadState.FAILED if failed else UploadState.REFUSED
            upload.reason = reason
        return upload
