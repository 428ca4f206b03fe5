"""Goes on with uploads that were begun before: in an earlier run (`Resume`), or after another look (`Reinspection`).

A presigned URL is used again while it is alive and fits the file.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Code, NotFetched, SourceError, SourceMissing, Variant
from uploader_gui.engine.intake.scan import MAX_SCANS
from uploader_gui.engine.models import Reason, Source, UploadState
from uploader_gui.engine.options import possible_treatments
from uploader_gui.engine.own_files import is_whole
from uploader_gui.engine.source import describe_only, inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.conversion import ConversionService
    from uploader_gui.engine.models import Upload

log = logging.getLogger(__name__)

_NEEDS_FRESH_URL: Final = frozenset({Code.STORAGE_REFUSED, Code.URL_REFUSED, Code.URL_EXPIRED})


class Resume:
    """Brings an upload into the shape in which it can go on."""

    def __init__(self, context: EngineContext) -> None:
        self._store = context.store
        self._clock = context.server.clock

    def send_after_all(self, upload: Upload, source: Source) -> None:
        """Go on with a finished upload as its file is now; what was tried before does not count."""
        if upload.reason is not None and upload.reason.code in _NEEDS_FRESH_URL:
            self._store.forget_url(upload)
        self.adopt(upload, source)
        self._store.reset_limits(upload)

    def adopt(self, upload: Upload, source: Source) -> Upload:
        """Go on with an upload as its file is now."""
        listed = self._store.get(upload.upload_id) is not None
        self._forget_dead_url(upload)
        self._store.replace_source(upload, source)
        return upload if listed else self.after_restart(upload)

    def after_restart(self, upload: Upload) -> Upload:
        """Put an upload of the journal into the state it goes on in, whatever was under way when the program ended."""
        self._store.restart(upload, self.next_state(upload))
        return upload

    def next_state(self, upload: Upload) -> UploadState:
        """Return the state from which an unfinished upload goes on; a URL that has expired is forgotten."""
        self._forget_dead_url(upload)
        if upload.state is UploadState.FETCHING:
            return UploadState.FETCHING
        if upload.treatment is not None and not (upload.substitute and is_whole(upload.substitute.sent)):
            return UploadState.PREPARING
        return UploadState.QUEUED if upload.presigned is None else UploadState.REGISTERED

    def is_gone(self, upload: Upload) -> bool:
        """Return whether a file that another program gave is not there: only that program could give it again."""
        return upload.origin is not None and not upload.source.path.is_file()

    def _forget_dead_url(self, upload: Upload) -> None:
        presigned = upload.presigned
        left = None if presigned is None else self._clock.seconds_left(presigned)
        if left is not None and left <= 0:
            self._store.forget_url(upload)


class Reinspection:
    """Looks at the files of finished uploads once more, in threads, and hands on those that can be sent now."""

    def __init__(self, context: EngineContext, conversions: ConversionService, resume: Resume) -> None:
        self._store = context.store
        self._threads = context.resources.threads
        self._conversions = conversions
        self._resume = resume

    async def look_at(self, uploads: Iterable[Upload], hand_on: Callable[[Sequence[Upload]], None]) -> None:
        """Look at several at once: on a slow share each look takes its time, and one may never return."""
        left = deque(uploads)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(MAX_SCANS, len(left))):
                group.create_task(self._look_at_those(left, hand_on))

    async def _look_at_those(self, left: deque[Upload], hand_on: Callable[[Sequence[Upload]], None]) -> None:
        while left:
            upload = left.popleft()
            try:
                await self._look_at(upload)
                if not upload.state.finished:
                    hand_on([upload])
            except Exception:
                log.exception("upload %.8s: internal error", upload.upload_id)
                self._store.explain(upload, Reason(Code.INTERNAL_ERROR))

    async def _look_at(self, upload: Upload) -> None:
        try:
            source = await self._threads.run(inspect, upload.source.path, upload.source.resolved)
        except SourceError as error:
            if isinstance(error, SourceMissing) and upload.origin is not None:
                error = NotFetched(variant=Variant.KEPT_NO_LONGER if upload.source.mtime_ns else None)
            source = await self._threads.run(describe_only, upload.source.path, upload.source.resolved)
            self._not_as_it_is(upload, source, Reason.of(error))
            return
        if self._may_go_on(upload):
            self._resume.send_after_all(upload, source)
            alive = upload.presigned is not None and upload.state is not UploadState.REFUSED
            self._store.move(upload, UploadState.REGISTERED if alive else UploadState.QUEUED)

    def _not_as_it_is(self, upload: Upload, source: Source, reason: Reason) -> None:
        """Convert a file of a refused type the way that was chosen; otherwise the row says why it cannot be sent."""
        treatment = upload.treatment or self._conversions.choices_for(upload).treatment_for(reason, source)
        if not self._may_go_on(upload):
            return
        if treatment is not None and treatment in possible_treatments(reason, source):
            self._resume.send_after_all(upload, source)
            self._store.set_treatment(upload, treatment)
            self._store.move(upload, UploadState.PREPARING)
        elif upload.state is UploadState.SKIPPED:
            self._store.move(upload, UploadState.REFUSED, reason)
        else:
            self._store.explain(upload, reason)

    def _may_go_on(self, upload: Upload) -> bool:
        """Return whether it still is on the list, and still waits for a person."""
        waits = upload.state.finished and upload.state is not UploadState.UPLOADED
        return waits and self._store.get(upload.upload_id) is upload
