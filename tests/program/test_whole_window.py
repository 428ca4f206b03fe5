"""The whole window at its main job: dropped files end as rows that say Uploaded, because the bytes are stored."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from tests.support.strict_api import StrictApi
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import EngineOptions
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.support.files import Files
    from tests.support.s3_servers import RcloneS3, SwiftS3
    from tests.support.scripted_storage import ScriptedStorage

pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|propagateSizeHints)", extend=True)
PATIENCE = 30_000


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, strict_api: StrictApi, tmp_path: Path) -> Iterator[MainWindow]:
    bridge = Bridge()
    window = MainWindow(bridge, Theme(qapp, Qt.ColorScheme.Light), anomaly_id="4217")
    qtbot.addWidget(window)
    window.show()
    tokens = ("bearer-for-tests", "session-for-tests")
    bridge.run(EngineOptions(tmp_path / "journal.sqlite", strict_api.url, tokens), anomaly_id=lambda: "4217")
    yield window
    bridge.stop()


def drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    position = QPointF(window.width() / 2, window.height() / 2)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(position.toPoint(), copy, mime, left, none))
    QApplication.sendEvent(window, QDropEvent(position, copy, mime, left, none))


def states(window: MainWindow) -> list[UploadState]:
    return [window.model.snapshot(row).state for row in range(window.model.rowCount())]


def test_dropped_files_and_folders_end_uploaded_with_their_very_bytes(
    qtbot: QtBot, window: MainWindow, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    pictures = [files.make(f"folder/photo-{n:02}.jpg", size=3000 + n) for n in range(44)]
    report = files.make("Rapport d’inspection n°4.pdf", size=200_000)
    drop(window, pictures[0].parent, report)
    qtbot.waitUntil(lambda: window.model.rowCount() == 45, timeout=PATIENCE)
    window.footer.primary.click()
    qtbot.waitUntil(lambda: states(window) == [UploadState.UPLOADED] * 45, timeout=PATIENCE)
    assert sorted(len(call.body) for call in strict_api.calls) == [5, 20, 20]
    stored = {stored.sha256 for stored in scripted_storage.objects.values()}
    assert stored == {hashlib.sha256(path.read_bytes()).hexdigest() for path in (*pictures, report)}


def test_a_drop_while_sending_joins_the_queue(
    qtbot: QtBot, window: MainWindow, scripted_storage: ScriptedStorage, files: Files
) -> None:
    drop(window, files.make("first.png", size=50_000))
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=PATIENCE)
    window.footer.primary.click()
    drop(window, files.make("second.png", size=60_000))
    qtbot.waitUntil(lambda: states(window) == [UploadState.UPLOADED] * 2, timeout=PATIENCE)
    assert len(scripted_storage.objects) == 2


def test_a_file_goes_to_the_anomaly_shown_when_it_was_dropped(
    qtbot: QtBot, window: MainWindow, strict_api: StrictApi, files: Files
) -> None:
    drop(window, files.make("for-4217.png", size=500))
    window.header.field.setText("999")
    drop(window, files.make("for-999.png", size=500))
    qtbot.waitUntil(lambda: window.model.rowCount() == 2, timeout=PATIENCE)
    window.footer.primary.click()
    qtbot.waitUntil(lambda: states(window) == [UploadState.UPLOADED] * 2, timeout=PATIENCE)
    sent = {call.body[0]["name"]: call.request.target.split("/")[-2] for call in strict_api.calls}
    assert sent == {"for-4217.png": "4217", "for-999.png": "999"}


def run(*arguments: str, **variables: str) -> None:
    """Run the program with a window; it must end well and say nothing (but for what Qt says offscreen)."""
    ended = subprocess.run(
        [sys.executable, "-m", "uploader_gui", "--quit-when-done", *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in ended.stderr.splitlines() if not line.startswith("This plugin does not support")]
    assert (ended.returncode, said) == (0, [])


@pytest.mark.parametrize("server", ["rclone_s3", "swift_s3"])
def test_the_program_with_its_window_sends_to_a_real_s3_server(
    server: str, request: pytest.FixtureRequest, files: Files, tmp_path: Path
) -> None:
    s3: RcloneS3 | SwiftS3 = request.getfixturevalue(server)
    paths = [files.make(f"étage {n} #{n}%.jpg", size=1000 * n) for n in range(1, 24)]
    with StrictApi(lambda upload, _: s3.presign(f"window/{upload['uploadId']}", upload["mimeType"])) as api:
        run(
            *("-a", "4217", "--start", "--report", str(tmp_path / "receipt.json"), *map(str, paths)),
            UPLOADER_API_URL=api.url,
            UPLOADER_BEARER_TOKEN="bearer-for-tests",
            UPLOADER_SESSION_TOKEN="session-for-tests",
        )
    receipt = json.loads((tmp_path / "receipt.json").read_text("utf-8"))
    assert receipt["totals"]["uploaded"] == 23
    for row in receipt["files"]:
        assert hashlib.sha256(s3.read(f"window/{row['upload_id']}")).hexdigest() == row["sha256"]


def test_the_demo_in_a_window_ends_with_every_accepted_sample_stored(tmp_path: Path) -> None:
    report = tmp_path / "receipt.json"
    run("--demo", "--report", str(report))
    totals = json.loads(report.read_text("utf-8"))["totals"]
    assert (totals["uploaded"], totals["refused"], totals["files"]) == (44, 1, 45)
