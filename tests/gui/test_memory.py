"""What the window remembers: its place, the anomalies that got files last; and the caret that lets it rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import Window
from uploader_gui.gui.window.anomaly_field import CalmCaret
from uploader_gui.gui.window.window_memory import WindowMemory


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


def test_the_window_comes_back_where_it_was(ini: Path, qtbot: QtBot) -> None:
    before, after = QWidget(), QWidget()
    for widget in (before, after):
        qtbot.addWidget(widget)
    before.setGeometry(QRect(40, 60, 700, 500))
    WindowMemory(ini).save(before)
    WindowMemory(ini).restore(after)
    assert after.geometry() == QRect(40, 60, 700, 500)


def test_the_first_time_the_window_fits_its_screen(ini: Path, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    room = widget.screen().availableGeometry()
    widget.resize(room.width() + 200, room.height() + 100)
    WindowMemory(ini).restore(widget)
    assert room.width() - 20 < widget.width() < room.width()
    assert room.height() - 60 < widget.height() < room.height()


def test_the_last_eight_anomalies_are_kept_the_newest_first(ini: Path) -> None:
    memory = WindowMemory(ini)
    for number in range(12):
        memory.remember(f"A-{number}")
    memory.remember("A-9")
    assert "A-9 A-11" in ini.read_text()  # though the program may be killed now
    assert WindowMemory(ini).anomalies == ["A-9", "A-11", "A-10", "A-8", "A-7", "A-6", "A-5", "A-4"]


@pytest.mark.parametrize("content", ["", "nonsense", "[anomalies]\nrecent=../x 4217 é\n", "[window]\nplace=7\n"])
def test_a_damaged_memory_is_forgotten(ini: Path, content: str, qtbot: QtBot) -> None:
    ini.write_text(content, "utf-8")
    widget = QWidget()
    qtbot.addWidget(widget)
    memory = WindowMemory(ini)
    memory.restore(widget)
    assert memory.anomalies in ([], ["4217"])


def test_files_make_an_anomaly_worth_remembering(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    with qtbot.waitSignal(window.anomaly_used) as used:
        window.add_files.add([Path("/a.jpg")])
    assert used.args == ["4217"]
    with qtbot.waitSignal(window.anomaly_used) as used:
        window.add_files.add_to("77", [Path("/b.jpg")])
    assert used.args == ["77"]


def test_the_key_down_offers_what_was_used_last(window: Window, qtbot: QtBot) -> None:
    field = window.header.field
    field.offer(["4217", "DEMO-1"])
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    popup = field.completer().popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    assert [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())] == ["4217", "DEMO-1"]
    assert field.text() == ""
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert field.anomaly_id in {"4217", "DEMO-1"}


def test_with_a_memory_there_is_an_arrow_and_typing_offers_but_never_completes_by_itself(window: Window) -> None:
    arrow = window.header.field.actions()[-1]
    assert not arrow.isVisible()
    window.header.field.offer(["4217"])
    assert arrow.isVisible()
    field = window.header.field
    field.offer(["4217"])
    field.setFocus()
    QTest.keyClicks(field, "42")
    assert field.anomaly_id == "42"
    popup = field.completer().popup()
    assert popup is not None
    popup.hide()


@pytest.fixture
def usual(qapp: QApplication) -> Iterator[int]:
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(1060)
    yield 1060
    qapp.setCursorFlashTime(before)


def test_a_caret_rests_after_the_last_key_and_blinks_again_with_the_next_one(usual: int, qtbot: QtBot) -> None:
    pair = QWidget()
    field, other = QLineEdit(), QLineEdit()
    column = QVBoxLayout(pair)
    column.addWidget(field)
    column.addWidget(other)
    qtbot.addWidget(pair)
    CalmCaret(field, rest_ms=20)
    with qtbot.waitExposed(pair):
        pair.show()
    field.setFocus()
    qtbot.waitUntil(lambda: QApplication.cursorFlashTime() == 0)
    blinked: list[int] = []
    QApplication.styleHints().cursorFlashTimeChanged.connect(blinked.append)
    QTest.keyClicks(field, "4")
    qtbot.waitUntil(lambda: QApplication.cursorFlashTime() == 0 and usual in blinked)
    CalmCaret(other, rest_ms=20)  # while the first one rests, as in a dialog that opens
    other.setFocus()
    assert QApplication.cursorFlashTime() == usual
    qtbot.waitUntil(lambda: QApplication.cursorFlashTime() == 0)
    field.setFocus()
    assert QApplication.cursorFlashTime() == usual
