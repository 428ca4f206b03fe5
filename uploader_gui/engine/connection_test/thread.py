"""A connection test in a thread of its own: the window never waits, and may stop it at any time.

Like the engine's, this thread imports the heavy modules itself.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uploader_gui.engine.connection_test.findings import Fact, Finding, Question, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How to reach the service, as in `EngineOptions`. `program` is "uploader-gui X.Y.Z"."""

    program: str
    proxy_for: Callable[[str], str | None] | None = None
    ca_file: Path | None = None


class ConnectionThread:
    """One test. It calls `tell` with each finding and `done` at the end, from its thread; neither after `stop()`."""

    def __init__(
        self, question: Question, network: NetworkSettings, *, tell: Callable[[Finding], None], done: Callable[[], None]
    ) -> None:
        self._question = question
        self._network = network
        self._tell = tell
        self._done = done
        self._stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="uploader-connection-test", daemon=True)

    def start(self) -> None:
        """Begin the test."""
        self._thread.start()

    def stop(self) -> None:
        """End the test; return at once."""
        self._stopped.set()
        loop, task = self._loop, self._task
        if loop is None or task is None:
            return
        try:
            loop.call_soon_threadsafe(task.cancel)
        except RuntimeError:
            log.debug("the test had ended by itself")

    def _run(self) -> None:
        try:
            asyncio.run(self._test())
        except asyncio.CancelledError:
            return
        except Exception:
            log.exception("the test of the connection broke")
            self._tell_unless_stopped(Finding(Fact.BROKEN, Verdict.BAD))
        if not self._stopped.is_set():
            self._done()

    async def _test(self) -> None:
        from uploader_gui.engine.concurrency import DaemonThreads  # noqa: PLC0415 - as above
        from uploader_gui.engine.connection_test.check import ConnectionCheck  # noqa: PLC0415 - heavy: not for the window
        from uploader_gui.engine.net.client import HttpOptions  # noqa: PLC0415 - as above

        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._stopped.is_set():
            return
        threads = DaemonThreads()
        self._loop.set_default_executor(threads)
        options = HttpOptions(self._network.program.replace(" ", "/"), self._network.proxy_for, self._network.ca_file)
        await ConnectionCheck(self._question, options, self._tell_unless_stopped).run()

    def _tell_unless_stopped(self, finding: Finding) -> None:
        if not self._stopped.is_set():
            self._tell(finding)
