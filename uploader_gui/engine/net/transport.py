"""One keep-alive connection per running request, without a pool that looks at all of them.

httpcore's pool looks at every connection whenever a request begins and ends, and asks the kernel about each idle one:
with 8 connections a third of the time of a small PUT. Made by `client.py`, for the direct way to a host and for
the one through a proxy.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import httpcore
import httpx

from uploader_gui.engine.net.stall_watchdog import EXTENSION, SEND_BUFFER, ConnectionActivity
from uploader_gui.engine.net.stream import Sockets, can_watch_sockets

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator


KEEP_ALIVE_SECONDS: Final = 5.0
"""An idle connection is not used again after so long: most servers and what stands between close it by then."""


class Transport(httpx.AsyncBaseTransport):
    """Gives each request an idle connection to its host, or a new one: straight there, or through `proxy` (http)."""

    def __init__(
        self, context: ssl.SSLContext, *, keep_alive: float = KEEP_ALIVE_SECONDS, proxy: httpx.Proxy | None = None
    ) -> None:
        self._context = context
        self._proxy = proxy
        self._keep_alive = keep_alive
        self._by_origin: dict[tuple[bytes, bytes, int | None], _Lane] = {}

    @property
    def count(self) -> int:
        """How many connections are kept for the next request."""
        return sum(len(lane.idle) for lane in self._by_origin.values())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its connection is free again when the response is closed."""
        core, url = _core_request(request), request.url
        key = url.raw_scheme, url.raw_host, url.port
        if key not in self._by_origin:
            self._by_origin[key] = _Lane(self._maker(core.url.origin), self._keep_alive)
        lane = self._by_origin[key]
        connection = await lane.take()
        if isinstance(activity := request.extensions.get(EXTENSION), ConnectionActivity):
            activity.line = connection.sockets
        try:
            with _as_httpx():
                response = await connection.handle_async_request(core)
        except BaseException:
            await lane.close(connection)  # httpcore leaves it open where a request is cancelled before it has begun
            raise
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Answer(response, lane, connection),
            extensions=response.extensions,
        )

    def _maker(self, origin: httpcore.Origin) -> Callable[[Sockets | None], Way]:
        if self._proxy is None:
            return partial(Connection, origin, self._context, self._keep_alive)
        return partial(Tunnel, self._proxy, self._context, self._keep_alive)

    async def aclose(self) -> None:
        """Close every connection."""
        for lane in self._by_origin.values():
            await lane.aclose()


class _Lane:
    """The connections to one host: those in use, and the idle ones, the one used last on top."""

    def __init__(self, make: Callable[[Sockets | None], Way], keep_alive: float) -> None:
        self._make = make
        self._keep_alive = keep_alive
        self._open: set[Way] = set()
        self.idle: deque[tuple[Way, float]] = deque()

    async def take(self) -> Way:
        """Give an idle connection that still stands, or a new one."""
        while self.idle:
            connection, _ = self.idle.pop()
            if not connection.has_expired():
                return connection
            await self.close(connection)
        connection = self._make(Sockets(LINE_OPTIONS) if can_watch_sockets() else None)
        self._open.add(connection)
        return connection

    async def give_back(self, connection: Way) -> None:
        """Keep it for the next request; one that nobody has used for long is closed by the way."""
        if connection.is_closed():
            self.forget(connection)
            return
        now = asyncio.get_running_loop().time()
        self.idle.append((connection, now))
        if now - self.idle[0][1] > self._keep_alive:
            await self.close(self.idle.popleft()[0])

    def forget(self, connection: Way) -> None:
        """One that is closed."""
        self._open.discard(connection)

    async def aclose(self) -> None:
        """Close all of them."""
        for connection in tuple(self._open):
            await self.close(connection)

    async def close(self, connection: Way) -> None:
        """Close it, and forget it."""
        self.forget(connection)
        await connection.aclose()


class _Answer(httpx.AsyncByteStream):
    """An answer's body; its connection is free when it is closed."""

    def __init__(self, response: httpcore.Response, lane: _Lane, connection: Way) -> None:
        self._response = response
        self._lane = lane
        self._connection: Way | None = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        """Close it."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await self._response.aclose()
        finally:
            await self._lane.give_back(connection)


def _core_request(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise httpx's errors in the place of httpcore's, which bear the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


LINE_OPTIONS: Final = ((socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER),)


class Way(Protocol):
    """One way to a host, for one request at a time. `sockets` are None where the way to the system is httpcore's."""

    sockets: Sockets | None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request."""

    def has_expired(self) -> bool:
        """Say whether another one should be taken."""

    def is_closed(self) -> bool:
        """Say whether it can be used no more."""

    async def aclose(self) -> None:
        """Close it."""


class Connection(httpcore.AsyncHTTPConnection):
    """Straight there."""

    def __init__(
        self, origin: httpcore.Origin, context: ssl.SSLContext, keep_alive: float, sockets: Sockets | None
    ) -> None:
        super().__init__(
            origin, context, keepalive_expiry=keep_alive, socket_options=LINE_OPTIONS, network_backend=sockets
        )
        self.sockets = sockets


class Tunnel:
    """Through a proxy: a pool of httpcore's for one connection, which renews it by itself."""

    def __init__(self, proxy: httpx.Proxy, context: ssl.SSLContext, keep_alive: float, sockets: Sockets | None) -> None:
        url = proxy.url
        self.sockets = sockets
        self._pool = httpcore.AsyncHTTPProxy(
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            proxy_auth=proxy.raw_auth,
            proxy_headers=proxy.headers.raw,
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=keep_alive,
            network_backend=sockets,
        )

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request."""
        return await self._pool.handle_async_request(request)

    def has_expired(self) -> bool:
        """The pool knows, and renews it."""
        return False

    def is_closed(self) -> bool:
        """As above."""
        return False

    async def aclose(self) -> None:
        """Close it."""
        await self._pool.aclose()
