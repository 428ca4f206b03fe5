"""The second, small composition root: the same engine with progress on the terminal, no window, no display.

Called by cli. Of Qt at most QtCore and QtNetwork are used, loaded late.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from contextlib import ExitStack
from typing import TYPE_CHECKING

from uploader_gui.configuration import Configuration
from uploader_gui.engine import receipt
from uploader_gui.engine.errors import JournalInUse, JournalTooNew, JournalUnwritable, UploaderError, UrlRefused
from uploader_gui.engine.events import EngineFailed, JournalSetAside, QueueIdle
from uploader_gui.paths import DataPaths, UnwritableError, data_paths, prepare
from uploader_gui.plan import Plan, UsageError, tell
from uploader_gui.remedies import cause_and_action
from uploader_gui.terminal import Terminal
from uploader_gui.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.queue import UploadQueue

log = logging.getLogger(__name__)

INTERRUPTED = 130


def run(plan: Plan) -> int:
    """Do what the plan says without a window, and give the exit code.

    Raises:
        UsageError: something is wrong that is known before any request.
    """
    with ExitStack() as stack:
        trial = stack.enter_context(Trial()) if plan.sandbox else None
        data = trial.paths if trial else data_paths()
        options = _options(plan, data, trial)
        paths = (*plan.paths, *(trial.samples() if trial and plan.demo else ()))
        session = _Session(plan, paths, options)
        try:
            asyncio.run(session.run())
        except (JournalInUse, JournalTooNew, JournalUnwritable, UrlRefused, OSError) as error:
            raise UsageError(_sentence(error, data)) from error
        return session.exit_code()


def _options(plan: Plan, data: DataPaths, trial: Trial | None) -> EngineOptions:
    try:
        prepare(data)
    except UnwritableError as error:
        raise UsageError(str(error)) from error
    configuration = Configuration.load(data, trial, window=False)
    if configuration.tokens is None:
        raise UsageError("no tokens: set UPLOADER_BEARER_TOKEN and UPLOADER_SESSION_TOKEN, or sign in in the window.")
    options = configuration.engine(again=plan.again)
    if options.ca_file is not None:
        _check_authority(options.ca_file)
    return options


def _check_authority(ca_file: Path) -> None:
    """See that the extra authority can be used before anything else happens: TLS itself would not name the file."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=ca_file)
    except OSError as error:
        what = "it is no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(f"the certificate authority {ca_file} (UPLOADER_CA_FILE) cannot be used: {what}.") from error


def _sentence(error: Exception, data: DataPaths) -> str:
    if isinstance(error, JournalInUse):
        return f"another uploader-gui is at work in {data.folder}; wait for it, or choose another UPLOADER_DATA_DIR."
    if isinstance(error, JournalTooNew):
        return f"the journal in {data.folder} was written by a newer version of uploader-gui; use that version."
    if isinstance(error, JournalUnwritable):
        return f"the journal in {data.folder} cannot be written: {error.detail}."
    detail = error.detail if isinstance(error, UploaderError) else str(error)
    return f"cannot begin: {detail}."


class _Session:
    """One run of the engine, from its first event to its receipt."""

    def __init__(self, plan: Plan, paths: tuple[Path, ...], options: EngineOptions) -> None:
        self._plan = plan
        self._paths = paths
        self._options = options
        self._terminal = Terminal()
        self._queue: UploadQueue | None = None
        self._receipt: dict[str, Any] = {}
        self._interrupted = False
        self._broken = False

    async def run(self) -> None:
        """Run until nothing is left to do, or somebody interrupts."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            _on_signal(loop, number, self._interrupt)
        from uploader_gui.engine.assembly import run_engine  # noqa: PLC0415 - heavy: not before all is known to be well

        await run_engine(self._options, self._heard, self._ready)
        if self._queue is not None:  # only now: what arrived while it was leaving counts too
            self._receipt = self._queue.receipt(self._plan.anomaly_id)

    def exit_code(self) -> int:
        """Write the receipt, say how it went, and give the exit code."""
        self._terminal.close()
        written = self._write_report()
        totals = self._receipt["totals"]
        if totals["files"]:
            self._terminal.say(summary(totals))
        if self._interrupted:
            return INTERRUPTED
        unsent = sum(totals[state] for state in ("failed", "refused", "cancelled", "pending"))
        if self._plan.demo and not self._plan.paths:
            unsent -= totals["refused"]  # its own sample of a refused type
        return 1 if unsent or self._broken or not written else 0

    def _ready(self, queue: UploadQueue) -> None:
        self._queue = queue
        if self._interrupted:
            self._finish()
            return
        if self._paths:
            queue.add_paths(self._paths, self._plan.anomaly_id)
        else:
            self._resume(queue)
        queue.start()

    def _resume(self, queue: UploadQueue) -> None:
        count = queue.resume(self._plan.anomaly_id)
        if count:
            self._terminal.say(f"taken up again: {count}")
        else:
            self._terminal.say(f"Nothing is left to send to anomaly {self._plan.anomaly_id}.")
        if queue.others_unfinished:
            self._terminal.say(f"still unfinished from earlier, not part of this run: {queue.others_unfinished}")

    def _heard(self, event: Event) -> None:
        self._terminal.show(event)
        if isinstance(event, EngineFailed):
            self._broken = True
        if isinstance(event, JournalSetAside):
            self._terminal.say(f"the journal was damaged; it was set aside as {event.path}, and a new one begun.")
        if isinstance(event, QueueIdle):
            if event.gave_up is not None:
                self._terminal.say(cause_and_action(event.gave_up).whole)
            self._finish()

    def _interrupt(self) -> None:
        self._interrupted = True
        if self._queue is not None:
            self._finish()

    def _finish(self) -> None:
        assert self._queue is not None
        self._queue.close()

    def _write_report(self) -> bool:
        if self._plan.report is None:
            return True
        try:
            receipt.write(self._receipt, self._plan.report)
        except OSError as error:
            tell(f"the receipt cannot be written: {error.strerror or error}.")
            return False
        return True


def summary(totals: dict[str, int]) -> str:
    """Say in one line what became of a run's files."""
    words = ("uploaded", "skipped", "failed", "refused", "cancelled", "pending")
    parts = [f"{totals[word]} {word}" for word in words if totals[word]]
    return f"{totals['files']} files: {', '.join(parts)}"


def _on_signal(loop: asyncio.AbstractEventLoop, number: signal.Signals, act: Any) -> None:
    try:
        loop.add_signal_handler(number, act)
    except NotImplementedError:  # Windows
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
