"""Which queued uploads are registered next, at most 20 in one call, just in time.

Registered too early, a presigned URL expires before its turn; too late, a slot stands idle. `LookAhead` decides how
much is registered ahead of the transfers, `Batcher` which uploads those are.
"""

from __future__ import annotations

import math
import time
from itertools import chain
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.models import Upload, UploadId

MAX_BATCH: Final = 20
"""The service's page: "Maximum array length: 20"."""
MAX_AHEAD: Final = 200
MAX_CALLS: Final = 8
_SPARE_TRIES: Final = 2
"""How many of a file's three registrations of unknown outcome (`RetryPolicy`) probes may use up."""
_MOST_PROBES: Final = 5
"""Before a probe asks for one file more often than this, another file is marked "may be registered twice"."""
_ASSUMED_RATE: Final = 5_000_000.0
"""Bytes per second, before any were measured: only very large files make a first batch smaller by it."""
_ASSUMED_LIFE: Final = 900.0
"""Seconds that a presigned URL lives, before one was seen."""


def files_ahead(files_rate: float, registration_seconds: float) -> int:
    """Return how many files may be registered (or being registered) ahead of the running transfers.

    Enough for about twice as long as a registration takes, at least one batch; the next batch comes on top.

    Args:
        files_rate: files sent per second, 0.0 where that is not known yet.
        registration_seconds: how long the last registration took.
    """
    if files_rate <= 0:
        return 2 * MAX_BATCH
    return min(MAX_AHEAD, max(MAX_BATCH, math.ceil(2 * registration_seconds * files_rate)) + MAX_BATCH)


def bytes_ahead(bytes_rate: float, url_life: float) -> float:
    """Return how many bytes may be registered ahead: what can be sent in a quarter of a URL's life, in seconds."""
    return (bytes_rate or _ASSUMED_RATE) * (url_life or _ASSUMED_LIFE) / 4


def files_lasting(files_rate: float, url_life: float) -> float:
    """Return how many files can begin in a quarter of a URL's life: small ones may wait longer than URLs live."""
    return files_rate * url_life / 4 if files_rate > 0 and url_life > 0 else math.inf


def _cost_as_probe(upload: Upload) -> tuple[int, int]:
    """Return what a probe with this file costs should its answer be lost again; the cheapest file is chosen.

    A file already marked "may be registered twice" loses nothing more. Its last try is kept for when the service
    answers, as long as another marked file has tries left; after that it is used before a further file is marked.
    """
    unknown = upload.unknown_registrations
    if not upload.may_be_registered_twice:
        return 2, 0
    return (0 if unknown < _SPARE_TRIES else 1 if unknown < _MOST_PROBES else 3), unknown


class Batcher:
    """The uploads that wait to be registered, by anomaly, in order; those that were put back come first.

    `only` names those that may go while the others wait for Start, None lets all go.
    """

    def __init__(self) -> None:
        self.only: set[UploadId] | None = None
        self._waiting: dict[str, dict[UploadId, Upload]] = {}
        self._returned: dict[str, dict[UploadId, Upload]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._queues()))

    def add(self, uploads: Iterable[Upload]) -> None:
        """Queue uploads behind the others; one that is queued already moves to its new place."""
        for upload in uploads:
            self.discard(upload)
            self._waiting.setdefault(upload.anomaly_id, {})[upload.upload_id] = upload

    def put_back(self, uploads: Iterable[Upload]) -> None:
        """Queue uploads before the others: they have waited already."""
        for upload in uploads:
            self.discard(upload)  # cancelled and wanted again while they waited
            self._returned.setdefault(upload.anomaly_id, {})[upload.upload_id] = upload

    def discard(self, upload: Upload) -> None:
        """Take an upload out, if it is queued."""
        for queues in (self._waiting, self._returned):
            queues.get(upload.anomaly_id, {}).pop(upload.upload_id, None)

    def may_go(self, upload: Upload) -> bool:
        """Return whether an upload need not wait for Start."""
        return self.only is None or upload.upload_id in self.only

    def next_batch(
        self, *, files: int, size: float, at_least: int, whole: bool, lasting: float = math.inf
    ) -> list[Upload]:
        """Take the next batch out, empty where none should go now.

        Args:
            files: how many more files may be registered ahead.
            size: how many more bytes may be registered ahead.
            at_least: how many files may go whatever their size (slots that stand idle).
            lasting: how many more files would begin while their URLs are still alive.
            whole: more files are still being found, so wait until a batch is full.
        """
        for anomaly_id in list(chain(self._returned, self._waiting)):
            batch, full = self._peek(anomaly_id, size, at_least, lasting)
            if batch and len(batch) <= files and (full or not whole):
                for upload in batch:
                    self.discard(upload)
                self._forget_empty(anomaly_id)
                return batch
        return []

    def next_probe(self) -> list[Upload]:
        """Take out the one upload that probes whether the service works again; empty where none waits."""
        waiting = list(filter(self.may_go, chain.from_iterable(queue.values() for queue in self._queues())))
        if not waiting:
            return []
        chosen = min(waiting, key=_cost_as_probe)
        self.discard(chosen)
        self._forget_empty(chosen.anomaly_id)
        return [chosen]

    def _queues(self) -> Iterable[dict[UploadId, Upload]]:
        return chain(self._returned.values(), self._waiting.values())

    def _peek(self, anomaly_id: str, size: float, at_least: int, lasting: float) -> tuple[list[Upload], bool]:
        """Return what the next batch for an anomaly would be, and whether no more would fit into it.

        A file whose outcome is unknown goes alone: should it be the one the service fails over, it holds up no other.
        """
        batch: list[Upload] = []
        queues = (self._returned.get(anomaly_id, {}), self._waiting.get(anomaly_id, {}))
        for upload in filter(self.may_go, chain.from_iterable(queue.values() for queue in queues)):
            if upload.outcome_unknown:
                if not batch:
                    return [upload], True
                continue
            size -= upload.sent.size
            too_much = size < 0 or len(batch) + 1 > lasting
            if len(batch) == MAX_BATCH or (too_much and len(batch) >= at_least):
                return batch, True
            batch.append(upload)
        return batch, len(batch) == MAX_BATCH

    def _forget_empty(self, anomaly_id: str) -> None:
        for queues in (self._waiting, self._returned):
            if not queues.get(anomaly_id, True):
                del queues[anomaly_id]


class LookAhead:
    """How much is registered ahead of the transfers, and how many calls run at once.

    Attributes:
        calls: how many registrations are on their way (or wait to be repeated).
        call_seconds: how long the last call took, 0.0 before the first.
    """

    def __init__(self, context: EngineContext) -> None:
        self._batcher = context.batcher
        self._store = context.store
        self._slots = context.slots
        self._meter = context.meter
        self._max_calls = MAX_CALLS
        self._not_before = 0.0
        self._url_life = 0.0
        self.calls = 0
        self.call_seconds = 0.0

    def may_call(self, *, offline: bool) -> bool:
        """Return whether there may be one more call; while offline, one at a time tries whether the service is back."""
        return time.monotonic() >= self._not_before and self.calls < (1 if offline else self._max_calls)

    def next_batch(self, *, whole: bool) -> list[Upload]:
        """Take out what is to be registered now, if anything. `whole`: more files are still being found."""
        bytes_rate, files_rate = self._meter.rates(time.monotonic())
        ahead = self._store.count(UploadState.REGISTERING, UploadState.REGISTERED)
        size = self._store.bytes_in(UploadState.REGISTERING, UploadState.REGISTERED)
        return self._batcher.next_batch(
            files=files_ahead(files_rate, self.call_seconds) - ahead,
            size=bytes_ahead(bytes_rate, self._url_life) - size,
            at_least=max(0, self._slots.free - ahead),
            lasting=files_lasting(files_rate, self._url_life) - ahead,
            # A small batch need not overtake the full one before it, while that one keeps every slot busy.
            whole=whole or (self.calls > 0 and self._slots.free <= ahead),
        )

    def answered(self, seconds: float) -> None:
        """Record how long an answered call took; one more at once may be tried."""
        self.call_seconds = seconds
        self._max_calls = min(MAX_CALLS, self._max_calls + 1)

    def note_lifetime(self, seconds: float | None) -> None:
        """Record how long a presigned URL lives, where that is known."""
        self._url_life = seconds or self._url_life

    def slow_down(self, seconds: float) -> None:
        """Halve the number of calls, and make none for `seconds`: the service was asked too much."""
        self._max_calls = max(1, self.calls // 2)
        self._not_before = max(self._not_before, time.monotonic() + seconds)
