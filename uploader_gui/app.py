"""Composition root of the windowed program: builds what a person sees first, the window with its look and language.

Nothing here waits for a server, and nothing is loaded that the first paint does not need. Once the window has been
painted (`FirstPaint`), it loads `window_app/program.py`, which builds the rest.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_API", "pyside6")  # before qasync is imported: it would look for other Qt bindings

import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtGui import QIcon

from uploader_gui import __version__, paths
from uploader_gui.anomaly_links import anomaly_of_link
from uploader_gui.command_line import (
    ExitCode,
    Handover,
    LaunchOptions,
    UsageError,
    early_language,
    sentence,
    show_without_console,
    spoken_to_stderr,
    write_stderr,
)
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import SCHEMES, Theme
from uploader_gui.gui.window.window_memory import WindowMemory
from uploader_gui.i18n import N_, _
from uploader_gui.machine_settings import early_server, early_theme
from uploader_gui.platform.application import Application, Language, portal_as_theme, show_until_closed
from uploader_gui.platform.process import interrupt_check
from uploader_gui.single_instance import Answer, HandoverRefused, InstanceLock, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.window.window_memory import KeptPath
    from uploader_gui.paths import DataPaths
    from uploader_gui.sandbox_session import SandboxSession

_REFUSALS: Final = {
    Answer.OTHER_VERSION: N_(
        "the window already open belongs to another version of this program: close it first. Nothing was handed over."
    ),
    Answer.TOO_MANY: N_(
        "these are too many files for the window already open: give their folder. Nothing was handed over."
    ),
    Answer.OTHER_SERVER: N_(
        "the window already open sends to another server than this start would (UPLOADER_API_URL). Nothing was "
        "handed over."
    ),
    Answer.CANNOT_TAKE: N_("the window already open cannot take files now, and says why. Nothing was handed over."),
}
_NOT_TAKEN: Final = N_("the window already open did not take what it was given. Nothing was handed over.")
_HANDED_OVER: Final = {
    Outcome.LOOKING: N_("handed over to the window already open, which is still looking through the files."),
    Outcome.UNSURE: N_(
        "the window already open has not said whether it took the files. Look at its list before you give them again."
    ),
    Outcome.TAKEN: N_("handed over to the window already open."),
}


def run(launch: LaunchOptions) -> int:
    """Open the window, run until it is closed, and return the exit code.

    Raises:
        UsageError, UnwritableError: something is wrong that is known before any request.
    """
    application = _application()
    language = Language(application)
    language.use(early_language())
    with ExitStack() as stack:
        with spoken_to_stderr():  # there is no window yet
            trial = _open_trial(launch, stack)
            data = _prepare_data(trial)
            instance = None if trial else InstanceLock(data.folder)
            if instance is not None:
                stack.callback(instance.release)
                if (code := _hand_over(launch, instance)) is not None:
                    return code
        first = FirstWindow(launch, application, language, data=data, trial=trial, instance=instance)
        first.show()
        FirstPaint(first.window).wait()
        from uploader_gui.window_app import program  # noqa: PLC0415 - loaded after the first paint

        return program.run(launch, first, stack)


def show_start_error(launch: LaunchOptions, text: str) -> None:
    """Show why there is no window to the person who started it, unless it was started by a script."""
    if sys.platform == "win32":
        show_without_console(text)
    elif not launch.quit_when_done and Application.has_display():
        show_until_closed(sentence(text))


def _application() -> Application:
    with portal_as_theme():
        application = Application(sys.argv[:1])
    application.setApplicationName("uploader-gui")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("uploader-gui")
    application.setWindowIcon(QIcon(str(paths.find_resource("icon.svg"))))
    application.setQuitOnLastWindowClosed(False)
    return application


def _open_trial(launch: LaunchOptions, stack: ExitStack) -> SandboxSession | None:
    if not launch.sandbox:
        return None
    from uploader_gui.sandbox_session import SandboxSession  # noqa: PLC0415 - only where it is asked for

    return stack.enter_context(SandboxSession())


def _prepare_data(trial: SandboxSession | None) -> DataPaths:
    data = trial.paths if trial else paths.data_paths()
    paths.prepare(data)
    return data


def _hand_over(launch: LaunchOptions, instance: InstanceLock) -> ExitCode | None:
    """Hand everything to the window already open on this data folder and return the exit code; None without one.

    Where a receipt is wanted, nothing is handed over: the open window would write none for this start.
    """
    server = early_server(paths.data_paths().settings)
    handover = replace(launch, server=server) if launch.report is None else Handover()
    try:
        outcome = instance.acquire(handover, interrupt_check())
    except HandoverRefused as refused:
        raise UsageError(_(_REFUSALS.get(refused.answer, _NOT_TAKEN))) from refused
    if outcome is Outcome.FIRST:
        return None
    if outcome is Outcome.SILENT:
        raise UsageError(_("a window is already open on these data, but does not answer. Nothing was handed over."))
    if launch.report is not None:
        raise UsageError(_("a window is already open on these data; its Receipt… button gives the receipt."))
    write_stderr(_(_HANDED_OVER[outcome]))
    # Where it is not known whether the window has the files, a script must look.
    return ExitCode.NOT_ALL_SENT if outcome is Outcome.UNSURE else ExitCode.ALL_SENT


class FirstWindow:
    """The window and what it needs at once. In a trial `trial` is the sandbox session, and there is no `instance`."""

    def __init__(
        self,
        launch: LaunchOptions,
        application: Application,
        language: Language,
        *,
        data: DataPaths,
        trial: SandboxSession | None,
        instance: InstanceLock | None,
    ) -> None:
        self.application = application
        self.language = language
        self.data = data
        self.trial = trial
        self.instance = instance
        self.bridge = Bridge()
        self.theme = Theme(application, SCHEMES[early_theme(paths.data_paths().settings)])
        self.window = MainWindow(self.bridge, self.theme, anomaly_id=launch.anomaly_id, trial=trial is not None)
        self.memory = WindowMemory(data.window)
        self.is_closed = False
        """Whether a person closed the window before `Program` was there to hear of it."""
        self.window.exit_requested.connect(self._note_closing)
        if sys.platform == "darwin":  # only macOS sends such events, and every event passes through this filter
            from uploader_gui.platform.application import OpenedFiles  # noqa: PLC0415 - only on macOS

            opened = OpenedFiles(application)
            opened.opened.connect(self.window.add_files.add)
            opened.linked.connect(self._open_link)

    def show(self) -> None:
        """Show it where it was last time, with the files that waited for a number then."""
        self.memory.restore(self.window)
        if self.trial is None:
            self.window.header.field.offer(self.memory.anomalies)
            self.window.number.note_used(self.memory.anomalies)
            self.window.add_files.restore(self.memory.kept)
            self.window.body.finish.show_past(self.memory.unseen_finish)
        self.window.add_files.kept_changed.connect(self._save_kept)
        self.window.show()

    def _open_link(self, link: str) -> None:
        if anomaly_id := anomaly_of_link(link):
            self.window.open_link(anomaly_id)

    def _save_kept(self, kept: Sequence[KeptPath]) -> None:
        self.window.kept_is_saved = self.memory.keep(kept)

    def _note_closing(self) -> None:
        self.is_closed = True


PATIENCE_MS: Final = 500
"""The longest wait: a window that opens minimized, or on another desktop, is not painted."""


class FirstPaint(QObject):
    """Watches one window. `seen` is whether it has been painted.

    Qt's own loop runs here: loading asyncio and qasync first would be a quarter of what is postponed.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.seen = False
        self._loop = QEventLoop(self)
        self._window = window

    def wait(self) -> None:
        """Run Qt's event loop until the window is painted, 0.5 s at most."""
        self._window.installEventFilter(self)
        QTimer.singleShot(PATIENCE_MS, self._loop, self._loop.quit)
        self._loop.exec()
        self._window.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the wait once the paint event now being delivered is done."""
        del watched
        if event.type() == QEvent.Type.Paint:
            self.seen = True
            QTimer.singleShot(0, self._loop, self._loop.quit)
        return False
