"""Goes on with uploads that were begun before: in an earlier run, or with a file that is another one by now.

Used by `intake.py` and `reinspect.py`. A presigned URL is used again while it lives and fits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.codes import Code
from uploader_gui.engine.conversion.temp_files import is_whole
from uploader_gui.engine.intake.drop import facts
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from uploader_gui.engine.conversion.service import ConversionService
    from uploader_gui.engine.models import Source, Upload
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
