"""Makes the pictures README shows: the real window, filled with the moments that matter. Needs no screen.

Run from the project's root: `uv run python packaging/make_screenshots.py`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, Progress, QueueStatus, Totals, UploadProgress, UploadsAdded
from uploader_gui.engine.media import BY_EXTENSION
from uploader_gui.engine.models import Reason, Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.gui.header import SignInState
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.theme import Theme

TARGET = Path(__file__).parent / "screenshots"
MB = 1_000_000
S = UploadState


class StillEngine(QObject):
    """An engine that does nothing but tell what it is told to."""

    event_arrived = Signal(object)

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


def snapshot(number: int, name: str, size: float, state: UploadState, reason: Reason | None = None) -> UploadSnapshot:
    """One row."""
    media = BY_EXTENSION.get(Path(name).suffix)
    source = Source(Path("/evidence") / name, Path("/evidence") / name, name, media, int(size * MB), 0)
    retry_at = time.monotonic() + 7.5 if state is S.RETRYING else None
    return UploadSnapshot(UploadId(str(number)), "4217", source, number, state, reason, retry_at=retry_at)


def rows() -> list[UploadSnapshot]:
    """What a busy moment looks like."""
    first = [
        ("escalier-nord-01.jpg", 3.4, S.UPLOADING, None),
        ("escalier-nord-02.jpg", 3.1, S.UPLOADING, None),
        ("Rapport d’inspection n°4.pdf", 12.8, S.CONFIRMING, None),
        ("relevé-désenfumage.xlsx", 0.248, S.RETRYING, Reason(Code.CONNECTION_LOST)),
        ("IMG_2041.HEIC", 2.2, S.REFUSED, Reason(Code.TYPE_NOT_ACCEPTED, "HEIC")),
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


def shoot(
    application: QApplication, name: str, scheme: Qt.ColorScheme, conditions: frozenset[Condition] | None
) -> None:
    """Show a window, fill it (None: leave it empty), and save its picture."""
    engine = StillEngine()
    window = MainWindow(engine, Theme(application, scheme), anomaly_id="4217" if conditions is not None else "")
    window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 2.5 * 3600))
    window.show()
    if conditions is not None:
        fill(engine, conditions)
    if conditions:
        window.set_signed_in(SignInState(signed_in=False))
    deadline = time.monotonic() + 0.4  # the model repaints by a timer
    while time.monotonic() < deadline:
        application.processEvents()
    TARGET.mkdir(exist_ok=True)
    window.grab().save(str(TARGET / f"{name}.png"))
    window.hide()


def main() -> int:
    """Make them all."""
    application = QApplication(sys.argv)
    if "Inter" in QFontDatabase.families():
        application.setFont(QFont("Inter", 10))
    shoot(application, "empty", Qt.ColorScheme.Light, None)
    shoot(application, "sending", Qt.ColorScheme.Light, frozenset())
    shoot(application, "session-expired", Qt.ColorScheme.Dark, frozenset({Condition.SIGN_IN}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
