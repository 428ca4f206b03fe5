"""Waits for a window's first paint, so that the rest of the program loads after it; and warms up what paints rows.

Qt's own loop runs here: loading asyncio and qasync first would be a quarter of what is postponed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from uploader_gui.engine.models import Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.gui.upload_list.upload_filter import UploadFilter
from uploader_gui.gui.upload_list.upload_model import UploadModel
from uploader_gui.gui.upload_list.upload_view import UploadView

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.style.theme import Theme


PATIENCE_MS: Final = 500
"""The wait's limit: a window that opens minimized, or on another desktop, is not painted."""


class FirstPaint(QObject):
    """Watches one window. `seen` is whether it has been painted."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.seen = False
        self._loop = QEventLoop(self)
        self._window = window

    def wait(self) -> None:
        """Run Qt's event loop until the window is painted, 0.5 s at most."""
        self._window.installEventFilter(self)
        QTimer.singleShot(PATIENCE_MS, self._loop, self._loop.quit)
        self._loop.exec()
        self._window.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the wait once the paint event now being delivered is done."""
        del watched
        if event.type() == QEvent.Type.Paint:
            self.seen = True
            QTimer.singleShot(0, self._loop, self._loop.quit)
        return False


def warm_up(theme: Theme, size: QSize) -> None:
    """Paint a hidden list of this width with a row in each state, so that Start need not load what paints rows."""
    model = UploadModel()
    view = UploadView(model, UploadFilter(model, model), theme)
    model.setParent(view)
    nowhere = Path("warm-up.csv")
    source = Source(nowhere, nowhere, nowhere.name, "text/csv", 1, 0)
    states = (UploadSnapshot(UploadId(state), "1", source, 0, state) for state in UploadState)
    model.add(list(states))
    view.resize(size.width(), len(UploadState) * view.delegate.fonts.row_height)
    view.grab()
    view.deleteLater()
