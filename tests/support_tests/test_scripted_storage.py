"""`ScriptedStorage` stores presigned PUTs as S3 does, refuses what S3 refuses, and fails exactly as told."""

import hashlib
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support import storage_faults
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StorageFault

BODY = b"x" * 300_000
MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
BIG = b"y" * 30_000_000


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def put(client: httpx.Client, storage: ScriptedStorage, *faults: StorageFault, body: bytes = BODY) -> httpx.Response:
    storage.script("k", *faults)
    return client.put(storage.url_for("k"), content=body)


def test_a_put_is_stored_and_recorded(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    url = scripted_storage.url_for("42/é è#%.png")
    answer = client.put(url, content=BODY, headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.headers["ETag"]) == (200, f'"{MD5}"')
    held = scripted_storage.objects["42/é è#%.png"]
    assert (held.size, held.md5, held.data, held.content_type) == (len(BODY), MD5, BODY, "image/png")
    record = scripted_storage.puts[0]
    assert (record.body_bytes, record.md5, record.complete, record.stored, record.status) == (
        *(len(BODY), MD5, True, True),
        200,
    )
    assert record.answered is not None
    assert record.arrived <= record.answered <= time.monotonic()
    assert scripted_storage.origin + record.target == url


def test_its_urls_look_like_sigv4(scripted_storage: ScriptedStorage) -> None:
    issued = 1_700_000_000.0
    query = parse_qs(urlsplit(scripted_storage.url_for("k", lifetime=60, issued_at=issued)).query)
    assert query["X-Amz-Date"] == ["20231114T221320Z"]
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-SignedHeaders"] == ["host"]
    assert len(query["X-Amz-Signature"][0]) == 64
    signed = parse_qs(urlsplit(scripted_storage.url_for("k", content_type="image/png")).query)
    assert signed["X-Amz-SignedHeaders"] == ["content-type;host"]


def test_a_tampered_url_is_refused(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    url = scripted_storage.url_for("k").replace("X-Amz-Expires=900", "X-Amz-Expires=901")
    answer = client.put(url, content=BODY)
    assert answer.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in answer.text


def test_a_signed_content_type_has_to_be_sent(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    url = scripted_storage.url_for("k", content_type="image/png")
    assert client.put(url, content=BODY, headers={"Content-Type": "image/png"}).status_code == 200
    assert client.put(url, content=BODY).status_code == 403


@pytest.mark.parametrize("header", ["Authorization", "X-Session-Token", "Cookie"])
def test_tokens_and_cookies_are_violations(
    scripted_storage: ScriptedStorage, client: httpx.Client, header: str
) -> None:
    answer = client.put(scripted_storage.url_for("k"), content=BODY, headers={header: "secret"})
    assert answer.status_code == 400
    assert "<Code>InvalidArgument</Code>" in answer.text
    assert scripted_storage.violations == [f"k, attempt 1: header {header}"]
    assert scripted_storage.objects == {}
    scripted_storage.violations.clear()


def test_a_chunked_body_is_a_violation(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    answer = client.put(scripted_storage.url_for("k"), content=iter([b"small"]))
    assert answer.status_code == 400
    assert "k, attempt 1: header Transfer-Encoding" in scripted_storage.violations
    scripted_storage.violations.clear()


def test_a_slow_read_takes_its_time(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    answer = put(client, scripted_storage, storage_faults.SlowRead(1_000_000))
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.25
