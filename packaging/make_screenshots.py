"""Makes the guide's pictures in both languages: the real window, filled with the moments that matter. Needs no screen.

Run from the project's root: `uv run python packaging/make_screenshots.py`; names after it (`sending history`) make only
these. With `--look FOLDER` they go there instead, light and dark, to be looked at (`QT_SCALE_FACTOR=2` for a sharp
screen). The receipt's picture is drawn by poppler's `pdftoppm`. What the pictures show is in `screenshot_moments.py`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, Qt
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPdfWriter
from PySide6.QtWidgets import QApplication, QWidget

import screenshot_moments as moments
from uploader_gui.engine.events import (
    Condition,
    Fact,
    Finding,
    HistoryFound,
    PathsAdded,
    QueueStatus,
    ReceiptBuilt,
    UploadsAdded,
    Verdict,
)
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.receipts.receipt_pages import ReceiptPages, prepare
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.header import SignInState
from uploader_gui.platform.application import Language
from uploader_gui.settings import DEFAULT_API_URL, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

GUIDE: Final = Path(__file__).parent.parent / "resources" / "guide"
LIGHT, DARK = Qt.ColorScheme.Light, Qt.ColorScheme.Dark


@dataclass(frozen=True)
class Studio:
    """Shows windows of one language and colour."""

    application: QApplication
    scheme: Qt.ColorScheme

    def stand(self, anomaly_id: str = moments.ANOMALY, engine: Bridge | None = None) -> MainWindow:
        """Show a window somebody is signed in to."""
        theme = Theme(self.application, self.scheme)
        engine = engine or Bridge()
        window = MainWindow(engine, theme, anomaly_id=anomaly_id)
        window.view.decoder = PictureDecoder()
        window.set_signed_in(SignInState(signed_in=True, expires_at=time.time() + 2.5 * 3600, accepted=True))
        window.show()
        if anomaly_id:
            engine.event_arrived.emit(moments.KNOWN)
        return window

    def busy(self, *conditions: Condition) -> MainWindow:
        """Show a window in the middle of a deposit."""
        engine = Bridge()
        window = self.stand(engine=engine)
        engine.event_arrived.emit(QueueStatus(running=True, conditions=frozenset(conditions)))
        engine.event_arrived.emit(UploadsAdded(moments.busy_rows()))
        engine.event_arrived.emit(moments.progress())
        return window

    def grab(self, shown: QWidget) -> QImage:
        """Return the picture of a window once it stands still."""
        deadline = time.monotonic() + 1.2  # the model repaints by a timer, thumbnails come by and by
        while time.monotonic() < deadline:
            self.application.processEvents()
        picture = shown.grab().toImage()
        shown.close()
        for window in self.application.topLevelWidgets():
            window.hide()
        return picture


def empty(studio: Studio) -> QImage:
    """The window at its first start."""
    window = studio.stand(anomaly_id="")
    window.set_signed_in(SignInState(signed_in=False))
    return studio.grab(window)


def preflight(studio: Studio) -> QImage:
    """The summary above the list."""
    engine = Bridge()
    window = studio.stand(engine=engine)
    rows = moments.dropped_rows()
    engine.event_arrived.emit(UploadsAdded(rows))
    waiting, refused = moments.WAITING_DROPPED, moments.REFUSED_DROPPED
    engine.event_arrived.emit(PathsAdded(moments.ANOMALY, waiting, refused, junk=2, already_in_queue=0))
    return studio.grab(window)


def sending(studio: Studio) -> QImage:
    """The middle of a deposit."""
    return studio.grab(studio.busy())


def session_expired(studio: Studio) -> QImage:
    """Tokens that have expired meanwhile."""
    window = studio.busy(Condition.SIGN_IN)
    window.set_signed_in(SignInState(signed_in=False))
    return studio.grab(window)


def sign_in(studio: Studio) -> QImage:
    """The question for the tokens."""
    window = studio.stand()
    window.set_signed_in(SignInState(signed_in=False))
    return studio.grab(window.dialogs.sign_in(TokensKept.KEYRING))


def refused(studio: Studio) -> QImage:
    """What should happen to refused files."""
    engine = Bridge()
    window = studio.stand(engine=engine)
    engine.event_arrived.emit(UploadsAdded(moments.refused_rows()))
    window.model.flush()
    dialog = window.dialogs.refused()
    assert dialog is not None
    return studio.grab(dialog)


def closing(studio: Studio) -> QImage:
    """The question on closing."""
    window = studio.busy()
    return studio.grab(window.dialogs.leave())


def settings(studio: Studio) -> QImage:
    """The settings after a test of the connection."""
    dialog = studio.stand().dialogs.settings(Settings(api_url=DEFAULT_API_URL))
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
    return studio.grab(dialog)


def history(studio: Studio) -> QImage:
    """Earlier deposits, and the files of the newest."""
    engine = Bridge()
    window = studio.stand(engine=engine)
    window.dialogs.history()
    dialog = window.findChild(HistoryDialog)
    assert dialog is not None
    runs = moments.past_runs()
    engine.event_arrived.emit(HistoryFound(runs))
    engine.event_arrived.emit(ReceiptBuilt(moments.receipt(), runs[0].key))
    return studio.grab(dialog)


def receipt(studio: Studio) -> QImage:
    """The first page of a receipt."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    prepare(writer)
    pages = ReceiptPages(moments.receipt(), writer, QFont(studio.application.font()), studio.stand())
    loop = QEventLoop()
    pages.done.connect(loop.quit)
    pages.start()
    loop.exec()
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "receipt.pdf"
        pdf.write_bytes(bytes(buffer.data().data()))
        subprocess.run(["pdftoppm", "-r", "80", "-png", "-singlefile", pdf, pdf.with_suffix("")], check=True)
        return QImage(str(pdf.with_suffix(".png")))


PICTURES: Final[tuple[Callable[[Studio], QImage], ...]] = (
    empty, preflight, sending, session_expired, sign_in, refused, closing, settings, history, receipt,
)  # fmt: skip


def save(image: QImage, path: Path) -> None:
    """Write a picture; few colours make small files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(str(path))
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main() -> int:
    """Make the pictures that were asked for, else all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--look", metavar="FOLDER", type=Path)
    given = parser.parse_args()
    application = QApplication(sys.argv[:1])
    if "Inter" in QFontDatabase.families():
        application.setFont(QFont("Inter", 10))
    language = Language(application)
    for spoken in ("fr", "en"):
        language.use(spoken)
        for picture in PICTURES:
            if given.names and picture.__name__ not in given.names:
                continue
            name = picture.__name__.replace("_", "-")
            if given.look is None:
                save(picture(Studio(application, LIGHT)), GUIDE / spoken / "pictures" / f"{name}.png")
            else:
                for scheme in (LIGHT, DARK):
                    save(picture(Studio(application, scheme)), given.look / f"{name}-{spoken}-{scheme.name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
