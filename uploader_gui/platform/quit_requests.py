"""The system's wish that the program ends: the Dock's and the menu's Quit, a session that ends (macOS). By program.

Qt asks the visible windows, and without one (in the background) ends its loop at once: nothing would be taken down in
order. So the wish is heard here, Qt is told no, and the program leaves in its own way.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal


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
