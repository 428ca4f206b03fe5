"""Trying out is unmistakable: whatever is seen, heard, kept or printed of it says that no register has the files."""

import csv
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.fake_desktop import FakeDesktop
from tests.gui.fake_engine import LEFT, REST, RUNNING, FakeEngine, S, Window, found, one_of_each, upload
from tests.gui.receipts import file, receipt
from tests.gui.test_receipts import pages_of
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    EngineFailed,
    PathsAdded,
    QueueIdle,
    QueueStatus,
    ReceiptBuilt,
    Resumed,
    Totals,
    UploadsAdded,
    UploadsChanged,
)
from uploader_gui.engine.models import Reason, UploadId, UploadSnapshot
from uploader_gui.gui.receipts import receipt_pages, receipt_words
from uploader_gui.gui.taskbar_and_notifications import DesktopPolicy
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.window.filter_bar import Chip
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, use_language
from uploader_gui.platform.application import Language

BAND = "TRIAL: nothing is sent to the register"


def test_without_tokens_a_trials_register_is_asked_for_a_number(trial: Window) -> None:
    trial.set_signed_in(SignInState(signed_in=False))
    trial.tell(REST)
    trial.header.field.setText("DEMO-2")
    QTest.keyClick(trial.header.field, Qt.Key.Key_Return)
    assert trial.engine.looked_up == ["DEMO-2"]


def tried(name: str, state: S = S.QUEUED, code: Code | None = None) -> UploadSnapshot:
    return replace(upload(name, state, code, anomaly_id="DEMO-1"), trial=True)


def band_is_seen(window: Window) -> bool:
    """Whether the words are there, and nothing of the window covers them."""
    assert window.body.trial is not None
    text = window.body.trial.text
    there = text.isVisible() and text.text() == BAND
    middle = text.mapTo(window, text.rect().center())
    return there and window.rect().contains(middle) and not covered(window, middle)


def covered(window: Window, point: object) -> bool:
    overlay = window.add_files.target.overlay
    return overlay.isVisible() and overlay.geometry().contains(point)  # type: ignore[call-overload]  # a QPoint


def test_the_band_stands_whatever_else_the_window_has_to_say(trial: Window) -> None:
    assert band_is_seen(trial)
    trial.tell(one_of_each(), RUNNING)
    assert band_is_seen(trial)
    trial.notices.explain(lambda: "Outlook gives no file away.")
    trial.tell(Resumed((UploadId("a"),)))
    trial.tell(EngineFailed(Reason(Code.INTERNAL_ERROR)))
    assert trial.banner.isVisible()
    assert band_is_seen(trial)
    trial.add_files.target.overlay.show_texts("Add 2 files", "")
    assert band_is_seen(trial)
    trial.add_files.target.overlay.hide()
    trial.resize(640, 480)
    trial.grab()
    assert band_is_seen(trial)


@pytest.mark.parametrize(("width", "said"), [(640, "Essai"), (980, "Essai : rien ne quitte cet ordinateur")])
def test_the_words_beside_the_number_are_never_cut(trial: Window, width: int, said: str) -> None:
    use_language(FRENCH)
    trial.header.retranslate()
    trial.resize(width, 480)
    trial.grab()
    shown = trial.header.sign_in
    assert shown.text().replace("\u00a0", " ") == said
    assert shown.width() >= shown.sizeHint().width()


def test_a_low_window_keeps_room_for_the_band_and_a_row(trial: Window, window: Window) -> None:
    trial.tell(one_of_each())
    band = trial.body.trial
    assert band is not None
    for one in (trial, window):
        one.resize(640, 480)
        one.notices.explain(lambda: "A long sentence of something that concerns all files. " * 20)
        one.grab()
    low, usual = trial.body.minimumSizeHint().height(), window.body.minimumSizeHint().height()
    assert usual > 480
    assert low >= usual + band.text.height()
    trial.resize(640, low)
    trial.grab()
    assert band_is_seen(trial)
    assert trial.view.height() >= trial.view.rowHeight(0)


def test_the_summary_of_a_drop_does_not_say_that_files_will_be_sent(trial: Window) -> None:
    trial.tell(UploadsAdded((tried("a"), tried("b"))), PathsAdded("DEMO-1", 2, 0, 0, 0))
    assert trial.body.preflight.going.text().replace("\u00a0", " ") == "2 files (2.0 MB) will be tried out."


def test_the_title_says_it_and_a_window_that_sends_says_nothing_of_it(trial: Window, window: Window) -> None:
    assert trial.windowTitle() == f"{BAND} – Anomaly files"
    assert window.body.trial is None
    assert BAND not in window.windowTitle()


def test_band_title_filter_and_rows_follow_the_language(trial: Window, qapp: QApplication, qtbot: QtBot) -> None:
    trial.tell(UploadsAdded((tried("a", S.UPLOADED),)))
    assert trial.filters.chips[Chip.UPLOADED].accessibleName() == "Uploaded (trial), 1"
    language = Language(qapp)
    language.use("fr")
    try:
        band = trial.body.trial
        assert band is not None
        qtbot.waitUntil(lambda: band.text.text() == "ESSAI\u00a0: rien n’est envoyé au registre")
        assert trial.windowTitle().startswith("ESSAI")
        assert trial.filters.chips[Chip.UPLOADED].text() == "Envoyés (essai)"
        assert trial.model.index(0, Column.STATE).data() == "Envoyé (essai)"
    finally:
        language.use("en")


@pytest.mark.parametrize(
    ("state", "word"), [(S.UPLOADED, "Uploaded (trial)"), (S.SKIPPED, "Already there (trial)"), (S.FAILED, "Failed")]
)
def test_a_row_says_so_to_eyes_and_ears(trial: Window, state: S, word: str) -> None:
    trial.tell(UploadsAdded((tried("a.jpg", state),)))
    assert trial.model.index(0, Column.STATE).data() == word
    spoken = trial.model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"a.jpg, {word.lower()}"


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([S.UPLOADED, S.SKIPPED], "Trial over: nothing was sent to the register."),
        ([S.UPLOADED, S.FAILED], "Trial over: 1 file did not get through."),
        ([S.REFUSED, S.CANCELLED], "Trial over: 2 files did not get through."),
    ],
)
def test_the_end_in_the_footer_promises_nothing(trial: Window, states: list[S], told: str) -> None:
    trial.tell(UploadsAdded(tuple(tried(f"{n}", state) for n, state in enumerate(states))), RUNNING, REST)
    assert trial.footer.below.text() == told
    sent = states.count(S.UPLOADED)
    assert ("(trial)" in trial.footer.counts.text()) is (sent > 0)
    trial.tell(QueueStatus(running=True, walking=True))
    assert trial.footer.below.text() == "Searching folders…"  # nothing is over yet


def test_no_notification_and_no_icon_speaks_as_if_a_register_had_files(trial: Window, qtbot: QtBot) -> None:
    desktop = FakeDesktop()
    manners = DesktopPolicy(trial, trial.engine, desktop)
    trial.tell(UploadsAdded((tried("a", S.UPLOADING),)), RUNNING)
    manners.go_to_background()
    assert desktop.icon == f"{BAND} · 1 file still to send"
    with qtbot.waitSignal(manners.leave_wanted):
        trial.tell(UploadsChanged((tried("a", S.UPLOADED),)), REST, QueueIdle(Totals()))
    assert {title for title, _ in desktop.notifications} == {BAND}
    assert desktop.notifications[-1] == (BAND, "1 file uploaded (trial)")


def test_closing_a_trial_says_that_its_list_is_forgotten(trial: Window) -> None:
    trial.tell(UploadsAdded((tried("a"), tried("b", S.UPLOADED))))
    trial.close()
    dialog = trial.dialogs.leave()
    assert dialog.question.text() == "TRIAL: 1 of 2 files has not got through: 1 waiting."
    assert dialog.stop.text() == "Close the trial"
    assert dialog.stop_more.text().startswith("Its list is forgotten.")


# Receipts

MADE = receipt(file(), file("b.jpg", "skipped"), file("c.jpg", "failed"), anomaly_id="DEMO-1", trial=True)


@pytest.fixture
def dialog(trial: Window, engine: FakeEngine) -> Iterator[QFileDialog]:
    engine.tell(UploadsAdded((tried("a", S.UPLOADED),)), QueueIdle(Totals()))
    trial.resize(1100, 700)
    QTest.mouseClick(trial.footer.receipt, LEFT)
    opened = found(trial, QFileDialog)
    yield opened
    opened.close()


def test_a_receipts_proposed_name_and_its_data_say_it(dialog: QFileDialog, engine: FakeEngine, tmp_path: Path) -> None:
    name = Path(dialog.selectedFiles()[0]).name
    assert re.fullmatch(r"TRIAL-receipt-DEMO-1-\d{4}-\d\d-\d\d\.pdf", name)
    dialog.fileSelected.emit(str(tmp_path / "r.json"))
    engine.tell(ReceiptBuilt(MADE))
    assert json.loads(engine.saved[0][1])["trial"] is True


def test_a_receipt_opened_to_be_looked_at_has_it_in_its_name(trial: Window, qtbot: QtBot) -> None:
    trial.receipts.open("DEMO-1")
    trial.tell(ReceiptBuilt(MADE))
    qtbot.waitUntil(lambda: bool(trial.engine.saved), timeout=60_000)
    assert trial.engine.saved[0][0].name.startswith("TRIAL-receipt-DEMO-1-")


def test_every_line_of_the_table_begins_with_it(dialog: QFileDialog, engine: FakeEngine, tmp_path: Path) -> None:
    dialog.fileSelected.emit(str(tmp_path / "r.csv"))
    engine.tell(ReceiptBuilt(MADE))
    text = engine.saved[0][1].decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert [line[0] for line in lines] == ["TRIAL: nothing was sent to the register"] * 4
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Result"] for row in rows] == ["Uploaded (trial)", "Already there (trial)", "Failed"]
    assert rows[0]["Number in the trial"] == "1001"
    assert "Register number" not in rows[0]


def test_the_page_claims_no_deposit() -> None:
    top = re.sub(r"<[^>]*>", "|", receipt_pages.heading_html(MADE))
    assert "Trial, not a deposit" in top
    assert "1 uploaded (trial), 1 already there (trial), 1 failed" in top
    assert "Nothing was sent to the register" in top
    assert not re.search(r"Deposit|confirmed", top)
    assert receipt_words.footer_text(MADE).startswith("TRIAL, not a deposit")
    table = receipt_pages.table_html([(1, file())], trial=True)
    assert 'class="uploaded"' not in table  # which is green
    rows = re.sub(r"<[^>]*>", "|", table)
    assert "Uploaded (trial)" in rows
    assert "Trial no. 1001" in rows
    assert "Register no." not in rows
    page = receipt_pages.html_page(MADE).decode()
    assert "Uploaded (trial)" in page
    assert "SHA-256 <code>" not in page  # a fingerprint of its own would look like a proof


@pytest.mark.parametrize(("trial", "slanted"), [(True, True), (False, False)])
def test_across_every_page_stands_a_mark(qtbot: QtBot, *, trial: bool, slanted: bool) -> None:
    made = receipt(*(file(f"{n}.jpg") for n in range(60)), trial=trial)
    content, count = pages_of(made, qtbot)
    contents = page_contents(content)
    assert len(contents) == count >= 3
    assert [is_slanted(content) for content in contents] == [slanted] * count


def page_contents(pdf: bytes) -> list[bytes]:
    """Give what is painted on each page of a PDF."""
    numbers = re.findall(rb"/Type /Page\n.*?/Contents (\d+) 0 R", pdf, re.DOTALL)
    streams = [re.search(rb"\n%b 0 obj.*?stream\r?\n(.*?)endstream" % number, pdf, re.DOTALL) for number in numbers]
    return [zlib.decompress(stream[1]) for stream in streams if stream is not None]


def is_slanted(content: bytes) -> bool:
    """Tell whether something is painted askew: a matrix that turns by more than nothing and less than a right angle."""
    matrices = re.findall(rb"(\S+) (\S+) (\S+) (\S+) \S+ \S+ (?:cm|Tm)\b", content)
    return any(abs(float(a)) > 0.01 and abs(float(b)) > 0.01 for a, b, _, _ in matrices)
