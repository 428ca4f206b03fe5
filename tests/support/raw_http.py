"""HTTP/1.1 as it stands on the wire, for servers that look closely and misbehave on purpose. See `loopback`."""

import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from http import HTTPStatus

BLOCK = 256 * 1024
HEAD_LIMIT = 64 * 1024


class HungUpError(Exception):
    """The connection is over: the client left, or the script ended it."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request's head as it came: `target` undecoded, `headers` in order, `arrived` by `time.monotonic()`."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    arrived: float

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """Return a header's first value, None where it is absent."""
        return next(iter(self.all(name)), None)

    @property
    def content_length(self) -> int | None:
        """The body's length in bytes, None where it was not (clearly) told."""
        told = self.all("Content-Length")
        return int(told[0]) if len(told) == 1 and told[0].isascii() and told[0].isdigit() else None


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer to be sent. `keep` cuts its body short of the promised Content-Length and ends the connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    keep: int | None = None
    close: bool = False


class Connection:
    """One client's connection, read and written by its own thread."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self._sock = sock
        self._buffer = b""
        self.number = number

    def wait_for_bytes(self) -> None:
        """Return once the next request's first bytes are here."""
        if not self._buffer:
            self._fill()

    def read_request(self) -> RawRequest:
        """Read one request's head; raise `HungUpError` at the connection's end or on what is no HTTP."""
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_LIMIT:
                raise HungUpError("endless head")
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = (*first.split(" "), "", "")[:3]
        if version != "HTTP/1.1":
            raise HungUpError(f"no HTTP/1.1: {first[:80]!r}")
        pairs = (line.partition(":") for line in lines)
        headers = tuple((name, value.strip()) for name, _, value in pairs)
        return RawRequest(method, target, headers, time.monotonic())

    def body(self, request: RawRequest) -> bytes:
        left = request.content_length or 0
        blocks = []
        while left:
            blocks.append(self.read_some(left))
            left -= len(blocks[-1])
        return b"".join(blocks)

    def read_some(self, at_most: int) -> bytes:
        """Read between 1 and `at_most` bytes."""
        if not self._buffer:
            self._fill()
        block, self._buffer = self._buffer[:at_most], self._buffer[at_most:]
        return block

    def send(self, answer: RawAnswer) -> None:
        """Send an answer with its Content-Length; raise `HungUpError` where it was to break off or to close."""
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        if answer.close:
            headers.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", *(f"{k}: {v}" for k, v in headers)]
        self._send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body[: answer.keep])
        if answer.close or answer.keep is not None:
            raise HungUpError("answered and closed")

    def send_bytes(self, data: bytes) -> None:
        self._send(data)

    def reset(self) -> None:
        """Abort: the client gets a RST and loses what was still on the way. Raises `HungUpError`."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise HungUpError("reset")

    def interrupt(self) -> None:
        """Wake the thread that reads it, from another thread."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)  # not SSLSocket's, which drops its state

    def close(self) -> None:
        self._sock.close()

    def _fill(self) -> None:
        try:
            received = self._sock.recv(BLOCK)
        except OSError as error:
            raise HungUpError(str(error)) from error
        if not received:
            raise HungUpError("end of stream")
        self._buffer += received

    def _send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise HungUpError(str(error)) from error


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
