"""What refused tokens do: the queue waits for a person, asks once, and goes on; without a person it stops cleanly."""

import asyncio
import logging

import pytest

from tests.faults.running import Run, World
from tests.faults.sleeping import asleep
from tests.support import api_faults
from tests.support.api_faults import ApiFault, Silence
from tests.support.strict_api import ApiCall
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, HistoryFound, QueueIdle, QueueStatus, SignedIn, SignInRequired
from uploader_gui.engine.models import UploadState

NEW = ("bearer-of-today", "session-of-today")


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_tokens_hold_the_queue_until_a_person_signs_in(status: int, run: Run, world: World) -> None:
    world.api.faults.append(api_faults.refusal(status, "The incoming token has expired"))
    run.begin([world.make("a.jpg")])
    assert (await run.heard(SignInRequired)).refused_again is False
    assert Condition.SIGN_IN in run.all_heard(QueueStatus)[-1].conditions
    world.api.tokens = NEW
    run.queue.sign_in(*NEW)
    await run.idle()
    row = run.only()
    assert len(run.all_heard(SignInRequired)) == len(run.all_heard(SignedIn)) == 1
    world.api.tokens = ("bearer-of-tomorrow", "session-of-tomorrow")  # NEW has expired meanwhile
    run.begin([world.make("b.jpg")])
    assert (await run.heard(SignInRequired, 2)).refused_again is False
    assert run.latest["b.jpg"].state is not UploadState.FAILED
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 1, False)
    assert world.api.calls[-1].request.header("Authorization") == f"Bearer {NEW[0]}"


async def test_without_tokens_nothing_is_sent_before_sign_in(world: World) -> None:
    async with world.engine(tokens=None) as run:
        run.begin([world.make("a.jpg")])
        await run.heard(SignInRequired)
        assert world.api.connections_made == 0
        run.queue.sign_in("bearer-kept", "session-kept", entered=False)  # by an earlier run, and they have expired
        assert (await run.heard(SignInRequired, 2)).refused_again is False
        assert run.latest["a.jpg"].state is UploadState.QUEUED
        run.queue.history.tell_runs()
        await run.heard(HistoryFound)  # by now everything rests
        run.queue.sign_in(*world.api.tokens)
        await run.idle()
        assert run.only()["state"] == "uploaded"


async def test_without_tokens_no_registration_is_begun_that_a_crash_would_leave_in_doubt(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "uploader_gui.engine.upload_store")
    async with world.engine(tokens=None) as run:
        run.begin([world.make("a.jpg")])
        await run.heard(SignInRequired)
        assert "-> registering" not in caplog.text
        run.queue.sign_in(*world.api.tokens)
        await run.idle()
    assert "queued -> registering" in caplog.text


async def test_tokens_just_entered_and_refused_fail_the_files_without_a_loop(run: Run, world: World) -> None:
    world.api.fault = lambda _number, _call: api_faults.refusal(403, "not your building")
    run.begin([world.make(f"{n}.jpg", size=500 + n) for n in range(45)])
    await run.heard(SignInRequired)
    run.queue.sign_in(*NEW)
    await run.idle()
    rows = run.files()
    asked = [event.refused_again for event in run.all_heard(SignInRequired)]
    calls = len(world.api.calls)
    run.queue.retry_failed()
    await run.idle(2)
    assert len(run.all_heard(SignInRequired)) == 3  # once for each Retry, not for each batch
    assert {(row["state"], row["reason"]["code"]) for row in rows.values()} == {("failed", "no_access")}
    assert "not your building" in rows["0.jpg"]["reason"]["message"]
    assert asked == [False, True]
    assert calls <= 3 + 3  # each batch once with each pair of tokens


async def test_files_without_access_and_no_others_are_sent_when_the_right_tokens_come(run: Run, world: World) -> None:
    world.api.tokens = NEW
    run.begin([world.make("a.jpg"), world.files.folder / "late.jpg"])
    await run.heard(SignInRequired)
    run.queue.sign_in("bearer-mistyped", "session-mistyped")
    await run.idle()
    assert run.files()["a.jpg"]["reason"]["code"] == "no_access"
    world.make("late.jpg", size=3000)
    run.queue.sign_in(*NEW)
    await run.idle(2)
    rows = run.files()
    assert (rows["a.jpg"]["state"], rows["a.jpg"]["may_be_registered_twice"]) == ("uploaded", False)
    assert rows["late.jpg"]["reason"]["code"] == "missing"


async def test_tokens_that_expire_in_the_middle_of_200_files_cost_one_sign_in_and_no_put(world: World) -> None:
    def expired_from_the_fourth_call(number: int, call: ApiCall) -> ApiFault | None:
        is_old = call.request.header("Authorization") != f"Bearer {NEW[0]}"
        return api_faults.refusal(401, "The incoming token has expired") if is_old and number >= 4 else None

    world.api.fault = expired_from_the_fourth_call
    paths = [world.make(f"{n:03}.jpg", size=500 + n) for n in range(200)]
    async with world.engine() as run:
        run.begin(paths)
        await run.heard(SignInRequired)
        registered = len(world.api.registered)
        await run.until(lambda: sum(u.state is UploadState.UPLOADED for u in run.latest.values()) == registered)
        world.api.tokens = NEW
        run.queue.sign_in(*NEW)
        await run.idle()
        rows = run.files()
        assert (len(run.all_heard(SignInRequired)), len(run.all_heard(SignedIn))) == (1, 2)
    assert registered == 60
    assert {(row["state"], row["attempts"]) for row in rows.values()} == {("uploaded", 1)}
    assert not any(row["may_be_registered_twice"] for row in rows.values())
    assert len(world.api.registered) == len(world.storage.puts) == 200


async def test_without_a_person_what_is_registered_is_still_sent_and_the_rest_is_pending(world: World) -> None:
    world.api.fault = lambda number, _call: api_faults.refusal(401) if number >= 3 else None
    async with world.engine(asks_for_sign_in=False) as run:
        run.begin([world.make(f"{n}.jpg", size=500 + n) for n in range(100)])
        idle = await run.idle()
        rows = run.files()
    assert idle.gave_up is not None
    assert idle.gave_up.code is Code.SIGN_IN
    states = sorted((row["state"], row["reason"]["code"] if row["reason"] else "") for row in rows.values())
    assert states == [("pending", "sign_in")] * 60 + [("uploaded", "")] * 40
    assert len(world.storage.objects) == 40


async def test_without_a_person_everything_that_was_given_is_found_before_a_run_gives_up(world: World) -> None:
    world.api.fault = lambda _number, _call: api_faults.refusal(401)
    paths = [world.make(f"{n:02}.jpg", size=500 + n) for n in range(20)]
    async with world.engine(asks_for_sign_in=False) as run:
        with asleep(late := world.make("late.jpg")):
            run.begin([*paths, late])
            await run.until(lambda: any(Condition.SIGN_IN in told.conditions for told in run.all_heard(QueueStatus)))
            run.queue.history.tell_runs()
            await run.heard(HistoryFound)
            assert run.all_heard(QueueIdle) == []
        await run.idle()
        states = {(row["state"], row["reason"]["code"]) for row in run.files().values()}
    assert (len(run.latest), states) == (21, {("pending", "sign_in")})


async def test_tokens_entered_while_the_old_ones_are_being_refused_are_tried(run: Run, world: World) -> None:
    world.api.tokens = NEW
    world.api.faults.append(Silence())
    run.begin([world.make("a.jpg")])
    await asyncio.to_thread(world.api.wait_for_calls, 1)
    run.queue.sign_in(*NEW)
    world.api.release()
    await run.idle()
    assert (run.only()["state"], run.all_heard(SignInRequired)) == ("uploaded", [])


async def test_after_signing_out_nothing_is_registered_before_the_next_sign_in(run: Run, world: World) -> None:
    run.queue.sign_in(*NEW)
    run.queue.sign_out()  # at once
    run.begin([world.make("a.jpg")])
    assert (await run.heard(SignInRequired)).refused_again is False
    assert (world.api.calls, run.latest["a.jpg"].state) == ([], UploadState.QUEUED)
    run.queue.sign_in(*world.api.tokens)
    await run.idle()
    assert run.only()["state"] == "uploaded"
