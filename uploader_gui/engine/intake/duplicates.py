"""Leaves out what was uploaded before: same name and size as something the journal knows is hashed, then decided.

Used by `intake.py`. What is surely new is handed on at once, and nobody waits for the rest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code, SourceError
from uploader_gui.engine.intake.resume import facts, may_be_known
from uploader_gui.engine.models import Reason, Source, UploadState
from uploader_gui.engine.source import hash_whole
from uploader_gui.engine.stamps import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from uploader_gui.engine.concurrency import DaemonThreads, Spawn
    from uploader_gui.engine.conversion.service import ConversionService
    from uploader_gui.engine.intake.resume import Known
    from uploader_gui.engine.intake.scan import Chunk
    from uploader_gui.engine.models import Upload
    from uploader_gui.engine.upload_store import UploadStore


_MAY_BE_SKIPPED: Final = frozenset({UploadState.QUEUED, UploadState.PREPARING, UploadState.REFUSED})


class DuplicateCheck:
    """The last gate of the intake. `ready` takes what can be registered or sent, `conversions` what cannot yet."""

    def __init__(
        self,
        *,
        store: UploadStore,
        threads: DaemonThreads,
        conversions: ConversionService,
        spawn: Spawn,
        ready: Callable[[list[Upload]], None],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._threads = threads
        self._conversions = conversions
        self._spawn = spawn
        self._ready = ready
        self._wake = wake
        self._running = 0

    @property
    def busy(self) -> bool:
        """True while files are hashed."""
        return self._running > 0

    def let_in(self, uploads: list[Upload], known: Known) -> None:
        """Hand on what is surely new; the rest is compared with what was uploaded before (also after a crash)."""
        suspects = [upload for upload in uploads if may_be_known(upload, known)]
        self._go_on([upload for upload in uploads if not may_be_known(upload, known)])
        if suspects:
            self._running += 1
            self._spawn(self._compare_all(suspects, known), suspects)

    async def _compare_all(self, suspects: list[Upload], known: Known) -> None:
        try:
            for upload in suspects:
                await self._compare(upload, known)
        finally:
            self._running -= 1
            self._wake()

    async def _compare(self, upload: Upload, known: Known) -> None:
        source = upload.source
        sha256 = await self._hash(source)
        if upload.state not in _MAY_BE_SKIPPED or facts(upload.source) != facts(source):
            return  # cancelled meanwhile, or another file by now, which its second look has handed on
        upload.sent_before = known[source.name, source.size].get(sha256 or "")
        if upload.sent_before is not None:
            upload.sha256 = sha256
            self._store.move(upload, UploadState.SKIPPED, Reason(Code.ALREADY_UPLOADED))
        else:
            self._go_on([upload])

    async def _hash(self, source: Source) -> str | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, hash_whole, source)
        except SourceError:
            return None  # the transfer will say what is wrong with it

    def _go_on(self, uploads: list[Upload]) -> None:
        """Hand on what is to be prepared first, and what can be registered or sent."""
        self._conversions.begin(upload for upload in uploads if upload.state is UploadState.PREPARING)
        self._ready([upload for upload in uploads if upload.state in {UploadState.QUEUED, UploadState.REGISTERED}])


Looks = tuple[str, int, int]


class SameFile:
    """The files on the list by their numbers."""

    def __init__(self, store: UploadStore, threads: DaemonThreads) -> None:
        self._store = store
        self._threads = threads
        self._by_number: dict[str, dict[int, Upload]] = {}

    def note(self, uploads: Iterable[Upload]) -> None:
        """Know them from now on."""
        for upload in uploads:
            if upload.source.number is not None:
                self._by_number.setdefault(upload.anomaly_id, {})[upload.source.number] = upload

    async def known_as(self, chunk: Chunk, anomaly_id: str, earlier: Mapping[Looks, Source]) -> dict[str, str]:
        """Give the resolved path under which a file is known, for each that was found under another one.

        Known is what is on the list, what stands before it in the chunk, and what the journal has from `earlier` runs.
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
        known = await self._confirmed(suspects) if suspects else {}
        return known | {path: known.get(there, there) for path, there in beside.items()}

    async def _confirmed(self, suspects: Mapping[str, tuple[int, Source]]) -> dict[str, str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _still_there, suspects)

    def _other(self, source: Source, anomaly_id: str, earlier: Mapping[Looks, Source]) -> Source | None:
        """Give what is known and seems to be the same file, unless it has the same path anyway."""
        if self._store.at_path(anomaly_id, str(source.resolved)) is not None:
            return None
        listed = self._by_number.get(anomaly_id, {}).get(source.number or 0)
        if listed is not None and self._store.get(listed.upload_id) is listed and looks(listed.source) == looks(source):
            return listed.source
        other = earlier.get(looks(source))
        return None if other is None or other.resolved == source.resolved else other


def looks(source: Source) -> Looks:
    """Give what two spellings of a path have in common: the name in any case, size and time."""
    return source.name.casefold(), source.size, source.mtime_ns


def _still_there(suspects: Mapping[str, tuple[int, Source]]) -> dict[str, str]:
    """Keep those whose known path leads to the file that was found. Blocks."""
    return {path: str(other.resolved) for path, (number, other) in suspects.items() if _number_at(other) == number}


def _number_at(source: Source) -> int | None:
    try:
        return number_of(source.resolved.stat())
    except (OSError, ValueError):
        return None
