"""What the last window left is there as soon as the next one stands, before anything else is loaded; not in a trial."""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from uploader_gui.app import FirstWindow
from uploader_gui.command_line import LaunchOptions
from uploader_gui.engine.events import AnomalyLookedUp, Lookup
from uploader_gui.engine.options import AddOptions
from uploader_gui.gui.drop.add_files import EntryCounts
from uploader_gui.gui.window.finish import Finish
from uploader_gui.gui.window.window_memory import KeptPath, WindowMemory
from uploader_gui.paths import DataPaths
from uploader_gui.platform.application import Language
from uploader_gui.sandbox_session import SandboxSession

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture(params=["register", "trial"])
def first(request: pytest.FixtureRequest, qapp: QApplication, tmp_path: Path) -> Iterator[FirstWindow]:
    data = DataPaths(tmp_path)
    memory = WindowMemory(data.window)
    memory.remember("4217")
    memory.keep([KeptPath(Path("/b.jpg"), options=AddOptions(again=True))])
    memory.keep_finish(Finish(time.time(), "4217", 2))
    memory.until_saved()
    application: Any = qapp  # only macOS needs a class of our own
    with SandboxSession() if request.param == "trial" else nullcontext() as trial:
        made = FirstWindow(LaunchOptions(), application, Language(qapp), data=data, trial=trial, instance=None)
        made.show()
        yield made
        made.window.hide()
        made.window.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_numbers_files_and_the_end_nobody_saw_are_there_at_once_but_not_in_a_trial(first: FirstWindow) -> None:
    window = first.window
    window.number.handle(AnomalyLookedUp("4217", Lookup.KNOWN))
    is_trial = first.trial is not None
    assert window.header.field.recent == ([] if is_trial else ["4217"])
    assert window.number.is_doubtful("4217") is is_trial  # known, and used before
    assert window.add_files.kept == (None if is_trial else EntryCounts(files=1, folders=0))
    assert window.body.finish.isVisible() is not is_trial
    window.add_files.keep([Path("/c.jpg")])  # as “Open with” brings it on a Mac
    assert Path("/c.jpg") in [one.path for one in WindowMemory(first.data.window).kept]
    assert not first.is_closed
    window.exit_requested.emit()
    assert first.is_closed
