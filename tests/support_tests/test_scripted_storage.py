"""`ScriptedStorage` stores presigned PUTs as S3 does, refuses what S3 refuses, and fails exactly as told."""

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support import storage_faults
from tests.support.certificates import CertificateAuthority
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


def test_an_expired_url_is_refused_by_its_own_clock(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    url = scripted_storage.url_for("k", lifetime=60)
    scripted_storage.clock_offset = 3600
    answer = client.put(url, content=BODY)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.text
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() > time.time() + 3000
    assert scripted_storage.objects == {}


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


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (storage_faults.internal_error(), 500, "InternalError"),
        (storage_faults.slow_down("3"), 503, "SlowDown"),
        (storage_faults.too_large(), 400, "EntityTooLarge"),
        (storage_faults.bad_signature(), 403, "SignatureDoesNotMatch"),
        (storage_faults.expired(), 403, "AccessDenied"),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_a_refusal_comes_after_the_body_and_stores_nothing(
    scripted_storage: ScriptedStorage, client: httpx.Client, fault: storage_faults.Refuse, status: int, code: str
) -> None:
    answer = put(client, scripted_storage, fault)
    assert answer.status_code == status
    assert f"<Code>{code}</Code>" in answer.text
    assert answer.headers.get("Retry-After") == ("3" if code == "SlowDown" else None)
    assert scripted_storage.puts[0].complete
    assert scripted_storage.objects == {}
    assert put(client, scripted_storage).status_code == 200
    assert [record.attempt for record in scripted_storage.puts_of("k")] == [1, 2]


def test_a_refusal_unread_ends_the_connection_at_once(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    # Whether the client still sees the 403 or only a broken pipe is up to the kernel's timing.
    with contextlib.suppress(httpx.NetworkError, httpx.RemoteProtocolError):
        assert put(client, scripted_storage, storage_faults.refuse_unread(), body=BIG).status_code == 403
    assert scripted_storage.puts[0].body_bytes == 0
    assert scripted_storage.puts[0].status == 403


def test_a_reset_midway_has_read_a_part(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    with pytest.raises(httpx.TransportError):
        put(client, scripted_storage, storage_faults.ResetMidway(0.25), body=BIG)
    record = scripted_storage.puts[0]
    assert (record.body_bytes, record.complete, record.status) == (len(BIG) // 4, False, None)
    assert scripted_storage.objects == {}


def test_a_stall_midway_holds_until_released(client: httpx.Client) -> None:
    with ScriptedStorage(receive_buffer=64 * 1024) as storage:
        with pytest.raises(httpx.WriteTimeout), httpx.Client(timeout=httpx.Timeout(60, write=1.0)) as hasty:
            put(hasty, storage, storage_faults.StallMidway(), body=BIG)
        storage.wait_until(lambda: storage.puts[0].body_bytes == len(BIG) // 2)
        storage.script("k", storage_faults.StallMidway())

        def release_when_stalled() -> None:
            storage.wait_until(lambda: len(storage.puts) == 2 and storage.puts[1].body_bytes > 0)
            storage.release()

        releaser = threading.Thread(target=release_when_stalled)
        releaser.start()
        assert put(client, storage, body=BIG).status_code == 200
        releaser.join()


def test_a_slow_read_takes_its_time(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    answer = put(client, scripted_storage, storage_faults.SlowRead(1_000_000))
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.25


def test_etags_that_are_not_our_md5(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    wrong = put(client, scripted_storage, storage_faults.wrong_etag())
    kms = put(client, scripted_storage, storage_faults.kms_etag())
    none = put(client, scripted_storage, storage_faults.StoreThenAnswer(""))
    damaged = put(client, scripted_storage, storage_faults.StoreDamaged())
    assert wrong.headers["ETag"] == f'"{"f" * 32}"'
    assert kms.headers["x-amz-server-side-encryption"] == "aws:kms"
    assert "ETag" not in none.headers
    assert damaged.headers["ETag"] not in ("", f'"{MD5}"')
    assert scripted_storage.objects["k"].md5 != MD5


def test_a_reset_after_storing_leaves_the_object(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadError):
        put(client, scripted_storage, storage_faults.StoreThenReset())
    assert scripted_storage.objects["k"].md5 == MD5
    assert scripted_storage.puts[0].status is None


def test_silence_after_storing_leaves_the_object(scripted_storage: ScriptedStorage) -> None:
    with httpx.Client(timeout=httpx.Timeout(60, read=0.2)) as hasty, pytest.raises(httpx.ReadTimeout):
        put(hasty, scripted_storage, storage_faults.StoreThenSilence())
    scripted_storage.wait_for_objects(1)
    assert scripted_storage.objects["k"].md5 == MD5


def test_content_type_can_be_the_trouble(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    scripted_storage.script("k", storage_faults.RefuseContentType(), storage_faults.RefuseContentType())
    url = scripted_storage.url_for("k")
    assert client.put(url, content=BODY, headers={"Content-Type": "image/png"}).status_code == 403
    assert client.put(url, content=BODY).status_code == 200


def test_redirects_and_cookies(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    away = put(client, scripted_storage, storage_faults.redirect("http://127.0.0.1:1/"))
    assert (away.status_code, away.headers["Location"]) == (307, "http://127.0.0.1:1/")
    assert scripted_storage.objects == {}
    assert "AWSALB" in put(client, scripted_storage, storage_faults.set_cookie()).headers["Set-Cookie"]


def test_a_fault_can_depend_on_key_and_attempt(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    scripted_storage.fault = lambda _key, attempt, _request: storage_faults.slow_down() if attempt < 3 else None
    assert [put(client, scripted_storage).status_code for _ in range(3)] == [503, 503, 200]


def test_expect_continue_is_answered(scripted_storage: ScriptedStorage) -> None:
    url = urlsplit(scripted_storage.url_for("k"))
    with socket.create_connection(("127.0.0.1", scripted_storage.port)) as sock:
        head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 1\r\n"
        sock.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"x")
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_hanging_up_ends_idle_connections(scripted_storage: ScriptedStorage, client: httpx.Client) -> None:
    put(client, scripted_storage)
    scripted_storage.hang_up()
    assert put(client, scripted_storage).status_code == 200
    assert scripted_storage.connections_made == 2


def test_it_speaks_https(ca: CertificateAuthority) -> None:
    with ScriptedStorage(tls=ca.server_context()) as storage, httpx.Client(verify=ca.client_context()) as client:
        assert put(client, storage, body=BIG).status_code == 200
        with pytest.raises(httpx.TransportError):
            put(client, storage, storage_faults.ResetMidway(), body=BIG)
