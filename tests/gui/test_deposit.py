"""One deposit with the real engine: dropped, summed up, sent, its receipt saved, found in History, sent before."""

import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import LEFT, found
from tests.support.files import Files
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import Event, ReceiptWritten
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import EngineOptions
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.receipts.receipt_words import day
from uploader_gui.gui.style.theme import Theme

PATIENCE = 60_000
"""Milliseconds: far more than anything here takes."""


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def whole(strict_api: StrictApi, tmp_path: Path, theme: Theme, qtbot: QtBot, told: list[Event]) -> Iterator[MainWindow]:
    """Open the window over a real engine, as the composition root does."""
    bridge = Bridge()
    window = MainWindow(bridge, theme, anomaly_id="4217")
    window.held_start.seconds = 0
    qtbot.addWidget(window, before_close_func=lambda one: one.hide())
    bridge.event_arrived.connect(told.append)
    options = EngineOptions(tmp_path / "data" / "journal.sqlite", strict_api.url, tokens=strict_api.tokens)
    bridge.run(options, anomaly_id=lambda: window.header.field.anomaly_id)
    window.resize(1100, 700)
    window.show()
    yield window
    bridge.leave(threading.Event())()


def send(window: MainWindow, paths: list[Path], qtbot: QtBot, *, files: int) -> None:
    window.add_files.add(paths)
    qtbot.waitUntil(window.body.preflight.isVisible, timeout=PATIENCE)
    QTest.mouseClick(window.footer.primary, LEFT)
    qtbot.waitUntil(lambda: window.model.counts().uploaded == files, timeout=PATIENCE)


def save(window: MainWindow, path: Path, qtbot: QtBot, told: list[Event]) -> bytes:
    QTest.mouseClick(window.footer.receipt, LEFT)
    dialog = found(window, QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    dialog.deleteLater()
    qtbot.waitUntil(lambda: ReceiptWritten(str(path)) in told, timeout=PATIENCE)
    return path.read_bytes()


def test_a_deposit_from_drop_to_history(  # noqa: PLR0917 - fixtures
    whole: MainWindow, files: Files, tmp_path: Path, qtbot: QtBot, told: list[Event], strict_api: StrictApi
) -> None:
    paths = [files.make(f"escalier {n}.jpg", size=1000 + n) for n in range(3)]
    send(whole, [*paths, files.make("IMG_1.HEIC", content=b"0000ftypheic")], qtbot, files=3)
    data = json.loads(save(whole, tmp_path / "r.json", qtbot, told))
    assert (data["totals"]["uploaded"], data["totals"]["refused"]) == (3, 1)
    rows = csv.DictReader(io.StringIO(save(whole, tmp_path / "r.csv", qtbot, told).decode("utf-8-sig"), newline=""))
    assert [row["SHA-256"] for row in rows] == [file["sha256"] or "" for file in data["files"]]
    assert save(whole, tmp_path / "r.pdf", qtbot, told).startswith(b"%PDF-")
    whole.dialogs.history()
    history = found(whole, HistoryDialog)
    qtbot.waitUntil(lambda: history.files.topLevelItemCount() == 4, timeout=PATIENCE)
    (past,) = history.deposits.visible_runs
    assert past.states == {UploadState.UPLOADED: 3, UploadState.REFUSED: 1}
    QTest.keyClicks(history.search, "ESCALIER 2")
    qtbot.waitUntil(lambda: history.deposits.visible_runs == [past], timeout=PATIENCE)
    history.close()
    assert len(strict_api.registered) == 3


def test_a_receipt_is_of_the_anomaly_it_was_asked_for_whatever_the_field_shows_by_then(
    whole: MainWindow, files: Files, tmp_path: Path, qtbot: QtBot, told: list[Event]
) -> None:
    send(whole, [files.make("porte.jpg")], qtbot, files=1)
    whole.add_files.add_to("5001", [files.make("escalier.jpg")])
    qtbot.waitUntil(lambda: whole.model.counts().waiting == 1, timeout=PATIENCE)
    QTest.mouseClick(whole.footer.receipt, LEFT)
    dialog = found(whole, QFileDialog)
    whole.set_anomaly("5001")  # a link or another start was opened meanwhile
    dialog.fileSelected.emit(str(tmp_path / "r.json"))
    qtbot.waitUntil(lambda: ReceiptWritten(str(tmp_path / "r.json")) in told, timeout=PATIENCE)
    data = json.loads((tmp_path / "r.json").read_bytes())
    assert (data["anomaly_id"], data["totals"]["uploaded"]) == ("4217", 1)


def test_what_went_before_is_skipped_with_its_day_and_sent_again_when_asked(
    whole: MainWindow, files: Files, qtbot: QtBot, strict_api: StrictApi
) -> None:
    path = files.make("porte.jpg")
    send(whole, [path], qtbot, files=1)
    QTest.mouseClick(whole.footer.primary, LEFT)  # New deposit
    qtbot.waitUntil(lambda: whole.model.rowCount() == 0, timeout=PATIENCE)
    whole.set_anomaly("4217")
    whole.add_files.add([path])
    strip = whole.body.preflight
    qtbot.waitUntil(strip.send_again.isVisible, timeout=PATIENCE)
    assert day(time.time()) in strip.before.text()
    QTest.mouseClick(strip.send_again, LEFT)
    qtbot.waitUntil(lambda: whole.model.counts().waiting == 1, timeout=PATIENCE)
    QTest.mouseClick(whole.footer.primary, LEFT)
    qtbot.waitUntil(lambda: len(strict_api.registered) == 2, timeout=PATIENCE)  # what was skipped counts as uploaded
    qtbot.waitUntil(lambda: whole.model.counts().uploaded == 1, timeout=PATIENCE)


def test_nothing_is_registered_while_a_start_can_be_undone(
    whole: MainWindow, files: Files, qtbot: QtBot, strict_api: StrictApi
) -> None:
    whole.held_start.seconds = 1
    whole.add_files.add([files.make("porte.jpg")])
    qtbot.waitUntil(whole.body.preflight.isVisible, timeout=PATIENCE)
    QTest.mouseClick(whole.footer.primary, LEFT)
    QTest.mouseClick(whole.footer.primary, LEFT)  # Undo
    began = time.monotonic()
    QTest.mouseClick(whole.footer.primary, LEFT)
    qtbot.waitUntil(lambda: whole.model.counts().uploaded == 1, timeout=PATIENCE)
    (call,) = strict_api.calls
    assert call.arrived - began >= 1
