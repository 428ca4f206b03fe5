"""The way through a proxy: the system's, one that is set, or none; tokens stay inside the tunnel."""

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import HASTY, QUICK, engine, options, send
from tests.support.certificates import CertificateAuthority
from tests.support.files import Files
from tests.support.raw_http import RawRequest
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StorageFault, bad_signature
from tests.support.strict_api import StrictApi
from uploader_gui import settings
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import UploadsChanged
from uploader_gui.engine.net.stall_watchdog import StallTimeouts
from uploader_gui.engine.options import EngineOptions
from uploader_gui.machine_settings import SettingsError
from uploader_gui.proxies import finder, system_proxy, unusable_proxy

PROXY = "http://user:p%40ss@proxy.test:3128"


@dataclass(slots=True)
class ConnectProxy:
    """A proxy that knows CONNECT alone and leads every name to one port of this machine. `heard`: request heads.

    `slow`: how often it takes 16 KiB from a client in a quarter of a second, and little ahead. `answers`: what it
    says to the first CONNECTs to a host instead, before it closes; None is nothing at all, ever.
    """

    ports: dict[str, int]
    slow: int = 0
    answers: dict[str, list[bytes | None]] = field(default_factory=dict)
    url: str = ""
    heard: list[str] = field(default_factory=list)
    pumps: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heard.append(head)
        host = head.split()[1].partition(":")[0]
        if self.answers.get(host):
            await self._misbehave(reader, writer, self.answers[host].pop(0))
            return
        there, out = await asyncio.open_connection("127.0.0.1", self.ports[host])
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        pumps = {asyncio.create_task(_pump(reader, out, slow=self.slow)), asyncio.create_task(_pump(there, writer))}
        self.pumps |= pumps

    async def _misbehave(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes | None
    ) -> None:
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slow: int = 0) -> None:
    try:
        for _ in range(slow):
            writer.write(await reader.read(16384))
            await asyncio.sleep(0.25)
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


@asynccontextmanager
async def connect_proxy(
    ports: dict[str, int], slow: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ConnectProxy]:
    proxy = ConnectProxy(ports, slow)
    listener = socket.socket()
    if slow:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(proxy.serve, sock=listener, ssl=tls)
    proxy.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for pump in proxy.pumps:
            pump.cancel()
        await asyncio.gather(*proxy.pumps, return_exceptions=True)


@pytest.fixture
def elsewhere(ca: CertificateAuthority) -> Iterator[tuple[StrictApi, ScriptedStorage]]:
    """A register and a storage, known as register.test and storage.test behind a proxy."""
    with ScriptedStorage(tls=ca.server_context()) as storage:

        def presign(upload: dict[str, object], anomaly: str) -> str:
            return storage.url_for(f"{anomaly}/{upload['uploadId']}").replace(
                storage.origin, "https://storage.test:443"
            )

        with StrictApi(presign, tls=ca.server_context()) as api:
            yield api, storage


def way_through(
    proxy: ConnectProxy, api: StrictApi, ca: CertificateAuthority, folder: Path, **others: Any
) -> EngineOptions:
    """Return options for a register that is known to the proxy alone."""
    found = finder(proxy.url)
    return options(folder, api, ca_file=ca.pem, proxy_for=found, api_url="https://register.test/main", **others)


@pytest.mark.parametrize("speaks_tls", [False, True])
async def test_register_and_storage_are_reached_through_the_proxy_with_tokens_inside_the_tunnel(
    ca: CertificateAuthority,
    elsewhere: tuple[StrictApi, ScriptedStorage],
    files: Files,
    tmp_path: Path,
    *,
    speaks_tls: bool,
) -> None:
    """One that speaks TLS is trusted as servers are."""
    api, storage = elsewhere
    ports = {"register.test": api.port, "storage.test": storage.port}
    async with connect_proxy(ports, tls=ca.server_context() if speaks_tls else None) as proxy:
        rows = await send(way_through(proxy, api, ca, tmp_path), files.make("photo.jpg", size=300_000))
    assert [row["state"] for row in rows.values()] == ["uploaded"]
    assert {head.split()[1] for head in proxy.heard} == {"register.test:443", "storage.test:443"}
    assert not any("bearer-for-tests" in head or "Session" in head for head in proxy.heard)


async def test_a_proxy_that_opens_no_tunnel_is_told_as_its_fault_and_flags_nothing(
    ca: CertificateAuthority,
    elsewhere: tuple[StrictApi, ScriptedStorage],
    files: Files,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api, storage = elsewhere
    broken: list[bytes | None] = [b"", b"HTTP/1.1 2", b"garbage\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\n\r\n"]
    async with connect_proxy({"register.test": api.port, "storage.test": storage.port}) as proxy:
        proxy.answers = {"register.test": [*broken, None], "storage.test": [*broken]}
        async with engine(way_through(proxy, api, ca, tmp_path), HASTY) as run:
            await run.send([files.make("photo.jpg", size=300_000)])
            row = run.only()
            told = {row.reason for event in run.all_heard(UploadsChanged) for row in event.uploads if row.reason}
    assert (row["state"], row["may_be_registered_twice"]) == ("uploaded", False)
    assert len(api.calls) == len(storage.puts) == 1
    assert {reason.code for reason in told} == {Code.PROXY}
    # Rows are told ten times a second, and these tries follow each other sooner: the log has each of them.
    assert {reason.variant for reason in told} <= {Variant.PROXY_BROKE_OFF, Variant.PROXY_SILENT, None}
    assert all(f"proxy {variant}" in caplog.text for variant in (Variant.PROXY_BROKE_OFF, Variant.PROXY_SILENT))


async def test_a_registration_that_never_left_is_not_flagged_after_a_restart(
    ca: CertificateAuthority, elsewhere: tuple[StrictApi, ScriptedStorage], files: Files, tmp_path: Path
) -> None:
    api, storage = elsewhere
    photo = files.make("photo.jpg")
    async with connect_proxy({"register.test": api.port, "storage.test": storage.port}) as proxy:
        proxy.answers = {"register.test": [None]}
        way = way_through(proxy, api, ca, tmp_path)
        async with engine(way) as run:
            run.begin([photo])
            await run.until(lambda: bool(proxy.heard))
        (row,) = (await send(way, photo)).values()
    assert (row["state"], row["may_be_registered_twice"], len(api.calls)) == ("uploaded", False, 1)


@pytest.mark.parametrize("wants_port", [False, True])
async def test_the_schemes_own_port_stays_out_of_the_host_header_unless_the_signature_wants_it(
    ca: CertificateAuthority,
    elsewhere: tuple[StrictApi, ScriptedStorage],
    files: Files,
    tmp_path: Path,
    *,
    wants_port: bool,
) -> None:
    api, storage = elsewhere

    def refuse(_key: str, _attempt: int, request: RawRequest) -> StorageFault | None:
        return bad_signature() if (request.header("Host") == "storage.test:443") is not wants_port else None

    storage.fault = refuse
    async with connect_proxy({"register.test": api.port, "storage.test": storage.port}) as proxy:
        way = way_through(proxy, api, ca, tmp_path, max_concurrent=1)
        rows = await send(way, files.make("a.jpg"), files.make("b.jpg", size=900))
    assert [row["state"] for row in rows.values()] == ["uploaded"] * 2
    hosts = [put.request.header("Host") for put in storage.puts]
    assert hosts == (["storage.test", *["storage.test:443"] * 2] if wants_port else ["storage.test"] * 2)


HERE = {
    f"{scheme}://{host}{port}/k"
    for scheme, port in (("https", ""), ("https", ":9000"), ("http", ":9000"))
    for host in (
        "127.0.0.1", "127.9.9.9", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0X7F.1",
        "0177.0.0.1", "0127.0.0.1", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "a.b.localhost",
        "localhost.localdomain", "ip6-localhost", "0.0.0.0", "0", "0.1", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::FFFF:7f00:1]", "[::ffff:0:7f00:1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[::ffff:0.0.0.0]", "169.254.169.254", "169.254.1", "2852039166", "0xa9fea9fe",
        "0251.0376.1.1", "[fe80::1]", "[FE80::a:b]", "[fe80::1%25eth0]", "[::ffff:169.254.1.1]",
    )
}  # fmt: skip


async def test_a_register_elsewhere_cannot_have_evidence_sent_to_this_machine_or_its_link(
    ca: CertificateAuthority, files: Files, tmp_path: Path
) -> None:
    urls = iter(sorted(HERE))
    with StrictApi(lambda _upload, _anomaly: next(urls), tls=ca.server_context()) as api:
        async with connect_proxy({"register.test": api.port}) as proxy:
            many = (files.make(f"{n}.jpg", size=1000 + n) for n in range(len(HERE)))
            rows = await send(way_through(proxy, api, ca, tmp_path), *many)
    assert next(urls, None) is None
    assert {(row["state"], row["reason"]["code"], row["attempts"]) for row in rows.values()} == {
        ("failed", "url_refused", 0)
    }
    assert {head.split()[1] for head in proxy.heard} == {"register.test:443"}


async def test_a_register_here_may(
    ca: CertificateAuthority, strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    with ScriptedStorage(tls=ca.server_context()) as storage:
        strict_api.presign = lambda upload, _anomaly: storage.url_for(upload["uploadId"]).replace(
            "127.0.0.1", "localhost"
        )
        rows = await send(options(tmp_path, strict_api, ca_file=ca.pem), files.make("a.jpg"))
    assert [row["state"] for row in rows.values()] == ["uploaded"]


async def test_a_connection_through_a_proxy_is_used_again(
    ca: CertificateAuthority, strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    with ScriptedStorage(tls=ca.server_context()) as storage:
        strict_api.presign = lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}").replace(
            storage.origin, "https://storage.test"
        )
        async with connect_proxy({"storage.test": storage.port}) as proxy:
            way = options(tmp_path, strict_api, ca_file=ca.pem, proxy_for=finder(proxy.url), max_concurrent=1)
            rows = await send(way, *(files.make(f"{n}.jpg", size=300_000 + n) for n in range(5)))
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert len(proxy.heard) == storage.connections_made == 1


async def test_a_slow_proxy_that_still_takes_something_is_not_taken_for_dead(
    ca: CertificateAuthority, strict_api: StrictApi, files: Files, tmp_path: Path
) -> None:
    with ScriptedStorage(tls=ca.server_context()) as storage:
        strict_api.presign = lambda upload, anomaly: storage.url_for(f"{anomaly}/{upload['uploadId']}").replace(
            storage.origin, "https://storage.test"
        )
        async with connect_proxy({"storage.test": storage.port}, slow=24) as proxy:
            way = options(tmp_path, strict_api, ca_file=ca.pem, proxy_for=finder(proxy.url))
            impatient = replace(QUICK, stall_timeouts=StallTimeouts(stall=3.0))
            rows = await send(way, files.make("photo.jpg", size=2_500_000), tuning=impatient)
    assert [(row["state"], row["attempts"]) for row in rows.values()] == [("uploaded", 1)]


def test_the_setting_decides_which_proxy_also_without_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finder("none")("https://register.test/") is None
    assert finder("http://proxy.test:3128")("https://register.test/") == "http://proxy.test:3128"
    assert finder("proxy.test:3128")("https://register.test/") == "http://proxy.test:3128"
    assert finder("system") is system_proxy
    monkeypatch.setenv("UPLOADER_PROXY", "proxy.test:3128")
    assert settings.load(tmp_path / "settings.json").proxy == "http://proxy.test:3128"


P = "127.0.0.2:3128"
CURLS = [
    ({"https_proxy": f"http://{P}"}, "https://register.test/"),
    ({"https_proxy": P}, "https://register.test/"),
    ({"https_proxy": f"HTTP://{P}/"}, "https://register.test/"),
    ({"https_proxy": f"user:p%40ss@{P}"}, "https://register.test/"),
    ({"https_proxy": "https://127.0.0.2"}, "https://register.test/"),
    ({"HTTPS_PROXY": P}, "https://register.test/"),
    ({"https_proxy": "", "HTTPS_PROXY": P}, "https://register.test/"),
    ({"https_proxy": P, "HTTPS_PROXY": "127.0.0.3:1"}, "https://register.test/"),
    ({"all_proxy": P}, "https://register.test/"),
    ({"ALL_PROXY": P}, "https://register.test/"),
    ({"all_proxy": "127.0.0.3:1", "ALL_PROXY": P}, "https://register.test/"),
    ({"https_proxy": "", "all_proxy": P}, "https://register.test/"),
    ({"HTTPS_PROXY": P, "all_proxy": "127.0.0.3:1"}, "https://register.test/"),
    ({"http_proxy": P}, "https://register.test/"),
    ({"HTTP_PROXY": P}, "https://register.test/"),
    ({}, "https://register.test/"),
    ({"HTTPS_PROXY": P, "no_proxy": "", "NO_PROXY": "register.test"}, "https://register.test/"),
    ({"HTTPS_PROXY": P, "no_proxy": "a", "NO_PROXY": "register.test"}, "https://register.test/"),
    *(
        ({"https_proxy": P, "no_proxy": named}, url)
        for named, url in (
            *((named, "https://register.test/") for named in (
                "*", "*,a", "a,*", "register.test", ".register.test", "register.test.", "test", "*.test",
                "a, register.test", "a,,register.test", "REGISTER.TEST", "egister.test", "register.test:", "",
            )),
            ("register.test", "https://a.register.test/"),
            (".register.test", "https://a.register.test/"),
            ("register.test", "https://xregister.test/"),
            ("register.test", "https://register.test:9443/"),
            ("127.0.0.0/8", "https://127.0.0.9/"),
            ("127.0.0.9", "https://127.0.0.9/"),
            ("0.9", "https://127.0.0.9/"),
            ("::1", "https://[::1]/"),
        )
    ),
]  # fmt: skip


def _curls_way(environment: dict[str, str], url: str) -> str:
    """Give the proxy that curl would take: nothing listens at any of these addresses."""
    hosts = ("register.test:443", "register.test:9443", "a.register.test:443", "xregister.test:443")
    here = [word for host in hosts for word in ("--resolve", f"{host}:127.0.0.9")]
    told = subprocess.run(
        ["curl", "-sSv", "--max-time", "5", *here, url],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], **environment},
        check=False,
    )
    (tried,) = re.findall(r"Trying (\S+?)\.\.\.", told.stderr)
    return "None" if tried.startswith(("127.0.0.9:", "[::1]:")) else tried


ASK = """
import json, os, sys
from uploader_gui.proxies import system_proxy
ways = []
for environment, url in json.load(sys.stdin):
    os.environ.update(environment)
    ways.append(str(system_proxy(url)))
    for name in environment:
        del os.environ[name]
print(json.dumps(ways))
"""


def _our_ways(asked: list[tuple[dict[str, str], str]], *, with_qt: bool) -> list[str]:
    """Give the proxies that the program takes in these environments; None stands for a direct connection."""
    ask = ASK if with_qt else f"import sys; sys.modules['PySide6'] = None\n{ASK}"
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    told = subprocess.run(
        [sys.executable, "-c", ask], input=json.dumps(asked), capture_output=True, text=True, env=plain, check=True
    )
    ways: list[str] = json.loads(told.stdout)
    return ways


@pytest.mark.parametrize("with_qt", [True, False], ids=["with Qt", "without Qt"])
def test_the_environment_is_read_as_curl_reads_it(*, with_qt: bool) -> None:
    expected = [_curls_way(environment, url) for environment, url in CURLS]
    ways = [way.rpartition("@")[2].rpartition("://")[2].rstrip("/") for way in _our_ways(CURLS, with_qt=with_qt)]
    assert list(zip(CURLS, ways, strict=True)) == list(zip(CURLS, expected, strict=True))


@pytest.mark.parametrize("with_qt", [True, False], ids=["with Qt", "without Qt"])
def test_the_systems_proxy_is_found_beyond_what_curl_knows(*, with_qt: bool) -> None:
    around = {"https_proxy": PROXY}
    expected = [
        ({"https_proxy": PROXY}, "https://register.test/", PROXY),
        ({"HTTPS_PROXY": "proxy.test:3128"}, "https://register.test/", "http://proxy.test:3128"),
        ({"https_proxy": "127.0.0.2"}, "https://register.test/", "http://127.0.0.2:1080"),  # curl 8.22: port 80
        ({"HTTPS_PROXY": "socks5://proxy.test:1080"}, "https://register.test/", "socks5://proxy.test:1080"),
        ({"ALL_PROXY": "socks://proxy.test:1080", "https_proxy": PROXY}, "https://register.test/", PROXY),
        ({"ALL_PROXY": "socks4a://proxy.test", "no_proxy": ".test"}, "https://register.test/", "None"),
        ({**around, "no_proxy": "register.test:443"}, "https://register.test/", "None"),
        ({**around, "no_proxy": "register.test:9443"}, "https://register.test/", PROXY),
        ({**around, "no_proxy": ".test:9443"}, "https://register.test:9443/", "None"),
        ({**around, "no_proxy": "[::1]:443,a"}, "https://[::1]/", "None"),
    ]
    ways = _our_ways([(environment, url) for environment, url, _ in expected], with_qt=with_qt)
    assert ways == [way for _, _, way in expected]


@pytest.mark.parametrize(
    "value",
    [
        "user:secret@proxy.test:99999",
        "http://user:secret@proxy.test:0",
        "http://user:sec/ret@proxy.test:3128",
        "http://user:sec#ret@proxy.test:3128",
        "http://user:secret@proxy.test:3128:1",
        "http://user:secret",
        "http://",
        "//proxy.test:3128",
        "http://[::1:3128",
        "http://proxy test:3128",
        "proxy..test:3128",
    ],
)
def test_what_the_environment_names_is_no_address(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", value)
    monkeypatch.setenv("no_proxy", "")
    assert unusable_proxy("system", "https://register.test/") == ""
    assert unusable_proxy("http://proxy.test:3128", "https://register.test/") is None
    monkeypatch.setenv("https_proxy", "socks5://user:secret@proxy.test:1080")
    assert unusable_proxy("system", "https://register.test/") == "socks5://proxy.test:1080"


@pytest.mark.parametrize(
    "value", ["proxy.test", "ftp://proxy.test", "http://", "http://proxy test:1", "proxy.test:0", "a b:1"]
)
def test_what_is_no_proxy_is_named(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_PROXY", value)
    with pytest.raises(SettingsError, match="UPLOADER_PROXY is wrong: it must be system, none, or an address"):
        settings.load(tmp_path / "settings.json")
