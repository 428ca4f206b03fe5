"""A caret that blinks would be all that wakes an idle window."""

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from uploader_gui.gui.window.anomaly_field import CalmCaret


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
    other.setFocus()
    assert QApplication.cursorFlashTime() == usual
