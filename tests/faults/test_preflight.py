"""What went before is found out in the background, with the day it went; Start never waits for that."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from tests.faults.running import ANOMALY, QUICK, World, engine, send
from uploader_gui.engine.events import QueueStatus, Resumed
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.source import hash_whole
from uploader_gui.engine.tasks_and_threads import DaemonThreads

S = UploadState
P = ParamSpec("P")
T = TypeVar("T")


class SlowHashing(DaemonThreads):
    """Threads in which a whole file is not hashed before the test says so."""

    def __init__(self, may_go_on: threading.Event) -> None:
        super().__init__()
        self.may_go_on = may_go_on

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        is_hashing = getattr(fn, "__name__", "") == hash_whole.__name__

        def wait_then_hash() -> T:
            if is_hashing:
                self.may_go_on.wait(60)
            return fn(*args, **kwargs)

        return super().submit(wait_then_hash)


def file(folder: Path, name: str, content: bytes = b"evidence") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


async def test_a_file_that_went_before_says_when(world: World) -> None:
    chosen, path = world.options(), file(world.folder, "a.txt")
    began = time.time()
    await send(chosen, path)
    async with engine(chosen) as run:
        run.queue.intake.add_paths([path], ANOMALY)
        await run.in_state(S.SKIPPED, "a.txt")  # without Start
        sent_before = run.latest["a.txt"].sent_before
        assert sent_before is not None
        assert began <= sent_before <= time.time()


async def test_only_a_file_of_the_same_size_is_read(world: World) -> None:
    chosen, path = world.options(), file(world.folder, "a.txt")
    await send(chosen, path)
    path.write_bytes(b"evidence, longer")
    async with engine(chosen) as run:
        await run.added(path)
        assert run.latest["a.txt"].state is S.QUEUED
        assert run.latest["a.txt"].sent_before is None


async def test_sending_again_waits_for_start_where_a_person_has_not_started(world: World) -> None:
    chosen, path = world.options(), file(world.folder, "a.txt")
    await send(chosen, path)
    async with engine(chosen) as run:
        run.queue.intake.add_paths([path], ANOMALY)
        await run.in_state(S.SKIPPED, "a.txt")
        run.queue.send_again([run.latest["a.txt"].upload_id], start=False)
        await run.in_state(S.QUEUED, "a.txt")
        assert len(world.api.registered) == 1
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "a.txt")
        await run.idle()
    assert len(world.api.registered) == 2


@pytest.fixture
def may_hash() -> Iterator[threading.Event]:
    """Give what lets whole files be hashed; a test that fails holds up no thread."""
    given = threading.Event()
    yield given
    given.set()


async def test_start_waits_for_no_hash(may_hash: threading.Event, world: World) -> None:
    chosen, known = world.options(), file(world.folder, "known.txt")
    fresh = [file(world.folder, f"{n}.txt") for n in range(5)]
    await send(chosen, known)
    async with engine(chosen, replace(QUICK, threads=lambda: SlowHashing(may_hash))) as run:
        await run.added(known, *fresh)
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, *(path.name for path in fresh))
        assert run.latest["known.txt"].state is S.QUEUED
        assert not (await run.heard(QueueStatus)).walking
        may_hash.set()
        await run.in_state(S.SKIPPED, "known.txt")
        await run.idle()
    assert len(world.api.registered) == 6


async def test_a_file_replaced_by_another_while_it_is_compared_is_sent_and_holds_up_nobody(
    may_hash: threading.Event, world: World
) -> None:
    first, second = file(world.folder, "a.txt"), file(world.folder, "b.txt")
    await world.send(first, second)
    async with world.engine(replace(QUICK, threads=lambda: SlowHashing(may_hash))) as run:
        await run.added(first, second)
        run.queue.cancel([run.latest["a.txt"].upload_id])
        await run.in_state(S.CANCELLED, "a.txt")
        first.write_bytes(b"evidence, longer")
        run.queue.retry([run.latest["a.txt"].upload_id])
        run.queue.scheduler.pause()
        await run.in_state(S.QUEUED, "a.txt")
        may_hash.set()
        await run.in_state(S.SKIPPED, "b.txt")
        await run.to_the_end()
        assert {name: row["state"] for name, row in run.files().items()} == {"a.txt": "uploaded", "b.txt": "skipped"}
    assert len(world.api.registered) == 3


async def test_a_file_that_can_no_longer_be_compared_is_not_called_uploaded(
    may_hash: threading.Event, world: World
) -> None:
    path = file(world.folder, "a.txt")
    await world.send(path)
    async with world.engine(replace(QUICK, threads=lambda: SlowHashing(may_hash))) as run:
        await run.added(path)
        path.unlink()
        may_hash.set()
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["reason"]["code"]) == ("failed", "missing")


async def test_a_second_copy_that_a_person_wants_is_sent_after_a_restart_too(world: World) -> None:
    path = file(world.folder, "a.txt")
    await world.send(path)
    async with world.engine() as run:
        await run.added(path)
        await run.in_state(S.SKIPPED, "a.txt")
        run.queue.send_again([run.latest["a.txt"].upload_id], start=False)
        await run.in_state(S.QUEUED, "a.txt")
    async with world.engine() as run:
        run.queue.intake.resume()
        await run.heard(Resumed)
        await run.to_the_end()
        assert run.only()["state"] == "uploaded"
    assert len(world.api.registered) == 2
