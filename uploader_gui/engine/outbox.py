"""Gathers what changed and tells the front ends about ten times a second, so that 10,000 files do not flood them.

Filled by `ledger.py` and `queue.py`; `record` writes changes down, then `emit` tells them, on the engine's thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import UploadsAdded, UploadsChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uploader_gui.engine.events import Event, Progress
    from uploader_gui.engine.models import Upload

FLUSH_SECONDS: Final = 0.1


class Outbox:
    """Events on their way out, in the order that makes sense to a reader: added, changed, progress, the rest."""

    def __init__(
        self, emit: Callable[[Event], None], progress: Callable[[], Progress | None], record: Callable[[], None]
    ) -> None:
        self._emit = emit
        self._progress = progress
        self._record = record
        self._added: dict[str, Upload] = {}
        self._changed: dict[str, Upload] = {}
        self._rest: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0

    def added(self, uploads: Iterable[Upload]) -> None:
        """Tell of new uploads."""
        self._added.update((upload.upload_id, upload) for upload in uploads)
        self.touch()

    def changed(self, upload: Upload) -> None:
        """Tell that an upload is not what it was."""
        if upload.upload_id not in self._added:
            self._changed[upload.upload_id] = upload
        self.touch()

    def send(self, event: Event) -> None:
        """Tell something else, after the changes before it."""
        self._rest.append(event)
        self.touch()

    def touch(self) -> None:
        """See to it that a flush comes soon."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + FLUSH_SECONDS), self.flush)

    def flush(self) -> None:
        """Send everything now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._record()  # first it is written down, then it is told
        added, self._added = self._added, {}
        changed, self._changed = self._changed, {}
        rest, self._rest = self._rest, []
        if added:
            self._emit(UploadsAdded(tuple(upload.snapshot() for upload in added.values())))
        if changed:
            self._emit(UploadsChanged(tuple(upload.snapshot() for upload in changed.values())))
        if (progress := self._progress()) is not None:
            self._emit(progress)
        for event in rest:
            self._emit(event)
