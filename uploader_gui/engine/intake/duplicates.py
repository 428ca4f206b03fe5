"""Leaves out what was uploaded before: same name and size as something the journal knows is hashed, then decided.

Used by `intake.py`. What is surely new is handed on at once, and nobody waits for the rest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.codes import Code
from uploader_gui.engine.errors import SourceError
from uploader_gui.engine.intake.drop import facts, may_be_known
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.source import hash_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.conversion.service import ConversionService
    from uploader_gui.engine.intake.drop import Known
    from uploader_gui.engine.models import Source, Upload
    from uploader_gui.engine.tasks import Spawn
    from uploader_gui.engine.threads import DaemonThreads
    from uploader_gui.engine.upload_store import UploadStore

_MAY_BE_SKIPPED: Final = frozenset({UploadState.QUEUED, UploadState.PREPARING, UploadState.REFUSED})


class DuplicateCheck:
    """The last gate of the intake. `ready` takes what can be registered or sent, `conversions` what cannot yet."""

    def __init__(
        self,
        *,
        store: UploadStore,
        threads: DaemonThreads,
        conversions: ConversionService,
        spawn: Spawn,
        ready: Callable[[list[Upload]], None],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._threads = threads
        self._conversions = conversions
        self._spawn = spawn
        self._ready = ready
        self._wake = wake
        self._running = 0

    @property
    def busy(self) -> bool:
        """True while files are hashed."""
        return self._running > 0

    def let_in(self, uploads: list[Upload], known: Known) -> None:
        """Hand on what is surely new; the rest is compared with what was uploaded before (also after a crash)."""
        suspects = [upload for upload in uploads if may_be_known(upload, known)]
        self._go_on([upload for upload in uploads if not may_be_known(upload, known)])
        if suspects:
            self._running += 1
            self._spawn(self._compare_all(suspects, known), suspects)

    async def _compare_all(self, suspects: list[Upload], known: Known) -> None:
        try:
            for upload in suspects:
                await self._compare(upload, known)
        finally:
            self._running -= 1
            self._wake()

    async def _compare(self, upload: Upload, known: Known) -> None:
        source = upload.source
        sha256 = await self._hash(source)
        if upload.state not in _MAY_BE_SKIPPED or facts(upload.source) != facts(source):
            return  # cancelled meanwhile, or another file by now, which its second look has handed on
        upload.sent_before = known[source.name, source.size].get(sha256 or "")
        if upload.sent_before is not None:
            upload.sha256 = sha256
            self._store.move(upload, UploadState.SKIPPED, Reason(Code.ALREADY_UPLOADED))
        else:
            self._go_on([upload])

    async def _hash(self, source: Source) -> str | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, hash_whole, source)
        except SourceError:
            return None  # the transfer will say what is wrong with it

    def _go_on(self, uploads: list[Upload]) -> None:
        """Hand on what is to be prepared first, and what can be registered or sent."""
        self._conversions.begin(upload for upload in uploads if upload.state is UploadState.PREPARING)
        self._ready([upload for upload in uploads if upload.state in {UploadState.QUEUED, UploadState.REGISTERED}])
