"""Refused files in the window: a row's own buttons, all of them at once, and what is remembered; real clicks."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, MB, S, Window, upload
from tests.gui.test_rows import place_of, show
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import PathsAdded, Progress, Totals, UploadProgress, UploadsChanged
from uploader_gui.engine.models import Source, Substitute, UploadSnapshot
from uploader_gui.gui.dialogs.refused_dialog import RefusedDialog
from uploader_gui.gui.upload_list import row_text
from uploader_gui.gui.upload_list.row_actions import RowAction, resting_row_actions
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.window.footer import FooterAction


def refused(name: str, kind: str, code: Code = Code.TYPE_NOT_ACCEPTED) -> UploadSnapshot:
    return upload(name, S.REFUSED, code, media_type=None, detail=kind)


@pytest.mark.parametrize(("action", "call"), [(RowAction.CONVERT, "treat:convert"), (RowAction.ZIP, "treat:zip")])
def test_a_refused_photo_offers_both_ways_and_does_what_is_clicked(
    window: Window, action: RowAction, call: str
) -> None:
    show(window, refused("IMG_2041.HEIC", "HEIC"))
    QTest.mouseClick(window.view.viewport(), LEFT, pos=place_of(window, 0, action))
    assert window.engine.calls == [(call, ["IMG_2041.HEIC"])]


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [
        (refused("film.mp4", "MP4"), (RowAction.ZIP,)),
        (refused("scan.tif", "", Code.CANNOT_CONVERT), (RowAction.ZIP,)),
        (upload("broken.heic", S.FAILED, Code.BROKEN_PICTURE, media_type=None), (RowAction.ZIP,)),
        (refused("empty.mp4", "", Code.EMPTY_FILE), (RowAction.REMOVE,)),
    ],
)
def test_a_row_offers_what_can_be_done(snapshot: UploadSnapshot, expected: tuple[RowAction, ...]) -> None:
    assert resting_row_actions(snapshot) == expected


def test_a_row_says_that_it_is_prepared_and_then_what_is_sent(window: Window) -> None:
    before = refused("IMG_2041.HEIC", "HEIC")
    show(window, before)
    preparing = replace(before, state=S.PREPARING, reason=None)
    assert row_text.state_word(preparing) == "Preparing"
    sent = Source(before.source.path, before.source.path, "IMG_2041.jpg", "image/jpeg", 2 * MB, 1)
    prepared = replace(before, state=S.QUEUED, reason=None, substitute=Substitute(sent, "ab" * 32))
    window.tell(UploadsChanged((prepared,)))
    window.model.flush()
    assert window.model.index(0, Column.SIZE).data().replace("\u00a0", " ") == "1.0 MB"
    facts = row_text.facts_text(prepared, with_anomaly=False).replace("\u00a0", " ")
    assert facts == "1.0 MB · HEIC · will be sent as IMG_2041.jpg (2.0 MB)"
    arrived = row_text.facts_text(replace(prepared, state=S.UPLOADED), with_anomaly=False).replace("\u00a0", " ")
    assert arrived == "1.0 MB · HEIC · sent as IMG_2041.jpg (2.0 MB)"
    poorer = replace(prepared, substitute=Substitute(sent, "ab" * 32, without_metadata=True))
    facts = row_text.facts_text(poorer, with_anomaly=False)
    assert facts.endswith("without details, such as date or place, that could not be read")
    for one in (prepared, poorer):
        for state in (S.FAILED, S.CANCELLED):  # it was not sent
            assert "will be sent as" in row_text.facts_text(replace(one, state=state), with_anomaly=False)


def test_how_far_it_is_counts_the_bytes_of_what_is_sent(window: Window) -> None:
    before = upload("IMG_2041.HEIC", S.UPLOADING, media_type=None)
    sent = Source(before.source.path, before.source.path, "IMG_2041.jpg", "image/jpeg", 2 * MB, 1)
    running = replace(before, substitute=Substitute(sent, "ab" * 32))
    show(window, running)
    progress = UploadProgress(running.upload_id, MB, 0.0)
    window.tell(Progress((progress,), Totals()))
    window.model.flush()
    assert row_text.state_text(running, progress, 0.0).replace("\u00a0", " ") == "50 %"
    assert (window.model.counts().bytes_total, window.model.counts().fraction) == (2 * MB, 0.5)


def opened(window: Window) -> RefusedDialog:
    return next(one for one in window.findChildren(RefusedDialog) if one.isVisible())


def fill(window: Window) -> None:
    show(window, refused("a.heic", "HEIC"), refused("b.webp", "WebP"), refused("c.mp4", "MP4"), upload("d.jpg"))


def test_what_is_left_out_is_not_touched(window: Window, qtbot: QtBot) -> None:
    fill(window)
    window.footer.action_wanted.emit(FooterAction.REFUSED_FILES)
    dialog = opened(window)
    QTest.mouseClick(dialog.asked["refused_others"]["ask"], LEFT)
    QTest.keyClick(dialog.remember, Qt.Key.Key_Space)
    with qtbot.waitSignal(window.choices_remembered) as kept:
        QTest.mouseClick(dialog.apply, LEFT)
    assert window.engine.calls == [("treat:convert", ["a.heic", "b.webp"])]
    assert kept.args == [{"refused_pictures": "convert", "refused_others": "ask"}]


def test_all_refused_files_are_dealt_with_at_once_unless_that_is_cancelled(window: Window) -> None:
    fill(window)
    window.footer.action_wanted.emit(FooterAction.REFUSED_FILES)
    QTest.mouseClick(opened(window).cancel, LEFT)
    assert window.engine.calls == []
    window.footer.action_wanted.emit(FooterAction.REFUSED_FILES)
    dialog = opened(window)
    captions = [one.text() for one in dialog.findChildren(QLabel) if "·" in one.text()]
    assert [one.rpartition(" · ")[2] for one in captions] == ["2 files", "1 file"]
    QTest.mouseClick(dialog.apply, LEFT)
    assert window.engine.calls == [("treat:convert", ["a.heic", "b.webp"]), ("treat:zip", ["c.mp4"])]


def test_only_what_there_is_is_asked_about(window: Window) -> None:
    show(window, refused("c.mp4", "MP4"))
    window.footer.action_wanted.emit(FooterAction.REFUSED_FILES)
    dialog = opened(window)
    assert (list(dialog.asked), dialog.answers) == (["refused_others"], {"refused_others": "zip"})


def test_the_summary_of_a_drop_leads_there(window: Window) -> None:
    fill(window)
    window.tell(PathsAdded("4217", queued=1, refused=3, junk=0, already_in_queue=0))
    strip = window.body.preflight
    assert strip.refused.isVisible()
    QTest.mouseClick(strip.refused, LEFT)
    assert opened(window).isVisible()


def test_a_drop_without_refused_files_does_not_speak_of_them(window: Window) -> None:
    show(window, upload("d.jpg"), refused("empty.mp4", "", Code.EMPTY_FILE))
    window.tell(PathsAdded("4217", queued=1, refused=1, junk=0, already_in_queue=0))
    assert window.body.preflight.isVisible()
    assert not window.body.preflight.refused.isVisible()
