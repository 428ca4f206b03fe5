"""Who issued a certificate, read from its DER bytes: to show to people, never to decide on trust.

Python tells the issuer only of certificates it has verified itself. On Windows and macOS the system verifies, and it is
a refused certificate that people most need to know about. Source: RFC 5280 §4.1, X.690 §8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_VERSION: Final = 0xA0
_COMMON_NAME: Final = b"\x55\x04\x03"
_ORGANIZATION: Final = b"\x55\x04\x0a"
_ENCODINGS: Final = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}
"""Tags of strings that are not UTF-8: BMPString, UniversalString, T61String."""
_MAX_LENGTH_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Certificate:
    """`issuer` and `subject` as people know them, "" where they are missing or cannot be read."""

    issuer: str
    subject: str
    self_signed: bool


UNREADABLE: Final = Certificate("", "", self_signed=False)


def read(der: bytes) -> Certificate:
    """Return the issuer and subject of a certificate; `UNREADABLE` where the bytes are none."""
    try:
        issuer, subject = _names(der)
        return Certificate(_known_as(issuer), _known_as(subject), self_signed=issuer == subject)
    except (ValueError, IndexError):
        return UNREADABLE


def _names(der: bytes) -> tuple[bytes, bytes]:
    """Return issuer and subject of the signed part: version, serial, algorithm, issuer, validity, subject."""
    outer = _content(_content(der, _SEQUENCE), _SEQUENCE)
    fields = [(tag, value) for tag, value in _elements(outer) if tag != _VERSION]
    return fields[2][1], fields[4][1]


def _known_as(name: bytes) -> str:
    """Return the organization, and the common name where that is different."""
    parts = dict(_parts(name))
    known = [parts[kind] for kind in (_ORGANIZATION, _COMMON_NAME) if parts.get(kind)]
    return " – ".join(dict.fromkeys(known))


def _parts(name: bytes) -> Iterator[tuple[bytes, str]]:
    for tag, group in _elements(name):
        if tag != _SET:
            raise ValueError("no name")
        (_, kind), (text_tag, text) = list(_elements(_content(group, _SEQUENCE)))[:2]
        decoded = text.decode(_ENCODINGS.get(text_tag, "utf-8"), "replace")
        yield kind, "".join(c for c in decoded if c.isprintable())[:100]


def _content(data: bytes, wanted: int) -> bytes:
    for tag, value in _elements(data):
        if tag == wanted:
            return value
        break
    raise ValueError("another element was expected")


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= _MAX_LENGTH_BYTES:
                raise ValueError("no length")
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("cut off")
        yield tag, data[at : at + length]
        at += length
