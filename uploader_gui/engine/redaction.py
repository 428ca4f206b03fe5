"""What is taken out of a text before it may stand in a log, the diagnostics, the journal or a receipt.

The one place that knows what a secret looks like; `logs.py`, `diagnostics.py` and whatever repeats a server's words in
the engine (`registration/api.py`, `transfer/`) call these functions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED: Final = "[redacted]"
SECRET_PARAMETERS: Final = ("x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature")
"""Query parameters of presigned URLs (Signature Version 4 and 2) whose values let others use the URL."""
SECRET_HEADERS: Final = ("authorization", "x-session-token")
_ANYWHERE: Final = (
    re.compile(r"(?i)(bearer\s+)[^\s'\"]+"),
    re.compile(rf"(?i)((?:{'|'.join(SECRET_HEADERS)})['\"]?\s*[:=,]\s*b?['\"]?)(?!bearer)[^\s'\"]+"),
    re.compile(rf"(?i)((?:{'|'.join(SECRET_PARAMETERS)})(?:=|%3D))[^&\s'\"]+"),
    re.compile(r"()\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),  # a JWT (RFC 7519)
    re.compile(r"((?<=//))[^/\s'\"]+(?=@)"),  # user name and password in a URL
)
_QUERY: Final = re.compile(r"\?[^\s\"'<>]+")
_QUERY_WITH_VALUES: Final = re.compile(r"\?[^\s\"'<>=?]*=[^\s\"'<>]*")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without these secrets and without anything that has the form of one."""
    text = without(text, secrets)
    for pattern in _ANYWHERE:
        text = pattern.sub(rf"\g<1>{REDACTED}", text)
    return text


def without(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, however JSON or a URL writes them."""
    for secret in filter(None, secrets):
        for form in (secret, secret.replace("/", r"\/"), quote(secret), quote(secret, safe="")):
            text = text.replace(form, REDACTED)
    return text


def without_queries(text: str) -> str:
    """Return a text without what follows a question mark that is not the end of a word, as in a URL."""
    return _QUERY.sub(f"?{REDACTED}", text)


def without_url_secrets(text: str, url: str) -> str:
    """Return a storage's words without the secret values of the presigned URL it was asked with, and without queries.

    Only a query with a value goes, for these words are read by a person in a receipt.
    """
    for name, _, value in (pair.partition("=") for pair in urlsplit(url).query.split("&")):
        if value and unquote_plus(name).lower() in SECRET_PARAMETERS:
            for form in {value, unquote(value), unquote_plus(value)}:
                text = re.sub(re.escape(form), REDACTED, text, flags=re.IGNORECASE)
    return _QUERY_WITH_VALUES.sub(f"?{REDACTED}", text)


def readable(words: str) -> str:
    """Return a server's words on one line, without control characters, at most 300 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in words[:2000]).split())[:300]
