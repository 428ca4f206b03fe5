"""`StrictApi` accepts what the service's page promises, refuses the rest, and fails exactly as told."""

import errno
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support import api_faults
from tests.support.certificates import CertificateAuthority
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


def test_other_tokens_are_401_until_they_are_the_ones_in_force(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.tokens = ("new", "session-for-tests")
    assert post(client, strict_api, [upload()]).status_code == 401
    assert post(client, strict_api, [upload()], Authorization="Bearer new").status_code == 200
    assert [call.status for call in strict_api.calls] == [401, 200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 500, 502, 503, 504])
def test_a_scripted_status_is_answered_once_and_registers_nothing(
    strict_api: StrictApi, client: httpx.Client, status: int
) -> None:
    strict_api.faults.append(api_faults.refusal(status, "no"))
    refused = post(client, strict_api, [upload()])
    assert (refused.status_code, refused.json()) == (status, {"message": "no"})
    assert strict_api.registered == []
    assert post(client, strict_api, [upload()]).status_code == 200


def test_a_504_can_have_registered(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.refusal(504, register_first=True))
    assert post(client, strict_api, [upload()]).status_code == 504
    assert len(strict_api.registered) == 1


def test_busy_tells_when_to_come_back(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.busy(429, "7"))
    answer = post(client, strict_api, [upload()])
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_html_wrong_text_and_redirects(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults += [api_faults.page(), api_faults.text("{nope"), api_faults.redirect("http://127.0.0.1:1/")]
    first, second, third = (post(client, strict_api, [upload()]) for _ in range(3))
    assert first.headers["Content-Type"].startswith("text/html")
    assert second.text == "{nope"
    assert (third.status_code, third.headers["Location"]) == (307, "http://127.0.0.1:1/")


def test_answers_out_of_shape(strict_api: StrictApi, client: httpx.Client) -> None:
    wanted = [upload(), upload()]
    ours = {u["uploadId"] for u in wanted}
    gone = wanted[0]["uploadId"]
    strict_api.faults += [
        api_faults.omit(gone),
        api_faults.omit(first=1),
        api_faults.duplicate(gone),
        api_faults.foreign(),
        api_faults.shaped({"uploads": "none"}),
    ]
    answers = [post(client, strict_api, wanted).json() for _ in range(5)]
    ids = [[u["uploadId"] for u in answer["uploads"]] for answer in answers[:4]]
    assert ids[0] == [wanted[1]["uploadId"]]
    assert len(ids[1]) == 1
    assert ids[2].count(gone) == 2
    assert len(set(ids[3]) - ours) == 1
    assert answers[4] == {"uploads": "none"}
    assert len(strict_api.registrations_of(gone)) == 5


def test_a_truncated_answer_breaks_off_within_the_body(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.Truncate())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        post(client, strict_api, [upload()])
    assert len(strict_api.registered) == 1


@pytest.mark.parametrize("register_first", [True, False])
def test_a_reset_comes_after_the_request_was_read(
    strict_api: StrictApi,
    client: httpx.Client,
    register_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    strict_api.faults.append(api_faults.Reset(register_first=register_first))
    with pytest.raises(httpx.ReadError, match=re.escape(os.strerror(errno.ECONNRESET))):
        post(client, strict_api, [upload()])
    assert strict_api.calls[0].status is None
    assert len(strict_api.registered) == register_first


def test_close_unread_leaves_no_call(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.CloseUnread())
    with pytest.raises(httpx.TransportError):
        post(client, strict_api, [upload()])
    assert strict_api.calls == []
    assert post(client, strict_api, [upload()]).status_code == 200


def test_silence_lasts_until_released(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.Silence())
    hasty = httpx.Timeout(60, read=0.1)
    with pytest.raises(httpx.ReadTimeout):
        client.post(f"{strict_api.url}/anomalies/v2/rs/42/images", json=[upload()], headers=GOOD, timeout=hasty)
    strict_api.wait_for_calls(1)
    strict_api.faults.append(api_faults.Silence())

    def release_when_called() -> None:
        strict_api.wait_for_calls(2)
        strict_api.release()

    releaser = threading.Thread(target=release_when_called)
    releaser.start()
    assert post(client, strict_api, [upload()]).status_code == 200
    releaser.join()


def test_a_delayed_answer_is_a_good_one(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.Delay(0.2))
    answer = post(client, strict_api, [upload()])
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_a_fault_can_depend_on_the_call(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.fault = lambda number, _call: api_faults.refusal(503) if number % 2 else None
    assert [post(client, strict_api, [upload()]).status_code for _ in range(4)] == [503, 200, 503, 200]


def test_a_violation_is_noticed_under_a_fault_too(strict_api: StrictApi, client: httpx.Client) -> None:
    strict_api.faults.append(api_faults.refusal(504, register_first=True))
    post(client, strict_api, [upload(size=0)])
    assert len(strict_api.violations) == 1
    assert strict_api.registered == []
    strict_api.violations.clear()


def test_stopped_it_refuses_and_started_again_it_has_the_same_port(strict_api: StrictApi, client: httpx.Client) -> None:
    post(client, strict_api, [upload()])
    url = strict_api.url
    strict_api.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    strict_api.start()
    assert strict_api.url == url
    assert post(client, strict_api, [upload()]).status_code == 200


def test_what_is_no_http_ends_the_connection(strict_api: StrictApi) -> None:
    with socket.create_connection(("127.0.0.1", strict_api.port)) as sock:
        sock.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert sock.recv(100) == b""
    assert strict_api.calls == []


def test_https_is_trusted_only_with_the_ca(ca: CertificateAuthority) -> None:
    with StrictApi(lambda _u, _a: "https://example.org/", tls=ca.server_context()) as api:
        with httpx.Client(verify=ca.client_context()) as trusting:
            assert post(trusting, api, [upload()]).status_code == 200
        with httpx.Client() as other, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            post(other, api, [upload()])
