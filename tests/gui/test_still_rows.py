"""A running row comes from its picture: the same one while only bar and figures move, another once it changed."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import RUNNING, Window, upload
from uploader_gui.engine.events import Progress, Totals, UploadProgress, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import UploadId
from uploader_gui.engine.models import UploadState as S
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.upload_list.row_delegate import MAX_PICTURES, RowCache

ROW = QRect(0, 60, 300, 60)


class Painted:
    """Counts how often a row was painted."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, painter: QPainter) -> None:
        self.times += 1
        painter.fillRect(ROW, Qt.GlobalColor.red)


@pytest.mark.usefixtures("qapp")
def test_what_shows_the_same_is_painted_once() -> None:
    rows, painted = RowCache(), Painted()
    first = rows.of("a", ROW, background="#fff", ratio=2.0, paint=painted)
    again = rows.of("a", ROW, background="#fff", ratio=2.0, paint=painted)
    assert (painted.times, again.cacheKey()) == (1, first.cacheKey())
    assert (first.width(), first.height(), first.devicePixelRatio()) == (600, 120, 2.0)
    assert first.toImage().pixelColor(300, 60).name() == "#ff0000"


@pytest.mark.usefixtures("qapp")
def test_after_another_theme_and_where_there_are_too_many_it_is_painted_again() -> None:
    rows, painted = RowCache(), Painted()
    for shown in ("a", *range(MAX_PICTURES), "a"):
        rows.of(shown, ROW, background="#fff", ratio=1.0, paint=painted)
    assert painted.times == MAX_PICTURES + 2
    rows.clear()
    rows.of("a", ROW, background="#fff", ratio=1.0, paint=painted)
    assert painted.times == MAX_PICTURES + 3


def seen(window: Window) -> QImage:
    return window.view.viewport().grab().toImage()


def test_a_running_row_follows_its_upload_its_bar_and_the_theme(window: Window, theme: Theme) -> None:
    row = upload("a.pdf", S.UPLOADING, size=1000)
    window.tell(UploadsAdded((row,)), RUNNING)
    pictures = [seen(window)]
    window.tell(Progress((UploadProgress(UploadId("a.pdf"), 500, 1.0),), Totals()))
    window.model.flush()
    pictures.append(seen(window))
    window.tell(UploadsChanged((replace(row, may_be_registered_twice=True),)))
    window.model.flush()
    pictures.append(seen(window))
    window.view.retranslate()  # as in another language: nothing old may stay
    assert seen(window) == pictures[-1]
    theme.force(Qt.ColorScheme.Dark)
    pictures.append(seen(window))
    theme.force(Qt.ColorScheme.Light)
    assert all(one != another for one, another in pairwise(pictures))


def on_screen(window: Window) -> QImage:
    return window.screen().grabWindow(window.winId()).toImage()


def test_a_row_below_those_that_changed_keeps_its_face(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{n}.pdf", S.UPLOADING, order=n) for n in range(3))))
    window.view.selectRow(2)
    qtbot.waitUntil(lambda: not window.view.visualRect(window.view.currentIndex()).isEmpty())
    area = window.view.viewport()
    area.repaint()
    before = on_screen(window)
    window.model.update_progress([UploadProgress(UploadId(f"{n}.pdf"), 1, 1.0) for n in range(2)])
    area.repaint(0, 0, area.width(), 2 * window.view.rowHeight(0) + 1)  # as Qt does: a line more than two rows
    after = on_screen(window)
    area.repaint()
    assert before != after
    assert after == on_screen(window)
