"""The S3 half, over real sockets: whole objects are kept, everything else leaves nothing behind."""

import hashlib
import os
import socket
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.raw import answer_of, connected, put_head
from uploader_gui.sandbox import Sandbox

Register = Callable[..., list[dict[str, str]]]

JPEG = {"Content-Type": "image/jpeg"}
TYPE_LINE = "Content-Type: image/jpeg"


def stored(sandbox: Sandbox) -> dict[str, bytes]:
    """What stands on the shelf, by its path within it."""
    found = (path for path in sandbox.objects.rglob("*") if path.is_file())
    return {path.relative_to(sandbox.objects).as_posix(): path.read_bytes() for path in found}


def halves(sandbox: Sandbox) -> list[Path]:
    return list((sandbox.objects.parent / "incoming").iterdir())


def test_every_byte_arrives_under_a_readable_name(register: Register, s3: httpx.Client, sandbox: Sandbox) -> None:
    content = os.urandom(3_000_001)
    (upload,) = register("Rapport d’inspection n°4 100 %.jpg")
    answer = s3.put(upload["presignedUrl"], content=content, headers=JPEG)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    assert abs(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()) < 60
    assert stored(sandbox) == {"4217/Rapport d’inspection n°4 100 %.jpg": content}
    assert halves(sandbox) == []


def test_a_put_repeated_replaces_the_object_in_its_anomalys_folder_be_it_empty(
    register: Register, s3: httpx.Client, sandbox: Sandbox
) -> None:
    for anomaly in ("1", "DEMO-1"):
        (upload,) = register("porte.jpg", anomaly=anomaly)
        for content in (b"half", b"whole", b""):
            assert s3.put(upload["presignedUrl"], content=content, headers=JPEG).status_code == 200
            assert stored(sandbox)[f"{anomaly}/porte.jpg"] == content
    assert len(stored(sandbox)) == 2


@pytest.fixture
def yesterdays(tmp_path: Path) -> Path:
    """An object an earlier run has left on the shelf. Asked for before anything that starts the sandbox."""
    path = tmp_path / "sandbox" / "objects" / "4217" / "porte.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"yesterday")
    return path


def test_files_of_one_name_all_stay_also_those_of_an_earlier_run(
    yesterdays: Path, register: Register, s3: httpx.Client, sandbox: Sandbox
) -> None:
    names = ("porte.jpg", "PORTE.jpg", "ÉTAGE.jpg", "étage.jpg")
    for upload, content in zip(register(*names), (b"a", b"b", b"c", b"d"), strict=True):
        s3.put(upload["presignedUrl"], content=content, headers=JPEG)
    assert sorted(stored(sandbox).values()) == [b"a", b"b", b"c", b"d", b"yesterday"]
    assert len({name.casefold() for name in stored(sandbox)}) == 5


def test_a_file_a_person_put_on_the_shelf_is_not_overwritten(
    register: Register, s3: httpx.Client, sandbox: Sandbox
) -> None:
    (upload,) = register("porte.jpg")
    (sandbox.objects / "4217").mkdir()
    (sandbox.objects / "4217" / "porte.jpg").write_bytes(b"mine")
    s3.put(upload["presignedUrl"], content=b"x", headers=JPEG)
    assert stored(sandbox) == {"4217/porte.jpg": b"mine", "4217/porte (2).jpg": b"x"}


@pytest.mark.parametrize("name", ["../../out.jpg", "..", "\0/..\\..\\out"])
def test_no_name_leads_out_of_the_folder(register: Register, sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    url = register(name)[0]["presignedUrl"]
    with connected(url) as connection:
        connection.sendall(put_head(url, TYPE_LINE, "Content-Length: 1", "Connection: close") + b"x")
        assert answer_of(connection).startswith(b"HTTP/1.1 200 ")
    assert list(stored(sandbox).values()) == [b"x"]
    assert {path.name for path in tmp_path.iterdir()} == {"sandbox"}


def test_a_body_cut_off_half_way_leaves_nothing(register: Register, sandbox: Sandbox) -> None:
    (upload,) = register("porte.jpg")
    with connected(upload["presignedUrl"]) as connection:
        connection.sendall(put_head(upload["presignedUrl"], TYPE_LINE, "Content-Length: 500000") + bytes(250_000))
        connection.shutdown(socket.SHUT_WR)
        assert answer_of(connection).startswith(b"HTTP/1.1 400 ")
    assert stored(sandbox) == {}
    assert halves(sandbox) == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"content": iter([b"x"])}, 411, "MissingContentLength"),
        *(
            ({"headers": JPEG | {name: "secret"}}, 400, "InvalidArgument")
            for name in ("Authorization", "X-Session-Token")
        ),
        ({"headers": {"Content-Type": "image/png"}}, 403, "SignatureDoesNotMatch"),
        ({"url": ("porte", "p0rte")}, 403, "AccessDenied"),
        ({"url": ("Expires=900", "Expires=901")}, 403, "AccessDenied"),
        ({"url": ("?", "?x-id=PutObject&")}, 403, "AccessDenied"),
        *(({"method": method}, 405, "") for method in ("GET", "HEAD", "DELETE", "POST")),
    ],
)
def test_what_s3_would_refuse_is_refused_and_nothing_is_kept(  # noqa: PLR0917 - fixtures and a table's columns
    register: Register, s3: httpx.Client, sandbox: Sandbox, changes: dict[str, Any], status: int, code: str
) -> None:
    old, new = changes.get("url", ("", ""))
    url = register("porte.jpg")[0]["presignedUrl"].replace(old, new, 1)
    answer = s3.request(**{"method": "PUT", "content": b"x", "headers": JPEG, **changes, "url": url})
    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, bool(code))
    assert "secret" not in answer.text
    assert stored(sandbox) == {}


def test_an_expired_url_is_refused_before_its_body_is_read_also_by_who_sends_first_and_listens_then(
    tmp_path: Path, registered_at: Callable[[Sandbox], str]
) -> None:
    sandbox = Sandbox(tmp_path, url_lifetime=-1)
    sandbox.start()
    try:
        url = registered_at(sandbox)
        with connected(url) as connection:
            connection.sendall(put_head(url, TYPE_LINE, "Content-Length: 4000000"))
            for _ in range(39):
                connection.sendall(bytes(100_000))
            answer = answer_of(connection)
    finally:
        sandbox.stop()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer
    assert b"Connection: close" in answer


def test_a_disk_that_cannot_be_written_is_an_internal_error(
    register: Register, s3: httpx.Client, sandbox: Sandbox
) -> None:
    (upload,) = register("porte.jpg")
    (sandbox.objects.parent / "incoming").rmdir()
    answer = s3.put(upload["presignedUrl"], content=b"x", headers=JPEG)
    assert (answer.status_code, "<Code>InternalError</Code>" in answer.text) == (500, True)


def test_a_client_that_waits_for_100_continue_is_told_to_go_on(register: Register, sandbox: Sandbox) -> None:
    (upload,) = register("porte.jpg")
    url = upload["presignedUrl"]
    with connected(url) as connection:
        connection.sendall(put_head(url, TYPE_LINE, "Content-Length: 1", "Expect: 100-continue", "Connection: close"))
        assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"x")
        assert answer_of(connection).startswith(b"HTTP/1.1 200 ")
    assert stored(sandbox) == {"4217/porte.jpg": b"x"}
