"""Another look at the files of finished uploads: those that can be sent now are queued. Used by `intake.py`."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from uploader_gui.engine.codes import Code
from uploader_gui.engine.conversion_choices import possible
from uploader_gui.engine.errors import SourceError
from uploader_gui.engine.intake.scan import MAX_WALKERS
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.source import describe_only, inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uploader_gui.engine.conversion.service import ConversionService
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.intake.resume import Resume
    from uploader_gui.engine.models import Source, Upload
    from uploader_gui.engine.threads import DaemonThreads
    from uploader_gui.engine.upload_store import UploadStore

T = TypeVar("T")

log = logging.getLogger(__name__)


class Reinspection:
    """Looks at files in threads. `ready` takes what can be registered or sent, `conversions` what cannot yet."""

    def __init__(
        self,
        *,
        store: UploadStore,
        events_out: EventBuffer,
        threads: DaemonThreads,
        conversions: ConversionService,
        taking_up: Resume,
        ready: Callable[[list[Upload]], None],
    ) -> None:
        self._store = store
        self._events = events_out
        self._threads = threads
        self._conversions = conversions
        self._taking_up = taking_up
        self._ready = ready

    async def look_at(self, uploads: Iterable[Upload]) -> None:
        """Look at several at once: on a slow share each look takes its time, and one may not come back at all."""
        left = deque(uploads)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(MAX_WALKERS, len(left))):
                group.create_task(self._look_at_those(left))

    async def _look_at_those(self, left: deque[Upload]) -> None:
        while left:
            upload = left.popleft()
            try:
                await self._look_at(upload)
            except Exception:
                log.exception("upload %.8s: internal error", upload.upload_id)
                upload.reason = Reason(Code.INTERNAL_ERROR)
                self._store.note(upload)

    async def _look_at(self, upload: Upload) -> None:
        try:
            source = await self._in_thread(inspect, upload.source.path, upload.source.resolved)
        except SourceError as error:
            source = await self._in_thread(describe_only, upload.source.path, upload.source.resolved)
            self._not_as_it_is(upload, source, Reason.of(error))
            return
        if upload.state.finished and upload.state is not UploadState.UPLOADED:
            self._taking_up.begin_anew(upload, source)
            alive = upload.presigned is not None and upload.state is not UploadState.REFUSED
            self._store.move(upload, UploadState.REGISTERED if alive else UploadState.QUEUED)
            self._ready([upload])

    def _not_as_it_is(self, upload: Upload, source: Source, reason: Reason) -> None:
        """What was chosen for it is done (again); otherwise the row says why it cannot go."""
        treatment = upload.treatment or self._conversions.choices_for(upload).of(reason, source)
        if not upload.state.finished or upload.state is UploadState.UPLOADED:
            return
        if treatment is not None and treatment in possible(reason, source):
            self._taking_up.begin_anew(upload, source)
            upload.treatment = treatment
            self._store.move(upload, UploadState.PREPARING)
            self._conversions.begin([upload])
        elif upload.state is UploadState.SKIPPED:
            self._store.move(upload, UploadState.REFUSED, reason)
        else:
            upload.reason = reason
            self._events.changed(upload)

    async def _in_thread(self, call: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)
