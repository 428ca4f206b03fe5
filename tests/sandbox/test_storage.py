"""The S3 half, over real sockets: whole objects are kept, everything else leaves nothing behind."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.conftest import wish
from tests.sandbox.raw import answer_of, connected, put_head
from uploader_gui.sandbox import Sandbox
from uploader_gui.sandbox.sigv4 import presign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    Register = Callable[..., list[dict[str, str]]]

JPEG = {"Content-Type": "image/jpeg"}
TYPE_LINE = "Content-Type: image/jpeg"


def stored(sandbox: Sandbox) -> dict[str, bytes]:
    """What stands on the shelf, by its path within it."""
    found = (path for path in sandbox.objects.rglob("*") if path.is_file())
    return {path.relative_to(sandbox.objects).as_posix(): path.read_bytes() for path in found}


def halves(sandbox: Sandbox) -> list[Path]:
    return list((sandbox.objects.parent / "incoming").iterdir())


def expired_url(sandbox: Sandbox) -> str:
    url = sandbox.api_url.removesuffix("/main") + "/bucket/4217/1/late.jpg"
    return presign(sandbox.signer, url, headers=JPEG, now=time.time() - 120, expires=60)


def test_every_byte_arrives_under_a_readable_name(register: Register, s3: httpx.Client, sandbox: Sandbox) -> None:
    content = os.urandom(3_000_001)
    (upload,) = register("Rapport d’inspection n°4 100 %.jpg")
    answer = s3.put(upload["presignedUrl"], content=content, headers=JPEG)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    assert abs(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()) < 60
    assert stored(sandbox) == {"4217/Rapport d’inspection n°4 100 %.jpg": content}
    assert halves(sandbox) == []


def test_an_empty_object_is_kept_too(register: Register, s3: httpx.Client, sandbox: Sandbox) -> None:
    (upload,) = register("vide.jpg")
    assert s3.put(upload["presignedUrl"], content=b"", headers=JPEG).status_code == 200
    assert stored(sandbox) == {"4217/vide.jpg": b""}


def test_a_put_repeated_replaces_the_object(register: Register, s3: httpx.Client, sandbox: Sandbox) -> None:
    (upload,) = register("porte.jpg")
    for content in (b"half", b"whole"):
        s3.put(upload["presignedUrl"], content=content, headers=JPEG)
    assert stored(sandbox) == {"4217/porte.jpg": b"whole"}


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
    for upload, content in zip(register("porte.jpg", "PORTE.jpg"), (b"a", b"b"), strict=True):
        s3.put(upload["presignedUrl"], content=content, headers=JPEG)
    assert sorted(stored(sandbox).values()) == [b"a", b"b", b"yesterday"]
    assert len({name.casefold() for name in stored(sandbox)}) == 3


def test_a_file_a_person_put_on_the_shelf_is_not_overwritten(
    register: Register, s3: httpx.Client, sandbox: Sandbox
) -> None:
    (upload,) = register("porte.jpg")
    (sandbox.objects / "4217").mkdir()
    (sandbox.objects / "4217" / "porte.jpg").write_bytes(b"mine")
    s3.put(upload["presignedUrl"], content=b"x", headers=JPEG)
    assert stored(sandbox) == {"4217/porte.jpg": b"mine", "4217/porte (2).jpg": b"x"}


def test_each_anomaly_has_its_folder(register: Register, s3: httpx.Client, sandbox: Sandbox) -> None:
    for anomaly in ("1", "DEMO-1"):
        (upload,) = register("porte.jpg", anomaly=anomaly)
        s3.put(upload["presignedUrl"], content=b"x", headers=JPEG)
    assert stored(sandbox).keys() == {"1/porte.jpg", "DEMO-1/porte.jpg"}


@pytest.mark.parametrize("key", ["../../out.jpg", "%2e%2e/%2e%2e%2fout.jpg", "/", "..", "a/%00/x%2F..%5C..%5Cout"])
def test_no_key_leads_out_of_the_folder(sandbox: Sandbox, key: str, tmp_path: Path) -> None:
    url = f"{sandbox.api_url.removesuffix('/main')}/bucket/{key}"
    signed = presign(sandbox.signer, url, headers={}, now=time.time(), expires=60)
    with connected(signed) as connection:
        connection.sendall(put_head(signed, "Content-Length: 1", "Connection: close") + b"x")
        assert answer_of(connection).startswith(b"HTTP/1.1 200 ")
    assert list(stored(sandbox).values()) == [b"x"]
    assert {path.name for path in tmp_path.iterdir()} == {"sandbox"}


def test_a_sandbox_started_again_spares_what_it_took_before(tmp_path: Path, s3: httpx.Client) -> None:
    sandbox = Sandbox(tmp_path)
    for content in (b"first run", b"second run"):
        with sandbox:
            headers = {"Authorization": f"Bearer {sandbox.bearer_token}", "X-Session-Token": sandbox.session_token}
            answer = s3.post(f"{sandbox.api_url}/anomalies/v2/rs/1/images", json=[wish()], headers=headers)
            s3.put(answer.json()["uploads"][0]["presignedUrl"], content=content, headers=JPEG)
    assert sorted(stored(sandbox).values()) == [b"first run", b"second run"]


def test_a_body_cut_off_half_way_leaves_nothing(register: Register, sandbox: Sandbox) -> None:
    (upload,) = register("porte.jpg")
    with connected(upload["presignedUrl"]) as connection:
        connection.sendall(put_head(upload["presignedUrl"], TYPE_LINE, "Content-Length: 500000") + bytes(250_000))
        connection.shutdown(socket.SHUT_WR)
        assert answer_of(connection) == b""
    assert stored(sandbox) == {}
    assert halves(sandbox) == []


def test_halves_of_an_earlier_run_are_thrown_away(tmp_path: Path) -> None:
    half = tmp_path / "incoming" / "x.part"
    half.parent.mkdir()
    half.write_bytes(b"half")
    with Sandbox(tmp_path):
        assert not half.exists()


def test_a_chunked_body_is_not_implemented(register: Register, s3: httpx.Client, sandbox: Sandbox) -> None:
    (upload,) = register("porte.jpg")
    answer = s3.put(upload["presignedUrl"], content=iter([b"x"]), headers=JPEG)
    assert answer.status_code == 501
    assert "<Code>NotImplemented</Code>" in answer.text
    assert stored(sandbox) == {}


def test_a_missing_length_is_asked_for(register: Register) -> None:
    (upload,) = register("porte.jpg")
    with connected(upload["presignedUrl"]) as connection:
        connection.sendall(put_head(upload["presignedUrl"], TYPE_LINE, "Connection: close"))
        assert b"<Code>MissingContentLength</Code>" in answer_of(connection)


@pytest.mark.parametrize("header", ["Authorization", "X-Session-Token"])
def test_a_token_beside_a_presigned_url_is_refused(
    register: Register, s3: httpx.Client, sandbox: Sandbox, header: str
) -> None:
    (upload,) = register("porte.jpg")
    answer = s3.put(upload["presignedUrl"], content=b"x", headers={**JPEG, header: sandbox.bearer_token})
    assert answer.status_code == 400
    assert "<Code>InvalidArgument</Code>" in answer.text
    assert sandbox.bearer_token not in answer.text
    assert stored(sandbox) == {}


def test_another_type_than_the_registered_one_is_refused(register: Register, s3: httpx.Client) -> None:
    (upload,) = register("porte.jpg")
    answer = s3.put(upload["presignedUrl"], content=b"x", headers={"Content-Type": "image/png"})
    assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)


def test_an_expired_url_is_refused_before_the_body_is_read(sandbox: Sandbox) -> None:
    url = expired_url(sandbox)
    with connected(url) as connection:
        connection.sendall(put_head(url, TYPE_LINE, "Content-Length: 1000000"))
        answer = answer_of(connection)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer
    assert b"Connection: close" in answer


def test_an_early_refusal_reaches_a_client_that_sends_first_and_listens_then(sandbox: Sandbox) -> None:
    url = expired_url(sandbox)
    with connected(url) as connection:
        connection.sendall(put_head(url, TYPE_LINE, "Content-Length: 3900000"))
        for _ in range(39):
            connection.sendall(bytes(100_000))
        assert answer_of(connection).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(("told", "given"), [(7.4, "7"), (0.1, "1"), (10e6, "604800")])
def test_urls_live_as_long_as_they_were_told_to(tmp_path: Path, s3: httpx.Client, told: float, given: str) -> None:
    with Sandbox(tmp_path, url_lifetime=told) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.bearer_token}", "X-Session-Token": sandbox.session_token}
        answer = s3.post(f"{sandbox.api_url}/anomalies/v2/rs/1/images", json=[wish()], headers=headers)
    assert f"X-Amz-Expires={given}&" in answer.json()["uploads"][0]["presignedUrl"]


def test_more_than_five_gib_is_refused(register: Register) -> None:
    (upload,) = register("porte.jpg")
    with connected(upload["presignedUrl"]) as connection:
        connection.sendall(put_head(upload["presignedUrl"], TYPE_LINE, f"Content-Length: {5 * 1024**3 + 1}"))
        assert b"<Code>EntityTooLarge</Code>" in answer_of(connection)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_nothing_but_put_is_served(register: Register, s3: httpx.Client, method: str) -> None:
    (upload,) = register("porte.jpg")
    assert s3.request(method, upload["presignedUrl"]).status_code == 405


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
