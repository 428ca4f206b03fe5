"""An engine at work inside a test: the real one, with waits of milliseconds. Every test of the matrix drives it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui.engine.build import Tuning, run_engine
from uploader_gui.engine.events import Event, HistoryFound, PathsAdded, QueueIdle, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import PastRun, UploadSnapshot, UploadState
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.net.stall_watchdog import StallTimeouts
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, AddOptions, EngineOptions
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.queue import UploadQueue

E = TypeVar("E")

ANOMALY = "42"
TOKENS = ("bearer-for-tests", "session-for-tests")
PATIENCE = 60.0
"""Seconds until a test gives up waiting: far more than anything here takes."""
LOOK_SECONDS = 0.05
"""How soon it looks again where no event comes: by the next one everything may be over."""

QUICK = Tuning(
    policy=RetryPolicy(
        base=0.01,
        longest=0.02,
        patience=0.2,
        offline=0.05,
        probe_first=0.02,
        probe=0.05,
        lonely=0.0,
        together=0.0,
        between_lookups=0.02,
    )
)
"""The regular limits, but for waits of milliseconds: a slow machine must not look like a broken line."""

HASTY = replace(QUICK, stall_timeouts=StallTimeouts(stall=1.5, answer=1.5), api_answer_seconds=1.5)
"""For tests in which somebody falls silent: it is noticed after a moment."""


@dataclass(slots=True)
class Run:
    """One engine at work. `latest` holds the newest snapshot of what was listed last under a file name.

    A row that was listed under that name before, and that is told of later by another server's engine, is left out.
    """

    queue: UploadQueue
    work: asyncio.Task[None]
    events: list[Event] = field(default_factory=list)
    latest: dict[str, UploadSnapshot] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if not isinstance(event, UploadsAdded | UploadsChanged):
            return
        for upload in event.uploads:
            name = upload.source.path.name
            if isinstance(event, UploadsAdded) or self.latest[name].upload_id == upload.upload_id:
                self.latest[name] = upload

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait until `seen()` is true, also by what the engine tells nobody of: a server, the clock."""
        async with asyncio.timeout(PATIENCE), self.changed:
            while not seen():
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self.changed.wait()

    async def heard(self, kind: type[E], number: int = 1) -> E:
        """Wait for an event of a kind (the first, the second …), and give it."""
        await self.until(lambda: len(self.all_heard(kind)) >= number)
        return self.all_heard(kind)[number - 1]

    def all_heard(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def idle(self, number: int = 1) -> QueueIdle:
        return await self.heard(QueueIdle, number)

    async def added(
        self, *paths: Path, anomaly: str = ANOMALY, add_options: AddOptions = DEFAULT_ADD_OPTIONS
    ) -> PathsAdded:
        """Give files, and wait until they stand on the list."""
        number = len(self.all_heard(PathsAdded)) + 1
        self.queue.intake.add_paths(paths, anomaly, add_options)
        return await self.heard(PathsAdded, number)

    async def past_runs(self) -> tuple[PastRun, ...]:
        """Look into History: its runs, the newest first."""
        number = len(self.all_heard(HistoryFound)) + 1
        self.queue.history.tell_runs()
        return (await self.heard(HistoryFound, number)).runs

    def begin(self, paths: Sequence[Path]) -> None:
        """Add files, and start to send."""
        self.queue.intake.add_paths(paths, ANOMALY)
        self.queue.scheduler.start()

    async def to_the_end(self, number: int = 1) -> None:
        """Start to send, and wait until nothing is left to do (for the first, the second … time)."""
        self.queue.scheduler.start()
        await self.idle(number)

    async def send(self, paths: Sequence[Path], number: int = 1) -> None:
        self.begin(paths)
        await self.idle(number)

    async def in_state(self, state: UploadState, *names: str) -> None:
        await self.until(lambda: all(n in self.latest and self.latest[n].state is state for n in names))

    async def gone(self) -> None:
        await asyncio.wait({self.work}, timeout=PATIENCE)

    def files(self) -> dict[str, dict[str, Any]]:
        rows: Any = self.queue.receipt(ANOMALY).to_json()["files"]
        return {row.get("path", row["name"]).rpartition("/")[2]: row for row in rows}

    def only(self) -> dict[str, Any]:
        (row,) = self.files().values()
        return row


def options(folder: Path, api: StrictApi, **others: Any) -> EngineOptions:
    """Give what an engine of a test needs to know; it asks for sign-in as a window does."""
    plain = EngineOptions(journal_path=folder / "journal.sqlite", api_url=api.url, tokens=TOKENS)
    return replace(plain, **others)


@asynccontextmanager
async def engine(
    chosen: EngineOptions, tuning: Tuning = QUICK, decoder: PictureDecoder | None = None
) -> AsyncIterator[Run]:
    """Run an engine while the block runs; leaving closes it and waits until it is gone."""
    stands: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
    early: list[Event] = []

    def hear(event: Event) -> None:
        if not stands.done():
            early.append(event)
            return
        run = stands.result()
        run.hear(event)
        if not work.done():  # else the loop may be closed before anybody is told
            told.append(asyncio.ensure_future(_tell(run)))

    told: list[asyncio.Future[None]] = []
    work = asyncio.create_task(
        run_engine(
            chosen, hear, lambda queue: stands.set_result(Run(queue, work, early)), tuning=tuning, decoder=decoder
        )
    )
    work.add_done_callback(lambda _: stands.cancel())  # it could not even begin: its error is raised below
    with suppress(asyncio.CancelledError):
        await stands
    if stands.cancelled():
        await work
    run = stands.result()
    try:
        yield run
    finally:
        run.queue.servers.close()
        async with asyncio.timeout(PATIENCE):
            await work
            await asyncio.gather(*told)


async def _tell(run: Run) -> None:
    async with run.changed:
        run.changed.notify_all()


async def send(chosen: EngineOptions, *paths: Path, tuning: Tuning = QUICK) -> dict[str, dict[str, Any]]:
    async with engine(chosen, tuning) as run:
        await run.send(paths)
        return run.files()


async def send_one(chosen: EngineOptions, path: Path, tuning: Tuning = QUICK) -> dict[str, Any]:
    (row,) = (await send(chosen, path, tuning=tuning)).values()
    return row


@dataclass(frozen=True, slots=True)
class World:
    """What an engine in a test deals with: a service, its storage, files, a folder for data. The fixture `world`."""

    api: StrictApi
    storage: ScriptedStorage
    files: Files
    folder: Path

    def make(self, name: str, *, size: int | None = None, content: bytes | None = None) -> Path:
        return self.files.make(name, size=size, content=content)

    def options(self, **others: Any) -> EngineOptions:
        return options(self.folder, self.api, **others)

    def engine(
        self, tuning: Tuning = QUICK, *, decoder: PictureDecoder | None = None, **others: Any
    ) -> AbstractAsyncContextManager[Run]:
        return engine(self.options(**others), tuning, decoder)

    async def send(self, *paths: Path, tuning: Tuning = QUICK, **others: Any) -> dict[str, dict[str, Any]]:
        return await send(self.options(**others), *paths, tuning=tuning)

    async def send_one(self, path: Path, tuning: Tuning = QUICK, **others: Any) -> dict[str, Any]:
        return await send_one(self.options(**others), path, tuning)
