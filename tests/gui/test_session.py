"""The session's end is warned about before a queue that takes longer, calmly and once."""

import re
import time
from datetime import datetime, timedelta

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, MB, Window, upload
from uploader_gui.engine.events import Condition, QueueStatus, SignedIn, SignInRequired, Totals, UploadsAdded
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.notices import session_notice
from uploader_gui.gui.receipts.receipt_words import day_and_time
from uploader_gui.gui.upload_list.counts import ListCounts
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, use_language

FIGURES = ListCounts(files=10, waiting=10, bytes_total=600 * MB)


def said(left: float, totals: Totals | None = None, figures: ListCounts = FIGURES) -> str:
    state = SignInState(signed_in=True, expires_at=1000.0 + left)
    notice = session_notice(state, figures, totals or Totals(), 1000.0)
    return notice.text.replace("\u00a0", " ") if notice else ""


def test_only_a_session_that_is_over_or_ends_before_the_queue_is_told_with_both_figures() -> None:
    assert said(480).startswith("Your session ends in 8 min; sending may take about 10 min.")
    assert said(480, Totals(seconds_left=2400)).startswith("Your session ends in 8 min; sending may take about 40 min.")
    assert said(480, Totals(speed=10 * MB)) == ""
    assert "about 50 min" in said(480, figures=ListCounts(files=10_000, waiting=10_000, bytes_total=MB))
    assert said(-1).startswith("Your session has ended.")
    assert (said(3600), said(100, Totals(seconds_left=90))) == ("", "")
    assert said(100, figures=ListCounts(files=3, uploaded=3)) == ""


@pytest.mark.parametrize(
    "state", [SignInState(signed_in=False), SignInState(signed_in=True), SignInState(signed_in=False, expires_at=1.0)]
)
def test_who_cannot_tell_says_nothing(state: SignInState) -> None:
    assert session_notice(state, FIGURES, Totals(), 1000.0) is None


def long_queue(window: Window) -> None:
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 300))
    window.tell(UploadsAdded((upload("a.zip", size=3000 * MB),)))


def test_the_banner_warns_and_leads_to_the_sign_in(window: Window, qtbot: QtBot) -> None:
    long_queue(window)
    assert "Your session ends in" in window.banner.text.text()
    with qtbot.waitSignal(window.sign_in_wanted):
        QTest.mouseClick(window.banner.button, LEFT)
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 86_400))
    assert window.banner.isHidden()


def test_the_warning_can_be_put_away_and_stays_away_until_another_session_ends(window: Window) -> None:
    long_queue(window)
    QTest.mouseClick(window.banner.other, LEFT)
    assert window.banner.isHidden()
    window.tell(UploadsAdded((upload("b.zip", size=MB),)))
    assert window.banner.isHidden()
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 86_400))
    assert window.banner.isHidden()
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 300))
    assert window.banner.isVisible()
    assert "Your session ends in" in window.banner.text.text()


def test_what_needs_a_person_now_comes_before_the_warning(window: Window) -> None:
    long_queue(window)
    window.tell(QueueStatus(running=True, conditions=frozenset({Condition.JOURNAL})))
    assert "disk is full" in window.banner.text.text()


def test_signing_out_is_offered_to_who_is_signed_in(window: Window, qtbot: QtBot) -> None:
    first = window.dialogs.sign_in(TokensKept.KEYRING)
    assert not first.sign_out.isVisible()
    first.reject()
    window.set_signed_in(SignInState(signed_in=True))
    second = window.dialogs.sign_in(TokensKept.KEYRING)
    with qtbot.waitSignal(window.sign_out_wanted):
        QTest.mouseClick(second.sign_out, LEFT)
    assert not second.isVisible()


def at(clock: str, *, days_ago: int = 0) -> float:
    """Give a time of a day here, in seconds since 1970."""
    hour, minute = map(int, clock.split(":"))
    day = datetime.now().astimezone().replace(tzinfo=None, hour=hour, minute=minute, second=0)  # its own summer time
    return (day - timedelta(days=days_ago)).timestamp()


def why(window: Window) -> str:
    dialog = window.dialogs.sign_in(TokensKept.MEMORY)
    return dialog.why.text() if dialog.why.isVisible() else ""


@pytest.mark.parametrize("heard", [(), (SignInRequired(),), (SignedIn(), SignInRequired())])
def test_the_dialog_says_when_the_session_ended(window: Window, heard: tuple[SignedIn | SignInRequired, ...]) -> None:
    window.set_signed_in(SignInState(signed_in=True, expires_at=at("00:00")))
    window.tell(*heard)
    assert why(window) == "Your session ended at 00:00."
    use_language(FRENCH)
    window.dialogs.sign_in(TokensKept.MEMORY).retranslate()
    assert why(window) == "Votre session s’est terminée à 00:00."


def test_a_session_of_another_day_is_told_with_its_day(window: Window) -> None:
    ended = at("14:05", days_ago=2)
    window.set_signed_in(SignInState(signed_in=True, expires_at=ended))
    assert why(window) == f"Your session ended on {day_and_time(ended)}."


def test_a_session_that_the_register_ended_is_told_with_the_time_it_was_noticed(window: Window) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    window.tell(SignedIn(), SignInRequired())
    assert re.fullmatch(r"Since \d\d:\d\d the register no longer accepts your session\.", why(window))


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (SignInState(signed_in=False), None),
        (SignInState(signed_in=False), SignInRequired()),
        (SignInState(signed_in=True), SignInRequired(refused_again=True)),
        (SignInState(signed_in=True), SignInRequired()),
        (SignInState(signed_in=True, expires_at=4e9), None),
    ],
    ids=["nobody signed in", "asked for the first time", "wrong tokens", "tokens nobody checked", "goes on"],
)
def test_where_no_session_ended_none_is_told(window: Window, state: SignInState, event: SignInRequired | None) -> None:
    window.set_signed_in(state)
    if event is not None:
        window.tell(event)
    assert why(window) == ""
