"""Windows: the decoder ends with the program, however that ends, and may not take all memory. Nothing elsewhere.

A job object: the system ends its processes when its last handle is closed (Windows API, "Job Objects").
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

_EXTENDED_LIMITS: Final = 9
_PROCESS_MEMORY: Final = 0x100
_KILL_ON_JOB_CLOSE: Final = 0x2000


class _Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, with its basic limits and counters laid out in it."""

    _fields_ = (
        ("times", ctypes.c_int64 * 2),
        ("flags", ctypes.c_uint32),
        ("working_set", ctypes.c_size_t * 2),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_and_scheduling", ctypes.c_uint32 * 2),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peaks", ctypes.c_size_t * 2),
    )


def bind(process_handle: int, memory: int) -> object:
    """Bind a process to this one, with at most `memory` bytes; it ends when what is returned is released."""
    if sys.platform != "win32":
        return None
    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    job = _Job(kernel, kernel.CreateJobObjectW(None, None))
    limits = _Limits(flags=_KILL_ON_JOB_CLOSE | _PROCESS_MEMORY, process_memory=memory)
    size = ctypes.sizeof(limits)
    kernel.SetInformationJobObject(ctypes.c_void_p(job.handle), _EXTENDED_LIMITS, ctypes.byref(limits), size)
    kernel.AssignProcessToJobObject(ctypes.c_void_p(job.handle), ctypes.c_void_p(process_handle))
    return job


class _Job:
    """Closes the job's handle when it is forgotten."""

    def __init__(self, kernel: Any, handle: int) -> None:
        self._kernel = kernel
        self.handle = handle

    def __del__(self) -> None:
        self._kernel.CloseHandle(ctypes.c_void_p(self.handle))
