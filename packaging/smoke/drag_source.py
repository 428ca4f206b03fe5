"""A small window to drag files from, as a file manager would. Started by the smoke tests with the files as arguments.

Says on standard output what it sees, one word a line: `dragging`, `accepted`, `dropped`. Told `shoot PATH` on standard
input it takes a picture of the screen and says `shot`; told `wait PATH` it does so once nothing on the screen changes.
It stays until its input ends: a source that leaves at once lets the drop's target wait for five seconds.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDrag, QImage, QMouseEvent, QScreen
from PySide6.QtWidgets import QApplication, QLabel

STILL_FOR_MS = 700
"""Longer than any pause between two paintings of a window that is busy."""


class Source(QLabel):
    """Starts a drag of its files once the pointer is pulled across it."""

    def __init__(self, files: list[str]) -> None:
        super().__init__("drag from here")
        self._files = files
        self.setFixedSize(QSize(200, 120))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag; this returns when the files are dropped."""
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(file) for file in self._files])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.actionChanged.connect(lambda action: say("accepted" if action == Qt.DropAction.CopyAction else "refused"))
        QTimer.singleShot(0, lambda: say("dragging"))
        say("dropped" if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.CopyAction else "gone")


class Orders(QObject):
    """Hears standard input in a thread of its own and tells the window's."""

    given = Signal(str)

    def __init__(self, screen: QScreen) -> None:
        super().__init__()
        self._screen = screen
        self._seen: QImage | None = None
        self._path = ""
        self._timer = QTimer(self)
        self._timer.setInterval(STILL_FOR_MS)
        self._timer.timeout.connect(self._look)
        self.given.connect(self._obey)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.given.emit(line.strip())
        self.given.emit("leave")

    def _obey(self, order: str) -> None:
        what, _, self._path = order.partition(" ")
        if what == "leave":
            QApplication.quit()
        elif what == "shoot":
            self._save(self._picture())
        else:
            self._seen = None
            self._timer.start()

    def _look(self) -> None:
        picture = self._picture()
        if picture == self._seen:
            self._timer.stop()
            self._save(picture)
        self._seen = picture

    def _picture(self) -> QImage:
        return self._screen.grabWindow(0).toImage()

    def _save(self, picture: QImage) -> None:
        Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        picture.save(self._path)
        say("shot")


def say(word: str) -> None:
    """Tell the test."""
    print(word, flush=True)


def main() -> int:
    """Show the window until standard input ends."""
    application = QApplication(sys.argv[:1])
    source = Source(sys.argv[1:])
    source.show()
    orders = Orders(application.primaryScreen())
    code = application.exec()
    orders.deleteLater()
    return code


if __name__ == "__main__":
    sys.exit(main())
