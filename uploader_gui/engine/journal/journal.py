"""The journal: the only SQL. Every upload is recorded here before the step it announces, so a crash loses nothing.

SQLite in WAL mode, held exclusively by one program at a time (the lock dies with the process). Owner-only. The one
secret it may hold are live presigned URLs, overwritten when used up (`secure_delete`); tokens never. Used by
`upload_store.py`, `intake.py` and `history.py`; `database_file.py` opens it, `upload_list.py` knows its rows and
`history_queries.py` what is asked of past runs.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import JournalError, JournalInUse, JournalUnwritable
from uploader_gui.engine.journal import history_queries
from uploader_gui.engine.journal.database_file import (
    check_unused,
    drop_log,
    files_of,
    is_damaged,
    is_full,
    is_trouble,
    make_private,
    move_away,
    open_database,
    place_aside,
    put_in_place,
    rescued,
)
from uploader_gui.engine.journal.rows import (
    COLUMNS,
    GIVEN_UP,
    INSERT,
    TO_LOOK_AT,
    UNFINISHED,
    UPDATE,
    changes_of,
    row_of,
    upload_of,
)
from uploader_gui.engine.models import UploadId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from uploader_gui.engine.models import PastRun, RunKey, Upload


MAX_TAKEN_AWAY: Final = 5
"""How often in a run a journal's files may seem to be others: some network file systems number them carelessly."""


class Journal:
    """One open journal.

    Where SQLite gets into trouble with its file or its disk, every method raises `JournalError` until `mend()` has
    opened it again.

    Attributes:
        set_aside: where another or a damaged journal was moved to when this one was opened last, else None.
        opened_again: called for each of those who record here when `mend()` had to open it again.
    """

    def __init__(self, path: Path) -> None:
        """Open the journal, making it (and its folder) where there is none.

        Raises:
            JournalInUse: another instance works on it.
            JournalTooNew: a newer version of this program wrote it.
            JournalUnwritable: disk full, read-only, or no permission.
        """
        self.set_aside: Path | None = None
        self.opened_again: list[Callable[[], None]] = []
        self._path = path
        self._mark = secrets.randbits(30) + 1
        self._in_trouble = False
        self._looks_left = MAX_TAKEN_AWAY
        make_private(path)
        self._open()

    def _open(self, *, again: bool = False) -> None:
        try:
            self._db = open_database(self._path, self._mark, again=again)
        except (sqlite3.DatabaseError, ValueError) as error:  # a state that is none, text that is no UTF-8
            if not is_damaged(error):
                raise
            self.set_aside = move_away(self._path)
            make_private(self._path)
            self._db = open_database(self._path, self._mark, again=again)
        self._durable: bool | None = None
        self._written = True
        self._files = files_of(self._path)

    def mend(self) -> bool:
        """Open the journal again where SQLite got into trouble with it, or where its files were taken away.

        Return whether that was needed: then it may know less of this run than was recorded, and is to be told again.

        Raises:
            JournalInUse: another instance works on it, or did meanwhile.
            JournalTooNew, JournalUnwritable: as when it was opened first.
        """
        taken_away = self._is_taken_away()
        if not taken_away and not self._in_trouble:
            return False
        rescue = self._rescued() if taken_away and not self._in_trouble else None
        self._in_trouble = True
        try:
            self._open_again(rescue)
        except (sqlite3.Error, OSError) as error:
            raise JournalUnwritable(str(error)) from error
        self._in_trouble = False
        self._looks_left -= taken_away
        for tell in self.opened_again:
            tell()
        return True

    def _rescued(self) -> Path | None:
        """What was taken away is still whole in the open connection."""
        return rescued(self._db, self._path) if files_of(self._path)[0] != self._files[0] else None

    def _open_again(self, rescue: Path | None) -> None:
        self.set_aside = None
        if rescue is not None:
            self._make_way(rescue)
        self._let_go()
        if rescue is not None:
            put_in_place(rescue, self._path)
        make_private(self._path)
        self._open(again=True)

    def _make_way(self, rescue: Path) -> None:
        """What stands in the journal's place now is set aside, unless another instance works on it."""
        if not self._path.exists():
            return
        if files_of(self._path)[1] == self._files[1]:
            drop_log(self._path)  # it is this journal's own, and would be taken for the other one's
        try:
            check_unused(self._path)
        except JournalInUse:
            rescue.replace(place_aside(self._path))
            raise
        self.set_aside = move_away(self._path)

    def _is_taken_away(self) -> bool:
        """Say whether the journal's path leads elsewhere; not believed for ever where files are numbered carelessly."""
        try:
            return self._looks_left > 0 and files_of(self._path) != self._files
        except OSError:  # SQLite will say what is wrong
            return False

    def _let_go(self) -> None:
        with suppress(sqlite3.Error):
            self._db.close()

    def close(self) -> None:
        """Close it; used-up URLs are gone from the disk afterwards."""
        try:
            self.drain()
        except JournalError:  # leaving must work on a full disk too
            pass
        finally:
            self._let_go()

    def drain(self) -> None:
        """Rid the disk of used-up URLs: nothing of them stays in the database nor in its write-ahead log.

        `secure_delete` overwrites what is deleted, but not the copies that moving rows between pages leaves behind
        (SQLite 3.46 did); building the database anew does.
        """
        if not self._written:
            return
        with self._at_work():
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._written = False

    def add(self, uploads: Iterable[Upload], api_url: str, run_id: int | None = None) -> None:
        """Record new uploads of a run in one transaction that survives a power cut."""
        now = time.time()
        with self._transaction(durable=True):
            rows = [(*row_of(upload), api_url, now + place * 1e-6, run_id) for place, upload in enumerate(uploads)]
            self._db.executemany(INSERT, rows)

    def record(
        self, uploads: Collection[Upload], *, durable: bool = False, places: Mapping[bytes, UploadId] | None = None
    ) -> None:
        """Record how uploads stand now, in one transaction. `durable`: on the disk before this returns.

        `places`: what was given out for the first time (`presigned.place_of`), each for good, also after a purge.
        """
        if len(uploads) == 1 and not places:  # a statement alone is a transaction, and three times as fast
            with self._at_work():
                self._be_durable(durable=durable)
                self._db.execute(UPDATE, changes_of(*uploads))
            return
        with self._transaction(durable=durable):
            self._db.executemany(UPDATE, [changes_of(upload) for upload in uploads])
            self._db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?)", (places or {}).items())

    def begin_run(self, api_url: str, program: str) -> int:
        """Open a run, which History will show once uploads belong to it, and give its number."""
        with self._transaction():
            sql = "INSERT INTO runs (api_url, program, started_at, junk) VALUES (?, ?, ?, 0)"
            return int(self._db.execute(sql, (api_url, program, time.time())).lastrowid or 0)

    def has_run(self, run_id: int) -> bool:
        """Say whether a run stands in it."""
        with self._at_work():
            return bool(self._db.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone())

    def end_run(self, run_id: int, junk: int) -> None:
        """Close a run; `junk` is how many files it left out."""
        with self._transaction():
            sql = "UPDATE runs SET finished_at = ?, junk = ? WHERE run_id = ?"
            self._db.execute(sql, (time.time(), junk, run_id))

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Forget uploads a person removed before they were sent."""
        with self._transaction():
            self._db.executemany("DELETE FROM uploads WHERE upload_id = ?", [(one,) for one in upload_ids])

    def purge(self, keep_seconds: float) -> None:
        """Forget finished uploads of runs older than that, as `history_queries.last_aged_run` counts age.

        One that was taken up and sent since then stays, for it was of use lately, and so does one that waits for a
        person.
        """
        with self._at_work():
            aged = history_queries.last_aged_run(self._db, keep_seconds)
        if aged is None:
            return
        marks = ", ".join("?" * len(UNFINISHED))
        waiting = ", ".join("?" * len(TO_LOOK_AT))
        with self._transaction():
            self._db.execute(
                "DELETE FROM uploads WHERE run_id <= ? AND coalesce(uploaded_at, 0) < ? "  # noqa: S608 - question marks
                f"AND state NOT IN ({marks}) AND NOT (listed AND state IN ({waiting}))",
                (*aged, *UNFINISHED, *TO_LOOK_AT),
            )
            self._db.execute("DELETE FROM runs WHERE run_id NOT IN (SELECT run_id FROM uploads WHERE run_id NOT NULL)")

    def unfinished(self, api_url: str, anomaly_id: str | None = None) -> list[Upload]:
        """Give what is left to do for an anomaly (or all), oldest first, in the states they had."""
        return self._in_states(UNFINISHED, api_url, anomaly_id)

    def to_look_at(self, api_url: str) -> list[Upload]:
        """Give what failed or was refused on a window's list and was not taken off it, oldest first.

        What was given anew since, as an upload of its own, counts no more: its path's newest record says how it went.
        """
        marks = ", ".join("?" * len(TO_LOOK_AT))
        sql = (
            "WITH newest AS (SELECT anomaly_id, resolved, max(added_at) AS at FROM uploads "  # noqa: S608 - constants
            "WHERE api_url = ? GROUP BY anomaly_id, resolved) "
            f"SELECT {COLUMNS} FROM uploads JOIN newest USING (anomaly_id, resolved) WHERE api_url = ? "
            f"AND listed AND added_at = at AND state IN ({marks}) ORDER BY added_at, upload_id"
        )
        with self._at_work():
            rows = self._db.execute(sql, (api_url, api_url, *TO_LOOK_AT))
            return [upload_of(row, order) for order, row in enumerate(rows)]

    def servers_on_list(self) -> list[str]:
        """Return the addresses of the servers that something is left to do or to look at for, oldest first."""
        unfinished, ended = (", ".join("?" * len(states)) for states in (UNFINISHED, TO_LOOK_AT))
        sql = (
            f"SELECT api_url FROM uploads WHERE state IN ({unfinished}) OR (listed AND state IN ({ended})) "  # noqa: S608 - question marks
            "GROUP BY api_url ORDER BY min(added_at)"
        )
        with self._at_work():
            return [server for (server,) in self._db.execute(sql, (*UNFINISHED, *TO_LOOK_AT))]

    def given_up(self, api_url: str, anomaly_id: str) -> list[Upload]:
        """Give what ended unsent though it could have been sent: failed or cancelled, oldest first."""
        return self._in_states(GIVEN_UP, api_url, anomaly_id)

    def _in_states(self, states: tuple[str, ...], api_url: str, anomaly_id: str | None) -> list[Upload]:
        marks = ", ".join("?" * len(states))
        with self._at_work():
            rows = self._db.execute(
                f"SELECT {COLUMNS} FROM uploads WHERE api_url = ? AND (? IS NULL OR anomaly_id = ?) "  # noqa: S608 - constants
                f"AND state IN ({marks}) ORDER BY added_at, upload_id",
                (api_url, anomaly_id, anomaly_id, *states),
            )
            left = [upload_of(row, order) for order, row in enumerate(rows)]
        for upload in left:
            upload.attempts = 0  # a new run counts anew
        return left

    def uploaded(self, api_url: str, anomaly_id: str) -> dict[tuple[str, int], dict[str, float]]:
        """Give what was uploaded to an anomaly: by name and size in bytes, each SHA-256 and when it came last.

        Times are seconds since 1970. Of what was sent in place of a file, both the file and its substitute are known.
        """
        known: dict[tuple[str, int], dict[str, float]] = {}
        sql = (
            "WITH there AS (SELECT *, coalesce(uploaded_at, added_at) AS at FROM uploads "
            "WHERE api_url = ? AND anomaly_id = ? AND state = 'uploaded' AND sha256 IS NOT NULL) "
            "SELECT name, size, coalesce(original_sha256, sha256), at FROM there "
            "UNION ALL SELECT substitute_name, substitute_size, sha256, at FROM there WHERE substitute_name NOT NULL "
            "ORDER BY at"
        )
        with self._at_work():
            for name, size, sha256, at in self._db.execute(sql, (api_url, anomaly_id)):
                known.setdefault((name, size), {})[sha256] = at
        return known

    def given_out(self, places: Collection[bytes]) -> dict[bytes, tuple[UploadId, str | None]]:
        """Give which of these places were given out before: to which upload, and its name while there is a record."""
        marks = ", ".join("?" * len(places))
        names = "SELECT place, upload_id, name FROM places LEFT JOIN uploads USING (upload_id)"
        sql = f"{names} WHERE place IN ({marks})"
        with self._at_work():
            return {place: (UploadId(owner), name) for place, owner, name in self._db.execute(sql, tuple(places))}

    def own_files(self) -> list[tuple[Path, str | None]]:
        """Return the files this program made, each with what tells it from another one (None: it was being made)."""
        with self._at_work():
            rows = self._db.execute("SELECT path, facts FROM own_files")
            return [(Path(os.fsdecode(path)), facts) for path, facts in rows]

    def note_own_file(self, path: Path, facts: str | None) -> None:
        """Record that this program makes, or made, a file."""
        with self._transaction():
            sql = (
                "INSERT INTO own_files SELECT ?, ?, coalesce(max(run_id), 0) + 1 FROM runs WHERE true "
                "ON CONFLICT (path) DO UPDATE SET facts = excluded.facts"
            )
            self._db.execute(sql, (os.fsencode(path), facts))

    def forget_own_files(self, paths: Collection[Path]) -> None:
        """Forget files that are gone."""
        if paths:
            with self._transaction():
                sql = "DELETE FROM own_files WHERE path = ?"
                self._db.executemany(sql, [(os.fsencode(path),) for path in paths])

    def needless_own_files(self) -> list[Path]:
        """Return the files this program made that no upload of any service needs; see `OwnFiles.tidy`."""
        with self._at_work():
            return history_queries.needless(self._db)

    def past_runs(self) -> Iterator[list[PastRun]]:
        """Give every run, of all servers, the newest first, each with an entry for every anomaly it had files for."""
        with self._at_work():
            yield from history_queries.past_runs(self._db)

    def past_run(self, key: RunKey) -> PastRun | None:
        """Give one run's part for one anomaly, None where it was purged."""
        with self._at_work():
            return history_queries.past_run(self._db, key)

    def runs_with_file(self, wanted: str) -> Iterator[frozenset[RunKey]]:
        """Give the runs with a file whose name contains the text, whatever its case and accents, page by page.

        The journal may be written between two pages.
        """
        with self._at_work():
            yield from history_queries.runs_with_file(self._db, wanted)

    def uploads_of(self, key: RunKey) -> list[Upload]:
        """Give the uploads of a run for one anomaly, in the order they were added, as they stand now."""
        with self._at_work():
            return history_queries.uploads_of(self._db, key)

    def _be_durable(self, *, durable: bool) -> None:
        """Prepare for writing."""
        self._written = True
        if durable is not self._durable:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Turn what SQLite says of its file and its disk into our error; what it says of values passes as it is."""
        if self._in_trouble:
            raise JournalUnwritable("it is to be opened again")
        try:
            yield
        except sqlite3.Error as error:
            if not is_trouble(error):
                raise
            self._in_trouble = not is_full(error)
            raise JournalUnwritable(str(error)) from error

    @contextmanager
    def _transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Write all or nothing. Without `durable` a crash of the program loses nothing, only one of the machine."""
        with self._at_work():
            self._be_durable(durable=durable)
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # what it says now is no news, and may hide what it said first
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                raise
