"""An engine by hand: records what the window asks, lets the test emit events; and snapshots to emit."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage, QPixmap

from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Event, QueueStatus, UploadsAdded
from uploader_gui.engine.models import Awaited, Reason, RunKey, Source, Treatment, UploadId, UploadSnapshot, UploadState
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, AddOptions
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme

Q = TypeVar("Q", bound=QObject)

MB = 1_000_000
S = UploadState
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
RUNNING, REST = QueueStatus(running=True), QueueStatus(running=False)


def midday(year: int, month: int, day: int) -> float:
    """Noon of a day where the machine is, in seconds since 1970: it is that day for the person, whatever its zone."""
    return datetime(year, month, day, 12).astimezone().timestamp()


class FakeEngine(Bridge):
    """A bridge that leads nowhere; `calls` holds (method, arguments)."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, object]] = []
        self.added: list[tuple[list[Path], str]] = []
        self.awaited: list[tuple[list[Awaited], str]] = []
        self.add_options: list[AddOptions] = []
        self.saved: list[tuple[Path, bytes]] = []
        self.looked_up: list[str] = []
        self.receipts_of: list[str] = []

    def tell(self, *events: Event) -> None:
        for event in events:
            self.event_arrived.emit(event)

    def add_paths(
        self,
        paths: Sequence[Path],
        anomaly_id: str,
        options: AddOptions = DEFAULT_ADD_OPTIONS,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        self.added.append((list(paths), anomaly_id))
        self.add_options.append(options)

    def await_files(self, files: Sequence[Awaited], anomaly_id: str, options: AddOptions) -> None:
        self.awaited.append((list(files), anomaly_id))
        self.add_options.append(options)

    def not_fetched(self, upload_id: UploadId, reason: Reason) -> None:
        self.calls.append(("not_fetched", (upload_id, reason)))

    def send_again(self, upload_ids: Sequence[UploadId], *, start: bool = True) -> None:
        self.calls.append(("send_again" if start else "send_again_later", list(upload_ids)))

    def treat(self, upload_ids: Sequence[UploadId], treatment: Treatment) -> None:
        self.calls.append((f"treat:{treatment}", list(upload_ids)))

    def take_away(self, cancelled: Sequence[UploadId], removed: Sequence[UploadId]) -> None:
        for name, upload_ids in (("cancel", cancelled), ("remove", removed)):
            if upload_ids:
                self.calls.append((name, list(upload_ids)))

    def look_up(self, anomaly_id: str) -> None:
        self.looked_up.append(anomaly_id)

    def send_to(self, upload_ids: Sequence[UploadId], anomaly_id: str) -> None:
        self.calls.append((f"send_to:{anomaly_id}", list(upload_ids)))

    def build_receipt(self, key: RunKey | None = None, *, anomaly_id: str = "") -> None:
        self.receipts_of.append(anomaly_id)
        self.calls.append(("build_receipt", key))

    def save_receipt(self, content: bytes, path: Path) -> None:
        self.saved.append((path, content))


class Window(MainWindow):
    """The window over an engine by hand: `tell` it what an engine tells; `engine` has what was asked of that."""

    def __init__(self, engine: FakeEngine, theme: Theme, **others: Any) -> None:
        super().__init__(engine, theme, **others)
        self.engine = engine
        self.tell = engine.tell


def _plain(name: str) -> Callable[[FakeEngine], None]:
    return lambda self: self.calls.append((name, None))


def _with_argument(name: str) -> Callable[[FakeEngine, object], None]:
    def call(self: FakeEngine, argument: object) -> None:
        self.calls.append((name, list(argument) if isinstance(argument, list | tuple) else argument))

    return call


PLAIN = ("start", "try_now", "pause", "cancel_all", "retry_failed", "undo", "clear_finished", "load_history")
OF_FILES = ("note_making", "note_capture", "fetched", "cancel", "retry", "remove", "no_longer_wanted", "send_here")
OF_HISTORY = ("search_history", "forget_past", "send_past_again")
for _name in PLAIN:
    setattr(FakeEngine, _name, _plain(_name))
for _name in OF_FILES + OF_HISTORY:
    setattr(FakeEngine, _name, _with_argument(_name))


def upload(
    name: str, state: UploadState = UploadState.QUEUED, code: Code | None = None, *,
    size: int = MB, media_type: str | None = "image/jpeg", detail: str = "", **others: Any,
) -> UploadSnapshot:  # fmt: skip
    """Make a snapshot whose upload id is its name; `others` are its further fields."""
    path = Path("/photos") / name
    source, reason = Source(path, path, name, media_type, size, 0), Reason(code, detail=detail) if code else None
    fields: dict[str, Any] = {"anomaly_id": "4217", "order": 0, "state": state, "reason": reason}
    return UploadSnapshot(upload_id=UploadId(name), source=source, **(fields | others))


def found(parent: QObject, kind: type[Q]) -> Q:
    """Return the child of that kind; there must be one."""
    child = parent.findChild(kind)
    assert isinstance(child, kind)
    return child


def colors_of(picture: QPixmap | QImage) -> set[str]:
    """Return the colours of all pixels, as `#rrggbb`."""
    image = picture.toImage() if isinstance(picture, QPixmap) else picture
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def one_of_each() -> UploadsAdded:
    return UploadsAdded(tuple(upload(f"{state}.jpg", state, order=n) for n, state in enumerate(UploadState)))
