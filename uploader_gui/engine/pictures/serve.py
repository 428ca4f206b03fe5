"""The decoder's process: answers one question after the other until the program closes the pipe. Begun by `__main__`.

It ignores what a terminal or the end of a session sends, for a picture that is being decoded then is not broken; it
ends with the program instead, also where that is killed.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from uploader_gui.engine.errors import CannotConvert, UploaderError
from uploader_gui.engine.pictures import messages
from uploader_gui.engine.pictures.jpeg import into_jpeg
from uploader_gui.engine.pictures.jpeg_colors import plain
from uploader_gui.engine.pictures.messages import MEMORY_BYTES, TOO_LARGE, Message
from uploader_gui.engine.pictures.opening import about, mended, opened, upright

LONGEST_SECONDS: Final = 600
"""Far longer than the program waits for one picture."""
_IGNORED: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SET_PDEATHSIG: Final = 1
_EASILY_ENDED: Final = "500"
_NO_BOXES: Final = 0x0001 | 0x0002
"""SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: a crash asks nobody anything."""


def serve() -> int:
    """Answer until the program closes the pipe."""
    _ignore_signals()
    questions, answers = _pipes()
    _limit_itself()
    from uploader_gui.engine.pictures.serve import done  # noqa: PLC0415 - loads Pillow; within the limits

    messages.write(answers, Message({"ready": True}))
    with suppress(OSError, messages.BrokenMessageError):  # the program is gone
        while (question := messages.read(questions)) is not None:
            _end_after(LONGEST_SECONDS)
            answer = _answer(question, done)
            _end_after(0)
            messages.write(answers, answer)
            del question, answer
    return 0


def _answer(question: Message, done: Any) -> Message:
    try:
        answer: Message = done(question)
    except UploaderError as error:
        return Message({"error": error.code.value, "detail": error.detail[:1000]})
    except MemoryError:
        return Message({"error": CannotConvert.code.value, "detail": TOO_LARGE})
    return answer


def _end_after(seconds: int) -> None:
    """Let the system end a process that hangs and that nobody waits for any more; 0 lets it live."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _ignore_signals() -> None:
    for name in _IGNORED:
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take standard input and output for the questions and answers; what a library prints goes nowhere.

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

        ctypes.WinDLL("kernel32").SetErrorMode(_NO_BOXES)
        return
    resource = import_module("resource")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no copy of a picture is left on the disk
    if sys.platform == "linux":
        _limit_on_linux(resource)


def _limit_on_linux(resource: Any) -> None:
    """End with the program, whatever this process is doing then; and before it, where memory runs out."""
    import ctypes  # noqa: PLC0415 - as above

    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    with suppress(OSError):  # a system that does not let it
        Path("/proc/self/oom_score_adj").write_text(_EASILY_ENDED)


def done(question: Message) -> Message:
    """Do what is asked, and return the answer.

    Raises:
        BrokenPicture, CannotConvert: see `opening.opened`.
    """
    if question.values.get("task") == "about":
        return Message(about())
    if question.values.get("task") == "thumbnail":
        return _thumbnail(question.content, int(question.values["side"]))
    made = into_jpeg(question.content)
    return Message({"without_metadata": made.without_metadata}, made.content)


def _thumbnail(content: bytes, side: int) -> Message:
    with opened(mended(content)) as picture:
        picture.load()
        share = side / min(picture.size)
        if share < 1:
            picture.thumbnail((max(round(picture.width * share), side), max(round(picture.height * share), side)))
        small = upright(picture)
        pixels = (small if small.has_transparency_data else plain(small, None)[0]).convert("RGBA")
        return Message({"width": pixels.width, "height": pixels.height}, pixels.tobytes())
