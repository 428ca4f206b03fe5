"""Window, receipt and History tell the same of a deposit: the same bytes, from the same beginning to the same end."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, QUICK, Run, World, engine, send
from tests.faults.test_lookup import known
from tests.support.api_faults import Truncate
from tests.support.storage_faults import StoreThenSilence
from uploader_gui.engine.events import AnomalyLookedUp, QueueIdle, ReceiptBuilt, Resumed
from uploader_gui.engine.models import PastRun, Treatment, UploadState
from uploader_gui.engine.options import Choices
from uploader_gui.engine.receipt import Receipt

S = UploadState
HOUR = 3600.0


class OwnClock:
    """This machine's clock, `ahead` seconds ahead of the servers'."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.ahead = ahead

    def __call__(self) -> float:
        return time.time() + self.ahead


async def in_history(run: Run) -> tuple[PastRun, Receipt]:
    past = (await run.past_runs())[0]
    run.queue.history.tell_receipt(past.key)
    await run.until(lambda: run.all_heard(ReceiptBuilt)[-1:] != [] and run.all_heard(ReceiptBuilt)[-1].key == past.key)
    return past, run.all_heard(ReceiptBuilt)[-1].receipt


async def in_window(run: Run) -> Receipt:
    number = len(run.all_heard(ReceiptBuilt)) + 1
    run.queue.tell_receipt(ANOMALY)
    return (await run.heard(ReceiptBuilt, number)).receipt


async def test_of_a_mixed_end_window_history_and_receipts_tell_the_same_bytes(world: World) -> None:
    paths = [world.make("a.jpg", size=5000), world.make("film.xyz", content=b"evidence " * 999), world.make("b.xyz")]
    async with world.engine(choices=Choices(others=Treatment.ZIP)) as run:
        await run.added(*paths, world.folder / "gone.jpg")
        run.queue.remove([run.latest["b.xyz"].upload_id])
        run.queue.scheduler.start()
        told = (await run.idle()).totals
        mine, (past, theirs) = await in_window(run), await in_history(run)
    sent = sum(stored.size for stored in world.storage.objects.values())
    assert mine.totals == theirs.totals
    assert (past.bytes_uploaded, past.files) == (mine.totals["bytes_uploaded"], mine.totals["files"])
    assert past.bytes_of_originals == mine.bytes_of_originals == 5000 + 999 * 9
    assert told.bytes_done == told.bytes_total == mine.totals["bytes_uploaded"] == sent < 5000 + 999 * 9
    assert sorted(file.state for file in mine.files) == ["cancelled", "failed", "uploaded", "uploaded"]


async def test_a_receipt_ends_when_the_deposit_did_whenever_it_is_asked_for(world: World) -> None:
    clock = OwnClock()
    began = time.time()
    async with world.engine(replace(QUICK, wall_clock=clock)) as run:
        clock.ahead = world.api.clock_offset = world.storage.clock_offset = HOUR  # the window has been open for an hour
        await run.send([world.make("a.jpg"), world.folder / "gone.jpg"])
        over = time.time()
        clock.ahead = 3 * HOUR
        mine, (past, theirs) = await in_window(run), await in_history(run)
    for receipt in (mine, theirs):
        assert began + HOUR - 1 <= receipt.started_at <= receipt.finished_at <= over + HOUR + 1
    assert past.finished_at == pytest.approx(mine.finished_at, abs=0.001)
    assert past.started_at == pytest.approx(mine.started_at, abs=1)


@pytest.mark.parametrize("ahead", [-5 * HOUR, 5 * HOUR])
async def test_times_are_the_servers_where_this_machines_clock_is_wrong(ahead: float, world: World) -> None:
    world.api.clock_offset = world.storage.clock_offset = ahead
    began = time.time() + ahead
    async with world.engine() as run:
        await run.send([world.make("a.jpg")])
        receipts = [run.queue.receipt(ANOMALY), await in_window(run), (await in_history(run))[1]]
    over = time.time() + ahead
    for receipt in receipts:
        (file,) = receipt.files
        assert file.uploaded_at is not None
        assert began - 2 <= receipt.started_at <= file.uploaded_at <= receipt.finished_at <= over + 2


async def test_a_receipt_never_ends_before_it_starts(world: World) -> None:
    clock = OwnClock()
    async with world.engine(replace(QUICK, wall_clock=clock)) as run:
        await run.added(world.make("a.jpg"))
        clock.ahead = world.api.clock_offset = world.storage.clock_offset = -HOUR  # both clocks are put back
        await run.to_the_end()
        receipts = [run.queue.receipt(ANOMALY), await in_window(run), (await in_history(run))[1]]
    for receipt in receipts:
        (file,) = receipt.files
        assert file.uploaded_at is not None
        assert receipt.started_at <= file.uploaded_at <= receipt.finished_at


async def test_of_a_file_left_out_a_later_receipt_says_what_an_earlier_run_knew(world: World) -> None:
    world.api.faults.append(Truncate())
    chosen, path = world.options(), world.make("a.txt")
    first = (await send(chosen, path))["a.txt"]
    async with engine(chosen) as run:
        run.queue.intake.add_paths([path], ANOMALY)
        await run.in_state(S.SKIPPED, "a.txt")
        skipped = run.only()
        run.queue.send_again([run.latest["a.txt"].upload_id])
        await run.idle()
        again = run.only()
    assert (first["may_be_registered_twice"], skipped["may_be_registered_twice"]) == (True, True)
    assert (skipped["state"], skipped["id"], skipped["uploaded_at"]) == ("skipped", first["id"], None)
    assert (again["state"], again["may_be_registered_twice"]) == ("uploaded", False)
    assert again["id"] not in {None, first["id"]}
    assert len(world.storage.puts) == 2


def told_of(receipt: Receipt) -> dict[str, Any]:
    return receipt.to_json()


async def test_the_receipt_of_an_ended_deposit_is_the_same_whenever_it_is_made(world: World) -> None:
    world.api.describe = known
    tuning = replace(QUICK, wall_clock=OwnClock(HOUR))
    async with world.engine(tuning, depositor="Anne") as run:
        run.queue.look_up(ANOMALY)
        await run.heard(AnomalyLookedUp)
        await deposited(run, world.make("a.jpg"), world.folder / "gone.jpg")
        paper = told_of(await in_window(run))
        run.queue.adjust(world.options(depositor="Somebody else"))
        run.queue.look_up(ANOMALY)
        await run.heard(AnomalyLookedUp, 2)
        assert (told_of(await in_window(run)), told_of((await in_history(run))[1])) == (paper, paper)
    async with world.engine() as run:
        assert told_of((await in_history(run))[1]) == paper
    assert (paper["depositor"], paper["anomaly"]["title"]) == ("Anne", "Fire door, level 3")
    assert paper["clock_error_seconds"] in range(3598, 3603)
    assert paper["server"] == world.api.url


async def test_the_paper_of_a_deposit_that_a_later_start_ended_has_all_of_it(world: World) -> None:
    world.api.presign = lambda upload, _anomaly: world.storage.url_for(upload["name"])
    world.storage.fault = lambda key, _attempt, _request: StoreThenSilence() if key == "b.jpg" else None
    async with world.engine() as run:
        run.begin([world.make("a.jpg", size=4000), world.make("b.jpg", size=5000)])
        await run.in_state(S.UPLOADED, "a.jpg")
    world.storage.release()
    world.storage.fault = lambda _key, _attempt, _request: None
    async with world.engine() as run:
        run.queue.restore()
        await run.heard(Resumed)
        await run.to_the_end()
        paper, (past, theirs) = await in_window(run), await in_history(run)
    assert told_of(paper) == told_of(theirs)
    assert (past.files, [file.state for file in paper.files]) == (2, ["uploaded", "uploaded"])


async def test_a_new_deposit_for_the_same_anomaly_has_a_receipt_of_its_own(run: Run, world: World) -> None:
    await deposited(run, world.make("a.jpg"))
    first = told_of(await in_window(run))
    run.queue.remove([run.latest["a.jpg"].upload_id])  # New deposit
    await deposited(run, world.make("b.jpg"))
    second = told_of(await in_window(run))
    assert [row["name"] for row in second["files"]] == ["b.jpg"]
    assert told_of((await in_history(run))[1]) == second
    older = (await run.past_runs())[1]
    number = len(run.all_heard(ReceiptBuilt)) + 1
    run.queue.history.tell_receipt(older.key)
    assert told_of((await run.heard(ReceiptBuilt, number)).receipt) == first


async def test_the_paper_of_what_was_dropped_in_two_goes_has_both(run: Run, world: World) -> None:
    for name in ("a.jpg", "b.jpg"):
        await deposited(run, world.make(name))
    assert [file.name for file in (await in_window(run)).files] == ["a.jpg", "b.jpg"]


async def deposited(run: Run, *paths: Path) -> None:
    await run.added(*paths)
    await run.to_the_end(len(run.all_heard(QueueIdle)) + 1)
