"""Finds files that are uploaded already (`DuplicateCheck`, `look_elsewhere`), or listed elsewhere (`SameFile`).

A file with the name and size of one the journal knows is hashed before it is decided; the others do not wait for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import SourceError
from uploader_gui.engine.events import SentElsewhere
from uploader_gui.engine.intake.scan import MAX_SCANS
from uploader_gui.engine.models import EarlierUpload, Source, UploadState, bytes_of
from uploader_gui.engine.options import possible_treatments
from uploader_gui.engine.source import hash_whole, number_of
from uploader_gui.engine.upload_store import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.conversion import ConversionService
    from uploader_gui.engine.intake.scan import Chunk
    from uploader_gui.engine.models import SentFile, Upload, UploadId

Known = dict[tuple[str, int], dict[str, EarlierUpload]]
"""By name and size in bytes: each SHA-256, and its last upload."""

SLEEPING_SECONDS: Final = 2.0
"""After this long a file that does not answer may be on a share that sleeps, and is waited for no more."""
_MAY_BE_SKIPPED: Final = frozenset({UploadState.QUEUED, UploadState.PREPARING, UploadState.REFUSED})


class DuplicateCheck:
    """The last step of the intake: leaves out what was uploaded before, and hands the rest on.

    Attributes:
        comparing: the tasks in which files are hashed.
    """

    def __init__(self, context: EngineContext, conversions: ConversionService) -> None:
        self._context = context
        self._store = context.store
        self._scheduler = context.scheduler
        self._conversions = conversions
        self.comparing: set[asyncio.Task[None]] = set()

    def check(self, uploads: Sequence[Upload], known: Known) -> None:
        """Hand on what is surely new; the rest is compared with what was uploaded before (also after a crash)."""
        suspects = [upload for upload in uploads if may_be_known(upload, known)]
        self.hand_on([upload for upload in uploads if not may_be_known(upload, known)])
        if suspects:
            self._scheduler.spawn(self._compare_all(suspects, known), self.comparing, suspects)

    async def _compare_all(self, suspects: list[Upload], known: Known) -> None:
        """Compare one after the other, and those behind one that takes long beside it."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            for upload in suspects:
                running.add(group.create_task(self._compare(upload, known)))
                timeout = SLEEPING_SECONDS if len(running) < MAX_SCANS else None
                _, running = await asyncio.wait(running, timeout=timeout, return_when="FIRST_COMPLETED")

    async def _compare(self, upload: Upload, known: Known) -> None:
        source = upload.source
        sha256 = await self._hash(source)
        if upload.state not in _MAY_BE_SKIPPED or facts(upload.source) != facts(source):
            return  # cancelled meanwhile, or another file by now, which its reinspection has handed on
        earlier = known[source.name, source.size].get(sha256 or "")
        if earlier is None:
            self.hand_on([upload])
        else:
            self._store.skip(upload, earlier, sha256)

    async def _hash(self, source: Source) -> str | None:
        try:
            return await self._context.resources.threads.run(hash_whole, source)
        except SourceError:
            return None  # the transfer will say what is wrong with it

    def hand_on(self, uploads: Sequence[Upload]) -> None:
        """Hand on what has to be converted first, and what can be registered or sent."""
        self._conversions.begin(upload for upload in uploads if upload.state is UploadState.PREPARING)
        self._scheduler.enqueue(
            [upload for upload in uploads if upload.state in {UploadState.QUEUED, UploadState.REGISTERED}]
        )


def may_be_known(upload: Upload, known: Known) -> bool:
    """Return whether a file of that name and size was uploaded to this anomaly before.

    Never for what the service has a record of already, nor for what a person wants sent again.
    """
    fresh = not (upload.url_given_out or upload.may_be_registered_twice or upload.wanted_again)
    refused = upload.state.finished and not possible_treatments(upload.reason, upload.source)
    return fresh and not refused and (upload.source.name, upload.source.size) in known


_MOST_HASHED: Final = 20
_LARGEST_HASHED: Final = 100_000_000
"""What is only a hint must not read a folder of films: of other files the place alone is compared."""


async def look_elsewhere(context: EngineContext, uploads: Sequence[Upload], anomaly_id: str) -> None:
    """Tell where most files of a drop went that were sent to another anomaly before: perhaps the number is wrong.

    `SentElsewhere` tells it; nothing where none was.
    """
    sources, api_url = [upload.source for upload in uploads], context.options.api_url
    sent = await context.store.writer.reading(lambda journal: journal.sent_elsewhere(api_url, anomaly_id, sources))
    found = await context.resources.threads.run(_sent_before, uploads, sent)
    if not found:
        return
    ((other, count),) = Counter(before.anomaly_id for before in found.values()).most_common(1)
    there = [one for one, before in found.items() if before.anomaly_id == other]
    meant = [upload.upload_id for upload in uploads] if 2 * count >= len(uploads) else there
    last = max(found[one].at for one in there)
    context.events.send(SentElsewhere(anomaly_id, other, count, len(uploads), last, tuple(meant)))


def _sent_before(uploads: Sequence[Upload], sent: Sequence[SentFile]) -> dict[UploadId, SentFile]:
    """Return the newest of what was sent for each upload with its place or content. Blocks."""
    newest = sorted(sent, key=lambda one: one.at)
    by_place = {one.resolved: one for one in newest}
    by_content = {(one.size, one.sha256): one for one in newest}
    sizes = {one.size for one in sent}
    found: dict[UploadId, SentFile] = {}
    hashed = 0
    for upload in uploads:
        source = upload.source
        before = by_place.get(bytes_of(source.resolved))
        if before is None and source.size in sizes and source.size <= _LARGEST_HASHED and hashed < _MOST_HASHED:
            hashed += 1
            with suppress(SourceError):  # the transfer will say what is wrong with it
                before = by_content.get((source.size, hash_whole(source)))
        if before is not None:
            found[upload.upload_id] = before
    return found


Looks = tuple[str, int, int]


class SameFile:
    """Recognises a file on the list that was found under another path, by the file system's number for it."""

    def __init__(self, context: EngineContext) -> None:
        self._store = context.store
        self._threads = context.resources.threads
        self._by_number: dict[str, dict[int, Upload]] = {}

    def remember(self, uploads: Iterable[Upload]) -> None:
        """Recognise the files of these uploads from now on."""
        for upload in uploads:
            if upload.source.number is not None:
                self._by_number.setdefault(upload.anomaly_id, {})[upload.source.number] = upload

    async def known_as(self, chunk: Chunk, anomaly_id: str, earlier: Mapping[Looks, Source]) -> dict[str, str]:
        """Return the resolved path under which a file is known, for each that was found under another one.

        Known are files on the list, files before it in the chunk, and those the journal has from `earlier` runs.
        """
        first: dict[int, Source] = {}
        beside: dict[str, str] = {}
        suspects: dict[str, tuple[int, Source]] = {}
        for source in (found if isinstance(found, Source) else found.source for found in chunk.found):
            if source.number is None:
                continue
            path, before = str(source.resolved), first.setdefault(source.number, source)
            if before is not source and looks(before) == looks(source):
                beside[path] = str(before.resolved)
            elif (other := self._other(source, anomaly_id, earlier)) is not None:
                suspects[path] = source.number, other
        known = await self._still_there(suspects)
        return known | {path: known.get(there, there) for path, there in beside.items()}

    def _other(self, source: Source, anomaly_id: str, earlier: Mapping[Looks, Source]) -> Source | None:
        """Return a known source that seems to be the same file, unless it has the same path anyway."""
        if self._store.at_path(anomaly_id, str(source.resolved)) is not None:
            return None
        listed = self._by_number.get(anomaly_id, {}).get(source.number or 0)
        if listed is not None and self._store.get(listed.upload_id) is listed and looks(listed.source) == looks(source):
            return listed.source
        other = earlier.get(looks(source))
        return None if other is None or other.resolved == source.resolved else other

    async def _still_there(self, suspects: Mapping[str, tuple[int, Source]]) -> dict[str, str]:
        """Return the known path of each file that it really leads to.

        In a folder that does not answer it leads to another file: the one that was found has just been read.
        """
        known: dict[str, str] = {}
        asleep: set[Path] = set()
        for path, (number, other) in suspects.items():
            if other.resolved.parent in asleep:
                continue
            try:
                async with asyncio.timeout(SLEEPING_SECONDS):
                    there = await self._threads.run(_number_at, other)
            except TimeoutError:
                asleep.add(other.resolved.parent)
            else:
                known |= {path: str(other.resolved)} if there == number else {}
        return known


def looks(source: Source) -> Looks:
    """Return what two spellings of a path have in common: the name in any case, size and time."""
    return source.name.casefold(), source.size, source.mtime_ns


def _number_at(source: Source) -> int | None:
    try:
        return number_of(source.resolved.stat())
    except OSError:
        return None
