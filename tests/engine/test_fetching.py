"""A virtual file is there whole, readable by its owner alone, or not at all, whatever its source does."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from uploader_gui.engine.errors import NotFetched, Variant
from uploader_gui.engine.fetching import FetchThread, Item, Sink, VirtualFile

MB = 1_000_000
BYTES = bytes(range(256)) * 40


class Heard:
    """Hears what a fetch tells. `at_progress` is called within it."""

    def __init__(self, at_progress: Callable[[Item], None] = lambda _: None) -> None:
        self.came: list[Path] = []
        self.failed: list[tuple[str, Variant | None, str]] = []
        self.counts: list[int] = []
        self.is_over = False
        self._at_progress = at_progress

    def progress(self, item: Item, count: int) -> None:
        self.counts.append(count)
        self._at_progress(item)

    def fetched(self, item: Item) -> None:
        self.came.append(item.path)

    def not_fetched(self, item: Item, error: NotFetched) -> None:
        self.failed.append((item.path.name, error.variant, error.detail))

    def ended(self) -> None:
        self.is_over = True


@dataclass
class Source:
    """Gives each file piece by piece; one that is an error, or the number of the system's, is raised."""

    pieces: Sequence[bytes | int | Exception] = (BYTES,)
    opening: Exception | None = None
    length: int | None = None
    given: list[str] = field(default_factory=list)

    @contextmanager
    def opened(self, files: Sequence[VirtualFile]) -> Iterator[Source]:
        del files
        if self.opening:
            raise self.opening
        yield self

    def copy(self, file: VirtualFile, sink: Sink) -> None:
        self.given.append(file.name)
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, int):
                raise OSError(piece, os.strerror(piece))  # in the language of this moment
            sink.write(piece)
        if sink.expected is None:
            sink.expected = self.length


def fetch(source: Source, folder: Path, *files: VirtualFile, heard: Heard | None = None) -> Heard:
    heard = heard or Heard()
    thread = FetchThread(source, [Item(one, folder / one.name) for one in files], folder, heard)
    thread.start()
    thread.join(30)
    assert heard.is_over
    return heard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fetched" / "0123456789abcdef"


def on_disk(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder.parent)) for path in folder.parent.rglob("*") if path.is_file())


def test_files_come_whole_into_their_folders_with_their_times(folder: Path) -> None:
    files = VirtualFile(1, "DCIM/100/a.jpg", len(BYTES), 1_700_000_000.5), VirtualFile(2, "b.jpg")
    heard = fetch(Source([BYTES[:7], BYTES[7:]]), folder, *files)
    assert heard.came == [folder / "DCIM/100/a.jpg", folder / "b.jpg"]
    assert [path.read_bytes() for path in heard.came] == [BYTES, BYTES]
    assert heard.came[0].stat().st_mtime == 1_700_000_000.5
    assert on_disk(folder) == [f"{folder.name}/DCIM/100/a.jpg", f"{folder.name}/b.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_can_read_them(folder: Path) -> None:
    (path,) = fetch(Source(), folder, VirtualFile(0, "x/a.jpg")).came
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path.parent, folder, folder.parent)} == {0o700}


MANY = len(BYTES)
FAILURES: dict[str, tuple[Source, int | None, Variant, str]] = {
    "short": (Source([BYTES]), MANY + 1, Variant.CAME_SHORT, f"{MANY}/{MANY + 1}"),
    "long": (Source([BYTES]), MANY - 1, Variant.CAME_LONG, f"{MANY}/{MANY - 1}"),
    "shorter than it says": (Source([BYTES], length=20_000), None, Variant.CAME_SHORT, f"{MANY}/20000"),
    "empty": (Source([]), 10, Variant.CAME_SHORT, "0/10"),
    "fails half way": (Source([BYTES, NotFetched("0x8", variant=Variant.NOT_GIVEN)]), None, Variant.NOT_GIVEN, "0x8"),
    "full disk": (Source([BYTES, errno.ENOSPC]), None, Variant.NO_ROOM, "the disk is full"),
    "breaks": (Source([BYTES, RuntimeError("odd")]), None, Variant.NOT_GIVEN, "odd"),
    "gone": (Source(opening=NotFetched(variant=Variant.OFFER_GONE)), None, Variant.OFFER_GONE, ""),
}


@pytest.mark.parametrize(("source", "announced", "variant", "detail"), FAILURES.values(), ids=FAILURES)
def test_what_does_not_come_whole_is_told_and_leaves_nothing(
    folder: Path, source: Source, announced: int | None, variant: Variant, detail: str
) -> None:
    heard = fetch(source, folder, VirtualFile(0, "a.jpg", announced))
    assert (heard.came, heard.failed) == ([], [("a.jpg", variant, detail)])
    assert list(folder.parent.iterdir()) == []


def test_a_file_that_fails_stops_no_other(folder: Path) -> None:
    sizes = (len(BYTES), 9 * MB, len(BYTES))
    heard = fetch(Source(), folder, *(VirtualFile(at, f"{at}.jpg", size) for at, size in enumerate(sizes)))
    assert [path.name for path in heard.came] == ["0.jpg", "2.jpg"]
    assert on_disk(folder) == [f"{folder.name}/0.jpg", f"{folder.name}/2.jpg"]
    assert [name for name, _, _ in heard.failed] == ["1.jpg"]


def test_more_than_the_disk_holds_is_refused_before_a_byte_comes(folder: Path) -> None:
    source = Source()
    heard = fetch(source, folder, VirtualFile(0, "film.mov", 10**18))
    assert [variant for _, variant, _ in heard.failed] == [Variant.NO_ROOM]
    assert source.given == []
    assert list(folder.parent.iterdir()) == []


def test_a_stopped_file_leaves_nothing_and_is_not_told_and_the_next_one_comes(folder: Path) -> None:
    heard = Heard(lambda item: item.stop() if item.file.index == 0 else None)
    fetch(Source([BYTES] * 3), folder, VirtualFile(0, "a.jpg"), VirtualFile(1, "b.jpg"), heard=heard)
    assert (heard.came, heard.failed) == ([folder / "b.jpg"], [])
    assert on_disk(folder) == [f"{folder.name}/b.jpg"]
    at_its_end = folder.parent.with_name("other") / folder.name
    fetch(Source([BYTES]), at_its_end, VirtualFile(0, "DCIM/a.jpg"), heard=Heard(lambda item: item.stop()))
    assert list(at_its_end.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "fetched").write_bytes(b"a person's own file")
    heard = fetch(Source(), tmp_path / "fetched" / "0123456789abcdef", VirtualFile(0, "a.jpg"))
    assert [variant for _, variant, _ in heard.failed] == [Variant.NO_ROOM]
    assert [path.name for path in tmp_path.iterdir()] == ["fetched"]
