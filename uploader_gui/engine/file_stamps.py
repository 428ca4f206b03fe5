"""Stamps: what a file system tells of a file that shows whether it has changed.

The functions touch the disk: call them in a daemon thread.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.models import mtime_of

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

_BASIC_INFO: Final = 0
"""FileBasicInfo, of FILE_INFO_BY_HANDLE_CLASS."""
_CHANGE_TIME: Final = 3
"""The index of ChangeTime in FILE_BASIC_INFO: four times and the attributes, eight bytes each."""
_UNIX_EPOCH: Final = 116_444_736_000_000_000
"""1970 in Windows' time: units of 100 ns since 1601."""


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


if sys.platform == "win32":
    import ctypes
    import msvcrt

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)

    def _change_time(descriptor: int) -> int | None:
        """Return when the volume last changed the file; the times of `os.stat` can be set by programs."""
        basic = (ctypes.c_int64 * 5)()
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor))
        known = _kernel32.GetFileInformationByHandleEx(handle, _BASIC_INFO, basic, ctypes.sizeof(basic))
        return unix_ns(basic[_CHANGE_TIME]) if known else None
