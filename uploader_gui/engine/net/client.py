"""HTTP clients, and httpx's errors translated into ours. No other module builds httpx clients.

The API and the storage have separate clients: tokens go to the API's alone. No cookies, no redirects, no .netrc, no
proxy from the environment; TLS is verified through the operating system's trust store.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import re
import ssl
import sys
import zlib
from contextlib import asynccontextmanager, contextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

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
    Variant,
)
from uploader_gui.engine.net.transport import (
    PROXY_BROKE_OFF,
    PROXY_SILENT,
    ProxyUnreachable,
    Transport,
    TunnelTransport,
)
from uploader_gui.engine.system_words import connection_errno, connection_words
from uploader_gui.engine.transfer.presigned_url import expiry_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from uploader_gui.engine.options import HttpOptions

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 15.0
TUNNEL_SECONDS: Final = 25.0
"""How long a proxy may take to reach the server: less than anything else may stand still."""
API_ANSWER_SECONDS: Final = 35.0
"""A little more than the service's gateway, which gives up after 29 s and answers 504."""
MAX_ANSWER_BYTES: Final = 1024 * 1024
"""No more of a response is read; those we understand are shorter."""
_COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
"""Makes zlib detect which of both formats it is."""
REDIRECTED_TO: Final = "redirected_to"
"""The key in `httpx.Response.extensions` of the host (and port) that a redirect names."""
NEVER_SENT: Final = "a server does nothing with a part of a request"
_ALL_SENT: Final = "http11.send_request_body.complete"
_SENDING_ENDED: Final = frozenset({_ALL_SENT, "http11.send_request_body.failed"})
"""httpcore's trace events at the end of sending a request."""

_REFUSALS: Final[Mapping[Variant, frozenset[int]]] = {
    Variant.OTHER_NAME: frozenset({62, 64, 0x800B010F, -67602}),
    Variant.CERTIFICATE_EXPIRED: frozenset({9, 10, 0x800B0101, -67818}),
    Variant.SELF_SIGNED: frozenset({18}),
    Variant.UNKNOWN_ISSUER: frozenset({2, 19, 20, 21, 27, 0x800B0109, 0x800B010A, -67843}),
}
"""OpenSSL's X509_V_ERR_…, Windows' CERT_E_… (winerror.h), macOS' errSec… (SecBase.h), as truststore passes them on."""
_NO_TLS: Final = "it answers without encryption"
_OTHER_TLS: Final = "it wants another version of the encryption"
_TLS_WORDS: Final[Mapping[str, str]] = {
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "HTTP_REQUEST": _NO_TLS,
    "PACKET_LENGTH_TOO_LONG": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
    "UNSUPPORTED_PROTOCOL": _OTHER_TLS,
    "TLSV1_ALERT_PROTOCOL_VERSION": _OTHER_TLS,
    "NO_PROTOCOLS_AVAILABLE": _OTHER_TLS,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it wants another way of encryption",
}
"""What people read in place of OpenSSL's reasons; translated where it is shown."""
_TUNNEL_FAULTS: Final = {PROXY_BROKE_OFF: Variant.PROXY_BROKE_OFF, PROXY_SILENT: Variant.PROXY_SILENT}
_PAGE: Final = re.compile(rb"<(!doctype html|html|head|body|title)\b", re.IGNORECASE)
_NO_REQUEST: Final = (
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    h11.LocalProtocolError,
    UnicodeError,  # a host name with an empty or overlong part, which DNS does not allow
)


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return the TLS context: the system's trust store, and a further CA where one is set. Takes tens of ms.

    Raises:
        OSError: the CA file cannot be read; `ssl.SSLError` where it is no certificate.
    """
    context = _system_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _system_context() -> ssl.SSLContext:
    """Return a context that trusts what the system trusts.

    Where that is one file of OpenSSL's (most Linux), it is read once: truststore would read it for each connection,
    which takes 20 ms.
    """
    if sys.platform in {"win32", "darwin"} or ssl.get_default_verify_paths().cafile is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context


def load_networking() -> None:
    """Load the modules that the first registration and PUT would load, in 60 ms in which a window hardly moves."""
    anyio.run(anyio.sleep, 0)  # httpcore loads anyio's asyncio part with the first connection
    "localhost".encode("idna")  # loads the codec of host names
    expiry_of("?X-Amz-Expires=1&X-Amz-Date=20250312T083000Z")  # loads strptime


class Clients:
    """The clients of one kind, the API's or the storage's: one `httpx.AsyncClient` per proxy, and one without.

    `context` may still be a future, which the first request waits for. `answer_seconds` bounds the wait for a response;
    None where the caller watches the bytes itself.
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
        """Return the client for an address."""
        proxy = await self.proxy_for(url)
        context = self._context if isinstance(self._context, ssl.SSLContext) else await self._context
        if proxy not in self._by_proxy:
            self._by_proxy[proxy] = self._make(proxy, context)
        return self._by_proxy[proxy]

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._by_proxy.values():
            await client.aclose()

    async def proxy_for(self, url: httpx.URL) -> str | None:
        """Return the proxy for an address, None where it is reached directly."""
        find = self._options.proxy_for
        if find is None or is_local(url.host):
            return None
        host = url.netloc.decode("ascii")
        if host not in self._proxy_by_host:
            found = await asyncio.get_running_loop().run_in_executor(None, find, f"{url.scheme}://{host}/")
            self._proxy_by_host[host] = found
        return self._proxy_by_host[host]

    def _make(self, proxy: str | None, context: ssl.SSLContext) -> httpx.AsyncClient:
        seconds = min(TUNNEL_SECONDS, self._answer_seconds or TUNNEL_SECONDS)
        tunnel = TunnelTransport(_proxy_transport(proxy, context), seconds) if proxy is not None else None
        return httpx.AsyncClient(
            transport=tunnel or Transport(context),
            headers={"User-Agent": self._options.program.replace(" ", "/"), "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self._answer_seconds, connect=CONNECT_SECONDS, pool=None),
            event_hooks={"response": [_note_redirect]},
            follow_redirects=False,
            trust_env=False,
        )


async def _note_redirect(response: httpx.Response) -> None:
    """Keep a redirect's address from httpx, which makes a request of it, though it may be any text."""
    if response.is_redirect:
        with suppress(ValueError):  # not an address
            response.extensions[REDIRECTED_TO] = urlsplit(response.headers.pop("Location", "")).netloc


def _proxy_transport(address: str, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    if not address.lower().startswith(("http://", "https://")):
        raise ProxyFailed(variant=Variant.PROXY_SOCKS)
    is_secure = address.lower().startswith("https://")
    try:
        proxy = httpx.Proxy(address, ssl_context=context if is_secure else None)
    except (httpx.InvalidURL, ValueError) as error:
        raise ProxyFailed(variant=Variant.PROXY_NO_ADDRESS) from error
    port = proxy.url.port  # None for the scheme's own
    if not is_host(proxy.url.raw_host.decode("ascii")) or (port is not None and not 0 < port < 2**16):
        raise ProxyFailed(variant=Variant.PROXY_NO_ADDRESS)
    if not is_secure:
        return Transport(context, proxy=proxy)
    # TLS inside TLS, which only httpcore's own backend can do.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=32)
    return httpx.AsyncHTTPTransport(verify=context, proxy=proxy, limits=limits, trust_env=False)


def check_url(url: str) -> httpx.URL:
    """Return an address as httpx's type, where evidence or tokens may go there.

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
    """Send a request and yield its response, whose body is to be read in the block.

    Once the request is out, the whole response may take twice the client's read timeout: enough for a server that
    thinks for long behind a slow line, and an end for one that sends a byte now and then.

    Raises:
        CutShort: the connection broke before the request was out.
        asyncio.CancelledError: with `NEVER_SENT` where that is so.
        Stalled: the response was not complete in time.
        NetworkError: see `translated_httpx_errors`.
    """
    sending = _SendingTrace(2 * (http.timeout.read or math.inf))
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
    except asyncio.CancelledError as error:
        if sending.is_out:
            raise
        raise asyncio.CancelledError(NEVER_SENT) from error
    except TimeoutError as error:
        raise Stalled("the answer has no end") from error


class _SendingTrace:
    """Follows the sending of a request. `is_out`: the system took all of it. `deadline` runs from then on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.deadline = asyncio.timeout(None)
        self.is_out = False

    async def trace(self, event: str, _: object) -> None:
        """Receive httpcore's trace events. A failure to send ends nothing yet: an early response may be there."""
        self.is_out |= event == _ALL_SENT
        if event in _SENDING_ENDED and not self.deadline.expired():  # an expired deadline makes sending fail, too
            self.deadline.reschedule(asyncio.get_running_loop().time() + self._seconds)


async def read_answer(response: httpx.Response) -> bytes:
    """Return the body of a streamed response, at most `MAX_ANSWER_BYTES` of it, decompressed where that is needed.

    Where decompressing fails, the body ends there, as if the response was cut off. httpx's own decompression has no
    limit.
    """
    body = bytearray()
    is_compressed = response.headers.get("Content-Encoding", "").strip().lower() in _COMPRESSED
    decompressor = zlib.decompressobj(_GZIP_OR_ZLIB) if is_compressed else None
    async for part in response.aiter_raw():
        try:
            body += part if decompressor is None else decompressor.decompress(part, MAX_ANSWER_BYTES - len(body))
        except zlib.error:
            break
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return bytes(body)


def is_page(answer: bytes) -> bool:
    """Return whether an answer looks like a web page, whatever stands before that."""
    return _PAGE.search(answer[:4096]) is not None


def begins_as_page(answer: bytes) -> bool:
    """Return whether an answer begins as web pages do; JSON may quote one."""
    return _PAGE.match(answer.removeprefix(b"\xef\xbb\xbf").lstrip()) is not None


@contextmanager
def translated_httpx_errors() -> Iterator[None]:
    """Turn the errors of httpx (and of the libraries below it) into ours.

    Raises:
        Offline, TlsFailed, ProxyFailed: surely nothing was sent.
        Stalled, ConnectionLost: the outcome is unknown.
        UrlRefused: HTTP allows no such request; trying again changes nothing.
    """
    try:
        yield
    except _NO_REQUEST as error:
        raise UrlRefused("no request can be made of it", variant=Variant.NO_REQUEST) from error
    except ProxyUnreachable as error:
        raise Offline(_system_words(error), variant=Variant.PROXY_DOWN) from error
    except httpx.ConnectTimeout as error:
        raise Offline("no answer to the connection", variant=Variant.SERVER_DOWN) from error
    except httpx.ConnectError as error:
        raise _never_connected(error) from error
    except httpx.ProxyError as error:
        raise _proxy_failed(str(error)) from error
    except httpx.TimeoutException as error:
        raise Stalled from error
    except (httpx.HTTPError, h11.ProtocolError, OSError) as error:
        log.info("a connection was lost: %s", type(error).__name__)
        raise ConnectionLost from error


def _proxy_failed(words: str) -> ProxyFailed:
    """Distinguish a proxy that cannot reach the server (CONNECT answered "502 Bad Gateway") from one that refuses."""
    if words in _TUNNEL_FAULTS:
        return ProxyBusy(variant=_TUNNEL_FAULTS[words])
    if words.startswith("407"):
        return ProxyFailed(words, variant=Variant.PROXY_SIGN_IN)
    return ProxyBusy(words) if re.match(r"429|5\d\d", words) else ProxyFailed(words)


def _never_connected(error: httpx.ConnectError) -> Offline | TlsFailed:
    """Distinguish a certificate that is not trusted, a server that is down, and a network that is away."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            log.info("a certificate was refused: %s", cause.verify_message)
            return TlsFailed(variant=_variant_of(cause))
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            # closed in the middle of the handshake, as a load balancer without servers does
            return Offline("it closed the connection", variant=Variant.SERVER_DOWN)
        if isinstance(cause, ssl.SSLError):
            log.info("no secure connection: %s", cause.reason)
            return TlsFailed(_TLS_WORDS.get(cause.reason or "", ""))
    return Offline(_system_words(error), variant=Variant.SERVER_DOWN if _is_down(error) else None)


def _is_down(error: BaseException) -> bool:
    """Return whether a server refused the connection, at each of its addresses."""
    numbers = set(map(connection_errno, _system_errors(error)))
    return bool(numbers) and numbers <= {errno.ECONNREFUSED, errno.ECONNRESET, errno.ETIMEDOUT}


def _system_words(error: BaseException) -> str:
    """Return what the system reported, in our words; asyncio puts its own in their place."""
    return next(map(connection_words, _system_errors(error)), "")


def _system_errors(error: BaseException) -> list[OSError]:
    """Return the system's errors behind this one; asyncio writes those of several addresses as text."""
    reported = [cause for cause in causes(error) if isinstance(cause, OSError) and cause.errno]
    known = [cause for cause in reported if not isinstance(cause, ssl.SSLError)]  # OpenSSL has numbers of its own
    return known or [
        OSError(int(number), "", None, int(number)) if kind == "WinError" else OSError(int(number), "")
        for cause in causes(error)
        for kind, number in re.findall(r"\[(Errno|WinError) (\d+)\]", str(cause))
    ]


def _variant_of(error: ssl.SSLCertVerificationError) -> Variant | None:
    code = getattr(error, "verify_code", 0)
    return next((variant for variant, codes in _REFUSALS.items() if code in codes), None)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, the nearest first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
