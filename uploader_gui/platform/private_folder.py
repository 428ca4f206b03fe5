"""Folders that only one person can look into, and the lock of a program that works there."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def made_private(folder: Path) -> bool:
    """Make a folder for its owner only; False where what is there belongs, or is open, to somebody else.

    What is there is never changed: it may be a folder of the person's own. On Windows the data folder is nobody else's.
    """
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
    except OSError:
        return False
    if os.name != "posix":
        return stat.S_ISDIR(found.st_mode)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077


def is_own_socket(path: Path) -> bool:
    """Whether a socket of this very person lies there."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()


class FileLock:
    """The system's own lock on a file: one program holds it, and it dies with the program."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False while another program has it. Where a file system knows no locks, everybody gets it."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError:
            return True
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            return True
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back; the file stays, for one that is removed could be locked twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone
        import msvcrt  # noqa: PLC0415 - as above

        # Windows' own function: C's runtime does not say why in each of its versions (Wine's leaves errno at 0).
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor))
        if not kernel.LockFile(handle, 0, 0, 1, 0):
            raise ctypes.WinError(ctypes.get_last_error())
    else:
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
