"""Same size and same time do not mean the same bytes: what else shows a change, and what does not."""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.test_source_reader import read_all
from tests.support.files import Files
from uploader_gui.engine.conversion import into_zip
from uploader_gui.engine.errors import SourceChanged, SourceError
from uploader_gui.engine.own_files import Heartbeat
from uploader_gui.engine.source import BLOCK_BYTES, SourceReader, describe_only, hash_whole, inspect, unix_ns

LONG_AGO = 1_700_000_000_000_000_000
SIZE = 2 * BLOCK_BYTES + 100


def old_file(files: Files, name: str = "a.zip", size: int = SIZE) -> Path:
    """Make a file that was saved long ago, as far as its time tells."""
    path = files.make(name, size=size)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    return path


def other_bytes(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() * (path.stat().st_size // 32 + 1)


def rewrite_and_put_the_time_back(path: Path) -> None:
    path.write_bytes(other_bytes(path)[: path.stat().st_size])
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def change_one_byte_and_put_the_time_back(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(10)
        file.write(b"!")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def put_another_file_in_its_place(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(other_bytes(path)[: path.stat().st_size])
    os.utime(other, ns=(LONG_AGO, LONG_AGO))
    other.replace(path)


def lead_a_link_elsewhere(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(other_bytes(path)[: path.stat().st_size])
    os.utime(other, ns=(LONG_AGO, LONG_AGO))
    path.unlink()
    path.symlink_to(other)


CHANGES = [
    rewrite_and_put_the_time_back,
    change_one_byte_and_put_the_time_back,
    put_another_file_in_its_place,
    lead_a_link_elsewhere,
]


class HeartbeatThat(Heartbeat):
    """Does something after the first block."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self._act = act

    def beat(self) -> None:
        super().beat()
        if self.beats == 1:
            self._act()


def change_permissions(path: Path) -> None:
    path.chmod(0o640)


def tag(path: Path) -> None:
    os.setxattr(path, "user.com.dropbox.attributes", b"synced")


def link(path: Path) -> None:
    os.link(path, path.with_suffix(".second"))


def rename_and_back(path: Path) -> None:
    path.rename(path.with_suffix(".moved")).rename(path)


def put_the_same_bytes_in_its_place(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(LONG_AGO, LONG_AGO))
    other.replace(path)


def read_it(path: Path) -> None:
    path.read_bytes()


NO_CHANGES = [change_permissions, tag, link, rename_and_back, put_the_same_bytes_in_its_place, read_it]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("after_blocks", [1, 2])
def test_a_change_that_leaves_size_and_time_is_found_before_the_last_block_is_given_out(
    files: Files, change: Callable[[Path], None], after_blocks: int
) -> None:
    path = old_file(files)
    with closing(SourceReader(inspect(path, path))) as reader:
        given = [reader.read() for _ in range(after_blocks)]
        change(path)
        with pytest.raises(SourceChanged):
            read_all(reader, given)
    assert sum(map(len, given)) < SIZE


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_leaves_the_bytes_as_they_are_is_no_change(files: Files, change: Callable[[Path], None]) -> None:
    path = old_file(files)
    whole = path.read_bytes()
    with closing(SourceReader(inspect(path, path))) as reader:
        given = [reader.read()]
        change(path)
        read_all(reader, given)
    assert b"".join(given) == whole


def test_another_file_put_in_a_queued_one_s_place_is_never_opened_for_sending(files: Files) -> None:
    path = old_file(files)
    source = inspect(path, path)
    put_another_file_in_its_place(path)
    with closing(SourceReader(source)) as reader, pytest.raises(SourceChanged):
        reader.read()
    with pytest.raises(SourceChanged):
        hash_whole(source)


def test_a_file_that_changes_while_a_zip_is_made_of_it_is_found_changed(files: Files, tmp_path: Path) -> None:
    path = old_file(files)
    source = inspect(path, path)
    heartbeat = HeartbeatThat(lambda: rewrite_and_put_the_time_back(path))
    with pytest.raises(SourceChanged):
        into_zip(source, tmp_path / "made.zip", heartbeat)


@pytest.mark.parametrize("change", [change_permissions, tag, link, rename_and_back])
def test_what_happens_to_a_queued_file_without_touching_its_bytes_keeps_nothing_from_being_sent(
    files: Files, change: Callable[[Path], None]
) -> None:
    path = old_file(files)
    source = inspect(path, path)
    change(path)
    assert hash_whole(source) == hashlib.sha256(path.read_bytes()).hexdigest()


def just_saved(files: Files) -> Path:
    """Make a file that counts as saved a moment ago however slow the machine is: its clock is a little ahead."""
    path = files.make("a.zip", size=SIZE)
    ahead = time.time_ns() + 60_000_000_000
    os.utime(path, ns=(ahead, ahead))
    return path


@pytest.mark.parametrize(("place", "again"), [(just_saved, 3), (lambda _files: Path(os.__file__), 0)])
def test_only_a_file_saved_a_moment_ago_is_read_again_though_nothing_shows(
    files: Files, place: Callable[[Files], Path], again: int
) -> None:
    path = place(files)
    looks: list[None] = []
    with closing(SourceReader(describe_only(path, path), reading_again=lambda: looks.append(None))) as reader:
        assert read_all(reader) == path.read_bytes()
    assert len(looks) == again


def test_a_file_that_never_stands_still_is_given_up_after_three_looks(files: Files) -> None:
    path = just_saved(files)
    modes = iter([0o600, 0o640] * 100)
    looks: list[None] = []

    def again() -> None:
        looks.append(None)
        path.chmod(next(modes))

    with closing(SourceReader(inspect(path, path), reading_again=again)) as reader, pytest.raises(SourceChanged):
        read_all(reader)
    assert len(looks) == 9


def test_a_file_that_moved_once_more_while_it_was_read_again_is_sent(files: Files) -> None:
    path = just_saved(files)
    looks: list[None] = []

    def again() -> None:
        looks.append(None)
        if len(looks) == 1:
            path.chmod(0o640)

    with closing(SourceReader(inspect(path, path), reading_again=again)) as reader:
        read_all(reader)
    assert len(looks) == 6


def test_reading_again_ends_when_nobody_wants_it_any_more(files: Files) -> None:
    path = just_saved(files)
    looks: list[None] = []

    def again() -> None:
        looks.append(None)
        reader.close()

    reader = SourceReader(inspect(path, path), reading_again=again)
    with pytest.raises(SourceError):
        read_all(reader)
    assert len(looks) == 1


@pytest.mark.parametrize(
    ("change_time", "expected"),
    [
        (0, None),
        (-1, None),
        (116_444_736_000_000_000, 0),
        (133_444_736_000_000_001, 1_700_000_000_000_000_100),
        (116_444_735_999_999_999, -100),
    ],
)
def test_windows_change_time_is_told_in_nanoseconds_since_1970(change_time: int, expected: int | None) -> None:
    assert unix_ns(change_time) == expected


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows has it")
def test_windows_tells_of_a_rewrite_that_put_the_time_back(files: Files) -> None:
    path = old_file(files)
    before = inspect(path, path).changed_ns
    rewrite_and_put_the_time_back(path)
    assert inspect(path, path).changed_ns != before
