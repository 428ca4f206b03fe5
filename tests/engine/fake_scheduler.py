"""A scheduler that only remembers what it was asked for, and the things of an engine a store needs."""

from pathlib import Path
from typing import cast

from uploader_gui.engine.concurrency import DaemonThreads
from uploader_gui.engine.context import Resources
from uploader_gui.engine.errors import Code
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.journal.journal_thread import JournalThread
from uploader_gui.engine.models import Upload
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.own_files import OwnFiles, TempFiles
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.scheduler import Scheduler


class FakeScheduler:
    """What was dropped and why it gave up, in order."""

    def __init__(self) -> None:
        self.dropped: list[Upload] = []
        self.gave_up: list[Code] = []

    @property
    def real(self) -> Scheduler:
        return cast("Scheduler", self)

    def wake(self) -> None:
        """Nothing comes next."""

    def drop(self, upload: Upload) -> None:
        self.dropped.append(upload)

    def give_up(self, code: Code) -> None:
        self.gave_up.append(code)


def resources_with(journal: Journal, folder: Path) -> Resources:
    own_files, threads = OwnFiles(journal, folder), DaemonThreads()
    return Resources(
        JournalThread(journal), own_files, TempFiles(folder, own_files), PictureDecoder(), threads, RetryPolicy()
    )
