"""The list in figures: counts per state and bytes, kept up to date with each change instead of counted anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uploader_gui.engine.events import UploadProgress
    from uploader_gui.engine.models import UploadSnapshot

_S = UploadState
_NOT_TO_SEND: Final = frozenset({_S.REFUSED, _S.SKIPPED, _S.CANCELLED})


@dataclass(frozen=True, slots=True)
class ListCounts:
    """Counts of files, and bytes of what is sent. Skipped files count as uploaded: they are there.

    What waits for another server than the one in use is `elsewhere`, and neither `waiting` nor `unfinished`; `servers`
    are its servers. `failed` counts all that failed, `retriable` those of the server in use.
    """

    files: int = 0
    waiting: int = 0
    sending: int = 0
    failed: int = 0
    refused: int = 0
    uploaded: int = 0
    cancelled: int = 0
    elsewhere: int = 0
    retriable: int = 0
    servers: frozenset[str] = frozenset()
    bytes_total: int = 0
    bytes_done: int = 0

    @property
    def unfinished(self) -> int:
        """Count what still has a way to go."""
        return self.waiting + self.sending

    @property
    def fraction(self) -> float:
        """Give the share of the bytes that has arrived, 0 to 1."""
        if self.bytes_total:
            return self.bytes_done / self.bytes_total
        return 1.0 if self.files and not (self.unfinished or self.elsewhere) else 0.0


class Tally:
    """Counts snapshots by state; constant work per change."""

    def __init__(self) -> None:
        self._states: Counter[UploadState] = Counter()
        self._anomalies: Counter[str] = Counter()
        self._bytes: Counter[UploadState] = Counter()
        self._elsewhere: Counter[str] = Counter()
        self._failed_elsewhere = 0

    @property
    def anomalies(self) -> frozenset[str]:
        """Give the different anomalies on the list."""
        return frozenset(self._anomalies)

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

    def figures(self, running: Iterable[UploadProgress]) -> ListCounts:
        """Give the figures, with the bytes of running transfers."""
        states, sizes = self._states, self._bytes
        return ListCounts(
            files=states.total() + self._elsewhere.total(),
            waiting=states[_S.PREPARING] + states[_S.QUEUED] + states[_S.REGISTERING] + states[_S.REGISTERED],
            sending=states[_S.UPLOADING] + states[_S.CONFIRMING] + states[_S.RETRYING],
            failed=states[_S.FAILED],
            refused=states[_S.REFUSED],
            uploaded=states[_S.UPLOADED] + states[_S.SKIPPED],
            cancelled=states[_S.CANCELLED],
            elsewhere=self._elsewhere.total(),
            retriable=states[_S.FAILED] - self._failed_elsewhere,
            servers=frozenset(+self._elsewhere),
            bytes_total=sum(size for state, size in sizes.items() if state not in _NOT_TO_SEND),
            bytes_done=sizes[_S.UPLOADED] + sum(transfer.bytes_sent for transfer in running),
        )

    def _count(self, upload: UploadSnapshot, sign: int) -> None:
        self._anomalies[upload.anomaly_id] += sign
        if upload.elsewhere and not upload.state.finished:
            self._elsewhere[upload.elsewhere] += sign
            return
        self._failed_elsewhere += sign * bool(upload.elsewhere and upload.state is _S.FAILED)
        self._states[upload.state] += sign
        self._bytes[upload.state] += sign * upload.sent.size
