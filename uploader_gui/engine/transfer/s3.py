"""The storage: one PUT to a presigned S3 URL. It never sees a token. Used by `transfer.py`.

Source: AWS S3 "PutObject" and "Error responses"; our decisions about the service's silent places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import httpx

from uploader_gui.engine.addresses import check_storage_address
from uploader_gui.engine.errors import (
    SignatureMismatch,
    SlowDown,
    Stalled,
    StorageError,
    StorageRefused,
    UrlExpired,
)
from uploader_gui.engine.net.client import check_url, read_answer, readable, translated_httpx_errors
from uploader_gui.engine.net.stall_watchdog import EXTENSION, ConnectionActivity, StallTimeouts, watched
from uploader_gui.engine.transfer.confirmation import error_words, read_success, title_of
from uploader_gui.engine.transfer.presigned_url import further_headers, signed_headers, taken_out_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from uploader_gui.engine.models import PresignedPut
    from uploader_gui.engine.net.client import Clients
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.net.stall_watchdog import Watchdog
    from uploader_gui.engine.transfer.confirmation import Stored

PORTION: Final = 64 * 1024
"""So much at a time is given to a connection that cannot be felt (on Windows' proactor, through a proxy that speaks TLS
itself): a line that moves it within the watchdog's patience, at 2.2 KB/s, lives."""
_NEVER_BETTER: Final = frozenset({501, 505})
"""Of the 5xx: what will not be understood the next time either."""
_LATER: Final = frozenset({"SlowDown", "OperationAborted", "ConditionalRequestConflict"})
"""Codes with which S3 asks for the same request once more, whatever their status."""


@dataclass(slots=True)
class Body:
    """What goes out: exactly `size` bytes, given piece by piece.

    `next_piece` gives bytes, empty at the end; `moving` is called now and then while bytes move, `finished` when the
    last byte has been handed over.
    """

    size: int
    next_piece: Callable[[], Awaitable[bytes | memoryview]]
    moving: Callable[[], None]
    finished: Callable[[], None]


class S3Client:
    """Sends presigned PUTs, and remembers per host whether it wants a Content-Type that was not signed.

    `local`: the storage may be on this machine, as the API is.
    """

    def __init__(
        self, clients: Clients, *, clock: ServerClock, local: bool, timeouts: StallTimeouts | None = None
    ) -> None:
        self._clients = clients
        self._local = local
        self._clock = clock
        self._timeouts = timeouts or StallTimeouts()
        self._origins: dict[str, httpx.URL] = {}
        self._without_content_type: set[str] = set()
        self._mismatched: dict[str, bool] = {}
        """By URL: whether the attempt whose signature did not fit had a Content-Type; the next one is the other way."""

    def follow(self, other: S3Client) -> None:
        """Reach storages the way another client does."""
        self._clients = other._clients

    async def put(self, presigned: PresignedPut, media_type: str, body: Body) -> Stored:
        """Send one object in one PUT.

        Raises:
            UrlRefused: the address is not one evidence may go to, or no request that we may send fits it.
            UrlExpired: a new presigned URL is needed.
            SlowDown: the storage wants everybody to be slower.
            StorageRefused: it does not take this object.
            Offline, TlsFailed, ProxyFailed, ConnectionLost, Stalled: the way there.
            SourceError: whatever `body.next_piece` raises.
        """
        parts = check_storage_address(presigned.url, local=self._local)
        headers = self._headers(presigned.url, media_type, body.size)
        origin = self._origin(parts)
        http = await self._clients.client_for(origin)
        if await self._clients.goes_through_proxy(origin):
            # WORKAROUND: httpcore gives CONNECT the request's "target" too, which would tell the proxy the whole URL.
            url, exactly = check_url(presigned.url), {}
        else:
            # The path and query exactly as they were signed: any re-encoding would break the signature.
            url, exactly = origin, {"target": _target(parts)}
        activity = ConnectionActivity()
        extensions = {EXTENSION: activity, **exactly}
        async with watched(self._timeouts, activity, body.moving) as watchdog:
            pieces = _Pieces(body, watchdog)
            with translated_httpx_errors():
                request = http.build_request("PUT", url, headers=headers, content=pieces, extensions=extensions)
                response = await http.send(request, stream=True)
                early = bool(activity.waiting)
                try:
                    answer = await read_answer(response)
                finally:
                    await response.aclose()
        self._clock.observe(response.headers.get("Date"))
        if response.is_success:
            return self._succeeded(response, read_success(response, answer, presigned.url, early=early), presigned)
        raise self._failed(response, answer, presigned)

    def _origin(self, parts: SplitResult) -> httpx.URL:
        """Give scheme, host and port as httpx wants them, looked at once per host: it takes long over a long URL."""
        key = f"{parts.scheme}://{parts.netloc}/"
        if key not in self._origins:
            self._origins[key] = check_url(key)
        return self._origins[key]

    def _headers(self, url: str, media_type: str, size: int) -> dict[bytes, bytes]:
        signed = signed_headers(url)
        host = urlsplit(url).netloc
        headers = {b"Host": host.encode(), b"Content-Length": b"%d" % size}
        if "content-type" in signed or not self._mismatched.get(url, host in self._without_content_type):
            headers[b"Content-Type"] = media_type.encode()
        return headers | {name.encode(): value for name, value in further_headers(url).items()}

    def _succeeded(self, response: httpx.Response, stored: Stored, presigned: PresignedPut) -> Stored:
        """Learn from a success what the host wants, unless it is in doubt whose success it is."""
        if not stored.doubt:
            self._mismatched.pop(presigned.url, None)
            if "content-type" not in response.request.headers:
                self._without_content_type.add(urlsplit(presigned.url).netloc)
        return stored

    def _failed(self, response: httpx.Response, answer: bytes, presigned: PresignedPut) -> StorageError | Stalled:
        host = urlsplit(presigned.url).netloc
        without = "content-type" not in response.request.headers
        words = _words(response, answer, presigned.url)
        code, _ = error_words(answer)
        if code == "SignatureDoesNotMatch" and "content-type" not in signed_headers(presigned.url):
            (self._without_content_type.discard if without else self._without_content_type.add)(host)
            if self._mismatched.pop(presigned.url, None) is None:
                self._mismatched[presigned.url] = not without
                return SignatureMismatch(words)
        return _error_of(response, answer, words, expired=self._is_past(presigned), clock=self._clock)

    def _is_past(self, presigned: PresignedPut) -> bool:
        return presigned.expires_at is not None and self._clock.now() >= presigned.expires_at


class _Pieces(httpx.AsyncByteStream):
    """The body as httpx wants it; the watchdog hears of everything that is given out."""

    def __init__(self, body: Body, watchdog: Watchdog) -> None:
        self._body = body
        self._watchdog = watchdog

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self._watchdog.rest()
            piece = await self._body.next_piece()
            if not piece:
                break
            for portion in self._portions(piece):
                self._watchdog.sending(len(portion))
                yield portion  # type: ignore[misc]  # a memoryview saves a copy; h11 takes any bytes-like
        self._body.finished()
        self._watchdog.all_given()

    def _portions(self, piece: bytes | memoryview) -> Iterator[bytes | memoryview]:
        size = len(piece) if self._watchdog.is_measuring else PORTION
        return (piece[begin : begin + size] for begin in range(0, len(piece), size))


def _target(parts: SplitResult) -> bytes:
    return (f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/").encode("ascii", "strict")


def _error_of(
    response: httpx.Response, answer: bytes, words: str, *, expired: bool, clock: ServerClock
) -> StorageError | Stalled:
    code, message = error_words(answer)
    status = response.status_code
    if status in {400, 403} and (expired or "expired" in message.lower() or code == "ExpiredToken"):
        return UrlExpired(words)
    if status == 429 or (status >= 500 and status not in _NEVER_BETTER) or code in _LATER:  # noqa: PLR2004 - 5xx
        return SlowDown(words, retry_after=clock.until(response.headers.get("Retry-After")))
    if code == "RequestTimeout" or status == 408:  # noqa: PLR2004 - S3 waited for our bytes in vain
        return Stalled(words)
    return StorageRefused(words)


def _words(response: httpx.Response, answer: bytes, url: str) -> str:
    """Give the storage's own words, without what of the link they repeat."""
    code, message = error_words(answer)
    words = f"{code}: {message}" if code else ": ".join(_who_answered(response, answer))
    return readable(taken_out_of(words, url))


def _who_answered(response: httpx.Response, answer: bytes) -> Iterator[str]:
    """Yield the status, and what it leads to or the title of its page: a network's sign-in, a filter."""
    yield f"HTTP {response.status_code}"
    if response.has_redirect_location:
        yield urlsplit(response.headers["Location"]).netloc
    elif title := title_of(answer):
        yield f"“{title}”"
