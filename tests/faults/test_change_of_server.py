"""Another server, proxy or certificate while files stand on the list: rows stay, and none goes where it must not."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, QUICK, Run, World, engine, options
from tests.faults.storing import is_stored
from tests.support.api_faults import Answer, Silence
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.log_watch import ExpectedLogs
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import SlowRead, StallMidway, internal_error, wrong_etag
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    HistoryFound,
    PathsAdded,
    Progress,
    QueueStatus,
    ReceiptBuilt,
    SignInRequired,
    UndoOffered,
    UploadsChanged,
    UploadsRemoved,
    UploadsRestored,
)
from uploader_gui.engine.models import Treatment, UploadState
from uploader_gui.engine.options import AddOptions, Choices, EngineOptions

S = UploadState
NONE: Any = None


@pytest.fixture
def other_api(scripted_storage: ScriptedStorage) -> Iterator[StrictApi]:
    with StrictApi(
        lambda upload, anomaly: scripted_storage.url_for(f"other/{anomaly}/{upload['uploadId']}"),
        tokens=("other-bearer", "other-session"),
    ) as api:
        yield api
    assert api.violations == []


@pytest.fixture
def here(strict_api: StrictApi, tmp_path: Path) -> EngineOptions:
    return options(tmp_path, strict_api)


@pytest.fixture
def there(other_api: StrictApi, tmp_path: Path) -> EngineOptions:
    return options(tmp_path, other_api, tokens=other_api.tokens)


async def sent(run: Run, *paths: Path) -> None:
    await run.added(*paths)
    run.queue.scheduler.start()
    await run.until(lambda: all(path.name in run.latest and run.latest[path.name].state.finished for path in paths))


async def named(run: Run, server: str, *names: str) -> None:
    await run.until(lambda: all(run.latest[name].elsewhere == server for name in names))


@contextmanager
def journal_gone(path: Path) -> Iterator[None]:
    moved = {one: one.with_name(f"aside-{one.name}") for one in path.parent.glob(f"{path.name}*")}
    for one, aside in moved.items():
        one.rename(aside)
    path.mkdir()
    yield
    path.rmdir()
    for one, aside in moved.items():
        aside.replace(one)


async def held(run: Run, number: int) -> None:
    """Wait until so many servers' queues have told that the journal is in trouble."""
    await run.until(
        lambda: [Condition.JOURNAL in event.conditions for event in run.all_heard(QueueStatus)].count(True) >= number
    )


def names_at(api: StrictApi) -> list[str]:
    return sorted(record.name for record in api.registered)


async def test_every_row_stays_and_names_the_server_it_belongs_to(
    here: EngineOptions, there: EngineOptions, files: Files, other_api: StrictApi
) -> None:
    async with engine(here) as run:
        await sent(
            run, files.make("uploaded.jpg"), files.folder / "failed.jpg", files.make("refused.xyz", content=b"?")
        )
        await run.added(files.make("waiting.jpg"))
        run.queue.use(there)
        await named(run, here.api_url, "uploaded.jpg", "failed.jpg", "refused.xyz", "waiting.jpg")
        states = {name: upload.state for name, upload in run.latest.items()}
        assert states == {
            "uploaded.jpg": S.UPLOADED,
            "failed.jpg": S.FAILED,
            "refused.xyz": S.REFUSED,
            "waiting.jpg": S.QUEUED,
        }
        assert run.all_heard(UploadsRemoved) == []
        await sent(run, files.make("new.jpg"))
        assert run.latest["new.jpg"].elsewhere == ""
        assert run.latest["waiting.jpg"].state is S.QUEUED
    assert names_at(other_api) == ["new.jpg"]


async def test_what_waits_goes_to_its_own_server_once_that_is_set_again(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    path = world.make("waiting.jpg")
    async with engine(here) as run:
        await run.added(path)
        run.queue.use(there)
        await named(run, here.api_url, "waiting.jpg")
        run.queue.scheduler.start()
        await sent(run, world.make("new.jpg"))
        run.queue.use(here)
        await named(run, "", "waiting.jpg")
        assert run.latest["waiting.jpg"].state is S.QUEUED  # a person has started nothing here
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "waiting.jpg")
        assert run.files()["waiting.jpg"]["may_be_registered_twice"] is False
    assert (names_at(world.api), names_at(other_api)) == (["waiting.jpg"], ["new.jpg"])


async def test_what_failed_is_tried_again_at_its_own_server_alone(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    late = world.files.folder / "late.jpg"
    async with engine(here) as run:
        await sent(run, late)
        world.make("late.jpg")
        run.queue.use(there)
        await named(run, here.api_url, "late.jpg")
        run.queue.retry([run.latest["late.jpg"].upload_id])
        run.queue.retry_failed()
        await sent(run, world.make("new.jpg"))
        assert run.latest["late.jpg"].state is S.FAILED
        run.queue.use(here)
        run.queue.retry_failed()
        await run.in_state(S.UPLOADED, "late.jpg")
    assert (names_at(world.api), names_at(other_api)) == (["late.jpg"], ["new.jpg"])


async def test_transfers_and_registrations_under_way_end_with_their_own_server(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    """One is in the middle of its PUT, one in the middle of its registration: neither is lost nor doubled."""
    world.storage.fault = lambda _key, attempt, _request: StallMidway() if attempt == 1 else None
    world.api.faults.extend((NONE, Silence()))
    async with engine(here) as run:
        await run.added(world.make("sending.jpg", size=400_000))
        run.queue.scheduler.start()
        await asyncio.to_thread(world.storage.wait_for_puts, 1)
        await run.added(world.make("registering.jpg"))
        await asyncio.to_thread(world.api.wait_for_calls, 2)
        run.queue.use(there)
        await named(run, here.api_url, "sending.jpg", "registering.jpg")
        world.api.release()
        await run.in_state(S.REGISTERED, "sending.jpg", "registering.jpg")
        world.storage.release()
        assert (run.latest["sending.jpg"].state, len(world.storage.puts)) == (S.REGISTERED, 1)
        run.queue.use(here)
        await run.to_the_end()
        rows = run.files()
    assert {(row["state"], row["may_be_registered_twice"]) for row in rows.values()} == {("uploaded", False)}
    assert all(is_stored(world.storage, row) for row in rows.values())
    assert (names_at(world.api), other_api.calls) == (["registering.jpg", "sending.jpg"], [])


async def test_a_folder_that_is_still_searched_stays_with_the_server_it_was_given_for(
    here: EngineOptions, there: EngineOptions, files: Files, other_api: StrictApi
) -> None:
    folder = files.make("folder/0.jpg").parent
    for n in range(1, 40):
        files.make(f"folder/{n}.jpg")
    async with engine(here) as run:
        run.queue.scheduler.start()
        run.queue.intake.add_paths([folder], ANOMALY)
        run.queue.use(there)
        run.queue.scheduler.start()
        await run.heard(PathsAdded)
        await named(run, here.api_url, *(f"{n}.jpg" for n in range(40)))
        assert {upload.state for upload in run.latest.values()} == {S.QUEUED}
    assert other_api.calls == []


async def test_a_row_is_sent_to_the_server_in_use_where_a_person_says_so(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    film = world.make("film.mp4", content=b"\0\0\0\x18ftypisom" + b"film" * 1000)
    async with engine(here) as run:
        await run.added(world.make("a.jpg"), world.make("b.jpg"), film)
        run.queue.treat([run.latest["film.mp4"].upload_id], Treatment.ZIP)
        await run.in_state(S.QUEUED, "film.mp4")
        before = {name: run.latest[name].upload_id for name in ("a.jpg", "film.mp4")}
        run.queue.use(there)
        run.queue.send_here(before.values())
        await run.until(
            lambda: {one for event in run.all_heard(UploadsRemoved) for one in event.upload_ids} == {*before.values()}
        )
        await run.idle()
        receipt: Any = run.queue.receipt(ANOMALY).to_json()
        rows = {(file["name"], file["state"], file["server"]) for file in receipt["files"]}
    assert rows == {
        ("a.jpg", "cancelled", here.api_url),
        ("film.mp4.zip", "cancelled", here.api_url),
        ("b.jpg", "pending", here.api_url),
        ("a.jpg", "uploaded", there.api_url),
        ("film.mp4.zip", "uploaded", there.api_url),
    }
    assert (names_at(world.api), names_at(other_api)) == ([], ["a.jpg", "film.mp4.zip"])


async def test_a_row_is_sent_again_to_the_server_in_use_where_that_was_wanted_and_what_arrived_is_not(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    again, arrived = world.make("again.jpg"), world.make("arrived.jpg", size=3000)
    async with engine(there) as run:
        await sent(run, again)
    async with engine(here) as run:
        await sent(run, arrived)
        run.queue.intake.add_paths([again], ANOMALY, AddOptions(again=True))
        await run.heard(PathsAdded, 2)
        ids = [run.latest[path.name].upload_id for path in (again, arrived)]
        run.queue.use(there)
        run.queue.send_here(ids)
        await run.until(lambda: run.queue.unsent == {S.CANCELLED: 1})
    assert (names_at(world.api), names_at(other_api)) == (["arrived.jpg"], ["again.jpg", "again.jpg"])


async def test_undo_brings_nothing_back_that_another_server_got_instead(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    async with engine(here) as run:
        await run.added(world.make("a.jpg"), world.make("b.jpg"))
        run.queue.cancel_all()
        run.queue.use(there)
        await named(run, here.api_url, "a.jpg", "b.jpg")
        run.queue.send_here([run.latest["a.jpg"].upload_id])
        await run.in_state(S.UPLOADED, "a.jpg")
        await run.heard(UploadsRemoved)
        run.queue.undo()
        await run.heard(UploadsRestored)
        run.queue.use(here)
        await named(run, "", "b.jpg")
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "b.jpg")
        await run.idle()
        offered = [event.cancelled for event in run.all_heard(UndoOffered)]
    assert (names_at(world.api), names_at(other_api)) == (["b.jpg"], ["a.jpg"])
    assert offered == [2, 1, 0]


async def test_the_receipt_after_a_change_has_every_row_and_names_the_servers(
    here: EngineOptions, there: EngineOptions, files: Files
) -> None:
    async with engine(here) as run:
        await sent(run, files.make("a.jpg"))
        assert "server" not in run.only()
        await run.added(files.make("waiting.jpg"))
        run.queue.use(there)
        await sent(run, files.make("b.jpg"))
        run.queue.tell_receipt(ANOMALY)
        receipt = (await run.heard(ReceiptBuilt)).receipt.to_json()
        rows = [(file["name"], file["state"], file["server"]) for file in receipt["files"]]
        assert rows == [
            ("a.jpg", "uploaded", here.api_url),
            ("waiting.jpg", "pending", here.api_url),
            ("b.jpg", "uploaded", there.api_url),
        ]
        assert (receipt["totals"]["uploaded"], receipt["totals"]["pending"]) == (2, 1)
        assert run.queue.unsent == {S.QUEUED: 1}


async def test_a_receipt_ends_now_while_the_server_in_use_is_at_work(
    here: EngineOptions, there: EngineOptions, files: Files, scripted_storage: ScriptedStorage
) -> None:
    """That of the other server's files alone, too: who asks sees what is known by then."""
    async with engine(here) as run:
        await sent(run, files.make("a.jpg"))
        await run.idle()
        before = str(run.queue.receipt(ANOMALY).to_json()["finished_at"])
        run.queue.use(there)
        scripted_storage.fault = lambda _key, _attempt, _request: StallMidway()
        run.queue.intake.add_paths([files.make("b.jpg", size=400_000)], "43")
        run.queue.scheduler.start()
        await asyncio.to_thread(scripted_storage.wait_for_puts, 2)
        run.queue.tell_receipt(ANOMALY)
        made = (await run.heard(ReceiptBuilt)).receipt.to_json()
        assert str(made["finished_at"]) > before
        scripted_storage.release()


async def test_history_has_the_deposits_of_all_servers_each_with_its_own(
    here: EngineOptions, there: EngineOptions, files: Files, other_api: StrictApi
) -> None:
    late = files.folder / "late.jpg"
    async with engine(here) as run:
        await sent(run, files.make("a.jpg"), late)
        run.queue.use(there)
        await sent(run, files.make("b.jpg"))
        run.queue.history.tell_runs()
        found = await run.heard(HistoryFound)
        assert found.server == there.api_url
        assert [past.server for past in found.runs] == [there.api_url, here.api_url]
        files.make("late.jpg")
        run.queue.send_past_again(found.runs[1].key)  # not from here
        await sent(run, files.make("c.jpg"))
        assert run.latest["late.jpg"].state is S.FAILED
    assert names_at(other_api) == ["b.jpg", "c.jpg"]


async def test_unfinished_files_of_another_server_are_listed_at_the_next_start_too(
    here: EngineOptions, there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    async with engine(here) as run:
        await run.added(world.make("waiting.jpg"))
    async with engine(there) as run:
        run.queue.restore()
        await run.until(lambda: "waiting.jpg" in run.latest)
        await named(run, here.api_url, "waiting.jpg")
        await sent(run, world.make("new.jpg"))
        run.queue.use(here)
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "waiting.jpg")
    assert (names_at(world.api), names_at(other_api)) == (["waiting.jpg"], ["new.jpg"])


async def test_a_row_of_another_server_may_be_cancelled_and_removed(
    here: EngineOptions, there: EngineOptions, files: Files
) -> None:
    async with engine(here) as run:
        await run.added(files.make("a.jpg"), files.make("b.jpg"))
        run.queue.use(there)
        await run.added(files.make("new.jpg"))
        told = len(run.all_heard(Progress))
        run.queue.cancel([run.latest["a.jpg"].upload_id])
        await run.in_state(S.CANCELLED, "a.jpg")
        run.queue.remove([run.latest["b.jpg"].upload_id])
        assert (await run.heard(UploadsRemoved)).upload_ids == (run.latest["b.jpg"].upload_id,)
        states = {name: row["state"] for name, row in run.files().items()}
        assert states == {"a.jpg": "cancelled", "b.jpg": "cancelled", "new.jpg": "pending"}
        assert {event.totals.files for event in run.all_heard(Progress)[told:]} <= {1}  # of the server in use


async def test_an_address_no_tokens_may_go_to_leaves_everything_where_it_is(here: EngineOptions, world: World) -> None:
    async with engine(here) as run:
        await run.added(world.make("a.jpg"))
        run.queue.use(replace(here, api_url="http://register.example/main"))
        await run.heard(EngineFailed)
        run.queue.scheduler.start()
        await run.added(world.make("b.jpg"))
        await named(run, here.api_url, "a.jpg", "b.jpg")
        assert world.api.calls == []
        run.queue.use(here)
        await run.to_the_end()
    assert names_at(world.api) == ["a.jpg", "b.jpg"]


async def test_on_a_broken_disk_the_list_of_the_other_server_comes_later(
    here: EngineOptions, there: EngineOptions, files: Files, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the journal")
    async with engine(there) as run:
        await run.added(files.make("left.jpg"))
    async with engine(here) as run:
        with journal_gone(here.journal_path):
            run.queue.intake.add_paths([files.make("a.jpg")], ANOMALY)
            await held(run, 1)
            run.queue.use(there)
            await held(run, 2)
        await run.until(lambda: "left.jpg" in run.latest)
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "left.jpg")
        assert run.all_heard(EngineFailed) == []


async def test_with_another_certificate_authority_everything_goes_on(
    ca: CertificateAuthority, files: Files, tmp_path: Path
) -> None:
    """Nothing was trusted first: rows stay, and what failed is tried again over the new way."""
    with (
        ScriptedStorage(tls=ca.server_context()) as storage,
        StrictApi(
            lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}"), tls=ca.server_context()
        ) as api,
    ):
        untrusted = options(tmp_path, api)
        async with engine(untrusted) as run:
            await sent(run, files.make("a.jpg"))
            assert run.files()["a.jpg"]["reason"]["code"] == "tls"
            await run.added(files.make("b.jpg"))
            run.queue.use(replace(untrusted, ca_file=ca.pem))
            run.queue.retry_failed()
            await run.in_state(S.UPLOADED, "a.jpg")
            run.queue.scheduler.start()
            await run.in_state(S.UPLOADED, "b.jpg")
            assert {upload.elsewhere for upload in run.latest.values()} == {""}
        assert names_at(api) == ["a.jpg", "b.jpg"]


async def test_what_is_under_way_goes_on_another_way_to_the_same_server(here: EngineOptions, world: World) -> None:
    """A PUT that hangs begins again at once, a registration ends as it began: nothing is registered twice."""
    world.storage.fault = lambda _key, attempt, _request: StallMidway() if attempt == 1 else None
    world.api.faults.extend((NONE, Silence()))
    async with engine(here) as run:
        await run.added(world.make("sending.jpg", size=400_000))
        run.queue.scheduler.start()
        await asyncio.to_thread(world.storage.wait_for_puts, 1)
        await run.added(world.make("registering.jpg"))
        await asyncio.to_thread(world.api.wait_for_calls, 2)
        told = len(run.all_heard(QueueStatus))
        run.queue.use(replace(here, proxy_for=lambda _: None))
        await run.in_state(S.UPLOADED, "sending.jpg")
        assert [event.running for event in run.all_heard(QueueStatus)[told:]] == []
        world.api.release()
        world.storage.release()
        await run.idle()
        rows = run.files()
    assert {(row["state"], row["may_be_registered_twice"]) for row in rows.values()} == {("uploaded", False)}
    assert names_at(world.api) == ["registering.jpg", "sending.jpg"]


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.SERVICE_BUSY, Condition.STORAGE_BUSY])
async def test_a_side_in_trouble_is_asked_at_once_on_another_way(
    condition: Condition, here: EngineOptions, world: World
) -> None:
    """Else it would be asked again in an hour."""
    policy = replace(QUICK.policy, probe_first=3600.0, probe=3600.0)
    if condition is Condition.OFFLINE:
        policy = replace(policy, base=3600.0, offline=3600.0)
        world.api.stop()
    elif condition is Condition.SERVICE_BUSY:
        world.api.faults.append(Answer(503))
    else:
        world.storage.fault = lambda _key, _attempt, _request: internal_error()
    async with engine(here, replace(QUICK, policy=policy)) as run:
        await run.added(world.make("a.jpg"), world.make("b.jpg"))
        run.queue.scheduler.start()
        await run.until(lambda: any(condition in one.conditions for one in run.all_heard(QueueStatus)))
        await run.in_state(S.QUEUED if world.api.registered == [] else S.REGISTERED, "a.jpg", "b.jpg")
        if condition is Condition.OFFLINE:
            world.api.start()
        world.storage.fault = lambda _key, _attempt, _request: None
        run.queue.use(replace(here, proxy_for=lambda _: None))
        await run.idle()
        assert {(row["state"], row["may_be_registered_twice"]) for row in run.files().values()} == {("uploaded", False)}


async def test_what_failed_on_the_old_way_counts_no_longer_on_another(
    here: EngineOptions, files: Files, scripted_storage: ScriptedStorage
) -> None:
    """It is in the sixth of its six tries, and fails five times more."""
    scripted_storage.fault = lambda _key, attempt, _request: StallMidway() if attempt == 6 else wrong_etag()
    async with engine(here) as run:
        await run.added(files.make("a.jpg", size=400_000))
        run.queue.scheduler.start()
        await asyncio.to_thread(scripted_storage.wait_for_puts, 6)
        scripted_storage.fault = lambda _key, attempt, _request: wrong_etag() if attempt <= 11 else None
        run.queue.use(replace(here, proxy_for=lambda _: None))
        await run.idle()
        assert run.only()["state"] == "uploaded"
        scripted_storage.release()


async def test_a_server_in_use_again_tells_how_its_own_queue_stands(
    here: EngineOptions, there: EngineOptions, files: Files, scripted_storage: ScriptedStorage
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StallMidway()
    async with engine(here) as run:
        run.queue.use(there)
        await run.added(files.make("a.jpg", size=400_000))
        run.queue.scheduler.start()
        await asyncio.to_thread(scripted_storage.wait_for_puts, 1)
        await run.until(lambda: run.all_heard(QueueStatus)[-1].running)
        run.queue.use(here)
        await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
        scripted_storage.release()


async def test_limits_and_choices_of_the_settings_in_use_hold_from_then_on(
    here: EngineOptions, files: Files, scripted_storage: ScriptedStorage
) -> None:
    film = files.make("film.mp4", content=b"\0\0\0\x18ftypisom" + b"film" * 1000)
    scripted_storage.fault = lambda _key, _attempt, _request: SlowRead(50_000)
    async with engine(replace(here, bandwidth_limit=1.0)) as run:
        zipped = Choices.from_flags(convert=False, zipped=True)
        run.queue.use(replace(here, max_concurrent=1, choices=zipped))
        await sent(run, *(files.make(f"{n}.jpg", size=3000 + n) for n in range(3)), film)
        assert {row["state"] for row in run.files().values()} == {"uploaded"}
    for before, after in pairwise(scripted_storage.puts):
        assert before.answered is not None
        assert before.answered <= after.arrived


@pytest.mark.parametrize("tokens", [("another-bearer", "another-session"), None])
async def test_other_tokens_of_the_settings_in_use_hold_from_then_on(
    tokens: tuple[str, str] | None, here: EngineOptions, world: World
) -> None:
    async with engine(here) as run:
        await sent(run, world.make("a.jpg"))
        await run.idle()
        run.queue.use(replace(here, tokens=tokens))
        await run.added(world.make("b.jpg", size=3000))
        run.queue.scheduler.start()
        assert not (await run.heard(SignInRequired)).refused_again
        run.queue.use(here)
        await run.in_state(S.UPLOADED, "b.jpg")
        await run.idle(2)
    assert len(world.api.calls) == (2 if tokens is None else 3)


async def test_a_paused_queue_stays_paused_on_another_way(here: EngineOptions, world: World) -> None:
    async with engine(here) as run:
        await run.added(world.make("a.jpg"))
        run.queue.scheduler.start()
        run.queue.scheduler.pause()
        run.queue.use(replace(here, size_unit="bytes"))
        run.queue.history.tell_runs()
        await run.heard(HistoryFound)
        assert world.api.calls == []
        assert run.all_heard(UploadsChanged) == []
