"""The files this program makes in its data folder, and the only place where such a file is removed.

There are three kinds, each in a folder: `captures` (pasted pictures), `fetched` (files that another program gave, in a
folder for each time and in the folders they had there) and `substitutes` (a JPEG or ZIP in place of a file the service
refuses). A file is removed where the journal says that this program made it, it is still the same file, and
no upload needs it. Its name, age and folder prove nothing: a person may have files of their own there.

`TempFiles` has the substitutes, readable by their owner only: one is removed when its upload is finished; what a crash
leaves behind goes when the next engine starts.
"""

from __future__ import annotations

import logging
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import JournalError, NotPrepared
from uploader_gui.engine.journal.history_queries import CAPTURES, FETCHED, SUBSTITUTES, place_in_fetched
from uploader_gui.engine.models import mtime_of
from uploader_gui.engine.system_words import system_words
from uploader_gui.engine.windows_paths import reachable, remove_empty_folders

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.models import Source

log = logging.getLogger(__name__)

_FOLDERS: Final = frozenset({CAPTURES, SUBSTITUTES})
_THROUGH_FOLDER: Final = os.stat in os.supports_dir_fd and os.unlink in os.supports_dir_fd
"""Whether a file can be removed relative to an open folder, so that no link can replace the folder meanwhile."""


class OwnFiles:
    """The files this program made in its data folder (`folder`), as recorded in the journal and in this run.

    `remove` may be called from any thread, everything else in the journal's only.
    """

    def __init__(self, journal: Journal, folder: Path) -> None:
        self._journal = journal
        self._folder = folder
        self._fetched = folder / FETCHED
        self._facts: dict[Path, str | None] = {}
        self._recorded: dict[Path, Path] = {}
        self._settled: set[Path] = set()
        self._being_made: set[Path] = set()
        for path, facts in journal.own_files():
            self._know(path, facts)

    def note(self, path: Path, facts: str | None = None) -> None:
        """Record that this program is making a file (`facts` None), or has made it (`facts_of` it)."""
        if (here := self._know(path, facts)) is None:
            return
        (self._being_made.add if facts is None else self._being_made.discard)(here)
        try:
            self._journal.note_own_file(path, facts)
        except JournalError as error:  # this run knows the file, but after a crash it is left over
            log.info("a file of our own cannot be recorded: %s", error.detail)

    def note_made(self, path: Path) -> None:
        """Record that this program has made a file, as it is now."""
        with suppress(OSError):
            self.note(path, facts_of(reachable(path).lstat()))

    def no_longer_wanted(self, paths: Iterable[Path]) -> None:
        """Let the time run of fetched files that waited for a number."""
        try:
            self._journal.unneeded_from_now(paths)
        except JournalError as error:
            log.info("files of our own stay longer: %s", error.detail)

    def remove(self, path: Path) -> bool:
        """Remove a file that is ours. Return False where it could not be removed now."""
        if path not in self._facts or path in self._settled:
            return True
        if not _removed(path, self._facts.get(path)):
            return False
        if place_in_fetched(path) is not None:
            is_part = path.parent == self._fetched
            remove_empty_folders(path.with_suffix("") / path.name if is_part else path, self._fetched)
        self._settled.add(path)
        return True

    def tidy(self) -> None:
        """Remove the files of ours that no upload needs.

        A capture is needed until it is uploaded: a failed, refused or cancelled one can be sent again, and there is no
        other copy. One that never became an upload is kept as long as History keeps the runs of its time. A substitute
        is needed while its upload is unfinished; after that it could be made again. What was fetched is needed until
        it is uploaded, or its row is taken off the list, and is kept for 7 days more if it was not uploaded. One that
        waits for a number is needed until it is `no_longer_wanted`.
        """
        try:
            for path in self._journal.unneeded_own_files():
                if (here := self._here(path)) is not None and here not in self._being_made:
                    self.remove(here)
            self._forget_removed()
        except JournalError as error:
            log.info("files of our own are looked at later: %s", error.detail)

    def _forget_removed(self) -> None:
        settled = list(self._settled)  # other threads may remove more meanwhile
        self._journal.forget_own_files([self._recorded[path] for path in settled])
        for path in settled:
            del self._facts[path], self._recorded[path]
        self._settled.difference_update(settled)

    def _know(self, path: Path, facts: str | None) -> Path | None:
        here = self._here(path)
        if here is not None:
            self._facts[here] = facts
            self._recorded[here] = path
            self._settled.discard(here)
        return here

    def _here(self, path: Path) -> Path | None:
        """Return where a recorded file is now, as the data folder may have been moved; None where it is not ours."""
        if (place := place_in_fetched(path)) is not None:
            return self._fetched / place
        known = path.is_absolute() and path.parent.name in _FOLDERS
        return self._folder / path.parent.name / path.name if known else None


def facts_of(found: os.stat_result) -> str:
    """Return the size and time that distinguish a file from another one in its place."""
    return f"{found.st_size} bytes, {found.st_mtime_ns} ns"


def _removed(path: Path, facts: str | None) -> bool:
    """Remove a file if it is still the one we made; return True also where it is gone or replaced by another."""
    try:
        if _THROUGH_FOLDER:
            _remove_through_folder(path, facts)
        else:
            _remove_by_name(reachable(path), facts)
    except FileNotFoundError:
        return True
    except OSError as error:  # the folder is a link now, or (Windows) the file is being read: tried again later
        log.info("a file of our own stays for now: %s", error.strerror)
        return False
    return True


def _remove_through_folder(path: Path, facts: str | None) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if _is_same_file(os.stat(path.name, dir_fd=folder, follow_symlinks=False), facts):
            os.unlink(path.name, dir_fd=folder)
    finally:
        os.close(folder)


def _remove_by_name(path: Path, facts: str | None) -> None:
    if _is_link(path.parent.lstat()):
        raise NotADirectoryError(None, "the folder is a link")
    if _is_same_file(path.lstat(), facts):
        path.unlink()


def _is_same_file(found: os.stat_result, facts: str | None) -> bool:
    """Whether it is a regular file with one name, and with the facts recorded when it was made."""
    plain = stat.S_ISREG(found.st_mode) and not _is_link(found) and found.st_nlink <= 1
    return plain and facts in {None, facts_of(found)}


def _is_link(found: os.stat_result) -> bool:
    """Whether it is a link; Windows' junctions are reparse points."""
    reparse = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & reparse)


class Abandoned(Exception):
    """Ends a thread whose result is not needed any more; it is not logged or told."""


@dataclass(slots=True)
class Heartbeat:
    """What a thread that makes a substitute and the loop that waits for it tell each other.

    Attributes:
        beats: grows with every block: it stands still where a share sleeps, not where there is much to do.
        reading: True while the source is read; what comes after depends on no share.
        stopped: set by the loop: the thread ends at its next beat.
    """

    beats: int = 0
    reading: bool = True
    stopped: bool = False

    def beat(self) -> None:
        """Record that the thread has done some more.

        Raises:
            Abandoned: the result is not needed any more.
        """
        self.beats += 1
        if self.stopped:
            raise Abandoned


class TempFiles:
    """The temporary files of one engine. `folder` is the data folder."""

    def __init__(self, folder: Path, own: OwnFiles) -> None:
        self._folder = folder / SUBSTITUTES
        self._own = own
        self._undeleted: set[Path] = set()

    def place(self, ending: str) -> Path:
        """Return a free path with this file name ending, recorded in the journal before the file exists.

        Called in the journal's thread.
        """
        path = self._folder / f"{secrets.token_hex(8)}{ending}"
        self._own.note(path)
        return path

    def create(self, path: Path) -> None:
        """Make an empty file that only its owner can read. Blocks.

        Raises:
            NotPrepared: it cannot be made.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise NotPrepared(system_words(error)) from error

    def discard(self, path: Path) -> None:
        """Remove a file that is not needed any more; one that Windows still has open is removed by a later call."""
        for one in (path, *self._undeleted):
            if self._own.remove(one):
                self._undeleted.discard(one)
            else:
                self._undeleted.add(one)


def is_whole(sent: Source) -> bool:
    """Return whether a file made earlier is still there as it was made."""
    try:
        facts = sent.path.stat()
    except OSError:
        return False
    return (facts.st_size, mtime_of(facts)) == (sent.size, sent.mtime_ns)
