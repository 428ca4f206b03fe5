"""A small window to drag files from, as a file manager would. Started by the smoke tests with the files as arguments.

Says on standard output what it sees, one word a line: `dragging`, `accepted`, `dropped`. It stays until its input ends:
a source that leaves at once lets the drop's target wait for five seconds.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, QSize, QSocketNotifier, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


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


def say(word: str) -> None:
    """Tell the test."""
    print(word, flush=True)


def main() -> int:
    """Show the window until standard input ends."""
    application = QApplication(sys.argv[:1])
    source = Source(sys.argv[1:])
    source.show()
    input_ended = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    input_ended.activated.connect(application.quit)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
