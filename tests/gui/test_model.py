"""The model, the filter between model and view, and the figures: one insertion, coalesced changes, light at size."""

import itertools

import pytest
from PySide6 import QtCore, QtTest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import MB, S, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import UploadProgress
from uploader_gui.engine.models import UploadId
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.upload_model import Column, Role, UploadModel
from uploader_gui.gui.window.filter_bar import Chip, UploadFilter


@pytest.fixture
def model(qtbot: QtBot) -> UploadModel:
    return UploadModel(clock=lambda: 100.0)


def names(shown: UploadFilter) -> list[str]:
    return [shown.index(row, 0).data() for row in range(shown.rowCount())]


def test_model_and_filter_keep_qts_rules_as_rows_come_change_and_go(model: UploadModel, qtmodeltester: object) -> None:
    shown = UploadFilter(model)
    testers = [
        QtTest.QAbstractItemModelTester(one, QtTest.QAbstractItemModelTester.FailureReportingMode.Fatal)
        for one in (model, shown)
    ]
    shown.show_chip(Chip.WAITING)
    model.add([upload(f"{n}.jpg", order=n) for n in range(30)])
    model.change([upload(f"{n}.jpg", S.UPLOADED, order=n) for n in range(0, 30, 2)])
    model.flush()
    model.sort_by(Column.NAME)
    model.remove([UploadId(f"{n}.jpg") for n in (0, 1, 2, 9, 29)])
    shown.show_chip(Chip.ALL)
    assert (model.rowCount(), shown.rowCount()) == (25, 25)
    del testers
    qtmodeltester.check(model)  # type: ignore[attr-defined]  # pytest-qt leaves its fixture untyped
    qtmodeltester.check(shown)  # type: ignore[attr-defined]  # as above


def test_a_start_sorts_nothing_unless_the_failed_ones_were_brought_to_the_top(model: UploadModel) -> None:
    model.add([upload("a.jpg", order=0), upload("b.jpg", order=1)])
    model.sort_by(Column.STATE)
    model.change([upload("a.jpg", S.UPLOADED, order=0)])
    model.flush()
    sortings: list[bool] = []
    model.layoutChanged.connect(lambda: sortings.append(True))
    model.put_failed_first(on=False)
    assert sortings == []
    model.put_failed_first(on=True)
    assert sortings == [True]


def test_a_drop_of_five_thousand_files_is_one_insertion(model: UploadModel) -> None:
    insertions: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: insertions.append((first, last)))
    model.add(rows := [upload(f"{n}.jpg", order=n) for n in range(5000)])
    assert model.index(0, 0).data(Role.SNAPSHOT) is rows[0]  # no copy: memory
    assert (insertions, model.counts().waiting) == ([(0, 4999)], 5000)


def test_changes_reach_the_views_together_and_then_nothing_ticks(model: UploadModel, qtbot: QtBot) -> None:
    model.add([upload(f"{n}.jpg", order=n) for n in range(100)])
    ranges: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: ranges.append((first.row(), last.row())))
    with qtbot.waitSignal(model.counts_changed, timeout=60_000):
        for n in range(10, 20):
            model.change([upload(f"{n}.jpg", S.UPLOADING, order=n)])
            model.update_progress([UploadProgress(UploadId(f"{n}.jpg"), MB // 2, 1.0)])
    assert ranges == [(10, 19)]
    assert not any(timer.isActive() for timer in model.findChildren(type(model._flush_timer)))


def test_a_waiting_row_counts_down_only_while_one_waits_on_the_list(model: UploadModel) -> None:
    model.add([upload("a.jpg", S.RETRYING, Code.CONNECTION_LOST, retry_at=107.5)])
    state = model.index(0, Column.STATE)
    assert state.data() == "Trying again in 8\u00a0s"
    assert model._countdown.isActive()
    late = upload("a.jpg", S.RETRYING, Code.CONNECTION_LOST, retry_at=model.clock() - 0.1)
    assert row_text.state_text(late, None, model.clock()) == "Trying again"
    model.change([upload("a.jpg", S.UPLOADING)])
    model.flush()
    assert not model._countdown.isActive()
    model.add([upload("b.jpg", S.RETRYING, Code.CONNECTION_LOST, retry_at=model.clock() + 60.0)])
    assert any(timer.isActive() for timer in model.findChildren(QTimer))
    model.remove([UploadId("b.jpg")])
    assert not any(timer.isActive() for timer in model.findChildren(QTimer))


def test_progress_is_forgotten_once_a_transfer_ends_and_what_comes_late_not_counted_twice(model: UploadModel) -> None:
    model.add([upload("a.jpg", S.UPLOADING)])
    model.update_progress([UploadProgress(UploadId("a.jpg"), 640_000, 2.1 * MB)])
    model.flush()
    assert model.index(0, Column.STATE).data() == "64\u00a0%  ·  2.1\u00a0MB/s"
    model.change([upload("a.jpg", S.UPLOADED)])
    model.flush()
    assert model.progress_of(UploadId("a.jpg")) is None
    assert model.counts().bytes_done == MB
    model.update_progress([UploadProgress(UploadId("a.jpg"), MB, 0.0)])
    model.flush()
    assert model.counts().bytes_done == MB


def test_confirming_is_not_full_before_the_answer_and_not_yet_uploaded(model: UploadModel) -> None:
    model.add([confirming := upload("a.jpg", S.CONFIRMING)])
    everything = UploadProgress(UploadId("a.jpg"), MB, 1.0, model.clock())
    model.update_progress([everything])
    model.flush()
    assert model.index(0, Column.STATE).data() == "Confirming"
    assert (model.counts().uploaded, model.counts().bytes_done) == (0, MB)
    assert [row_text.fraction(confirming, one) for one in (everything, None)] == [0.99, 0.99]
    assert model.counts().fraction == 0.99


def test_nothing_is_called_confirming_while_its_last_bytes_are_still_in_this_computer(model: UploadModel) -> None:
    model.add([upload("a.jpg", S.CONFIRMING)])
    model.update_progress([UploadProgress(UploadId("a.jpg"), 830_000, 0.0, model.clock())])
    model.flush()
    assert model.index(0, Column.STATE).data() == "83\u00a0%"
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "a.jpg, 83\u00a0%, sending"


@pytest.mark.parametrize("state", [S.RETRYING, S.CANCELLED])
def test_bytes_of_an_attempt_that_ended_leave_row_and_sums(model: UploadModel, state: S) -> None:
    model.add([upload("a.jpg", S.UPLOADING), upload("b.jpg", S.UPLOADING)])
    both = [UploadProgress(UploadId(name), MB // 2, 1.0) for name in ("a.jpg", "b.jpg")]
    model.update_progress(both)
    model.change([ended := upload("a.jpg", state)])
    model.flush()
    assert (row_text.fraction(ended, both[0]), model.counts().bytes_done) == (0.0, MB // 2)
    model.update_progress([])
    model.flush()
    assert model.counts().bytes_done == 0


@pytest.mark.parametrize("state", [S.UPLOADING, S.CONFIRMING])
def test_a_row_says_since_when_nothing_has_moved(model: UploadModel, state: S) -> None:
    now, name = model.clock(), UploadId("a.jpg")
    still = [UploadProgress(name, 1, 0.0, now - seconds) for seconds in (19.9, 20, 35)]
    told = [row_text.state_text(upload("a.jpg", state), progress, now) for progress in still]
    assert "moved" not in told[0]
    assert [one.replace("\u00a0", " ") for one in told[1:]] == [
        f"Nothing has moved for {seconds} s" for seconds in (20, 35)
    ]
    spoken = row_text.accessible_text(upload("a.jpg", state), still[2], now)
    assert spoken.replace("\u00a0", " ").endswith(", nothing has moved for 35 s")


def test_rows_read_as_text_for_assistive_technology(model: UploadModel) -> None:
    model.add([upload("IMG_1.jpg", S.UPLOADING), upload("b.jpg", S.FAILED, Code.CHANGED)])
    model.update_progress([UploadProgress(UploadId("IMG_1.jpg"), 420_000, 0.0)])
    model.flush()
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert spoken == ["IMG_1.jpg, 42\u00a0%, sending", "b.jpg, failed, The file was changed while it was being sent."]


def test_each_chip_shows_its_states(model: UploadModel) -> None:
    shown = UploadFilter(model)
    model.add([upload(state.value, state, order=at) for at, state in enumerate(S)])
    expected = {
        Chip.ALL: [state.value for state in S],
        Chip.WAITING: ["fetching", "preparing", "queued", "registering", "registered"],
        Chip.SENDING: ["uploading", "confirming", "retrying"],
        Chip.FAILED: ["failed"],
        Chip.REFUSED: ["refused"],
        Chip.UPLOADED: ["uploaded"],
        Chip.SKIPPED: ["skipped"],
    }
    for chip, wanted in expected.items():
        shown.show_chip(chip)
        assert names(shown) == wanted


def test_sorting_keeps_the_selection_and_what_comes_later_falls_into_place(model: UploadModel) -> None:
    shown = UploadFilter(model)
    model.add([upload("c.jpg", order=0), upload("a.jpg", order=1)])
    kept = QtCore.QPersistentModelIndex(shown.index(0, 0))
    model.sort_by(Column.NAME)
    model.add([upload("b.jpg", order=2)])
    assert (names(shown), kept.row(), kept.data()) == (["a.jpg", "b.jpg", "c.jpg"], 2, "c.jpg")
    model.remove([UploadId("a.jpg")])
    model.sort_by(Column.ADDED)
    assert names(shown) == ["c.jpg", "b.jpg"]


def test_sorted_by_state_rows_move_once_their_state_has_changed(model: UploadModel, qtbot: QtBot) -> None:
    shown = UploadFilter(model)
    model.add([upload("sent.jpg", S.UPLOADED), upload("a.jpg", order=1), upload("b.jpg", order=2)])
    model.sort_by(Column.STATE)
    assert names(shown) == ["a.jpg", "b.jpg", "sent.jpg"]
    model.change([upload("b.jpg", S.FAILED, Code.CHANGED, order=2)])
    qtbot.waitUntil(lambda: names(shown) == ["b.jpg", "a.jpg", "sent.jpg"])
    assert not model._sort_timer.isActive()


@pytest.mark.parametrize(
    ("state", "share"), [(S.CANCELLED, 0.0), (S.REFUSED, 0.0), (S.SKIPPED, 1.0), (S.UPLOADED, 1.0)]
)
def test_the_bar_is_full_only_where_something_was_sent(model: UploadModel, state: S, share: float) -> None:
    model.add([upload("a.jpg", state), upload("b.jpg", S.CANCELLED, order=1)])
    assert model.counts().fraction == share
    model.add([upload("c.jpg", elsewhere="https://old.example", order=2)])
    assert model.counts().fraction < 1


def test_figures_follow_every_change(model: UploadModel) -> None:
    model.add([upload(state.value, state, order=at) for at, state in enumerate(S)])
    before = model.counts()
    assert (before.files, before.bytes_total, before.bytes_done) == (13, 10 * MB, MB)
    model.change([upload(state.value, S.UPLOADED, order=at) for at, state in enumerate(S)])
    model.flush()
    assert (model.counts().uploaded, model.counts().fraction) == (13, 1.0)
    model.remove([UploadId(state.value) for state in S])
    assert model.counts().files == 0


def test_many_scattered_rows_leave_at_once(model: UploadModel, qtbot: QtBot) -> None:
    model.add([upload(f"{n}.jpg", order=n) for n in range(1000)])
    model.change([upload("0.jpg", S.UPLOADED)])
    model.flush()
    with qtbot.waitSignal(model.modelReset):
        model.remove([UploadId(f"{n}.jpg") for n in range(0, 1000, 2)])
    left = [model.snapshot(row).upload_id for row in range(model.rowCount())]
    assert left == [f"{n}.jpg" for n in range(1, 1000, 2)]
    model.change([upload("1.jpg", S.UPLOADED)])  # what changed before has left
    model.flush()
    assert (model.counts().files, model.counts().uploaded) == (500, 1)


def test_rows_name_their_anomaly_where_there_are_several_or_another_one_is_shown(model: UploadModel) -> None:
    model.add([upload("a.jpg")])
    assert model.names_anomalies()  # taken up again, and no number is entered yet
    model.show_anomaly("4217")
    assert not model.names_anomalies()
    model.add([upload("b.jpg", anomaly_id="99")])
    assert model.names_anomalies()
    model.change([upload("b.jpg", anomaly_id="4217")])
    model.flush()
    assert not model.names_anomalies()


def test_twenty_thousand_emits_leave_the_interpreter_alive(model: UploadModel) -> None:
    """PySide6 6.12.0 on Python 3.11 dropped a reference of None with each emit until it aborted."""
    heard = itertools.count()
    model.counts_changed.connect(lambda: next(heard) and None)
    for _ in range(20_000):
        model.counts_changed.emit()
    assert next(heard) == 20_000
