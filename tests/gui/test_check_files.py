"""History → “Check files against this receipt…”: the deposit shown or a receipt's file, then a folder."""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, FakeEngine, Window, colors_of, found
from tests.gui.receipts import file, receipt
from uploader_gui.engine.events import HistoryFound, ReceiptBuilt
from uploader_gui.engine.models import PastRun, RunKey, UploadState
from uploader_gui.engine.receipt import Receipt, encoded
from uploader_gui.engine.receipt_check import COUNTS_AGAINST, Comparison, Verdict
from uploader_gui.gui.receipts.check_dialog import CheckDialog, ComparisonList
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.style.theme import Theme

KEY = RunKey(1, "4217")
EVIL = "<b>c</b>.jpg"


@pytest.fixture
def made(tmp_path: Path) -> Receipt:
    """Make three files, and the receipt of a deposit of them and of one more."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    files = []
    for name in ("a.jpg", "b.jpg", EVIL.replace("/", "_"), "gone.jpg"):
        (folder / name).write_bytes(name.encode())
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        files.append(file(name, path=str(folder / name), sha256=sha256))
    (folder / "gone.jpg").unlink()
    return receipt(*files)


@pytest.fixture
def dialog(window: Window, engine: FakeEngine, made: Receipt) -> CheckDialog:
    """Open History, let the engine answer, and press the button."""
    QTest.mouseClick(window.header.history, LEFT)
    history = found(window, HistoryDialog)
    engine.tell(HistoryFound((PastRun(KEY, "uploader-gui 1", 0.0, 1.0, 0, {UploadState.UPLOADED: 4}, 9),)))
    engine.tell(ReceiptBuilt(made, KEY))
    assert history.check_files.text() == "Check files against this receipt…"
    QTest.mouseClick(history.check_files, LEFT)
    return found(history, CheckDialog)


def choose(dialog: CheckDialog, path: Path) -> None:
    asked = dialog.findChildren(QFileDialog)[-1]
    asked.fileSelected.emit(str(path))
    asked.close()


def shown(dialog: CheckDialog) -> list[list[str]]:
    items = [dialog.found.topLevelItem(row) for row in range(dialog.found.topLevelItemCount())]
    return [[item.text(0).rpartition("/")[2], item.text(1)] for item in items if item is not None]


def finish(dialog: CheckDialog, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: not dialog.busy.isVisible(), timeout=30_000)
    return dialog.outcome.text()


def test_a_folder_is_compared_with_the_deposit(
    dialog: CheckDialog, made: Receipt, tmp_path: Path, qtbot: QtBot
) -> None:
    assert dialog.which.text() == "Receipt: the deposit for anomaly 4217"
    folder = tmp_path / "evidence"
    folder.rename(tmp_path / "copy")
    folder = tmp_path / "copy"
    (folder / "b.jpg").write_bytes(b"changed")
    (folder / "more.txt").write_bytes(b"more")
    QTest.mouseClick(dialog.folder, LEFT)
    choose(dialog, folder)
    assert finish(dialog, qtbot) == "5 files: 2 equal, 1 changed, 1 missing, 1 not on the receipt"
    assert shown(dialog) == [
        ["b.jpg", "changed"], ["gone.jpg", "missing"], ["more.txt", "not on the receipt"], ["a.jpg", "equal"],
        [EVIL.replace("/", "_"), "equal"],
    ]  # fmt: skip
    assert made.files


def test_in_their_places_nothing_speaks_against_whole_files(
    dialog: CheckDialog, made: Receipt, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "evidence" / "gone.jpg").write_bytes(b"gone.jpg")
    QTest.mouseClick(dialog.in_place, LEFT)
    assert finish(dialog, qtbot) == "4 files: 4 equal\nEvery file that is compared is what the receipt says."
    (tmp_path / "evidence" / "gone.jpg").unlink()
    QTest.mouseClick(dialog.in_place, LEFT)
    for one in threading.enumerate():  # what this comparison found arrives after the next one has begun
        if one.name == "uploader-receipt-check":
            one.join()
    QTest.mouseClick(dialog.in_place, LEFT)
    assert finish(dialog, qtbot) == "4 files: 3 equal, 1 missing"
    assert len(shown(dialog)) == len(made.files)


def test_each_of_many_files_is_one_line(window: Window, theme: Theme, tmp_path: Path, qtbot: QtBot) -> None:
    names = [f"{number}.jpg" for number in range(450)]
    dialog = CheckDialog(theme, window, receipt(*(file(name, path=str(tmp_path / name)) for name in names)))
    dialog.open()
    QTest.mouseClick(dialog.in_place, LEFT)
    assert finish(dialog, qtbot) == "450 files: 450 missing"
    assert shown(dialog) == [[name, "missing"] for name in names]
    dialog.close()


def test_what_is_equal_alone_is_green_and_what_speaks_against_a_file_red(theme: Theme, qtbot: QtBot) -> None:
    found_out = ComparisonList(theme)
    qtbot.addWidget(found_out)
    found_out.resize(600, 400)
    found_out.show()
    found_out.add([Comparison(f"{verdict.name}.jpg", verdict) for verdict in Verdict])
    items = [found_out.topLevelItem(row) for row in range(found_out.topLevelItemCount())]
    seen = {
        item.text(0): colors_of(found_out.viewport().grab(found_out.visualItemRect(item))) for item in items if item
    }
    against = {f"{verdict.name}.jpg" for verdict in COUNTS_AGAINST}
    assert {name for name, colors in seen.items() if theme.colors.ok.lower() in colors} == {"EQUAL.jpg"}
    assert {name for name, colors in seen.items() if theme.colors.danger.lower() in colors} == against


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda whole: whole, "Every file that is compared is what the receipt says."),
        (lambda whole: whole.replace(b"2025-03", b"2025-04"), "The receipt itself was changed after it was written."),
        (lambda _: b"{}", "receipt.json cannot be compared with: it is no receipt of this program."),
        (lambda _: None, "receipt.json cannot be compared with: {not_found}."),
    ],
)
def test_a_receipt_is_taken_from_a_file_and_whatever_it_holds_gets_a_sentence(  # noqa: PLR0917 - a table
    dialog: CheckDialog,
    made: Receipt,
    tmp_path: Path,
    content: Callable[[bytes], bytes | None],
    sentence: str,
    qtbot: QtBot,
) -> None:
    (tmp_path / "evidence" / "gone.jpg").write_bytes(b"gone.jpg")
    path = tmp_path / "receipt.json"
    if (text := content(encoded(made))) is not None:
        path.write_bytes(text)
    QTest.mouseClick(dialog.in_place, LEFT)
    finish(dialog, qtbot)  # of another receipt
    QTest.mouseClick(dialog.choose, LEFT)
    choose(dialog, path)
    assert not dialog.found.isVisible()
    assert (dialog.which.text(), dialog.outcome.text()) == (f"Receipt: {path}", "")
    QTest.mouseClick(dialog.folder, LEFT)
    choose(dialog, tmp_path / "evidence")
    # Asked for now: the C library's words change with LANGUAGE, which other tests set, and it remembers them.
    assert finish(dialog, qtbot).endswith(sentence.format(not_found="there is no such file or folder"))


def test_without_a_deposit_a_receipts_file_is_asked_for(window: Window) -> None:
    QTest.mouseClick(window.header.history, LEFT)
    window.tell(HistoryFound(()))
    history = found(window, HistoryDialog)
    assert history.check_files.text() == "Check files against a receipt…"
    QTest.mouseClick(history.check_files, LEFT)
    opened = found(history, CheckDialog)
    assert opened.windowTitle() == "Check files against a receipt"
    assert not opened.folder.isEnabled()
    assert not opened.in_place.isEnabled()
    assert opened.which.text() == "Choose a receipt that was saved as data (JSON)."
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.isVisible()
