"""The composition root of the windowed program. Called by cli.

Here only what a person sees first: the window, its look and its language. Once that has been painted, `program.py`
is loaded with all the rest.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_API", "pyside6")  # before qasync is imported: it would look for other Qt bindings

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QIcon

from uploader_gui import __version__, paths
from uploader_gui.command_line import LaunchOptions, UsageError, tell
from uploader_gui.gui.window.first_paint import FirstPaint
from uploader_gui.handover import Handover, HandoverRefused
from uploader_gui.paths import find_resource
from uploader_gui.platform.application import Application
from uploader_gui.platform.interrupts import held
from uploader_gui.single_instance import Doorway, Outcome
from uploader_gui.window_app.first_window import FirstWindow
from uploader_gui.words.language import Language, early_choice

if TYPE_CHECKING:
    from uploader_gui.paths import DataPaths
    from uploader_gui.sandbox_session import SandboxSession

UNSURE: Final = 1
"""The files may be in the window already open, or not: a script must look."""


def run(plan: LaunchOptions) -> int:
    """Open the window, run until it is left, and give the exit code.

    Raises:
        UsageError: something is wrong that is known before any request.
    """
    application = _application()
    language = Language(application)
    language.use(early_choice(paths.data_paths().settings))
    with ExitStack() as stack:
        trial = _open_trial(plan, stack)
        data = _prepare_data(trial)
        doorway = None if trial else Doorway(data.folder)
        if doorway is not None:
            stack.callback(doorway.leave)
            if (code := _handed_over(plan, doorway)) is not None:
                return code
        front = FirstWindow(plan, application, language, data=data, trial=trial, doorway=doorway)
        stack.callback(front.decoder.close)
        front.show()
        FirstPaint(front.window).wait()
        from uploader_gui.window_app import program  # noqa: PLC0415 - loaded once the window stands

        return program.run(plan, front, stack)


def _application() -> Application:
    application = Application(sys.argv[:1])
    application.setApplicationName("uploader-gui")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("uploader-gui")
    application.setWindowIcon(QIcon(str(find_resource("icon.svg"))))
    application.setQuitOnLastWindowClosed(False)
    return application


def _open_trial(plan: LaunchOptions, stack: ExitStack) -> SandboxSession | None:
    if not plan.sandbox:
        return None
    from uploader_gui.sandbox_session import SandboxSession  # noqa: PLC0415 - only where it is asked for

    return stack.enter_context(SandboxSession())


def _prepare_data(trial: SandboxSession | None) -> DataPaths:
    data = trial.paths if trial else paths.data_paths()
    try:
        paths.prepare(data)
    except paths.UnwritableError as error:
        raise UsageError(str(error)) from error
    return data


def _handed_over(plan: LaunchOptions, doorway: Doorway) -> int | None:
    """Hand everything to the window already open on this data folder; None where there is none, else the exit code."""
    try:
        outcome = doorway.enter(_handover(plan), held())
    except HandoverRefused as refused:
        from uploader_gui.words.handover import refusal  # noqa: PLC0415 - hardly ever needed

        raise UsageError(refusal(refused.answer)) from refused
    if outcome is Outcome.FIRST:
        return None
    from uploader_gui.words.handover import HandoverWords  # noqa: PLC0415 - as above

    if outcome is Outcome.SILENT:
        raise UsageError(HandoverWords.SILENT.text)
    if plan.report is not None:
        raise UsageError(HandoverWords.WINDOW_OPEN.text)
    tell(HandoverWords[outcome.name].text)
    return UNSURE if outcome is Outcome.UNSURE else 0


def _handover(plan: LaunchOptions) -> Handover:
    """Whoever wants a receipt gets none from another start's window: then it is only called forward."""
    if plan.report is not None:
        return Handover(())
    return Handover(plan.paths, plan.anomaly_id, plan.start, again=plan.again, convert=plan.convert, zip=plan.zip)
