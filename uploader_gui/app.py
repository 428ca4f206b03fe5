"""The composition root of the windowed program. Called by cli.

Here only what a person sees first: the window, its look and its language. Once that has been painted, `program.py`
is loaded with all the rest.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_API", "pyside6")  # before qasync is imported: it would look for other Qt bindings

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon

from uploader_gui import __version__, paths
from uploader_gui.gui.window.first_paint import FirstPaint
from uploader_gui.plan import Plan, UsageError, tell
from uploader_gui.resources import find_resource
from uploader_gui.single_instance import Handover, hand_over
from uploader_gui.system.application import Application
from uploader_gui.windowed.front import Front
from uploader_gui.words.language import Language, early_choice

if TYPE_CHECKING:
    from uploader_gui.paths import DataPaths
    from uploader_gui.trial import Trial


def run(plan: Plan) -> int:
    """Open the window, run until it is left, and give the exit code.

    Raises:
        UsageError: something is wrong that is known before any request.
    """
    application = _application()
    language = Language(application)
    language.use(early_choice(paths.data_paths().settings))
    if not plan.sandbox and _handed_over(plan):
        return 0
    with ExitStack() as stack:
        trial = _open_trial(plan, stack)
        front = Front(plan, application, language, data=_prepare_data(trial), trial=trial)
        stack.callback(front.decoder.close)
        front.show()
        FirstPaint(front.window).wait()
        from uploader_gui.windowed import program  # noqa: PLC0415 - loaded once the window stands

        return program.run(plan, front, stack)


def _application() -> Application:
    application = Application(sys.argv[:1])
    application.setApplicationName("uploader-gui")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("uploader-gui")
    application.setWindowIcon(QIcon(str(find_resource("icon.svg"))))
    application.setQuitOnLastWindowClosed(False)
    return application


def _open_trial(plan: Plan, stack: ExitStack) -> Trial | None:
    if not plan.sandbox:
        return None
    from uploader_gui.trial import Trial  # noqa: PLC0415 - only where it is asked for

    return stack.enter_context(Trial())


def _prepare_data(trial: Trial | None) -> DataPaths:
    data = trial.paths if trial else paths.data_paths()
    try:
        paths.prepare(data)
    except paths.UnwritableError as error:
        raise UsageError(str(error)) from error
    return data


def _handed_over(plan: Plan) -> bool:
    """Hand everything to the window already open on this data folder, if there is one."""
    from uploader_gui.terminal import Lines  # noqa: PLC0415 - hardly ever needed

    folder = paths.data_paths().folder
    if not hand_over(folder, _handover(plan)):
        return False
    if plan.report is not None:
        raise UsageError(Lines.WINDOW_OPEN.text)
    tell(Lines.HANDED_OVER.text)
    return True


def _handover(plan: Plan) -> Handover:
    """Whoever wants a receipt gets none from another start's window: then it is only called forward."""
    if plan.report is not None:
        return Handover(())
    return Handover(plan.paths, plan.anomaly_id, plan.start, again=plan.again, convert=plan.convert, zip=plan.zip)
