"""A scheduler that only remembers what it was asked for, and the things of an engine a store needs."""

import asyncio
from pathlib import Path
from typing import cast

from uploader_gui.engine.context import Resources
from uploader_gui.engine.errors import Code
from uploader_gui.engine.journal.journal import Journal, JournalThread
from uploader_gui.engine.models import Upload
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.own_files import OwnFiles, TempFiles
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.scheduler import Scheduler
from uploader_gui.engine.tasks_and_threads import DaemonThreads


class FakeScheduler:
    """What was dropped and why it gave up or broke down, in order; how often it was woken."""

    def __init__(self) -> None:
        self.dropped: list[Upload] = []
        self.gave_up: list[Code] = []
        self.broke_down: list[BaseException] = []
        self.has_given_up, self.has_broken_down = asyncio.Event(), asyncio.Event()
        self.woken = 0

    @property
    def real(self) -> Scheduler:
        return cast("Scheduler", self)

    def wake(self) -> None:
        """Count it: nothing comes next."""
        self.woken += 1

    def drop(self, upload: Upload) -> None:
        self.dropped.append(upload)

    def give_up(self, code: Code) -> None:
        self.gave_up.append(code)
        self.has_given_up.set()

    def break_down(self, error: BaseException) -> None:
        """Remember it."""
        self.broke_down.append(error)
        self.has_broken_down.set()


def resources_with(journal: Journal, folder: Path) -> Resources:
    own_files, threads = OwnFiles(journal, folder), DaemonThreads()
    return Resources(
        JournalThread(journal), own_files, TempFiles(folder, own_files), PictureDecoder(), threads, RetryPolicy()
    )
