"""Files that are not registered yet go to another anomaly: once, to that one alone, whatever is under way."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, Run, World, engine, options
from tests.support import pictures
from tests.support.api_faults import Answer, Silence, busy, refusal
from tests.support.strict_api import StrictApi
from uploader_gui.engine.events import AnomalyChanged, Condition, PathsAdded, QueueStatus, SentElsewhere, UndoOffered
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import AddOptions, Choices

S = UploadState
OTHER = "43"


async def moved(run: Run, *names: str, to: str = OTHER) -> AnomalyChanged:
    number = len(run.all_heard(AnomalyChanged)) + 1
    run.queue.send_to([run.latest[name].upload_id for name in names], to)
    return await run.heard(AnomalyChanged, number)


def arrived(api: StrictApi) -> list[tuple[str, str]]:
    return sorted((record.name, record.anomaly_id) for record in api.registered)


def journal(folder: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as db:
        return db.execute("SELECT upload_id, anomaly_id, state FROM uploads ORDER BY name").fetchall()


async def test_the_same_upload_waits_for_the_other_anomaly_also_after_a_restart(world: World) -> None:
    async with world.engine() as run:
        await run.added(path := world.make("a.jpg"), world.make("b.jpg"))
        before = run.latest["a.jpg"]
        assert await moved(run, "a.jpg") == AnomalyChanged(OTHER, 1)
        await run.until(lambda: run.latest["a.jpg"].anomaly_id == OTHER)
        assert (run.latest["a.jpg"].upload_id, run.latest["a.jpg"].order) == (before.upload_id, before.order)
        kept = [(run.latest[name].upload_id, where, "queued") for name, where in (("a.jpg", OTHER), ("b.jpg", ANOMALY))]
        await run.added(path, anomaly=OTHER)
        assert run.all_heard(PathsAdded)[-1].already_in_queue == 1
    assert journal(world.folder) == kept
    async with world.engine() as run:
        run.queue.restore()
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "a.jpg", "b.jpg")
    assert arrived(world.api) == [("a.jpg", OTHER), ("b.jpg", ANOMALY)]


async def test_in_a_running_queue_each_file_goes_where_it_is_told_to_and_what_is_registered_stays(world: World) -> None:
    names = [f"{n:03}.txt" for n in range(200)]
    world.api.fault = lambda _number, _call: Silence()
    async with world.engine() as run:
        await run.added(*(world.make(name, content=name.encode()) for name in names))
        run.queue.scheduler.start()
        await run.until(lambda: any(one.state is S.REGISTERING for one in run.latest.values()))
        told = await moved(run, *names)
        world.api.release()
        await run.in_state(S.UPLOADED, *names)
        where = {name: run.latest[name].anomaly_id for name in names}
    assert told.moved >= 1
    assert told.registered >= 1
    assert arrived(world.api) == sorted(where.items())
    assert list(where.values()).count(OTHER) == told.moved == len(names) - told.registered


async def test_a_file_whose_registration_is_about_to_begin_goes_to_the_other_one_alone(run: Run, world: World) -> None:
    names = ["a.jpg", "b.jpg"]
    await run.added(*map(world.files.make, names))
    ids = [run.latest["b.jpg"].upload_id]
    run.queue.scheduler.start()
    asyncio.get_running_loop().call_soon(run.queue.send_to, ids, OTHER)  # the batch is taken out by then
    await run.in_state(S.UPLOADED, *names)
    assert arrived(world.api) == [("a.jpg", ANOMALY), ("b.jpg", OTHER)]


@pytest.mark.parametrize("answer", [busy(), refusal(400), refusal(404)])
async def test_what_the_service_would_not_register_goes_to_the_other_one_alone(answer: Answer, world: World) -> None:
    def refused(_number: int, call: object) -> Answer | None:
        return answer if f"/{ANOMALY}" in str(getattr(call, "request", "")) else None

    world.api.fault = refused
    async with world.engine() as run:
        await run.added(world.make("a.jpg"))
        run.queue.scheduler.start()
        await run.until(lambda: run.latest["a.jpg"].reason is not None)
        while not (await moved(run, "a.jpg")).moved:
            """The next attempt had begun: while one is under way, it stays."""
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "a.jpg")
        assert run.latest["a.jpg"].anomaly_id == OTHER
        assert not run.latest["a.jpg"].may_be_registered_twice
    assert arrived(world.api) == [("a.jpg", OTHER)]


async def test_where_the_file_stands_on_the_other_list_already_one_row_is_left(run: Run, world: World) -> None:
    path = world.make("a.jpg")
    await run.added(path)
    first = run.latest["a.jpg"].upload_id
    await run.added(path, anomaly=OTHER)
    second = run.latest["a.jpg"].upload_id
    run.queue.send_to([first], OTHER)
    assert await run.heard(AnomalyChanged) == AnomalyChanged(OTHER, 0, already_there=1)
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.jpg")
    await run.idle()
    assert [(record.upload_id, record.anomaly_id) for record in world.api.registered] == [(second, OTHER)]


async def test_what_was_uploaded_to_the_other_one_before_is_left_out_there(run: Run, world: World) -> None:
    path, copy = world.make("a.jpg"), world.make("copy/a.jpg")
    await run.added(path, anomaly=OTHER)
    await run.to_the_end()
    run.queue.scheduler.pause()
    await run.added(copy)
    await run.in_state(S.QUEUED, "a.jpg")
    await moved(run, "a.jpg")
    await run.in_state(S.SKIPPED, "a.jpg")
    assert await moved(run, "a.jpg", to=ANOMALY) == AnomalyChanged(ANOMALY, 1)
    await run.in_state(S.QUEUED, "a.jpg")
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.jpg")
    assert arrived(world.api) == [("a.jpg", ANOMALY), ("a.jpg", OTHER)]


async def test_a_failed_or_cancelled_file_waits_again_under_the_other_number(run: Run, world: World) -> None:
    missing = world.files.folder / "late.jpg"
    await run.added(missing, world.make("a.jpg"))
    run.queue.cancel([run.latest["a.jpg"].upload_id])
    await run.in_state(S.CANCELLED, "a.jpg")
    world.make("late.jpg", size=4000)
    assert (await moved(run, "late.jpg", "a.jpg")).moved == 2
    await run.in_state(S.QUEUED, "late.jpg", "a.jpg")
    assert run.all_heard(UndoOffered)[-1] == UndoOffered()
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "late.jpg", "a.jpg")
    assert arrived(world.api) == [("a.jpg", OTHER), ("late.jpg", OTHER)]


async def test_a_picture_being_converted_is_told_from_the_other_ones_files(run: Run, world: World) -> None:
    add_options = AddOptions(choices=Choices.from_flags(convert=True, zipped=False))
    await run.added(world.make("there/b.jpg", size=3000), anomaly=OTHER)
    await run.added(pictures.heic(world.files.folder / "b.heic"), add_options=add_options)
    await run.in_state(S.QUEUED, "b.heic")
    assert run.latest["b.heic"].sent.name == "b.jpg"
    await moved(run, "b.heic")
    await run.added(pictures.heic(world.files.folder / "c.heic"), add_options=add_options)
    await moved(run, "c.heic")
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "b.heic", "b.jpg", "c.heic")
    names = [name for name, anomaly in arrived(world.api) if anomaly == OTHER]
    assert len(set(names)) == 3
    assert {"b.jpg", "c.jpg"} <= set(names)


async def test_what_is_sent_or_asked_for_is_told_and_stays(world: World) -> None:
    async with world.engine() as run:
        await run.added(world.make("a.jpg"))
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "a.jpg")
        assert await moved(run, "a.jpg") == AnomalyChanged(OTHER, 0, registered=1)
        assert await moved(run, "a.jpg", to=ANOMALY) == AnomalyChanged(ANOMALY, 0)
        assert not any(Condition.JOURNAL in status.conditions for status in run.all_heard(QueueStatus))
    assert journal(world.folder)[0][1:] == (ANOMALY, "uploaded")


@pytest.mark.parametrize(
    ("dropped", "count", "meant"),
    [
        (["in/plan.txt"], 1, ["plan.txt"]),  # the same file
        (["copy/renamed.txt"], 1, ["renamed.txt"]),  # the same content elsewhere
        (["in/edited.txt"], 1, ["edited.txt"]),  # another content in the same place
        (["in/plan.txt", "new.txt"], 1, ["new.txt", "plan.txt"]),  # half of the drop: all of it was meant
        (["in/plan.txt", "new.txt", "new2.txt"], 1, ["plan.txt"]),
        (["in/plan.txt", "in/edited.txt", "new.txt"], 2, ["edited.txt", "new.txt", "plan.txt"]),
        (["new.txt"], 0, []),
        (["same-size.txt"], 0, []),
        (["both.txt"], 0, []),  # this anomaly has it, too
    ],
)
async def test_files_that_went_to_another_anomaly_before_are_noticed(
    dropped: list[str], count: int, meant: list[str], world: World
) -> None:
    for name, content in (
        ("in/plan.txt", b"a plan"), ("in/edited.txt", b"first words"), ("copy/renamed.txt", b"a plan"),
        ("new.txt", b"n"), ("new2.txt", b"new too"), ("same-size.txt", b"A PLAN"), ("both.txt", b"for both"),
    ):  # fmt: skip
        (world.folder / name).parent.mkdir(exist_ok=True)
        (world.folder / name).write_bytes(content)
    async with engine(options(world.folder / "data", world.api)) as run:
        await run.added(world.folder / "in", world.folder / "both.txt", anomaly=OTHER)
        await run.added(world.folder / "both.txt")
        await run.to_the_end()
    (world.folder / "in" / "edited.txt").write_bytes(b"other words, and more of them")
    async with engine(options(world.folder / "data", world.api)) as run:
        await run.added(*(world.folder / name for name in dropped))
        if not count:
            await run.added(world.folder / "in" / "plan.txt")  # told after what the first drop would have told
        told = await run.heard(SentElsewhere)
        assert (told.anomaly_id, told.other) == (ANOMALY, OTHER)
        if count:
            names = {upload.upload_id: name for name, upload in run.latest.items()}
            assert (told.files, told.of) == (count, len(dropped))
            assert sorted(names[upload_id] for upload_id in told.upload_ids) == meant
        else:
            assert (told.files, told.of, len(run.all_heard(SentElsewhere))) == (1, 1, 1)


async def test_of_several_other_anomalies_the_last_one_is_told(run: Run, world: World) -> None:
    path = world.make("a.jpg")
    for number, anomaly in enumerate((OTHER, "44"), start=1):
        between = time.time()
        await run.added(path, anomaly=anomaly)
        await run.to_the_end(number)
    await run.added(path)
    await run.until(lambda: any(told.anomaly_id == ANOMALY for told in run.all_heard(SentElsewhere)))
    told = run.all_heard(SentElsewhere)[-1]
    assert (told.other, told.at > between) == ("44", True)


async def test_without_a_window_nobody_is_told_of_other_anomalies(world: World) -> None:
    path = world.make("a.jpg")
    async with world.engine(keeps_list=False) as run:
        await run.added(path, anomaly=OTHER)
        await run.to_the_end()
        await run.added(path)
        await run.to_the_end(2)
        assert run.all_heard(SentElsewhere) == []
