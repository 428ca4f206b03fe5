"""Makes what is sent in place of files the service refuses: a JPEG or a ZIP, few at once, each in a thread.

Made in `parts.py`; `intake.py` hands over what is to be prepared. Whatever happens to one file, the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.conversion.temp_files import Heartbeat
from uploader_gui.engine.conversion.to_jpeg import into_jpeg
from uploader_gui.engine.conversion.to_zip import into_zip
from uploader_gui.engine.conversion_choices import Choices, substitute_name
from uploader_gui.engine.errors import CannotConvert, Code, SourceError, SourceRefused
from uploader_gui.engine.models import Reason, Source, Substitute, Treatment, UploadState, mtime_of
from uploader_gui.engine.source import wire_name
from uploader_gui.engine.transfer.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from uploader_gui.engine.concurrency import DaemonThreads, Spawn
    from uploader_gui.engine.conversion.temp_files import TempFiles
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.engine.upload_store import UploadStore

log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Each may take hundreds of megabytes and a core."""
LEND_AFTER: Final = 2.0
"""A source that gives nothing for so many seconds: others are prepared meanwhile."""
_MEDIA_TYPES: Final = {Treatment.CONVERT: "image/jpeg", Treatment.ZIP: "application/zip"}


class ConversionService:
    """Everything that is being prepared. `choices`: what is done without asking."""

    def __init__(
        self,
        *,
        substitutes: TempFiles,
        decoder: PictureDecoder,
        store: UploadStore,
        threads: DaemonThreads,
        choices: Choices,
        spawn: Spawn,
        ready: Callable[[list[Upload]], None],
        wake: Callable[[], None],
    ) -> None:
        self._substitutes = substitutes
        self._decoder = decoder
        self._store = store
        self._threads = threads
        self._spawn = spawn
        self._ready = ready
        self._wake = wake
        self._slots = Slots(AT_ONCE)
        self._tasks: dict[UploadId, asyncio.Task[None]] = {}
        self._chosen: dict[UploadId, Choices] = {}
        self.choices = choices

    def choose(self, upload: Upload, choices: Choices) -> None:
        """Do this with one upload, without asking; `choices` for all hold where these would ask."""
        if choices != Choices():
            self._chosen[upload.upload_id] = choices

    def choices_for(self, upload: Upload) -> Choices:
        """Give what is done with an upload without asking."""
        return self._chosen.get(upload.upload_id, self.choices).over(self.choices)

    def begin(self, uploads: Iterable[Upload]) -> None:
        """Make the substitutes of uploads whose treatment is chosen and whose state says so."""
        for upload in uploads:
            if upload.upload_id not in self._tasks:
                self._tasks[upload.upload_id] = self._spawn(self._run(upload), [upload])

    def stop(self, upload: Upload) -> None:
        """Give up on one; its state is the caller's business."""
        if task := self._tasks.pop(upload.upload_id, None):
            task.cancel()

    def forget(self, upload: Upload) -> None:
        """Throw away what was made for one: its file is another one now."""
        if upload.substitute is not None:
            self._substitutes.discard(upload.substitute.sent.path)
            upload.substitute = None

    async def _run(self, upload: Upload) -> None:
        try:
            async with self._slots.slot():
                await self._prepare(upload)
        finally:
            if self._tasks.get(upload.upload_id) is asyncio.current_task():
                del self._tasks[upload.upload_id]
            self._wake()

    async def _prepare(self, upload: Upload) -> None:
        try:
            substitute = await self._made(upload)
        except CannotConvert as error:
            await self._otherwise(upload, error)
        except SourceError as error:
            self._failed(upload, error)
        except Exception:
            log.exception("upload %.8s: internal error", upload.upload_id)
            self._store.move(upload, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))
        else:
            self._prepared(upload, substitute)

    async def _otherwise(self, upload: Upload, error: CannotConvert) -> None:
        """What one JPEG cannot hold goes inside a ZIP, where that was chosen too."""
        other = self.choices_for(upload).of(Reason.of(error), upload.source)
        if other is None or other is upload.treatment:
            self._failed(upload, error)
            return
        upload.treatment = other
        await self._prepare(upload)

    def _failed(self, upload: Upload, error: SourceError) -> None:
        log.info("upload %.8s: not prepared: %s %s", upload.upload_id, error.code, error.detail)
        refused = isinstance(error, SourceRefused)
        if refused:
            upload.treatment = None
        self._store.move(upload, UploadState.REFUSED if refused else UploadState.FAILED, Reason.of(error))

    def _prepared(self, upload: Upload, substitute: Substitute) -> None:
        """A presigned PUT from before stays good for what is as large as what it was given out for."""
        if upload.substitute is None or upload.substitute.sent.size != substitute.sent.size:
            upload.presigned = None
        self._store.resized(upload, substitute.sent.size)
        upload.substitute = substitute
        self._store.move(upload, UploadState.REGISTERED if upload.presigned else UploadState.QUEUED)
        self._ready([upload])

    async def _made(self, upload: Upload) -> Substitute:
        assert upload.treatment is not None
        heartbeat, made = Heartbeat(), list[Substitute]()
        target = self._substitutes.place(substitute_name(upload.source, upload.treatment)[-4:])
        make = partial(self._make, upload.source, upload.treatment, target, heartbeat=heartbeat, made=made)
        future = asyncio.get_running_loop().run_in_executor(self._threads, make)
        try:
            await self._wait(future, heartbeat)
        except BaseException:
            heartbeat.stopped = True
            future.cancel()
            for substitute in made:
                self._substitutes.discard(substitute.sent.path)
            raise
        self._substitutes.made(target)
        return future.result()

    async def _wait(self, future: asyncio.Future[Substitute], heartbeat: Heartbeat) -> None:
        """A sleeping share lends its place to others, once."""
        while not future.done():
            beats = heartbeat.beats
            await asyncio.wait({future}, timeout=LEND_AFTER)
            if heartbeat.reading and heartbeat.beats == beats and not future.done():
                async with self._slots.lent():
                    await asyncio.wait({future})

    # In a thread

    def _make(
        self, source: Source, treatment: Treatment, target: Path, *, heartbeat: Heartbeat, made: list[Substitute]
    ) -> Substitute:
        """Make it whole or not at all; `made` holds it before anybody can miss it."""
        name = substitute_name(source, treatment)
        self._substitutes.create(target)
        try:
            sha256, without_metadata = self._filled(source, treatment, target, heartbeat)
            substitute = Substitute(_described(target, name, _MEDIA_TYPES[treatment]), sha256, without_metadata)
            made.append(substitute)
            heartbeat.beat()
        except BaseException:
            self._substitutes.discard(target)
            raise
        return substitute

    def _filled(self, source: Source, treatment: Treatment, target: Path, heartbeat: Heartbeat) -> tuple[str, bool]:
        if treatment is Treatment.ZIP:
            return into_zip(source, target, heartbeat), False
        return into_jpeg(source, target, heartbeat, self._decoder)


def _described(target: Path, name: str, media_type: str) -> Source:
    facts = target.stat()
    sent_name, shortened = wire_name(name)
    return Source(target, target, sent_name, media_type, facts.st_size, mtime_of(facts), shortened)
