"""AWS Signature Version 4 in a query: making presigned URLs and checking them, on the standard library alone.

`api.py` presigns, `storage.py` verifies. Source of every rule: AWS, "Authenticating Requests: Using Query
Parameters (AWS Signature Version 4)". botocore is the oracle in the tests; it is 31 MB and too slow to load for this.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHM: Final = "AWS4-HMAC-SHA256"
MAX_EXPIRES: Final = 604_800
"""Seven days in seconds: S3 accepts no longer life."""

_CLOCK_SKEW: Final = 900.0
_TIMESTAMP: Final = "%Y%m%dT%H%M%SZ"
_NEEDED: Final = frozenset(
    f"X-Amz-{part}" for part in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)


class S3Refusal(Exception):
    """What S3 would say no to: HTTP status, S3's error code, and its sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Signer:
    """A key pair and where it counts. The secret is left out of `repr`."""

    key_id: str
    secret: str = field(repr=False)
    region: str = "eu-west-3"
    service: str = "s3"

    def scope(self, date: str) -> str:
        """Give the credential scope of a day (`YYYYMMDD`)."""
        return f"{date}/{self.region}/{self.service}/aws4_request"

    def signature(self, timestamp: str, canonical_request: str) -> str:
        """Sign a canonical request made at `YYYYMMDDTHHMMSSZ`; 64 hexadecimal digits."""
        digest = hashlib.sha256(canonical_request.encode("utf-8", "surrogateescape")).hexdigest()
        scope = self.scope(timestamp[:8])
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}".encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What of a request a signature covers. Path and query are raw, header names in lower case."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """Give a header as the signature sees it: blanks folded, several values joined by commas."""
        return ",".join(" ".join(value.split()) for other, value in self.headers if other == name)

    def canonical(self, signed_headers: Iterable[str]) -> str:
        """Write it down the one way both sides agree on; the signature itself is not covered."""
        pairs = [part.partition("=") for part in self.query.split("&") if part]
        query = "&".join(f"{name}={value}" for name, _, value in sorted(pairs) if name != "X-Amz-Signature")
        names = list(signed_headers)
        lines = [f"{name}:{self.header(name)}" for name in names]
        return "\n".join([self.method, self.path, query, *lines, "", ";".join(names), "UNSIGNED-PAYLOAD"])


def presign(signer: Signer, url: str, *, headers: Mapping[str, str], now: float, expires: int) -> str:
    """Give a URL that lets its bearer PUT one object for a while.

    Args:
        signer: the key pair.
        url: scheme, host and percent-encoded path, without a query.
        headers: what the PUT must carry, besides `Host`, with exactly these values.
        now: seconds since 1970.
        expires: life in seconds, 1 to 604,800.
    """
    parts = urlsplit(url)
    timestamp = datetime.fromtimestamp(now, UTC).strftime(_TIMESTAMP)
    covered = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
    names = sorted(covered)
    query = "&".join(
        f"X-Amz-{name}={quote(value, safe='-_.~')}"
        for name, value in (
            ("Algorithm", ALGORITHM),
            ("Credential", f"{signer.key_id}/{signer.scope(timestamp[:8])}"),
            ("Date", timestamp),
            ("Expires", str(expires)),
            ("SignedHeaders", ";".join(names)),
        )
    )
    canonical = SignedRequest("PUT", parts.path, query, tuple(covered.items())).canonical(names)
    return f"{url}?{query}&X-Amz-Signature={signer.signature(timestamp, canonical)}"


def verify(signer: Signer, request: SignedRequest, *, now: float) -> None:
    """Check a presigned request as S3 does.

    Args:
        signer: the key pair the URL must have been signed with.
        request: as it came.
        now: seconds since 1970.

    Raises:
        S3Refusal: not presigned, malformed, signed by somebody else, not yet or no longer valid, or changed.
    """
    query = _parameters(request.query)
    signed_at = _signed_at(query["X-Amz-Date"])
    _check_credential(signer, query)
    _check_life(signed_at, query["X-Amz-Expires"], now)
    names = query["X-Amz-SignedHeaders"].split(";")
    _check_signed_headers(request, names)
    expected = signer.signature(query["X-Amz-Date"], request.canonical(names))
    if not hmac.compare_digest(expected.encode(), query["X-Amz-Signature"].encode()):
        message = "The request signature we calculated does not match the signature you provided."
        raise S3Refusal(403, "SignatureDoesNotMatch", message)


def _parameters(raw: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in raw.split("&") if part]
    names = Counter(unquote(name) for name, _, _ in pairs)
    if not names.keys() & _NEEDED:
        raise S3Refusal(403, "AccessDenied", "Access Denied")
    if any(names[name] != 1 for name in _NEEDED):
        message = f"Query-string authentication version 4 requires {', '.join(sorted(_NEEDED))} once each."
        raise S3Refusal(400, "AuthorizationQueryParametersError", message)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _signed_at(timestamp: str) -> float:
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", timestamp, re.ASCII):
        raise _malformed("X-Amz-Date must be in the ISO8601 Long Format")
    try:
        return datetime.strptime(timestamp, _TIMESTAMP).replace(tzinfo=UTC).timestamp()
    except ValueError as bad:
        raise _malformed("X-Amz-Date is not a time") from bad


def _check_credential(signer: Signer, query: dict[str, str]) -> None:
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _malformed(f"X-Amz-Algorithm only supports {ALGORITHM}")
    key_id, _, scope = query["X-Amz-Credential"].partition("/")
    if key_id != signer.key_id:
        raise S3Refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist.")
    if scope != signer.scope(query["X-Amz-Date"][:8]):
        raise _malformed(f"Error parsing the X-Amz-Credential parameter; expecting {signer.region}/s3")


def _check_life(signed_at: float, expires: str, now: float) -> None:
    if not re.fullmatch(r"[0-9]{1,6}", expires, re.ASCII) or not 1 <= int(expires) <= MAX_EXPIRES:
        raise _malformed("X-Amz-Expires must be a number of seconds, at most a week")
    if now < signed_at - _CLOCK_SKEW:
        raise S3Refusal(403, "AccessDenied", "Request is not valid yet")
    if now > signed_at + int(expires):
        raise S3Refusal(403, "AccessDenied", "Request has expired")


def _check_signed_headers(request: SignedRequest, names: list[str]) -> None:
    present = {name for name, _ in request.headers}
    if "host" not in names or sorted(set(names)) != names:
        raise _malformed("X-Amz-SignedHeaders must be sorted and hold host")
    unsigned = {name for name in present if name.startswith("x-amz-")} - set(names)
    if missing := unsigned | (set(names) - present):
        message = f"There were headers present in the request which were not signed, or missing: {sorted(missing)}"
        raise S3Refusal(403, "AccessDenied", message)


def _malformed(message: str) -> S3Refusal:
    return S3Refusal(400, "AuthorizationQueryParametersError", message)
