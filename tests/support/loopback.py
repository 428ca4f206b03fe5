"""A small HTTP/1.1 server over real loopback sockets, one thread per connection, that can also misbehave.

`StrictApi` and `ScriptedStorage` build on it: they see raw requests and may reset, stall or hang up anywhere.
"""

import contextlib
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Self

from tests.support.raw_http import Connection, HungUpError, RawRequest

PATIENCE = 60.0
JOIN_PATIENCE = 30.0


class LoopbackServer(ABC):
    """Listens on 127.0.0.1 from `start()` to `stop()`; started again it takes the same port as before.

    `tls` makes it speak https. `receive_buffer` (bytes) makes the kernel take less ahead of a slow reader. It closes
    the next `hang_ups` connections as soon as they stand, before any handshake.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, receive_buffer: int | None = None) -> None:
        self._tls = tls
        self._receive_buffer = receive_buffer
        self._listener: socket.socket | None = None
        self._kept: socket.socket | None = None  # its port, while nobody listens there
        self._threads: list[threading.Thread] = []
        self._open: set[Connection] = set()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._released = threading.Event()
        self.port = 0
        self.hang_ups = 0
        self.connections_made = 0
        self.crashes: list[BaseException] = []

    @property
    def origin(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}"

    @property
    def host(self) -> str:
        """Host and port, as the Host header names them."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            if self._kept is not None:
                self._kept.close()

    def start(self) -> None:
        """Begin to listen; connections are accepted when this returns."""
        self._stopping.clear()
        self._released.clear()
        listener, self._kept = self._kept or self._bound(), None
        listener.listen(512)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def stop(self) -> None:
        """Close every connection and refuse new ones, until `start()`. Raise what crashed in a thread."""
        if self._listener is None:
            return
        self._stopping.set()
        self._released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        self._kept = self._bound()  # else any client's own end could take the port
        self.hang_up()
        while self._threads:
            self._threads.pop().join(JOIN_PATIENCE)
        if self.crashes:
            raise ExceptionGroup(f"{type(self).__name__} crashed", [RuntimeError(repr(e)) for e in self.crashes])

    def speak_as(self, tls: ssl.SSLContext) -> None:
        """Use this certificate from now on, and end every open connection: somebody else answers at this address."""
        self._tls = tls
        self.hang_up()

    def _bound(self) -> socket.socket:
        """Take the port; nobody listens at it yet, so that connections are refused."""
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._receive_buffer:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        bound.bind(("127.0.0.1", self.port))
        return bound

    def hang_up(self) -> None:
        """End every open connection, as a cut line or a server's idle limit does."""
        with self._changed:
            for connection in self._open:
                connection.interrupt()

    @property
    def open_connections(self) -> int:
        """How many connections stand right now."""
        return len(self._open)

    def release(self) -> None:
        """Let go on whatever stalls or keeps silent; what comes later is not held either."""
        self._released.set()

    def wait_until(self, seen: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait (in the calling thread) until something recorded makes `seen()` true; `timeout` in seconds."""
        with self._changed:
            if not self._changed.wait_for(seen, timeout):
                raise TimeoutError(f"{type(self).__name__}: not seen within {timeout} s")

    @abstractmethod
    def answer(self, connection: Connection, request: RawRequest) -> None:
        """Read the body and answer; raise `HungUpError` to end the connection."""

    @abstractmethod
    def before_request(self, connection: Connection) -> None:
        """Do something (or nothing) when a request's first bytes are here and nothing was parsed."""

    def hold(self) -> None:
        self._released.wait()
        if self._stopping.is_set():
            raise HungUpError("stopped")

    def pause(self, seconds: float) -> None:
        """Let time pass, unless `stop()` comes first."""
        if self._stopping.wait(seconds):
            raise HungUpError("stopped")

    @contextlib.contextmanager
    def record(self) -> Iterator[None]:
        """Change what tests look at: alone, and those that wait are told."""
        with self._changed:
            yield
            self._changed.notify_all()

    def _spawn(self, run: Callable[[socket.socket], None], sock: socket.socket) -> None:
        thread = threading.Thread(target=run, args=(sock,), name=type(self).__name__, daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()]
        thread.start()
        self._threads.append(thread)

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            if self.hang_ups:
                self.hang_ups -= 1
                sock.close()
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._spawn(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            sock = self._secured(sock)
        except OSError:
            sock.close()  # the client did not like our certificate
            return
        with self.record():
            self.connections_made += 1
            connection = Connection(sock, self.connections_made)
            self._open.add(connection)
        try:
            self._converse(connection)
        except HungUpError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, stop() has to report it
            self.crashes.append(error)
        finally:
            with self.record():
                self._open.discard(connection)
            connection.close()

    def _secured(self, sock: socket.socket) -> socket.socket:
        if self._tls is None:
            return sock
        sock.settimeout(JOIN_PATIENCE)
        secured = self._tls.wrap_socket(sock, server_side=True)
        secured.settimeout(None)
        return secured

    def _converse(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            connection.wait_for_bytes()
            self.before_request(connection)
            self.answer(connection, connection.read_request())
