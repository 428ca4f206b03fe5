"""What a person drags or pastes, and how Qt brings it. Used by the tests of dropping and pasting."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

from tests.support.drag_place import drag_place

BOTH = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(*paths: Path | str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def offering(kind: str, data: bytes = b"\0") -> QMimeData:
    mime = QMimeData()
    mime.setData(kind, data)
    return mime


def link(address: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(address)])
    return mime


def text(words: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(words)
    return mime


def png(picture: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert picture.save(buffer, "PNG")  # type: ignore[call-overload]  # takes str, stubs say bytes
    return bytes(content.data())


def enter(
    widget: QWidget, mime: QMimeData, offered: Qt.DropAction = BOTH, keys: Qt.KeyboardModifier = NONE
) -> QDragEnterEvent:
    event = QDragEnterEvent(drag_place(90, 60), offered, mime, LEFT, keys)
    QApplication.sendEvent(widget, event)
    return event


def move(
    widget: QWidget, mime: QMimeData, offered: Qt.DropAction = BOTH, keys: Qt.KeyboardModifier = NONE
) -> QDragMoveEvent:
    event = QDragMoveEvent(drag_place(100, 60), offered, mime, LEFT, keys)
    QApplication.sendEvent(widget, event)
    return event


def drop(
    widget: QWidget, mime: QMimeData, offered: Qt.DropAction = BOTH, keys: Qt.KeyboardModifier = NONE
) -> QDropEvent:
    enter(widget, mime, offered, keys)
    return let_go(widget, mime, offered, keys)


def let_go(
    widget: QWidget, mime: QMimeData, offered: Qt.DropAction = BOTH, keys: Qt.KeyboardModifier = NONE
) -> QDropEvent:
    """Drop what entered before; by then it may offer something else."""
    event = QDropEvent(QPointF(100, 60), offered, mime, LEFT, keys)
    QApplication.sendEvent(widget, event)
    return event


def added(paths: Sequence[str], anomaly_id: str) -> tuple[list[Path], str]:
    return [Path(path) for path in paths], anomaly_id
