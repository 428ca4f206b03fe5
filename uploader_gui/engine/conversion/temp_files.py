"""The folder of the files that are sent in place of files the service refuses, readable by their owner only.

Such a file is removed when its upload is finished; what a crash leaves behind goes when the next engine starts, for
the journal knows it (`own_files.py`).
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uploader_gui.engine.errors import NotPrepared
from uploader_gui.engine.journal.history_queries import SUBSTITUTES
from uploader_gui.engine.models import mtime_of

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.own_files import OwnFiles


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

        Called in the journal's thread, as `made`.
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
            raise NotPrepared(error.strerror or str(error)) from error

    def made(self, path: Path) -> None:
        """Record size and times of a file that is complete: it is removed only while they are the same."""
        self._own.note_made(path)

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
