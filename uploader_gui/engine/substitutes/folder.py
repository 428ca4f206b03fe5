"""The folder of what is sent in place of files the service refuses: made here, for the owner only, and cleaned.

A substitute lives as long as its upload is unfinished; `preparation.py` makes it, and whatever a crash leaves
behind goes when the next engine starts.
"""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.engine.errors import NotPrepared
from uploader_gui.engine.models import mtime_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uploader_gui.engine.models import Source

log = logging.getLogger(__name__)


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


class Substitutes:
    """The temporary files of one engine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._undeleted: set[Path] = set()

    def new(self, ending: str) -> Path:
        """Make an empty file for its owner only; it is whole once an upload refers to it.

        Raises:
            NotPrepared: it cannot be made.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=ending, dir=self._folder)
        except OSError as error:
            raise NotPrepared(error.strerror or str(error)) from error
        os.close(handle)
        return Path(name)

    def discard(self, path: Path) -> None:
        """Remove a substitute that is not needed any more (Windows keeps one that is still being read: later then)."""
        for one in (path, *self._undeleted):
            try:
                one.unlink(missing_ok=True)
                self._undeleted.discard(one)
            except OSError:
                self._undeleted.add(one)

    def clean(self, keep: Iterable[Path]) -> None:
        """Remove everything that no unfinished upload refers to: what a crash or a kill left behind."""
        kept = {path.name for path in keep}
        try:
            left = [path for path in self._folder.iterdir() if path.name not in kept]
        except OSError:
            return  # there is none yet
        for path in left:
            self.discard(path)
        if left:
            log.info("%d temporary files of an earlier run removed", len(left))


def is_whole(sent: Source) -> bool:
    """Tell whether a substitute made earlier still stands there as it was made."""
    try:
        facts = sent.path.stat()
    except OSError:
        return False
    return (facts.st_size, mtime_of(facts)) == (sent.size, sent.mtime_ns)
