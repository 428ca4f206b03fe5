"""What headless writes: one rewritten line on a terminal, plain lines into a pipe; and its sentences."""

from __future__ import annotations

import io
import os
import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, Final, TextIO

from uploader_gui.engine.events import Condition, PathsAdded, Progress, QueueStatus, UploadsAdded, UploadsChanged
from uploader_gui.engine.models import UploadState
from uploader_gui.words.remedies import cause_and_action
from uploader_gui.words.translation import QT_TRANSLATE_NOOP, CountedSentence, Sentence
from uploader_gui.words.units import duration, number, size, speed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uploader_gui.engine.events import Event, Totals
    from uploader_gui.engine.models import UploadSnapshot


class Lines(Sentence):
    """Sentences of the terminal without a plural."""

    OFFLINE = QT_TRANSLATE_NOOP("terminal", "offline – waiting")
    SIGN_IN = QT_TRANSLATE_NOOP("terminal", "the service refuses the tokens")
    SERVICE_BUSY = QT_TRANSLATE_NOOP("terminal", "the register is overloaded or has an error – trying again")
    STORAGE_BUSY = QT_TRANSLATE_NOOP("terminal", "the register’s storage is overloaded or has an error – trying again")
    JOURNAL = QT_TRANSLATE_NOOP("terminal", "the journal cannot be written (disk full?) – waiting")
    UPLOADED = QT_TRANSLATE_NOOP("terminal", "uploaded")
    SKIPPED = QT_TRANSLATE_NOOP("terminal", "skipped")
    FAILED = QT_TRANSLATE_NOOP("terminal", "failed")
    REFUSED = QT_TRANSLATE_NOOP("terminal", "refused")
    CANCELLED = QT_TRANSLATE_NOOP("terminal", "cancelled")
    TRIAL = QT_TRANSLATE_NOOP("terminal", "TRIAL: nothing is sent to the register")
    TRIAL_MARK = QT_TRANSLATE_NOOP("terminal", "TRIAL")
    UPLOADED_TRIAL = QT_TRANSLATE_NOOP("terminal", "uploaded (trial)")
    SKIPPED_TRIAL = QT_TRANSLATE_NOOP("terminal", "skipped (trial)")
    SENT_AS = QT_TRANSLATE_NOOP("terminal", "%1, as %2")
    SENT_WITHOUT = QT_TRANSLATE_NOOP(
        "terminal", "%1, as %2 without details, such as date or place, that could not be read"
    )
    WHY = QT_TRANSLATE_NOOP("terminal", "%1: %2")
    AMOUNT_OF = QT_TRANSLATE_NOOP("terminal", "%1 of %2")
    LEFT = QT_TRANSLATE_NOOP("terminal", "%1 left")
    JUNK = QT_TRANSLATE_NOOP("terminal", "left out as junk: %1")
    TAKEN_UP = QT_TRANSLATE_NOOP("terminal", "taken up again: %1")
    NOTHING_LEFT = QT_TRANSLATE_NOOP("terminal", "Nothing is left to send to anomaly %1.")
    OTHERS_UNFINISHED = QT_TRANSLATE_NOOP("terminal", "still unfinished from earlier, not part of this run: %1")
    SET_ASIDE = QT_TRANSLATE_NOOP("terminal", "the journal was damaged; it was set aside as %1, and a new one begun.")
    NO_TOKENS = QT_TRANSLATE_NOOP(
        "terminal", "no tokens: set UPLOADER_BEARER_TOKEN and UPLOADER_SESSION_TOKEN, or sign in in the window."
    )
    AUTHORITY = QT_TRANSLATE_NOOP("terminal", "the certificate authority %1 (UPLOADER_CA_FILE) cannot be used: %2.")
    NO_CERTIFICATE = QT_TRANSLATE_NOOP("terminal", "it is no PEM certificate")
    IN_USE = QT_TRANSLATE_NOOP(
        "terminal", "another uploader-gui is at work in %1; wait for it, or choose another UPLOADER_DATA_DIR."
    )
    TOO_NEW = QT_TRANSLATE_NOOP(
        "terminal", "the journal in %1 was written by a newer version of uploader-gui; use that version."
    )
    UNWRITABLE = QT_TRANSLATE_NOOP("terminal", "the journal in %1 cannot be written: %2.")
    CANNOT_BEGIN = QT_TRANSLATE_NOOP("terminal", "cannot begin: %1.")
    NO_RECEIPT = QT_TRANSLATE_NOOP("terminal", "the receipt cannot be written: %1.")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "terminal"


class CountedLines(CountedSentence):
    """Sentences of the terminal with a singular and a plural."""

    FILES_OF = ("%1 of 1 file", QT_TRANSLATE_NOOP("terminal", "%1 of %Ln files", None, 1))
    FILES = ("1 file: %1", QT_TRANSLATE_NOOP("terminal", "%Ln files: %1", None, 1))
    UPLOADED = ("1 uploaded", QT_TRANSLATE_NOOP("terminal", "%Ln uploaded", None, 1))
    SKIPPED = ("1 skipped", QT_TRANSLATE_NOOP("terminal", "%Ln skipped", None, 1))
    UPLOADED_TRIAL = ("1 uploaded (trial)", QT_TRANSLATE_NOOP("terminal", "%Ln uploaded (trial)", None, 1))
    SKIPPED_TRIAL = ("1 skipped (trial)", QT_TRANSLATE_NOOP("terminal", "%Ln skipped (trial)", None, 1))
    FAILED = ("1 failed", QT_TRANSLATE_NOOP("terminal", "%Ln failed", None, 1))
    REFUSED = ("1 refused", QT_TRANSLATE_NOOP("terminal", "%Ln refused", None, 1))
    CANCELLED = ("1 cancelled", QT_TRANSLATE_NOOP("terminal", "%Ln cancelled", None, 1))
    PENDING = ("1 pending", QT_TRANSLATE_NOOP("terminal", "%Ln pending", None, 1))

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "terminal"


_CONDITIONS: Final = {
    Condition.OFFLINE: Lines.OFFLINE,
    Condition.SIGN_IN: Lines.SIGN_IN,
    Condition.SERVICE_BUSY: Lines.SERVICE_BUSY,
    Condition.STORAGE_BUSY: Lines.STORAGE_BUSY,
    Condition.JOURNAL: Lines.JOURNAL,
}
_STATES: Final = {
    UploadState.UPLOADED: Lines.UPLOADED,
    UploadState.SKIPPED: Lines.SKIPPED,
    UploadState.FAILED: Lines.FAILED,
    UploadState.REFUSED: Lines.REFUSED,
    UploadState.CANCELLED: Lines.CANCELLED,
}
_TRIAL_STATES: Final = {UploadState.UPLOADED: Lines.UPLOADED_TRIAL, UploadState.SKIPPED: Lines.SKIPPED_TRIAL}
_TOTALS: Final = {
    "uploaded": CountedLines.UPLOADED,
    "skipped": CountedLines.SKIPPED,
    "failed": CountedLines.FAILED,
    "refused": CountedLines.REFUSED,
    "cancelled": CountedLines.CANCELLED,
    "pending": CountedLines.PENDING,
}
"""The totals of a receipt, in the order in which they are written."""
_TRIAL_TOTALS: Final = {"uploaded": CountedLines.UPLOADED_TRIAL, "skipped": CountedLines.SKIPPED_TRIAL}


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
            self._show_conditions(event.conditions)
        elif isinstance(event, PathsAdded):
            self._show_added(event)

    def say(self, text: str) -> None:
        """Write a line that is not rewritten."""
        self._clear()
        self._write(f"{text}\n")

    def close(self) -> None:
        """Clear the progress line."""
        self._clear()

    def _show_finished(self, uploads: Iterable[UploadSnapshot]) -> None:
        for upload in uploads:
            if upload.state.finished and not (self._rewrites and upload.state is UploadState.UPLOADED):
                self.say(finished_line(upload))

    def _show_progress(self, totals: Totals) -> None:
        if not self._rewrites or not totals.files:
            return
        line = " · ".join([*([Lines.TRIAL_MARK.text] if self._trial else []), progress_line(totals)])
        width = shutil.get_terminal_size().columns - 1
        self._write(f"\r{line[:width].ljust(min(width, len(self._line)))}")
        self._line = line[:width]

    def _show_conditions(self, conditions: frozenset[Condition]) -> None:
        for condition in sorted(conditions - self._conditions):
            self.say(_CONDITIONS[condition].text)
        self._conditions = conditions

    def _show_added(self, added: PathsAdded) -> None:
        if added.junk:
            self.say(Lines.JUNK.filled(number(added.junk)))
        if added.resumed:
            self.say(Lines.TAKEN_UP.filled(number(added.resumed)))
        if added.others_unfinished:
            self.say(Lines.OTHERS_UNFINISHED.filled(number(added.others_unfinished)))

    def _clear(self) -> None:
        if self._line:
            self._write(f"\r{' ' * len(self._line)}\r")
            self._line = ""

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(_encodable(encoding, text))
            self._stream.flush()
        except OSError:  # the reader closed the pipe, or the disk is full: no reason to stop sending
            _silence(self._stream)


def _encodable(encoding: str, text: str) -> str:
    """Return a text with the characters replaced that an encoding lacks; cp1252 has no narrow no-break space."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.replace("\u202f", "\u00a0").encode(encoding, "replace").decode(encoding)
    return text


class _NullStream(io.StringIO):
    """Takes the place of stdout where there is none: a bundle's window on Windows."""

    def write(self, text: str) -> int:
        return len(text)


def _silence(stream: TextIO) -> None:
    """Redirect a stream to the null device: what is left in its buffer would fail again when Python ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def progress_line(totals: Totals) -> str:
    """Return how far a run is: counts, bytes, speed, time left."""
    parts = [
        CountedLines.FILES_OF.text(totals.files, number(totals.files_finished)),
        Lines.AMOUNT_OF.filled(size(totals.bytes_done), size(totals.bytes_total)),
    ]
    if totals.speed > 0:
        parts.append(speed(totals.speed))
    if totals.seconds_left is not None:
        parts.append(Lines.LEFT.filled(duration(totals.seconds_left)))
    return " · ".join(parts)


def finished_line(upload: UploadSnapshot) -> str:
    """Return what became of a file, and why."""
    words = _STATES | (_TRIAL_STATES if upload.trial else {})
    line = f"{words[upload.state].text}  {printable(upload.source.name)}"
    if upload.substitute is not None:
        sentence = Lines.SENT_WITHOUT if upload.substitute.without_metadata else Lines.SENT_AS
        line = sentence.filled(line, printable(upload.sent.name))
    if upload.state is UploadState.UPLOADED or upload.reason is None:
        return line
    return Lines.WHY.filled(line, cause_and_action(upload.reason).whole)


def summary(totals: Mapping[str, int], *, trial: bool = False) -> str:
    """Return in one line what became of a run's files; `totals` are those of a receipt."""
    sentences = _TOTALS | (_TRIAL_TOTALS if trial else {})
    parts = [sentence.text(totals[state]) for state, sentence in sentences.items() if totals[state]]
    return CountedLines.FILES.text(totals["files"], ", ".join(parts))


def printable(name: str) -> str:
    """Return a name without characters that control a terminal or turn the direction of reading."""
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else "�" for c in name)
