"""One keep-alive connection per running request, over asyncio's own sockets: reused, in parallel, closed in time."""

import asyncio
import gc
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import httpx
import pytest

from tests.support.certificates import CertificateAuthority
from tests.support.loopback import LoopbackServer
from tests.support.raw_http import Connection, RawAnswer, RawRequest
from uploader_gui.engine.net.stream import SocketBackend, SocketStream
from uploader_gui.engine.net.transport import Transport

FIRST_CONNECTION = """
import asyncio, ssl, sys, httpx
from uploader_gui.engine.net.client import load_networking
from uploader_gui.engine.net.transport import Transport
async def get():
    async with httpx.AsyncClient(transport=Transport(ssl.create_default_context(cafile=sys.argv[2]))) as client:
        await client.put(sys.argv[1], content=b"x")
load_networking()
before = set(sys.modules)
asyncio.run(get())
print(*(set(sys.modules) - before))
"""

LARGE = bytes(range(256)) * 16384
"""4 MiB: more than sockets hold."""


class Echo(LoopbackServer):
    """Answers with what it was sent."""

    def before_request(self, connection: Connection) -> None:
        """Do nothing."""

    def answer(self, connection: Connection, request: RawRequest) -> None:
        """Send the body back or a part of it, or reset the connection, or call the request misdirected."""
        if request.header("X-Lost"):
            connection.reset()
        status, keep = 421 if request.header("X-Misdirected") else 200, 1 if request.header("X-Cut") else None
        connection.send(RawAnswer(status, body=connection.body(request), keep=keep))


@pytest.fixture
def echo(ca: CertificateAuthority) -> Iterator[Echo]:
    with Echo(tls=ca.server_context()) as server:
        yield server


@pytest.fixture
async def client(ca: CertificateAuthority) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=Transport(ca.client_context())) as one:
        yield one


@pytest.mark.parametrize("turns", range(4))
async def test_a_request_cancelled_before_it_has_begun_closes_its_connection(
    turns: int, echo: Echo, client: httpx.AsyncClient
) -> None:
    assert (await client.put(echo.origin, content=b"x")).content == b"x"
    request = asyncio.create_task(client.put(echo.origin, content=b"y"))
    for _ in range(turns):
        await asyncio.sleep(0)
    request.cancel()
    await asyncio.wait({request})
    await client.aclose()
    await asyncio.to_thread(echo.wait_until, lambda: not echo.open_connections, 20.0)


@pytest.mark.parametrize("turns", range(12))
async def test_a_connection_cancelled_at_any_moment_leaves_no_socket_open(turns: int, echo: Echo) -> None:
    connecting = asyncio.create_task(SocketBackend(()).connect_tcp("127.0.0.1", echo.port))
    for _ in range(turns):
        await asyncio.sleep(0)
    connecting.cancel()
    with suppress(asyncio.CancelledError):
        await (await connecting).aclose()
    del connecting
    gc.collect()  # a socket left open warns here, which fails


def test_all_that_a_first_connection_needs_can_be_loaded_early(echo: Echo, ca: CertificateAuthority) -> None:
    command = [sys.executable, "-c", FIRST_CONNECTION, echo.origin, str(ca.pem)]
    assert subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split() == []


async def test_requests_after_each_other_share_a_connection_and_those_beside_each_other_have_one_each(
    echo: Echo, client: httpx.AsyncClient
) -> None:
    for content in (b"x", b"y", LARGE):
        assert (await client.put(echo.origin, content=content)).content == content
    assert echo.connections_made == 1
    for _ in range(2):
        async with asyncio.TaskGroup() as group:
            sent = [group.create_task(client.put(echo.origin, content=str(n).encode())) for n in range(4)]
        assert [task.result().content for task in sent] == [b"0", b"1", b"2", b"3"]
    assert echo.connections_made == 4


async def test_connections_nobody_has_used_for_long_are_closed_by_the_way(echo: Echo, ca: CertificateAuthority) -> None:
    async with httpx.AsyncClient(transport=Transport(ca.client_context(), keep_alive=0.2)) as client:
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(client.put(echo.origin, content=b"x"))
        assert (echo.connections_made, echo.open_connections) == (4, 4)
        async with asyncio.timeout(20):
            while echo.open_connections > 1:  # one stays in use, the others idle
                assert (await client.put(echo.origin, content=b"x")).content == b"x"


async def test_a_connection_the_server_has_closed_is_not_used_again(echo: Echo, client: httpx.AsyncClient) -> None:
    await client.put(echo.origin, content=b"x")
    echo.stop()
    echo.start()
    assert (await client.put(echo.origin, content=b"y")).content == b"y"


@pytest.mark.parametrize("trouble", ["X-Lost", "X-Misdirected"])
async def test_after_a_loss_or_a_misdirected_request_the_next_takes_a_fresh_connection(
    echo: Echo, client: httpx.AsyncClient, trouble: str
) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(3 if trouble == "X-Lost" else 1):
            group.create_task(client.put(echo.origin, content=b"x"))
    before = echo.connections_made
    if trouble == "X-Lost":
        with pytest.raises(httpx.TransportError):
            await client.put(echo.origin, content=b"", headers={trouble: "1"})
    else:
        assert (await client.put(echo.origin, content=b"", headers={trouble: "1"})).status_code == 421
    assert (await client.put(echo.origin, content=b"y")).content == b"y"
    assert (before, echo.connections_made) == ((3, 4) if trouble == "X-Lost" else (1, 2))


async def test_a_connection_to_a_proxy_that_broke_in_a_response_leaves_no_socket_open(ca: CertificateAuthority) -> None:
    with Echo() as proxy:
        transport = Transport(ca.client_context(), proxy=httpx.Proxy(proxy.origin))
        async with httpx.AsyncClient(transport=transport) as client:
            with pytest.raises(httpx.TransportError):
                await client.put("http://b.example/", content=b"xyz", headers={"X-Cut": "1"})
            assert (await client.put("http://b.example/", content=b"y")).content == b"y"
        await asyncio.to_thread(proxy.wait_until, lambda: not proxy.open_connections, 20.0)
    assert proxy.connections_made == 2


async def test_a_request_given_up_half_way_leaves_no_connection_that_others_would_get(
    echo: Echo, client: httpx.AsyncClient
) -> None:
    half_is_out = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b"x"
        half_is_out.set()
        await asyncio.Event().wait()

    request = asyncio.create_task(client.put(echo.origin, content=half(), headers={"Content-Length": "2"}))
    await half_is_out.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert (await client.put(echo.origin, content=b"y")).content == b"y"
    assert echo.connections_made == 2


async def test_a_server_that_sends_on_and_on_does_not_keep_everything_else_waiting() -> None:
    far, near = socket.socketpair()
    with far, near:
        far.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        stream, others = SocketStream(near), list[int]()
        asyncio.get_running_loop().call_soon(others.append, 1)
        for _ in range(3):
            await stream.read(1)
    assert others


@pytest.mark.parametrize("turns", range(6))
async def test_a_request_cancelled_while_its_response_is_closed_spoils_no_later_one(
    echo: Echo, client: httpx.AsyncClient, turns: int
) -> None:
    response = await client.send(client.build_request("PUT", echo.origin, content=b"first"), stream=True)
    closing = asyncio.create_task(response.aclose())
    for _ in range(turns):
        await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait({closing})
    later = await client.put(echo.origin, content=b"second")
    assert later.content == b"second"
