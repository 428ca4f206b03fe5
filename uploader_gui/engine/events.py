"""The events the engine sends to its front ends (window and terminal): frozen values, from the engine's thread.

`Question`, `Finding` and what belongs to them are for “Test connection”, which has a thread of its own.

Changes are gathered and sent about ten times a second, so a front end may do real work per event.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.models import PastRun, Reason, RunKey, UploadId, UploadSnapshot
    from uploader_gui.engine.receipt import Receipt


class Condition(StrEnum):
    """Something that holds up the whole queue; several conditions may hold at once."""

    OFFLINE = "offline"
    SIGN_IN = "sign_in"
    SERVICE_BUSY = "service_busy"
    STORAGE_BUSY = "storage_busy"
    JOURNAL = "journal"


class UploadsAdded(NamedTuple):
    """New uploads, in the order they were found, refused and skipped ones included."""

    uploads: tuple[UploadSnapshot, ...]


class UploadsChanged(NamedTuple):
    """The newest snapshots of uploads whose state, reason or attempts changed."""

    uploads: tuple[UploadSnapshot, ...]


class UploadsRemoved(NamedTuple):
    """Uploads taken off the list by a person. `kept`: the journal keeps them, and they are still to be sent."""

    upload_ids: tuple[UploadId, ...]
    kept: bool = False


class UndoOffered(NamedTuple):
    """How many uploads "Undo" would bring back: removed from the list, or cancelled. Both 0: nothing to undo."""

    removed: int = 0
    cancelled: int = 0


class UploadsRestored(NamedTuple):
    """Uploads that are on the list again after "Undo", each in its old place."""

    upload_ids: tuple[UploadId, ...]


class PathsAdded(NamedTuple):
    """The summary of a drop after its folders were searched, in numbers of files.

    `resumed` were unfinished in the journal and are on the list again; `others_unfinished` stay in the journal.
    """

    anomaly_id: str
    queued: int
    refused: int
    junk: int
    already_in_queue: int
    resumed: int = 0
    others_unfinished: int = 0


class SentElsewhere(NamedTuple):
    """Files just added for `anomaly_id` went to the anomaly `other` before, by their place or their content.

    `files` of the drop's `of` new files, the last one `at` (seconds since 1970). `upload_ids` are those that were
    probably meant for the other anomaly: the whole drop where it is half of it at least.
    """

    anomaly_id: str
    other: str
    files: int
    of: int
    at: float
    upload_ids: tuple[UploadId, ...]


class AnomalyChanged(NamedTuple):
    """How many files go to another anomaly now.

    `already_there` stood on that anomaly's list, so that their second rows are gone; `registered` stay with the
    anomaly they are registered for.
    """

    anomaly_id: str
    moved: int
    already_there: int = 0
    registered: int = 0


class Resumed(NamedTuple):
    """Uploads an earlier run left unfinished are on the list again, each under its own anomaly, and wait for Start.

    `ended` are those that failed or were refused: they are shown again, and tried only where a person asks.
    """

    upload_ids: tuple[UploadId, ...]
    ended: tuple[UploadId, ...] = ()


class UploadProgress(NamedTuple):
    """How far one running transfer is. `speed` is in bytes per second.

    `bytes_sent` becomes smaller when another attempt begins. `moved_at` is when a byte moved last, on the
    `time.monotonic()` clock.
    """

    upload_id: UploadId
    bytes_sent: int
    speed: float
    moved_at: float = 0.0


class Totals(NamedTuple):
    """The sums over the whole queue. Refused, skipped and cancelled files count as finished; their bytes do not count.

    `speed` is in bytes per second; `seconds_left` is None while it cannot be estimated.
    """

    files: int = 0
    files_finished: int = 0
    bytes_total: int = 0
    bytes_done: int = 0
    speed: float = 0.0
    seconds_left: float | None = None


class Progress(NamedTuple):
    """Running transfers and the whole queue, about ten times a second while bytes move, else once a second."""

    transfers: tuple[UploadProgress, ...]
    totals: Totals


_NO_CAUSES: Final[Mapping[Condition, Reason]] = MappingProxyType({})


class QueueStatus(NamedTuple):
    """Whether the queue runs or is paused, and what holds it up.

    `walking` is True while dropped folders are being searched. `causes`: why conditions hold, where that is known.
    `partly`: it runs for some files, and others wait for Start.
    """

    running: bool
    walking: bool = False
    conditions: frozenset[Condition] = frozenset()
    causes: Mapping[Condition, Reason] = _NO_CAUSES
    partly: bool = False


class SignInRequired(NamedTuple):
    """The service refused the tokens; the queue goes on after `sign_in()`.

    `refused_again` is True where these tokens had just been entered.
    """

    refused_again: bool = False


class SignedIn(NamedTuple):
    """The service accepted the tokens in use."""


class Lookup(StrEnum):
    """What is known of an anomaly's number."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    """The register surely has no anomaly of that number."""
    UNCHECKED = "unchecked"
    """It could not be found out, which says nothing."""


class AnomalyLookedUp(NamedTuple):
    """What the register of this server says of an anomaly, each on one line; "" where it says nothing."""

    anomaly_id: str
    result: Lookup
    ref: str = ""
    title: str = ""
    site: str = ""
    server: str = ""


class QueueIdle(NamedTuple):
    """Nothing is left to do: each upload is finished, or needs a person to go on.

    `gave_up` is the reason that stopped the rest (headless: offline too long, sign-in), None where nothing did.
    """

    totals: Totals
    gave_up: Reason | None = None


class ReceiptWritten(NamedTuple):
    """The receipt was written to `path`, or could not be written: `error` holds the system's words."""

    path: str
    error: str | None = None


class ReceiptBuilt(NamedTuple):
    """The receipt of the past run `key`, or of this one (None)."""

    receipt: Receipt
    key: RunKey | None = None


class HistoryFound(NamedTuple):
    """All runs in the journal, of all servers, the newest first. `server` is the address of the one in use."""

    runs: tuple[PastRun, ...]
    server: str = ""


class HistoryMatches(NamedTuple):
    """The runs that have a file with `wanted` in its name."""

    wanted: str
    keys: frozenset[RunKey]


class JournalSetAside(NamedTuple):
    """The journal was damaged: a new one was begun, and the old one was moved to `path`."""

    path: str


class EngineFailed(NamedTuple):
    """The engine cannot work, for instance because its journal is in use, too new or unwritable."""

    reason: Reason


class Verdict(Enum):
    """How good a finding is. `NOTE`: it works, but a person should know; `UNKNOWN`: it could not be found out."""

    GOOD = "good"
    NOTE = "note"
    UNKNOWN = "unknown"
    BAD = "bad"


class Fact(StrEnum):
    """What was found; in brackets the contents of `Finding.values`."""

    ADDRESS_REFUSED = "address_refused"  # [why, in our words]
    AUTHORITY_UNUSABLE = "authority_unusable"  # [file, why]
    PROXY_USED = "proxy_used"  # [host:port]
    PROXY_REFUSED = "proxy_refused"  # [the proxy's words]
    PROXY_SIGN_IN = "proxy_sign_in"
    NAME_FOUND = "name_found"  # [host]
    NAME_UNKNOWN = "name_unknown"  # [host]
    CONNECTED = "connected"  # [host, milliseconds]
    NOT_CONNECTED = "not_connected"  # [host:port]
    SECURE = "secure"  # [issuer]
    NOT_ENCRYPTED = "not_encrypted"
    CERTIFICATE_REFUSED = "certificate_refused"  # [issuer, the system's words]
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"  # [issuer]
    CERTIFICATE_EXPIRED = "certificate_expired"  # [issuer]
    CERTIFICATE_OTHER_NAME = "certificate_other_name"  # [host]
    NO_TLS = "no_tls"
    REACHED = "reached"
    WEB_PAGE = "web_page"
    REDIRECTED = "redirected"  # [host]
    SERVICE_FAILED = "service_failed"  # [status]
    SERVICE_BUSY = "service_busy"
    NOT_THE_SERVICE = "not_the_service"  # [status]
    NO_ANSWER = "no_answer"
    TOKENS_ACCEPTED = "tokens_accepted"
    TOKENS_REFUSED = "tokens_refused"
    TOKENS_FORBIDDEN = "tokens_forbidden"
    TOKENS_EXPIRED = "tokens_expired"
    TOKENS_UNTOLD = "tokens_untold"
    TOKENS_MISSING = "tokens_missing"
    TOKENS_KEPT_BACK = "tokens_kept_back"
    ANOMALY_FOUND = "anomaly_found"  # [anomaly, its title]
    ANOMALY_UNKNOWN = "anomaly_unknown"  # [anomaly]
    CLOCK_RIGHT = "clock_right"
    CLOCK_AHEAD = "clock_ahead"  # [seconds]
    CLOCK_BEHIND = "clock_behind"  # [seconds]
    BROKEN = "broken"


class Finding(NamedTuple):
    """One step's result."""

    fact: Fact
    verdict: Verdict
    values: tuple[str, ...] = ()


class Question(NamedTuple):
    """What to test.

    Attributes:
        api_url: the service's address.
        tokens: bearer and session token, None where there are none for this address.
        anomaly_id: the anomaly to ask for, "" where none is known.
        kept_back: there are tokens, but for another address: they are not sent to this one.
        expires_at: when the session token expires by its own claim, in seconds since 1970.
    """

    api_url: str
    tokens: tuple[str, str] | None = None
    anomaly_id: str = ""
    kept_back: bool = False
    expires_at: float | None = None


Event = (
    UploadsAdded
    | UploadsChanged
    | UploadsRemoved
    | UndoOffered
    | UploadsRestored
    | PathsAdded
    | SentElsewhere
    | AnomalyChanged
    | Resumed
    | Progress
    | QueueStatus
    | SignInRequired
    | SignedIn
    | AnomalyLookedUp
    | QueueIdle
    | ReceiptWritten
    | ReceiptBuilt
    | HistoryFound
    | HistoryMatches
    | JournalSetAside
    | EngineFailed
)
