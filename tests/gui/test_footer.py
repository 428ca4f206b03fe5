"""The bottom of the window: figures, bar, and one primary button that says what it does."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, MB, REST, RUNNING, S, Window, one_of_each, upload
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import (
    AnomalyLookedUp,
    Condition,
    EngineFailed,
    Lookup,
    Progress,
    QueueStatus,
    Totals,
    UploadProgress,
    UploadsAdded,
    UploadsChanged,
)
from uploader_gui.engine.models import Reason, UploadId, UploadSnapshot
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, _, use_language

REFUSED = QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
"""The tokens are; what is registered is still sent."""


@pytest.mark.parametrize(
    ("states", "status", "label", "call"),
    [
        ([S.QUEUED], REST, "Send 1 file to 4217", "start"),
        ([S.QUEUED, S.UPLOADED], REST, "Send 1 file to 4217", "start"),
        ([S.QUEUED], RUNNING, "Pause", "pause"),
        ([S.QUEUED, S.UPLOADING], REFUSED, "Pause", "pause"),
        ([S.UPLOADED, S.FAILED], RUNNING, "Retry failed", "retry_failed"),
    ],
)
def test_the_primary_button_says_what_it_does_now(
    window: Window, states: list[S], status: QueueStatus, label: str, call: str
) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states))), status)
    assert window.footer.primary.text() == label
    QTest.mouseClick(window.footer.primary, LEFT)
    assert window.engine.calls == [(call, None)]


def test_nothing_can_be_started_once_the_engine_has_ended_for_good(window: Window) -> None:
    window.tell(UploadsAdded((upload("a"),)), EngineFailed(Reason(Code.INTERNAL_ERROR)))  # of one task: it goes on
    QTest.mouseClick(window.footer.primary, LEFT)
    assert window.engine.calls == [("start", None)]
    window.tell(EngineFailed(Reason(Code.INTERNAL_ERROR, Variant.ENGINE_ENDED)))
    QTest.mouseClick(window.footer.primary, LEFT)
    QTest.keyClick(window, Qt.Key.Key_Return, CTRL)
    assert window.engine.calls == [("start", None)]
    window.tell(REST)
    QTest.mouseClick(window.footer.primary, LEFT)
    assert window.engine.calls == [("start", None)] * 2


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([S.UPLOADED, S.SKIPPED], ""),  # the panel says it
        ([S.FAILED], "1 file was not sent."),
        ([S.FAILED, S.REFUSED, S.CANCELLED], "3 files were not sent."),
        ([S.UPLOADED, S.FAILED, S.QUEUED], "Paused"),
    ],
)
def test_the_footer_says_at_the_end_whether_everything_arrived(window: Window, states: list[S], told: str) -> None:
    rows = UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states)))
    window.tell(rows, RUNNING, REST)
    assert window.footer.below.text() == told


def test_where_nothing_was_sent_the_footer_says_nothing_of_an_end(window: Window) -> None:
    window.tell(UploadsAdded((upload("a", S.SKIPPED), upload("b", S.REFUSED))), REST)
    assert window.footer.below.text() == ""


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([S.UPLOADED], "1 file sent  ·  1.0 MB"),
        ([S.UPLOADED, S.UPLOADED, S.REFUSED, S.SKIPPED, S.CANCELLED], "2 files sent  ·  2.0 MB"),
        ([S.UPLOADED, S.FAILED, S.REFUSED], "1 file sent  ·  1.0 MB"),
        ([S.FAILED, S.FAILED, S.REFUSED], "3 files"),  # none of which was sent, says the line below
        ([S.SKIPPED, S.REFUSED], "2 files"),
    ],
)
def test_the_counts_at_the_end_do_not_contradict_the_list_where_some_files_did_not_go(
    window: Window, states: list[S], told: str
) -> None:
    rows = UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states)))
    window.tell(rows, RUNNING, REST)
    assert window.footer.counts.text().replace("\u00a0", " ") == told


def test_where_both_have_no_room_what_was_asked_for_last_is_told(window: Window) -> None:
    window.resize(720, 600)
    window.tell(UploadsAdded((upload("a", S.FAILED), upload("b", S.REFUSED))), RUNNING, REST)
    assert window.footer.below.text() == "2 files were not sent."
    news = "The receipt report-of-an-inspection.pdf is saved."
    window.footer.show_news(news)
    assert window.footer.below.text() == news
    assert window.footer.below.toolTip() == f"2 files were not sent.  ·  {news}"


@pytest.mark.parametrize("states", [[S.UPLOADED], [S.UPLOADED, S.FAILED], [S.QUEUED]])
def test_nothing_is_called_over_while_a_folder_is_still_searched(window: Window, states: list[S]) -> None:
    rows = tuple(upload(f"{n}", state) for n, state in enumerate(states))
    window.tell(UploadsAdded(rows), QueueStatus(running=True, walking=True))
    assert window.footer.below.text() == "Searching folders…"


def test_the_footer_tells_counts_bytes_speed_and_time_left(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded((upload("a", S.UPLOADING, size=3 * MB), upload("b", S.UPLOADED), upload("c"))))
    transfers = (UploadProgress(UploadId("a"), 1_500_000, 5.9 * MB),)
    window.tell(RUNNING, Progress(transfers, Totals(speed=5.9 * MB, seconds_left=150)))
    qtbot.waitUntil(lambda: window.footer.bar.value() == 500)
    assert window.footer.counts.text().replace("\u00a0", " ") == "1 of 3 files  ·  2.5 MB of 5.0 MB  ·  5.9 MB/s"
    assert window.footer.below.text().replace("\u00a0", " ") == "about 2 min 30 left"
    window.tell(REST)
    assert "MB/s" not in window.footer.counts.text()
    assert window.footer.below.text() == "Paused"


def test_what_is_dropped_after_all_was_sent_waits_for_start_and_is_not_paused(window: Window, qtbot: QtBot) -> None:
    first = upload("a", S.UPLOADING)
    window.tell(UploadsAdded((first,)), RUNNING, REST)
    assert (window.footer.primary.text(), window.footer.below.text()) == ("Resume", "Paused")
    window.tell(RUNNING, UploadsChanged((replace(first, state=S.UPLOADED),)))
    qtbot.waitUntil(lambda: window.footer.primary.text() == "New deposit")
    window.tell(REST, UploadsAdded((upload("b"),)))
    qtbot.waitUntil(lambda: window.footer.primary.text() == "Send 1 file to 4217")
    assert not window.footer.below.text()


def test_more_than_two_gigabytes_do_not_overflow_the_bar(window: Window) -> None:
    big = 5_000_000_000
    window.tell(UploadsAdded((upload("a", S.UPLOADED, size=big), upload("b", size=big))))
    assert window.footer.bar.value() == 500


def test_the_bar_is_not_full_where_a_small_file_failed_beside_a_huge_one(window: Window) -> None:
    window.tell(UploadsAdded((upload("a", S.UPLOADED, size=5_000_000_000), upload("b", S.FAILED, size=1000))))
    assert window.footer.bar.value() == window.footer.bar.maximum() - 1


def test_the_bar_is_filled_as_far_as_the_storage_has_the_bytes(window: Window, theme: Theme) -> None:
    for states, filled in (((S.QUEUED, S.QUEUED), 0.0), ((S.UPLOADED, S.QUEUED), 0.5), ((S.UPLOADED,) * 2, 1.0)):
        window.tell(UploadsAdded(tuple(upload(str(n), state) for n, state in enumerate(states))))
        window.model.flush()
        picture = window.footer.bar.grab().toImage()
        middle, places = picture.height() // 2, [picture.width() * place // 8 for place in range(1, 8)]
        seen = [picture.pixelColor(x, middle).name() == theme.colors.accent.lower() for x in places]
        assert sum(seen) == pytest.approx(7 * filled, abs=0.5)
        assert seen == sorted(seen, reverse=True)  # from the left


@pytest.mark.parametrize(
    ("action", "call"),
    [(FooterAction.RETRY_ALL_FAILED, "retry_failed"), (FooterAction.CLEAR_FINISHED, "clear_finished")],
)
def test_the_more_menu(window: Window, action: FooterAction, call: str) -> None:
    window.tell(one_of_each())
    entry = next(one for one in window.footer.more.menu().actions() if one.text() == _(action.value))
    entry.trigger()
    assert window.engine.calls == [(call, None)]


@pytest.mark.parametrize(
    ("row", "possible"),
    [
        (upload("a", elsewhere="https://b.example"), {"Cancel all"}),
        (upload("a"), {"Cancel all"}),
        (upload("a", S.UPLOADED), {"Clear finished"}),
        (upload("a", S.FAILED), {"Retry all failed", "Clear finished"}),
        (upload("a", S.FAILED, elsewhere="https://b.example"), {"Clear finished"}),
        (upload("a", S.REFUSED), {"Refused files…", "Clear finished"}),
    ],
    ids=lambda one: f"{one.state} {one.elsewhere}" if isinstance(one, UploadSnapshot) else "",
)
def test_the_more_menu_offers_what_can_be_done(window: Window, row: UploadSnapshot, possible: set[str]) -> None:
    window.tell(UploadsAdded((row,)))
    offered = {one.text() for one in window.footer.more.menu().actions() if one.isEnabled()}
    of_rows = {"Retry all failed", "Refused files…", "Cancel all", "Clear finished"}
    assert offered & of_rows == possible


def test_the_counts_are_read_whole_at_any_width(window: Window, qtbot: QtBot) -> None:
    rows = tuple(upload(f"{n}.jpg", S.UPLOADED, size=10**12) for n in range(1700))  # very large figures
    counts = window.footer.counts
    window.tell(one_of_each(), RUNNING, UploadsAdded(rows), Progress((), Totals(speed=123_400_000.0)))
    for width in range(640, 1000, 20):
        window.resize(width, 600)
        qtbot.waitUntil(lambda: counts.width() >= counts.fontMetrics().horizontalAdvance(counts.text()) > 200)


def waiting(count: int, **values: str) -> UploadsAdded:
    return UploadsAdded(tuple(upload(f"{n}", **values) for n in range(count)))  # type: ignore[arg-type]  # only texts


@pytest.mark.parametrize(
    ("added", "label"),
    [
        ([waiting(25)], "Send 25 files to 4217"),
        ([waiting(2, anomaly_id="c0ffee00-0000-4000-8000-000000000000")], "Send 2 files"),
        ([UploadsAdded((upload("a"), upload("b", anomaly_id="5001")))], "Send 2 files"),
        ([UploadsAdded((upload("a"), upload("b", S.UPLOADED, anomaly_id="5001")))], "Send 1 file to 4217"),
        ([UploadsAdded((upload("a"), upload("b", anomaly_id="5001", elsewhere="https://b.example")))], None),
        ([waiting(1200)], "Send 1,200 files to 4217"),
    ],
)
def test_the_button_names_files_and_anomaly_if_one(
    window: Window, added: list[UploadsAdded], label: str | None
) -> None:
    window.tell(*added)
    some = any(one.state is S.UPLOADED for event in added for one in event.uploads)
    assert (" of " in window.footer.counts.text()) is some
    shown = label or "Send 1 file to 4217"
    assert (window.footer.primary.text(), window.footer.primary.toolTip()) == (shown, "")
    window.footer.resize(10, window.footer.height())
    assert shown in window.footer.primary.toolTip()  # where there is no room for it


def test_the_button_says_that_signing_in_comes_first(window: Window, qtbot: QtBot) -> None:
    window.tell(waiting(3))
    for state, label in (
        (SignInState(signed_in=False), "Sign in and send"),
        (SignInState(signed_in=False, awaited=True), "Send 3 files to 4217"),  # the password store may have tokens
        (SignInState(signed_in=True), "Send 3 files to 4217"),
    ):
        window.set_signed_in(state)
        assert window.footer.primary.text() == label
    window.set_signed_in(SignInState(signed_in=False))
    with qtbot.waitSignal(window.sign_in_wanted):
        QTest.mouseClick(window.footer.primary, LEFT)
    assert window.engine.calls == []
    window.set_signed_in(SignInState(signed_in=True))
    qtbot.waitUntil(lambda: window.engine.calls == [("start", None)])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("place", ["field", "search", "list", "button"])
def test_ctrl_enter_presses_the_button_from_anywhere(window: Window, qtbot: QtBot, place: str, key: Qt.Key) -> None:
    window.tell(waiting(2))
    window.activateWindow()
    widget = {
        "field": window.header.field,
        "search": window.filters.search,
        "list": window.view,
        "button": window.footer.add,
    }[place]
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    QTest.keyClick(widget, key, CTRL)
    assert window.engine.calls == [("start", None)]


def test_ctrl_enter_does_nothing_while_there_is_no_button_or_a_folder_is_still_searched(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_Return, CTRL)
    assert window.engine.calls == []
    window.tell(UploadsAdded((upload("a", S.UPLOADED),)), QueueStatus(running=False, walking=True))
    QTest.keyClick(window, Qt.Key.Key_Return, CTRL)
    assert (window.footer.primary.text(), window.engine.calls) == ("Send", [])


def test_a_new_deposit_clears_list_and_number_but_nothing_for_another_server(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    rows = (upload("a", S.UPLOADED), upload("b", S.REFUSED), upload("c", S.FAILED, elsewhere="https://b.example"))
    window.tell(UploadsAdded(rows))
    window.activateWindow()
    assert window.footer.primary.text() == "New deposit"
    QTest.mouseClick(window.footer.primary, LEFT)
    assert (window.engine.calls, window.header.field.text()) == ([("remove", ["a", "b"])], "")
    qtbot.waitUntil(window.header.field.hasFocus)


def test_what_is_dropped_goes_at_once_where_that_is_wanted_but_not_after_pause(window: Window) -> None:
    window.set_anomaly("4217")
    for wanted in ("nothing", "setting", "--start"):
        window.sends_when_dropped, window.started = wanted == "setting", wanted == "--start"
        window.add_files.add([Path("/a.jpg")])
        assert window.engine.add_options[-1].start is (wanted != "nothing")
    window.started = False
    window.sends_when_dropped = True
    window.number.handle(AnomalyLookedUp("4217", Lookup.UNKNOWN))
    window.add_files.add([Path("/b.jpg")])
    assert not window.engine.add_options[-1].start  # the button asks first
    window.started = True
    window.tell(waiting(2), RUNNING, REST)
    window.add_files.add([Path("/c.jpg")])
    assert not window.engine.add_options[-1].start


def test_while_only_some_files_go_one_button_pauses_them_and_another_sends_the_others(window: Window) -> None:
    window.tell(waiting(2), QueueStatus(running=True, partly=True))
    assert (window.footer.primary.text(), window.footer.others.text()) == ("Pause", "Send the others too")
    QTest.mouseClick(window.footer.others, LEFT)
    QTest.mouseClick(window.footer.primary, LEFT)
    assert window.engine.calls == [("start", None), ("pause", None)]
    window.number.handle(AnomalyLookedUp("4217", Lookup.UNKNOWN))
    QTest.mouseClick(window.footer.others, LEFT)
    assert (len(window.findChildren(QMessageBox)), len(window.engine.calls)) == (1, 2)
    window.tell(REST)
    assert (window.footer.primary.text(), window.footer.others.isVisible()) == ("Send 2 files to 4217", False)
    window.tell(RUNNING)
    assert (window.footer.primary.text(), window.footer.others.isVisible()) == ("Pause", False)


def test_the_buttons_fit_into_the_smallest_window_while_only_some_files_go(window: Window) -> None:
    use_language(FRENCH)
    window.tell(waiting(2), QueueStatus(running=True, partly=True))
    window.resize(window.minimumSizeHint())
    shown = [window.footer.more, window.footer.add, window.footer.others, window.footer.primary]
    assert all(one.width() >= one.sizeHint().width() for one in shown)
    assert window.footer.primary.geometry().right() < window.footer.width()
