"""The application object, and the events that the desktop sends to it: the end of the session, Quit, files to open."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Emits `quit_wanted` at the end of the session on Linux and Windows; see `QuitRequests` for macOS.

    Qt would close the windows, and one that asks a question would hold up the log-off. An override of `event`, not an
    event filter, which would see every event of every widget.
    """

    quit_wanted = Signal()

    def event(self, event: QEvent) -> bool:
        """Handle Quit, and leave every other event to Qt."""
        if event.type() == QEvent.Type.Quit and sys.platform != "darwin":
            self.quit_wanted.emit()
            return True
        return super().event(event)


class QuitRequests(QObject):
    """Emits `wanted` for each Quit on macOS: from the menu, the Dock, or the end of the session."""

    wanted = Signal()

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle Quit, and leave every other event to Qt."""
        if event.type() != QEvent.Type.Quit or not isinstance(watched, QCoreApplication):
            return super().eventFilter(watched, event)
        event.ignore()
        self.wanted.emit()
        return True


class OpenedFiles(QObject):
    """Emits `opened(list[Path])` once for files opened together; macOS sends one event for each of them."""

    opened = Signal(object)

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._paths: list[Path] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._emit)
        application.installEventFilter(self)

    def _emit(self) -> None:
        paths, self._paths = self._paths, []
        self.opened.emit(paths)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Collect file-open events, and leave every other event to Qt."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return super().eventFilter(watched, event)
        if event.url().isLocalFile():
            self._paths.append(Path(event.url().toLocalFile()))
            self._timer.start()
        return True
