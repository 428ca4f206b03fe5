"""The clients: TLS by the system's trust store, no cookie, no proxy nobody set, and errors in our own words."""

import asyncio
import errno
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.engine.service import Service
from tests.engine.test_system_words import WindowsError
from tests.support.api_faults import Answer
from tests.support.certificates import CertificateAuthority
from tests.support.loopback import LoopbackServer
from tests.support.raw_http import Connection, RawAnswer, RawRequest
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import ConnectionLost, Offline, ProxyFailed, StorageRefused, TlsFailed, Variant
from uploader_gui.engine.net.client import Clients, check_url, tls_context, translated_httpx_errors
from uploader_gui.engine.net.stall_watchdog import ANSWER_SECONDS, STALL_SECONDS
from uploader_gui.engine.options import HttpOptions
from uploader_gui.engine.transfer.transfer import MAX_PIECE
from uploader_gui.failure_messages import OWN_DETAILS


class Proxy(LoopbackServer):
    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status
        self.seen: list[RawRequest] = []

    def before_request(self, connection: Connection) -> None:
        """Do nothing."""

    def answer(self, connection: Connection, request: RawRequest) -> None:
        self.seen.append(request)
        connection.send(RawAnswer(self.status, close=True))


class PlainServer(Proxy):
    """A server that answers in plain HTTP whatever comes, as they do to a TLS greeting."""

    def before_request(self, connection: Connection) -> None:
        connection.send(RawAnswer(self.status, close=True))


@pytest.fixture
def tls_api(ca: CertificateAuthority) -> Iterator[StrictApi]:
    with StrictApi(lambda _upload, _anomaly: "https://b.example/k", tls=ca.server_context()) as api:
        yield api
    assert api.violations == []


async def test_a_certificate_nobody_vouches_for_ends_it_before_a_token_is_sent(
    tls_api: StrictApi, trust: ssl.SSLContext
) -> None:
    async with Service(tls_api.url, trust) as service:
        error = await service.error_of()
    assert isinstance(error, TlsFailed)
    assert (error.variant, error.detail) == (Variant.UNKNOWN_ISSUER, "")
    assert not error.outcome_unknown
    assert tls_api.calls == []


async def test_the_extra_certificate_authority_of_the_settings_is_trusted_but_not_for_another_name(
    tls_api: StrictApi, extended_trust: ssl.SSLContext
) -> None:
    async with Service(tls_api.url.replace("127.0.0.1", "127.0.0.2"), extended_trust) as service:
        error = await service.error_of()
    if not isinstance(error, Offline):  # a system without that address
        assert isinstance(error, TlsFailed)
        assert error.variant is Variant.OTHER_NAME
    assert tls_api.calls == []
    async with Service(tls_api.url, extended_trust) as service:
        assert len((await service.register()).presigned) == 1


async def test_a_server_that_speaks_no_tls_is_a_failure_of_tls(trust: ssl.SSLContext) -> None:
    with PlainServer(400) as server:
        async with Service(f"https://{server.host}", trust) as service:
            error = await service.error_of()
    assert isinstance(error, TlsFailed)
    assert error.detail == "it answers without encryption"


@pytest.mark.parametrize("content", ["", "no certificate", None])
def test_a_ca_file_that_is_none_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(OSError, match=r"."):
        tls_context(path)


async def test_a_cookie_never_comes_back_and_one_connection_serves_many_registrations(
    strict_api: StrictApi, service: Service
) -> None:
    strict_api.faults.append(Answer(503, b"{}", (("Set-Cookie", "session=1; Path=/"),)))
    await service.error_of()
    for _ in range(4):
        await service.register()  # a cookie would be a violation
    assert [call.status for call in strict_api.calls] == [503, 200, 200, 200, 200]
    assert strict_api.connections_made == 1


async def test_proxies_and_netrc_of_the_environment_are_not_asked(
    strict_api: StrictApi, trust: ssl.SSLContext, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (person / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    async with Service(strict_api.url, trust) as service:
        await service.register()


async def test_each_host_is_asked_about_once_and_this_machine_never(trust: ssl.SSLContext) -> None:
    asked: list[str] = []

    def direct(url: str) -> None:
        asked.append(url)

    clients = Clients(HttpOptions(proxy_for=direct), trust, answer_seconds=5)
    for url in (
        "https://a.example/secret/path?X-Amz-Signature=1",
        "https://a.example/other",
        "https://a.example:8443/",
        "http://127.0.0.1:9000/",
        "http://localhost/",
        "http://[::1]/",
    ):
        await clients.client_for(check_url(url))
    await clients.aclose()
    assert asked == ["https://a.example/", "https://a.example:8443/"]


def through(proxy: str, trust: ssl.SSLContext) -> Clients:
    return Clients(HttpOptions(proxy_for=lambda _: proxy), trust, answer_seconds=5)


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_refuses_is_told_as_such(trust: ssl.SSLContext, status: int) -> None:
    with Proxy(status) as proxy:
        clients = through(proxy.origin, trust)
        http = await clients.client_for(check_url("https://api.example/"))
        with pytest.raises(ProxyFailed, match=str(status)), translated_httpx_errors():
            await http.post("https://api.example/", headers={"Authorization": "Bearer secret"})
        await clients.aclose()
    (request,) = proxy.seen
    assert (request.method, request.target) == ("CONNECT", "api.example:443")
    assert request.header("Authorization") is None


@pytest.mark.parametrize(
    ("proxy", "variant"),
    [
        *((proxy, Variant.PROXY_SOCKS) for proxy in ("socks5://127.0.0.1:9", "SOCKS5h://u:p@127.0.0.1:9", "quic://a")),
        *((proxy, Variant.PROXY_NO_ADDRESS) for proxy in ("http://[::1", "http://proxy.test:99999", "http://a b")),
        ("socks4://127.0.0.1", Variant.PROXY_SOCKS),
        ("https://proxy.test:0", Variant.PROXY_NO_ADDRESS),
        ("http://proxy.test", None),
    ],
)
async def test_a_proxy_of_another_kind_or_without_an_address_is_told_and_not_gone_around(
    trust: ssl.SSLContext, proxy: str, variant: Variant | None
) -> None:
    clients = through(proxy, trust)
    if variant is None:
        assert not (await clients.client_for(httpx.URL("https://register.test/"))).is_closed
    else:
        with pytest.raises(ProxyFailed) as caught:
            await clients.client_for(httpx.URL("https://register.test/"))
        assert caught.value.variant is variant
        assert variant is not Variant.PROXY_SOCKS or caught.value.detail == ""
    await clients.aclose()


async def test_a_proxy_that_is_not_there_is_no_connection(trust: ssl.SSLContext) -> None:
    with Proxy(502) as proxy:
        clients = through(proxy.origin, trust)
    http = await clients.client_for(check_url("https://api.example/"))
    with pytest.raises(Offline) as caught, translated_httpx_errors():
        await http.get("https://api.example/")
    assert caught.value.variant is Variant.PROXY_DOWN  # the server may be there
    await clients.aclose()


async def test_what_the_system_keeps_for_a_slow_line_is_gone_before_the_answer_counts_as_missing(
    trust: ssl.SSLContext,
) -> None:
    clients = Clients(HttpOptions(), trust, answer_seconds=5.0)
    with Proxy(200) as server:
        http = await clients.client_for(check_url(server.origin))
        async with http.stream("GET", server.origin) as response:
            line = response.extensions["network_stream"].get_extra_info("socket")
            kept = line.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    await clients.aclose()
    slowest = 10_000
    assert kept <= slowest * ANSWER_SECONDS
    assert slowest * STALL_SECONDS >= MAX_PIECE


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no file of those they trust")
def test_those_the_system_trusts_are_trusted(ca: CertificateAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca.pem))
    assert tls_context(None).cert_store_stats()["x509_ca"] == 1


@pytest.mark.parametrize(
    ("raised", "expected", "detail"),
    [
        (ZeroDivisionError(), ZeroDivisionError, None),
        (httpx.ConnectTimeout("too slow"), Offline, None),
        (httpx.ReadError("incomplete chunked read"), ConnectionLost, ""),
    ],
)
def test_a_connection_lost_has_no_words_of_a_library_and_a_bug_is_not_mistaken_for_one(
    raised: Exception, expected: type[Exception], detail: str | None
) -> None:
    with pytest.raises(expected) as caught, translated_httpx_errors():
        raise raised
    assert detail is None or getattr(caught.value, "detail", None) == detail
    assert StorageRefused("Access\r\nDenied\u2028for you").detail == "Access Denied for you"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.close()


async def test_a_server_out_of_reach_is_told_in_words_of_ours_that_can_be_translated(trust: ssl.SSLContext) -> None:
    with PlainServer(400) as server:
        gone = server.host
    async with Service(f"http://{gone}", trust) as refused, Service("https://service.invalid", trust) as unknown:
        errors = [await refused.error_of(), await unknown.error_of()]
        async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            async with Service(f"https://127.0.0.1:{port}", trust) as hanging_up:
                errors.append(await hanging_up.error_of())
    told = [error.detail for error in errors if isinstance(error, Offline)]
    assert (told[0], told[2]) == ("it refused the connection", "it closed the connection")
    assert told[1] in {"its name is not known", "no name can be looked up"}
    assert {*told} <= {*OWN_DETAILS}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("Multiple exceptions: [Errno 111] Connect call, [Errno 111] Connect"), "it refused the connection"),
        (WindowsError(errno.EINVAL, 1225), "it refused the connection"),
        (OSError("something that a library says"), ""),
    ],
)
def test_a_refused_connection_is_known_on_every_system_and_no_words_of_a_library_are_taken(
    error: OSError, words: str
) -> None:
    with pytest.raises(Offline) as caught, translated_httpx_errors():
        raise httpx.ConnectError("All connection attempts failed") from error
    assert (caught.value.detail, caught.value.variant is Variant.SERVER_DOWN) == (words, bool(words))
