"""What the storage does to a presigned PUT, and what must come of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.running import HASTY, QUICK, Run, World, options, send, send_one
from tests.faults.storing import always, is_stored, on_attempt
from tests.support import storage_faults
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import (
    Refuse,
    Reply,
    ResetMidway,
    SlowRead,
    StallMidway,
    StorageFault,
    StoreDamaged,
    StoreThenAnswer,
    StoreThenReset,
    StoreThenSilence,
)
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import Condition, Progress, QueueStatus
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.net.stall_watchdog import StallTimeouts

MANY_BYTES = 12_000_000
"""More than the buffers between client and server hold."""


REPEATED: dict[str, StorageFault] = {
    "reset half way": ResetMidway(),
    "500": storage_faults.internal_error(),
    "503 SlowDown": storage_faults.slow_down(),
    "507": Refuse(507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."),
    "429": Refuse(429, "TooManyRequests"),
    "408 of a proxy": Reply(408, b"too slow"),
    "421 of a server that is not the right one": Reply(421),
    "425 of a server that fears a replay": Reply(425),
    "407 of a proxy": Reply(407, b"<html><title>Sign in</title></html>"),
    "511 of a network": Reply(511, b"<html><title>Sign in</title></html>"),
    "400 RequestTimeout": Refuse(400, "RequestTimeout", "Your socket connection was not read from in time."),
    "409 ConditionalRequestConflict": Refuse(409, "ConditionalRequestConflict", "A conflicting operation occurred."),
    "400 of the key service": Refuse(400, "KMS.ThrottlingException", "Rate exceeded"),
    "400 Throttling": Refuse(400, "Throttling", "Rate exceeded"),
    "400 IncompleteBody": Refuse(400, "IncompleteBody", "You did not provide the number of bytes specified."),
    "403 of a storage whose clock is behind": Refuse(403, "AccessDenied", "Request is not valid yet"),
    "409 OperationAborted": Refuse(409, "OperationAborted", "A conflicting operation is in progress."),
    "503 with Retry-After": storage_faults.slow_down("0"),
    "answer lost after storing": StoreThenReset(),
    "no answer after storing": StoreThenSilence(),
    "damaged on the way": StoreDamaged(),
    "ETag of other bytes": storage_faults.wrong_etag(),
    "200 without ETag": StoreThenAnswer(""),
}


@pytest.mark.parametrize("fault", REPEATED.values(), ids=REPEATED)
async def test_a_put_is_repeated_on_its_link_without_another_registration(fault: StorageFault, world: World) -> None:
    world.storage.fault = on_attempt(1, fault)
    tuning = HASTY if isinstance(fault, StoreThenSilence) else QUICK
    row = await world.send_one(world.make("a.jpg", size=300_000), tuning)
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 2, False)
    assert len(world.api.calls) == 1
    assert {put.target for put in world.storage.puts} == {world.storage.puts[0].target}
    assert is_stored(world.storage, row)


LASTING: dict[str, tuple[StorageFault, str]] = {
    "reset": (ResetMidway(), "connection_lost"),
    "500": (storage_faults.internal_error(), "storage_busy"),
    "503": (storage_faults.slow_down(), "storage_busy"),
    "damaged": (StoreDamaged(), "damaged"),
    "ETag": (storage_faults.wrong_etag(), "damaged"),
    "ETag of one byte": (storage_faults.wrong_etag(), "damaged"),
    "ETag of several blocks": (storage_faults.wrong_etag(), "damaged"),
}
SIZES = {"ETag of one byte": 1, "ETag of several blocks": 5_000_000}


@pytest.mark.parametrize("lasting", LASTING)
async def test_a_file_gets_six_puts_and_is_never_uploaded_without_confirmation(lasting: str, world: World) -> None:
    fault, code = LASTING[lasting]
    world.storage.fault = always(fault)
    row = await world.send_one(world.make("a.jpg", size=SIZES.get(lasting, 30_000)))
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", code, 6)
    assert (len(world.storage.puts), len(world.api.calls)) == (6, 1)
    assert row["uploaded_at"] is None


FINAL = {
    "400 EntityTooLarge": storage_faults.too_large(),
    "400 BadDigest": Refuse(400, "BadDigest", "The Content-MD5 you specified did not match."),
    "403 AccessDenied": Refuse(403, "AccessDenied", "Access Denied"),
    "404 NoSuchBucket": Refuse(404, "NoSuchBucket", "The specified bucket does not exist"),
    "411": Refuse(411, "MissingContentLength", "You must provide the Content-Length HTTP header."),
    "501": Refuse(501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
    "505": Refuse(505, "HttpVersionNotSupported", "This version of HTTP is not supported."),
}


@pytest.mark.parametrize("fault", FINAL.values(), ids=FINAL)
async def test_a_clear_refusal_of_the_storage_is_final(fault: Refuse, world: World) -> None:
    world.storage.fault = always(fault)
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "storage_refused", 1)
    assert fault.code in row["reason"]["message"]


async def test_a_refusal_before_the_body_was_read_costs_attempts_but_no_registration(small_world: World) -> None:
    small_world.storage.fault = on_attempt(
        1, storage_faults.refuse_unread(503, "SlowDown", "Please reduce your request rate.")
    )
    row = await small_world.send_one(small_world.make("a.jpg", size=MANY_BYTES))
    assert (row["state"], row["attempts"], row["may_be_registered_twice"]) == ("uploaded", 2, False)
    assert len(small_world.api.calls) == 1
    assert is_stored(small_world.storage, row)


async def test_a_403_before_the_body_was_read_ends_within_the_attempts(small_world: World) -> None:
    small_world.storage.fault = always(storage_faults.refuse_unread())
    row = await small_world.send_one(small_world.make("a.jpg", size=MANY_BYTES))
    assert row["state"] == "failed"
    assert row["reason"]["code"] in {"connection_lost", "storage_refused"}  # whether the answer can be seen is luck
    assert row["attempts"] <= 6
    assert len(small_world.api.calls) == 1


async def test_a_stalled_transfer_is_noticed_by_its_bytes_and_repeated(small_world: World) -> None:
    small_world.storage.fault = on_attempt(1, StallMidway(0.1))
    row = await small_world.send_one(small_world.make("a.jpg", size=MANY_BYTES), HASTY)
    assert (row["state"], row["attempts"]) == ("uploaded", 2)
    assert is_stored(small_world.storage, row)


async def test_a_slow_transfer_that_moves_is_left_alone(small_world: World) -> None:
    small_world.storage.fault = always(
        SlowRead(4_000_000)
    )  # three seconds in all, and never half of that without a byte
    patient = replace(HASTY, stall_timeouts=replace(HASTY.stall_timeouts, answer=60.0))
    row = await small_world.send_one(small_world.make("a.jpg", size=MANY_BYTES), patient)
    assert (row["state"], row["attempts"]) == ("uploaded", 1)


@pytest.mark.parametrize("size", [900_000, 2_500_000], ids=["all of it with the system", "more than the system keeps"])
async def test_a_line_is_not_taken_for_dead_while_anything_moves(size: int, small_world: World) -> None:
    """In all the time the slow part takes, the system has no room for another byte of ours."""
    small_world.storage.fault = always(SlowRead(64_000, first=320_000))
    impatient = replace(HASTY, stall_timeouts=StallTimeouts(stall=3.0, answer=3.0))
    row = await small_world.send_one(small_world.make("a.jpg", size=size), impatient)
    assert (row["state"], row["attempts"]) == ("uploaded", 1)


async def test_a_dead_line_is_noticed_also_when_the_last_byte_is_with_the_system(small_world: World) -> None:
    small_world.storage.fault = on_attempt(1, StallMidway(0.01))
    patient = replace(HASTY, stall_timeouts=replace(HASTY.stall_timeouts, answer=3600.0))
    row = await small_world.send_one(small_world.make("a.jpg", size=900_000), patient)
    assert (row["state"], row["attempts"]) == ("uploaded", 2)
    assert is_stored(small_world.storage, row)


@pytest.mark.parametrize("answer", [storage_faults.kms_etag(), StoreThenAnswer("0123456789abcdef0123456789abcdef-2")])
async def test_an_etag_that_is_no_md5_is_not_compared(answer: StoreThenAnswer, world: World) -> None:
    world.storage.fault = always(answer)
    row = await world.send_one(world.make("a.jpg"))
    assert (row["state"], row["attempts"]) == ("uploaded", 1)


@pytest.mark.parametrize("target", ["", "https://[/", "https://[::1/", r":https://\login]"])
async def test_a_redirect_of_the_storage_is_not_followed(target: str, world: World) -> None:
    with ScriptedStorage() as elsewhere:
        world.storage.fault = always(storage_faults.redirect(target or elsewhere.url_for("x")))
        row = await world.send_one(world.make("a.jpg"))
        assert (row["state"], row["reason"]["code"]) == ("failed", "storage_refused")
        assert elsewhere.connections_made == 0


async def test_a_storage_s_cookie_is_never_sent_back(world: World) -> None:
    world.storage.fault = always(storage_faults.set_cookie())
    one_by_one = world.options(max_concurrent=1)
    rows = await send(one_by_one, *(world.make(f"{n}.jpg", size=n) for n in (700, 800)))
    assert [row["state"] for row in rows.values()] == ["uploaded"] * 2
    assert all(put.request.header("Cookie") is None for put in world.storage.puts)


async def test_a_storage_whose_certificate_nobody_vouches_for_gets_nothing(
    ca: CertificateAuthority, files: Files, tmp_path: Path
) -> None:
    with (
        ScriptedStorage(tls=ca.server_context()) as storage,
        StrictApi(lambda upload, _anomaly: storage.url_for(upload["uploadId"])) as api,
    ):
        row = await send_one(options(tmp_path, api), files.make("a.jpg"))
        assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "tls", 0)
        assert storage.puts == []


async def test_retry_after_of_the_storage_is_obeyed(world: World) -> None:
    """It is meant for all transfers: also the one that waits for the slot begins no sooner."""
    world.storage.fault = lambda *_: storage_faults.slow_down("1") if len(world.storage.puts) == 1 else None
    patient = replace(QUICK, policy=replace(QUICK.policy, patience=120.0))
    one_by_one = world.options(max_concurrent=1)
    rows = await send(one_by_one, world.make("a.jpg"), world.make("b.jpg", size=700), tuning=patient)
    first, second, _ = world.storage.puts
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert second.arrived - first.arrived >= 0.95


async def test_on_slowdown_all_transfers_slow_down_together_and_recover(run: Run, world: World) -> None:
    refused: list[str] = []

    def overloaded_at_first(key: str, _attempt: int, _request: RawRequest) -> StorageFault | None:
        if len(refused) >= 12:
            return None
        refused.append(key)
        return storage_faults.slow_down()

    world.storage.fault = overloaded_at_first
    paths = [world.make(f"{n}.jpg", size=1000 + n) for n in range(40)]
    await run.send(paths)
    rows = run.files()
    conditions = [status.conditions for status in run.all_heard(QueueStatus)]
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert sum(row["attempts"] for row in rows.values()) == 40 + 12
    assert any(Condition.STORAGE_BUSY in holding for holding in conditions)
    assert Condition.STORAGE_BUSY not in conditions[-1]
    assert len(world.storage.objects) == 40


async def test_a_file_whose_pause_is_over_but_that_finds_no_free_slot_waits_for_its_turn(world: World) -> None:
    seen: list[str] = []

    def first_fails_second_hangs(key: str, attempt: int, _request: RawRequest) -> StorageFault | None:
        seen.append(key)
        if key != seen[0]:
            return StoreThenSilence()
        return storage_faults.internal_error() if attempt == 1 else None

    world.storage.fault = first_fails_second_hangs
    async with world.engine(max_concurrent=1) as run:
        run.begin([world.make("a.jpg"), world.make("b.jpg")])
        await run.in_state(UploadState.CONFIRMING, "b.jpg")
        await run.until(lambda: run.latest["a.jpg"].attempts == 1)
        await run.in_state(UploadState.REGISTERED, "a.jpg")
        assert run.latest["a.jpg"].retry_at is None
        world.storage.release()
        await run.idle()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}


async def test_a_full_bar_is_not_called_uploaded_before_the_storage_has_answered(run: Run, world: World) -> None:
    world.storage.fault = on_attempt(1, StoreThenSilence())
    run.begin([world.make("a.jpg")])
    await run.in_state(UploadState.CONFIRMING, "a.jpg")
    assert run.only()["state"] == "pending"
    size = run.latest["a.jpg"].source.size
    await run.until(lambda: [one.bytes_sent for p in run.all_heard(Progress)[-1:] for one in p.transfers] == [size])
    world.storage.release()
    await run.idle()
    assert run.only()["state"] == "uploaded"
