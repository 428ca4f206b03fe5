"""The rest of the windowed program: builds what stands behind the window, connects every signal, tears down in reverse.

Called by `app.py` once the window stands; settings, keyring and engine are loaded off its thread.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSocketNotifier, QUrl
from PySide6.QtGui import QDesktopServices
from qasync import QSelectorEventLoop

from uploader_gui import __version__, gc_tuning
from uploader_gui.command_line import LaunchOptions, tell
from uploader_gui.engine.concurrency import DaemonThreads
from uploader_gui.engine.conversion_choices import AddOptions, Choices
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import EngineFailed, QueueIdle, SignedIn
from uploader_gui.engine.models import Reason
from uploader_gui.gui.desktop.desktop import RealDesktop
from uploader_gui.gui.desktop.policy import DesktopPolicy
from uploader_gui.gui.window.first_paint import warm_up
from uploader_gui.handover import Answer, Handover
from uploader_gui.platform.application import QuitRequests
from uploader_gui.platform.interrupts import INTERRUPTS, held
from uploader_gui.sandbox_session import open_demo
from uploader_gui.single_instance import FirstInstance
from uploader_gui.terminal import Lines
from uploader_gui.window_app.preferences import Preferences
from uploader_gui.window_app.support import Support
from uploader_gui.window_app.tasks import UiTasks
from uploader_gui.words.remedies import cause_and_action, english

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from uploader_gui.config import Config
    from uploader_gui.engine.events import Event
    from uploader_gui.gui.bridge import Outcome
    from uploader_gui.gui.window.window_memory import KeptPath
    from uploader_gui.paths import DataPaths
    from uploader_gui.sandbox_session import SandboxSession
    from uploader_gui.window_app.first_window import FirstWindow

CANNOT_BEGIN = 2
_JOURNAL = frozenset({Code.JOURNAL, Code.JOURNAL_IN_USE, Code.JOURNAL_TOO_NEW})
"""With these nothing was begun: the same as without a window."""
INTERRUPTED = 130
BEGIN_SECONDS = 1.0
REPORTED_BEGIN_SECONDS = 20.0
"""Somebody wants a receipt of a start that was interrupted, and a busy machine takes seconds to load it all."""
SWITCH_SECONDS = 0.00005
"""How soon another thread gives Python's lock to the window's: Python's own 5 ms are a third of a frame, each time."""


def run(plan: LaunchOptions, front: FirstWindow, stack: ExitStack) -> int:
    """Run until the window is left, and give the exit code."""
    # By its own name: on Windows qasync would take its proactor, which looks for finished work 100 times a second.
    loop = QSelectorEventLoop(front.application)
    stack.callback(loop.close)
    stack.callback(sys.setswitchinterval, sys.getswitchinterval())
    sys.setswitchinterval(SWITCH_SECONDS)
    loop.set_default_executor(DaemonThreads())
    return int(loop.run_until_complete(Program(plan, front, loop=loop, stack=stack).run()))


class Program:
    """The running windowed program."""

    def __init__(
        self, plan: LaunchOptions, front: FirstWindow, *, loop: asyncio.AbstractEventLoop, stack: ExitStack
    ) -> None:
        self._plan = plan
        self._application = front.application
        self._stack = stack
        self._trial = front.trial
        self._data = front.data
        self._leave = asyncio.Event()
        self._interrupted = False
        self._failed: Code | None = None
        self._heard_before = False
        self._has_taken_up = False
        self._started_at = time.time()
        self._bridge = front.bridge
        self._window = front.window
        self._memory = front.memory
        self._theme = front.theme
        self._errands = UiTasks(loop, lambda: self._bridge.fail(EngineFailed(Reason(Code.INTERNAL_ERROR))))
        self._preferences = Preferences(
            self._window,
            self._bridge,
            theme=front.theme,
            language=front.language,
            errands=self._errands,
            again=plan.again,
            report=plan.report,
        )
        self._help_desk = Support(
            self._window, self._bridge, data=self._data, preferences=self._preferences, errands=self._errands
        )
        self._first = FirstInstance(front.doorway, front.window) if front.doorway is not None else None
        self._desktop = RealDesktop(self._window, self._application.windowIcon(), self._application.setBadgeNumber)
        self._manners = DesktopPolicy(self._window, self._bridge, self._desktop)
        self._connect()
        if front.is_closed:
            self._leave.set()

    @property
    def _begin_seconds(self) -> float:
        """Return how long leaving waits for the engine: an interrupted start with nothing to do yet needs none."""
        needs_engine = self._plan.report is not None and (self._has_taken_up or not self._interrupted)
        return REPORTED_BEGIN_SECONDS if needs_engine else BEGIN_SECONDS

    async def run(self) -> int:
        """Begin, and wait until the window is left."""
        self._watch_signals()
        try:
            await self._until_left()
        finally:
            if self._first is not None:
                self._first.close()  # what comes now is for the next window
            outcome = self._bridge.stop(begin_seconds=self._begin_seconds)
            self._memory.save(self._window)
            self._window.hide()
            self._desktop.close()
        return self._exit_code(outcome)

    async def _until_left(self) -> None:
        """Leaving waits a moment for the beginning, as the receipt needs it, but for no keyring that is locked."""
        beginning = asyncio.ensure_future(self._begin())
        leaving = asyncio.ensure_future(self._leave.wait())
        await asyncio.wait({beginning, leaving}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({beginning}, timeout=self._begin_seconds)
        try:
            if not beginning.cancel():
                beginning.result()  # what is wrong with the settings is told
                await leaving
        finally:
            leaving.cancel()

    def _connect(self) -> None:
        window = self._window
        self._bridge.event_arrived.connect(self._heard)
        if self._first is not None:
            self._first.handed_over.connect(self._take_over)
            self._bridge.ready.connect(partial(self._first.listen, owns_journal=True))
        window.exit_requested.connect(self._leave.set)
        self._manners.leave_wanted.connect(self._leave.set)
        self._desktop.window_wanted.connect(self._manners.come_back)
        if sys.platform == "darwin":  # a click on the Dock's icon, and its Quit; every event passes through the latter
            self._application.applicationStateChanged.connect(self._manners.wake)
            QuitRequests(self._application).wanted.connect(self._quit_wanted)
        else:  # there only the end of the session is told so, and it waits for no question
            self._application.quit_wanted.connect(self._interrupt)
        self._desktop.stop_wanted.connect(self._leave.set)
        if self._trial is None:
            window.anomaly_used.connect(self._remember)
        window.add_files.kept_changed.connect(self._keep)
        window.samples_wanted.connect(open_demo)
        window.open_objects_wanted.connect(self._open_objects)

    # Beginning

    async def _begin(self) -> None:
        configuration = await self._errands.in_thread(_load_configuration, self._data, self._trial)
        self._preferences.use(configuration)
        asked = Choices.from_flags(convert=self._plan.convert, zipped=self._plan.zip)
        options = configuration.engine(again=self._plan.again, report=self._plan.report, asked=asked)
        self._bridge.run(options, anomaly_id=self._reported_anomaly)
        if not self._interrupted:
            await self._take_up()
            if self._trial is None:
                self._preferences.look_for_tokens()

    async def _take_up(self) -> None:
        """What was left unfinished, and what this start was given."""
        self._has_taken_up = True
        self._bridge.resume()
        warm_up(self._theme, self._window.view.size())
        self._desktop.get_ready()
        given = list(self._plan.paths)
        if self._trial is not None and self._plan.demo:
            given += await self._errands.in_thread(self._trial.samples)
        if given:
            self._take_in(given)
        if self._plan.start:
            self._bridge.start()

    def _take_in(self, given: list[Path]) -> None:
        """They go to the anomaly named with them, never to a number somebody is still typing."""
        if not self._plan.anomaly_id:
            self._window.keep_paths(given)
            return
        self._window.add_files.add_to(self._plan.anomaly_id, given)

    def _take_over(self, handover: Handover, reply: Callable[[Answer], None]) -> None:
        """A later start gave us its files; they go to the anomaly it named, else to the one shown."""
        self._manners.come_back()
        if handover.paths:
            self._take_over_files(handover, reply)
        else:
            if handover.anomaly_id:
                self._window.set_anomaly(handover.anomaly_id)
            reply(Answer.TAKEN)
        if handover.start:
            self._bridge.start()

    def _take_over_files(self, handover: Handover, reply: Callable[[Answer], None]) -> None:
        choices = Choices.from_flags(convert=handover.convert, zipped=handover.zip)
        wishes = AddOptions(again=handover.again, choices=choices)
        anomaly_id = handover.anomaly_id or self._window.header.field.anomaly_id
        if self._failed is not None:
            reply(Answer.CANNOT_TAKE)
        elif not anomaly_id:
            self._window.add_paths(handover.paths, wishes)  # they wait for a number, where a person sees them
            reply(Answer.TAKEN)
        else:
            reply(Answer.RECEIVED)
            self._window.add_files.add_to(anomaly_id, handover.paths, wishes, partial(reply, Answer.TAKEN))

    def _remember(self, anomaly_id: str) -> None:
        self._memory.remember(anomaly_id)
        self._window.header.field.offer(self._memory.anomalies)

    def _keep(self, kept: Sequence[KeptPath]) -> None:
        self._window.kept_is_saved = self._memory.keep(kept)

    def _reported_anomaly(self) -> str:
        """The one named on the command line, for its `--report` is about that; else the one shown."""
        return self._plan.anomaly_id or self._window.header.field.anomaly_id

    def _watch_signals(self) -> None:
        """Python hears of signals only when its own code runs: a socket wakes Qt's loop for that."""
        reader, writer = socket.socketpair()
        for end in (reader, writer):
            end.setblocking(False)
            self._stack.callback(end.close)
        one_came = held()
        for number in INTERRUPTS:
            self._stack.callback(signal.signal, number, signal.signal(number, self._interrupt))
        self._stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer.fileno()))
        woken = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read, self._window)
        woken.activated.connect(lambda: _emptied(reader))  # the loop's own add_reader does not exist on Windows
        self._stack.callback(woken.setEnabled, False)
        if one_came():
            self._interrupt()

    # While it runs

    def _heard(self, event: Event) -> None:
        if not self._heard_before:  # the engine stands: everything is loaded
            self._heard_before = True
            gc_tuning.keep_what_is_loaded()
        gc_tuning.tidy_up() if isinstance(event, QueueIdle) else gc_tuning.collect_if_due()
        if isinstance(event, QueueIdle) and self._plan.quit_when_done:
            self._leave.set()
        if isinstance(event, EngineFailed):
            self._engine_failed(event.reason)
        else:
            self._failed = None  # another engine works, after a change of the settings
        if isinstance(event, SignedIn):
            self._preferences.show_signed_in()

    def _engine_failed(self, reason: Reason) -> None:
        """A person reads it in the window, and may change a setting; a script would wait for ever."""
        self._failed = reason.code
        if self._first is not None:
            self._first.listen(owns_journal=False)
        if self._plan.quit_when_done:
            tell(cause_and_action(reason).whole)
            self._leave.set()

    def _open_objects(self) -> None:
        if self._trial is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._trial.objects)))

    # Leaving

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True
        self._leave.set()

    def _quit_wanted(self) -> None:
        """A window that is seen may ask what is to become of its files; in the background they are kept."""
        if self._window.isVisible():
            self._window.close()
        else:
            self._leave.set()

    def _exit_code(self, outcome: Outcome | None) -> int:
        written = self._write_report(outcome)
        if self._interrupted:
            return INTERRUPTED
        if self._failed is not None:
            return CANNOT_BEGIN if self._failed in _JOURNAL else 1
        if outcome is None:  # nobody can say what became of what it was given
            return 1 if self._plan.paths or self._has_taken_up or not written else 0
        forgiven = self._trial.refused_samples(outcome.receipt) if self._trial else 0
        return 1 if sum(outcome.unsent.values()) > forgiven or not written else 0

    def _write_report(self, outcome: Outcome | None) -> bool:
        if self._plan.report is None:
            return True
        receipt = self._receipt_of_nothing() if outcome is None else outcome.receipt
        if receipt is None:
            return False
        from uploader_gui.engine.receipt import write  # noqa: PLC0415 - only where one is asked for

        try:
            write(receipt, self._plan.report)
        except OSError as error:
            tell(Lines.NO_RECEIPT.filled(error.strerror or str(error)))
            return False
        return True

    def _receipt_of_nothing(self) -> dict[str, Any] | None:
        """Return what a start did that was interrupted before its engine had anything to do, however slow it is."""
        if not self._interrupted or self._has_taken_up or self._window.add_files.unanswered:
            return None
        from uploader_gui.engine import receipt  # noqa: PLC0415 - only where one is asked for

        run = receipt.Run(
            program=f"uploader-gui {__version__}",
            anomaly_id=self._reported_anomaly(),
            started_at=self._started_at,
            uploads=(),
            junk=0,
            describe=english,
            trial=self._trial is not None,
        )
        return receipt.build(run, time.time())


def _emptied(reader: socket.socket) -> None:
    with suppress(BlockingIOError):  # woken for nothing
        reader.recv(64)


def _load_configuration(data: DataPaths, trial: SandboxSession | None) -> Config:
    from uploader_gui.config import Config  # noqa: PLC0415 - pydantic and keyring: after the window

    return Config.load(data, trial, window=True)
