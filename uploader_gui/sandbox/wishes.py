"""What one registration may ask for, checked to the letter of the service's page. Called by `api.py`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

MAX_FILES: Final = 20
MAX_NAME: Final = 250
"""Characters in `name`."""

MEDIA_TYPES: Final = frozenset(
    {
        "image/jpg",
        "image/jpeg",
        "image/png",
        "image/svg+xml",
        "image/gif",
        "text/plain",
        "text/csv",
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/zip",
        "application/x-7z-compressed",
        "application/vnd.ms-outlook",
        "message/rfc822",
    },
)
"""The 16 types of the service's page, "mimeType"."""

_FIELDS: Final = {"uploadId", "name", "mimeType", "size"}


class BadRegistration(Exception):
    """A registration breaks a rule; the message says which, in a sentence."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One file a client wants to send. `size` is what it said, in whatever unit it meant."""

    upload_id: str
    name: str
    mime_type: str
    size: int


def read_wishes(body: bytes) -> list[Wish]:
    """Check a registration's body and give what it asks for, in its order.

    Raises:
        BadRegistration: it is not a JSON array of 1 to 20 objects of the four fields, each as the page says.
    """
    value = _parse(body)
    if not isinstance(value, list):
        raise BadRegistration("The body must be a JSON array")
    if not 1 <= len(value) <= MAX_FILES:
        raise BadRegistration(f"The array must hold 1 to {MAX_FILES} files, not {len(value)}")
    wishes = [_wish(f"[{index}]", item) for index, item in enumerate(value)]
    if len({wish.upload_id for wish in wishes}) != len(wishes):
        raise BadRegistration("Every uploadId must be distinct")
    return wishes


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), object_pairs_hook=_no_double_field)
    except (ValueError, RecursionError) as error:
        raise BadRegistration("The body is not valid JSON in UTF-8") from error


def _no_double_field(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadRegistration("A field stands twice in one object")
    return value


def _wish(where: str, item: Any) -> Wish:
    if not isinstance(item, dict):
        raise BadRegistration(f"{where} must be an object")
    if item.keys() != _FIELDS:
        odd = ", ".join(sorted(item.keys() ^ _FIELDS))
        raise BadRegistration(f"{where} must have exactly uploadId, name, mimeType, size; look at: {odd}")
    upload_id = _text(f"{where}.uploadId", item["uploadId"])
    name = _text(f"{where}.name", item["name"])
    if len(name) > MAX_NAME:
        raise BadRegistration(f"{where}.name has {len(name)} characters, at most {MAX_NAME} are allowed")
    return Wish(upload_id, name, _media_type(where, item["mimeType"]), _size(where, item["size"]))


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadRegistration(f"{where} must be a string with at least one character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadRegistration(f"{where} holds half a character") from error
    return value


def _media_type(where: str, value: Any) -> str:
    if not isinstance(value, str) or value not in MEDIA_TYPES:
        raise BadRegistration(f"{where}.mimeType is not an allowed type")
    return value


def _size(where: str, value: Any) -> int:
    """In Python a bool is an int; in JSON it is not a number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRegistration(f"{where}.size must be an integer")
    if value < 1:
        raise BadRegistration(f"{where}.size must be at least 1")
    return value
