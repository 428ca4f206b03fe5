"""Makes README's pictures of what stands around a deposit: its summary, History, the receipt. Needs no screen.

Run from the project's root: `uv run python packaging/make_deposit_screenshots.py`; with a folder, every picture goes
there in both languages and both colours, to be looked at (`QT_SCALE_FACTOR=2` for a sharp screen). The receipt's
picture is drawn by poppler's `pdftoppm`.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, Qt
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPdfWriter
from PySide6.QtWidgets import QApplication, QWidget

from make_screenshots import MB, TARGET, StillEngine, snapshot  # first: it chooses the platform
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import HistoryFound, PathsAdded, ReceiptBuilt, UploadsAdded
from uploader_gui.engine.models import PastRun, Reason, RunKey, UploadState
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.receipt import Receipt, ReceiptFile, ReceiptState
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.receipts.history_dialog import HistoryDialog
from uploader_gui.gui.receipts.receipt_pages import ReceiptPages, prepare
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.header import SignInState
from uploader_gui.words.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.models import UploadSnapshot

S = UploadState
_DAY: Final = 86_400
_MARCH: Final = 1_741_768_200.0
_NAMES: Final = ("escalier-nord-{:02}.jpg", "porte-coupe-feu-niveau-{}.jpg", "Rapport d’inspection n°{}.pdf")
_TYPES: Final = ("image/jpeg", "image/jpeg", "application/pdf")


def a_file(number: int) -> ReceiptFile:
    """One file of the receipt."""
    failed = number in {7, 19}
    name = _NAMES[number % 3].format(number)
    return ReceiptFile(
        path=f"/evidence/{name}",
        name=name,
        media_type=_TYPES[number % 3],
        size=3 * MB + number * 7919,
        sha256=None if failed else hashlib.sha256(name.encode()).hexdigest(),
        upload_id=f"8d2f1c2e-5a07-4c1b-9e33-{number:012}",
        service_id=None if failed else str(88_100 + number),
        state=ReceiptState.FAILED if failed else ReceiptState.UPLOADED,
        attempts=1 + (number % 11 == 0),
        uploaded_at=None if failed else _MARCH + 60 + number,
        reason=Reason(Code.CHANGED) if failed else None,
    )


def a_receipt() -> Receipt:
    """The receipt that History and page show."""
    files = tuple(a_file(number) for number in range(1, 45))
    return Receipt("uploader-gui 0.1.0", "4217", _MARCH, _MARCH + 104, files)


def some_runs() -> tuple[PastRun, ...]:
    """Earlier deposits."""
    states: list[dict[UploadState, int]] = [{S.UPLOADED: 42, S.FAILED: 2}, {S.UPLOADED: 18}, {S.UPLOADED: 120}]
    states += [{S.UPLOADED: 7, S.SKIPPED: 37}, {S.UPLOADED: 31, S.REFUSED: 3}, {S.UPLOADED: 64}]
    return tuple(
        PastRun(
            RunKey(len(states) - at, ("4217", "1108", "4195")[at % 3]),
            "uploader-gui 0.1.0",
            _MARCH - at * 3.3 * _DAY,
            _MARCH - at * 3.3 * _DAY + 104,
            0,
            counts,
            counts[S.UPLOADED] * 3 * MB,
        )
        for at, counts in enumerate(states)
    )


def a_drop() -> UploadsAdded:
    """Files just dropped."""
    known = Reason(Code.ALREADY_UPLOADED)
    refused = ((f"IMG_204{n}.HEIC", Reason(Code.TYPE_NOT_ACCEPTED, detail="HEIC")) for n in range(3))
    rows: list[tuple[str, float, UploadState, Reason | None]] = [
        *((f"escalier-nord-{n:02}.jpg", 3.1, S.QUEUED, None) for n in range(1, 46)),
        *((name, 2.2, S.REFUSED, why) for name, why in refused),
        ("notes.txt", 0, S.REFUSED, Reason(Code.EMPTY_FILE)),
        *((f"porte-{n:02}.jpg", 2.9, S.SKIPPED, known) for n in range(1, 38)),
    ]
    return UploadsAdded(tuple(_sent_in_march(snapshot(number, *row)) for number, row in enumerate(rows)))


def _sent_in_march(upload: UploadSnapshot) -> UploadSnapshot:
    return replace(upload, sent_before=_MARCH if upload.state is S.SKIPPED else None)


class Pictures:
    """Makes them in one language and colour, and gives them to `save`."""

    def __init__(self, application: QApplication, scheme: Qt.ColorScheme, save: Callable[[str, QImage], None]) -> None:
        self._application = application
        self._save = save
        self._engine = StillEngine()
        self._window = MainWindow(self._engine, Theme(application, scheme), decoder=PictureDecoder(), anomaly_id="4217")
        self._window.set_signed_in(SignInState(signed_in=True))
        self._window.show()

    def preflight(self) -> None:
        """The summary above the list."""
        self._engine.event_arrived.emit(a_drop())
        self._engine.event_arrived.emit(PathsAdded("4217", 45, 4, junk=4, already_in_queue=2))
        self._grab("preflight", self._window)

    def history(self) -> None:
        """Earlier deposits."""
        self._window.show_history()
        dialog = self._window.findChild(HistoryDialog)
        runs = some_runs()
        self._engine.event_arrived.emit(HistoryFound(runs))
        self._engine.event_arrived.emit(ReceiptBuilt(a_receipt(), runs[0].key))
        if dialog is not None:
            self._grab("history", dialog)
            dialog.close()

    def receipt(self) -> None:
        """Its first page."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        prepare(writer)
        pages = ReceiptPages(a_receipt(), writer, QFont(self._application.font()), self._window)
        loop = QEventLoop()
        pages.done.connect(loop.quit)
        pages.start()
        loop.exec()
        with tempfile.TemporaryDirectory() as folder:
            pdf = Path(folder) / "receipt.pdf"
            pdf.write_bytes(bytes(buffer.data().data()))
            subprocess.run(["pdftoppm", "-r", "80", "-png", "-singlefile", pdf, pdf.with_suffix("")], check=True)
            self._save("receipt", QImage(str(pdf.with_suffix(".png"))))

    def close(self) -> None:
        """Be done."""
        self._window.hide()

    def _grab(self, name: str, widget: QWidget) -> None:
        deadline = time.monotonic() + 0.4  # the model repaints by a timer
        while time.monotonic() < deadline:
            self._application.processEvents()
        self._save(name, widget.grab().toImage())


def _saver(folder: Path, ending: str = "") -> Callable[[str, QImage], None]:
    """Few colours make small files."""

    def save(name: str, image: QImage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}{ending}.png"
        image.save(str(path))
        with Image.open(path) as whole:
            few = whole.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)

    return save


def main() -> int:
    """Make README's, or all of them into the folder named."""
    application = QApplication(sys.argv[:1])
    if "Inter" in QFontDatabase.families():
        application.setFont(QFont("Inter", 10))
    language = Language(application)
    wanted = [("en", Qt.ColorScheme.Light)] if len(sys.argv) == 1 else [
        (spoken, scheme) for spoken in ("fr", "en") for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark)
    ]  # fmt: skip
    for spoken, scheme in wanted:
        language.use(spoken)
        save = _saver(TARGET) if len(sys.argv) == 1 else _saver(Path(sys.argv[1]), f"-{spoken}-{scheme.name.lower()}")
        pictures = Pictures(application, scheme, save)
        pictures.preflight()
        pictures.history()
        pictures.receipt()
        pictures.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
