"""One process that decodes pictures, seen from the program: started, asked, ended.

It has a session (on Windows a process group) of its own, so that the terminal's Ctrl+C does not reach it, and an
environment without secrets. It ends with the program: on Linux by `serve.py`, on Windows by a job object.
"""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.pictures import DECODE_PICTURES, messages
from uploader_gui.engine.pictures.messages import MEMORY_BYTES, BrokenMessageError, Message
from uploader_gui.engine.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


log = logging.getLogger(__name__)

_NEW_PROCESS_GROUP: Final = 0x00000200
_NO_WINDOW: Final = 0x08000000
"""CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW: `subprocess` has them by name on Windows only."""
_PASSED_ON: Final = frozenset(
    {
        *("PATH", "HOME", "USERPROFILE", "APPDATA", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TMP", "TEMP"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
        *("PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
        *("PYINSTALLER_RESET_ENVIRONMENT", "__PYVENV_LAUNCHER__"),
    }
)
"""What Python and the libraries need to start. Everything else stays here: tokens, proxies' passwords, sessions."""
_EXTENDED_LIMITS: Final = 9
_PROCESS_MEMORY: Final = 0x100
_KILL_ON_JOB_CLOSE: Final = 0x2000


class NotStartedError(Exception):
    """The decoder could not be started, which says nothing of any picture."""


class DecoderDiedError(Exception):
    """The decoder ended, or was ended, in the middle of a picture. `hung`: it took too long."""

    def __init__(self, *, hung: bool) -> None:
        super().__init__()
        self.hung = hung


class DecoderProcess:
    """A running decoder."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        """Start it and wait until it is ready.

        Raises:
            NotStartedError: it cannot be started, or is not ready after that many seconds.
        """
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(sys.executable).parent,  # not a folder that somebody wants to remove or unmount
                env=decoder_environment(os.environ),
                **_own_session(),
            )
        except OSError as error:
            raise NotStartedError(system_words(error)) from error
        self._job = kill_on_close(getattr(self._process, "_handle", 0), MEMORY_BYTES)
        try:
            self.ask(None, seconds)  # it says when it is ready
        except DecoderDiedError as error:
            raise NotStartedError(f"status {self._process.returncode}") from error

    def ask(self, question: Message | None, seconds: float) -> Message:
        """Return the answer to a question; None waits for what it says by itself.

        Raises:
            DecoderDiedError: no answer came within that many seconds; the process is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._hung = False
        deadline = threading.Timer(seconds, self._kill_hung)
        deadline.daemon = True
        deadline.start()
        try:
            if question is not None:
                messages.write(self._process.stdin, question)
            return messages.read(self._process.stdout)
        except (OSError, BrokenMessageError) as error:
            self.end()
            raise DecoderDiedError(hung=self._hung) from error
        finally:
            deadline.cancel()

    def _kill_hung(self) -> None:
        self._hung = True
        self._process.kill()

    def kill(self) -> None:
        """End it, from any thread; a waiting `ask` raises."""
        self._process.kill()

    def end(self) -> None:
        """End it and wait until it is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was still to be written
                pipe.close()
        self._process.wait()
        self._job = None

    @property
    def status(self) -> int | None:
        """How it ended: a signal's number below zero, or an exit code; None while it runs."""
        return self._process.returncode


def _own_session() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": _NEW_PROCESS_GROUP | _NO_WINDOW}
    return {"start_new_session": True}


def decoder_command() -> list[str]:
    """Return the command that starts the decoder. `-P`: a module that lies among the evidence is never loaded."""
    if getattr(sys, "frozen", False):
        return [sys.executable, DECODE_PICTURES]
    return [sys.executable, "-P", "-m", "uploader_gui", DECODE_PICTURES]


def decoder_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the decoder's environment: of this program's what Python needs, and where its modules are."""
    passed_on = {name: value for name, value in environment.items() if name.upper() in _PASSED_ON}
    if getattr(sys, "frozen", False):
        return passed_on
    path = [str(Path(__file__).parents[3]), environment.get("PYTHONPATH")]
    return passed_on | {"PYTHONPATH": os.pathsep.join(filter(None, path))}


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


def kill_on_close(process_handle: int, memory: int) -> object:
    """Limit a process to `memory` bytes, and end it when the returned object is released; does nothing but on Windows.

    The system releases it with this program, also where that is killed.
    """
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
    """A job object's handle, closed when this object is garbage."""

    def __init__(self, kernel: Any, handle: int) -> None:
        self._kernel = kernel
        self.handle = handle

    def __del__(self) -> None:
        self._kernel.CloseHandle(ctypes.c_void_p(self.handle))
