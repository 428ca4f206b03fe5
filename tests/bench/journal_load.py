"""What a big journal costs the engine's loop: `python -m tests.bench.journal_load [PERCENT]`.

Adds 10,000 files, restores 50,000 unfinished uploads, and searches 100,000 past ones in History (PERCENT of these).
Each line has the whole time and the longest time a timer of 2 ms had to wait.
"""

import asyncio
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.engine.journals import API
from tests.engine.values import a_source, an_upload
from tests.faults.running import engine
from uploader_gui.engine.events import HistoryFound, HistoryMatches, PathsAdded, ReceiptBuilt, Resumed
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import RunKey, UploadState
from uploader_gui.engine.options import EngineOptions

TICK = 0.002
PAGE = 10_000


def main(percent: int = 100) -> None:
    asyncio.run(_adding(100 * percent))
    asyncio.run(_restoring(500 * percent))
    asyncio.run(_history(1000 * percent))


async def _adding(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        for number in range(count):
            path = tree / f"day-{number % 10}" / f"DSC{number:05}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(60))
        async with engine(_options(folder)) as run, _watched(f"add {count:,} files"):
            run.queue.intake.add_paths([tree], "4217")
            await run.heard(PathsAdded)


async def _restoring(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _fill(folder, count, UploadState.QUEUED)
        async with engine(_options(folder)) as run, _watched(f"restore {count:,} unfinished uploads"):
            run.queue.restore()
            await run.heard(Resumed)


async def _history(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _fill(folder, count, UploadState.UPLOADED)
        async with engine(_options(folder)) as run:
            async with _watched(f"search {count:,} files in History"):
                run.queue.history.search("DSC99")
                await run.heard(HistoryMatches)
            async with _watched(f"list the runs of {count:,} files"):
                run.queue.history.tell_runs()
                await run.heard(HistoryFound)
            async with _watched(f"receipt of {PAGE:,} files"):
                run.queue.history.tell_receipt(RunKey(1, "4217"))
                await run.heard(ReceiptBuilt)


def _options(folder: str) -> EngineOptions:
    return EngineOptions(Path(folder, "journal.sqlite"), API, tokens=("bearer", "session"))


def _fill(folder: str, count: int, state: UploadState) -> None:
    with closing(Journal(Path(folder, "journal.sqlite"))) as journal:
        for begin in range(0, count, PAGE):
            run = journal.begin_run(API, "uploader-gui 1")
            uploads = [
                an_upload(source=a_source(f"DSC{number:06}é.jpg"), state=state, sha256="ab" * 32, uploaded_at=begin)
                for number in range(begin, min(begin + PAGE, count))
            ]
            journal.add(uploads, API, run)


class _watched:  # noqa: N801 - reads as a function
    """Prints how long the block took, and the longest gap of the loop meanwhile."""

    def __init__(self, what: str) -> None:
        self._what = what

    async def __aenter__(self) -> None:
        self._longest, self._began = 0.0, time.perf_counter()
        self._ticking = asyncio.create_task(self._tick())
        await asyncio.sleep(0)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(2 * TICK)
        whole = time.perf_counter() - self._began
        self._ticking.cancel()
        sys.stdout.write(f"{self._what}: {whole:.2f} s, longest gap {1000 * self._longest:.0f} ms\n")
        sys.stdout.flush()

    async def _tick(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            self._longest, last = max(self._longest, now - last), now


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
