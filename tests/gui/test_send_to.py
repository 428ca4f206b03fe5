"""Selected rows that are not registered yet go to another anomaly: by the row's menu, by the line under the list."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, S, Window, upload
from uploader_gui.engine.events import AnomalyChanged, AnomalyLookedUp, Lookup, UploadsAdded, UploadsChanged
from uploader_gui.gui.dialogs.send_to_dialog import SendToDialog
from uploader_gui.gui.upload_list.row_actions import RowAction, allowed
from uploader_gui.gui.window.header import SignInState

ROWS = UploadsAdded((upload("a.jpg"), upload("b.jpg", S.FAILED), upload("c.jpg", S.UPLOADED)))


@pytest.mark.parametrize("state", S)
def test_only_what_is_surely_not_registered_may_go(state: S) -> None:
    waits = state in {S.PREPARING, S.QUEUED, S.SKIPPED, S.FAILED, S.REFUSED, S.CANCELLED}
    assert allowed(RowAction.SEND_TO, upload("a.jpg", state)) is waits
    known = replace(upload("a.jpg", state), url_given_out=True)
    doubtful = replace(upload("a.jpg", state), may_be_registered_twice=True)
    assert allowed(RowAction.SEND_TO, known) is allowed(RowAction.SEND_TO, doubtful) is (state is S.SKIPPED)


def asked(window: Window) -> SendToDialog:
    QTest.mouseClick(window.body.selection.button, LEFT)
    (dialog,) = window.findChildren(SendToDialog)
    return dialog


def test_the_line_under_the_list_sends_the_selected_rows_there(window: Window) -> None:
    window.tell(ROWS)
    used: list[str] = []
    window.anomaly_used.connect(used.append)
    line = window.body.selection
    assert not line.isVisible()
    window.view.selectAll()
    assert line.isVisible()
    assert line.text.text() == "3 files selected. 1 of them is registered and stays with its anomaly."
    dialog = asked(window)
    assert dialog.question.text() == ("These 2 files are not registered yet. Which anomaly are they to go to?")
    assert not dialog.send.isEnabled()
    QTest.keyClicks(dialog.field, "4217")
    assert not dialog.send.isEnabled()  # they go there already
    QTest.keyClick(dialog.field, Qt.Key.Key_Backspace)
    QTest.keyClicks(dialog.field, "8")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert (window.engine.calls, used) == ([("send_to:4218", ["a.jpg", "b.jpg"])], ["4218"])
    window.tell(AnomalyChanged("4218", 1, already_there=1))
    assert "1 file goes to 4218 now. 1 was on its list already." in window.footer.below.text()


def test_registered_rows_cannot_be_sent_and_the_controls_say_so(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg", S.QUEUED),)))
    window.view.selectAll()
    assert window.body.selection.button.isEnabled()
    window.tell(UploadsChanged((upload("a.jpg", S.REGISTERED),)))
    window.model.flush()
    assert not window.body.selection.button.isEnabled()
    assert window.body.selection.text.text().endswith("1 of them is registered and stays with its anomaly.")
    menu = window.view.menu_for(window.view.selected())
    (entry,) = [one for one in menu.actions() if one.text() == "Registered already: stays with its anomaly"]
    assert not entry.isEnabled()
    window.view.clearSelection()
    assert not window.body.selection.isVisible()


def test_the_menu_of_a_waiting_row_asks_where_to(window: Window) -> None:
    window.tell(ROWS)
    menu = window.view.menu_for([window.model.snapshot(0)])
    (entry,) = [one for one in menu.actions() if one.text() == "Send to another anomaly…"]
    entry.trigger()
    (dialog,) = window.findChildren(SendToDialog)
    assert dialog.question.text() == "This file is not registered yet. Which anomaly is it to go to?"


def test_files_that_were_registered_meanwhile_are_told(window: Window) -> None:
    window.tell(ROWS, AnomalyChanged("4218", 1, registered=2))
    assert "1 file goes to 4218 now." in window.footer.below.text() + window.footer.below.toolTip()
    assert window.banner.text.text() == (
        "2 files were registered already, or are being registered, and stay with their anomaly."
    )


def test_files_that_stood_on_the_other_anomalys_list_already_are_told(window: Window) -> None:
    window.tell(ROWS, AnomalyChanged("4218", 0, already_there=2))
    assert "2 were on its list already." in window.footer.below.text() + window.footer.below.toolTip()


def test_a_number_that_the_register_does_not_know_is_asked_about(window: Window, qtbot: QtBot) -> None:
    window.set_signed_in(SignInState(signed_in=True))
    window.tell(ROWS)
    window.view.selectRow(0)
    dialog = asked(window)
    QTest.keyClicks(dialog.field, "99")
    qtbot.waitUntil(lambda: window.engine.looked_up[-1:] == ["99"])
    window.tell(AnomalyLookedUp("99", Lookup.UNKNOWN))
    assert dialog.about.text() == "The register knows no anomaly 99."
    QTest.mouseClick(dialog.send, LEFT)
    assert window.engine.calls == []
    (question,) = dialog.findChildren(QMessageBox)
    QTest.mouseClick(question.buttons()[0], LEFT)
    assert window.engine.calls == [("send_to:99", ["a.jpg"])]


def test_a_number_whose_search_the_dialog_ended_is_looked_up_afterwards(window: Window, qtbot: QtBot) -> None:
    window.set_anomaly("4217")
    window.set_signed_in(SignInState(signed_in=True))
    window.tell(ROWS)
    qtbot.waitUntil(lambda: window.engine.looked_up == ["4217"])
    window.view.selectRow(0)
    dialog = asked(window)
    QTest.keyClicks(dialog.field, "99")
    qtbot.waitUntil(lambda: window.engine.looked_up == ["4217", "99"])
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.engine.looked_up == ["4217", "99", "4217"])
