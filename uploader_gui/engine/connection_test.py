"""Tests the connection to the service step by step: host name, connection, certificate, response, tokens, clocks.

Loads what the engine loads, so the window imports this module once somebody asks for a test. It creates nothing: it
sends one GET for an anomaly (as a public page of the service describes). A response it does not know is reported as
"could not be found out", never as a refusal. Tokens go only to the address they belong to, and only over a verified
connection.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from uploader_gui.engine.addresses import anomaly_address
from uploader_gui.engine.errors import NetworkError, ProxyFailed, TlsFailed, UploaderError, UrlRefused, Variant
from uploader_gui.engine.events import Fact, Finding, Question, Verdict
from uploader_gui.engine.net.client import (
    CONNECT_SECONDS,
    REDIRECTED_TO,
    Clients,
    answered,
    begins_as_page,
    causes,
    check_url,
    read_answer,
    tls_context,
    translated_httpx_errors,
)
from uploader_gui.engine.net.server_clock import http_date
from uploader_gui.engine.redaction import readable
from uploader_gui.engine.registration.api import Tokens, json_object, service_words
from uploader_gui.engine.system_words import system_words
from uploader_gui.engine.tasks_and_threads import DaemonThreads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from uploader_gui.engine.options import HttpOptions

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 20.0
CLOCK_TOLERANCE: Final = 60.0
"""In seconds. A smaller difference needs no mention: the program corrects it anyway."""
_NO_ANOMALY: Final = "0"
_PORTS: Final = {"http": 80, "https": 443}
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_NO_ROUTE: Final = "missing authentication token"
"""What the service's gateway answers to a path it does not know, with 403."""


class ConnectionThread:
    """One test in a thread of its own, which the window never waits for.

    It calls `tell` with each finding and `done` at the end, from its thread; neither after `stop()`.
    """

    def __init__(
        self, question: Question, network: HttpOptions, *, tell: Callable[[Finding], None], done: Callable[[], None]
    ) -> None:
        self._question = question
        self._network = network
        self._tell = tell
        self._done = done
        self._stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="uploader-connection-test", daemon=True)

    def start(self) -> None:
        """Begin the test."""
        self._thread.start()

    def stop(self) -> None:
        """End the test; return at once."""
        self._stopped.set()
        loop, task = self._loop, self._task
        if loop is None or task is None:
            return
        try:
            loop.call_soon_threadsafe(task.cancel)
        except RuntimeError:
            log.debug("the test had ended by itself")

    def _run(self) -> None:
        try:
            asyncio.run(self._test())
        except asyncio.CancelledError:
            return
        except Exception:
            log.exception("the test of the connection broke")
            self._tell_unless_stopped(Finding(Fact.BROKEN, Verdict.BAD))
        if not self._stopped.is_set():
            self._done()

    async def _test(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._stopped.is_set():
            return
        self._loop.set_default_executor(DaemonThreads())
        await ConnectionCheck(self._question, self._network, self._tell_unless_stopped).run()

    def _tell_unless_stopped(self, finding: Finding) -> None:
        if not self._stopped.is_set():
            self._tell(finding)


class ConnectionCheck:
    """One test. It calls `tell` with each finding at once, on the loop that runs it."""

    def __init__(self, question: Question, options: HttpOptions, tell: Callable[[Finding], None]) -> None:
        self._question = question
        self._options = options
        self._tell = tell

    async def run(self) -> None:
        """Test step by step, until one fails that the next ones need."""
        try:
            url = check_url(self._question.api_url.rstrip("/"))
        except UrlRefused as error:
            self._tell(_bad(Fact.ADDRESS_REFUSED, error.detail))
            return
        try:
            context = await asyncio.to_thread(tls_context, self._options.ca_file)
        except OSError as error:
            why = "" if isinstance(error, ssl.SSLError) else system_words(error)
            self._tell(_bad(Fact.AUTHORITY_UNUSABLE, str(self._options.ca_file), why))
            return
        await self._test(url, context)

    async def _test(self, url: httpx.URL, context: ssl.SSLContext) -> None:
        clients = Clients(self._options, context, answer_seconds=ANSWER_SECONDS)
        try:
            proxy = await clients.proxy_for(url)
            if await self._reaches(url, proxy):
                await self._ask(clients, url)
        finally:
            await clients.aclose()

    # The connection

    async def _reaches(self, url: httpx.URL, proxy: str | None) -> bool:
        """Resolve the host name and connect, to the proxy where there is one; return whether both worked."""
        host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
        if proxy is not None:
            parts = urlsplit(proxy)
            host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)
            self._tell(_note(Fact.PROXY_USED, f"{host}:{port}"))
        host = host.strip("[]")
        return await self._resolves(host, port) and await self._connects(host, port)

    async def _resolves(self, host: str, port: int) -> bool:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.get_running_loop().getaddrinfo(host, port)
        except (OSError, UnicodeError):  # TimeoutError is an OSError
            self._tell(_bad(Fact.NAME_UNKNOWN, host))
            return False
        self._tell(_good(Fact.NAME_FOUND, host))
        return True

    async def _connects(self, host: str, port: int) -> bool:
        began = time.monotonic()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
        except OSError:
            self._tell(_bad(Fact.NOT_CONNECTED, f"{host}:{port}"))
            return False
        writer.close()
        self._tell(_good(Fact.CONNECTED, host, str(max(1, round((time.monotonic() - began) * 1000)))))
        return True

    # The service

    async def _ask(self, clients: Clients, url: httpx.URL) -> None:
        try:
            response, body = await self._get(clients, url)
        except TlsFailed as error:
            await self._explain(error, url)
        except ProxyFailed as error:
            self._tell(_refused_by_proxy(error))
        except UrlRefused as error:
            self._tell(_bad(Fact.ADDRESS_REFUSED, error.detail))
        except NetworkError:
            self._tell(_bad(Fact.NO_ANSWER))
        else:
            date = http_date(response.headers.get("Date"))
            for finding in judge(self._question, response, body, now=date or time.time()):
                self._tell(finding)
            if date is not None:
                self._compare_clocks(date)

    async def _get(self, clients: Clients, url: httpx.URL) -> tuple[httpx.Response, bytes]:
        http = await clients.client_for(url)
        path = anomaly_address(str(url), self._question.anomaly_id or _NO_ANOMALY)
        with translated_httpx_errors():
            request = http.build_request("GET", path, headers={"Accept": "application/json", **self._token_headers()})
        async with answered(http, request) as response:
            self._report_certificate(response)
            return response, await read_answer(response)

    def _token_headers(self) -> dict[str, str]:
        if self._question.tokens is None or not Tokens(*self._question.tokens).sendable:
            return {}
        bearer, session = self._question.tokens
        return {"Authorization": f"Bearer {bearer}", "X-Session-Token": session}

    def _report_certificate(self, response: httpx.Response) -> None:
        if response.url.scheme != "https":
            self._tell(_note(Fact.NOT_ENCRYPTED))
            return
        self._tell(_good(Fact.SECURE, _certificate_of(response).issuer))

    # What is wrong with a certificate

    async def _explain(self, error: TlsFailed, url: httpx.URL) -> None:
        refusal = next((one for one in causes(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
        if refusal is None:
            self._tell(_bad(Fact.NO_TLS))
            return
        certificate = await self._fetch_certificate(url)
        if error.variant is Variant.OTHER_NAME:
            self._tell(_bad(Fact.CERTIFICATE_OTHER_NAME, url.host))
        elif error.variant is Variant.CERTIFICATE_EXPIRED:
            self._tell(_bad(Fact.CERTIFICATE_EXPIRED, certificate.issuer))
        elif error.variant is Variant.SELF_SIGNED or certificate.self_signed:
            self._tell(_bad(Fact.CERTIFICATE_SELF_SIGNED, certificate.issuer))
        else:
            self._tell(_bad(Fact.CERTIFICATE_REFUSED, certificate.issuer, refusal.verify_message))

    async def _fetch_certificate(self, url: httpx.URL) -> Certificate:
        """Return a certificate that was refused, to name its issuer. Nothing of ours goes over that connection."""
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        clients = Clients(self._options, unverified, answer_seconds=ANSWER_SECONDS)
        try:
            if (await clients.proxy_for(url) or "").lower().startswith("https:"):
                return UNREADABLE  # nobody would check the proxy's certificate, and its password would go out
            http = await clients.client_for(url)
            async with answered(http, http.build_request("HEAD", url.copy_with(path="/"))) as response:
                return _certificate_of(response)  # after this block the connection is closed and has none
        except UploaderError:
            return UNREADABLE
        finally:
            await clients.aclose()

    def _compare_clocks(self, date: float) -> None:
        ahead = round(time.time() - date)
        if abs(ahead) <= CLOCK_TOLERANCE:
            self._tell(_good(Fact.CLOCK_RIGHT))
        else:
            self._tell(_note(Fact.CLOCK_AHEAD if ahead > 0 else Fact.CLOCK_BEHIND, str(abs(ahead))))


def _refused_by_proxy(error: ProxyFailed) -> Finding:
    if error.variant is Variant.PROXY_SIGN_IN:
        return _bad(Fact.PROXY_SIGN_IN)
    return _bad(Fact.PROXY_REFUSED, error.detail) if error.detail else _bad(Fact.NO_ANSWER)


def _certificate_of(response: httpx.Response) -> Certificate:
    """Return the certificate of a response's connection."""
    stream = response.extensions.get("network_stream")
    secured = stream.get_extra_info("ssl_object") if stream is not None else None
    der = secured.getpeercert(binary_form=True) if secured is not None else None
    return read_certificate(der) if der else UNREADABLE


def judge(question: Question, response: httpx.Response, body: bytes, *, now: float) -> Iterator[Finding]:
    """Yield what a response tells. `now` is the server's time, in seconds since 1970."""
    trouble = _trouble(response, body)
    if trouble is not None:
        yield trouble
        return
    yield _good(Fact.REACHED)
    yield _tokens(question, response, body, now)
    yield from _anomaly(question, response, body)


def _trouble(response: httpx.Response, body: bytes) -> Finding | None:
    """Return why a response is not the service's, or not a usable one; None where it is."""
    status = response.status_code
    if status // 100 == 3:  # noqa: PLR2004 - redirects
        return _bad(Fact.REDIRECTED, readable(response.extensions.get(REDIRECTED_TO, ""))[:100])
    if status in _BUSY:
        return _note(Fact.SERVICE_BUSY)
    if status >= 500 and status != HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:  # noqa: PLR2004 - the server's own failures
        return _bad(Fact.SERVICE_FAILED, str(status))
    if status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED or _is_page(response, body):
        return _bad(Fact.WEB_PAGE)
    return None if json_object(body) is not None else _bad(Fact.NOT_THE_SERVICE, str(status))


def _tokens(question: Question, response: httpx.Response, body: bytes, now: float) -> Finding:
    if question.tokens is None:
        return _note(Fact.TOKENS_KEPT_BACK if question.kept_back else Fact.TOKENS_MISSING)
    if question.expires_at is not None and question.expires_at <= now:
        return _bad(Fact.TOKENS_EXPIRED)
    if response.status_code == HTTPStatus.UNAUTHORIZED or not Tokens(*question.tokens).sendable:
        return _bad(Fact.TOKENS_REFUSED)
    if response.status_code == HTTPStatus.FORBIDDEN and service_words(body).lower() != _NO_ROUTE:
        return _bad(Fact.TOKENS_FORBIDDEN)
    if response.is_success:
        return _good(Fact.TOKENS_ACCEPTED)
    return Finding(Fact.TOKENS_UNTOLD, Verdict.UNKNOWN)


def _anomaly(question: Question, response: httpx.Response, body: bytes) -> Iterator[Finding]:
    if not question.anomaly_id or question.tokens is None:
        return
    if response.status_code == HTTPStatus.NOT_FOUND:
        yield Finding(Fact.ANOMALY_UNKNOWN, Verdict.UNKNOWN, (question.anomaly_id,))
    if response.is_success and (title := _title(body)):
        yield _good(Fact.ANOMALY_FOUND, question.anomaly_id, title)


def _title(body: bytes) -> str:
    data = (json_object(body) or {}).get("data")
    title = data.get("title") if isinstance(data, dict) else None
    return readable(title)[:100] if isinstance(title, str) else ""


def _is_page(response: httpx.Response, body: bytes) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower() or begins_as_page(body)


def _good(fact: Fact, *values: str) -> Finding:
    return Finding(fact, Verdict.GOOD, values)


def _note(fact: Fact, *values: str) -> Finding:
    return Finding(fact, Verdict.NOTE, values)


def _bad(fact: Fact, *values: str) -> Finding:
    return Finding(fact, Verdict.BAD, values)


_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_VERSION: Final = 0xA0
_COMMON_NAME: Final = b"\x55\x04\x03"
_ORGANIZATION: Final = b"\x55\x04\x0a"
_ENCODINGS: Final = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}
"""Tags of strings that are not UTF-8: BMPString, UniversalString, T61String."""
_MAX_LENGTH_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who issued a certificate: to show to people, never to decide on trust.

    Python tells the issuer only of certificates it has verified itself. On Windows and macOS the system verifies, and
    it is a refused certificate that people most need to know about. Source: RFC 5280 §4.1, X.690 §8.

    Attributes:
        issuer: as people know it, "" where it is missing or cannot be read.
    """

    issuer: str
    self_signed: bool


UNREADABLE: Final = Certificate("", self_signed=False)


def read_certificate(der: bytes) -> Certificate:
    """Return who issued a certificate; `UNREADABLE` where the bytes are none."""
    try:
        issuer, subject = _names(der)
        return Certificate(_known_as(issuer), self_signed=issuer == subject)
    except (ValueError, IndexError):
        return UNREADABLE


def _names(der: bytes) -> tuple[bytes, bytes]:
    """Return issuer and subject of the signed part: version, serial, algorithm, issuer, validity, subject."""
    outer = _content(_content(der, _SEQUENCE), _SEQUENCE)
    fields = [(tag, value) for tag, value in _elements(outer) if tag != _VERSION]
    return fields[2][1], fields[4][1]


def _known_as(name: bytes) -> str:
    """Return the organization, and the common name where that is different."""
    parts = dict(_parts(name))
    known = [parts[kind] for kind in (_ORGANIZATION, _COMMON_NAME) if parts.get(kind)]
    return " – ".join(dict.fromkeys(known))


def _parts(name: bytes) -> Iterator[tuple[bytes, str]]:
    for tag, group in _elements(name):
        if tag != _SET:
            raise ValueError("no name")
        (_, kind), (text_tag, text) = list(_elements(_content(group, _SEQUENCE)))[:2]
        decoded = text.decode(_ENCODINGS.get(text_tag, "utf-8"), "replace")
        yield kind, "".join(c for c in decoded if c.isprintable())[:100]


def _content(data: bytes, wanted: int) -> bytes:
    tag, value = next(_elements(data), (None, b""))
    if tag != wanted:
        raise ValueError("another element was expected")
    return value


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= _MAX_LENGTH_BYTES:
                raise ValueError("no length")
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("cut off")
        yield tag, data[at : at + length]
        at += length
