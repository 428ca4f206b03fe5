"""The window as a whole: validation, filters, footer, banner, leaving, dialogs."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit

from tests.gui.fake_engine import MB, upload
from uploader_gui.engine.codes import Code
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    JournalSetAside,
    Progress,
    QueueStatus,
    Resumed,
    SignInRequired,
    Totals,
    UploadProgress,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
)
from uploader_gui.engine.models import Reason, UploadId, UploadState
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.rows.upload_filter import Chip
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.gui.window.header import SignInState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.fake_engine import FakeEngine
    from uploader_gui.gui.look.theme import Theme

S = UploadState
LEFT = Qt.MouseButton.LeftButton
RUNNING = QueueStatus(running=True)


def one_of_each() -> UploadsAdded:
    return UploadsAdded(tuple(upload(f"{state}.jpg", state, order=n) for n, state in enumerate(S)))


@pytest.mark.parametrize("typed", ["4217", " 4217 ", "DEMO-1", "a_b-C9", "x" * 64])
def test_a_valid_number_gets_a_check(window: MainWindow, qtbot: QtBot, typed: str) -> None:
    QTest.keyClicks(window.header.field, typed)
    assert window.header.field.anomaly_id == typed.strip()
    assert window.header.field.actions()[0].isVisible()
    assert not window.header.hint.isVisible()


@pytest.mark.parametrize("typed", ["42 17", "4217/..", "é", "x" * 65, "a?b"])
def test_a_wrong_number_gets_a_sentence_as_you_type(window: MainWindow, typed: str) -> None:
    window.header.field.insert(typed)
    assert window.header.field.anomaly_id == ""
    assert not window.header.field.actions()[0].isVisible()
    assert "at most 64" in window.header.hint.text()
    assert window.header.field.accessibleDescription() == window.header.hint.text()


def test_the_words_in_the_empty_field_are_not_cut_off_beside_the_arrow(window: MainWindow) -> None:
    field = window.header.field
    field.offer(["4217"])
    icon_and_edges = 64
    words = field.fontMetrics().horizontalAdvance(field.placeholderText())
    assert words + icon_and_edges <= field.width()


def test_an_empty_list_shows_the_card_and_no_footer(window: MainWindow, engine: FakeEngine) -> None:
    assert window.empty.isVisible()
    assert not window.footer.isVisible()
    engine.tell(UploadsAdded((upload("a.jpg"),)))
    assert window.view.isVisible()
    assert window.footer.isVisible()
    engine.tell(UploadsRemoved((UploadId("a.jpg"),)))
    assert window.empty.isVisible()


def test_chips_count_and_filter(window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.tell(one_of_each())
    counts = {chip: button.count for chip, button in window.filters.chips.items()}
    assert counts == {
        Chip.ALL: 12,
        Chip.WAITING: 4,
        Chip.SENDING: 3,
        Chip.FAILED: 1,
        Chip.REFUSED: 1,
        Chip.UPLOADED: 2,
        Chip.CANCELLED: 1,
    }
    QTest.mouseClick(window.filters.chips[Chip.FAILED], LEFT)
    assert window.shown.rowCount() == 1
    engine.tell(UploadsChanged((upload("uploading.jpg", S.FAILED, Code.MISSING),)))
    qtbot.waitUntil(lambda: window.shown.rowCount() == 2)
    assert window.filters.chips[Chip.FAILED].accessibleName() == "Failed, 2"


def test_search_filters_and_escape_takes_it_back(window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.tell(one_of_each())
    QTest.keyClicks(window.filters.search, "UPLOADED")
    assert window.shown.rowCount() == 1
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.shown.rowCount() == 12


@pytest.mark.parametrize(
    ("states", "status", "label", "call"),
    [
        ([S.QUEUED], QueueStatus(running=False), "Start", "start"),
        ([S.QUEUED, S.UPLOADED], QueueStatus(running=False), "Start", "start"),
        ([S.QUEUED], RUNNING, "Pause all", "pause"),
        ([S.UPLOADED, S.FAILED], RUNNING, "Retry failed", "retry_failed"),
        ([S.UPLOADED, S.REFUSED], RUNNING, "Done", "clear_finished"),
    ],
)
def test_the_primary_button_says_what_it_does_now(  # noqa: PLR0917 -- a table
    window: MainWindow,
    engine: FakeEngine,
    qtbot: QtBot,
    states: list[S],
    status: QueueStatus,
    label: str,
    call: str,
) -> None:
    engine.tell(UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states))), status)
    assert window.footer.primary.text() == label
    QTest.mouseClick(window.footer.primary, LEFT)
    assert engine.calls == [(call, None)]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([S.UPLOADED, S.SKIPPED], "Everything has arrived."),
        ([S.UPLOADED, S.FAILED], "1 file was not sent."),
        ([S.UPLOADED, S.FAILED, S.REFUSED, S.CANCELLED], "3 files were not sent."),
        ([S.UPLOADED, S.FAILED, S.QUEUED], ""),
    ],
)
def test_the_footer_says_at_the_end_whether_everything_arrived(
    window: MainWindow, engine: FakeEngine, states: list[S], told: str
) -> None:
    engine.tell(UploadsAdded(tuple(upload(f"{n}", state) for n, state in enumerate(states))))
    assert window.footer.below.text() == told


def test_the_footer_tells_counts_bytes_speed_and_time_left(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.tell(UploadsAdded((upload("a", S.UPLOADING, size=3 * MB), upload("b", S.UPLOADED), upload("c"))))
    transfers = (UploadProgress(UploadId("a"), 1_500_000, 5.9 * MB),)
    engine.tell(RUNNING, Progress(transfers, Totals(speed=5.9 * MB, seconds_left=150)))
    qtbot.waitUntil(lambda: window.footer.bar.value() == 500)
    assert window.footer.counts.text().replace("\u00a0", " ") == "1 of 3 files  ·  2.5 MB of 5.0 MB  ·  5.9 MB/s"
    assert window.footer.below.text().replace("\u00a0", " ") == "about 2 min 30 left"
    engine.tell(QueueStatus(running=False))
    assert "MB/s" not in window.footer.counts.text()
    assert window.footer.below.text() == "Paused"


def test_what_is_dropped_after_all_was_sent_waits_for_start_and_is_not_called_paused(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    first = upload("a", S.UPLOADING)
    engine.tell(UploadsAdded((first,)), RUNNING, QueueStatus(running=False))
    assert (window.footer.primary.text(), window.footer.below.text()) == ("Resume", "Paused")
    engine.tell(RUNNING, UploadsChanged((replace(first, state=S.UPLOADED),)))
    qtbot.waitUntil(lambda: window.footer.primary.text() == "Done")
    engine.tell(QueueStatus(running=False), UploadsAdded((upload("b"),)))
    qtbot.waitUntil(lambda: window.footer.primary.text() == "Start")
    assert not window.footer.below.text()


def test_more_than_two_gigabytes_do_not_overflow_the_bar(window: MainWindow, engine: FakeEngine) -> None:
    big = 5_000_000_000
    engine.tell(UploadsAdded((upload("a", S.UPLOADED, size=big), upload("b", size=big))))
    assert window.footer.bar.value() == 500


@pytest.mark.parametrize(
    ("action", "call"),
    [
        (FooterAction.RETRY_ALL_FAILED, "retry_failed"),
        (FooterAction.CLEAR_FINISHED, "clear_finished"),
    ],
)
def test_the_more_menu(window: MainWindow, engine: FakeEngine, action: FooterAction, call: str) -> None:
    engine.tell(one_of_each())
    entry = next(one for one in window.footer.more.menu().actions() if one.text() == action.value.text)
    entry.trigger()
    assert engine.calls == [(call, None)]


@pytest.mark.parametrize(
    ("conditions", "said", "button"),
    [
        ({Condition.OFFLINE}, "Offline. Sending goes on by itself", ""),
        ({Condition.SERVICE_BUSY}, "The service is busy.", ""),
        ({Condition.STORAGE_BUSY}, "The storage is busy.", ""),
        ({Condition.OFFLINE, Condition.JOURNAL}, "The disk is full or read-only", "Try again"),
        ({Condition.OFFLINE, Condition.SIGN_IN}, "3 files are being finished, 4 wait.", "Sign in"),
    ],
)
def test_the_banner_says_what_happens_to_the_files(
    window: MainWindow, engine: FakeEngine, conditions: set[Condition], said: str, button: str
) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    engine.tell(one_of_each(), QueueStatus(running=True, conditions=frozenset(conditions)))
    assert said in window.banner.text.text()
    assert window.banner.button.isVisible() == bool(button)
    assert window.banner.button.text() == button
    engine.tell(RUNNING)
    assert not window.banner.isVisible()


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
def test_what_is_paused_is_not_said_to_go_on_by_itself(
    window: MainWindow, engine: FakeEngine, condition: Condition
) -> None:
    conditions = frozenset({condition})
    engine.tell(UploadsAdded((upload("a.jpg"),)), QueueStatus(running=True, conditions=conditions))
    assert window.banner.isVisible()
    engine.tell(QueueStatus(running=False, conditions=conditions))
    assert not window.banner.isVisible()
    assert window.footer.below.text() == "Paused"
    engine.tell(QueueStatus(running=True, conditions=conditions))
    assert window.banner.isVisible()
    assert window.footer.below.text() == ""


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
def test_the_banner_goes_when_nothing_waits_for_a_busy_server_any_more(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot, condition: Condition
) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    status = QueueStatus(running=True, conditions=frozenset({condition}))
    sending = upload("a.jpg", UploadState.RETRYING)
    engine.tell(UploadsAdded((sending,)), status)
    assert window.banner.isVisible()
    engine.tell(UploadsChanged((replace(sending, state=UploadState.FAILED),)))
    qtbot.waitUntil(lambda: not window.banner.isVisible())


def test_an_expired_session_asks_the_person_once_and_by_banner(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    asked: list[bool] = []
    window.sign_in_wanted.connect(asked.append)
    waiting = QueueStatus(running=True, conditions=frozenset({Condition.SIGN_IN}))
    engine.tell(one_of_each(), waiting, SignInRequired())
    assert window.header.sign_in.text() == "Signed out"
    QTest.mouseClick(window.banner.button, LEFT)
    engine.tell(SignInRequired(refused_again=True))
    assert asked == [False, False, True]


def test_a_damaged_journal_is_told_until_it_was_read(window: MainWindow, engine: FakeEngine) -> None:
    engine.tell(JournalSetAside("/data/queue.damaged.db"))
    assert "/data/queue.damaged.db" in window.banner.text.text()
    QTest.mouseClick(window.banner.button, LEFT)
    assert not window.banner.isVisible()


def test_a_failed_engine_is_told_in_the_banner(window: MainWindow, engine: FakeEngine) -> None:
    engine.tell(EngineFailed(Reason(Code.JOURNAL, "read-only file system")))
    assert window.banner.isVisible()
    assert "read-only file system" in window.banner.text.text()


@pytest.mark.parametrize("by", ["files button", "folder button", "Ctrl+O"])
def test_chosen_files_and_folders_go_to_the_anomaly(window: MainWindow, engine: FakeEngine, by: str) -> None:
    window.set_anomaly("4217")
    if by == "Ctrl+O":
        QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    else:
        QTest.mouseClick(window.empty.add_files if by == "files button" else window.empty.add_folder, LEFT)
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.filesSelected.emit(["/photos"])
    dialog.close()
    assert engine.added == [([Path("/photos")], "4217")]


@pytest.mark.parametrize("status", [QueueStatus(running=False), RUNNING])
def test_closing_with_nothing_on_its_way_asks_nothing(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot, status: QueueStatus
) -> None:
    engine.tell(UploadsAdded((upload("a", S.UPLOADED if status.running else S.QUEUED),)), status)
    with qtbot.waitSignal(window.exit_requested):
        window.close()
    assert window.isVisible()  # the composition root closes, not the window


def test_the_session_says_how_long_it_lasts(window: MainWindow) -> None:
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 7300))
    assert window.header.sign_in.text().replace("\u00a0", " ") == "Signed in · expires in 2 h"


def test_a_sandbox_window_says_so_and_offers_what_arrived(engine: FakeEngine, theme: Theme, qtbot: QtBot) -> None:
    window = MainWindow(engine, theme, anomaly_id="DEMO-1", sandbox=True)
    qtbot.addWidget(window, before_close_func=lambda one: one.hide())
    assert window.header.sign_in.text() == "Trying out: nothing leaves this computer"
    entry = next(one for one in window.footer.more.menu().actions() if one.text() == "Show what arrived")
    with qtbot.waitSignal(window.open_objects_wanted):
        entry.trigger()


def test_samples_settings_and_sign_in_are_asked_of_the_composition_root(window: MainWindow, qtbot: QtBot) -> None:
    for signal, button in (
        (window.samples_wanted, window.empty.samples),
        (window.settings_wanted, window.header.settings),
        (window.sign_in_wanted, window.header.sign_in),
    ):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, LEFT)


def test_everything_that_can_be_pressed_or_typed_into_has_a_name_and_takes_the_tab_key(
    window: MainWindow, engine: FakeEngine
) -> None:
    engine.tell(one_of_each())
    window.resize(1100, 700)
    for widget in window.body.findChildren(QAbstractButton):
        if widget.isVisibleTo(window) and not isinstance(widget.parent(), QLineEdit):
            assert widget.accessibleName() or widget.text()
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert window.header.field.accessibleName()
    assert window.filters.search.accessibleName()
    assert window.view.accessibleName()


@pytest.mark.parametrize("size", [(640, 480), (980, 680), (1600, 1000)])
def test_nothing_is_cut_off_at_any_size(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot, size: tuple[int, int]
) -> None:
    engine.tell(one_of_each(), RUNNING)
    window.resize(*size)
    assert (window.width(), window.height()) == size
    qtbot.waitUntil(lambda: cut_off(window) == [])


def cut_off(window: MainWindow) -> list[str]:
    window.grab()  # only now is everything laid out
    shown = [one for one in window.body.findChildren(QAbstractButton) if one.isVisible()]
    return [
        one.text() or one.accessibleName()
        for one in shown
        if not isinstance(one.parent(), QLineEdit)
        and not (
            one.height() >= one.sizeHint().height()
            and one.width() >= one.sizeHint().width()
            and window.rect().contains(one.mapTo(window, one.rect().bottomRight()))
        )
    ]


def test_an_idle_window_never_wakes_up(window: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.tell(one_of_each())
    engine.tell(UploadsChanged((upload("queued.jpg", S.UPLOADED),)))
    qtbot.waitUntil(lambda: window.model.figures().uploaded == 3)
    timers = window.findChildren(type(window.model._flush_timer))
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in timers), timeout=30_000)  # thumbnails were looked for


def test_what_was_left_unfinished_asks_once_whether_to_resume_or_discard(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    left = [upload(f"{n}.jpg", S.QUEUED, order=n) for n in range(3)]
    ids = [one.upload_id for one in left]
    engine.event_arrived.emit(UploadsAdded(tuple(left)))
    engine.event_arrived.emit(Resumed(tuple(ids)))
    assert window.banner.text.text() == "3 files from last time have not been sent. Nothing is lost."
    assert [window.banner.button.text(), window.banner.other.text()] == ["Resume", "Discard"]
    QTest.mouseClick(window.banner.other, LEFT)
    assert engine.calls[-1] == ("remove", ids)
    assert window.banner.isHidden()


def test_resuming_starts_the_queue_and_the_question_is_gone(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.event_arrived.emit(UploadsAdded((upload("1.jpg", S.QUEUED),)))
    engine.event_arrived.emit(Resumed((UploadId("1"),)))
    QTest.mouseClick(window.banner.button, LEFT)
    assert engine.calls[-1] == ("start", None)
    engine.event_arrived.emit(RUNNING)
    assert window.banner.isHidden()
