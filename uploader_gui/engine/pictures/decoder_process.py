"""One process that decodes pictures, as the program sees it: started, asked, ended. Used by `decoder.py` alone.

It has a session (on Windows a process group) of its own, so that the terminal's Ctrl+C does not reach it, an
environment without secrets, and it ends with the program (`serve.py`, `decoder_process.py`).
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
from typing import TYPE_CHECKING, Any, Final, Self

from uploader_gui.engine.pictures import messages
from uploader_gui.engine.pictures.messages import MEMORY_BYTES, BrokenMessageError, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType


log = logging.getLogger(__name__)

_OWN_GROUP: Final = 0x00000200
_NO_WINDOW: Final = 0x08000000
"""CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW: `subprocess` has them by name on Windows only."""


class NotStartedError(Exception):
    """There is no decoder: that says nothing of any picture."""


class DecoderDiedError(Exception):
    """It ended, or had to be ended, in the middle of a picture. `hung`: it took too long."""

    def __init__(self, *, hung: bool) -> None:
        super().__init__()
        self.hung = hung


class DecoderProcess:
    """A running decoder.

    Raises:
        NotStartedError: see there.
    """

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(sys.executable).parent,  # not a folder that somebody wants to remove or unmount
                env=decoder_environment(os.environ),
                **_apart(),
            )
        except OSError as error:
            raise NotStartedError(error.strerror or str(error)) from error
        self._bound = kill_on_close(getattr(self._process, "_handle", 0), MEMORY_BYTES)
        try:
            self._await(seconds)
        except DecoderDiedError as error:
            raise NotStartedError(f"status {self._process.returncode}") from error

    def ask(self, question: Message, seconds: float) -> Message:
        """Return its answer.

        Raises:
            DecoderDiedError: there is none after so many seconds; the process is gone.
        """
        assert self._process.stdin is not None
        with _Deadline(self, seconds) as deadline:
            try:
                messages.write(self._process.stdin, question)
                answer = self._read()
            except (OSError, BrokenMessageError) as error:
                self.end()
                raise DecoderDiedError(hung=deadline.passed) from error
        return answer

    def kill(self) -> None:
        """End it; from any thread. Whoever waits for its answer hears that it died."""
        self._process.kill()

    def end(self) -> None:
        """End it and wait until it is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was still to be written
                pipe.close()
        self._process.wait()
        self._bound = None

    @property
    def status(self) -> int | None:
        """How it ended: a signal's number below zero, or an exit code; None while it runs."""
        return self._process.returncode

    def _await(self, seconds: float) -> None:
        """It says when it is ready."""
        with _Deadline(self, seconds) as deadline:
            try:
                self._read()
            except (OSError, BrokenMessageError) as error:
                self.end()
                raise DecoderDiedError(hung=deadline.passed) from error

    def _read(self) -> Message:
        assert self._process.stdout is not None
        message = messages.read(self._process.stdout)
        if message is None:
            raise BrokenMessageError
        return message


class _Deadline:
    """Ends a process that has not answered in time."""

    def __init__(self, process: DecoderProcess, seconds: float) -> None:
        self._process = process
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _pass(self) -> None:
        self.passed = True
        self._process.kill()


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": _OWN_GROUP | _NO_WINDOW}
    return {"start_new_session": True}


DECODE_PICTURES: Final = "--decode-pictures"
_PASSED_ON: Final = frozenset(
    {
        *("PATH", "HOME", "USERPROFILE", "APPDATA", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TMP", "TEMP"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
        *("PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
        *("PYINSTALLER_RESET_ENVIRONMENT", "__PYVENV_LAUNCHER__"),
    }
)
"""What Python and the libraries need to start. Everything else stays here: tokens, proxies' passwords, sessions."""


def decoder_command() -> list[str]:
    """Return what starts the decoder. `-P`: a module that lies among the evidence is never loaded."""
    if getattr(sys, "frozen", False):
        return [sys.executable, DECODE_PICTURES]
    return [sys.executable, "-P", "-m", "uploader_gui", DECODE_PICTURES]


def decoder_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the decoder's environment, and where it finds this program's modules."""
    passed_on = {name: value for name, value in environment.items() if name.upper() in _PASSED_ON}
    if getattr(sys, "frozen", False):
        return passed_on
    return passed_on | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *_own_path(environment)])}


def _own_path(environment: Mapping[str, str]) -> list[str]:
    path = environment.get("PYTHONPATH")
    return [path] if path else []


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


def kill_on_close(process_handle: int, memory: int) -> object:
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
