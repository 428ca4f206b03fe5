"""The band for what concerns all files: which notice stands in it, and what its buttons do."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, REST, RUNNING, S, Window, found, one_of_each, upload
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    Event,
    JournalSetAside,
    QueueStatus,
    Resumed,
    SignedIn,
    SignInRequired,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
    UploadsRestored,
)
from uploader_gui.engine.models import Reason, UploadId, UploadState
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.style.widgets import Dot
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.window.header import SignInState


@pytest.mark.parametrize(
    ("conditions", "said", "button"),
    [
        ({Condition.OFFLINE}, "Offline. Sending goes on by itself", "Retry now"),
        ({Condition.SERVICE_BUSY}, "The register is overloaded", "Retry now"),
        ({Condition.STORAGE_BUSY}, "The register’s storage is overloaded", "Retry now"),
        ({Condition.OFFLINE, Condition.JOURNAL}, "The disk is full or read-only", "Retry"),
        ({Condition.OFFLINE, Condition.SIGN_IN}, "3 files are being finished, 5 wait.", "Sign in"),
    ],
)
def test_the_banner_says_what_becomes_of_files(
    window: Window, conditions: set[Condition], said: str, button: str
) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    window.tell(one_of_each(), QueueStatus(running=True, conditions=frozenset(conditions)))
    assert said in window.banner.text.text()
    assert (window.banner.button.isVisible(), window.banner.button.text()) == (bool(button), button)
    window.tell(RUNNING)
    assert not window.banner.isVisible()


@pytest.mark.parametrize(
    ("condition", "cause", "said"),
    [
        (Condition.OFFLINE, Reason(Code.OFFLINE), "Offline."),
        (Condition.OFFLINE, Reason(Code.OFFLINE, Variant.SERVER_DOWN), "The server does not answer. Sending goes on"),
        (Condition.SERVICE_BUSY, Reason(Code.SERVICE_FAILED), "The register is overloaded or has an error."),
        (Condition.SERVICE_BUSY, Reason(Code.PROXY, Variant.PROXY_SIGN_IN), "Your network’s proxy asks for a user"),
        (Condition.SERVICE_BUSY, Reason(Code.PROXY, Variant.PROXY_SILENT), "Your network’s proxy does not answer."),
        (Condition.SERVICE_BUSY, Reason(Code.PROTOCOL), "The register’s answer could not be understood."),
        (Condition.SERVICE_BUSY, Reason(Code.PROTOCOL, Variant.NO_SERVICE), "A web page answered in place of the"),
        (Condition.STORAGE_BUSY, Reason(Code.TLS), "No secure connection could be made."),
    ],
)
def test_what_holds_up_all_files_is_told_by_its_cause_with_one_button(
    window: Window, condition: Condition, cause: Reason, said: str
) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    status = QueueStatus(running=True, conditions=frozenset({condition}), causes={condition: cause})
    window.tell(UploadsAdded((upload("a.jpg"),)), status)
    assert window.banner.text.text().startswith(said)
    assert window.banner.text.text().endswith("Nothing is lost.")
    assert window.banner.other.isHidden()
    assert window.banner.button.width() >= window.banner.button.sizeHint().width()  # its words are not cut
    QTest.mouseClick(window.banner.button, LEFT)
    assert window.engine.calls[-1] == ("try_now", None)
    assert (window.header.sign_in.text() == "Offline") == said.startswith("Offline")


def test_tokens_that_were_never_accepted_have_not_expired(window: Window) -> None:
    waiting = QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
    window.set_signed_in(SignInState(signed_in=True))  # what a person has just entered
    window.tell(UploadsAdded((upload("a.jpg"),)), RUNNING, SignInRequired(refused_again=True), waiting)
    assert window.banner.text.text() == "Sign in to send this file."
    window.tell(RUNNING, SignedIn(), UploadsAdded((upload("b.jpg"),)), SignInRequired(), waiting)
    assert window.banner.text.text() == "Your session has expired. 2 wait. Nothing is lost."  # none is being finished


def test_while_files_wait_for_sign_in_the_footer_offers_it(window: Window) -> None:
    asked: list[bool] = []
    waiting = QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
    window.tell(UploadsAdded((upload("a.jpg"),)), waiting)
    window.sign_in_wanted.connect(asked.append)
    assert window.footer.primary.text() == "Sign in and send"
    QTest.mouseClick(window.footer.primary, LEFT)
    assert asked == [False]
    window.tell(RUNNING)
    assert window.footer.primary.text() == "Pause"


def test_a_failed_file_says_that_the_register_may_have_an_entry_for_it() -> None:
    failed = replace(upload("a.jpg", UploadState.FAILED), reason=Reason(Code.DAMAGED), url_given_out=True)
    assert row_text.reason_text(failed).endswith("The register may have an entry for it, without the file.")
    assert "register" not in row_text.reason_text(replace(failed, trial=True))
    assert "entry" not in row_text.reason_text(replace(failed, url_given_out=False))
    assert "entry" not in row_text.reason_text(replace(failed, state=UploadState.UPLOADED))


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
def test_what_is_paused_is_not_said_to_go_on_by_itself(window: Window, condition: Condition) -> None:
    conditions = frozenset({condition})
    window.tell(UploadsAdded((upload("a.jpg"),)), QueueStatus(running=True, conditions=conditions))
    assert window.banner.isVisible()
    window.tell(QueueStatus(running=False, conditions=conditions))
    assert not window.banner.isVisible()
    assert window.footer.below.text() == "Paused"
    window.tell(QueueStatus(running=True, conditions=conditions))
    assert window.banner.isVisible()
    assert window.footer.below.text() == ""


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
def test_the_banner_goes_when_nothing_waits_for_a_busy_server(
    window: Window, qtbot: QtBot, condition: Condition
) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    status = QueueStatus(running=True, conditions=frozenset({condition}))
    sending = upload("a.jpg", UploadState.RETRYING)
    window.tell(UploadsAdded((sending,)), status)
    assert window.banner.isVisible()
    window.tell(UploadsChanged((replace(sending, state=UploadState.FAILED),)))
    qtbot.waitUntil(lambda: not window.banner.isVisible())


def test_an_expired_session_asks_the_person_once_and_by_banner(window: Window) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    asked: list[bool] = []
    window.sign_in_wanted.connect(asked.append)
    waiting = QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
    window.tell(one_of_each(), waiting, SignInRequired())
    assert window.header.sign_in.text() == "Sign in"
    assert "being finished" in window.banner.text.text()
    QTest.mouseClick(window.banner.button, LEFT)
    window.tell(SignInRequired(refused_again=True))
    assert asked == [False, False, True]


WORKS_AGAIN: dict[str, tuple[Reason, Event, bool]] = {
    "the same one": (Reason(Code.JOURNAL), REST, True),
    "another one": (Reason(Code.JOURNAL_IN_USE), UploadsRemoved((), kept=True), True),
    "another one after a mistake": (Reason(Code.INTERNAL_ERROR), UploadsRemoved((), kept=True), True),
    "the rest of one after a mistake": (Reason(Code.INTERNAL_ERROR), REST, False),
}


@pytest.mark.parametrize("case", WORKS_AGAIN)
def test_a_failed_engine_is_told_no_longer_once_one_works(window: Window, case: str) -> None:
    reason, event, is_over = WORKS_AGAIN[case]
    window.tell(EngineFailed(reason))
    assert window.banner.isVisible()
    assert not window.unsent.saved
    window.tell(event, QueueStatus(running=False))
    assert window.banner.isHidden() is is_over
    assert window.unsent.saved


def test_a_failure_after_a_mistake_of_the_program_is_over_once_an_engine_works(window: Window) -> None:
    window.tell(EngineFailed(Reason(Code.INTERNAL_ERROR)), EngineFailed(Reason(Code.JOURNAL, detail="full")))
    assert "full" in window.banner.text.text()
    window.tell(REST)
    assert window.banner.isHidden()


def test_the_header_says_offline_only_while_something_would_be_sent(window: Window) -> None:
    window.set_signed_in(SignInState(signed_in=True, accepted=True))
    offline = frozenset({Condition.OFFLINE})
    for running, said in ((True, "Offline"), (False, "Signed in")):
        window.tell(QueueStatus(running=running, conditions=offline))
        assert window.header.sign_in.text() == said  # in some languages “signed in” means connected, too
    window.tell(QueueStatus(running=True, conditions=offline), RUNNING)
    assert window.header.sign_in.text() == "Signed in"


def test_the_dot_is_green_only_once_the_register_took_the_tokens(window: Window, theme: Theme, qtbot: QtBot) -> None:
    dot = found(window.header, Dot)

    def color() -> str:
        """Return what is seen on the screen; nothing is painted for that."""
        whole = window.screen().grabWindow(window.winId()).toImage()
        return whole.pixelColor(dot.mapTo(window, dot.rect().center())).name()

    signed_in = SignInState(signed_in=True)
    for state, seen in (
        (signed_in, theme.colors.muted),
        (replace(signed_in, accepted=True), theme.colors.ok),
        (SignInState(signed_in=False), theme.colors.warning),
    ):
        window.set_signed_in(state)
        qtbot.waitUntil(lambda seen=seen: color() == seen.lower())  # type: ignore[misc]  # as Qt calls it
    window.set_signed_in(replace(signed_in, accepted=True))
    window.tell(QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE})))
    qtbot.waitUntil(lambda: color() == theme.colors.warning.lower())


def test_a_question_that_was_answered_takes_no_other_news_away(window: Window) -> None:
    ended = upload("a.jpg", S.FAILED, Code.MISSING)
    window.tell(UploadsAdded((ended,)), Resumed((), (ended.upload_id,)))
    QTest.mouseClick(window.banner.button, LEFT)
    assert window.banner.isHidden()
    window.tell(JournalSetAside("/data/queue.damaged.db"))
    window.tell(QueueStatus(running=True, conditions=frozenset({Condition.JOURNAL})))
    assert window.banner.text.text().startswith("The disk is full")  # needs a person first
    window.tell(RUNNING)
    assert window.banner.isVisible()
    assert "/data/queue.damaged.db" in window.banner.text.text()
    QTest.mouseClick(window.banner.button, LEFT)  # it was read
    assert not window.banner.isVisible()


def test_a_start_takes_no_news_away_that_came_after_the_question(window: Window) -> None:
    window.tell(UploadsAdded((upload("1.jpg"),)), Resumed((UploadId("1.jpg"),)))
    window.add_files.explain_half_fetched(["photo.jpg"])
    window.tell(RUNNING)
    assert window.banner.isVisible()
    assert "photo.jpg" in window.banner.text.text()


def test_what_was_left_unfinished_asks_once_whether_to_resume_or_discard(window: Window) -> None:
    left = [upload(f"{n}.jpg", S.QUEUED, order=n) for n in range(3)]
    ids = [one.upload_id for one in left]
    window.engine.event_arrived.emit(UploadsAdded(tuple(left)))
    window.engine.event_arrived.emit(Resumed(tuple(ids)))
    assert window.banner.text.text() == "3 files from your last session are still to be sent."
    assert [window.banner.button.text(), window.banner.other.text()] == ["Resume", "Remove from list"]
    QTest.mouseClick(window.banner.other, LEFT)
    assert window.engine.calls[-1] == ("remove", ids)
    assert window.banner.isHidden()
    window.engine.event_arrived.emit(UploadsRestored(tuple(ids)))  # Undo brings the question back, too
    assert window.banner.isVisible()


@pytest.mark.parametrize(
    ("waiting", "ended", "told", "button"),
    [
        (0, 1, "1 file from your last session was not sent: it failed or was refused.", "Close"),
        (
            1,
            2,
            (
                "1 file from your last session is still to be sent. "
                "2 files from your last session were not sent: they failed or were refused."
            ),
            "Resume",
        ),
    ],
)
def test_what_failed_last_time_is_told_and_can_be_taken_off_with_the_rest(
    window: Window, waiting: int, ended: int, told: str, button: str
) -> None:
    rows = [upload(f"{n}", S.QUEUED if n < waiting else S.FAILED) for n in range(waiting + ended)]
    ids = tuple(one.upload_id for one in rows)
    window.tell(UploadsAdded(tuple(rows)), Resumed(ids[:waiting], ids[waiting:]))
    assert window.banner.text.text() == told
    assert [window.banner.button.text(), window.banner.other.text()] == [button, "Remove from list"]
    QTest.mouseClick(window.banner.other, LEFT)
    assert window.engine.calls[-1] == ("remove", list(ids))


def test_resuming_starts_the_queue_and_the_question_is_gone(window: Window) -> None:
    window.engine.event_arrived.emit(UploadsAdded((upload("1.jpg", S.QUEUED),)))
    window.engine.event_arrived.emit(Resumed((UploadId("1"),)))
    window.engine.event_arrived.emit(QueueStatus(running=False))
    assert window.banner.isVisible()
    QTest.mouseClick(window.banner.button, LEFT)
    assert window.engine.calls[-1] == ("start", None)
    window.engine.event_arrived.emit(RUNNING)
    assert window.banner.isHidden()


def test_nobody_is_asked_to_sign_in_while_the_password_store_may_have_tokens(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    window.set_signed_in(SignInState(signed_in=False, awaited=True))
    with qtbot.assertNotEmitted(window.sign_in_wanted):
        window.tell(QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN})))
        window.tell(SignInRequired())
    assert not window.banner.isVisibleTo(window)
    window.notices.show_store_silent(silent=True)
    assert window.banner.text.text().startswith("This computer’s password store does not answer yet")
    with qtbot.waitSignal(window.sign_in_wanted):
        window.banner.button.click()
    window.notices.show_store_silent(silent=False)
    with qtbot.waitSignal(window.sign_in_wanted):  # it has none
        window.set_signed_in(SignInState(signed_in=False))
    assert window.banner.text.text() == "Sign in to send this file."


def _failed(count: int, reason: Reason, name: str = "f") -> UploadsAdded:
    return UploadsAdded(
        tuple(replace(upload(f"{name}{number}.jpg", S.FAILED), reason=reason) for number in range(count))
    )


TLS_FAILED = _failed(3, Reason(Code.TLS))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            Reason(Code.STORAGE_REFUSED, detail="AccessDenied: Access Denied"),
            "The storage did not take the file. (AccessDenied: Access Denied) Try again;",
        ),
        (Reason(Code.REJECTED, detail="the anomaly is closed"), "take the file. (the anomaly is closed) Check the"),
        (Reason(Code.TLS), "No secure connection could be made. Tell your IT"),
        (Reason(Code.UNREADABLE, detail="Input/output error"), "The file cannot be read. Check that"),
        (Reason(Code.URL_REFUSED, Variant.NO_REQUEST), "No request can be made of the address"),
    ],
)
def test_what_fails_for_one_cause_is_told_once_with_one_button(window: Window, reason: Reason, said: str) -> None:
    window.tell(_failed(3, reason))
    assert window.banner.text.text().startswith("All files failed for the same reason: ")
    window.tell(UploadsAdded((upload("arrived", S.UPLOADED),)))
    assert window.banner.text.text().startswith("Several files failed for the same reason: ")
    window.tell(UploadsRemoved((UploadId("arrived"),)), UploadsAdded((upload("empty", S.REFUSED),)))
    assert window.banner.text.text().startswith("Several files failed for the same reason: ")
    window.tell(UploadsRemoved((UploadId("empty"),)))
    assert said in window.banner.text.text()
    assert window.banner.button.text() == "Retry these files"
    assert window.banner.other.isHidden()
    assert window.model.rowCount() == 3
    window.tell(UploadsAdded((replace(upload("g.jpg", S.FAILED), reason=Reason(Code.DAMAGED)),)))
    assert window.banner.text.text().startswith("Several files failed for the same reason: ")
    QTest.mouseClick(window.banner.button, LEFT)
    assert window.engine.calls == [("retry", [UploadId(f"f{number}.jpg") for number in range(3)])]
    window.tell(UploadsChanged(tuple(upload(f"f{number}.jpg") for number in range(3))))
    window.model.flush()
    assert not window.banner.isVisible()


def test_what_wrong_tokens_failed_has_the_button_that_asks_for_others(window: Window, qtbot: QtBot) -> None:
    window.tell(_failed(3, Reason(Code.NO_ACCESS)))
    assert "who you signed in as" in window.banner.text.text()
    assert window.banner.notice is not None
    assert window.banner.notice.grave  # as red as the rows
    with qtbot.waitSignal(window.sign_in_wanted):
        QTest.mouseClick(window.banner.button, LEFT)
    assert not window.engine.calls


@pytest.mark.parametrize(
    "failed",
    [
        _failed(1, Reason(Code.TLS)),
        _failed(3, Reason(Code.BROKEN_PICTURE)),
        UploadsAdded(
            tuple(replace(one, elsewhere="https://old.example") for one in _failed(3, Reason(Code.TLS)).uploads)
        ),
    ],
)
def test_what_lies_in_each_file_or_elsewhere_has_no_band(window: Window, failed: UploadsAdded) -> None:
    window.tell(failed)
    assert not window.banner.isVisible()


def test_words_that_differ_from_file_to_file_stay_in_the_rows(window: Window) -> None:
    for number in range(3):
        window.tell(_failed(1, Reason(Code.REJECTED, detail=f"request {number}"), name=f"{number}-"))
    assert "request" not in window.banner.text.text()
    assert window.banner.text.text().startswith("All files failed for the same reason: The register did not")


def test_what_needs_a_person_first_comes_before_a_cause_of_failed_files(window: Window) -> None:
    waiting = QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
    window.tell(TLS_FAILED, UploadsAdded((upload("a.jpg"),)), waiting)
    assert window.banner.button.text() == "Sign in"
