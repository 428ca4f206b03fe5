"""The rest of the windowed program, loaded after the first paint: builds what works behind the window and connects it.

Settings, keyring and engine are loaded in other threads.
"""

from __future__ import annotations

import asyncio
import gc
import math
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSocketNotifier, QUrl
from PySide6.QtGui import QDesktopServices
from qasync import QSelectorEventLoop

from uploader_gui import PROGRAM
from uploader_gui.command_line import ExitCode, Handover, LaunchOptions, spoken_to_stderr, write_stderr
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import EngineFailed, QueueIdle, SignedIn
from uploader_gui.engine.models import Reason, Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.engine.options import AddOptions, Choices
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.tasks_and_threads import DaemonThreads
from uploader_gui.failure_messages import cause_and_action
from uploader_gui.gui.taskbar_and_notifications import Desktop, DesktopPolicy
from uploader_gui.gui.upload_list.upload_model import UploadModel
from uploader_gui.gui.upload_list.upload_view import UploadView
from uploader_gui.gui.window.filter_bar import UploadFilter
from uploader_gui.platform.application import QuitRequests
from uploader_gui.platform.process import SECOND_SIGNAL_SECONDS, collect_if_due, interrupt_check, signals_to_handle
from uploader_gui.sandbox_session import open_demo
from uploader_gui.single_instance import Answer, FirstInstance
from uploader_gui.window_app.preferences import Preferences
from uploader_gui.window_app.support import Support, UiTasks, run_until_done

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from PySide6.QtCore import QSize

    from uploader_gui.app import FirstWindow
    from uploader_gui.config import Config
    from uploader_gui.engine.events import Event
    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.gui.bridge import Outcome
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.paths import DataPaths
    from uploader_gui.sandbox_session import SandboxSession

JOURNAL_FAILURES: Final = frozenset({Code.JOURNAL, Code.JOURNAL_IN_USE, Code.JOURNAL_TOO_NEW})
"""With these nothing can be sent at all: a usage error, as without a window."""
START_SECONDS: Final = 1.0
REPORTED_START_SECONDS: Final = 20.0
"""How long an interrupted start may go on for its receipt: a busy machine takes seconds to load the engine."""
SWITCH_SECONDS: Final = 0.00005
"""How soon another thread gives Python's lock to the window's; Python's 5 ms are a third of a frame, each time."""


def run(launch: LaunchOptions, first: FirstWindow, stack: ExitStack) -> int:
    """Run until the window is closed, and return the exit code."""
    # By this name: on Windows qasync would choose its proactor loop, which polls 100 times a second.
    loop = QSelectorEventLoop(first.application)
    stack.callback(loop.close)
    stack.callback(sys.setswitchinterval, sys.getswitchinterval())
    sys.setswitchinterval(SWITCH_SECONDS)
    loop.set_default_executor(DaemonThreads())
    decoder = PictureDecoder()
    stack.callback(decoder.close)
    first.bridge.decoder = first.window.view.decoder = decoder
    return run_until_done(loop, Program(launch, first, loop=loop, stack=stack).run())


class Program:
    """The running program: `run` starts it, and ends it in the reverse order."""

    def __init__(
        self, launch: LaunchOptions, first: FirstWindow, *, loop: asyncio.AbstractEventLoop, stack: ExitStack
    ) -> None:
        self._launch = launch
        self._application = first.application
        self._stack = stack
        self._trial = first.trial
        self._data = first.data
        self._leave = asyncio.Event()
        self._interrupted = False
        self._signalled = -math.inf
        self._given_up = threading.Event()
        self._failure: Code | None = None
        self._engine_runs = False
        self._has_resumed = False
        self._started_at = time.time()
        self._bridge = first.bridge
        self._window = first.window
        self._memory = first.memory
        self._theme = first.theme
        self._tasks = UiTasks(loop, lambda: self._bridge.event_arrived.emit(EngineFailed(Reason(Code.INTERNAL_ERROR))))
        self._preferences = Preferences(
            self._window,
            self._bridge,
            theme=first.theme,
            language=first.language,
            tasks=self._tasks,
            launch=launch,
        )
        self._support = Support(
            self._window, self._bridge, data=self._data, preferences=self._preferences, tasks=self._tasks
        )
        self._listener = FirstInstance(first.instance, first.window) if first.instance is not None else None
        self._desktop = Desktop(self._window, self._application.windowIcon(), self._application.setBadgeNumber)
        self._policy = DesktopPolicy(self._window, self._bridge, self._desktop)
        self._connect()
        self._window.add_files.forget_half_fetched()
        if first.is_closed:
            self._leave.set()

    @property
    def _start_seconds(self) -> float:
        """Return how long leaving waits for the engine: an interrupted start with nothing to do yet needs none."""
        needs_engine = self._launch.report is not None and (self._has_resumed or not self._interrupted)
        return REPORTED_START_SECONDS if needs_engine else START_SECONDS

    async def run(self) -> int:
        """Start, and wait until the program is asked to leave."""
        self._watch_signals()
        try:
            await self._until_left()
        finally:
            if self._listener is not None:
                self._listener.close()  # a later start now becomes the first one
            outcome = await self._close()
        return self._exit_code(outcome)

    async def _close(self) -> Outcome | None:
        """Take the window away at once, then let the engine end: a slow disk takes its time."""
        self._window.hide()
        self._desktop.close()
        stop = self._bridge.leave(self._given_up, begin_seconds=self._start_seconds)
        stopping = asyncio.ensure_future(self._tasks.in_thread(stop))
        await asyncio.sleep(0)  # the engine stops while the window's place is saved
        self._memory.save(self._window)
        if self._trial is None:
            self._memory.keep_finish(self._policy.unseen_finish)
        outcome = await stopping
        self._memory.until_saved()
        return outcome

    async def _until_left(self) -> None:
        """Wait for leaving; then let the start end, which the receipt needs, but never wait for a keyring."""
        start = asyncio.ensure_future(self._start())
        leaving = asyncio.ensure_future(self._leave.wait())
        await asyncio.wait({start, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            self._window.hide()
        await asyncio.wait({start}, timeout=self._start_seconds)
        try:
            if not start.cancel():
                start.result()  # raises what is wrong with the settings
                await leaving
        finally:
            leaving.cancel()

    def _connect(self) -> None:
        window = self._window
        self._bridge.event_arrived.connect(self._on_event)
        if self._listener is not None:
            self._listener.handed_over.connect(self._accept_handover)
            self._bridge.ready.connect(partial(self._listener.listen, owns_journal=True))
        window.exit_requested.connect(self._leave.set)
        self._policy.leave_wanted.connect(self._leave.set)
        self._desktop.window_wanted.connect(self._policy.come_back)
        if sys.platform == "darwin":  # a click on the Dock's icon, and its Quit
            self._application.applicationStateChanged.connect(self._policy.wake)
            QuitRequests(self._application).wanted.connect(self._quit_wanted)
        else:  # the end of the session, which waits for no question
            self._application.quit_wanted.connect(self._interrupt)
        self._desktop.stop_wanted.connect(self._leave.set)
        if self._trial is None:
            window.anomaly_used.connect(self._remember)
        window.samples_wanted.connect(open_demo)
        window.open_objects_wanted.connect(self._open_objects)

    # Start

    async def _start(self) -> None:
        configuration = await self._tasks.in_thread(_load_configuration, self._data, self._trial)
        self._preferences.use(configuration)
        asked = Choices.from_flags(convert=self._launch.convert, zipped=self._launch.zip)
        options = configuration.engine(again=self._launch.again, report=self._launch.report, asked=asked)
        self._bridge.run(options, anomaly_id=self._reported_anomaly)
        if not self._interrupted:
            await self._fill_list()
            if self._trial is None:
                self._preferences.look_for_tokens()

    async def _fill_list(self) -> None:
        """Add what the last run left unfinished, and what this start was given."""
        self._has_resumed = True
        self._bridge.resume()
        warm_up(self._theme, self._window.view.size())
        self._desktop.get_ready()
        paths = list(self._launch.paths)
        if self._trial is not None and self._launch.demo:
            paths += await self._tasks.in_thread(self._trial.samples)
        if paths:
            self._add(paths)
        self._window.started = self._launch.start
        if self._launch.start:
            self._bridge.start()

    def _add(self, paths: list[Path]) -> None:
        """Add paths to the anomaly given with them, never to a number that is still being typed."""
        if not self._launch.anomaly_id:
            self._window.add_files.keep(paths)
            return
        self._window.add_files.add_to(self._launch.anomaly_id, paths)

    def _accept_handover(self, handover: Handover, reply: Callable[[Answer], None]) -> None:
        """Add a later start's files to the anomaly it names, else to the one shown."""
        self._policy.come_back()
        if (handover.paths or handover.anomaly_id) and not self._preferences.sends_to(handover.server):
            reply(Answer.OTHER_SERVER)
        elif handover.paths:
            self._add_handed_over(handover, reply)
        else:
            if handover.link:
                self._window.open_link(handover.anomaly_id)
            elif handover.anomaly_id:
                self._window.set_anomaly(handover.anomaly_id)
            reply(Answer.TAKEN)

    def _add_handed_over(self, handover: Handover, reply: Callable[[Answer], None]) -> None:
        choices = Choices.from_flags(convert=handover.convert, zipped=handover.zip)
        options = AddOptions(again=handover.again, choices=choices, start=handover.start)
        if self._failure is not None:
            reply(Answer.CANNOT_TAKE)
        elif not (anomaly_id := handover.anomaly_id or self._window.add_files.anomaly_for_this()):
            self._window.add_files.keep(handover.paths, options)  # they wait in the window for a number
            reply(Answer.TAKEN)
        else:
            reply(Answer.RECEIVED)
            self._window.add_files.add_to(anomaly_id, handover.paths, options, partial(reply, Answer.TAKEN))

    def _remember(self, anomaly_id: str) -> None:
        self._memory.remember(anomaly_id)
        self._window.header.field.offer(self._memory.anomalies)

    def _reported_anomaly(self) -> str:
        """Return the anomaly of the receipt: the one of the command line, else the one shown."""
        return self._launch.anomaly_id or self._window.header.field.anomaly_id

    def _watch_signals(self) -> None:
        """Leave at a signal. Python runs handlers only between its own instructions, so a socket wakes Qt's loop."""
        reader, writer = socket.socketpair()
        for end in (reader, writer):
            end.setblocking(False)
            self._stack.callback(end.close)
        was_interrupted = interrupt_check()
        for number in signals_to_handle():
            self._stack.callback(signal.signal, number, signal.signal(number, self._on_signal))
        self._stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer.fileno()))
        notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read, self._window)
        notifier.activated.connect(lambda: _drain(reader))  # the loop's own add_reader does not exist on Windows
        self._stack.callback(notifier.setEnabled, False)
        if was_interrupted():
            self._interrupt()

    # Running

    def _on_event(self, event: Event) -> None:
        if not self._engine_runs:  # everything is loaded now
            self._engine_runs = True
            gc.freeze()  # what is loaded by now stays until the end
        gc.collect() if isinstance(event, QueueIdle) else collect_if_due()
        if isinstance(event, QueueIdle) and self._launch.quit_when_done:
            self._leave.set()
        if isinstance(event, EngineFailed):
            self._engine_failed(event.reason)
        else:
            self._failure = None  # after a change of the settings another engine works
        if isinstance(event, SignedIn):
            self._preferences.show_signed_in()

    def _engine_failed(self, reason: Reason) -> None:
        """Leave where a script would wait for ever; a person reads why in the window and may change a setting."""
        self._failure = reason.code
        if self._listener is not None:
            self._listener.listen(owns_journal=False)
        if self._launch.quit_when_done:
            with spoken_to_stderr():
                write_stderr(cause_and_action(reason).whole)
            self._leave.set()

    def _open_objects(self) -> None:
        if self._trial is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._trial.objects)))

    # Leaving

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True
        self._leave.set()

    def _on_signal(self, *_: object) -> None:
        """Leave; at a second signal at once, as in a crash: a slow disk may take long to write the journal."""
        if self._leave.is_set() and time.monotonic() - self._signalled > SECOND_SIGNAL_SECONDS:
            self._given_up.set()
        elif not self._leave.is_set():
            self._interrupt()
        self._signalled = time.monotonic()

    def _quit_wanted(self) -> None:
        """Let a visible window ask what becomes of its files; in the background they are kept."""
        if self._window.isVisible():
            self._window.close()
        else:
            self._leave.set()

    def _exit_code(self, outcome: Outcome | None) -> ExitCode:
        written = self._write_report(outcome)
        if self._interrupted:
            return ExitCode.INTERRUPTED
        if self._failure is not None:
            return ExitCode.USAGE_ERROR if self._failure in JOURNAL_FAILURES else ExitCode.NOT_ALL_SENT
        if outcome is None:  # it is not known what became of the files
            is_known = not self._launch.paths and not self._has_resumed
            return ExitCode.ALL_SENT if is_known and written else ExitCode.NOT_ALL_SENT
        forgiven = self._trial.refused_samples(outcome.receipt) if self._trial else 0
        is_all_sent = sum(outcome.unsent.values()) <= forgiven
        return ExitCode.ALL_SENT if is_all_sent and written else ExitCode.NOT_ALL_SENT

    def _write_report(self, outcome: Outcome | None) -> bool:
        if self._launch.report is None:
            return True
        receipt = self._receipt_of_nothing() if outcome is None else outcome.receipt
        from uploader_gui.report_file import write_report  # noqa: PLC0415 - only where one is asked for

        return receipt is not None and write_report(receipt, self._launch.report)

    def _receipt_of_nothing(self) -> Receipt | None:
        """Return the receipt of a start that was interrupted before its engine had anything to do, else None."""
        if not self._interrupted or self._has_resumed or self._window.add_files.unanswered:
            return None
        from uploader_gui.engine.receipt import Receipt  # noqa: PLC0415 - only where one is asked for

        program, trial = PROGRAM, self._trial is not None
        began, now = self._started_at, time.time()
        return Receipt(program, self._reported_anomaly(), began, max(began, now), files=(), trial=trial)


def _drain(reader: socket.socket) -> None:
    with suppress(BlockingIOError):  # nothing to read
        reader.recv(64)


def _load_configuration(data: DataPaths, trial: SandboxSession | None) -> Config:
    from uploader_gui.config import Config  # noqa: PLC0415 - pydantic and keyring: after the window

    return Config.load(data, trial, window=True)


def warm_up(theme: Theme, size: QSize) -> None:
    """Paint a hidden list of this width with a row in each state, so that Start need not load what paints rows."""
    model = UploadModel()
    view = UploadView(model, UploadFilter(model, model), theme)
    model.setParent(view)
    nowhere = Path("warm-up.csv")
    source = Source(nowhere, nowhere, nowhere.name, "text/csv", 1, 0)
    states = (UploadSnapshot(UploadId(state), "1", source, 0, state) for state in UploadState)
    model.add(list(states))
    view.resize(size.width(), len(UploadState) * view.delegate.fonts.row_height)
    view.grab()
    view.deleteLater()
