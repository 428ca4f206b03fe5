"""The server itself: framing, malformed input, and leaving quickly."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sandbox.raw import answer_of, connected, put_head
from uploader_gui.sandbox import Sandbox


def said_to(sandbox: Sandbox, request: bytes) -> bytes:
    with connected(sandbox.api_url) as connection:
        connection.sendall(request)
        return answer_of(connection)


@pytest.mark.parametrize(
    "head",
    [
        b"GET",
        b"GET  / HTTP/1.1",
        b"G@T / HTTP/1.1",
        b"GET /\xc3\xa9 HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b",
        b"GET / HTTP/1.1\r\nHost : a",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \0",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1",
    ],
)
def test_what_is_no_proper_request_gets_400_and_the_door(sandbox: Sandbox, head: bytes) -> None:
    answer = said_to(sandbox, head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in answer


def test_a_head_without_end_is_refused(sandbox: Sandbox) -> None:
    answer = said_to(sandbox, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 2_500_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_one_connection_serves_many_requests_and_one_of_http_1_0_a_single_one(sandbox: Sandbox) -> None:
    request = b"GET /nothing HTTP/1.1\r\nHost: a\r\n"
    answer = said_to(sandbox, (request + b"\r\n") * 3 + request + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 404 Not Found") == 4
    assert answer.count(b"Connection: keep-alive") == 3
    assert answer.count(b"\r\nDate: ") == 4
    assert b"Connection: close" in said_to(sandbox, b"GET / HTTP/1.0\r\nHost: a\r\n\r\n")


def test_it_leaves_at_once_with_an_idle_and_a_busy_connection_open(
    sandbox: Sandbox, register: Callable[..., list[dict[str, str]]]
) -> None:
    url = register("porte.jpg")[0]["presignedUrl"]
    with connected(url) as idle, connected(url) as busy:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 404"
        busy.sendall(put_head(url, "Content-Type: image/jpeg", "Content-Length: 9", "Expect: 100-continue"))
        assert busy.recv(12) == b"HTTP/1.1 100"
        busy.sendall(b"half")
        began = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - began < 30.0
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}
    assert list((sandbox.objects.parent / "incoming").iterdir()) == []


def test_it_can_be_stopped_before_it_was_started_and_twice_and_has_its_own_tokens(tmp_path: Path) -> None:
    sandbox, other = Sandbox(tmp_path), Sandbox(tmp_path)
    sandbox.stop()
    sandbox.start()
    sandbox.stop()
    sandbox.stop()
    assert sandbox.bearer_token != other.bearer_token
    assert sandbox.session_token != other.session_token


def test_a_folder_that_cannot_be_written_is_said_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        Sandbox(tmp_path / "file").start()


def test_it_listens_on_this_machine_only(sandbox: Sandbox) -> None:
    port = urlsplit(sandbox.api_url).port
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", port))


def test_it_takes_nothing_from_the_program() -> None:
    code = (
        "import sys; import uploader_gui.sandbox; "
        "print(*(m for m in sys.modules if m.split('.')[0] in ('httpx', 'pydantic', 'PySide6', 'botocore')"
        " or m.startswith('uploader_gui.') and not m.startswith('uploader_gui.sandbox')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
