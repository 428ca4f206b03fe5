"""What the engine tells its front ends (window and terminal): frozen values, sent from the engine's thread.

The queue gathers changes and sends them about ten times a second, so a front end may do real work per event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uploader_gui.engine.models import PastRun, Reason, RunKey, UploadId, UploadSnapshot


class Condition(StrEnum):
    """What concerns the whole queue rather than one upload; several may hold at once."""

    OFFLINE = "offline"
    SIGN_IN = "sign_in"
    SERVICE_BUSY = "service_busy"
    STORAGE_BUSY = "storage_busy"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class UploadsAdded:
    """New rows, in the order they were found. Refused and skipped ones are among them."""

    uploads: tuple[UploadSnapshot, ...]


@dataclass(frozen=True, slots=True)
class UploadsChanged:
    """Uploads whose state, reason or attempts changed: their newest snapshots."""

    uploads: tuple[UploadSnapshot, ...]


@dataclass(frozen=True, slots=True)
class UploadsRemoved:
    """Rows a person removed or cleared; `kept` ones only left the list, the journal still has them to do."""

    upload_ids: tuple[UploadId, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class UndoOffered:
    """How much a person took away last and may have back: rows off the list, uploads cancelled. 0 and 0: nothing."""

    removed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class UploadsRestored:
    """A person has taken back what became of these: their rows are on the list again, each in its place."""

    upload_ids: tuple[UploadId, ...]


@dataclass(frozen=True, slots=True)
class PathsAdded:
    """A drop has been walked to its end: one quiet summary of what became of it. All are counts of files.

    `resumed` were unfinished in the journal and taken up again; `others_unfinished` stay there.
    """

    anomaly_id: str
    queued: int
    refused: int
    junk: int
    already_in_queue: int
    resumed: int = 0
    others_unfinished: int = 0


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an earlier run left unfinished is on the list again, each under its own anomaly; it waits for Start.

    `ended` are those that failed or were refused: they only stand there again, and are tried where a person asks.
    """

    upload_ids: tuple[UploadId, ...]
    ended: tuple[UploadId, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far one running transfer is: bytes handed to the network, and bytes per second.

    `bytes_sent` may go back when an attempt starts again.
    """

    upload_id: UploadId
    bytes_sent: int
    speed: float


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole queue in figures. Refused, skipped and cancelled files count as finished, and their bytes do not.

    `seconds_left` is None while it cannot be told.
    """

    files: int = 0
    files_finished: int = 0
    files_uploaded: int = 0
    bytes_total: int = 0
    bytes_done: int = 0
    speed: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Running transfers and the whole queue, about ten times a second while bytes move."""

    transfers: tuple[UploadProgress, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """Whether the queue runs (Start) or rests, and what holds it up.

    `walking` is True while dropped folders are still being searched.
    """

    running: bool
    walking: bool = False
    conditions: frozenset[Condition] = frozenset()


@dataclass(frozen=True, slots=True)
class SignInRequired:
    """The service refused the tokens; the queue goes on after `sign_in()`.

    `refused_again` is True when these were tokens just entered.
    """

    refused_again: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The service accepted the tokens in use."""


@dataclass(frozen=True, slots=True)
class QueueIdle:
    """Nothing is left to do: every upload is finished, or cannot go on without a person.

    `gave_up` is the reason that stopped the rest (headless: offline too long, sign-in), else None.
    """

    totals: Totals
    gave_up: Reason | None = None


@dataclass(frozen=True, slots=True)
class ReceiptWritten:
    """The receipt stands at this path, or could not be written for that reason (in the system's words)."""

    path: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptBuilt:
    """A receipt as plain values (README, "Receipt"): of a past run, or of this one (`key` None)."""

    receipt: dict[str, Any]
    key: RunKey | None = None


@dataclass(frozen=True, slots=True)
class HistoryFound:
    """Every run the journal remembers, of all servers, the newest first. `server` is the one in use."""

    runs: tuple[PastRun, ...]
    server: str = ""


@dataclass(frozen=True, slots=True)
class HistoryMatches:
    """The runs with a file whose name contains what was searched for."""

    wanted: str
    keys: frozenset[RunKey]


@dataclass(frozen=True, slots=True)
class JournalSetAside:
    """The journal was damaged: a new one was begun, and the old one stands at this path."""

    path: str


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """The engine cannot work (journal in use, too new, unwritable): what to tell."""

    reason: Reason


Event = (
    UploadsAdded
    | UploadsChanged
    | UploadsRemoved
    | UndoOffered
    | UploadsRestored
    | PathsAdded
    | Resumed
    | Progress
    | QueueStatus
    | SignInRequired
    | SignedIn
    | QueueIdle
    | ReceiptWritten
    | ReceiptBuilt
    | HistoryFound
    | HistoryMatches
    | JournalSetAside
    | EngineFailed
)
