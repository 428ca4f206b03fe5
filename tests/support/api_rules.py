"""The rules of the service's page for one registration, each broken one told in a sentence. For `StrictApi`."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.raw_http import RawRequest

FIELDS = {"uploadId", "name", "mimeType", "size"}
MOST_UPLOADS = 20
LONGEST_NAME = 250
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = frozenset(
    {
        "image/jpg", "image/jpeg", "image/png", "image/svg+xml", "image/gif", "text/plain", "text/csv",
        "application/pdf", "application/msword", f"{_OPEN_XML}.wordprocessingml.document", "application/vnd.ms-excel",
        f"{_OPEN_XML}.spreadsheetml.sheet", "application/zip", "application/x-7z-compressed",
        "application/vnd.ms-outlook", "message/rfc822",
    }
)  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PATH = re.compile(r"/anomalies/v2/rs/([A-Za-z0-9_-]{1,64})/images")
_BEARER = re.compile(r"Bearer [!-~]+")
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class SizeRule:
    """What `size` has to be, in `unit` ("Mo": millions of bytes, rounded up; or "bytes"), for sizes we know."""

    unit: str
    true_sizes: Mapping[str, int]

    def expected(self, name: str) -> int | None:
        """Return the only right figure for a file of that registered name, None where its size is not known."""
        if name not in self.true_sizes:
            return None
        size = self.true_sizes[name]
        return size if self.unit == "bytes" else max(1, -(-size // 1_000_000))


def anomaly_in(target: str, base_path: str) -> str:
    """Return the anomaly's ID in a target that has no violation."""
    found = _PATH.fullmatch(target.removeprefix(base_path))
    assert found, target
    return found[1]


def described_anomaly(request: RawRequest, base_path: str) -> str:
    """Return the anomaly a request looks at, "" where it asks for something else."""
    found = _PATH.fullmatch(request.target.removeprefix(base_path) + "/images")
    return found[1] if found and request.target.startswith(base_path) else ""


def head_violations(request: RawRequest, base_path: str) -> Iterator[str]:
    if request.method != "POST":
        yield f"method {request.method} instead of POST"
    if not request.target.startswith(base_path) or not _PATH.fullmatch(request.target.removeprefix(base_path)):
        yield f"target {request.target!r}"
    if request.all("Content-Type") != ["application/json"]:
        yield f"Content-Type {request.all('Content-Type')} instead of exactly application/json"
    if request.content_length is None or request.all("Transfer-Encoding"):
        yield "no clear Content-Length"
    if request.all("Cookie"):
        yield "a cookie"
    if len(request.all("Host")) != 1:
        yield "not exactly one Host"
    yield from _token_violations(request)


def _token_violations(request: RawRequest) -> Iterator[str]:
    bearer, session = request.all("Authorization"), request.all("X-Session-Token")
    if len(bearer) != 1 or not _BEARER.fullmatch(bearer[0]):
        yield "no single Authorization: Bearer <token>"
    if len(session) != 1 or not _TOKEN.fullmatch(session[0]):
        yield "no single X-Session-Token"


def body_violations(raw: bytes, rule: SizeRule) -> Iterator[str]:
    try:
        body = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_twins, parse_constant=_no_constant)
    except ValueError as error:
        yield f"body is not JSON in UTF-8: {error}"
        return
    if not isinstance(body, list) or not 1 <= len(body) <= MOST_UPLOADS:
        yield f"body is not an array of 1 to {MOST_UPLOADS}"
        return
    for place, upload in enumerate(body):
        yield from (f"[{place}] {violation}" for violation in _upload_violations(upload, rule))
    yield from _repeated_ids(body)


def _upload_violations(upload: object, rule: SizeRule) -> Iterator[str]:
    if not isinstance(upload, dict) or set(upload) != FIELDS:
        yield f"is not an object of exactly {sorted(FIELDS)}"
        return
    if not isinstance(upload["uploadId"], str) or not _UUID.fullmatch(upload["uploadId"]):
        yield f"uploadId {upload['uploadId']!r} is no UUID"
    if str(upload["mimeType"]) not in MEDIA_TYPES:
        yield f"mimeType {upload['mimeType']!r} is not one of the 16"
    yield from _name_violations(upload["name"])
    yield from _size_violations(upload["size"], rule.expected(str(upload["name"])))


def _name_violations(name: object) -> Iterator[str]:
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME:
        yield f"name is not a string of 1 to {LONGEST_NAME} characters: {name!r:.80}"
        return
    if "/" in name:
        yield f"name {name!r:.80} is not a base name"
    if not unicodedata.is_normalized("NFC", name):
        yield f"name {name!r:.80} is not NFC"
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        yield f"name {name!r:.80} has control characters or lone surrogates"


def _size_violations(size: object, expected: int | None) -> Iterator[str]:
    if type(size) is not int or size < 1:
        yield f"size {size!r} is not an integer of at least 1"
    elif expected is not None and size != expected:
        yield f"size {size} instead of {expected}"


def _repeated_ids(body: list[Any]) -> Iterator[str]:
    ids = [upload.get("uploadId") for upload in body if isinstance(upload, dict)]
    if len({str(upload_id) for upload_id in ids}) != len(ids):
        yield "an uploadId stands there twice"


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a field stands there twice")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
