"""A person changes their mind at any moment, or gives the same file again: nothing is lost, hung or quietly doubled."""

import asyncio
import os
import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, PATIENCE, QUICK, engine, options, send, send_one
from tests.faults.sleeping import asleep
from tests.support import storage_faults
from tests.support.api_faults import Reset, Silence, refusal
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import QueueStatus
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Upload, UploadId, UploadState
from uploader_gui.engine.source import inspect

PATIENT = replace(QUICK, api_answer_seconds=60.0)
"""For a service that keeps silent until it is told to speak."""


async def test_a_start_and_a_pause_in_one_breath_leave_what_is_registered_to_the_next_start(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    chosen = options(tmp_path, strict_api)
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    async with engine(chosen) as run:
        run.begin([files.make("a.txt"), files.make("b.txt")])
        await run.in_state(UploadState.CONFIRMING, "a.txt", "b.txt")
    scripted_storage.fault = lambda _key, _attempt, _request: None
    async with engine(chosen) as run:
        run.queue.resume()
        run.queue.start()
        run.queue.pause()
        await run.in_state(UploadState.REGISTERED, "a.txt", "b.txt")
        await run.to_the_end()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}
    assert len(strict_api.calls) == 1


async def test_a_file_cancelled_while_it_is_registered_and_wanted_again_is_registered_once(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    strict_api.faults.append(Silence())
    async with engine(options(tmp_path, strict_api), PATIENT) as run:
        run.queue.add_paths([files.make("a.txt")], ANOMALY)
        run.queue.start()
        await asyncio.to_thread(strict_api.wait_for_calls, 1)
        await run.in_state(UploadState.REGISTERING, "a.txt")
        run.queue.cancel([run.latest["a.txt"].upload_id])
        await run.in_state(UploadState.CANCELLED, "a.txt")
        run.queue.retry([run.latest["a.txt"].upload_id])
        await run.in_state(UploadState.QUEUED, "a.txt")
        strict_api.release()
        await run.idle(2)
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", False)
    assert len(strict_api.registrations_of(row["upload_id"])) == 1


async def test_trying_one_file_again_sends_nothing_that_waits_for_start(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    strict_api.faults.append(refusal(400))
    async with engine(options(tmp_path, strict_api)) as run:
        run.begin([files.make("a.txt")])
        await run.in_state(UploadState.FAILED, "a.txt")
        await run.idle()
        run.queue.add_paths([files.make("b.txt")], "43")
        await run.in_state(UploadState.QUEUED, "b.txt")
        run.queue.retry([run.latest["a.txt"].upload_id])
        await run.in_state(UploadState.UPLOADED, "a.txt")
        await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
        assert run.latest["b.txt"].state is UploadState.QUEUED
        run.queue.start()
        await run.in_state(UploadState.UPLOADED, "b.txt")
    assert [record.name for record in strict_api.registered] == ["a.txt", "b.txt"]


async def test_in_an_outage_nothing_is_asked_for_that_waits_for_start(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    """However often the two that were started have been asked for."""
    strict_api.fault = lambda number, _call: refusal(400) if number == 1 else refusal(502) if number <= 18 else None
    started = ("a.txt", "b.txt")
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.add_paths([files.make(name) for name in started], ANOMALY)
        run.queue.start()
        await run.in_state(UploadState.FAILED, *started)
        await run.idle()
        run.queue.add_paths([files.make("c.txt")], ANOMALY)
        await run.in_state(UploadState.QUEUED, "c.txt")
        run.queue.retry([run.latest[name].upload_id for name in started])
        await run.in_state(UploadState.UPLOADED, *started)
    assert {upload["name"] for call in strict_api.calls for upload in call.body} == {*started}


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_file_left_before_the_service_answered_is_the_same_and_flagged_when_it_is_given_again(
    *, cancelled: bool, strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    path, chosen = files.make("a.txt"), options(tmp_path, strict_api)
    strict_api.faults.append(Silence())
    async with engine(chosen, PATIENT) as run:
        run.begin([path])
        await run.in_state(UploadState.REGISTERING, "a.txt")
        await asyncio.to_thread(strict_api.wait_for_calls, 1)
        if cancelled:
            run.queue.cancel_all()
        first = run.only()
    strict_api.release()
    row = await send_one(chosen, path)
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", True)
    assert row["upload_id"] == first["upload_id"]


async def test_a_file_whose_registration_may_be_doubled_is_flagged_in_the_next_run_too(
    strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    chosen = options(tmp_path, strict_api)
    strict_api.faults.append(Reset(register_first=True))
    asks_later = replace(QUICK, policy=replace(QUICK.policy, base=600.0, longest=600.0))
    async with engine(chosen, asks_later) as run:
        run.begin([files.make("a.txt")])
        await run.until(lambda: "a.txt" in run.latest and run.latest["a.txt"].may_be_registered_twice)
        assert len(strict_api.calls) == 1
    async with engine(chosen) as run:
        run.queue.resume()
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", True)
    assert len(strict_api.registrations_of(row["upload_id"])) == 2


async def test_a_file_that_failed_in_an_earlier_run_is_the_same_and_flagged_when_it_is_given_again(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    path, chosen = files.make("a.txt"), options(tmp_path, strict_api)
    scripted_storage.fault = lambda _key, attempt, _request: storage_faults.too_large() if attempt == 1 else None
    first = await send_one(chosen, path)
    second = await send_one(chosen, path)
    assert (first["state"], second["state"], second["attempts"]) == ("failed", "uploaded", 1)
    assert (first["may_be_registered_twice"], second["may_be_registered_twice"]) == (False, True)
    assert first["upload_id"] == second["upload_id"]


async def test_a_link_that_the_storage_refused_is_not_used_again_when_a_person_asks(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    scripted_storage.fault = lambda _key, attempt, _request: storage_faults.too_large() if attempt == 1 else None
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.add_paths([files.make("a.txt")], ANOMALY)
        run.queue.start()
        await run.idle()
        assert run.only()["reason"]["code"] == "storage_refused"
        run.queue.retry_failed()
        await run.idle(2)
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"], len(strict_api.calls)) == ("uploaded", True, 2)


async def test_a_failed_file_taken_out_of_the_list_and_dropped_again_is_the_same_and_flagged(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    path = files.make("a.txt")
    scripted_storage.fault = lambda _key, attempt, _request: storage_faults.too_large() if attempt == 1 else None
    async with engine(options(tmp_path, strict_api)) as run:
        await run.send([path])
        first = run.only()
        run.queue.remove([UploadId(first["upload_id"])])
        await run.send([path], number=2)
        row = run.only()
    assert (row["state"], row["may_be_registered_twice"], row["upload_id"]) == ("uploaded", True, first["upload_id"])


@pytest.mark.parametrize("anomaly", [None, "43"])
async def test_what_is_taken_away_while_it_is_looked_at_again_is_not_sent(
    strict_api: StrictApi, files: Files, tmp_path: Path, anomaly: str | None
) -> None:
    """It was to be tried again, and is removed, or goes to another anomaly, before its file is seen."""
    path = files.folder / "a.txt"
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.add_paths([path], ANOMALY)
        await run.in_state(UploadState.FAILED, "a.txt")
        with asleep(files.make("a.txt")) as somebody_waits:
            ids = [run.latest["a.txt"].upload_id]
            run.queue.retry(ids)
            assert await asyncio.to_thread(somebody_waits.wait, PATIENCE)
            if anomaly is None:
                run.queue.remove(ids)
            else:
                run.queue.send_to(ids, anomaly)
        run.queue.start()
        await run.idle()
    assert [record.anomaly_id for record in strict_api.registered] == ([] if anomaly is None else [anomaly])


@pytest.mark.parametrize("known", [None, "wanted_again", "may_be_registered_twice", "url_given_out"])
async def test_a_file_sent_before_and_queued_again_when_the_program_died_is_sent_again_only_if_it_was_asked_for(
    *, known: str | None, strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    """By a person, or of the service: what that knows of it is not forgotten for another record of the same file."""
    path, chosen = files.make("a.txt"), options(tmp_path, strict_api)
    await send_one(chosen, path)
    queued = Upload(UploadId(str(uuid.uuid4())), ANOMALY, inspect(path, path), 0)
    if known:
        setattr(queued, known, True)
    with closing(Journal(chosen.journal_path)) as journal:  # as a run leaves it that was killed while it compared
        journal.add([queued], chosen.api_url)
    async with engine(chosen) as run:
        run.queue.resume()
        await run.to_the_end()
        row = run.only()
    assert row["state"] == ("uploaded" if known else "skipped")
    assert row["may_be_registered_twice"] == (known in {"may_be_registered_twice", "url_given_out"})
    assert len(strict_api.registered) == (2 if known else 1)


async def test_a_name_that_is_no_text_holds_up_nobody(strict_api: StrictApi, files: Files, tmp_path: Path) -> None:
    odd = [files.make(os.fsdecode(name), content=b"x") for name in (b"plan.\xff", b"plan.x\xfe\x1b[2J", b"\xff.txt")]
    rows = await send(options(tmp_path, strict_api), *odd, files.make("a.txt"))
    states = {name: row["state"] for name, row in rows.items()}
    assert states == {
        "plan.\\udcff": "refused",
        "plan.x\\udcfe\x1b[2J": "refused",
        "\\udcff.txt": "uploaded",
        "a.txt": "uploaded",
    }
    assert rows["plan.x\\udcfe\x1b[2J"]["reason"]["message"] == "X�[2J"


@pytest.mark.parametrize("turns", range(4))
async def test_what_is_cancelled_just_when_it_would_be_tried_again_is_not_sent(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path, turns: int
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: storage_faults.ResetMidway()
    slow = replace(QUICK, policy=replace(QUICK.policy, base=3000.0, longest=3000.0))
    async with engine(options(tmp_path, strict_api), slow) as run:
        run.begin([files.make("a.txt")])
        await run.in_state(UploadState.RETRYING, "a.txt")
        run.queue.try_now()
        for _ in range(turns):
            await asyncio.sleep(0)
        run.queue.cancel_all()
        await run.idle()
        assert run.only()["state"] == "cancelled"
    assert len(scripted_storage.puts) == 1
