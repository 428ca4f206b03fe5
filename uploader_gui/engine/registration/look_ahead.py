"""How much may be registered ahead, and by how many calls at once. Owned by `registrar.py`.

`batches.py` has the uploads that wait and the rules; here is what the service was like so far.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from uploader_gui.engine.models import UploadState
from uploader_gui.engine.registration.batches import MAX_CALLS, Pace, bytes_ahead, files_ahead, files_lasting

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.models import Upload
    from uploader_gui.engine.registration.batches import Batcher
    from uploader_gui.engine.transfer.slots import Slots
    from uploader_gui.engine.upload_store import UploadStore


class LookAhead:
    """The reserve of registered uploads.

    Attributes:
        calls: how many registrations are on their way (or wait to be repeated).
        call_seconds: what the last call took, 0.0 before the first.
    """

    def __init__(
        self, *, batcher: Batcher, store: UploadStore, slots: Slots, rates: Callable[[], tuple[float, float]]
    ) -> None:
        self._batcher = batcher
        self._store = store
        self._slots = slots
        self._rates = rates
        self._max_calls = MAX_CALLS
        self._not_before = 0.0
        self._url_life = 0.0
        self.calls = 0
        self.call_seconds = 0.0

    def may_call(self, *, offline: bool) -> bool:
        """Tell whether there may be one more call; while offline, one at a time looks whether the service is back."""
        return time.monotonic() >= self._not_before and self.calls < (1 if offline else self._max_calls)

    def next_batch(self, *, whole: bool) -> list[Upload]:
        """Take out what is to be registered now, if anything. `whole`: more files are still being found."""
        bytes_rate, files_rate = self._rates()
        pace = Pace(files_rate, bytes_rate, self.call_seconds, self._url_life)
        ahead = self._store.count(UploadState.REGISTERING, UploadState.REGISTERED)
        size = self._store.bytes_in(UploadState.REGISTERING, UploadState.REGISTERED)
        return self._batcher.next_batch(
            files=files_ahead(pace) - ahead,
            size=bytes_ahead(pace) - size,
            at_least=max(0, self._slots.free - ahead),
            lasting=files_lasting(pace) - ahead,
            # A small batch need not overtake the full one before it, while that one keeps every slot busy.
            whole=whole or (self.calls > 0 and self._slots.free <= ahead),
        )

    def answered(self, seconds: float) -> None:
        """A call was answered in so many seconds: one more at once may be tried."""
        self.call_seconds = seconds
        self._max_calls = min(MAX_CALLS, self._max_calls + 1)

    def note_life(self, seconds: float | None) -> None:
        """A presigned URL lives so long, where that is known."""
        self._url_life = seconds or self._url_life

    def slow_down(self, seconds: float) -> None:
        """The service was asked too much: half the calls, and none for so many seconds."""
        self._max_calls = max(1, self.calls // 2)
        self._not_before = max(self._not_before, time.monotonic() + seconds)
