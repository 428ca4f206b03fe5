"""Looking back with the real engine: past runs, their receipts, and another try for what failed then."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, Run, World, engine, options, send
from tests.support.log_watch import ExpectedLogs
from uploader_gui.engine.events import (
    HistoryFound,
    HistoryMatches,
    ReceiptBuilt,
    ReceiptWritten,
    Resumed,
    UndoOffered,
    UploadsRemoved,
)
from uploader_gui.engine.models import RunKey, UploadState

S = UploadState


def files(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    made = [folder / name for name in names]
    for path in made:
        path.write_bytes(f"evidence {path.name}".encode())
    return made


async def test_every_run_is_remembered_with_what_became_of_its_files(world: World) -> None:
    await world.send(*files(world.folder / "one", "a.txt", "b.txt"))
    await world.send(*files(world.folder / "two", "été.txt"), world.folder / "gone.txt")
    async with world.engine() as run:
        newer, older = await run.past_runs()
        assert (newer.states, older.states) == ({S.UPLOADED: 1, S.FAILED: 1}, {S.UPLOADED: 2})
        assert older.bytes_uploaded == sum(len(b"evidence a.txt") for _ in range(2))
        assert newer.started_at >= (older.finished_at or 0)
        run.queue.history.search("ETE")
        assert await run.heard(HistoryMatches) == HistoryMatches("ETE", frozenset({newer.key}))


async def test_a_second_deposit_of_the_same_window_is_a_run_of_its_own(run: Run, world: World) -> None:
    for number, name in enumerate(("a.txt", "b.txt"), start=1):
        await run.added(*files(world.folder / "in", name))
        await run.to_the_end(number)
    runs = await run.past_runs()
    assert [past.files for past in runs] == [1, 1]
    assert all(past.finished_at is not None for past in runs)


@pytest.mark.parametrize("was_killed", [False, True])
async def test_the_receipt_of_a_past_run_is_the_one_it_had(was_killed: bool, world: World) -> None:  # noqa: FBT001 - pytest
    chosen = world.options(program="uploader-gui 1.2.3")
    then = await send(chosen, *files(world.folder / "in", "a.txt", "b.txt"))
    if was_killed:
        with closing(sqlite3.connect(chosen.journal_path)) as db, db:
            db.executescript("DELETE FROM deposits; UPDATE runs SET finished_at = NULL")
    async with world.engine(program="uploader-gui 9.9.9") as run:
        (past,) = await run.past_runs()
        run.queue.history.tell_receipt(past.key)
        built = await run.heard(ReceiptBuilt)
        assert (built.key, built.receipt.to_json()["program"]) == (past.key, "uploader-gui 1.2.3")
        assert built.receipt.to_json()["anomaly_id"] == ANOMALY
        assert built.receipt.to_json()["server"] == world.api.url
        assert built.receipt.to_json()["files"] == list(then.values())
        assert built.receipt.to_json()["started_at"] <= built.receipt.to_json()["finished_at"]


async def test_a_receipt_is_saved_whole_and_told(expected_logs: ExpectedLogs, run: Run, world: World) -> None:
    expected_logs.allow("the receipt cannot be written")
    run.queue.history.save(b"%PDF", world.folder / "r.pdf")
    assert await run.heard(ReceiptWritten) == ReceiptWritten(str(world.folder / "r.pdf"))
    assert (world.folder / "r.pdf").read_bytes() == b"%PDF"
    run.queue.history.save(b"%PDF", world.folder / "nowhere" / "r.pdf")
    assert (await run.heard(ReceiptWritten, 2)).error


async def test_a_receipt_speaks_of_the_anomaly_that_got_the_files(run: Run, world: World) -> None:
    await run.added(*files(world.folder / "in", "a.txt"), anomaly="7")
    run.queue.tell_receipt("8")  # typed for the next drop
    receipt = (await run.heard(ReceiptBuilt)).receipt.to_json()
    assert (receipt["anomaly_id"], receipt["totals"]["files"]) == ("7", 1)


async def test_what_failed_in_a_past_run_is_sent_again(world: World) -> None:
    late = world.folder / "late.txt"
    await world.send(*files(world.folder / "in", "a.txt"), late)
    late.write_bytes(b"found again")
    async with world.engine() as run:
        (past,) = await run.past_runs()
        run.queue.send_past_again(past.key)
        await run.in_state(S.UPLOADED, "late.txt")
        await run.idle()
        assert (set(run.files()), run.only()["attempts"]) == ({"late.txt"}, 1)
        assert (await run.past_runs())[0].states == {S.UPLOADED: 2}
        assert [record.name for record in world.api.registered] == ["a.txt", "late.txt"]


async def test_a_file_that_stands_on_the_list_is_not_listed_twice(run: Run, world: World) -> None:
    await run.added(world.folder / "late.txt")
    (world.folder / "late.txt").write_bytes(b"found again")
    (past,) = await run.past_runs()
    run.queue.send_past_again(past.key)
    await run.idle()
    assert run.only()["state"] == "uploaded"


async def test_a_run_that_was_purged_has_no_receipt(run: Run, world: World) -> None:
    run.queue.history.tell_receipt(RunKey(99, ANOMALY))
    run.queue.history.tell_runs()
    await run.heard(HistoryFound)
    assert run.all_heard(ReceiptBuilt) == []


async def test_a_newer_question_takes_the_place_of_the_one_before(world: World) -> None:
    await world.send(*files(world.folder / "in", "a.txt", "b.txt"))
    async with world.engine() as run:
        for wanted in ("a", "b", "zzz"):
            run.queue.history.search(wanted)
        run.queue.history.tell_runs()
        run.queue.history.tell_runs()
        await run.heard(HistoryMatches)
        await run.heard(HistoryFound)
        run.queue.history.search("a")
        await run.heard(HistoryMatches, 2)
        assert [(found.wanted, len(found.keys)) for found in run.all_heard(HistoryMatches)] == [("zzz", 0), ("a", 1)]
        assert len(run.all_heard(HistoryFound)) == 1


async def test_the_queue_goes_on_while_history_is_searched(run: Run, world: World) -> None:
    await run.added(*files(world.folder / "in", "a.txt"))
    run.queue.history.tell_runs()
    run.queue.history.search("a")
    run.queue.tell_receipt(ANOMALY)  # asked for last, and answered first
    await run.heard(HistoryMatches)
    answers = [event for event in run.events if isinstance(event, HistoryFound | HistoryMatches | ReceiptBuilt)]
    assert [type(event) for event in answers] == [ReceiptBuilt, HistoryFound, HistoryMatches]


def on_disk(folder: Path) -> bytes:
    return b"".join(part.read_bytes() for part in folder.iterdir() if part.is_file())


async def test_a_forgotten_deposit_is_gone_from_list_history_and_disk(world: World) -> None:
    chosen = options(world.folder / "data", world.api)
    async with engine(chosen) as run:
        await run.added(*files(world.folder / "in", "secret.txt"), world.folder / "gone-secret.txt")
        await run.to_the_end()
        await run.added(*files(world.folder / "in", "kept.txt"))
        await run.to_the_end(2)
        newer, older = await run.past_runs()
        run.queue.remove([run.latest["secret.txt"].upload_id])
        run.queue.history.forget(older.key)
        assert (await run.heard(HistoryFound, 2)).runs == (newer,)
        assert {upload_id for event in run.all_heard(UploadsRemoved) for upload_id in event.upload_ids} == {
            run.latest[name].upload_id for name in ("secret.txt", "gone-secret.txt")
        }
        assert (set(run.files()), run.all_heard(UndoOffered)[-1]) == ({"kept.txt"}, UndoOffered())
    assert b"secret.txt" not in on_disk(world.folder / "data")
    assert b"kept.txt" in on_disk(world.folder / "data")
    again = await send(chosen, world.folder / "in" / "secret.txt", world.folder / "in" / "kept.txt")
    assert {name: row["state"] for name, row in again.items()} == {"secret.txt": "uploaded", "kept.txt": "skipped"}


async def test_what_is_still_to_be_sent_is_never_forgotten(world: World) -> None:
    chosen = options(world.folder / "data", world.api)
    async with engine(chosen) as run:
        await run.added(*files(world.folder / "in", "a.txt"), world.folder / "gone.txt")
        (past,) = await run.past_runs()
        run.queue.history.forget(past.key)
        assert [one.states for one in (await run.heard(HistoryFound, 2)).runs] == [{S.QUEUED: 1}]
    async with engine(chosen) as run:
        run.queue.restore()
        assert len((await run.heard(Resumed)).upload_ids) == 1


async def test_what_is_dropped_after_all_of_its_run_was_forgotten_is_remembered(world: World) -> None:
    """Everything of a run that has not ended is cancelled and forgotten; what comes next needs a run of its own."""
    async with engine(options(world.folder / "data", world.api)) as run:
        await run.added(*files(world.folder / "in", "a.txt"))
        run.queue.cancel_all()
        await run.in_state(S.CANCELLED, "a.txt")
        (past,) = await run.past_runs()
        run.queue.history.forget(past.key)
        assert (await run.heard(HistoryFound, 2)).runs == ()
        await run.added(world.folder / "in" / "a.txt")
        await run.to_the_end()
        assert [one.states for one in await run.past_runs()] == [{S.UPLOADED: 1}]


async def test_a_picture_of_ours_goes_with_the_forgotten_deposit_that_did_not_send_it(world: World) -> None:
    data = world.folder / "data"
    picture = data / "captures" / "Capture.txt"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"pasted")
    async with engine(options(data, world.api)) as run:
        run.queue.intake.note_made(picture)
        await run.added(picture)
        run.queue.cancel_all()
        await run.in_state(S.CANCELLED, "Capture.txt")
        (past,) = await run.past_runs()
        assert picture.exists()
        run.queue.history.forget(past.key)
        await run.heard(HistoryFound, 2)
        assert not picture.exists()
