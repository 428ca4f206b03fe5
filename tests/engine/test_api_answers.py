"""What an answer to a registration means for each upload: matched by its id, malformed, left out, of another shape."""

import gzip
import json
import logging
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.service import Service
from tests.support import api_faults
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import LeftOut, ProtocolViolated, Rejected, UploaderError, UrlRefused


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


@pytest.mark.parametrize(
    ("fault", "expected", "word"),
    [
        (api_faults.omit(), LeftOut, ""),
        (api_faults.duplicate(), ProtocolViolated, "twice"),
        (api_faults.twice("presignedUrl"), ProtocolViolated, ""),
        (api_faults.twice("id"), ProtocolViolated, ""),
        (api_faults.twice("uploadId"), LeftOut, ""),
    ],
)
async def test_an_upload_left_out_or_told_twice_fails_alone(
    strict_api: StrictApi, service: Service, fault: api_faults.ApiFault, expected: type[UploaderError], word: str
) -> None:
    strict_api.faults.append(fault)
    answer = await service.register(count=3)
    assert len(answer.presigned) == 2
    (error,) = answer.failed.values()
    assert isinstance(error, expected)
    assert word in error.detail


async def test_an_id_in_capital_letters_is_the_same_id(strict_api: StrictApi, service: Service) -> None:
    def in_capitals(answer: dict[str, Any]) -> object:
        return {"uploads": [{**one, "uploadId": one["uploadId"].upper()} for one in answer["uploads"]]}

    strict_api.faults.append(api_faults.Reshape(in_capitals))
    answer = await service.register(count=2)
    assert (list(answer.presigned), answer.failed) == (list(service.asked), {})


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
    ("field", "values"),
    [
        ("presignedUrl", (None, "", 7, ["https://b.example/"], "https://b.example/\ud800")),
        ("id", (None, 1.5, True, {}, "\ud800", "a\0b", "", " ")),
    ],
)
async def test_a_malformed_entry_fails_its_upload_alone_and_is_named(
    strict_api: StrictApi, service: Service, field: str, values: tuple[Any, ...]
) -> None:
    for value in values:
        strict_api.faults.append(entry(**{field: value}))
        answer = await service.register(count=2)
        (error,) = answer.failed.values()
        assert (len(answer.presigned), type(error)) == (1, ProtocolViolated), value
        assert field in error.detail


@pytest.mark.parametrize("packed_by", [gzip.compress, zlib.compress])
async def test_an_answer_packed_unasked_is_unpacked(
    strict_api: StrictApi, service: Service, packed_by: Callable[[bytes], bytes]
) -> None:
    encoding = "gzip" if packed_by is gzip.compress else "deflate"
    said = packed_by(b'{"message": "closed"}')
    strict_api.faults.append(api_faults.Answer(400, said, (("Content-Encoding", encoding),)))
    with pytest.raises(Rejected, match="closed"):
        await service.register()
    assert len(strict_api.calls) == 1


NO_ANSWERS: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: gzip.compress(b" " * 200_000_000, 9),
    "not packed": lambda: b"not packed",
    "cut off": lambda: gzip.compress(b"{}" * 999)[:50],
}


@pytest.mark.parametrize("kind", NO_ANSWERS)
async def test_a_bomb_and_what_is_not_packed_are_no_answers(strict_api: StrictApi, service: Service, kind: str) -> None:
    body = NO_ANSWERS[kind]()
    strict_api.faults.append(api_faults.Answer(200, body, (("Content-Encoding", "gzip"),)))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolViolated):
            await service.register()
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


async def test_an_entry_without_a_usable_id_is_as_if_it_were_not_there(strict_api: StrictApi, service: Service) -> None:
    unusable: list[Any] = [None, 7, ["a"], {}]
    for upload_id in unusable:
        strict_api.faults.append(entry(uploadId=upload_id))
        answer = await service.register()
        assert [type(error) for error in answer.failed.values()] == [LeftOut]


async def test_a_url_that_evidence_must_not_go_to_fails_its_upload_alone(
    strict_api: StrictApi, service: Service
) -> None:
    for url in (
        "http://bucket.example/key",
        "https://bucket.example/\r\nHost: evil",
        "/key",
        "https://bücket.example/",
    ):
        strict_api.faults.append(entry(presignedUrl=url))
        answer = await service.register(count=2)
        (error,) = answer.failed.values()
        assert (len(answer.presigned), type(error)) == (1, UrlRefused), url
        assert url not in error.detail


NO_JSON = [
    b"", b"{", b"\xff\xfe\xfd", b'{"uploads": [' + b"[" * 100_000, b'{"uploads": [' + b'{"a":' * 100_000,
    b'{"uploads": [' + b" " * 2_000_000 + b"]}", b"\0" * 3_000_000,
]  # fmt: skip
OTHER_SHAPES: list[Any] = [
    None, [], "uploads", 7, {}, {"uploads": None}, {"uploads": {}}, {"uploads": [7]}, {"uploads": [[]]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        *((api_faults.shaped(value), "uploads") for value in OTHER_SHAPES),
        *((api_faults.text(body, register_first=True), "the answer is not JSON") for body in NO_JSON),
        (api_faults.twice("uploads"), ""),
    ],
)
async def test_an_answer_of_another_shape_leaves_the_outcome_unknown(
    strict_api: StrictApi, service: Service, fault: api_faults.ApiFault, word: str
) -> None:
    strict_api.faults.append(fault)
    error = await service.error_of()
    assert isinstance(error, ProtocolViolated)
    assert word in error.detail
    assert error.outcome_unknown


async def test_the_log_shows_how_an_answer_of_another_shape_begins_but_no_secret(
    strict_api: StrictApi, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"items": "https://b.example/key?X-Amz-Signature=5ec2e7&Signature=5ec2e8", "you": "bearer-for-tests"}
    strict_api.faults.append(api_faults.text(json.dumps(body)))
    with caplog.at_level(logging.INFO, "uploader_gui"):
        await service.error_of()
    assert "https://b.example/key" in caplog.text
    assert not [secret for secret in ("5ec2e7", "5ec2e8", "bearer-for-tests") if secret in caplog.text]
