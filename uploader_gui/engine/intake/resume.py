"""Goes on with uploads that were begun before: in an earlier run, or with a file that is another one by now.

Used by `intake.py` and `resume.py`. A presigned URL is used again while it lives and fits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from uploader_gui.engine.conversion.temp_files import is_whole
from uploader_gui.engine.conversion_choices import possible_treatments
from uploader_gui.engine.errors import Code, SourceError
from uploader_gui.engine.events import PathsAdded
from uploader_gui.engine.intake.scan import MAX_WALKERS
from uploader_gui.engine.models import Reason, Source, UploadState
from uploader_gui.engine.source import describe_only, inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uploader_gui.engine.concurrency import DaemonThreads
    from uploader_gui.engine.conversion.service import ConversionService
    from uploader_gui.engine.conversion_choices import AddOptions
    from uploader_gui.engine.event_buffer import EventBuffer
    from uploader_gui.engine.intake.scan import Refusal
    from uploader_gui.engine.models import Upload
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.upload_store import UploadStore


_NEEDS_FRESH_URL: Final = frozenset({Code.STORAGE_REFUSED, Code.URL_REFUSED, Code.URL_EXPIRED})


class Resume:
    """Brings an upload into the shape in which it can go on."""

    def __init__(self, store: UploadStore, clock: ServerClock, conversions: ConversionService) -> None:
        self._store = store
        self._clock = clock
        self._conversions = conversions

    def begin_anew(self, upload: Upload, source: Source) -> None:
        """Go on with a finished upload as its file is now; what was tried before does not count."""
        if upload.reason is not None and upload.reason.code in _NEEDS_FRESH_URL:
            upload.presigned = None
        self.adopt(upload, source)
        upload.tries = upload.registrations = upload.unknown_registrations = 0

    def adopt(self, upload: Upload, source: Source) -> Upload:
        """Go on with an upload as its file is now; a file that changed needs a new URL for its new size."""
        listed = self._store.get(upload.upload_id) is not None
        changed = facts(source) != facts(upload.source)
        if changed or not self._lives(upload):
            upload.presigned = None
        if changed and listed:
            self._store.resized(upload, source.size)
        if changed:
            self._conversions.forget(upload)
        if source.media_type is not None:
            upload.treatment = None  # it is accepted as it is now
        upload.source = source if listed else replace(source, name=upload.source.name)
        return upload if listed else self.after_restart(upload)

    def after_restart(self, upload: Upload) -> Upload:
        """Give an upload of the journal the state it goes on in: what was under way when the program ended."""
        if upload.state is UploadState.REGISTERING:
            upload.may_be_registered_twice = True
        upload.state = self.way_on(upload)
        upload.reason = None
        return upload

    def way_on(self, upload: Upload) -> UploadState:
        """Return the state from which an unfinished upload goes on; a URL that has expired is forgotten."""
        if not self._lives(upload):
            upload.presigned = None
        if upload.treatment is not None and not (upload.substitute and is_whole(upload.substitute.sent)):
            return UploadState.PREPARING
        return UploadState.QUEUED if upload.presigned is None else UploadState.REGISTERED

    def _lives(self, upload: Upload) -> bool:
        presigned = upload.presigned
        return presigned is not None and (presigned.expires_at is None or presigned.expires_at > self._clock.now())


Known = dict[tuple[str, int], dict[str, float]]
"""By name and size in bytes: each SHA-256, and when it was uploaded (seconds since 1970)."""


class Drop:
    """What becomes of one drop, and what is wanted for it."""

    def __init__(self, anomaly_id: str, known: Known, wishes: AddOptions) -> None:
        self.anomaly_id = anomaly_id
        self.wishes = wishes
        self.known = known
        self.queued = self.refused = self.already_in_queue = self.resumed = 0
        self.junk: set[str] = set()

    def summary(self, others_unfinished: int) -> PathsAdded:
        """Say it in figures."""
        return PathsAdded(
            anomaly_id=self.anomaly_id,
            queued=self.queued,
            refused=self.refused,
            junk=len(self.junk),
            already_in_queue=self.already_in_queue,
            resumed=self.resumed,
            others_unfinished=others_unfinished,
        )


def may_be_known(upload: Upload, known: Known) -> bool:
    """Same name and size as something uploaded to this anomaly before; what the service knows is not asked."""
    fresh = not (upload.url_given_out or upload.may_be_registered_twice or upload.wanted_again)
    refused = upload.state.finished and not possible_treatments(upload.reason, upload.source)
    return fresh and not refused and (upload.source.name, upload.source.size) in known


def usable(found: Source | Refusal) -> Source | None:
    """Give a file that is there and can be sent, as it is or made acceptable."""
    if isinstance(found, Source):
        return found
    return found.source if possible_treatments(Reason.of(found.error), found.source) else None


def can_go_on(upload: Upload, found: Source | Refusal) -> bool:
    """Tell whether an unfinished upload is taken up: as what it was, or with the treatment chosen for it."""
    return isinstance(found, Source) or (upload.treatment is not None and usable(found) is not None)


def facts(source: Source) -> tuple[int, int, str | None]:
    """Give what tells a file from another one put in its place."""
    return source.size, source.mtime_ns, source.media_type


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
        if treatment is not None and treatment in possible_treatments(reason, source):
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
