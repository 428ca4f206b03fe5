"""Bytes between httpcore and the kernel, over asyncio's readiness alone: for many small files, and for whole blocks.

httpcore's own way (anyio, TLS in memory buffers) takes half the time of a small PUT and copies every block twice
more. Used by `transport.py` where the loop can watch sockets; elsewhere (Windows' proactor) httpcore's own way stays.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from httpcore import SOCKET_OPTION

_HAPPY_EYEBALLS_SECONDS: Final = 0.25
"""RFC 8305: the other address family gets its turn after so long."""
_SO_NWRITE: Final = 0x1024
"""macOS, <sys/socket.h>: "APPLE: Get number of bytes currently in send socket buffer"."""


class Sockets(httpcore.AsyncNetworkBackend):
    """Opens one connection for httpcore, and feels it (`activity.Line`)."""

    def __init__(self, options: Iterable[SOCKET_OPTION] = ()) -> None:
        self._options = tuple(options)
        self._stream: SocketStream | None = None

    @property
    def moved(self) -> int:
        """How many bytes went through it in either direction."""
        return 0 if self._stream is None else self._stream.moved

    @property
    def waiting(self) -> int | None:
        """How many bytes the system keeps that the other side has not confirmed; None where it does not tell."""
        return None if self._stream is None else self._stream.waiting()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,  # noqa: ARG002 - never asked for by us
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect; asyncio tries all addresses of a name, and its transport's socket is taken over."""
        loop = asyncio.get_running_loop()
        with _as_connecting():
            async with asyncio.timeout(timeout):
                transport, _ = await loop.create_connection(
                    asyncio.Protocol, host, port, happy_eyeballs_delay=_HAPPY_EYEBALLS_SECONDS
                )
            taken: socket.socket = transport.get_extra_info("socket").dup()
            transport.abort()  # closes its own handle only: nothing is shut down
        taken.setblocking(False)
        for option in socket_options or self._options:  # httpcore forgets them on the way to a proxy
            taken.setsockopt(*option)
        self._stream = SocketStream(taken)
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
        """See `Sockets.waiting`."""
        try:
            return _kept_by_the_system(self._socket)
        except (OSError, ValueError):  # it is closed
            return None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        """Give what has come, empty at the end."""
        try:
            received: bytes = await self._within(timeout, lambda: self._socket.recv(max_bytes), reads=True)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        self.moved += len(received)
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Hand everything to the kernel."""
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
        """Go on with TLS on the same socket, once the certificate is found good."""
        with _as_connecting():
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
        """Give what httpcore asks for: the socket, the TLS session, and whether there is something to read."""
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
        """Do it as soon as the socket can: TLS may have to read in order to write, and the other way round."""
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
        woken: asyncio.Future[None] = loop.create_future()
        watch, leave = (loop.add_reader, loop.remove_reader) if reads else (loop.add_writer, loop.remove_writer)
        watch(number, _wake, woken)
        try:
            await woken
        finally:
            leave(number)


def can_watch_sockets() -> bool:
    """Say whether the running loop tells when a socket is ready; Windows' proactor does not."""
    return isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)


def _kept_by_the_system(connected: socket.socket) -> int | None:
    """Ask the system what it keeps to be sent or confirmed; None where it does not tell (Windows)."""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on Windows
        import termios  # noqa: PLC0415 - not on Windows

        return int.from_bytes(fcntl.ioctl(connected, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    if sys.platform == "darwin":
        return connected.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    return None


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)


def _is_readable(connected: socket.socket) -> bool:
    """Something to read on an idle connection means that the server has closed it."""
    if connected.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connected, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([connected], [], [], 0)[0])


@contextmanager
def _as_connecting() -> Iterator[None]:
    """Turn what the system says into what httpcore's callers expect. ssl.SSLError is an OSError too."""
    try:
        yield
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
