"""The first rows must find everything ready, and nothing of the rehearsal may be left behind."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.upload_list.upload_view import UploadView
from uploader_gui.window_app.program import warm_up


def test_a_rehearsed_list_leaves_no_window_behind(theme: Theme, qtbot: QtBot) -> None:
    before = {one for one in QApplication.topLevelWidgets() if isinstance(one, UploadView)}
    warm_up(theme, QSize(600, 200))
    qtbot.waitUntil(lambda: {one for one in QApplication.topLevelWidgets() if isinstance(one, UploadView)} <= before)
