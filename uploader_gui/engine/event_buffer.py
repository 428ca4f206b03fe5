"""Gathers what changed and tells the front ends about ten times a second, so that 10,000 files do not flood them.

`record` writes changes to the journal, then `emit` tells them, both on the engine's thread.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import UploadsAdded, UploadsChanged, UploadsRemoved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uploader_gui.engine.events import Event, Progress
    from uploader_gui.engine.models import Upload, UploadSnapshot

FLUSH_SECONDS: Final = 0.1
PAGE_ROWS: Final = 300
PAGE_SECONDS: Final = 0.02


class EventBuffer:
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
        """Tell of new uploads; of rows that have just left the list before that, for they may be the same ones."""
        if any(isinstance(event, UploadsRemoved) for event in self._rest):
            self.flush()
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
        """See to it that what is new is told soon."""
        self._tell_in(FLUSH_SECONDS)

    def flush(self) -> None:
        """Tell everything now."""
        self._tell_page()
        while self._waiting:
            self._tell_page()

    @property
    def _waiting(self) -> bool:
        return bool(self._added or self._changed or self._rest)

    def _tell_in(self, seconds: float) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + seconds), self._tell_page)

    def _tell_page(self) -> None:
        """Tell no more at once than a window can show between two looks at its mouse; the rest a moment later."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._record()  # first it is written down, then it is told
        if added := _page(self._added):
            self._emit(UploadsAdded(added))
        if changed := _page(self._changed) if not self._added else ():
            self._emit(UploadsChanged(changed))
        if self._added or self._changed:
            self._tell_in(PAGE_SECONDS)
            return
        if (progress := self._progress()) is not None:
            self._emit(progress)
        rest, self._rest = self._rest, []
        for event in rest:
            self._emit(event)


def _page(uploads: dict[str, Upload]) -> tuple[UploadSnapshot, ...]:
    """Take the first ones out, as they are now."""
    first = list(islice(uploads, PAGE_ROWS))
    return tuple(uploads.pop(upload_id).snapshot() for upload_id in first)
