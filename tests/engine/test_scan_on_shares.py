"""Paths that do not answer hold up neither the others nor a person who leaves."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.engine.scanning import gathered
from tests.support.files import Files
from uploader_gui.engine.context import EngineContext
from uploader_gui.engine.intake.duplicates import SameFile, looks
from uploader_gui.engine.intake.scan import Chunk, scan
from uploader_gui.engine.source import inspect
from uploader_gui.engine.tasks_and_threads import DaemonThreads


class SleepyPath(type(Path())):  # type: ignore[misc]  # the platform's own kind of path
    """A path on a share that sleeps: a look at it waits until `wake` is set."""

    asleep: threading.Semaphore
    wake: threading.Event

    def __fspath__(self) -> str:
        if not self.wake.is_set():
            self.asleep.release()
            self.wake.wait(30)
        return str(self)


@pytest.fixture
def share(files: Files) -> Iterator[type[SleepyPath]]:
    class Share(SleepyPath):
        asleep = threading.Semaphore(0)
        wake = threading.Event()

    yield Share
    Share.wake.set()


async def next_names(chunks: AsyncIterator[object], wanted: int) -> list[str]:
    names: list[str] = []
    async with asyncio.timeout(20):
        while len(names) < wanted:
            chunk = await anext(chunks)
            names += [found.name for found in chunk.found]  # type: ignore[attr-defined]  # a Chunk of Sources only
    return names


async def test_a_path_that_is_stuck_holds_up_neither_those_before_nor_those_behind_it(
    files: Files, threads: DaemonThreads, share: type[SleepyPath]
) -> None:
    before, stuck, behind = (files.make(f"{name}.txt") for name in ("before", "stuck", "behind"))
    chunks = scan([before, share(stuck), behind], threads)
    assert await next_names(chunks, 2) == ["before.txt", "behind.txt"]
    share.wake.set()
    assert await next_names(chunks, 1) == ["stuck.txt"]
    assert [chunk async for chunk in chunks] == []


async def test_six_stuck_paths_leave_the_seventh_its_way(
    files: Files, threads: DaemonThreads, share: type[SleepyPath]
) -> None:
    stuck = [share(files.make(f"stuck-{n}.txt")) for n in range(6)]
    chunks = scan([*stuck, files.make("free.txt")], threads)
    assert await next_names(chunks, 1) == ["free.txt"]
    assert sum(share.asleep.acquire(blocking=False) for _ in range(7)) == 6
    share.wake.set()
    assert sorted(await next_names(chunks, 6)) == [f"stuck-{n}.txt" for n in range(6)]


async def test_a_file_that_looks_like_one_on_a_stuck_share_is_another_and_those_behind_it_are_recognised(
    files: Files, threads: DaemonThreads, share: type[SleepyPath]
) -> None:
    copied, another, same = (inspect(path, path) for path in map(files.make, ("a.txt", "b.txt", "c.txt")))
    spelled_otherwise = files.folder.with_name("link")
    spelled_otherwise.symlink_to(files.folder)
    known = [replace(one, resolved=share(f"stuck/{one.name}")) for one in (copied, another)]
    known.append(replace(same, resolved=spelled_otherwise / same.name))
    parts = SimpleNamespace(store=SimpleNamespace(at_path=lambda *_: None), resources=SimpleNamespace(threads=threads))
    recognised = SameFile(cast(EngineContext, parts)).known_as(
        Chunk([copied, another, same]), "42", {looks(one): one for one in known}
    )
    async with asyncio.timeout(20):
        assert await recognised == {str(same.resolved): str(known[2].resolved)}
    assert sum(share.asleep.acquire(blocking=False) for _ in known) == 1  # its folder is asked once


async def test_leaving_waits_for_no_stuck_path(files: Files, threads: DaemonThreads, share: type[SleepyPath]) -> None:
    walking = asyncio.create_task(gathered([share(files.make("stuck.txt"))], threads))
    assert await asyncio.to_thread(share.asleep.acquire, timeout=20)
    walking.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(20):
            await walking
    threads.shutdown()


async def test_a_scan_that_is_cancelled_leaves_no_task_behind(
    files: Files, threads: DaemonThreads, share: type[SleepyPath]
) -> None:
    scanning = asyncio.create_task(gathered([share(files.make("stuck.jpg"))], threads))
    await asyncio.to_thread(share.asleep.acquire)
    scanning.cancel()
    async with asyncio.timeout(20):
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
