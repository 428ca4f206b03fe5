"""Runs the test of the connection beside the window: questions go to its thread, findings come back as signals.

Made by the composition root's preferences, heard by the settings dialog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from uploader_gui.engine.connection_test.thread import ConnectionThread

if TYPE_CHECKING:
    from uploader_gui.engine.connection_test.findings import Finding, Question
    from uploader_gui.engine.connection_test.thread import Way


class ConnectionTester(QObject):
    """One test at a time; what a stopped one still says is not passed on."""

    found = Signal(object)
    ended = Signal()
    _heard = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._thread: ConnectionThread | None = None
        self._heard.connect(self._pass_on)

    def start(self, question: Question, way: Way) -> None:
        """Test from the beginning."""
        self.stop()
        number = self._number
        self._thread = ConnectionThread(
            question,
            way,
            tell=lambda finding: self._heard.emit(number, finding),
            done=lambda: self._heard.emit(number, None),
        )
        self._thread.start()

    def stop(self) -> None:
        """Test no more."""
        self._number += 1
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def _pass_on(self, number: int, finding: Finding | None) -> None:
        if number != self._number:
            return
        if finding is None:
            self._thread = None
            self.ended.emit()
        else:
            self.found.emit(finding)
