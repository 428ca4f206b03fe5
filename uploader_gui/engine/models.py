"""What an upload is: its states, the one table of their transitions, and the values others may see.

`Upload` is owned by the queue alone; everybody else gets a frozen `UploadSnapshot`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from uploader_gui.engine.errors import Code, UploaderError


UploadId = NewType("UploadId", str)
"""A UUID4 in text, made when a file is queued; the same for every retry of that file."""


class UploadState(StrEnum):
    """Where a file is on its way. Paused, offline, waiting for sign-in are conditions of the queue instead."""

    PREPARING = "preparing"
    QUEUED = "queued"
    REGISTERING = "registering"
    REGISTERED = "registered"
    UPLOADING = "uploading"
    CONFIRMING = "confirming"
    RETRYING = "retrying"
    UPLOADED = "uploaded"
    SKIPPED = "skipped"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """True where nothing more happens unless a person asks."""
        return self in FINISHED

    @property
    def stored(self) -> bool:
        """True where the service has the file, from this run or an earlier one."""
        return self in STORED

    @property
    def sending(self) -> bool:
        """True while a transfer works on it."""
        return self in SENDING


_S = UploadState

FINISHED: Final = frozenset({_S.UPLOADED, _S.SKIPPED, _S.FAILED, _S.REFUSED, _S.CANCELLED})
STORED: Final = frozenset({_S.UPLOADED, _S.SKIPPED})
SENDING: Final = frozenset({_S.UPLOADING, _S.CONFIRMING, _S.RETRYING})

TRANSITIONS: Final[dict[UploadState, frozenset[UploadState]]] = {
    _S.PREPARING: frozenset({_S.QUEUED, _S.REGISTERED, _S.FAILED, _S.SKIPPED, _S.REFUSED, _S.CANCELLED}),
    _S.QUEUED: frozenset({_S.REGISTERING, _S.REGISTERED, _S.FAILED, _S.SKIPPED, _S.REFUSED, _S.CANCELLED}),
    _S.REGISTERING: frozenset({_S.REGISTERED, _S.QUEUED, _S.FAILED, _S.CANCELLED}),
    _S.REGISTERED: frozenset({_S.UPLOADING, _S.QUEUED, _S.FAILED, _S.CANCELLED}),
    _S.UPLOADING: frozenset({_S.CONFIRMING, _S.RETRYING, _S.QUEUED, _S.REGISTERED, _S.FAILED, _S.CANCELLED}),
    _S.CONFIRMING: frozenset(
        {_S.UPLOADED, _S.RETRYING, _S.QUEUED, _S.REGISTERED, _S.FAILED, _S.CANCELLED},
    ),
    _S.RETRYING: frozenset({_S.UPLOADING, _S.QUEUED, _S.REGISTERED, _S.FAILED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.QUEUED, _S.REGISTERED, _S.PREPARING}),
    _S.CANCELLED: frozenset({_S.QUEUED, _S.REGISTERED, _S.PREPARING}),
    _S.REFUSED: frozenset({_S.QUEUED, _S.PREPARING, _S.SKIPPED}),
    _S.SKIPPED: frozenset({_S.QUEUED, _S.PREPARING, _S.REFUSED}),
    _S.UPLOADED: frozenset(),
}
"""Which state may follow which; anything else is a bug and raises. Only the queue changes state."""


class ForbiddenTransitionError(AssertionError):
    """A bug: the table does not allow this step."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an upload is where it is: the code is the contract, the detail a fact in somebody's own words."""

    code: Code
    detail: str = ""

    @classmethod
    def of(cls, error: UploaderError) -> Reason:
        """Give the reason an error stands for."""
        return cls(error.code, error.detail)


@dataclass(frozen=True, slots=True)
class Source:
    """A local file as it was when it was queued. `size` is in bytes, `mtime_ns` as `mtime_of` gives it.

    `number` tells it from all others however its path is spelled; None where that cannot be told (`stamps.number_of`).
    `changed_ns` is when the file system last changed anything of it, None where that is unknown.
    """

    path: Path
    resolved: Path
    name: str
    media_type: str | None
    size: int
    mtime_ns: int
    name_shortened: bool = False
    number: int | None = field(default=None, compare=False)
    changed_ns: int | None = field(default=None, compare=False)


def mtime_of(facts: os.stat_result) -> int:
    """Return when a file's bytes changed, in nanoseconds since 1970, as 64 bits hold it (SQLite keeps no more).

    A file system may tell of 1601 or 2300: that wraps round, so that two such times still differ.
    """
    return (facts.st_mtime_ns + 2**63) % 2**64 - 2**63


class Treatment(StrEnum):
    """What makes a file of a type the service refuses into one it accepts."""

    CONVERT = "convert"
    """The picture becomes a JPEG."""
    ZIP = "zip"
    """The file goes inside a ZIP, as it is."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """What is sent in a source's place: a file of our own, made from it. `original_sha256` is the source's, in hex.

    `sent` describes the substitute as any source: its `name` is the one to register. `without_metadata`: date, place
    and whatever else the source tells of itself could not be read, and are not in it.
    """

    sent: Source
    original_sha256: str
    without_metadata: bool = False


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """What a registration gave out for one upload. Times are seconds since 1970 by the server's clock.

    `expires_at` is None where the URL does not say. The URL is a secret: it is left out of `repr`.
    """

    url: str = field(repr=False)
    service_id: str
    expires_at: float | None
    lifetime: float | None


@dataclass(slots=True)
class Upload:
    """One file on its way: one row, one journal record.

    `attempts` counts the PUTs begun in this run; `tries` the same since a person last asked, for the limit, as do
    `registrations` and `unknown_registrations` (those whose answer was lost). `url_given_out`: the service has a
    record of it, so registering it again may double it. `uploaded_at` is in seconds since 1970, and so is
    `sent_before`: when the same name and content went to the same anomaly earlier. `treatment` is what a person
    chose for a source of a refused type; `substitute` is there once that has been done.
    `wanted_again`: it is to be sent though it was sent before, also after a restart. `listed`: it stands on a window's
    list, where the next start shows it again if it ends unsent. `trial`: it goes to the sandbox, not to a register.
    `elsewhere`: its server's address while another server is in use, else "".
    """

    upload_id: UploadId
    anomaly_id: str
    source: Source
    order: int
    state: UploadState = UploadState.QUEUED
    reason: Reason | None = None
    presigned: PresignedPut | None = None
    service_id: str | None = None
    sha256: str | None = None
    uploaded_at: float | None = None
    url_given_out: bool = False
    may_be_registered_twice: bool = False
    attempts: int = 0
    tries: int = 0
    registrations: int = 0
    unknown_registrations: int = 0
    retry_at: float | None = None
    sent_before: float | None = None
    treatment: Treatment | None = None
    substitute: Substitute | None = None

    @property
    def sent(self) -> Source:
        """Give what goes to the service: the source itself, or its substitute."""
        return self.substitute.sent if self.substitute else self.source

    wanted_again: bool = False
    listed: bool = False
    trial: bool = False
    elsewhere: str = ""

    @property
    def outcome_unknown(self) -> bool:
        """Whether it was registered without a word of what came of it: the service may have a record, or none."""
        return self.may_be_registered_twice and not self.url_given_out

    def snapshot(self) -> UploadSnapshot:
        """Freeze what others may see of it."""
        return UploadSnapshot(
            upload_id=self.upload_id,
            anomaly_id=self.anomaly_id,
            source=self.source,
            order=self.order,
            state=self.state,
            reason=self.reason,
            attempts=self.attempts,
            may_be_registered_twice=self.may_be_registered_twice,
            retry_at=self.retry_at,
            sent_before=self.sent_before,
            treatment=self.treatment,
            substitute=self.substitute,
            trial=self.trial,
            elsewhere=self.elsewhere,
        )


@dataclass(frozen=True, slots=True)
class UploadSnapshot:
    """An upload as it stood at one moment. `retry_at` is on the `time.monotonic()` clock.

    `reason` is set where the state alone does not say why: refused, failed, skipped, trying again, waiting.
    `sent_before` (seconds since 1970) is set where the same file went to the same anomaly earlier. `trial`: whatever
    its state, no register has it.
    `elsewhere` is its server's address while another server is in use: nothing of it goes out until then.
    """

    upload_id: UploadId
    anomaly_id: str
    source: Source
    order: int
    state: UploadState
    reason: Reason | None = None
    attempts: int = 0
    may_be_registered_twice: bool = False
    retry_at: float | None = None
    sent_before: float | None = None
    treatment: Treatment | None = None
    substitute: Substitute | None = None
    trial: bool = False
    elsewhere: str = ""

    @property
    def sent(self) -> Source:
        """Give what goes to the service: the source itself, or its substitute."""
        return self.substitute.sent if self.substitute else self.source


def check_transition(before: UploadState, after: UploadState) -> None:
    """Raise `ForbiddenTransitionError` where the table has no such step."""
    if after not in TRANSITIONS[before]:
        raise ForbiddenTransitionError(f"{before} -> {after}")


def natural_sort_key(name: str) -> str:
    """Give what names are sorted by as people do: 2 before 10, and é beside e; case and accents decide at the end."""
    return f"{re.sub(r'[0-9]+', lambda digits: digits[0].zfill(12), folded(name))}\0{name.swapcase()}"


@dataclass(frozen=True, slots=True)
class RunKey:
    """One run's part for one anomaly: what a receipt is about. A run goes from the first file until all is done."""

    run_id: int
    anomaly_id: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run's part for one anomaly in figures. Times are seconds since 1970.

    Attributes:
        server: the address of the server it went to.
        program: who ran, "uploader-gui X.Y.Z".
        finished_at: when its last file arrived, or the run ended; None where it was cut off before either.
        junk: files left out in the whole run.
        states: how many files are in which state now.
        bytes_uploaded: the size of what arrived, in bytes.
    """

    key: RunKey
    program: str
    started_at: float
    finished_at: float | None
    junk: int = 0
    states: Mapping[UploadState, int] = field(default_factory=dict)
    bytes_uploaded: int = 0
    server: str = ""

    @property
    def files(self) -> int:
        """How many files it had."""
        return sum(self.states.values())

    @property
    def unfinished(self) -> int:
        """How many of them still have a way to go."""
        return sum(count for state, count in self.states.items() if not state.finished)


_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'"})


def folded(text: str) -> str:
    """Give a text in lower case and without accents: `Été` and `ete` are one, `Œuvre` and `oeuvre` too."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_LIGATURES)
