"""For five seconds Start can be undone where the number is new, unchecked or from a link: nothing is registered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, REST, RUNNING, FakeEngine, Window, found, upload
from uploader_gui.anomaly_links import AnomalyPages
from uploader_gui.engine.events import AnomalyLookedUp, Lookup, QueueStatus, Resumed, UploadsAdded, UploadsRemoved
from uploader_gui.engine.models import UploadId
from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.window.anomaly_field import HOLD_SECONDS
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, use_language

WAITING = UploadsAdded((upload("a.jpg"), upload("b.jpg", order=1)))
KNOWN = AnomalyLookedUp("4217", Lookup.KNOWN, "4217", "Fire door")
UNCHECKED = AnomalyLookedUp("4217", Lookup.UNCHECKED)
STARTED: list[tuple[str, Any]] = [("start", None)]


@pytest.fixture
def held(window: Window, engine: FakeEngine) -> Window:
    """A window with two files for a new number, which holds a start as long as it does for a person."""
    window.held_start.seconds = HOLD_SECONDS
    window.set_anomaly("4217")
    window.tell(WAITING)
    return window


def press(window: Window) -> None:
    QTest.mouseClick(window.footer.primary, LEFT)


def is_held(window: Window) -> bool:
    return window.footer.primary_action is FooterAction.UNDO_START


def pass_quickly(window: Window) -> None:
    window.held_start.seconds = 1


def test_for_five_seconds_the_button_undoes_the_start_and_the_line_counts_down(held: Window, qtbot: QtBot) -> None:
    assert HOLD_SECONDS == 5
    press(held)
    assert held.footer.primary.text() == "Undo"
    assert held.footer.below.text().replace("\u00a0", " ") == "Nothing is registered yet. Sending begins in 5 s."
    qtbot.waitUntil(lambda: "4\u00a0s" in held.footer.below.text())
    held.tell(REST)  # the counts are shown again
    assert held.footer.primary.text() == "Undo"
    press(held)
    assert (held.footer.primary.text(), held.footer.below.text()) == ("Send 2 files to 4217", "")
    assert held.engine.calls == []


def test_in_french_it_is_said_too(held: Window) -> None:
    use_language(FRENCH)
    press(held)
    assert held.footer.primary.text() == "Annuler l’envoi"
    assert "dans 5" in held.footer.below.text()


def use_another_register(window: Window) -> None:
    window.set_operator(AnomalyPages(server="https://two.example"), "")


@pytest.mark.parametrize("renew", [lambda window: window.open_link("4217"), use_another_register])
def test_afterwards_it_starts_and_the_next_start_is_not_held_but_one_from_a_link_or_to_another_register(
    held: Window, qtbot: QtBot, renew: Callable[[Window], None]
) -> None:
    held.set_operator(AnomalyPages(server="https://one.example"), "")
    pass_quickly(held)
    press(held)
    assert held.engine.calls == []
    qtbot.waitUntil(lambda: held.engine.calls == STARTED)
    press(held)
    assert held.engine.calls == STARTED * 2
    renew(held)
    press(held)
    assert is_held(held)


def test_a_start_that_was_undone_is_held_again(held: Window) -> None:
    for _ in range(2):
        press(held)
        assert is_held(held)
        QTest.keyClick(held, Qt.Key.Key_Return, CTRL)
        assert not is_held(held)
        assert not any(one.isActive() for one in held.held_start.findChildren(QTimer))  # nothing starts later
    assert held.engine.calls == []


def used_and_known(window: Window) -> None:
    window.number.note_used(["4217"])
    window.number.handle(KNOWN)


def used_and_unchecked(window: Window) -> None:
    window.number.note_used(["4217"])
    window.number.handle(UNCHECKED)


def new_and_known(window: Window) -> None:
    window.number.handle(KNOWN)


def known_from_a_link(window: Window) -> None:
    used_and_known(window)
    window.open_link("4217")


def new_after_start_option(window: Window) -> None:
    window.started = True


def new_where_drops_are_sent_at_once(window: Window) -> None:
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
    held: Window, case: Callable[[Window], None], *, holds: bool
) -> None:
    case(held)
    press(held)
    assert (is_held(held), held.engine.calls) == (holds, [] if holds else STARTED)
    if not holds:  # nor is its next start, whatever becomes of the register
        held.started = held.sends_when_dropped = False
        held.number.handle(UNCHECKED)
        press(held)
        assert (is_held(held), held.engine.calls) == (False, STARTED * 2)


def test_what_comes_meanwhile_for_another_doubtful_number_is_held_in_its_turn(held: Window, qtbot: QtBot) -> None:
    pass_quickly(held)
    press(held)
    held.tell(UploadsAdded((upload("c.jpg", anomaly_id="5001", order=2),)))
    with qtbot.waitSignal(held.held_start.over):
        pass
    assert (is_held(held), held.engine.calls) == (True, [])
    qtbot.waitUntil(lambda: held.engine.calls == STARTED)


def test_a_number_found_to_be_unknown_meanwhile_is_asked_about(held: Window, qtbot: QtBot) -> None:
    pass_quickly(held)
    press(held)
    held.tell(AnomalyLookedUp("4217", Lookup.UNKNOWN))
    qtbot.waitUntil(lambda: bool(held.findChildren(QMessageBox)))
    assert held.engine.calls == []


@pytest.mark.parametrize("end", ["nothing is left", "all is sent already", "the window is closed"])
def test_it_ends_by_itself_where_there_is_nothing_to_hold(held: Window, end: str) -> None:
    press(held)
    held.tell(QueueStatus(running=True, partly=True))
    assert is_held(held)  # others go, which were started before
    if end == "nothing is left":
        held.tell(UploadsRemoved((UploadId("a.jpg"), UploadId("b.jpg"))))
    elif end == "all is sent already":
        held.tell(RUNNING)
    else:
        held.exit_requested.emit()
    assert not is_held(held)
    assert held.engine.calls == []


def test_whoever_closes_meanwhile_is_asked_and_may_let_it_go_on_in_the_background_once_it_has_begun(
    held: Window, qtbot: QtBot
) -> None:
    pass_quickly(held)
    press(held)
    held.close()
    question = found(held, LeaveDialog)
    assert not question.background.isVisible()
    qtbot.waitUntil(lambda: held.engine.calls == STARTED)
    held.tell(RUNNING)
    assert question.background.isVisible()


def test_files_dropped_meanwhile_wait_and_resuming_after_a_pause_is_not_held(held: Window) -> None:
    press(held)
    held.add_files.add([Path("/c.jpg")])
    assert not held.engine.add_options[-1].start
    held.tell(RUNNING, REST)
    assert held.footer.primary.text() == "Resume"
    press(held)
    assert held.engine.calls == STARTED
    held.tell(UploadsAdded((upload("d.jpg", anomaly_id="5001", order=2),)))
    press(held)
    assert (is_held(held), held.engine.calls) == (True, STARTED)  # this one was never started


def test_what_an_earlier_window_left_is_held_as_well(held: Window) -> None:
    held.tell(Resumed((UploadId("a.jpg"),)))
    QTest.mouseClick(held.banner.button, LEFT)
    assert (is_held(held), held.engine.calls) == (True, [])
    (second,) = held.held_start.findChildren(QTimer)
    second.timeout.emit()
    held.commands.start()  # once more, as by the button for the others: it goes on as it is
    assert held.held_start.left == HOLD_SECONDS - 1


def test_without_tokens_signing_in_comes_first_and_then_the_start_is_held(held: Window, qtbot: QtBot) -> None:
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
    assert (is_held(held), held.engine.calls) == (False, [])


def test_who_does_not_sign_in_does_not_start_by_signing_in_later(held: Window, qtbot: QtBot) -> None:
    held.set_signed_in(SignInState(signed_in=False))
    held.sign_in_wanted.connect(lambda _: held.dialogs.sign_in(TokensKept.MEMORY))
    press(held)
    QTest.keyClick(held.dialogs.sign_in(TokensKept.MEMORY), Qt.Key.Key_Escape)
    with qtbot.waitSignal(held.number.changed):
        held.set_signed_in(SignInState(signed_in=True))
        held.tell(KNOWN)
    QTest.qWait(0)
    assert (is_held(held), held.engine.calls) == (False, [])
