"""Taking in what a person gives: walks paths, makes uploads, takes up unfinished ones, leaves out what was sent.

Owned by `queue.py`. The anomaly is bound to an upload here, when it is added, and never changes.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from uploader_gui.engine.errors import Code, SourceError
from uploader_gui.engine.events import Resumed
from uploader_gui.engine.intake.drop import Drop, can_go_on, facts, may_be_known, usable
from uploader_gui.engine.intake.walk import MAX_WALKERS, Chunk, Refusal, is_missing, walk
from uploader_gui.engine.models import Reason, Source, Upload, UploadId, UploadState
from uploader_gui.engine.source import describe_only, hash_whole, inspect
from uploader_gui.engine.substitutes.folder import is_whole
from uploader_gui.engine.treatments import possible

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from pathlib import Path

    from uploader_gui.engine.batcher import Batcher
    from uploader_gui.engine.clock import ServerClock
    from uploader_gui.engine.intake.drop import Known
    from uploader_gui.engine.ledger import Ledger
    from uploader_gui.engine.outbox import Outbox
    from uploader_gui.engine.substitutes.preparation import Preparation
    from uploader_gui.engine.threads import DaemonThreads

log = logging.getLogger(__name__)

T = TypeVar("T")
_MAY_BE_SKIPPED = frozenset({UploadState.QUEUED, UploadState.PREPARING, UploadState.REFUSED})
_NEEDS_FRESH_URL = frozenset({Code.STORAGE_REFUSED, Code.URL_REFUSED, Code.URL_EXPIRED})


class Intake:
    """The door of the queue.

    Attributes:
        others_unfinished: unfinished uploads of the journal that this run did not take up.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        batcher: Batcher,
        threads: DaemonThreads,
        clock: ServerClock,
        outbox: Outbox,
        preparation: Preparation,
        api_url: str,
        skip_uploaded: bool,
        spawn: Callable[[Coroutine[None, None, None]], object],
        ready: Callable[[list[Upload]], None],
        poke: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._batcher = batcher
        self._threads = threads
        self._clock = clock
        self._outbox = outbox
        self._preparation = preparation
        self._api_url = api_url
        self._skip_uploaded = skip_uploaded
        self._spawn = spawn
        self._ready = ready
        self._poke = poke
        self._busy = 0
        self._comparing = 0
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
        return self._busy > 0 or self._comparing > 0

    def add_paths(self, paths: Sequence[Path], anomaly_id: str) -> None:
        """Take in files and folders for an anomaly."""
        self._begin(self._add_paths(paths, anomaly_id))

    def resume(self, anomaly_id: str | None) -> int:
        """Take up what the journal holds unfinished (for one anomaly, or all), and give how many that are."""
        left = [self._as_after_a_restart(upload) for upload in self._ledger.journal.unfinished(self._api_url)]
        mine = [upload for upload in left if anomaly_id in {None, upload.anomaly_id}]
        self.others_unfinished = len(left) - len(mine)
        if mine:
            self._ledger.add(mine, recorded=True)
            for one in dict.fromkeys(upload.anomaly_id for upload in mine):
                self._let_in([upload for upload in mine if upload.anomaly_id == one], self._known(one))
            self._outbox.send(Resumed(tuple(upload.upload_id for upload in mine)))
        return len(mine)

    def look_again(self, uploads: Iterable[Upload]) -> None:
        """Look at the files of finished uploads once more, and queue those that can be sent now."""
        self._begin(self._look_again(list(uploads)))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._busy += 1
        self._spawn(self._counted(work))

    async def _counted(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        finally:
            self._busy -= 1
            self._poke()

    async def _add_paths(self, paths: Sequence[Path], anomaly_id: str) -> None:
        drop = Drop(anomaly_id, self._known(anomaly_id))
        earlier = self._earlier(anomaly_id)
        async for chunk in walk(paths, self._threads):
            self._take(chunk, drop, earlier)
        self._count_others()
        self._outbox.send(drop.summary(self.others_unfinished))

    def _known(self, anomaly_id: str) -> Known:
        return self._ledger.journal.uploaded(self._api_url, anomaly_id) if self._skip_uploaded else {}

    def _earlier(self, anomaly_id: str) -> dict[str, Upload]:
        """Give what the journal knows as not sent, by path: the same file is the same upload, whenever it is given.

        Failed and cancelled ones count too: the service may know them, and would have them twice under a new id.
        """
        journal = self._ledger.journal
        unsent = (*journal.given_up(self._api_url, anomaly_id), *journal.unfinished(self._api_url, anomaly_id))
        return {str(one.source.resolved): one for one in unsent if self._ledger.get(one.upload_id) is None}

    def _count_others(self) -> None:
        left = self._ledger.journal.unfinished(self._api_url)
        self.others_unfinished = sum(self._ledger.get(upload.upload_id) is None for upload in left)

    def _take(self, chunk: Chunk, drop: Drop, earlier: dict[str, Upload]) -> None:
        for left_out in (self._junk, self._junk_of_run, drop.junk):
            left_out.update(chunk.junk)
        new: list[Upload] = []
        adopted: list[Upload] = []
        seen: set[str] = set()
        for found in chunk.found:
            source = found if isinstance(found, Source) else found.source
            resolved = str(source.resolved)
            if resolved in seen or self._is_listed(found, drop.anomaly_id, resolved):
                self._same_path_again(drop, resolved)
                continue
            seen.add(resolved)
            if resolved in earlier and can_go_on(earlier[resolved], found):
                adopted.append(self._adopt(earlier.pop(resolved), source))
            else:
                new.append(self._new_upload(found, drop.anomaly_id))
        self._ledger.add(new)
        self._ledger.add(adopted, recorded=True)
        self._sort_out(new + adopted, drop, resumed=len(adopted))

    def _is_listed(self, found: Source | Refusal, anomaly_id: str, resolved: str) -> bool:
        """The same path is the same upload, unless it was sent and its file is another one now."""
        upload = self._ledger.at_path(anomaly_id, resolved)
        if upload is None:
            return False
        source = usable(found)
        if upload.state.stored and source is not None and facts(source) != facts(upload.source):
            self._ledger.free_path(upload)
            return False
        return True

    def _same_path_again(self, drop: Drop, resolved: str) -> None:
        """Dropped again: one that could not be sent is looked at once more, the others are there already."""
        upload = self._ledger.at_path(drop.anomaly_id, resolved)
        if upload is not None and upload.state in {UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED}:
            self.look_again([upload])
        else:
            drop.already_in_queue += 1

    def _sort_out(self, uploads: list[Upload], drop: Drop, *, resumed: int) -> None:
        queued = [upload for upload in uploads if not upload.state.finished]
        drop.resumed += resumed
        drop.queued += len(queued)
        drop.refused += len(uploads) - len(queued)
        self._let_in(uploads, drop.known)

    def _let_in(self, uploads: list[Upload], known: Known) -> None:
        """Hand on what is surely new; the rest is compared with what was uploaded before (also after a crash)."""
        suspects = [upload for upload in uploads if may_be_known(upload, known)]
        self._go_on([upload for upload in uploads if not may_be_known(upload, known)])
        if suspects:
            self._comparing += 1
            self._spawn(self._compare_all(suspects, known))

    async def _compare_all(self, suspects: list[Upload], known: Known) -> None:
        try:
            await self._compare(suspects, known)
        finally:
            self._comparing -= 1
            self._poke()

    async def _compare(self, suspects: list[Upload], known: Known) -> None:
        """Same name and size as something already uploaded: hash it in the background, leave it out if equal."""
        for upload in suspects:
            try:
                sha256 = await self._in_thread(hash_whole, upload.source)
            except SourceError:
                sha256 = None  # the transfer will say what is wrong with it
            if upload.state not in _MAY_BE_SKIPPED:
                continue
            upload.sent_before = known[upload.source.name, upload.source.size].get(sha256 or "")
            if upload.sent_before is not None:
                upload.sha256 = sha256
                self._ledger.move(upload, UploadState.SKIPPED, Reason(Code.ALREADY_UPLOADED))
            else:
                self._go_on([upload])

    def _go_on(self, uploads: list[Upload]) -> None:
        """Hand on what is to be prepared first, and what can be registered or sent."""
        self._preparation.begin(upload for upload in uploads if upload.state is UploadState.PREPARING)
        self._ready([upload for upload in uploads if upload.state in {UploadState.QUEUED, UploadState.REGISTERED}])

    async def _look_again(self, uploads: list[Upload]) -> None:
        """Look at several at once: on a slow share each look takes its time, and one may not come back at all."""
        left = deque(uploads)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(MAX_WALKERS, len(left))):
                group.create_task(self._look_at_those(left))

    async def _look_at_those(self, left: deque[Upload]) -> None:
        while left:
            await self._look_at(left.popleft())

    async def _look_at(self, upload: Upload) -> None:
        try:
            source = await self._in_thread(inspect, upload.source.path, upload.source.resolved)
        except SourceError as error:
            source = await self._in_thread(describe_only, upload.source.path, upload.source.resolved)
            self._not_as_it_is(upload, source, Reason.of(error))
            return
        if upload.state.finished and upload.state is not UploadState.UPLOADED:
            self._begin_anew(upload, source)
            alive = upload.presigned is not None and upload.state is not UploadState.REFUSED
            self._ledger.move(upload, UploadState.REGISTERED if alive else UploadState.QUEUED)
            self._ready([upload])

    def _begin_anew(self, upload: Upload, source: Source) -> None:
        if upload.reason is not None and upload.reason.code in _NEEDS_FRESH_URL:
            upload.presigned = None
        self._adopt(upload, source)
        upload.tries = upload.registrations = upload.unknown_registrations = 0

    def _not_as_it_is(self, upload: Upload, source: Source, reason: Reason) -> None:
        """What was chosen for it is done (again); otherwise the row says why it cannot go."""
        treatment = upload.treatment or self._preparation.choices.of(reason, source)
        if not upload.state.finished or upload.state is UploadState.UPLOADED:
            return
        if treatment is not None and treatment in possible(reason, source):
            self._begin_anew(upload, source)
            upload.treatment = treatment
            self._ledger.move(upload, UploadState.PREPARING)
            self._preparation.begin([upload])
        elif upload.state is UploadState.SKIPPED:
            self._ledger.move(upload, UploadState.REFUSED, reason)
        else:
            upload.reason = reason
            self._outbox.changed(upload)

    def _adopt(self, upload: Upload, source: Source) -> Upload:
        """Go on with an upload as its file is now; a file that changed needs a new URL for its new size."""
        listed = self._ledger.get(upload.upload_id) is not None
        changed = facts(source) != facts(upload.source)
        if changed or not self._lives(upload):
            upload.presigned = None
        if changed and listed:
            self._ledger.resized(upload, source.size)
        if changed:
            self._preparation.forget(upload)
        if source.media_type is not None:
            upload.treatment = None  # it is accepted as it is now
        upload.source = source if listed else replace(source, name=upload.source.name)
        return upload if listed else self._as_after_a_restart(upload)

    def _as_after_a_restart(self, upload: Upload) -> Upload:
        """What was under way when the program ended: its URL is used again while it lives."""
        if upload.state is UploadState.REGISTERING:
            upload.may_be_registered_twice = True
        if not self._lives(upload):
            upload.presigned = None
        upload.state = UploadState.QUEUED if upload.presigned is None else UploadState.REGISTERED
        if upload.treatment is not None and not (upload.substitute and is_whole(upload.substitute.sent)):
            upload.state = UploadState.PREPARING
        upload.reason = None
        return upload

    def _lives(self, upload: Upload) -> bool:
        presigned = upload.presigned
        return presigned is not None and (presigned.expires_at is None or presigned.expires_at > self._clock.now())

    def _new_upload(self, found: Source | Refusal, anomaly_id: str) -> Upload:
        source = found if isinstance(found, Source) else found.source
        again = not self._skip_uploaded
        upload = Upload(UploadId(str(uuid.uuid4())), anomaly_id, source, 0, wanted_again=again)
        if isinstance(found, Source):
            return upload
        reason = Reason.of(found.error)
        if treatment := self._preparation.choices.of(reason, source):
            upload.state, upload.treatment = UploadState.PREPARING, treatment
        else:
            upload.state = UploadState.FAILED if is_missing(found.error) else UploadState.REFUSED
            upload.reason = reason
        return upload

    async def _in_thread(self, call: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)
