"""The local file: what it is called, how big it is, whether it has changed since; read in blocks with both hashes.

Every function here blocks and runs in a thread of `concurrency.py`; nothing here touches the network or the journal.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import (
    EmptyFile,
    NotAFile,
    SourceChanged,
    SourceError,
    SourceMissing,
    SourceUnreadable,
    TooLarge,
)
from uploader_gui.engine.media import HEAD_BYTES, media_type_of
from uploader_gui.engine.models import Source, mtime_of
from uploader_gui.engine.stamps import changed_of, number_of, stamp_at, stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path

    from uploader_gui.engine.stamps import Stamp

BLOCK_BYTES: Final = 1024 * 1024
MAX_NAME: Final = 250
"""The service's page: "name … Maximum string length: 250"; counted as UTF-16 does, the strictest way."""
MAX_PUT_BYTES: Final = 5 * 1024**3
"""One S3 PUT takes at most 5 GiB."""
MAX_LOOKS: Final = 3
"""How often a file that keeps moving is read again."""
JUST_SAVED_NS: Final = 3_000_000_000
"""FAT tells time in steps of two seconds, and no two clocks agree."""
PATH_TOO_LONG: Final = "its path is too long"
_SHARE_AWAY: Final = frozenset({53, 67})
"""ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME; the other errors of a network are none of ENOENT anyway."""


def inspect(path: Path, resolved: Path) -> Source:
    """Look at one file and decide how it will be sent.

    Raises:
        SourceMissing, SourceUnreadable: it cannot be looked at.
        NotAFile, EmptyFile, TooLarge, TypeNotAccepted: it will never be accepted as it is.
    """
    try:
        facts = resolved.stat()
        _check_facts(facts)
        with resolved.open("rb", buffering=0) as file:
            head, changed_ns = file.read(HEAD_BYTES), stamp_of(file).changed_ns
    except OSError as error:
        raise source_error_from(error) from error
    name, shortened = wire_name(path.name)
    media = media_type_of(path.name, head)
    return Source(path, resolved, name, media, facts.st_size, mtime_of(facts), shortened, number_of(facts), changed_ns)


def describe_only(path: Path, resolved: Path) -> Source:
    """Give what can be told of a path that will not be sent: no type, and a size only where it is a file."""
    name, shortened = wire_name(path.name or str(path))
    try:
        facts = resolved.stat()
        size = facts.st_size if stat.S_ISREG(facts.st_mode) else 0
    except (OSError, ValueError):
        return Source(path, resolved, name, None, 0, 0, shortened)
    return Source(path, resolved, name, None, size, mtime_of(facts), shortened, number_of(facts), changed_of(facts))


def wire_name(name: str) -> tuple[str, bool]:
    """Give the name to register (NFC, no control characters, at most 250) and whether it had to be shortened."""
    readable = name.encode("utf-8", "replace").decode("utf-8") if _has_surrogates(name) else name
    printing = "".join(c for c in readable if unicodedata.category(c) != "Cc")
    clean = unicodedata.normalize("NFC", printing) or "file"  # last: a letter and its accent may just have met
    if _utf16_length(clean) <= MAX_NAME:
        return clean, False
    return _shortened(clean), True


def source_error_from(error: OSError) -> SourceError:
    """Say of a system's error what it means for the file.

    Windows counts a share that is away as "no such file"; to a person the file is there, and cannot be reached.
    """
    if getattr(error, "winerror", None) in _SHARE_AWAY:
        return SourceUnreadable(error.strerror or "")
    if error.errno == errno.ENAMETOOLONG:  # no file can be there under that name
        return SourceMissing(PATH_TOO_LONG)
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}:
        return SourceMissing(error.strerror or "")
    if error.errno == errno.EISDIR:
        return NotAFile()
    return SourceUnreadable(error.strerror or type(error).__name__)


@dataclass(frozen=True, slots=True)
class Digests:
    """Both hashes of the bytes that were read, in hex."""

    md5: str
    sha256: str


class SourceReader:
    """Reads a source from beginning to end; that one read feeds the wire, MD5 and SHA-256.

    Its stamp is checked when it is opened and again before the last block is given out, so a file that changes
    meanwhile never leaves whole. Another size or time is a change. Anything else that moved (a tag, a permission, a
    hard link, another file in its place) may be one, and so may nothing at all where the file had only just been saved,
    for file systems tell time in steps of up to two seconds: then the file is read again, and its hash compared.
    """

    def __init__(self, source: Source, *, reading_again: Callable[[], None] = lambda: None) -> None:
        """Begin with nothing read.

        `reading_again` is called with every block that is read once more, and may raise to stop that.
        """
        self._source = source
        self._reading_again = reading_again
        self._file: FileIO | None = None
        self._opened: tuple[Stamp, Stamp] | None = None
        self._just_saved = False
        self._left = source.size
        self._state = threading.Lock()
        self._reading = False
        self._closed = False
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def read(self) -> bytes:
        """Give the next block, empty at the end.

        Raises:
            SourceMissing, SourceUnreadable, SourceChanged: it cannot be sent as it was queued.
        """
        self._begin_reading()
        try:
            return self._read()
        except OSError as error:
            raise source_error_from(error) from error
        finally:
            self._end_reading()

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return self._left

    def digests(self) -> Digests:
        """Give the hashes of everything read so far."""
        return Digests(self._md5.hexdigest(), self._sha256.hexdigest())

    def close(self) -> None:
        """Close the file; reading may not go on. A read stuck in another thread closes it when it comes back."""
        with self._state:
            self._closed = True
            if not self._reading:
                self._close_file()

    def _begin_reading(self) -> None:
        with self._state:
            self._reading = True

    def _end_reading(self) -> None:
        with self._state:
            self._reading = False
            if self._closed:
                self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()

    def _read(self) -> bytes:
        if self._file is None:
            self._open()
        if self._left == 0:
            return b""
        block = self._fill(min(BLOCK_BYTES, self._left))
        self._left -= len(block)
        self._md5.update(block)
        self._sha256.update(block)
        if self._left == 0:
            self._check_end()
        return block

    def _open(self) -> None:
        self._file = self._source.resolved.open("rb", buffering=0)
        self._opened = opened, _ = self._stamps(self._file)
        self._just_saved = time.time_ns() - opened.saved_ns < JUST_SAVED_NS
        was, now = (self._source.number, self._source.changed_ns), (opened.number, opened.changed_ns)
        if None not in {*was, *now} and was[0] != now[0] and was[1] != now[1]:
            raise SourceChanged  # another file, made to look like the one that was queued

    def _fill(self, wanted: int) -> bytes:
        """Read exactly so many bytes: a network share may give less at a time."""
        assert self._file is not None
        block = self._file.read(wanted)
        while block and len(block) < wanted:
            more = self._file.read(wanted - len(block))
            if not more:
                break
            block += more
        if len(block) < wanted:
            raise SourceChanged("it is shorter than it was")
        return block

    def _check_end(self) -> None:
        assert self._file is not None
        if not self._closed and (self._stamps(self._file) != self._opened or self._just_saved):
            self._read_again()

    def _read_again(self) -> None:
        """Compare what the path holds now with what was read, until it stands still meanwhile."""
        for _ in range(MAX_LOOKS):
            with self._source.resolved.open("rb", buffering=0) as file:
                before = self._stamps(file)
                if self._hash_of(file) != self._sha256.digest():
                    break
                if self._stamps(file) == before:
                    return
        raise SourceChanged

    def _hash_of(self, file: FileIO) -> bytes:
        sha256, left = hashlib.sha256(), self._source.size
        while left >= 0 and (block := file.read(BLOCK_BYTES)):
            if self._closed:
                raise InterruptedError  # nobody wants to know any more
            self._reading_again()
            sha256.update(block)
            left -= len(block)
        return sha256.digest()

    def _stamps(self, file: FileIO) -> tuple[Stamp, Stamp]:
        """Look at the open file and at its path: a file put in its place counts too."""
        stamps = stamp_of(file), stamp_at(self._source.resolved)
        for stamp in stamps:
            if (stamp.size, stamp.mtime_ns) != (self._source.size, self._source.mtime_ns):
                raise SourceChanged
        return stamps


def hash_whole(source: Source) -> str:
    """Give the SHA-256 of a source in hex; raises as `SourceReader.read` does."""
    reader = SourceReader(source)
    try:
        while reader.read():
            pass
    finally:
        reader.close()
    return reader.digests().sha256


def _check_facts(facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise NotAFile
    if facts.st_size == 0:
        raise EmptyFile
    if facts.st_size > MAX_PUT_BYTES:
        raise TooLarge


def _has_surrogates(name: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in name)


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _shortened(name: str) -> str:
    """Take the middle out of the stem; the extension stays (unless it is absurd)."""
    stem, extension = os.path.splitext(name)  # noqa: PTH122 - a Path would read slashes and dots as its own
    if _utf16_length(extension) > MAX_NAME // 4:
        stem, extension = name, ""
    room = MAX_NAME - _utf16_length(extension) - 1
    head, tail = stem[:room], stem[-room:]
    while _utf16_length(head) > room - room // 3:
        head = head[:-1]
    while _utf16_length(tail) > room // 3:
        tail = tail[1:]
    return f"{head}…{tail}{extension}"
