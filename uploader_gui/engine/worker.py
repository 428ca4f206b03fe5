"""The engine as a whole: builds a queue with its journal and clients, and runs it, in a thread of its own or here.

The window uses `EngineThread` (through `gui/bridge.py`); headless awaits `run_engine` itself. Between threads only
immutable values: `submit()` one way, frozen events the other.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.api import ApiClient, SizeUnit, Tokens
from uploader_gui.engine.clock import ServerClock
from uploader_gui.engine.errors import UploaderError
from uploader_gui.engine.events import EngineFailed
from uploader_gui.engine.http import API_ANSWER_SECONDS, Clients, HttpOptions, tls_context
from uploader_gui.engine.journal import Journal
from uploader_gui.engine.models import Reason
from uploader_gui.engine.queue import QueueOptions, Services, UploadQueue
from uploader_gui.engine.storage import StorageClient
from uploader_gui.engine.threads import DaemonThreads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.engine.events import Event

log = logging.getLogger(__name__)

LEAVE_SECONDS: Final = 2.0
"""Leaving never takes longer, whatever is stuck."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Everything an engine needs to know, as plain values. `keep_days`: finished records are purged after that."""

    journal_path: Path
    queue: QueueOptions
    tokens: Tokens | None
    size_unit: SizeUnit = "Mo"
    http: HttpOptions = field(default_factory=HttpOptions)
    keep_days: float = 400.0


async def run_engine(
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
) -> None:
    """Open everything, hand the queue to `ready`, and run it until it is closed.

    Raises:
        JournalError: the journal is in use, too new, or cannot be written.
        UrlRefused: the API's address is not one tokens may go to.
        OSError: the extra CA file cannot be read.
    """
    threads = DaemonThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    journal = Journal(options.journal_path)
    try:
        journal.purge(time.time() - options.keep_days * 86400)
        await _run_with(journal, threads, options, emit, ready)
    finally:
        journal.close()
        threads.shutdown()


async def _run_with(
    journal: Journal,
    threads: DaemonThreads,
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
) -> None:
    context = await asyncio.get_running_loop().run_in_executor(threads, tls_context, options.http.ca_file)
    clock = ServerClock()
    to_api = Clients(options.http, context, answer_seconds=API_ANSWER_SECONDS)
    to_storage = Clients(options.http, context, answer_seconds=None)
    api = ApiClient(
        to_api,
        api_url=options.queue.api_url,
        size_unit=options.size_unit,
        tokens=options.tokens,
        clock=clock,
    )
    services = Services(journal, api, StorageClient(to_storage, clock=clock), clock, threads)
    queue = UploadQueue(services, options.queue, emit)
    ready(queue)
    try:
        await queue.run()
    finally:
        await to_api.aclose()
        await to_storage.aclose()


class EngineThread:
    """An engine in its own thread, with its own asyncio loop."""

    def __init__(self, options: EngineOptions, emit: Callable[[Event], None]) -> None:
        self._options = options
        self._emit = emit
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: UploadQueue | None = None
        self._early: list[Callable[[UploadQueue], None]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="uploader-engine", daemon=True)

    def start(self) -> None:
        """Start the thread; commands submitted before the queue stands are kept for it."""
        self._thread.start()

    def submit(self, command: Callable[[UploadQueue], None]) -> None:
        """Run a command with the queue, on the engine's thread. May be called from any thread."""
        with self._lock:
            if self._queue is None or self._loop is None:
                self._early.append(command)
                return
        try:
            self._loop.call_soon_threadsafe(command, self._queue)
        except RuntimeError:
            log.debug("the engine has left; command dropped")

    def stop(self) -> None:
        """Leave, in `LEAVE_SECONDS` at the latest; the journal keeps what is unfinished."""
        self.submit(UploadQueue.close)
        self._thread.join(LEAVE_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(run_engine(self._options, self._emit, self._ready))
        except UploaderError as error:
            log.error("the engine cannot work: %s %s", error.code, error.detail)  # noqa: TRY400 - foreseen
            self._emit(EngineFailed(Reason.of(error)))
        except Exception:
            log.exception("the engine broke")
            self._emit(EngineFailed(Reason(UploaderError.code)))

    def _ready(self, queue: UploadQueue) -> None:
        with self._lock:
            self._loop, self._queue = asyncio.get_running_loop(), queue
            early, self._early = self._early, []
        for command in early:
            command(queue)
