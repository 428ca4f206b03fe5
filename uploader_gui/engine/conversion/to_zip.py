"""Puts a file of a type the service refuses inside a ZIP. Call it in a thread.

The entry has the file's name and time. Format: PKWARE's APPNOTE. The exact time is in Info-ZIP's extra field "UT": the
format's own has steps of two seconds and no time zone.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import NotPrepared, TooLarge
from uploader_gui.engine.source import MAX_PUT_BYTES, SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.engine.conversion.temp_files import Heartbeat
    from uploader_gui.engine.models import Source

_WORTH_COMPRESSING: Final = 0.9
"""Where the first block's compressed share is larger, the file is stored: films and photos are compressed already."""
_FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
_LAST_TIME: Final = (2107, 12, 31, 23, 59, 58)
_UNIX: Final = 3
_FILE_MODE: Final = (stat.S_IFREG | 0o644) << 16
_SEPARATORS: Final = frozenset("/\\:")
_LINE_ENDS: Final = frozenset({"Cc", "Zl", "Zp"})
_SEVERAL_DOTS: Final = re.compile(r"\.{2,}")
_LAST_UNIX_TIME: Final = 2**31 - 1


def into_zip(source: Source, target: Path, heartbeat: Heartbeat) -> str:
    """Write a ZIP with the source in it; return the source's SHA-256 in hex.

    Raises:
        SourceError: it cannot be read, or has changed.
        TooLarge: the ZIP is larger than one PUT allows.
        NotPrepared: the ZIP cannot be written.
    """
    reader = SourceReader(source, reading_again=heartbeat.beat)
    try:
        _write(source, reader, target, heartbeat)
    finally:
        reader.close()
    if target.stat().st_size > MAX_PUT_BYTES:
        raise TooLarge
    return reader.digests().sha256


def _write(source: Source, reader: SourceReader, target: Path, heartbeat: Heartbeat) -> None:
    block = reader.read()
    entry = _entry(source, block)
    try:
        with target.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive, archive.open(entry, "w") as inside:
                while block:
                    heartbeat.beat()
                    inside.write(block)
                    block = reader.read()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # of the target: the reader's are SourceErrors
        raise NotPrepared(error.strerror or str(error)) from error


def _entry(source: Source, block: bytes) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(_inner_name(source.path.name), _dos_time(source.mtime_ns))
    entry.file_size = source.size  # so that the writer knows whether ZIP64 is needed
    entry.create_system = _UNIX
    entry.external_attr = _FILE_MODE
    entry.extra = _exact_time(source.mtime_ns)
    is_smaller = len(zlib.compress(block, 1)) < _WORTH_COMPRESSING * len(block)
    entry.compress_type = zipfile.ZIP_DEFLATED if is_smaller else zipfile.ZIP_STORED
    return entry


def _inner_name(name: str) -> str:
    """Return the file's name as every system can unpack it, inside the folder it is unpacked to.

    NFC, with undecodable bytes replaced; what other systems take for a folder, a drive or a line's end becomes `_`.
    """
    readable = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    flat = "".join("_" if c in _SEPARATORS or unicodedata.category(c) in _LINE_ENDS else c for c in readable)
    inner = _SEVERAL_DOTS.sub(".", flat).strip(" ")
    return inner if inner.strip(".") else "_"


def _dos_time(mtime_ns: int) -> tuple[int, int, int, int, int, int]:
    try:
        local = time.localtime(mtime_ns // 1_000_000_000)[:6]
    except (OverflowError, OSError, ValueError):
        return _FIRST_TIME
    return min(max(local, _FIRST_TIME), _LAST_TIME)


def _exact_time(mtime_ns: int) -> bytes:
    seconds = mtime_ns // 1_000_000_000
    return struct.pack("<2sHBi", b"UT", 5, 1, seconds) if 0 <= seconds <= _LAST_UNIX_TIME else b""
