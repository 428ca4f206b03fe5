"""One window per data folder: a later start hands its files to the first window and leaves.

The first start holds a lock of the operating system, which ends with it; a start that does not get it connects to the
first one's socket. That is in a folder of the user's own (on Windows it is a named pipe for that user only) and is made
once the journal is locked. Each side checks which user is at the other end before it writes anything. Nothing listens
on a network.

The first window writes first: a busy one writes nothing, and then it is certain that nothing was handed over. It
confirms a handover when the files are in the journal. The messages are one line of JSON each, checked like a command
line: the sender runs as the same user, but is not necessarily this program.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from uploader_gui.command_line import Handover
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.paths import DataPaths
from uploader_gui.platform.ownership import FileLock, ensure_private, is_own_socket, is_same_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtNetwork import QLocalSocket

log = logging.getLogger(__name__)

VERSION: Final = 3
MAX_MESSAGE: Final = 16 * 1024 * 1024
MAX_PATHS: Final = 100_000
_TYPES: Final[dict[str, type]] = {one.name: type(one.default) for one in fields(Handover)} | {"paths": list}
"""The fields of a message, beside its version."""
STEP_SECONDS: Final = 0.05
CONNECT_MS: Final = 1000
MAX_CONNECTIONS: Final = 1000
MAX_FOLDER_BYTES: Final = 80
"""A socket's path has room for 103 bytes (macOS), and Qt needs some of them while it makes one."""
_GREETING: Final = b'{"uploader-gui": %d}\n' % VERSION


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a later start waits for the first window.

    Attributes:
        ready: until it listens.
        answer: until it has parsed the handover.
        taken: until it has scanned the files; a share may sleep.
    """

    ready: float = 60.0
    answer: float = 30.0
    taken: float = 60.0


class Outcome(Enum):
    """What became of a start on a data folder."""

    FIRST = "first"
    """This is the first start."""
    TAKEN = "taken"
    LOOKING = "looking"
    """The first window has the paths, and is still scanning the files."""
    SILENT = "silent"
    """The first window does not answer; it has taken nothing."""
    UNSURE = "unsure"
    """It may have taken the files, or not."""


class Answer(StrEnum):
    """The answers of the window already open."""

    RECEIVED = "received"
    """It is valid, and the window is scanning the files."""
    TAKEN = "taken"
    """The files are in the journal, or wait in the window for an anomaly's number."""
    OTHER_VERSION = "other version"
    NOT_UNDERSTOOD = "not understood"
    TOO_MANY = "too many"
    NO_ANOMALY = "no anomaly"
    NO_PATH = "no path"
    OTHER_SERVER = "other server"
    """The window sends to another server than that start would."""
    CANNOT_TAKE = "cannot take"
    """The window's engine does not run."""


class HandoverRefused(Exception):
    """It is not taken; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.value)
        self.answer = answer


class InstanceLock:
    """The lock of a data folder, which exists, and the addresses of the window that holds it."""

    def __init__(self, folder: Path, patience: Patience = Patience()) -> None:
        self._folder = folder
        self._patience = patience
        self._lock = FileLock(next(self.folders(), folder) / "instance.lock")

    def folders(self) -> Iterator[Path]:
        """Yield the folders for lock and socket, the best one first; only this user can open them."""
        own = DataPaths(self._folder).instance
        if ensure_private(own):
            yield own
        if os.name == "posix":
            for place in _shared_places():
                of_user = place / f"uploader-gui-{os.geteuid()}"
                shared = of_user / self.digest
                if ensure_private(of_user) and ensure_private(shared):
                    yield shared

    @property
    def digest(self) -> str:
        """Return 16 hexadecimal digits that stand for the data folder."""
        return hashlib.sha256(os.fsencode(os.path.realpath(self._folder))).hexdigest()[:16]

    @property
    def addresses(self) -> list[str]:
        """Return where the first window may listen, the best address first."""
        if os.name != "posix":
            return [f"uploader-gui-{self.digest}"]
        return [str(folder / "socket") for folder in self.folders() if len(os.fsencode(folder)) <= MAX_FOLDER_BYTES]

    def acquire(self, handover: Handover, interrupted: Callable[[], bool]) -> Outcome:
        """Take the lock, or hand over to the window that has it.

        Raises:
            HandoverRefused: the first window refuses this handover.
            KeyboardInterrupt: `interrupted()` became true while waiting.
        """
        until = time.monotonic() + self._patience.ready
        while not self._lock.acquire():
            for address in self.addresses:
                outcome = _Client(address, self._patience, interrupted).hand_over(handover, until)
                if outcome is not Outcome.SILENT:
                    return outcome
            if time.monotonic() > until:
                return Outcome.SILENT
            if interrupted():
                raise KeyboardInterrupt
            time.sleep(STEP_SECONDS)  # the other start is about to listen, or to leave
        return Outcome.FIRST

    def release(self) -> None:
        """Let another start be the first one."""
        self._lock.release()


def _shared_places() -> Iterator[Path]:
    """Yield folders that a folder of the user's can be made in: the session's own, and the one for temporary files."""
    import tempfile  # noqa: PLC0415 - only where the data folder cannot be used

    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime)
    with suppress(OSError):  # nothing can be written
        yield Path(tempfile.gettempdir())


class FirstInstance(QObject):
    """Listens for later starts; emits `handed_over(Handover, reply)` for each, to which `reply(Answer)` answers."""

    handed_over = Signal(object, object)

    def __init__(self, instance: InstanceLock, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - after the first paint

        super().__init__(parent)
        self._instance = instance
        self._received: dict[QLocalSocket, bytearray] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setListenBacklogSize(MAX_CONNECTIONS)
        self._server.setMaxPendingConnections(MAX_CONNECTIONS)
        self._server.newConnection.connect(self._accept)

    def listen(self, *, owns_journal: bool) -> None:
        """Begin to listen. Only the instance that holds the journal removes the socket of a crashed one."""
        if self._server.isListening():
            return
        for address in self._instance.addresses:
            if owns_journal and is_own_socket(Path(address)):
                with suppress(OSError):
                    Path(address).unlink()
            if not os.path.lexists(address) and self._server.listen(address):  # Qt would replace an existing file
                return
        log.warning("later starts cannot reach this window: %s", self._server.errorString())

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
        for socket in list(self._received):
            socket.abort()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            if not is_same_user(int(socket.socketDescriptor()), server=False):
                log.warning("another user's program wanted to hand over files: refused")
                socket.abort()
                socket.deleteLater()
                continue
            self._received[socket] = bytearray()
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(partial(self._forget, socket))
            socket.write(_GREETING)
            socket.flush()

    def _read(self, socket: QLocalSocket) -> None:
        text = self._received.get(socket)
        if text is None:
            return
        text += socket.readAll().data()
        if len(text) > MAX_MESSAGE:
            self._end(socket, Answer.TOO_MANY)
        elif text.endswith(b"\n"):
            line = bytes(text)
            text.clear()
            self._take(socket, line)

    def _take(self, socket: QLocalSocket, line: bytes) -> None:
        try:
            handover = decode(line)
        except HandoverRefused as refused:
            log.warning("a later start was refused: %s", refused.answer)
            self._end(socket, refused.answer)
            return
        self.handed_over.emit(handover, partial(self._answer, socket))

    def _answer(self, socket: QLocalSocket, answer: Answer) -> None:
        if socket not in self._received:
            return  # the other side has disconnected
        socket.write(b'{"answer": "%s"}\n' % answer.encode())
        socket.flush()

    def _end(self, socket: QLocalSocket, answer: Answer) -> None:
        self._answer(socket, answer)
        socket.disconnectFromServer()

    def _forget(self, socket: QLocalSocket) -> None:
        """Drop a socket. A closed server deletes its sockets itself, and deleting one twice would crash the program."""
        self._received.pop(socket, None)
        if self._server.isListening():
            socket.deleteLater()


class _Client:
    """One connection to a first window."""

    def __init__(self, address: str, patience: Patience, interrupted: Callable[[], bool]) -> None:
        self._address = address
        self._patience = patience
        self._interrupted = interrupted
        self._buffer = b""

    def hand_over(self, handover: Handover, until: float) -> Outcome:
        """Hand over once the first window has sent its greeting; wait until this time on the monotonic clock."""
        if os.name == "posix" and not is_own_socket(Path(self._address)):
            return Outcome.SILENT
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - a first start needs it only later

        self._socket = QLocalSocket()
        self._socket.connectToServer(self._address)
        try:
            if not self._socket.waitForConnected(CONNECT_MS) or not self._is_greeted(until):
                return Outcome.SILENT
            return self._send(handover)
        finally:
            self._socket.abort()

    def _is_greeted(self, until: float) -> bool:
        if not is_same_user(int(self._socket.socketDescriptor()), server=True):
            log.info("another user's program listens at this window's address")
            return False
        greeting = self._line(until)
        if greeting is not None and greeting.get("uploader-gui") != VERSION:
            raise HandoverRefused(Answer.OTHER_VERSION)
        return greeting is not None

    def _send(self, handover: Handover) -> Outcome:
        line = encode(handover)
        _allow_foreground()
        self._socket.write(line)
        answer = self._answer(self._patience.answer)
        if answer is Answer.RECEIVED:
            answer = self._answer(self._patience.taken)
            if answer is None and self._is_connected:
                return Outcome.LOOKING
        if answer is Answer.TAKEN:
            return Outcome.TAKEN
        if answer is not None:
            raise HandoverRefused(answer)
        # A window that left meanwhile may have journalled them; added again, the same files are the same uploads.
        return Outcome.UNSURE if self._is_connected or handover.again else Outcome.SILENT

    def _answer(self, seconds: float) -> Answer | None:
        message = self._line(time.monotonic() + seconds)
        try:
            return None if message is None else Answer(str(message.get("answer")))
        except ValueError:
            raise HandoverRefused(Answer.OTHER_VERSION) from None

    def _line(self, until: float) -> dict[str, object] | None:
        """Return the next message; None where none comes until then, or the other side disconnects."""
        import json  # noqa: PLC0415 - as above

        while b"\n" not in self._buffer:
            if self._interrupted():
                raise KeyboardInterrupt
            if time.monotonic() > until or not (self._is_connected or self._socket.bytesAvailable()):
                return None
            self._socket.waitForReadyRead(int(STEP_SECONDS * 1000))
            self._buffer += self._socket.readAll().data()
        line, _, self._buffer = self._buffer.partition(b"\n")
        with suppress(ValueError, RecursionError):
            message = json.loads(line)
            if isinstance(message, dict):
                return message
        raise HandoverRefused(Answer.OTHER_VERSION)

    @property
    def _is_connected(self) -> bool:
        return self._socket.state() == self._socket.LocalSocketState.ConnectedState


def _allow_foreground() -> None:
    """Let the first window come to the front: Windows allows that only to the program a person just used, this one."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only on Windows

        ctypes.windll.user32.AllowSetForegroundWindow(-1)  # ASFW_ANY


def encode(handover: Handover) -> bytes:
    """Return a handover as one line of JSON; undecodable names are kept as escapes.

    Raises:
        HandoverRefused: it is larger than any window takes.
    """
    import json  # noqa: PLC0415 - not before the first paint

    given = {name: getattr(handover, name) for name in _TYPES}
    paths = [os.path.abspath(path) for path in handover.paths]  # noqa: PTH100 - links stay what they are
    line = json.dumps(given | {"version": VERSION, "paths": paths}).encode() + b"\n"
    if len(handover.paths) > MAX_PATHS or len(line) > MAX_MESSAGE:
        raise HandoverRefused(Answer.TOO_MANY)
    return line


def decode(line: bytes) -> Handover:
    """Return the handover in a line of JSON.

    Raises:
        HandoverRefused: it is not something a command line could ask for.
    """
    message = _message(line)
    paths, anomaly_id = message["paths"], message["anomaly_id"]
    if len(paths) > MAX_PATHS:
        raise HandoverRefused(Answer.TOO_MANY)
    if (anomaly_id or message["start"]) and not ANOMALY_ID.fullmatch(anomaly_id):
        raise HandoverRefused(Answer.NO_ANOMALY)
    if not all(map(_is_path, paths)):
        raise HandoverRefused(Answer.NO_PATH)
    if message["link"] and (paths or message["start"] or not anomaly_id):
        raise HandoverRefused(Answer.NOT_UNDERSTOOD)
    return Handover(**{**message, "paths": tuple(map(Path, paths))})


def _message(line: bytes) -> dict[str, Any]:
    """Return the fields beside the version; all of them are there, of their types, and no others."""
    import json  # noqa: PLC0415 - as above

    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise HandoverRefused(Answer.NOT_UNDERSTOOD) from error
    if not isinstance(message, dict) or type(message.get("version")) is not int:
        raise HandoverRefused(Answer.NOT_UNDERSTOOD)
    if message.pop("version") != VERSION:
        raise HandoverRefused(Answer.OTHER_VERSION)
    if {name: type(value) for name, value in message.items()} != _TYPES:
        raise HandoverRefused(Answer.NOT_UNDERSTOOD)
    return message


def _is_path(path: object) -> bool:
    """Return whether it is an absolute path a file can have: no system stores a lone surrogate or a NUL."""
    if not isinstance(path, str) or "\0" in path or not Path(path).is_absolute():
        return False
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
