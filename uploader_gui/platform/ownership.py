"""What belongs to this user alone: folders, sockets and their other ends, and the lock of a running program."""

from __future__ import annotations

import os
import stat
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def ensure_private(folder: Path) -> bool:
    """Make a folder for its owner only, if it is missing; return whether it is this user's and nobody else can open it.

    An existing folder is never changed: the person may have made it. On Windows only the user can open the data folder.
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
    """Return whether a socket of this user exists at a path."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()


def is_same_user(descriptor: int, *, server: bool) -> bool:
    """Return whether the program at the other end of a local socket runs as this user; `server`: it is the listener."""
    try:
        if sys.platform == "win32":
            return not server or _is_served_by_user(descriptor)  # QLocalServer's access list lets no other user connect
        return _peer_user(os.dup(descriptor)) == os.geteuid()
    except OSError:
        return False


def _peer_user(descriptor: int) -> int:
    """Return the user at the other end of a socket, and close this end's descriptor."""
    import socket  # noqa: PLC0415 - not needed for the first paint

    with socket.socket(fileno=descriptor) as ours:
        if hasattr(socket, "SO_PEERCRED"):  # Linux: struct ucred, unix(7)
            _, user, _ = struct.unpack("3I", ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            return int(user)
        answer = ours.getsockopt(0, getattr(socket, "LOCAL_PEERCRED", 1), 76)  # macOS: struct xucred, unix(4)
        _, user = struct.unpack_from("2I", answer)
        return int(user)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
    _TOKEN_QUERY = 0x0008
    _TOKEN_USER = 1

    def _is_served_by_user(pipe: int) -> bool:
        """Return whether this user's process made a pipe: any program can take its name."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        process_id = wintypes.ULONG()
        if not kernel.GetNamedPipeServerProcessId(wintypes.HANDLE(pipe), ctypes.byref(process_id)):
            return False
        return process_id.value == os.getpid() or _user_of(process_id.value) == _user_of(os.getpid()) != b""

    def _user_of(process_id: int) -> bytes:
        """Return the security identifier of a process's user, empty where it cannot be read."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        process, token = kernel.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, process_id), wintypes.HANDLE()
        if not process:
            return b""
        try:
            if not advapi.OpenProcessToken(wintypes.HANDLE(process), _TOKEN_QUERY, ctypes.byref(token)):
                return b""
            buffer, length = ctypes.create_string_buffer(256), wintypes.DWORD()
            known = advapi.GetTokenInformation(token, _TOKEN_USER, buffer, len(buffer), ctypes.byref(length))
            kernel.CloseHandle(token)
        finally:
            kernel.CloseHandle(wintypes.HANDLE(process))
        if not known:
            return b""
        identifier = ctypes.c_void_p.from_buffer(buffer).value  # TOKEN_USER begins with a pointer to it
        return ctypes.string_at(identifier, advapi.GetLengthSid(ctypes.c_void_p(identifier)))


class FileLock:
    """The operating system's lock on a file: one program holds it, and it ends with the program."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; return False while another program has it, True on a file system without locks."""
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
        """Release it; the file stays, since a removed one could be locked twice."""
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
