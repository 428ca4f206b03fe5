"""The second, small composition root: the same engine with progress on the terminal, no window, no display.

Called by cli. Of Qt at most QtCore and QtNetwork are used, loaded late.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from uploader_gui import gc_tuning
from uploader_gui.command_line import LaunchOptions, UsageError, tell
from uploader_gui.config import Config
from uploader_gui.credentials import Keeper
from uploader_gui.engine import receipt
from uploader_gui.engine.conversion_choices import Choices
from uploader_gui.engine.errors import Code, JournalInUse, JournalTooNew, JournalUnwritable, UploaderError, UrlRefused
from uploader_gui.engine.events import EngineFailed, JournalSetAside, Progress, QueueIdle, QueueStatus
from uploader_gui.engine.models import Reason
from uploader_gui.paths import DataPaths, UnwritableError, data_paths, prepare
from uploader_gui.platform.interrupts import INTERRUPTS, held, hold
from uploader_gui.platform.keep_awake import KeepAwake
from uploader_gui.terminal import Lines, Terminal, summary
from uploader_gui.words.language import early_choice, speak_in_terminal
from uploader_gui.words.password_store import StoreWords
from uploader_gui.words.remedies import cause_and_action, detail_told
from uploader_gui.words.units import number

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.queue import UploadQueue
    from uploader_gui.sandbox_session import SandboxSession


log = logging.getLogger(__name__)

INTERRUPTED = 130


def run(plan: LaunchOptions) -> int:
    """Do what the plan says without a window, and give the exit code.

    Raises:
        UsageError: something is wrong that is known before any request.
    """
    with ExitStack() as stack:
        trial = stack.enter_context(_trial()) if plan.sandbox else None
        data = trial.paths if trial else data_paths()
        _spoken = speak_in_terminal(early_choice(data_paths().settings))  # kept until the last sentence
        options = _options(plan, data, trial)
        paths = (*plan.paths, *(trial.samples() if trial and plan.demo else ()))
        return _carried_out(_Session(plan, paths, options, trial), data)


def _carried_out(session: _Session, data: DataPaths) -> int:
    """Run to the end and write the receipt; while that is written, signals still have a listener."""
    with asyncio.Runner() as runner:
        try:
            runner.run(session.run())
        except (JournalInUse, JournalTooNew, JournalUnwritable, UrlRefused, OSError) as error:
            raise UsageError(_sentence(error, data)) from error
        except Exception:
            log.exception("the engine cannot begin")
            tell(cause_and_action(Reason(Code.INTERNAL_ERROR)).whole)
            return 1
        code = session.exit_code()
    hold()  # all is done: what comes now changes nothing
    return code


def _trial() -> SandboxSession:
    from uploader_gui.sandbox_session import SandboxSession  # noqa: PLC0415 - only where it is asked for

    return SandboxSession()


def _options(plan: LaunchOptions, data: DataPaths, trial: SandboxSession | None) -> EngineOptions:
    try:
        prepare(data)
    except UnwritableError as error:
        raise UsageError(str(error)) from error
    interrupted = held()
    configuration = Config.load(data, trial, window=False, interrupted=interrupted)
    if configuration.trouble is not None:
        tell(configuration.trouble.text)
    if configuration.tokens is None and not interrupted():  # then nothing is registered, and the receipt says so
        silent = configuration.keeper is Keeper.SILENT
        raise UsageError(StoreWords.NO_ANSWER.text if silent else Lines.NO_TOKENS.text)
    asked = Choices.from_flags(convert=plan.convert, zipped=plan.zip)
    return configuration.engine(again=plan.again, report=plan.report, asked=asked)


def _sentence(error: Exception, data: DataPaths) -> str:
    if isinstance(error, JournalInUse):
        return Lines.IN_USE.filled(str(data.folder))
    if isinstance(error, JournalTooNew):
        return Lines.TOO_NEW.filled(str(data.folder))
    if isinstance(error, JournalUnwritable):
        return Lines.UNWRITABLE.filled(str(data.folder), error.detail)
    detail = detail_told(error.detail) if isinstance(error, UploaderError) else str(error)
    return Lines.CANNOT_BEGIN.filled(detail)


class _Session:
    """One run of the engine, from its first event to its receipt."""

    def __init__(
        self, plan: LaunchOptions, paths: tuple[Path, ...], options: EngineOptions, trial: SandboxSession | None
    ) -> None:
        self._plan = plan
        self._trial = trial
        self._paths = paths
        self._options = options
        self._terminal = Terminal(trial=trial is not None)
        self._vigil = HeadlessAwake()
        self._queue: UploadQueue | None = None
        self._receipt: dict[str, Any] = {}
        self._interrupted = False
        self._broken = False

    async def run(self) -> None:
        """Run until nothing is left to do, or somebody interrupts."""
        loop = asyncio.get_running_loop()
        one_came = held()
        for one in INTERRUPTS:
            _on_signal(loop, one, self._interrupt)
        if one_came():
            self._interrupt()
        from uploader_gui.engine.build import run_engine  # noqa: PLC0415 - heavy: not before all is known to be well

        try:
            await run_engine(self._options, self._heard, self._ready)
        except Exception as error:
            if self._queue is None:
                raise
            self._broke(error)
        finally:
            self._vigil.close()
        if self._queue is not None:  # only now: what arrived while it was leaving counts too
            self._receipt = self._queue.receipt(self._plan.anomaly_id)

    def exit_code(self) -> int:
        """Write the receipt, say how it went, and give the exit code."""
        with suppress(Exception):  # where it is the terminal that broke, that is told below
            self._terminal.close()
        written = self._write_report()
        totals = self._receipt["totals"]
        if totals["files"]:
            self._say(summary(totals, trial=self._trial is not None))
        self._say_trial()
        if self._interrupted:
            return INTERRUPTED
        unsent = sum(totals[state] for state in ("failed", "refused", "cancelled", "pending"))
        if self._trial is not None:
            unsent -= self._trial.refused_samples(self._receipt)
        return 1 if unsent or self._broken or not written else 0

    def _say_trial(self) -> None:
        """First and last of all: whatever stands between must not be believed."""
        if self._trial is not None:
            self._say(Lines.TRIAL.text)

    def _ready(self, queue: UploadQueue) -> None:
        gc_tuning.keep_what_is_loaded()
        gc_tuning.collect_by_itself()
        self._queue = queue
        self._say_trial()
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
            self._terminal.say(Lines.TAKEN_UP.filled(number(count)))
        else:
            self._terminal.say(Lines.NOTHING_LEFT.filled(self._plan.anomaly_id))
        if queue.others_unfinished:
            self._terminal.say(Lines.OTHERS_UNFINISHED.filled(number(queue.others_unfinished)))

    def _heard(self, event: Event) -> None:
        self._terminal.show(event)
        self._vigil.hear(event)
        if isinstance(event, EngineFailed):
            self._give_up(event.reason)
        if isinstance(event, JournalSetAside):
            self._terminal.say(Lines.SET_ASIDE.filled(event.path))
        if isinstance(event, QueueIdle):
            if event.gave_up is not None:
                self._give_up(event.gave_up)
            self._finish()

    def _broke(self, error: Exception) -> None:
        """The engine cannot go on: what it was to do is told as it stands."""
        log.error("the engine broke", exc_info=error)
        reason = Reason.of(error) if isinstance(error, UploaderError) else Reason(Code.INTERNAL_ERROR)
        self._give_up(reason)

    def _give_up(self, reason: Reason) -> None:
        self._broken = True
        self._say(cause_and_action(reason).whole)

    def _say(self, text: str) -> None:
        """Write a line on the terminal; it may be the terminal that broke."""
        try:
            self._terminal.say(text)
        except Exception:
            log.exception("the terminal broke")
            self._broken = True
            tell(text)

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
            tell(Lines.NO_RECEIPT.filled(error.strerror or str(error)))
            return False
        return True


def _on_signal(loop: asyncio.AbstractEventLoop, number: signal.Signals, act: Any) -> None:
    try:
        loop.add_signal_handler(number, act)
    except NotImplementedError:  # Windows
        signal.signal(number, lambda *_: call_unless_closed(loop, act))


def call_unless_closed(loop: asyncio.AbstractEventLoop, act: Any) -> None:
    """A second Ctrl+C may come while the receipt is being written: the run is over then, and nothing is to break."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(act)


AFTER_SECONDS: Final = 3.0
"""wakepy takes as long to load as a small run to end."""


class HeadlessAwake:
    """Hears a run's events, on its loop. `after` seconds of work, and it begins."""

    def __init__(self, awake: KeepAwake | None = None, *, after: float = AFTER_SECONDS) -> None:
        self._awake = awake or KeepAwake()
        self._after = after
        self._running = False
        self._left = 0
        self._begins: asyncio.TimerHandle | None = None

    def hear(self, event: Event) -> None:
        """Learn whether something is left to send."""
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
            self._rest()
        elif self._begins is None:
            self._begins = asyncio.get_running_loop().call_later(self._after, self._awake.want, True)

    def close(self) -> None:
        """The run is over."""
        self._rest()
        self._awake.close()

    def _rest(self) -> None:
        if self._begins is not None:
            self._begins.cancel()
            self._begins = None
        self._awake.want(False)
