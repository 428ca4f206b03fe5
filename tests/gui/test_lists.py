"""Long lists: filters, search and order with three thousand rows, by mouse and by keyboard alone."""

import random

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, MB, REST, RUNNING, FakeEngine, S, Window, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import QueueIdle, Totals, UploadsAdded, UploadsChanged, UploadsRemoved
from uploader_gui.engine.models import UploadId, UploadSnapshot
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.upload_list.row_text import attention_rank, type_label
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.upload_list.upload_view import UploadView
from uploader_gui.gui.window.filter_bar import Chip
from uploader_gui.window_app.program import warm_up

MANY = 3000
STATES = (
    S.UPLOADED, S.QUEUED, S.FAILED, S.REFUSED, S.SKIPPED, S.CANCELLED, S.UPLOADING, S.QUEUED, S.UPLOADED, S.QUEUED,
)  # fmt: skip
TYPES = ("image/jpeg", "application/pdf", "text/csv")
CODES = {S.FAILED: Code.CHANGED, S.REFUSED: Code.TYPE_NOT_ACCEPTED, S.SKIPPED: Code.ALREADY_UPLOADED}


def many() -> list[UploadSnapshot]:
    """Make three thousand rows in no order but that they were added in."""
    numbers = list(range(MANY))
    random.Random(4217).shuffle(numbers)
    return [
        upload(
            f"IMG_{number}.jpg",
            STATES[number % len(STATES)],
            CODES.get(STATES[number % len(STATES)]),
            size=MB + number,
            media_type=TYPES[number % len(TYPES)],
            order=place,
        )
        for place, number in enumerate(numbers)
    ]


def shown(window: Window) -> list[UploadSnapshot]:
    rows = (window.shown.mapToSource(window.shown.index(row, 0)).row() for row in range(window.shown.rowCount()))
    return [window.model.snapshot(row) for row in rows]


def names(window: Window) -> list[str]:
    return [one.source.name for one in shown(window)]


@pytest.fixture
def full(window: Window, engine: FakeEngine) -> Window:
    window.tell(UploadsAdded(tuple(many())))
    return window


def test_delete_cancels_the_rows_being_sent_and_removes_the_rest(full: Window, qtbot: QtBot) -> None:
    full.view.selectAll()
    with qtbot.waitSignal(full.view.taken_away) as told:
        QTest.keyClick(full.view, Qt.Key.Key_Delete)
    assert told.args is not None
    assert [len(ids) for ids in told.args] == [300, 2700]


def test_the_chips_part_the_list_without_rest(full: Window) -> None:
    counts = {chip: button.count for chip, button in full.filters.chips.items()}
    assert counts[Chip.ALL] == MANY == sum(count for chip, count in counts.items() if chip is not Chip.ALL)
    assert (counts[Chip.UPLOADED], counts[Chip.SKIPPED]) == (600, 300)
    for chip, button in full.filters.chips.items():
        QTest.mouseClick(button, LEFT)
        assert full.shown.rowCount() == counts[chip]


@pytest.mark.parametrize(("which", "state"), [(Chip.CANCELLED, S.CANCELLED), (Chip.SKIPPED, S.SKIPPED)])
def test_cancelled_and_skipped_files_have_a_filter_if_any(which: Chip, state: S, window: Window, qtbot: QtBot) -> None:
    chip = window.filters.chips[which]
    window.tell(UploadsAdded((upload("a"), upload("b"))))
    assert not chip.isVisible()
    window.tell(UploadsChanged((upload("a", state),)))
    qtbot.waitUntil(chip.isVisible)
    QTest.mouseClick(chip, LEFT)
    assert names(window) == ["a"]
    window.tell(UploadsRemoved((UploadId("a"),)))
    assert not chip.isVisible()
    assert window.filters.chips[Chip.ALL].isChecked()
    assert names(window) == ["b"]


@pytest.mark.parametrize(
    ("column", "key"),
    [
        (Column.NAME, lambda one: int(one.source.name[4:-4])),
        (Column.SIZE, lambda one: one.source.size),
        (Column.TYPE, lambda one: type_label(one.source)),
        (Column.STATE, attention_rank),
        (Column.ADDED, lambda one: one.order),
    ],
    ids=lambda value: value.name if isinstance(value, Column) else "",
)
def test_three_thousand_rows_sort_by_the_menu(full: Window, column: Column, key: object) -> None:
    full.model.sort_by(Column.SIZE if column is not Column.SIZE else Column.NAME)
    entry = full.filters.sort.menu().actions()[(1, 2, 3, 4, 0)[column]]
    entry.trigger()
    keys = [key(one) for one in shown(full)]  # type: ignore[operator]  # one of the functions above
    assert (keys, len(keys)) == (sorted(keys), MANY)


def test_names_sort_as_people_expect(window: Window) -> None:
    schools = ["Ecole 2.jpg", "école.jpg", "été 2.jpg", "Été 10.jpg", "etude.jpg"]
    wanted = [*schools, "IMG_2.jpg", "img_10.jpg", "Œuvre.pdf", "ouvrage.pdf"]
    mixed = random.Random(1).sample(wanted, len(wanted))
    window.tell(UploadsAdded(tuple(upload(name, order=at) for at, name in enumerate(mixed))))
    window.model.sort_by(Column.NAME)
    assert names(window) == wanted


def test_a_search_sees_through_case_and_accents(window: Window) -> None:
    rows = [*many(), upload("Désenfumage ÉTÉ.pdf", order=MANY)]
    window.tell(UploadsAdded(tuple(rows)))
    QTest.keyClicks(window.filters.search, "  desenfumage ete ")
    assert names(window) == ["Désenfumage ÉTÉ.pdf"]
    window.filters.search.clear()
    QTest.keyClicks(window.filters.search, "IMG_299")
    assert len(names(window)) == 11


def test_a_search_that_finds_nothing_says_how_to_go_back(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    QTest.keyClicks(window.filters.search, "zzz")
    assert window.view.nothing_text == "No file’s name contains this. Esc clears the search."
    QTest.keyClick(window, Qt.Key.Key_Escape)
    QTest.mouseClick(window.filters.chips[Chip.FAILED], LEFT)
    assert window.view.nothing_text == "No file to show here"


def test_at_the_end_failed_ones_come_first(full: Window) -> None:
    full.tell(RUNNING)
    full.view.scrollToBottom()
    ended = [upload(one.source.name, S.UPLOADED, order=one.order) for one in many() if not one.state.finished]
    full.tell(UploadsChanged(tuple(ended)), REST, QueueIdle(Totals()))
    states = [one.state for one in shown(full)]
    assert states[:600] == [S.FAILED] * 300 + [S.REFUSED] * 300
    orders = [one.order for one in shown(full)]
    assert (orders[:300], orders[600:]) == (sorted(orders[:300]), sorted(orders[600:]))
    assert full.view.verticalScrollBar().value() == 0
    full.tell(UploadsAdded((upload("late.pdf", S.FAILED, Code.MISSING, order=MANY),)))
    assert shown(full)[300].source.name == "late.pdf"
    full.tell(RUNNING)  # “Retry failed”
    assert [one.order for one in shown(full)] == list(range(MANY + 1))


def test_at_the_end_refused_ones_alone_come_first_too(window: Window) -> None:
    rows = (upload("sent.pdf", S.UPLOADED, order=0), upload("film.mp4", S.REFUSED, Code.TYPE_NOT_ACCEPTED, order=1))
    window.tell(UploadsAdded(rows), QueueIdle(Totals()))
    assert names(window) == ["film.mp4", "sent.pdf"]


def test_what_fails_last_comes_first_at_the_end_though_it_came_with_it(window: Window) -> None:
    rows = [upload("sent.pdf", S.UPLOADED, order=0), upload("last.pdf", S.UPLOADING, order=1)]
    window.tell(UploadsAdded(tuple(rows)), RUNNING)
    failed = upload("last.pdf", S.FAILED, Code.DAMAGED, order=1)
    window.tell(UploadsChanged((failed,)), REST, QueueIdle(Totals()))
    assert names(window) == ["last.pdf", "sent.pdf"]


def test_a_chosen_order_is_the_order(full: Window) -> None:
    full.tell(QueueIdle(Totals()))
    assert shown(full)[0].state is S.FAILED
    full.model.sort_by(Column.SIZE)
    assert names(full)[0] == "IMG_0.jpg"


def test_what_a_person_cancelled_stays_where_it_is_at_the_end(window: Window) -> None:
    window.tell(UploadsAdded((upload("a", S.UPLOADED, order=0), upload("b", S.CANCELLED, order=1))))
    window.tell(QueueIdle(Totals()))
    assert names(window) == ["a", "b"]


def test_filters_search_and_order_are_reached_by_the_keyboard(full: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(full.isActiveWindow)
    full.header.field.setFocus()
    reached: list[QWidget] = []
    for _ in range(40):
        if (focused := QApplication.focusWidget()) is not None:
            reached.append(focused)
            QTest.keyClick(focused, Qt.Key.Key_Tab)
    filters = full.filters
    assert {filters.chips[Chip.ALL], filters.search, filters.sort, full.view} <= set(reached)
    QTest.keyClick(full, Qt.Key.Key_F, CTRL)
    assert QApplication.focusWidget() is filters.search
    filters.chips[Chip.FAILED].setFocus()
    QTest.keyClick(filters.chips[Chip.FAILED], Qt.Key.Key_Space)
    assert full.shown.rowCount() == 300
    filters.sort.setFocus()
    QTest.keyClick(filters.sort, Qt.Key.Key_Space)
    qtbot.waitUntil(filters.sort.menu().isVisible)
    for _ in range(3):
        QTest.keyClick(filters.sort.menu(), Qt.Key.Key_Down)
    QTest.keyClick(filters.sort.menu(), Qt.Key.Key_Return)
    sizes = [one.source.size for one in shown(full)]
    assert sizes == sorted(sizes)


def test_a_rehearsed_list_leaves_no_window_behind(theme: Theme, qtbot: QtBot) -> None:
    before = {one for one in QApplication.topLevelWidgets() if isinstance(one, UploadView)}
    warm_up(theme, QSize(600, 200))
    qtbot.waitUntil(lambda: {one for one in QApplication.topLevelWidgets() if isinstance(one, UploadView)} <= before)
