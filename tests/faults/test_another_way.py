"""Another proxy, certificate, limit or other tokens for the same server: what is under way goes on at once."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.faults.running import QUICK, Run, World, engine, options
from tests.faults.test_change_of_server import amid_a_put_and_a_registration, names_at, sent
from tests.support.api_faults import Answer
from tests.support.certificates import CertificateAuthority
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import SlowRead, StallMidway, internal_error, wrong_etag
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import Condition, HistoryFound, QueueStatus, SignInRequired, UploadsChanged
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import Choices

S = UploadState


async def test_with_another_certificate_authority_everything_goes_on(ca: CertificateAuthority, world: World) -> None:
    """Nothing was trusted first: rows stay, and what failed is tried again over the new way."""
    with (
        ScriptedStorage(tls=ca.server_context()) as storage,
        StrictApi(
            lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}"), tls=ca.server_context()
        ) as api,
    ):
        untrusted = options(world.folder, api)
        async with engine(untrusted) as run:
            await sent(run, world.make("a.jpg"))
            assert run.files()["a.jpg"]["reason"]["code"] == "tls"
            await run.added(world.make("b.jpg"))
            run.queue.use(replace(untrusted, ca_file=ca.pem))
            run.queue.retry_failed()
            await run.in_state(S.UPLOADED, "a.jpg")
            run.queue.scheduler.start()
            await run.in_state(S.UPLOADED, "b.jpg")
            assert {upload.elsewhere for upload in run.latest.values()} == {""}
        assert names_at(api) == ["a.jpg", "b.jpg"]


async def test_what_is_under_way_goes_on_another_way_to_the_same_server(run: Run, world: World) -> None:
    """A PUT that hangs begins again at once, a registration ends as it began: nothing is registered twice."""
    await amid_a_put_and_a_registration(run, world)
    told = len(run.all_heard(QueueStatus))
    run.queue.use(world.options(proxy_for=lambda _: None))
    await run.in_state(S.UPLOADED, "sending.jpg")
    assert [event.running for event in run.all_heard(QueueStatus)[told:]] == []
    world.api.release()
    world.storage.release()
    await run.idle()
    rows = run.files()
    assert {(row["state"], row["may_be_registered_twice"]) for row in rows.values()} == {("uploaded", False)}
    assert names_at(world.api) == ["registering.jpg", "sending.jpg"]


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
async def test_a_side_in_trouble_is_asked_at_once_on_another_way(condition: Condition, world: World) -> None:
    """Else it would be asked again in an hour."""
    policy = replace(QUICK.policy, probe_first=3600.0, probe=3600.0)
    if condition is Condition.OFFLINE:
        policy = replace(policy, base=3600.0, offline=3600.0)
        world.api.stop()
    elif condition is Condition.SERVICE_BUSY:
        world.api.faults.append(Answer(503))
    else:
        world.storage.fault = lambda _key, _attempt, _request: internal_error()
    async with world.engine(replace(QUICK, policy=policy)) as run:
        await run.added(world.make("a.jpg"), world.make("b.jpg"))
        run.queue.scheduler.start()
        await run.until(lambda: any(condition in one.conditions for one in run.all_heard(QueueStatus)))
        await run.in_state(S.QUEUED if world.api.registered == [] else S.REGISTERED, "a.jpg", "b.jpg")
        if condition is Condition.OFFLINE:
            world.api.start()
        world.storage.fault = lambda _key, _attempt, _request: None
        run.queue.use(world.options(proxy_for=lambda _: None))
        await run.idle()
        assert {(row["state"], row["may_be_registered_twice"]) for row in run.files().values()} == {("uploaded", False)}


async def test_what_failed_on_the_old_way_counts_no_longer_on_another(run: Run, world: World) -> None:
    """It is in the sixth of its six tries, and fails five times more."""
    world.storage.fault = lambda _key, attempt, _request: StallMidway() if attempt == 6 else wrong_etag()
    await run.added(world.make("a.jpg", size=400_000))
    run.queue.scheduler.start()
    await asyncio.to_thread(world.storage.wait_for_puts, 6)
    world.storage.fault = lambda _key, attempt, _request: wrong_etag() if attempt <= 11 else None
    run.queue.use(world.options(proxy_for=lambda _: None))
    await run.idle()
    assert run.only()["state"] == "uploaded"
    world.storage.release()


async def test_limits_and_choices_of_the_settings_in_use_hold_from_then_on(world: World) -> None:
    film = world.make("film.mp4", content=b"\0\0\0\x18ftypisom" + b"film" * 1000)
    world.storage.fault = lambda _key, _attempt, _request: SlowRead(50_000)
    async with engine(world.options(bandwidth_limit=1.0)) as run:
        zipped = Choices.from_flags(convert=False, zipped=True)
        run.queue.use(world.options(max_concurrent=1, choices=zipped))
        await sent(run, *(world.make(f"{n}.jpg", size=3000 + n) for n in range(3)), film)
        assert {row["state"] for row in run.files().values()} == {"uploaded"}
    for before, after in pairwise(world.storage.puts):
        assert before.answered is not None
        assert before.answered <= after.arrived


@pytest.mark.parametrize("tokens", [("another-bearer", "another-session"), None])
async def test_other_tokens_of_the_settings_hold_at_once(
    tokens: tuple[str, str] | None, run: Run, world: World
) -> None:
    await sent(run, world.make("a.jpg"))
    await run.idle()
    run.queue.use(world.options(tokens=tokens))
    await run.added(world.make("b.jpg", size=3000))
    run.queue.scheduler.start()
    assert not (await run.heard(SignInRequired)).refused_again
    run.queue.use(world.options())
    await run.in_state(S.UPLOADED, "b.jpg")
    await run.idle(2)
    assert len(world.api.calls) == (2 if tokens is None else 3)


async def test_a_paused_queue_stays_paused_on_another_way(run: Run, world: World) -> None:
    await run.added(world.make("a.jpg"))
    run.queue.scheduler.start()
    run.queue.scheduler.pause()
    run.queue.use(world.options(size_unit="bytes"))
    run.queue.history.tell_runs()
    await run.heard(HistoryFound)
    assert (world.api.calls, run.all_heard(UploadsChanged)) == ([], [])
