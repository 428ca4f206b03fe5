"""Collects what changed and tells the front ends about ten times a second, so that 10,000 files do not flood them."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import Progress, UploadsAdded, UploadsChanged, UploadsRemoved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.models import Upload, UploadSnapshot

FLUSH_SECONDS: Final = 0.1
STILL_SECONDS: Final = 1.0
"""Between two events while transfers run and nothing moves: a standstill is told, too."""
PAGE_ROWS: Final = 300
"""No more at once than a window can show between two mouse events."""
PAGE_SECONDS: Final = 0.02
"""The pause between two pages of one flush."""


class EventBuffer:
    """Events on their way out, in the order that makes sense to a reader: added, changed, progress, others.

    `when_written` calls what it is given once the journal has all that changed before: nothing is told before that.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        progress: Callable[[], Progress | None],
        when_written: Callable[[Callable[[], None]], None],
    ) -> None:
        self._emit = emit
        self._progress = progress
        self._when_written = when_written
        self._added: dict[str, Upload] = {}
        self._changed: dict[str, Upload] = {}
        self._others: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._pages_on_their_way = 0
        self._touched = False

    def added(self, uploads: Iterable[Upload]) -> None:
        """Emit new uploads, and before them rows just removed: they may be the same ones."""
        if any(isinstance(event, UploadsRemoved) for event in self._others):
            self.flush()
        self._added.update((upload.upload_id, upload) for upload in uploads)
        self.touch()

    def changed(self, upload: Upload) -> None:
        """Record that an upload has changed."""
        (self._added if upload.upload_id in self._added else self._changed)[upload.upload_id] = upload
        self.touch()

    def send(self, event: Event) -> None:
        """Emit another event, after the changes before it."""
        self._others.append(event)
        self.touch()

    def touch(self) -> None:
        """Emit what is new (progress too) within `FLUSH_SECONDS`."""
        self._tell_in(FLUSH_SECONDS)

    def flush(self) -> None:
        """Emit everything as it is now, at once where the journal has it."""
        self._tell_page()
        while self._added or self._changed or self._others:
            self._tell_page()

    def _tell_in(self, seconds: float) -> None:
        self._touched = True
        if self._pages_on_their_way:
            return
        loop = asyncio.get_running_loop()
        when = max(loop.time(), self._last + seconds)
        if self._timer is not None and self._timer.when() > when:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = loop.call_at(when, self._tell_page)

    def _tell_page(self) -> None:
        """Emit one page as soon as the journal has it; the next one follows a moment later."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._touched = False
        self._pages_on_their_way += 1
        self._when_written(partial(self._emit_page, self._take_page()))

    def _take_page(self) -> list[Event]:
        events: list[Event] = []
        if added := _page(self._added):
            events.append(UploadsAdded(added))
        if changed := _page(self._changed) if not self._added else ():
            events.append(UploadsChanged(changed))
        if self._added or self._changed:
            return events
        if (progress := self._progress()) is not None:
            events.append(progress)
        others, self._others = self._others, []
        return events + others

    def _emit_page(self, events: list[Event]) -> None:
        self._pages_on_their_way -= 1
        for event in events:
            self._emit(event)
        if self._added or self._changed:
            self._tell_in(PAGE_SECONDS)
        elif self._touched:
            self._tell_in(FLUSH_SECONDS)
        elif any(isinstance(event, Progress) and event.transfers for event in events):
            self._tell_in(STILL_SECONDS)


def _page(uploads: dict[str, Upload]) -> tuple[UploadSnapshot, ...]:
    """Take the first ones out, as they are now."""
    first = list(islice(uploads, PAGE_ROWS))
    return tuple(uploads.pop(upload_id).snapshot() for upload_id in first)
