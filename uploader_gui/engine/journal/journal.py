"""The journal: each upload is recorded here before the step it is about to take, so that a crash loses nothing.

SQLite in WAL mode, locked by one program at a time (the lock ends with the process), readable for its owner only. The
only secrets in it are live presigned URLs, which are overwritten once used up (`secure_delete`); tokens never.
`connection.py` keeps it open, `rows.py` converts uploads, `history_queries.py` has the queries on past runs.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.journal import history_queries
from uploader_gui.engine.journal.connection import JournalConnection
from uploader_gui.engine.journal.rows import (
    COLUMNS,
    FAILED_OR_CANCELLED,
    FAILED_OR_REFUSED,
    INSERT,
    UNFINISHED,
    UPDATE,
    changes_of,
    row_of,
    upload_of,
)
from uploader_gui.engine.models import EarlierUpload, RunKey, SentFile, UploadId, bytes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from uploader_gui.engine.models import PastRun, Source, Upload
    from uploader_gui.engine.receipt import Circumstances


FORGET_EMPTY_RUNS: Final = (
    "DELETE FROM runs WHERE run_id NOT IN (SELECT run_id FROM uploads WHERE run_id NOT NULL)",
    (
        "DELETE FROM deposits WHERE (run_id, anomaly_id) NOT IN "
        "(SELECT run_id, anomaly_id FROM uploads WHERE run_id NOT NULL)"
    ),
)


class Journal(JournalConnection):
    """One open journal, and what is recorded in it."""

    def add(self, uploads: Iterable[Upload], api_url: str, run_id: int | None = None, now: float | None = None) -> None:
        """Record new uploads of a run in one transaction that survives a power cut.

        `now` is in seconds since 1970, as in `begin_run`: the server's clock where it is known; None for our own.
        """
        now = time.time() if now is None else now
        with self._transaction(durable=True):
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
        with self._transaction(durable=durable):
            self._db.executemany(UPDATE, [changes_of(upload) for upload in uploads])

    def claim(self, places: Mapping[bytes, UploadId]) -> dict[bytes, tuple[UploadId, str | None]]:
        """Give each place (`presigned_url.place_of`) to an upload, for good; one that was given out stays whose it is.

        Return whose each place is, and that upload's name, None after a purge.
        """
        marks = ", ".join("?" * len(places))
        names = "SELECT place, upload_id, name FROM places LEFT JOIN uploads USING (upload_id)"
        with self._transaction():
            self._db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?)", places.items())
            rows = self._db.execute(f"{names} WHERE place IN ({marks})", tuple(places))
            return {place: (UploadId(owner), name) for place, owner, name in rows}

    def begin_run(self, api_url: str, program: str, now: float | None = None) -> int:
        """Begin a run, which History shows once it has uploads, and return its number."""
        with self._transaction():
            sql = "INSERT INTO runs (api_url, program, started_at, junk) VALUES (?, ?, ?, 0)"
            began = time.time() if now is None else now
            return int(self._db.execute(sql, (api_url, program, began)).lastrowid or 0)

    def move_run(self, run_id: int, seconds: float) -> None:
        """Move the beginning of a run, and when its uploads were added: the clock was wrong by so much."""
        with self._transaction():
            self._db.execute("UPDATE runs SET started_at = started_at + ? WHERE run_id = ?", (seconds, run_id))
            self._db.execute("UPDATE uploads SET added_at = added_at + ? WHERE run_id = ?", (seconds, run_id))

    def has_run(self, run_id: int) -> bool:
        """Whether a run is recorded."""
        with self._sqlite_errors():
            return bool(self._db.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone())

    def end_run(self, run_id: int, junk: int, ended_at: float) -> None:
        """End a run at that time (seconds since 1970); `junk` is the number of files left out of it."""
        with self._transaction():
            sql = "UPDATE runs SET finished_at = max(started_at, ?), junk = ? WHERE run_id = ?"
            self._db.execute(sql, (ended_at, junk, run_id))

    def note_deposits(self, upload_ids: Collection[UploadId], told: Mapping[str, Circumstances]) -> None:
        """Record what the receipts of the deposits with these uploads tell beside their files, by anomaly."""
        with self._transaction():
            rows = [
                (key.run_id, key.anomaly_id, *history_queries.row_of_circumstances(told[key.anomaly_id]))
                for key in self.runs_with(upload_ids)
                if key.anomaly_id in told
            ]
            self._db.executemany("INSERT OR REPLACE INTO deposits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def circumstances(self, key: RunKey) -> Circumstances | None:
        """Return what `note_deposits` recorded, without the server; None for a deposit that did not come to its end."""
        with self._sqlite_errors():
            return history_queries.circumstances(self._db, key)

    def runs_with(self, upload_ids: Collection[UploadId]) -> set[RunKey]:
        """Return the runs that these uploads belong to."""
        sql = (
            "SELECT DISTINCT run_id, anomaly_id FROM uploads WHERE run_id NOT NULL "
            "AND upload_id IN (SELECT value FROM json_each(?))"
        )
        with self._sqlite_errors():
            return {RunKey(*row) for row in self._db.execute(sql, (json.dumps(list(upload_ids)),))}

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Forget uploads a person removed before they were sent."""
        with self._transaction():
            self._db.executemany("DELETE FROM uploads WHERE upload_id = ?", [(one,) for one in upload_ids])

    def purge(self, keep_seconds: float) -> None:
        """Forget finished uploads of runs older than that, by the age of `history_queries.last_aged_run`.

        An upload sent only since then stays, and so does one that waits for a person.
        """
        with self._sqlite_errors():
            aged = history_queries.last_aged_run(self._db, keep_seconds)
        if aged is None:
            return
        unfinished, waiting = (", ".join("?" * len(states)) for states in (UNFINISHED, FAILED_OR_REFUSED))
        with self._transaction():
            self._db.execute(
                "DELETE FROM uploads WHERE run_id <= ? AND coalesce(uploaded_at, 0) < ? "  # noqa: S608 - question marks
                f"AND state NOT IN ({unfinished}) AND NOT (listed AND state IN ({waiting}))",
                (*aged, *UNFINISHED, *FAILED_OR_REFUSED),
            )
            self._forget_empty_runs()

    def forget(self, upload_ids: Collection[UploadId]) -> None:
        """Forget finished uploads that a person wants forgotten, and the runs of which nothing is left.

        The places of the storage that they were given stay, as hashes: no later upload may replace theirs. Files of
        ours that were made for them are not needed any more (run -1 is over).
        """
        ids = [(one,) for one in upload_ids]
        ours = "UPDATE own_files SET run_id = -1 WHERE path IN (SELECT path FROM uploads WHERE upload_id = ?)"
        with self._transaction(durable=True):
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
        marks = ", ".join("?" * len(UNFINISHED))
        sql = f"SELECT upload_id FROM uploads WHERE api_url = ? AND state IN ({marks})"  # noqa: S608 - question marks
        with self._sqlite_errors():
            return [UploadId(one) for (one,) in self._db.execute(sql, (api_url, *UNFINISHED))]

    def unsent_on_list(self, api_url: str) -> list[Upload]:
        """Return the failed and refused uploads that are still on a window's list, oldest first.

        Where a path was added again later, as another upload, only that newest upload counts.
        """
        marks = ", ".join("?" * len(FAILED_OR_REFUSED))
        sql = (
            "WITH newest AS (SELECT anomaly_id, resolved, max(added_at) AS at FROM uploads "  # noqa: S608 - constants
            "WHERE api_url = ? GROUP BY anomaly_id, resolved) "
            f"SELECT {COLUMNS} FROM uploads JOIN newest USING (anomaly_id, resolved) WHERE api_url = ? "
            f"AND listed AND added_at = at AND state IN ({marks}) ORDER BY added_at, upload_id"
        )
        with self._sqlite_errors():
            rows = self._db.execute(sql, (api_url, api_url, *FAILED_OR_REFUSED))
            return [upload_of(row, order) for order, row in enumerate(rows)]

    def servers_on_list(self) -> list[str]:
        """Return the addresses of servers with unfinished uploads, or unsent ones on a list, oldest first."""
        unfinished, ended = (", ".join("?" * len(states)) for states in (UNFINISHED, FAILED_OR_REFUSED))
        sql = (
            f"SELECT api_url FROM uploads WHERE state IN ({unfinished}) OR (listed AND state IN ({ended})) "  # noqa: S608 - question marks
            "GROUP BY api_url ORDER BY min(added_at)"
        )
        with self._sqlite_errors():
            return [server for (server,) in self._db.execute(sql, (*UNFINISHED, *FAILED_OR_REFUSED))]

    def failed_or_cancelled(self, api_url: str, anomaly_id: str) -> list[Upload]:
        """Return the failed and cancelled uploads for an anomaly, oldest first."""
        return self._in_states(FAILED_OR_CANCELLED, api_url, anomaly_id)

    def _in_states(self, states: tuple[str, ...], api_url: str, anomaly_id: str | None) -> list[Upload]:
        marks = ", ".join("?" * len(states))
        with self._sqlite_errors():
            rows = self._db.execute(
                f"SELECT {COLUMNS} FROM uploads WHERE api_url = ? AND (? IS NULL OR anomaly_id = ?) "  # noqa: S608 - constants
                f"AND state IN ({marks}) ORDER BY added_at, upload_id",
                (api_url, anomaly_id, anomaly_id, *states),
            )
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
        with self._sqlite_errors():
            for name, size, sha256, at, service_id, twice in self._db.execute(sql, (api_url, anomaly_id)):
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
        with self._sqlite_errors():
            return [SentFile(*row) for row in self._db.execute(sql, (api_url, anomaly_id, sizes, places))]

    def own_files(self) -> list[tuple[Path, str | None]]:
        """Return the files this program made, each with its facts (`own_files.facts_of`), None while it was made."""
        with self._sqlite_errors():
            rows = self._db.execute("SELECT path, facts FROM own_files")
            return [(Path(os.fsdecode(path)), facts) for path, facts in rows]

    def note_own_file(self, path: Path, facts: str | None) -> None:
        """Record that this program is making a file (`facts` None), or has made it."""
        with self._transaction():
            sql = (
                "INSERT INTO own_files (path, facts, run_id) "
                "SELECT ?, ?, coalesce(max(run_id), 0) + 1 FROM runs WHERE true "
                "ON CONFLICT (path) DO UPDATE SET facts = excluded.facts"
            )
            self._db.execute(sql, (os.fsencode(path), facts))

    def unneeded_from_now(self, paths: Iterable[Path]) -> None:
        """Record that nobody needs these files of this program any more."""
        now = time.time()
        with self._transaction():
            sql = "UPDATE own_files SET unneeded_since = ? WHERE path = ?"
            self._db.executemany(sql, [(now, os.fsencode(path)) for path in paths])

    def forget_own_files(self, paths: Collection[Path]) -> None:
        """Forget files that were removed."""
        if paths:
            with self._transaction():
                sql = "DELETE FROM own_files WHERE path = ?"
                self._db.executemany(sql, [(os.fsencode(path),) for path in paths])

    def unneeded_own_files(self) -> list[Path]:
        """Return the files this program made that no upload of any server needs; see `OwnFiles.tidy`."""
        with self._sqlite_errors():
            fetched, since_when = history_queries.unneeded_fetched(self._db, time.time())
            others = history_queries.unneeded_own_files(self._db)
        if since_when:
            with self._transaction():
                self._db.executemany("UPDATE own_files SET unneeded_since = ? WHERE path = ?", since_when)
        return fetched + others

    def past_runs(self) -> Iterator[list[PastRun]]:
        """Yield every run, of all servers, the newest first, each as a list with an entry per anomaly."""
        with self._sqlite_errors():
            yield from history_queries.past_runs(self._db)

    def past_run(self, key: RunKey) -> PastRun | None:
        """Return one run's part for one anomaly, None where it was purged."""
        with self._sqlite_errors():
            return history_queries.past_run(self._db, key)

    def runs_with_file(self, wanted: str) -> Iterator[frozenset[RunKey]]:
        """Yield the runs with a file whose name contains the text, ignoring case and accents, page by page.

        The journal may be written between two pages.
        """
        with self._sqlite_errors():
            yield from history_queries.runs_with_file(self._db, wanted)

    def uploads_of(self, key: RunKey) -> list[Upload]:
        """Return the uploads of a run for one anomaly in their present states, in the order they were added."""
        with self._sqlite_errors():
            return history_queries.uploads_of(self._db, key)
