"""Whatever the service answers, only our own errors come out, and every upload asked for is accounted for."""

import json
import random
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from uploader_gui.engine.errors import LeftOut, ProtocolViolated, UrlRefused
from uploader_gui.engine.models import PresignedPut, UploadId
from uploader_gui.engine.registration.api import _registration, service_words
from uploader_gui.engine.transfer.presigned_url import signed_headers

ASKED: Final = [UploadId("0b1a2c3d-0000-4000-8000-000000000001"), UploadId("0b1a2c3d-0000-4000-8000-000000000002")]
URL: Final = (
    "https://b.example/1?X-Amz-Date=20250312T083000Z&X-Amz-Expires=900"
    "&X-Amz-SignedHeaders=host%3Bx-amz-acl&x-amz-acl=private"
)
OLD_URL: Final = "https://b.example/2?Expires=1741769100"
FIRST: Final = {"uploadId": ASKED[0], "presignedUrl": URL, "id": 0}
VALID: Final = {"uploads": [FIRST, {"uploadId": ASKED[1], "presignedUrl": OLD_URL, "id": "1"}]}
VALID_BODY: Final = json.dumps(VALID).encode()
CASES: Final = 8_000
HOSTILE: Final[list[Any]] = [
    None, True, -1, 1e308, float("nan"), 2**70, "", "\0", "\ud800", "[", [], {}, [[]], {"uploads": []}, "https://",
    "https://[::1]:0/", "https://[fe80::1%25eth0]/", "https://xn--/", "https://a..b/", "https://a\\b/", "https://%41/",
    "http://127.0.0.1:80/", "https://b.example:/k", "https://b.example/" + "a" * 70_000, ASKED[0], ASKED[1].upper(),
    URL.replace("900", "9" * 5_000), URL.replace("900", "9" * 400), URL.replace("900", "-9"),
    URL.replace("20250312", "99999999"), URL + "&a=1" * 99, URL.replace("https", "HTTPS"), URL.replace("%3B", "%FF"),
    URL + "#x", "https://b.example?Expires=" + "9" * 400,
]  # fmt: skip
BITS: Final = [
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"null", b"1e999", b"-", b"\0", b"\xff",
    b"\xef\xbb\xbf", b"NaN", b'"uploads"', b'"uploadId":', b"[" * 3_000, b'{"a":' * 3_000, b"9" * 5_000,
]  # fmt: skip


def judge(body: bytes) -> bool:
    """Take an answer as the program does; say whether it was understood."""
    service_words(body)
    try:
        answer = _registration(body, ASKED, local=True)
    except ProtocolViolated:
        return False
    assert answer.presigned.keys() | answer.failed.keys() == set(ASKED)
    assert not answer.presigned.keys() & answer.failed.keys()
    assert {type(error) for error in answer.failed.values()} <= {LeftOut, ProtocolViolated, UrlRefused}
    for presigned in answer.presigned.values():
        assert isinstance(presigned, PresignedPut)
        assert isinstance(presigned.service_id, str)
        signed_headers(presigned.url)
    return True


def with_bytes_changed(chance: random.Random) -> bytes:
    """Cut, scribble, insert or repeat somewhere in a valid answer."""
    body = bytearray(VALID_BODY)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        begin, length = chance.randrange(len(body)), chance.choice((0, 1, 1, 4, 40))
        piece = chance.choice((chance.choice(BITS), chance.randbytes(length), bytes(body[begin : begin + length])))
        body[begin : begin + length] = piece
        if chance.random() < 0.1:
            del body[chance.randrange(len(body) + 1) :]
        if not body:
            break
    return bytes(body)


def with_values_changed(chance: random.Random) -> bytes:
    """Put something hostile in the place of a value, or take it away, or add another."""
    answer: dict[str, Any] = json.loads(json.dumps(VALID))
    for _ in range(chance.choice((1, 1, 2, 3))):
        entry = chance.choice(answer["uploads"]) if answer["uploads"] else {}
        entry = entry if isinstance(entry, dict) else {}
        match chance.randrange(5):
            case 0:
                entry[chance.choice(("uploadId", "presignedUrl", "id"))] = hostile(chance)
            case 1:
                entry.pop(chance.choice(("uploadId", "presignedUrl", "id")), None)
            case 2:
                answer["uploads"].append(chance.choice((hostile(chance), dict(entry))))
            case 3:
                entry["presignedUrl"] = with_one_character_changed(str(entry.get("presignedUrl")), chance)
            case _:
                entry[str(hostile(chance))[:50]] = hostile(chance)
    whole = chance.choice((answer,) * 38 + (hostile(chance), {"uploads": hostile(chance)}))
    return json.dumps(whole).encode()


def hostile(chance: random.Random) -> Any:
    return deepcopy(chance.choice(HOSTILE))


def with_one_character_changed(url: str, chance: random.Random) -> str:
    place = chance.randrange(len(url) + 1)
    return (
        url[:place]
        + chance.choice(("", "@", ":", "[", "]", "\\", "%", "?", "#", "/", " ", "é", "\t", "\x7f"))
        + url[place + 1 :]
    )


def test_a_valid_answer_is_understood() -> None:
    assert judge(VALID_BODY)
    assert [put.service_id for put in _registration(VALID_BODY, ASKED, local=True).presigned.values()] == ["0", "1"]


def test_thousands_of_answers_put_out_of_shape_raise_nothing_else() -> None:
    chance = random.Random(20_250_312)
    kinds: list[Callable[[random.Random], bytes]] = [with_bytes_changed, with_bytes_changed, with_values_changed]
    understood = sum(judge(kinds[n % 3](chance)) for n in range(CASES))
    assert CASES * 0.2 < understood < CASES * 0.9  # both ways were walked


def test_an_answer_full_of_names_said_twice_is_read_at_once() -> None:
    doubled = ",".join(f'"{n}":0,"{n}":1' for n in range(40_000))
    began = time.monotonic()
    assert judge(f'{{"uploads":[{{{doubled}}}]}}'.encode())
    assert time.monotonic() - began < 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ENTRIES = st.fixed_dictionaries(
    {}, optional={"uploadId": st.sampled_from(ASKED) | JSON, "presignedUrl": st.just(URL) | JSON, "id": JSON}
)


@given(JSON | st.fixed_dictionaries({"uploads": JSON | st.lists(ENTRIES | JSON, max_size=4)}))
@settings(deadline=None, max_examples=100)
def test_any_json_at_all_is_taken_calmly(value: Any) -> None:
    judge(json.dumps(value).encode())


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=150)
def test_any_bytes_at_all_are_taken_calmly(body: bytes) -> None:
    judge(body)


@given(
    st.text(st.characters(exclude_categories=()), max_size=60), st.sampled_from(["", "https://", "https://b/?", URL])
)
@settings(deadline=None, max_examples=150)
def test_any_text_for_a_url_is_taken_calmly(text: str, before: str) -> None:
    entry = {"uploadId": ASKED[0], "presignedUrl": before + text, "id": "1"}
    judge(json.dumps({"uploads": [entry]}).encode())
