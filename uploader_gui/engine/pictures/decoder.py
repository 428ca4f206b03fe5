"""Decodes pictures for conversions and thumbnails in another process, so that no picture can break the program.

There is one such process, started when it is first needed. It works on one picture after the other, thumbnails first.
Where it ends or hangs, a second process tries that picture once more; then the picture counts as broken. The pictures
that wait go on.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import BrokenPicture, CannotConvert, NotPrepared, UploaderError, Variant
from uploader_gui.engine.pictures.messages import DecoderTimeouts, Jpeg, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from uploader_gui.engine.pictures.decoder_process import DecoderProcess

log = logging.getLogger(__name__)

CRASHED: Final = "decoding it ends the decoder"
TOO_SLOW: Final = "decoding it takes too long"
_THUMBNAIL, _JPEG = 0, 1
"""Urgencies; the smaller one comes first."""
_TRIES: Final = 2
_CLOSE_SECONDS: Final = 2.0
_CHECK_SECONDS: Final = 0.5
"""How often a waiting caller asks whether its picture is still wanted, also while the decoder hangs."""
_ERRORS: Final[dict[object, type[UploaderError]]] = {kind.code: kind for kind in (BrokenPicture, CannotConvert)}


@dataclass(frozen=True, slots=True)
class Pixels:
    """A small picture. `content` has red, green, blue and opacity of each pixel, a byte each, line by line."""

    width: int
    height: int
    content: bytes


@dataclass(order=True, slots=True)
class _Job:
    """A picture that waits for its turn. `check_wanted` raises where the caller needs it no more."""

    urgency: int
    order: int
    question: Message = field(compare=False)
    seconds: float = field(compare=False)
    check_wanted: Callable[[], None] = field(compare=False)
    done: threading.Event = field(compare=False, default_factory=threading.Event)
    answer: Message | Exception | None = field(compare=False, default=None)
    given_up: bool = field(compare=False, default=False)


class PictureDecoder:
    """Asks the decoder's process. The methods block; any thread but a loop's may call them.

    `command` starts the process, None for this program's own decoder.
    """

    def __init__(self, command: Sequence[str] | None = None, timeouts: DecoderTimeouts | None = None) -> None:
        self._command = command
        self._timeouts = timeouts or DecoderTimeouts()
        self._waiting: list[_Job] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process: DecoderProcess | None = None
        self._current: _Job | None = None
        self._closed = False

    def jpeg(self, content: bytes, check_wanted: Callable[[], None]) -> Jpeg:
        """Return a picture as JPEG. `check_wanted` is called now and then; what it raises ends the decoding.

        Raises:
            BrokenPicture: it is damaged, or the decoder does not survive it.
            CannotConvert: one JPEG cannot hold it.
            NotPrepared: there is no decoder.
        """
        seconds = self._timeouts.for_jpeg(len(content))
        answer = self._ask(_JPEG, Message({"task": "jpeg"}, content), seconds, check_wanted)
        return Jpeg(answer.content, answer.values.get("without_metadata") is True)

    def thumbnail(self, content: bytes, side: int) -> Pixels:
        """Return a picture that just covers a square of `side` pixels; raises as `jpeg` does."""
        question = Message({"task": "thumbnail", "side": side}, content)
        answer = self._ask(_THUMBNAIL, question, self._timeouts.thumbnail, lambda: None)
        width, height = answer.values.get("width"), answer.values.get("height")
        if not isinstance(width, int) or not isinstance(height, int) or width * height * 4 != len(answer.content):
            raise BrokenPicture(CRASHED)
        return Pixels(width, height, answer.content)

    def about(self) -> dict[str, Any]:
        """Return library versions, and as "checks" whether damage in HEICs is found; raises as `jpeg` does."""
        return self._ask(_THUMBNAIL, Message({"task": "about"}), self._timeouts.thumbnail, lambda: None).values

    def close(self) -> None:
        """End the decoder; who waits for it gets `NotPrepared`."""
        with self._changed:
            self._closed = True
            if (process := self._process) is not None:  # the thread may drop it at any moment
                process.kill()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)

    def _ask(self, urgency: int, question: Message, seconds: float, check_wanted: Callable[[], None]) -> Message:
        job = _Job(urgency, next(self._order), question, seconds, check_wanted)
        with self._changed:
            if self._closed:
                raise NotPrepared(variant=Variant.NO_DECODER)
            heapq.heappush(self._waiting, job)
            self._start_thread()
            self._changed.notify()
        while not job.done.wait(_CHECK_SECONDS):
            try:
                check_wanted()
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
            if self._current is job and (process := self._process) is not None:
                process.kill()

    def _start_thread(self) -> None:
        """Start the one thread that starts every process: Linux ends a process with the thread that started it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="uploader-pictures", daemon=True)
            self._thread.start()

    # In the thread

    def _work(self) -> None:
        from uploader_gui.engine.tasks_and_threads import give_way  # noqa: PLC0415 - not before a picture is to be decoded

        give_way()  # and so does the process
        while (job := self._next()) is not None:
            self._do(job)
            del job  # no picture is kept while waiting for the next one
        if self._process is not None:
            self._process.end()

    def _do(self, job: _Job) -> None:
        try:
            job.check_wanted()
            job.answer = self._answer(job)
        except Exception as error:  # noqa: BLE001 - raised again where the question was asked
            job.answer = error
        job.done.set()
        self._current = None

    def _next(self) -> _Job | None:
        """Wait for the next job and return it; None after `close()`."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._current = heapq.heappop(self._waiting) if self._waiting else None
            return self._current

    def _answer(self, job: _Job) -> Message:
        from uploader_gui.engine.pictures.decoder_process import DecoderDiedError  # noqa: PLC0415 - as above

        detail = CRASHED
        for _ in range(_TRIES):
            process = self._running()
            try:
                return _checked(process.ask(job.question, job.seconds))
            except DecoderDiedError as error:
                log.info("the decoder of pictures ended: %s", "too slow" if error.hung else process.status)
                detail = TOO_SLOW if error.hung else CRASHED
                self._process = None
            if self._closed or job.given_up:  # it was ended on purpose
                raise NotPrepared(variant=Variant.NO_DECODER)
        raise BrokenPicture(detail)

    def _running(self) -> DecoderProcess:
        """Return the running process, or a new one."""
        from uploader_gui.engine.pictures import decoder_process as processes  # noqa: PLC0415 - as above

        if self._process is None and not self._closed:
            command = self._command or processes.decoder_command()
            try:
                process = processes.DecoderProcess(command, self._timeouts.start)
            except processes.NotStartedError as error:
                log.warning("the decoder of pictures does not start: %s", error)
                raise NotPrepared(variant=Variant.NO_DECODER) from error
            with self._changed:
                self._process = process
        if self._closed or self._process is None:
            raise NotPrepared(variant=Variant.NO_DECODER)
        return self._process


def _checked(answer: Message) -> Message:
    """Return an answer, or raise the error it tells of."""
    if (code := answer.values.get("error")) is None:
        return answer
    raise _ERRORS.get(code, BrokenPicture)(str(answer.values.get("detail", "")))
