"""Rows under mouse and keyboard: actions at their hit areas, menu, selection, tooltips."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, S, Window, colors_of, found, one_of_each, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import UploadsAdded, UploadsRemoved
from uploader_gui.engine.models import Source, Substitute, UploadId, UploadSnapshot, UploadState
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.row_actions import MENU, RowAction, active_row_actions, allowed
from uploader_gui.gui.upload_list.row_layout import ROW_HEIGHT
from uploader_gui.gui.upload_list.upload_model import Column, Role
from uploader_gui.gui.window.filter_bar import Chip
from uploader_gui.i18n import _

TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Every character that marks or turns the direction of reading."""


def show(window: Window, *uploads: UploadSnapshot) -> None:
    window.tell(UploadsAdded(uploads))
    QApplication.sendPostedEvents()


def point_at(window: Window, place: QPoint) -> None:
    """Move the pointer within the window itself: a widget's way would ask which window lies at that place."""
    QTest.mouseMove(window.windowHandle(), window.view.viewport().mapTo(window, place))


def place_of(window: Window, row: int, action: RowAction) -> QPoint:
    index = window.shown.index(row, 0)
    layout = window.view.delegate.layout_of(window.view.visualRect(index), index, active=True)
    return next(button.area.center() for button in layout.actions if button.action is action)


@pytest.mark.parametrize(
    ("state", "action", "call"),
    [
        (S.FAILED, RowAction.TRY_AGAIN, "retry"),
        (S.CANCELLED, RowAction.TRY_AGAIN, "retry"),
        (S.SKIPPED, RowAction.SEND_AGAIN, "send_again"),
        (S.REFUSED, RowAction.REMOVE, "remove"),
        (S.UPLOADED, RowAction.REMOVE, "remove"),
        (S.QUEUED, RowAction.CANCEL, "cancel"),
        (S.UPLOADING, RowAction.CANCEL, "cancel"),
    ],
)
def test_a_rows_action_works_by_mouse_and_by_keyboard(window: Window, state: S, action: RowAction, call: str) -> None:
    show(window, upload("a.jpg"), upload("b.jpg", state))
    QTest.mouseClick(window.view.viewport(), LEFT, pos=place_of(window, 1, action))
    window.view.setCurrentIndex(window.shown.index(1, 0))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        QTest.keyClick(window.view, key)
    assert window.engine.calls == [(call, ["b.jpg"])] * 3


def test_a_press_that_ends_elsewhere_does_nothing_and_a_click_on_an_action_selects_nothing(window: Window) -> None:
    show(window, upload("a.jpg", S.FAILED, Code.CHANGED))
    QTest.mousePress(window.view.viewport(), LEFT, pos=place_of(window, 0, RowAction.TRY_AGAIN))
    QTest.mouseRelease(window.view.viewport(), LEFT, pos=QPoint(100, 20))
    assert window.engine.calls == []
    QTest.mouseClick(window.view.viewport(), LEFT, pos=place_of(window, 0, RowAction.TRY_AGAIN))
    assert window.view.selected() == []


def test_the_pointer_becomes_a_hand_over_an_action_only(window: Window, qtbot: QtBot) -> None:
    show(window, upload("a.jpg", S.FAILED, Code.CHANGED))
    point_at(window, place_of(window, 0, RowAction.TRY_AGAIN))
    qtbot.waitUntil(lambda: window.view.delegate.pointed_at is not None)
    assert window.view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    point_at(window, QPoint(100, 20))
    qtbot.waitUntil(lambda: window.view.delegate.pointed_at is None)
    assert window.view.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_the_buttons_of_a_row_do_not_move_when_it_is_pointed_at(window: Window) -> None:
    show(window, upload("a.heic", S.REFUSED, Code.TYPE_NOT_ACCEPTED))
    index = window.shown.index(0, 0)
    rect = window.view.visualRect(index)
    rests, at_hand = (window.view.delegate.layout_of(rect, index, active=hand).actions for hand in (False, True))
    assert rests
    assert set(rests) < set(at_hand)


@pytest.mark.parametrize("state", S)
def test_the_more_button_offers_every_action_of_the_menu(window: Window, state: S) -> None:
    snapshot = upload("a.jpg", state, Code.CHANGED)
    show(window, snapshot)
    assert active_row_actions(snapshot)[-1] is RowAction.MORE
    QTest.mouseClick(window.view.viewport(), LEFT, pos=place_of(window, 0, RowAction.MORE))
    menu = found(window.view, QMenu)
    offered = {entry.text(): entry.isEnabled() for entry in menu.actions()}
    stays = "Registered already: stays with its anomaly"
    assert offered == {
        stays if action is RowAction.SEND_TO and not allowed(action, snapshot) else action.label: allowed(
            action, snapshot
        )
        for action in MENU
    }
    menu.close()


def test_the_menu_acts_on_the_selected_rows_it_fits(window: Window) -> None:
    lost = upload("c.jpg", S.FAILED, Code.STALLED)
    show(window, upload("a.jpg", S.FAILED, Code.CHANGED), upload("b.jpg"), lost)
    window.view.selectAll()
    menu = window.view.menu_for(window.view.selected())
    entries = {entry.text(): entry for entry in menu.actions()}
    entries["Retry"].trigger()
    entries["Cancel"].trigger()
    entries["Copy reason"].trigger()
    assert window.engine.calls == [("retry", ["a.jpg", "c.jpg"]), ("cancel", ["b.jpg"])]
    assert QGuiApplication.clipboard().text().splitlines() == [
        "a.jpg: The file was changed while it was being sent. Try again.",
        f"c.jpg: {row_text.whole_reason(lost)}",
    ]
    menu.close()


def test_show_in_folder_shows_where_the_first_ones_original_lies(window: Window, shown_elsewhere: list[str]) -> None:
    made = Path("/data/substitutes/a.jpg")
    converted = replace(
        upload("a.heic", S.UPLOADED), substitute=Substitute(Source(made, made, "a.jpg", "image/jpeg", 1, 0), "ab")
    )
    other = Path("/other/b.jpg")
    show(window, converted, replace(upload("b.jpg"), source=Source(other, other, "b.jpg", "image/jpeg", 1, 0)))
    window.view.selectAll()
    menu = window.view.menu_for(window.view.selected())
    next(entry for entry in menu.actions() if entry.text() == RowAction.SHOW_IN_FOLDER.label).trigger()
    assert shown_elsewhere == ["/photos"]
    menu.close()


def painted(window: Window) -> QImage:
    """Take the list as it stands on the screen; nothing is painted for that."""
    whole = window.screen().grabWindow(window.winId()).toImage()
    return whole.copy(QRect(window.view.mapTo(window, QPoint(0, 0)), window.view.size()))


def spoken_of(window: Window) -> str:
    """Give what a screen reader reads of the first row."""
    return str(window.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_rows_name_their_anomaly_as_soon_as_another_number_stands_there(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    show(window, upload("a.jpg"))
    qtbot.waitUntil(lambda: not window.model.names_anomalies())
    window.repaint()
    before = painted(window)
    window.set_anomaly("9")
    qtbot.waitUntil(lambda: painted(window) != before)
    assert window.model.names_anomalies()
    assert "9" not in window.windowTitle()  # the taskbar would show this file's progress beside another's number
    assert spoken_of(window).endswith(", Anomaly 4217")
    window.set_anomaly("4217")
    qtbot.waitUntil(lambda: painted(window) == before)
    assert "4217" in window.windowTitle()
    assert "4217" not in spoken_of(window)
    show(window, upload("b.jpg", anomaly_id="9"))
    qtbot.waitUntil(lambda: "4217" not in window.windowTitle())


def test_only_what_is_stored_looks_so(window: Window, theme: Theme) -> None:
    window.tell(one_of_each())
    looks, words, bars = {}, {}, set()
    for row in range(window.model.rowCount()):
        index = window.view.model().index(row, 0)
        state = index.data(Role.SNAPSHOT).state
        window.view.scrollTo(index)
        layout = window.view.delegate.layout_of(window.view.visualRect(index), index, active=False)
        looks[state] = window.view.viewport().grab(layout.disc).toImage()
        words[state] = colors_of(window.view.viewport().grab(layout.state))
        bars |= set() if layout.bar.isNull() else colors_of(window.view.viewport().grab(layout.bar))
    assert {state for state in S if theme.colors.ok.lower() in words[state]} == {S.UPLOADED}
    assert theme.colors.accent.lower() in bars  # that of what is to be confirmed is nearly full
    assert theme.colors.ok.lower() not in bars
    colors = {state: colors_of(look) for state, look in looks.items()}
    for name, states in (
        ("ok", {S.UPLOADED}),
        ("danger", {S.FAILED}),
        ("warning", {S.REFUSED, S.RETRYING}),
    ):
        assert {state for state in S if getattr(theme.colors, name).lower() in colors[state]} == states
    assert looks[S.CANCELLED] != looks[S.SKIPPED]
    assert looks[S.QUEUED] == looks[S.REGISTERING] == looks[S.REGISTERED]
    assert looks[S.UPLOADING] == looks[S.CONFIRMING]


@pytest.mark.parametrize(
    ("row", "chip", "color"),
    [
        (upload("a.jpg", S.FAILED, Code.NO_ACCESS), Chip.FAILED, "danger"),
        (upload("a.jpg", S.FAILED, Code.REJECTED), Chip.FAILED, "danger"),
        (upload("a.jpg", S.REFUSED, Code.EMPTY_FILE), Chip.REFUSED, "warning"),
    ],
)
def test_a_row_has_the_colour_of_the_count_of_its_filter(
    window: Window, theme: Theme, row: UploadSnapshot, chip: Chip, color: str
) -> None:
    show(window, row)
    window.repaint()
    shown = window.view.grab(QRect(0, 0, window.view.width(), ROW_HEIGHT))
    for picture in (shown.toImage(), window.filters.chips[chip].grab().toImage()):
        seen = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
        alerts = {name for name in ("danger", "warning") if QColor(getattr(theme.colors, name)).rgb() in seen}
        assert alerts == {color}


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_removes_selected_rows_and_cancels_those_under_way(window: Window, key: Qt.Key) -> None:
    under_way = [upload(f"{state}.jpg", state) for state in (S.UPLOADING, S.CONFIRMING, S.RETRYING)]
    show(window, upload("a.jpg"), *under_way, upload("c.jpg", S.UPLOADED))
    window.view.setFocus()
    QTest.keyClick(window.view, Qt.Key.Key_A, CTRL)
    QTest.keyClick(window.view, key)
    assert window.engine.calls == [
        ("cancel", ["uploading.jpg", "confirming.jpg", "retrying.jpg"]),
        ("remove", ["a.jpg", "c.jpg"]),
    ]


def test_every_row_paints_in_both_schemes_and_when_narrow(window: Window) -> None:
    show(window, *(upload(f"{state}.jpg", state, Code.CHANGED, order=n) for n, state in enumerate(S)))
    window.resize(640, 480)
    assert window.width() == 640
    assert window.view.rowHeight(0) >= ROW_HEIGHT
    picture = window.view.grab().toImage()
    window.view.selectAll()
    assert window.view.grab().toImage() != picture


def test_a_tooltip_tells_the_elided_name_and_the_servers_words_as_plain_text(window: Window) -> None:
    name = f"<b>{'x' * 240}</b>.jpg"
    show(window, upload(name, S.FAILED, Code.REJECTED, detail="<i>closed</i>"))
    place = QPoint(200, 20)
    event = QHelpEvent(QEvent.Type.ToolTip, place, window.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(window.view.viewport(), event)
    assert "&lt;b&gt;xxx" in QToolTip.text()
    assert "(&lt;i&gt;closed&lt;/i&gt;)" in QToolTip.text()
    QToolTip.hideText()


def test_the_second_line_says_why_and_what_to_do_unless_a_button_does() -> None:
    told = row_text.reason_text
    assert told(upload("a", S.FAILED, Code.CHANGED)) == "The file was changed while it was being sent."
    assert told(upload("a", S.FAILED, Code.UNREADABLE)).endswith("its disk is there, then try again.")
    rejected = upload("a", S.FAILED, Code.REJECTED, detail="the anomaly is\u202e closed")
    assert "did not take the file. (the anomaly is\ufffd closed) Check the anomaly’s number" in told(rejected)
    assert told(upload("a", S.RETRYING, Code.CONNECTION_LOST)) == "The link was interrupted. No action needed."
    assert told(upload("a", S.QUEUED, Code.OFFLINE)) == "The register’s server cannot be reached."  # perhaps paused
    assert told(upload("a", S.QUEUED, Code.SIGN_IN)) == ""  # the banner says it, once
    assert told(upload("a", S.UPLOADED)) == ""
    assert told(replace(upload("a", S.UPLOADED), may_be_registered_twice=True)) == _("May be registered twice.")
    zipped = Source(Path("/a.zip"), Path("/a.zip"), "a.zip", "application/zip", 1, 0, name_shortened=True)
    assert told(replace(upload("a"), substitute=Substitute(zipped, "ab"))) == _(
        "The name is shortened to 250 characters."
    )


@pytest.mark.parametrize("code", [Code.MISSING, Code.UNREADABLE, Code.NOT_A_FILE, Code.EMPTY_FOLDER])
def test_of_what_could_not_be_looked_at_no_size_and_type_are_told(window: Window, code: Code) -> None:
    never_seen = upload("nothing", S.FAILED, code, size=0, media_type=None)
    assert row_text.facts_text(never_seen, with_anomaly=False) == ""
    assert row_text.facts_text(never_seen, with_anomaly=True) == "Anomaly 4217"
    show(window, never_seen)
    told = [window.model.index(0, column).data() for column in (Column.SIZE, Column.TYPE)]
    assert told == ["", ""]


def test_of_what_was_seen_before_or_is_empty_size_and_type_are_told() -> None:
    gone = upload("a.jpg", S.FAILED, Code.MISSING)
    empty = upload("b.txt", S.REFUSED, Code.EMPTY_FILE, size=0, media_type=None)
    facts = [row_text.facts_text(one, with_anomaly=False).replace("\u00a0", " ") for one in (gone, empty)]
    assert facts == ["1.0 MB · JPEG", "0 B · TXT"]


def test_a_name_cannot_turn_the_line_around_or_break_it() -> None:
    assert row_text.visible_name("a\u202egpj.exe\n\x07.jpg") == "a\ufffdgpj.exe\ufffd\ufffd.jpg"
    for turning in f"{TURNING}\x00\x1f\x7f\x85\x9f\u2028\u2029\ud800":
        assert row_text.visible_name(f"a{turning}b") == "a\ufffdb"
    harmless = "Capture d’écran\u202f10.12 👨\u200d👩\u200d👧 é.png"
    assert row_text.visible_name(harmless) == harmless


@pytest.mark.parametrize(
    ("name", "media_type", "label", "letters"),
    [
        ("a.jpg", "image/jpeg", "JPEG", "JPG"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel", "XLS"),
        ("a.eml", "message/rfc822", "E-mail", "EML"),
        ("a.txt", "text/plain", "Text", "TXT"),
        ("a.HEIC", None, "HEIC", "HEIC"),
        ("a.numbers", None, "NUMBERS", "NUMB"),
        ("README", None, "Unknown type", ""),
    ],
)
def test_types_have_names_for_people(name: str, media_type: str | None, label: str, letters: str) -> None:
    source = upload(name, media_type=media_type).source
    assert (row_text.type_label(source), row_text.tile_letters(source)) == (label, letters)


def test_a_file_of_no_known_type_does_not_look_like_a_folder() -> None:
    unknown = upload("notes", UploadState.REFUSED, Code.TYPE_NOT_ACCEPTED, media_type=None)
    folder = upload("photos.2024", UploadState.REFUSED, Code.EMPTY_FOLDER, media_type=None)
    report = upload("a.pdf", media_type="application/pdf")
    assert [row_text.tile_icon(one) for one in (unknown, folder, report)] == ["file", "folder", ""]


def test_the_dots_of_a_waiting_row_open_its_menu(window: Window) -> None:
    show(window, upload("a.jpg"))
    index = window.shown.index(0, 0)
    layout = window.view.delegate.layout_of(window.view.visualRect(index), index, active=True)
    QTest.mouseClick(window.view.viewport(), LEFT, pos=layout.disc.center())
    assert isinstance(window.view.findChild(QMenu), QMenu)


def test_tab_selects_the_row_it_reaches_and_delete_the_next_one(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{n}.jpg", order=n) for n in range(3))))
    window.filters.sort.setFocus()
    QTest.keyClick(window.filters.sort, Qt.Key.Key_Tab)
    assert window.view.hasFocus()
    assert [one.upload_id for one in window.view.selected()] == ["0.jpg"]
    QTest.keyClick(window.view, Qt.Key.Key_Down)
    QTest.keyClick(window.view, Qt.Key.Key_Delete)
    assert window.engine.calls == [("remove", ["1.jpg"])]
    window.tell(UploadsRemoved((UploadId("1.jpg"),)))
    qtbot.waitUntil(lambda: [one.upload_id for one in window.view.selected()] == ["2.jpg"])


def test_delete_that_only_cancelled_selects_nothing_later(window: Window) -> None:
    show(window, upload("a.jpg", S.UPLOADING), *(upload(f"{n}.jpg", order=n) for n in (1, 2)))
    window.view.selectRow(0)
    QTest.keyClick(window.view, Qt.Key.Key_Delete)
    assert window.engine.calls == [("cancel", ["a.jpg"])]
    window.view.selectRow(1)
    window.tell(UploadsRemoved((UploadId("2.jpg"),)))
    QApplication.sendPostedEvents()
    assert [one.upload_id for one in window.view.selected()] == ["1.jpg"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_button_that_has_the_focus(window: Window, key: Qt.Key) -> None:
    window.tell(UploadsAdded((upload("a.jpg", S.CANCELLED),)))
    window.footer.primary.setFocus()
    QTest.keyClick(window.footer.primary, key)
    assert window.engine.calls
    chip = window.filters.chips[Chip.FAILED]
    chip.setFocus()
    QTest.keyClick(chip, key)
    assert chip.isChecked()
