"""Fetches the virtual files of another program into a folder of ours, in a thread: each is there whole, or not at all.

What a program announces and what it gives are two things: a stream may end early, fail, or not know its length. A file
is written beside the folder first (`….part`) and gets its name only once its last byte is there.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from uploader_gui.engine.errors import NotFetched, Variant
from uploader_gui.engine.system_words import system_words
from uploader_gui.engine.windows_paths import reachable, remove_empty_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

log = logging.getLogger(__name__)

CHUNK_BYTES: Final = 256 * 1024
DISK_RESERVE_BYTES: Final = 500_000_000
"""Bytes that stay free on the disk: the journal and other programs need some."""
_PROGRESS_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class VirtualFile:
    """A file that another program gives on request.

    Attributes:
        index: its place in the offer, by which the program knows it.
        name: as announced; folders in it are separated by backslashes.
        size: in bytes, None where it is not announced.
        modified: in seconds since 1970, None where it is not announced.
        is_alone: the offer has nothing else, neither file nor folder.
    """

    index: int
    name: str
    size: int | None = None
    modified: float | None = None
    is_alone: bool = False


class Stopped(Exception):
    """Ends the fetching of a file that nobody wants any more."""


@dataclass(slots=True, eq=False)
class Item:
    """One file that is fetched to `path`, unless it `is_stopped`; any thread may call `stop`."""

    file: VirtualFile
    path: Path
    is_stopped: bool = False

    def stop(self) -> None:
        """Fetch it no further: nobody wants it any more."""
        self.is_stopped = True


class Sink:
    """Where the bytes of one file go.

    Attributes:
        count: the bytes written so far.
        expected: the number of bytes the file has, None where that is unknown; a source may know better than its list.
    """

    def __init__(self, item: Item, part: Path, progress: Callable[[Item, int], None]) -> None:
        self.part = part
        self.count = 0
        self.expected = item.file.size
        self._item = item
        self._progress = progress
        self._told_at = 0.0
        self._file = open(part, "xb", buffering=0, opener=_private)  # noqa: SIM115 - closed by `close`

    def write(self, data: bytes | memoryview) -> None:
        """Write some more.

        Raises:
            Stopped: nobody wants it any more.
            OSError: it cannot be written.
        """
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.advance(len(data))

    def advance(self, count: int) -> None:
        """Count bytes that are in the file; tell it at most ten times a second. Raises `Stopped`, as `write` does."""
        self.count += count
        if self._item.is_stopped:
            raise Stopped
        if (now := time.monotonic()) - self._told_at >= _PROGRESS_SECONDS:
            self._told_at = now
            self._progress(self._item, self.count)

    def close(self) -> None:
        """Close the file; `part` may be written by other means from now on."""
        self._file.close()

    def check(self) -> None:
        """Check that all of it came.

        Raises:
            NotFetched: it is shorter or longer than it should be.
        """
        if self.expected is not None and self.count != self.expected:
            variant = Variant.CAME_SHORT if self.count < self.expected else Variant.CAME_LONG
            raise NotFetched(f"{self.count}/{self.expected}", variant=variant)


class Contents(Protocol):
    """The files of one offer, while it is open."""

    def copy(self, file: VirtualFile, sink: Sink) -> None:
        """Write a file's bytes into a sink.

        Raises:
            NotFetched: the other program does not give it.
            Stopped, OSError: as `Sink.write`.
        """


class Offered(Protocol):
    """What was dropped or copied, to be opened in the thread that fetches it."""

    def opened(self, files: Sequence[VirtualFile]) -> AbstractContextManager[Contents]:
        """Open the offer; it must still be the one with these files.

        Raises:
            NotFetched: it is gone.
        """


class Listener(Protocol):
    """What is told of a fetch, in its thread."""

    def progress(self, item: Item, count: int) -> None:
        """Report how many bytes of an item are there."""

    def fetched(self, item: Item) -> None:
        """Report that an item is complete."""

    def not_fetched(self, item: Item, error: NotFetched) -> None:
        """Report that an item will not come, and that nothing of it is left."""

    def ended(self) -> None:
        """Report that the other program is no longer needed."""


class FetchThread(threading.Thread):
    """Fetches the items of one offer, one after the other. A program that hangs holds up this thread alone."""

    def __init__(self, offered: Offered, items: list[Item], folder: Path, listener: Listener) -> None:
        super().__init__(name="uploader-fetch", daemon=True)
        self._offered = offered
        self._items = items
        self._folder = folder
        self._part = part_of(folder)
        self._listener = listener

    def run(self) -> None:
        """Fetch all items; each is told of, whatever happens."""
        left = list(self._items)
        try:
            make_private(reachable(self._folder))
            with self._offered.opened([item.file for item in left]) as contents:
                while left:
                    self._take(left[0], contents)
                    left.pop(0)
        except Exception as error:  # noqa: BLE001 - told as the reason of what is left
            for item in left:
                self._fail(item, error)
        finally:
            for item in self._items:
                remove_empty_folders(item.path, self._folder.parent)
            self._listener.ended()

    def _take(self, item: Item, contents: Contents) -> None:
        try:
            if not item.is_stopped:
                self._fetch(item, contents)
        except Exception as error:  # noqa: BLE001 - the next file may come all the same
            self._fail(item, error)
        finally:
            with suppress(OSError):
                reachable(self._part).unlink(missing_ok=True)

    def _fetch(self, item: Item, contents: Contents) -> None:
        free = shutil.disk_usage(self._folder).free
        if free - (item.file.size or 0) < DISK_RESERVE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sink = Sink(item, reachable(self._part), self._listener.progress)
        try:
            contents.copy(item.file, sink)
            sink.check()
        finally:
            sink.close()
        self._put_in_place(item)
        self._listener.fetched(item)

    def _put_in_place(self, item: Item) -> None:
        part, path = reachable(self._part), reachable(item.path)
        if item.file.modified is not None:
            with suppress(OSError, OverflowError, ValueError):  # a time that this disk cannot keep
                os.utime(part, (item.file.modified, item.file.modified))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        if item.is_stopped:
            raise Stopped
        make_private(path.parent)
        part.rename(path)

    def _fail(self, item: Item, error: Exception) -> None:
        if isinstance(error, Stopped) or item.is_stopped:
            return
        log.info("a virtual file is not fetched: %s", error)
        self._listener.not_fetched(item, error if isinstance(error, NotFetched) else _as_not_fetched(error))


def make_private(folder: Path) -> None:
    """Make a folder, and those above it, for their owner only."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def part_of(folder: Path) -> Path:
    """Return where the file that is being fetched into a folder is written."""
    return folder.with_name(f"{folder.name}.part")


def _as_not_fetched(error: Exception) -> NotFetched:
    if isinstance(error, OSError):
        return NotFetched(system_words(error), variant=Variant.NO_ROOM)
    return NotFetched(str(error) or type(error).__name__, variant=Variant.NOT_GIVEN)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
