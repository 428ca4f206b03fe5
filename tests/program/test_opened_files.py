"""Files dropped on the Dock icon or opened with the program reach the window, told together."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from pytestqt.qtbot import QtBot

from uploader_gui.platform.application import OpenedFiles


def test_files_the_system_opens_at_once_are_told_together(qtbot: QtBot, qapp: QCoreApplication, tmp_path: Path) -> None:
    opened = OpenedFiles(qapp)
    try:
        with qtbot.waitSignal(opened.opened) as told:
            for name in ("étage 1.jpg", "plan #2.pdf"):
                assert QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / name))))
        assert told.args == [[tmp_path / "étage 1.jpg", tmp_path / "plan #2.pdf"]]
        with qtbot.waitSignal(opened.opened) as later:
            QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "later.pdf"))))
        assert later.args == [[tmp_path / "later.pdf"]]  # and nothing of before
    finally:
        qapp.removeEventFilter(opened)


def test_a_link_is_told_as_it_is(qtbot: QtBot, qapp: QCoreApplication) -> None:
    opened = OpenedFiles(qapp)
    try:
        with qtbot.waitSignal(opened.linked) as told:
            QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl("uploader-gui:?anomaly=4217")))
        assert told.args == ["uploader-gui:?anomaly=4217"]
    finally:
        qapp.removeEventFilter(opened)


def test_addresses_and_other_events_are_left_alone(qtbot: QtBot, qapp: QCoreApplication, tmp_path: Path) -> None:
    opened = OpenedFiles(qapp)
    try:
        with qtbot.waitSignal(opened.opened) as told:
            QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl("https://example.com/a.jpg")))
            QCoreApplication.sendEvent(qapp, QEvent(QEvent.Type.User))
            QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "a.jpg"))))
        assert told.args == [[tmp_path / "a.jpg"]]
    finally:
        qapp.removeEventFilter(opened)
