"""History in the window: found, searched, opened, sent again."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import CTRL, LEFT, FakeEngine, S, Window, colors_of, found, midday
from tests.gui.receipts import file, receipt
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import HistoryFound, HistoryMatches, QueueIdle, ReceiptBuilt, ReceiptWritten, Totals
from uploader_gui.engine.models import PastRun, Reason, RunKey
from uploader_gui.gui.dialogs.form import QuestionDialog
from uploader_gui.gui.receipts.check_dialog import CheckDialog
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.receipts.receipt_words import day_and_time
from uploader_gui.gui.style.theme import DARK, LIGHT, Theme

MARCH, FEBRUARY = midday(2025, 3, 12), midday(2025, 2, 8)
NEW, OLD = RunKey(2, "4217"), RunKey(1, "ERP-7")
RUNS = (
    PastRun(NEW, "uploader-gui 1.2.3", MARCH, MARCH + 60, 0, {S.UPLOADED: 2, S.FAILED: 1}, 6_800_000),
    PastRun(
        OLD, "uploader-gui 1.2.3", FEBRUARY, FEBRUARY + 60, 0, {S.UPLOADED: 1, S.QUEUED: 1, S.REGISTERED: 2}, 3_400_000
    ),
)


@pytest.fixture
def history(window: Window, engine: FakeEngine, qtbot: QtBot) -> HistoryDialog:
    """Open it by the keyboard, and let the engine answer."""
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_H, CTRL)
    dialog = found(window, HistoryDialog)
    assert engine.calls == [("load_history", None)]
    engine.tell(HistoryFound(RUNS))
    return dialog


def asked(engine: FakeEngine, call: str) -> list[Any]:
    return [argument for name, argument in engine.calls if name == call]


def items(shown: QTreeWidget) -> list[QTreeWidgetItem]:
    return [one for row in range(shown.topLevelItemCount()) if (one := shown.topLevelItem(row)) is not None]


def test_deposits_are_listed_the_newest_first_with_what_became_of_them_under_headings(history: HistoryDialog) -> None:
    assert history.deposits.visible_runs == list(RUNS)
    assert history.focusWidget() is history.deposits
    first, second = items(history.deposits)
    assert first.text(0).startswith("12 Mar 2025 ")
    assert [first.text(at).replace("\u00a0", " ") for at in (1, 2, 3)] == ["4217", "3", "2 uploaded (6.8 MB), 1 failed"]
    assert [second.text(at).replace("\u00a0", " ") for at in (2, 3)] == ["4", "1 uploaded (3.4 MB), 3 not sent yet"]
    for shown, figures in ((history.deposits, 2), (history.files, 1)):
        assert shown.headerItem().textAlignment(figures) & Qt.AlignmentFlag.AlignRight


def painted(shown: QTreeWidget, row: QTreeWidgetItem) -> set[str]:
    """Return the colours of the pixels of a row's result."""
    place = shown.visualItemRect(row)
    place.setLeft(shown.columnViewportPosition(2))
    return colors_of(shown.viewport().grab(place))


def test_a_result_has_the_colour_of_the_theme_in_use(
    history: HistoryDialog, engine: FakeEngine, any_scheme: Theme, qapp: QApplication
) -> None:
    states = ("uploaded", "skipped", "failed", "refused", "pending")
    engine.tell(ReceiptBuilt(receipt(*(file(f"{state}.jpg", state) for state in states)), NEW))
    chosen, *others = items(history.files)
    assert chosen.isSelected()
    for scheme, colors in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
        any_scheme.force(scheme)
        assert colors.danger.lower() in painted(history.files, chosen)
        for row in others:
            arrived = row.text(0) in {"uploaded.jpg", "skipped.jpg"}
            assert (colors.ok.lower() in painted(history.files, row)) is arrived
            assert (colors.warning.lower() in painted(history.files, row)) is not arrived
    any_scheme.use_system_palette()  # with high contrast a selected text must have the colour for selected texts
    assert qapp.palette().text().color().name() not in painted(history.files, chosen)


def test_the_files_of_the_chosen_deposit_stand_below(history: HistoryDialog, engine: FakeEngine) -> None:
    assert asked(engine, "build_receipt") == [NEW]
    engine.tell(ReceiptBuilt(receipt(file("a.jpg"), file("b.jpg", "failed")), NEW))
    rows = items(history.files)
    assert [row.text(2) for row in rows] == ["Failed", "Uploaded"]  # what needs a person first
    assert "changed" in rows[0].toolTip(2)
    assert rows[0].isSelected()
    QTest.keyClick(history.deposits, Qt.Key.Key_Down)
    assert asked(engine, "build_receipt") == [NEW, OLD]
    engine.tell(ReceiptBuilt(receipt(file("late.jpg")), NEW))  # not what is chosen now
    assert history.files.topLevelItemCount() == 0
    QTest.mouseClick(history.check_files, LEFT)
    (check,) = history.findChildren(CheckDialog)
    assert check.which.text() == "Choose a receipt that was saved as data (JSON)."


def test_what_a_file_and_a_server_say_is_no_markup_in_a_tip(history: HistoryDialog, engine: FakeEngine) -> None:
    name = '<img src="/secret.png">\u202egpj.exe'
    failed = file(name, "failed", reason=Reason(Code.URL_REFUSED, Variant.HEADER_CHOSEN, "<b>no</b>"))
    engine.tell(ReceiptBuilt(receipt(failed), NEW))
    (row,) = items(history.files)
    for tip in (row.toolTip(0), row.toolTip(2)):
        assert re.findall("<[^>]*>", tip) == ["<qt>", "</qt>"]
    assert "\u202e" not in row.toolTip(0)


@pytest.mark.parametrize(("typed", "found"), [("erp", [OLD]), ("mar 2025", [NEW]), ("42", [NEW]), ("Feb", [OLD])])
def test_anomaly_and_date_are_searched_at_once(history: HistoryDialog, typed: str, found: list[RunKey]) -> None:
    QTest.keyClicks(history.search, typed)
    assert [run.key for run in history.deposits.visible_runs] == found
    assert history.deposits.chosen is not None
    assert history.deposits.chosen.key == found[0]


def test_the_name_of_a_copied_file_is_searched(history: HistoryDialog, engine: FakeEngine) -> None:
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile("/photos/Porte 7.jpg")])
    QGuiApplication.clipboard().setMimeData(copied)
    QTest.keyClick(history.search, Qt.Key.Key_V, CTRL)
    assert (history.search.text(), engine.added) == ("Porte 7.jpg", [])


def test_file_names_are_searched_by_the_engine(history: HistoryDialog, engine: FakeEngine, qtbot: QtBot) -> None:
    QTest.keyClicks(history.search, "porte")
    assert history.deposits.visible_runs == []
    assert history.nothing.isVisible()
    assert history.nothing.text() == "No deposit matches what you are looking for."
    qtbot.waitUntil(lambda: asked(engine, "search_history") == ["porte"])
    engine.tell(HistoryMatches("port", frozenset({NEW})))  # an older question
    assert history.deposits.visible_runs == []
    engine.tell(HistoryMatches("porte", frozenset({OLD})))
    assert [run.key for run in history.deposits.visible_runs] == [OLD]
    engine.tell(ReceiptBuilt(receipt(file("a.jpg"), file("Porte.jpg")), OLD))
    assert history.files.chosen is not None
    assert history.files.chosen.name == "Porte.jpg"
    QTest.keyClicks(history.search, "s")  # whether they hold such a file as well is not known yet
    assert history.deposits.visible_runs == []


def test_failed_ones_are_sent_again_where_there_are_some(history: HistoryDialog, engine: FakeEngine) -> None:
    assert history.send_again.text() == "Send the failed file again"
    QTest.keyClick(history.deposits, Qt.Key.Key_Down)
    assert not history.send_again.isVisible()
    QTest.keyClick(history.deposits, Qt.Key.Key_Up)
    QTest.mouseClick(history.send_again, LEFT)
    assert asked(engine, "send_past_again") == [NEW]
    assert not history.isVisible()


def test_its_receipt_is_saved(history: HistoryDialog, window: Window, tmp_path: Path) -> None:
    QTest.mouseClick(history.save_receipt, LEFT)
    dialog = found(window, QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name.startswith("receipt-4217-")
    dialog.fileSelected.emit(str(tmp_path / "r.json"))
    dialog.close()
    window.tell(ReceiptBuilt(receipt(file()), NEW))
    assert [path for path, _ in window.engine.saved] == [tmp_path / "r.json"]


def test_what_could_not_be_saved_is_what_is_saved_elsewhere(
    history: HistoryDialog, window: Window, tmp_path: Path
) -> None:
    window.set_anomaly("99")
    for button, name in ((history.save_receipt, "r.json"), (window.banner.button, "elsewhere.json")):
        button.click()
        (dialog,) = [one for one in window.findChildren(QFileDialog) if one.isVisible()]
        assert Path(dialog.selectedFiles()[0]).name.startswith("receipt-4217-")
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
        assert window.engine.calls[-1] == ("build_receipt", NEW)
        window.tell(ReceiptWritten(str(tmp_path / name), "disk full"))


def test_its_receipt_is_opened_once_it_stands(
    history: HistoryDialog, window: Window, shown_elsewhere: list[str], qtbot: QtBot
) -> None:
    QTest.mouseClick(history.open_receipt, LEFT)
    window.tell(ReceiptBuilt(receipt(file()), NEW))
    qtbot.waitUntil(lambda: bool(window.engine.saved), timeout=60_000)
    path, content = window.engine.saved[0]
    assert content.startswith(b"%PDF-")
    assert shown_elsewhere == []
    window.tell(ReceiptWritten(str(path)))
    assert (shown_elsewhere, window.header.hint.text()) == ([str(path)], "")


def test_a_file_is_shown_in_its_folder(history: HistoryDialog, engine: FakeEngine, shown_elsewhere: list[str]) -> None:
    assert not history.show_file.isEnabled()
    engine.tell(ReceiptBuilt(receipt(file("a.jpg")), NEW))
    QTest.mouseClick(history.show_file, LEFT)
    assert shown_elsewhere == ["/evidence"]
    QTest.keyClick(history.files, Qt.Key.Key_Return)
    assert shown_elsewhere == ["/evidence"] * 2
    engine.tell(ReceiptBuilt(receipt(file("Capture.png", source="from the clipboard")), NEW))
    QTest.keyClick(history.files, Qt.Key.Key_Return)
    assert shown_elsewhere == ["/evidence"] * 2  # it was on no disk of this computer


def test_a_run_that_ends_meanwhile_is_looked_up(history: HistoryDialog, engine: FakeEngine) -> None:
    engine.tell(QueueIdle(Totals()))
    assert asked(engine, "load_history") == [None, None]
    QTest.keyClick(history.deposits, Qt.Key.Key_Down)
    grown = replace(RUNS[1], states={S.UPLOADED: 4})
    newest = PastRun(RunKey(3, OLD.anomaly_id), "uploader-gui", MARCH + 900, None)
    engine.tell(HistoryFound((newest, RUNS[0], grown)))
    assert history.deposits.chosen is not None
    assert history.deposits.chosen.key == OLD


def test_before_the_first_deposit_one_sentence_explains_it(window: Window) -> None:
    QTest.mouseClick(window.header.history, LEFT)
    window.tell(HistoryFound(()))
    dialog = found(window, HistoryDialog)
    assert dialog.nothing.text() == "Each deposit you make will be listed here, with its receipt."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_trials_never_appear(trial: Window) -> None:
    trial.dialogs.history()
    dialog = found(trial, HistoryDialog)
    assert dialog.nothing.text() == "What is only tried out does not appear in History."
    trial.tell(QueueIdle(Totals()))
    assert trial.engine.calls == []


def test_what_became_of_a_receipt_is_said_where_it_was_asked_for(history: HistoryDialog, engine: FakeEngine) -> None:
    engine.tell(ReceiptWritten("/evidence/r.pdf"))
    assert history.news.text() == "The receipt r.pdf was saved in /evidence"
    engine.tell(ReceiptWritten("/evidence/r.pdf", "disk full"))
    assert history.news.text() == "The receipt could not be saved: disk full"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_where_nothing_shows_pdf_opening_a_receipt_says_so(
    history: HistoryDialog, engine: FakeEngine, qtbot: QtBot
) -> None:
    """Offscreen, Qt has no other program to hand a file to."""
    for times in (1, 2):
        QTest.mouseClick(history.open_receipt, LEFT)
        engine.tell(ReceiptBuilt(receipt(file("a.jpg")), NEW))
        qtbot.waitUntil(lambda: len(engine.saved) == times, timeout=60_000)  # noqa: B023 - it is called at once
    first, second = (str(path) for path, _ in engine.saved)
    assert first != second  # another program may still hold the first
    engine.tell(ReceiptWritten(first))
    assert history.news.text().startswith("No program on this computer shows PDF files.")


def test_a_deposit_is_forgotten_once_a_person_confirms_it_unless_files_are_still_to_be_sent(
    history: HistoryDialog, engine: FakeEngine
) -> None:
    QTest.keyClick(history.deposits, Qt.Key.Key_Down)
    assert not history.forget.isEnabled()
    assert history.forget.toolTip() == "Some of its files are still to be sent. Send them or cancel them first."
    QTest.keyClick(history.deposits, Qt.Key.Key_Up)
    QTest.mouseClick(history.forget, LEFT)
    question = found(history, QuestionDialog)
    assert question.question.text().replace("\u00a0", " ") == (
        f"Forget the deposit of {day_and_time(MARCH)} for anomaly 4217 (3 files)?"
    )
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert asked(engine, "forget_past") == []
    QTest.mouseClick(history.forget, LEFT)
    (question,) = (one for one in history.findChildren(QuestionDialog) if one.isVisible())
    history.deposits.setCurrentItem(items(history.deposits)[1])  # what is asked about stays the same
    QTest.mouseClick(question.confirm, LEFT)
    assert asked(engine, "forget_past") == [NEW]
    engine.tell(HistoryFound(RUNS[1:]))
    assert [run.key for run in history.deposits.visible_runs] == [OLD]
