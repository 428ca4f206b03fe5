"""The way through a proxy: the system's, one that is set, or none; tokens stay inside the tunnel."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.running import QUICK, options, send
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui import settings
from uploader_gui.engine.net.stall_watchdog import StallTimeouts
from uploader_gui.proxies import finder, system_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.certificates import CertificateAuthority
    from tests.support.files import Files


PROXY = "http://user:p%40ss@proxy.test:3128"


@dataclass(slots=True)
class ConnectProxy:
    """A proxy that knows CONNECT alone and leads every name to one port of this machine. `heard`: request heads.

    `slow`: so many times it takes 16 KiB from a client in a quarter of a second, and little ahead.
    """

    ports: dict[str, int]
    slow: int = 0
    url: str = ""
    heard: list[str] = field(default_factory=list)
    pumps: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heard.append(head)
        host = head.split()[1].partition(":")[0]
        there, out = await asyncio.open_connection("127.0.0.1", self.ports[host])
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        pumps = {asyncio.create_task(_pump(reader, out, slow=self.slow)), asyncio.create_task(_pump(there, writer))}
        self.pumps |= pumps


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
async def connect_proxy(ports: dict[str, int], slow: int = 0) -> AsyncIterator[ConnectProxy]:
    proxy = ConnectProxy(ports, slow)
    listener = socket.socket()
    if slow:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(proxy.serve, sock=listener)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for pump in proxy.pumps:
            pump.cancel()
        await asyncio.gather(*proxy.pumps, return_exceptions=True)


async def test_register_and_storage_are_reached_through_the_proxy_with_tokens_inside_the_tunnel(
    ca: CertificateAuthority, files: Files, tmp_path: Path
) -> None:
    with ScriptedStorage(tls=ca.server_context()) as storage:

        def presign(upload: dict[str, object], anomaly: str) -> str:
            return storage.url_for(f"{anomaly}/{upload['uploadId']}").replace(storage.origin, "https://storage.test")

        with StrictApi(presign, tls=ca.server_context()) as api:
            async with connect_proxy({"register.test": api.port, "storage.test": storage.port}) as proxy:
                way = options(tmp_path, api, ca_file=ca.pem, proxy_for=finder(proxy.url))
                way = replace(way, api_url="https://register.test/main")
                rows = await send(way, files.make("photo.jpg", size=300_000))
    assert [row["state"] for row in rows.values()] == ["uploaded"]
    assert {head.split()[1] for head in proxy.heard} == {"register.test:443", "storage.test:443"}
    assert not any("bearer-for-tests" in head or "Session" in head for head in proxy.heard)


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
            way = options(tmp_path, api, ca_file=ca.pem, proxy_for=finder(proxy.url))
            rows = await send(
                replace(way, api_url="https://register.test/main"),
                *(files.make(f"{n}.jpg", size=1000 + n) for n in range(len(HERE))),
            )
    assert next(urls, None) is None
    assert {(row["state"], row["reason"]["code"], row["attempts"]) for row in rows.values()} == {
        ("failed", "url_refused", 0)
    }
    assert {head.split()[1] for head in proxy.heard} == {"register.test:443"}


async def test_a_register_on_this_machine_may(
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


def test_the_setting_decides_which_proxy() -> None:
    assert finder("none")("https://register.test/") is None
    assert finder("http://proxy.test:3128")("https://register.test/") == "http://proxy.test:3128"
    assert finder("system") is system_proxy


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"https_proxy": PROXY}, PROXY),
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"HTTPS_PROXY": "proxy.test:3128"}, "http://proxy.test:3128"),
        ({"HTTPS_PROXY": "socks5://proxy.test:1080"}, "None"),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "intranet.test,register.test"}, "None"),
        ({"HTTP_PROXY": PROXY}, "None"),
        ({}, "None"),
    ],
    ids=str,
)
@pytest.mark.parametrize("qt", ["", "sys.modules['PySide6'] = None;"], ids=["with Qt", "without Qt"])
def test_the_systems_proxy_is_found(environment: dict[str, str], expected: str, qt: str) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    ask = (
        f"import sys; {qt} from uploader_gui.proxies import system_proxy; print(system_proxy('https://register.test/'))"
    )
    told = subprocess.check_output([sys.executable, "-c", ask], text=True, env=plain | environment)
    assert told.strip() == expected


@pytest.mark.parametrize("value", ["proxy.test", "ftp://proxy.test", "http://", "http://proxy test:1"])
def test_what_is_no_proxy_is_named(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_PROXY", value)
    with pytest.raises(settings.SettingsError, match="UPLOADER_PROXY is wrong: it must be system, none, or an address"):
        settings.load(tmp_path / "settings.json")
