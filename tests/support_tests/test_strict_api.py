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


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def upload(**fields: object) -> dict[str, Any]:
    return {"uploadId": str(uuid4()), "name": "a.png", "mimeType": "image/png", "size": 1} | fields


def post(client: httpx.Client, api: StrictApi, body: object, **headers: str) -> httpx.Response:
    return client.post(f"{api.url}/anomalies/v2/rs/42/images", json=body, headers=GOOD | headers)


def test_a_good_call_is_answered_with_urls_in_an_order_of_its_own(strict_api: StrictApi, client: httpx.Client) -> None:
    wanted = [upload(name=f"{n}.png") for n in range(20)]
    answer = post(client, strict_api, wanted)
    ids = [entry["uploadId"] for entry in answer.json()["uploads"]]
    assert answer.status_code == 200
    assert sorted(ids) == sorted(u["uploadId"] for u in wanted)
    assert ids != [u["uploadId"] for u in wanted]
    assert all(isinstance(entry["id"], str) for entry in answer.json()["uploads"])
    assert strict_api.calls[0].body == wanted
    assert strict_api.calls[0].status == 200
    assert strict_api.calls[0].upload_ids == [u["uploadId"] for u in wanted]
    assert len(strict_api.registrations_of(ids[0])) == 1


def test_ids_can_be_numbers_and_success_201(client: httpx.Client) -> None:
    with StrictApi(lambda _u, _a: "https://example.org/", id_type=int, success=201) as api:
        answer = post(client, api, [upload()])
        assert answer.status_code == 201
        assert answer.json()["uploads"][0]["id"] == 1001


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        [upload() for _ in range(21)],
        [upload(extra=1)],
        [{"uploadId": "06b932a5-850f-4e3d-8828-6c72c001ba16"}],
        [upload(uploadId="7")],
        [upload(uploadId=7)],
        [upload(name="")],
        [upload(name="x" * 251)],
        [upload(name="e\u0301.png")],
        [upload(name="a\tb.png")],
        [upload(name="folder/a.png")],
        [upload(mimeType="image/webp")],
        [upload(mimeType=["image/png"])],
        [upload(size=0)],
        [upload(size=1.0)],
        [upload(size=True)],
        [upload(size="1")],
        [upload()] * 2,
        ["a.png"],
    ],
    ids=lambda body: json.dumps(body)[-40:],
)
def test_a_body_that_breaks_a_rule_is_a_violation(strict_api: StrictApi, client: httpx.Client, body: object) -> None:
    assert post(client, strict_api, body).status_code == 400
    assert len(strict_api.violations) >= 1
    assert strict_api.registered == []
    strict_api.violations.clear()


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=utf-8"},
        {"Cookie": "a=b"},
        {"Authorization": "Basic abc"},
        {"X-Session-Token": ""},
    ],
)
def test_a_header_that_breaks_a_rule_is_a_violation(
    strict_api: StrictApi, client: httpx.Client, headers: dict[str, str]
) -> None:
    assert post(client, strict_api, [upload()], **headers).status_code == 400
    assert len(strict_api.violations) == 1
    strict_api.violations.clear()


@pytest.mark.parametrize("path", ["/anomalies/v2/rs/42/images?x=1", "/anomalies/v2/rs/4%202/images", "/other"])
def test_another_target_is_a_violation(strict_api: StrictApi, client: httpx.Client, path: str) -> None:
    assert client.post(strict_api.url + path, json=[upload()], headers=GOOD).status_code == 400
    assert len(strict_api.violations) == 1
    strict_api.violations.clear()


def test_a_chunked_body_is_a_violation_and_ends_the_connection(strict_api: StrictApi, client: httpx.Client) -> None:
    url = f"{strict_api.url}/anomalies/v2/rs/42/images"
    headers = GOOD | {"Content-Type": "application/json"}
    assert client.post(url, content=iter([b"[]"]), headers=headers).status_code == 400
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


@pytest.mark.parametrize("register_first", [True, False])
def test_a_lost_answer_may_have_registered(
    strict_api: StrictApi, client: httpx.Client, *, register_first: bool
) -> None:
    strict_api.faults += [
        api_faults.refusal(504, register_first=register_first),
        api_faults.Reset(register_first=register_first),
    ]
    assert post(client, strict_api, [upload()]).status_code == 504
    with pytest.raises(httpx.ReadError):
        post(client, strict_api, [upload()])
    assert [call.status for call in strict_api.calls] == [504, None]
    assert len(strict_api.registered) == 2 * register_first


def test_a_delayed_answer_is_a_good_one(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.Delay(0.2))
    answer = post(client, strict_api, [upload()])
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_a_violation_is_noticed_under_a_fault_too(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.refusal(504, register_first=True))
    post(client, strict_api, [upload(size=0)])
    assert len(strict_api.violations) == 1
    assert strict_api.registered == []
    strict_api.violations.clear()
