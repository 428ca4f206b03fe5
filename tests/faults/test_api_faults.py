"""What the service does to a registration, and what must come of it."""

import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.faults.running import HASTY, QUICK, World, options, send_one
from tests.support import api_faults
from tests.support.api_faults import Answer, ApiFault, CloseUnread, Drip, Reset, Silence, Truncate
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.log_watch import ExpectedLogs
from tests.support.strict_api import ApiCall, StrictApi
from uploader_gui.engine.build import Tuning
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import QueueStatus
from uploader_gui.engine.net.retry import RetryPolicy

LOST = {
    "reset after reading": Reset(),
    "reset after registering": Reset(register_first=True),
    "reset while it is being sent": CloseUnread(),
    "500": api_faults.refusal(500),
    "502": api_faults.refusal(502),
    "504 after it did register": api_faults.refusal(504, "Endpoint request timed out", register_first=True),
    "no answer": Silence(),
    "a head that never ends": api_faults.ENDLESS_HEAD,
    "a body that never ends": api_faults.ENDLESS_BODY,
    "truncated JSON": Truncate(),
    "HTML instead of JSON": api_faults.page(),
    "no JSON": api_faults.text("{"),
    "a list": api_faults.shaped([]),
    "null": api_faults.shaped(None),
    "uploads as an object": api_faults.shaped({"uploads": {}}),
    "uploads of strings": api_faults.shaped({"uploads": ["x"]}),
    "204": Answer(204),
}
"""The answer was lost or says nothing: the service may have registered the files."""


def names_in(call: ApiCall) -> list[str]:
    return [upload["name"] for upload in call.body]


def _fit_for(fault: ApiFault) -> Tuning:
    return HASTY if isinstance(fault, Silence | Drip) else QUICK


NOTHING = {"429": api_faults.busy(429), "503": api_faults.busy(503)}
"""The service surely did nothing."""


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_lost_answer_is_asked_for_again_with_the_same_id_and_flagged(fault: ApiFault, world: World) -> None:
    world.api.faults.append(fault)
    row = await world.send_one(world.make("a.txt"), _fit_for(fault))
    assert (row["state"], row["reason"]) == ("uploaded", None)
    if not isinstance(fault, CloseUnread):  # that one was never read, and perhaps never sent to its end
        assert row["may_be_registered_twice"] is True
        first, second = world.api.calls
        assert first.upload_ids == second.upload_ids == [row["upload_id"]]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Reset(), "connection_lost"),
        (api_faults.refusal(500), "service_failed"),
        (api_faults.refusal(502), "service_failed"),
        (api_faults.refusal(504, register_first=True), "service_failed"),
        (Silence(), "stalled"),
        (api_faults.page(), "protocol"),
    ],
)
async def test_a_registration_of_unknown_outcome_is_tried_three_times_in_all_while_others_succeed(
    fault: ApiFault, code: str, world: World
) -> None:
    world.api.fault = lambda _number, call: fault if "a.txt" in names_in(call) else None
    paths = [world.make(name, size=size) for size, name in enumerate(("a.txt", "b.txt", "c.txt"), start=1)]
    rows = await world.send(*paths, tuning=_fit_for(fault))
    row = rows.pop("a.txt")
    assert sum("a.txt" in names_in(call) for call in world.api.calls) == 3
    assert (row["state"], row["reason"]["code"], row["may_be_registered_twice"]) == ("failed", code, True)
    assert {row["state"] for row in rows.values()} == {"uploaded"}


@pytest.mark.parametrize("fault", NOTHING.values(), ids=NOTHING)
async def test_a_service_that_surely_did_nothing_is_asked_six_times_in_all_and_nothing_is_flagged(
    fault: ApiFault, world: World
) -> None:
    world.api.faults.extend([fault] * 5)
    row = await world.send_one(world.make("a.txt"))
    assert (row["state"], row["may_be_registered_twice"], len(world.api.calls)) == ("uploaded", False, 6)
    world.api.fault = lambda _number, _call: fault
    row = await world.send_one(world.make("b.txt", size=900))
    assert len(world.api.calls) == 6 + 6
    assert (row["state"], row["reason"]["code"], row["may_be_registered_twice"]) == ("failed", "service_busy", False)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
async def test_a_refusal_is_final_and_comes_with_the_service_s_own_words(status: int, world: World) -> None:
    world.api.faults.append(api_faults.refusal(status, "this anomaly is closed"))
    row = await world.send_one(world.make("a.txt"))
    assert (row["state"], row["reason"]["code"], len(world.api.calls)) == ("failed", "rejected", 1)
    assert "this anomaly is closed" in row["reason"]["message"]
    assert row["may_be_registered_twice"] is False


async def test_a_redirect_is_not_followed_and_the_tokens_go_nowhere_else(world: World) -> None:
    with StrictApi(lambda _upload, _anomaly: "https://nowhere.invalid/") as other:
        world.api.faults.append(api_faults.redirect(other.url + "/anomalies/v2/rs/42/images"))
        row = await world.send_one(world.make("a.txt"))
        assert (row["state"], row["reason"]["code"]) == ("failed", "rejected")
        assert (len(world.api.calls), other.connections_made) == (1, 0)


@pytest.mark.parametrize(("status", "as_date"), [(429, False), (429, True), (500, False)])
async def test_retry_after_is_obeyed(status: int, world: World, *, as_date: bool) -> None:
    until = int(time.time()) + 2  # a date has whole seconds
    world.api.faults.append(api_faults.busy(status, retry_after=formatdate(until, usegmt=True) if as_date else "1"))
    patient = replace(QUICK, policy=replace(QUICK.policy, patience=120.0))
    row = await world.send_one(world.make("a.txt"), patient)
    first, second = world.api.calls
    assert time.time() > until - 0.1 if as_date else second.arrived - first.arrived >= 0.95
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", status == 500)


async def test_retry_after_is_obeyed_up_to_a_limit(world: World) -> None:
    assert RetryPolicy().patience == 120.0
    world.api.faults.append(api_faults.busy(retry_after="86400"))
    row = await world.send_one(world.make("a.txt"))
    assert row["state"] == "uploaded"


def _wrong(field: str, value: object) -> ApiFault:
    """An answer whose first entry has that in a field."""
    return api_faults.Reshape(
        lambda answer: {"uploads": [answer["uploads"][0] | {field: value}, *answer["uploads"][1:]]}
    )


AMISS = {
    "left out": (api_faults.omit(), ["left_out"]),
    "answered twice": (api_faults.duplicate(), ["protocol"]),
    "one that nobody asked for": (api_faults.foreign(), []),
    "an empty link": (_wrong("presignedUrl", ""), ["protocol"]),
    "no link": (_wrong("presignedUrl", None), ["protocol"]),
    "no id": (_wrong("id", None), ["protocol"]),
}


@pytest.mark.parametrize(("fault", "codes"), AMISS.values(), ids=AMISS)
async def test_what_is_amiss_with_one_entry_of_the_answer_fails_its_file_alone(
    fault: ApiFault, codes: list[str], world: World
) -> None:
    world.api.faults.append(fault)
    rows = await world.send(*(world.make(f"{n}.txt", size=n) for n in (1, 2, 3)))
    assert [row["reason"]["code"] for row in rows.values() if row["state"] == "failed"] == codes
    assert [row["state"] for row in rows.values()].count("uploaded") == 3 - len(codes)
    assert len(world.api.calls) == 1


async def test_a_slow_answer_is_waited_for_and_an_id_as_a_number_and_status_201_are_understood(world: World) -> None:
    world.api.id_type, world.api.success = int, 201
    world.api.faults.append(api_faults.Delay(0.6))
    row = await world.send_one(world.make("a.txt"))
    assert (row["state"], row["id"]) == ("uploaded", "1001")
    assert (row["state"], row["may_be_registered_twice"], len(world.api.calls)) == ("uploaded", False, 1)


async def test_an_untrusted_certificate_is_told_at_once(ca: CertificateAuthority, files: Files, tmp_path: Path) -> None:
    with StrictApi(lambda _upload, _anomaly: "", tls=ca.server_context()) as api:
        row = await send_one(options(tmp_path, api), files.make("a.txt"))
        assert (row["state"], row["reason"]["code"], row["may_be_registered_twice"]) == ("failed", "tls", False)
        assert api.calls == []


async def test_the_service_s_words_are_data(expected_logs: ExpectedLogs, world: World) -> None:
    world.api.faults.append(api_faults.refusal(400, "a\x1b[2Jb\r\nc\u202ed" + "x" * 5000))
    row = await world.send_one(world.make("a.txt"))
    message = row["reason"]["message"]
    assert message.isprintable()
    assert len(message) <= 300


@pytest.mark.parametrize("status", [407, 511])
async def test_what_a_network_says_for_the_service_is_not_called_busy_and_flags_nothing(
    status: int, world: World
) -> None:
    world.api.faults += [api_faults.Answer(status, b"<html>Sign in</html>")] * 2
    async with world.engine(QUICK) as run:
        await run.send([world.make("a.jpg")])
        row = run.only()
        causes = [cause for event in run.all_heard(QueueStatus) for cause in event.causes.values()]
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", False)
    assert ({cause.code for cause in causes}, len(world.storage.puts)) == ({Code.PROXY}, 1)


async def test_who_does_not_want_to_wait_has_what_is_down_asked_at_once(world: World) -> None:
    world.api.stop()
    patient = replace(QUICK, policy=replace(QUICK.policy, base=600.0, offline=600.0))
    async with world.engine(patient) as run:
        run.begin([world.make("a.jpg")])
        await run.until(lambda: any(event.conditions for event in run.all_heard(QueueStatus)))
        world.api.start()
        run.queue.scheduler.try_now()
        await run.idle()
        row = run.only()
    assert (row["state"], row["attempts"], len(world.storage.puts)) == ("uploaded", 1, 1)
