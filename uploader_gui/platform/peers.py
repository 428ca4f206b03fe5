"""Who is at the other end of a local socket: the same person, or somebody else. Asked before anything is said."""

from __future__ import annotations

import os
import socket
import struct
import sys


def is_same_person(descriptor: int, *, server: bool) -> bool:
    """Whether the program at the other end runs as this person. `server`: it is the one that listens."""
    try:
        if sys.platform == "win32":
            return not server or _serves_us(descriptor)  # nobody else may connect to ours (QLocalServer's access list)
        with socket.socket(fileno=os.dup(descriptor)) as ours:
            return _user_at_the_other_end(ours) == os.geteuid()
    except OSError:
        return False


def _user_at_the_other_end(ours: socket.socket) -> int:
    if hasattr(socket, "SO_PEERCRED"):  # Linux: struct ucred, unix(7)
        _, user, _ = struct.unpack("3I", ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return int(user)
    told = ours.getsockopt(0, getattr(socket, "LOCAL_PEERCRED", 1), 76)  # macOS: struct xucred, unix(4)
    _, user = struct.unpack_from("2I", told)
    return int(user)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
    _TOKEN_QUERY = 0x0008
    _TOKEN_USER = 1

    def _serves_us(pipe: int) -> bool:
        """Whether the process that made a pipe belongs to us: its name could have been taken by anybody."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        process_id = wintypes.ULONG()
        if not kernel.GetNamedPipeServerProcessId(wintypes.HANDLE(pipe), ctypes.byref(process_id)):
            return False
        return process_id.value == os.getpid() or _user_of(process_id.value) == _user_of(os.getpid()) != b""

    def _user_of(process_id: int) -> bytes:
        """Return the security identifier of a process's user, empty where we may not know."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        process, token = kernel.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, process_id), wintypes.HANDLE()
        if not process:
            return b""
        try:
            if not advapi.OpenProcessToken(wintypes.HANDLE(process), _TOKEN_QUERY, ctypes.byref(token)):
                return b""
            told, length = ctypes.create_string_buffer(256), wintypes.DWORD()
            known = advapi.GetTokenInformation(token, _TOKEN_USER, told, len(told), ctypes.byref(length))
            kernel.CloseHandle(token)
        finally:
            kernel.CloseHandle(wintypes.HANDLE(process))
        if not known:
            return b""
        identifier = ctypes.c_void_p.from_buffer(told).value  # TOKEN_USER begins with a pointer to it
        return ctypes.string_at(identifier, advapi.GetLengthSid(ctypes.c_void_p(identifier)))
