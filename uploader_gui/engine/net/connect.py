"""One way to a host: straight there, or through a proxy; with little kept by the system. Made by `transport.py`."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final, Protocol

import httpcore

if TYPE_CHECKING:
    import ssl

    import httpx

    from uploader_gui.engine.net.stream import Sockets

SEND_BUFFER: Final = 512 * 1024
"""Bytes a system may keep for us (Linux doubles it). Left to itself it takes several MB, which a slow line needs
minutes for while they count as sent: a transfer that moves would look like one whose answer does not come."""
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
