"""The decoder's process: answers one question after the other until the program closes the pipe.

It ignores what a terminal or the end of a session sends, because a picture being decoded then is not broken. It ends
with the program instead, also where the program is killed.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import CannotConvert, UploaderError
from uploader_gui.engine.pictures import messages
from uploader_gui.engine.pictures.messages import MEMORY_BYTES, TOO_LARGE, Message

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_SECONDS: Final = 600
"""Far longer than the program waits for one picture."""
_IGNORED_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SET_PDEATHSIG: Final = 1
_OOM_SCORE: Final = "500"
"""Linux ends this process before the program where memory runs out (proc(5), oom_score_adj)."""
_NO_ERROR_BOXES: Final = 0x0001 | 0x0002
"""SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: a crash shows no dialog."""


def serve() -> int:
    """Answer until the program closes the pipe; return the exit code."""
    _ignore_signals()
    questions, answers = _pipes()
    _limit_itself()
    from uploader_gui.engine.pictures.render import answer_to  # noqa: PLC0415 - loads Pillow, within the limits

    messages.write(answers, Message({"ready": True}))
    with suppress(OSError, messages.BrokenMessageError):  # the program is gone
        while True:
            question = messages.read(questions)
            _end_after(LONGEST_SECONDS)
            answer = _answer_or_error(question, answer_to)
            _end_after(0)
            messages.write(answers, answer)
            del question, answer
    return 0


def _answer_or_error(question: Message, answer_to: Callable[[Message], Message]) -> Message:
    try:
        return answer_to(question)
    except UploaderError as error:
        return Message({"error": error.code.value, "detail": error.detail[:1000]})
    except MemoryError:
        return Message({"error": CannotConvert.code.value, "detail": TOO_LARGE})


def _end_after(seconds: int) -> None:
    """Let the system end this process after that time, in case it hangs; 0 takes that back."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _ignore_signals() -> None:
    for name in _IGNORED_SIGNALS:
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return standard input and output for questions and answers; what a library prints goes nowhere.

    By the system's handles on Windows: a program without a console has no `sys.stdin`.
    """
    if sys.platform == "win32":
        runtime, system = import_module("msvcrt"), import_module("_winapi")
        incoming = runtime.open_osfhandle(system.GetStdHandle(system.STD_INPUT_HANDLE), os.O_RDONLY | os.O_BINARY)
        outgoing = runtime.open_osfhandle(system.GetStdHandle(system.STD_OUTPUT_HANDLE), os.O_BINARY)
        return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return pipes


def _limit_itself() -> None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows and Linux only

        ctypes.WinDLL("kernel32").SetErrorMode(_NO_ERROR_BOXES)
        return
    resource = import_module("resource")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would be a copy of the picture on the disk
    if sys.platform == "linux":
        _limit_on_linux(resource)


def _limit_on_linux(resource: Any) -> None:
    """End with the program, whatever this process is doing then; take no more than `MEMORY_BYTES`."""
    import ctypes  # noqa: PLC0415 - as above

    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    with suppress(OSError):  # some systems do not allow it
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
