"""Walking what a person dropped: files and folders become sources, refusals and a count of junk.

Called by `intake.py`. Walks in threads; where one is stuck on a sleeping share, another goes on with the next path.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import EmptyFolder, OutsideLink, SourceError, SourceMissing
from uploader_gui.engine.source import describe_only, inspect, translated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.threads import DaemonThreads

JUNK: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
JUNK_PREFIXES: Final = ("~$", "._")
CHUNK_SECONDS: Final = 0.03
"""A chunk is handed on after this long, so that the first rows stand at once."""
STUCK_SECONDS: Final = 0.5
MAX_WALKERS: Final = 16


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that will not be sent, and why."""

    source: Source
    error: SourceError


@dataclass(slots=True)
class Chunk:
    """A part of what was found. `junk` counts files left out."""

    found: list[Source | Refusal] = field(default_factory=list)
    junk: int = 0


async def walk(paths: Sequence[Path], threads: DaemonThreads) -> AsyncIterator[Chunk]:
    """Give everything found below `paths`, chunk by chunk, in order where no disk sleeps."""
    roots = deque(paths)
    chunks: asyncio.Queue[Chunk] = asyncio.Queue()
    walkers = {asyncio.create_task(_walk_roots(roots, chunks, threads))}
    try:
        while walkers or not chunks.empty():
            getter = asyncio.ensure_future(chunks.get())
            done, _ = await asyncio.wait({getter, *walkers}, timeout=STUCK_SECONDS, return_when="FIRST_COMPLETED")
            if getter in done:
                yield getter.result()
            else:
                getter.cancel()
            for walker in walkers & done:
                walker.result()
            walkers -= done
            if not done and roots and len(walkers) < MAX_WALKERS:
                walkers.add(asyncio.create_task(_walk_roots(roots, chunks, threads)))
    finally:
        for walker in walkers:
            walker.cancel()


async def _walk_roots(roots: deque[Path], chunks: asyncio.Queue[Chunk], threads: DaemonThreads) -> None:
    loop = asyncio.get_running_loop()
    findings = _all_findings(roots)
    while (chunk := await loop.run_in_executor(threads, _next_chunk, findings)) is not None:
        chunks.put_nowait(chunk)


def _next_chunk(findings: Iterator[Source | Refusal | None]) -> Chunk | None:
    """Gather findings for a moment; None when there are no more."""
    chunk = Chunk()
    until = time.monotonic() + CHUNK_SECONDS
    for finding in findings:
        if finding is None:
            chunk.junk += 1
        else:
            chunk.found.append(finding)
        if time.monotonic() >= until:
            return chunk
    return chunk if chunk.found or chunk.junk else None


def _all_findings(roots: deque[Path]) -> Iterator[Source | Refusal | None]:
    while roots:
        try:
            root = roots.popleft()
        except IndexError:  # another walker took the last one
            return
        yield from findings_below(Path(os.path.abspath(root)))  # noqa: PTH100 - resolve() would follow links


def findings_below(root: Path) -> Iterator[Source | Refusal | None]:
    """Give what is found at or below one path; None stands for a file of junk."""
    if is_junk(root.name):
        yield None
        return
    resolved = Path(os.path.realpath(root))
    if not resolved.is_dir():
        yield _look(root, resolved)
        return
    empty = True
    for finding in _below(root, resolved, resolved):
        empty = empty and finding is None
        yield finding
    if empty:
        yield Refusal(describe_only(root, resolved), EmptyFolder())


def is_junk(name: str) -> bool:
    """Say whether systems and programs leave such files behind on their own."""
    return name.lower() in JUNK or name.startswith(JUNK_PREFIXES)


def _below(folder: Path, resolved: Path, top: Path) -> Iterator[Source | Refusal | None]:
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: (entry.is_dir(follow_symlinks=False), entry.name))
    except OSError as error:
        yield Refusal(describe_only(folder, resolved), translated(error))
        return
    for entry in inside:
        yield from _entry(entry, folder / entry.name, resolved / entry.name, top)


def _entry(entry: os.DirEntry[str], path: Path, resolved: Path, top: Path) -> Iterator[Source | Refusal | None]:
    if entry.is_symlink():
        yield _link(path, top)
    elif entry.is_dir(follow_symlinks=False):
        below = _below(path, resolved, top)
        yield from (None for _ in below) if _is_hidden(entry) else below
    elif is_junk(entry.name) or _is_hidden(entry):
        yield None
    else:
        yield _look(path, resolved)


def _link(path: Path, top: Path) -> Source | Refusal:
    """Follow a link inside a folder only to a file within that folder."""
    resolved = Path(os.path.realpath(path))
    if resolved.is_relative_to(top) and resolved.is_file():
        return _look(path, resolved)
    return Refusal(describe_only(path, path), OutsideLink())


def _look(path: Path, resolved: Path) -> Source | Refusal:
    try:
        return inspect(path, resolved)
    except SourceError as error:
        return Refusal(describe_only(path, resolved), error)


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return True
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) if os.name == "nt" else 0
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def is_missing(error: SourceError) -> bool:
    """Say whether a refusal means that the path is not there: that is a failure, not a refusal."""
    return isinstance(error, SourceMissing)
