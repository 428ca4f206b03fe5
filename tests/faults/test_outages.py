"""A whole side in trouble for a while (the API, or the storage): everything waits, one probe asks, nothing fails."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import HASTY, QUICK, Run, World, engine, options, send_one
from tests.faults.storing import is_stored, on_attempt
from tests.support import api_faults, storage_faults
from tests.support.api_faults import ApiFault, Reset, Silence
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import ResetMidway, StorageFault, StoreThenReset, StoreThenSilence
from tests.support.strict_api import ApiCall, StrictApi
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import Condition, QueueStatus, SignInRequired
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.options import EngineOptions

PATIENT = replace(QUICK, policy=replace(QUICK.policy, together=RetryPolicy().together, lonely=RetryPolicy().lonely))
"""Waits for the end of an outage as long as it may be, however slow the machine is."""

FAILING_CALLS = 14
"""More than the three tries that one file has, and than the six that it has where the service surely did nothing."""

UNKNOWN = {
    "502": api_faults.refusal(502),
    "500": api_faults.refusal(500),
    "504 after it did register": api_faults.refusal(504, register_first=True),
    "reset": Reset(),
    "reset after registering": Reset(register_first=True),
    "a page": api_faults.page(),
}
NOTHING = {
    "429": api_faults.busy(429),
    "503": api_faults.busy(503),
    "429 with Retry-After": api_faults.busy(429, retry_after="0"),
}


def many(files: Files, count: int) -> list[Path]:
    return [files.make(f"{number}.txt", size=number + 1) for number in range(count)]


def failing(
    fault: ApiFault, *, first: int = 2, count: int = FAILING_CALLS
) -> Callable[[int, ApiCall], ApiFault | None]:
    """Let this many calls fail, from the given one on."""
    return lambda number, _call: fault if first <= number < first + count else None


@pytest.mark.parametrize("fault", UNKNOWN.values(), ids=UNKNOWN)
async def test_an_outage_of_the_service_fails_nothing_and_marks_what_was_in_flight(
    fault: ApiFault, world: World
) -> None:
    world.api.fault = failing(fault)
    rows = await world.send(*many(world.files, 200))
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    failed = world.api.calls[1 : FAILING_CALLS + 1]
    in_flight = {upload_id for call in failed if len(call.upload_ids) > 1 for upload_id in call.upload_ids}
    probes = [call for call in failed if len(call.upload_ids) == 1]
    assert probes
    assert {row["upload_id"] for row in rows.values() if row["may_be_registered_twice"]} == in_flight
    assert {upload_id for call in probes for upload_id in call.upload_ids} <= in_flight
    assert all(len(call.upload_ids) == 1 or not in_flight & {*call.upload_ids} for call in world.api.calls[15:])


@pytest.mark.parametrize("fault", NOTHING.values(), ids=NOTHING)
async def test_a_service_too_busy_for_long_fails_nothing_and_marks_nothing(fault: ApiFault, world: World) -> None:
    world.api.fault = failing(fault)
    rows = await world.send(*many(world.files, 200))
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert not any(row["may_be_registered_twice"] for row in rows.values())
    assert sum(len(call.upload_ids) == 1 for call in world.api.calls[1 : FAILING_CALLS + 1]) > FAILING_CALLS / 2


async def test_an_outage_longer_than_all_tries_of_those_in_flight_fails_nothing(world: World) -> None:
    world.api.fault = failing(api_faults.refusal(502), first=1, count=60)
    rows = await world.send(*many(world.files, 4), tuning=PATIENT)
    assert {row["state"] for row in rows.values()} == {"uploaded"}


async def test_while_the_service_is_in_trouble_one_band_says_so_and_then_nothing_is_left_of_it(world: World) -> None:
    world.api.fault = failing(api_faults.refusal(502), first=1)
    async with world.engine() as run:
        await run.send(many(world.files, 40))
        conditions = [status.conditions for status in run.all_heard(QueueStatus)]
        await run.send([world.make("later.txt")], number=2)
        later = run.latest["later.txt"]
    assert any(Condition.SERVICE_BUSY in holding for holding in conditions)
    assert conditions[-1] == frozenset()
    assert (later.state, later.may_be_registered_twice) == (UploadState.UPLOADED, False)


async def test_a_probe_asks_for_marked_files_in_turn_before_it_marks_another(world: World) -> None:
    world.api.fault = failing(api_faults.refusal(502), first=1, count=21)
    rows = await world.send(*many(world.files, 30), max_concurrent=1)
    asked = [upload_id for call in world.api.calls[:21] for upload_id in call.upload_ids]
    assert max(asked.count(upload_id) for upload_id in asked) == 2
    assert sum(row["may_be_registered_twice"] for row in rows.values()) == 20


@pytest.mark.parametrize("status", [400, 401])
async def test_a_service_that_answers_no_is_in_trouble_no_longer(status: int, run: Run, world: World) -> None:
    refused: list[int] = []

    def answer(number: int, call: ApiCall) -> ApiFault | None:
        if refused:
            return None
        if len(call.upload_ids) > 1:
            return api_faults.busy(429)
        refused.append(number)  # a probe
        return api_faults.refusal(status)

    world.api.fault = answer
    run.begin(many(world.files, 60))
    if status == 401:
        await run.heard(SignInRequired)
        assert run.all_heard(QueueStatus)[-1].conditions == {Condition.SIGN_IN}
        run.queue.sign_in(*world.api.tokens)
    await run.idle()
    assert len(world.api.calls[refused[0]].upload_ids) == 20  # the next call


async def test_after_a_short_outage_the_service_is_probed_as_soon_as_before(run: Run, world: World) -> None:
    """A call more may register 20 files twice; a storage's outages are learnt from, for a PUT may be repeated."""
    world.api.fault = busy = lambda _number, call: api_faults.busy(429) if len(call.upload_ids) > 1 else None
    run.begin(many(world.files, 30))
    await run.until(lambda: any(len(call.upload_ids) == 1 for call in world.api.calls))
    world.api.fault = lambda _number, _call: None
    await run.idle()
    calls, world.api.fault = len(world.api.calls), busy
    run.begin([world.make(f"later-{number}.txt", size=100 + number) for number in range(5)])
    await run.until(lambda: len(world.api.calls) >= calls + 2)
    world.api.fault = lambda _number, _call: None
    await run.idle(2)
    assert [len(call.upload_ids) for call in world.api.calls[calls : calls + 2]] == [5, 1]


async def test_tokens_that_no_request_can_carry_say_nothing_of_the_service(run: Run, world: World) -> None:
    world.api.fault = lambda _number, _call: api_faults.busy(429)
    run.begin(many(world.files, 60))
    await run.until(lambda: any(len(call.upload_ids) == 1 for call in world.api.calls))  # a probe
    run.queue.sign_in("bearer\nbroken", "session", entered=False)
    await run.heard(SignInRequired)
    await run.until(lambda: run.all_heard(QueueStatus)[-1].conditions == {Condition.SIGN_IN, Condition.SERVICE_BUSY})
    world.api.fault = lambda _number, _call: None
    calls = len(world.api.calls)
    run.queue.sign_in(*world.api.tokens)
    await run.idle()
    assert len(world.api.calls[calls].upload_ids) == 1  # the next call is a probe


async def test_a_file_that_breaks_the_service_fails_alone(world: World) -> None:
    def poisoned(_number: int, call: ApiCall) -> ApiFault | None:
        poison = any(upload["name"] == "7.txt" for upload in call.body)
        return api_faults.refusal(500) if poison else None

    world.api.fault = poisoned
    rows = await world.send(*many(world.files, 60))
    assert [name for name, row in rows.items() if row["state"] != "uploaded"] == ["7.txt"]
    assert rows["7.txt"]["reason"]["code"] == "service_failed"
    assert len([call for call in world.api.calls if rows["7.txt"]["upload_id"] in call.upload_ids]) == 3


@pytest.mark.parametrize("fault", [api_faults.refusal(500), api_faults.busy(503), Reset()], ids=str)
async def test_the_last_file_ends_after_six_tries_and_a_time(fault: ApiFault, world: World) -> None:
    world.api.fault = lambda _number, _call: fault
    lasting = replace(QUICK, policy=replace(QUICK.policy, longest=0.1, lonely=0.4))
    row = await world.send_one(world.make("a.txt"), lasting)
    assert row["state"] == "failed"
    assert len(world.api.calls) >= 6
    assert world.api.calls[-1].arrived - world.api.calls[0].arrived >= 0.3


@pytest.mark.parametrize("side", ["service", "storage"])
async def test_the_last_file_s_waits_are_not_left_to_chance(side: str, world: World) -> None:
    """Else six tries would be over within seconds."""
    if side == "service":
        world.api.faults.append(api_faults.refusal(500))
    else:
        world.storage.fault = on_attempt(1, storage_faults.internal_error())
    unlucky = replace(QUICK.policy, base=0.3, longest=0.3, jitter=lambda shortest, _: shortest)
    await world.send_one(world.make("a.txt"), replace(QUICK, policy=unlucky))
    first, second = (one.arrived for one in (world.api.calls if side == "service" else world.storage.puts))
    assert second - first >= 0.25


async def test_a_file_that_ended_alone_has_all_its_tries_again_when_a_person_asks(run: Run, world: World) -> None:
    world.api.fault = failing(api_faults.refusal(500), first=1, count=11)
    await run.send([world.make("a.txt")])
    assert (run.only()["state"], len(world.api.calls)) == ("failed", 6)
    run.queue.retry_failed()
    await run.idle(2)
    assert (run.only()["state"], len(world.api.calls)) == ("uploaded", 12)


@pytest.mark.parametrize(
    ("fault", "variant"),
    [
        (api_faults.refusal(502), None),
        (api_faults.busy(429), None),
        (api_faults.text("OK"), Variant.NOT_UNDERSTOOD),
        (api_faults.page(), Variant.NO_SERVICE),
    ],
    ids=["502", "429", "no JSON", "a network's sign-in page"],
)
async def test_without_a_window_a_service_in_trouble_is_given_up_after_the_limit_for_its_cause(
    fault: ApiFault, variant: Variant | None, world: World
) -> None:
    world.api.fault = failing(fault, count=100_000)
    rows, gave_up = await given_up(world.options(offline_limit=0.5), many(world.files, 60))
    assert gave_up == Reason(Code.SERVICE_BUSY, variant)
    pending = [row for row in rows.values() if row["state"] == "pending"]
    assert pending
    assert {row["reason"]["code"] for row in pending} == {"service_busy"}
    assert {row["state"] for row in rows.values()} <= {"pending", "uploaded"}


async def given_up(chosen: EngineOptions, paths: list[Path]) -> tuple[dict[str, dict[str, Any]], Reason | None]:
    """Send until the engine gives up; return the receipt's rows by name, and why it did."""
    async with engine(chosen) as run:
        run.begin(paths)
        idle = await run.idle()
        return run.files(), idle.gave_up


def in_outage(fault: StorageFault, count: int, after: int = 5) -> Callable[[str, int, RawRequest], StorageFault | None]:
    """Let this many PUTs fail once a few have gone well."""
    seen = [0]

    def outage(_key: str, _attempt: int, _request: RawRequest) -> StorageFault | None:
        seen[0] += 1
        return fault if after < seen[0] <= after + count else None

    return outage


STORAGE = {
    "500": storage_faults.internal_error(),
    "503": storage_faults.slow_down(),
    "429": storage_faults.Refuse(429, "TooManyRequests"),
    "502 of a gateway": storage_faults.Reply(502, b"<html>Bad Gateway</html>"),
    "511 of a network's sign-in page": storage_faults.Reply(511, b"<html><title>Sign in</title></html>"),
    "reset": ResetMidway(),
    "closed without an answer": StoreThenReset(),
}


@pytest.mark.parametrize("fault", STORAGE.values(), ids=STORAGE)
async def test_an_outage_of_the_storage_fails_and_registers_nothing_again(fault: StorageFault, world: World) -> None:
    world.storage.fault = in_outage(fault, 40)
    rows = await world.send(*many(world.files, 12))
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert not any(row["may_be_registered_twice"] for row in rows.values())
    assert sum(row["attempts"] for row in rows.values()) == 52
    assert all(is_stored(world.storage, row) for row in rows.values())
    assert len(world.api.registered) == 12


async def test_a_storage_that_says_nothing_for_a_while_fails_nothing(world: World) -> None:
    world.storage.fault = in_outage(StoreThenSilence(), 8, after=2)
    rows = await world.send(*many(world.files, 12), tuning=HASTY, max_concurrent=2)
    assert {row["state"] for row in rows.values()} == {"uploaded"}


def sizes_put(storage: ScriptedStorage) -> list[int | None]:
    return [put.request.content_length for put in storage.puts]


async def test_while_the_storage_is_in_trouble_the_smallest_file_asks_first_and_the_others_wait(world: World) -> None:
    world.storage.fault = lambda *_: storage_faults.internal_error()
    sizes = {"a.txt": 900_000, "b.txt": 800_000, "c.txt": 30, "d.txt": 700_000}
    async with world.engine(max_concurrent=2) as run:
        run.begin([world.make(name, size=size) for name, size in sizes.items()])
        await run.until(lambda: any(Condition.STORAGE_BUSY in s.conditions for s in run.all_heard(QueueStatus)))
        await run.until(lambda: 30 in sizes_put(world.storage))
        # The first two may be tried again before both have failed; no other file begins before the smallest.
        assert 700_000 not in sizes_put(world.storage)[: sizes_put(world.storage).index(30)]
        world.storage.fault = lambda *_: None
        await run.idle()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}


PROBED = {
    "service": (api_faults.refusal(502), None, 0.3, 0.6),
    "service that names a time": (api_faults.busy(503, retry_after="1"), None, 0.95, 0.95),
    "storage": (None, storage_faults.internal_error(), 0.3, 0.6),
}


@pytest.mark.parametrize("case", PROBED.values(), ids=PROBED)
async def test_a_side_in_trouble_is_asked_less_and_less_often(
    case: tuple[ApiFault | None, StorageFault | None, float, float], world: World
) -> None:
    of_service, of_storage, first, second = case
    world.api.fault = lambda number, _call: of_service if number <= 3 else None
    world.storage.fault = lambda *_: of_storage
    policy = replace(QUICK.policy, patience=120.0, probe_first=0.3, probe=0.6, base=0.5, longest=0.5)
    # The storage's first file is not tried again before the second one has failed, too.
    patient = replace(QUICK, policy=replace(policy, jitter=lambda _, longest: longest))
    async with world.engine(patient, max_concurrent=2) as run:
        run.begin(many(world.files, 40 if of_service else 2))
        if of_storage:
            await run.until(lambda: any(Condition.STORAGE_BUSY in s.conditions for s in run.all_heard(QueueStatus)))
            begun = len(world.storage.puts)
            await asyncio.to_thread(world.storage.wait_for_puts, begun + 2)
            world.storage.fault = lambda *_: None
        await run.idle()
    asked = [put.arrived for put in world.storage.puts] if of_storage else [call.arrived for call in world.api.calls]
    last = begun + 1 if of_storage else 3
    assert asked[last - 1] - asked[last - 2] >= first - 0.05
    assert asked[last] - asked[last - 1] >= second - 0.05


async def test_a_probe_that_asked_nothing_is_followed_by_another_at_once(world: World) -> None:
    """The smallest file is asked with first, and it is gone; without that, the next one would go in two hours."""
    world.storage.fault = lambda *_: storage_faults.internal_error()
    hours = replace(QUICK, policy=replace(QUICK.policy, probe_first=3600.0, probe=7200.0))
    async with world.engine(hours) as run:
        paths = many(world.files, 2)
        run.begin(paths)
        await run.until(lambda: any(Condition.STORAGE_BUSY in s.conditions for s in run.all_heard(QueueStatus)))
        await run.in_state(UploadState.REGISTERED, "0.txt", "1.txt")
        world.storage.fault = lambda *_: None
        paths[0].unlink()
        run.queue.scheduler.try_now()
        await run.idle()
        assert {name: row["state"] for name, row in run.files().items()} == {"0.txt": "failed", "1.txt": "uploaded"}


async def test_a_probe_whose_link_has_expired_says_nothing_of_the_storage(world: World) -> None:
    """The smallest one not tried yet is to ask. Its link is replaced, another one asks, the others go on waiting."""
    slept = [0.0]
    world.api.presign = lambda upload, anomaly: world.storage.url_for(
        f"{anomaly}/{upload['uploadId']}", lifetime=60 if upload["name"] == "2.txt" else 9000
    )
    world.storage.fault = lambda *_: storage_faults.internal_error()
    policy = replace(QUICK.policy, probe_first=3600.0, probe=7200.0)
    tuning = replace(QUICK, policy=policy, wall_clock=lambda: time.time() + slept[0])
    names = [f"{number}.txt" for number in range(6)]
    async with world.engine(tuning, max_concurrent=2) as run:
        run.begin(many(world.files, 6))
        await run.until(lambda: any(Condition.STORAGE_BUSY in s.conditions for s in run.all_heard(QueueStatus)))
        await run.in_state(UploadState.REGISTERED, *names)
        told, begun = len(run.all_heard(QueueStatus)), len(world.storage.puts)
        slept[0] = world.storage.clock_offset = world.api.clock_offset = 600.0
        run.queue.scheduler.try_now()
        await run.until(lambda: len(world.api.calls) == 2 and len(world.storage.puts) > begun)
        await run.in_state(UploadState.REGISTERED, *names)
        assert len(world.storage.puts) == begun + 1
        assert all(Condition.STORAGE_BUSY in status.conditions for status in run.all_heard(QueueStatus)[told:])
        world.storage.fault = lambda *_: None
        run.queue.scheduler.try_now()
        await run.idle()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}


async def test_a_storage_that_fails_each_first_try_does_not_stop_the_queue_again_and_again(world: World) -> None:
    world.storage.fault = lambda _key, attempt, _request: ResetMidway() if attempt == 1 else None
    async with world.engine() as run:
        await run.send(many(world.files, 60))
        in_trouble = [Condition.STORAGE_BUSY in status.conditions for status in run.all_heard(QueueStatus)]
        assert {row["state"] for row in run.files().values()} == {"uploaded"}
    assert sum(now and not before for before, now in pairwise(in_trouble)) <= 4


async def test_a_file_the_storage_never_takes_fails_alone(world: World) -> None:
    poison: set[str] = set()

    def poisoned(key: str, _attempt: int, request: RawRequest) -> StorageFault | None:
        if request.content_length == 8:
            poison.add(key)
        return storage_faults.internal_error() if key in poison else None

    world.storage.fault = poisoned
    rows = await world.send(*many(world.files, 60), max_concurrent=2)
    assert [name for name, row in rows.items() if row["state"] != "uploaded"] == ["7.txt"]
    assert rows["7.txt"]["reason"]["code"] == "storage_busy"
    assert rows["7.txt"]["attempts"] >= 6


async def test_files_the_storage_never_takes_hold_up_no_other_and_end_with_their_own_reason(world: World) -> None:
    """The smallest ones are those that would be asked for first, again and again."""
    sizes = {"1.txt": 1, "2.txt": 2, "3.txt": 3} | {f"{n}.txt": n * 1000 for n in range(4, 12)}
    world.storage.fault = lambda _key, _attempt, request: (
        storage_faults.internal_error() if (request.content_length or 0) < 1000 else None
    )
    paths = [world.make(name, size=size) for name, size in sizes.items()]
    rows = await world.send(*paths, max_concurrent=2)
    failed = {name: row for name, row in rows.items() if row["state"] != "uploaded"}
    assert sorted(failed) == ["1.txt", "2.txt", "3.txt"]
    assert {(row["state"], row["reason"]["code"]) for row in failed.values()} == {("failed", "storage_busy")}
    assert all("InternalError" in row["reason"]["message"] for row in failed.values())
    assert all(row["attempts"] >= 6 for row in failed.values())


async def test_files_the_service_never_takes_hold_up_no_other_and_end_with_their_own_reason(world: World) -> None:
    names = {"0.txt", "1.txt", "2.txt"}
    world.api.fault = lambda _number, call: (
        api_faults.refusal(500) if any(upload["name"] in names for upload in call.body) else None
    )
    rows = await world.send(*many(world.files, 3))
    assert {(row["state"], row["reason"]["code"]) for row in rows.values()} == {("failed", "service_failed")}


async def test_without_a_window_a_storage_in_trouble_is_given_up_after_the_limit(world: World) -> None:
    world.storage.fault = in_outage(ResetMidway(), 100_000)
    rows, gave_up = await given_up(world.options(offline_limit=0.5), many(world.files, 30))
    assert gave_up == Reason(Code.STORAGE_BUSY)
    pending = [row for row in rows.values() if row["state"] == "pending"]
    assert ({row["reason"]["code"] for row in pending}, len(pending)) == ({"storage_busy"}, 25)


@pytest.mark.parametrize("side", ["service", "storage"])
async def test_what_is_cancelled_or_paused_in_an_outage_holds_up_nothing_afterwards(side: str, world: World) -> None:
    if side == "service":
        world.api.fault = lambda _number, _call: api_faults.refusal(502)
    else:
        world.storage.fault = lambda *_: storage_faults.internal_error()
    async with world.engine() as run:
        run.begin(many(world.files, 30))
        await run.until(lambda: len(world.api.calls if side == "service" else world.storage.puts) >= 12)
        run.queue.scheduler.pause()
        run.queue.cancel([upload.upload_id for upload in run.latest.values()][:10])
        world.api.fault = lambda _number, _call: None
        world.storage.fault = lambda *_: None
        await run.to_the_end()
        states = [row["state"] for row in run.files().values()]
        assert (states.count("uploaded"), states.count("cancelled")) == (20, 10)


async def test_a_server_that_hangs_up_in_the_handshake_is_waited_for(
    ca: CertificateAuthority, files: Files, tmp_path: Path, scripted_storage: ScriptedStorage
) -> None:
    with StrictApi(
        lambda upload, anomaly: scripted_storage.url_for(f"{anomaly}/{upload['uploadId']}"), tls=ca.server_context()
    ) as api:
        api.hang_ups = 5
        trusted = options(tmp_path, api, ca_file=ca.pem)
        row = await send_one(trusted, files.make("a.txt"))
        assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", False)


async def test_a_stranger_s_certificate_that_comes_in_between_for_a_while_fails_nothing(
    ca: CertificateAuthority, files: Files, tmp_path: Path, scripted_storage: ScriptedStorage
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = CertificateAuthority(tmp_path / "stranger").server_context()
    with StrictApi(
        lambda upload, anomaly: scripted_storage.url_for(f"{anomaly}/{upload['uploadId']}"), tls=ca.server_context()
    ) as api:
        async with engine(options(tmp_path, api, ca_file=ca.pem), PATIENT) as run:
            run.begin([files.make("first.txt")])
            await run.idle()
            api.speak_as(stranger)
            run.begin(many(files, 60))
            await run.until(lambda: any(Condition.SERVICE_BUSY in s.conditions for s in run.all_heard(QueueStatus)))
            api.speak_as(ca.server_context())
            await run.idle(2)
            rows = run.files()
        assert {row["state"] for row in rows.values()} == {"uploaded"}


async def test_an_unanswered_service_is_waited_for(world: World) -> None:
    world.api.fault = failing(Silence(), count=4)
    rows = await world.send(*many(world.files, 60), tuning=HASTY)
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    world.api.release()
