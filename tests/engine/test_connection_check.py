"""The test of the connection: each kind of trouble gets its own finding, and tokens go nowhere they do not belong."""

import json
import ssl
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest
import trustme

from tests.support.certificates import CertificateAuthority
from tests.support.loopback import LoopbackServer
from tests.support.raw_http import Connection, HungUpError, RawAnswer, RawRequest
from uploader_gui.engine.connection_test import ConnectionCheck
from uploader_gui.engine.events import Fact, Finding, Question, Verdict
from uploader_gui.engine.options import HttpOptions
from uploader_gui.gui.dialogs.connection_panel import finding_text as told

TOKENS = ("bearer-for-tests", "session-for-tests")
ANOMALY = {"data": {"id": "4217", "title": "Porte coupe-feu\nbloquée"}}
JSON = (("Content-Type", "application/json"),)
F = Fact


class Server(LoopbackServer):
    def __init__(self, answer: RawAnswer, *, tls: ssl.SSLContext | None = None, clock_offset: float = 0) -> None:
        super().__init__(tls=tls)
        self._answer = answer
        self._clock_offset = clock_offset
        self.seen: list[RawRequest] = []

    def before_request(self, connection: Connection) -> None:
        """Do nothing."""

    def answer(self, connection: Connection, request: RawRequest) -> None:
        self.seen.append(request)
        date = ("Date", formatdate(time.time() + self._clock_offset, usegmt=True))
        connection.send(RawAnswer(self._answer.status, (date, *self._answer.headers), self._answer.body, close=True))


class BareProxy(Server):
    """Answers with a status line alone, or (empty) hangs up."""

    def __init__(self, status_line: str) -> None:
        super().__init__(RawAnswer(200))
        self._line = status_line

    def answer(self, connection: Connection, request: RawRequest) -> None:
        self.seen.append(request)
        if self._line:
            connection.send_bytes(f"HTTP/1.1 {self._line}\r\nContent-Length: 0\r\n\r\n".encode())
        raise HungUpError("answered and closed")


def says(status: int, words: object = None, headers: tuple[tuple[str, str], ...] = JSON) -> RawAnswer:
    return RawAnswer(status, headers, json.dumps(words).encode())


async def findings(
    url: str,
    *,
    tokens: tuple[str, str] | None = TOKENS,
    anomaly_id: str = "4217",
    kept_back: bool = False,
    expires_at: float | None = None,
    ca_file: Path | None = None,
    proxy_for: Callable[[str], str | None] | None = None,
) -> list[Finding]:
    found: list[Finding] = []
    question = Question(url, tokens, anomaly_id, kept_back=kept_back, expires_at=expires_at)
    await ConnectionCheck(question, HttpOptions(proxy_for=proxy_for, ca_file=ca_file), found.append).run()
    assert all(told(finding) for finding in found)
    return found


def facts(found: list[Finding]) -> list[Fact]:
    return [finding.fact for finding in found]


async def test_when_all_is_well_every_step_says_so_and_one_get_was_all() -> None:
    with Server(says(200, ANOMALY)) as server:
        found = await findings(f"{server.origin}/main/")
    steps = [F.NAME_FOUND, F.CONNECTED, F.NOT_ENCRYPTED, F.REACHED, F.TOKENS_ACCEPTED, F.ANOMALY_FOUND, F.CLOCK_RIGHT]
    assert facts(found) == steps
    assert told(found[5]) == "Anomaly 4217: Porte coupe-feu bloquée"
    (request,) = server.seen
    assert (request.method, request.target) == ("GET", "/main/anomalies/v2/rs/4217")
    assert request.header("Authorization") == "Bearer bearer-for-tests"
    assert request.header("X-Session-Token") == "session-for-tests"


async def test_a_trusted_certificate_is_told_with_its_issuer_and_an_untrusted_one_gets_no_token(
    ca: CertificateAuthority,
) -> None:
    with Server(says(200, ANOMALY), tls=ca.server_context()) as server:
        refused, found = await findings(server.origin), await findings(server.origin, ca_file=ca.pem)
    (secure,) = [finding for finding in found if finding.fact is F.SECURE]
    assert (secure.verdict, "trustme" in secure.values[0]) == (Verdict.GOOD, True)
    assert F.TOKENS_ACCEPTED in facts(found)
    assert (facts(refused)[-1], "trustme" in refused[-1].values[0]) == (F.CERTIFICATE_REFUSED, True)
    assert [request.method for request in server.seen] == ["HEAD", "GET"]
    assert not any(server.seen[0].header(name) for name in ("Authorization", "X-Session-Token"))


async def test_a_self_signed_certificate_and_one_for_another_name_have_sentences_of_their_own(tmp_path: Path) -> None:
    authority, other = trustme.CA(organization_name="Routeur"), tmp_path / "other.pem"
    authority.cert_pem.write_to_path(str(other))
    alone, elsewhere = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
    with authority.private_key_pem.tempfile() as key:
        alone.load_cert_chain(other, key)
    authority.issue_cert("elsewhere.test").configure_cert(elsewhere)
    with Server(says(200), tls=alone) as server:
        found = await findings(server.origin)
    assert found[-1] == Finding(F.CERTIFICATE_SELF_SIGNED, Verdict.BAD, ("Routeur",))
    with Server(says(200), tls=elsewhere) as server:
        found = await findings(server.origin, ca_file=other)
    assert found[-1] == Finding(F.CERTIFICATE_OTHER_NAME, Verdict.BAD, ("127.0.0.1",))


class Plain(Server):
    """Answers in plain HTTP whatever comes first, as servers do to a TLS greeting."""

    def before_request(self, connection: Connection) -> None:
        connection.send(RawAnswer(400, close=True))


async def test_a_server_without_tls_and_an_address_tokens_may_not_go_to_are_told() -> None:
    with Plain(says(200)) as server:
        assert facts(await findings(f"https://{server.host}"))[-1] is F.NO_TLS
    assert facts(await findings("http://api.example")) == [F.ADDRESS_REFUSED]  # not even looked up


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says(401, {"message": "Unauthorized"}), F.TOKENS_REFUSED),
        (says(403, {"message": "Forbidden"}), F.TOKENS_FORBIDDEN),
        (says(403, {"message": "Missing Authentication Token"}), F.TOKENS_UNTOLD),
        (says(405, {"message": "Method Not Allowed"}), F.TOKENS_UNTOLD),
        (says(404, {"message": "Not Found"}), F.ANOMALY_UNKNOWN),
        (says(429, {"message": "Too Many Requests"}), F.SERVICE_BUSY),
        (says(503), F.SERVICE_BUSY),
        (says(500, {"message": "Internal"}), F.SERVICE_FAILED),
        (says(404, None), F.NOT_THE_SERVICE),
        (RawAnswer(200, (), b"\xff\xfe"), F.NOT_THE_SERVICE),
        (RawAnswer(200, (("Content-Type", "text/html"),), b"<p>Sign in"), F.WEB_PAGE),
        (RawAnswer(403, (), b"\n<!DOCTYPE html><title>Blocked"), F.WEB_PAGE),
        (RawAnswer(511, JSON, b"{}"), F.WEB_PAGE),
        (RawAnswer(302, (("Location", "https://portal.example/login?secret=1"),)), F.REDIRECTED),
        (RawAnswer(302, (("Location", "https://[/"),)), F.REDIRECTED),
        (RawAnswer(302, (("Location", r":https://\login]"),)), F.REDIRECTED),
    ],
)
async def test_each_answer_has_a_finding_of_its_own(answer: RawAnswer, expected: Fact) -> None:
    with Server(answer) as server:
        found = await findings(server.origin)
    (finding,) = (one for one in found if one.fact is expected)
    assert (F.REACHED in facts(found)) is expected.startswith(("tokens", "anomaly"))
    assert expected is not F.REDIRECTED or finding.values in {("portal.example",), ("",)}
    assert expected is not F.ANOMALY_UNKNOWN or all(one.verdict is not Verdict.BAD for one in found)
    assert len(server.seen) == 1


async def test_a_session_that_is_over_by_the_servers_clock_is_told_as_expired() -> None:
    with Server(says(401, {"message": "Unauthorized"}), clock_offset=7200) as server:
        found = await findings(server.origin, expires_at=time.time() + 3600)
    assert F.TOKENS_EXPIRED in facts(found)
    assert F.CLOCK_BEHIND in facts(found)


@pytest.mark.parametrize(("kept_back", "expected"), [(True, F.TOKENS_KEPT_BACK), (False, F.TOKENS_MISSING)])
async def test_without_tokens_for_this_address_none_are_sent(expected: Fact, *, kept_back: bool) -> None:
    with Server(says(401, {"message": "Unauthorized"})) as server:
        found = await findings(server.origin, tokens=None, kept_back=kept_back, anomaly_id="")
    assert expected in facts(found)
    assert F.REACHED in facts(found)
    assert server.seen[0].header("Authorization") is None
    assert server.seen[0].header("X-Session-Token") is None


@pytest.mark.parametrize(("offset", "expected"), [(-600, F.CLOCK_AHEAD), (600, F.CLOCK_BEHIND)])
async def test_a_wrong_clock_is_told_with_how_much(offset: float, expected: Fact) -> None:
    with Server(says(200, ANOMALY), clock_offset=offset) as server:
        found = await findings(server.origin)
    assert found[-1].fact is expected
    assert "10" in told(found[-1])


async def test_a_server_that_is_not_there_is_told_with_its_port_and_a_name_that_is_not_known() -> None:
    with Server(says(200)) as server:
        gone = server.origin
    found = await findings(gone)
    assert (facts(found)[-1], found[-1].values) == (F.NOT_CONNECTED, (gone.removeprefix("http://"),))
    found = await findings("https://no-such-host.invalid/main")
    assert found == [Finding(F.NAME_UNKNOWN, Verdict.BAD, ("no-such-host.invalid",))]


@pytest.mark.parametrize(
    ("status_line", "expected"),
    [
        ("407 Proxy Authentication Required", F.PROXY_SIGN_IN),
        ("403 Forbidden", F.PROXY_REFUSED),
        ("403 Rule 14075", F.PROXY_REFUSED),
        ("", F.NO_ANSWER),
    ],
)
async def test_a_proxy_that_refuses_is_told_as_such(status_line: str, expected: Fact) -> None:
    with BareProxy(status_line) as proxy:
        with_login = proxy.origin.replace("://", "://me:secret@")
        found = await findings("https://api.example/main", proxy_for=lambda _: with_login)
    assert facts(found) == [F.PROXY_USED, F.NAME_FOUND, F.CONNECTED, expected]
    assert "secret" not in " ".join(map(told, found))
    assert not any(request.header("X-Session-Token") for request in proxy.seen)


async def test_a_proxy_whose_certificate_is_not_trusted_gets_no_password(ca: CertificateAuthority) -> None:
    with Server(RawAnswer(407), tls=ca.server_context()) as proxy:
        with_login = proxy.origin.replace("://", "://me:secret@")
        found = await findings("https://api.example/main", proxy_for=lambda _: with_login)
    assert (facts(found)[-1], proxy.seen) == (F.CERTIFICATE_REFUSED, [])


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
async def test_a_proxy_without_a_port_is_asked_at_that_of_its_scheme(scheme: str, port: int) -> None:
    found = await findings("https://api.example/main", proxy_for=lambda _: f"{scheme}://127.0.0.1")
    assert found[0] == Finding(F.PROXY_USED, Verdict.NOTE, (f"127.0.0.1:{port}",))


async def test_an_unusable_authority_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    found = await findings("https://api.example", ca_file=tmp_path / "ca.pem")
    assert facts(found) == [F.AUTHORITY_UNUSABLE]
    assert str(tmp_path / "ca.pem") in told(found[0])


async def test_an_address_too_long_with_what_stands_behind_it_is_told() -> None:
    with Server(says(200)) as server:
        found = await findings(f"{server.origin}/{'a' * 65_500}")
        assert facts(found)[-1] is F.ADDRESS_REFUSED
        assert server.seen == []
