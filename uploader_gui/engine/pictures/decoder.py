"""Decodes pictures in a process of its own, for conversions and thumbnails: what a picture breaks is not the program.

There is one, started when it is first needed, which works on one picture after the other, thumbnails first. Where it
ends or hangs it gets one fresh try, then that picture is broken; those that wait go on. Made by the composition root.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import BrokenPicture, CannotConvert, Code, NotPrepared, UploaderError
from uploader_gui.engine.pictures.decoder_process import decoder_command
from uploader_gui.engine.pictures.messages import DecoderTimeouts, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from uploader_gui.engine.pictures.decoder_process import DecoderProcess

log = logging.getLogger(__name__)

CRASHED: Final = "decoding it ends the decoder"
TOO_SLOW: Final = "decoding it takes too long"
NO_DECODER: Final = "the decoder of pictures does not start"
_THUMBNAIL, _JPEG = 0, 1
"""What comes first."""
_TRIES: Final = 2
_LEAVE_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.5
"""How soon a picture that nobody wants any more is given up, though its decoder may hang."""
_ERRORS: Final[dict[object, type[UploaderError]]] = {
    Code.BROKEN_PICTURE.value: BrokenPicture,
    Code.CANNOT_CONVERT.value: CannotConvert,
}


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A picture as JPEG. `without_metadata`: what it told of itself could not be read, and is not in it."""

    content: bytes
    without_metadata: bool


@dataclass(frozen=True, slots=True)
class Pixels:
    """A small picture: red, green, blue and opacity, a byte each, line by line."""

    width: int
    height: int
    content: bytes


@dataclass(order=True, slots=True)
class _Job:
    """A picture that waits for its turn. `wanted` raises where nobody wants it any more."""

    urgency: int
    order: int
    question: Message = field(compare=False)
    seconds: float = field(compare=False)
    wanted: Callable[[], None] = field(compare=False)
    done: threading.Event = field(compare=False, default_factory=threading.Event)
    answer: Message | Exception | None = field(compare=False, default=None)
    given_up: bool = field(compare=False, default=False)


class PictureDecoder:
    """The way to the decoder. Its methods block and may be called from any thread but a loop's.

    `command` starts another one, `patience` makes it hurry: for tests.
    """

    def __init__(self, command: Sequence[str] | None = None, patience: DecoderTimeouts | None = None) -> None:
        self._command = command
        self._patience = patience or DecoderTimeouts()
        self._waiting: list[_Job] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process: DecoderProcess | None = None
        self._current: _Job | None = None
        self._closed = False

    def jpeg(self, content: bytes, wanted: Callable[[], None]) -> Jpeg:
        """Return a picture as JPEG. `wanted` is called now and then, and raises where it need not be decoded any more.

        Raises:
            BrokenPicture: it is damaged, or the decoder does not survive it.
            CannotConvert: one JPEG cannot hold it.
            NotPrepared: there is no decoder.
        """
        answer = self._ask(_JPEG, Message({"task": "jpeg"}, content), self._patience.for_jpeg(len(content)), wanted)
        return Jpeg(answer.content, answer.values.get("without_metadata") is True)

    def thumbnail(self, content: bytes, side: int) -> Pixels:
        """Return a picture that just covers a square of `side` pixels; raises as `jpeg` does."""
        question = Message({"task": "thumbnail", "side": side}, content)
        answer = self._ask(_THUMBNAIL, question, self._patience.thumbnail, lambda: None)
        width, height = answer.values.get("width"), answer.values.get("height")
        if not isinstance(width, int) or not isinstance(height, int) or width * height * 4 != len(answer.content):
            raise BrokenPicture(CRASHED)
        return Pixels(width, height, answer.content)

    def about(self) -> dict[str, Any]:
        """Return the decoder's versions, and under "checks" whether it finds damage in HEICs; raises as `jpeg` does."""
        return self._ask(_THUMBNAIL, Message({"task": "about"}), self._patience.thumbnail, lambda: None).values

    def close(self) -> None:
        """End the decoder; whatever waits for it is told so."""
        with self._changed:
            self._closed = True
            if self._process is not None:
                self._process.kill()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_LEAVE_SECONDS)

    def _ask(self, urgency: int, question: Message, seconds: float, wanted: Callable[[], None]) -> Message:
        job = _Job(urgency, next(self._order), question, seconds, wanted)
        with self._changed:
            if self._closed:
                raise NotPrepared(NO_DECODER)
            heapq.heappush(self._waiting, job)
            self._begin()
            self._changed.notify()
        while not job.done.wait(_LOOK_SECONDS):
            try:
                wanted()
            except BaseException:
                self._give_up(job)
                raise
        if isinstance(job.answer, Exception):
            raise job.answer
        assert job.answer is not None
        return job.answer

    def _give_up(self, job: _Job) -> None:
        with self._changed:
            job.given_up = True
            if self._current is job and self._process is not None:
                self._process.kill()

    def _begin(self) -> None:
        """One thread starts all processes and lives as long as they: Linux ends them with the thread, not before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="uploader-pictures", daemon=True)
            self._thread.start()

    # In the thread

    def _work(self) -> None:
        from uploader_gui.engine.concurrency import give_way  # noqa: PLC0415 - not before a picture is to be decoded

        give_way()  # and so does the process
        while self._did_one():
            pass
        if self._process is not None:
            self._process.end()

    def _did_one(self) -> bool:
        """Do the next job; return False when it is time to leave. No picture is kept until the next one comes."""
        job = self._next()
        if job is None:
            return False
        try:
            job.wanted()
            job.answer = self._answered(job)
        except Exception as error:  # noqa: BLE001 - whoever asked gets it, whatever it is
            job.answer = error
        job.done.set()
        self._current = None
        return True

    def _next(self) -> _Job | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._current = heapq.heappop(self._waiting) if self._waiting else None
            return self._current

    def _answered(self, job: _Job) -> Message:
        from uploader_gui.engine.pictures.decoder_process import DecoderDiedError  # noqa: PLC0415 - as above

        detail = CRASHED
        for _ in range(_TRIES):
            process = self._running()
            try:
                return _without_error(process.ask(job.question, job.seconds))
            except DecoderDiedError as error:
                log.info("the decoder of pictures ended: %s", "too slow" if error.hung else process.status)
                detail = TOO_SLOW if error.hung else CRASHED
                self._process = None
            if self._closed or job.given_up:  # that is why
                raise NotPrepared(NO_DECODER)
        raise BrokenPicture(detail)

    def _running(self) -> DecoderProcess:
        """Return the running process, or a new one."""
        from uploader_gui.engine.pictures.decoder_process import DecoderProcess, NotStartedError  # noqa: PLC0415 - as above

        if self._process is None and not self._closed:
            try:
                process = DecoderProcess(self._command or decoder_command(), self._patience.start)
            except NotStartedError as error:
                log.warning("the decoder of pictures does not start: %s", error)
                raise NotPrepared(NO_DECODER) from error
            with self._changed:
                self._process = process
        if self._closed or self._process is None:
            raise NotPrepared(NO_DECODER)
        return self._process


def _without_error(answer: Message) -> Message:
    if (code := answer.values.get("error")) is None:
        return answer
    raise _ERRORS.get(code, BrokenPicture)(str(answer.values.get("detail", "")))
