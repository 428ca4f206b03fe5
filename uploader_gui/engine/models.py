"""What an upload is: its states and their transitions, and the values that describe it and past runs.

An `Upload` belongs to the engine; front ends get a frozen `UploadSnapshot`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from uploader_gui.engine.errors import Code, UploaderError, Variant


UploadId = NewType("UploadId", str)
"""A UUID4 as text, made when a file is queued, and kept for every retry of that file."""


class UploadState(StrEnum):
    """How far an upload is. Offline and waiting for sign-in are no states but `events.Condition`s of the queue."""

    FETCHING = "fetching"
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
        """Whether nothing more happens unless a person asks."""
        return self in FINISHED

    @property
    def stored(self) -> bool:
        """Whether the service has the file, from this run or an earlier one."""
        return self in STORED


_S = UploadState

FINISHED: Final = frozenset({_S.UPLOADED, _S.SKIPPED, _S.FAILED, _S.REFUSED, _S.CANCELLED})
STORED: Final = frozenset({_S.UPLOADED, _S.SKIPPED})
NOT_TO_SEND: Final = frozenset({_S.REFUSED, _S.SKIPPED, _S.CANCELLED})
WAITING: Final = frozenset({_S.FETCHING, _S.PREPARING, _S.QUEUED, _S.REGISTERING, _S.REGISTERED})
SENDING: Final = frozenset({_S.UPLOADING, _S.CONFIRMING, _S.RETRYING})

TRANSITIONS: Final[dict[UploadState, frozenset[UploadState]]] = {
    _S.FETCHING: frozenset({_S.QUEUED, _S.PREPARING, _S.FAILED, _S.REFUSED, _S.CANCELLED}),
    _S.PREPARING: frozenset({_S.QUEUED, _S.REGISTERED, _S.FAILED, _S.SKIPPED, _S.REFUSED, _S.CANCELLED}),
    _S.QUEUED: frozenset({_S.REGISTERING, _S.REGISTERED, _S.FAILED, _S.SKIPPED, _S.REFUSED, _S.CANCELLED}),
    _S.REGISTERING: frozenset({_S.REGISTERED, _S.QUEUED, _S.FAILED, _S.CANCELLED}),
    _S.REGISTERED: frozenset({_S.UPLOADING, _S.QUEUED, _S.FAILED, _S.CANCELLED}),
    _S.UPLOADING: frozenset({_S.CONFIRMING, _S.RETRYING, _S.QUEUED, _S.REGISTERED, _S.FAILED, _S.CANCELLED}),
    _S.CONFIRMING: frozenset({_S.UPLOADED, _S.RETRYING, _S.QUEUED, _S.REGISTERED, _S.FAILED, _S.CANCELLED}),
    _S.RETRYING: frozenset({_S.UPLOADING, _S.QUEUED, _S.REGISTERED, _S.FAILED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.QUEUED, _S.REGISTERED, _S.PREPARING}),
    _S.CANCELLED: frozenset({_S.QUEUED, _S.REGISTERED, _S.PREPARING}),
    _S.REFUSED: frozenset({_S.QUEUED, _S.PREPARING, _S.SKIPPED}),
    _S.SKIPPED: frozenset({_S.QUEUED, _S.PREPARING, _S.REFUSED}),
    _S.UPLOADED: frozenset(),
}
"""The states that may follow each state; any other step is a bug and raises. Only the upload store changes a state."""


class ForbiddenTransitionError(AssertionError):
    """A bug: `TRANSITIONS` does not allow this step."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an upload is in its state.

    Scripts may rely on `code`; `variant` is which case of it this is, None for the usual one; `detail` is a fact,
    perhaps in a server's words.
    """

    code: Code
    variant: Variant | None = None
    detail: str = ""

    @classmethod
    def of(cls, error: UploaderError) -> Reason:
        """Return the reason for an error."""
        return cls(error.code, error.variant, error.detail)


@dataclass(frozen=True, slots=True)
class Source:
    """A local file as it was when it was queued. `size` is in bytes, `mtime_ns` is that of `mtime_of`.

    `number` identifies the file however its path is spelled, None where nothing does (`source.number_of`).
    `changed_ns` is when the file system last changed anything about it, None where that is unknown.
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
    """Return when a file's bytes changed, in nanoseconds since 1970, as a signed 64-bit number for SQLite.

    Times outside that range, such as the years 1601 and 2300, wrap round: two of them still differ.
    """
    return (facts.st_mtime_ns + 2**63) % 2**64 - 2**63


class Origin(StrEnum):
    """Where a file came from that was on no disk of this computer, as far as that is known; the receipt's words."""

    PHONE = "from a phone"
    OUTLOOK = "from Outlook"
    ZIP = "from a ZIP"
    WEB_PAGE = "from a web page"
    CLIPBOARD = "from the clipboard"
    PROGRAM = "from another program"


def bytes_of(path: Path) -> bytes:
    """Return a path's bytes, also of a path that no file can have, but that was given."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return str(path).encode("utf-8", "surrogatepass")


class Awaited(NamedTuple):
    """A file that is being fetched to `path`; `size` in bytes as announced, 0 where it is not."""

    upload_id: UploadId
    path: Path
    name: str
    size: int = 0


class Treatment(StrEnum):
    """How a file of a type the service refuses becomes one it accepts."""

    CONVERT = "convert"
    """The picture becomes a JPEG."""
    ZIP = "zip"
    """The file goes inside a ZIP, as it is."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """A file of our own, made from a source and sent in its place. `original_sha256` is the source's, in hex.

    `sent` describes that file; its `name` is the one to register. `without_metadata`: the date, place and other
    metadata of the source could not be read, and are not in it.
    """

    sent: Source
    original_sha256: str
    without_metadata: bool = False


class EarlierUpload(NamedTuple):
    """When a file of the same name and content arrived (`at`: seconds since 1970), and what the service knows of it."""

    at: float
    service_id: str | None
    may_be_registered_twice: bool


class SentFile(NamedTuple):
    """A file that was sent: to which anomaly, from where (`bytes_of`), what it was, and when (seconds since 1970)."""

    anomaly_id: str
    resolved: bytes
    size: int
    sha256: str
    at: float


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """A registration's answer for one upload. The URL is a secret: it is left out of `repr`.

    `expires_at` is in seconds since 1970 by the server's clock, `lifetime` in seconds; None where the URL does not say.
    `received_at` is the same by this machine's clock; None where an earlier run received it.
    """

    url: str = field(repr=False)
    service_id: str
    expires_at: float | None
    lifetime: float | None
    received_at: float | None = field(default=None, compare=False)


@dataclass(slots=True)
class Upload:
    """One file to upload: one row on the list, one record in the journal.

    Attributes:
        order: its place on the list.
        url_given_out: the service has a record of it, so registering it again may double it.
        uploaded_at: in seconds since 1970.
        attempts: how many PUTs were begun in this run.
        tries: the same since a person last asked for it, compared with the limit.
        registrations, unknown_registrations: likewise; the second are those whose answer was lost.
        dead_urls: likewise, how many URLs were refused as expired when they had only just come.
        retry_at: when the next attempt begins, on the `time.monotonic()` clock.
        sent_before: when the same name and content went to the same anomaly earlier, in seconds since 1970.
        treatment: what a person chose for a source of a refused type.
        substitute: the result of that, once it is made.
        wanted_again: it is to be sent though it was sent before, also after a restart.
        listed: it is on a window's list, where the next start shows it again if it ends unsent.
        trial: it goes to the sandbox, not to a register.
        elsewhere: its server's address while another server is in use, else "".
        origin: where the file came from, which this program fetched or made; None for a person's own file.
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
    dead_urls: int = 0
    retry_at: float | None = None
    sent_before: float | None = None
    treatment: Treatment | None = None
    substitute: Substitute | None = None
    wanted_again: bool = False
    listed: bool = False
    trial: bool = False
    elsewhere: str = ""
    origin: Origin | None = None

    @property
    def sent(self) -> Source:
        """Return the file that goes to the service: the source, or its substitute."""
        return self.substitute.sent if self.substitute else self.source

    @property
    def outcome_unknown(self) -> bool:
        """Whether a registration's answer was lost: the service may have a record of it, or none."""
        return self.may_be_registered_twice and not self.url_given_out

    def copy(self) -> Upload:
        """Return an upload with the present values, for another thread."""
        copy = object.__new__(Upload)
        for name in Upload.__slots__:  # `dataclasses.replace` takes three times as long
            setattr(copy, name, getattr(self, name))
        return copy

    def snapshot(self) -> UploadSnapshot:
        """Return the values that front ends may see."""
        return UploadSnapshot(*_shown(self))


@dataclass(frozen=True, slots=True)
class UploadSnapshot:
    """An upload as it was at one moment. The fields are those of `Upload`.

    `reason` is set where the state alone does not say why: refused, failed, skipped, trying again, waiting. Where
    `trial` is True no register has it, whatever its state; where `elsewhere` is set nothing of it is sent.
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
    url_given_out: bool = False
    origin: Origin | None = None

    @property
    def sent(self) -> Source:
        """Return the file that goes to the service: the source, or its substitute."""
        return self.substitute.sent if self.substitute else self.source


_shown: Final = attrgetter(*(one.name for one in fields(UploadSnapshot)))
"""Returns an upload's values for a snapshot."""


def may_change_anomaly(upload: Upload | UploadSnapshot) -> bool:
    """Return whether an upload may still go to another anomaly: the service surely has no record of it.

    What a skipped one says of a record is about the earlier upload of the same file.
    """
    if upload.state is UploadState.SKIPPED:
        return True
    asked_for = upload.url_given_out or upload.may_be_registered_twice
    return upload.state in _BEFORE_REGISTRATION and not asked_for


_BEFORE_REGISTRATION: Final = frozenset({_S.PREPARING, _S.QUEUED, _S.FAILED, _S.REFUSED, _S.CANCELLED})


def check_transition(before: UploadState, after: UploadState) -> None:
    """Raise `ForbiddenTransitionError` where `TRANSITIONS` has no such step."""
    if after not in TRANSITIONS[before]:
        raise ForbiddenTransitionError(f"{before} -> {after}")


@dataclass(frozen=True, slots=True)
class RunKey:
    """The part of a run that went to one anomaly: the subject of one receipt. A run ends when the queue is idle."""

    run_id: int
    anomaly_id: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """The sums of a run's part for one anomaly. Times are in seconds since 1970.

    Attributes:
        program: "uploader-gui X.Y.Z".
        finished_at: when the run ended, or a file arrived later; None where it broke off before either.
        junk: the number of files left out of the whole run (thumbnail caches and the like).
        states: the number of files in each state now.
        bytes_uploaded: the bytes that arrived.
        bytes_of_originals: the bytes of the files these were, or were made from.
        server: the address of the server it went to.
    """

    key: RunKey
    program: str
    started_at: float
    finished_at: float | None
    junk: int = 0
    states: Mapping[UploadState, int] = field(default_factory=dict)
    bytes_uploaded: int = 0
    bytes_of_originals: int = 0
    server: str = ""

    @property
    def files(self) -> int:
        """Return the number of files it had."""
        return sum(self.states.values())

    @property
    def unfinished(self) -> int:
        """Return the number of files that are not finished."""
        return sum(count for state, count in self.states.items() if not state.finished)


def natural_sort_key(name: str) -> str:
    """Return a key that sorts names as people do: 2 before 10, and é beside e; case and accents decide last."""
    return f"{re.sub(r'[0-9]+', lambda digits: digits[0].zfill(12), folded(name))}\0{name.swapcase()}"


_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'"})


def folded(text: str) -> str:
    """Return a text in lower case and without accents: `Été` and `ete` become the same, `Œuvre` and `oeuvre` too."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LIGATURES)
