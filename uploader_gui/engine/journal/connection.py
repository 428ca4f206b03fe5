"""The journal's open SQLite file: opened again after trouble, vacuumed, its write-ahead log kept short, transactions.

`database_file.py` opens it, `schema.py` has its tables, `journal.py` knows what is recorded in it.
"""

from __future__ import annotations

import math
import secrets
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import JournalError, JournalInUse, JournalUnwritable
from uploader_gui.engine.journal.database_file import (
    check_unused,
    files_of,
    free_path_beside,
    is_damaged,
    is_full,
    is_trouble,
    make_private,
    move_away,
    open_database,
    pages_in_log,
    pages_with_room,
    put_in_place,
    remove_log,
    rescued,
    unwritable,
)
from uploader_gui.engine.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


VACUUM_SECONDS: Final = 1.0
CHECKPOINT_SECONDS: Final = 1.0
FEW_PAGES: Final = 12
"""This many are moved out of the log on leaving, however slow the disk is: 1.5 s at 0.05 s an operation."""
VERY_SLOW_SECONDS: Final = 0.1
"""From so long an operation on, leaving takes its time anyway, and the log is emptied."""
SLOW_SECONDS: Final = 0.01
"""From so long an operation on, what is in the log stays there: leaving would have to wait for it."""
MANY_PAGES: Final = 500
"""The length of the log at which it is emptied on a quick disk; four times that on a slow one."""
LOOK_SECONDS: Final = 1.0
"""How often the disk's room is looked at, at most."""
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
        """Open the journal; create it (and its folder) if it does not exist.

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
        self._checkpointing, self._in_a_hurry = threading.Lock(), False
        self._is_checkpointing = False
        self._until_checkpointed = threading.Lock()  # closed amid a checkpoint by another thread, Python would crash
        make_private(path)
        self._open()

    def _open(self, *, again: bool = False) -> None:
        was_left = again or pages_in_log(self._path) > 0
        try:
            self._db = open_database(self._path, self._mark, again=again)
        except (sqlite3.DatabaseError, ValueError) as error:  # ValueError: an unknown state, text that is no UTF-8
            if not is_damaged(error):
                raise
            self.set_aside = move_away(self._path)
            make_private(self._path)
            self._db = open_database(self._path, self._mark, again=again)
        self._is_durable: bool | None = None
        self._changes = 0
        self._vacuumed_at = -1 if was_left else 0  # changes by then
        self._operation_seconds, self._in_log = 0.0, pages_in_log(self._path)
        self._checkpoint_pages, self._looked_at = 0, -math.inf
        self._limit_log()
        if self._in_log > FEW_PAGES:  # left over, or the journal is new: leaving will find the less to move
            self.checkpoint()
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
            raise JournalUnwritable(system_words(error)) from error
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
        with self._until_checkpointed, suppress(sqlite3.Error):
            self._db.close()

    def close(self) -> None:
        """Close it. Used-up URLs are gone from the disk afterwards, as far as the disk is quick enough for it.

        What is in the log where it is not is moved out by the next start.
        """
        try:
            if self._can_be_emptied():
                self.vacuum(lambda: True)
            else:
                self._db.interrupt()  # ends the checkpoint that closing makes, as it begins
        except (JournalError, sqlite3.Error):  # the program must be able to leave on a full disk, too
            pass
        finally:
            self._close_connection()

    def _can_be_emptied(self) -> bool:
        """Whether what is in the log can be moved out of it in a moment; each page takes two operations."""
        with self._sqlite_errors():
            pages: int = self._db.execute("PRAGMA page_count").fetchone()[0]
        pages = min(pages, self._in_log)
        is_quick = 2 * pages * self._operation_seconds < CHECKPOINT_SECONDS
        return is_quick or pages <= FEW_PAGES or self._operation_seconds >= VERY_SLOW_SECONDS

    def vacuum(self, in_a_hurry: Callable[[], bool] = lambda: False) -> None:
        """Remove used-up URLs from the disk, from the database as well as from its write-ahead log.

        `secure_delete` overwrites what is deleted, but not the copies left behind where rows move between pages (SQLite
        3.46 left some); VACUUM writes the whole database again. It is left out where the disk is too slow for it, and
        broken off after a moment where `in_a_hurry()`; the next time it is tried again.
        """
        with self._sqlite_errors():
            changes = self._db.total_changes
            if changes == self._vacuumed_at:
                return
            whole = self._vacuum_seconds() < VACUUM_SECONDS and self._vacuum(in_a_hurry)
            if self._empty_log() and whole:
                self._vacuumed_at = changes

    def _empty_log(self) -> bool:
        """Move all of the log out of it; return False where `hurry()` breaks that off, or has no time for it."""
        is_slow = not self._can_be_emptied()
        try:
            return self._checkpoint("TRUNCATE", lambda: self._in_a_hurry and is_slow)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return False

    def checkpoint(self) -> None:
        """Move out of the log what was written: the disk may be slow when we leave, or turn slow by then."""
        with suppress(sqlite3.Error):  # what was written is safe in the log, too
            self._checkpoint("PASSIVE", lambda: self._is_broken or self._in_a_hurry)

    def _checkpoint(self, mode: str, is_left_out: Callable[[], bool]) -> bool:
        """Make a checkpoint that `hurry()` breaks off; return False where it is left out."""
        with self._checkpointing:
            if is_left_out():
                return False
            self._is_checkpointing = True
        try:
            with self._until_checkpointed:
                self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
        finally:
            with self._checkpointing:
                self._is_checkpointing = False
        return True

    def hurry(self) -> None:
        """Break off a checkpoint, and begin none until the journal is closed. Any thread may call this."""
        with self._checkpointing:
            self._in_a_hurry = True
            if self._is_checkpointing:
                self._db.interrupt()

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
        if durable is not self._is_durable:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._is_durable = durable

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Judge by a commit how slow the disk is; keep the log short, but not within the commit of a slow one."""
        began = time.monotonic()
        yield
        changes, self._changes = self._changes, self._db.total_changes
        if changes == self._changes:
            return  # nothing was written, which says nothing of the disk
        before, self._in_log = self._in_log, pages_in_log(self._path)
        written = self._in_log - before if self._in_log > before else self._in_log
        self._operation_seconds = (time.monotonic() - began) / (2 * written + 2)  # twice a page, its end, force it out
        self._limit_log()
        if self._operation_seconds < SLOW_SECONDS and self._in_log > MANY_PAGES:
            self.checkpoint()

    def _limit_log(self) -> None:
        """Keep the write-ahead log short enough for the room that the disk has."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        pages, self._looked_at = min(pages_with_room(self._path, self._in_log), 4 * MANY_PAGES), time.monotonic()
        if pages != self._checkpoint_pages:
            self._db.execute(f"PRAGMA wal_autocheckpoint = {max(pages, 1)}")
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
