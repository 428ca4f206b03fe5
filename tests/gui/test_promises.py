"""Promised files of a drag on macOS come whole into a folder of ours, or are refused; AppKit's part is played here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from tests.gui.dragging import drop, enter, files
from tests.gui.fake_engine import FakeEngine, Window, upload
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import UploadsChanged
from uploader_gui.engine.models import Origin, Reason, UploadState
from uploader_gui.engine.options import AddOptions
from uploader_gui.gui.drop.offer import DropKind
from uploader_gui.window_app.support import VirtualFiles

TYPES = ("com.apple.NSFilePromiseItemMetaData", "com.apple.pasteboard.promised-file-url")


@dataclass
class Receiver:
    """One promise: what it is called (several names of an old one), and once asked for where it is to be written."""

    name: str
    more: tuple[str, ...] = ()
    into: Path = Path()
    reader: Callable[[Any, Any], None] = lambda *_: None
    asked: list[tuple[Any, Any]] = field(default_factory=list)

    def receivePromisedFilesAtDestination_options_operationQueue_reader_(  # noqa: N802 - Apple's name
        self, place: Any, options: Any, queue: Any, reader: Callable[[Any, Any], None]
    ) -> None:
        self.into, self.reader = Path(place.path()), reader
        self.asked.append((options, queue))

    def fileNames(self) -> list[str]:  # noqa: N802 - as above
        return [self.name, *self.more] if self.asked and self.name else []

    def tell(self, name: str = "", problem: str = "") -> None:
        """Tell how it ended, in a thread as AppKit has it."""
        error = SimpleNamespace(localizedDescription=lambda: problem) if problem else None
        url = SimpleNamespace(path=lambda: str(self.into / (name or self.name)))
        teller = threading.Thread(target=self.reader, args=(url, error))
        teller.start()
        teller.join(30)

    def write(self, content: bytes, name: str = "") -> None:
        """Do what was promised."""
        (self.into / (name or self.name)).write_bytes(content)
        self.tell(name)


class Kit:
    """The classes of AppKit that are asked."""

    NSPasteboardNameDrag = "Apple CFPasteboard drag"
    NSFilePromiseReceiver = Receiver

    def __init__(self, *names: str) -> None:
        self.receivers = [Receiver(name) for name in names]
        self.NSPasteboard = self.NSOperationQueue = self.NSURL = self

    def pasteboardWithName_(self, name: str) -> Kit:  # noqa: N802 - as above
        assert name == self.NSPasteboardNameDrag
        return self

    def types(self) -> tuple[str, ...]:
        return TYPES

    def readObjectsForClasses_options_(self, classes: list[type], options: None) -> list[Receiver]:  # noqa: N802 - as above
        assert (classes, options) == ([Receiver], None)
        return self.receivers

    def alloc(self) -> Kit:
        return self

    def init(self) -> str:
        return "a queue"

    def fileURLWithPath_isDirectory_(self, path: str, is_folder: bool) -> Any:  # noqa: FBT001, N802 - as above
        assert is_folder
        return SimpleNamespace(path=lambda: path)


class WithoutQueues(Kit):
    def alloc(self) -> Kit:
        raise RuntimeError


class WithoutTypes(Kit):
    def types(self) -> tuple[str, ...]:
        raise RuntimeError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


@pytest.fixture
def dropped(window: Window, engine: FakeEngine, folder: Path) -> Iterator[Callable[[Kit], Kit]]:
    """Drop what a kit promises on anomaly 4217."""
    made: list[VirtualFiles] = []

    def drop_promises(kit: Kit) -> Kit:
        made.append(VirtualFiles(window, engine, folder, kit))
        window.set_anomaly("4217")
        drop(window, QMimeData())
        return kit

    yield drop_promises
    for receiver in (one for two in made for one in two._kit.receivers):
        receiver.tell(problem="the test is over")


def told(engine: FakeEngine, what: str) -> list[Any]:
    return [given for name, given in engine.calls if name == what]


def test_they_come_under_their_names_though_two_have_one(
    engine: FakeEngine, dropped: Callable[[Kit], Kit], folder: Path, qtbot: QtBot
) -> None:
    kit = Kit("\u00e9t\u00e9.jpg", "e\u0301te\u0301.jpg")
    kit.receivers[1].more = ("\u00e9t\u00e9.mov",)
    dropped(kit)
    ((awaited, anomaly_id),) = engine.awaited
    assert (anomaly_id, engine.add_options) == ("4217", [AddOptions(origin=Origin.PROGRAM)])
    noted = [path for paths in told(engine, "note_making") for path in paths]
    assert {receiver.into / receiver.name for receiver in kit.receivers} <= set(noted)
    assert all(receiver.asked == [({}, "a queue")] for receiver in kit.receivers)
    kit.receivers[1].write(b"three", "e\u0301te\u0301.mov")
    kit.receivers[1].write(b"two", "\u00e9t\u00e9.jpg")
    kit.receivers[0].write(b"one", "another name.jpg")
    qtbot.waitUntil(lambda: told(engine, "fetched") == [file.upload_id for file in awaited])
    assert [file.path.read_bytes() for file in awaited] == [b"one", b"two", b"three"]
    assert [file.path.stat().st_mode & 0o777 for file in awaited] == [0o600] * 3
    qtbot.waitUntil(lambda: [one.name for one in folder.iterdir()] == [awaited[0].path.parent.name])


def test_what_fails_or_is_a_folder_is_refused_whole(
    engine: FakeEngine, dropped: Callable[[Kit], Kit], folder: Path, qtbot: QtBot
) -> None:
    kit = dropped(Kit("a.eml", "Report.pages"))
    kit.receivers[0].tell(problem="the message is gone")
    (kit.receivers[1].into / "Report.pages").mkdir()
    (kit.receivers[1].into / "Report.pages" / "Index.zip").write_bytes(b"half a document")
    kit.receivers[1].tell()
    qtbot.waitUntil(lambda: len(told(engine, "not_fetched")) == 2)
    assert [reason for _, reason in told(engine, "not_fetched")] == [
        Reason(Code.NOT_FETCHED, Variant.NOT_GIVEN, "the message is gone"),
        Reason(Code.NOT_FETCHED, Variant.NOT_GIVEN),
    ]
    qtbot.waitUntil(lambda: not list(folder.iterdir()))


def test_what_comes_after_it_was_cancelled_is_removed(
    engine: FakeEngine, dropped: Callable[[Kit], Kit], folder: Path, qtbot: QtBot
) -> None:
    kit = dropped(Kit("a.jpg"))
    (receiver,) = kit.receivers
    ((awaited, _),) = engine.awaited
    engine.tell(UploadsChanged((upload(awaited[0].upload_id, UploadState.CANCELLED),)))
    qtbot.waitUntil(lambda: not list(folder.iterdir()))
    receiver.into.mkdir(parents=True)
    receiver.write(b"late")
    assert not list(folder.iterdir())
    assert told(engine, "fetched") == told(engine, "not_fetched") == []


def test_hover_counts_them_and_a_small_copy_in_the_library_of_photos_is_passed_over(
    window: Window, dropped: Callable[[Kit], Kit]
) -> None:
    dropped(Kit("IMG_1.heic", "IMG_2.heic"))
    enter(window, files("/Users/m/Pictures/Photos Library.photoslibrary/resources/derivatives/1_c.jpeg"))
    assert window.add_files.target.overlay.title.text() == "Add 2 files from another program to anomaly 4217"
    assert (
        window.add_files.target.overlay.subtitle.text() == "Fetching begins at once; the originals stay where they are"
    )
    drop(window, files("/Users/m/Pictures/a.jpg"))
    assert window.engine.added == [([Path("/Users/m/Pictures/a.jpg")], "4217")]


@pytest.mark.parametrize(("kit", "named"), [(WithoutQueues("a.jpg"), []), (Kit(""), []), (Kit("a.jpg", ""), ["a.jpg"])])
def test_promises_that_cannot_be_asked_for_or_name_no_file_are_explained(
    window: Window, dropped: Callable[[Kit], Kit], folder: Path, kit: Kit, named: list[str]
) -> None:
    dropped(kit)
    assert window.banner.text.text() == DropKind.PROMISE.advice
    assert [file.path.name for awaited, _ in window.engine.awaited for file in awaited] == named
    assert named or not folder.exists() or not list(folder.iterdir())


def test_a_drag_that_cannot_be_asked_for_promises_is_taken_as_qt_has_it(
    window: Window, dropped: Callable[[Kit], Kit]
) -> None:
    dropped(WithoutTypes("a.jpg"))
    drop(window, files("/Users/m/b.jpg"))
    assert window.engine.added == [([Path("/Users/m/b.jpg")], "4217")]
