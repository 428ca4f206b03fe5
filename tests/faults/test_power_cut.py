"""What a power cut or a kill may not take: files that were given, and links that were given out.

A power cut cannot be had in a test. Seen is what is written to the journal, and not forced onto the disk, when a
server hears of it.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, World, engine
from tests.faults.storing import is_stored
from tests.support.failing_disk import FailingDisk
from tests.support.log_watch import ExpectedLogs
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import JournalSetAside, Resumed
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import UploadState

AN_ENGINE = """
import asyncio, sys
from pathlib import Path
from types import SimpleNamespace
from tests.faults.running import ANOMALY, engine, options, World
from uploader_gui.engine.events import AnomalyChanged, Condition, PathsAdded, QueueStatus

async def main(url, folder, trouble, path):
    async with engine(options(Path(folder), SimpleNamespace(url=url))) as run:
        def held():
            told = run.all_heard(QueueStatus)
            return bool(told) and Condition.JOURNAL in told[-1].conditions

        if trouble:
            Path(trouble).touch()
        run.queue.intake.add_paths([Path(path)], ANOMALY)
        if trouble:
            await run.until(held)
            Path(trouble).unlink()
            await run.until(lambda: not held())
        await run.heard(PathsAdded)
        print("given", flush=True)
        while (asked := (await asyncio.to_thread(sys.stdin.readline)).strip()).isdigit():
            run.queue.send_to([run.latest[Path(path).name].upload_id], asked)
            await run.until(lambda: asked in {told.anomaly_id for told in run.all_heard(AnomalyChanged)})
            print("moved", flush=True)
        await run.to_the_end()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def disk(tmp_path: Path) -> FailingDisk:
    return FailingDisk(tmp_path)


@contextmanager
def at_work(
    disk: FailingDisk, api: StrictApi, folder: Path, path: Path, trouble: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """Run an engine in a program of its own until it was given a file; it starts to send at the next line it reads."""
    with subprocess.Popen(
        [sys.executable, "-c", AN_ENGINE, api.url, folder, disk.environment.get(trouble, ""), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=disk.environment_of_a_program(),
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == b"given\n"
            yield program
        finally:
            program.kill()


def test_what_is_given_and_what_is_registered_is_forced_onto_the_disk_before_anybody_hears_of_it(
    disk: FailingDisk, world: World
) -> None:
    seen: dict[str, str] = {}
    world.api.fault = lambda _number, _call: seen.update(call=disk.record())
    world.storage.fault = lambda *_: seen.update(put=disk.record())
    with at_work(disk, world.api, world.folder, world.make("a.txt")) as program:
        seen["given"] = disk.record()
        program.communicate(b"start\n", timeout=60)
    assert (seen["given"][-1], seen["call"][-1]) == ("s", "s")
    since_the_call = seen["put"].removeprefix(seen["call"])
    assert "ws" in since_the_call  # the link
    assert "w" in seen["call"].removeprefix(seen["given"])  # that it is being asked for


def test_that_a_file_goes_to_another_anomaly_is_forced_onto_the_disk_before_anybody_hears_of_it(
    disk: FailingDisk, world: World
) -> None:
    with at_work(disk, world.api, world.folder, world.make("a.txt")) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for number in (b"43", b"44"):  # the first one may be forced onto the disk with what was given
            before = disk.record()
            program.stdin.write(number + b"\n")
            program.stdin.flush()
            assert program.stdout.readline() == b"moved\n"
            assert disk.record().removeprefix(before)[-2:] == "ws"


@pytest.mark.parametrize("trouble", ["DISK_FULL", "DISK_BROKEN"])
async def test_a_file_given_while_the_disk_takes_nothing_is_in_the_journal_once_it_does(
    trouble: str, disk: FailingDisk, world: World
) -> None:
    with at_work(disk, world.api, world.folder, world.make("a.txt"), trouble):
        pass  # killed
    async with world.engine() as run:
        run.queue.intake.resume()
        assert len((await run.heard(Resumed)).upload_ids) == 1
        await run.to_the_end()
        assert is_stored(world.storage, run.only())


async def test_where_what_took_the_place_of_the_journal_went_is_told(expected_logs: ExpectedLogs, world: World) -> None:
    expected_logs.allow("the journal was opened again")
    chosen, other = world.options(), world.folder / "other.sqlite"
    Journal(other).close()
    async with engine(chosen) as run:
        run.queue.intake.add_paths([world.make("a.jpg")], ANOMALY)
        await run.in_state(UploadState.QUEUED, "a.jpg")
        other.replace(chosen.journal_path)
        run.queue.scheduler.start()
        told = await run.heard(JournalSetAside)
        await run.idle()
        assert run.only()["state"] == "uploaded"
    assert Path(told.path).parent == world.folder
    with closing(Journal(Path(told.path))) as journal:
        assert journal.unfinished(world.api.url) == []
