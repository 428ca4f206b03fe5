"""The composition root of the windowed program: builds every object, connects every signal, tears down in reverse.

Called by cli. The window stands first; settings, keyring and engine are loaded after it, off its thread.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_API", "pyside6")  # before qasync is imported: it would look for other Qt bindings

import asyncio
import signal
import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from PySide6.QtCore import QSocketNotifier, QUrl
from PySide6.QtGui import QDesktopServices, QIcon
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from uploader_gui import __version__, paths
from uploader_gui.demonstration import open_demo
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import EngineFailed, QueueIdle, SignedIn
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.threads import DaemonThreads
from uploader_gui.engine.treatments import Choices
from uploader_gui.errands import Errands
from uploader_gui.gui.bridge import Bridge, Outcome
from uploader_gui.gui.desktop import RealDesktop
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.manners import Manners
from uploader_gui.gui.theme import Theme
from uploader_gui.gui.window_memory import WindowMemory
from uploader_gui.help_desk import HelpDesk
from uploader_gui.language import Language, early_choice, early_theme
from uploader_gui.opened_files import OpenedFiles
from uploader_gui.plan import Plan, UsageError, tell
from uploader_gui.preferences import SCHEMES, Preferences
from uploader_gui.resources import find_resource
from uploader_gui.single_instance import FirstInstance, Handover, hand_over
from uploader_gui.terminal import Lines

if TYPE_CHECKING:
    from uploader_gui.configuration import Configuration
    from uploader_gui.engine.events import Event
    from uploader_gui.paths import DataPaths
    from uploader_gui.trial import Trial

INTERRUPTED = 130


def run(plan: Plan) -> int:
    """Open the window, run until it is left, and give the exit code.

    Raises:
        UsageError: something is wrong that is known before any request.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("uploader-gui")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("uploader-gui")
    application.setWindowIcon(QIcon(str(find_resource("icon.svg"))))
    application.setQuitOnLastWindowClosed(False)
    language = Language(application)
    language.use(early_choice(paths.data_paths().settings))
    loop = QEventLoop(application)
    loop.set_default_executor(DaemonThreads())
    with ExitStack() as stack:
        stack.callback(loop.close)  # before Qt's application goes, also where nothing ran on it
        if not plan.sandbox and _handed_over(plan):
            return 0
        program = Program(plan, application, language=language, loop=loop, stack=stack)
        return int(loop.run_until_complete(program.run()))


class Program:
    """The running windowed program."""

    def __init__(
        self,
        plan: Plan,
        application: QApplication,
        *,
        language: Language,
        loop: asyncio.AbstractEventLoop,
        stack: ExitStack,
    ) -> None:
        self._plan = plan
        self._application = application
        self._loop = loop
        self._stack = stack
        self._trial = self._open_trial()
        self._data = self._prepare_data()
        self._leave = asyncio.Event()
        self._interrupted = False
        self._bridge = Bridge()
        self._theme = Theme(application, SCHEMES[early_theme(paths.data_paths().settings)])
        self._window = MainWindow(
            self._bridge, self._theme, anomaly_id=plan.anomaly_id, sandbox=self._trial is not None
        )
        self._errands = Errands(loop, lambda: self._bridge.fail(EngineFailed(Reason(Code.INTERNAL_ERROR))))
        self._preferences = Preferences(
            self._window,
            self._bridge,
            theme=self._theme,
            language=language,
            errands=self._errands,
            again=plan.again,
        )
        self._help_desk = HelpDesk(
            self._window, self._bridge, data=self._data, preferences=self._preferences, errands=self._errands
        )
        self._memory = WindowMemory(self._data.window)
        self._desktop = RealDesktop(self._window, application.windowIcon(), application.setBadgeNumber)
        self._manners = Manners(self._window, self._bridge, self._desktop)
        self._connect()

    async def run(self) -> int:
        """Show the window, load the rest, and wait until it is left."""
        self._memory.restore(self._window)
        self._window.show()
        self._watch_signals()
        try:
            await self._begin()
            await self._leave.wait()
        finally:
            outcome = self._bridge.stop()
            self._memory.save(self._window)
            self._window.hide()
            self._desktop.close()
        return self._exit_code(outcome)

    def _connect(self) -> None:
        window = self._window
        self._bridge.event_arrived.connect(self._heard)
        OpenedFiles(self._application).opened.connect(window.add_paths)
        window.exit_requested.connect(self._leave.set)
        self._manners.leave_wanted.connect(self._leave.set)
        self._desktop.window_wanted.connect(self._manners.come_back)
        if sys.platform == "darwin":  # a click on the Dock's icon
            self._application.applicationStateChanged.connect(self._manners.wake)
        self._desktop.stop_wanted.connect(self._leave.set)
        if self._trial is None:
            window.header.field.offer(self._memory.anomalies)
            window.anomaly_used.connect(self._remember)
        window.samples_wanted.connect(open_demo)
        window.open_objects_wanted.connect(self._open_objects)

    # Beginning

    def _open_trial(self) -> Trial | None:
        if not self._plan.sandbox:
            return None
        from uploader_gui.trial import Trial  # noqa: PLC0415 - only where it is asked for

        return self._stack.enter_context(Trial())

    def _prepare_data(self) -> DataPaths:
        data = self._trial.paths if self._trial else paths.data_paths()
        try:
            paths.prepare(data)
        except paths.UnwritableError as error:
            raise UsageError(str(error)) from error
        return data

    async def _begin(self) -> None:
        self._listen()
        configuration = await self._errands.in_thread(_load_configuration, self._data, self._trial)
        self._preferences.use(configuration)
        self._errands.spawn(self._help_desk.clean_up())
        asked = Choices.asked(convert=self._plan.convert, zipped=self._plan.zip)
        self._bridge.run(configuration.engine(again=self._plan.again, asked=asked), anomaly_id=self._reported_anomaly)
        self._bridge.resume()
        given = list(self._plan.paths)
        if self._trial is not None and self._plan.demo:
            given += await self._errands.in_thread(self._trial.samples)
        if given:
            self._window.add_paths(given)
        if self._plan.start:
            self._bridge.start()

    def _listen(self) -> None:
        if self._trial is None:
            first = FirstInstance(self._data.folder, self._window)
            first.handed_over.connect(self._take_over)
            self._stack.callback(first.close)

    def _take_over(self, handover: Handover) -> None:
        """A later start gave us its files; they go to the anomaly it named, else to the one shown."""
        if handover.paths and handover.anomaly_id:
            self._bridge.add_paths(handover.paths, handover.anomaly_id)
            self._remember(handover.anomaly_id)
        elif handover.paths:
            self._window.add_paths(handover.paths)
        elif handover.anomaly_id:
            self._window.set_anomaly(handover.anomaly_id)
        if handover.start:
            self._bridge.start()
        self._manners.come_back()

    def _remember(self, anomaly_id: str) -> None:
        self._memory.remember(anomaly_id)
        self._window.header.field.offer(self._memory.anomalies)

    def _reported_anomaly(self) -> str:
        """The one named on the command line, for its `--report` is about that; else the one shown."""
        return self._plan.anomaly_id or self._window.header.field.anomaly_id

    def _watch_signals(self) -> None:
        """Python hears of signals only when its own code runs: a socket wakes Qt's loop for that."""
        reader, writer = socket.socketpair()
        for end in (reader, writer):
            end.setblocking(False)
            self._stack.callback(end.close)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._stack.callback(signal.signal, number, signal.signal(number, self._interrupt))
        self._stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer.fileno()))
        woken = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read, self._window)
        woken.activated.connect(lambda: reader.recv(64))  # the loop's own add_reader does not exist on Windows
        self._stack.callback(woken.setEnabled, False)

    # While it runs

    def _heard(self, event: Event) -> None:
        if isinstance(event, QueueIdle) and self._plan.quit_when_done:
            self._leave.set()
        if isinstance(event, SignedIn):
            self._preferences.show_signed_in()

    def _open_objects(self) -> None:
        if self._trial is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._trial.objects)))

    # Leaving

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True
        self._leave.set()

    def _exit_code(self, outcome: Outcome | None) -> int:
        written = self._write_report(outcome)
        if self._interrupted:
            return INTERRUPTED
        unsent = dict(outcome.unsent) if outcome else {}
        if self._plan.demo and not self._plan.paths:
            unsent.pop(UploadState.REFUSED, None)  # its own sample of a refused type
        return 1 if unsent or not written else 0

    def _write_report(self, outcome: Outcome | None) -> bool:
        if self._plan.report is None or outcome is None:
            return self._plan.report is None
        from uploader_gui.engine.receipt import write  # noqa: PLC0415 - only where one is asked for

        try:
            write(outcome.receipt, self._plan.report)
        except OSError as error:
            tell(Lines.NO_RECEIPT.filled(error.strerror or str(error)))
            return False
        return True


def _handed_over(plan: Plan) -> bool:
    """Hand everything to the window already open on this data folder, if there is one."""
    folder = paths.data_paths().folder
    given = Handover(plan.paths, plan.anomaly_id, plan.start) if plan.report is None else Handover(())
    if not hand_over(folder, given):
        return False
    if plan.report is not None:
        raise UsageError(Lines.WINDOW_OPEN.text)
    tell(Lines.HANDED_OVER.text)
    return True


def _load_configuration(data: DataPaths, trial: Trial | None) -> Configuration:
    from uploader_gui.configuration import Configuration  # noqa: PLC0415 - pydantic and keyring: after the window

    return Configuration.load(data, trial, window=True)
