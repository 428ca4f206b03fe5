"""The window as a whole: validation, filters, footer, banner, leaving, dialogs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.cut_off import STATES, cut_off
from tests.gui.fake_engine import CTRL, LEFT, REST, RUNNING, FakeEngine, S, Window, found, one_of_each, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    AnomalyLookedUp,
    Event,
    Lookup,
    PathsAdded,
    QueueStatus,
    SentElsewhere,
    SignedIn,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
)
from uploader_gui.engine.models import UploadId
from uploader_gui.gui.drop.drop_area import EmptyState
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.filter_bar import Chip
from uploader_gui.gui.window.header import SignInState


@pytest.mark.parametrize("typed", ["4217", " 4217 ", "DEMO-1", "a_b-C9", "x" * 64])
def test_a_valid_number_gets_a_check(window: Window, typed: str) -> None:
    QTest.keyClicks(window.header.field, typed)
    assert window.header.field.anomaly_id == typed.strip()
    assert window.header.field.actions()[0].isVisible()
    assert not window.header.hint.isVisible()


@pytest.mark.parametrize("typed", ["42 17", "4217/..", "é", "x" * 65, "a?b"])
def test_a_wrong_number_gets_a_sentence_as_you_type(window: Window, typed: str) -> None:
    window.header.field.insert(typed)
    assert window.header.field.anomaly_id == ""
    assert not window.header.field.actions()[0].isVisible()
    assert "64 at most" in window.header.hint.text()
    assert window.header.field.accessibleDescription() == window.header.hint.text()


def test_the_words_in_the_empty_field_are_not_cut_off_beside_the_arrow(window: Window) -> None:
    field = window.header.field
    field.offer(["4217"])
    icon_and_edges = 64
    words = field.fontMetrics().horizontalAdvance(field.placeholderText())
    assert words + icon_and_edges <= field.width()


def test_an_empty_list_shows_the_card_and_no_footer(window: Window) -> None:
    assert window.empty.isVisible()
    assert not window.footer.isVisible()
    window.tell(UploadsAdded((upload("a.jpg"),)))
    assert window.view.isVisible()
    assert window.footer.isVisible()
    window.tell(UploadsRemoved((UploadId("a.jpg"),)))
    assert window.empty.isVisible()


def test_chips_count_and_filter(window: Window, qtbot: QtBot) -> None:
    window.tell(one_of_each())
    counts = {chip: button.count for chip, button in window.filters.chips.items()}
    assert counts == {
        Chip.ALL: 13, Chip.WAITING: 5, Chip.SENDING: 3, Chip.FAILED: 1, Chip.REFUSED: 1, Chip.UPLOADED: 1,
        Chip.SKIPPED: 1, Chip.CANCELLED: 1,
    }  # fmt: skip
    QTest.mouseClick(window.filters.chips[Chip.FAILED], LEFT)
    assert window.shown.rowCount() == 1
    window.tell(UploadsChanged((upload("uploading.jpg", S.FAILED, Code.MISSING),)))
    qtbot.waitUntil(lambda: window.shown.rowCount() == 2)
    assert window.filters.chips[Chip.FAILED].accessibleName() == "Failed, 2"


def test_search_filters_and_escape_takes_it_back(window: Window) -> None:
    window.tell(one_of_each())
    QTest.keyClicks(window.filters.search, "UPLOADED")
    assert window.shown.rowCount() == 1
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.shown.rowCount() == 13


@pytest.mark.parametrize("by", ["files button", "folder button", "Ctrl+O"])
def test_chosen_files_and_folders_go_to_the_anomaly(window: Window, by: str) -> None:
    window.set_anomaly("4217")
    if by == "Ctrl+O":
        QTest.keyClick(window, Qt.Key.Key_O, CTRL)
    else:
        QTest.mouseClick(window.empty.add_files if by == "files button" else window.empty.add_folder, LEFT)
    dialog = found(window, QFileDialog)
    dialog.filesSelected.emit(["/photos"])
    dialog.close()
    assert window.engine.added == [([Path("/photos")], "4217")]


@pytest.mark.parametrize("states", [(), (S.UPLOADED, S.SKIPPED), (S.UPLOADED, S.CANCELLED)])
@pytest.mark.parametrize("status", [REST, RUNNING])
def test_closing_with_all_sent_asks_nothing(
    window: Window, qtbot: QtBot, status: QueueStatus, states: tuple[S, ...]
) -> None:
    window.tell(UploadsAdded(tuple(upload(state, state) for state in states)), status)
    with qtbot.waitSignal(window.exit_requested):
        window.close()
    assert window.isVisible()  # the composition root closes, not the window


def test_signed_in_is_said_once_the_service_has_said_so_and_how_long_it_lasts(window: Window) -> None:
    first = SignInState(signed_in=True, which=1)
    window.set_signed_in(first)
    assert window.header.sign_in.text() == "Tokens kept; checked with the first deposit"
    window.resize(640, 480)
    assert window.header.sign_in.text() == "Tokens kept"
    window.tell(SignedIn())
    assert window.header.sign_in.text() == "Signed in"
    window.set_signed_in(first)  # settings were saved
    assert window.header.sign_in.text() == "Signed in"
    window.set_signed_in(SignInState(signed_in=True, which=2))
    assert window.header.sign_in.text() == "Tokens kept"
    window.resize(980, 680)
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 7300, accepted=True))
    assert window.header.sign_in.text().replace("\u00a0", " ") == "Signed in · expires in 2 h"


def test_a_sandbox_window_says_so_and_offers_what_arrived(trial: Window, qtbot: QtBot) -> None:
    assert trial.header.sign_in.text() == "Trying out: nothing leaves this computer"
    entry = next(one for one in trial.footer.more.menu().actions() if one.text() == "Show the files received")
    with qtbot.waitSignal(trial.open_objects_wanted):
        entry.trigger()


def test_samples_settings_and_sign_in_are_asked_of_the_composition_root(window: Window, qtbot: QtBot) -> None:
    for signal, button in (
        (window.samples_wanted, window.empty.samples),
        (window.settings_wanted, window.header.settings),
        (window.sign_in_wanted, window.header.sign_in),
    ):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, LEFT)


@pytest.mark.parametrize("size", [(640, 480), (980, 680), (1600, 1000)])
def test_nothing_is_cut_off_at_any_size(window: Window, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.tell(one_of_each(), RUNNING)
    window.resize(*size)
    assert (window.width(), window.height()) == size
    qtbot.waitUntil(lambda: cut_off(window) == [])


def test_on_a_low_screen_the_filters_make_room_for_a_row_and_the_buttons(
    engine: FakeEngine, qapp: QApplication, qtbot: QtBot
) -> None:
    theme = Theme(qapp, Qt.ColorScheme.Light)
    theme.scale = 2.8  # no screen here is lower than 800 pixels: larger text stands for it
    window = Window(engine, theme)
    qtbot.addWidget(window, before_close_func=lambda one: one.hide())
    window.resize(780, 752)
    window.show()
    window.tell(one_of_each(), RUNNING)
    qtbot.waitUntil(lambda: cut_off(window) == [])
    assert (window.height(), window.filters.isVisible()) == (752, False)
    assert window.footer.primary.isVisible()
    assert window.view.height() >= theme.px(60)


UUID = "c0ffee00-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "happens",
    [
        (
            UploadsAdded(tuple(upload(f"{n}", anomaly_id=UUID, order=n) for n in range(3))),
            PathsAdded(UUID, 3, 0, 0, 0),
            SentElsewhere(UUID, UUID[::-1], 2, 3, 1.7e9, tuple(UploadId(f"{n}") for n in range(3))),
        ),
        (
            UploadsAdded((upload("a", S.UPLOADED, anomaly_id=UUID), upload("b", S.REFUSED, anomaly_id=UUID))),
            AnomalyLookedUp(UUID, Lookup.UNKNOWN),
        ),
        (),
    ],
)
def test_a_long_number_is_cut_off_nowhere_in_a_narrow_window(
    window: Window, qtbot: QtBot, happens: tuple[Event, ...]
) -> None:
    window.resize(640, 480)
    if not happens:
        window.add_files.keep([Path("/a.jpg"), Path("/")])
    window.set_anomaly(UUID)
    window.tell(*happens)
    qtbot.waitUntil(lambda: cut_off(window) == [])
    assert window.width() == 640


def test_with_200_percent_on_a_low_screen_everything_stays_on_it_and_is_whole(tmp_path: Path) -> None:
    screen = {"name": "low", "x": 0, "y": 0, "width": 683, "height": 384, "logicalDpi": 96, "dpr": 1}
    places = tmp_path / "screen.json"
    places.write_text(json.dumps({"screens": [screen]}))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.gui.cut_off"],
        env=os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={places}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = json.loads(ended.stdout)
    assert found.keys() == STATES.keys()
    assert {name: (height <= 372, cut) for name, (height, cut) in found.items()} == dict.fromkeys(found, (True, []))


def test_an_idle_window_never_wakes_up(window: Window, qtbot: QtBot) -> None:
    window.tell(one_of_each())
    window.tell(UploadsChanged((upload("queued.jpg", S.UPLOADED),)))
    qtbot.waitUntil(lambda: window.model.counts().uploaded == 2)
    timers = window.findChildren(type(window.model._flush_timer))
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in timers), timeout=30_000)  # thumbnails were looked for


def test_a_low_card_does_without_its_picture(theme: Theme, qtbot: QtBot) -> None:
    place = QWidget()
    qtbot.addWidget(place)
    card = EmptyState(theme)
    card.setParent(place)
    place.show()
    for height, shown in ((500, True), (card.minimumSizeHint().height(), False), (500, True)):
        card.setGeometry(0, 0, 600, height)
        card.show()
        assert card.picture.isVisible() is shown
        assert card.minimumSizeHint().height() <= height
