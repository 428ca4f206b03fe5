"""A person changes their mind at any moment, or gives the same file again: nothing is lost, hung or quietly doubled."""

import asyncio
import os
import uuid
from contextlib import closing
from dataclasses import replace

import pytest

from tests.faults.running import ANOMALY, PATIENCE, QUICK, Run, World, engine, send_one
from tests.faults.sleeping import asleep
from tests.faults.storing import always
from tests.support import storage_faults
from tests.support.api_faults import Reset, Silence, refusal
from tests.support.storage_faults import StoreThenSilence
from uploader_gui.engine.events import QueueStatus
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import PresignedPut, Upload, UploadId, UploadState
from uploader_gui.engine.source import inspect

PATIENT = replace(QUICK, api_answer_seconds=60.0)
"""For a service that keeps silent until it is told to speak."""


async def test_a_start_and_a_pause_in_one_breath_leave_what_is_registered_to_the_next_start(world: World) -> None:
    world.storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    async with world.engine() as run:
        run.begin([world.make("a.txt"), world.make("b.txt")])
        await run.in_state(UploadState.CONFIRMING, "a.txt", "b.txt")
    world.storage.fault = lambda _key, _attempt, _request: None
    async with world.engine() as run:
        run.queue.intake.resume()
        run.queue.scheduler.start()
        run.queue.scheduler.pause()
        await run.in_state(UploadState.REGISTERED, "a.txt", "b.txt")
        await run.to_the_end()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}
    assert len(world.api.calls) == 1


async def test_a_file_cancelled_while_it_is_registered_and_wanted_again_is_registered_once(world: World) -> None:
    world.api.faults.append(Silence())
    async with world.engine(PATIENT) as run:
        run.begin([world.make("a.txt")])
        await asyncio.to_thread(world.api.wait_for_calls, 1)
        await run.in_state(UploadState.REGISTERING, "a.txt")
        run.queue.cancel([run.latest["a.txt"].upload_id])
        await run.in_state(UploadState.CANCELLED, "a.txt")
        run.queue.retry([run.latest["a.txt"].upload_id])
        await run.in_state(UploadState.QUEUED, "a.txt")
        world.api.release()
        await run.idle(2)
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", False)
    assert len(world.api.registrations_of(row["upload_id"])) == 1


async def test_trying_one_file_again_sends_nothing_that_waits_for_start(run: Run, world: World) -> None:
    world.api.faults.append(refusal(400))
    run.begin([world.make("a.txt")])
    await run.in_state(UploadState.FAILED, "a.txt")
    await run.idle()
    run.queue.intake.add_paths([world.make("b.txt")], "43")
    await run.in_state(UploadState.QUEUED, "b.txt")
    run.queue.retry([run.latest["a.txt"].upload_id])
    await run.in_state(UploadState.UPLOADED, "a.txt")
    await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
    assert run.latest["b.txt"].state is UploadState.QUEUED
    run.queue.scheduler.start()
    await run.in_state(UploadState.UPLOADED, "b.txt")
    assert [record.name for record in world.api.registered] == ["a.txt", "b.txt"]


async def test_a_file_tried_again_twice_in_one_breath_is_sent_once(run: Run, world: World) -> None:
    world.api.faults.append(refusal(400))
    await run.send([world.make("a.txt")])
    for _ in range(2):
        run.queue.retry([run.latest["a.txt"].upload_id])
    await run.idle(2)
    row = run.only()
    assert (row["state"], row["reason"], len(world.api.calls), len(world.storage.puts)) == ("uploaded", None, 2, 1)


async def test_in_an_outage_nothing_is_asked_for_that_waits_for_start(run: Run, world: World) -> None:
    """However often the two that were started have been asked for."""
    world.api.fault = lambda number, _call: refusal(400) if number == 1 else refusal(502) if number <= 18 else None
    started = ("a.txt", "b.txt")
    run.begin([world.make(name) for name in started])
    await run.in_state(UploadState.FAILED, *started)
    await run.idle()
    run.queue.intake.add_paths([world.make("c.txt")], ANOMALY)
    await run.in_state(UploadState.QUEUED, "c.txt")
    run.queue.retry([run.latest[name].upload_id for name in started])
    await run.in_state(UploadState.UPLOADED, *started)
    assert {upload["name"] for call in world.api.calls for upload in call.body} == {*started}


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_file_left_before_the_service_answered_is_the_same_and_flagged_when_it_is_given_again(
    world: World, *, cancelled: bool
) -> None:
    path, chosen = world.make("a.txt"), world.options()
    world.api.faults.append(Silence())
    async with engine(chosen, PATIENT) as run:
        run.begin([path])
        await run.in_state(UploadState.REGISTERING, "a.txt")
        await asyncio.to_thread(world.api.wait_for_calls, 1)
        if cancelled:
            run.queue.cancel_all()
        first = run.only()
    world.api.release()
    row = await send_one(chosen, path)
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", True)
    assert row["upload_id"] == first["upload_id"]


async def test_a_file_whose_registration_may_be_doubled_is_flagged_in_the_next_run_too(world: World) -> None:
    world.api.faults.append(Reset(register_first=True))
    asks_later = replace(QUICK, policy=replace(QUICK.policy, base=600.0, longest=600.0))
    async with world.engine(asks_later) as run:
        run.begin([world.make("a.txt")])
        await run.until(lambda: "a.txt" in run.latest and run.latest["a.txt"].may_be_registered_twice)
        assert len(world.api.calls) == 1
    async with world.engine() as run:
        run.queue.intake.resume()
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", True)
    assert len(world.api.registrations_of(row["upload_id"])) == 2


async def test_a_file_that_failed_in_an_earlier_run_is_the_same_and_flagged_when_given_again(world: World) -> None:
    path, chosen = world.make("a.txt"), world.options()
    world.storage.fault = lambda _key, attempt, _request: storage_faults.too_large() if attempt == 1 else None
    first = await send_one(chosen, path)
    second = await send_one(chosen, path)
    assert (first["state"], second["state"], second["attempts"]) == ("failed", "uploaded", 1)
    assert (first["may_be_registered_twice"], second["may_be_registered_twice"]) == (False, True)
    assert first["upload_id"] == second["upload_id"]


@pytest.mark.parametrize(
    ("refusal", "code", "calls"),
    [(storage_faults.too_large(), "storage_refused", 1), (storage_faults.expired(), "url_expired", 2)],
    ids=["refused", "expired"],
)
async def test_a_link_that_the_storage_refused_is_not_used_again_when_a_person_asks(
    refusal: storage_faults.Refuse, code: str, calls: int, world: World
) -> None:
    world.storage.fault = always(refusal)
    async with world.engine() as run:
        await run.send([world.make("a.txt")])
        assert (run.only()["reason"]["code"], len(world.api.calls)) == (code, calls)
        world.storage.fault = lambda *_: None
        run.queue.retry_failed()
        await run.idle(2)
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"], len(world.api.calls)) == ("uploaded", True, calls + 1)


async def test_a_link_kept_by_an_earlier_version_that_no_evidence_may_go_to_is_not_used_again_either(
    world: World,
) -> None:
    path = world.make("a.txt")
    kept = Upload(UploadId(str(uuid.uuid4())), ANOMALY, inspect(path, path), 0, state=UploadState.REGISTERED)
    kept.presigned = PresignedPut("http://storage.example/a?X-Amz-Signature=0", "7", None, None)
    kept.url_given_out = True
    with closing(Journal(world.options().journal_path)) as journal:
        journal.add([kept], world.api.url)
    async with world.engine() as run:
        run.queue.intake.resume()
        await run.to_the_end()
        assert run.only()["reason"]["code"] == "url_refused"
        run.queue.retry_failed()
        await run.idle(2)
        assert (run.only()["state"], len(world.api.calls)) == ("uploaded", 1)


async def test_a_failed_file_taken_out_of_the_list_and_dropped_again_is_the_same_and_flagged(world: World) -> None:
    path = world.make("a.txt")
    world.storage.fault = lambda _key, attempt, _request: storage_faults.too_large() if attempt == 1 else None
    async with world.engine() as run:
        await run.send([path])
        first = run.only()
        run.queue.remove([UploadId(first["upload_id"])])
        await run.send([path], number=2)
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"], row["upload_id"]) == ("uploaded", True, first["upload_id"])


@pytest.mark.parametrize("anomaly", [None, "43"])
async def test_what_is_taken_away_while_it_is_looked_at_again_is_not_sent(anomaly: str | None, world: World) -> None:
    """It was to be tried again, and is removed, or goes to another anomaly, before its file is seen."""
    path = world.files.folder / "a.txt"
    async with world.engine() as run:
        run.queue.intake.add_paths([path], ANOMALY)
        await run.in_state(UploadState.FAILED, "a.txt")
        with asleep(world.make("a.txt")) as somebody_waits:
            ids = [run.latest["a.txt"].upload_id]
            run.queue.retry(ids)
            assert await asyncio.to_thread(somebody_waits.wait, PATIENCE)
            if anomaly is None:
                run.queue.remove(ids)
            else:
                run.queue.send_to(ids, anomaly)
        await run.to_the_end()
    assert [record.anomaly_id for record in world.api.registered] == ([] if anomaly is None else [anomaly])


@pytest.mark.parametrize("known", [None, "wanted_again", "may_be_registered_twice", "url_given_out"])
async def test_a_file_sent_before_and_queued_again_when_the_program_died_is_sent_again_only_if_it_was_asked_for(
    world: World, *, known: str | None
) -> None:
    """By a person, or of the service: what that knows of it is not forgotten for another record of the same file."""
    path, chosen = world.make("a.txt"), world.options()
    await send_one(chosen, path)
    queued = Upload(UploadId(str(uuid.uuid4())), ANOMALY, inspect(path, path), 0)
    if known:
        setattr(queued, known, True)
    with closing(Journal(chosen.journal_path)) as journal:  # as a run leaves it that was killed while it compared
        journal.add([queued], chosen.api_url)
    async with engine(chosen) as run:
        run.queue.intake.resume()
        await run.to_the_end()
        row = run.only()
    assert row["state"] == ("uploaded" if known else "skipped")
    assert row["may_be_registered_twice"] == (known in {"may_be_registered_twice", "url_given_out"})
    assert len(world.api.registered) == (2 if known else 1)


async def test_a_name_that_is_no_text_holds_up_nobody(world: World) -> None:
    odd = [world.make(os.fsdecode(name), content=b"x") for name in (b"plan.\xff", b"plan.x\xfe\x1b[2J", b"\xff.txt")]
    rows = await world.send(*odd, world.make("a.txt"))
    states = {name: row["state"] for name, row in rows.items()}
    assert states == {
        "plan.\\udcff": "refused",
        "plan.x\\udcfe\x1b[2J": "refused",
        "\\udcff.txt": "uploaded",
        "a.txt": "uploaded",
    }
    assert rows["plan.x\\udcfe\x1b[2J"]["reason"]["message"] == "X�[2J"


@pytest.mark.parametrize("turns", range(4))
async def test_what_is_cancelled_just_when_it_would_be_tried_again_is_not_sent(turns: int, world: World) -> None:
    world.storage.fault = lambda _key, _attempt, _request: storage_faults.ResetMidway()
    slow = replace(QUICK, policy=replace(QUICK.policy, base=3000.0, longest=3000.0))
    async with world.engine(slow) as run:
        run.begin([world.make("a.txt")])
        await run.in_state(UploadState.RETRYING, "a.txt")
        run.queue.scheduler.try_now()
        for _ in range(turns):
            await asyncio.sleep(0)
        run.queue.cancel_all()
        await run.idle()
        assert run.only()["state"] == "cancelled"
    assert len(world.storage.puts) == 1
