"""The application object. Made by `app.py`; it hears of the end of the session (Linux, Windows).

Qt would close the windows then, and a window that asks something instead would hold up the log-off. An override, not
an event filter: a filter on the application sees every event of every widget.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """`quit_wanted`: the system ends the program. macOS, where people quit that way, has `application.py`."""

    quit_wanted = Signal()

    def event(self, event: QEvent) -> bool:
        """Take Quit; leave everything else alone."""
        if event.type() == QEvent.Type.Quit and sys.platform != "darwin":
            self.quit_wanted.emit()
            return True
        return super().event(event)


class QuitRequests(QObject):
    """`wanted`: somebody wants the program to end."""

    wanted = Signal()

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Quit events; leave everything else alone."""
        if event.type() != QEvent.Type.Quit or not isinstance(watched, QCoreApplication):
            return super().eventFilter(watched, event)
        event.ignore()
        self.wanted.emit()
        return True


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
