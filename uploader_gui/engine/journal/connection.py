"""The journal's open SQLite file: opened again after trouble, vacuumed, its write-ahead log kept short, transactions.

`database_file.py` opens it and knows its schema, `journal.py` what is recorded in it.
"""

from __future__ import annotations

import math
import secrets
import sqlite3
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import JournalError, JournalInUse, JournalUnwritable
from uploader_gui.engine.journal.database_file import (
    PAGE_BYTES,
    check_unused,
    files_of,
    free_path_beside,
    is_damaged,
    is_full,
    is_trouble,
    make_private,
    move_away,
    open_database,
    pages_with_room,
    put_in_place,
    remove_log,
    rescued,
    unwritable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


VACUUM_SECONDS: Final = 1.0
CHECKPOINT_SECONDS: Final = 1.0
SLOW_SECONDS: Final = 0.01
"""From so long an operation on, the log is short, and what is in it is moved out seldom."""
MIN_CHECKPOINT_PAGES: Final = 8
MAX_CHECKPOINT_PAGES: Final = 1000
"""SQLite's own default."""
LOOK_SECONDS: Final = 1.0
"""How often the disk's room is looked at, at most."""
OPERATIONS_OF_A_COMMIT: Final = 4
"""At least: two writes for its page, one more for the checksum, one to force all of it onto the disk."""
MAX_TAKEN_AWAY: Final = 5
"""How often in a run the journal's files may seem to be replaced: some network file systems change inode numbers."""


class JournalConnection:
    """The file of one open journal.

    After trouble with its file or its disk, every method raises `JournalError` until `reopen_if_needed()` has opened it
    again.

    Attributes:
        set_aside: where another or a damaged journal was moved to when this one was opened last, else None.
        openings: how often it was opened: what was recorded before the last time may be missing.
    """

    def __init__(self, path: Path) -> None:
        """Open the journal; create it (and its folder) where there is none.

        Raises:
            JournalInUse: another instance uses it.
            JournalTooNew: a newer version of this program wrote it.
            JournalUnwritable: disk full, read-only, or no permission.
        """
        self.set_aside: Path | None = None
        self.openings = 0
        self._path = path
        self._mark = secrets.randbits(30) + 1
        self._is_broken = self._is_full = False
        self._is_in_transaction = False
        self._taken_away_left = MAX_TAKEN_AWAY
        make_private(path)
        self._open()

    def _open(self, *, again: bool = False) -> None:
        try:
            self._db = open_database(self._path, self._mark, again=again)
        except (sqlite3.DatabaseError, ValueError) as error:  # ValueError: an unknown state, text that is no UTF-8
            if not is_damaged(error):
                raise
            self.set_aside = move_away(self._path)
            make_private(self._path)
            self._db = open_database(self._path, self._mark, again=again)
        self._is_durable: bool | None = None
        self._needs_vacuum = True
        self._operation_seconds = 0.0
        self._checkpoint_pages = MAX_CHECKPOINT_PAGES
        self._room, self._looked_at = MAX_CHECKPOINT_PAGES, -math.inf
        self._limit_log()
        self._files = files_of(self._path)
        self.openings += 1

    def reopen_if_needed(self) -> bool:
        """Open the journal again after trouble with its file or disk, or where its files were taken away.

        Return whether that was needed: then it may lack records of this run, which are to be written again.

        Raises:
            JournalInUse: another instance uses it, or has used it meanwhile.
            JournalTooNew, JournalUnwritable: as when it was opened first.
        """
        self._make_room()
        taken_away = self._is_taken_away()
        if not taken_away and not self._is_broken:
            return False
        rescue = self._rescued() if taken_away and not self._is_broken else None
        self._is_broken = True
        try:
            self._open_again(rescue)
        except sqlite3.Error as error:
            raise unwritable(error) from error
        except OSError as error:
            raise JournalUnwritable(error.strerror or "") from error
        self._is_broken = False
        self._taken_away_left -= taken_away
        return True

    def _make_room(self) -> None:
        """Empty the write-ahead log where the disk was full: on a small one, the log itself may be what fills it."""
        if self._is_full:
            with suppress(sqlite3.Error):
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._is_full = False

    def _rescued(self) -> Path | None:
        """Return a copy of the file taken away, which is still whole in the open connection; None where it is not."""
        return rescued(self._db, self._path) if files_of(self._path)[0] != self._files[0] else None

    def _open_again(self, rescue: Path | None) -> None:
        self.set_aside = None
        if rescue is not None:
            self._set_aside_other(rescue)
        self._close_connection()
        if rescue is not None:
            put_in_place(rescue, self._path)
        make_private(self._path)
        self._open(again=True)

    def _set_aside_other(self, rescue: Path) -> None:
        """Move the file that is in the journal's place aside, unless another instance uses it."""
        if not self._path.exists():
            return
        if files_of(self._path)[1] == self._files[1]:
            remove_log(self._path)  # it is this journal's, and SQLite would take it for the other one's
        try:
            check_unused(self._path)
        except JournalInUse:
            rescue.replace(free_path_beside(self._path))
            raise
        self.set_aside = move_away(self._path)

    def _is_taken_away(self) -> bool:
        """Whether there are other files at the journal's path; after `MAX_TAKEN_AWAY` times the numbers are ignored."""
        try:
            return self._taken_away_left > 0 and files_of(self._path) != self._files
        except OSError:  # SQLite will report what is wrong
            return False

    def _close_connection(self) -> None:
        with suppress(sqlite3.Error):
            self._db.close()

    def close(self) -> None:
        """Close it. Used-up URLs are gone from the disk afterwards, as far as `vacuum` finds the time."""
        try:
            self.vacuum(lambda: True)
        except JournalError:  # the program must be able to leave on a full disk, too
            pass
        finally:
            self._close_connection()

    def vacuum(self, in_a_hurry: Callable[[], bool] = lambda: False) -> None:
        """Remove used-up URLs from the disk, from the database as well as from its write-ahead log.

        `secure_delete` overwrites what is deleted, but not the copies left behind where rows move between pages (SQLite
        3.46 left some); VACUUM writes the whole database again. It is left out where the disk is too slow for it, and
        broken off after a moment where `in_a_hurry()`; the next time it is tried again.
        """
        if not self._needs_vacuum:
            return
        with self._sqlite_errors():
            whole = self._vacuum_seconds() < VACUUM_SECONDS and self._vacuum(in_a_hurry)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._needs_vacuum = not whole

    def checkpoint(self) -> None:
        """Move out of the log what was written, while the disk is quick: it may turn slow before we leave."""
        if self._operation_seconds < SLOW_SECONDS and not self._is_broken:
            with suppress(sqlite3.Error):  # what was written is safe in the log, too
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _vacuum_seconds(self) -> float:
        """Return how long VACUUM would write, judged by the last commit: it has 4 file operations for each page."""
        pages: int = self._db.execute("PRAGMA page_count").fetchone()[0]
        return 4 * pages * self._operation_seconds

    def _vacuum(self, in_a_hurry: Callable[[], bool]) -> bool:
        until = time.monotonic() + VACUUM_SECONDS / 2
        self._db.set_progress_handler(lambda: time.monotonic() > until and in_a_hurry(), 10_000)
        try:
            self._db.execute("VACUUM")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return False
        finally:
            self._db.set_progress_handler(None, 0)
        return True

    # For what is recorded

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows that a query finds."""
        with self._sqlite_errors():
            return self._db.execute(sql, parameters).fetchall()

    def _prepare_write(self, *, durable: bool) -> None:
        self._needs_vacuum = True
        if durable is not self._is_durable:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._is_durable = durable

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Judge by a commit how slow the disk is, and keep the write-ahead log short enough to leave soon."""
        began = time.monotonic()
        yield
        self._operation_seconds = (time.monotonic() - began) / OPERATIONS_OF_A_COMMIT
        self._limit_log()

    def _limit_log(self) -> None:
        """Keep the write-ahead log short enough for the disk's speed and for the room that it has."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._room, self._looked_at = pages_with_room(self._path), time.monotonic()
        pages = min(int(CHECKPOINT_SECONDS / (2 * self._operation_seconds + 1e-9)), self._room)
        pages = min(max(pages, MIN_CHECKPOINT_PAGES), MAX_CHECKPOINT_PAGES)
        if pages != self._checkpoint_pages:
            self._db.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            is_short = self._room < MAX_CHECKPOINT_PAGES
            self._db.execute(f"PRAGMA journal_size_limit = {pages * PAGE_BYTES if is_short else -1}").fetchall()
            self._checkpoint_pages = pages

    @contextmanager
    def _sqlite_errors(self) -> Iterator[None]:
        """Turn SQLite's errors about its file and disk into ours; other errors are bugs and pass unchanged."""
        if self._is_broken:
            raise JournalUnwritable("it is to be opened again")
        try:
            yield
        except sqlite3.Error as error:
            if not is_trouble(error):
                raise
            self._is_full = is_full(error)
            self._is_broken = not self._is_full
            raise unwritable(error) from error

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Write all that is recorded in the block, or nothing; an inner block joins the outer one.

        Without `durable` a crash of the program loses nothing, only one of the machine.
        """
        if self._is_in_transaction:
            yield
            return
        with self._sqlite_errors():
            self._prepare_write(durable=durable)
            self._db.execute("BEGIN IMMEDIATE")
            self._is_in_transaction = True
            try:
                yield
                with self._timed():
                    self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a second error would hide the first one
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                raise
            finally:
                self._is_in_transaction = False
