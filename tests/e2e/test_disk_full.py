"""A disk that is full, or full for a while: nothing is announced that is not written down, and nothing is doubled.

A limit on file sizes (RLIMIT_FSIZE) lets exactly the journal's writes fail, as they do on a full disk.
"""

import resource
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.program import Program, Running
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi

WAITING = "the journal cannot be written (disk full?) – waiting"
FULL_FROM_THE_START = (
    "import resource, sys\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
    "from uploader_gui.__main__ import run\n"
    "sys.exit(run(sys.argv[1:]))\n"
)


def fill_the_disk(program: Program, running: Running) -> None:
    room = (program.data / "journal.sqlite-wal").stat().st_size
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))


def make_room(running: Running) -> None:
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def start_and_fill(program: Program, storage: ScriptedStorage, paths: list[Path]) -> Running:
    """Start a run, and fill the disk while six PUTs wait for their answer."""
    storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    running = program.begin(*paths)
    storage.wait_for_objects(6)
    fill_the_disk(program, running)
    storage.release()
    running.says(WAITING)
    return running


def test_a_full_disk_holds_the_queue_until_there_is_room_again(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    paths = [files.make(f"{n:02}.jpg", size=3000 + n) for n in range(25)]
    running = start_and_fill(program, scripted_storage, paths)
    assert len(scripted_storage.puts) == 6  # nothing begins that is not written down
    make_room(running)
    ended = running.ended()
    assert (ended.code, ended.err, ended.totals["uploaded"]) == (0, "", 25)
    assert len(scripted_storage.puts) == 25
    assert len(strict_api.registered) == 25
    assert not any(row["may_be_registered_twice"] for row in ended.files.values())
    assert program.send().totals == {}


def test_a_data_disk_of_2_mb_that_gets_room_again_goes_on_to_the_end(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    program.data.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tiny", program.data], check=False)
    if mounted.returncode:
        pytest.skip("only root mounts a disk of its own")
    try:
        scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
        running = program.begin(*(files.make(f"{n:03}.jpg", size=3000 + n) for n in range(250)))
        scripted_storage.wait_for_objects(6)
        ballast = program.data / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        scripted_storage.fault = lambda _key, _attempt, _request: None
        scripted_storage.release()
        running.says(WAITING)
        ballast.unlink()
        ended = running.ended()
    finally:
        subprocess.run(["umount", "-l", program.data], check=True)
    assert (ended.code, ended.err, ended.totals["uploaded"]) == (0, "", 250)
    assert len(strict_api.registered) == 250
    assert not any(row["may_be_registered_twice"] for row in ended.files.values())


def test_a_run_killed_on_a_full_disk_doubles_nothing_when_it_is_taken_up_again(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    paths = [files.make(f"{n:02}.jpg", size=3000 + n) for n in range(15)]
    running = start_and_fill(program, scripted_storage, paths)
    running.kill()
    ended = program.send(*paths)
    assert ended.code == 0
    assert len(strict_api.registered) == 15
    assert not any(row["may_be_registered_twice"] for row in ended.files.values())
    assert len(scripted_storage.objects) == 15


def test_an_interruption_on_a_full_disk_still_ends_with_130(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    running = start_and_fill(program, scripted_storage, [files.make(f"{n:02}.jpg", size=3000 + n) for n in range(8)])
    running.send_signal(signal.SIGTERM)
    ended = running.ended()
    assert (ended.code, ended.err) == (130, "")
    assert program.send().code == 0
    assert len(strict_api.registered) == 8


def test_a_disk_that_is_full_from_the_start_is_told_before_any_request(
    program: Program, strict_api: StrictApi, files: Files
) -> None:
    program.command = ("-c", FULL_FROM_THE_START)
    ended = program.send(files.make("a.jpg"))
    assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended
    assert "journal" in ended.err
    assert strict_api.connections_made == 0
