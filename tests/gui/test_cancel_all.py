"""Cancel all asks once, calmly: how many files, and what stays; the keyboard's first answer is the harmless one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, RUNNING, S, Window, upload
from uploader_gui.engine.events import UploadsAdded, UploadsChanged
from uploader_gui.gui.dialogs.form import QuestionDialog
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.i18n import _


def asked(window: Window, count: int = 3) -> QuestionDialog:
    rows = [upload("done.jpg", S.UPLOADED), *(upload(f"{n}.jpg", S.UPLOADING) for n in range(count))]
    window.tell(RUNNING, UploadsAdded(tuple(rows)))
    choose(window)
    return dialogs(window)[0]


def choose(window: Window) -> None:
    menu = window.footer.more.menu()
    next(one for one in menu.actions() if one.text() == _(FooterAction.CANCEL_ALL.value)).trigger()


def dialogs(window: Window) -> list[QuestionDialog]:
    return [one for one in window.findChildren(QuestionDialog) if one.isVisible()]


def test_it_says_how_many_files_and_what_stays(window: Window) -> None:
    dialog = asked(window)
    assert window.engine.calls == []
    assert dialog.question.text() == "Cancel the 3 files that have not been sent yet?"
    said = " ".join(one.text() for one in dialog.findChildren(QLabel))
    assert "What has arrived stays stored." in said
    assert "can be tried again" in said
    choose(window)
    assert dialogs(window) == [dialog]


def test_a_single_file_is_no_number_and_yes_cancels_everything(window: Window) -> None:
    assert asked(window, 1).question.text() == "Cancel the file that has not been sent yet?"
    QTest.mouseClick(dialogs(window)[0].confirm, LEFT)
    assert (window.engine.calls, dialogs(window)) == ([("cancel_all", None)], [])


def test_what_waits_for_another_server_can_be_cancelled_too(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg", elsewhere="https://old.example"), upload("b.jpg", S.UPLOADED))))
    choose(window)
    (dialog,) = dialogs(window)
    assert dialog.question.text() == "Cancel the file that has not been sent yet?"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape])
def test_the_keyboard_s_first_answer_is_no(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    dialog = asked(window)
    QTest.keyClick(dialog.focusWidget() or dialog, key)
    qtbot.waitUntil(lambda: dialogs(window) == [])
    assert window.engine.calls == []


def test_it_counts_what_is_left_while_it_is_open_and_goes_when_nothing_is(window: Window, qtbot: QtBot) -> None:
    dialog = asked(window)
    window.tell(UploadsChanged((upload("0.jpg", S.UPLOADED),)))
    qtbot.waitUntil(lambda: dialog.question.text() == "Cancel the 2 files that have not been sent yet?")
    window.tell(UploadsChanged((upload("1.jpg", S.UPLOADED), upload("2.jpg", S.FAILED))))
    qtbot.waitUntil(lambda: dialogs(window) == [])
    assert window.engine.calls == []
