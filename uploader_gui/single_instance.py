"""One window per data folder: a second start hands its files to the first window and leaves. Used by app.

A local socket of the person's own (QLocalServer, its user alone may connect); nothing listens on a network.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDir, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

log = logging.getLogger(__name__)

PATIENCE_MS: Final = 2000
MAX_MESSAGE: Final = 8 * 1024 * 1024
_TAKEN: Final = b"taken\n"
_WISHES: Final = ("again", "convert", "zip")


@dataclass(frozen=True, slots=True)
class Handover:
    """What a second start was given. `paths` are absolute; `anomaly_id` is "" where none was named.

    `again`, `convert` and `zip` are what the command line wants done with these files.
    """

    paths: tuple[Path, ...]
    anomaly_id: str = ""
    start: bool = False
    again: bool = False
    convert: bool = False
    zip: bool = False


class FirstInstance(QObject):
    """Listens for later starts. `handed_over(Handover)` for each of them."""

    handed_over = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - after the window stands

        super().__init__(parent)
        self._heard: dict[QLocalSocket, bytearray] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        name = _name(folder)
        QLocalServer.removeServer(name)  # what a crashed one left; the journal's lock tells living ones apart
        if not self._server.listen(name):
            log.warning("later starts cannot reach this window: %s", self._server.errorString())

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
        for socket in list(self._heard):
            socket.abort()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._heard[socket] = bytearray()
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(partial(self._forget, socket))
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        text = self._heard.get(socket)
        if text is None:
            return
        text += socket.readAll().data()
        if len(text) > MAX_MESSAGE:
            socket.abort()
        elif text.endswith(b"\n"):
            self._take(socket, bytes(text))

    def _take(self, socket: QLocalSocket, line: bytes) -> None:
        handover = decoded(line)
        if handover is None:
            socket.abort()
            return
        self._heard[socket].clear()
        socket.write(_TAKEN)
        socket.flush()
        self.handed_over.emit(handover)

    def _forget(self, socket: QLocalSocket) -> None:
        """A server that is closed takes its sockets with it: two deletions of one would break the program."""
        self._heard.pop(socket, None)
        if self._server.isListening():
            socket.deleteLater()


def hand_over(folder: Path, handover: Handover) -> bool:
    """Give what this start was given to the window already open on a data folder; False where there is none."""
    name = _name(folder)
    if os.name == "posix" and not Path(QDir.tempPath(), name).exists():  # where QLocalServer makes it (Qt's page)
        return False
    from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - the usual start needs it only later

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    _let_it_come_forward()
    socket.write(encoded(handover))
    socket.flush()
    taken = socket.waitForReadyRead(PATIENCE_MS) and socket.readAll().data() == _TAKEN
    socket.disconnectFromServer()
    return taken


def _let_it_come_forward() -> None:
    """Windows lets only the program a person just used put a window in front: that is this one, which leaves."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        ctypes.windll.user32.AllowSetForegroundWindow(-1)  # ASFW_ANY


def encoded(handover: Handover) -> bytes:
    """Give a handover as one line of JSON; undecodable names survive as escapes."""
    import json  # noqa: PLC0415 - as above

    message = {
        "paths": [os.path.abspath(path) for path in handover.paths],  # noqa: PTH100 - links stay what they are
        "anomaly_id": handover.anomaly_id,
        "start": handover.start,
    } | {name: getattr(handover, name) for name in _WISHES}
    return json.dumps(message).encode() + b"\n"


def decoded(line: bytes) -> Handover | None:
    """Give what a line says, None where it is none of ours."""
    import json  # noqa: PLC0415 - as above

    try:
        message = json.loads(line)
        paths, anomaly_id, start = message["paths"], message["anomaly_id"], message["start"]
        wishes = {name: bool(message.get(name)) for name in _WISHES}  # another version may not know them
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return None
    return Handover(tuple(map(Path, paths)), str(anomaly_id), bool(start), **wishes)


def _name(folder: Path) -> str:
    """One name per data folder and person, short enough for every system."""
    digest = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:16]
    return f"uploader-gui-{digest}"
