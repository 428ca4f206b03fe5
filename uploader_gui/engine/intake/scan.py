"""Scans what a person dropped: files and folders become sources, refusals and junk that is left out.

Scans in threads; where one is stuck on a sleeping share, another goes on with the next path.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import (
    EmptyFolder,
    OutsideLink,
    SourceError,
    SourceMissing,
    SourceUnreadable,
    Variant,
)
from uploader_gui.engine.media import is_junk
from uploader_gui.engine.models import Source, natural_sort_key
from uploader_gui.engine.source import describe_only, inspect, source_error_from, wire_name
from uploader_gui.engine.windows_paths import (
    final_path,
    host_path,
    is_hidden,
    is_in_icloud_only,
    is_junction,
    plain,
    reachable,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from uploader_gui.engine.tasks_and_threads import DaemonThreads


log = logging.getLogger(__name__)

CHUNK_SECONDS: Final = 0.03
"""A chunk is handed on after this long, so that the first rows appear at once."""
LOOK_SECONDS: Final = 0.1
"""How often to look what a thread has found that does not return."""
STUCK_SECONDS: Final = 0.5
MAX_SCANS: Final = 16


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that will not be sent, and why."""

    source: Source
    error: SourceError


@dataclass(frozen=True, slots=True)
class Junk:
    """A file left out. By its resolved path it counts once, however often it is found."""

    resolved: str


@dataclass(slots=True)
class Chunk:
    """A part of what was found. `junk`: the resolved paths of files left out."""

    found: list[Source | Refusal] = field(default_factory=list)
    junk: list[str] = field(default_factory=list)

    def parts(self, size: int) -> Iterator[Chunk]:
        """Yield it in parts of at most `size` findings."""
        yield Chunk(self.found[:size], self.junk)
        for at in range(size, len(self.found), size):
            yield Chunk(self.found[at : at + size])


Finding = Source | Refusal | Junk


@dataclass(frozen=True, slots=True)
class Ours:
    """What this program itself writes: never sent, nor opened, for closing the journal would drop SQLite's lock on it.

    Attributes:
        receipt: where this run writes its receipt; one that an earlier run wrote there is left out.
        data: journal, log and the like, each with what is beside it under its name, such as `journal.sqlite-wal`.
    """

    receipt: Path | None = None
    data: tuple[Path, ...] = ()

    def has(self, name: str, folder: Path) -> bool:
        """Return whether what has that name in `folder` is ours."""
        own = [one for one in self.data if name == one.name or name.startswith(_names_beside(one))]
        try:
            return any(folder.samefile(one.parent) for one in own) or self._is_receipt(name, folder)
        except OSError:
            return False

    def _is_receipt(self, name: str, folder: Path) -> bool:
        receipt = self.receipt
        if receipt is None or os.path.normcase(name) != os.path.normcase(receipt.name):
            return False
        return folder.samefile(receipt.parent) and receipt.is_file() and is_receipt(receipt)


def _names_beside(path: Path) -> tuple[str, ...]:
    return f"{path.name}-", f"{path.name}.", f"{path.stem}.damaged-"


async def scan(paths: Sequence[Path], threads: DaemonThreads, ours: Ours = Ours()) -> AsyncIterator[Chunk]:
    """Yield everything found below `paths`, chunk by chunk; in order, unless a thread is stuck."""
    roots = deque(paths)
    chunks: asyncio.Queue[Chunk] = asyncio.Queue()
    scans = {asyncio.create_task(_scan_roots(roots, chunks, threads, ours))}
    try:
        while scans or not chunks.empty():
            getter = asyncio.ensure_future(chunks.get())
            try:
                done, _ = await asyncio.wait({getter, *scans}, timeout=STUCK_SECONDS, return_when="FIRST_COMPLETED")
            finally:
                getter.cancel()  # also where the scan is; a result stays
            if getter in done:
                yield getter.result()
            for scan_task in scans & done:
                scan_task.result()
            scans -= done
            if not done and roots and len(scans) < MAX_SCANS:
                scans.add(asyncio.create_task(_scan_roots(roots, chunks, threads, ours)))
    finally:
        for scan_task in scans:
            scan_task.cancel()


async def _scan_roots(roots: deque[Path], chunks: asyncio.Queue[Chunk], threads: DaemonThreads, ours: Ours) -> None:
    findings = _all_findings(roots, ours)
    gathered: deque[Finding] = deque()
    more = True
    while more:
        step = asyncio.get_running_loop().run_in_executor(threads, _gather, findings, gathered)
        try:
            while not step.done():  # what was found before a stuck path is handed on meanwhile
                await asyncio.wait({step}, timeout=LOOK_SECONDS)
                _hand_on(gathered, chunks)
            more = step.result()
        finally:
            step.cancel()
        _hand_on(gathered, chunks)  # a quick step may be done from the start (Python 3.14)


def _gather(findings: Iterator[Finding], gathered: deque[Finding]) -> bool:
    """Gather findings for `CHUNK_SECONDS`; return whether there may be more. Blocks."""
    until = time.monotonic() + CHUNK_SECONDS
    for finding in findings:
        gathered.append(finding)
        if time.monotonic() >= until:
            return True
    return False


def _hand_on(gathered: deque[Finding], chunks: asyncio.Queue[Chunk]) -> None:
    chunk = Chunk()
    while gathered:
        finding = gathered.popleft()
        if isinstance(finding, Junk):
            chunk.junk.append(finding.resolved)
        else:
            chunk.found.append(finding)
    if chunk.found or chunk.junk:
        chunks.put_nowait(chunk)


def _all_findings(roots: deque[Path], ours: Ours) -> Iterator[Finding]:
    while roots:
        try:
            root = roots.popleft()
        except IndexError:  # another thread took the last one
            return
        yield from findings_below(Path(os.path.abspath(root)), ours)  # noqa: PTH100 - resolve() would follow links


def findings_below(root: Path, ours: Ours = Ours()) -> Iterator[Finding]:
    """Yield what is found at or below one path. Blocks."""
    try:
        resolved = Path(host_path(final_path(root)))
    except ValueError:  # a NUL, a lone surrogate: no file system holds such a name
        yield Refusal(describe_only(root, root), SourceMissing("no such name"))
        return
    except OSError as error:  # Windows: a share that does not answer, or wants another login
        yield Refusal(describe_only(root, root), source_error_from(error))
        return
    if not os.path.isdir(resolved):  # noqa: PTH112 - a Path raises what it cannot look at
        is_left_out = is_junk(root.name) or ours.has(resolved.name, resolved.parent)
        yield Junk(str(resolved)) if is_left_out else inspected(root, resolved)
        return
    empty = True
    for finding in _below(root, resolved, ours):
        empty = empty and isinstance(finding, Junk)
        yield finding
    if empty:
        yield Refusal(describe_only(root, resolved), EmptyFolder())


def _below(top: Path, resolved: Path, ours: Ours) -> Iterator[Finding]:
    """Yield what is in a folder. With a list of folders to come: they may be nested deeper than Python can recurse."""
    to_come = [_Folder(top, resolved, hidden=False)]
    while to_come:
        folder = to_come.pop()
        try:
            entries = _sorted_entries(reachable(folder.path))
        except OSError as error:
            yield _unreadable(folder, error)
            continue
        inside = [entry for entry in entries if not ours.has(entry.name, folder.resolved)]
        for entry in inside:
            if not _is_folder(entry):
                yield _entry(entry, folder, resolved, ours)
        to_come += [folder.inner(entry) for entry in reversed(inside) if _is_folder(entry)]


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    resolved: Path
    hidden: bool

    def inner(self, entry: os.DirEntry[str]) -> _Folder:
        """Return a folder inside this one; what is in a hidden folder is hidden."""
        hidden = self.hidden or is_hidden(entry)
        return _Folder(self.path / entry.name, self.resolved / entry.name, hidden)


def _unreadable(folder: _Folder, error: OSError) -> Finding:
    if folder.hidden:
        return Junk(str(folder.resolved))
    return Refusal(describe_only(folder.path, folder.resolved), source_error_from(error))


def _sorted_entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: (_is_folder(entry), natural_sort_key(entry.name)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) and not is_junction(entry)


def _entry(entry: os.DirEntry[str], folder: _Folder, top: Path, ours: Ours) -> Finding:
    path = folder.path / entry.name
    if is_in_icloud_only(entry.name) and not folder.hidden:
        return Refusal(describe_only(path, path), SourceUnreadable("it is in iCloud only"))
    if folder.hidden or is_junk(entry.name) or is_hidden(entry):
        return Junk(str(folder.resolved / entry.name))
    is_link = entry.is_symlink() or is_junction(entry)
    return _link(path, top, ours) if is_link else inspected(path, folder.resolved / entry.name)


def _link(path: Path, top: Path, ours: Ours) -> Finding:
    """Follow a link only to a file within the folder that was dropped."""
    try:
        resolved = Path(os.path.realpath(reachable(path)))
    except OSError as error:
        return Refusal(describe_only(path, path), source_error_from(error))
    if ours.has(resolved.name, resolved.parent):
        return Junk(str(resolved))
    if plain(resolved).is_relative_to(plain(top)) and os.path.isfile(resolved):  # noqa: PTH113 - as above
        return inspected(path, resolved)
    return Refusal(describe_only(path, path), OutsideLink(variant=_leads_nowhere(path)))


def _leads_nowhere(link: Path) -> Variant | None:
    """Return why a link leads to nothing, None where it leads somewhere."""
    try:
        os.stat(reachable(link))  # noqa: PTH116 - Path's may raise
    except OSError as error:
        return source_error_from(error, link).variant
    return None


def inspected(path: Path, resolved: Path) -> Source | Refusal:
    """Return the file, or why it will not be sent. Blocks.

    The path opened here is the one opened later, and part of the source.
    """
    opened = reachable(resolved)
    try:
        return inspect(path, opened)
    except SourceError as error:
        return Refusal(describe_only(path, opened), error)
    except Exception:
        log.exception("a file cannot be looked at: internal error")
        return broken(path)


def broken(path: Path) -> Refusal:
    """Return the refusal of a path that could not be inspected because of an error of this program."""
    name, shortened = wire_name(path.name or str(path))
    return Refusal(Source(path, path, name, None, 0, 0, shortened), SourceError())


_OF_TRIAL: Final = b'{\n  "schema": 1,\n  "trial": true,\n  "program": "uploader-gui '
_OF_DEPOSIT: Final = b'{\n  "schema": 1,\n  "program": "uploader-gui '
"""How `receipt.encoded` begins, in every version."""


def is_receipt(path: Path, *, trials_only: bool = False) -> bool:
    """Return whether a file begins as our receipts do, or only as those of trials.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as `os` opens it, whatever the path is called
        beginning = os.read(file.fileno(), len(_OF_TRIAL))
    return beginning == _OF_TRIAL or (beginning.startswith(_OF_DEPOSIT) and not trials_only)
