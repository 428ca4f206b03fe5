"""The journal's file: created for its owner only, migrated to the newest schema, moved aside where it is damaged.

SQLite's errors about the file and the disk become ours here.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import JournalInUse, JournalTooNew, JournalUnwritable
from uploader_gui.engine.journal.schema import (
    COLUMNS,
    MIGRATIONS,
    OPTIONAL_STEPS,
    SCHEMA_VERSION,
    WAITS,
    upload_of,
    value_in,
    variant_in,
)
from uploader_gui.engine.models import folded
from uploader_gui.engine.system_words import system_words
from uploader_gui.engine.transfer.presigned_url import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

_UNWRITABLE: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
_TROUBLE: Final = _UNWRITABLE | {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
}
"""SQLite's codes for trouble with its file or disk, as opposed to a wrong statement."""
_WORDS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written to",
    sqlite3.SQLITE_PERM: "it may not be written to",
    sqlite3.SQLITE_IOERR_LOCK: "it may not be written to",  # a file that is opened for reading cannot be locked
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_BUSY: "another program has it open",
    sqlite3.SQLITE_LOCKED: "another program has it open",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
}
"""What people read in place of SQLite's words, by its code; translated where it is shown."""
PAGE_BYTES: Final = 16_384
"""On a slow disk each page takes two operations, whatever its size."""
_FRAME_BYTES: Final = 24
"""What stands before each page in the write-ahead log."""
_READABLE: Final = (
    "api_url, anomaly_id, name, sha256, added_at, run_id FROM uploads",
    "place, upload_id FROM places",
    "path, facts, run_id FROM own_files",
    "run_id, anomaly_id, utc_offset, ref, title, site, depositor FROM deposits",
    "run_id, api_url, program, started_at, finished_at, junk FROM runs",
)
"""What is read of every row when a journal is opened."""


def open_database(path: Path, mark: int, *, again: bool) -> sqlite3.Connection:
    """Open the journal with the newest schema, for this connection alone, and write `mark` into it.

    `again`: this program had it open before, so a foreign mark means that another instance has used it since.

    Raises:
        JournalInUse, JournalTooNew, JournalUnwritable: see `journal.Journal`.
        sqlite3.DatabaseError, ValueError: it is damaged.
    """
    try:
        db = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise unwritable(error) from error
    try:
        with translated_sqlite_errors():
            _prepare(db, path, mark, again=again)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path, mark: int, *, again: bool) -> None:
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    if _version(db) > SCHEMA_VERSION:
        raise JournalTooNew  # before anything in it is changed
    db.execute("PRAGMA temp_store = MEMORY")  # no copy of a live URL in a temporary file
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA journal_size_limit = 0").fetchall()  # the log's size tells what is in it
    db.execute("PRAGMA secure_delete = ON")
    db.create_function("folded", 1, folded, deterministic=True)
    db.create_function("place_of", 1, place_of, deterministic=True)
    db.create_function("variant_in", 2, variant_in, deterministic=True)
    db.create_function("value_in", 2, value_in, deterministic=True)
    db.execute("BEGIN IMMEDIATE")  # closing rolls back
    _write_mark(db, mark, again=again)
    _migrate(db, path)
    db.execute("COMMIT")
    _check_integrity(db)
    _enlarge_pages(db, path)


def _write_mark(db: sqlite3.Connection, mark: int, *, again: bool) -> None:
    """Write the mark into the 32 bits of the header that SQLite leaves to programs; 0 in a new file."""
    last: int = db.execute("PRAGMA application_id").fetchone()[0]
    if again and last not in {0, mark}:
        raise JournalInUse  # another instance used it while it was closed here
    db.execute(f"PRAGMA application_id = {mark}")


def _enlarge_pages(db: sqlite3.Connection, path: Path) -> None:
    """Write a journal from before pages had this size again, where there is room; smaller pages do as well."""
    if db.execute("PRAGMA page_size").fetchone()[0] == PAGE_BYTES or not _has_room(path):
        return
    try:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.execute("VACUUM")
    except sqlite3.OperationalError as error:
        log.info("the journal keeps its pages: %s", error)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("SELECT count(*) FROM sqlite_master").fetchall()  # creates the log's file


def _has_room(path: Path) -> bool:
    """Return whether the journal could be written twice more beside itself: into its log, and as a new file."""
    try:
        return shutil.disk_usage(path.parent).free > 3 * path.stat().st_size
    except OSError:
        return True


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version < 0:  # no version of ours: its head is damaged
        raise sqlite3.DatabaseError("database disk image is malformed")
    return version


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    for step in range(_version(db), SCHEMA_VERSION):
        if step in OPTIONAL_STEPS and not _has_room(path):
            return  # a later start tries again
        for statement in MIGRATIONS[step].split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {step + 1}")


def _check_integrity(db: sqlite3.Connection) -> None:
    """Read every page, and every row that may be needed, so that damage shows now and not in the middle of a run."""
    result = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if any(int(code) & 0xFF == sqlite3.SQLITE_IOERR for code in re.findall(r"error code=([0-9]+)", result)):
        log.info("the journal's pages: %s", result)
        raise JournalUnwritable(_WORDS[sqlite3.SQLITE_IOERR])  # the disk failed, the journal may be whole
    if result != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")
    for row in db.execute(f"SELECT {COLUMNS} FROM uploads WHERE {WAITS}"):  # noqa: S608 - constants only
        upload_of(row, 0)
    for columns in _READABLE:
        for _ in db.execute(f"SELECT {columns}"):
            pass


def make_private(path: Path) -> None:
    """Create the file for its owner only, before SQLite does; SQLite creates the files beside it with the same mode.

    An existing file is not opened: closing it would release the lock of a journal open in this program (POSIX).
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if path.parent.is_dir():
            return
        raise JournalUnwritable("a file is where a folder should be") from None
    except OSError as error:
        raise JournalUnwritable(system_words(error)) from error


def pages_with_room(path: Path, in_log: int) -> int:
    """Return how many pages the write-ahead log may have, which has some, so that as many fit into the journal too.

    On a small disk it would fill all of it otherwise, and nothing could be moved out of it any more.
    """
    try:
        return shutil.disk_usage(path.parent).free // (2 * PAGE_BYTES) + in_log // 2
    except OSError:
        return sys.maxsize


def pages_in_log(path: Path) -> int:
    """Return how many pages the write-ahead log of a journal has, 0 where that cannot be found out."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size // (PAGE_BYTES + _FRAME_BYTES)
    except OSError:
        return 0


def move_away(path: Path) -> Path:
    """Move a damaged journal, and the files SQLite put beside it, aside; return its new path."""
    target = free_path_beside(path)
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(target.with_name(target.name + suffix))
    return target


def files_of(path: Path) -> tuple[object, ...]:
    """Return a value that changes where a journal's files are replaced by others.

    Raises:
        OSError: the files cannot be read.
    """
    name = os.fspath(path)
    return _number(name), _number(f"{name}-wal")


def _number(path: str) -> tuple[int, int] | None:
    try:
        facts = os.stat(path)  # noqa: PTH116 - called before every record: a Path takes four times as long
    except (FileNotFoundError, NotADirectoryError):
        return None
    return facts.st_dev, facts.st_ino


def rescued(db: sqlite3.Connection, path: Path) -> Path | None:
    """Copy an open journal, whose file was taken away from `path`, to a new file beside that.

    Return that file, None where the open journal is damaged.

    Raises:
        JournalUnwritable: it cannot be written now.
    """
    target = path.with_name(f"{path.stem}.rescued{path.suffix}")
    try:
        target.unlink(missing_ok=True)
        make_private(target)
        db.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.DatabaseError as error:
        if is_damaged(error):
            return None
        raise unwritable(error) from error
    except OSError as error:
        raise JournalUnwritable(system_words(error)) from error
    return target


def check_unused(path: Path) -> None:
    """Check that no other instance uses the file at a path.

    Raises:
        JournalInUse: another one does.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:  # other errors: it is no journal, or damaged
            if _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise JournalInUse from error


def put_in_place(rescue: Path, path: Path) -> None:
    """Move a rescued journal to `path`, where the write-ahead log of the one taken away may be left over."""
    remove_log(path)
    rescue.replace(path)


def remove_log(path: Path) -> None:
    """Remove the files SQLite puts beside a journal."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def free_path_beside(path: Path) -> Path:
    """Return a free path beside a journal, for one that is moved aside."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    while target.exists():
        target = target.with_stem(f"{target.stem}-again")
    return target


@contextmanager
def translated_sqlite_errors() -> Iterator[None]:
    """Turn SQLite's errors about the file and the disk into ours; damage and bugs pass unchanged."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise JournalInUse from error
        if _code(error) in _UNWRITABLE:
            raise unwritable(error) from error
        raise


def unwritable(error: sqlite3.Error) -> JournalUnwritable:
    """Return our error for one of SQLite's about its file or disk, in our words; SQLite's own go to the log."""
    log.info("the journal: %s", error)
    code = getattr(error, "sqlite_errorcode", 0)
    return JournalUnwritable(_WORDS.get(code) or _WORDS.get(code & 0xFF, "it cannot be used"))


def is_trouble(error: sqlite3.Error) -> bool:
    """Whether an error is about an open journal's file or disk. A missing table counts: another program removed it."""
    if not hasattr(error, "sqlite_errorcode"):  # Python's own: an unsuitable value, or a connection just closed
        return "closed database" in str(error)
    return _code(error) in _TROUBLE or str(error).startswith("no such ")


def is_full(error: sqlite3.Error) -> bool:
    """Whether the disk is full, which does a connection no harm."""
    return _code(error) == sqlite3.SQLITE_FULL


def is_damaged(error: Exception) -> bool:
    """Whether a journal cannot be read. SQLITE_ERROR means here that its tables are not ours."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def _code(error: Exception) -> int:
    """Return SQLite's primary code; an error without one (Python could not decode a value) counts as damage."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF
