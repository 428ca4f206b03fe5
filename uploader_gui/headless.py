"""Composition root of the program without a window: the same engine, with progress on the terminal.

Of Qt at most QtCore and QtNetwork are used, loaded late; it works without them.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import time
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.command_line import ExitCode, LaunchOptions, UsageError, speak, write_stderr
from uploader_gui.config import Config
from uploader_gui.credentials import Keeper
from uploader_gui.engine.errors import Code, JournalInUse, JournalTooNew, JournalUnwritable, UploaderError, UrlRefused
from uploader_gui.engine.events import EngineFailed, JournalSetAside, PathsAdded, Progress, QueueIdle, QueueStatus
from uploader_gui.engine.models import Reason
from uploader_gui.engine.options import Choices
from uploader_gui.engine.system_words import system_words
from uploader_gui.failure_messages import cause_and_action
from uploader_gui.i18n import _
from uploader_gui.paths import DataPaths, data_paths, prepare
from uploader_gui.platform.keep_awake import KeepAwake
from uploader_gui.platform.process import (
    SECOND_SIGNAL_SECONDS,
    collect_automatically,
    hold_interrupts,
    interrupt_check,
    signals_to_handle,
)
from uploader_gui.report_file import write_report
from uploader_gui.terminal import Terminal, summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.queue import UploadQueue
    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.sandbox_session import SandboxSession


log = logging.getLogger(__name__)


def run(launch: LaunchOptions) -> int:
    """Do what the command line asks for and return the exit code.

    Raises:
        UsageError, UnwritableError: something is wrong that is known before any request.
    """
    with ExitStack() as stack:
        speak()
        trial = stack.enter_context(_trial()) if launch.sandbox else None
        data = trial.paths if trial else data_paths()
        options = _options(launch, data, trial)
        paths = (*launch.paths, *(trial.samples() if trial and launch.demo else ()))
        return _run(_Session(launch, paths, options, trial), data)


def _run(session: _Session, data: DataPaths) -> int:
    """Run to the end and write the receipt; signals are handled until it is written."""
    with asyncio.Runner() as runner:
        try:
            runner.run(session.run())
        except (JournalInUse, JournalTooNew, JournalUnwritable, UrlRefused, OSError) as error:
            raise UsageError(_sentence(error, data)) from error
        except Exception:
            log.exception("the engine cannot begin")
            write_stderr(cause_and_action(Reason(Code.INTERNAL_ERROR)).whole)
            return ExitCode.NOT_ALL_SENT
        code = session.exit_code()
    hold_interrupts()  # everything is done: a signal no longer changes anything
    return code


def _trial() -> SandboxSession:
    from uploader_gui.sandbox_session import SandboxSession  # noqa: PLC0415 - only where it is asked for

    return SandboxSession()


def _options(launch: LaunchOptions, data: DataPaths, trial: SandboxSession | None) -> EngineOptions:
    prepare(data)
    interrupted = interrupt_check()
    configuration = Config.load(data, trial, window=False, interrupted=interrupted)
    if configuration.trouble is not None:
        write_stderr(configuration.trouble.text)
    if configuration.tokens is None and not interrupted():  # an interrupted run registers nothing and needs none
        silent = configuration.keeper is Keeper.SILENT
        raise UsageError(
            _(
                "this computer’s password store (keyring) does not answer; unlock it, or set "
                "UPLOADER_BEARER_TOKEN and UPLOADER_SESSION_TOKEN."
            )
            if silent
            else _("no tokens: set UPLOADER_BEARER_TOKEN and UPLOADER_SESSION_TOKEN, or sign in in the window.")
        )
    asked = Choices.from_flags(convert=launch.convert, zipped=launch.zip)
    return configuration.engine(again=launch.again, report=launch.report, asked=asked)


def _sentence(error: UploaderError | OSError, data: DataPaths) -> str:
    if isinstance(error, JournalInUse):
        return _(
            "another program is at work in {folder} – a second uploader-gui, or one that has opened its journal; "
            "wait for it, or choose another UPLOADER_DATA_DIR.",
            folder=str(data.folder),
        )
    if isinstance(error, JournalTooNew):
        return _(
            "the journal in {folder} was written by a newer version of uploader-gui; use that version.",
            folder=str(data.folder),
        )
    if isinstance(error, JournalUnwritable):
        return _("the journal in {folder} cannot be written: {why}.", folder=str(data.folder), why=_(error.detail))
    detail = error.detail if isinstance(error, UploaderError) else system_words(error)
    return _("cannot begin: {why}.", why=_(detail))


class _Session:
    """One run of the engine, from its first event to its receipt."""

    def __init__(
        self, launch: LaunchOptions, paths: tuple[Path, ...], options: EngineOptions, trial: SandboxSession | None
    ) -> None:
        self._launch = launch
        self._trial = trial
        self._paths = paths
        self._options = options
        self._terminal = Terminal(trial=trial is not None)
        self._keep_awake = KeepAwakeLater()
        self._queue: UploadQueue | None = None
        self._receipt: Receipt | None = None
        self._found_all = not paths
        self._interrupted = False
        self._signalled = 0.0
        self._work: asyncio.Future[None] | None = None
        self._broken = False

    async def run(self) -> None:
        """Run until nothing is left to do, or a signal comes."""
        loop = asyncio.get_running_loop()
        interrupted = interrupt_check()
        for one in signals_to_handle():
            _add_signal_handler(loop, one, self._interrupt)
        if interrupted():
            self._interrupt()
        from uploader_gui.engine.build import run_engine  # noqa: PLC0415 - heavy: after the checks

        self._work = asyncio.ensure_future(run_engine(self._options, self._on_event, self._on_ready))
        try:
            await self._work
        except asyncio.CancelledError:
            if self._queue is None or not self._interrupted:
                raise
        except Exception as error:
            if self._queue is None:
                raise
            self._on_engine_failure(error)
        finally:
            self._keep_awake.close()
        if self._queue is not None:  # only now: what was sent while it was stopping counts too
            self._receipt = self._queue.receipt(self._launch.anomaly_id)

    def exit_code(self) -> ExitCode:
        """Write the receipt and the summary, and return the exit code."""
        with suppress(Exception):  # a terminal that fails is reported below
            self._terminal.clear()
        assert self._receipt is not None
        written = self._launch.report is None or write_report(self._receipt, self._launch.report)
        totals = self._receipt.totals
        if totals["files"]:
            self._say(summary(totals, trial=self._trial is not None))
        self._say_trial()
        if self._interrupted:
            if not self._found_all:
                self._say(_("interrupted before all files were found: give the same files again to send the rest"))
            return ExitCode.INTERRUPTED
        unsent = sum(totals[state] for state in ("failed", "refused", "cancelled", "pending"))
        if self._trial is not None:
            unsent -= self._trial.refused_samples(self._receipt)
        return ExitCode.NOT_ALL_SENT if unsent or self._broken or not written else ExitCode.ALL_SENT

    def _say_trial(self) -> None:
        """Write that this is a trial, as the first and the last line."""
        if self._trial is not None:
            self._say(_("TRIAL: nothing is sent to the register"))

    def _on_ready(self, queue: UploadQueue) -> None:
        gc.freeze()  # what is loaded by now stays until the end
        collect_automatically()
        self._queue = queue
        self._say_trial()
        if self._interrupted:
            self._finish()
            return
        if self._paths:
            queue.intake.add_paths(self._paths, self._launch.anomaly_id)
            queue.scheduler.start()
        else:
            queue.intake.resume(self._launch.anomaly_id, partial(self._resumed, queue))

    def _resumed(self, queue: UploadQueue, count: int) -> None:
        if not count:
            self._terminal.say(_("Nothing is left to send to anomaly {number}.", number=self._launch.anomaly_id))
        self._terminal.say_unfinished(count, queue.intake.others_unfinished)
        queue.scheduler.start()

    def _on_event(self, event: Event) -> None:
        self._terminal.show(event)
        self._keep_awake.on_event(event)
        if isinstance(event, PathsAdded):
            self._found_all = True
        if isinstance(event, EngineFailed):
            self._give_up(event.reason)
        if isinstance(event, JournalSetAside):
            self._terminal.say(
                _("the journal was damaged; it was set aside as {path}, and a new one begun.", path=event.path)
            )
        if isinstance(event, QueueIdle):
            if event.gave_up is not None:
                self._give_up(event.gave_up)
            self._finish()

    def _on_engine_failure(self, error: Exception) -> None:
        """Report why the engine stopped; the receipt says what had become of each file by then."""
        log.error("the engine broke", exc_info=error)
        reason = Reason.of(error) if isinstance(error, UploaderError) else Reason(Code.INTERNAL_ERROR)
        self._give_up(reason)

    def _give_up(self, reason: Reason) -> None:
        self._broken = True
        self._say(cause_and_action(reason).whole)

    def _say(self, text: str) -> None:
        """Write a line on the terminal, or to stderr where the terminal fails."""
        try:
            self._terminal.say(text)
        except Exception:
            log.exception("the terminal broke")
            self._broken = True
            write_stderr(text)

    def _interrupt(self) -> None:
        """Leave; at a second signal at once, as in a crash: a slow disk may take long to write the journal."""
        is_second = self._interrupted and time.monotonic() - self._signalled > SECOND_SIGNAL_SECONDS
        if is_second and self._work is not None:
            self._work.cancel()
        self._signalled = time.monotonic()
        self._interrupted = True
        if self._queue is not None:
            self._finish()

    def _finish(self) -> None:
        assert self._queue is not None
        self._queue.servers.close()


def _add_signal_handler(loop: asyncio.AbstractEventLoop, number: signal.Signals, act: Callable[[], None]) -> None:
    try:
        loop.add_signal_handler(number, act)
    except NotImplementedError:  # Windows
        signal.signal(number, lambda *_: call_unless_closed(loop, act))


def call_unless_closed(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Call `act` on the loop, unless it is closed: a second Ctrl+C may come while the receipt is written."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(act)


KEEP_AWAKE_AFTER_SECONDS: Final = 3.0
"""wakepy takes as long to load as a small run takes to end."""


class KeepAwakeLater:
    """Keeps the machine awake once files have been waiting or sent for a moment. Runs on the engine's loop."""

    def __init__(self, awake: KeepAwake | None = None) -> None:
        self._awake = awake or KeepAwake()
        self._running = False
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def on_event(self, event: Event) -> None:
        """Update from an event whether anything is left to send."""
        match event:
            case QueueStatus():
                self._running = event.running
            case Progress():
                self._left = event.totals.files - event.totals.files_finished
            case QueueIdle():
                self._running = False
            case _:
                return
        if not (self._running and self._left):
            self._stop()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(KEEP_AWAKE_AFTER_SECONDS, self._awake.want, True)

    def close(self) -> None:
        """Let the machine sleep again, at the end of the run."""
        self._stop()
        self._awake.close()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._awake.want(False)
