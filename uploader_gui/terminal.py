"""What headless writes: one rewritten line on a terminal, plain lines into a pipe; and its sentences."""

from __future__ import annotations

import io
import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, Final, TextIO

from uploader_gui.command_line import encodable, one_line, write_at_once
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, PathsAdded, Progress, QueueStatus, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import UploadState
from uploader_gui.failure_messages import cause_and_action
from uploader_gui.i18n import N_, NN_, NNC_, _, duration, ngettext, number, size, speed, writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uploader_gui.engine.events import Event, Totals
    from uploader_gui.engine.models import UploadSnapshot


_CONDITIONS: Final = {
    Condition.OFFLINE: N_("offline – waiting"),
    Condition.SIGN_IN: N_("the register refuses the tokens"),
    Condition.SERVICE_BUSY: N_("the register is overloaded or has an error – trying again"),
    Condition.STORAGE_BUSY: N_("the register’s storage is overloaded or has an error – trying again"),
    Condition.JOURNAL: N_("the journal cannot be written (disk full?) – waiting"),
}
_OWN_WORDS: Final = frozenset({Code.PROTOCOL, Code.PROXY, Code.TLS, Code.DAMAGED})
"""Causes that are neither an overload nor an error of a server."""
_STATES: Final = {
    UploadState.UPLOADED: N_("uploaded"),
    UploadState.SKIPPED: N_("skipped"),
    UploadState.FAILED: N_("failed"),
    UploadState.REFUSED: N_("refused"),
    UploadState.CANCELLED: N_("cancelled"),
}
_TRIAL_STATES: Final = {UploadState.UPLOADED: N_("uploaded (trial)"), UploadState.SKIPPED: N_("skipped (trial)")}
_TOTALS: Final = {
    "uploaded": NN_("{count} uploaded", "{count} uploaded"),
    "skipped": NN_("{count} skipped", "{count} skipped"),
    "failed": NNC_("terminal", "{count} failed", "{count} failed"),
    "refused": NN_("{count} refused", "{count} refused"),
    "cancelled": NN_("{count} cancelled", "{count} cancelled"),
    "pending": NN_("{count} pending", "{count} pending"),
}
"""The totals of a receipt, in the order in which they are written."""
_TRIAL_TOTALS: Final = {
    "uploaded": NN_("{count} uploaded (trial)", "{count} uploaded (trial)"),
    "skipped": NN_("{count} skipped (trial)", "{count} skipped (trial)"),
}


class Terminal:
    """Writes a run's events to a stream. `trial`: the progress line says that nothing is sent to the register."""

    def __init__(self, stream: TextIO | None = None, *, trial: bool = False) -> None:
        self._trial = trial
        self._stream = stream or sys.stdout or _NullStream()
        self._rewrites = self._stream.isatty()
        self._line = ""
        self._conditions: frozenset[Condition] = frozenset()

    def show(self, event: Event) -> None:
        """Write what an event says, if anything."""
        if isinstance(event, UploadsAdded | UploadsChanged):
            self._show_finished(event.uploads)
        elif isinstance(event, Progress):
            self._show_progress(event.totals)
        elif isinstance(event, QueueStatus):
            self._show_conditions(event)
        elif isinstance(event, PathsAdded):
            self._show_added(event)

    def say(self, text: str) -> None:
        """Write a line that is not rewritten."""
        self.clear()
        self._write(f"{one_line(text)}\n")

    def say_unfinished(self, resumed: int, others: int) -> None:
        """Write how many of an earlier run's files go on, and how many others stay unfinished."""
        if resumed:
            self.say(_("taken up again: {count}", count=number(resumed)))
        if others:
            self.say(_("still unfinished from earlier, not part of this run: {count}", count=number(others)))

    def clear(self) -> None:
        """Clear the line that is rewritten."""
        if self._line:
            self._write(f"\r{' ' * len(self._line)}\r")
            self._line = ""

    def _show_finished(self, uploads: Iterable[UploadSnapshot]) -> None:
        for upload in uploads:
            if upload.state.finished and not (self._rewrites and upload.state is UploadState.UPLOADED):
                self.say(finished_line(upload))

    def _show_progress(self, totals: Totals) -> None:
        if not self._rewrites or not totals.files:
            return
        line = writable(" · ").join([*([_("TRIAL")] if self._trial else []), progress_line(totals)])
        width = shutil.get_terminal_size().columns - 1
        self._write(f"\r{line[:width].ljust(min(width, len(self._line)))}")
        self._line = line[:width]

    def _show_conditions(self, status: QueueStatus) -> None:
        for condition in sorted(status.conditions - self._conditions):
            cause = status.causes.get(condition)
            is_special = cause is not None and (cause.variant is not None or cause.code in _OWN_WORDS)
            self.say(cause_and_action(cause).cause if cause and is_special else _(_CONDITIONS[condition]))
        self._conditions = status.conditions

    def _show_added(self, added: PathsAdded) -> None:
        if added.junk:
            self.say(_("left out as junk: {count}", count=number(added.junk)))
        self.say_unfinished(added.resumed, added.others_unfinished)

    def _write(self, text: str) -> None:
        write_at_once(self._stream, encodable(self._stream.encoding or "utf-8", text))


class _NullStream(io.StringIO):
    """Takes the place of stdout where there is none: a bundle's window on Windows."""

    def write(self, text: str) -> int:
        return len(text)


def progress_line(totals: Totals) -> str:
    """Return how far a run is: counts, bytes, speed, time left."""
    parts = [
        ngettext("{done} of {count} file", "{done} of {count} files", totals.files, done=number(totals.files_finished)),
        _("{done} of {all}", done=size(totals.bytes_done), all=size(totals.bytes_total)),
    ]
    if totals.speed > 0:
        parts.append(speed(totals.speed))
    if totals.seconds_left is not None:
        parts.append(_("{time} left", time=duration(totals.seconds_left)))
    return writable(" · ").join(parts)


def finished_line(upload: UploadSnapshot) -> str:
    """Return what became of a file, and why."""
    words = _STATES | (_TRIAL_STATES if upload.trial else {})
    line = f"{_(words[upload.state])}  {printable(upload.source.name)}"
    if upload.substitute is not None:
        sentence = (
            N_("{line}, as {name} without details, such as date or place, that could not be read")
            if upload.substitute.without_metadata
            else N_("{line}, as {name}")
        )
        line = _(sentence, line=line, name=printable(upload.sent.name))
    if upload.state is UploadState.UPLOADED or upload.reason is None:
        return line
    return _("{label}: {text}", label=line, text=cause_and_action(upload.reason).whole)


def summary(totals: Mapping[str, int], *, trial: bool = False) -> str:
    """Return in one line what became of a run's files; `totals` are those of a receipt."""
    sentences = _TOTALS | (_TRIAL_TOTALS if trial else {})
    parts = [ngettext(*sentence, totals[state]) for state, sentence in sentences.items() if totals[state]]
    return ngettext("{count} file: {sums}", "{count} files: {sums}", totals["files"], sums=", ".join(parts))


def printable(name: str) -> str:
    """Return a name without characters that control a terminal or turn the direction of reading."""
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else "�" for c in name)
