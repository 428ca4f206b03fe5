"""What headless shows: one rewritten line on a terminal, plain lines when piped. Sentences of the terminal live here.

Called by `headless.py` alone.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, Final, TextIO

from uploader_gui.engine.events import Condition, PathsAdded, Progress, QueueStatus, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import UploadState
from uploader_gui.remedies import cause_and_action
from uploader_gui.units import duration, size, speed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uploader_gui.engine.events import Event, Totals
    from uploader_gui.engine.models import UploadSnapshot

_CONDITIONS: Final = {
    Condition.OFFLINE: "offline – waiting",
    Condition.SIGN_IN: "the service refuses the tokens",
    Condition.SERVICE_BUSY: "the service is busy – trying again",
    Condition.STORAGE_BUSY: "the storage is busy – slower",
    Condition.JOURNAL: "the journal cannot be written (disk full?) – waiting",
}
_WORDS: Final = {
    UploadState.UPLOADED: "uploaded",
    UploadState.SKIPPED: "skipped",
    UploadState.FAILED: "failed",
    UploadState.REFUSED: "refused",
    UploadState.CANCELLED: "cancelled",
}


class Terminal:
    """Shows a run's events on a stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._rewrites = self._stream.isatty()
        self._line = ""
        self._conditions: frozenset[Condition] = frozenset()

    def show(self, event: Event) -> None:
        """Show what an event tells."""
        if isinstance(event, UploadsAdded | UploadsChanged):
            self._show_finished(event.uploads)
        elif isinstance(event, Progress):
            self._show_progress(event.totals)
        elif isinstance(event, QueueStatus):
            self._show_conditions(event.conditions)
        elif isinstance(event, PathsAdded):
            self._show_added(event)

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self._clear()
        self._write(f"{text}\n")

    def close(self) -> None:
        """Leave a clean line behind."""
        self._clear()

    def _show_finished(self, uploads: Iterable[UploadSnapshot]) -> None:
        for upload in uploads:
            if upload.state.finished and not (self._rewrites and upload.state is UploadState.UPLOADED):
                self.say(finished_line(upload))

    def _show_progress(self, totals: Totals) -> None:
        if not self._rewrites or not totals.files:
            return
        line = progress_line(totals)
        width = shutil.get_terminal_size().columns - 1
        self._write(f"\r{line[:width].ljust(min(width, len(self._line)))}")
        self._line = line[:width]

    def _show_conditions(self, conditions: frozenset[Condition]) -> None:
        for condition in sorted(conditions - self._conditions):
            self.say(_CONDITIONS[condition])
        self._conditions = conditions

    def _show_added(self, added: PathsAdded) -> None:
        if added.junk:
            self.say(f"left out as junk: {added.junk}")
        if added.resumed:
            self.say(f"taken up again: {added.resumed}")
        if added.others_unfinished:
            self.say(f"still unfinished from earlier, not part of this run: {added.others_unfinished}")

    def _clear(self) -> None:
        if self._line:
            self._write(f"\r{' ' * len(self._line)}\r")
            self._line = ""

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()


def progress_line(totals: Totals) -> str:
    """Say how far a run is: counts, bytes, speed, time left."""
    parts = [
        f"{totals.files_finished} of {totals.files} files",
        f"{size(totals.bytes_done)} of {size(totals.bytes_total)}",
    ]
    if totals.speed > 0:
        parts.append(speed(totals.speed))
    if totals.seconds_left is not None:
        parts.append(f"{duration(totals.seconds_left)} left")
    return " · ".join(parts)


def finished_line(upload: UploadSnapshot) -> str:
    """Say what became of a file, and why."""
    name = printable(upload.source.name)
    if upload.state is UploadState.UPLOADED or upload.reason is None:
        return f"{_WORDS[upload.state]}  {name}"
    remedy = cause_and_action(upload.reason)
    return f"{_WORDS[upload.state]}  {name}: {remedy.whole}"


def printable(name: str) -> str:
    """Give a name without characters that steer a terminal or turn the reading direction."""
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else "�" for c in name)
