"""The folder of what is sent in place of files the service refuses: made here, for the owner only.

A substitute lives as long as its upload is unfinished; `conversions.py` makes it, and what a crash leaves behind goes
when the next engine starts, for the journal knows it (`own_files.py`).
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uploader_gui.engine.errors import NotPrepared
from uploader_gui.engine.journal.history_queries import SUBSTITUTES
from uploader_gui.engine.models import mtime_of
from uploader_gui.engine.own_files import facts_of

if TYPE_CHECKING:
    from pathlib import Path

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.own_files import OwnFiles


class Abandoned(Exception):
    """Nobody wants the result any more; raised in the thread that makes it, seen by nobody."""


@dataclass(slots=True)
class Heartbeat:
    """Between a thread that makes a substitute and the loop that waits for it.

    Attributes:
        beats: grows with every block, so that a sleeping share can be told from a long work.
        reading: True while the source is read; what comes after depends on no share.
        stopped: set by the loop: give up at the next beat.
    """

    beats: int = 0
    reading: bool = True
    stopped: bool = False

    def beat(self) -> None:
        """Something moved on.

        Raises:
            Abandoned: it need not.
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
        """Return a path that is free, noted in the journal before anything lies there."""
        path = self._folder / f"{secrets.token_hex(8)}{ending}"
        self._own.note(path)
        return path

    def create(self, path: Path) -> None:
        """Make an empty file for its owner only; it is whole once an upload refers to it. For a thread.

        Raises:
            NotPrepared: it cannot be made.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise NotPrepared(error.strerror or str(error)) from error

    def made(self, path: Path) -> None:
        """Note what a substitute is like now that it is whole."""
        with suppress(OSError):
            self._own.note(path, facts_of(path.lstat()))

    def discard(self, path: Path) -> None:
        """Remove a substitute that is not needed any more (Windows keeps one that is still being read: later then)."""
        for one in (path, *self._undeleted):
            if self._own.remove(one):
                self._undeleted.discard(one)
            else:
                self._undeleted.add(one)


def is_whole(sent: Source) -> bool:
    """Tell whether a substitute made earlier still stands there as it was made."""
    try:
        facts = sent.path.stat()
    except OSError:
        return False
    return (facts.st_size, mtime_of(facts)) == (sent.size, sent.mtime_ns)
