"""A press just after a button came to mean something else does nothing: it was aimed at what stood there before."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, RUNNING, FakeEngine, S, Window, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    Condition,
    JournalSetAside,
    QueueStatus,
    Resumed,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
)
from uploader_gui.engine.models import UploadId, UploadSnapshot
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.gui.style.theme import SETTLE_SECONDS, Theme
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.window.filter_bar import Chip

OFFLINE = QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE}))
FULL = QueueStatus(running=True, conditions=frozenset({Condition.JOURNAL}))


class Clock:
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def settle(self) -> None:
        """Let pass what a person needs to see a change."""
        self.now += SETTLE_SECONDS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(  # noqa: PLR0917 - fixtures
    engine: FakeEngine, qapp: QApplication, theme: Theme, decoder: PictureDecoder, qtbot: QtBot, clock: Clock
) -> Window:
    del theme  # it has prepared the application
    made = Window(engine, Theme(qapp, Qt.ColorScheme.Light, clock=clock), anomaly_id="4217")
    made.view.decoder = decoder
    made.held_start.seconds = 0
    qtbot.addWidget(made, before_close_func=lambda one: one.hide())
    made.show()
    qtbot.waitExposed(made)
    return made


def click(widget: QWidget, _window: Window) -> None:
    QTest.mouseClick(widget, LEFT)


def press_enter(widget: QWidget, _window: Window) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Return)


def press_space(widget: QWidget, _window: Window) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Space)


def held_return(modifiers: Qt.KeyboardModifier) -> QKeyEvent:
    """Return one of the presses by which a key that is held repeats."""
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, modifiers, "\r", True)


def press_ctrl_enter(_widget: QWidget, window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_Return, CTRL)


@pytest.mark.parametrize("press", [click, press_enter, press_space, press_ctrl_enter])
def test_the_primary_button_waits_before_it_does_what_it_newly_says(
    window: Window, clock: Clock, press: Callable[[QWidget, Window], None]
) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    clock.settle()
    window.tell(RUNNING)  # “Send” has become “Pause”
    press(window.footer.primary, window)
    assert window.engine.calls == []
    clock.settle()
    press(window.footer.primary, window)
    assert window.engine.calls == [("pause", None)]


def test_a_press_that_began_before_the_change_does_nothing_either(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    clock.settle()
    QTest.mousePress(window.footer.primary, LEFT)
    window.tell(RUNNING)
    QTest.mouseRelease(window.footer.primary, LEFT)
    assert window.engine.calls == []


def test_a_count_that_grows_while_folders_are_searched_changes_no_meaning(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    clock.settle()
    window.tell(UploadsAdded((upload("b.jpg"),)))
    assert "2" in window.footer.primary.text()
    click(window.footer.primary, window)
    assert window.engine.calls == [("start", None)]


def test_a_held_enter_presses_once_with_ctrl_and_on_the_button(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    clock.settle()
    press_ctrl_enter(window, window)
    for _ in range(3):
        QApplication.sendEvent(window, held_return(CTRL))
        QApplication.sendEvent(window.footer.primary, held_return(Qt.KeyboardModifier.NoModifier))
    assert window.engine.calls == [("start", None)]


@pytest.mark.parametrize("press", [click, press_enter, press_space])
def test_the_banners_button_waits_before_it_does_what_it_newly_says(
    window: Window, clock: Clock, press: Callable[[QWidget, Window], None]
) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)), OFFLINE)
    press(window.banner.button, window)  # the band has just appeared
    assert window.engine.calls == []
    clock.settle()
    window.tell(FULL)  # “Retry now” has become “Retry”
    press(window.banner.button, window)
    assert window.engine.calls == []
    clock.settle()
    press(window.banner.button, window)
    assert window.engine.calls == [("start", None)]


def test_a_double_click_on_close_closes_one_sentence_only(window: Window, clock: Clock) -> None:
    window.notices.warn(lambda: "Another sentence.")
    window.notices.explain(lambda: "One that the next takes the place of.")
    window.tell(JournalSetAside("/home/anna/old.sqlite3"))
    clock.settle()
    click(window.banner.button, window)
    click(window.banner.button, window)
    assert window.banner.notice is not None
    assert window.banner.notice.text == "Another sentence."


def test_a_press_that_the_band_pushed_under_the_pointer_does_not_count(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded((upload("a.jpg", S.UPLOADED), upload("b.jpg", S.FAILED, Code.DAMAGED))))
    assert window.body.finish.isVisible()
    clock.settle()
    window.tell(Resumed((UploadId("c.jpg"),), ()))
    click(window.body.finish.new_deposit, window)
    assert window.engine.calls == []


def button_of(window: Window, row: int) -> QPoint:
    index = window.view.model().index(row, Column.NAME)
    area = window.view.visualRect(index)
    layout = window.view.delegate.layout_of(area, index, active=True)
    return layout.actions[-1].area.center()


def row_fails(engine: FakeEngine) -> None:
    """“Cancel” becomes “Retry”."""
    engine.tell(UploadsChanged((upload("b.jpg", S.FAILED, Code.DAMAGED),)))


def row_above_goes(engine: FakeEngine) -> None:
    engine.tell(UploadsRemoved((UploadId("a.jpg"),)))


def band_appears(engine: FakeEngine) -> None:
    engine.tell(OFFLINE)


@pytest.mark.parametrize("change", [row_fails, row_above_goes, band_appears])
@pytest.mark.parametrize("by_key", [False, True])
def test_a_rows_button_waits_before_it_does_what_it_newly_says(
    window: Window, clock: Clock, change: Callable[[FakeEngine], None], *, by_key: bool
) -> None:
    window.tell(UploadsAdded((upload("a.jpg"), upload("b.jpg", S.UPLOADING), upload("c.jpg"))), RUNNING)
    clock.settle()
    change(window.engine)
    window.model.flush()
    QApplication.processEvents()  # the layout

    def press() -> None:
        row = _row(window, "b.jpg")
        window.view.setCurrentIndex(window.view.model().index(row, Column.NAME))
        if by_key:
            QTest.keyClick(window.view, Qt.Key.Key_Return)
        else:
            QTest.mouseClick(window.view.viewport(), LEFT, pos=button_of(window, row))

    press()
    assert window.engine.calls == []
    clock.settle()
    press()
    assert window.engine.calls == [("retry" if change is row_fails else "cancel", [UploadId("b.jpg")])]


def test_a_press_on_a_row_that_began_before_the_change_does_nothing_either(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded((upload("a.jpg", S.UPLOADING), upload("b.jpg", S.FAILED, Code.DAMAGED, order=1))))
    clock.settle()
    place = button_of(window, 1)
    QTest.mousePress(window.view.viewport(), LEFT, pos=place)
    for column in (Column.STATE, Column.ADDED):  # the row goes, and has just come back
        window.model.sort_by(column)
    QTest.mouseRelease(window.view.viewport(), LEFT, pos=place)
    assert window.engine.calls == []


def test_a_press_on_what_a_new_row_above_pushed_under_the_pointer_does_not_count(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded((upload("a.jpg"), upload("b.jpg", S.FAILED, Code.DAMAGED))))
    window.shown.show_chip(Chip.FAILED)
    clock.settle()
    window.tell(UploadsChanged((upload("a.jpg", S.FAILED, Code.DAMAGED),)))
    window.model.flush()
    for calls in ([], [("retry", [UploadId("b.jpg")])]):
        QTest.mouseClick(window.view.viewport(), LEFT, pos=button_of(window, 1))
        assert window.engine.calls == calls
        clock.settle()


def _row(window: Window, name: str) -> int:
    rows = range(window.view.model().rowCount())
    return next(row for row in rows if _snapshot(window, row).source.name == name)


def _snapshot(window: Window, row: int) -> UploadSnapshot:
    return window.model.snapshot(row)


def test_a_held_enter_removes_one_row_only(window: Window, clock: Clock) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{name}.exe", S.REFUSED, Code.EMPTY_FILE) for name in "ab")))
    clock.settle()
    window.view.setCurrentIndex(window.view.model().index(0, Column.NAME))
    QTest.keyClick(window.view, Qt.Key.Key_Return)
    QApplication.sendEvent(window.view, held_return(Qt.KeyboardModifier.NoModifier))
    assert window.engine.calls == [("remove", [UploadId("a.exe")])]
