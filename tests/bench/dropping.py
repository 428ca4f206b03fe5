"""A drop as the window system delivers it: enter, then drop, with real mime data. Used by `window_driver.py`."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from tests.support.drag_place import drag_place


def drop_on(window: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    where = window.rect().center()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QCoreApplication.sendEvent(window, QDragEnterEvent(drag_place(where.x(), where.y()), copy, mime, left, none))
    QCoreApplication.sendEvent(window, QDropEvent(QPointF(where), copy, mime, left, none))
