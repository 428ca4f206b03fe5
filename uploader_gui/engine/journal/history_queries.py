"""The queries on past runs and on files of our own, in SQL."""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.journal.rows import COLUMNS, UNFINISHED, upload_of
from uploader_gui.engine.models import PastRun, RunKey, UploadState, folded
from uploader_gui.engine.receipt import Circumstances

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from uploader_gui.engine.models import Upload


CAPTURES: Final = "captures"
FETCHED: Final = "fetched"
SUBSTITUTES: Final = "substitutes"
"""The folders of the data folder for files of our own."""
_UNSENT: Final = f"SELECT path, resolved FROM uploads WHERE state <> '{UploadState.UPLOADED}'"  # noqa: S608 - a constant
_SUBSTITUTES_NEEDED: Final = (
    "SELECT substitute_path FROM uploads WHERE substitute_path NOT NULL "  # noqa: S608 - question marks
    f"AND state IN ({', '.join('?' * len(UNFINISHED))})"
)
_USED_UP: Final = (
    "SELECT path FROM own_files WHERE run_id < (SELECT coalesce(min(run_id), 0) FROM runs) "  # noqa: S608 - a constant
    f"OR path IN (SELECT path FROM uploads WHERE state = '{UploadState.UPLOADED}')"
)
FETCHED_DAYS: Final = 7
"""How long a fetched file is kept that was not uploaded, and that nobody waits for."""
_UTC_OFFSET: Final = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d")
_TOKEN: Final = re.compile(r"[0-9a-f]{16}(\.part)?")
_FETCHED_STATES: Final = "SELECT path, state, listed FROM uploads WHERE origin NOT NULL"
PAGE: Final = 500
"""The number of uploads searched at once, in some 3 ms. Results come page by page, as the loop waits meanwhile."""
LONGEST_GAP: Final = 30 * 86_400.0
"""In seconds."""
_FIGURES: Final = """
    SELECT run_id, anomaly_id, program, finished_at, junk, state, count(*), total(coalesce(substitute_size, size)),
    min(added_at), max(uploaded_at), runs.api_url, total(size) FROM uploads JOIN runs USING (run_id) WHERE {}
    GROUP BY run_id, anomaly_id, state ORDER BY run_id, anomaly_id
"""


def last_aged_run(db: sqlite3.Connection, keep_seconds: float) -> tuple[int, float] | None:
    """Return the newest run older than that, and when the one after it began (seconds since 1970); None for none.

    Age is counted back from the newest run, in the order in which they were begun, never from now: a clock that is
    wrong for a day changes nothing. For the same reason a gap between two runs does not count where it is longer than
    `LONGEST_GAP`, or where the clock was put back.
    """
    age, after = 0.0, None
    for run_id, began in db.execute("SELECT run_id, started_at FROM runs ORDER BY run_id DESC"):
        if after is not None:
            age += after - began if 0 < after - began <= LONGEST_GAP else 0.0
            if age > keep_seconds:
                return run_id, after
        after = began
    return None


def past_runs(db: sqlite3.Connection) -> Iterator[list[PastRun]]:
    """See `Journal.past_runs`."""
    run_ids = db.execute("SELECT run_id FROM runs ORDER BY run_id DESC").fetchall()
    for run_id in run_ids:
        yield sorted(_runs(db.execute(_FIGURES.format("run_id = ?"), run_id)), key=lambda run: run.started_at)


def past_run(db: sqlite3.Connection, key: RunKey) -> PastRun | None:
    """See `Journal.past_run`."""
    rows = db.execute(_FIGURES.format("run_id = ? AND anomaly_id = ?"), (key.run_id, key.anomaly_id))
    return next(iter(_runs(rows)), None)


def circumstances(db: sqlite3.Connection, key: RunKey) -> Circumstances | None:
    """See `Journal.circumstances`."""
    sql = (
        "SELECT utc_offset, clock_error, ref, title, site, depositor FROM deposits WHERE run_id = ? AND anomaly_id = ?"
    )
    row = db.execute(sql, (key.run_id, key.anomaly_id)).fetchone()
    if row is None:
        return None
    utc_offset, clock_error, ref, title, site, depositor = row
    known = utc_offset if _UTC_OFFSET.fullmatch(utc_offset) else ""
    return Circumstances("", clock_error, ref, title, site, depositor, known)


def row_of_circumstances(told: Circumstances) -> tuple[object, ...]:
    """Return what `circumstances` reads, as columns."""
    texts = (text.encode("utf-8", "replace").decode() for text in (told.ref, told.title, told.site, told.depositor))
    return told.utc_offset, told.clock_error, *texts


def runs_with_file(db: sqlite3.Connection, wanted: str) -> Iterator[frozenset[RunKey]]:
    """See `Journal.runs_with_file`."""
    sql = (
        "SELECT DISTINCT run_id, anomaly_id FROM uploads WHERE upload_id > ? AND upload_id <= ? "
        "AND run_id NOT NULL AND instr(folded(name), ?) > 0"
    )
    begin, text = "", folded(wanted)
    while (end := _end_of_page(db, begin)) is not None:
        yield frozenset(RunKey(*row) for row in db.execute(sql, (begin, end, text)))
        begin = end


def _end_of_page(db: sqlite3.Connection, begin: str) -> str | None:
    """Return the last upload of the page after `begin`, None where there is none."""
    page = "SELECT upload_id FROM uploads WHERE upload_id > ? ORDER BY upload_id LIMIT ?"
    (end,) = db.execute(f"SELECT max(upload_id) FROM ({page})", (begin, PAGE)).fetchone()  # noqa: S608 - a constant
    return None if end is None else str(end)


def uploads_of(db: sqlite3.Connection, key: RunKey) -> list[Upload]:
    """See `Journal.uploads_of`."""
    sql = f"SELECT {COLUMNS} FROM uploads WHERE run_id = ? AND anomaly_id = ? ORDER BY added_at, upload_id"  # noqa: S608 - constants only
    return [upload_of(row, order) for order, row in enumerate(db.execute(sql, (key.run_id, key.anomaly_id)))]


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


def unneeded_own_files(db: sqlite3.Connection) -> list[Path]:
    """See `OwnFiles.tidy`. Files are compared by name alone: their folder may have moved, or be spelled otherwise."""
    found: dict[str, list[Path]] = {CAPTURES: [], SUBSTITUTES: []}
    for (path,) in db.execute("SELECT path FROM own_files"):
        if place_in_fetched(_path(path)) is None:
            found.setdefault(_path(path).parent.name, []).append(_path(path))
    substitutes = _unless_named(found[SUBSTITUTES], db.execute(_SUBSTITUTES_NEEDED, UNFINISHED))
    if not found[CAPTURES]:  # saves reading every row
        return substitutes
    used_up = {_path(path) for (path,) in db.execute(_USED_UP)}
    captures = _unless_named(found[CAPTURES], db.execute(_UNSENT))
    return substitutes + [path for path in captures if path in used_up]


def place_in_fetched(path: Path) -> Path | None:
    """Return where in the folder of fetched files a path is, from the folder of one drop on; None where it is not."""
    parts = path.parts
    for at, name in enumerate(parts[:-1]):
        if name == FETCHED and _TOKEN.fullmatch(parts[at + 1]) and not {".", ".."} & set(parts[at:]):
            return Path(*parts[at + 1 :])
    return None


def unneeded_fetched(db: sqlite3.Connection, now: float) -> tuple[list[Path], list[tuple[float | None, bytes]]]:
    """Return the fetched files to remove now, and (since when, path) of those whose time begins or ends to run.

    One that is half written (a `.part`) has no upload. One that waits for a number has none either: it is kept until
    its time runs, however long.
    """
    rows = db.execute("SELECT path, unneeded_since FROM own_files").fetchall()
    mine = [(place, *row) for row in rows if (place := place_in_fetched(_path(row[0]))) is not None]
    if not mine:  # saves reading every row
        return [], []
    owners: dict[Path | None, list[tuple[str, bool]]] = {}
    for path, state, listed in db.execute(_FETCHED_STATES):
        owners.setdefault(place_in_fetched(_path(path)), []).append((state, bool(listed)))
    unneeded: list[Path] = []
    since_when: list[tuple[float | None, bytes]] = []
    for place, stored, since in mine:
        if (uploads := owners.get(place)) is None:
            is_over = len(place.parts) == 1 or _is_past(since, now)
        elif any(state in UNFINISHED or (listed and state == UploadState.FAILED) for state, listed in uploads):
            is_over = False
            since_when += [(None, stored)] if since is not None else []
        else:
            is_over = any(state == UploadState.UPLOADED for state, _ in uploads) or _is_past(since, now)
            since_when += [(now, stored)] if since is None or since > now else []
        if is_over:
            unneeded.append(_path(stored))
    return unneeded, since_when


def _is_past(since: float | None, now: float) -> bool:
    return since is not None and now - since > FETCHED_DAYS * 86_400


def _unless_named(paths: list[Path], needed: Iterable[tuple[bytes, ...]]) -> list[Path]:
    names = {_path(path).name for row in needed for path in row}
    return [path for path in paths if path.name not in names]


def _path(stored: bytes) -> Path:
    return Path(os.fsdecode(stored))
