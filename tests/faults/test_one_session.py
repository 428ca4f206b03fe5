"""Nothing is lost, hidden or doubled within one session: dropped again, removed, paused, sent another time."""

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.values import a_source, an_upload
from tests.faults.running import ANOMALY, PATIENCE, Run, World
from tests.faults.sleeping import asleep
from tests.faults.storing import always, on_attempt
from tests.support import storage_faults
from tests.support.storage_faults import StallMidway
from uploader_gui.engine.events import ReceiptBuilt, Resumed
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import SENDING, UploadState

S = UploadState


async def test_a_file_uploaded_changed_and_dropped_again_is_sent(run: Run, world: World) -> None:
    path = world.make("a.txt", content=b"as it was")
    for number, content in enumerate((b"as it was", b"as it is!"), start=1):  # of one size, and of another time
        path.write_bytes(content)
        os.utime(path, (number * 1000, number * 1000))
        await run.send([path], number=number)
    states = [row["state"] for row in run.queue.receipt(ANOMALY).to_json()["files"]]
    assert (states, len(world.storage.objects)) == (["uploaded", "uploaded"], 2)


async def test_a_receipt_of_the_same_name_in_another_folder_is_evidence(world: World) -> None:
    ours = b'{\n  "schema": 1,\n  "program": "uploader-gui 1.0.0"}'
    report = world.make("receipt.txt", content=ours)
    there = world.make("evidence/receipt.txt", content=ours)
    rows = await world.send(world.files.folder, receipt=report)
    assert [row["path"] for row in rows.values()] == [str(there)]
    assert rows["receipt.txt"]["state"] == "uploaded"


@pytest.mark.parametrize("unfinished", [False, True])
async def test_files_of_one_name_size_and_time_in_two_folders_are_two_uploads(unfinished: bool, world: World) -> None:  # noqa: FBT001 - a case
    paths = [world.make(f"{folder}/report.txt", content=content) for folder, content in (("a", b"one"), ("b", b"two"))]
    for path in paths:
        os.utime(path, (1000, 1000))
    if unfinished:
        async with world.engine() as run:
            run.queue.intake.add_paths(paths[:1], ANOMALY)
            await run.in_state(S.QUEUED, "report.txt")
    async with world.engine() as run:
        await run.send([paths[1], paths[0]])
        rows = run.queue.receipt(ANOMALY).to_json()["files"]
    assert sorted(row["path"] for row in rows) == [str(path) for path in paths]
    assert len(world.storage.objects) == 2


async def test_a_file_replaced_while_it_is_compared_with_what_was_sent_before_is_sent(world: World) -> None:
    """What is found out of the file that stood there says nothing of the one a person gave meanwhile."""
    paths = [world.make(f"{folder}/{name}.txt", content=b"as it was") for folder in ("in", "sent") for name in "ab"]
    async with world.engine() as run:
        await run.added(*paths[:2])
    await world.send(*paths[2:])
    async with world.engine() as run:
        with asleep(paths[0]) as somebody_waits:
            run.queue.intake.resume()
            assert len((await run.heard(Resumed)).upload_ids) == 2
            assert await asyncio.to_thread(somebody_waits.wait, PATIENCE)
            run.queue.cancel([run.latest["a.txt"].upload_id])
            world.make("new", content=b"as it is!").replace(paths[0])
            run.queue.intake.add_paths(paths[:1], ANOMALY)
            await run.in_state(S.QUEUED, "a.txt")
        await run.in_state(S.SKIPPED, "b.txt")  # which is compared after it
        await run.to_the_end()
        row = run.files()["a.txt"]
    assert row["state"] == "uploaded"
    assert world.storage.objects[f"{ANOMALY}/{row['upload_id']}"].data == b"as it is!"


async def test_a_file_cancelled_while_it_is_compared_with_what_was_sent_before_stays_cancelled(world: World) -> None:
    path, sent = (world.make(f"{folder}/a.txt", content=b"evidence") for folder in ("in", "sent"))
    async with world.engine() as run:
        await run.added(path)
    await world.send(sent)
    async with world.engine() as run:
        with asleep(path) as somebody_waits:
            run.queue.intake.resume()
            await run.heard(Resumed)
            assert await asyncio.to_thread(somebody_waits.wait, PATIENCE)
            run.queue.cancel([run.latest["a.txt"].upload_id])
            await run.in_state(S.CANCELLED, "a.txt")
        await run.to_the_end()
        assert run.only()["state"] == "cancelled"


async def test_it_is_not_over_before_a_refused_file_is_compared_with_what_was_sent_before(world: World) -> None:
    film = world.make("a.mp4", content=b"\0\0\0\x18ftypisom")
    os.truncate(film, 64_000_000)
    sent = an_upload(ANOMALY, source=a_source("a.mp4", size=64_000_000), state=S.UPLOADED)
    sent.sha256 = hashlib.sha256(film.read_bytes()).hexdigest()
    with closing(Journal(world.folder / "journal.sqlite")) as journal:
        journal.add([sent], world.api.url)
    async with world.engine() as run:
        await run.send([film])
        assert run.latest["a.mp4"].state is S.SKIPPED


async def test_after_a_pause_nothing_is_sent(world: World) -> None:
    world.storage.fault = on_attempt(1, StallMidway(0.1))
    paths = [world.make(f"{n}.jpg", size=900_000) for n in range(4)]
    async with world.engine(max_concurrent=2) as run:
        run.begin(paths)
        await run.until(lambda: sum(upload.state in SENDING for upload in run.latest.values()) == 2)
        await asyncio.to_thread(world.storage.wait_for_puts, 2)
        run.queue.scheduler.pause()
        await run.until(lambda: all(upload.state is S.REGISTERED for upload in run.latest.values()))
        world.storage.release()
        await asyncio.to_thread(world.storage.wait_until, lambda: not world.storage.open_connections)
        assert len(world.storage.puts) == 2
        await run.to_the_end()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}


async def test_a_row_removed_and_dropped_again_stands_once_in_the_receipt(run: Run, world: World) -> None:
    path = world.make("a.txt")
    run.queue.intake.add_paths([path], ANOMALY)
    await run.in_state(S.QUEUED, "a.txt")
    run.queue.remove([run.latest["a.txt"].upload_id])
    await run.added(path)
    await run.to_the_end()
    rows = run.queue.receipt(ANOMALY).to_json()["files"]
    assert [row["state"] for row in rows] == ["uploaded"]


async def test_a_past_run_sent_again_counts_its_attempts_from_one(world: World) -> None:
    world.storage.fault = always(storage_faults.internal_error())
    await world.send(world.make("a.txt"))
    assert len(world.storage.puts) == 6
    world.storage.fault = on_attempt(7, storage_faults.internal_error())
    async with world.engine() as run:
        (past,) = await run.past_runs()
        run.queue.send_past_again(past.key)
        await run.idle()
        assert (run.only()["state"], run.only()["attempts"]) == ("uploaded", 2)


async def test_a_run_that_is_left_keeps_its_end_and_its_junk(world: World) -> None:
    for name in ("in/a.txt", "in/Thumbs.db", "in/.DS_Store"):
        world.make(name, content=name.encode())
    async with world.engine() as run:
        await run.added(world.files.folder / "in")
    async with world.engine() as run:
        (past,) = await run.past_runs()
        assert (past.junk, past.finished_at is not None) == (2, True)
        run.queue.history.tell_receipt(past.key)
        assert (await run.heard(ReceiptBuilt)).receipt.to_json()["totals"]["junk"] == 2


async def test_a_run_that_is_left_later_ended_when_it_was_paused(world: World) -> None:
    world.storage.fault = lambda _key, _attempt, _request: StallMidway()
    async with world.engine() as run:
        run.begin([world.make("a.jpg")])
        await asyncio.to_thread(world.storage.wait_for_puts, 1)
        run.queue.scheduler.pause()
        paused = run.queue.scheduler.stopped_at
        assert paused is not None
        await run.until(lambda: time.time() > paused + 0.1)
    async with world.engine() as run:
        (past,) = await run.past_runs()
    assert past.finished_at == pytest.approx(paused, abs=0.001)


def test_a_receipt_for_which_there_is_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    program = (
        "import pathlib, resource, sys\n"
        "from uploader_gui.engine.receipt import save\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "save(bytes(100), pathlib.Path(sys.argv[1]))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "receipt.json"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, "File too large" in ended.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_added_and_registered_is_on_the_disk_before_service_or_storage_hear_of_it(world: World) -> None:
    """What another reader finds in the journal's files at the moment a request arrives."""
    seen: dict[str, list[tuple[str, bool]]] = {"call": [], "put": []}

    def look(moment: str) -> None:
        copy = world.folder / f"{moment}-{len(seen[moment])}"
        copy.mkdir()
        for file in world.folder.glob("journal.sqlite*"):
            (copy / file.name).write_bytes(file.read_bytes())
        with closing(sqlite3.connect(copy / "journal.sqlite")) as journal:
            seen[moment] += journal.execute("SELECT state, url IS NOT NULL FROM uploads").fetchall()

    world.api.fault = lambda _number, _call: look("call")
    world.storage.fault = lambda *_: look("put")
    await world.send(world.make("a.txt"), max_concurrent=1)
    assert (seen["call"], seen["put"]) == ([("registering", 0)], [("uploading", 1)])
