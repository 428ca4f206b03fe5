"""The server itself: framing, malformed input, and leaving quickly."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import wish
from tests.sandbox.raw import answer_of, connected, put_head
from uploader_gui.sandbox import Sandbox
from uploader_gui.sandbox.http import MalformedRequest, parse_head

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx


def said_to(sandbox: Sandbox, request: bytes) -> bytes:
    with connected(sandbox.api_url) as connection:
        connection.sendall(request)
        return answer_of(connection)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET",
        b"GET / HTTP/2.0",
        b"GET http://127.0.0.1/ HTTP/1.1",
        b"GET  / HTTP/1.1",
        b"G@T / HTTP/1.1",
        b"GET /\xc3\xa9 HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b",
        b"GET / HTTP/1.1\r\nHost: a\r\n folded: b",
        b"GET / HTTP/1.1\r\nHost : a",
        b"GET / HTTP/1.1\r\nHost: a\nEvil: b",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \0",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
        b"GET / HTTP/1.1\r\nHost: a" + b"\r\nX: y" * 101,
    ],
)
def test_what_is_no_proper_request_gets_400_and_the_door(sandbox: Sandbox, head: bytes) -> None:
    answer = said_to(sandbox, head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in answer


@pytest.mark.parametrize("rest", [b"x" * 70_000 + b"\r\n\r\n", b"x" * 2_500_000])
def test_a_head_too_long_or_without_end_is_refused(sandbox: Sandbox, rest: bytes) -> None:
    answer = said_to(sandbox, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + rest)
    assert answer.startswith(b"HTTP/1.1 431 ")


@given(st.text() | st.from_regex(r"GET /[a-z]* HTTP/1\.[01]\r\n([A-Za-z-]+: .*\r\n){0,5}\r\n"))
@settings(deadline=None)
def test_no_head_whatever_does_worse_than_be_refused(head: str) -> None:
    try:
        request = parse_head(head)
    except MalformedRequest as refusal:
        assert refusal.status == 400  # noqa: PT017 - either outcome is right
    else:
        assert request.path.startswith("/")


def test_one_connection_serves_many_requests(sandbox: Sandbox) -> None:
    request = b"GET /nothing HTTP/1.1\r\nHost: a\r\n"
    answer = said_to(sandbox, (request + b"\r\n") * 3 + request + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 404 Not Found") == 4
    assert answer.count(b"Connection: keep-alive") == 3
    assert answer.count(b"\r\nDate: ") == 4


def test_http_1_0_is_answered_and_closed(sandbox: Sandbox) -> None:
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
        assert time.monotonic() - began < 5.0
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}
    assert list((sandbox.objects.parent / "incoming").iterdir()) == []


def test_it_can_be_stopped_twice_and_started_again(tmp_path: Path, s3: httpx.Client) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.stop()
    for _ in range(2):
        sandbox.start()
        sandbox.start()
        assert s3.get(sandbox.api_url).status_code == 404
        sandbox.stop()
        sandbox.stop()


def test_each_run_has_its_own_tokens(tmp_path: Path) -> None:
    one, other = Sandbox(tmp_path), Sandbox(tmp_path)
    assert one.bearer_token != other.bearer_token
    assert one.session_token != other.session_token
    assert one.signer != other.signer


def test_a_folder_that_cannot_be_written_is_said_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        Sandbox(tmp_path / "file").start()


def test_it_thinks_as_long_as_told(tmp_path: Path, s3: httpx.Client) -> None:
    with Sandbox(tmp_path, answer_delay=0.2) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.bearer_token}", "X-Session-Token": sandbox.session_token}
        answer = s3.post(f"{sandbox.api_url}/anomalies/v2/rs/1/images", json=[wish()], headers=headers)
        (upload,) = answer.json()["uploads"]
        put = s3.put(upload["presignedUrl"], content=b"x", headers={"Content-Type": "image/jpeg"})
    assert min(answer.elapsed.total_seconds(), put.elapsed.total_seconds()) >= 0.2


def test_it_takes_nothing_from_the_program_and_nothing_that_must_be_installed() -> None:
    code = (
        "import sys; import uploader_gui.sandbox; "
        "print(*(m for m in sys.modules if m.split('.')[0] in ('httpx', 'pydantic', 'PySide6', 'botocore')"
        " or m.startswith('uploader_gui.') and not m.startswith('uploader_gui.sandbox')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
