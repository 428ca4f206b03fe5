"""Composition root of the windowed program: builds what a person sees first, the window with its look and language.

Once that has been painted, it loads `window_app/program.py`, which builds the rest.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_API", "pyside6")  # before qasync is imported: it would look for other Qt bindings

import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon

from uploader_gui import __version__, paths
from uploader_gui.command_line import (
    LaunchOptions,
    UsageError,
    early_language,
    sentence,
    show_without_console,
    write_stderr,
)
from uploader_gui.exit_codes import ExitCode
from uploader_gui.handover import Answer, Handover, HandoverRefused
from uploader_gui.i18n import _
from uploader_gui.machine_settings import early_server
from uploader_gui.paths import find_resource
from uploader_gui.platform.application import Application, Language, portal_as_theme, show_until_closed
from uploader_gui.platform.process import interrupt_check
from uploader_gui.single_instance import InstanceLock, Outcome
from uploader_gui.window_app.first_window import FirstPaint, FirstWindow

if TYPE_CHECKING:
    from uploader_gui.paths import DataPaths
    from uploader_gui.sandbox_session import SandboxSession


def run(launch: LaunchOptions) -> int:
    """Open the window, run until it is closed, and return the exit code.

    Raises:
        UsageError, UnwritableError: something is wrong that is known before any request.
    """
    application = _application()
    language = Language(application)
    language.use(early_language())
    with ExitStack() as stack:
        trial = _open_trial(launch, stack)
        data = _prepare_data(trial)
        instance = None if trial else InstanceLock(data.folder)
        if instance is not None:
            stack.callback(instance.release)
            if (code := _hand_over(launch, instance)) is not None:
                return code
        first = FirstWindow(launch, application, language, data=data, trial=trial, instance=instance)
        stack.callback(first.decoder.close)
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
    application.setWindowIcon(QIcon(str(find_resource("icon.svg"))))
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

    Nothing where a receipt is wanted: the open window writes none for this start.
    """
    server = early_server(paths.data_paths().settings)
    handover = replace(launch, server=server) if launch.report is None else Handover()
    try:
        outcome = instance.acquire(handover, interrupt_check())
    except HandoverRefused as refused:
        raise UsageError(_refusal(refused.answer)) from refused
    if outcome is Outcome.FIRST:
        return None
    if outcome is Outcome.SILENT:
        raise UsageError(_("a window is already open on these data, but does not answer. Nothing was handed over."))
    if launch.report is not None:
        raise UsageError(_("a window is already open on these data; its Receipt… button gives the receipt."))
    write_stderr(_handed_over(outcome))
    # Where it is not known whether the window has the files, a script must look.
    return ExitCode.NOT_ALL_SENT if outcome is Outcome.UNSURE else ExitCode.ALL_SENT


def _handed_over(outcome: Outcome) -> str:
    """Return what became of what was handed over."""
    if outcome is Outcome.LOOKING:
        return _("handed over to the window already open, which is still looking through the files.")
    if outcome is Outcome.UNSURE:
        return _(
            "the window already open has not said whether it took the files. Look at its list before you give them "
            "again."
        )
    return _("handed over to the window already open.")


def _refusal(answer: Answer) -> str:
    """Return why the window already open took nothing."""
    if answer is Answer.OTHER_VERSION:
        return _(
            "the window already open belongs to another version of this program: close it first. Nothing was handed "
            "over."
        )
    if answer is Answer.TOO_MANY:
        return _("these are too many files for the window already open: give their folder. Nothing was handed over.")
    if answer is Answer.OTHER_SERVER:
        return _(
            "the window already open sends to another server than this start would (UPLOADER_API_URL). Nothing was "
            "handed over."
        )
    if answer is Answer.CANNOT_TAKE:
        return _("the window already open cannot take files now, and says why. Nothing was handed over.")
    return _("the window already open did not take what it was given. Nothing was handed over.")
