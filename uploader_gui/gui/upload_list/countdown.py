"""The rows that count down to their next attempt; a timer runs only while there are any. Used by `upload_model.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from uploader_gui.gui.upload_list.row_text import is_counting

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from uploader_gui.engine.models import UploadId, UploadSnapshot

_STEP_MS: Final = 1000


class Countdown(QTimer):
    """Has each such row shown anew once a second, by `show`. `clock` is monotonic, in seconds, as `retry_at` is."""

    def __init__(self, parent: QObject, clock: Callable[[], float], show: Callable[[UploadId], None]) -> None:
        super().__init__(parent)
        self.setInterval(_STEP_MS)
        self._clock = clock
        self._show = show
        self._until: dict[UploadId, float] = {}
        self.timeout.connect(self._step)

    def follow(self, uploads: Iterable[UploadSnapshot]) -> None:
        """Take newer snapshots."""
        for upload in uploads:
            if upload.retry_at is not None and is_counting(upload):
                self._until[upload.upload_id] = upload.retry_at
            else:
                self._until.pop(upload.upload_id, None)
        self._run()

    def keep(self, upload_ids: Container[UploadId]) -> None:
        """Forget all other rows."""
        self._until = {one: until for one, until in self._until.items() if one in upload_ids}
        self._run()

    def _run(self) -> None:
        if not self._until:
            self.stop()
        elif not self.isActive():
            self.start()

    def _step(self) -> None:
        """Show one second less; a row whose time has come needs no further look."""
        now = self._clock()
        for one, until in tuple(self._until.items()):
            self._show(one)
            if until <= now:
                del self._until[one]
        self._run()
