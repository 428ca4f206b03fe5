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
    """Return as many bytes as a file has, and none of its own."""
    size = path.stat().st_size
    return (hashlib.sha256(path.read_bytes()).digest() * (size // 32 + 1))[:size]


def beside(path: Path, content: bytes) -> Path:
    """Make another file of the same age."""
    other = path.with_suffix(".new")
    other.write_bytes(content)
    os.utime(other, ns=(LONG_AGO, LONG_AGO))
    return other


def rewrite_and_put_the_time_back(path: Path) -> None:
    path.write_bytes(other_bytes(path))
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def change_one_byte_and_put_the_time_back(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(10)
        file.write(b"!")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def put_another_file_in_its_place(path: Path) -> None:
    beside(path, other_bytes(path)).replace(path)


def lead_a_link_elsewhere(path: Path) -> None:
    other = beside(path, other_bytes(path))
    path.unlink()
    path.symlink_to(other)


CHANGES = [
    rewrite_and_put_the_time_back,
    change_one_byte_and_put_the_time_back,
    put_another_file_in_its_place,
    lead_a_link_elsewhere,
]


class RewritingHeartbeat(Heartbeat):
    """Rewrites a file after its first block was packed."""

    path: Path

    def beat(self) -> None:
        super().beat()
        if self.beats == 1:
            rewrite_and_put_the_time_back(self.path)


NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "its permissions": lambda path: path.chmod(0o640),
    "a tag": lambda path: os.setxattr(path, "user.com.dropbox.attributes", b"synced"),
    "a second link": lambda path: os.link(path, path.with_suffix(".second")),
    "renamed and back": lambda path: path.rename(path.with_suffix(".moved")).rename(path),
    "read": Path.read_bytes,
    "the same bytes in its place": lambda path: beside(path, path.read_bytes()).replace(path),
}


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


@pytest.mark.parametrize("name", NO_CHANGES)
def test_what_leaves_the_bytes_as_they_are_is_no_change(files: Files, name: str) -> None:
    path = old_file(files)
    whole, source = path.read_bytes(), inspect(path, path)
    with closing(SourceReader(source)) as reader:
        given = [reader.read()]
        NO_CHANGES[name](path)
        read_all(reader, given)
    assert b"".join(given) == whole
    if name != "the same bytes in its place":  # another file, as long as nobody has opened the first one
        assert hash_whole(source) == hashlib.sha256(whole).hexdigest()


def test_another_file_put_in_a_queued_one_s_place_is_never_opened_for_sending(files: Files) -> None:
    path = old_file(files)
    source = inspect(path, path)
    put_another_file_in_its_place(path)
    with closing(SourceReader(source)) as reader, pytest.raises(SourceChanged):
        reader.read()
    with pytest.raises(SourceChanged):
        hash_whole(source)


def test_a_file_that_changes_while_a_zip_is_made_of_it_is_found_changed(files: Files, tmp_path: Path) -> None:
    heartbeat = RewritingHeartbeat()
    path = heartbeat.path = old_file(files)
    with pytest.raises(SourceChanged):
        into_zip(inspect(path, path), tmp_path / "made.zip", heartbeat)


def just_saved(files: Files) -> Path:
    """Make a file that counts as saved a moment ago however slow the machine is: its clock is a little ahead."""
    path = files.make("a.zip", size=SIZE)
    ahead = time.time_ns() + 60_000_000_000
    os.utime(path, ns=(ahead, ahead))
    return path


def read_again(path: Path, meanwhile: Callable[[SourceReader, int], None] = lambda _reader, _look: None) -> int:
    """Read a file; return how many blocks were read again, after each of which this is done."""
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        meanwhile(reader, looks)

    with closing(SourceReader(describe_only(path, path), reading_again=look)) as reader:
        assert read_all(reader) == path.read_bytes()
    return looks


@pytest.mark.parametrize(("place", "again"), [(just_saved, 3), (lambda _files: Path(os.__file__), 0)])
def test_only_a_file_saved_a_moment_ago_is_read_again_though_nothing_shows(
    files: Files, place: Callable[[Files], Path], again: int
) -> None:
    assert read_again(place(files)) == again


def test_a_file_that_never_stands_still_is_given_up_after_three_looks(files: Files) -> None:
    path, looks = just_saved(files), []

    def change(_reader: SourceReader, look: int) -> None:
        looks.append(look)
        path.chmod(0o600 + look)

    with pytest.raises(SourceChanged):
        read_again(path, change)
    assert looks == list(range(1, 10))


def test_a_file_that_moved_once_more_while_it_was_read_again_is_sent(files: Files) -> None:
    path = just_saved(files)
    assert read_again(path, lambda _reader, look: path.chmod(0o640) if look == 1 else None) == 6


class GivenUpError(Exception):
    """What a caller raises that wants the file no longer."""


def give_up(_reader: SourceReader, _look: int) -> None:
    raise GivenUpError


@pytest.mark.parametrize(
    ("end", "error"), [(give_up, GivenUpError), (lambda reader, _look: reader.close(), SourceError)]
)
def test_reading_again_ends_when_nobody_wants_it_any_more(
    files: Files, end: Callable[[SourceReader, int], None], error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_again(just_saved(files), end)


def test_what_is_rewritten_behind_the_second_reader_is_not_sent(files: Files) -> None:
    """In its first block, while it is in the second, and with the times put back."""
    path = just_saved(files)
    saved = path.stat().st_mtime_ns

    def rewrite_first(_reader: SourceReader, look: int) -> None:
        if look == 2:
            with path.open("r+b") as file:
                file.write(b"!")
            os.utime(path, ns=(saved, saved))

    with pytest.raises(SourceChanged):
        read_again(path, rewrite_first)


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
