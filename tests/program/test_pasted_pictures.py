"""A picture pasted into the window: a file of the program's own, sent, and gone once it has arrived."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.faults.running import options
from tests.gui.fake_engine import FakeEngine
from tests.program.at_once import AtOnce
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import Event, QueueIdle, UploadsAdded
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.drop.mime import Picture
from uploader_gui.gui.drop.offer import DropKind
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.paths import DataPaths
from uploader_gui.window_app.support import Support

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.leave(threading.Event())()


@pytest.fixture
def window(bridge: Bridge, qapp: QApplication, qtbot: QtBot) -> MainWindow:
    made = MainWindow(bridge, Theme(qapp, Qt.ColorScheme.Light), anomaly_id="4217")
    qtbot.addWidget(made, before_close_func=lambda one: one.hide())
    made.show()
    return made


def test_a_picture_that_cannot_be_kept_is_told(window: MainWindow, bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "captures").write_bytes(b"a person's own file")
    nothing: Any = None
    errands: Any = AtOnce()
    Support(window, bridge, data=DataPaths(tmp_path), preferences=nothing, tasks=errands)
    for picture, why in (
        (QImage(20, 10, QImage.Format.Format_RGB32), "there is one of that name already"),
        (QImage(), "it cannot be read"),
    ):
        window.picture_given.emit(Picture(picture), "4217")
        assert window.banner.isVisible()
        assert window.banner.text.text() == f"The picture could not be added: {why}"


def test_a_pasted_picture_is_sent_and_then_gone(  # noqa: PLR0917 - all that takes part
    window: MainWindow,
    bridge: Bridge,
    strict_api: StrictApi,
    scripted_storage: ScriptedStorage,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    nothing: Any = None
    tasks: Any = AtOnce()
    Support(window, bridge, data=DataPaths(tmp_path), preferences=nothing, tasks=tasks)
    bridge.run(options(tmp_path, strict_api), anomaly_id=str)
    heard: list[Event] = []
    bridge.event_arrived.connect(heard.append)
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.blue)
    window.picture_given.emit(Picture(picture), "4218")  # another one than what the window shows by now
    qtbot.waitUntil(lambda: any(isinstance(event, UploadsAdded) for event in heard), timeout=30_000)
    (path,) = (tmp_path / "captures").iterdir()
    bridge.start()
    qtbot.waitUntil(lambda: any(isinstance(event, QueueIdle) for event in heard), timeout=30_000)
    assert not path.exists()
    assert len(scripted_storage.objects) == 1
    assert [record.anomaly_id for record in strict_api.registered] == ["4218"]


class Portal(AtOnce):
    """Has the files of a sandboxed program for one key, and none for others."""

    async def in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        del call
        if arguments != ("2158",):
            raise OSError(0, "no such key")
        return [Path("/a.jpg")]


def test_what_a_sandboxed_program_gives_goes_to_the_anomaly_shown_when_it_was_dropped(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    engine, tasks, nothing = FakeEngine(), Portal(), None
    window = MainWindow(engine, Theme(qapp, Qt.ColorScheme.Light), anomaly_id="4217")
    qtbot.addWidget(window)
    Support(window, engine, data=DataPaths(tmp_path), preferences=cast("Any", nothing), tasks=cast("Any", tasks))
    window.add_files.portal_given.emit("2158", "4218")
    assert engine.added == [([Path("/a.jpg")], "4218")]
    window.add_files.portal_given.emit("2159", "4218")
    assert (len(engine.added), window.banner.text.text()) == (1, DropKind.PROMISE.advice)
