"""What can be read off a presigned S3 URL without knowing its secret: when it expires, which headers it signs.

Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from uploader_gui.engine.errors import UrlRefused

MAX_LIFETIME: Final = 604_800.0
"""S3 accepts at most seven days."""
_OURS: Final = frozenset({"host", "content-type", "content-length"})
"""Signed headers that a PUT has in any case."""
_SECRETS: Final = frozenset({"x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature"})


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


def further_headers(url: str) -> dict[str, str]:
    """Give the signed headers a PUT would not have by itself, with their values where the URL tells them.

    Raises:
        UrlRefused: it signs a header whose value cannot be known.
    """
    return {name: _value(url, name) for name in signed_headers(url) - _OURS}


def _value(url: str, name: str) -> str:
    value = query_value(url, name)
    if value is None and name == "x-amz-content-sha256":
        value = "UNSIGNED-PAYLOAD"
    if value is None:
        shown = "".join(filter(str.isprintable, name))[:60]
        raise UrlRefused(f"it needs the header {shown}, whose value only the service knows")
    return value


def taken_out_of(words: str, url: str) -> str:
    """Give a server's words without what of the link they repeat: they end in log, journal and receipt."""
    for name, _, value in (pair.partition("=") for pair in urlsplit(url).query.split("&")):
        if value and name.lower() in _SECRETS:
            for form in {value, unquote(value), unquote_plus(value)}:
                words = words.replace(form, "[redacted]")
    return re.sub(r"\?[^\s\"'<>]*=[^\s\"'<>]*", "?[redacted]", words)


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
    try:
        return {name.lower(): value for name, value in parse_qsl(urlsplit(url).query, max_num_fields=100)}
    except ValueError:
        return {}
