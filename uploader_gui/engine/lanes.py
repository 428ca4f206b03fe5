"""One keep-alive connection per running request, each with a small pool of its own.

httpcore's one pool looks at every connection whenever a request begins and ends, and asks the kernel about each idle
one: with 8 connections a third of the time of a small PUT. Made by `http.py` for the direct way to a host.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, Final

import httpcore
import httpx

from uploader_gui.engine.sockets import Sockets, can_watch_sockets

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

KEEP_ALIVE_SECONDS: Final = 5.0
"""An idle connection is not used again after so long: most servers and what stands between close it by then."""

SEND_BUFFER: Final = 512 * 1024
"""Bytes a system may keep for us (Linux doubles it). Left to itself it takes several MB, which a slow line needs
minutes for while they count as sent: a transfer that moves would look like one whose answer does not come."""
LINE_OPTIONS: Final = ((socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER),)


class Lanes(httpx.AsyncBaseTransport):
    """Gives each request an idle connection to its host, or a new one."""

    def __init__(self, context: ssl.SSLContext, *, keep_alive: float = KEEP_ALIVE_SECONDS) -> None:
        self._context = context
        self._keep_alive = keep_alive
        self._idle: dict[tuple[bytes, bytes, int | None], deque[_Lane]] = {}
        self._all: set[_Lane] = set()

    @property
    def count(self) -> int:
        """How many connections there are, running and idle."""
        return len(self._all)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its lane is free again when the response is closed."""
        url = request.url
        idle = self._idle.setdefault((url.raw_scheme, url.raw_host, url.port), deque())
        lane = idle.pop() if idle else self._open()  # the one used last: the others may go
        try:
            response = await lane.handle_async_request(request)
        except BaseException:
            await self._free(lane, idle)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Answer(response.stream, lambda: self._free(lane, idle))
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for lane in tuple(self._all):
            await lane.aclose()

    def _open(self) -> _Lane:
        lane = _Lane(self._context, self._keep_alive)
        self._all.add(lane)
        return lane

    async def _free(self, lane: _Lane, idle: deque[_Lane]) -> None:
        """Keep it for the next request; one that nobody has used for long is closed by the way."""
        lane.idle_since = asyncio.get_running_loop().time()
        idle.append(lane)
        if lane.idle_since - idle[0].idle_since > self._keep_alive:
            oldest = idle.popleft()
            self._all.discard(oldest)
            await oldest.aclose()


class _Answer(httpx.AsyncByteStream):
    """An answer's body that says when it is closed."""

    def __init__(self, stream: httpx.AsyncByteStream, closed: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._closed: Callable[[], Awaitable[None]] | None = closed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        """Close it."""
        try:
            await self._stream.aclose()
        finally:
            if (closed := self._closed) is not None:
                self._closed = None
                await closed()


class _Lane(httpx.AsyncHTTPTransport):
    """A transport with one connection at most."""

    def __init__(self, context: ssl.SSLContext, keep_alive: float) -> None:
        super().__init__(verify=context, trust_env=False)
        self.idle_since = 0.0
        # The one thing httpx's constructor cannot be told is which sockets to use.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=keep_alive,
            socket_options=LINE_OPTIONS,
            network_backend=Sockets() if can_watch_sockets() else None,
        )
