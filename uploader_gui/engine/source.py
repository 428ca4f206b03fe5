"""The local file: its name, size and type, whether it has changed, and reading it in blocks with both hashes.

Everything here blocks: call it in a thread of `tasks_and_threads.py`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
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
    Variant,
)
from uploader_gui.engine.media import media_type_of
from uploader_gui.engine.models import Source, mtime_of
from uploader_gui.engine.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path

BLOCK_BYTES: Final = 1024 * 1024
MAX_NAME: Final = 250
"""The service's page: "name … Maximum string length: 250"; counted in UTF-16 units, the strictest way."""
MAX_PUT_BYTES: Final = 5 * 1024**3
"""One S3 PUT takes at most 5 GiB."""
MAX_REREADS: Final = 3
"""How often a file that keeps changing is read again."""
JUST_SAVED_NS: Final = 3_000_000_000
"""FAT stores times in steps of two seconds, and no two clocks agree."""
PATIENCE_WITH_DESCRIPTORS: Final = 60.0
_LOCKED: Final = frozenset({errno.EBUSY, errno.ETXTBSY, errno.EAGAIN})
_LOCKED_ON_WINDOWS: Final = frozenset({32, 33})
"""ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION."""
_SHARE_AWAY: Final = frozenset({53, 67})
"""ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME, which Python maps to ENOENT; it maps no other network error to that."""
_BASIC_INFO: Final = 0
"""FileBasicInfo, of FILE_INFO_BY_HANDLE_CLASS."""
_CHANGE_TIME: Final = 3
"""The index of ChangeTime in FILE_BASIC_INFO: four times and the attributes, eight bytes each."""
_UNIX_EPOCH: Final = 116_444_736_000_000_000
"""1970 in Windows' time: units of 100 ns since 1601."""


def inspect(path: Path, resolved: Path) -> Source:
    """Return a file's name, size, type and times.

    Raises:
        SourceMissing, SourceUnreadable: it cannot be read.
        NotAFile, EmptyFile, TooLarge, TypeNotAccepted: the service never accepts it as it is.
    """
    try:
        facts = resolved.stat()
        _check_facts(facts)
        with open_when_possible(resolved) as file:
            media, changed_ns = media_type_of(path.name, file), stamp_of(file).changed_ns
    except OSError as error:
        raise source_error_from(error, path) from error
    name, shortened = wire_name(path.name)
    return Source(path, resolved, name, media, facts.st_size, mtime_of(facts), shortened, number_of(facts), changed_ns)


def describe_only(path: Path, resolved: Path) -> Source:
    """Describe a path that will not be sent: without a type, and with a size only where it is a file."""
    name, shortened = wire_name(path.name or str(path))
    try:
        facts = resolved.stat()
        size = facts.st_size if stat.S_ISREG(facts.st_mode) else 0
    except (OSError, ValueError):
        return Source(path, resolved, name, None, 0, 0, shortened)
    return Source(path, resolved, name, None, size, mtime_of(facts), shortened, number_of(facts), changed_of(facts))


def wire_name(name: str) -> tuple[str, bool]:
    """Return the name to register (NFC, no control characters, at most 250 long), and whether it was shortened."""
    decodable = name.encode("utf-8", "replace").decode("utf-8") if _has_surrogates(name) else name
    printable = "".join(c for c in decodable if unicodedata.category(c) != "Cc")
    clean = unicodedata.normalize("NFC", printable) or "file"  # last: a letter and its accent may be adjacent only now
    if _utf16_length(clean) <= MAX_NAME:
        return clean, False
    return _shortened(clean), True


def source_error_from(error: OSError, path: Path | None = None) -> SourceError:
    """Return what a system's error means for the file; `path` as a person gave it, where it may be a link.

    Windows reports a share that is away as "no such file"; to a person the file is there, but cannot be reached.
    """
    if getattr(error, "winerror", None) in _SHARE_AWAY:
        return SourceUnreadable(system_words(error))
    if (variant := _variant_of(error, path)) is not None:
        is_there = variant not in {Variant.PATH_TOO_LONG, Variant.LINK_DANGLING}
        return SourceUnreadable(variant=variant) if is_there else SourceMissing(variant=variant)
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}:
        return SourceMissing(system_words(error))
    if error.errno == errno.EISDIR:
        return NotAFile()
    return SourceUnreadable(system_words(error))


def _variant_of(error: OSError, path: Path | None) -> Variant | None:
    if error.errno == errno.ENAMETOOLONG:  # no file can be there under that name
        return Variant.PATH_TOO_LONG
    if error.errno == errno.ELOOP:
        return Variant.LINK_LOOP
    if error.errno == errno.ENOENT and path is not None and os.path.islink(path):  # noqa: PTH114 - Path's may raise
        return Variant.LINK_DANGLING
    return Variant.LOCKED if error.errno in _LOCKED or _windows_error(error) in _LOCKED_ON_WINDOWS else None


def _windows_error(error: OSError) -> int | None:
    """Return Windows' number of an error, or None.

    Its C library, by which Python opens files, says of one that another program holds only that it may not be read: the
    system itself is asked again.
    """
    number: int | None = getattr(error, "winerror", None)
    if sys.platform == "win32" and number is None and error.errno == errno.EACCES and error.filename:
        handle = _kernel32.CreateFileW(str(error.filename), _READ, _SHARED_BY_ALL, None, _OPEN_EXISTING, 0, None)
        number = ctypes.get_last_error() if handle == _NO_HANDLE else None
        if number is None:
            _kernel32.CloseHandle(ctypes.c_void_p(handle))
    return number


if sys.platform == "win32":
    import ctypes
    import msvcrt

    _READ, _SHARED_BY_ALL, _OPEN_EXISTING = 0x8000_0000, 7, 3
    _NO_HANDLE = ctypes.c_void_p(-1).value
    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateFileW.restype = ctypes.c_void_p

    def _change_time(descriptor: int) -> int | None:
        """Return when the volume last changed the file; the times of `os.stat` can be set by programs."""
        basic = (ctypes.c_int64 * 5)()
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor))
        known = _kernel32.GetFileInformationByHandleEx(handle, _BASIC_INFO, basic, ctypes.sizeof(basic))
        return unix_ns(basic[_CHANGE_TIME]) if known else None


def open_when_possible(path: Path, given_up: Callable[[], bool] = lambda: False) -> FileIO:
    """Open a file for reading; where no more files can be open, wait until others are closed. Blocks.

    Raises:
        OSError: it cannot be opened; or nobody wants it any more (`given_up`), or nothing is closed for a minute.
    """
    until = time.monotonic() + PATIENCE_WITH_DESCRIPTORS
    while True:
        try:
            return path.open("rb", buffering=0)
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE} or given_up() or time.monotonic() > until:
                raise
        time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file as it was at one moment.

    Attributes:
        size: in bytes.
        mtime_ns: when its bytes changed, as returned by `models.mtime_of`.
        changed_ns: when its bytes, name, permissions or links changed, in ns since 1970; None where it is unknown.
        number: identifies the file, as returned by `number_of`.
        saved_ns: the later of both times, in ns since 1970, not limited to 64 bits.
    """

    size: int
    mtime_ns: int
    changed_ns: int | None
    number: int | None
    saved_ns: int


def stamp_of(file: FileIO) -> Stamp:
    """Return the stamp of an open file."""
    facts = os.fstat(file.fileno())
    if sys.platform == "win32":
        return _stamp(facts, _change_time(file.fileno()))
    return _stamp(facts, changed_of(facts))


def stamp_at(path: Path) -> Stamp:
    """Return the stamp of the file at a path."""
    if sys.platform == "win32":  # ChangeTime can be read of an open file only
        with path.open("rb", buffering=0) as file:
            return stamp_of(file)
    facts = path.stat()
    return _stamp(facts, changed_of(facts))


def changed_of(facts: os.stat_result) -> int | None:
    """Return when anything about a file changed, in ns since 1970; None on Windows, where `os.stat` does not tell."""
    return None if sys.platform == "win32" else facts.st_ctime_ns


def number_of(facts: os.stat_result) -> int | None:
    """Return a number that identifies a file however its path is spelled: its device and inode.

    None where it has several names (hard links), is no regular file, or where its file system has no such numbers.
    """
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or not facts.st_ino:
        return None
    return facts.st_dev << 128 | facts.st_ino


def _stamp(facts: os.stat_result, changed_ns: int | None) -> Stamp:
    saved = max(facts.st_mtime_ns, changed_ns or facts.st_mtime_ns)
    return Stamp(facts.st_size, mtime_of(facts), changed_ns, number_of(facts), saved)


def unix_ns(change_time: int) -> int | None:
    """Return a ChangeTime of Windows in ns since 1970, None where the volume has none (FAT)."""
    return (change_time - _UNIX_EPOCH) * 100 if change_time > 0 else None


@dataclass(frozen=True, slots=True)
class Digests:
    """Both hashes of the bytes read, in hex."""

    md5: str
    sha256: str


class SourceReader:
    """Reads a source once, from beginning to end, for the network and both hashes.

    The file's stamp is checked when it is opened and before the last block is returned, so a file that changes
    meanwhile is never sent whole. Another size or time is a change. Where something else is different (a tag, a
    permission, a hard link, another file in its place), or where the file had just been saved (file systems store times
    in steps of up to two seconds), the file is read again and the hashes are compared.
    """

    def __init__(self, source: Source, *, reading_again: Callable[[], None] = lambda: None) -> None:
        """Open nothing yet. `reading_again` is called for each block that is read again; what it raises ends that."""
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
        """Return the next block, empty at the end.

        Raises:
            SourceMissing, SourceUnreadable, SourceChanged, NotAFile: it cannot be sent as it was when it was queued.
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
        """Return how many bytes are still to be read."""
        return self._left

    def digests(self) -> Digests:
        """Return the hashes of everything read so far."""
        return Digests(self._md5.hexdigest(), self._sha256.hexdigest())

    def close(self) -> None:
        """Close the file; nothing more may be read. A `read` stuck in another thread closes it when it returns."""
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
        self._file = self._opened_file()
        self._opened = opened, _ = self._stamps(self._file)
        self._just_saved = time.time_ns() - opened.saved_ns < JUST_SAVED_NS
        was, now = (self._source.number, self._source.changed_ns), (opened.number, opened.changed_ns)
        if None not in {*was, *now} and was[0] != now[0] and was[1] != now[1]:
            raise SourceChanged  # another file with the size and time of the one that was queued

    def _opened_file(self) -> FileIO:
        if not stat.S_ISREG(self._source.resolved.stat().st_mode):  # by now; opening a pipe would block
            raise NotAFile
        return open_when_possible(self._source.resolved, lambda: self._closed)

    def _fill(self, wanted: int) -> bytes:
        """Read exactly `wanted` bytes: a network share may return fewer at a time."""
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
        """Compare the file with the bytes read, again where it changes meanwhile."""
        for _ in range(MAX_REREADS):
            with self._opened_file() as file:
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
                raise InterruptedError  # the caller has given up
            self._reading_again()
            sha256.update(block)
            left -= len(block)
        return sha256.digest()

    def _stamps(self, file: FileIO) -> tuple[Stamp, Stamp]:
        """Return the stamps of the open file and of its path, where another file may be by now."""
        stamps = stamp_of(file), stamp_at(self._source.resolved)
        for stamp in stamps:
            if (stamp.size, stamp.mtime_ns) != (self._source.size, self._source.mtime_ns):
                raise SourceChanged
        return stamps


def hash_whole(source: Source) -> str:
    """Return the SHA-256 of a source in hex; raises as `SourceReader.read` does."""
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
    """Return the name without the middle of its stem; the extension stays unless it is very long."""
    stem, extension = os.path.splitext(name)  # noqa: PTH122 - a Path would take slashes and dots for its own
    if _utf16_length(extension) > MAX_NAME // 4:
        stem, extension = name, ""
    room = MAX_NAME - _utf16_length(extension) - 1
    head, tail = stem[:room], stem[-room:]
    while _utf16_length(head) > room - room // 3:
        head = head[:-1]
    while _utf16_length(tail) > room // 3:
        tail = tail[1:]
    return f"{head}…{tail}{extension}"
