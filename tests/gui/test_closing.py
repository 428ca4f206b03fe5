"""Closing with anything unsent asks one true question, with the number, and it stays true while it is open."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import REST, RUNNING, S, Window, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    PathsAdded,
    QueueIdle,
    QueueStatus,
    Totals,
    UploadsAdded,
    UploadsChanged,
    UploadsRemoved,
)
from uploader_gui.engine.models import Reason, UploadId, UploadSnapshot
from uploader_gui.gui.bridge import ThreadSignal
from uploader_gui.gui.dialogs.leave_dialog import LeaveDialog
from uploader_gui.platform.application import Language

COMES_BACK = "The list is here again the next time you open the program. Nothing is sent by itself then."
NOT_SAVED = "The list cannot be saved on this computer just now: add again what is missing next time."


def held_up_by(*conditions: Condition) -> QueueStatus:
    return QueueStatus(running=True, conditions=frozenset(conditions))


def files(counts: dict[S, int], anomaly_id: str = "4217") -> tuple[UploadSnapshot, ...]:
    return tuple(
        upload(f"{anomaly_id} {state} {n}", state, anomaly_id=anomaly_id)
        for state, count in counts.items()
        for n in range(count)
    )


def asked(window: Window) -> LeaveDialog:
    window.close()
    (dialog,) = [one for one in window.findChildren(LeaveDialog) if one.isVisible()]
    return dialog


@dataclass(frozen=True)
class Case:
    """What is on the list, how the queue stands, and what is asked."""

    counts: dict[S, int]
    question: str
    status: QueueStatus = REST
    background: bool = False
    stop: str = "Stop and resume next time"
    told: list[str] = field(default_factory=lambda: [COMES_BACK])


CASES = {
    "waiting, failed, refused": Case(
        {S.QUEUED: 3, S.FAILED: 2, S.REFUSED: 2, S.UPLOADED: 18},
        "7 of 25 files are not attached to anomaly 4217: 3 waiting, 2 failed, 2 refused.",
        RUNNING,
        background=True,
    ),
    "not started": Case({S.QUEUED: 2}, "2 of 2 files are not attached to anomaly 4217: 2 waiting."),
    "one being sent": Case(
        {S.UPLOADING: 1, S.SKIPPED: 2},
        "1 of 3 files is not attached to anomaly 4217: 1 being sent.",
        RUNNING,
        background=True,
    ),
    "being prepared": Case(
        {S.PREPARING: 1}, "1 of 1 file is not attached to anomaly 4217: 1 waiting.", RUNNING, background=True
    ),
    "offline goes on by itself": Case(
        {S.RETRYING: 1},
        "1 of 1 file is not attached to anomaly 4217: 1 being sent.",
        held_up_by(Condition.OFFLINE),
        background=True,
    ),
    "a busy service goes on by itself": Case(
        {S.QUEUED: 1},
        "1 of 1 file is not attached to anomaly 4217: 1 waiting.",
        held_up_by(Condition.SERVICE_BUSY, Condition.STORAGE_BUSY),
        background=True,
    ),
    "signed out": Case(
        {S.QUEUED: 1}, "1 of 1 file is not attached to anomaly 4217: 1 waiting.", held_up_by(Condition.SIGN_IN)
    ),
    "the disk is full": Case(
        {S.QUEUED: 1},
        "1 of 1 file is not attached to anomaly 4217: 1 waiting.",
        held_up_by(Condition.JOURNAL),
        stop="Close",
        told=[NOT_SAVED],
    ),
    "only failed and refused": Case(
        {S.FAILED: 1, S.REFUSED: 1, S.UPLOADED: 1},
        "2 of 3 files are not attached to anomaly 4217: 1 failed, 1 refused.",
        stop="Close",
    ),
    "what was cancelled is counted with the others": Case(
        {S.FAILED: 1, S.CANCELLED: 2},
        "3 of 3 files are not attached to anomaly 4217: 1 failed, 2 cancelled.",
        stop="Close",
        told=[COMES_BACK, "What you cancelled does not come back."],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_closing_asks_one_question_that_is_true(window: Window, case: Case) -> None:
    window.tell(UploadsAdded(files(case.counts)), case.status)
    dialog = asked(window)
    assert dialog.question.text() == case.question
    assert dialog.background.isVisible() is case.background
    assert (dialog.stop.text(), dialog.stop_more.text().split("\n")) == (case.stop, case.told)
    assert dialog.stop.accessibleDescription() == dialog.stop_more.text()


def test_what_arrived_a_moment_ago_is_not_asked_about(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded(files({S.UPLOADING: 1})), RUNNING)
    window.tell(UploadsChanged((upload("4217 uploading 0", S.UPLOADED),)))
    with qtbot.waitSignal(window.exit_requested):
        window.close()


@pytest.mark.parametrize(("state", "word"), [(S.FAILED, "failed"), (S.QUEUED, "waiting")])
def test_files_of_several_anomalies_are_not_told_as_those_of_one(window: Window, state: S, word: str) -> None:
    window.tell(UploadsAdded((*files({state: 1}), *files({S.UPLOADED: 1}, anomaly_id="5000"))))
    assert asked(window).question.text() == f"1 of 2 files is not attached to its anomaly: 1 {word}."


def test_files_kept_for_a_number_are_asked_about_alone_and_beside_others(window: Window) -> None:
    window.add_files.add([Path("/photos/a.jpg"), Path("/photos/b.jpg")])
    dialog = asked(window)
    assert dialog.question.text() == "2 files wait for the number."
    assert dialog.stop_more.text() == COMES_BACK
    dialog.reject()
    window.tell(UploadsAdded(files({S.FAILED: 1})))
    dialog = asked(window)
    assert dialog.question.text() == "1 of 1 file is not attached to anomaly 4217: 1 failed."
    assert dialog.stop_more.text().split("\n") == ["2 files wait for the number.", COMES_BACK]


def test_where_what_is_kept_could_not_be_written_down_nothing_is_promised(window: Window) -> None:
    window.add_files.add([Path("/photos/a.jpg")])
    window.kept_is_saved = False
    assert asked(window).stop_more.text() == NOT_SAVED


@pytest.mark.parametrize("how", ["searched", "not answered yet", "no engine answers"])
def test_files_that_are_still_looked_at_are_asked_about(window: Window, how: str) -> None:
    if how == "searched":
        window.tell(QueueStatus(running=False, walking=True))
    else:
        window.set_anomaly("4217")
        window.add_files.add([Path("/photos")])
    if how == "no engine answers":
        window.tell(EngineFailed(Reason(Code.JOURNAL_IN_USE)))
    dialog = asked(window)
    assert dialog.question.text() == "Files you added are still being looked at."
    assert "add again" in dialog.stop_more.text()
    assert (dialog.stop_more.text().split("\n")[0] == NOT_SAVED) is (how == "no engine answers")
    if how == "not answered yet":
        window.tell(PathsAdded("4217", queued=0, refused=0, junk=1, already_in_queue=0))
        assert not dialog.isVisible()


def test_files_are_asked_about_until_each_drop_has_been_looked_at(window: Window) -> None:
    looked_at = PathsAdded("4217", queued=0, refused=0, junk=1, already_in_queue=0)
    window.set_anomaly("4217")
    for name in ("/photos", "/plans"):
        window.add_files.add([Path(name)])
    window.tell(looked_at)
    dialog = asked(window)
    window.tell(looked_at)
    assert not dialog.isVisible()


def test_of_a_list_nobody_can_save_any_more_nothing_is_promised(window: Window) -> None:
    window.tell(UploadsAdded(files({S.QUEUED: 2})), EngineFailed(Reason(Code.JOURNAL)))
    assert asked(window).stop_more.text() == NOT_SAVED


def test_enter_and_escape_do_no_harm(window: Window, qtbot: QtBot) -> None:
    """What is failed cannot be sent in the background: Enter stays."""
    window.tell(UploadsAdded(files({S.FAILED: 1})))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        dialog = asked(window)
        with qtbot.assertNotEmitted(window.exit_requested), qtbot.assertNotEmitted(window.background_wanted):
            QTest.keyClick(dialog, key)
        assert not dialog.isVisible()


def test_enter_stays_once_nothing_can_be_sent_any_more(window: Window, qtbot: QtBot) -> None:
    window.tell(UploadsAdded(files({S.QUEUED: 1})), RUNNING)
    dialog = asked(window)
    height = dialog.height()
    window.tell(held_up_by(Condition.SIGN_IN))
    assert not dialog.background.isVisible()
    assert dialog.height() < height - dialog.background_more.height()  # no hole where it was offered
    with qtbot.assertNotEmitted(window.exit_requested), qtbot.assertNotEmitted(window.background_wanted):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_the_question_follows_what_happens_meanwhile(window: Window, qapp: QApplication, qtbot: QtBot) -> None:
    window.tell(UploadsAdded(files({S.QUEUED: 2})), RUNNING)
    dialog = asked(window)
    window.tell(UploadsChanged((upload("4217 queued 0", S.FAILED, Code.CHANGED),)))
    told = "2 of 2 files are not attached to anomaly 4217: 1 waiting, 1 failed."
    qtbot.waitUntil(lambda: dialog.question.text() == told)
    window.tell(UploadsAdded((upload("new", S.REFUSED),)))
    assert "3 of 3 files" in dialog.question.text()
    window.add_files.keep([Path("/photos/a.jpg")])
    assert "1 file waits for the number." in dialog.stop_more.text()
    window.tell(REST)
    assert not dialog.background.isVisible()
    window.tell(RUNNING)
    assert dialog.background.isVisible()
    language = Language(qapp)
    language.use("fr")
    qtbot.waitUntil(lambda: dialog.question.text().startswith("Sur 3 fichiers, 3 ne sont pas joints"))
    language.use("en")


@pytest.mark.parametrize("end", [S.UPLOADED, S.FAILED])
def test_it_goes_by_itself_when_nothing_is_being_sent_any_more(window: Window, qtbot: QtBot, end: S) -> None:
    window.tell(UploadsAdded(files({S.UPLOADING: 1})), RUNNING)
    dialog = asked(window)
    with qtbot.assertNotEmitted(window.exit_requested), qtbot.assertNotEmitted(window.background_wanted):
        window.tell(UploadsChanged((upload("4217 uploading 0", end),)), REST, QueueIdle(Totals()))
        qtbot.waitUntil(lambda: not dialog.isVisible())
    assert window.isVisible()


def test_asked_after_the_last_file_has_ended_it_stays_until_that_is_taken_off_the_list(window: Window) -> None:
    """The word that all is done may come a moment later."""
    window.tell(UploadsAdded(files({S.FAILED: 1})), RUNNING)
    dialog = asked(window)
    window.tell(REST, QueueIdle(Totals()))
    assert dialog.isVisible()
    window.tell(UploadsRemoved((UploadId("4217 failed 0"),)))
    assert not dialog.isVisible()


def test_it_asks_about_what_is_left_when_it_is_closed_again(window: Window) -> None:
    window.tell(UploadsAdded(files({S.UPLOADING: 1})), RUNNING)
    asked(window)
    window.tell(UploadsChanged((upload("4217 uploading 0", S.FAILED),)), REST, QueueIdle(Totals()))
    assert asked(window).question.text() == "1 of 1 file is not attached to anomaly 4217: 1 failed."


class _Listener(QObject):
    def hear(self, _: object) -> None:
        """Nothing is done with it."""


def test_threads_may_tell_a_window_that_goes_meanwhile(qapp: QApplication) -> None:
    """A thread that emits a signal of an object that Qt deletes meanwhile ends the program, once in some hundred."""
    for _ in range(300):
        window = QObject()
        signal = ThreadSignal(_Listener(window).hear)
        threads = [Thread(target=lambda told: [told.emit(1) for _ in range(20)], args=[signal.told]) for _ in range(4)]
        for thread in threads:
            thread.start()
        window.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        for thread in threads:
            thread.join()
