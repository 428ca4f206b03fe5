"""What the way to the servers does: cut for a while, never there, or a machine that slept for an hour."""

import asyncio
import time
from dataclasses import dataclass, field, replace

import pytest

from tests.faults.running import PATIENCE, QUICK, Run, World
from tests.support.api_faults import busy
from tests.support.loopback import LoopbackServer
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence, expired
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, QueueIdle, QueueStatus
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.net.retry import RetryPolicy


async def says_offline(run: Run) -> None:
    await run.until(lambda: any(Condition.OFFLINE in status.conditions for status in run.all_heard(QueueStatus)))


async def stop(server: LoopbackServer) -> None:
    await asyncio.get_running_loop().run_in_executor(None, server.stop)


async def stored(storage: ScriptedStorage, number: int) -> None:
    """Wait until the storage itself has this many objects: what is out of our hands may not have reached it yet."""
    await asyncio.to_thread(storage.wait_for_objects, number, PATIENCE)


@pytest.mark.parametrize("side", ["strict_api", "scripted_storage"])
async def test_a_side_out_of_reach_is_waited_for_and_costs_no_attempt(
    side: str, request: pytest.FixtureRequest, world: World
) -> None:
    server: LoopbackServer = request.getfixturevalue(side)
    server.stop()
    async with world.engine() as run:
        run.begin([world.make(f"{n}.jpg", size=n) for n in range(500, 530)])
        await says_offline(run)
        server.start()
        await run.idle()
        rows = run.files()
        last = run.all_heard(QueueStatus)[-1]
    assert {(row["state"], row["attempts"]) for row in rows.values()} == {("uploaded", 1)}
    assert not any(row["may_be_registered_twice"] for row in rows.values())
    assert Condition.OFFLINE not in last.conditions


@dataclass(frozen=True)
class LooksCounted(RetryPolicy):
    """Says when somebody has looked ten times whether servers are back: more often than there are attempts."""

    ten: asyncio.Event = field(default_factory=asyncio.Event)

    def offline_wait(self, tries: int) -> float:
        if tries >= 10:
            self.ten.set()
        return super().offline_wait(tries)


@pytest.mark.parametrize("missing", ["service", "storage"])
async def test_looking_ten_times_whether_a_server_is_back_fails_nothing(missing: str, world: World) -> None:
    """Also where a link expires afterwards: those looks were no registrations."""
    server = {"service": world.api, "storage": world.storage}[missing]
    server.stop()
    expires = missing == "service"
    world.storage.fault = lambda _key, attempt, _request: expired() if expires and attempt == 1 else None
    policy = LooksCounted(base=0.01, longest=0.02, offline=0.01)
    async with world.engine(replace(QUICK, policy=policy)) as run:
        run.begin([world.make("a.jpg")])
        await policy.ten.wait()
        server.start()
        await run.idle()
        row = run.only()
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 1 + expires, expires)


async def test_a_service_that_can_be_reached_again_but_is_busy_is_called_busy_and_not_offline(world: World) -> None:
    world.api.stop()
    async with world.engine() as run:
        run.begin([world.make("a.jpg"), world.make("b.jpg")])
        await says_offline(run)
        world.api.fault = lambda _number, _call: busy(503)
        world.api.start()
        await run.until(lambda: run.all_heard(QueueStatus)[-1].conditions == {Condition.SERVICE_BUSY})
        world.api.fault = lambda _number, _call: None
        await run.idle()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}


async def test_a_line_cut_in_the_middle_of_transfers_goes_on_by_itself(run: Run, world: World) -> None:
    world.storage.fault = lambda _key, attempt, _request: StoreThenSilence() if attempt == 1 else None
    run.begin([world.make(f"{n}.jpg", size=n) for n in range(500, 506)])
    await stored(world.storage, 6)
    await run.until(lambda: sum(u.state is UploadState.CONFIRMING for u in run.latest.values()) == 6)
    await stop(world.storage)
    await says_offline(run)
    world.storage.start()
    await run.idle()
    rows = run.files()
    assert {(row["state"], row["attempts"]) for row in rows.values()} == {("uploaded", 2)}
    assert len(world.api.calls) == 1


@pytest.mark.parametrize("reachable", ["neither", "service alone"])
async def test_without_a_person_being_offline_has_a_limit(reachable: str, world: World) -> None:
    world.storage.stop()
    if reachable == "neither":
        world.api.stop()
    async with world.engine(offline_limit=0.4, asks_for_sign_in=False) as run:
        began = time.monotonic()
        run.begin([world.make(f"{n}.jpg", size=n) for n in range(500, 530)])
        idle = await run.idle()
        took = time.monotonic() - began
        rows = run.files()
        all_looked = time.monotonic() + 10 * QUICK.policy.offline  # also those that waited
        await run.until(lambda: time.monotonic() > all_looked)
    assert len(run.all_heard(QueueIdle)) == 1
    assert idle.gave_up is not None
    assert idle.gave_up.code is Code.OFFLINE
    assert took >= 0.4
    assert {(row["state"], row["reason"]["code"]) for row in rows.values()} == {("pending", "offline")}
    assert world.storage.puts == []


async def test_what_was_offline_is_sent_by_the_next_run_without_another_registration(world: World) -> None:
    world.storage.stop()
    path = world.make("a.jpg")
    first = (await world.send(path, offline_limit=0.2))["a.jpg"]
    world.storage.start()
    second = (await world.send(path))["a.jpg"]
    assert (first["state"], second["state"]) == ("pending", "uploaded")
    assert first["upload_id"] == second["upload_id"]
    assert (len(world.api.calls), second["may_be_registered_twice"]) == (1, False)


async def test_a_name_that_does_not_resolve_is_offline(world: World) -> None:
    row = (await world.send(world.make("a.jpg"), api_url="https://service.invalid/main", offline_limit=0.2))["a.jpg"]
    assert (row["state"], row["reason"]["code"]) == ("pending", "offline")


async def test_after_an_hour_of_sleep_links_are_asked_for_again_and_the_files_flagged(world: World) -> None:
    slept = [0.0]
    tuning = replace(QUICK, wall_clock=lambda: time.time() + slept[0])
    awake = world.storage.fault

    def asleep_at_the_first(_key: str, _attempt: int, _request: object) -> StoreThenSilence | None:
        return StoreThenSilence() if len(world.storage.puts) == 1 else None

    world.storage.fault = asleep_at_the_first
    paths = [world.make(f"{n}.jpg", size=500 + n) for n in range(5)]
    async with world.engine(tuning, max_concurrent=1) as run:
        run.begin(paths)
        await stored(world.storage, 1)
        await run.in_state(UploadState.CONFIRMING, "0.jpg")
        slept[0] = world.storage.clock_offset = world.api.clock_offset = 3600.0
        world.storage.fault = awake
        world.storage.release()
        await run.idle()
        rows = run.files()
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert [rows[path.name]["may_be_registered_twice"] for path in paths] == [False, True, True, True, True]
    assert sum(len(call.upload_ids) for call in world.api.calls) == 5 + 4
    assert {row["attempts"] for row in rows.values()} == {1}  # not one byte went to a link that was dead
