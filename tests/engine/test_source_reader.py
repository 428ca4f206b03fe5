"""One read from beginning to end feeds the wire and both hashes, and never gives a changed file away whole."""

import errno
import hashlib
import os
import re
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PosixPath
from typing import Any

import pytest

from tests.engine.surroundings import as_nobody, public_folder
from tests.faults.sleeping import asleep
from tests.support.files import Files
from uploader_gui.engine.errors import SourceChanged, SourceError, SourceMissing, SourceUnreadable
from uploader_gui.engine.source import BLOCK_BYTES, Digests, SourceReader, hash_whole, inspect, open_when_possible

SIZES = [1, 2, 4096, *(n * BLOCK_BYTES + edge for n in (1, 2, 3) for edge in (-1, 0, 1)), 5_000_000]
BLOCKS = 3


def read_all(reader: SourceReader, blocks: list[bytes] | None = None) -> bytes:
    """Read to the end; `blocks` keeps what came where it ends with an error."""
    blocks = [] if blocks is None else blocks
    while block := reader.read():
        assert len(block) <= BLOCK_BYTES
        blocks.append(block)
    return b"".join(blocks)


@pytest.mark.parametrize("size", SIZES)
def test_every_byte_comes_once_and_both_hashes_are_those_of_the_file(files: Files, size: int) -> None:
    path = files.make("a.zip", size=size)
    whole = path.read_bytes()
    with closing(SourceReader(inspect(path, path))) as reader:
        assert read_all(reader) == whole
        assert reader.read() == b""
        expected = Digests(hashlib.md5(whole, usedforsecurity=False).hexdigest(), hashlib.sha256(whole).hexdigest())
        assert reader.digests() == expected
    assert hash_whole(inspect(path, path)) == expected.sha256


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, BLOCK_BYTES + 10)


def touch(path: Path) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def rewrite(path: Path) -> None:
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(before.st_size - 1)
        file.write(b"!")
    os.utime(path, ns=(0, before.st_mtime_ns + 1_000_000))


def replace(path: Path) -> None:
    """Save as many programs do: write beside, then rename; the open file stays what it was."""
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(0, path.stat().st_mtime_ns + 1_000_000))
    other.replace(path)


def remove(path: Path) -> None:
    path.unlink()


CHANGES = [
    (grow, SourceChanged),
    (shrink, SourceChanged),
    (touch, SourceChanged),
    (rewrite, SourceChanged),
    (replace, SourceChanged),
    (remove, SourceMissing),
]


@pytest.mark.parametrize(("change", "error"), CHANGES)
@pytest.mark.parametrize("after_blocks", range(BLOCKS))
def test_what_changes_while_it_is_read_never_leaves_whole(
    files: Files, change: Callable[[Path], None], error: type[SourceError], after_blocks: int
) -> None:
    path = files.make("a.zip", size=BLOCKS * BLOCK_BYTES)
    with closing(SourceReader(inspect(path, path))) as reader:
        given = [reader.read() for _ in range(after_blocks)]
        change(path)
        with pytest.raises(error):
            read_all(reader, given)
    assert sum(map(len, given)) < BLOCKS * BLOCK_BYTES


@pytest.mark.parametrize(("change", "error"), CHANGES)
def test_a_file_of_one_block_that_changed_since_it_was_queued_gives_nothing(
    files: Files, change: Callable[[Path], None], error: type[SourceError]
) -> None:
    path = files.make("a.zip", size=BLOCK_BYTES // 2)
    source = inspect(path, path)
    change(path)
    with closing(SourceReader(source)) as reader, pytest.raises(error):
        reader.read()


class GivenUpError(Exception):
    """What a caller raises that wants the file no longer."""


def read_again(path: Path, meanwhile: Callable[[SourceReader, int], None]) -> int:
    """Read a file that was saved just now, and so is read again; count its blocks, after each of which this is done."""
    os.utime(path, (2**32, 2**32))  # as late as it gets: on a busy machine the moment would be over
    blocks = 0

    def reading_again() -> None:
        nonlocal blocks
        blocks += 1
        meanwhile(reader, blocks)

    reader = SourceReader(inspect(path, path), reading_again=reading_again)
    with closing(reader):
        read_all(reader)
    return blocks


def test_a_file_saved_just_now_is_read_again_once(files: Files) -> None:
    assert read_again(files.make("a.zip", size=2 * BLOCK_BYTES + 1), lambda _reader, _block: None) == 3


def test_reading_again_ends_where_it_is_not_wanted_any_more(files: Files) -> None:
    def give_up(_reader: SourceReader, _block: int) -> None:
        raise GivenUpError

    with pytest.raises(GivenUpError):
        read_again(files.make("a.zip", size=2 * BLOCK_BYTES), give_up)
    with pytest.raises(SourceError):
        read_again(files.make("b.zip", size=2 * BLOCK_BYTES), lambda reader, _block: reader.close())


def test_what_is_rewritten_behind_the_second_reader_is_not_sent(files: Files) -> None:
    """In its first block, while it is in the second, and with the times put back."""
    path = files.make("a.zip", size=2 * BLOCK_BYTES)

    def rewrite_first(_reader: SourceReader, block: int) -> None:
        if block == 2:
            with path.open("r+b") as file:
                file.write(b"!")
            os.utime(path, (2**32, 2**32))

    with pytest.raises(SourceChanged):
        read_again(path, rewrite_first)


def test_a_file_that_never_rests_is_read_again_three_times_at_most(files: Files) -> None:
    path, blocks = files.make("a.zip"), []

    def change(_reader: SourceReader, block: int) -> None:
        blocks.append(block)
        path.chmod(0o600 + block)

    with pytest.raises(SourceChanged):
        read_again(path, change)
    assert blocks == [1, 2, 3]


def test_a_file_that_became_a_folder_cannot_be_sent(files: Files) -> None:
    path = files.make("a.txt", size=100)
    source = inspect(path, path)
    path.unlink()
    path.mkdir()
    with closing(SourceReader(source)) as reader, pytest.raises(SourceError):
        reader.read()


def test_a_file_that_was_locked_away_is_unreadable() -> None:
    with public_folder() as folder:
        path = folder / "a.txt"
        path.write_bytes(b"a line")
        source = inspect(path, path)
        path.chmod(0)
        with closing(SourceReader(source)) as reader, as_nobody(), pytest.raises(SourceUnreadable):
            reader.read()


def test_hashing_a_whole_file_tells_a_change_too(files: Files) -> None:
    path = files.make("a.txt", size=100)
    source = inspect(path, path)
    grow(path)
    with pytest.raises(SourceChanged):
        hash_whole(source)


def test_closing_what_was_never_read_is_no_error(files: Files) -> None:
    path = files.make("a.txt")
    SourceReader(inspect(path, path)).close()


def test_a_read_that_was_stuck_while_it_was_closed_closes_the_file_when_it_comes_back(files: Files) -> None:
    path = files.make("a.txt")
    reader = SourceReader(inspect(path, path))
    ended = threading.Event()

    def read() -> None:
        reader.read()
        ended.set()

    with asleep(path):
        threading.Thread(target=read, daemon=True).start()
        reader.close()  # before the read or in the middle of it, but not after
    assert ended.wait(60.0)
    assert str(path) not in {os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()}


class Full(PosixPath):
    """A path on a machine where for a while no file can be opened."""

    number = errno.ENFILE
    times = 2

    def open(self, *_arguments: Any, **_others: Any) -> Any:
        if not self.times:
            return super().open("rb", buffering=0)
        type(self).times -= 1
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_a_file_that_cannot_be_opened_for_want_of_descriptors_is_waited_for_while_it_is_wanted(
    files: Files, number: int
) -> None:
    path = Full(files.make("a.txt", content=b"evidence"))
    Full.number, Full.times = number, 2
    with open_when_possible(path) as file:
        assert file.read() == b"evidence"
    Full.times = 2
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        open_when_possible(path, lambda: True)
    Full.number = errno.EIO
    with pytest.raises(OSError, match=re.escape(os.strerror(errno.EIO))):
        open_when_possible(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_file_waits_until_the_system_lets_one_more_be_open(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    path = tmp_path / "a.txt"
    path.write_bytes(b"evidence")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare: list[int] = []

    def one_is_closed() -> bool:
        os.close(spare.pop())
        return False

    spare.append(os.open(path, os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare[0] + 1, limits[1]))
    try:
        with pytest.raises(OSError, match=re.escape(os.strerror(errno.EMFILE))):
            spare.extend(os.open(path, os.O_RDONLY) for _ in range(spare[0] + 2))
        with open_when_possible(path, one_is_closed) as file:
            assert file.read() == b"evidence"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for descriptor in spare:
            os.close(descriptor)
