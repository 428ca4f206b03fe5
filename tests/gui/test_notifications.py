"""Everyday manners: closing asks, sending goes on in the background, the end is told once, the machine stays awake."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.fake_desktop import FakeDesktop
from tests.gui.fake_engine import LEFT, MB, REST, RUNNING, FakeEngine, S, Window, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    Event,
    Progress,
    QueueIdle,
    QueueStatus,
    SignInRequired,
    Totals,
    UploadProgress,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
)
from uploader_gui.engine.models import Reason, UploadId
from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
from uploader_gui.gui.taskbar_and_notifications import DesktopPolicy, IconMenu

IDLE = QueueIdle(Totals())


@pytest.fixture
def desktop() -> FakeDesktop:
    return FakeDesktop()


@pytest.fixture
def manners(window: Window, engine: FakeEngine, desktop: FakeDesktop) -> DesktopPolicy:
    return DesktopPolicy(window, engine, desktop)


def asked(window: Window) -> LeaveDialog:
    window.close()
    dialog = window.findChildren(LeaveDialog)[-1]
    assert isinstance(dialog, LeaveDialog)
    return dialog


def send(engine: FakeEngine, *names: str) -> None:
    engine.tell(UploadsAdded(tuple(upload(name, S.UPLOADING) for name in names)), RUNNING)


def end(engine: FakeEngine, **states: S) -> None:
    codes = {S.FAILED: Code.MISSING, S.REFUSED: Code.TYPE_NOT_ACCEPTED}
    engine.tell(UploadsChanged(tuple(upload(name, state, codes.get(state)) for name, state in states.items())))
    engine.tell(REST, IDLE)


def test_closing_while_files_are_sent_offers_three_ways(window: Window, qtbot: QtBot) -> None:
    send(window.engine, "a")
    for choice, signal in (("background", window.background_wanted), ("stop", window.exit_requested)):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(getattr(asked(window), choice), LEFT)
    with qtbot.assertNotEmitted(window.exit_requested), qtbot.assertNotEmitted(window.background_wanted):
        assert asked(window).stay.text() == "Stay here"  # “Cancel” alone could be meant for the files
        QTest.mouseClick(asked(window).stay, LEFT)
        QTest.keyClick(asked(window), Qt.Key.Key_Escape)
    assert window.isVisible()


def test_closing_twice_asks_once_and_enter_keeps_sending_in_the_background(window: Window, qtbot: QtBot) -> None:
    send(window.engine, "a")
    dialog = asked(window)
    window.close()
    assert len(window.findChildren(LeaveDialog)) == 1
    with qtbot.waitSignal(window.background_wanted):
        QTest.keyClick(dialog, Qt.Key.Key_Return)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_key_presses_the_button_that_has_the_focus(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    send(window.engine, "a")
    dialog = asked(window)
    dialog.stop.setFocus()
    with qtbot.assertNotEmitted(window.background_wanted), qtbot.waitSignal(window.exit_requested):
        QTest.keyClick(dialog.stop, key)


def test_in_the_background_the_window_is_gone_and_an_icon_says_how_many_are_left(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop
) -> None:
    send(window.engine, "a", "b")
    manners.go_to_background()
    assert not window.isVisible()
    assert desktop.icon == "2 files still to send to anomaly 4217"
    assert desktop.notifications == [("Sending goes on in the background", "Open the program again to see the files.")]
    manners.come_back()
    assert window.isVisible()
    assert desktop.icon == ""
    window.tell(UploadsAdded((upload("c", S.UPLOADED, anomaly_id="5001"),)))
    manners.go_to_background()
    assert desktop.icon == "2 files still to send to anomaly 4217"


def test_the_background_ends_by_itself_when_all_is_sent(
    engine: FakeEngine, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    send(engine, "a", "b")
    manners.go_to_background()
    with qtbot.waitSignal(manners.leave_wanted):
        end(engine, a=S.UPLOADED, b=S.UPLOADED)
    assert desktop.notifications[-1] == ("2 files attached to anomaly 4217", "2 files uploaded")


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ({"a": S.UPLOADED, "b": S.CANCELLED}, [("1 file attached to anomaly 4217", "1 file uploaded, 1 cancelled")]),
        ({"a": S.CANCELLED, "b": S.CANCELLED}, []),
    ],
)
def test_what_was_cancelled_is_not_said_to_be_sent(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, states: dict[str, S], told: list[tuple[str, str]]
) -> None:
    send(window.engine, "a", "b")
    window.hide()
    end(window.engine, **states)
    assert desktop.notifications == told


def test_of_several_anomalies_all_is_sent_only_where_nothing_was_cancelled(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop
) -> None:
    window.hide()
    for last, title in ((S.CANCELLED, "1 file sent"), (S.SKIPPED, "All files are sent")):
        window.tell(UploadsAdded((upload("a", S.UPLOADED), upload("b", last, anomaly_id="5001"))), REST, IDLE)
        assert desktop.notifications[-1][0] == title


def test_the_last_word_can_be_read_and_who_comes_back_meanwhile_is_not_left(
    engine: FakeEngine, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    desktop.reading_ms = 1
    send(engine, "a")
    manners.go_to_background()
    end(engine, a=S.UPLOADED)
    with qtbot.assertNotEmitted(manners.leave_wanted, wait=50):
        manners.come_back()


def test_coming_back_a_minimized_window_stands_open(window: Window, manners: DesktopPolicy, qtbot: QtBot) -> None:
    window.showMinimized()
    qtbot.waitUntil(window.isMinimized)
    manners.come_back()
    assert not window.isMinimized()
    assert window.isVisible()


def test_what_needs_a_person_brings_the_window_back(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    send(window.engine, "a", "b")
    manners.go_to_background()
    with qtbot.assertNotEmitted(manners.leave_wanted):
        end(window.engine, a=S.UPLOADED, b=S.FAILED)
    assert window.isVisible()
    assert desktop.notifications[-1] == ("1 file failed – anomaly 4217", "1 file uploaded, 1 failed")
    manners.go_to_background()
    window.tell(SignInRequired())
    assert window.isVisible()
    assert desktop.notifications[-1] == ("Sign in to go on", "")


def test_the_background_chosen_after_everything_has_arrived_ends_the_program(
    window: Window, manners: DesktopPolicy, qtbot: QtBot
) -> None:
    send(window.engine, "a")
    end(window.engine, a=S.UPLOADED)
    with qtbot.waitSignal(manners.leave_wanted):
        window.background_wanted.emit()


@pytest.mark.parametrize("state", [S.FAILED, S.REFUSED])
def test_the_background_chosen_when_only_what_needs_a_person_is_left_hides_nothing(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot, state: S
) -> None:
    send(window.engine, "a")
    end(window.engine, a=state)
    with qtbot.assertNotEmitted(manners.leave_wanted):
        window.background_wanted.emit()
    assert window.isVisible()
    assert desktop.icon == ""


NEEDS_SOMEBODY = {
    "paused": [REST],
    "signed out": [QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))],
    "the disk is full": [QueueStatus(running=True, conditions=frozenset({Condition.JOURNAL}))],
    "the engine broke": [EngineFailed(Reason(Code.INTERNAL_ERROR))],
    "the tokens are refused": [SignInRequired()],
    "another engine begins, and waits for Start": [UploadsRemoved((UploadId("a"),), kept=True), REST],
    "nothing is left, and no word of the end": [UploadsChanged((upload("a", S.UPLOADED),)), REST],
    "nothing is left, though it runs": [UploadsChanged((upload("a", S.UPLOADED),))],
    "it ended, and a file failed": [UploadsChanged((upload("a", S.FAILED),)), REST, IDLE],
}


@pytest.mark.parametrize("events", NEEDS_SOMEBODY.values(), ids=list(NEEDS_SOMEBODY))
def test_hidden_it_comes_back_where_nothing_goes_on_by_itself(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot, events: list[Event]
) -> None:
    send(window.engine, "a")
    manners.go_to_background()
    assert not window.isVisible()
    with qtbot.assertNotEmitted(manners.leave_wanted):
        window.tell(*events)
        qtbot.waitUntil(window.isVisible)
    assert desktop.icon == ""


def test_hidden_it_comes_back_at_once_where_what_arrived_cannot_be_saved(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop
) -> None:
    send(window.engine, "a")
    manners.go_to_background()
    window.tell(UploadsChanged((upload("a", S.UPLOADED),)))
    window.tell(QueueStatus(running=True, conditions=frozenset({Condition.JOURNAL})))
    assert window.isVisible()
    assert desktop.notifications[-1][0] == "Some files need your attention"


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
def test_hidden_it_stays_so_while_it_goes_on_by_itself_and_ends_then(
    window: Window, manners: DesktopPolicy, qtbot: QtBot, condition: Condition
) -> None:
    send(window.engine, "a")
    manners.go_to_background()
    window.tell(QueueStatus(running=True, conditions=frozenset({condition})))
    assert not window.isVisible()
    window.tell(UploadsAdded((upload("b"),)), RUNNING)
    assert not window.isVisible()
    with qtbot.waitSignal(manners.leave_wanted):
        end(window.engine, a=S.UPLOADED, b=S.UPLOADED)
    assert not window.isVisible()


def test_hidden_it_comes_back_for_files_that_wait_for_a_number(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    send(window.engine, "a")
    window.add_files.keep([Path("/photos/kept.jpg")])
    manners.go_to_background()
    with qtbot.assertNotEmitted(manners.leave_wanted):
        end(window.engine, a=S.UPLOADED)
    assert window.isVisible()
    assert desktop.notifications[-1] == (
        "Some files need your attention",
        "1 file uploaded, 1 file waits for the number.",
    )


def test_files_that_come_while_the_last_word_is_read_keep_it_from_leaving(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    desktop.reading_ms = 1
    send(window.engine, "a")
    manners.go_to_background()
    with qtbot.assertNotEmitted(manners.leave_wanted):
        end(window.engine, a=S.UPLOADED)
        window.tell(UploadsAdded((upload("b"),)))
        qtbot.waitUntil(window.isVisible)  # they wait for Start


def test_files_that_are_sent_while_the_last_word_is_read_are_sent_to_their_end_first(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    desktop.reading_ms = 1
    send(window.engine, "a")
    manners.go_to_background()
    end(window.engine, a=S.UPLOADED)
    with qtbot.assertNotEmitted(manners.leave_wanted, wait=100):
        window.tell(RUNNING)
        send(window.engine, "b")
    assert not window.isVisible()
    assert desktop.icon == "1 file still to send to anomaly 4217"
    with qtbot.waitSignal(manners.leave_wanted):
        end(window.engine, b=S.UPLOADED)


def test_the_end_is_told_only_to_who_looks_elsewhere(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    send(window.engine, "a")
    end(window.engine, a=S.UPLOADED)
    assert desktop.notifications == []
    window.hide()
    send(window.engine, "b")
    with qtbot.assertNotEmitted(manners.leave_wanted):
        end(window.engine, b=S.REFUSED)
    assert desktop.notifications == [("Some files need your attention", "1 file uploaded, 1 refused")]
    window.show()
    desktop.show_icon("where it is what shows notifications")
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert desktop.icon == ""


def test_who_has_a_dialog_of_ours_open_looks_at_the_program(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop, qtbot: QtBot
) -> None:
    send(window.engine, "a")
    dialog = window.dialogs.guide("first-deposit")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    end(window.engine, a=S.UPLOADED)
    assert desktop.notifications == []


@pytest.mark.parametrize(
    ("status", "awake"),
    [
        (RUNNING, True),
        (REST, False),
        (QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE})), True),
        (QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN})), False),
        (QueueStatus(running=True, conditions=frozenset({Condition.JOURNAL})), False),
    ],
)
def test_the_machine_stays_awake_only_while_bytes_are_pending(
    engine: FakeEngine, manners: DesktopPolicy, desktop: FakeDesktop, status: QueueStatus, *, awake: bool
) -> None:
    send(engine, "a")
    engine.tell(status)
    assert desktop.awake is awake
    end(engine, a=S.UPLOADED)
    assert not desktop.awake


def test_the_machine_stays_awake_while_a_folder_is_searched_to_be_sent_and_once_an_engine_works_again(
    engine: FakeEngine, manners: DesktopPolicy, desktop: FakeDesktop
) -> None:
    for walking in (True, False):
        engine.tell(QueueStatus(running=True, walking=walking))
        assert desktop.awake is walking
    send(engine, "a")
    engine.tell(EngineFailed(Reason(Code.JOURNAL)))
    assert not desktop.awake
    engine.tell(RUNNING)
    assert desktop.awake


def test_the_taskbar_shows_progress_and_none_at_rest(
    window: Window, manners: DesktopPolicy, desktop: FakeDesktop
) -> None:
    send(window.engine, "a", "b")
    assert desktop.progress == [(0.0, 2)]
    window.tell(Progress((UploadProgress(UploadId("a"), MB // 2, 1.0),), Totals()))
    window.model.flush()
    assert desktop.progress[-1] == (0.25, 2)
    shown = len(desktop.progress)
    window.tell(Progress((UploadProgress(UploadId("a"), MB // 2 + 1, 1.0),), Totals()))
    window.model.flush()
    assert len(desktop.progress) == shown  # nobody could see the difference
    end(window.engine, a=S.UPLOADED, b=S.UPLOADED)
    last: tuple[float | None, int] = desktop.progress[-1]
    assert last == (None, 0)


@pytest.mark.parametrize(("entry", "heard"), [("Show the window", ["show"]), ("Stop and resume next time", ["stop"])])
def test_each_entry_of_the_icon_s_menu_does_what_it_says(window: Window, entry: str, heard: list[str]) -> None:
    told: list[str] = []
    window.background_wanted.connect(lambda: told.append("show"))
    window.exit_requested.connect(lambda: told.append("stop"))
    menu = IconMenu(window, show=window.background_wanted, stop=window.exit_requested)
    next(action for action in menu.actions() if action.text() == entry).trigger()
    assert told == heard
