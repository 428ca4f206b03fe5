"""What a transfer counts and believes: exactly these bytes and attempts, a link that lives, the speed that was set."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, QUICK, World, engine, options
from tests.faults.storing import always, is_stored
from tests.support import storage_faults
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import ResetMidway, SlowRead, StallMidway, StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import Progress
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.transfer.limits import SAVED_SECONDS

BLOCKS = 5_000_000
"""Several blocks of the reader, and more than the system's buffers hold."""


async def test_after_broken_attempts_the_bytes_told_are_exact_and_never_negative(world: World) -> None:
    path = world.make("a.jpg", size=BLOCKS)
    async with world.engine(bandwidth_limit=20_000_000.0) as run:
        run.queue.intake.add_paths([path], ANOMALY)
        await run.in_state(UploadState.QUEUED, "a.jpg")
        world.storage.fault = lambda _key, attempt, _request: ResetMidway(0.6) if attempt <= 2 else None
        await run.to_the_end()
        told = [progress for progress in run.all_heard(Progress) if progress.totals.files]
        row = run.only()
    assert is_stored(world.storage, row)
    assert row["attempts"] == 3
    assert all(0 <= progress.totals.bytes_done <= BLOCKS for progress in told)
    assert all(0 <= one.bytes_sent <= BLOCKS for progress in told for one in progress.transfers)
    assert told[-1].totals.bytes_done == BLOCKS


async def test_what_a_broken_attempt_sent_is_not_told_of_the_next_one(files: Files, tmp_path: Path) -> None:
    faults: dict[int, ResetMidway | StallMidway] = {1: ResetMidway(0.8), 2: StallMidway(0.1)}
    with (
        ScriptedStorage(receive_buffer=64 * 1024) as storage,
        StrictApi(lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api,
    ):
        storage.fault = lambda _key, attempt, _request: faults[attempt]
        async with engine(options(tmp_path, api)) as run:
            run.begin([files.make("a.jpg", size=BLOCKS)])
            await asyncio.to_thread(storage.wait_for_puts, 2)
            told = len(run.all_heard(Progress))
            await run.until(lambda: any(progress.transfers for progress in run.all_heard(Progress)[told:]))
            (transfer,) = next(filter(None, (progress.transfers for progress in run.all_heard(Progress)[told:])))
        assert transfer.bytes_sent < 0.6 * BLOCKS


async def test_a_standstill_is_told_and_what_is_cancelled_leaves_the_sums(files: Files, tmp_path: Path) -> None:
    """What this system still keeps of a file, about a megabyte, is not called sent."""
    paths = [files.make(name, size=4 * BLOCKS) for name in ("a.jpg", "b.jpg")]
    with (
        ScriptedStorage(receive_buffer=64 * 1024) as storage,
        StrictApi(lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}")) as api,
    ):
        storage.fault = always(StallMidway(0.1))
        async with engine(options(tmp_path, api)) as run:
            run.begin(paths)
            await run.until(lambda: any(progress.totals.speed > 0 for progress in run.all_heard(Progress)))
            await run.until(lambda: run.all_heard(Progress)[-1].totals.speed == 0)
            told = time.monotonic()
            still = run.all_heard(Progress)[-1]
            run.queue.cancel([run.latest["a.jpg"].upload_id])
            await run.in_state(UploadState.CANCELLED, "a.jpg")
            await run.until(lambda: run.all_heard(Progress)[-1].totals.bytes_total == 4 * BLOCKS)
            left = run.all_heard(Progress)[-1]
            run.queue.cancel_all()
    assert still.totals.seconds_left is None
    assert [one.speed for one in still.transfers] == [0.0, 0.0]
    assert all(one.bytes_sent == pytest.approx(0.4 * BLOCKS, abs=500_000) for one in still.transfers)
    assert all(told - one.moved_at < 30 for one in still.transfers)
    assert [one.bytes_sent for one in left.transfers] == [left.totals.bytes_done]
    assert 0 < left.totals.bytes_done < still.totals.bytes_done


async def test_a_huge_file_on_a_slow_line_goes_on_its_fresh_link_and_is_registered_once(world: World) -> None:
    """What is known of the line says that this file takes longer than any link lives: another link is no better."""
    world.api.presign = lambda upload, anomaly: world.storage.url_for(f"{anomaly}/{upload['uploadId']}", lifetime=60)
    world.storage.fault = lambda _key, _attempt, request: (
        SlowRead(400_000) if (request.content_length or 0) <= 400_000 else None
    )
    paths = [world.make("small.jpg", size=400_000), world.make("huge.jpg", size=40_000_000)]
    rows = await world.send(*paths, max_concurrent=1)
    assert {(row["state"], row["may_be_registered_twice"]) for row in rows.values()} == {("uploaded", False)}
    assert len(world.api.registered) == 2


@pytest.mark.parametrize(
    ("lifetime", "left", "size", "again"),
    [(100, 8, 1, 0), (100, 4, 1, 1), (10, 4, 1, 0), (10, 0.5, 1, 1), (900, 600, 9_000_000, 1)],
)
async def test_no_put_begins_that_would_end_after_its_link_has_expired(
    lifetime: int, left: float, size: int, again: int, world: World
) -> None:
    """It waits while another one is sent; then there are `left` seconds. To begin takes five, or a tenth of a life."""
    slept = [0.0]
    world.api.presign = lambda upload, anomaly: world.storage.url_for(
        f"{anomaly}/{upload['uploadId']}", lifetime=lifetime
    )
    world.storage.fault = lambda *_: StoreThenSilence() if len(world.storage.puts) == 1 else None
    tuning = replace(QUICK, wall_clock=lambda: time.time() + slept[0])
    first = world.make("a.jpg", size=200_000 if size == 1 else 900)
    async with world.engine(tuning, max_concurrent=1) as run:
        run.begin([first, world.make("b.txt", size=size)])
        await run.in_state(UploadState.CONFIRMING, "a.jpg")
        slept[0] = world.storage.clock_offset = world.api.clock_offset = lifetime - left
        world.storage.release()
        await run.idle()
        rows = run.files()
    assert [row["may_be_registered_twice"] for row in rows.values()] == [False, bool(again)]
    assert {(row["state"], row["attempts"]) for row in rows.values()} == {("uploaded", 1)}


async def test_after_ten_looks_offline_a_pause_and_a_start_there_are_still_six_attempts(world: World) -> None:
    world.storage.stop()
    async with world.engine(QUICK) as run:
        run.begin([world.make("a.jpg")])
        await run.in_state(UploadState.RETRYING, "a.jpg")
        waited_until = time.monotonic() + 10 * QUICK.policy.offline
        await run.until(lambda: time.monotonic() > waited_until or not run.queue.unsent)
        run.queue.scheduler.pause()
        world.storage.start()
        world.storage.fault = always(storage_faults.internal_error())
        await run.to_the_end()
        row = run.only()
    assert (row["state"], len(world.storage.puts)) == ("failed", 6)


LIMIT = 400_000


async def test_all_files_together_keep_to_the_limit(world: World) -> None:
    paths = [world.make(f"{n}.jpg", size=60_000) for n in range(6)]
    async with world.engine(bandwidth_limit=LIMIT) as run:
        run.queue.intake.add_paths(paths, ANOMALY)
        began = time.monotonic()
        run.queue.scheduler.start()
        await run.in_state(UploadState.UPLOADED, *(path.name for path in paths))
    assert time.monotonic() - began >= 6 * 60_000 / LIMIT - SAVED_SECONDS - 0.1


async def test_lifting_the_limit_lets_waiting_files_go_at_once(world: World) -> None:
    path = world.make("a.jpg", size=2_000_000)
    async with world.engine(bandwidth_limit=1) as run:
        run.begin([path])
        await run.in_state(UploadState.UPLOADING, path.name)
        run.queue.adjust(world.options(bandwidth_limit=0))
        await run.in_state(UploadState.UPLOADED, path.name)
