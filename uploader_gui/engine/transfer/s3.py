"""The storage: one PUT to a presigned S3 URL, and what its answer means. It never sees a token.

Source: AWS S3 "PutObject" and "Error responses"; the answers of rclone, Swift, moto, Garage, S3Proxy and Ceph; our
decisions where the service is silent. Only an ETag that is the MD5 proves that the bytes arrived: block pages, captive
portals and web servers answer 200 too, some with an ETag of their own.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

import httpx

from uploader_gui.engine.addresses import check_storage_address
from uploader_gui.engine.errors import (
    Damaged,
    NotConfirmed,
    SignatureMismatch,
    SlowDown,
    Stalled,
    StorageError,
    StorageRefused,
    UrlExpired,
    Variant,
)
from uploader_gui.engine.net.client import REDIRECTED_TO, check_url, is_page, read_answer, translated_httpx_errors
from uploader_gui.engine.net.stall_watchdog import EXTENSION, StallTimeouts, watched
from uploader_gui.engine.redaction import readable, without_url_secrets
from uploader_gui.engine.transfer.presigned_url import PORTS, further_headers, signed_headers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from uploader_gui.engine.models import PresignedPut
    from uploader_gui.engine.net.client import Clients
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.net.stall_watchdog import ConnectionActivity, Watchdog

PORTION: Final = 64 * 1024
"""Bytes given at once to a connection that cannot be measured (on Windows' proactor, or through a proxy that speaks TLS
itself): a line with 2.2 KB/s moves them before the watchdog's timeout."""
_FINAL_5XX: Final = frozenset({501, 505})
"""The 5xx that another try would not change."""
_TRY_LATER: Final = re.compile(
    r"(KMS\.)?(SlowDown.*|.*Throttl.*|TooManyRequests.*|RequestLimitExceeded|OperationAborted|ConditionalRequestConflict)"
)
"""The error codes with which S3, and the key service behind it, ask for the same request again, whatever the status."""
_TOO_EARLY: Final = re.compile(r"not (yet valid|valid yet)", re.IGNORECASE)
"""The service's clock, by which the URL is dated, is ahead of the storage's."""
_CUT_SHORT: Final = frozenset({"RequestTimeout", "IncompleteBody"})
"""The codes with which S3 says that our bytes did not all come."""
_MD5: Final = re.compile(r'(?:W/)?("?)(?P<hex>[0-9a-f]{32})\1', re.IGNORECASE)
"""The ETag of an object sent in one PUT; weak where a proxy compresses responses."""
_MULTIPART_ETAG: Final = re.compile(r'("?)[0-9a-f]{32}-[0-9]{1,5}\1', re.IGNORECASE | re.ASCII)
_S3_HEADERS: Final = ("x-amz-request-id", "x-amz-id-2", "x-amz-version-id")
_ENCRYPTION: Final = "x-amz-server-side-encryption"
_KEY_HEADERS: Final = (f"{_ENCRYPTION}-aws-kms-key-id", f"{_ENCRYPTION}-customer-algorithm")
"""With such a key the ETag is not the MD5."""
_ERROR: Final = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<Error[\s>]")
_LONGEST_WORDS: Final = 4000
"""Characters of an error's words that are read: `html.unescape` raises for a number of more than 4,300 digits."""
_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)
"""Bounded, because a hostile page could make a regular expression slow."""


@dataclass(slots=True)
class Body:
    """The body of a PUT: exactly `size` bytes, piece by piece.

    `next_piece` returns bytes, empty at the end; `moving` is called now and then while bytes move, `finished` when the
    connection has the last byte. `activity` tells what moves on the connection.
    """

    size: int
    next_piece: Callable[[], Awaitable[bytes | memoryview]]
    moving: Callable[[], None]
    finished: Callable[[], None]
    activity: ConnectionActivity


@dataclass(frozen=True, slots=True)
class Stored:
    """A 2xx answer to a PUT. `md5` is the MD5 in its ETag, None if that is no MD5.

    `comparable`: the ETag must be the MD5 of the object. `doubt` is why the storage may not have it, None where it has.
    """

    md5: str | None
    comparable: bool
    doubt: NotConfirmed | None = None

    def check(self, md5: str) -> None:
        """Check that the storage confirmed the object with this MD5.

        Raises:
            Damaged: it holds other bytes.
            NotConfirmed: something else answered, or the answer does not say what is stored.
        """
        if self.md5 == md5:
            return
        if self.doubt:
            raise self.doubt
        if self.comparable:
            raise Damaged


class S3Client:
    """Sends presigned PUTs, and remembers per host with which of the headers that are open signatures match.

    `local`: the storage may be on this machine, as the API is.
    """

    def __init__(self, clients: Clients, *, clock: ServerClock, local: bool, timeouts: StallTimeouts) -> None:
        self._clients = clients
        self._local = local
        self._clock = clock
        self._timeouts = timeouts
        self._origins: dict[str, httpx.URL] = {}
        self._matching: dict[str, _OpenHeaders] = {}
        """By host: what matched, or what is to be tried next."""
        self._mismatched: dict[str, list[_OpenHeaders]] = {}
        """By URL: what did not match."""

    def follow(self, other: S3Client) -> None:
        """Use the connections of another client."""
        self._clients = other._clients

    async def put(self, presigned: PresignedPut, media_type: str, body: Body) -> Stored:
        """Send one object in one PUT.

        Raises:
            UrlRefused: no evidence may go to this address, or it needs a request that we do not send.
            UrlExpired: a new presigned URL is needed.
            SlowDown: all transfers are to slow down.
            StorageRefused: the storage refuses this object.
            Offline, TlsFailed, ProxyFailed, ConnectionLost, Stalled: the connection failed.
            SourceError: raised by `body.next_piece`.
        """
        parts = check_storage_address(presigned.url, local=self._local)
        chosen = self._open_headers(parts, presigned.url)
        headers = _headers(parts, presigned.url, chosen, media_type, body.size)
        origin = self._origin(parts)
        http = await self._clients.client_for(origin)
        if await self._clients.proxy_for(origin) is not None:
            # WORKAROUND: httpcore passes "target" to CONNECT too, which would show the proxy the whole URL.
            url, exactly = check_url(presigned.url), {}
        else:
            # Path and query exactly as they were signed: encoding them again would break the signature.
            url, exactly = origin, {"target": _target(parts)}
        extensions = {EXTENSION: body.activity, **exactly}
        async with watched(self._timeouts, body.activity, body.moving) as watchdog:
            pieces = _Pieces(body, watchdog)
            with translated_httpx_errors():
                request = http.build_request("PUT", url, headers=headers, content=pieces, extensions=extensions)
                response = await http.send(request, stream=True)
                early = bool(body.activity.waiting)
                try:
                    answer = await read_answer(response)
                finally:
                    await response.aclose()
        self._clock.observe(response.headers.get("Date"))
        if response.is_success:
            stored = read_success(response, answer, presigned.url, early=early)
            if not stored.doubt:  # else something else may have answered
                self._mismatched.pop(presigned.url, None)
                self._matching[parts.netloc] = chosen
            return stored
        raise self._failed(response, answer, presigned, chosen)

    def _origin(self, parts: SplitResult) -> httpx.URL:
        """Return scheme, host and port as httpx's type, parsed once per host: httpx is slow with long URLs."""
        key = f"{parts.scheme}://{parts.netloc}/"
        if key not in self._origins:
            self._origins[key] = check_url(key)
        return self._origins[key]

    def _open_headers(self, parts: SplitResult, url: str) -> _OpenHeaders:
        """Return what to try now: what matched for the host, unless it did not for this URL."""
        tried = self._mismatched.get(url, [])
        left = [one for one in _possible(parts, url) if one not in tried]
        matching = self._matching.get(parts.netloc)
        return matching if matching in left else left[0]

    def _failed(
        self, response: httpx.Response, answer: bytes, presigned: PresignedPut, chosen: _OpenHeaders
    ) -> StorageError | Stalled:
        words = _words(response, answer, presigned.url)
        code, _ = error_words(answer)
        if code == "SignatureDoesNotMatch":
            parts = urlsplit(presigned.url)
            tried = [*self._mismatched.pop(presigned.url, []), chosen]
            possible = _possible(parts, presigned.url)
            left = [one for one in possible if one not in tried]
            self._matching[parts.netloc] = (left or possible)[0]
            if left:
                self._mismatched[presigned.url] = tried
                return SignatureMismatch(words)
        return _error_of(response, answer, words, expired=self._clock.is_perhaps_past(presigned), clock=self._clock)


class _OpenHeaders(NamedTuple):
    """The headers on which clients and storages differ, and so signatures."""

    content_type: bool = True
    """Sent though it is not signed."""
    port: bool = False
    """`Host` names the scheme's own port where the URL does; HTTP clients leave it out."""


def _possible(parts: SplitResult, url: str) -> list[_OpenHeaders]:
    content_types = (True,) if "content-type" in signed_headers(url) else (True, False)
    ports = (False, True) if parts.port == PORTS.get(parts.scheme) else (False,)
    return [_OpenHeaders(content_type, port) for content_type in content_types for port in ports]


def _headers(parts: SplitResult, url: str, chosen: _OpenHeaders, media_type: str, size: int) -> dict[bytes, bytes]:
    has_default_port = parts.port == PORTS.get(parts.scheme)
    host = parts.netloc.rpartition(":")[0] if has_default_port and not chosen.port else parts.netloc
    headers = {b"Host": host.encode(), b"Content-Length": b"%d" % size}
    if chosen.content_type:
        headers[b"Content-Type"] = media_type.encode()
    return headers | {name.encode(): value for name, value in further_headers(url).items()}


class _Pieces(httpx.AsyncByteStream):
    """The body as httpx's type; it reports to the watchdog what it gives to the connection."""

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


def read_success(response: httpx.Response, answer: bytes, url: str, *, early: bool) -> Stored:
    """Return what a 2xx to a PUT says. `early`: it came before the other side had confirmed the whole file."""
    etags = {etag.strip() for etag in response.headers.get_list("ETag")} - {"", '""'}
    etag = etags.pop() if len(etags) == 1 and response.status_code == HTTPStatus.OK else ""
    match = _MD5.fullmatch(etag)
    md5 = match["hex"].lower() if match else None
    comparable = md5 is not None and _is_etag_the_md5(response)
    if comparable and not response.num_bytes_downloaded:
        return Stored(md5, comparable)
    doubt = _doubt(response, answer, etag, early=early)
    if doubt is not None:
        doubt = NotConfirmed(readable(without_url_secrets(doubt.detail, url)), variant=doubt.variant)
    return Stored(md5, comparable, doubt)


def _is_etag_the_md5(response: httpx.Response) -> bool:
    """Whether S3 makes the ETag of the MD5: not under a customer's key or the key service's, but under AES256."""
    kind = response.headers.get(_ENCRYPTION, "").strip().upper()
    return kind in {"", "AES256"} and not any(response.headers.get(name) for name in _KEY_HEADERS)


def _doubt(response: httpx.Response, answer: bytes, etag: str, *, early: bool) -> NotConfirmed | None:
    """Return why the storage may not have the file, None where it has."""
    if _ERROR.match(answer):
        words = ": ".join(filter(None, error_words(answer))).rstrip(". ")
        return NotConfirmed(words, variant=Variant.STORAGE_ERROR)
    if response.num_bytes_downloaded:  # counted before decompression: a body that cannot be decompressed counts too
        is_html = is_page(answer) or "html" in response.headers.get("Content-Type", "").lower()
        variant = Variant.WEB_PAGE if is_html else Variant.NOT_THE_STORAGE
        return NotConfirmed(_server_name(response, answer), variant=variant)
    if response.status_code != HTTPStatus.OK or not _looks_like_s3(response, etag):
        return NotConfirmed(_server_name(response, answer), variant=Variant.NOT_THE_STORAGE)
    if not etag:
        return NotConfirmed("the answer has no ETag")
    return NotConfirmed("the storage answered before it had the whole file") if early else None


def _looks_like_s3(response: httpx.Response, etag: str) -> bool:
    names = (*_S3_HEADERS, _ENCRYPTION, *_KEY_HEADERS)
    return any(response.headers.get(name) for name in names) or _MULTIPART_ETAG.fullmatch(etag) is not None


def _server_name(response: httpx.Response, answer: bytes) -> str:
    """Return the status (other than 200), title of the page and program of a server, else its Content-Type."""
    status = "" if response.status_code == HTTPStatus.OK else f"HTTP {response.status_code}"
    title = title_of(answer)
    server = readable(response.headers.get("Server", ""))[:60]
    known = filter(None, (status, f"“{title}”" if title else "", server))
    return ", ".join(known) or readable(response.headers.get("Content-Type", ""))[:60]


def _error_of(
    response: httpx.Response, answer: bytes, words: str, *, expired: bool, clock: ServerClock
) -> StorageError | Stalled:
    code, message = error_words(answer)
    status = response.status_code
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:  # only what stands in between answers so
        return NotConfirmed(words, variant=Variant.WEB_PAGE if is_page(answer) else Variant.NOT_THE_STORAGE)
    if status in {400, 403} and ("expired" in message.lower() or code == "ExpiredToken"):
        return UrlExpired(words)
    if status in {400, 403} and expired:
        return UrlExpired(words, perhaps=True)
    asks_for_pause = _TRY_LATER.fullmatch(code) or _TOO_EARLY.search(message)
    if status == 429 or (status >= 500 and status not in _FINAL_5XX) or asks_for_pause:  # noqa: PLR2004 - 5xx
        return SlowDown(words, retry_after=clock.until(response.headers.get("Retry-After")))
    if code in _CUT_SHORT or status in {408, 421, 425}:  # 408: S3 waited for our bytes in vain
        return Stalled(words)
    return StorageRefused(words)


def _words(response: httpx.Response, answer: bytes, url: str) -> str:
    """Return the storage's words, without the secrets of the URL they may repeat."""
    code, message = error_words(answer)
    words = f"{code}: {message}" if code else ": ".join(_who_answered(response, answer))
    return readable(without_url_secrets(words, url))


def _who_answered(response: httpx.Response, answer: bytes) -> Iterator[str]:
    """Yield the status, and the target of a redirect or the title of a page: a network's sign-in, a filter."""
    yield f"HTTP {response.status_code}"
    if host := response.extensions.get(REDIRECTED_TO):
        yield host
    elif title := title_of(answer):
        yield f"“{title}”"


def error_words(answer: bytes) -> tuple[str, str]:
    """Return Code and Message of S3's error XML, empty for other text.

    Without an XML parser: two plain fields are needed, and an entity bomb stays text.
    """
    text = answer[:65536].decode("utf-8", "replace")
    return _element(text, "Code"), _element(text, "Message")


def _element(text: str, name: str) -> str:
    begin, end = text.find(f"<{name}>"), text.find(f"</{name}>")
    words = text[begin + len(name) + 2 : end] if 0 <= begin < end else ""
    return html.unescape(words[:_LONGEST_WORDS]).strip()


def title_of(answer: bytes) -> str:
    """Return the title of a web page on one line, empty where it has none."""
    found = _TITLE.search(answer[:65536].decode("utf-8", "replace"))
    return readable(html.unescape(found[1]))[:100].strip() if found else ""
