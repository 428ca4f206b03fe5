"""`StrictApi` accepts what the service's page promises, refuses the rest, and fails exactly as told."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support import api_faults
from tests.support.strict_api import StrictApi

GOOD = {"Authorization": "Bearer bearer-for-tests", "X-Session-Token": "session-for-tests"}
IMAGES = "/anomalies/v2/rs/42/images"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def upload(**fields: object) -> dict[str, Any]:
    return {"uploadId": str(uuid4()), "name": "a.png", "mimeType": "image/png", "size": 1} | fields


def post(client: httpx.Client, api: StrictApi, body: object, **headers: str) -> httpx.Response:
    return client.post(f"{api.url}{IMAGES}", json=body, headers=GOOD | headers)


WRONG_FIELDS: list[dict[str, Any]] = [
    *({"uploadId": upload_id} for upload_id in ("7", 7)),
    *({"name": name} for name in ("", "x" * 251, "e\u0301.png", "a\tb.png", "folder/a.png")),
    *({"mimeType": media_type} for media_type in ("image/webp", ["image/png"])),
    *({"size": size} for size in (0, 1.0, True, "1")),
    {"extra": 1},
]


@pytest.mark.parametrize(
    "body",
    [
        *([upload(**fields)] for fields in WRONG_FIELDS),
        *(
            {},
            [],
            [upload() for _ in range(21)],
            [upload()] * 2,
            ["a.png"],
            [{"uploadId": "06b932a5-850f-4e3d-8828-6c72c001ba16"}],
        ),
    ],
    ids=lambda body: json.dumps(body)[-40:],
)
def test_a_body_that_breaks_a_rule_is_a_violation(strict_api: StrictApi, client: httpx.Client, body: object) -> None:
    assert post(client, strict_api, body).status_code == 400
    assert len(strict_api.violations) >= 1
    assert strict_api.registered == []
    strict_api.violations.clear()


def test_a_header_or_a_target_that_breaks_a_rule_is_a_violation(strict_api: StrictApi, client: httpx.Client) -> None:
    for headers in (
        {"Content-Type": "application/json; charset=utf-8"},
        {"Cookie": "a=b"},
        {"Authorization": "Basic abc"},
        {"X-Session-Token": ""},
    ):
        assert post(client, strict_api, [upload()], **headers).status_code == 400
    for path in ("/anomalies/v2/rs/42/images?x=1", "/anomalies/v2/rs/4%202/images", "/other"):
        assert client.post(strict_api.url + path, json=[upload()], headers=GOOD).status_code == 400
    assert len(strict_api.violations) == 7
    chunked = GOOD | {"Content-Type": "application/json"}
    assert client.post(f"{strict_api.url}{IMAGES}", content=iter([b"[]"]), headers=chunked).status_code == 400
    assert any("Content-Length" in violation for violation in strict_api.violations)
    strict_api.violations.clear()


@pytest.mark.parametrize(
    ("unit", "size", "right"), [("Mo", 1_000_001, 2), ("Mo", 7, 1), ("bytes", 1_000_001, 1_000_001)]
)
def test_the_size_has_to_be_right_where_it_is_known(
    client: httpx.Client, strict_api: StrictApi, unit: str, size: int, right: int
) -> None:
    strict_api.size_unit = unit
    strict_api.file_sizes["a.png"] = size
    assert post(client, strict_api, [upload(size=right)]).status_code == 200
    assert post(client, strict_api, [upload(size=right + 1)]).status_code == 400
    strict_api.violations.clear()


def test_a_violation_is_noticed_under_a_fault_too(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.refusal(504, register_first=True))
    post(client, strict_api, [upload(size=0)])
    assert len(strict_api.violations) == 1
    assert strict_api.registered == []
    strict_api.violations.clear()
