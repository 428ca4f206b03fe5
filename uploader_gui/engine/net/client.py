"""The only module that builds httpx clients and translates httpx's errors: change the HTTP library here alone.

Two clients, never one: the API's carries tokens, the storage's never sees them. No cookies, no redirects, no
.netrc, no proxy from the environment; TLS is verified through the operating system's trust store.
"""

from __future__ import annotations

import asyncio
import math
import re
import ssl
import sys
import zlib
from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

import anyio
import h11
import httpx
import truststore

from uploader_gui.engine.addresses import check_address, is_host, is_local
from uploader_gui.engine.errors import (
    ConnectionLost,
    CutShort,
    Offline,
    ProxyBusy,
    ProxyFailed,
    Stalled,
    TlsFailed,
    UrlRefused,
)
from uploader_gui.engine.net.transport import Transport
from uploader_gui.engine.transfer.presigned_url import expiry_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

CONNECT_SECONDS: Final = 15.0
API_ANSWER_SECONDS: Final = 35.0
"""The service's gateway gives up after 29 s and answers 504."""
MAX_ANSWER_BYTES: Final = 1024 * 1024
"""No answer we understand is longer; more is not read."""
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
"""Tells zlib to see for itself which of both it is."""
_ALL_SENT: Final = "http11.send_request_body.complete"
_OUT: Final = frozenset({_ALL_SENT, "http11.send_request_body.failed"})
"""What httpcore calls the end of sending a request."""

_NO_REQUEST: Final = (
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    h11.LocalProtocolError,
    UnicodeError,  # of a name with an empty or overlong part, which DNS cannot be asked for
)

ProxyFinder = Callable[[str], str | None]
"""Gives the proxy for an address (`http://proxy.example:3128`), None for the direct way; may block (PAC)."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to reach servers, found out by whoever starts the engine."""

    user_agent: str = "uploader-gui"
    proxy_for: ProxyFinder | None = None
    ca_file: Path | None = None


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Make the one TLS context: the system's trust store, and an extra CA where one is set. Takes tens of ms.

    Raises:
        OSError: the CA file cannot be read; `ssl.SSLError` where it is no certificate.
    """
    context = _system_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _system_context() -> ssl.SSLContext:
    """Give a context that trusts what the system trusts.

    Where that is one file of OpenSSL's (most Linux), truststore would read it anew for each connection, 20 ms every
    time; read once it says the same.
    """
    if sys.platform in {"win32", "darwin"} or ssl.get_default_verify_paths().cafile is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context


def load_networking() -> None:
    """Load what the first registration and the first PUT would: 60 ms in which a window hardly moves."""
    anyio.run(anyio.sleep, 0)  # httpcore comes to anyio's asyncio side only with a connection
    "localhost".encode("idna")  # as the name of any host
    expiry_of("?X-Amz-Expires=1&X-Amz-Date=20250312T083000Z")  # reading a date, too


class Clients:
    """One kind of client (the API's, or the storage's): an `httpx.AsyncClient` per proxy, as hosts ask for one.

    `context` may still be in the making: whatever is asked for first waits for it. `answer_seconds` bounds the wait for
    an answer, None where the caller watches the bytes itself.
    """

    def __init__(
        self,
        options: HttpOptions,
        context: ssl.SSLContext | asyncio.Future[ssl.SSLContext],
        *,
        answer_seconds: float | None,
    ) -> None:
        self._options = options
        self._context = context
        self._answer_seconds = answer_seconds
        self._proxy_by_host: dict[str, str | None] = {}
        self._by_proxy: dict[str | None, httpx.AsyncClient] = {}

    async def client_for(self, url: httpx.URL) -> httpx.AsyncClient:
        """Give the client for an address."""
        proxy = await self.proxy_for(url)
        context = self._context if isinstance(self._context, ssl.SSLContext) else await self._context
        if proxy not in self._by_proxy:
            self._by_proxy[proxy] = self._make(proxy, context)
        return self._by_proxy[proxy]

    async def goes_through_proxy(self, url: httpx.URL) -> bool:
        """Say whether requests to an address are tunnelled."""
        return await self.proxy_for(url) is not None

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._by_proxy.values():
            await client.aclose()

    async def proxy_for(self, url: httpx.URL) -> str | None:
        """Give the proxy for an address, None for the direct way."""
        find = self._options.proxy_for
        if find is None or is_local(url.host):
            return None
        host = url.netloc.decode("ascii")
        if host not in self._proxy_by_host:
            found = await asyncio.get_running_loop().run_in_executor(None, find, f"{url.scheme}://{host}/")
            self._proxy_by_host[host] = found
        return self._proxy_by_host[host]

    def _make(self, proxy: str | None, context: ssl.SSLContext) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=Transport(context) if proxy is None else _through(proxy, context),
            headers={"User-Agent": self._options.user_agent, "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self._answer_seconds, connect=CONNECT_SECONDS, pool=None),
            follow_redirects=False,
            trust_env=False,
        )


def _through(proxy: str, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    try:
        way = httpx.Proxy(proxy)
    except (httpx.InvalidURL, ValueError) as error:
        raise ProxyFailed("it is not an address") from error
    if not is_host(way.url.host):
        raise ProxyFailed("it is not an address")
    if way.url.scheme == "http":
        return Transport(context, proxy=way)
    # TLS inside TLS: that only httpcore's own way can do.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=32)
    return httpx.AsyncHTTPTransport(verify=context, proxy=way, limits=limits, trust_env=False)


def check_url(url: str) -> httpx.URL:
    """Give an address as httpx wants it, where evidence or tokens may go there.

    Raises:
        UrlRefused: see `addresses.check_address`.
    """
    check_address(url)
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UrlRefused("it is not an address") from error


@asynccontextmanager
async def answered(http: httpx.AsyncClient, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    """Send a request and give its answer, which is to be read in the block.

    From when the request is out, the answer may take twice the time in which the client wants to hear something: a
    server that thinks for long and a slow line have that, one that sends a byte now and then for ever has an end.

    Raises:
        CutShort: it broke before the request was out.
        Stalled: the answer was not complete in time.
        NetworkError: see `translated_httpx_errors`.
    """
    sending = _Sending(2 * (http.timeout.read or math.inf))
    request.extensions["trace"] = sending.trace
    try:
        async with sending.deadline:
            with translated_httpx_errors():
                response = await http.send(request, stream=True)
                try:
                    yield response
                finally:
                    await response.aclose()
    except (ConnectionLost, Stalled) as error:
        if sending.is_out:
            raise
        raise CutShort(error.detail) from error
    except TimeoutError as error:
        raise Stalled("the answer has no end") from error


class _Sending:
    """How far the sending of a request is. `deadline` begins when it ends; `is_out`: the system took all of it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.deadline = asyncio.timeout(None)
        self.is_out = False

    async def trace(self, event: str, _: object) -> None:
        """Hear from httpcore what it does. Failing to send ends nothing: an early answer may be there."""
        self.is_out |= event == _ALL_SENT
        if event in _OUT and not self.deadline.expired():  # what the end itself broke off is "failed" too
            self.deadline.reschedule(asyncio.get_running_loop().time() + self._seconds)


async def read_answer(response: httpx.Response) -> bytes:
    """Give the body of a streamed answer, at most `MAX_ANSWER_BYTES` of it, unpacked where a server packed it unasked.

    What cannot be unpacked ends there, as an answer that was cut off. Not httpx's own unpacking: it has no limit.
    """
    body = bytearray()
    packed = response.headers.get("Content-Encoding", "").strip().lower() in _PACKED
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB) if packed else None
    async for part in response.aiter_raw():
        try:
            body += part if unpacker is None else unpacker.decompress(part, MAX_ANSWER_BYTES - len(body))
        except zlib.error:
            break
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return bytes(body)


def readable(words: str) -> str:
    """Give a server's own words on one line, without control characters, at most 300 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in words[:2000]).split())[:300]


@contextmanager
def translated_httpx_errors() -> Iterator[None]:
    """Turn httpx's errors (and what slips through it) into ours.

    Raises:
        Offline, TlsFailed, ProxyFailed: surely nothing was sent.
        Stalled, ConnectionLost: the outcome is unknown.
        UrlRefused: it is no request that HTTP knows; trying again makes none of it.
    """
    try:
        yield
    except _NO_REQUEST as error:
        raise UrlRefused("no request can be made of it") from error
    except httpx.ConnectTimeout as error:
        raise Offline("no answer to the connection") from error
    except httpx.ConnectError as error:
        raise _never_connected(error) from error
    except httpx.ProxyError as error:
        raise _proxy_failed(str(error)) from error
    except httpx.TimeoutException as error:
        raise Stalled from error
    except (httpx.HTTPError, h11.ProtocolError, OSError) as error:
        raise ConnectionLost(type(error).__name__) from error


def _proxy_failed(words: str) -> ProxyFailed:
    """Tell a proxy that cannot reach the server (CONNECT answered "502 Bad Gateway") from one that does not want to."""
    return ProxyBusy(words) if re.match(r"429|5\d\d", words) else ProxyFailed(words)


def _never_connected(error: httpx.ConnectError) -> Offline | TlsFailed:
    """Tell a certificate that is not trusted from a server that is not there."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TlsFailed(cause.verify_message)
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            break  # it hung up in the middle of the handshake, as a balancer without servers behind it does
        if isinstance(cause, ssl.SSLError):
            return TlsFailed(cause.reason or "no secure connection")
    return Offline(str(error))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what led to it, the nearest first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
