"""Leaving as systems ask for it: signals, the Dock's Quit, Explorer's own way of showing a file."""

import asyncio
import os
import signal

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from uploader_gui.gui.taskbar_and_notifications import explorer_command
from uploader_gui.headless import call_unless_closed
from uploader_gui.platform.application import QuitRequests
from uploader_gui.platform.process import INTERRUPTS


def test_the_systems_wish_to_quit_is_told_and_refused(qtbot: QtBot) -> None:
    application = QCoreApplication.instance()
    assert application is not None
    requests = QuitRequests(application)
    event = QEvent(QEvent.Type.Quit)
    with qtbot.waitSignal(requests.wanted):
        QCoreApplication.sendEvent(application, event)
    assert not event.isAccepted()
    application.removeEventFilter(requests)


def test_every_signal_a_system_has_for_it_interrupts_and_a_second_one_after_the_run_is_no_error() -> None:
    assert {signal.SIGINT, signal.SIGTERM} <= set(INTERRUPTS)
    assert (os.name == "nt") is hasattr(signal, "SIGBREAK")
    assert len(INTERRUPTS) == 3  # the third is SIGBREAK on Windows, elsewhere SIGHUP
    loop = asyncio.new_event_loop()
    loop.close()
    call_unless_closed(loop, lambda: None)


def test_explorer_is_given_a_name_with_commas_and_spaces_in_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SystemRoot", "C:\\Windows")
    told = explorer_command("C:\\photos\\mur, nord.jpg")
    assert told == '"C:\\Windows\\explorer.exe" /select,"C:\\photos\\mur, nord.jpg"'
