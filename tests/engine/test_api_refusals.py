"""What the service says instead of registering: every status, its words, and when to ask again."""

from email.utils import formatdate

import pytest

from tests.engine.service import Service
from tests.support import api_faults
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import (
    ApiError,
    ProtocolViolated,
    ProxyBusy,
    ProxyFailed,
    Rejected,
    ServiceFailed,
    SignInNeeded,
    TooManyRequests,
    UploaderError,
    Variant,
)
from uploader_gui.engine.redaction import readable
from uploader_gui.engine.registration.api import Tokens, service_words

STATUSES: dict[type[ApiError], tuple[int, ...]] = {
    SignInNeeded: (401, 403),
    TooManyRequests: (421, 425, 429, 503),
    ServiceFailed: (408, 500, 502, 504, 505, 507, 599),
    Rejected: (400, 404, 405, 409, 413, 415, 422, 501),
    ProtocolViolated: (202, 206),
}


@pytest.mark.parametrize(
    ("status", "expected"), [(status, kind) for kind, statuses in STATUSES.items() for status in statuses]
)
async def test_every_status_has_its_meaning_and_keeps_the_services_words_where_there_are_some(
    strict_api: StrictApi, service: Service, status: int, expected: type[ApiError]
) -> None:
    strict_api.faults += [api_faults.refusal(status, "in its own words"), api_faults.page(status)]
    error, without_words = await service.error_of(), await service.error_of()
    assert isinstance(error, ApiError)
    told = {413: "HTTP 413: in its own words"}  # which seldom say what it means: another remedy goes by the number
    assert (type(error), error.detail) == (
        expected,
        f"HTTP {status}" if status < 300 else told.get(status, "in its own words"),
    )
    assert isinstance(without_words, ApiError)
    assert without_words.detail == f"HTTP {status}"


async def test_a_redirect_is_refused_and_not_followed(strict_api: StrictApi, service: Service) -> None:
    statuses = (300, 301, 302, 303, 307, 308)
    for status in statuses:
        strict_api.faults.append(api_faults.redirect(f"{strict_api.url}/elsewhere", status))
        error = await service.error_of()
        assert isinstance(error, Rejected)
        assert "redirected" in error.detail
    assert len(strict_api.calls) == len(statuses)


NO_ADDRESSES = ("https://[/", "https://[::1/", r":https://\login]")
"""Redirects that lead nowhere."""
OF_ANOTHER_KIND: list[tuple[api_faults.Answer, type[UploaderError], Variant, str]] = [
    (api_faults.refusal(407, "sign in"), ProxyFailed, Variant.PROXY_SIGN_IN, "sign in"),
    (api_faults.refusal(511, "sign in"), ProxyBusy, Variant.NO_SERVICE, "sign in"),
    *(
        (api_faults.redirect(target), Rejected, Variant.REDIRECTED, "HTTP 307: redirected elsewhere, refused")
        for target in ("/", *NO_ADDRESSES)
    ),
    (api_faults.refusal(413, "too long"), Rejected, Variant.REQUEST_TOO_LARGE, "HTTP 413: too long"),
    (api_faults.page(413), Rejected, Variant.REQUEST_TOO_LARGE, "HTTP 413"),
    (api_faults.page(), ProtocolViolated, Variant.NO_SERVICE, "the answer is not JSON"),
    (api_faults.text(b"\xef\xbb\xbf\n<HEAD>"), ProtocolViolated, Variant.NO_SERVICE, "the answer is not JSON"),
]


@pytest.mark.parametrize(("answer", "expected", "variant", "detail"), OF_ANOTHER_KIND)
async def test_what_calls_for_another_remedy_is_told_apart(  # noqa: PLR0917 - a table's columns
    strict_api: StrictApi,
    service: Service,
    answer: api_faults.Answer,
    expected: type[UploaderError],
    variant: Variant,
    detail: str,
) -> None:
    strict_api.faults.append(answer)
    error = await service.error_of()
    assert isinstance(error, UploaderError)
    assert (type(error), error.variant, error.detail) == (expected, variant, detail)


@pytest.mark.parametrize(
    ("answer", "throttled"),
    [
        (api_faults.busy(429, "7"), True),
        (api_faults.busy(503, "7"), True),
        (api_faults.busy(429), True),
        (api_faults.busy(429, "0"), False),
        (api_faults.refusal(500), False),
        (None, False),
    ],
)
@pytest.mark.parametrize("asked", ["register", "look up"])
async def test_who_asks_for_fewer_calls_is_left_alone_for_the_time_named(
    strict_api: StrictApi, service: Service, answer: api_faults.Answer | None, asked: str, *, throttled: bool
) -> None:
    assert not service.client.is_throttled
    if asked == "register":
        strict_api.faults.append(answer)
        await service.error_of()
    else:
        strict_api.describe = lambda _: answer or api_faults.Answer(200)
        await service.client.look_up("4217")
    assert service.client.is_throttled is throttled


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
        assert tokens.redacted_from(f"bad token {echo}!") == "bad token [redacted]!"


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_understood_in_seconds_and_as_a_date(
    strict_api: StrictApi, service: Service, status: int
) -> None:
    in_a_minute = formatdate(service.clock.now() + 60, usegmt=True)
    for told, seconds in (("7", 7.0), ("0", 0.0), ("soon", None), ("", None), (in_a_minute, pytest.approx(60, abs=5))):
        strict_api.faults.append(api_faults.busy(status, told))
        error = await service.error_of()
        assert isinstance(error, TooManyRequests)
        assert error.retry_after == seconds


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
