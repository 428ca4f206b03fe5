"""HTTP connections for httpx: one keep-alive connection per running request, without httpcore's pool.

That pool goes through all its connections whenever a request begins and ends, and asks the kernel about each idle one:
with 8 connections a third of the time of a small PUT.
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
from uploader_gui.engine.net.stream import SocketBackend, can_watch_sockets

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


PROXY_BROKE_OFF: Final = "it broke off"
PROXY_SILENT: Final = "it does not answer"
_MISDIRECTED: Final = 421
"""RFC 9110 §15.5.20: another connection may lead to the right server."""
KEEP_ALIVE_SECONDS: Final = 5.0
"""An idle connection is not used again after this time: most servers and what stands between close it by then."""
SOCKET_OPTIONS: Final = ((socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER),)


class Transport(httpx.AsyncBaseTransport):
    """Sends each request on an idle connection to its host, or on a new one: direct, or through `proxy` (http)."""

    def __init__(
        self, context: ssl.SSLContext, *, keep_alive: float = KEEP_ALIVE_SECONDS, proxy: httpx.Proxy | None = None
    ) -> None:
        self._context = context
        self._proxy = proxy
        self._keep_alive = keep_alive
        self._by_origin: dict[tuple[bytes, bytes, int | None], _OriginConnections] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the response; closing that frees the connection."""
        core, url = _core_request(request), request.url
        key = url.raw_scheme, url.raw_host, url.port
        if key not in self._by_origin:
            self._by_origin[key] = _OriginConnections(self._opener(core.url.origin), self._keep_alive)
        connections = self._by_origin[key]
        connection = await connections.take()
        if isinstance(activity := request.extensions.get(EXTENSION), ConnectionActivity):
            activity.connection = connection.backend
        try:
            with _httpx_errors():
                response = await connection.handle_async_request(core)
        except (httpx.TransportError, asyncio.CancelledError):  # the stall watchdog cancels
            await connections.lost(connection)
            raise
        except BaseException:
            await connections.close(connection)
            raise
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_ResponseBody(response, connections, connection),
            extensions=response.extensions,
        )

    def _opener(self, origin: httpcore.Origin) -> Callable[[SocketBackend | None], HttpConnection]:
        if self._proxy is None:
            return partial(DirectConnection, origin, self._context, self._keep_alive)
        return partial(ProxyConnection, self._proxy, self._context, self._keep_alive)

    async def aclose(self) -> None:
        """Close every connection."""
        for connections in self._by_origin.values():
            await connections.aclose()


class ProxyUnreachable(httpx.ConnectError):
    """There is no connection to the proxy, so nobody knows whether the server is there."""


class TunnelTransport(httpx.AsyncBaseTransport):
    """Tells what fails while a proxy opens a tunnel, before anything of the request went out, from what fails in it.

    The tunnel has to stand `seconds` after the connection to the proxy.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the response.

        Raises:
            ProxyUnreachable: there is no connection to the proxy.
            httpx.ProxyError: the proxy opened no tunnel, whatever it did.
        """
        tunnel = _Tunnel(self._seconds, request.extensions.get("trace"))
        request.extensions = {**request.extensions, "trace": tunnel.trace}
        try:
            async with tunnel.deadline:
                return await self._transport.handle_async_request(request)
        except TimeoutError as error:
            raise httpx.ProxyError(PROXY_SILENT) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if not tunnel.connected:
                raise ProxyUnreachable(str(error)) from error
            raise
        except (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError) as error:
            if tunnel.opening:
                raise httpx.ProxyError(PROXY_BROKE_OFF) from error
            raise
        except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
            if tunnel.opening:
                raise httpx.ProxyError(PROXY_SILENT) from error
            raise

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


class _Tunnel:
    """Follows httpcore's trace of a request: a new connection to the proxy begins with CONNECT, an old one does not.

    The events of CONNECT look like those of the request, and are not passed on.
    """

    def __init__(self, seconds: float, passed_on: Callable[[str, object], Awaitable[None]] | None) -> None:
        self._seconds = seconds
        self._passed_on = passed_on
        self.deadline = asyncio.timeout(None)
        self.connected = False
        self.opening = False

    async def trace(self, event: str, details: object) -> None:
        """Receive one event."""
        if event == "connection.connect_tcp.complete":
            self.connected = self.opening = True
            self.deadline.reschedule(asyncio.get_running_loop().time() + self._seconds)
        if event == "proxy.start_tls.started":
            self.opening = False
            if not self.deadline.expired():
                self.deadline.reschedule(None)
        if self._passed_on is not None and not self.opening:
            await self._passed_on(event, details)


class _OriginConnections:
    """The connections to one origin: those in use, and the idle ones, the one used last on top."""

    def __init__(self, connect: Callable[[SocketBackend | None], HttpConnection], keep_alive: float) -> None:
        self._connect = connect
        self._keep_alive = keep_alive
        self._open: set[HttpConnection] = set()
        self._idle: deque[tuple[HttpConnection, float]] = deque()

    async def take(self) -> HttpConnection:
        """Return an idle connection that is still open, or a new one."""
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.has_expired():
                return connection
            await self.close(connection)
        connection = self._connect(SocketBackend(SOCKET_OPTIONS) if can_watch_sockets() else None)
        self._open.add(connection)
        return connection

    async def give_back(self, connection: HttpConnection) -> None:
        """Keep a connection for the next request, and close the one that has been idle longest if its time is over."""
        if connection not in self._open or not connection.is_idle():  # a proxy's, once lost, looks idle
            await self.close(connection)
            return
        now = asyncio.get_running_loop().time()
        self._idle.append((connection, now))
        if now - self._idle[0][1] > self._keep_alive:
            await self.close(self._idle.popleft()[0])

    async def lost(self, connection: HttpConnection) -> None:
        """Close a connection that broke, and the idle ones: a change of network breaks them as well."""
        await self.close(connection)
        while self._idle:
            await self.close(self._idle.popleft()[0])

    async def close(self, connection: HttpConnection) -> None:
        """Close one connection."""
        self._open.discard(connection)
        await connection.aclose()

    async def aclose(self) -> None:
        """Close all of them."""
        for connection in tuple(self._open):
            await self.close(connection)


class _ResponseBody(httpx.AsyncByteStream):
    """A response's body; closing it frees the connection."""

    def __init__(
        self, response: httpcore.Response, connections: _OriginConnections, connection: HttpConnection
    ) -> None:
        self._response = response
        self._connections = connections
        self._connection: HttpConnection | None = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with _httpx_errors():
                async for part in self._response.aiter_stream():
                    yield part
        except httpx.TransportError:
            if self._connection is not None:
                await self._connections.lost(self._connection)
            raise

    async def aclose(self) -> None:
        """Close it, once."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await self._response.aclose()
        except BaseException:  # cancelled, say: the rest of the response may still come
            await self._connections.close(connection)
            raise
        if self._response.status == _MISDIRECTED:
            await self._connections.lost(connection)
        else:
            await self._connections.give_back(connection)


class HttpConnection(Protocol):
    """A connection to an origin, for one request at a time. `backend` is None where httpcore opens the socket."""

    backend: SocketBackend | None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return the response."""

    def has_expired(self) -> bool:
        """Whether it should not be used again."""

    def is_idle(self) -> bool:
        """Whether it can be used again."""

    async def aclose(self) -> None:
        """Close it."""


class DirectConnection(httpcore.AsyncHTTPConnection):
    """A connection without a proxy."""

    def __init__(
        self, origin: httpcore.Origin, context: ssl.SSLContext, keep_alive: float, backend: SocketBackend | None
    ) -> None:
        super().__init__(
            origin, context, keepalive_expiry=keep_alive, socket_options=SOCKET_OPTIONS, network_backend=backend
        )
        self.backend = backend


class ProxyConnection:
    """A connection through a proxy: a pool of httpcore's with room for one, which replaces an expired one itself."""

    def __init__(
        self, proxy: httpx.Proxy, context: ssl.SSLContext, keep_alive: float, backend: SocketBackend | None
    ) -> None:
        url = proxy.url
        self.backend = backend
        self._pool = httpcore.AsyncHTTPProxy(
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            proxy_auth=proxy.raw_auth,
            proxy_headers=proxy.headers.raw,
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=keep_alive,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and return the response."""
        return await self._pool.handle_async_request(request)

    def has_expired(self) -> bool:
        """Return False: the inner pool replaces expired connections."""
        return False

    def is_idle(self) -> bool:
        """Return whether no request is on its way; the inner pool replaces closed connections."""
        return all(connection.is_idle() for connection in self._pool.connections)

    async def aclose(self) -> None:
        """Close it."""
        await self._pool.aclose()


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
def _httpx_errors() -> Iterator[None]:
    """Raise httpx's errors in place of httpcore's, which have the same names."""
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
