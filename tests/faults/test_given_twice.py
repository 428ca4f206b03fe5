"""What is given more than once: a folder and a folder in it, a file again, a file by another spelling of its path."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, Run, World
from tests.faults.sleeping import asleep
from tests.faults.storing import on_attempt
from tests.support import storage_faults
from tests.support.files import Files
from uploader_gui.engine.models import UploadState


def junk_in_receipt(run: Run) -> Any:
    totals: Any = run.queue.receipt(ANOMALY).to_json()["totals"]
    return totals["junk"]


def folder_with_junk(files: Files) -> Path:
    for name in ("in/a.txt", "in/Thumbs.db", "in/.git/config.txt", "in/deeper/b.txt", "in/deeper/.DS_Store"):
        files.make(name, content=name.encode())
    return files.folder / "in"


async def test_junk_found_twice_counts_once(run: Run, world: World) -> None:
    folder = folder_with_junk(world.files)
    link = world.files.folder / "link"
    link.symlink_to(folder)
    assert (await run.added(folder, folder / "deeper", link, folder / "Thumbs.db")).junk == 3
    assert ((await run.added(folder / "deeper")).junk, junk_in_receipt(run)) == (1, 3)


async def test_junk_counts_anew_in_the_next_run(run: Run, world: World) -> None:
    folder = folder_with_junk(world.files)
    run.queue.scheduler.start()
    await run.added(folder)
    await run.idle()
    world.make("in/c.txt", content=b"c")
    run.queue.scheduler.start()
    await run.added(folder)
    await run.idle(2)
    assert ([past.junk for past in await run.past_runs()], junk_in_receipt(run)) == ([3, 3], 3)


async def test_files_looked_at_again_do_not_wait_for_one_on_a_sleeping_share(run: Run, world: World) -> None:
    paths = [world.files.folder / f"{n}.jpg" for n in range(10)]
    await run.added(*paths)
    await run.in_state(UploadState.FAILED, *(path.name for path in paths))
    for size, path in enumerate(paths, 5000):
        world.make(path.name, size=size)
    with asleep(*paths[:6]):
        run.queue.retry_failed()
        await run.in_state(UploadState.UPLOADED, *(path.name for path in paths[6:]))
        assert {run.latest[path.name].state for path in paths[:6]} == {UploadState.FAILED}
    await run.idle()
    rows = run.files()
    assert ({row["state"] for row in rows.values()}, len(world.storage.objects)) == ({"uploaded"}, 10)


async def test_files_compared_with_earlier_ones_do_not_wait_for_one_on_a_sleeping_share(world: World) -> None:
    names = [f"{n}.jpg" for n in range(4)]
    waiting, sent = ([world.make(f"{folder}/{name}") for name in names] for folder in ("share", "sent"))
    async with world.engine() as run:
        await run.added(*waiting)
    await world.send(*sent)
    async with world.engine() as run:
        run.queue.scheduler.start()
        with asleep(*waiting[:2]):
            run.queue.intake.resume(ANOMALY)
            await run.in_state(UploadState.SKIPPED, *names[2:])
            assert {run.latest[name].state for name in names[:2]} == {UploadState.QUEUED}
        await run.idle()
        assert {row["state"] for row in run.files().values()} == {"skipped"}
    assert len(world.storage.objects) == len(names)


class Twice:
    """A folder that can be reached by two paths with no link between them."""

    def __init__(self, first: Path, second: Path) -> None:
        self.first = first
        self._second = second

    def otherwise(self, path: Path) -> Path:
        other = self._second / path.relative_to(self.first)
        assert path.samefile(other)
        assert other.resolve() == other
        return other


@pytest.fixture
def twice(files: Files, tmp_path: Path) -> Iterator[Twice]:
    """Mount the folder of the files a second time, as a share may be; another case of a name does the same on macOS."""
    second = tmp_path / "second"
    for folder in (files.folder, second):
        folder.mkdir()
    if subprocess.run(["mount", "--bind", files.folder, second], check=False, capture_output=True).returncode:
        pytest.skip("only root mounts a folder")
    yield Twice(files.folder, second)
    subprocess.run(["umount", "-l", second], check=True)


async def test_a_file_by_two_spellings_of_its_path_is_one_upload(twice: Twice, run: Run, world: World) -> None:
    path, photo = world.make("a.txt", content=b"evidence"), world.make("b.heic", content=b"no picture at all")
    both = await run.added(path, twice.otherwise(path), photo, twice.otherwise(photo))
    assert (both.queued, both.refused, both.already_in_queue) == (1, 1, 2)
    later = await run.added(twice.otherwise(path), twice.otherwise(twice.first))
    assert (later.queued, later.refused, later.already_in_queue) == (0, 0, 2)
    await run.to_the_end()
    assert (await run.added(twice.otherwise(path))).already_in_queue == 1
    assert (sorted(run.files()), len(world.api.registered)) == (["a.txt", "b.heic"], 1)


async def test_a_file_left_unfinished_is_taken_up_by_another_spelling_of_its_path(twice: Twice, world: World) -> None:
    path = world.make("a.txt", content=b"evidence")
    async with world.engine() as run:
        await run.added(path)
        before = run.only()["upload_id"]
    async with world.engine() as run:
        dropped = await run.added(twice.otherwise(path), path)
        assert (dropped.queued, dropped.resumed, dropped.already_in_queue) == (1, 1, 1)
        assert run.only()["upload_id"] == before


async def test_what_is_left_unfinished_beside_what_is_given_is_counted(world: World) -> None:
    path, other = world.make("a.txt", content=b"evidence"), world.make("b.txt", content=b"other")
    async with world.engine() as run:
        await run.added(path, other)
    async with world.engine() as run:
        for _ in range(2):
            dropped = await run.added(path)
            assert (dropped.others_unfinished, run.queue.intake.others_unfinished) == (1, 1)
        await run.added(other)
        assert run.queue.intake.others_unfinished == 0


async def test_a_file_that_failed_earlier_and_has_nothing_in_it_now_is_refused_and_not_sent(world: World) -> None:
    path = world.make("a.txt", content=b"evidence")
    world.storage.fault = on_attempt(1, storage_faults.too_large())
    assert (await world.send_one(path))["state"] == "failed"
    path.write_bytes(b"")
    async with world.engine() as run:
        run.queue.scheduler.start()
        assert (await run.added(path)).refused == 1
        await run.idle()
        assert run.only()["reason"]["code"] == "empty_file"
    assert len(world.api.registered) == 1


async def test_hard_links_are_two_pieces_of_evidence(run: Run, world: World) -> None:
    path = world.make("in/a.txt", content=b"evidence")
    (world.files.folder / "in" / "b.txt").hardlink_to(path)
    (world.files.folder / "in" / "deeper").mkdir()
    (world.files.folder / "in" / "deeper" / "a.txt").hardlink_to(path)
    assert (await run.added(world.files.folder / "in")).queued == 3


async def test_a_file_that_was_moved_is_not_taken_for_the_one_that_is_gone(run: Run, world: World) -> None:
    path = world.make("before/a.txt", content=b"evidence")
    await run.added(path)
    moved = path.rename(world.files.folder / "a.txt")
    assert (await run.added(moved)).queued == 1
    await run.to_the_end()
    rows = run.queue.receipt(ANOMALY).to_json()["files"]
    assert isinstance(rows, list)
    assert [(row["path"], row["state"]) for row in rows] == [(str(path), "failed"), (str(moved), "uploaded")]


async def test_a_file_whose_row_was_removed_may_be_given_by_another_spelling(twice: Twice, world: World) -> None:
    path = world.make("a.txt", content=b"evidence")
    async with world.engine() as run:
        await run.added(path)
        await run.until(lambda: "a.txt" in run.latest)
        run.queue.remove([run.latest["a.txt"].upload_id])
        assert (await run.added(twice.otherwise(path))).already_in_queue == 0
