"""Undo in the window: one quiet line, Ctrl+Z wherever the keyboard is, and the menu; rows come back to their places."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, REST, RUNNING, S, Window, upload
from uploader_gui.engine.events import (
    Condition,
    PathsAdded,
    QueueStatus,
    Resumed,
    UndoOffered,
    UploadsAdded,
    UploadsRemoved,
    UploadsRestored,
)
from uploader_gui.engine.models import UploadId
from uploader_gui.gui.style.widgets import TypedLine
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.i18n import _


def names(window: Window) -> list[str]:
    return [window.model.snapshot(row).source.name for row in range(window.model.rowCount())]


def entry(window: Window, action: FooterAction) -> bool:
    menu = window.footer.more.menu()
    assert menu is not None
    entries = {one.text(): one for one in menu.actions()}
    return entries[_(action.value)].isEnabled()


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        (UndoOffered(removed=1), "1 file was taken off the list."),
        (UndoOffered(removed=25), "25 files were taken off the list."),
        (UndoOffered(cancelled=1200), "1,200 files were cancelled."),
        (UndoOffered(removed=2, cancelled=1), "2 files were taken off the list. 1 file was cancelled."),
    ],
)
def test_one_line_says_what_was_taken_away(window: Window, offer: UndoOffered, said: str) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    window.tell(offer)
    strip = window.body.undo
    assert strip.isVisible()
    assert (strip.text.text(), strip.button.text()) == (said, "Undo")
    assert strip.button.accessibleDescription() == said
    assert entry(window, FooterAction.UNDO)
    QTest.mouseClick(strip.button, LEFT)
    assert window.engine.calls == [("undo", None)]
    window.tell(UndoOffered())
    assert not entry(window, FooterAction.UNDO)
    assert not strip.isVisible()


def test_it_is_there_on_an_empty_list_too(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg", S.UPLOADED),)))
    window.tell(UploadsRemoved((UploadId("a.jpg"),)), UndoOffered(removed=1))
    assert window.empty.isVisible()
    assert window.body.undo.button.isVisible()


@pytest.mark.parametrize("where", ["list", "anomaly", "search"])
def test_ctrl_z_undoes_it_wherever_the_keyboard_is(window: Window, qtbot: QtBot, where: str) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    window.tell(UploadsAdded((upload("a.jpg"), upload("b.jpg"))))
    focus = {"list": window.view, "anomaly": window.header.field, "search": window.filters.search}[where]
    focus.setFocus()
    if where != "list":
        QTest.keyClicks(focus, "42")
    window.tell(UndoOffered(removed=1))
    QTest.keyClick(focus, Qt.Key.Key_Z, CTRL)
    assert window.engine.calls == [("undo", None)]
    if where != "list":  # what was typed later is taken back first
        QTest.keyClicks(focus, "17")
        QTest.keyClick(focus, Qt.Key.Key_Z, CTRL)
        assert window.engine.calls == [("undo", None)]
        assert isinstance(focus, TypedLine)
        assert focus.text() == "42"


@pytest.mark.parametrize(
    ("key", "held", "typed"),
    [(Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, "94217"), (Qt.Key.Key_A, CTRL, "9")],
)
def test_what_is_typed_goes_where_the_cursor_was_before_undo_was_offered(
    window: Window, key: Qt.Key, held: Qt.KeyboardModifier, typed: str
) -> None:
    field = window.header.field
    QTest.keyClicks(field, "4217")
    QTest.keyClick(field, key, held)
    window.tell(UndoOffered(removed=1))
    QTest.keyClicks(field, "9")
    assert field.text() == typed


def test_the_line_stays_while_what_is_being_sent_goes_on_by_itself_until_it_is_closed(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg"), upload("b.jpg"))), RUNNING)
    window.tell(UndoOffered(removed=1))
    window.tell(QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE})))
    window.tell(RUNNING)
    assert window.body.undo.isVisible()
    strip = window.body.undo
    assert strip.close_button.accessibleName() == "Close this line"
    QTest.mouseClick(strip.close_button, LEFT)
    assert not strip.isVisible()


def test_the_line_goes_when_a_person_goes_on_and_the_menu_still_undoes(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)))
    assert not entry(window, FooterAction.UNDO)
    for go_on in (partial(window.add_files.add_to, "4217", [Path("b.jpg")]), partial(window.engine.tell, RUNNING)):
        window.tell(REST)
        window.tell(UndoOffered(removed=1))
        assert window.body.undo.isVisible()
        go_on()
        assert not window.body.undo.isVisible()
        assert entry(window, FooterAction.UNDO)
    window.footer.action_wanted.emit(FooterAction.UNDO)
    assert window.engine.calls == [("undo", None)]


def test_the_line_stays_when_files_added_before_have_all_been_found(window: Window) -> None:
    window.add_files.add_to("4217", [Path("folder")])
    window.tell(UploadsAdded((upload("a.jpg"),)))
    window.tell(UploadsRemoved((UploadId("a.jpg"),)), UndoOffered(removed=1))
    window.tell(PathsAdded("4217", 1, 0, 0, 0))
    assert window.body.undo.isVisible()


def test_rows_come_back_to_their_places(window: Window) -> None:
    rows = [upload(f"{n}.jpg", order=n) for n in range(6)]
    window.tell(UploadsAdded(tuple(rows)))
    window.tell(UploadsRemoved(tuple(rows[n].upload_id for n in (0, 2, 3, 5))))
    window.tell(
        UploadsAdded(tuple(rows[n] for n in (0, 2, 3, 5))),
        UploadsRestored(tuple(rows[n].upload_id for n in (0, 2, 3, 5))),
    )
    assert names(window) == [f"{n}.jpg" for n in range(6)]
    window.model.sort_by(Column.SIZE)
    assert window.model.counts().waiting == 6


def test_rows_that_come_back_are_no_drop(window: Window) -> None:
    back = upload("back.jpg", order=0)
    window.tell(UploadsAdded((back,)), UploadsRemoved((back.upload_id,)))
    window.tell(UploadsAdded((upload("a.jpg", order=1),)), PathsAdded("4217", 1, 0, 0, 0))
    said = window.body.preflight.going.text()
    window.tell(UploadsAdded((back,)), UploadsRestored((back.upload_id,)))
    window.tell(PathsAdded("4217", 0, 0, 1, 0))
    assert window.body.preflight.going.text() == said


def test_what_was_discarded_and_taken_back_is_asked_about_again(window: Window) -> None:
    left = [upload(f"{n}.jpg", order=n) for n in range(3)]
    ids = tuple(one.upload_id for one in left)
    window.tell(UploadsAdded(tuple(left)), Resumed(ids))
    asked = window.banner.text.text()
    QTest.mouseClick(window.banner.other, LEFT)
    assert window.engine.calls == [("remove", [*ids])]
    window.tell(UploadsRemoved(ids), UndoOffered(removed=3))
    assert window.banner.isHidden()
    window.tell(UploadsAdded(tuple(left)), UploadsRestored(ids), UndoOffered())
    assert window.banner.text.text() == asked
    QTest.mouseClick(window.banner.other, LEFT)
    assert window.engine.calls[-1] == ("remove", [*ids])


def test_delete_takes_selected_rows_away_in_one_step(window: Window) -> None:
    taken: list[object] = []
    window.view.taken_away.connect(lambda *ids: taken.append(ids))
    window.tell(UploadsAdded((upload("a.jpg", S.UPLOADING), upload("b.jpg"), upload("c.jpg", S.FAILED))))
    window.view.selectAll()
    QTest.keyClick(window.view, Qt.Key.Key_Delete)
    assert taken == [(["a.jpg"], ["b.jpg", "c.jpg"])]
