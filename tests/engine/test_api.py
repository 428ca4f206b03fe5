"""One registration over a real socket: the request to the letter, and what every answer means."""

from __future__ import annotations

import json
import logging
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.service import Service
from tests.engine.values import a_source
from tests.support import api_faults
from uploader_gui.engine.api import Tokens, service_words, wire_size
from uploader_gui.engine.errors import (
    ApiError,
    ConnectionLost,
    LeftOut,
    Offline,
    ProtocolViolated,
    Rejected,
    ServiceFailed,
    SignInNeeded,
    Stalled,
    TooManyRequests,
    UrlRefused,
)
from uploader_gui.engine.http import readable

if TYPE_CHECKING:
    import ssl

    from tests.support.scripted_storage import ScriptedStorage
    from tests.support.strict_api import StrictApi
    from uploader_gui.engine.options import SizeUnit


async def test_the_request_is_what_the_services_page_says(strict_api: StrictApi, service: Service) -> None:
    await service.register(a_source("été 📷.jpg", size=2_500_001), a_source("b.csv", media_type="text/csv", size=1))
    (call,) = strict_api.calls
    assert (call.request.method, call.request.target) == ("POST", "/main/anomalies/v2/rs/4217/images")
    first, second = service.asked
    assert call.body == [
        {"uploadId": first, "name": "été 📷.jpg", "mimeType": "image/jpeg", "size": 3},
        {"uploadId": second, "name": "b.csv", "mimeType": "text/csv", "size": 1},
    ]


async def test_no_header_goes_out_that_is_not_needed(strict_api: StrictApi, service: Service) -> None:
    await service.register()
    (call,) = strict_api.calls
    assert {name.lower(): value for name, value in call.request.headers} == {
        "host": strict_api.host,
        "authorization": "Bearer bearer-for-tests",
        "x-session-token": "session-for-tests",
        "content-type": "application/json",
        "content-length": str(len(call.raw_body)),
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "uploader-gui/1.2.3",
        "connection": "keep-alive",
    }


@pytest.mark.parametrize("slash", ["", "/", "//"])
async def test_a_slash_at_the_end_of_the_address_changes_nothing(
    strict_api: StrictApi, trust: ssl.SSLContext, slash: str
) -> None:
    async with Service(strict_api.url + slash, trust) as service:
        assert len((await service.register()).presigned) == 1


@pytest.mark.parametrize(
    ("size", "unit", "wire"),
    [
        (1, "Mo", 1),
        (999_999, "Mo", 1),
        (1_000_000, "Mo", 1),
        (1_000_001, "Mo", 2),
        (2_000_000, "Mo", 2),
        (5 * 1024**3, "Mo", 5369),
        (1, "bytes", 1),
        (1_000_001, "bytes", 1_000_001),
        (5 * 1024**3, "bytes", 5_368_709_120),
    ],
)
def test_sizes_are_whole_megaoctets_rounded_up_or_bytes(size: int, unit: SizeUnit, wire: int) -> None:
    assert wire_size(size, unit) == wire


async def test_a_service_that_counts_bytes_gets_bytes(strict_api: StrictApi, trust: ssl.SSLContext) -> None:
    strict_api.size_unit, strict_api.file_sizes = "bytes", {"a.jpg": 1_234_567}
    async with Service(strict_api.url, trust, size_unit="bytes") as service:
        await service.register(a_source("a.jpg", size=1_234_567))


@pytest.mark.parametrize("count", [1, 2, 20])
async def test_each_upload_gets_its_own_answer_in_whatever_order_they_come(
    strict_api: StrictApi, service: Service, count: int
) -> None:
    answer = await service.register(count=count)
    assert list(answer.presigned) == list(service.asked)
    assert answer.failed == {}
    for upload_id, presigned in answer.presigned.items():
        (record,) = strict_api.registrations_of(upload_id)
        assert (presigned.url, presigned.service_id) == (record.url, record.service_id)
        assert presigned.expires_at is not None


@pytest.mark.parametrize("status", [200, 201])
async def test_an_id_may_be_a_number_and_success_may_be_201(
    scripted_storage: ScriptedStorage, strict_api: StrictApi, service: Service, status: int
) -> None:
    strict_api.success, strict_api.id_type = status, int
    answer = await service.register()
    assert [presigned.service_id for presigned in answer.presigned.values()] == ["1001"]


async def test_an_upload_left_out_of_the_answer_fails_alone(strict_api: StrictApi, service: Service) -> None:
    strict_api.faults.append(api_faults.omit(first=1))
    answer = await service.register(count=3)
    assert len(answer.presigned) == 2
    (error,) = answer.failed.values()
    assert isinstance(error, LeftOut)


async def test_an_upload_told_twice_fails_alone(strict_api: StrictApi, service: Service) -> None:
    strict_api.faults.append(api_faults.duplicate())
    answer = await service.register(count=3)
    assert len(answer.presigned) == 2
    (error,) = answer.failed.values()
    assert isinstance(error, ProtocolViolated)
    assert "twice" in error.detail


async def test_an_upload_nobody_asked_for_is_ignored_and_logged(
    strict_api: StrictApi, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    strict_api.faults.append(api_faults.foreign())
    with caplog.at_level(logging.INFO, "uploader_gui"):
        answer = await service.register(count=2)
    assert (len(answer.presigned), answer.failed) == (2, {})
    assert "did not ask for" in caplog.text


def entry(**changes: Any) -> api_faults.Reshape:
    """Change one entry of the answer; None takes the field out."""

    def edit(answer: dict[str, Any]) -> object:
        changed = answer["uploads"][0] | changes
        return {"uploads": [{k: v for k, v in changed.items() if v is not None}, *answer["uploads"][1:]]}

    return api_faults.Reshape(edit)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("presignedUrl", None),
        ("presignedUrl", ""),
        ("presignedUrl", 7),
        ("presignedUrl", ["https://b.example/"]),
        ("presignedUrl", "https://b.example/\ud800"),
        ("id", None),
        ("id", 1.5),
        ("id", True),
        ("id", {}),
        ("id", "\ud800"),
        ("id", "a\0b"),
    ],
)
async def test_a_malformed_entry_fails_its_upload_alone_and_is_named(
    strict_api: StrictApi, service: Service, field: str, value: Any
) -> None:
    strict_api.faults.append(entry(**{field: value}))
    answer = await service.register(count=2)
    assert len(answer.presigned) == 1
    (error,) = answer.failed.values()
    assert isinstance(error, ProtocolViolated)
    assert field in error.detail


@pytest.mark.parametrize("upload_id", [None, 7, ["a"], {}])
async def test_an_entry_without_a_usable_id_is_as_if_it_were_not_there(
    strict_api: StrictApi, service: Service, upload_id: Any
) -> None:
    strict_api.faults.append(entry(uploadId=upload_id))
    answer = await service.register()
    assert [type(error) for error in answer.failed.values()] == [LeftOut]


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket.example/key",
        "file:///etc/passwd",
        "ftp://bucket.example/key",
        "https://user:password@bucket.example/key",
        "https://",
        "/key",
        "javascript:alert(1)",
        "https://bucket.example:99999/key",
        "https://[::1/key",
        "https://bucket.example/ke y",
        "https://bucket.example/\r\nHost: evil",
        "https://bücket.example/key",
    ],
)
async def test_a_url_that_evidence_must_not_go_to_fails_its_upload_alone(
    strict_api: StrictApi, service: Service, url: str
) -> None:
    strict_api.faults.append(entry(presignedUrl=url))
    answer = await service.register(count=2)
    assert len(answer.presigned) == 1
    (error,) = answer.failed.values()
    assert isinstance(error, UrlRefused)
    assert url not in error.detail


@pytest.mark.parametrize(
    "value", [None, [], "uploads", 7, {}, {"uploads": None}, {"uploads": {}}, {"uploads": [7]}, {"uploads": [[]]}]
)
async def test_an_answer_of_another_shape_leaves_the_outcome_unknown(
    strict_api: StrictApi, service: Service, value: object
) -> None:
    strict_api.faults.append(api_faults.shaped(value))
    error = await service.error_of()
    assert isinstance(error, ProtocolViolated)
    assert "uploads" in error.detail
    assert error.outcome_unknown


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b'{"uploads": [' + b"[" * 100_000,
        b'{"uploads": [' + b'{"a":' * 100_000,
        b'{"uploads": [{"id": ' + b"9" * 5_000 + b"}]}",
        b'{"uploads": [' + b" " * 2_000_000 + b"]}",
        b"\0" * 3_000_000,
    ],
)
async def test_what_is_no_json_leaves_the_outcome_unknown(strict_api: StrictApi, service: Service, body: bytes) -> None:
    strict_api.faults.append(api_faults.text(body, register_first=True))
    error = await service.error_of()
    assert isinstance(error, ProtocolViolated)
    assert error.detail == "the answer is not JSON"


async def test_a_captive_portals_page_is_no_success(strict_api: StrictApi, service: Service) -> None:
    strict_api.faults.append(api_faults.page())
    assert isinstance(await service.error_of(), ProtocolViolated)


async def test_the_log_shows_how_an_answer_of_another_shape_begins_but_no_secret(
    strict_api: StrictApi, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"items": "https://b.example/key?X-Amz-Signature=5ec2e7&Signature=5ec2e8", "you": "bearer-for-tests"}
    strict_api.faults.append(api_faults.text(json.dumps(body)))
    with caplog.at_level(logging.INFO, "uploader_gui"):
        await service.error_of()
    assert "https://b.example/key" in caplog.text
    assert not [secret for secret in ("5ec2e7", "5ec2e8", "bearer-for-tests") if secret in caplog.text]


STATUSES: list[tuple[int, type[ApiError]]] = [
    (401, SignInNeeded),
    (403, SignInNeeded),
    (429, TooManyRequests),
    (503, TooManyRequests),
    (408, ServiceFailed),
    (500, ServiceFailed),
    (502, ServiceFailed),
    (504, ServiceFailed),
    (507, ServiceFailed),
    (599, ServiceFailed),
    (400, Rejected),
    (404, Rejected),
    (405, Rejected),
    (409, Rejected),
    (413, Rejected),
    (415, Rejected),
    (422, Rejected),
    (501, Rejected),
    (202, ProtocolViolated),
    (206, ProtocolViolated),
]


@pytest.mark.parametrize(("status", "expected"), STATUSES)
async def test_every_status_has_its_meaning_and_keeps_the_services_words(
    strict_api: StrictApi, service: Service, status: int, expected: type[ApiError]
) -> None:
    strict_api.faults.append(api_faults.refusal(status, "in its own words"))
    error = await service.error_of()
    assert type(error) is expected
    assert isinstance(error, ApiError)
    assert error.detail == (f"HTTP {status}" if status < 300 else "in its own words")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_not_followed(strict_api: StrictApi, service: Service, status: int) -> None:
    strict_api.faults.append(api_faults.redirect(f"{strict_api.url}/elsewhere", status))
    error = await service.error_of()
    assert isinstance(error, Rejected)
    assert "redirected" in error.detail
    assert len(strict_api.calls) == 1


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_refusal_without_words_says_its_status(strict_api: StrictApi, service: Service, status: int) -> None:
    strict_api.faults.append(api_faults.page(status))
    error = await service.error_of()
    assert isinstance(error, ApiError)
    assert error.detail == f"HTTP {status}"


async def test_words_that_echo_a_token_are_told_without_it(strict_api: StrictApi, service: Service) -> None:
    echo = "'x' not a valid key=value pair in Authorization header: 'Bearer bearer-for-tests', session-for-tests"
    strict_api.faults.append(api_faults.refusal(403, echo))
    error = await service.error_of()
    assert isinstance(error, SignInNeeded)
    assert "not a valid key=value pair" in error.detail
    assert "for-tests" not in error.detail


def test_a_token_is_taken_out_in_every_form_a_server_may_give_it_back() -> None:
    tokens = Tokens("ab/cd+ef=", "session")
    for echo in ("ab/cd+ef=", r"ab\/cd+ef=", "ab/cd%2Bef%3D", "ab%2Fcd%2Bef%3D"):
        assert tokens.taken_out_of(f"bad token {echo}!") == "bad token [redacted]!"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7.0), (" 7 ", 7.0), ("0", 0.0), ("9" * 40, 999_999_999.0), ("soon", None), ("-3", None), ("", None)],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_understood_in_seconds(
    strict_api: StrictApi, service: Service, status: int, told: str, seconds: float | None
) -> None:
    strict_api.faults.append(api_faults.busy(status, told))
    error = await service.error_of()
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == seconds


async def test_retry_after_is_understood_as_a_date(strict_api: StrictApi, service: Service) -> None:
    strict_api.faults.append(api_faults.busy(429, formatdate(service.clock.now() + 60, usegmt=True)))
    error = await service.error_of()
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == pytest.approx(60, abs=5)


async def test_without_tokens_nothing_is_sent(strict_api: StrictApi, trust: ssl.SSLContext) -> None:
    async with Service(strict_api.url, trust, tokens=None) as service:
        assert isinstance(await service.error_of(), SignInNeeded)
    assert strict_api.calls == []


@pytest.mark.parametrize("bad", ["", "two\nlines", "jeton-périmé", "trailing ", "nul\0"])
async def test_tokens_that_are_no_header_ask_for_other_ones_and_nothing_is_sent(
    strict_api: StrictApi, trust: ssl.SSLContext, bad: str
) -> None:
    for tokens in (Tokens(bad, "session-for-tests"), Tokens("bearer-for-tests", bad)):
        async with Service(strict_api.url, trust, tokens=tokens) as service:
            assert isinstance(await service.error_of(), SignInNeeded)
    assert strict_api.connections_made == 0


def test_tokens_are_not_shown() -> None:
    assert "secret" not in repr(Tokens("secret-1", "secret-2"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (api_faults.Truncate(), ConnectionLost),
        (api_faults.Reset(register_first=True), ConnectionLost),
        (api_faults.CloseUnread(), ConnectionLost),
    ],
)
async def test_a_connection_that_breaks_after_sending_leaves_the_outcome_unknown(
    strict_api: StrictApi, service: Service, fault: api_faults.ApiFault, expected: type[Exception]
) -> None:
    strict_api.faults.append(fault)
    assert type(await service.error_of()) is expected


async def test_a_service_that_keeps_silent_has_stalled(strict_api: StrictApi, trust: ssl.SSLContext) -> None:
    strict_api.faults.append(api_faults.Silence())
    async with Service(strict_api.url, trust, answer_seconds=0.2) as service:
        assert type(await service.error_of()) is Stalled


async def test_a_service_that_is_not_there_surely_did_nothing(strict_api: StrictApi, service: Service) -> None:
    strict_api.stop()
    error = await service.error_of()
    assert isinstance(error, Offline)
    assert not error.outcome_unknown


@pytest.mark.parametrize("url", ["http://api.example/main", "ftp://127.0.0.1/", "https://a@b.example/", "api.example"])
def test_an_address_tokens_must_not_go_to_is_refused_at_once(trust: ssl.SSLContext, url: str) -> None:
    with pytest.raises(UrlRefused):
        Service(url, trust)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "no"}', "no"),
        (b'{"error": "no"}', "no"),
        (b'{"Message": "no"}', "no"),
        (b'{"detail": "no"}', "no"),
        (b'{"error": {"code": 12, "message": "no"}}', "no"),
        (b'{"error": {"message": {"message": "too deep"}}}', ""),
        (b'{"message": "", "error": "no"}', "no"),
        (b'{"message": "two\\n lines \\u0007and \\u202e\\ud800 more"}', "two lines and more"),
        (b'{"message": 7}', ""),
        (b'{"message": null}', ""),
        (b'"message"', ""),
        (b"<html>", ""),
        (b"[" * 100_000, ""),
        (b"\xff", ""),
    ],
)
def test_the_services_words_are_one_readable_line(body: bytes, words: str) -> None:
    assert readable(service_words(body)) == words


async def test_the_services_words_are_cut_at_300(strict_api: StrictApi, service: Service) -> None:
    strict_api.faults.append(api_faults.refusal(400, "a" * 500_000))
    error = await service.error_of()
    assert isinstance(error, Rejected)
    assert error.detail == "a" * 300
