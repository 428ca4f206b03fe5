"""The list in numbers: files per state and bytes, updated with each change instead of counted again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import NOT_TO_SEND, SENDING, WAITING, Reason, UploadState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uploader_gui.engine.errors import Variant
    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import UploadSnapshot
    from uploader_gui.gui.drop.add_files import EntryCounts

_S = UploadState
_OF_ONE_FILE: Final = frozenset({Code.CHANGED, Code.NOT_FETCHED, Code.BROKEN_PICTURE})
"""Causes that lie in a file itself, however many files have them."""
_SEVERAL: Final = 2
NEVER_FULL: Final = 0.99
"""What a bar shows at most before the server's answer."""


class SharedFailure(NamedTuple):
    """One cause of `files` failed files, at least two; its reason has a detail only where they share that, too."""

    reason: Reason
    files: int

    def concerns(self, upload: UploadSnapshot) -> bool:
        """Return whether an upload failed for this cause, with the server in use."""
        return _cause_of(upload) == (self.reason.code, self.reason.variant)


@dataclass(frozen=True, slots=True)
class ListCounts:
    """Numbers of files, and bytes of those that are to be sent.

    Files that wait for another server count as `elsewhere`, not as `waiting` or `unfinished`; `servers` are the
    addresses of those servers. `failed` counts all failed files, `retriable` those of the current server.
    `anomaly_id` is the anomaly of all files, "" where there are several, or no files.
    `waits_for` is the anomaly of all unfinished files, "" where there are several or none.
    `shared_failure` is what most failed files have in common, None where each has its own cause.
    """

    files: int = 0
    waiting: int = 0
    sending: int = 0
    failed: int = 0
    refused: int = 0
    uploaded: int = 0
    skipped: int = 0
    cancelled: int = 0
    elsewhere: int = 0
    retriable: int = 0
    servers: frozenset[str] = frozenset()
    anomaly_id: str = ""
    waits_for: str = ""
    bytes_total: int = 0
    bytes_done: int = 0
    shared_failure: SharedFailure | None = None

    @property
    def unfinished(self) -> int:
        """Files still to be sent to the current server."""
        return self.waiting + self.sending

    @property
    def pending(self) -> int:
        """Files still to be sent, those for another server included."""
        return self.unfinished + self.elsewhere

    @property
    def to_send(self) -> int:
        """Files that are to be sent to the current server, or were; `bytes_total` is their size."""
        return self.unfinished + self.failed + self.uploaded

    @property
    def not_sent(self) -> int:
        """Files on the list that the register has neither from now nor from before."""
        return self.files - self.uploaded - self.skipped

    @property
    def fraction(self) -> float:
        """The share of bytes sent, 0 to 1; 1 only once the server has confirmed them."""
        if self.bytes_total:
            share = self.bytes_done / self.bytes_total
            return min(share, NEVER_FULL) if self.pending else share
        return 1.0 if self.uploaded + self.skipped and not self.pending else 0.0


class Unsent(NamedTuple):
    """What is unsent at one moment, for the question on closing.

    Attributes:
        counts: the list in numbers.
        kept: paths that wait for a number, None where there are none.
        searching: the engine is inspecting files that are not on the list yet.
        goes_on: files are sent without a person doing anything, even without a window.
        saved: everything of this is on disk for the next start.
        trial: nothing of it goes to a register, and nothing is kept for the next start.
    """

    counts: ListCounts = ListCounts()
    kept: EntryCounts | None = None
    searching: bool = False
    goes_on: bool = False
    saved: bool = True
    trial: bool = False

    @property
    def asks(self) -> bool:
        """Whether a person has to be asked before the program exits; cancelled files need no question."""
        return self.counts.not_sent > self.counts.cancelled or self.kept is not None or self.searching


class ListCounter:
    """Counts snapshots by state, with constant work per change."""

    def __init__(self) -> None:
        self._states: Counter[UploadState] = Counter()
        self._anomalies: Counter[str] = Counter()
        self._unfinished: Counter[str] = Counter()
        self._bytes: Counter[UploadState] = Counter()
        self._elsewhere: Counter[str] = Counter()
        self._failed_elsewhere = 0
        self._causes: Counter[tuple[Code, Variant | None]] = Counter()
        self._reasons: Counter[Reason] = Counter()
        self._last_reasons: dict[tuple[Code, Variant | None], Reason] = {}

    @property
    def anomalies(self) -> frozenset[str]:
        """The anomalies on the list."""
        return frozenset(+self._anomalies)

    def add(self, uploads: Iterable[UploadSnapshot]) -> None:
        """Count new rows."""
        for upload in uploads:
            self._count(upload, 1)

    def remove(self, uploads: Iterable[UploadSnapshot]) -> None:
        """Stop counting rows."""
        for upload in uploads:
            self._count(upload, -1)
        self._anomalies += Counter()  # drops the zeros
        self._elsewhere += Counter()

    def replace(self, before: UploadSnapshot, after: UploadSnapshot) -> None:
        """Count a row in its new state."""
        self._count(before, -1)
        self._count(after, 1)

    def counts(self, running: Iterable[UploadProgress]) -> ListCounts:
        """Return the counts, with the bytes of running transfers."""
        states, sizes = self._states, self._bytes
        return ListCounts(
            files=states.total() + self._elsewhere.total(),
            waiting=sum(states[state] for state in WAITING),
            sending=sum(states[state] for state in SENDING),
            failed=states[_S.FAILED],
            refused=states[_S.REFUSED],
            uploaded=states[_S.UPLOADED],
            skipped=states[_S.SKIPPED],
            cancelled=states[_S.CANCELLED],
            elsewhere=self._elsewhere.total(),
            retriable=states[_S.FAILED] - self._failed_elsewhere,
            servers=frozenset(+self._elsewhere),
            anomaly_id=_only(self._anomalies),
            waits_for=_only(self._unfinished),
            bytes_total=sum(size for state, size in sizes.items() if state not in NOT_TO_SEND),
            bytes_done=sizes[_S.UPLOADED] + sum(transfer.bytes_sent for transfer in running),
            shared_failure=self._shared_failure(),
        )

    def _count(self, upload: UploadSnapshot, sign: int) -> None:
        self._anomalies[upload.anomaly_id] += sign
        if upload.elsewhere and not upload.state.finished:
            self._elsewhere[upload.elsewhere] += sign
            return
        self._failed_elsewhere += sign * bool(upload.elsewhere and upload.state is _S.FAILED)
        self._states[upload.state] += sign
        self._unfinished[upload.anomaly_id] += sign * (not upload.state.finished)
        self._bytes[upload.state] += sign * upload.sent.size
        if (cause := _cause_of(upload)) is not None and upload.reason is not None:
            self._causes[cause] += sign
            self._reasons[upload.reason] += sign
            self._last_reasons[cause] = upload.reason
            if not self._reasons[upload.reason]:
                del self._reasons[upload.reason]

    def _shared_failure(self) -> SharedFailure | None:
        cause, files = max(self._causes.items(), key=lambda item: item[1], default=(None, 0))
        if cause is None or files < _SEVERAL:
            return None
        reason = self._last_reasons[cause]
        return SharedFailure(reason if self._reasons[reason] == files else Reason(*cause), files)


def _cause_of(upload: UploadSnapshot) -> tuple[Code, Variant | None] | None:
    """Return why a file failed, None where it did not, or for a reason of its own."""
    reason = upload.reason
    if upload.state is not _S.FAILED or upload.elsewhere or reason is None or reason.code in _OF_ONE_FILE:
        return None
    return reason.code, reason.variant


def _only(anomalies: Counter[str]) -> str:
    """Return the one anomaly that is counted, "" where there is not exactly one."""
    counted = +anomalies
    return next(iter(counted)) if len(counted) == 1 else ""
