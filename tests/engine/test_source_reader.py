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


CHANGES: dict[str, tuple[Callable[[Path], object], type[SourceError]]] = {
    "grows": (lambda path: os.truncate(path, path.stat().st_size + 4), SourceChanged),
    "shrinks": (lambda path: os.truncate(path, BLOCK_BYTES // 2 - 1), SourceChanged),
    "is touched": (lambda path: os.utime(path, ns=(0, path.stat().st_mtime_ns + 1)), SourceChanged),
    "is rewritten": (rewrite, SourceChanged),
    "is replaced": (replace, SourceChanged),
    "is removed": (Path.unlink, SourceMissing),
}


@pytest.mark.parametrize(("change", "error"), CHANGES.values(), ids=CHANGES)
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


@pytest.mark.parametrize(("change", "error"), CHANGES.values(), ids=CHANGES)
def test_a_file_of_one_block_that_changed_since_it_was_queued_gives_nothing(
    files: Files, change: Callable[[Path], None], error: type[SourceError]
) -> None:
    path = files.make("a.zip", size=BLOCK_BYTES // 2)
    source = inspect(path, path)
    change(path)
    with closing(SourceReader(source)) as reader, pytest.raises(error):
        reader.read()
    with pytest.raises(error):
        hash_whole(source)


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
