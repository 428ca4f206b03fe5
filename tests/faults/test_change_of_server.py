"""Another server while files stand on the list: rows stay, and none goes where it must not."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, TOKENS, Run, World, engine, options
from tests.faults.storing import is_stored
from tests.support.api_faults import Silence
from tests.support.log_watch import ExpectedLogs
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StallMidway
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    HistoryFound,
    PathsAdded,
    Progress,
    QueueStatus,
    ReceiptBuilt,
    UndoOffered,
    UploadsRemoved,
    UploadsRestored,
)
from uploader_gui.engine.models import Treatment, UploadState
from uploader_gui.engine.options import AddOptions, EngineOptions
from uploader_gui.engine.receipt import iso_time
from uploader_gui.engine.registration.api import Tokens

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
    """Wait until this many servers' queues have told that the journal is in trouble."""
    await run.until(
        lambda: [Condition.JOURNAL in event.conditions for event in run.all_heard(QueueStatus)].count(True) >= number
    )


def names_at(api: StrictApi) -> list[str]:
    return sorted(record.name for record in api.registered)


async def test_every_row_stays_and_names_the_server_it_belongs_to(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    await sent(
        run, world.make("uploaded.jpg"), world.files.folder / "failed.jpg", world.make("refused.xyz", content=b"?")
    )
    await run.added(world.make("waiting.jpg"))
    run.queue.use(there)
    await named(run, world.api.url, "uploaded.jpg", "failed.jpg", "refused.xyz", "waiting.jpg")
    states = {name: upload.state for name, upload in run.latest.items()}
    assert states == {
        "uploaded.jpg": S.UPLOADED,
        "failed.jpg": S.FAILED,
        "refused.xyz": S.REFUSED,
        "waiting.jpg": S.QUEUED,
    }
    assert run.all_heard(UploadsRemoved) == []
    await sent(run, world.make("new.jpg"))
    assert run.latest["new.jpg"].elsewhere == ""
    assert run.latest["waiting.jpg"].state is S.QUEUED
    assert names_at(other_api) == ["new.jpg"]


async def test_what_waits_or_failed_goes_to_its_own_server_once_that_is_set_again(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    await sent(run, world.files.folder / "late.jpg")
    await run.idle()
    await run.added(world.make("waiting.jpg"))
    world.make("late.jpg", size=4000)
    run.queue.use(there)
    await named(run, world.api.url, "late.jpg", "waiting.jpg")
    run.queue.retry([run.latest["late.jpg"].upload_id])
    run.queue.retry_failed()
    await sent(run, world.make("new.jpg"))
    run.queue.use(world.options())
    await named(run, "", "late.jpg", "waiting.jpg")
    states = [run.latest[name].state for name in ("late.jpg", "waiting.jpg")]
    assert states == [S.FAILED, S.QUEUED]  # a person has started nothing here
    run.queue.retry_failed()
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "late.jpg", "waiting.jpg")
    assert not any(row["may_be_registered_twice"] for row in run.files().values())
    assert (names_at(world.api), names_at(other_api)) == (["late.jpg", "waiting.jpg"], ["new.jpg"])


async def amid_a_put_and_a_registration(run: Run, world: World) -> None:
    """Bring `sending.jpg` into the middle of its first PUT, and `registering.jpg` into that of its registration."""
    world.storage.fault = lambda _key, attempt, _request: StallMidway() if attempt == 1 else None
    world.api.faults.extend((NONE, Silence()))
    await run.added(world.make("sending.jpg", size=400_000))
    run.queue.scheduler.start()
    await asyncio.to_thread(world.storage.wait_for_puts, 1)
    await run.added(world.make("registering.jpg"))
    await asyncio.to_thread(world.api.wait_for_calls, 2)


async def test_transfers_and_registrations_under_way_end_with_their_own_server(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    """One is in the middle of its PUT, one in the middle of its registration: neither is lost nor doubled."""
    await amid_a_put_and_a_registration(run, world)
    run.queue.use(there)
    await named(run, world.api.url, "sending.jpg", "registering.jpg")
    world.api.release()
    await run.in_state(S.REGISTERED, "sending.jpg", "registering.jpg")
    world.storage.release()
    assert (run.latest["sending.jpg"].state, len(world.storage.puts)) == (S.REGISTERED, 1)
    run.queue.use(world.options())
    await run.to_the_end()
    rows = run.files()
    assert {(row["state"], row["may_be_registered_twice"]) for row in rows.values()} == {("uploaded", False)}
    assert all(is_stored(world.storage, row) for row in rows.values())
    assert (names_at(world.api), other_api.calls) == (["registering.jpg", "sending.jpg"], [])


async def test_a_folder_that_is_still_searched_stays_with_the_server_it_was_given_for(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    folder = world.make("folder/0.jpg").parent
    for n in range(1, 40):
        world.make(f"folder/{n}.jpg")
    run.queue.scheduler.start()
    run.queue.intake.add_paths([folder], ANOMALY)
    run.queue.use(there)
    run.queue.scheduler.start()
    await run.heard(PathsAdded)
    await named(run, world.api.url, *(f"{n}.jpg" for n in range(40)))
    assert ({upload.state for upload in run.latest.values()}, other_api.calls) == ({S.QUEUED}, [])


async def test_a_row_is_sent_to_the_server_in_use_where_a_person_says_so(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    film = world.make("film.mp4", content=b"\0\0\0\x18ftypisom" + b"film" * 1000)
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
        ("a.jpg", "cancelled", world.api.url),
        ("film.mp4.zip", "cancelled", world.api.url),
        ("b.jpg", "pending", world.api.url),
        ("a.jpg", "uploaded", there.api_url),
        ("film.mp4.zip", "uploaded", there.api_url),
    }
    assert (names_at(world.api), names_at(other_api)) == ([], ["a.jpg", "film.mp4.zip"])


async def test_a_row_is_sent_again_to_the_server_in_use_where_that_was_wanted_and_what_arrived_is_not(
    there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    again, arrived = world.make("again.jpg"), world.make("arrived.jpg", size=3000)
    async with engine(there) as run:
        await sent(run, again)
    async with world.engine() as run:
        await sent(run, arrived)
        run.queue.intake.add_paths([again], ANOMALY, AddOptions(again=True))
        await run.heard(PathsAdded, 2)
        ids = [run.latest[path.name].upload_id for path in (again, arrived)]
        run.queue.use(there)
        run.queue.send_here(ids)
        await run.until(lambda: run.queue.unsent == {S.CANCELLED: 1})
    assert (names_at(world.api), names_at(other_api)) == (["arrived.jpg"], ["again.jpg", "again.jpg"])


async def test_a_row_sent_to_the_server_in_use_starts_nothing_that_waits_for_start_there(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    await run.added(world.make("a.jpg"))
    run.queue.use(there)
    await run.added(world.make("waiting.jpg"), anomaly="43")
    run.queue.send_here([run.latest["a.jpg"].upload_id])
    await run.in_state(S.UPLOADED, "a.jpg")
    await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
    assert (run.latest["waiting.jpg"].state, names_at(other_api)) == (S.QUEUED, ["a.jpg"])


async def test_undo_brings_nothing_back_that_another_server_got_instead(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    await run.added(world.make("a.jpg"), world.make("b.jpg"))
    run.queue.cancel_all()
    run.queue.use(there)
    await named(run, world.api.url, "a.jpg", "b.jpg")
    run.queue.send_here([run.latest["a.jpg"].upload_id])
    await run.in_state(S.UPLOADED, "a.jpg")
    await run.heard(UploadsRemoved)
    run.queue.undo()
    await run.heard(UploadsRestored)
    run.queue.use(world.options())
    await named(run, "", "b.jpg")
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "b.jpg")
    await run.idle()
    offered = [event.cancelled for event in run.all_heard(UndoOffered)]
    assert (names_at(world.api), names_at(other_api), offered) == (["b.jpg"], ["a.jpg"], [2, 1, 0])


async def test_a_receipt_after_a_change_has_every_row_and_all_servers(
    there: EngineOptions, run: Run, world: World
) -> None:
    await sent(run, world.make("a.jpg"))
    assert "server" not in run.only()
    await run.added(world.make("waiting.jpg"))
    run.queue.use(there)
    await sent(run, world.make("b.jpg"))
    await run.until(lambda: not run.queue.scheduler.running)
    run.queue.tell_receipt(ANOMALY)
    receipt = (await run.heard(ReceiptBuilt)).receipt.to_json()
    assert "server" not in receipt
    assert receipt["finished_at"] == iso_time(run.queue.scheduler.stopped_at or 0.0)
    rows = [(file["name"], file["state"], file["server"]) for file in receipt["files"]]
    assert rows == [
        ("a.jpg", "uploaded", world.api.url),
        ("waiting.jpg", "pending", world.api.url),
        ("b.jpg", "uploaded", there.api_url),
    ]
    assert (receipt["totals"]["uploaded"], receipt["totals"]["pending"]) == (2, 1)
    assert run.queue.unsent == {S.QUEUED: 1}


async def test_a_receipt_ends_now_while_the_server_in_use_works(there: EngineOptions, run: Run, world: World) -> None:
    """That of the other server's files alone, too: who asks sees what is known by then."""
    await sent(run, world.make("a.jpg"))
    await run.idle()
    before = str(run.queue.receipt(ANOMALY).to_json()["finished_at"])
    run.queue.use(there)
    world.storage.fault = lambda _key, _attempt, _request: StallMidway()
    run.queue.intake.add_paths([world.make("b.jpg", size=400_000)], "43")
    run.queue.scheduler.start()
    await asyncio.to_thread(world.storage.wait_for_puts, 2)
    run.queue.tell_receipt(ANOMALY)
    made = (await run.heard(ReceiptBuilt)).receipt.to_json()
    assert str(made["finished_at"]) > before
    world.storage.release()


async def test_history_has_the_deposits_of_all_servers_each_with_its_own(
    there: EngineOptions, other_api: StrictApi, run: Run, world: World
) -> None:
    late = world.files.folder / "late.jpg"
    await sent(run, world.make("a.jpg"), late)
    run.queue.use(there)
    await sent(run, world.make("b.jpg"))
    run.queue.history.tell_runs()
    found = await run.heard(HistoryFound)
    assert found.server == there.api_url
    assert [past.server for past in found.runs] == [there.api_url, world.api.url]
    world.make("late.jpg")
    run.queue.send_past_again(found.runs[1].key)  # not from world.options()
    await sent(run, world.make("c.jpg"))
    assert run.latest["late.jpg"].state is S.FAILED
    assert names_at(other_api) == ["b.jpg", "c.jpg"]


async def test_unfinished_files_of_another_server_are_listed_at_the_next_start_too(
    there: EngineOptions, other_api: StrictApi, world: World
) -> None:
    async with world.engine() as run:
        await run.added(world.make("waiting.jpg"))
    async with engine(there) as run:
        run.queue.restore()
        await run.until(lambda: "waiting.jpg" in run.latest)
        await named(run, world.api.url, "waiting.jpg")
        await sent(run, world.make("new.jpg"))
        run.queue.use(world.options())
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "waiting.jpg")
    assert (names_at(world.api), names_at(other_api)) == (["waiting.jpg"], ["new.jpg"])


async def test_a_row_of_another_server_can_be_cancelled_or_removed(
    there: EngineOptions, run: Run, world: World
) -> None:
    await run.added(world.make("a.jpg"), world.make("b.jpg"))
    run.queue.use(there)
    await run.added(world.make("new.jpg"))
    told = len(run.all_heard(Progress))
    run.queue.cancel([run.latest["a.jpg"].upload_id])
    await run.in_state(S.CANCELLED, "a.jpg")
    run.queue.remove([run.latest["b.jpg"].upload_id])
    assert (await run.heard(UploadsRemoved)).upload_ids == (run.latest["b.jpg"].upload_id,)
    states = {name: row["state"] for name, row in run.files().items()}
    assert states == {"a.jpg": "cancelled", "b.jpg": "cancelled", "new.jpg": "pending"}
    assert {event.totals.files for event in run.all_heard(Progress)[told:]} <= {1}  # of the server in use


async def test_an_address_no_tokens_may_go_to_leaves_everything_where_it_is(run: Run, world: World) -> None:
    await run.added(world.make("a.jpg"))
    run.queue.use(world.options(api_url="http://register.example/main"))
    await run.heard(EngineFailed)
    run.queue.scheduler.start()
    await run.added(world.make("b.jpg"))
    await named(run, world.api.url, "a.jpg", "b.jpg")
    run.queue.sign_in("meant for", "another")
    run.queue.look_up("7")
    assert (world.api.calls, run.queue.scheduler.context.server.api.tokens) == ([], Tokens(*TOKENS))
    run.queue.use(world.options())
    await run.to_the_end()
    assert names_at(world.api) == ["a.jpg", "b.jpg"]


async def test_after_an_address_that_cannot_be_used_rows_still_name_their_own_server(
    there: EngineOptions, run: Run, world: World
) -> None:
    await run.added(world.make("a.jpg"))
    run.queue.use(world.options(api_url="http://register.example/main"))
    run.queue.use(there)
    await run.added(world.make("b.jpg"))
    assert {name: upload.elsewhere for name, upload in run.latest.items()} == {"a.jpg": world.api.url, "b.jpg": ""}


async def test_on_a_broken_disk_the_list_of_the_other_server_comes_later(
    there: EngineOptions, expected_logs: ExpectedLogs, world: World
) -> None:
    expected_logs.allow("the journal")
    async with engine(there) as run:
        await run.added(world.make("left.jpg"))
    async with world.engine() as run:
        with journal_gone(world.options().journal_path):
            run.queue.intake.add_paths([world.make("a.jpg")], ANOMALY)
            await held(run, 1)
            run.queue.use(there)
            await held(run, 2)
        await run.until(lambda: "left.jpg" in run.latest)
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "left.jpg")
        assert run.all_heard(EngineFailed) == []


async def test_a_server_in_use_again_tells_how_its_queue_stands(there: EngineOptions, run: Run, world: World) -> None:
    world.storage.fault = lambda _key, _attempt, _request: StallMidway()
    run.queue.use(there)
    await run.added(world.make("a.jpg", size=400_000))
    run.queue.scheduler.start()
    await asyncio.to_thread(world.storage.wait_for_puts, 1)
    await run.until(lambda: run.all_heard(QueueStatus)[-1].running)
    run.queue.use(world.options())
    await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
    world.storage.release()


async def test_nothing_begins_for_a_server_whose_files_were_just_being_listed_when_all_ends(
    there: EngineOptions, world: World
) -> None:
    async with engine(there) as run:
        await run.added(world.make("left.jpg"))
    async with world.engine() as run:
        listing = asyncio.create_task(run.queue.servers.list_resting())
        await asyncio.sleep(0)
        run.queue.servers.close()
        await listing
        await run.gone()
    assert asyncio.all_tasks() == {asyncio.current_task()}
