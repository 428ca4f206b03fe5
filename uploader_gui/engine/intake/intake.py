"""Adds what a person gives: scans paths and makes uploads of what is found, or goes on with earlier ones.

The anomaly is bound to an upload here, when it is added; a person may change it until the upload is registered.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import AnomalyChanged, PathsAdded, Resumed, UploadsRemoved
from uploader_gui.engine.intake.duplicates import DuplicateCheck, SameFile, look_elsewhere, looks, may_be_known
from uploader_gui.engine.intake.resume import Reinspection, Resume
from uploader_gui.engine.intake.scan import Chunk, Ours, Refusal, broken, inspected, scan
from uploader_gui.engine.models import Reason, Source, Upload, UploadId, UploadState, may_change_anomaly
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, possible_treatments
from uploader_gui.engine.source import wire_name
from uploader_gui.engine.upload_store import facts
from uploader_gui.engine.windows_paths import reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from pathlib import Path

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.conversion import ConversionService
    from uploader_gui.engine.intake.duplicates import Known
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.models import Awaited, Treatment
    from uploader_gui.engine.options import AddOptions

log = logging.getLogger(__name__)

PAGE: Final = 200
"""The number of uploads listed at once, in a few milliseconds."""
RESTORING_SECONDS: Final = 1.0
_GIVEN_UP: Final = frozenset({UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED})


class Intake:
    """Puts uploads on the list and hands them to the scheduler or the conversions.

    Attributes:
        others_unfinished: how many unfinished uploads of the journal this run did not resume.
    """

    def __init__(self, context: EngineContext, conversions: ConversionService) -> None:
        self._context = context
        self._store = context.store
        self._events = context.events
        self._options = context.options
        self._scheduler = context.scheduler
        self._conversions = conversions
        self._resume = Resume(context)
        self._reinspection = Reinspection(context, conversions, self._resume)
        self._duplicates = DuplicateCheck(context, conversions)
        self._same_file = SameFile(context)
        self._adding: set[asyncio.Task[None]] = set()
        self._restoring: set[asyncio.Task[None]] = set()
        self._whole: list[Upload] = []
        self._looks_at_whole = False
        self._list_lock = asyncio.Lock()
        self._junk: set[str] = set()
        self._junk_of_run: set[str] = set()
        self.others_unfinished = 0

    @property
    def walking(self) -> bool:
        """Whether paths are being scanned or files looked at."""
        return bool(self._adding)

    @property
    def junk(self) -> int:
        """How many files were left out so far, each counted once however often it was added."""
        return len(self._junk)

    def end_run(self) -> int:
        """Return how many files were left out in the run that ends; the next one counts from 0."""
        left_out, self._junk_of_run = len(self._junk_of_run), set()
        return left_out

    @property
    def busy(self) -> bool:
        """As `walking`, and also while uploads are restored or compared with earlier ones (no batch waits for that)."""
        return bool(self._adding or self._restoring or self._duplicates.comparing)

    def add_paths(
        self,
        paths: Sequence[Path],
        anomaly_id: str,
        add_options: AddOptions = DEFAULT_ADD_OPTIONS,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        """Add files and folders for an anomaly; they are sent at once where the queue runs.

        `recorded` is called when all that was found is in the journal.
        """
        self._begin(self._add_paths(paths, anomaly_id, add_options, recorded))
        self._scheduler.tell_status()

    def await_files(self, files: Iterable[Awaited], anomaly_id: str, add_options: AddOptions) -> None:
        """Put files on the list that the window is fetching; `fetched` or `not_fetched` follows for each."""
        uploads = []
        for file in files:
            name, shortened = wire_name(file.name)
            source = Source(file.path, reachable(file.path), name, None, file.size, 0, shortened)
            uploads.append(self._made(file.upload_id, source, anomaly_id, add_options))
            uploads[-1].state = UploadState.FETCHING
        self._store.add(uploads)

    def fetched(self, uploads: Iterable[Upload]) -> None:
        """Go on with files that are whole now."""
        self._whole += uploads
        if self._whole and not self._looks_at_whole:
            self._looks_at_whole = True
            self._begin(self._look_at_fetched())

    async def _look_at_fetched(self) -> None:
        """Look at all that came meanwhile; the journal is asked once for all of them what was uploaded before."""
        try:
            while whole := self._whole:
                self._whole = []
                known = await self._store.writer.reading(partial(self._all_known, {one.anomaly_id for one in whole}))
                for upload in whole:
                    await self._look_at_one(upload, known[upload.anomaly_id])
        finally:
            self._looks_at_whole = False

    async def _look_at_one(self, upload: Upload, known: Known) -> None:
        found = await self._context.resources.threads.run(inspected, upload.source.path, upload.source.path)
        self.note_made(upload.source.path)
        if upload.state is UploadState.FETCHING:  # not cancelled meanwhile
            self._go_on_with(upload, found)
            self._duplicates.check([upload], known)

    def _go_on_with(self, upload: Upload, found: Source | Refusal) -> None:
        state, reason, treatment = self._fate(upload, found)
        self._store.replace_source(upload, found if isinstance(found, Source) else found.source)
        self._store.set_treatment(upload, treatment)
        self._store.move(upload, state, reason)

    def note_made(self, path: Path) -> None:
        """Record that a file is this program's own, and whole: it is removed once no upload needs it."""
        resources = self._context.resources
        resources.journal.submit(lambda _: resources.own_files.note_made(path))

    def not_fetched(self, uploads: Iterable[Upload], reason: Reason) -> None:
        """Let files fail that did not come whole."""
        self._store.move_all([one for one in uploads if one.state is UploadState.FETCHING], UploadState.FAILED, reason)
        self._scheduler.wake()

    def resume(self, anomaly_id: str | None = None, resumed: Callable[[int], None] = lambda _: None) -> None:
        """Resume what the journal has unfinished (for one anomaly, or all); `resumed` gets the number of uploads."""
        self._scheduler.spawn(self._resume_and_tell(anomaly_id, resumed), self._restoring)

    def restore(self) -> None:
        """Bring back a window's list: what is unfinished goes on, what failed or was refused stands there as it was."""
        self._scheduler.spawn(self._restore(), self._restoring)

    async def restored(self) -> None:
        """Wait until everything is restored, but no longer than a moment."""
        if self._restoring:
            await asyncio.wait(self._restoring, timeout=RESTORING_SECONDS)

    async def _resume_and_tell(self, anomaly_id: str | None, resumed: Callable[[int], None]) -> None:
        async with self._list_lock:
            mine = await self._resume_unfinished(anomaly_id)
        if mine:
            self._events.send(Resumed(tuple(mine)))
        resumed(len(mine))

    async def _restore(self) -> None:
        async with self._list_lock:
            unsent = await self._store.writer.reading(lambda journal: journal.unsent_on_list(self._options.api_url))
            ended = await self._list_again(unsent, from_earlier_run=True)
            mine = await self._resume_unfinished(None)
        half = [one for one in mine if self._has_ended(one)]  # what was being fetched
        if mine or ended:
            self._events.send(Resumed(tuple(one for one in mine if not self._has_ended(one)), (*ended, *half)))

    def _has_ended(self, upload_id: UploadId) -> bool:
        upload = self._store.get(upload_id)
        return upload is not None and upload.state.finished

    async def _resume_unfinished(self, anomaly_id: str | None) -> list[UploadId]:
        """Resume the unfinished uploads of an anomaly (or all), and return their ids."""
        left, known = await self._store.writer.reading(partial(self._read_unfinished, anomaly_id))
        mine = [upload for upload in left if anomaly_id in {None, upload.anomaly_id}]
        others = [upload for upload in left if anomaly_id not in {None, upload.anomaly_id}]
        self.others_unfinished = sum(map(self._store.can_be_listed, others))
        return await self._list_again(mine, known)

    def _read_unfinished(self, anomaly_id: str | None, journal: Journal) -> tuple[list[Upload], dict[str, Known]]:
        """Return the unfinished uploads, and what was uploaded to their anomalies. Called in the journal's thread."""
        left = journal.unfinished(self._options.api_url)
        anomalies = {upload.anomaly_id for upload in left if anomaly_id in {None, upload.anomaly_id}}
        return left, self._all_known(anomalies, journal)

    async def _list_again(
        self, uploads: list[Upload], known: dict[str, Known] | None = None, *, from_earlier_run: bool = False
    ) -> list[UploadId]:
        """Put uploads of the journal on the list, unless they are there, and return their ids.

        Where `known` tells what was uploaded before, by anomaly, they go on; without it they stay in their states. They
        are listed page by page: the loop has other things to do, too.
        """
        listed: list[UploadId] = []
        for at in range(0, len(uploads), PAGE):
            fresh = [upload for upload in uploads[at : at + PAGE] if self._store.can_be_listed(upload)]
            if known is not None:
                fresh = [self._resume.after_restart(upload) for upload in fresh]
            self._store.add(fresh, recorded=True, from_earlier_run=from_earlier_run)
            if known is not None:
                self._hand_on([upload for upload in fresh if upload.state is not UploadState.FETCHING], known)
                self._settle_fetching([upload for upload in fresh if upload.state is UploadState.FETCHING])
            listed += [upload.upload_id for upload in fresh]
            await asyncio.sleep(0)
        return listed

    def _settle_fetching(self, uploads: list[Upload]) -> None:
        """Go on with files an earlier run was fetching: one that is there is whole, the others will not come."""
        whole = [upload for upload in uploads if upload.source.path.is_file()]
        self.fetched(whole)
        self.not_fetched([upload for upload in uploads if upload not in whole], Reason(Code.NOT_FETCHED))

    def go_on(self, uploads: list[Upload]) -> None:
        """Go on with cancelled uploads of the list as if they had not been cancelled: a live URL is used again.

        What was cancelled while it was being fetched stays so unless its bytes have come: then it is looked at first.
        """
        there = [upload for upload in uploads if not self._resume.is_gone(upload)]
        looked_at = [upload for upload in there if _was_looked_at(upload)]
        for upload in looked_at:
            self._store.move(upload, self._resume.next_state(upload))
        if there:
            self._begin(self._hand_on_again(looked_at, [upload for upload in there if not _was_looked_at(upload)]))

    async def _hand_on_again(self, looked_at: list[Upload], others: list[Upload]) -> None:
        anomalies = {upload.anomaly_id for upload in (*looked_at, *others)}
        known = await self._store.writer.reading(partial(self._all_known, anomalies))
        self._hand_on(looked_at, known)
        await self._reinspection.look_at(others, partial(self._hand_on, known=known))

    def _hand_on(self, uploads: Sequence[Upload], known: dict[str, Known]) -> None:
        for one in dict.fromkeys(upload.anomaly_id for upload in uploads):
            self._duplicates.check([upload for upload in uploads if upload.anomaly_id == one], known[one])

    def look_again(self, uploads: Iterable[Upload]) -> None:
        """Look at the files of finished uploads once more, and queue those that can be sent now."""
        chosen = list(uploads)
        for upload in chosen:
            self._store.count_in_this_run(upload)
        self._begin(self._reinspection.look_at(chosen, self._duplicates.hand_on))

    def send_to(self, uploads: Sequence[Upload], anomaly_id: str) -> None:
        """Let uploads that are not registered go to another anomaly, as if they had been dropped for it.

        That is written at once, in one transaction; what may be uploaded there already is compared afterwards.
        """
        chosen = [upload for upload in uploads if upload.anomaly_id != anomaly_id]
        free = [upload for upload in chosen if may_change_anomaly(upload)]
        drop = Drop(anomaly_id, {}, DEFAULT_ADD_OPTIONS)
        moved = [moved for upload in free for moved in self._send_one_to(upload, drop)]
        self._conversions.name_again(moved)
        self._store.writer.write(durable=True)
        self._events.send(AnomalyChanged(anomaly_id, len(moved), len(free) - len(moved), len(chosen) - len(free)))
        if moved:
            self._same_file.remember(moved)
            self._begin(self._go_on_there(moved, anomaly_id))

    def _send_one_to(self, upload: Upload, drop: Drop) -> list[Upload]:
        """Return the upload under its new anomaly; where that has the file on its list, the second row goes."""
        self._scheduler.drop(upload)
        resolved = str(upload.source.resolved)
        if not self._is_listed(upload.source, drop.anomaly_id, resolved):
            return [self._store.send_to(upload, drop.anomaly_id)]
        self._same_path_again(drop, resolved)
        if not upload.state.finished:
            self._store.cancel([upload])
        self._store.remove([upload])
        self._events.send(UploadsRemoved((upload.upload_id,)))
        return []

    async def _go_on_there(self, uploads: list[Upload], anomaly_id: str) -> None:
        known = await self._store.writer.reading(partial(self._known, anomaly_id))
        there = [upload for upload in uploads if self._store.get(upload.upload_id) is upload]  # not moved once more
        skipped = [one for one in there if one.state is UploadState.SKIPPED and one.source.media_type]
        self._store.move_all(skipped, UploadState.QUEUED)
        again = {UploadState.FAILED, UploadState.CANCELLED, UploadState.SKIPPED}
        self._duplicates.check([upload for upload in there if upload.state not in again], known)
        look_at = [upload for upload in there if upload.state in again]
        await self._reinspection.look_at(look_at, partial(self._duplicates.check, known=known))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._scheduler.spawn(work, self._adding)

    async def _add_paths(
        self, paths: Sequence[Path], anomaly_id: str, add_options: AddOptions, recorded: Callable[[], None]
    ) -> None:
        async with self._list_lock:  # what was on the list before is there
            look_up = partial(self._look_up, anomaly_id, self._store.ids())
            known, earlier = await self._store.writer.reading(look_up)
        if add_options.origin is not None:
            for path in paths:
                self.note_made(path)
        drop = Drop(anomaly_id, {} if add_options.again else known, add_options)
        try:
            await self._scan(paths, drop, earlier)
        except Exception:
            log.exception("%d paths cannot be added: internal error", len(paths))
            self._add_chunk(Chunk([broken(path.absolute()) for path in paths]), drop, {}, {})
        left = await self._store.writer.reading(lambda journal: journal.unfinished_ids(self._options.api_url))
        self.others_unfinished = sum(self._store.get(upload_id) is None for upload_id in left)
        self._events.send(drop.summary(self.others_unfinished))
        if drop.fresh and self._options.keeps_list:
            self._context.tasks.spawn(look_elsewhere(self._context, drop.fresh, anomaly_id))
        recorded()  # `reading` above waited until all of it was written

    async def _scan(self, paths: Sequence[Path], drop: Drop, earlier: dict[str, Upload]) -> None:
        by_looks = {looks(upload.source): upload.source for upload in earlier.values()}
        ours = Ours(self._options.receipt, (self._options.journal_path, *self._options.own_data))
        async for chunk in scan(paths, self._context.resources.threads, ours):
            for part in chunk.parts(PAGE):
                self._add_chunk(part, drop, earlier, await self._same_file.known_as(part, drop.anomaly_id, by_looks))
                await asyncio.sleep(0)

    def _look_up(
        self, anomaly_id: str, listed: frozenset[UploadId], journal: Journal
    ) -> tuple[Known, dict[str, Upload]]:
        """Return what is known of an anomaly's files. Called in the journal's thread."""
        return self._known(anomaly_id, journal), self._earlier(anomaly_id, listed, journal)

    def _all_known(self, anomaly_ids: Iterable[str], journal: Journal) -> dict[str, Known]:
        return {one: self._known(one, journal) for one in anomaly_ids}

    def _known(self, anomaly_id: str, journal: Journal) -> Known:
        return journal.uploaded(self._options.api_url, anomaly_id) if self._options.skip_uploaded else {}

    def _earlier(self, anomaly_id: str, listed: frozenset[UploadId], journal: Journal) -> dict[str, Upload]:
        """Return what the journal has as not sent, by path: the same file is the same upload, whenever it is added.

        Failed and cancelled ones too: the service may know them, and would have them twice under a new id.
        """
        unsent = (
            *journal.failed_or_cancelled(self._options.api_url, anomaly_id),
            *journal.unfinished(self._options.api_url, anomaly_id),
        )
        return {str(one.source.resolved): one for one in unsent if one.upload_id not in listed}

    def _add_chunk(self, chunk: Chunk, drop: Drop, earlier: dict[str, Upload], known_as: dict[str, str]) -> None:
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
            if resolved in earlier and self._can_go_on(earlier[resolved], found):
                adopted.append(self._resume.adopt(earlier.pop(resolved), source))
                self._start(adopted[-1], drop.add_options)
            else:
                new.append(self._new_upload(found, drop))
        self._store.add(new)
        self._store.add(adopted, recorded=True)
        self._same_file.remember(new + adopted)
        drop.fresh += [one for one in new if not (one.state.finished or may_be_known(one, drop.known))]
        self._sort_out(new + adopted, drop, resumed=len(adopted))

    def _can_go_on(self, upload: Upload, found: Source | Refusal) -> bool:
        """Return whether an upload of the journal goes on with this file: as it is, or with its chosen treatment."""
        treated = upload.treatment is not None and _usable(found) is not None
        return (isinstance(found, Source) or treated) and not self._store.is_forgotten(upload)

    def _is_listed(self, found: Source | Refusal, anomaly_id: str, resolved: str) -> bool:
        """Return whether a path is on the list; not where it was sent and its file is another one now."""
        upload = self._store.at_path(anomaly_id, resolved)
        if upload is None:
            return False
        source = _usable(found)
        if upload.state.stored and source is not None and facts(source) != facts(upload.source):
            self._store.free_path(upload)
            return False
        return True

    def _same_path_again(self, drop: Drop, resolved: str) -> None:
        """Look once more at a file that could not be sent and was added again; the others are there already."""
        upload = self._store.at_path(drop.anomaly_id, resolved)
        again = {UploadState.SKIPPED} if drop.add_options.again else set()
        if upload is not None:
            self._start(upload, drop.add_options)
        if upload is not None and upload.state in _GIVEN_UP | again:
            if drop.add_options.again:
                self._store.want_again(upload)
            self._conversions.choose(upload, drop.add_options.choices)
            self.look_again([upload])
        else:
            drop.already_in_queue += 1

    def _sort_out(self, uploads: list[Upload], drop: Drop, *, resumed: int) -> None:
        queued = [upload for upload in uploads if not upload.state.finished]
        drop.resumed += resumed
        drop.queued += len(queued)
        drop.refused += len(uploads) - len(queued)
        self._duplicates.check(uploads, drop.known)

    def _new_upload(self, found: Source | Refusal, drop: Drop) -> Upload:
        source = found if isinstance(found, Source) else found.source
        upload = self._made(UploadId(str(uuid.uuid4())), source, drop.anomaly_id, drop.add_options)
        state, reason, treatment = self._fate(upload, found)
        return replace(upload, state=state, reason=reason, treatment=treatment)

    def _made(self, upload_id: UploadId, source: Source, anomaly_id: str, add_options: AddOptions) -> Upload:
        again = add_options.again or not self._options.skip_uploaded
        upload = Upload(upload_id, anomaly_id, source, 0, wanted_again=again, origin=add_options.origin)
        self._conversions.choose(upload, add_options.choices)
        self._start(upload, add_options)
        return upload

    def _start(self, upload: Upload, add_options: AddOptions) -> None:
        if add_options.start:
            self._scheduler.start_some([upload.upload_id])

    def _fate(self, upload: Upload, found: Source | Refusal) -> tuple[UploadState, Reason | None, Treatment | None]:
        """Return what becomes of a file that was looked at for the first time."""
        if isinstance(found, Source):
            return UploadState.QUEUED, None, None
        reason = Reason.of(found.error)
        if treatment := self._conversions.choices_for(upload).treatment_for(reason, found.source):
            return UploadState.PREPARING, None, treatment
        failed = reason.code in {Code.MISSING, Code.INTERNAL_ERROR}
        return UploadState.FAILED if failed else UploadState.REFUSED, reason, None


class Drop:
    """One drop: what a person wants for it, and how many files became what."""

    def __init__(self, anomaly_id: str, known: Known, add_options: AddOptions) -> None:
        self.anomaly_id = anomaly_id
        self.add_options = add_options
        self.known = known
        self.queued = self.refused = self.already_in_queue = self.resumed = 0
        self.junk: set[str] = set()
        self.fresh: list[Upload] = []
        """New uploads; the anomaly has no file of their name and size yet."""

    def summary(self, others_unfinished: int) -> PathsAdded:
        """Return the figures as an event."""
        return PathsAdded(
            anomaly_id=self.anomaly_id,
            queued=self.queued,
            refused=self.refused,
            junk=len(self.junk),
            already_in_queue=self.already_in_queue,
            resumed=self.resumed,
            others_unfinished=others_unfinished,
        )


def _usable(found: Source | Refusal) -> Source | None:
    """Return a file that can be sent, as it is or converted; None where it cannot."""
    if isinstance(found, Source):
        return found
    return found.source if possible_treatments(Reason.of(found.error), found.source) else None


def _was_looked_at(upload: Upload) -> bool:
    """Return whether an upload that can be sent was more than a file to fetch when it was cancelled."""
    return upload.source.media_type is not None or upload.treatment is not None
