"""For five seconds Start can be undone where the number is new, unchecked or from a link: nothing is registered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, REST, RUNNING, FakeEngine, upload
from uploader_gui.engine.events import AnomalyLookedUp, Lookup, QueueStatus, Resumed, UploadsAdded, UploadsRemoved
from uploader_gui.engine.models import UploadId
from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.window.anomaly_field import HOLD_SECONDS
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, use_language

WAITING = UploadsAdded((upload("a.jpg"), upload("b.jpg", order=1)))
KNOWN = AnomalyLookedUp("4217", Lookup.KNOWN, "4217", "Fire door")
UNCHECKED = AnomalyLookedUp("4217", Lookup.UNCHECKED)
STARTED: list[tuple[str, Any]] = [("start", None)]


@pytest.fixture
def held(window: MainWindow, engine: FakeEngine) -> MainWindow:
    """A window with two files for a new number, which holds a start as long as it does for a person."""
    window.held_start.seconds = HOLD_SECONDS
    window.set_anomaly("4217")
    engine.tell(WAITING)
    return window


def press(window: MainWindow) -> None:
    QTest.mouseClick(window.footer.primary, LEFT)


def is_held(window: MainWindow) -> bool:
    return window.footer.primary_action is FooterAction.UNDO_START


def pass_quickly(window: MainWindow) -> None:
    window.held_start.seconds = 1


def test_for_five_seconds_the_button_undoes_the_start_and_the_line_counts_down(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    assert HOLD_SECONDS == 5
    press(held)
    assert held.footer.primary.text() == "Undo"
    assert held.footer.below.text().replace("\u00a0", " ") == "Nothing is registered yet. Sending begins in 5 s."
    qtbot.waitUntil(lambda: "4\u00a0s" in held.footer.below.text())
    engine.tell(REST)  # the counts are shown again
    assert held.footer.primary.text() == "Undo"
    press(held)
    assert (held.footer.primary.text(), held.footer.below.text()) == ("Send 2 files to 4217", "")
    assert engine.calls == []


def test_in_french_it_is_said_too(held: MainWindow) -> None:
    use_language(FRENCH)
    press(held)
    assert held.footer.primary.text() == "Annuler l’envoi"
    assert "dans 5" in held.footer.below.text()


def test_afterwards_it_starts_and_the_next_start_to_this_number_is_not_held(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    pass_quickly(held)
    press(held)
    assert engine.calls == []
    qtbot.waitUntil(lambda: engine.calls == STARTED)
    press(held)
    assert engine.calls == STARTED * 2


def test_a_start_that_was_undone_is_held_again(held: MainWindow, engine: FakeEngine) -> None:
    for _ in range(2):
        press(held)
        assert is_held(held)
        QTest.keyClick(held, Qt.Key.Key_Return, CTRL)
        assert not is_held(held)
        assert not any(one.isActive() for one in held.held_start.findChildren(QTimer))  # nothing starts later
    assert engine.calls == []


def used_and_known(window: MainWindow) -> None:
    window.number.note_used(["4217"])
    window.number.handle(KNOWN)


def used_and_unchecked(window: MainWindow) -> None:
    window.number.note_used(["4217"])
    window.number.handle(UNCHECKED)


def new_and_known(window: MainWindow) -> None:
    window.number.handle(KNOWN)


def known_from_a_link(window: MainWindow) -> None:
    used_and_known(window)
    window.open_link("4217")


def new_after_start_option(window: MainWindow) -> None:
    window.started = True


def new_where_drops_are_sent_at_once(window: MainWindow) -> None:
    window.sends_when_dropped = True


@pytest.mark.parametrize(
    ("case", "holds"),
    [
        (used_and_known, False),
        (used_and_unchecked, True),
        (new_and_known, True),
        (known_from_a_link, True),
        (new_after_start_option, False),
        (new_where_drops_are_sent_at_once, False),
    ],
)
def test_only_a_number_that_is_new_unchecked_or_from_a_link_is_held(
    held: MainWindow, engine: FakeEngine, case: Callable[[MainWindow], None], *, holds: bool
) -> None:
    case(held)
    press(held)
    assert (is_held(held), engine.calls) == (holds, [] if holds else STARTED)
    if not holds:  # nor is its next start, whatever becomes of the register
        held.started = held.sends_when_dropped = False
        held.number.handle(UNCHECKED)
        press(held)
        assert (is_held(held), engine.calls) == (False, STARTED * 2)


def test_a_link_to_a_number_that_was_started_before_is_held_again(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    pass_quickly(held)
    press(held)
    qtbot.waitUntil(lambda: engine.calls == STARTED)
    held.open_link("4217")
    press(held)
    assert is_held(held)


def test_what_comes_meanwhile_for_another_doubtful_number_is_held_in_its_turn(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    pass_quickly(held)
    press(held)
    engine.tell(UploadsAdded((upload("c.jpg", anomaly_id="5001", order=2),)))
    with qtbot.waitSignal(held.held_start.over):
        pass
    assert (is_held(held), engine.calls) == (True, [])
    qtbot.waitUntil(lambda: engine.calls == STARTED)


def test_a_number_found_to_be_unknown_meanwhile_is_asked_about(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    pass_quickly(held)
    press(held)
    engine.tell(AnomalyLookedUp("4217", Lookup.UNKNOWN))
    qtbot.waitUntil(lambda: bool(held.findChildren(QMessageBox)))
    assert engine.calls == []


@pytest.mark.parametrize("end", ["nothing is left", "all is sent already", "the window is closed"])
def test_it_ends_by_itself_where_there_is_nothing_to_hold(held: MainWindow, engine: FakeEngine, end: str) -> None:
    press(held)
    engine.tell(QueueStatus(running=True, partly=True))
    assert is_held(held)  # others go, which were started before
    if end == "nothing is left":
        engine.tell(UploadsRemoved((UploadId("a.jpg"), UploadId("b.jpg"))))
    elif end == "all is sent already":
        engine.tell(RUNNING)
    else:
        held.exit_requested.emit()
    assert not is_held(held)
    assert engine.calls == []


def test_whoever_closes_meanwhile_is_asked_and_may_let_it_go_on_in_the_background_once_it_has_begun(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    pass_quickly(held)
    press(held)
    held.close()
    question = held.findChild(LeaveDialog)
    assert isinstance(question, LeaveDialog)
    assert not question.background.isVisible()
    qtbot.waitUntil(lambda: engine.calls == STARTED)
    engine.tell(RUNNING)
    assert question.background.isVisible()


def test_files_dropped_meanwhile_wait_and_resuming_after_a_pause_is_not_held(
    held: MainWindow, engine: FakeEngine
) -> None:
    press(held)
    held.add_files.add([Path("/c.jpg")])
    assert not engine.add_options[-1].start
    engine.tell(RUNNING, REST)
    assert held.footer.primary.text() == "Resume"
    press(held)
    assert engine.calls == STARTED
    engine.tell(UploadsAdded((upload("d.jpg", anomaly_id="5001", order=2),)))
    press(held)
    assert (is_held(held), engine.calls) == (True, STARTED)  # this one was never started


def test_what_an_earlier_window_left_is_held_as_well(held: MainWindow, engine: FakeEngine) -> None:
    engine.tell(Resumed((UploadId("a.jpg"),)))
    QTest.mouseClick(held.banner.button, LEFT)
    assert (is_held(held), engine.calls) == (True, [])
    (second,) = held.held_start.findChildren(QTimer)
    second.timeout.emit()
    held.commands.start()  # once more, as by the button for the others: it goes on as it is
    assert held.held_start.left == HOLD_SECONDS - 1


# Without tokens


def test_without_tokens_signing_in_comes_first_and_then_the_start_is_held(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    held.set_signed_in(SignInState(signed_in=False))
    with qtbot.waitSignal(held.sign_in_wanted):
        press(held)
    assert not is_held(held)
    with qtbot.assertNotEmitted(held.sign_in_wanted):  # it was asked
        held.set_signed_in(SignInState(signed_in=False, which=1))
        QTest.qWait(0)
    held.set_signed_in(SignInState(signed_in=True))
    qtbot.waitUntil(lambda: is_held(held))
    press(held)  # Undo: signing in once more, for another reason, starts nothing
    for signed_in in (False, True):
        held.set_signed_in(SignInState(signed_in=signed_in))
    QTest.qWait(0)
    assert (is_held(held), engine.calls) == (False, [])


def test_who_does_not_sign_in_does_not_start_by_signing_in_later(
    held: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    held.set_signed_in(SignInState(signed_in=False))
    held.sign_in_wanted.connect(lambda _: held.dialogs.sign_in(TokensKept.MEMORY))
    press(held)
    QTest.keyClick(held.dialogs.sign_in(TokensKept.MEMORY), Qt.Key.Key_Escape)
    with qtbot.waitSignal(held.number.changed):
        held.set_signed_in(SignInState(signed_in=True))
        engine.tell(KNOWN)
    QTest.qWait(0)
    assert (is_held(held), engine.calls) == (False, [])
