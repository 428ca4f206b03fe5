"""Presigned URLs that expire, or whose signature does not fit what is sent."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import pytest

from tests.faults.running import QUICK, Run, World, send
from tests.faults.storing import always, is_stored, on_attempt
from tests.support import storage_faults
from tests.support.api_faults import busy
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import Refuse, RefuseContentType
from uploader_gui.engine.errors import Code


async def test_a_link_too_old_when_it_comes_is_tried_once_and_asked_for_again_with_the_same_id(world: World) -> None:
    def too_old_at_first(upload: dict[str, Any], anomaly: str) -> str:
        old = world.storage.clock() - 1000 if len(world.api.calls) == 1 else None
        return world.storage.url_for(f"{anomaly}/{upload['uploadId']}", issued_at=old)

    world.api.presign = too_old_at_first
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 2, True)
    assert [call.upload_ids for call in world.api.calls] == [[row["upload_id"]]] * 2
    assert len(world.storage.puts) == 2


async def test_a_link_that_the_storage_calls_expired_is_asked_for_again_with_the_same_id(world: World) -> None:
    """Also where the service was busy before, and surely did nothing."""
    world.api.faults += [busy()] * 5
    world.storage.fault = on_attempt(1, storage_faults.expired())
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 2, True)
    assert [call.upload_ids for call in world.api.calls] == [[row["upload_id"]]] * 7
    assert is_stored(world.storage, row)


def _given_out(issued: float, lifetime: int) -> Callable[[ScriptedStorage, dict[str, Any], str], str]:
    def url_for(storage: ScriptedStorage, upload: dict[str, Any], anomaly: str) -> str:
        key = f"{anomaly}/{upload['uploadId']}"
        return storage.url_for(key, issued_at=storage.clock() + issued, lifetime=lifetime)

    return url_for


GIVEN_OUT = (_given_out(0, 900), _given_out(-3600, 900), _given_out(3600, 900), _given_out(0, 0))
ANSWERS = (
    storage_faults.expired(),
    storage_faults.expired(unread=True),
    Refuse(400, "ExpiredToken", "The provided token has expired."),
)


@pytest.mark.parametrize("dead", list(product(GIVEN_OUT, ANSWERS)), ids=lambda dead: dead[1].code)
async def test_links_that_are_dead_whenever_they_come_cost_two_registrations(
    dead: tuple[Callable[[ScriptedStorage, dict[str, Any], str], str], Refuse], world: World
) -> None:
    url_for, answer = dead
    world.api.presign = lambda upload, anomaly: url_for(world.storage, upload, anomaly)
    world.storage.fault = always(answer)
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["reason"]["code"], row["may_be_registered_twice"]) == ("failed", "url_expired", True)
    assert len(world.api.calls) == 2


async def test_links_that_expire_while_files_wait_their_turn_are_asked_for_as_often_as_needed(world: World) -> None:
    now = time.time()
    wall = iter(range(0, 100_000, 600))  # each look at the clock is ten minutes later
    world.storage.fault = always(storage_faults.expired())
    row = await world.send_one(world.make("a.jpg"), replace(QUICK, wall_clock=lambda: now + next(wall)))
    assert (row["state"], row["reason"]["code"], len(world.api.calls)) == ("failed", "url_expired", 6)


@pytest.mark.parametrize("offset", [-3600.0, 3600.0])
async def test_servers_whose_clock_is_not_ours_take_the_files(offset: float, world: World) -> None:
    world.api.clock_offset = world.storage.clock_offset = offset
    rows = await world.send(*(world.make(f"{n}.jpg", size=n) for n in range(5000, 5003)))
    assert [(row["state"], row["attempts"]) for row in rows.values()] == [("uploaded", 1)] * 3
    assert len(world.api.calls) == 1


WRONG = (0.0, 7200.0, -7200.0, None)


@pytest.mark.parametrize("dates", list(product(WRONG, WRONG)), ids=str)
async def test_a_wrong_or_missing_date_and_a_wrong_clock_of_ours_register_nothing_again(
    dates: tuple[float | None, float | None], world: World
) -> None:
    world.api.clock_offset, world.storage.date_offset = dates
    evidence = [world.make(f"{n}.jpg", size=n) for n in range(5000, 5007)]
    for ours in (0.0, 7200.0, -7200.0):
        tuning = replace(QUICK, wall_clock=partial(_ahead, ours))
        once_more = world.options(skip_uploaded=False)
        rows = await send(replace(once_more, journal_path=world.folder / f"{ours}.sqlite"), *evidence, tuning=tuning)
        told = {(row["state"], row["attempts"], row["may_be_registered_twice"]) for row in rows.values()}
        assert (told, len(world.api.calls)) == ({("uploaded", 1, False)}, 1)
        world.api.calls.clear()


def _ahead(seconds: float) -> float:
    return time.time() + seconds


@pytest.mark.parametrize("apis", [7200.0, None], ids=lambda off: f"api {off}")
async def test_a_link_refused_after_its_time_by_a_wrong_clock_is_renewed_once_only(
    apis: float | None, world: World
) -> None:
    world.api.clock_offset = world.storage.date_offset = apis
    world.storage.fault = always(Refuse(403, "AccessDenied", "Access Denied"))
    tuning = replace(QUICK, wall_clock=partial(_ahead, 7200.0))
    row = await world.send_one(world.make("a.jpg"), tuning)
    assert (row["state"], row["reason"]["code"]) == ("failed", "storage_refused")
    assert len(world.api.calls) <= 2


async def test_a_signed_content_type_is_sent_as_registered(world: World) -> None:
    world.api.presign = lambda upload, anomaly: world.storage.url_for(
        f"{anomaly}/{upload['uploadId']}", content_type=upload["mimeType"]
    )
    rows = await world.send(*world.files.one_of_each().values())
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert {row["attempts"] for row in rows.values()} == {1}
    assert all(is_stored(world.storage, row) for row in rows.values())


async def test_an_unwanted_content_type_is_left_out_and_the_host_is_remembered(world: World) -> None:
    world.storage.fault = always(RefuseContentType())
    one_by_one = world.options(max_concurrent=1)
    rows = await send(one_by_one, world.make("a.jpg"), world.make("b.jpg", size=900))
    assert [row["state"] for row in rows.values()] == ["uploaded", "uploaded"]
    assert [row["attempts"] for row in rows.values()] == [2, 1]


async def test_an_unwanted_content_type_costs_each_of_many_transfers_one_attempt_at_most(world: World) -> None:
    world.storage.fault = always(RefuseContentType())
    rows = await world.send(*(world.make(f"{n}.jpg", size=900 + n) for n in range(30)))
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert max(row["attempts"] for row in rows.values()) == 2


async def test_each_of_many_whose_signature_never_fits_is_tried_with_content_type_and_without(world: World) -> None:
    world.storage.fault = always(storage_faults.bad_signature())
    rows = await world.send(*(world.make(f"{n}.jpg", size=900 + n) for n in range(12)))
    tried: dict[str, list[str | None]] = {}
    for put in world.storage.puts:
        tried.setdefault(put.key, []).append(put.request.header("Content-Type"))
    assert [set(types) for types in tried.values()] == [{"image/jpeg", None}] * 12
    assert world.storage.puts[0].request.header("Content-Type") == "image/jpeg"
    assert {(row["state"], row["reason"]["code"], row["attempts"]) for row in rows.values()} == {
        ("failed", "storage_refused", 2)
    }


def backwards(text: str) -> str:
    return "&".join(reversed(text.split("&")))


@pytest.mark.parametrize("quoted", [str, unquote, backwards], ids=["as sent", "decoded", "the last one first"])
async def test_no_part_of_a_link_that_the_storage_repeats_is_kept(quoted: Callable[[str], str], world: World) -> None:
    token = quote("FwoG//ZXIvYXdz+EAAa==", safe="")
    world.api.presign = lambda upload, anomaly: (
        world.storage.url_for(f"{anomaly}/{upload['uploadId']}") + f"&X-Amz-Security-Token={token}"
    )
    world.storage.fault = lambda _key, _attempt, request: Refuse(
        400, "InvalidRequest", f"{quoted(request.target)} {quoted(request.target.partition('?')[2])}"
    )
    row = await world.send_one(world.make("a.jpg"))
    (target,) = {put.target for put in world.storage.puts}
    query = dict(parse_qsl(target.partition("?")[2]))
    words = row["reason"]["message"]
    assert "InvalidRequest" in words
    for name in ("X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token"):
        assert query[name] not in words
        assert quote(query[name], safe="") not in words


async def test_of_words_that_are_cut_within_a_signature_no_part_of_it_is_kept(world: World) -> None:
    world.storage.fault = lambda _key, _attempt, request: Refuse(400, "A", "b" * 280 + f" {request.target[-64:]}")
    row = await world.send_one(world.make("a.jpg"))
    assert world.storage.puts[0].target[-64:-56] not in row["reason"]["message"]


async def test_a_signed_header_we_cannot_know_is_named(world: World) -> None:
    world.api.presign = lambda upload, _anomaly: world.storage.url_for(
        upload["uploadId"], signed_headers="host;x-amz-meta-owner"
    )
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["reason"]["code"]) == ("failed", "url_refused")
    assert "x-amz-meta-owner" in row["reason"]["message"]
    assert (row["attempts"], world.storage.puts) == (0, [])


async def test_a_failed_file_is_sent_again_on_its_living_link_when_a_person_asks(run: Run, world: World) -> None:
    world.storage.fault = lambda _key, attempt, _request: storage_faults.internal_error() if attempt <= 6 else None
    await run.send([world.make("a.jpg")])
    assert run.latest["a.jpg"].reason is not None
    assert run.latest["a.jpg"].reason.code is Code.STORAGE_BUSY
    run.queue.retry_failed()
    await run.idle(2)
    row = run.only()
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 7, False)
    assert len(world.api.calls) == 1
