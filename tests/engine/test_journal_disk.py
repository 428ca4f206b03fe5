"""A journal on a disk that is full, closed to us, read-only or slow: a clear error, nothing lost, no long wait."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.journals import API, filled
from tests.engine.surroundings import as_nobody, public_folder
from tests.engine.values import a_put, an_upload
from tests.support.failing_disk import FailingDisk
from uploader_gui.engine.errors import JournalUnwritable
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import UploadState


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def test_a_folder_in_its_place_or_a_file_in_its_folders_place_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(JournalUnwritable, match="it cannot be opened"):
        Journal(tmp_path / "folder")
    (tmp_path / "file").touch()
    with pytest.raises(JournalUnwritable):
        Journal(tmp_path / "file" / "journal.sqlite3")


def test_a_journal_or_a_folder_we_may_not_write_is_unwritable() -> None:
    with public_folder() as folder:
        path = folder / "journal.sqlite3"
        filled(path)
        path.chmod(0o444)
        with as_nobody(), pytest.raises(JournalUnwritable, match="it may not be written to"):
            Journal(path)
        folder.chmod(0o555)
        with as_nobody(), pytest.raises(JournalUnwritable):
            Journal(folder / "data" / "journal.sqlite3")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tiny", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root mounts a disk of its own")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    return ballast


def test_a_full_disk_is_told_lets_us_leave_and_nothing_is_lost_when_there_is_room_again(tiny_disk: Path) -> None:
    path = tiny_disk / "journal.sqlite3"
    first, second = an_upload(state=UploadState.UPLOADING, presigned=a_put()), [an_upload() for _ in range(200)]
    with contextlib.closing(Journal(path)) as journal:
        journal.add([first], API)
        ballast = fill(tiny_disk)
        with pytest.raises(JournalUnwritable, match="the disk is full"):
            journal.add(second, API)
        assert [u.upload_id for u in journal.unfinished(API)] == [first.upload_id]
    ballast.unlink()
    with contextlib.closing(Journal(path)) as journal:
        journal.add(second, API)
        assert len(journal.unfinished(API)) == 201
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    with pytest.raises(JournalUnwritable):
        Journal(path)


def test_the_log_never_fills_a_small_disk_by_itself(tiny_disk: Path) -> None:
    with contextlib.closing(Journal(tiny_disk / "journal.sqlite3")) as journal:
        uploads = [an_upload() for _ in range(100)]
        journal.add(uploads, API)
        for count in range(1000):
            uploads[count % 100].attempts = count
            journal.record(uploads, durable=True)
        assert [upload.attempts for upload in journal.unfinished(API)] == [upload.attempts for upload in uploads]


@pytest.mark.parametrize("pages_left", range(10))
def test_a_journal_opened_on_an_almost_full_disk_works_or_says_so(tiny_disk: Path, pages_left: int) -> None:
    path = tiny_disk / "journal.sqlite3"
    ballast = fill(tiny_disk)
    os.truncate(ballast, ballast.stat().st_size - 4096 * pages_left)
    if pages_left == 0:
        with pytest.raises(JournalUnwritable):
            Journal(path)
    else:
        with contextlib.suppress(JournalUnwritable):
            Journal(path).close()
    ballast.unlink()
    with contextlib.closing(Journal(path)) as journal:
        assert journal.set_aside is None
        journal.add([an_upload()], API)


def test_an_earlier_journal_stays_as_it_is_where_the_disk_has_no_room_to_write_it_again(tiny_disk: Path) -> None:
    path = tiny_disk / "journal.sqlite3"
    with contextlib.closing(Journal(path)) as journal:
        journal.add([an_upload() for _ in range(900)], API)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 11")
    for _ in range(2):
        with contextlib.closing(Journal(path)) as journal:
            journal.add([an_upload()], API)
            assert journal.set_aside is None
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM uploads").fetchone() == (900 + 2,)


A_LONG_LOG_ON_A_SLOW_DISK = """
import asyncio, sys
from pathlib import Path
from tests.engine.journals import API
from tests.engine.values import a_put, an_upload
from uploader_gui.engine.journal.journal import JournalThread

async def main(path, slow, leaves):
    journal, uploads = await JournalThread.open(path), [an_upload(presigned=a_put()) for _ in range(2000)]
    await journal.call(lambda one: one.add(uploads, API))
    Path(slow).write_text("20000")
    await journal.call(lambda one: one.record(uploads[:1]))
    print("slow", flush=True)
    if leaves == "before it begins":
        journal.hurry()
    journal.drain()
    if leaves == "amid it":
        await asyncio.to_thread(sys.stdin.readline)
        journal.hurry()
    await asyncio.wrap_future(journal.close())

asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
"""


@pytest.mark.parametrize("leaves", ["before it begins", "amid it"])
def test_leaving_waits_for_no_long_log_to_be_emptied_on_a_slow_disk(path: Path, tmp_path: Path, leaves: str) -> None:
    disk = FailingDisk(tmp_path)
    environment = {**disk.environment_of_a_program(), "UPLOADER_DATA_DIR": str(path.parent)}
    with subprocess.Popen(
        [sys.executable, "-c", A_LONG_LOG_ON_A_SLOW_DISK, path, disk.environment["DISK_SLOW"], leaves],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"slow\n"
        before = len(disk.record())
        while leaves == "amid it" and len(disk.record()) < before + 2:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(program.wait(0.01))
        program.communicate(b"leave\n", timeout=60)
    assert program.returncode == 0
    assert len(disk.record()) - before <= 12
    with contextlib.closing(Journal(path)) as journal:
        assert len(journal.unfinished(API)) == 2000
