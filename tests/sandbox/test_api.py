"""The API half: what it takes, what it refuses and how it says so."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import wish
from tests.sandbox.raw import answer_of, connected
from uploader_gui.sandbox import Sandbox
from uploader_gui.sandbox.api import MEDIA_TYPES

PATH = "/anomalies/v2/rs/4217/images"
ONE = wish()


def test_twenty_files_of_any_type_are_registered_and_answered_in_another_order(client: httpx.Client) -> None:
    assert len(MEDIA_TYPES) == 16
    wishes = [wish(mimeType=kind) for kind in (*sorted(MEDIA_TYPES), *["image/jpeg"] * 4)]
    answer = client.post(PATH, json=wishes)
    uploads = answer.json()["uploads"]
    assert answer.status_code == 200
    assert {upload["uploadId"] for upload in uploads} == {w["uploadId"] for w in wishes}
    assert [upload["uploadId"] for upload in uploads] != [w["uploadId"] for w in wishes]
    assert all(upload.keys() == {"uploadId", "presignedUrl", "id"} for upload in uploads)
    assert len({upload["id"] for upload in uploads}) == 20


def test_the_same_upload_id_again_makes_another_record(client: httpx.Client) -> None:
    ids = [client.post(PATH, json=[ONE]).json()["uploads"][0]["id"] for _ in range(2)]
    assert ids[0] != ids[1]


MOST = "The body must be a JSON array of 1 to 20 files"
FIELDS = "[0] must be an object of exactly uploadId, name, mimeType, size"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        *((body, MOST) for body in (ONE, [], [wish() for _ in range(21)])),
        *((body, FIELDS) for body in (["a"], [{**ONE, "extra": 1}])),
        ([{name: value for name, value in ONE.items() if name != "size"}], FIELDS),
        ([wish(uploadId=7)], "[0] uploadId must be text"),
        ([ONE, ONE], "Every uploadId must be distinct"),
        *(([wish(name=name)], "[0] name must be text of 1 to 250 characters") for name in ("x" * 251, "")),
        ([wish(), wish(mimeType="image/heic")], "[1] mimeType is not an allowed type"),
        ([wish(mimeType=["image/png"])], "[0] mimeType is not an allowed type"),
        *(([wish(size=size)], "[0] size must be an integer of at least 1") for size in (0, 1.0, True)),
    ],
)
def test_a_registration_against_the_rules_is_refused_with_the_rule(client: httpx.Client, body: Any, said: str) -> None:
    answer = client.post(PATH, json=body)
    assert answer.status_code == 400
    assert said in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"[",
        b"\xff\xfe[\0]\0",
        b"[" * 200_000,
        json.dumps([wish(name="\ud800.jpg")]).encode(),
        json.dumps([ONE]).replace('"size": 1', '"size": ' + "9" * 5000).encode(),
    ],
)
def test_what_is_no_json_or_not_plain_json_is_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json().keys() == {"message"}


def test_a_name_of_250_characters_of_four_bytes_is_taken_and_can_be_sent(
    register: Callable[..., list[dict[str, str]]], s3: httpx.Client, sandbox: Sandbox
) -> None:
    (upload,) = register("🚪" * 246 + ".jpg")
    assert s3.put(upload["presignedUrl"], content=b"1", headers={"Content-Type": "image/jpeg"}).status_code == 200
    (stored,) = (sandbox.objects / "4217").iterdir()
    assert stored.suffix == ".jpg"


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "text/plain", "Application/JSON", None])
def test_another_content_type_is_refused(client: httpx.Client, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = client.post(PATH, content=json.dumps([ONE]), headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"message": "Content-Type must be application/json"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer wrong"), ("Authorization", "Bearer é".encode()), ("Authorization", None),
        ("X-Session-Token", "a.b.c"), ("X-Session-Token", ""), ("X-Session-Token", None),
    ],
)  # fmt: skip
def test_a_wrong_or_missing_token_is_unauthorized(client: httpx.Client, name: str, value: Any) -> None:
    del client.headers[name]
    answer = client.post(PATH, json=[ONE], headers={} if value is None else {name: value})
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/anomalies/v2/rs//images", 404),
        ("POST", "/anomalies/v2/rs/a%20b/images", 404),
        ("POST", f"/anomalies/v2/rs/{'1' * 65}/images", 404),
        ("POST", "/anomalies/v2/rs/4217/images/", 404),
        ("GET", "/", 404),
        ("GET", PATH, 405),
        ("PUT", PATH, 405),
        ("DELETE", "/anomalies/v2/rs/4217", 405),
    ],
)
def test_other_paths_and_methods_are_refused_in_json(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, json=[ONE])
    assert answer.status_code == status
    assert answer.json().keys() == {"message"}


def test_the_anomaly_can_be_looked_at(client: httpx.Client) -> None:
    data = client.get("/anomalies/v2/rs/DEMO-1").json()["data"]
    assert data["id"] == "DEMO-1"
    assert data["site"]["name"]


def test_too_long_a_body_is_refused_before_it_is_read(client: httpx.Client, sandbox: Sandbox) -> None:
    tokens = "\r\n".join(f"{name}: {client.headers[name]}" for name in ("Authorization", "X-Session-Token"))
    head = f"POST /main{PATH} HTTP/1.1\r\nHost: x\r\n{tokens}\r\nContent-Type: application/json\r\n"
    with connected(sandbox.api_url) as connection:
        connection.sendall(f"{head}Content-Length: 1048577\r\n\r\n".encode())
        assert answer_of(connection).startswith(b"HTTP/1.1 413 ")


def test_the_session_token_is_a_jwt_that_expires_in_two_hours(sandbox: Sandbox) -> None:
    head, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in sandbox.session_token.split(".")
    )
    assert json.loads(head) == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(claims)["exp"] == pytest.approx(time.time() + 7200, abs=60)
    assert signature
