"""The end of a deposit: one quiet panel says what is attached, where and when, here or in the next window."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.gui.fake_desktop import FakeDesktop
from tests.gui.fake_engine import LEFT, REST, RUNNING, S, Window, colors_of, upload
from uploader_gui.engine.events import HistoryFound, QueueIdle, QueueStatus, Totals, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import PastRun, RunKey
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.taskbar_and_notifications import DesktopPolicy
from uploader_gui.gui.window.finish import Finish, decoded
from uploader_gui.gui.window.window_memory import WindowMemory
from uploader_gui.i18n import FRENCH, use_language

PAST = Finish(time.time(), "4217", attached=25, past=True)


def said(window: Window) -> str:
    """What the panel says, without the time; "" while it is hidden."""
    panel = window.body.finish
    return re.sub(r" – \d\d:\d\d", " – TIME", panel.text.text()) if panel.isVisible() else ""


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([S.UPLOADED], "The file is attached to anomaly 4217 – TIME"),
        ([S.UPLOADED] * 20 + [S.SKIPPED] * 5, "All 25 files are attached to anomaly 4217 – TIME"),
        (
            [S.UPLOADED, S.SKIPPED, S.FAILED, S.REFUSED, S.REFUSED, S.CANCELLED],
            "2 of 6 files are attached to anomaly 4217 – TIME. Not attached: 1 failed, 2 refused, 1 cancelled.",
        ),
        ([S.UPLOADED, S.FAILED], "1 of 2 files is attached to anomaly 4217 – TIME. Not attached: 1 failed."),
        ([S.FAILED, S.REFUSED], ""),
        ([S.SKIPPED], ""),  # nothing came to an end: it was there before
        ([S.UPLOADED, S.QUEUED], ""),
        ([S.UPLOADED, S.CONFIRMING], ""),
    ],
)
def test_at_the_end_a_panel_says_what_is_attached_and_what_missing(window: Window, states: list[S], told: str) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states))), RUNNING)
    assert said(window) == ""
    window.tell(REST, QueueIdle(Totals()))
    assert said(window) == told
    window.tell(QueueStatus(running=False, walking=True))  # more files of the deposit may be found
    assert said(window) == ""


@pytest.mark.parametrize(
    ("states", "green"), [([S.UPLOADED, S.SKIPPED], True), ([S.UPLOADED, S.REFUSED], False), ([S.QUEUED], False)]
)
def test_a_green_mark_says_that_every_file_is_in_the_register(
    window: Window, trial: Window, theme: Theme, states: list[S], *, green: bool
) -> None:
    for shown in (window, trial):
        shown.tell(UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states))))
        colors = colors_of(shown.body.finish.grab())
        assert (theme.colors.ok.lower() in colors) is (green and shown is window)


@pytest.mark.parametrize(
    ("states", "mark"),
    [
        ([S.UPLOADED, S.SKIPPED], ("check", "ok")),
        ([S.UPLOADED, S.REFUSED, S.FAILED], ("failed", "danger")),
        ([S.UPLOADED, S.REFUSED, S.CANCELLED], ("refused", "warning")),
        ([S.UPLOADED, S.CANCELLED], ("info", "muted")),
    ],
)
def test_its_mark_is_that_of_the_gravest_that_happened(
    window: Window, theme: Theme, states: list[S], mark: tuple[str, str]
) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states))))
    (shown,) = [one.pixmap() for one in window.body.finish.findChildren(QLabel) if not one.pixmap().isNull()]
    name, color = mark
    wanted = theme.icons.icon(name, getattr(theme.colors, color), 18).pixmap(18)
    assert shown.toImage() == wanted.toImage()


def test_files_of_several_anomalies_and_servers_are_told_apart(window: Window) -> None:
    rows = (upload("a", S.UPLOADED), upload("b", S.UPLOADED, anomaly_id="5001"))
    window.tell(UploadsAdded(rows))
    assert said(window) == "All 2 files are attached to their anomalies – TIME"
    window.tell(UploadsAdded((upload("c", elsewhere="https://b.example"),)))
    assert said(window) == (
        "2 of 3 files are attached to their anomalies – TIME. Not attached: 1 waits for another server."
    )


def test_the_time_is_that_of_the_end_and_the_panel_goes_when_more_is_dropped(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded((upload("a", S.UPLOADED), upload("b", S.REFUSED))))
    first = window.body.finish.finish
    assert first is not None
    assert time.time() - 60 < first.at <= time.time()
    window.tell(UploadsChanged((upload("b", S.CANCELLED),)))
    qtbot.waitUntil(lambda: window.body.finish.finish == replace(first, refused=0, cancelled=1))
    window.tell(UploadsAdded((upload("c"),)))
    assert said(window) == ""


def test_it_speaks_french(window: Window) -> None:
    use_language(FRENCH)
    window.tell(UploadsAdded((upload("a", S.UPLOADED), upload("b", S.UPLOADED))))
    assert said(window) == "Les 2 fichiers sont joints à l’anomalie 4217 – TIME"


def test_in_a_trial_nothing_is_called_attached(trial: Window) -> None:
    trial.tell(UploadsAdded((upload("a", S.UPLOADED), upload("b", S.FAILED))))
    assert said(trial) == "Trial over: nothing was sent to the register – TIME. Not sent: 1 failed."


def test_its_buttons_open_that_anomalys_receipt_whatever_the_field_shows_and_begin_a_new_deposit(
    window: Window, qtbot: QtBot
) -> None:
    window.tell(UploadsAdded((upload("a", S.UPLOADED),)))
    window.set_anomaly("5001")
    QTest.mouseClick(window.body.finish.receipt, LEFT)
    assert (window.engine.calls, window.engine.receipts_of) == ([("build_receipt", None)], ["4217"])
    window.set_anomaly("4217")
    window.activateWindow()
    QTest.mouseClick(window.body.finish.new_deposit, LEFT)
    assert (window.engine.calls[1:], window.header.field.text()) == ([("remove", ["a"])], "")
    qtbot.waitUntil(window.header.field.hasFocus)


def test_what_ended_in_the_background_is_shown_by_the_next_window(
    window: Window, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    policy = DesktopPolicy(window, window.engine, FakeDesktop())
    row = upload("a", S.UPLOADING)
    window.tell(UploadsAdded((row,)), RUNNING)
    policy.go_to_background()
    with qtbot.waitSignal(policy.leave_wanted):
        window.tell(UploadsChanged((replace(row, state=S.UPLOADED),)), REST, QueueIdle(Totals()))
    memory = WindowMemory(tmp_path / "window.ini")
    memory.keep_finish(policy.unseen_finish)
    later = Window(window.engine, theme)
    qtbot.addWidget(later, before_close_func=lambda one: one.hide())
    later.body.finish.show_past(WindowMemory(tmp_path / "window.ini").unseen_finish)
    later.show()
    assert said(later) == "The file is attached to anomaly 4217 – TIME"
    memory.keep_finish(None)
    assert memory.unseen_finish is None


def test_an_end_that_was_seen_is_not_shown_again(window: Window) -> None:
    policy = DesktopPolicy(window, window.engine, FakeDesktop())
    window.tell(UploadsAdded((upload("a", S.UPLOADED),)), REST, QueueIdle(Totals()))
    assert policy.unseen_finish is None


def test_the_receipt_of_a_past_end_is_the_newest_of_that_anomaly(window: Window) -> None:
    window.body.finish.show_past(PAST)
    QTest.mouseClick(window.body.finish.receipt, LEFT)
    runs = [PastRun(RunKey(run, number), "", 0.0, 1.0) for run, number in ((9, "5001"), (8, "4217"), (7, "4217"))]
    for _ in range(2):  # once for this, later for History
        window.tell(HistoryFound(tuple(runs)))
    assert window.engine.calls == [("load_history", None), ("build_receipt", RunKey(8, "4217"))]


def test_an_end_has_its_own_time_and_not_that_of_a_past_one(window: Window) -> None:
    window.body.finish.show_past(replace(PAST, at=PAST.at - 90_000))
    window.tell(UploadsAdded((upload("b", S.UPLOADED),)))
    shown = window.body.finish.finish
    assert shown is not None
    assert shown.at >= PAST.at


@pytest.mark.parametrize("ends", ["a drop", "a new deposit"])
def test_a_past_end_goes_with_the_next_deposit(window: Window, ends: str) -> None:
    window.body.finish.show_past(PAST)
    assert said(window) == "All 25 files are attached to anomaly 4217 – TIME"
    if ends == "a drop":
        window.tell(UploadsAdded((upload("b"),)))
    else:
        QTest.mouseClick(window.body.finish.new_deposit, LEFT)
    assert (said(window), window.engine.calls) == ("", [])


@given(
    st.text() | st.dictionaries(st.sampled_from(list(Finish.__dataclass_fields__)), st.text() | st.integers()).map(str)
)
def test_any_other_text_is_no_end(text: str) -> None:
    assert decoded(text) is None


def test_an_end_is_read_as_it_was_written() -> None:
    assert decoded(replace(PAST, past=False).encoded) == PAST
    assert decoded(replace(PAST, anomaly_id="../x").encoded) is None
    assert decoded(replace(PAST, attached=-1).encoded) is None
    assert decoded(replace(PAST, attached=0, failed=2).encoded) is None  # nothing to show a receipt of
    assert decoded(replace(PAST, at=1e300).encoded) is None
