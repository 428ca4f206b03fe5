"""The application object, and the events that the desktop sends to it: the end of the session, Quit, files to open."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, QLoggingCategory, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from uploader_gui.platform.session_bus import has_session_bus

if TYPE_CHECKING:
    from collections.abc import Iterator

_THEME: Final = "QT_QPA_PLATFORMTHEME"
_PORTAL: Final = "dbus-1/services/org.freedesktop.portal.Desktop.service"
_DATA_FOLDERS: Final = "/usr/local/share:/usr/share"
"""The default of XDG_DATA_DIRS (XDG Base Directory Specification)."""


@contextmanager
def portal_as_theme() -> Iterator[None]:
    """Let an application made meanwhile use the desktop's own file dialogs, and its dark or light, through its portal.

    On Linux Qt knows them of GNOME alone, and has dialogs of its own elsewhere. A theme that the person chose stays,
    and programs started later do not inherit ours.
    """
    if not _has_portal() or _THEME in os.environ:
        yield
        return
    os.environ[_THEME] = "xdgdesktopportal"
    QLoggingCategory.setFilterRules("qt.qpa.services.warning=false")  # a program that is not installed has no portal ID
    try:
        yield
    finally:
        del os.environ[_THEME]


def _has_portal() -> bool:
    folders = (os.environ.get("XDG_DATA_DIRS") or _DATA_FOLDERS).split(":")
    return has_session_bus() and any(Path(folder, _PORTAL).is_file() for folder in folders)


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
