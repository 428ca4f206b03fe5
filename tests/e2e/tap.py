"""A tap on the line to a server: passes every byte on, and keeps those that clients sent."""

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit


class Tap:
    """Listens on a loopback port of its own and passes on to `endpoint`. `sent` holds what clients sent."""

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.sent = bytearray()

    @property
    def endpoint(self) -> str:
        """Scheme, host and port of the tap itself."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5.0)

    def _spawn(self, run: object, *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, name="Tap", daemon=True)  # type: ignore[arg-type] # two kinds of run
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                self._spawn(self._pass, client, server, self.sent)
                self._spawn(self._pass, server, client, bytearray())

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                kept += block
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)
