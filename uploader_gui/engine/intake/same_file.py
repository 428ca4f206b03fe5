"""One file by two spellings of its path is one upload: another case on macOS, a short name, a folder mounted twice.

Owned by `intake.py`. A file is known by its number and device, but only one with a single name: hard links are two
pieces of evidence. The rest has to agree too (name, size, time), and the other path must still lead there, so that a
file system that numbers carelessly, or a file moved away, hides nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from uploader_gui.engine.models import Source
from uploader_gui.engine.stamps import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uploader_gui.engine.intake.scan import Chunk
    from uploader_gui.engine.models import Upload
    from uploader_gui.engine.threads import DaemonThreads
    from uploader_gui.engine.upload_store import UploadStore

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
