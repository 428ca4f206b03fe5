"""Virtual files on their way: rows for the anomaly shown at the drop, the window alive, cancel at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import MB, FakeEngine, Window, upload
from uploader_gui.engine.errors import Code, NotFetched, Variant
from uploader_gui.engine.events import PathsAdded, UploadProgress, UploadsAdded, UploadsChanged, UploadsRemoved
from uploader_gui.engine.fetching import Sink, VirtualFile, part_of
from uploader_gui.engine.intake.scan import Junk, findings_below
from uploader_gui.engine.models import Origin, Reason, UploadState
from uploader_gui.engine.options import AddOptions
from uploader_gui.gui.drop.add_files import EntryCounts
from uploader_gui.gui.drop.fetcher import Fetcher
from uploader_gui.gui.drop.offer import Decision, DropKind
from uploader_gui.gui.upload_list.row_actions import RowAction, allowed, resting_row_actions
from uploader_gui.gui.upload_list.row_text import reason_text, state_text
from uploader_gui.gui.window.window_memory import KeptPath, decoded, encoded

TWO = Decision(DropKind.VIRTUAL, files=(VirtualFile(0, "a.jpg", 4), VirtualFile(1, "b.jpg")), origin=Origin.PHONE)
FROM_PHONE = AddOptions(origin=Origin.PHONE)


class Held:
    """Another program, which gives a file's bytes once it is let; `fails`: it gives an error then."""

    def __init__(self, *, fails: bool = False) -> None:
        self.may_give = threading.Event()
        self.fails = fails

    @contextmanager
    def opened(self, files: Sequence[VirtualFile]) -> Iterator[Held]:
        del files
        yield self

    def copy(self, file: VirtualFile, sink: Sink) -> None:
        del file
        assert self.may_give.wait(30)
        if self.fails:
            raise NotFetched("0x80030005", variant=Variant.NOT_GIVEN)
        sink.write(b"1234")


class Door:
    def __init__(self) -> None:
        self.busy = self.is_held = False

    def hold(self) -> None:
        self.is_held = True


@pytest.fixture
def fetcher(window: Window, engine: FakeEngine, tmp_path: Path) -> Fetcher:
    return Fetcher(window, engine, tmp_path / "fetched")


def told(engine: FakeEngine, what: str) -> list[object]:
    return [given for name, given in engine.calls if name == what]


def test_a_row_per_file_is_asked_for_at_once_for_the_anomaly_shown_at_the_drop(
    window: Window, fetcher: Fetcher, qtbot: QtBot
) -> None:
    window.set_anomaly("4217")
    source = Held()
    fetcher.fetch(TWO, source, "4217")
    window.set_anomaly("9")
    ((awaited, anomaly_id),) = window.engine.awaited
    assert (anomaly_id, window.engine.add_options, window.engine.added) == ("4217", [FROM_PHONE], [])
    assert [(file.name, file.size, file.path.name) for file in awaited] == [
        ("a.jpg", 4, "a.jpg"),
        ("b.jpg", 0, "b.jpg"),
    ]
    window.tell(UploadsRemoved(tuple(file.upload_id for file in awaited), kept=True))  # another engine shows them again
    source.may_give.set()
    qtbot.waitUntil(lambda: told(window.engine, "fetched") == [file.upload_id for file in awaited])
    ends = [name for name, _ in window.engine.calls if name in {"note_capture", "fetched"}]
    assert ends == ["note_capture", "fetched"] * 2  # as soon as it is sent, it may be removed
    assert [file.path.read_bytes() for file in awaited] == [b"1234", b"1234"]
    folder = awaited[0].path.parent
    noted: list[Any] = told(window.engine, "note_making")
    assert [path for paths in noted for path in paths] == [part_of(folder), folder / "a.jpg", folder / "b.jpg"]


def test_thousands_of_files_are_listed_and_fail_while_the_window_stays_alive(
    engine: FakeEngine, fetcher: Fetcher, qtbot: QtBot
) -> None:
    source, turns = Held(fails=True), []
    source.may_give.set()
    many = replace(TWO, files=tuple(VirtualFile(at, "photo.jpg") for at in range(1_000)))
    timer = QTimer(fetcher)
    timer.timeout.connect(lambda: turns.append((len(engine.awaited), len(told(engine, "not_fetched")))))
    timer.start()
    with qtbot.waitSignal(fetcher.fetch(many, source, "4217").over, timeout=60_000):
        pass
    qtbot.waitUntil(lambda: len(told(engine, "not_fetched")) == 1_000)
    timer.stop()
    files = [file for files, _ in engine.awaited for file in files]
    assert [files[at].name for at in (0, 1, 999)] == ["photo.jpg", "photo (2).jpg", "photo (1000).jpg"]
    for seen in ({rows for rows, _ in turns}, {failed for _, failed in turns}):
        assert len(seen) >= 4


def test_what_systems_leave_behind_is_counted_as_in_a_folder(window: Window, fetcher: Fetcher, qtbot: QtBot) -> None:
    (source := Held()).may_give.set()
    with qtbot.waitSignal(fetcher.fetch(replace(TWO, junk=2), source, "4217").over):
        pass
    ((junk, anomaly_id),) = window.engine.added
    assert (len(junk), anomaly_id, window.add_files.unanswered) == (2, "4217", True)
    assert [finding for path in junk for finding in findings_below(path)] == [Junk(str(path)) for path in junk]


def test_what_is_sent_meanwhile_and_what_is_fetched_keep_their_progress(window: Window) -> None:
    fetched, sent = upload("1", UploadState.FETCHING, size=10 * MB), upload("2", UploadState.UPLOADING, size=10 * MB)
    window.tell(UploadsAdded((fetched, sent)))
    window.model.update_fetched(UploadProgress(fetched.upload_id, 4 * MB, 0.0))
    window.model.update_progress([UploadProgress(sent.upload_id, 1 * MB, 0.0)])
    window.model.update_fetched(UploadProgress(fetched.upload_id, 5 * MB, 0.0))
    shown = [window.model.progress_of(row.upload_id) for row in (fetched, sent)]
    assert [far and far.bytes_sent for far in shown] == [5 * MB, 1 * MB]
    window.model.update_progress([])
    assert window.model.progress_of(sent.upload_id) is None
    assert window.model.progress_of(fetched.upload_id) is not None


def test_a_window_closed_before_the_rows_are_there_asks_first(window: Window, fetcher: Fetcher, qtbot: QtBot) -> None:
    for path in ("/a.jpg", "/b.jpg"):
        window.add_files.add_to("4217", [Path(path)])
    for is_answered in (False, True):
        window.tell(PathsAdded("4217", 1, 0, 0, 0))
        assert window.unsent.searching is not is_answered
    fetcher.fetch(TWO, (source := Held()), "4217")
    assert window.unsent.asks
    rows = [upload(file.upload_id, UploadState.FETCHING) for files, _ in window.engine.awaited for file in files]
    window.tell(UploadsAdded(tuple(rows)))
    assert not window.add_files.unanswered
    source.may_give.set()
    far = window.model.progress_of
    qtbot.waitUntil(lambda: [(one := far(row.upload_id)) and one.bytes_sent for row in rows] == [4, 4])


def test_a_drop_waits_for_its_source_with_the_window_alive(window: Window, fetcher: Fetcher) -> None:
    source, door = Held(), Door()
    seen: list[bool] = []

    def look() -> None:
        seen.append(door.busy and window.isVisible())
        source.may_give.set()

    QTimer.singleShot(50, window, look)
    fetcher.fetch_within_drop(TWO, source, "4217", door)
    assert (seen, door.busy, door.is_held) == ([True], False, False)
    assert len(told(window.engine, "fetched")) == 2


@pytest.mark.parametrize("by", ["cancelled", "removed"])
def test_a_drop_ends_at_once_when_all_of_it_is_cancelled_though_the_source_hangs(
    engine: FakeEngine, fetcher: Fetcher, qtbot: QtBot, by: str
) -> None:
    source, door = Held(), Door()

    def cancel() -> None:
        ids = [file.upload_id for file in engine.awaited[0][0]]
        if by == "removed":
            engine.tell(UploadsRemoved(tuple(ids)))
        else:
            engine.tell(UploadsChanged(tuple(upload(one, UploadState.CANCELLED) for one in ids)))

    QTimer.singleShot(20, fetcher, cancel)
    fetcher.fetch_within_drop(TWO, source, "4217", door)
    assert (door.busy, door.is_held) == (False, True)
    assert told(engine, "fetched") == told(engine, "not_fetched") == []
    source.may_give.set()
    folder = engine.awaited[0][0][0].path.parent
    # os.walk goes on where a folder is removed meanwhile, rglob raises.
    qtbot.waitUntil(lambda: not any(names for _, _, names in os.walk(folder.parent)))


def test_a_window_that_is_closed_meanwhile_ends_its_thread_in_silence(fetcher: Fetcher, qtbot: QtBot) -> None:
    source = Held()
    fetch = fetcher.fetch(TWO, source, "4217")
    (thread,) = [one for one in threading.enumerate() if one.name == "uploader-fetch"]
    shiboken6.delete(fetch)
    source.may_give.set()
    qtbot.waitUntil(lambda: not thread.is_alive())


def test_what_does_not_come_is_told_with_its_reason(engine: FakeEngine, fetcher: Fetcher, qtbot: QtBot) -> None:
    source = Held(fails=True)
    source.may_give.set()
    fetcher.fetch(TWO, source, "4217")
    qtbot.waitUntil(lambda: len(told(engine, "not_fetched")) == 2)
    reason = Reason(Code.NOT_FETCHED, Variant.NOT_GIVEN, "0x80030005")
    assert told(engine, "not_fetched")[0] == (engine.awaited[0][0][0].upload_id, reason)


def test_without_a_number_files_wait_for_it_as_they_are_fetched(window: Window, fetcher: Fetcher, qtbot: QtBot) -> None:
    source = Held()
    fetcher.fetch(TWO, source, "")
    assert (window.header.hint.text(), window.engine.awaited) == ("2 files wait for the number.", [])
    window.set_anomaly("4217")
    window.add_files.add_kept()  # the bytes are not there yet
    ((awaited, anomaly_id),) = window.engine.awaited
    assert (anomaly_id, [file.name for file in awaited], window.engine.added) == ("4217", ["a.jpg", "b.jpg"], [])
    source.may_give.set()
    qtbot.waitUntil(lambda: len(told(window.engine, "fetched")) == 2)


def test_another_drop_stops_nothing_that_is_still_being_listed(window: Window, fetcher: Fetcher, qtbot: QtBot) -> None:
    many = tuple(VirtualFile(number, f"{number}.jpg") for number in range(250))  # listed in several goes
    source = Held()
    source.may_give.set()
    fetcher.fetch(replace(TWO, files=many), source, "")
    window.add_files.add([Path(__file__)])
    qtbot.waitUntil(lambda: window.add_files.kept == EntryCounts(files=len(many) + 1, folders=0))


def test_without_a_number_until_they_are_there_they_are_plain_files(
    window: Window, fetcher: Fetcher, qtbot: QtBot
) -> None:
    source = Held()
    source.may_give.set()
    fetcher.fetch(TWO, source, "")
    qtbot.waitUntil(lambda: len(told(window.engine, "note_capture")) == 2)
    window.set_anomaly("4217")
    window.add_files.add_kept()
    assert [[path.name for path in paths] for paths, _ in window.engine.added] == [["a.jpg", "b.jpg"]]
    assert window.engine.add_options == [FROM_PHONE]


def test_what_waits_for_a_number_and_does_not_come_is_named_and_waits_no_more(
    window: Window, fetcher: Fetcher, qtbot: QtBot
) -> None:
    source = Held(fails=True)
    window.add_files.add([Path("/kept.jpg")])
    fetch = fetcher.fetch(replace(TWO, files=TWO.files[:1]), source, "")
    paths = list(fetch.wanted)
    source.may_give.set()
    qtbot.waitUntil(window.banner.isVisible)
    assert window.banner.text.text().startswith("a.jpg: The other program did not give it (0x80030005).")
    assert window.add_files.kept == EntryCounts(files=1, folders=0)
    assert (told(window.engine, "no_longer_wanted"), window.engine.awaited) == ([paths], [])


def test_several_that_wait_for_a_number_and_do_not_come_are_named_once(
    window: Window, fetcher: Fetcher, qtbot: QtBot
) -> None:
    first, later = Held(fails=True), Held(fails=True)
    fetches = [
        fetcher.fetch(replace(TWO, files=(file,)), source, "")
        for file, source in zip(TWO.files, (first, later), strict=True)
    ]
    paths = [path for fetch in fetches for path in fetch.wanted]
    first.may_give.set()
    qtbot.waitUntil(lambda: window.banner.isVisible() and window.banner.text.text().startswith("a.jpg: The other"))
    later.may_give.set()
    qtbot.waitUntil(lambda: not window.banner.text.text().startswith("a.jpg"))
    assert window.banner.text.text() == "2 files were not fetched to the end: a.jpg, b.jpg. Drop them again."
    assert window.add_files.kept is None
    assert told(window.engine, "no_longer_wanted") == [[path] for path in paths]
    fetcher.fetch(replace(TWO, files=TWO.files[1:]), later, "")
    qtbot.waitUntil(lambda: window.banner.text.text().startswith("b.jpg: The other"))


def test_do_not_add_stops_what_waits_for_a_number_and_lets_go(window: Window, fetcher: Fetcher, qtbot: QtBot) -> None:
    source = Held()
    fetch = fetcher.fetch(TWO, source, "")
    paths = list(fetch.wanted)
    with qtbot.waitSignal(fetch.over):
        window.add_files.forget_kept()
    source.may_give.set()
    assert told(window.engine, "no_longer_wanted") == [paths]


@pytest.mark.usefixtures("fetcher")
def test_files_half_fetched_for_no_number_are_named_at_a_start(
    window: Window, engine: FakeEngine, tmp_path: Path
) -> None:
    (whole := tmp_path / "whole.jpg").touch()
    kept = [KeptPath(whole, options=FROM_PHONE), KeptPath(tmp_path / "half.jpg", options=FROM_PHONE)]
    assert decoded(encoded(kept)) == kept
    window.add_files.restore(kept)
    window.add_files.forget_half_fetched()
    assert window.header.hint.text() == "1 file waits for the number."
    assert window.banner.text.text() == "1 file was not fetched to the end: half.jpg. Drop it again."
    assert told(engine, "no_longer_wanted") == [[tmp_path / "half.jpg"]]


@pytest.mark.parametrize(
    ("size", "count", "said"), [(10 * MB, 4_200_000, "Fetching … 42\u00a0%"), (0, 4_200_000, "Fetching … 4.2\u00a0MB")]
)
def test_a_row_says_how_much_is_fetched(window: Window, size: int, count: int, said: str) -> None:
    row = upload("1", UploadState.FETCHING, size=size)
    window.tell(UploadsAdded((row,)))
    assert state_text(row, None, 0) == "Fetching"
    window.model.update_progress([UploadProgress(row.upload_id, count, 0.0)])
    window.model.flush()
    assert state_text(row, window.model.progress_of(row.upload_id), 0) == said
    assert allowed(RowAction.CANCEL, row)
    assert window.model.counts().waiting == 1


@pytest.mark.parametrize(
    ("variant", "detail", "said"),
    [
        (None, "", "It was not fetched to the end. Drop it again."),
        (Variant.CAME_SHORT, "10000000/20000000", "Only 10.0\u00a0MB of 20.0\u00a0MB came. Copy it to a folder "),
        (Variant.CAME_LONG, "2000/1000", "2\u00a0KB came where 1\u00a0KB were announced."),
        (Variant.CAME_SHORT, "20000100/20000200", "Only 20,000,100\u00a0B of 20,000,200\u00a0B came."),
        (Variant.NO_ROOM, "No space left", "It cannot be written on this computer: No space left."),
    ],
)
def test_a_row_says_why_it_was_not_fetched_and_offers_no_try(variant: Variant | None, detail: str, said: str) -> None:
    row = replace(upload("1", UploadState.FAILED), reason=Reason(Code.NOT_FETCHED, variant, detail))
    assert reason_text(row).startswith(said)
    assert resting_row_actions(row) == (RowAction.REMOVE,)
    assert not allowed(RowAction.TRY_AGAIN, row)
