"""What a presigned S3 URL tells without its secret key: when it expires, which headers it signs, where it leads.

Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes, urlsplit

from uploader_gui.engine.addresses import plain_host
from uploader_gui.engine.errors import UrlRefused, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_LIFETIME: Final = 604_800.0
"""S3 accepts at most seven days."""
_OWN_HEADERS: Final = frozenset({"host", "content-type", "content-length"})
"""Headers that a PUT has in any case, with values of our own."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+", re.ASCII)
"""RFC 9110, "token", in lower case."""
_VALUE: Final = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_MAY_BE_SIGNED: Final = re.compile(r"host|content-.+|cache-control|expires|if-none-match|x-amz-.+", re.ASCII)
_NEVER_ALLOWED: Final = re.compile(r"content-transfer-.+")
_CHUNKED: Final[Mapping[str, bytes]] = {
    "content-encoding": b"aws-chunked",
    "x-amz-content-sha256": b"streaming-",
    "x-amz-decoded-content-length": b"",
    "x-amz-trailer": b"",
}
"""Headers that announce a body of signed chunks, which the storage would look for in the file: name -> in its value."""
_OLD_SIGNATURE: Final = frozenset({b"awsaccesskeyid", b"signature", b"expires"})
"""The parameters of Signature Version 2; they do not belong to the object's place."""
_OPERATION: Final = (b"x-id", b"PutObject")
"""The parameter that AWS's SDK for JavaScript adds to every URL, and S3 ignores."""
_S3_ITSELF: Final = re.compile(r"s3([.-][a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
"""The host of "path-style" URLs, which name the bucket in the path; others name it before the host."""
PORTS: Final = {"https": 443, "http": 80}
"""The ports of URLs that name none."""


def expiry_of(url: str) -> tuple[float | None, float | None]:
    """Return when a URL expires (seconds since 1970, server's clock) and its lifetime in seconds; None where unsaid."""
    query = _query(url)
    try:
        lifetime = min(float(int(query["x-amz-expires"])), MAX_LIFETIME)
        signed = datetime.strptime(query["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except (KeyError, ValueError, OverflowError):
        return _old_expiry(query)
    return signed + lifetime, max(0.0, lifetime)


def signed_headers(url: str) -> frozenset[str]:
    """Return the names of the headers that the signature covers, in lower case."""
    names = _query(url).get("x-amz-signedheaders", "host")
    return frozenset(name for name in names.lower().split(";") if name)


def further_headers(url: str) -> dict[str, bytes]:
    """Return the signed headers that a PUT would not have by itself, with the values from the URL, as UTF-8.

    A URL must not choose any header it likes: it could set a credential, or the framing of the request.

    Raises:
        UrlRefused: it signs a header that is not S3's or not valid, or whose value is unknown or cannot be sent; or it
            has a parameter twice.
    """
    signed, given = signed_headers(url), _values(url)
    for name in sorted(signed | given.keys()):
        _check_once(name, given.get(name, []), signed)
    for name in sorted(signed):
        _check_name(name, given)
    return {name: _value(name, given) for name in sorted(signed - _OWN_HEADERS)}


def _check_once(name: str, values: list[bytes], signed: frozenset[str]) -> None:
    """Refuse a parameter with two values: nobody knows which of them the storage takes."""
    if len(values) > 1 and (name in signed or name.startswith("x-amz-")):
        raise UrlRefused(_shown(name), variant=Variant.PARAMETER_TWICE)


def _check_name(name: str, given: Mapping[str, list[bytes]]) -> None:
    if not (_NAME.fullmatch(name) and _MAY_BE_SIGNED.fullmatch(name)) or _NEVER_ALLOWED.fullmatch(name):
        raise UrlRefused(_shown(name), variant=Variant.HEADER_CHOSEN)
    if name == "content-length" and name in given:  # we send the file's length
        raise UrlRefused(_shown(name), variant=Variant.HEADER_CHOSEN)


def _value(name: str, given: Mapping[str, list[bytes]]) -> bytes:
    if name not in given and name == "x-amz-content-sha256":
        return b"UNSIGNED-PAYLOAD"
    if name not in given:
        raise UrlRefused(_shown(name), variant=Variant.HEADER_UNKNOWN)
    value = given[name][0].strip(b" \t")  # as in the signature, and in HTTP
    if _VALUE.fullmatch(value) is None or not _is_utf8(value):
        raise UrlRefused(_shown(name), variant=Variant.HEADER_UNSENDABLE)
    if name in _CHUNKED and _CHUNKED[name] in value.lower():
        raise UrlRefused(_shown(name), variant=Variant.HEADER_CHOSEN)
    return value


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(name: str) -> str:
    return "".join(filter(str.isprintable, name))[:60]


def place_of(url: str) -> bytes:
    """Return a SHA-256 of the place where a URL puts its object: URLs with the same one lead to the same object.

    The place is scheme, host, port, path and query, however they are spelled, without the parameters of the signature.
    S3 reads a plus as a blank in the path, too, and finds a bucket's name there or before its host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
        host = plain_host(parts.hostname or "")
    except ValueError:
        return hashlib.sha256(url.encode("utf-8", "surrogateescape")).digest()
    path = unquote_to_bytes(parts.path.replace("+", " ") or "/")
    if _S3_ITSELF.fullmatch(host):
        bucket, _, key = path[1:].partition(b"/")
        host, path = f"{bucket.decode('utf-8', 'replace')}.{host}", b"/" + key
    origin = (parts.scheme, host, port)
    query = sorted(pair for pair in _pairs(parts.query) if not _is_of_signature(pair[0]) and pair != _OPERATION)
    return hashlib.sha256(repr((origin, path, query)).encode()).digest()


def _is_of_signature(name: bytes) -> bool:
    return name.lower().startswith(b"x-amz-") or name.lower() in _OLD_SIGNATURE


def _old_expiry(query: dict[str, str]) -> tuple[float | None, float | None]:
    """Return the `Expires` of Signature Version 2, in seconds since 1970; it tells no lifetime."""
    try:
        return float(int(query["expires"])), None
    except (KeyError, ValueError, OverflowError):
        return None, None


def _query(url: str) -> dict[str, str]:
    return {name: values[-1].decode("utf-8", "replace") for name, values in _values(url).items()}


def _values(url: str) -> dict[str, list[bytes]]:
    """Return all values of every query parameter, empty ones too, by its name in lower case."""
    found: dict[str, list[bytes]] = {}
    try:
        query = urlsplit(url).query
    except ValueError:
        return found
    for name, value in _pairs(query):
        found.setdefault(name.decode("utf-8", "replace").lower(), []).append(value)
    return found


def _pairs(query: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values as bytes, with a plus read as a blank."""
    for pair in filter(None, query.split("&")):
        name, _, value = pair.replace("+", " ").partition("=")
        yield unquote_to_bytes(name), unquote_to_bytes(value)
