"""Help lists every shortcut there is, and hands out log and diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from uploader_gui.gui.dialogs.help_dialog import SHORTCUTS, HelpDialog, room_for_shortcuts
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.settings import Settings

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from uploader_gui.gui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def opened(window: MainWindow) -> HelpDialog:
    dialog = window.findChildren(HelpDialog)[-1]
    assert isinstance(dialog, HelpDialog)
    return dialog


def test_f1_opens_help_and_escape_closes_it(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F1)
    dialog = opened(window)
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_help_can_be_reached_without_a_shortcut(window: MainWindow) -> None:
    settings = window.show_settings(Settings(api_url="https://a.example"))
    QTest.mouseClick(settings.help, LEFT)
    assert opened(window).isVisible()
    assert FooterAction.HELP in window.footer._menu_entries


def test_every_shortcut_of_the_window_is_listed(window: MainWindow) -> None:
    listed = {QKeySequence(key).toString() for keys, _ in SHORTCUTS for key in keys} | {QKeySequence("Esc").toString()}
    there = {shortcut.key().toString() for shortcut in window.findChildren(QShortcut)}
    assert there <= {QKeySequence(one).toString() for one in listed}


def test_each_shortcut_says_what_it_does(window: MainWindow) -> None:
    dialog = window.dialogs.help()
    texts = {one.text() for one in dialog.findChildren(QLabel)}
    for _, words in SHORTCUTS:
        assert words.text in texts
    assert all(keys.text() for keys in dialog.keys)


def test_keys_are_called_what_stands_on_them(window: MainWindow) -> None:
    shown = [keys.text() for keys in window.dialogs.help().keys]
    assert {"↓", "← · →", "↑ · ↓"} <= set(shown)
    assert not any("Return" in one for one in shown)


def test_no_line_touches_the_frame_around_the_shortcuts(window: MainWindow) -> None:
    dialog = window.dialogs.help()
    frame = dialog._area.rect()
    for shown in dialog._page.findChildren(QLabel):
        inside = shown.geometry().translated(dialog._page.mapTo(dialog._area, QPoint()))
        assert inside.left() - frame.left() >= 8
        assert inside.top() - frame.top() >= 6


@pytest.mark.parametrize(("screen", "room"), [(1040, 468), (800, 360), (384, 64)])
def test_on_a_low_screen_the_shortcuts_leave_room_for_what_is_below_them(screen: int, room: int) -> None:
    assert room_for_shortcuts(screen, 1.0) == room


def test_log_and_diagnostics_are_asked_for_and_confirmed(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.dialogs.help()
    with qtbot.waitSignal(window.log_wanted):
        QTest.mouseClick(dialog.show_log, LEFT)
    with qtbot.waitSignal(window.diagnostics_wanted):
        QTest.mouseClick(dialog.copy, LEFT)
    assert not dialog.copied.isVisible()
    dialog.show_copied()
    assert dialog.copied.isVisible()
