"""Files kept for a number: they are there again at the next start, and a person can let go of them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.dragging import drop, offering
from tests.gui.fake_engine import LEFT, RUNNING, Window, upload
from uploader_gui.engine.events import UploadsAdded
from uploader_gui.engine.models import Treatment, UploadState
from uploader_gui.engine.options import AddOptions, Choices
from uploader_gui.gui.window.window_memory import KeptPath, WindowMemory, decoded, encoded

WISHED = AddOptions(again=True, choices=Choices(Treatment.CONVERT, Treatment.ZIP))
ODD = ("/photos/a, b;%c=[d].jpg", "/photos/étage \n\t\\.jpg", "/photos/🙂.jpg", os.fsdecode(b"/photos/\xff\xfe.jpg"))


def test_odd_names_and_wishes_survive_in_the_window_s_memory(tmp_path: Path) -> None:
    kept = [
        KeptPath(Path(name), is_folder=not at, options=WISHED if at else AddOptions()) for at, name in enumerate(ODD)
    ]
    memory = WindowMemory(tmp_path / "window.ini")
    assert memory.keep(kept)
    assert "photos" in (tmp_path / "window.ini").read_text()  # though the program may be killed now
    assert WindowMemory(tmp_path / "window.ini").kept == kept
    assert WindowMemory(tmp_path / "window.ini").keep([])
    assert WindowMemory(tmp_path / "window.ini").kept == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[", "[7]", '[{"path": "a"}]', encoded([KeptPath(Path("relative"))]), "[" * 100_000]
)
def test_what_is_wrong_in_the_memory_is_forgotten(text: str) -> None:
    assert decoded(text) == []


def test_a_memory_that_cannot_be_written_is_told_and_no_longer_once_it_can(tmp_path: Path) -> None:
    (tmp_path / "window.ini").mkdir()
    memory = WindowMemory(tmp_path / "window.ini")
    assert not memory.keep([KeptPath(Path("/photos/a.jpg"))])
    (tmp_path / "window.ini").rmdir()
    assert memory.keep([KeptPath(Path("/photos/b.jpg"))])
    assert WindowMemory(tmp_path / "window.ini").kept == [KeptPath(Path("/photos/b.jpg"))]


def test_what_was_kept_is_kept_again_and_goes_to_the_number_with_its_wishes(window: Window, qtbot: QtBot) -> None:
    window.add_files.restore([KeptPath(Path("/photos"), is_folder=True), KeptPath(Path("/b.jpg"), options=WISHED)])
    assert window.header.hint.text() == "2 files and folders wait for the number."
    with qtbot.waitSignal(window.add_files.kept_changed) as told:
        QTest.keyClicks(window.header.field, "4217\r")
    assert told.args == [[]]
    assert window.engine.added == [([Path("/photos")], "4217"), ([Path("/b.jpg")], "4217")]
    assert window.engine.add_options == [AddOptions(), WISHED]


def test_each_change_of_what_is_kept_is_told_also_that_a_person_lets_go_of_it(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.add_files.kept_changed) as told:
        window.add_files.add([Path("/photos/a.jpg")], WISHED)
    assert told.args == [[KeptPath(Path("/photos/a.jpg"), options=WISHED)]]
    assert window.header.forget_kept.text() == "Do not add"
    with qtbot.waitSignal(window.add_files.kept_changed) as told:
        QTest.mouseClick(window.header.forget_kept, LEFT)
    assert told.args == [[]]
    assert not window.header.forget_kept.isVisible()
    assert not window.header.hint.isVisible()
    with qtbot.waitSignal(window.exit_requested):
        window.close()


def test_what_is_kept_goes_to_a_link_s_number_once_that_is_confirmed(window: Window) -> None:
    sending = replace(upload("a"), anomaly_id="1", state=UploadState.UPLOADING)
    window.tell(UploadsAdded((sending,)), RUNNING)
    window.add_files.add([Path("/b.jpg")])
    window.open_link("4217")
    assert window.engine.added == []
    QTest.mouseClick(window.header.add_kept, LEFT)
    window.add_files.add([Path("/c.jpg")])
    assert window.engine.added == [([Path("/b.jpg")], "4217"), ([Path("/c.jpg")], "4217")]


@pytest.mark.parametrize(
    ("signal", "format_", "promised"),
    [
        ("picture_given", "image/png", 0),
        ("portal_given", "application/vnd.portal.filetransfer", 0),
        ("virtual_given", "", 1),
    ],
)
def test_only_what_comes_first_after_a_link_waits_until_its_number_is_confirmed(
    window: Window, qtbot: QtBot, signal: str, format_: str, promised: int
) -> None:
    window.tell(UploadsAdded((upload("a", UploadState.UPLOADING),)), RUNNING)
    window.add_files.promises = lambda: ((), promised)
    window.open_link("4218")
    for shown in ("", "4218"):
        with qtbot.waitSignal(getattr(window, signal, None) or getattr(window.add_files, signal)) as told:
            drop(window, offering(format_, b"2158") if format_ else QMimeData())
        assert told.args is not None
        assert told.args[1] == shown


def test_nothing_goes_to_a_number_that_was_only_typed(window: Window) -> None:
    window.add_files.add([Path("/b.jpg")])
    window.header.field.setFocus()
    QTest.keyClicks(window.header.field, "421")
    window.view.setFocus()
    window.header.field.clearFocus()
    assert window.engine.added == []
