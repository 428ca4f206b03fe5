"""Makes the pictures README shows: the real window, filled with the moments that matter. Needs no screen.

Run from the project's root: `uv run python packaging/make_screenshots.py`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from uploader_gui.engine.connection_test.findings import Fact, Finding, Verdict
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, Progress, QueueStatus, Totals, UploadProgress, UploadsAdded
from uploader_gui.engine.media import BY_EXTENSION
from uploader_gui.engine.models import Reason, Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.header import SignInState
from uploader_gui.sandbox_session import copy_samples
from uploader_gui.settings import DEFAULT_API_URL, Settings
from uploader_gui.words.language import Language

TARGET = Path(__file__).parent / "screenshots"
MB = 1_000_000
S = UploadState


class StillEngine(QObject):
    """An engine that does nothing but tell what it is told to."""

    event_arrived = Signal(object)

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


@cache
def album() -> tempfile.TemporaryDirectory[str]:
    """Give a folder with photos to show in the rows; it goes when the program ends."""
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory()
    copy_samples(Path(folder.name) / "samples")
    return folder


def photo(number: int, name: str, size: int) -> Path:
    """Make a photo of that many bytes: what follows a picture's end is no part of it."""
    samples = Path(album().name) / "samples"
    others = sorted(samples.glob("*.jp*g"))
    shown = samples / name if (samples / name).exists() else others[number % len(others)]
    path = Path(album().name) / name
    path.write_bytes(shown.read_bytes())
    os.truncate(path, max(size, path.stat().st_size))
    os.utime(path, (0, 0))
    return path


def snapshot(number: int, name: str, size: float, state: UploadState, reason: Reason | None = None) -> UploadSnapshot:
    """One row."""
    media = BY_EXTENSION.get(Path(name).suffix)
    path = photo(number, name, int(size * MB)) if name.endswith(".jpg") else Path("/evidence") / name
    source = Source(path, path, name, media, int(size * MB), 0)
    retry_at = time.monotonic() + 7.5 if state is S.RETRYING else None
    return UploadSnapshot(UploadId(str(number)), "4217", source, number, state, reason, retry_at=retry_at)


def rows() -> list[UploadSnapshot]:
    """What a busy moment looks like."""
    first = [
        ("escalier-nord-01.jpg", 3.4, S.UPLOADING, None),
        ("escalier-nord-02.jpg", 3.1, S.UPLOADING, None),
        ("Rapport d’inspection n°4.pdf", 12.8, S.CONFIRMING, None),
        ("relevé-désenfumage.xlsx", 0.248, S.RETRYING, Reason(Code.CONNECTION_LOST)),
        ("IMG_2041.HEIC", 2.2, S.REFUSED, Reason(Code.TYPE_NOT_ACCEPTED, detail="HEIC")),
        ("plan-rdc.pdf", 5.0, S.FAILED, Reason(Code.CHANGED)),
        ("escalier-nord-03.jpg", 3.3, S.QUEUED, None),
        ("porte-coupe-feu-niveau-2.jpg", 2.9, S.QUEUED, None),
    ]
    more = [(f"escalier-sud-{n:02}.jpg", 3.0, S.UPLOADED if n <= 33 else S.QUEUED, None) for n in range(1, 121)]  # noqa: PLR2004 - the pictures' own figures
    return [snapshot(number, *row) for number, row in enumerate((*first, *more))]


def fill(engine: StillEngine, conditions: frozenset[Condition]) -> None:
    """Tell the window of the busy moment."""
    engine.event_arrived.emit(QueueStatus(running=True, conditions=conditions))
    engine.event_arrived.emit(UploadsAdded(tuple(rows())))
    transfers = (
        UploadProgress(UploadId("0"), int(0.64 * 3.4 * MB), 2.1 * MB),
        UploadProgress(UploadId("1"), int(0.18 * 3.1 * MB), 1.9 * MB),
        UploadProgress(UploadId("3"), int(0.42 * 0.248 * MB), 0.0),
    )
    totals = Totals(128, 36, 33, 1100 * MB, 214 * MB, 5.9 * MB, 150.0)
    engine.event_arrived.emit(Progress(transfers, totals))


def stand(
    application: QApplication,
    scheme: Qt.ColorScheme,
    *,
    anomaly_id: str = "4217",
    engine: StillEngine | None = None,
) -> MainWindow:
    """Show a window somebody is signed in to."""
    window = MainWindow(
        engine or StillEngine(), Theme(application, scheme), decoder=PictureDecoder(), anomaly_id=anomaly_id
    )
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 2.5 * 3600))
    window.show()
    return window


def busy(
    application: QApplication, scheme: Qt.ColorScheme, conditions: frozenset[Condition] = frozenset()
) -> MainWindow:
    """Show a window at its busy moment."""
    engine = StillEngine()
    window = stand(application, scheme, engine=engine)
    fill(engine, conditions)
    if conditions:
        window.set_signed_in(SignInState(signed_in=False))
    return window


def keep(application: QApplication, name: str, shown: QWidget) -> None:
    """Save its picture."""
    deadline = time.monotonic() + 1.5  # the model repaints by a timer, thumbnails come by and by
    while time.monotonic() < deadline:
        application.processEvents()
    TARGET.mkdir(exist_ok=True)
    shown.grab().save(str(TARGET / f"{name}.png"))
    shown.window().hide()


def settings(application: QApplication) -> QWidget:
    """The settings after a test of the connection."""
    dialog = stand(application, Qt.ColorScheme.Light).show_settings(Settings(api_url=DEFAULT_API_URL))
    panel = dialog.connection.panel
    panel.button.click()
    host = "z52mnqg347.execute-api.eu-west-3.amazonaws.com"
    for fact, verdict, *values in (
        (Fact.NAME_FOUND, Verdict.GOOD, host),
        (Fact.CONNECTED, Verdict.GOOD, host, "14"),
        (Fact.SECURE, Verdict.GOOD, "Amazon – Amazon RSA 2048 M02"),
        (Fact.REACHED, Verdict.GOOD),
        (Fact.TOKENS_EXPIRED, Verdict.BAD),
        (Fact.CLOCK_BEHIND, Verdict.NOTE, "190"),
    ):
        panel.show_finding(Finding(fact, verdict, tuple(values)))
    panel.show_end()
    dialog.resize(dialog.width(), 640)
    return dialog


def closing(application: QApplication) -> QWidget:
    """Close it while files are being sent."""
    window = busy(application, Qt.ColorScheme.Light)
    return window.dialogs.leave(window.unsent)


def main() -> int:
    """Make them all."""
    application = QApplication(sys.argv)
    if "Inter" in QFontDatabase.families():
        application.setFont(QFont("Inter", 10))
    language = Language(application)
    light, dark = Qt.ColorScheme.Light, Qt.ColorScheme.Dark
    keep(application, "empty", stand(application, light, anomaly_id=""))
    keep(application, "sending", busy(application, light))
    keep(application, "session-expired", busy(application, dark, frozenset({Condition.SIGN_IN})))
    keep(application, "settings", settings(application))
    keep(application, "closing", closing(application))
    keep(application, "help", stand(application, light).dialogs.help())
    language.use("fr")
    keep(application, "sending-dark-fr", busy(application, dark))
    return 0


if __name__ == "__main__":
    sys.exit(main())
