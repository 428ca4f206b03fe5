"""What a file system says of a file, as far as it shows whether the file is still what it was.

`source.py` compares such stamps while it reads. Functions here touch the disk: call them in a daemon thread.
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
"""The place of ChangeTime in FILE_BASIC_INFO, which is four times and the attributes, eight bytes each."""
_UNIX_EPOCH: Final = 116_444_736_000_000_000
"""1970 in Windows' time: units of 100 ns since 1601."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file as it was at one moment.

    Attributes:
        size: in bytes.
        mtime_ns: when its bytes changed, as `models.mtime_of` gives it.
        changed_ns: when anything of it changed (bytes, name, permissions, links), in ns since 1970; None: unknown.
        number: what tells it from all other files, as `number_of` gives it.
        saved_ns: the later of both times, in ns since 1970, however far away.
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
    """Return the stamp of the file a path leads to now."""
    if sys.platform == "win32":  # only an open file tells its ChangeTime there
        with path.open("rb", buffering=0) as file:
            return stamp_of(file)
    facts = path.stat()
    return _stamp(facts, changed_of(facts))


def changed_of(facts: os.stat_result) -> int | None:
    """Return when anything of a file changed, in ns since 1970; None on Windows, where `os.stat` does not tell."""
    return None if sys.platform == "win32" else facts.st_ctime_ns


def number_of(facts: os.stat_result) -> int | None:
    """Return what tells a file from all others, however its path is spelled: its device and inode in one number.

    None where it has several names (hard links), is no file, or where its file system numbers nothing.
    """
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or not facts.st_ino:
        return None
    return facts.st_dev << 128 | facts.st_ino


def _stamp(facts: os.stat_result, changed_ns: int | None) -> Stamp:
    saved = max(facts.st_mtime_ns, changed_ns or facts.st_mtime_ns)
    return Stamp(facts.st_size, mtime_of(facts), changed_ns, number_of(facts), saved)


def unix_ns(change_time: int) -> int | None:
    """Return a ChangeTime of Windows in ns since 1970, None where the volume keeps none (FAT)."""
    return (change_time - _UNIX_EPOCH) * 100 if change_time > 0 else None


if sys.platform == "win32":
    import ctypes
    import msvcrt

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)

    def _change_time(descriptor: int) -> int | None:
        """Return when the volume last changed the file. `os.stat` shows only times that programs may put back."""
        basic = (ctypes.c_int64 * 5)()
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor))
        known = _kernel32.GetFileInformationByHandleEx(handle, _BASIC_INFO, basic, ctypes.sizeof(basic))
        return unix_ns(basic[_CHANGE_TIME]) if known else None
