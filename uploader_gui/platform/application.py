"""The application object. Made by `app.py`; it hears of the end of the session (Linux, Windows).

Qt would close the windows then, and a window that asks something instead would hold up the log-off. An override, not
an event filter: a filter on the application sees every event of every widget.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """`quit_wanted`: the system ends the program. macOS, where people quit that way, has `quit_requests.py`."""

    quit_wanted = Signal()

    def event(self, event: QEvent) -> bool:
        """Take Quit; leave everything else alone."""
        if event.type() == QEvent.Type.Quit and sys.platform != "darwin":
            self.quit_wanted.emit()
            return True
        return super().event(event)
