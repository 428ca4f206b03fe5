"""Files the system hands over while the program runs: dropped on the Dock icon, or "Open with" (macOS).

There such files come as a QFileOpenEvent to the application, at start too; elsewhere they are arguments. Made by
`window_app/first_window.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication


class OpenedFiles(QObject):
    """`opened(list[Path])`: files that came together, told together (the system sends one event for each)."""

    opened = Signal(object)

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._came: list[Path] = []
        self._together = QTimer(self)
        self._together.setSingleShot(True)
        self._together.setInterval(0)
        self._together.timeout.connect(self._tell)
        application.installEventFilter(self)

    def _tell(self) -> None:
        came, self._came = self._came, []
        self.opened.emit(came)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take file-open events; leave everything else alone."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return super().eventFilter(watched, event)
        if event.url().isLocalFile():
            self._came.append(Path(event.url().toLocalFile()))
            self._together.start()
        return True
