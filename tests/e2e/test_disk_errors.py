"""A disk in trouble under the journal: the queue holds, goes on when it works again, and nothing is lost or doubled."""

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.program import PATIENCE, Ended, Program, Running
from tests.engine.journals import filled
from tests.engine.test_journal_reopening import at_work_elsewhere
from tests.support.failing_disk import FailingDisk
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.journal.journal import Journal


@pytest.fixture
def disk(program: Program, tmp_path: Path) -> FailingDisk:
    disk = FailingDisk(tmp_path)
    program.environment |= disk.environment
    return disk


def six_under_way(
    program: Program, storage: ScriptedStorage, paths: list[Path], already: int = 0, **environment: str
) -> Running:
    """Start a run, and let six PUTs wait for their answer."""
    storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    running = program.begin(*paths, **environment)
    storage.wait_for_objects(6 + already)
    storage.fault = lambda _key, _attempt, _request: None
    return running


def many(files: Files, count: int) -> list[Path]:
    return [files.make(f"{n:03}.jpg", size=3000 + n) for n in range(count)]


def assert_all_arrived_once(ended: Ended, count: int, storage: ScriptedStorage, already: int = 0) -> None:
    assert (ended.code, ended.err, ended.totals["uploaded"]) == (0, "", count), ended
    assert len(storage.objects) == count + already
    assert len({row["id"] for row in ended.files.values()}) == count
    assert not any(row["may_be_registered_twice"] for row in ended.files.values())


WAITING = "the journal cannot be written (disk full?) – waiting"
TROUBLES = {"broken": FailingDisk.fail, "full": FailingDisk.fill}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_failing_disk_holds_the_queue_until_it_works_again(
    trouble: Callable[[FailingDisk], None],
    program: Program,
    scripted_storage: ScriptedStorage,
    files: Files,
    disk: FailingDisk,
) -> None:
    running = six_under_way(program, scripted_storage, many(files, 300))
    trouble(disk)
    scripted_storage.release()
    running.says(WAITING)
    assert len(scripted_storage.puts) == 6  # nothing begins that is not written down
    disk.work()
    assert_all_arrived_once(running.ended(), 300, scripted_storage)
    assert len(scripted_storage.puts) == 300
    assert program.send().totals == {}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_ends_on_a_full_disk_doubles_nothing_when_it_is_taken_up_again(
    program: Program,
    strict_api: StrictApi,
    scripted_storage: ScriptedStorage,
    files: Files,
    disk: FailingDisk,
    *,
    end: signal.Signals,
) -> None:
    paths = many(files, 15)
    running = six_under_way(program, scripted_storage, paths)
    disk.fill()
    scripted_storage.release()
    running.says(WAITING)
    running.send_signal(end)
    assert running.process.wait(PATIENCE) == (130 if end == signal.SIGTERM else -end)
    assert end == signal.SIGKILL or running.ended().err == ""
    disk.work()
    again = program.send(*paths)
    assert again.code == 0
    assert len(strict_api.registered) == len(scripted_storage.objects) == 15
    assert not any(row["may_be_registered_twice"] for row in again.files.values())


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_disk_that_keeps_failing_ends_the_run_and_the_next_one_doubles_nothing(
    trouble: Callable[[FailingDisk], None],
    program: Program,
    scripted_storage: ScriptedStorage,
    files: Files,
    disk: FailingDisk,
) -> None:
    paths = many(files, 40)
    running = six_under_way(program, scripted_storage, paths, UPLOADER_OFFLINE_LIMIT="1")
    trouble(disk)
    scripted_storage.release()
    ended = running.ended()
    assert (ended.code, ended.err) == (1, "")
    assert "The list of files cannot be saved on this computer. Make room on the disk, then try again." in ended.out
    assert ended.totals["uploaded"] + ended.totals["pending"] == ended.totals["files"] == 40
    assert {row["reason"]["code"] for row in ended.files.values() if row["state"] == "pending"} == {"journal"}
    disk.work()
    again = program.send(*paths)
    assert (again.code, again.totals["uploaded"]) == (0, 40)
    assert len(scripted_storage.objects) == 40
    assert not any(row["may_be_registered_twice"] for row in again.files.values())
    assert {row["upload_id"] for row in again.files.values()} == {row["upload_id"] for row in ended.files.values()}


def test_what_has_arrived_but_cannot_be_written_down_is_told(
    program: Program, scripted_storage: ScriptedStorage, files: Files, disk: FailingDisk
) -> None:
    running = six_under_way(program, scripted_storage, many(files, 6), UPLOADER_OFFLINE_LIMIT="1")
    disk.fail()
    scripted_storage.release()
    ended = running.ended()
    assert (ended.code, ended.totals["uploaded"]) == (1, 6)
    assert "The list of files cannot be saved on this computer." in ended.out


def test_a_data_disk_of_2_mb_that_gets_room_again_goes_on_to_the_end(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    program.data.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tiny", program.data], check=False)
    if mounted.returncode:
        pytest.skip("only root mounts a disk of its own")
    ballast = program.data / "ballast"
    ballast.write_bytes(bytes((2048 - 400) * 1024))  # there is room for the journal, not for its 250 files
    try:
        running = program.begin(*many(files, 250))
        running.says(WAITING)
        ballast.unlink()
        ended = running.ended()
    finally:
        subprocess.run(["umount", "-l", program.data], check=True)
    assert_all_arrived_once(ended, 250, scripted_storage)
    assert len(strict_api.registered) == 250


FULL_FROM_THE_START = (
    "import resource, sys\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
    "from uploader_gui.__main__ import run\n"
    "sys.exit(run(sys.argv[1:]))\n"
)


def test_a_disk_that_is_full_from_the_start_is_told_before_any_request(
    program: Program, strict_api: StrictApi, files: Files
) -> None:
    """A limit on file sizes lets exactly the journal's writes fail."""
    program.command = ("-c", FULL_FROM_THE_START)
    ended = program.send(files.make("a.jpg"))
    assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended
    assert "journal" in ended.err
    assert strict_api.connections_made == 0


def delete_with_its_log(journal: Path) -> None:
    journal.unlink()
    journal.with_name("journal.sqlite-wal").unlink()


def replace_by_another(journal: Path) -> None:
    filled(journal.with_name("other.sqlite"))
    journal.with_name("other.sqlite").replace(journal)


def drop_its_table(journal: Path) -> None:
    """As `replace_by_another`, with a database of somebody else."""
    with closing(sqlite3.connect(journal.with_name("other.sqlite"))) as db:
        db.execute("CREATE TABLE uploads (something TEXT)")
    journal.with_name("other.sqlite").replace(journal)


HARMS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "deleted with its log": delete_with_its_log,
    "its folder deleted": lambda journal: shutil.rmtree(journal.parent),
    "replaced by another": replace_by_another,
    "replaced by no journal": lambda journal: journal.with_suffix(".txt").rename(journal),
    "replaced by somebody else's": drop_its_table,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_whatever_is_done_to_the_journal_s_files_everything_arrives_and_stands_in_the_journal(
    harm: Callable[[Path], object],
    program: Program,
    strict_api: StrictApi,
    scripted_storage: ScriptedStorage,
    files: Files,
) -> None:
    earlier = files.make("earlier.jpg", size=2000)
    assert program.send(earlier).code == 0
    paths = many(files, 60)
    running = six_under_way(program, scripted_storage, paths, already=1)
    (program.data / "journal.txt").write_text("a note\n")
    harm(program.data / "journal.sqlite")
    scripted_storage.release()
    assert_all_arrived_once(running.ended(), 60, scripted_storage, already=1)
    assert len(strict_api.registered) == 61
    again = program.send(*paths)
    assert (again.code, again.totals) == (0, {"files": 60, "skipped": 60})
    assert not list(program.data.glob("*rescued*"))


def test_a_file_in_the_place_of_the_journal_s_folder_is_a_disk_too_broken_for_it(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    running = six_under_way(program, scripted_storage, many(files, 40), UPLOADER_OFFLINE_LIMIT="1")
    asked = len(strict_api.registered)
    shutil.rmtree(program.data)
    program.data.write_text("no folder")
    scripted_storage.release()
    ended = running.ended()
    assert (ended.code, ended.err) == (1, "")
    assert "The list of files cannot be saved on this computer." in ended.out
    assert {row["reason"]["code"] for row in ended.files.values() if row["state"] == "pending"} == {"journal"}
    assert len(strict_api.registered) == asked


def test_a_run_whose_journal_became_another_instance_s_sends_nothing_more_and_says_so(
    program: Program, scripted_storage: ScriptedStorage, files: Files
) -> None:
    running = six_under_way(program, scripted_storage, many(files, 40))
    journal = program.data / "journal.sqlite"
    with at_work_elsewhere(program.data / "other.sqlite"):
        delete_with_its_log(journal)
        (program.data / "other.sqlite").replace(journal)  # never missing for longer than a moment
        scripted_storage.release()
        ended = running.ended()
    assert (ended.code, ended.err) == (1, "")
    assert "Another program is already at work on this list of files: a second uploader-gui" in ended.out
    assert ended.totals["pending"] >= 34
    begun = sum(row["attempts"] > 0 for row in ended.files.values() if row["state"] == "pending")
    assert 0 <= len(scripted_storage.objects) - ended.totals["uploaded"] <= begun
    (kept,) = program.data.glob("journal.damaged-*.sqlite")
    with closing(Journal(kept)) as journal_kept:
        assert len(journal_kept.unfinished(program.environment["UPLOADER_API_URL"])) == 40


def test_a_journal_another_program_has_opened_is_said_to_be_that(program: Program, files: Files) -> None:
    filled(program.data / "journal.sqlite")
    with closing(sqlite3.connect(program.data / "journal.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        ended = program.send(files.make("a.jpg"))
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "another program is at work" in ended.err


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_loose_permissions_of_an_existing_data_folder_are_tightened(program: Program, files: Files, mode: int) -> None:
    filled(program.data / "journal.sqlite")
    loose = [program.data, program.data / "journal.sqlite", program.data / "uploader-gui.log"]
    loose[-1].touch()
    for path in loose:
        path.chmod(mode)
    strangers = program.data / "notes.txt"
    strangers.touch(0o644)
    assert program.send(files.make("a.jpg")).code == 0
    assert [oct(path.stat().st_mode & 0o777) for path in loose] == ["0o700", "0o700", "0o700"]
    assert oct(strangers.stat().st_mode & 0o777) == "0o644"
