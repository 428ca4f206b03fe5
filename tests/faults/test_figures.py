"""Whoever tells of a deposit tells the same: the same bytes, from the same beginning to the same end."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, QUICK, Run, engine, options, send
from tests.faults.test_lookup import known
from tests.support.api_faults import Truncate
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import AnomalyLookedUp, HistoryFound, PathsAdded, QueueIdle, ReceiptBuilt, Resumed
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
    run.queue.history.tell_runs()
    past = (await run.heard(HistoryFound)).runs[0]
    run.queue.history.tell_receipt(past.key)
    await run.until(lambda: run.all_heard(ReceiptBuilt)[-1:] != [] and run.all_heard(ReceiptBuilt)[-1].key == past.key)
    return past, run.all_heard(ReceiptBuilt)[-1].receipt


async def in_window(run: Run) -> Receipt:
    number = len(run.all_heard(ReceiptBuilt)) + 1
    run.queue.tell_receipt(ANOMALY)
    return (await run.heard(ReceiptBuilt, number)).receipt


async def test_of_a_mixed_end_window_history_and_receipts_tell_the_same_bytes(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    paths = [files.make("a.jpg", size=5000), files.make("film.xyz", content=b"evidence " * 999), files.make("b.xyz")]
    chosen = options(tmp_path, strict_api, choices=Choices(others=Treatment.ZIP))
    async with engine(chosen) as run:
        run.queue.add_paths([*paths, tmp_path / "gone.jpg"], ANOMALY)
        await run.heard(PathsAdded)
        run.queue.remove([run.latest["b.xyz"].upload_id])
        run.queue.start()
        told = (await run.idle()).totals
        mine, (past, theirs) = await in_window(run), await in_history(run)
    sent = sum(stored.size for stored in scripted_storage.objects.values())
    assert mine.totals == theirs.totals
    assert (past.bytes_uploaded, past.files) == (mine.totals["bytes_uploaded"], mine.totals["files"])
    assert past.bytes_of_originals == mine.bytes_of_originals == 5000 + 999 * 9
    assert told.bytes_done == told.bytes_total == mine.totals["bytes_uploaded"] == sent < 5000 + 999 * 9
    assert sorted(file.state for file in mine.files) == ["cancelled", "failed", "uploaded", "uploaded"]


async def test_a_receipt_ends_when_the_deposit_did_whenever_it_is_asked_for(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    clock = OwnClock()
    began = time.time()
    async with engine(options(tmp_path, strict_api), replace(QUICK, wall_clock=clock)) as run:
        clock.ahead = strict_api.clock_offset = scripted_storage.clock_offset = (
            HOUR  # the window has been open for an hour
        )
        await run.send([files.make("a.jpg"), tmp_path / "gone.jpg"])
        over = time.time()
        clock.ahead = 3 * HOUR
        mine, (past, theirs) = await in_window(run), await in_history(run)
    for receipt in (mine, theirs):
        assert began + HOUR - 1 <= receipt.started_at <= receipt.finished_at <= over + HOUR + 1
    assert past.finished_at == pytest.approx(mine.finished_at, abs=0.001)
    assert past.started_at == pytest.approx(mine.started_at, abs=1)


@pytest.mark.parametrize("ahead", [-5 * HOUR, 5 * HOUR])
async def test_times_are_the_servers_where_this_machines_clock_is_wrong(
    ahead: float, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    strict_api.clock_offset = scripted_storage.clock_offset = ahead
    began = time.time() + ahead
    async with engine(options(tmp_path, strict_api)) as run:
        await run.send([files.make("a.jpg")])
        receipts = [run.queue.receipt(ANOMALY), await in_window(run), (await in_history(run))[1]]
    over = time.time() + ahead
    for receipt in receipts:
        (file,) = receipt.files
        assert file.uploaded_at is not None
        assert began - 2 <= receipt.started_at <= file.uploaded_at <= receipt.finished_at <= over + 2


async def test_a_receipt_never_ends_before_it_starts(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    clock = OwnClock()
    async with engine(options(tmp_path, strict_api), replace(QUICK, wall_clock=clock)) as run:
        run.queue.add_paths([files.make("a.jpg")], ANOMALY)
        await run.heard(PathsAdded)
        clock.ahead = strict_api.clock_offset = scripted_storage.clock_offset = -HOUR  # both clocks are put back
        await run.to_the_end()
        receipts = [run.queue.receipt(ANOMALY), await in_window(run), (await in_history(run))[1]]
    for receipt in receipts:
        (file,) = receipt.files
        assert file.uploaded_at is not None
        assert receipt.started_at <= file.uploaded_at <= receipt.finished_at


async def test_of_a_file_left_out_a_later_receipt_says_what_an_earlier_run_knew(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    strict_api.faults.append(Truncate())
    chosen, path = options(tmp_path, strict_api), files.make("a.txt")
    first = (await send(chosen, path))["a.txt"]
    async with engine(chosen) as run:
        run.queue.add_paths([path], ANOMALY)
        await run.in_state(S.SKIPPED, "a.txt")
        skipped = run.only()
        run.queue.send_again([run.latest["a.txt"].upload_id])
        await run.idle()
        again = run.only()
    assert (first["may_be_registered_twice"], skipped["may_be_registered_twice"]) == (True, True)
    assert (skipped["state"], skipped["id"], skipped["uploaded_at"]) == ("skipped", first["id"], None)
    assert (again["state"], again["may_be_registered_twice"]) == ("uploaded", False)
    assert again["id"] not in {None, first["id"]}
    assert len(scripted_storage.puts) == 2


# A receipt made again


def told_of(receipt: Receipt) -> dict[str, Any]:
    return receipt.to_json()


async def test_the_receipt_of_an_ended_deposit_is_the_same_whenever_it_is_made(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    strict_api.describe = known
    chosen = options(tmp_path, strict_api, depositor="Anne")
    tuning = replace(QUICK, wall_clock=OwnClock(HOUR))
    async with engine(chosen, tuning) as run:
        run.queue.look_up(ANOMALY)
        await run.heard(AnomalyLookedUp)
        await deposited(run, files.make("a.jpg"), tmp_path / "gone.jpg")
        paper = told_of(await in_window(run))
        run.queue.name_depositor("Somebody else")
        run.queue.look_up(ANOMALY)
        await run.heard(AnomalyLookedUp, 2)
        assert told_of(await in_window(run)) == paper
        assert told_of((await in_history(run))[1]) == paper
    async with engine(options(tmp_path, strict_api)) as run:
        assert told_of((await in_history(run))[1]) == paper
    assert (paper["depositor"], paper["anomaly"]["title"]) == ("Anne", "Fire door, level 3")
    assert paper["clock_error_seconds"] in range(3598, 3603)
    assert paper["server"] == strict_api.url


async def test_the_paper_of_a_deposit_that_a_later_start_ended_has_all_of_it(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    strict_api.presign = lambda upload, _anomaly: scripted_storage.url_for(upload["name"])
    scripted_storage.fault = lambda key, _attempt, _request: StoreThenSilence() if key == "b.jpg" else None
    async with engine(options(tmp_path, strict_api)) as run:
        run.begin([files.make("a.jpg", size=4000), files.make("b.jpg", size=5000)])
        await run.in_state(S.UPLOADED, "a.jpg")
    scripted_storage.release()
    scripted_storage.fault = lambda _key, _attempt, _request: None
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.restore()
        await run.heard(Resumed)
        await run.to_the_end()
        paper, (past, theirs) = await in_window(run), await in_history(run)
    assert told_of(paper) == told_of(theirs)
    assert (past.files, [file.state for file in paper.files]) == (2, ["uploaded", "uploaded"])


async def test_a_new_deposit_for_the_same_anomaly_has_a_receipt_of_its_own(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    async with engine(options(tmp_path, strict_api)) as run:
        await deposited(run, files.make("a.jpg"))
        first = told_of(await in_window(run))
        run.queue.remove([run.latest["a.jpg"].upload_id])  # New deposit
        await deposited(run, files.make("b.jpg"))
        second = told_of(await in_window(run))
        assert [row["name"] for row in second["files"]] == ["b.jpg"]
        assert told_of((await in_history(run))[1]) == second
        run.queue.history.tell_runs()
        older = (await run.heard(HistoryFound, 2)).runs[1]
        number = len(run.all_heard(ReceiptBuilt)) + 1
        run.queue.history.tell_receipt(older.key)
        assert told_of((await run.heard(ReceiptBuilt, number)).receipt) == first


async def test_the_paper_of_what_was_dropped_in_two_goes_has_both(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    async with engine(options(tmp_path, strict_api)) as run:
        for name in ("a.jpg", "b.jpg"):
            await deposited(run, files.make(name))
        assert [file.name for file in (await in_window(run)).files] == ["a.jpg", "b.jpg"]


async def deposited(run: Run, *paths: Path) -> None:
    number = len(run.all_heard(PathsAdded)) + 1
    run.queue.add_paths(paths, ANOMALY)
    await run.heard(PathsAdded, number)
    ended = len(run.all_heard(QueueIdle)) + 1
    await run.to_the_end(ended)
