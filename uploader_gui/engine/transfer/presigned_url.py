"""What can be read off a presigned S3 URL without knowing its secret: when it expires, what it signs, where it leads.

Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, unquote_plus, unquote_to_bytes, urlsplit

from uploader_gui.engine.addresses import plain_host
from uploader_gui.engine.errors import UrlRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_LIFETIME: Final = 604_800.0
"""S3 accepts at most seven days."""
_OURS: Final = frozenset({"host", "content-type", "content-length"})
"""Signed headers that a PUT has in any case, with values of our own."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+", re.ASCII)
"""RFC 9110, "token", in lower case."""
_VALUE: Final = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_MAY_BE_SIGNED: Final = re.compile(r"host|content-.+|cache-control|expires|if-none-match|x-amz-.+", re.ASCII)
_NEVER: Final = re.compile(r"content-transfer-.+")
_IN_PIECES: Final[Mapping[str, bytes]] = {
    "content-encoding": b"aws-chunked",
    "x-amz-content-sha256": b"streaming-",
    "x-amz-decoded-content-length": b"",
    "x-amz-trailer": b"",
}
"""What announces a body cut into signed pieces, which the storage would look for in the file: name -> part of it."""
_SECRETS: Final = frozenset({"x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature"})
_OLD_SIGNATURE: Final = frozenset({b"awsaccesskeyid", b"signature", b"expires"})
"""Signature Version 2's parameters, which say nothing of the object either."""
_OPERATION: Final = (b"x-id", b"PutObject")
"""What AWS's SDK for JavaScript adds to every URL, and S3 does not look at."""
_PORTS: Final = {"https": 443, "http": 80}


def expiry_of(url: str) -> tuple[float | None, float | None]:
    """Give when a URL expires (seconds since 1970, server's clock) and its whole life in seconds; None: unsaid."""
    query = _query(url)
    try:
        lifetime = min(float(int(query["x-amz-expires"])), MAX_LIFETIME)
        signed = datetime.strptime(query["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except (KeyError, ValueError, OverflowError):
        return _old_expiry(query)
    return signed + lifetime, max(0.0, lifetime)


def signed_headers(url: str) -> frozenset[str]:
    """Give the names of the headers the signature covers, in lower case."""
    names = _query(url).get("x-amz-signedheaders", "host")
    return frozenset(name for name in names.lower().split(";") if name)


def further_headers(url: str) -> dict[str, bytes]:
    """Give the signed headers a PUT would not have by itself, with their values where the URL tells them, as UTF-8.

    A URL may not choose any header: one that names a credential or the framing would speak for us.

    Raises:
        UrlRefused: it signs a header that is not S3's, or is none, or whose value cannot be known or sent; or it says
            something twice.
    """
    signed, given = signed_headers(url), _values(url)
    for name in sorted(signed | given.keys()):
        _check_once(name, given.get(name, []), signed)
    for name in sorted(signed):
        _check_name(name, given)
    return {name: _value(name, given) for name in sorted(signed - _OURS)}


def _check_once(name: str, values: list[bytes], signed: frozenset[str]) -> None:
    """Of two values nobody knows which one the storage takes."""
    if len(values) > 1 and (name in signed or name.startswith("x-amz-")):
        raise UrlRefused(f"it names {_shown(name)} twice")


def _check_name(name: str, given: Mapping[str, list[bytes]]) -> None:
    if not (_NAME.fullmatch(name) and _MAY_BE_SIGNED.fullmatch(name)) or _NEVER.fullmatch(name):
        raise UrlRefused(f"it chooses the header {_shown(name)}")
    if name == "content-length" and name in given:  # ours is what the file has
        raise UrlRefused(f"it chooses the header {_shown(name)}")


def _value(name: str, given: Mapping[str, list[bytes]]) -> bytes:
    if name not in given and name == "x-amz-content-sha256":
        return b"UNSIGNED-PAYLOAD"
    if name not in given:
        raise UrlRefused(f"it needs the header {_shown(name)}, whose value only the service knows")
    value = given[name][0].strip(b" \t")  # as every signature counts it, and as HTTP has it
    if _VALUE.fullmatch(value) is None or not _is_utf8(value):
        raise UrlRefused(f"it gives the header {_shown(name)} a value that no request can carry")
    if name in _IN_PIECES and _IN_PIECES[name] in value.lower():
        raise UrlRefused(f"it chooses the header {_shown(name)}")
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
    """Return the SHA-256 of where a URL puts an object: two with the same one lead to the same object.

    The place is scheme, host, port, path and query, however they are spelled, without what signs the request. To S3 a
    plus is a blank in the path too.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
        origin = (parts.scheme, plain_host(parts.hostname or ""), port)
    except ValueError:
        return hashlib.sha256(url.encode("utf-8", "surrogateescape")).digest()
    path = unquote_to_bytes(parts.path.replace("+", " ") or "/")
    query = sorted(pair for pair in _pairs(parts.query) if not _signs(pair[0]) and pair != _OPERATION)
    return hashlib.sha256(repr((origin, path, query)).encode()).digest()


def _signs(name: bytes) -> bool:
    return name.lower().startswith(b"x-amz-") or name.lower() in _OLD_SIGNATURE


def taken_out_of(words: str, url: str) -> str:
    """Give a server's words without what of the link they repeat: they end in log, journal and receipt."""
    for name, _, value in (pair.partition("=") for pair in urlsplit(url).query.split("&")):
        if value and unquote_plus(name).lower() in _SECRETS:
            for form in {value, unquote(value), unquote_plus(value)}:
                words = re.sub(re.escape(form), "[redacted]", words, flags=re.IGNORECASE)
    return re.sub(r"\?[^\s\"'<>=?]*=[^\s\"'<>]*", "?[redacted]", words)


def query_value(url: str, name: str) -> str | None:
    """Give a query parameter by its name in lower case."""
    return _query(url).get(name)


def _old_expiry(query: dict[str, str]) -> tuple[float | None, float | None]:
    """Signature Version 2 says only when: `Expires`, in seconds since 1970."""
    try:
        return float(int(query["expires"])), None
    except (KeyError, ValueError, OverflowError):
        return None, None


def _query(url: str) -> dict[str, str]:
    return {name: values[-1].decode("utf-8", "replace") for name, values in _values(url).items()}


def _values(url: str) -> dict[str, list[bytes]]:
    """Give every query parameter by its name in lower case, with all its values, none of them empty left out."""
    found: dict[str, list[bytes]] = {}
    try:
        query = urlsplit(url).query
    except ValueError:
        return found
    for name, value in _pairs(query):
        found.setdefault(name.decode("utf-8", "replace").lower(), []).append(value)
    return found


def _pairs(query: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values as bytes; in a query a plus is a blank."""
    for pair in filter(None, query.split("&")):
        name, _, value = pair.replace("+", " ").partition("=")
        yield unquote_to_bytes(name), unquote_to_bytes(value)
