"""What nobody foresaw: a thread that cannot start, a library or a front end that breaks. Told, never waited for."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, QUICK, World, engine, options, send
from tests.support.files import Files
from tests.support.log_watch import ExpectedLogs
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.build import run_engine
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import EngineFailed, Event, QueueIdle, UploadsAdded
from uploader_gui.engine.models import Reason, Treatment, UploadState
from uploader_gui.engine.options import EngineOptions
from uploader_gui.engine.queue import UploadQueue
from uploader_gui.engine.tasks_and_threads import DaemonThreads
from uploader_gui.engine.thread import LEAVE_SECONDS, EngineThread


class Panic(BaseException):
    """What a library written in Rust raises when it breaks: no `Exception`."""


class BreakingThreads(DaemonThreads):
    """Threads in which calls of some names break, or that cannot be started for them."""

    def __init__(self, error: type[BaseException], names: set[str], *, at_once: bool) -> None:
        super().__init__()
        self._error = error
        self._names = names
        self._at_once = at_once

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if getattr(getattr(fn, "func", fn), "__name__", "") not in self._names:
            return super().submit(fn, *args, **kwargs)
        if self._at_once:
            raise self._error("can't start new thread")
        return super().submit(self._break)

    def _break(self) -> None:
        raise self._error("broken")


ERRORS = {
    "no thread": (RuntimeError, True),
    "an error": (RuntimeError, False),
    "a panic": (Panic, False),
    "an end of iteration": (StopIteration, False),
}
PLACES = {"taking in": "_gather", "comparing": "hash_whole", "sending": "read", "making a ZIP": "_make"}


@pytest.fixture
def chosen(strict_api: StrictApi, tmp_path: Path) -> EngineOptions:
    return options(tmp_path, strict_api)


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_what_breaks_while_a_file_is_worked_on_fails_that_file_and_no_other(
    error: tuple[type[BaseException], bool],
    place: str,
    chosen: EngineOptions,
    files: Files,
    expected_logs: ExpectedLogs,
) -> None:
    expected_logs.allow("internal error")
    name = "film.mp4" if place == "_make" else "a.jpg"
    path = files.make(name)
    if place == "hash_whole":
        await send(chosen, path)
        path = files.make("again/a.jpg")
    tuning = replace(QUICK, threads=lambda: BreakingThreads(error[0], {place}, at_once=error[1]))
    async with engine(chosen, tuning) as run:
        await run.added(path)
        if place == "_make":
            run.queue.treat([upload.upload_id for upload in run.latest.values()], Treatment.ZIP)
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["reason"]["code"], row["name"]) == ("failed", "internal_error", path.name)


@pytest.mark.parametrize("seconds", [-11_644_473_600, -9_300_000_000, 9_300_000_000, 10_413_792_000, 2**34 - 1])
async def test_a_file_of_another_age_is_sent_like_any_other(seconds: int, world: World) -> None:
    odd, plain = world.make("odd.jpg"), world.make("plain.jpg", size=5000)
    os.utime(odd, ns=(seconds * 10**9 + 5, seconds * 10**9 + 5))
    rows = await world.send(odd, plain)
    assert ({row["state"] for row in rows.values()}, len(world.storage.objects)) == ({"uploaded"}, 2)
    rows = await world.send(odd, plain)
    assert {row["state"] for row in rows.values()} == {"skipped"}


class BrokenFrontEndError(Exception):
    """What a front end raises."""


@pytest.mark.parametrize("kind", [UploadsAdded, QueueIdle])
async def test_a_front_end_that_breaks_ends_the_engine(
    kind: type[Event], expected_logs: ExpectedLogs, world: World
) -> None:
    expected_logs.allow("Exception in callback")
    path = world.make("a.jpg")

    def hear(event: Event) -> None:
        if isinstance(event, kind):
            raise BrokenFrontEndError

    def ready(queue: UploadQueue) -> None:
        queue.intake.add_paths([path], ANOMALY)
        queue.scheduler.start()

    async with asyncio.timeout(60.0):
        with pytest.raises(BrokenFrontEndError):
            await run_engine(world.options(), hear, ready, tuning=QUICK)


async def test_what_changed_last_is_told_before_the_engine_has_left(chosen: EngineOptions, files: Files) -> None:
    async with engine(chosen) as run:
        await run.added(files.make("a.jpg"))
        run.queue.cancel_all()
    assert run.latest["a.jpg"].state is UploadState.CANCELLED


async def test_an_engine_that_broke_leaves_nothing_that_looks_as_if_it_were_being_sent(
    chosen: EngineOptions, files: Files, scripted_storage: ScriptedStorage, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("Exception in callback")
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    with pytest.raises(BrokenFrontEndError):  # noqa: PT012 - leaving raises it
        async with engine(chosen) as run:
            run.begin([files.make("a.jpg")])
            await run.in_state(UploadState.CONFIRMING, "a.jpg")
            asyncio.get_running_loop().call_soon(break_down)
            await run.gone()
    assert run.latest["a.jpg"].state is UploadState.REGISTERED
    scripted_storage.release()


def break_down() -> None:
    raise BrokenFrontEndError


def test_a_command_that_breaks_is_told_and_the_next_one_carried_out(expected_logs: ExpectedLogs, world: World) -> None:
    expected_logs.allow("a command broke")
    told: list[Event] = []
    added = threading.Event()

    def hear(event: Event) -> None:
        told.append(event)
        if isinstance(event, UploadsAdded):
            added.set()

    def break_down(_queue: UploadQueue) -> None:
        raise ZeroDivisionError

    thread = EngineThread(world.options(), hear)
    thread.submit(break_down)
    thread.start()
    thread.submit(break_down)
    thread.submit(lambda queue: queue.intake.add_paths([world.make("a.jpg")], ANOMALY))
    assert added.wait(60.0)
    assert thread.unheard == []
    thread.stop(break_down)
    thread.submit(break_down)
    assert (thread.unheard, told.count(EngineFailed(Reason(Code.INTERNAL_ERROR)))) == ([break_down], 3)
    assert "uploader-engine" not in {one.name for one in threading.enumerate()}


def test_what_is_asked_of_an_engine_that_is_breaking_down_waits_for_the_next_one(
    expected_logs: ExpectedLogs, world: World
) -> None:
    expected_logs.allow("the engine broke")
    failed = threading.Event()
    asked: list[UploadQueue] = []
    thread = EngineThread(world.options(), lambda event: failed.set() if isinstance(event, EngineFailed) else None)
    thread.submit(lambda queue: queue.scheduler.break_down(BrokenFrontEndError()))
    thread.submit(asked.append)
    thread.start()
    assert failed.wait(60.0)
    assert (asked, thread.unheard) == ([], [asked.append])


def engine_without_a_turn(strict_api: StrictApi, tmp_path: Path, turn: threading.Event) -> EngineThread:
    """Return an engine that carries out nothing further until `turn` is set."""
    began = threading.Event()

    def wait_for_turn(_queue: UploadQueue) -> None:
        began.set()
        turn.wait(60.0)

    thread = EngineThread(options(tmp_path, strict_api), lambda _: None)
    thread.start()
    thread.submit(wait_for_turn)
    assert began.wait(60.0)
    return thread


def test_the_last_command_of_an_engine_that_gets_no_turn_for_a_while_is_not_lost(world: World) -> None:
    turn, done = threading.Event(), threading.Event()
    thread = engine_without_a_turn(world.api, world.folder, turn)
    threading.Timer(LEAVE_SECONDS + 0.5, turn.set).start()
    thread.stop(lambda _: done.set(), begin_seconds=60.0)
    assert done.is_set()


def test_who_does_not_want_to_wait_any_longer_leaves_at_once(world: World) -> None:
    turn, given_up = threading.Event(), threading.Event()
    thread = engine_without_a_turn(world.api, world.folder, turn)
    threading.Timer(0.1, given_up.set).start()
    since = time.monotonic()
    thread.stop(lambda _: None, begin_seconds=30.0, given_up=given_up)
    assert (time.monotonic() - since < 30.0, thread.is_working) == (True, True)
    turn.set()


def test_an_engine_that_breaks_down_says_so_to_the_window(expected_logs: ExpectedLogs, world: World) -> None:
    expected_logs.allow("Exception in callback|the engine broke")
    failed, working = threading.Event(), list[bool]()

    def hear(event: Event) -> None:
        if isinstance(event, EngineFailed):
            working.append(thread.is_working)
            failed.set()
        if isinstance(event, UploadsAdded):
            raise BrokenFrontEndError

    thread = EngineThread(world.options(), hear)
    thread.start()
    thread.submit(lambda queue: queue.intake.add_paths([world.make("a.jpg")], ANOMALY))
    assert failed.wait(60.0)
    assert working == [False]  # who hears of it may begin another one
    thread.stop(lambda _: None)


async def test_what_only_asyncio_complains_of_ends_no_engine(
    chosen: EngineOptions, files: Files, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("nobody fetched it")
    async with engine(chosen) as run:
        await run.added(files.make("a.jpg"))
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "nobody fetched it", "exception": ZeroDivisionError()})
        await run.to_the_end()
        assert run.only()["state"] == "uploaded"
