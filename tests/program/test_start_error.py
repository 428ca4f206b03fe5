"""Why no window opens is told in a box, to a person who did not start the program from a terminal."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from uploader_gui import app
from uploader_gui.command_line import LaunchOptions
from uploader_gui.platform.application import Application, show_until_closed
from uploader_gui.platform.process import INTERRUPTS, hold_interrupts


@pytest.fixture(autouse=True)
def _interrupts_are_held(qapp: QApplication) -> Iterator[None]:
    del qapp
    before = {number: signal.getsignal(number) for number in INTERRUPTS}
    hold_interrupts()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def press_ok(box: QMessageBox) -> None:
    box.button(QMessageBox.StandardButton.Ok).click()


def interrupt(box: QMessageBox) -> None:
    del box
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("end", [press_ok, interrupt])
def test_the_box_shows_plain_text_until_it_is_closed_or_the_program_is_to_leave(
    end: Callable[[QMessageBox], None],
) -> None:
    shown: list[str] = []

    def look() -> None:
        box = next(one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox) and one.isVisible())
        shown.append(box.text())
        end(box)

    QTimer.singleShot(0, look)
    show_until_closed("Cannot write to <b>there</b>.")
    assert shown == ["Cannot write to <b>there</b>."]
    assert not any(isinstance(one, QMessageBox) and one.isVisible() for one in QApplication.topLevelWidgets())


def test_where_nobody_sees_it_there_is_none() -> None:
    assert not Application.has_display()  # offscreen
    app.show_start_error(LaunchOptions(), "cannot write.")
