"""A second start hands its files to the first window."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent

from uploader_gui.single_instance import FirstInstance, Handover, decoded, encoded, hand_over

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SECOND_START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from uploader_gui.single_instance import Handover, hand_over
QCoreApplication([])
sys.exit(0 if hand_over(Path(sys.argv[1]), Handover(tuple(map(Path, sys.argv[2:])), "4217", True)) else 1)
"""


def test_without_a_first_window_nothing_is_handed_over(qtbot: QtBot, tmp_path: Path) -> None:
    assert not hand_over(tmp_path, Handover((Path("a.jpg"),)))


def test_the_first_window_hears_of_files_anomaly_and_start(qtbot: QtBot, tmp_path: Path) -> None:
    first = FirstInstance(tmp_path)
    with qtbot.waitSignal(first.handed_over, timeout=60_000) as heard:
        second = subprocess.Popen([sys.executable, "-c", SECOND_START, tmp_path, "/evidence/é 1.jpg", "b.pdf"])
    assert heard.args == [Handover((Path("/evidence/é 1.jpg"), Path.cwd() / "b.pdf"), "4217", start=True)]
    assert second.wait(60) == 0
    first.close()
    del first  # nothing of the connection may be left that Qt would delete once more
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_second_start_leaves_with_one_sentence(qtbot: QtBot, person: Path) -> None:
    first = FirstInstance(person / "data")
    with qtbot.waitSignal(first.handed_over, timeout=60_000):
        second = subprocess.Popen([sys.executable, "-m", "uploader_gui"], stderr=subprocess.PIPE, text=True)
    _, told = second.communicate(timeout=60)
    assert second.returncode == 0
    assert told.startswith("uploader-gui: ")
    assert len(told.splitlines()) == 1
    first.close()


def test_another_data_folder_is_another_program(qtbot: QtBot, tmp_path: Path) -> None:
    first = FirstInstance(tmp_path / "one")
    assert not hand_over(tmp_path / "two", Handover(()))
    first.close()


def test_undecodable_names_arrive_as_they_are() -> None:
    path = Path(os.fsdecode(b"/evidence/\xe9t\xe9.jpg"))
    line = encoded(Handover((path,)))
    assert line.endswith(b"\n")
    assert decoded(line) == Handover((path,))


def test_what_is_wanted_for_the_files_arrives_with_them() -> None:
    wanted = Handover((Path("/evidence/a.heic"),), "4217", start=True, again=True, convert=True, zip=True)
    assert decoded(encoded(wanted)) == wanted


def test_a_start_of_an_earlier_version_wants_nothing_special() -> None:
    line = b'{"paths": ["/a.jpg"], "anomaly_id": "4217", "start": false}\n'
    assert decoded(line) == Handover((Path("/a.jpg"),), "4217")


@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_nonsense_is_nobodys_handover(line: bytes) -> None:
    assert decoded(line) is None or b'"paths"' in line
