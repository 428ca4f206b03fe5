"""What can be read off a presigned S3 URL without knowing its secret: when it expires, which headers it signs.

Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, urlsplit

MAX_LIFETIME: Final = 604_800.0
"""S3 accepts at most seven days."""


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
