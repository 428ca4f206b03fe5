"""The summary of a drop: one quiet strip that says what goes, what does not and why, and is gone by itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, MB, REST, RUNNING, S, Window, midday, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    PathsAdded,
    QueueIdle,
    Resumed,
    SentElsewhere,
    Totals,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
)
from uploader_gui.engine.models import Source, Substitute, UploadId, UploadSnapshot
from uploader_gui.gui.window.filter_bar import Chip

MARCH, APRIL = midday(2025, 3, 12), midday(2025, 4, 7)
NOT_GOING = (
    "3 are of a type the register does not accept · 1 is empty · 2 cannot be read · 1 is not there"
    " · 4 system files were left out · 2 files were in the list already"
)


def dropped(junk: int = 0, again: int = 0, resumed: int = 0, others: int = 0) -> PathsAdded:
    return PathsAdded(
        "4217", queued=0, refused=0, junk=junk, already_in_queue=again, resumed=resumed, others_unfinished=others
    )


def known(name: str, at: float | None = MARCH) -> UploadSnapshot:
    return upload(name, S.SKIPPED, Code.ALREADY_UPLOADED, sent_before=at)


def lines(window: Window) -> list[str]:
    strip = window.body.preflight
    shown = (strip.going, strip.not_going, strip.before)
    return [line.text().replace("\u00a0", " ") for line in shown if line.isVisible()]


def test_it_says_what_goes_and_what_does_not_and_why(window: Window) -> None:
    refused = [upload(f"{n}.heic", S.REFUSED, Code.TYPE_NOT_ACCEPTED) for n in range(3)]
    unreadable = [upload(f"{n}.xlsx", S.REFUSED, Code.UNREADABLE) for n in range(2)]
    rest = [upload("empty.txt", S.REFUSED, Code.EMPTY_FILE), upload("gone.pdf", S.FAILED, Code.MISSING)]
    good = [upload(f"{n}.jpg", size=3 * MB) for n in range(45)]
    window.tell(UploadsAdded((*good, *refused, *unreadable, *rest)))
    assert not window.body.preflight.isVisible()  # the drop is still being walked
    window.tell(dropped(junk=4, again=2))
    assert lines(window) == ["45 files (135 MB) will be sent to anomaly 4217.", NOT_GOING]


def test_summary_filters_and_footer_tell_the_same_figures(window: Window, qtbot: QtBot) -> None:
    made = Source(Path("/photos/a.jpg"), Path("/photos/a.jpg"), "a.jpg", "image/jpeg", MB, 0)
    picture = replace(upload("a.heic", size=3 * MB), substitute=Substitute(made, "ab" * 32))
    rows = [picture, *(upload(f"{n}.jpg", size=3 * MB) for n in range(44)), *(known(f"{n}.pdf") for n in range(37))]
    window.tell(UploadsAdded((*rows, upload("b.exe", S.REFUSED, Code.TYPE_NOT_ACCEPTED))), dropped())
    assert lines(window)[0] == "45 files (133 MB; originals: 135 MB) will be sent to anomaly 4217."
    assert window.footer.counts.text().replace("\u00a0", " ") == "45 files  ·  133 MB"
    chips = {chip: window.filters.chips[chip].count for chip in (Chip.ALL, Chip.UPLOADED, Chip.SKIPPED)}
    assert chips == {Chip.ALL: 83, Chip.UPLOADED: 0, Chip.SKIPPED: 37}
    sent = [replace(one, state=S.UPLOADED) for one in rows[:44]]
    window.tell(RUNNING, UploadsChanged((*sent, upload("43.jpg", S.FAILED, Code.CHANGED, size=3 * MB))))
    window.tell(REST, QueueIdle(Totals()))
    window.model.flush()
    assert window.footer.counts.text().replace("\u00a0", " ") == "44 files sent  ·  130 MB"
    assert "1 failed, 1 refused" in window.body.finish.text.text()


def test_a_drop_without_trouble_is_one_line_over_the_whole_width(window: Window) -> None:
    window.tell(UploadsAdded(tuple(upload(f"{n}.jpg", size=3 * MB) for n in range(45))), dropped())
    strip = window.body.preflight
    window.resize(window.width() + 40, window.height())
    strip.grab()  # lays it out
    assert strip.close_button.width() <= strip.close_button.sizeHint().width()
    assert strip.going.width() > strip.width() * 0.8


def test_several_drops_add_up(window: Window) -> None:
    window.tell(UploadsAdded((upload("a.jpg"),)), dropped(junk=1))
    window.tell(UploadsAdded((upload("b.jpg"), upload("c.heic", S.REFUSED, Code.TYPE_NOT_ACCEPTED))), dropped(junk=2))
    assert lines(window) == [
        "2 files (2.0 MB) will be sent to anomaly 4217.",
        "1 is of a type the register does not accept · 3 system files were left out",
    ]
    window.tell(UploadsAdded((upload("d.jpg", anomaly_id="5"),)), dropped())
    assert lines(window)[0] == "3 files (3.0 MB) will be sent to the anomalies they were dropped for."


def test_what_was_unfinished_is_told_as_it_stands_after_the_last_drop(window: Window) -> None:
    """Each drop tells how many are left in all; what it took up or found on the list is its own."""
    window.tell(UploadsAdded((upload("a.jpg"),)), dropped(again=1, resumed=1, others=5))
    window.tell(UploadsAdded((upload("b.jpg"),)), dropped(again=2, resumed=1, others=4))
    assert lines(window)[1:] == [
        "3 files were in the list already · 2 unfinished files go on · 4 other files are still unfinished"
    ]


def test_what_went_before_is_skipped_and_can_be_sent_again_right_there(window: Window) -> None:
    window.tell(UploadsAdded(tuple(upload(name) for name in ("a", "b", "c"))), dropped())
    window.tell(UploadsChanged((known("a"), known("b"))))  # compared in the background
    assert lines(window)[1:] == ["2 were already uploaded to this anomaly on 12 Mar 2025 and will not be sent again."]
    QTest.mouseClick(window.body.preflight.send_again, LEFT)
    assert window.engine.calls == [("send_again_later", [UploadId("a"), UploadId("b")])]
    window.tell(UploadsChanged((upload("a"), upload("b"))))
    assert lines(window) == ["3 files (3.0 MB) will be sent to anomaly 4217."]


@pytest.mark.parametrize(
    ("times", "when"),
    [
        ((MARCH, MARCH + 60), "on 12 Mar 2025"),
        ((APRIL, MARCH), "between 12 Mar 2025 and 7 Apr 2025"),
        ((None, None), "earlier"),
    ],
)
def test_the_day_it_went_is_told(window: Window, times: tuple[float | None, float | None], when: str) -> None:
    window.tell(UploadsAdded((known("a", times[0]), known("b", times[1]))), dropped())
    assert lines(window) == [
        "Nothing of this will be sent.",
        f"2 were already uploaded to this anomaly {when} and will not be sent again.",
    ]


@pytest.mark.parametrize(
    ("numbers", "where"),
    [(("4217", "4217"), "this anomaly"), (("99", "99"), "anomaly 99"), (("4217", "99"), "their anomalies")],
)
def test_what_went_to_another_anomaly_than_goes_now_is_told_with_its_own(
    window: Window, numbers: tuple[str, ...], where: str
) -> None:
    before = [replace(known(f"{n}"), anomaly_id=number) for n, number in enumerate(numbers)]
    window.tell(UploadsAdded((upload("a"), *before)), dropped())
    assert lines(window)[1].startswith(f"2 were already uploaded to {where} on ")


@pytest.mark.parametrize("gone", ["closed", "started", "finished"])
def test_it_goes_away_by_itself(window: Window, gone: str) -> None:
    window.tell(UploadsAdded((upload("a"),)), dropped(junk=1))
    assert window.body.preflight.isVisible()
    if gone == "closed":
        QTest.keyClick(window.body.preflight.close_button, Qt.Key.Key_Space)
    else:
        window.tell(RUNNING if gone == "started" else QueueIdle(Totals()))
    assert not window.body.preflight.isVisible()
    window.tell(UploadsChanged((upload("a", S.FAILED, Code.CHANGED),)))
    assert not window.body.preflight.isVisible()
    window.tell(REST, UploadsAdded((upload("b"),)), dropped())
    assert lines(window) == ["1 file (1.0 MB) will be sent to anomaly 4217."]


def test_while_sending_only_what_the_list_does_not_show_is_told_and_not_when_files_arrive(window: Window) -> None:
    window.tell(RUNNING, UploadsAdded((upload("a"),)), dropped())
    assert not window.body.preflight.isVisible()
    window.tell(UploadsChanged((upload("a", S.UPLOADED),)))
    assert not window.body.preflight.isVisible()
    window.tell(UploadsAdded((upload("b"),)), dropped(junk=2))
    assert lines(window) == ["2 files (2.0 MB) will be sent to anomaly 4217.", "2 system files were left out"]


def test_while_sending_it_goes_on_saying_what_the_drop_brought(window: Window) -> None:
    window.tell(RUNNING, UploadsAdded((upload("a"), upload("b"), upload("c"))), dropped(junk=2))
    said = ["3 files (3.0 MB) will be sent to anomaly 4217.", "2 system files were left out"]
    assert lines(window) == said
    for state in (S.REGISTERING, S.REGISTERED, S.UPLOADING, S.CONFIRMING, S.UPLOADED):
        window.tell(UploadsChanged((upload("a", state),)))
        assert lines(window) == said
    window.tell(UploadsChanged((upload("b", S.FAILED, Code.CHANGED), upload("c", S.CANCELLED))))
    window.tell(UploadsRemoved((UploadId("a"),)))
    window.tell(REST, UploadsChanged((upload("b", S.UPLOADED),)))
    assert lines(window) == said


def test_while_sending_what_is_found_out_about_a_drop_is_told(window: Window) -> None:
    window.tell(RUNNING, UploadsAdded((upload("a"), upload("b"), upload("c"))), dropped())
    window.tell(UploadsChanged((known("a"), upload("c", S.REFUSED, Code.CANNOT_CONVERT))))
    assert lines(window) == [
        "1 file (1.0 MB) will be sent to anomaly 4217.",
        "1 cannot be sent",
        "1 was already uploaded to this anomaly on 12 Mar 2025 and will not be sent again.",
    ]
    window.tell(UploadsRemoved((UploadId("a"),)))
    assert len(lines(window)) == 2


def test_what_was_left_from_last_time_is_no_drop(window: Window) -> None:
    window.tell(UploadsAdded((upload("old"),)), Resumed((UploadId("old"),)))
    assert not window.body.preflight.isVisible()
    window.tell(UploadsAdded((upload("new"),)), dropped(resumed=1, others=3))
    assert lines(window) == [
        "1 file (1.0 MB) will be sent to anomaly 4217.",
        "1 unfinished file goes on · 3 other files are still unfinished",
    ]


def test_removed_rows_are_no_longer_counted(window: Window) -> None:
    window.tell(UploadsAdded((upload("a"), upload("b"))), dropped())
    window.tell(UploadsRemoved((UploadId("a"),)))
    assert lines(window) == ["1 file (1.0 MB) will be sent to anomaly 4217."]
    window.tell(UploadsRemoved((UploadId("b"),)))
    assert not window.body.preflight.isVisible()


def test_it_is_told_on_an_empty_list_too(window: Window) -> None:
    window.tell(dropped(junk=2))
    assert lines(window) == ["Nothing of this will be sent.", "2 system files were left out"]
    assert window.body.preflight.accessibleDescription() == (
        "Nothing of this will be sent. 2 system files were left out"
    )


def test_on_a_low_window_the_filters_make_room_for_it(window: Window) -> None:
    window.resize(640, 480)
    window.tell(UploadsAdded((upload("a"),)), dropped(junk=1))
    assert window.body.preflight.isVisible()
    assert not window.filters.isVisible()
    assert window.footer.primary.height() >= window.footer.primary.sizeHint().height()
    window.resize(900, 700)
    assert window.filters.isVisible()
    window.resize(640, 480)
    QTest.mouseClick(window.body.preflight.close_button, LEFT)
    assert window.filters.isVisible()


def test_ctrl_f_stays_in_the_field_without_a_list_and_brings_the_filters_back_on_a_low_window(window: Window) -> None:
    window.header.field.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    assert window.focusWidget() is window.header.field
    window.resize(640, 480)
    window.tell(UploadsAdded((upload("a"),)), dropped(junk=1))
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    assert window.filters.search.isVisible()
    assert window.filters.search.hasFocus()
    window.view.setFocus()
    assert not window.filters.isVisible()


LONG = (
    *(upload(f"{n}.jpg") for n in range(40)),
    *(upload(f"{n}.mp4", S.REFUSED, Code.TYPE_NOT_ACCEPTED, detail="MP4") for n in range(3)),
    *(upload(f"{n}.txt", S.REFUSED, Code.EMPTY_FILE) for n in range(2)),
    *(known(f"{n}.pdf") for n in range(3)),
)


def rows_seen(window: Window) -> int:
    window.grab()  # only now is everything laid out
    return window.view.viewport().height() // window.view.rowHeight(0)


def crowded(window: Window) -> Window:
    """A low window in which a band, a long summary and the list want room."""
    window.resize(640, 480)
    window.tell(UploadsAdded(LONG), dropped(junk=4, again=2))
    window.notices.explain(lambda: "Outlook gives no file away. " * 4)
    return window


def test_in_a_low_window_it_folds_so_that_two_rows_are_seen_and_nothing_where_there_is_room(window: Window) -> None:
    crowded(window)
    assert rows_seen(window) >= 2
    assert (window.width(), window.height(), len(lines(window))) == (640, 480, 1)
    assert window.footer.primary.height() >= window.footer.primary.sizeHint().height()
    strip = window.body.preflight
    window.resize(900, 760)
    assert len(lines(window)) == 3
    assert not strip.details.isVisible()
    window.resize(640, 480)
    assert len(lines(window)) == 1
    window.notices.forget()
    window.tell(UploadsRemoved(tuple(one.upload_id for one in LONG if one.state.finished)))
    assert not strip.details.isVisible()  # all is in the first line


def test_what_is_folded_comes_and_goes_at_a_press_of_its_button_and_goes_with_another_drop(window: Window) -> None:
    strip = crowded(window).body.preflight
    QTest.keyClick(strip.details, Qt.Key.Key_Space)
    assert len(lines(window)) == 3
    assert strip.send_again.isVisible()
    assert rows_seen(window) >= 1
    assert strip.details.text() == "Less"
    window.tell(UploadsChanged((upload("0.jpg", S.REGISTERED),)))  # no news of the drop
    assert len(lines(window)) == 3
    QTest.mouseClick(strip.details, LEFT)
    assert (len(lines(window)), strip.details.text()) == (1, "Details")
    QTest.mouseClick(strip.details, LEFT)
    window.tell(UploadsAdded((upload("new.jpg"),)), dropped())
    assert len(lines(window)) == 1


@pytest.mark.parametrize("event", [dropped(again=2), dropped(resumed=2)])
def test_what_is_on_the_list_already_is_not_said_to_stay_behind(window: Window, event: PathsAdded) -> None:
    window.tell(UploadsAdded((upload("a"), upload("b"))), dropped())
    window.body.preflight.close_button.click()
    window.tell(event)
    assert lines(window)[0] == "Nothing new to send in this."


@pytest.mark.parametrize(
    ("count", "meant", "told", "button"),
    [
        (2, ["a", "b"], "These 2 files went to anomaly 4218, the last one on 12 Mar 2025.", "Change 2 files to 4218"),
        (1, ["a"], "1 of these files went to anomaly 4218 on 12 Mar 2025.", "Change it to 4218"),
    ],
)
def test_a_drop_that_went_to_another_anomaly_before_is_one_line_and_one_click_changes_it(
    window: Window, count: int, meant: list[str], told: str, button: str
) -> None:
    window.set_anomaly("4217")
    ids = tuple(map(UploadId, meant))
    event = SentElsewhere("4217", "4218", count, 2, MARCH, ids)
    window.tell(UploadsAdded((upload("a"), upload("b"))), dropped(), event)
    strip = window.body.preflight
    assert strip.elsewhere.text().replace("\u00a0", " ") == f"{told} Is the number right?"
    assert strip.elsewhere.text() in strip.accessibleDescription()
    assert strip.change.text() == button
    used: list[str] = []
    window.anomaly_used.connect(used.append)
    QTest.mouseClick(strip.change, LEFT)
    assert (window.engine.calls, window.header.field.text()) == ([("send_to:4218", list(ids))], "4218")
    assert used == ["4218"]  # it is offered from now on
    window.tell(UploadsChanged(tuple(upload(one, anomaly_id="4218") for one in meant)))
    assert not strip.elsewhere.isVisible()


def test_what_is_registered_by_now_is_not_offered_to_another_anomaly(window: Window) -> None:
    ids = (UploadId("a"), UploadId("b"))
    window.tell(UploadsAdded((upload("a"), upload("b"))), dropped(), SentElsewhere("4217", "4218", 2, 2, MARCH, ids))
    window.tell(UploadsChanged((upload("a", S.REGISTERED),)))
    assert window.body.preflight.change.text() == "Change it to 4218"
    window.tell(UploadsChanged((upload("b", S.REGISTERED),)))
    assert not window.body.preflight.elsewhere.isVisible()
