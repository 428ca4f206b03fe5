"""The journal: each upload is recorded here before the step it is about to take, so that a crash loses nothing.

SQLite in WAL mode, locked by one program at a time (the lock ends with the process), readable for its owner only. The
only secrets in it are live presigned URLs, which are overwritten once used up (`secure_delete`); tokens never.
One thread uses it, `JournalThread`: the loop never waits for a disk. `connection.py` keeps the file open, `schema.py`
converts uploads, `history_queries.py` has the queries on past runs.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.errors import JournalError
from uploader_gui.engine.journal.history_queries import HistoryQueries
from uploader_gui.engine.journal.schema import (
    COLUMNS,
    FAILED_OR_CANCELLED,
    FAILED_OR_REFUSED,
    INSERT,
    UNFINISHED,
    UPDATE,
    WAITS,
    changes_of,
    row_of,
    upload_of,
)
from uploader_gui.engine.models import EarlierUpload, SentFile, UploadId, bytes_of
from uploader_gui.engine.tasks_and_threads import SerialThread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from uploader_gui.engine.models import Source, Upload
    from uploader_gui.engine.receipt import Circumstances
log = logging.getLogger(__name__)

T = TypeVar("T")

FORGET_EMPTY_RUNS: Final = (
    "DELETE FROM runs WHERE run_id NOT IN (SELECT run_id FROM uploads WHERE run_id NOT NULL)",
    (
        "DELETE FROM deposits WHERE (run_id, anomaly_id) NOT IN "
        "(SELECT run_id, anomaly_id FROM uploads WHERE run_id NOT NULL)"
    ),
)


class Journal(HistoryQueries):
    """One open journal, and what is recorded in it."""

    def add(self, uploads: Iterable[Upload], api_url: str, run_id: int | None = None, now: float | None = None) -> None:
        """Record new uploads of a run in one transaction that survives a power cut.

        `now` is in seconds since 1970, as in `begin_run`: the server's clock where it is known; None for our own.
        """
        now = time.time() if now is None else now
        with self.transaction(durable=True):
            rows = [(*row_of(upload), api_url, now + place * 1e-6, run_id) for place, upload in enumerate(uploads)]
            self._db.executemany(INSERT, rows)

    def record(self, uploads: Collection[Upload], *, durable: bool = False) -> None:
        """Record the present state of uploads, in one transaction. `durable`: it survives a power cut."""
        if len(uploads) == 1 and not self._is_in_transaction:  # one statement is one by itself, and 3 times as fast
            with self._sqlite_errors():
                self._prepare_write(durable=durable)
                with self._timed():
                    self._db.execute(UPDATE, changes_of(*uploads))
            return
        with self.transaction(durable=durable):
            self._db.executemany(UPDATE, [changes_of(upload) for upload in uploads])

    def claim(self, places: Mapping[bytes, UploadId]) -> dict[bytes, tuple[UploadId, str | None]]:
        """Give each place (`presigned_url.place_of`) to an upload, for good; one that was given out stays whose it is.

        Return whose each place is, and that upload's name, None after a purge.
        """
        sql = "SELECT upload_id, name FROM places LEFT JOIN uploads USING (upload_id) WHERE place = ?"
        with self.transaction():
            self._db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?)", places.items())
            # one by one: a run may have more places than a statement takes values (32,766)
            return {place: self._db.execute(sql, (place,)).fetchone() for place in places}

    def begin_run(self, api_url: str, program: str, now: float | None = None) -> int:
        """Begin a run, which History shows once it has uploads, and return its number."""
        with self.transaction():
            sql = "INSERT INTO runs (api_url, program, started_at, junk) VALUES (?, ?, ?, 0)"
            began = time.time() if now is None else now
            return int(self._db.execute(sql, (api_url, program, began)).lastrowid or 0)

    def move_run(self, run_id: int, seconds: float) -> None:
        """Move the beginning of a run, and when its uploads were added: the clock was wrong by so much."""
        with self.transaction():
            self._db.execute("UPDATE runs SET started_at = started_at + ? WHERE run_id = ?", (seconds, run_id))
            self._db.execute("UPDATE uploads SET added_at = added_at + ? WHERE run_id = ?", (seconds, run_id))

    def has_run(self, run_id: int) -> bool:
        """Whether a run is recorded."""
        return bool(self._rows("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)))

    def end_run(self, run_id: int, junk: int, ended_at: float) -> None:
        """End a run at that time (seconds since 1970); `junk` is the number of files left out of it."""
        with self.transaction():
            sql = "UPDATE runs SET finished_at = max(started_at, ?), junk = ? WHERE run_id = ?"
            self._db.execute(sql, (ended_at, junk, run_id))

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Forget uploads a person removed before they were sent."""
        with self.transaction():
            self._db.executemany("DELETE FROM uploads WHERE upload_id = ?", [(one,) for one in upload_ids])

    def purge(self, keep_seconds: float) -> None:
        """Forget finished uploads of runs older than that, by the age of `last_aged_run`.

        An upload sent only since then stays, and so does one that waits for a person.
        """
        if (aged := self.last_aged_run(keep_seconds)) is None:
            return
        with self.transaction():
            aged_ones = f"run_id <= ? AND coalesce(uploaded_at, 0) < ? AND NOT {WAITS}"
            self._db.execute(f"DELETE FROM uploads WHERE {aged_ones}", aged)  # noqa: S608 - constants
            self._forget_empty_runs()

    def forget(self, upload_ids: Collection[UploadId]) -> None:
        """Forget finished uploads that a person wants forgotten, and the runs of which nothing is left.

        The places of the storage that they were given stay, as hashes: no later upload may replace theirs. Files of
        ours that were made for them are not needed any more (run -1 is over).
        """
        ids = [(one,) for one in upload_ids]
        ours = "UPDATE own_files SET run_id = -1 WHERE path IN (SELECT path FROM uploads WHERE upload_id = ?)"
        with self.transaction(durable=True):
            self._db.executemany(ours, ids)
            self._db.executemany("DELETE FROM uploads WHERE upload_id = ?", ids)
            self._forget_empty_runs()

    def _forget_empty_runs(self) -> None:
        for statement in FORGET_EMPTY_RUNS:
            self._db.execute(statement)

    def unfinished(self, api_url: str, anomaly_id: str | None = None) -> list[Upload]:
        """Return the unfinished uploads for an anomaly (or all), oldest first, in the states they had."""
        return self._in_states(UNFINISHED, api_url, anomaly_id)

    def unfinished_ids(self, api_url: str) -> list[UploadId]:
        """Return the ids of the unfinished uploads."""
        sql = f"SELECT upload_id FROM uploads WHERE api_url = ? AND state IN ({UNFINISHED})"  # noqa: S608 - constants
        return [UploadId(one) for (one,) in self._rows(sql, (api_url,))]

    def unsent_on_list(self, api_url: str) -> list[Upload]:
        """Return the failed and refused uploads that are still on a window's list, oldest first.

        Where a path was added again later, as another upload, only that newest upload counts.
        """
        sql = (
            "WITH newest AS (SELECT anomaly_id, resolved, max(added_at) AS at FROM uploads "  # noqa: S608 - constants
            "WHERE api_url = ? GROUP BY anomaly_id, resolved) "
            f"SELECT {COLUMNS} FROM uploads JOIN newest USING (anomaly_id, resolved) WHERE api_url = ? "
            f"AND listed AND added_at = at AND state IN ({FAILED_OR_REFUSED}) ORDER BY added_at, upload_id"
        )
        return [upload_of(row, order) for order, row in enumerate(self._rows(sql, (api_url, api_url)))]

    def servers_on_list(self) -> list[str]:
        """Return the addresses of servers with unfinished uploads, or unsent ones on a list, oldest first."""
        sql = f"SELECT api_url FROM uploads WHERE {WAITS} GROUP BY api_url ORDER BY min(added_at)"  # noqa: S608 - constants
        return [server for (server,) in self._rows(sql)]

    def failed_or_cancelled(self, api_url: str, anomaly_id: str) -> list[Upload]:
        """Return the failed and cancelled uploads for an anomaly, oldest first."""
        return self._in_states(FAILED_OR_CANCELLED, api_url, anomaly_id)

    def _in_states(self, states: str, api_url: str, anomaly_id: str | None) -> list[Upload]:
        sql = (
            f"SELECT {COLUMNS} FROM uploads WHERE api_url = ? AND (? IS NULL OR anomaly_id = ?) "  # noqa: S608 - constants
            f"AND state IN ({states}) ORDER BY added_at, upload_id"
        )
        rows = self._rows(sql, (api_url, anomaly_id, anomaly_id))
        return [upload_of(row, order) for order, row in enumerate(rows)]

    def uploaded(self, api_url: str, anomaly_id: str) -> dict[tuple[str, int], dict[str, EarlierUpload]]:
        """Return what was uploaded to an anomaly: by name and size in bytes, each SHA-256 and its last upload.

        Where a substitute was sent, both the file and its substitute are included. One of several that may be
        registered twice marks the last one, too.
        """
        known: dict[tuple[str, int], dict[str, EarlierUpload]] = {}
        sql = (
            "WITH there AS (SELECT *, coalesce(uploaded_at, added_at) AS at FROM uploads "
            "WHERE api_url = ? AND anomaly_id = ? AND state = 'uploaded' AND sha256 IS NOT NULL) "
            "SELECT name, size, coalesce(original_sha256, sha256), at, service_id, may_be_registered_twice FROM there "
            "UNION ALL SELECT substitute_name, substitute_size, sha256, at, service_id, may_be_registered_twice "
            "FROM there WHERE substitute_name NOT NULL ORDER BY at"
        )
        for name, size, sha256, at, service_id, twice in self._rows(sql, (api_url, anomaly_id)):
            same = known.setdefault((name, size), {})
            before = sha256 in same and same[sha256].may_be_registered_twice
            same[sha256] = EarlierUpload(at, service_id, bool(twice) or before)
        return known

    def sent_elsewhere(self, api_url: str, anomaly_id: str, sources: Collection[Source]) -> list[SentFile]:
        """Return the files sent to other anomalies that have the place, or the size, of one of these."""
        sizes = json.dumps(sorted({source.size for source in sources}))
        places = json.dumps([bytes_of(source.resolved).hex().upper() for source in sources])
        sql = (
            "SELECT anomaly_id, resolved, size, coalesce(original_sha256, sha256), coalesce(uploaded_at, added_at) "
            "FROM uploads WHERE api_url = ? AND anomaly_id <> ? AND state = 'uploaded' AND sha256 NOT NULL AND "
            "(size IN (SELECT value FROM json_each(?)) OR hex(resolved) IN (SELECT value FROM json_each(?)))"
        )
        return [SentFile(*row) for row in self._rows(sql, (api_url, anomaly_id, sizes, places))]


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
        begun = self.run_id
        try:
            if self._is_one_change:
                journal.record(self.changed, durable=self.unsaved.durable)
            else:
                with journal.transaction(durable=self.unsaved.durable):
                    self._write_together(journal)
        except JournalError:
            raise
        except Exception:
            self.run_id = begun  # what was begun in the transaction is gone with it
            log.exception("%d records cannot be written at once", len(self.new) + len(self.changed))
            return self._write_singly(journal)
        return []

    @property
    def _is_one_change(self) -> bool:
        """Whether one statement writes all of it, which is a transaction by itself."""
        others = self.new or self.places or self.unsaved.deposits or self.unsaved.ended is not None
        return len(self.changed) == 1 and not others

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
