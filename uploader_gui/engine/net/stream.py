"""A network backend for httpcore on plain sockets, where the event loop can watch those (not on Windows' proactor).

httpcore's own backend (anyio, TLS in memory buffers) takes half the time of a small PUT and copies every block twice
more. This one also counts the bytes for the stall watchdog.
"""

from __future__ import annotations

import asyncio
import errno
import select
import socket
import ssl
import sys
from asyncio.staggered import staggered_race
from contextlib import contextmanager, suppress
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from httpcore import SOCKET_OPTION

    _Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]

_HAPPY_EYEBALLS_SECONDS: Final = 0.25
"""RFC 8305: after this time the other address family is tried too."""
_NO_WAY: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""What a family of addresses fails with that this computer's network does not have."""
_SO_NWRITE: Final = 0x1024
"""macOS, <sys/socket.h>: "APPLE: Get number of bytes currently in send socket buffer"."""


class SocketBackend(httpcore.AsyncNetworkBackend):
    """Opens one connection for httpcore, and counts its bytes (`stall_watchdog.MeasuredConnection`)."""

    def __init__(self, options: Iterable[SOCKET_OPTION]) -> None:
        self._options = tuple(options)
        self._stream: SocketStream | None = None

    @property
    def moved(self) -> int:
        """Return how many bytes went through it in either direction."""
        return 0 if self._stream is None else self._stream.moved

    @property
    def waiting(self) -> int | None:
        """Return how many bytes the system keeps that the other side has not confirmed; None where it does not tell."""
        return None if self._stream is None else self._stream.waiting()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,  # noqa: ARG002 - never asked for by us
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the name that answers."""
        with _connect_errors():
            async with asyncio.timeout(timeout):
                connected = await _connected(host, port)
        for option in socket_options or self._options:  # httpcore passes none to a proxy's socket
            connected.setsockopt(*option)
        self._stream = SocketStream(connected)
        return self._stream

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SocketStream(httpcore.AsyncNetworkStream):
    """One connection: a non-blocking socket, plain or with TLS; one reader and one writer at most."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.moved = 0

    def waiting(self) -> int | None:
        """Return the same as `SocketBackend.waiting`."""
        try:
            return _unconfirmed_bytes(self._socket)
        except (OSError, ValueError):  # it is closed
            return None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        """Return the bytes that arrived, empty at the end."""
        await asyncio.sleep(0)  # a server that floods us would keep the loop: no timeout would come, nor the end
        try:
            received: bytes = await self._within(timeout, lambda: self._socket.recv(max_bytes), reads=True)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        self.moved += len(received)
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Pass all of it to the kernel."""
        left = memoryview(buffer)
        try:
            while left:
                count = await self._within(timeout, partial(self._socket.send, left), reads=False)
                self.moved += count
                left = left[count:]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore.AsyncNetworkStream:
        """Do the TLS handshake on the same socket and return the stream."""
        with _connect_errors():
            try:
                self._socket = secured = ssl_context.wrap_socket(
                    self._socket, server_hostname=server_hostname, do_handshake_on_connect=False
                )
                async with asyncio.timeout(timeout):
                    await self._when_ready(secured.do_handshake, reads=True)
            except BaseException:
                self._socket.close()
                raise
        return self

    async def aclose(self) -> None:
        """Close the connection."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """Return the socket, the TLS session, or whether there is something to read; None for anything else."""
        if info == "socket":
            return self._socket
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        if info == "is_readable":
            return _is_readable(self._socket)
        return None

    async def _within(self, timeout: float | None, act: Callable[[], Any], *, reads: bool) -> Any:  # noqa: ASYNC109 - as above
        if timeout is None:
            return await self._when_ready(act, reads=reads)
        async with asyncio.timeout(timeout):
            return await self._when_ready(act, reads=reads)

    async def _when_ready(self, act: Callable[[], Any], *, reads: bool) -> Any:
        """Call `act` until the socket is ready for it: TLS may have to read in order to write, and vice versa."""
        while True:
            try:
                return act()
            except ssl.SSLWantReadError:
                await self._ready(reads=True)
            except ssl.SSLWantWriteError:
                await self._ready(reads=False)
            except BlockingIOError:
                await self._ready(reads=reads)

    async def _ready(self, *, reads: bool) -> None:
        loop, number = asyncio.get_running_loop(), self._socket.fileno()
        ready: asyncio.Future[None] = loop.create_future()
        add, remove = (loop.add_reader, loop.remove_reader) if reads else (loop.add_writer, loop.remove_writer)
        add(number, _set_ready, ready)
        try:
            await ready
        finally:
            remove(number)


async def _connected(host: str, port: int) -> socket.socket:
    """Return a socket connected to the first address that answers (RFC 8305).

    `create_connection` would leave its socket open where it is cancelled just after that: here nobody else has it.

    Raises:
        OSError: none answered; of several reasons the one that tells more than a missing way.
    """
    answered: list[socket.socket] = []
    attempts = [partial(_attempt, address, answered) for address in _alternating(await _addresses(host, port))]
    connected: socket.socket | None
    try:
        connected, _, errors = await staggered_race(attempts, _HAPPY_EYEBALLS_SECONDS)
    except BaseException:
        for one in answered:
            one.close()
        raise
    if connected is None:
        failed = [error for error in errors if isinstance(error, OSError)]
        raise next((error for error in failed if error.errno not in _NO_WAY), failed[0])
    return connected


async def _attempt(address: _Address, answered: list[socket.socket]) -> socket.socket:
    family, kind, protocol, _, target = address
    connecting = socket.socket(family, kind, protocol)
    try:
        connecting.setblocking(False)
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connecting, target)
    except BaseException:
        connecting.close()
        raise
    answered.append(connecting)
    return connecting


async def _addresses(host: str, port: int) -> Sequence[_Address]:
    """Return the addresses of a name, the preferred one first; a numeric one needs no thread to look it up."""
    with suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _alternating(addresses: Sequence[_Address]) -> list[_Address]:
    """Take one address of each family in turn, beginning with the preferred one (RFC 8305, section 4)."""
    preferred = [address for address in addresses if address[0] == addresses[0][0]]
    others = [address for address in addresses if address[0] != addresses[0][0]]
    return [address for pair in zip_longest(preferred, others) for address in pair if address is not None]


def can_watch_sockets() -> bool:
    """Whether the running loop can watch sockets; Windows' proactor cannot."""
    return isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)


def _unconfirmed_bytes(connected: socket.socket) -> int | None:
    """Return the bytes the system keeps to be sent or confirmed; None where it does not tell (Windows)."""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on Windows
        import termios  # noqa: PLC0415 - not on Windows

        return int.from_bytes(fcntl.ioctl(connected, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    if sys.platform == "darwin":
        return connected.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    return None


def _set_ready(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _is_readable(connected: socket.socket) -> bool:
    """Whether there is something to read: on an idle connection that means the server has closed it."""
    if connected.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connected, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([connected], [], [], 0)[0])


@contextmanager
def _connect_errors() -> Iterator[None]:
    """Turn the system's errors into httpcore's. ssl.SSLError is an OSError too."""
    try:
        yield
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
