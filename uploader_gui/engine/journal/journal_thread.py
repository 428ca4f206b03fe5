"""The one thread that uses the journal, and what it writes in one transaction. The loop never waits for a disk."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.concurrency import SerialThread
from uploader_gui.engine.errors import JournalError
from uploader_gui.engine.journal.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.receipt import Circumstances

log = logging.getLogger(__name__)

T = TypeVar("T")
REST_SECONDS: Final = 0.5
"""After so long without a record, what is in the log is moved out of it: amid others it would cost speed."""


class JournalReopened(JournalError):
    """The journal was opened again, and may lack what was recorded before."""


class JournalThread:
    """The journal, and the one thread that uses it, one call after the other.

    Attributes:
        on_reopened: callbacks of those who record in it, for when it had to be opened again.
    """

    def __init__(self, journal: Journal, thread: SerialThread | None = None) -> None:
        self._journal = journal
        self._thread = thread or SerialThread("uploader-journal")
        self._opening = journal.openings
        self.on_reopened: list[Callable[[], None]] = []
        self._checkpoint: asyncio.TimerHandle | None = None
        """The next one: not long after the last record, so that leaving finds little to move."""

    @classmethod
    async def open(cls, path: Path) -> JournalThread:
        """Open the journal at a path.

        Raises:
            JournalError: see `Journal`.
        """
        thread = SerialThread("uploader-journal")
        try:
            return cls(await asyncio.wrap_future(thread.submit(Journal, path)), thread)
        except BaseException:
            thread.shutdown()
            raise

    @property
    def set_aside(self) -> Path | None:
        """Where another or a damaged journal was moved to when this one was opened last."""
        return self._journal.set_aside

    @property
    def is_busy(self) -> bool:
        """Whether it is being read or written."""
        return self._thread.is_busy

    def submit(self, call: Callable[[Journal], T]) -> Future[T]:
        """Read or write it in its thread, after everything submitted before."""
        return self._thread.submit(call, self._journal)

    async def call(self, call: Callable[[Journal], T]) -> T:
        """As `submit`; return the result.

        Raises:
            JournalError: it cannot be read or written now.
        """
        return await asyncio.wrap_future(self.submit(call))

    def record(self, call: Callable[[Journal], T]) -> Future[T]:
        """As `submit`, for what has to be recorded again where the journal is opened again: opened again it fails."""
        if self._checkpoint is not None:
            self._checkpoint.cancel()
        self._checkpoint = asyncio.get_running_loop().call_later(REST_SECONDS, self.submit, Journal.checkpoint)
        return self.submit(partial(_unless_reopened, call, self._opening))

    def note_reopened(self) -> bool:
        """Let everything be recorded again; return whether that is news."""
        if self._opening == self._journal.openings:
            return False
        self._opening = self._journal.openings
        log.warning("the journal was opened again")
        for callback in self.on_reopened:
            callback()
        return True

    def hurry(self) -> None:
        """Let what is written next wait for no checkpoint: we leave."""
        self._journal.hurry()

    def drain(self) -> None:
        """Clear used-up URLs off the disk, as far as nothing else waits."""
        self.submit(partial(_drain, self._thread))

    def close(self) -> Future[None]:
        """Close it after everything submitted before."""
        if self._checkpoint is not None:
            self._checkpoint.cancel()
        closed = self.submit(Journal.close)
        self._thread.shutdown()
        return closed


def _drain(thread: SerialThread, journal: Journal) -> None:
    try:
        journal.vacuum(lambda: thread.has_more)
    except JournalError as error:
        log.info("the journal cannot be drained now: %s", error.detail)


def _unless_reopened(call: Callable[[Journal], T], opening: int, journal: Journal) -> T:
    journal.reopen_if_needed()
    if journal.openings != opening:
        raise JournalReopened
    return call(journal)


EndedDeposits = tuple["tuple[UploadId, ...]", "Mapping[str, Circumstances]"]


@dataclass(slots=True)
class Unsaved:
    """What the journal does not have yet.

    Attributes:
        new: uploads that it has never had; `changed` are the others.
        durable: whether it is to survive a power cut.
        in_doubt: whether the journal may have lost the run, and has to be given its places again.
        ended: the number of files left out of the run that ends, and when it ended; None while it goes on.
        deposits: those that came to their end, as their uploads and what their receipts tell by anomaly.
        waiting: what waits until it is written.
        after: what is called then, or when it cannot be written.
    """

    new: dict[UploadId, Upload] = field(default_factory=dict)
    changed: dict[UploadId, Upload] = field(default_factory=dict)
    durable: bool = False
    in_doubt: bool = False
    ended: tuple[int, float] | None = None
    deposits: list[EndedDeposits] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.in_doubt or self.ended is not None or self.deposits)

    def put_back(self, earlier: Unsaved) -> None:
        """Put what could not be written before what has come since."""
        self.new = {one: self.changed.get(one, upload) for one, upload in earlier.new.items()} | self.new
        self.changed = {one: upload for one, upload in (earlier.changed | self.changed).items() if one not in self.new}
        self.durable |= earlier.durable
        self.in_doubt |= earlier.in_doubt
        self.ended = earlier.ended if self.ended is None else self.ended
        self.deposits = earlier.deposits + self.deposits
        self.waiting = earlier.waiting + self.waiting
        self.after = earlier.after + self.after


@dataclass(slots=True)
class Batch:
    """What is written in one transaction.

    Attributes:
        unsaved: what that is.
        new, changed: copies of its uploads, which go on changing meanwhile.
        server: the address of the service, and the program's name and version.
        now: seconds since 1970, by the server's clock.
        run_id: the run of `new`, None where it is begun now.
        move_by: by how many seconds the clock was wrong when that run was begun.
        places: what the journal may have lost of where files were put.
    """

    unsaved: Unsaved
    new: list[Upload]
    changed: list[Upload]
    server: tuple[str, str]
    now: float
    run_id: int | None
    move_by: float
    places: dict[bytes, UploadId]

    # In the journal's thread

    def write(self, journal: Journal) -> list[UploadId]:
        """Write everything; return what cannot be written, whatever is in it."""
        if (self.unsaved.in_doubt or self.new) and self.run_id is not None and not journal.has_run(self.run_id):
            self.run_id = None  # lost with the journal, or forgotten by a person
        if (
            len(self.changed) == 1
            and not self.new
            and not self.places
            and self.unsaved.ended is None
            and not self.unsaved.deposits
        ):
            return self._write_singly(journal) if not self._write_one(journal) else []
        begun = self.run_id
        try:
            with journal.transaction(durable=self.unsaved.durable):
                self._write_together(journal)
        except JournalError:
            raise
        except Exception:
            self.run_id = begun  # what was begun in the transaction is gone with it
            log.exception("%d records cannot be written at once", len(self.new) + len(self.changed))
            return self._write_singly(journal)
        return []

    def _write_one(self, journal: Journal) -> bool:
        try:
            journal.record(self.changed, durable=self.unsaved.durable)
        except JournalError:
            raise
        except Exception:
            log.exception("a record cannot be written")
            return False
        return True

    def _write_together(self, journal: Journal) -> None:
        if self.move_by and self.run_id is not None:
            journal.move_run(self.run_id, self.move_by)
        if self.new:
            self._add(self.new, journal)
        if self.changed:
            journal.record(self.changed)
        self._write_rest(journal)

    def _write_rest(self, journal: Journal) -> None:
        if self.places:
            journal.claim(self.places)
        if self.unsaved.ended is not None and self.run_id is not None:
            journal.end_run(self.run_id, *self.unsaved.ended)
        for deposits in self.unsaved.deposits:
            journal.note_deposits(*deposits)

    def _add(self, uploads: Collection[Upload], journal: Journal) -> None:
        if self.run_id is None:
            self.run_id = journal.begin_run(*self.server, self.now)
        journal.add(uploads, self.server[0], self.run_id, self.now)

    def _write_singly(self, journal: Journal) -> list[UploadId]:
        """Write each record alone: one that cannot be written must not hold up the others."""
        failed: list[UploadId] = []
        for upload in (*self.new, *self.changed):
            try:
                self._add([upload], journal)
            except JournalError:
                raise
            except Exception:  # noqa: BLE001 - logged with its traceback above
                failed.append(upload.upload_id)
        with journal.transaction(durable=self.unsaved.durable):
            self._write_rest(journal)
        return failed
