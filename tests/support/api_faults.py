"""What `StrictApi` can be told to do instead of answering a registration as promised.

Tests put these values into `StrictApi.faults`, or return them from `StrictApi.fault`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Answer:
    """This status and body. With `register_first` the files were registered all the same (a 504's lost answer)."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    register_first: bool = False


@dataclass(frozen=True, slots=True)
class Reshape:
    """Register, answer 200, but let `edit` put the answer's JSON value out of shape first, or give its very bytes."""

    edit: Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Truncate:
    """Register, answer 200, and cut the connection after half of the body."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection after reading the request, having registered the files or not."""

    register_first: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Say nothing until `release()`, then answer as usual."""


@dataclass(frozen=True, slots=True)
class Drip:
    """Send this, and then a blank ten times a second, for ever."""

    begin: bytes


@dataclass(frozen=True, slots=True)
class Delay:
    """Answer as usual after these seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CloseUnread:
    """Reset the connection when the request's first bytes come, before reading it. Only in `faults`."""


ApiFault = Answer | Reshape | Truncate | Reset | Silence | Drip | Delay | CloseUnread

ENDLESS_HEAD = Drip(b"HTTP/1.1 200 OK\r\nX-Padding: ")
ENDLESS_BODY = Drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")


def refusal(status: int, message: str = "", *, register_first: bool = False) -> Answer:
    """Answer as an API gateway does: `{"message": …}`."""
    body = json.dumps({"message": message or f"status {status}"}).encode()
    return Answer(status, body, (("Content-Type", "application/json"),), register_first)


def busy(status: int = 429, retry_after: str | None = None) -> Answer:
    """Answer 429 (or 503), with Retry-After in seconds or as an HTTP date where given."""
    answer = refusal(status, "Too Many Requests")
    extra = (("Retry-After", retry_after),) if retry_after is not None else ()
    return Answer(status, answer.body, (*answer.headers, *extra))


def page(status: int = 200, html: str = "<html><body>Sign in to the network</body></html>") -> Answer:
    """Answer with HTML, as a captive portal or a proxy does."""
    return Answer(status, html.encode(), (("Content-Type", "text/html; charset=utf-8"),))


def redirect(location: str, status: int = 307) -> Answer:
    return Answer(status, b"", (("Location", location),))


def text(body: str | bytes, status: int = 200, *, register_first: bool = False) -> Answer:
    """Answer with this very text, called JSON whatever it is."""
    raw = body.encode() if isinstance(body, str) else body
    return Answer(status, raw, (("Content-Type", "application/json"),), register_first)


def omit() -> Reshape:
    """Leave out one upload."""
    return Reshape(lambda answer: {"uploads": answer["uploads"][1:]})


def duplicate() -> Reshape:
    """Speak of one upload twice, with another URL and id."""

    def edit(answer: dict[str, Any]) -> object:
        twin = answer["uploads"][0]
        other = {**twin, "presignedUrl": twin["presignedUrl"] + "&twin=1", "id": "twin"}
        return {"uploads": [*answer["uploads"], other]}

    return Reshape(edit)


def twice(name: str) -> Reshape:
    """Say one field (of the first upload, or "uploads") a second time, as JSON allows, with another value before it."""

    def edit(answer: dict[str, Any]) -> object:
        other = "[]" if name == "uploads" else json.dumps(f"{answer['uploads'][0][name]}&other")
        return json.dumps(answer).replace(f'"{name}"', f'"{name}": {other}, "{name}"', 1).encode()

    return Reshape(edit)


def foreign() -> Reshape:
    """Speak also of an upload nobody asked for."""

    def edit(answer: dict[str, Any]) -> object:
        return {"uploads": [{**answer["uploads"][0], "uploadId": str(uuid4())}, *answer["uploads"]]}

    return Reshape(edit)


def shaped(value: object) -> Reshape:
    """Answer this JSON value instead of the promised one."""
    return Reshape(lambda _: value)
