"""What front ends are told of the queue as a whole: its status, the sums, how far each transfer is. Asked by `flow.py`.

What becomes of single uploads is told by `ledger.py`, through the outbox alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import Progress, QueueStatus, Totals
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from uploader_gui.engine.conditions import Conditions
    from uploader_gui.engine.ledger import Ledger
    from uploader_gui.engine.outbox import Outbox
    from uploader_gui.engine.pace.meter import RateMeter
    from uploader_gui.engine.registrar import Registrar
    from uploader_gui.engine.sender import Sender

_NO_BYTES: Final = (UploadState.REFUSED, UploadState.SKIPPED, UploadState.CANCELLED, UploadState.FAILED)


class Telling:
    """Status and figures, taken from the parts that have them."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        registrar: Registrar,
        sender: Sender,
        meter: RateMeter,
        conditions: Conditions,
        outbox: Outbox,
    ) -> None:
        self._ledger = ledger
        self._registrar = registrar
        self._sender = sender
        self._meter = meter
        self._conditions = conditions
        self._outbox = outbox
        self._told: QueueStatus | None = None

    def status(self, *, running: bool, walking: bool) -> None:
        """Tell the status (`QueueStatus`) where it is not what was told last."""
        status = QueueStatus(running, walking, self._conditions.holding)
        if status != self._told:
            self._told = status
            self._outbox.send(status)

    def forget(self) -> None:
        """Tell the status again when it is told next: another server's was told meanwhile."""
        self._told = None

    def progress(self, *, running: bool) -> Progress | None:
        """Give how far things are, None while the list is empty."""
        if not self._ledger.size:
            return None
        return Progress(self._sender.progress(time.monotonic()), self.totals(running=running))

    def totals(self, *, running: bool) -> Totals:
        """Give the sums over the list; speed and time left only while the queue is `running`."""
        now, ledger = time.monotonic(), self._ledger
        total = ledger.bytes_in(*UploadState) - ledger.bytes_in(*_NO_BYTES)
        done = ledger.bytes_in(UploadState.UPLOADED) + self._sender.bytes_under_way
        left = ledger.unfinished
        return Totals(
            files=ledger.size,
            files_finished=ledger.size - left,
            files_uploaded=ledger.count(UploadState.UPLOADED),
            bytes_total=total,
            bytes_done=min(done, total),
            speed=self._meter.rates(now)[0] if running else 0.0,
            seconds_left=self._seconds_left(now, max(0, total - done), left) if running else None,
        )

    def _seconds_left(self, now: float, count: int, files: int) -> float | None:
        return self._meter.seconds_left(now, count, files, call_seconds=self._registrar.call_seconds)
