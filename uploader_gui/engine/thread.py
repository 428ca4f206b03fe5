"""The engine in a thread of its own, with its own asyncio loop.

Between threads only immutable values: `submit()` one way, frozen events the other. Slow imports (httpx, pydantic, TLS)
happen in that thread, so that the window is shown first.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import UploaderError, Variant
from uploader_gui.engine.events import EngineFailed
from uploader_gui.engine.models import Reason
from uploader_gui.engine.tasks_and_threads import give_way

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.engine.queue import UploadQueue

log = logging.getLogger(__name__)

LEAVE_SECONDS: Final = 2.0
"""How long `stop()` waits at most, whatever is stuck, unless the journal is still being written."""
_QUIET_SECONDS: Final = 0.3
"""How long nothing has been written when the journal is finished, or will never be."""
_STEP_SECONDS: Final = 0.01


class EngineThread:
    """An engine in its own thread."""

    def __init__(
        self, options: EngineOptions, emit: Callable[[Event], None], decoder: PictureDecoder | None = None
    ) -> None:
        self._options = options
        self._decoder = decoder
        self._emit = emit
        self._failed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: UploadQueue | None = None
        self._waiting: deque[Callable[[UploadQueue], object]] = deque()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="uploader-engine", daemon=True)

    def start(self) -> None:
        """Start the thread; commands submitted before the queue exists are kept for it."""
        self._thread.start()

    def submit(self, command: Callable[[UploadQueue], object]) -> None:
        """Run a command with the queue, on the engine's thread. Any thread may call this."""
        with self._lock:
            self._waiting.append(command)
            if self._loop is not None:
                with suppress(RuntimeError):  # it is closed: the command stays unheard
                    self._loop.call_soon_threadsafe(self._run_waiting)

    @property
    def options(self) -> EngineOptions:
        """Those of the server that commands are meant for: the one in use, or to begin with."""
        queue = self._queue
        return self._options if queue is None else queue.scheduler.context.options

    @property
    def is_working(self) -> bool:
        """Whether it runs, or is about to; False from before `EngineFailed` is told."""
        return self._thread.is_alive() and not self._failed

    @property
    def unheard(self) -> list[Callable[[UploadQueue], object]]:
        """The commands that came before the queue existed, or after it broke or closed, in their order."""
        with self._lock:
            return list(self._waiting)

    def stop(
        self,
        last_command: Callable[[UploadQueue], object],
        *,
        begin_seconds: float = 0.0,
        given_up: threading.Event | None = None,
    ) -> None:
        """Run a last command, close the queue, and wait until the journal is closed; it keeps what is unfinished.

        That takes `LEAVE_SECONDS` at most, longer only where the journal's disk does, and ends once `given_up` is set.
        An engine that is still beginning, or that a busy machine lets wait, gets `begin_seconds` before that, so that
        its last command is not lost.
        """
        done = threading.Event()
        self.submit(lambda queue: self._leave(queue, last_command, done))
        given_up = given_up or threading.Event()
        _wait(lambda: done.is_set() or not self._thread.is_alive(), given_up, begin_seconds)
        _wait(lambda: not self._thread.is_alive(), given_up, LEAVE_SECONDS)
        while self._thread.is_alive() and self._is_writing(given_up):
            pass

    def _leave(self, queue: UploadQueue, last_command: Callable[[UploadQueue], object], done: threading.Event) -> None:
        async def leave() -> None:
            await queue.servers.restored()
            self._run_command(last_command, queue)
            done.set()
            queue.servers.close()

        self._leaving = asyncio.ensure_future(leave())

    def _is_writing(self, given_up: threading.Event) -> bool:
        """Wait a moment; return whether the journal was read or written meanwhile."""
        queue = self._queue
        return queue is not None and _wait(lambda: queue.is_writing, given_up, _QUIET_SECONDS)

    def _run(self) -> None:
        give_way()
        try:
            from uploader_gui.engine.build import run_engine  # noqa: PLC0415 - heavy: not on the window's thread

            asyncio.run(run_engine(self._options, self._emit, self._ready, decoder=self._decoder))
        except UploaderError as error:
            self._failed = True
            log.error("the engine cannot work: %s", error)  # noqa: TRY400 - foreseen
            self._emit(EngineFailed(Reason.of(error)))
        except BaseException:  # whatever it is, the window has to be told
            self._failed = True
            log.exception("the engine broke")
            self._emit(EngineFailed(Reason(UploaderError.code, Variant.ENGINE_ENDED)))

    def _ready(self, queue: UploadQueue) -> None:
        with self._lock:
            self._loop, self._queue = asyncio.get_running_loop(), queue
        self._run_waiting()

    def _run_waiting(self) -> None:
        """Run the commands in their order; those that a broken queue would lose stay for the engine after it."""
        while self._queue is not None and not self._queue.servers.broken:
            with self._lock:
                if not self._waiting:
                    return
                command = self._waiting.popleft()
            self._run_command(command, self._queue)

    def _run_command(self, command: Callable[[UploadQueue], object], queue: UploadQueue) -> None:
        try:
            command(queue)
        except UploaderError as error:
            log.error("a command failed: %s", error)  # noqa: TRY400 - foreseen
            self._emit(EngineFailed(Reason.of(error)))
        except Exception:
            log.exception("a command broke")
            self._emit(EngineFailed(Reason(UploaderError.code)))


def _wait(ready: Callable[[], bool], given_up: threading.Event, seconds: float) -> bool:
    """Wait until `ready()`, at most that long; return whether it is, False at once when `given_up` is set."""
    until = time.monotonic() + seconds
    while not given_up.is_set():
        if ready():
            return True
        if time.monotonic() >= until:
            return False
        given_up.wait(_STEP_SECONDS)
    return False
