"""The journal: each upload is recorded here before the step it is about to take, so that a crash loses nothing.

SQLite in WAL mode, locked by one program at a time (the lock ends with the process), readable for its owner only. The
only secrets in it are live presigned URLs, which are overwritten once used up (`secure_delete`); tokens never.
`connection.py` keeps it open, `rows.py` converts uploads, `history_queries.py` has the queries on past runs.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.journal.history_queries import HistoryQueries
from uploader_gui.engine.journal.rows import (
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

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from uploader_gui.engine.models import Source, Upload


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
        marks = ", ".join("?" * len(places))
        names = "SELECT place, upload_id, name FROM places LEFT JOIN uploads USING (upload_id)"
        with self.transaction():
            self._db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?)", places.items())
            rows = self._db.execute(f"{names} WHERE place IN ({marks})", tuple(places))
            return {place: (UploadId(owner), name) for place, owner, name in rows}

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
