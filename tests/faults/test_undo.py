"""What a person takes away can be had back as it was: rows in their places, states, and nothing registered twice."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, Run, World, engine, options
from tests.faults.storing import is_stored
from tests.support.api_faults import Answer, Silence
from tests.support.storage_faults import StallMidway
from uploader_gui.engine.events import (
    PathsAdded,
    QueueStatus,
    UndoOffered,
    UploadsAdded,
    UploadsRemoved,
    UploadsRestored,
)
from uploader_gui.engine.models import Treatment, UploadState

S = UploadState
FILM = b"\0\0\0\x18ftypisom" + b"film" * 1000


async def restored(run: Run, number: int = 1) -> None:
    run.queue.undo()
    await run.heard(UploadsRestored, number)


def ids(run: Run, *names: str) -> list[Any]:
    return [run.latest[name].upload_id for name in names]


def rows(run: Run) -> list[tuple[str, UploadState]]:
    """Give the rows a window would show by now, in the order they were added."""
    listed: dict[Any, Any] = {}
    for event in run.events:
        if isinstance(event, UploadsAdded):
            listed |= {upload.upload_id: upload for upload in event.uploads}
        if isinstance(event, UploadsRemoved):
            listed = {key: upload for key, upload in listed.items() if key not in event.upload_ids}
    latest = {upload.upload_id: upload for upload in run.latest.values()}
    shown = sorted((latest[key] for key in listed), key=lambda upload: upload.order)
    return [(upload.source.name, upload.state) for upload in shown]


TAKEN_AWAY: dict[str, Callable[[Run], None]] = {
    "remove": lambda run: run.queue.remove(ids(run, "b.jpg", "failed.jpg", "refused.xyz", "uploaded.jpg")),
    "discard": lambda run: run.queue.remove(ids(run, "a.jpg", "b.jpg")),
    "clear": lambda run: run.queue.clear_finished(),
    "cancel": lambda run: run.queue.cancel(ids(run, "b.jpg")),
    "cancel all": lambda run: run.queue.cancel_all(),
    "delete": lambda run: run.queue.take_away(ids(run, "a.jpg"), ids(run, "failed.jpg", "b.jpg")),
    "everything": lambda run: run.queue.remove([upload.upload_id for upload in run.latest.values()]),
}


@pytest.mark.parametrize("taken_away", TAKEN_AWAY)
async def test_it_comes_back_as_it_was(taken_away: str, run: Run, world: World) -> None:
    late = world.files.folder / "failed.jpg"
    await run.added(world.make("uploaded.jpg"), late, world.make("refused.xyz", content=b"?"))
    await run.to_the_end()
    await run.added(world.make("a.jpg"), world.make("b.jpg"), world.make("c.jpg"))
    before = rows(run)
    TAKEN_AWAY[taken_away](run)
    await run.heard(UndoOffered)
    await restored(run)
    await run.until(lambda: rows(run) == before)
    assert run.all_heard(UndoOffered)[-1] == UndoOffered()
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.jpg", "b.jpg", "c.jpg")
    receipt = run.files()
    assert {name: row["state"] for name, row in receipt.items()} == {
        "uploaded.jpg": "uploaded", "failed.jpg": "failed", "refused.xyz": "refused", "a.jpg": "uploaded",
        "b.jpg": "uploaded", "c.jpg": "uploaded",
    }  # fmt: skip
    assert not any(row["may_be_registered_twice"] for row in receipt.values())
    assert len(world.api.registered) == len(world.storage.objects) == 4


async def test_a_row_that_was_cancelled_before_it_was_removed_comes_back_cancelled(run: Run, world: World) -> None:
    await run.added(world.make("a.jpg"), world.make("b.jpg"))
    run.queue.cancel(ids(run, "a.jpg"))
    await run.in_state(S.CANCELLED, "a.jpg")
    run.queue.remove(ids(run, "a.jpg"))
    await restored(run)
    await run.to_the_end()
    assert {name: row["state"] for name, row in run.files().items()} == {"a.jpg": "cancelled", "b.jpg": "uploaded"}
    assert [record.name for record in world.api.registered] == ["b.jpg"]


async def test_clearing_takes_out_what_is_done_and_leaves_what_a_person_has_to_see(run: Run, world: World) -> None:
    await run.added(world.make("uploaded.jpg"), world.files.folder / "failed.jpg", world.make("no.xyz", content=b"?"))
    await run.to_the_end()
    await run.added(world.make("cancelled.jpg"), world.make("waiting.jpg"))
    run.queue.cancel(ids(run, "cancelled.jpg"))
    run.queue.clear_finished()
    await run.heard(UploadsRemoved)
    assert [name for name, _ in rows(run)] == ["failed.jpg", "no.xyz", "waiting.jpg"]


async def test_what_is_offered_says_how_much_comes_back(run: Run, world: World) -> None:
    await run.added(*(world.make(f"{n}.jpg") for n in range(5)))
    run.queue.remove(ids(run, "0.jpg", "1.jpg"))
    run.queue.cancel(ids(run, "2.jpg"))
    run.queue.take_away(ids(run, "3.jpg"), ids(run, "4.jpg"))
    run.queue.remove([])
    run.queue.cancel(ids(run, "2.jpg"))
    for number in range(1, 5):
        await restored(run, min(number, 3)) if number < 4 else run.queue.undo()
    assert run.all_heard(UndoOffered) == [
        UndoOffered(removed=2), UndoOffered(cancelled=1), UndoOffered(removed=1, cancelled=1),
        UndoOffered(cancelled=1), UndoOffered(removed=2), UndoOffered(),
    ]  # fmt: skip
    assert rows(run) == [(f"{n}.jpg", S.QUEUED) for n in range(5)]


async def test_what_is_taken_back_at_once_is_not_lost_on_the_way_to_the_window(run: Run, world: World) -> None:
    """Removed, taken back, given again: all before the window hears of the first."""
    path = world.make("a.jpg")
    await run.added(path)
    for number in range(1, 4):
        run.queue.remove(ids(run, "a.jpg"))
        await restored(run, number)
        assert rows(run) == [("a.jpg", S.QUEUED)]
    run.queue.remove(ids(run, "a.jpg"))
    await run.added(path)
    await restored(run, 4)
    assert rows(run) == [("a.jpg", S.QUEUED)]


async def test_a_registered_upload_keeps_its_link(run: Run, world: World) -> None:
    """Taken away in the middle of its PUT and taken back: the same record, the same place, sent whole."""
    world.storage.fault = lambda _key, attempt, _request: StallMidway() if attempt == 1 else None
    await run.added(world.make("a.jpg", size=400_000))
    run.queue.scheduler.start()
    await asyncio.to_thread(world.storage.wait_for_puts, 1)
    run.queue.remove(ids(run, "a.jpg"))
    await run.heard(UploadsRemoved)
    await restored(run)
    await run.in_state(S.UPLOADED, "a.jpg")  # it was being sent, and goes on by itself
    world.storage.release()
    row = run.only()
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", False)
    assert is_stored(world.storage, row)
    assert len(world.api.registered) == 1


async def cancelled_while_it_is_registered(run: Run, world: World) -> None:
    world.api.faults.append(Silence())
    await run.added(world.make("a.jpg"))
    run.queue.scheduler.start()
    await asyncio.to_thread(world.api.wait_for_calls, 1)
    run.queue.cancel_all()
    await run.in_state(S.CANCELLED, "a.jpg")


async def test_what_is_being_registered_is_not_asked_for_twice(run: Run, world: World) -> None:
    await cancelled_while_it_is_registered(run, world)
    await restored(run)
    world.api.release()
    await run.in_state(S.UPLOADED, "a.jpg")
    assert run.only()["may_be_registered_twice"] is False
    assert len(world.api.registered) == len(world.api.calls) == 1


async def test_a_registration_whose_answer_was_lost_meanwhile_marks_the_upload(run: Run, world: World) -> None:
    await cancelled_while_it_is_registered(run, world)
    world.api.hang_up()
    await restored(run)
    await run.in_state(S.UPLOADED, "a.jpg")
    assert run.only()["may_be_registered_twice"] is True


async def test_it_does_not_begin_what_a_person_has_not_begun_or_has_paused(run: Run, world: World) -> None:
    await run.added(world.make("a.jpg"))
    run.queue.remove(ids(run, "a.jpg"))
    await restored(run)
    assert (run.latest["a.jpg"].state, world.api.calls) == (S.QUEUED, [])
    world.api.faults.append(Answer(503))
    run.queue.scheduler.start()
    run.queue.cancel_all()
    run.queue.scheduler.pause()
    await restored(run, 2)
    assert (run.latest["a.jpg"].state, world.api.registered) == (S.QUEUED, [])
    run.queue.scheduler.start()
    run.queue.cancel_all()
    await run.idle()
    await restored(run, 3)
    await run.in_state(S.UPLOADED, "a.jpg")  # it is paused no more
    assert not any(status.partly for status in run.all_heard(QueueStatus))  # nothing else waited


async def test_it_begins_nothing_that_waits_for_start(run: Run, world: World) -> None:
    world.api.faults.append(Answer(400))
    await run.added(world.make("a.jpg"))
    run.queue.scheduler.start()
    await run.in_state(S.FAILED, "a.jpg")
    await run.idle()
    await run.added(world.make("waiting.jpg"), world.make("gone.jpg"), anomaly="43")
    run.queue.retry(ids(run, "a.jpg"))  # goes on while the others wait
    run.queue.cancel(ids(run, "gone.jpg"))
    await restored(run)
    await run.in_state(S.UPLOADED, "a.jpg")
    await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
    assert rows(run) == [("a.jpg", S.UPLOADED), ("waiting.jpg", S.QUEUED), ("gone.jpg", S.QUEUED)]


async def test_it_goes_on_alone_where_others_wait_for_start_by_now(run: Run, world: World) -> None:
    await run.added(world.make("a.jpg"))
    run.queue.scheduler.start()
    run.queue.cancel_all()
    await run.idle()
    await run.added(world.make("waiting.jpg"), anomaly="43")
    await restored(run)
    await run.in_state(S.UPLOADED, "a.jpg")
    await run.until(lambda: not run.all_heard(QueueStatus)[-1].running)
    assert rows(run) == [("a.jpg", S.UPLOADED), ("waiting.jpg", S.QUEUED)]


async def test_the_queue_may_have_gone_on_meanwhile(run: Run, world: World) -> None:
    """Others were sent to the end, the removed one was not; taken back, it goes on as it would have."""
    await run.added(world.make("a.jpg"), world.make("b.jpg"))
    run.queue.remove(ids(run, "a.jpg"))
    await run.to_the_end()
    assert set(world.storage.objects) == {f"{ANOMALY}/{run.latest['b.jpg'].upload_id}"}
    await restored(run)
    assert rows(run) == [("a.jpg", S.QUEUED), ("b.jpg", S.UPLOADED)]
    await run.to_the_end(2)
    assert {row["state"] for row in run.files().values()} == {"uploaded"}
    assert len(world.api.registered) == 2


async def test_a_file_given_again_meanwhile_is_not_on_the_list_twice(run: Run, world: World) -> None:
    paths = world.make("a.jpg"), world.make("refused.xyz", content=b"?"), world.files.folder / "failed.jpg"
    await run.added(*paths)
    run.queue.remove(ids(run, "a.jpg", "refused.xyz", "failed.jpg"))
    await run.added(*paths)
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.jpg")
    await restored(run)
    assert sorted(name for name, _ in rows(run)) == ["a.jpg", "failed.jpg", "refused.xyz"]
    await run.to_the_end(2)
    assert len(world.api.registered) == len(world.storage.objects) == 1


async def test_a_file_that_came_back_and_is_given_again_is_not_on_the_list_twice(run: Run, world: World) -> None:
    path = world.make("a.jpg")
    await run.added(path)
    run.queue.remove(ids(run, "a.jpg"))
    await restored(run)
    await run.added(path)
    assert (run.all_heard(PathsAdded)[-1].already_in_queue, rows(run)) == (1, [("a.jpg", S.QUEUED)])


async def test_a_file_that_was_sent_under_another_path_meanwhile_is_skipped(run: Run, world: World) -> None:
    await run.added(world.make("one/a.jpg"))
    first = run.latest["a.jpg"].upload_id
    run.queue.remove([first])
    await run.added(world.make("two/a.jpg"))
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.jpg")
    await restored(run)
    await run.until(lambda: run.latest["a.jpg"].state is S.SKIPPED)
    assert (run.latest["a.jpg"].upload_id, len(world.storage.objects)) == (first, 1)


@pytest.mark.parametrize(("answer", "state"), [(200, S.UPLOADED), (400, S.FAILED)])
async def test_one_that_was_tried_again_meanwhile_stays_as_it_is(answer: int, state: UploadState, world: World) -> None:
    world.api.faults.append(None if answer == 200 else Answer(answer))
    async with world.engine() as run:
        await run.added(world.make("a.jpg"))
        run.queue.cancel_all()
        run.queue.retry(ids(run, "a.jpg"))
        await run.in_state(state, "a.jpg")
        await restored(run)
        assert rows(run) == [("a.jpg", state)]
    assert len(world.api.calls) == 1


async def test_a_file_made_acceptable_is_made_so_again(run: Run, world: World) -> None:
    await run.added(world.make("film.mp4", content=FILM))
    run.queue.treat(ids(run, "film.mp4"), Treatment.ZIP)
    await run.in_state(S.QUEUED, "film.mp4")
    run.queue.remove(ids(run, "film.mp4"))
    await restored(run)
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "film.mp4")
    assert run.only()["original"]["name"] == "film.mp4"
    assert [record.name for record in world.api.registered] == ["film.mp4.zip"]


def copy_journal(folder: Path, to: Path) -> None:
    to.mkdir()
    for path in folder.glob("journal.sqlite*"):
        shutil.copy(path, to)


async def test_after_a_crash_what_was_removed_is_gone_and_what_was_taken_back_is_there(world: World) -> None:
    """What the disk held at the moment the window heard of it is what the next start finds."""
    crashed = world.folder / "crashed"
    async with world.engine() as run:
        lost = [world.files.folder / f"lost{n}.jpg" for n in range(2)]
        await run.added(*(world.make(f"{n}.jpg") for n in range(4)), *lost)
        run.queue.remove(ids(run, "0.jpg", "1.jpg", "lost0.jpg"))
        await restored(run)
        run.queue.remove(ids(run, "2.jpg", "3.jpg", "lost1.jpg"))
        await run.heard(UploadsRemoved, 2)
        copy_journal(world.folder, crashed)
    async with engine(options(crashed, world.api)) as run:
        run.queue.restore()
        await run.until(lambda: set(run.latest) == {"0.jpg", "1.jpg", "lost0.jpg"})


async def test_it_may_be_taken_back_while_another_server_is_in_use(world: World) -> None:
    """It rests then, as its server's other rows do."""
    chosen = world.options()
    async with engine(chosen) as run:
        await run.added(world.make("a.jpg"), world.make("b.jpg"))
        run.queue.scheduler.start()
        run.queue.take_away(ids(run, "b.jpg"), ids(run, "a.jpg"))
        run.queue.use(replace(chosen, api_url="https://register.example/main"))
        await restored(run)
        await run.until(lambda: {upload.elsewhere for upload in run.latest.values()} == {chosen.api_url})
        assert (rows(run), world.api.calls) == ([("a.jpg", S.QUEUED), ("b.jpg", S.QUEUED)], [])
        run.queue.use(chosen)
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "a.jpg", "b.jpg")
    assert len(world.api.registered) == 2
