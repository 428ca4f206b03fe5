"""A data folder on a slow disk: sending goes on, leaving waits for no VACUUM, and a second signal for nothing at all.

What leaving takes is counted in operations on the journal, for a busy machine is slow at everything.
"""

import itertools
import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.program import Program, Running
from tests.e2e.test_secrets import links_in
from tests.program.driven import PATIENCE, DrivenWindow
from tests.support.failing_disk import FailingDisk
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.journal.journal import REST_SECONDS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="LD_PRELOAD is Linux's")
SLOW = 0.05
MOST_OPERATIONS = 30
"""As writes, of which there are as many reads: within 3 seconds at 0.05 s each."""


@pytest.fixture
def disk(program: Program, tmp_path: Path) -> FailingDisk:
    disk = FailingDisk(tmp_path)
    program.environment |= disk.environment
    return disk


def until_writing(running: Running, disk: FailingDisk) -> None:
    """Wait until the program has written to its journal twice; between two looks wait for its end, not blindly."""
    deadline, before = time.monotonic() + PATIENCE, len(disk.record())
    while len(disk.record()) < before + 2:
        assert time.monotonic() < deadline
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(running.process.wait(0.02))


def test_leaving_takes_few_operations_on_a_slow_disk_and_leaves_no_link_that_is_used_up(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, disk: FailingDisk
) -> None:
    disk.slow_down(SLOW)
    first = [files.make(f"{n:02}.jpg", size=3000 + n) for n in range(12)]
    asked = itertools.count()
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence() if next(asked) >= 6 else None
    running = program.begin(*first)
    scripted_storage.wait_for_puts(12, timeout=PATIENCE)
    before = len(disk.record())
    running.send_signal(signal.SIGTERM)
    ended = running.ended()
    assert (ended.code, ended.err) == (130, "")
    assert len(disk.record()) - before <= MOST_OPERATIONS
    assert disk.record()[-2:] in {"ts", "st"}  # the log's links are gone
    disk.work()
    scripted_storage.release()
    scripted_storage.fault = lambda _key, _attempt, _request: None
    again = program.send()
    assert (again.code, again.totals["uploaded"]) == (0, 12 - ended.totals.get("uploaded", 0))
    assert not any(row["may_be_registered_twice"] for row in again.files.values())
    assert links_in(strict_api, program.data / "journal.sqlite") == []


def test_a_disk_that_turns_slow_while_nothing_is_written_has_little_left_to_write(
    program: Program, scripted_storage: ScriptedStorage, files: Files, disk: FailingDisk
) -> None:
    asked = itertools.count()
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence() if next(asked) >= 60 else None
    running = program.begin(*(files.make(f"{n:03}.jpg", size=3000 + n) for n in range(200)))
    scripted_storage.wait_for_puts(66, timeout=PATIENCE)
    resting = -1
    while len(disk.record()) != resting:
        resting = len(disk.record())
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(running.process.wait(2 * REST_SECONDS))
    disk.slow_down(SLOW)
    running.send_signal(signal.SIGTERM)
    ended = running.ended()
    assert (ended.code, ended.err) == (130, "")
    assert len(disk.record()) - resting <= MOST_OPERATIONS


@pytest.mark.parametrize(("slow_from_the_first_call", "sent"), [(True, 20), (False, 100)])
def test_leaving_in_a_burst_of_small_files_takes_few_operations_and_doubles_nothing(
    program: Program,
    strict_api: StrictApi,
    scripted_storage: ScriptedStorage,
    files: Files,
    disk: FailingDisk,
    *,
    slow_from_the_first_call: bool,
    sent: int,
) -> None:
    running = program.begin(*(files.make(f"{n:03}.jpg", size=1000 + 60 * n) for n in range(300)))
    if slow_from_the_first_call:
        strict_api.wait_for_calls(1, timeout=PATIENCE)
        disk.slow_down(SLOW)
    scripted_storage.wait_for_puts(sent, timeout=PATIENCE)
    disk.slow_down(SLOW)
    before = len(disk.record())
    running.send_signal(signal.SIGTERM)
    ended = running.ended()
    assert (ended.code, ended.err) == (130, "")
    assert len(disk.record()) - before <= MOST_OPERATIONS + 10  # reads are few: without a checkpoint there are none
    disk.work()
    again = program.send()
    assert (again.code, again.totals["uploaded"]) == (0, 300 - ended.totals["uploaded"])
    asked = Counter(one.upload_id for one in strict_api.registered)
    doubled = {row["upload_id"] for row in again.files.values() if row["may_be_registered_twice"]}
    assert doubled == {upload_id for upload_id, times in asked.items() if times > 1}
    assert len(scripted_storage.objects) == 300
    assert links_in(strict_api, program.data / "journal.sqlite") == []


def test_a_second_signal_leaves_at_once_and_the_next_run_goes_on(
    program: Program, scripted_storage: ScriptedStorage, files: Files, disk: FailingDisk
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    running = program.begin(*(files.make(f"{n:02}.jpg", size=3000 + n) for n in range(6)))
    scripted_storage.wait_for_puts(6, timeout=PATIENCE)
    disk.slow_down(1.0)
    before = len(disk.record())
    running.send_signal(signal.SIGTERM)
    until_writing(running, disk)
    running.send_signal(signal.SIGTERM)
    ended = running.ended()
    assert (ended.code, ended.err, ended.totals) == (130, "", {"files": 6, "pending": 6})
    assert "t" not in disk.record()[before:]  # it was not finished
    disk.work()
    scripted_storage.release()
    scripted_storage.fault = lambda _key, _attempt, _request: None
    assert program.send().totals["uploaded"] == 6


def test_the_window_is_gone_at_once_and_takes_no_later_start_while_its_journal_is_still_being_written(
    program: Program, scripted_storage: ScriptedStorage, files: Files, disk: FailingDisk
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    window = DrivenWindow("-a", "42", "--start", files.make("a.jpg"), **program.environment)
    try:
        scripted_storage.wait_for_puts(1, timeout=PATIENCE)
        window.do("rows", {"files": 1})
        disk.slow_down(1.0)
        before = disk.record()
        window.do("end_session")
        window.do("until_gone")
        while (program.data / "instance" / "socket").is_socket():  # else a later start would be told that it is taken
            window.do("until_gone")
            assert "t" not in disk.record().removeprefix(before)
        assert "t" not in disk.record().removeprefix(before)
        disk.work()
        assert window.ended() == 130
        assert "t" in disk.record().removeprefix(before)
    finally:
        window.kill()


def test_a_journal_in_which_nothing_changes_is_not_written_again_as_a_whole(
    program: Program, files: Files, disk: FailingDisk
) -> None:
    assert program.send(*(files.make(f"{n:02}.jpg", size=3000 + n) for n in range(40))).code == 0
    disk.slow_down(SLOW)
    before = len(disk.record())
    assert program.send().code == 0
    assert len(disk.record()) - before <= 12
