"""What the register says of an anomaly's number, and that asking for it is never in the way."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.running import ANOMALY, QUICK, Run, World
from tests.support import api_faults
from tests.support.api_faults import Answer
from uploader_gui.engine.events import AnomalyLookedUp, Lookup, SignedIn

FACTS = {
    "id": 42,
    "ref": "A-42",
    "title": "Fire door,\n level\u00a03 \u202e",
    "status": "open",
    "site": {"id": 7, "name": "École Jaurès"},
}


def known(_: str, data: Any = FACTS) -> Answer:
    return Answer(200, json.dumps({"data": data}).encode())


def unknown(_: str) -> Answer:
    return api_faults.refusal(404, "Not Found")


async def test_title_and_site_are_shown_on_one_line_and_count_as_signed_in(run: Run, world: World) -> None:
    world.api.describe = known
    run.queue.look_up(ANOMALY)
    found = await run.heard(AnomalyLookedUp)
    await run.heard(SignedIn)
    assert found == AnomalyLookedUp(ANOMALY, Lookup.KNOWN, "A-42", "Fire door, level 3", "École Jaurès", world.api.url)
    (request,) = world.api.lookups
    assert request.target == "/main/anomalies/v2/rs/42"
    assert request.header("Authorization") == "Bearer bearer-for-tests"
    assert (request.header("X-Session-Token"), world.api.violations) == ("session-for-tests", [])


async def test_a_receipt_tells_what_the_register_said_how_wrong_the_clock_was_and_who_deposited(world: World) -> None:
    world.api.describe = known
    behind = replace(QUICK, wall_clock=lambda: time.time() - 7200)
    async with world.engine(behind, depositor="A. Martin") as run:
        assert not {"clock_error_seconds", "anomaly"} & set(run.queue.receipt(ANOMALY).to_json())
        run.queue.look_up(ANOMALY)
        await run.heard(AnomalyLookedUp)
        run.queue.intake.add_paths([world.make("a.jpg")], ANOMALY)
        run.queue.adjust(world.options(depositor="B. Martin"))
        await run.to_the_end()
        told = run.queue.receipt(ANOMALY).to_json()
    assert (told["server"], told["depositor"]) == (world.api.url, "B. Martin")
    assert told["anomaly"] == {"ref": "A-42", "title": "Fire door, level 3", "site": "École Jaurès"}
    assert -7202 <= told["clock_error_seconds"] <= -7198


async def test_not_found_counts_only_from_a_service_that_has_described_an_anomaly(run: Run, world: World) -> None:
    for describe, anomaly_id in ((unknown, "41"), (known, "42"), (unknown, "43")):
        world.api.describe = describe
        run.queue.look_up(anomaly_id)
        await run.until(lambda asked=anomaly_id: asked in _told(run.all_heard(AnomalyLookedUp)))  # type: ignore[misc]  # a default stands for the loop's value
    assert _told(run.all_heard(AnomalyLookedUp)) == {"41": Lookup.UNCHECKED, "42": Lookup.KNOWN, "43": Lookup.UNKNOWN}


def _told(events: list[AnomalyLookedUp]) -> dict[str, Lookup]:
    return {event.anomaly_id: event.result for event in events}


@pytest.mark.parametrize(
    "answer",
    [
        api_faults.refusal(401),
        api_faults.refusal(403, "Missing Authentication Token"),
        api_faults.refusal(429),
        api_faults.refusal(500),
        Answer(302, headers=(("Location", "https://elsewhere.example/"),)),
        Answer(200, b"<html>Log in</html>"),
        Answer(200, b"[" * 5000),
        known("", None),
        known("", [1]),
        known("", {"id": "41", "title": "Another one"}),
        known("", {"title": "Which?"}),
    ],
)
async def test_any_other_answer_means_only_that_it_could_not_be_checked(answer: Answer, run: Run, world: World) -> None:
    world.api.describe = lambda _: answer
    run.queue.look_up(ANOMALY)
    assert await run.heard(AnomalyLookedUp) == AnomalyLookedUp(ANOMALY, Lookup.UNCHECKED, server=world.api.url)
    assert run.all_heard(SignedIn) == []
    await run.send([world.make("a.jpg")])
    assert run.only()["state"] == "uploaded"


async def test_nothing_is_asked_without_tokens_nor_while_the_service_wants_fewer_calls(run: Run, world: World) -> None:
    world.api.describe = known
    world.api.faults.append(api_faults.refusal(429))
    await run.send([world.make("a.jpg")])
    run.queue.look_up(ANOMALY)
    assert (await run.heard(AnomalyLookedUp)).result is Lookup.UNCHECKED
    run.queue.sign_out()
    run.queue.look_up("43")
    assert (await run.heard(AnomalyLookedUp, 2)).result is Lookup.UNCHECKED
    assert world.api.lookups == []


async def test_another_number_takes_the_place_of_the_one_that_waits(run: Run, world: World) -> None:
    world.api.describe = lambda number: known("", FACTS | {"id": number, "ref": ""})
    run.queue.look_up("1")
    run.queue.look_up("12")
    run.queue.look_up("")
    run.queue.look_up("123")
    assert (await run.heard(AnomalyLookedUp)).anomaly_id == "123"
    assert [request.target.rpartition("/")[2] for request in world.api.lookups] == ["123"]
