"""What the journal tells of past runs, and what it records of them and of files of our own."""

from __future__ import annotations

import json
import os
import re
import time
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.journal.connection import JournalConnection
from uploader_gui.engine.journal.schema import COLUMNS, UNFINISHED, upload_of
from uploader_gui.engine.models import PastRun, RunKey, UploadState, folded
from uploader_gui.engine.receipt import Circumstances

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from uploader_gui.engine.models import Upload, UploadId


CAPTURES: Final = "captures"
FETCHED: Final = "fetched"
SUBSTITUTES: Final = "substitutes"
"""The folders of the data folder for files of our own."""
_UNSENT: Final = f"SELECT path, resolved FROM uploads WHERE state <> '{UploadState.UPLOADED}'"  # noqa: S608 - a constant
_SUBSTITUTES_NEEDED: Final = (
    f"SELECT substitute_path FROM uploads WHERE substitute_path NOT NULL AND state IN ({UNFINISHED})"  # noqa: S608 - constants
)
_USED_UP: Final = (
    "SELECT path FROM own_files WHERE run_id < (SELECT coalesce(min(run_id), 0) FROM runs) "  # noqa: S608 - a constant
    f"OR path IN (SELECT path FROM uploads WHERE state = '{UploadState.UPLOADED}')"
)
FETCHED_DAYS: Final = 7
"""How long a fetched file is kept that was not uploaded, and that nobody waits for."""
_UTC_OFFSET: Final = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d")
_TOKEN: Final = re.compile(r"[0-9a-f]{16}(\.part)?")
_OWN_FILES: Final = "SELECT path, unneeded_since FROM own_files"
_FETCHED_STATES: Final = "SELECT path, state, listed FROM uploads WHERE origin NOT NULL"
PAGE: Final = 500
"""The number of uploads searched at once, in some 3 ms. Results come page by page, as the loop waits meanwhile."""
_END_OF_PAGE: Final = (
    "SELECT max(upload_id) FROM (SELECT upload_id FROM uploads WHERE upload_id > ? ORDER BY upload_id LIMIT ?)"
)
"""The last upload of the page after one, or NULL."""
LONGEST_GAP: Final = 30 * 86_400.0
"""In seconds."""
_FIGURES: Final = """
    SELECT run_id, anomaly_id, program, finished_at, junk, state, count(*), total(coalesce(substitute_size, size)),
    min(added_at), max(uploaded_at), runs.api_url, total(size) FROM uploads JOIN runs USING (run_id) WHERE {}
    GROUP BY run_id, anomaly_id, state ORDER BY run_id, anomaly_id
"""


class HistoryQueries(JournalConnection):
    """The part of the journal that is about runs and deposits, and about files of our own."""

    def last_aged_run(self, keep_seconds: float) -> tuple[int, float] | None:
        """Return the newest run older than that, and when the one after it began (seconds since 1970); None for none.

        Age is counted back from the newest run, in the order in which they were begun, never from now: a clock that is
        wrong for a day changes nothing. For the same reason a gap between two runs does not count where it is longer
        than `LONGEST_GAP`, or where the clock was put back.
        """
        age, after = 0.0, None
        for run_id, began in self._rows("SELECT run_id, started_at FROM runs ORDER BY run_id DESC"):
            if after is not None:
                age += after - began if 0 < after - began <= LONGEST_GAP else 0.0
                if age > keep_seconds:
                    return run_id, after
            after = began
        return None

    def past_runs(self) -> Iterator[list[PastRun]]:
        """Yield every run, of all servers, the newest first, each as a list with an entry per anomaly."""
        for run_id in self._rows("SELECT run_id FROM runs ORDER BY run_id DESC"):
            runs = _runs(self._rows(_FIGURES.format("run_id = ?"), run_id))
            yield sorted(runs, key=lambda run: run.started_at, reverse=True)

    def past_run(self, key: RunKey) -> PastRun | None:
        """Return one run's part for one anomaly, None where it was purged."""
        rows = self._rows(_FIGURES.format("run_id = ? AND anomaly_id = ?"), (key.run_id, key.anomaly_id))
        return next(iter(_runs(rows)), None)

    def uploads_of(self, key: RunKey) -> list[Upload]:
        """Return the uploads of a run for one anomaly in their present states, in the order they were added."""
        sql = f"SELECT {COLUMNS} FROM uploads WHERE run_id = ? AND anomaly_id = ? ORDER BY added_at, upload_id"  # noqa: S608 - constants only
        return [upload_of(row, order) for order, row in enumerate(self._rows(sql, (key.run_id, key.anomaly_id)))]

    def runs_with(self, upload_ids: Collection[UploadId]) -> set[RunKey]:
        """Return the runs that these uploads belong to."""
        sql = (
            "SELECT DISTINCT run_id, anomaly_id FROM uploads WHERE run_id NOT NULL "
            "AND upload_id IN (SELECT value FROM json_each(?))"
        )
        return {RunKey(*row) for row in self._rows(sql, (json.dumps(list(upload_ids)),))}

    def runs_with_file(self, wanted: str) -> Iterator[frozenset[RunKey]]:
        """Yield the runs with a file whose name contains the text, ignoring case and accents, page by page.

        The journal may be written between two pages.
        """
        sql = (
            "SELECT DISTINCT run_id, anomaly_id FROM uploads WHERE upload_id > ? AND upload_id <= ? "
            "AND run_id NOT NULL AND instr(folded(name), ?) > 0"
        )
        begin, text = "", folded(wanted)
        while (end := self._rows(_END_OF_PAGE, (begin, PAGE))[0][0]) is not None:
            yield frozenset(RunKey(*row) for row in self._rows(sql, (begin, end, text)))
            begin = end

    # Deposits that came to their end

    def note_deposits(self, upload_ids: Collection[UploadId], told: Mapping[str, Circumstances]) -> None:
        """Record what the receipts of the deposits with these uploads tell beside their files, by anomaly."""
        with self.transaction():
            rows = [
                (key.run_id, key.anomaly_id, *_row_of(told[key.anomaly_id]))
                for key in self.runs_with(upload_ids)
                if key.anomaly_id in told
            ]
            self._db.executemany("INSERT OR REPLACE INTO deposits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def circumstances(self, key: RunKey) -> Circumstances | None:
        """Return what `note_deposits` recorded, without the server; None for a deposit that did not come to its end."""
        sql = (
            "SELECT utc_offset, clock_error, ref, title, site, depositor FROM deposits "
            "WHERE run_id = ? AND anomaly_id = ?"
        )
        for utc_offset, clock_error, ref, title, site, depositor in self._rows(sql, (key.run_id, key.anomaly_id)):
            known = utc_offset if _UTC_OFFSET.fullmatch(utc_offset) else ""
            return Circumstances("", clock_error, ref, title, site, depositor, known)
        return None

    # Files of our own

    def own_files(self) -> list[tuple[Path, str | None]]:
        """Return the files this program made, each with its facts (`own_files.facts_of`), None while it was made."""
        return [(_path(path), facts) for path, facts in self._rows("SELECT path, facts FROM own_files")]

    def note_own_file(self, path: Path, facts: str | None) -> None:
        """Record that this program is making a file (`facts` None), or has made it."""
        with self.transaction():
            sql = (
                "INSERT INTO own_files (path, facts, run_id) "
                "SELECT ?, ?, coalesce(max(run_id), 0) + 1 FROM runs WHERE true "
                "ON CONFLICT (path) DO UPDATE SET facts = excluded.facts"
            )
            self._db.execute(sql, (os.fsencode(path), facts))

    def unneeded_from_now(self, paths: Iterable[Path]) -> None:
        """Record that nobody needs these files of this program any more."""
        now = time.time()
        with self.transaction():
            sql = "UPDATE own_files SET unneeded_since = ? WHERE path = ?"
            self._db.executemany(sql, [(now, os.fsencode(path)) for path in paths])

    def forget_own_files(self, paths: Collection[Path]) -> None:
        """Forget files that were removed."""
        if paths:
            with self.transaction():
                sql = "DELETE FROM own_files WHERE path = ?"
                self._db.executemany(sql, [(os.fsencode(path),) for path in paths])

    def unneeded_own_files(self) -> list[Path]:
        """Return the files this program made that no upload of any server needs; see `OwnFiles.tidy`."""
        recorded = [(stored, _path(stored), since) for stored, since in self._rows(_OWN_FILES)]
        fetched, since_when = self._unneeded_fetched(recorded, time.time())
        if since_when:
            with self.transaction():
                self._db.executemany("UPDATE own_files SET unneeded_since = ? WHERE path = ?", since_when)
        return fetched + self._unneeded_others([path for _, path, _ in recorded if place_in_fetched(path) is None])

    def _unneeded_others(self, paths: list[Path]) -> list[Path]:
        """See `OwnFiles.tidy`. Files are compared by name alone: the folder may have moved, or be spelled otherwise."""
        made = [path for path in paths if path.parent.name == SUBSTITUTES]
        substitutes = _unless_named(made, self._rows(_SUBSTITUTES_NEEDED))
        captures = [path for path in paths if path.parent.name == CAPTURES]
        if not captures:  # saves reading every row
            return substitutes
        used_up = {_path(path) for (path,) in self._rows(_USED_UP)}
        return substitutes + [path for path in _unless_named(captures, self._rows(_UNSENT)) if path in used_up]

    def _unneeded_fetched(
        self, recorded: list[tuple[bytes, Path, float | None]], now: float
    ) -> tuple[list[Path], list[tuple[float | None, bytes]]]:
        """Return the fetched files to remove now, and (since when, path) of those whose time begins or ends to run.

        One that is half written (a `.part`) has no upload. One that waits for a number has none either: it is kept
        until its time runs, however long.
        """
        mine = [(place, *row) for row in recorded if (place := place_in_fetched(row[1])) is not None]
        if not mine:  # saves reading every row
            return [], []
        owners: dict[Path | None, list[tuple[UploadState, bool]]] = {}
        for path, state, listed in self._rows(_FETCHED_STATES):
            owners.setdefault(place_in_fetched(_path(path)), []).append((UploadState(state), bool(listed)))
        unneeded: list[Path] = []
        since_when: list[tuple[float | None, bytes]] = []
        for place, stored, path, since in mine:
            if (uploads := owners.get(place)) is None:
                is_over = len(place.parts) == 1 or _is_past(since, now)
            elif any(not state.finished or (listed and state is UploadState.FAILED) for state, listed in uploads):
                is_over = False
                since_when += [(None, stored)] if since is not None else []
            else:
                is_over = any(state is UploadState.UPLOADED for state, _ in uploads) or _is_past(since, now)
                since_when += [(now, stored)] if since is None or since > now else []
            if is_over:
                unneeded.append(path)
        return unneeded, since_when


def _row_of(told: Circumstances) -> tuple[object, ...]:
    """Return what `circumstances` reads, as columns."""
    texts = (text.encode("utf-8", "replace").decode() for text in (told.ref, told.title, told.site, told.depositor))
    return told.utc_offset, told.clock_error, *texts


def _runs(rows: Iterable[tuple[Any, ...]]) -> list[PastRun]:
    return [_run(key, list(states)) for key, states in groupby(rows, key=lambda row: RunKey(row[0], row[1]))]


def _run(key: RunKey, rows: list[tuple[Any, ...]]) -> PastRun:
    program, ended, junk = rows[0][2:5]
    ends = [end for end in (ended, *(row[9] for row in rows)) if end is not None]
    return PastRun(
        key=key,
        program=program,
        started_at=min(row[8] for row in rows),
        finished_at=max(ends, default=None),
        junk=junk,
        states={UploadState(row[5]): row[6] for row in rows},
        server=rows[0][10],
        bytes_uploaded=sum(int(row[7]) for row in rows if row[5] == UploadState.UPLOADED),
        bytes_of_originals=sum(int(row[11]) for row in rows if row[5] == UploadState.UPLOADED),
    )


def place_in_fetched(path: Path) -> Path | None:
    """Return where in the folder of fetched files a path is, from the folder of one drop on; None where it is not."""
    parts = path.parts
    for at, name in enumerate(parts[:-1]):
        if name == FETCHED and _TOKEN.fullmatch(parts[at + 1]) and not {".", ".."} & set(parts[at:]):
            return Path(*parts[at + 1 :])
    return None


def _is_past(since: float | None, now: float) -> bool:
    return since is not None and now - since > FETCHED_DAYS * 86_400


def _unless_named(paths: list[Path], needed: Iterable[tuple[bytes, ...]]) -> list[Path]:
    names = {_path(path).name for row in needed for path in row}
    return [path for path in paths if path.name not in names]


def _path(stored: bytes) -> Path:
    return Path(os.fsdecode(stored))
