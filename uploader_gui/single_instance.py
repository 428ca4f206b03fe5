"""One window per data folder: a later start hands its files to the first window and leaves. Used by app.

The first start holds a lock of the system, which dies with it; a start that does not get it looks for the first one's
socket. That lies in a folder of the person's own (on Windows it is a named pipe for that person alone) and is made once
the journal is locked. Each side looks who is at the other end before it says anything. Nothing listens on a network.

The first window speaks first: one that is busy says nothing, and then nothing was handed over. What it was given it
confirms when the files are in the journal.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from uploader_gui.handover import MAX_MESSAGE, VERSION, Answer, Handover, HandoverRefused, decoded, encoded
from uploader_gui.platform.peers import is_same_person
from uploader_gui.platform.private_folder import FileLock, is_own_socket, made_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtNetwork import QLocalSocket

log = logging.getLogger(__name__)

STEP_SECONDS: Final = 0.05
CONNECT_MS: Final = 1000
MOST_AT_ONCE: Final = 1000
LONGEST_PLACE: Final = 80
"""A socket's path has room for 103 bytes (macOS), and Qt needs some of them while it makes one."""
_GREETING: Final = b'{"uploader-gui": %d}\n' % VERSION


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a later start waits.

    Attributes:
        ready: until the first window stands, and is done with what keeps it from listening.
        answer: until it has looked at what it was given.
        taken: until it has looked through the files: a share may sleep.
    """

    ready: float = 60.0
    answer: float = 30.0
    taken: float = 60.0


class Outcome(Enum):
    """What became of a start on a data folder."""

    FIRST = "first"
    """There is no other: this is the first window."""
    TAKEN = "taken"
    LOOKING = "looking"
    """The first window has it, and is still looking through the files."""
    SILENT = "silent"
    """There is a first window that does not answer; it has taken nothing."""
    UNSURE = "unsure"
    """It may have taken the files, or not."""


class Doorway:
    """Where the starts on a data folder meet. The folder is there."""

    def __init__(self, folder: Path, patience: Patience = Patience()) -> None:
        self._folder = folder
        self._patience = patience
        self._lock = FileLock(next(self.rooms(), folder) / "instance.lock")

    def rooms(self) -> Iterator[Path]:
        """Give the folders for lock and socket, the best one first: each for this person only."""
        own = self._folder / "instance"
        if made_private(own):
            yield own
        if os.name == "posix":
            import tempfile  # noqa: PLC0415 - only where the data folder does not do

            of_person = Path(tempfile.gettempdir(), f"uploader-gui-{os.geteuid()}")
            shared = of_person / self.digest
            if made_private(of_person) and made_private(shared):
                yield shared

    @property
    def digest(self) -> str:
        """One word per data folder, short enough for every system."""
        return hashlib.sha256(os.fsencode(os.path.realpath(self._folder))).hexdigest()[:16]

    @property
    def addresses(self) -> list[str]:
        """Where the first window may listen, the best place first."""
        if os.name != "posix":
            return [f"uploader-gui-{self.digest}"]
        return [str(room / "socket") for room in self.rooms() if len(os.fsencode(room)) <= LONGEST_PLACE]

    def enter(self, handover: Handover, interrupted: Callable[[], bool]) -> Outcome:
        """Become the first window, or hand over to it.

        Raises:
            HandoverRefused: the first window does not take this.
            KeyboardInterrupt: `interrupted()` while it was waited for.
        """
        until = time.monotonic() + self._patience.ready
        while not self._lock.acquire():
            for address in self.addresses:
                outcome = _Call(address, self._patience, interrupted).hand_over(handover, until)
                if outcome is not Outcome.SILENT:
                    return outcome
            if time.monotonic() > until:
                return Outcome.SILENT
            if interrupted():
                raise KeyboardInterrupt
            time.sleep(STEP_SECONDS)  # it is about to listen, or to leave
        return Outcome.FIRST

    def leave(self) -> None:
        """Let another start be the first one."""
        self._lock.release()


class FirstInstance(QObject):
    """Listens for later starts: `handed_over(Handover, reply)` for each of them; `reply` wants `Answer`s."""

    handed_over = Signal(object, object)

    def __init__(self, doorway: Doorway, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - after the window stands

        super().__init__(parent)
        self._doorway = doorway
        self._heard: dict[QLocalSocket, bytearray] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setListenBacklogSize(MOST_AT_ONCE)
        self._server.setMaxPendingConnections(MOST_AT_ONCE)
        self._server.newConnection.connect(self._accept)

    def listen(self, *, owns_journal: bool) -> None:
        """Begin to listen. What a crashed window left is removed only by the one that holds the journal."""
        if self._server.isListening():
            return
        for address in self._doorway.addresses:
            if owns_journal and is_own_socket(Path(address)):
                with suppress(OSError):
                    Path(address).unlink()
            if not os.path.lexists(address) and self._server.listen(address):  # Qt would replace what is there
                return
        log.warning("later starts cannot reach this window: %s", self._server.errorString())

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
        for socket in list(self._heard):
            socket.abort()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            if not is_same_person(int(socket.socketDescriptor()), server=False):
                log.warning("another person's program wanted to hand over files: refused")
                socket.abort()
                socket.deleteLater()
                continue
            self._heard[socket] = bytearray()
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(partial(self._forget, socket))
            socket.write(_GREETING)
            socket.flush()

    def _read(self, socket: QLocalSocket) -> None:
        text = self._heard.get(socket)
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
            handover = decoded(line)
        except HandoverRefused as refused:
            log.warning("a later start was refused: %s", refused.answer)
            self._end(socket, refused.answer)
            return
        self.handed_over.emit(handover, partial(self._answer, socket))

    def _answer(self, socket: QLocalSocket, answer: Answer) -> None:
        if socket not in self._heard:
            return  # it did not wait
        socket.write(b'{"answer": "%s"}\n' % answer.encode())
        socket.flush()

    def _end(self, socket: QLocalSocket, answer: Answer) -> None:
        self._answer(socket, answer)
        socket.disconnectFromServer()

    def _forget(self, socket: QLocalSocket) -> None:
        """A server that is closed takes its sockets with it: two deletions of one would break the program."""
        self._heard.pop(socket, None)
        if self._server.isListening():
            socket.deleteLater()


class _Call:
    """One call at a first window's door."""

    def __init__(self, address: str, patience: Patience, interrupted: Callable[[], bool]) -> None:
        self._address = address
        self._patience = patience
        self._interrupted = interrupted
        self._heard = b""

    def hand_over(self, handover: Handover, until: float) -> Outcome:
        """Hand over once the first window greets. `until`: on the monotonic clock."""
        if os.name == "posix" and not is_own_socket(Path(self._address)):
            return Outcome.SILENT
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - the usual start needs it only later

        self._socket = QLocalSocket()
        self._socket.connectToServer(self._address)
        try:
            if not self._socket.waitForConnected(CONNECT_MS) or not self._greeted(until):
                return Outcome.SILENT
            return self._say(handover)
        finally:
            self._socket.abort()

    def _greeted(self, until: float) -> bool:
        if not is_same_person(int(self._socket.socketDescriptor()), server=True):
            log.info("another person's program listens in the place of this one's window")
            return False
        greeting = self._line(until)
        if greeting is not None and greeting.get("uploader-gui") != VERSION:
            raise HandoverRefused(Answer.OTHER_VERSION)
        return greeting is not None

    def _say(self, handover: Handover) -> Outcome:
        line = encoded(handover)
        _let_it_come_forward()
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
        # One that left meanwhile may have them in its journal: given again, the same files are the same uploads.
        return Outcome.UNSURE if self._is_connected or handover.again else Outcome.SILENT

    def _answer(self, seconds: float) -> Answer | None:
        said = self._line(time.monotonic() + seconds)
        try:
            return None if said is None else Answer(str(said.get("answer")))
        except ValueError:
            raise HandoverRefused(Answer.OTHER_VERSION) from None

    def _line(self, until: float) -> dict[str, object] | None:
        """Return what the other side says next; None where it says nothing until then, or leaves."""
        import json  # noqa: PLC0415 - as above

        while b"\n" not in self._heard:
            if self._interrupted():
                raise KeyboardInterrupt
            if time.monotonic() > until or not (self._is_connected or self._socket.bytesAvailable()):
                return None
            self._socket.waitForReadyRead(int(STEP_SECONDS * 1000))
            self._heard += self._socket.readAll().data()
        line, _, self._heard = self._heard.partition(b"\n")
        with suppress(ValueError, RecursionError):
            said = json.loads(line)
            if isinstance(said, dict):
                return said
        raise HandoverRefused(Answer.OTHER_VERSION)

    @property
    def _is_connected(self) -> bool:
        return self._socket.state() == self._socket.LocalSocketState.ConnectedState


def _let_it_come_forward() -> None:
    """Windows lets only the program a person just used put a window in front: that is this one, which leaves."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        ctypes.windll.user32.AllowSetForegroundWindow(-1)  # ASFW_ANY
