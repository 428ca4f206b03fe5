"""The journal: the only SQL. Every upload is recorded here before the step it announces, so a crash loses nothing.

SQLite in WAL mode, held exclusively by one program at a time (the lock dies with the process). Owner-only. The one
secret it may hold are live presigned URLs, overwritten when used up (`secure_delete`); tokens never. Used by
`ledger.py` and `intake.py`.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import Code, JournalError, JournalInUse, JournalTooNew, JournalUnwritable
from uploader_gui.engine.models import PresignedPut, Reason, Source, Upload, UploadId, UploadState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

SCHEMA_VERSION: Final = 1
_MIGRATIONS: Final[dict[int, str]] = {
    0: """
        CREATE TABLE uploads (
            upload_id TEXT PRIMARY KEY, api_url TEXT NOT NULL, anomaly_id TEXT NOT NULL,
            path BLOB NOT NULL, resolved BLOB NOT NULL, name TEXT NOT NULL, name_shortened INTEGER NOT NULL,
            media_type TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
            state TEXT NOT NULL, reason_code TEXT, reason_detail TEXT,
            service_id TEXT, url TEXT, url_expires_at REAL, url_lifetime REAL, url_given_out INTEGER NOT NULL,
            sha256 TEXT, may_be_registered_twice INTEGER NOT NULL,
            added_at REAL NOT NULL, uploaded_at REAL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX uploads_by_anomaly ON uploads (api_url, anomaly_id, state);
    """,
}
"""What leads from each schema version to the next one."""

_COLUMNS: Final = (
    "upload_id, anomaly_id, path, resolved, name, name_shortened, media_type, size, mtime_ns, state, reason_code, "
    "reason_detail, service_id, url, url_expires_at, url_lifetime, url_given_out, sha256, may_be_registered_twice, "
    "uploaded_at"
)
_INSERT: Final = (
    f"INSERT OR REPLACE INTO uploads ({_COLUMNS}, api_url, added_at) "  # noqa: S608 - constants only
    f"VALUES ({', '.join('?' * 22)})"
)
_UPDATE: Final = """
    UPDATE uploads SET size = ?, mtime_ns = ?, media_type = ?, state = ?, reason_code = ?, reason_detail = ?,
    service_id = ?, url = ?, url_expires_at = ?, url_lifetime = ?, url_given_out = ?, sha256 = ?,
    may_be_registered_twice = ?, uploaded_at = ? WHERE upload_id = ?
"""
_UNFINISHED: Final = tuple(state.value for state in UploadState if not state.finished)


class Journal:
    """One open journal.

    Attributes:
        set_aside: where a damaged journal was moved to when this one was opened, else None.
    """

    def __init__(self, path: Path) -> None:
        """Open the journal, making it (and its folder) where there is none.

        Raises:
            JournalInUse: another instance works on it.
            JournalTooNew: a newer version of this program wrote it.
            JournalUnwritable: disk full, read-only, or no permission.
        """
        self.set_aside: Path | None = None
        self._path = path
        self._durable: bool | None = None
        _make_private(path)
        try:
            self._db = _open(path)
        except (sqlite3.DatabaseError, ValueError) as error:  # a state that is none, text that is no UTF-8
            if not _is_damaged(error):
                raise
            self.set_aside = _move_away(path)
            _make_private(path)
            self._db = _open(path)

    def close(self) -> None:
        """Close it; used-up URLs are gone from the disk afterwards."""
        try:
            self.drain()
        except JournalError:  # leaving must work on a full disk too
            pass
        finally:
            self._db.close()

    def drain(self) -> None:
        """Empty the write-ahead log into the database, so that overwritten secrets are gone from it too."""
        with _translated():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def add(self, uploads: Iterable[Upload], api_url: str) -> None:
        """Record new uploads in one transaction that survives a power cut."""
        now = time.time()
        with self._transaction(durable=True):
            rows = [(*_row(upload), api_url, now + place * 1e-6) for place, upload in enumerate(uploads)]
            self._db.executemany(_INSERT, rows)

    def record(self, uploads: Collection[Upload], *, durable: bool = False) -> None:
        """Record how uploads stand now, in one transaction. `durable`: on the disk before this returns."""
        if len(uploads) == 1:  # a statement alone is a transaction, and three times as fast
            with _translated():
                self._be_durable(durable=durable)
                self._db.execute(_UPDATE, _changes(*uploads))
            return
        with self._transaction(durable=durable):
            self._db.executemany(_UPDATE, [_changes(upload) for upload in uploads])

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Forget uploads a person removed before they were sent."""
        with self._transaction():
            self._db.executemany("DELETE FROM uploads WHERE upload_id = ?", [(one,) for one in upload_ids])

    def purge(self, before: float) -> None:
        """Forget finished uploads added before that time (seconds since 1970)."""
        marks = ", ".join("?" * len(_UNFINISHED))
        with self._transaction():
            self._db.execute(
                f"DELETE FROM uploads WHERE added_at < ? AND state NOT IN ({marks})",  # noqa: S608 - question marks
                (before, *_UNFINISHED),
            )

    def unfinished(self, api_url: str, anomaly_id: str | None = None) -> list[Upload]:
        """Give what is left to do for an anomaly (or all), oldest first, in the states they had."""
        marks = ", ".join("?" * len(_UNFINISHED))
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM uploads WHERE api_url = ? AND (? IS NULL OR anomaly_id = ?) "  # noqa: S608 - constants
            f"AND state IN ({marks}) ORDER BY added_at, upload_id",
            (api_url, anomaly_id, anomaly_id, *_UNFINISHED),
        )
        return [_upload(row, order) for order, row in enumerate(rows)]

    def uploaded(self, api_url: str, anomaly_id: str) -> dict[tuple[str, int], set[str]]:
        """Give the SHA-256s of what was uploaded to an anomaly, by name and size in bytes."""
        rows = self._db.execute(
            "SELECT name, size, sha256 FROM uploads "
            "WHERE api_url = ? AND anomaly_id = ? AND state = 'uploaded' AND sha256 IS NOT NULL",
            (api_url, anomaly_id),
        )
        known: dict[tuple[str, int], set[str]] = {}
        for name, size, sha256 in rows:
            known.setdefault((name, size), set()).add(sha256)
        return known

    def _be_durable(self, *, durable: bool) -> None:
        if durable is not self._durable:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    @contextmanager
    def _transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Write all or nothing. Without `durable` a crash of the program loses nothing, only one of the machine."""
        with _translated():
            self._be_durable(durable=durable)
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def _open(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise JournalUnwritable(str(error)) from error
    try:
        with _translated():
            _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    if _version(db) > SCHEMA_VERSION:
        raise JournalTooNew  # before anything is changed in it
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("BEGIN IMMEDIATE")
    try:
        _migrate(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has rolled it back already
            db.execute("ROLLBACK")
        raise
    _check_whole(db)


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _migrate(db: sqlite3.Connection) -> None:
    for step in range(_version(db), SCHEMA_VERSION):
        for statement in _MIGRATIONS[step].split(";"):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _check_whole(db: sqlite3.Connection) -> None:
    """Look at every page and at every row that may be asked for: damage shows now, not in the middle of a run."""
    if db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("database disk image is malformed")
    marks = ", ".join("?" * len(_UNFINISHED))
    for row in db.execute(f"SELECT {_COLUMNS} FROM uploads WHERE state IN ({marks})", _UNFINISHED):  # noqa: S608 - constants only
        _upload(row, 0)
    for _ in db.execute("SELECT api_url, anomaly_id, name, sha256, added_at FROM uploads"):
        pass


def _make_private(path: Path) -> None:
    """Make the file before SQLite does: for its owner only, and so are the files SQLite puts beside it.

    One that is there is not opened: closing it again would give up the lock of a journal open in this program.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if path.parent.is_dir():
            return
        raise JournalUnwritable(os.strerror(errno.ENOTDIR)) from None
    except OSError as error:
        raise JournalUnwritable(error.strerror or str(error)) from error


def _move_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    while target.exists():
        target = target.with_stem(f"{target.stem}-again")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(target.with_name(target.name + suffix))
    return target


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what SQLite says of the disk into our errors; damage and bugs pass as they are."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise JournalInUse from error
        if _code(error) in _UNWRITABLE:
            raise JournalUnwritable(str(error)) from error
        raise


_UNWRITABLE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    },
)


def _is_damaged(error: Exception) -> bool:
    """Say whether a journal cannot be read; SQLITE_ERROR means here that its tables are not ours."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def _code(error: Exception) -> int:
    """Give SQLite's primary code; an error without one (Python could not read what is there) is damage."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF


def _row(upload: Upload) -> tuple[object, ...]:
    source, presigned, reason = upload.source, _live_url(upload), upload.reason
    return (
        upload.upload_id,
        upload.anomaly_id,
        os.fsencode(source.path),
        os.fsencode(source.resolved),
        source.name,
        source.name_shortened,
        source.media_type,
        source.size,
        source.mtime_ns,
        upload.state.value,
        reason and reason.code.value,
        reason and reason.detail,
        upload.service_id,
        presigned and presigned.url,
        presigned and presigned.expires_at,
        presigned and presigned.lifetime,
        upload.url_given_out,
        upload.sha256,
        upload.may_be_registered_twice,
        upload.uploaded_at,
    )


def _changes(upload: Upload) -> tuple[object, ...]:
    row = _row(upload)
    return (row[7], row[8], row[6], *row[9:], row[0])


def _live_url(upload: Upload) -> PresignedPut | None:
    """A finished upload's URL is used up: it leaves the disk."""
    return None if upload.state.finished else upload.presigned


def _upload(row: tuple[Any, ...], order: int) -> Upload:
    (upload_id, anomaly_id, path, resolved, name, shortened, media_type, size, mtime_ns, state, code, detail,
     service_id, url, expires_at, lifetime, given_out, sha256, twice, uploaded_at) = row  # fmt: skip
    source = Source(
        path=Path(os.fsdecode(path)),
        resolved=Path(os.fsdecode(resolved)),
        name=name,
        media_type=media_type,
        size=size,
        mtime_ns=mtime_ns,
        name_shortened=bool(shortened),
    )
    return Upload(
        upload_id=UploadId(upload_id),
        anomaly_id=anomaly_id,
        source=source,
        order=order,
        state=UploadState(state),
        reason=Reason(Code(code), detail or "") if code else None,
        presigned=PresignedPut(url, service_id, expires_at, lifetime) if url else None,
        service_id=service_id,
        sha256=sha256,
        uploaded_at=uploaded_at,
        url_given_out=bool(given_out),
        may_be_registered_twice=bool(twice),
    )
