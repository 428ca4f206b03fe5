"""One registration over a real socket: the request to the letter, its tokens, and what may happen on the way."""

import ssl

import pytest

from tests.engine.service import Service
from tests.engine.values import a_source
from tests.support import api_faults
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import ConnectionLost, Offline, SignInNeeded, Stalled, UploaderError, UrlRefused
from uploader_gui.engine.options import SizeUnit
from uploader_gui.engine.registration.api import Tokens, wire_size


async def test_the_request_is_what_the_services_page_says_and_no_header_goes_out_that_is_not_needed(
    strict_api: StrictApi, service: Service
) -> None:
    await service.register(a_source("été 📷.jpg", size=2_500_001), a_source("b.csv", media_type="text/csv", size=1))
    (call,) = strict_api.calls
    assert (call.request.method, call.request.target) == ("POST", "/main/anomalies/v2/rs/4217/images")
    first, second = service.asked
    assert call.body == [
        {"uploadId": first, "name": "été 📷.jpg", "mimeType": "image/jpeg", "size": 3},
        {"uploadId": second, "name": "b.csv", "mimeType": "text/csv", "size": 1},
    ]
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


async def test_a_slash_at_the_end_of_the_address_changes_nothing(strict_api: StrictApi, trust: ssl.SSLContext) -> None:
    for slash in ("", "/", "//"):
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


@pytest.mark.parametrize("bad", ["", "two\nlines", "jeton-périmé", "trailing ", "nul\0", None])
async def test_without_tokens_that_can_be_a_header_others_are_asked_for_and_nothing_is_sent(
    strict_api: StrictApi, trust: ssl.SSLContext, bad: str | None
) -> None:
    for bearer, session in ((bad, "session-for-tests"), ("bearer-for-tests", bad)):
        tokens = None if bearer is None or session is None else Tokens(bearer, session)
        async with Service(strict_api.url, trust, tokens=tokens) as service:
            assert isinstance(await service.error_of(), SignInNeeded)
    assert strict_api.connections_made == 0
    assert "secret" not in repr(Tokens("secret-1", "secret-2"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (api_faults.Truncate(), ConnectionLost),
        (api_faults.Reset(register_first=True), ConnectionLost),
        (api_faults.CloseUnread(), ConnectionLost),
        (api_faults.Silence(), Stalled),
        (None, Offline),
    ],
    ids=["cut off", "reset", "closed unread", "silent", "not there"],
)
async def test_a_connection_that_breaks_is_told_as_that_and_where_none_was_made_nothing_was_done(
    strict_api: StrictApi, trust: ssl.SSLContext, fault: api_faults.ApiFault | None, expected: type[UploaderError]
) -> None:
    strict_api.faults.append(fault)
    if fault is None:
        strict_api.stop()
    async with Service(strict_api.url, trust, answer_seconds=1.0) as service:
        error = await service.error_of()
    assert isinstance(error, expected)
    assert not (expected is Offline and error.outcome_unknown)


@pytest.mark.parametrize("url", ["http://api.example/main", "ftp://127.0.0.1/", "https://a@b.example/", "api.example"])
def test_an_address_tokens_must_not_go_to_is_refused_at_once(trust: ssl.SSLContext, url: str) -> None:
    with pytest.raises(UrlRefused):
        Service(url, trust)
