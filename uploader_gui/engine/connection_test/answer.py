"""What an answer to the look at an anomaly says about the service and the tokens. Called by `check.py`.

Source: the service is an AWS API Gateway, whose 403 "Missing Authentication Token" means "no such route", and who
answers in JSON; a web page comes from whatever stands between (captive portal, proxy).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from uploader_gui.engine.connection_test.findings import Fact, Finding, Question, Verdict
from uploader_gui.engine.net.client import readable
from uploader_gui.engine.registration.api import Tokens, service_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_NETWORK_SIGN_IN: Final = 511
_BUSY: Final = frozenset({429, 503})
_NO_ROUTE: Final = "missing authentication token"
_PAGE_STARTS: Final = (b"<!doctype html", b"<html", b"<head", b"<body")


def judge(question: Question, response: httpx.Response, body: bytes, *, now: float) -> Iterator[Finding]:
    """Give what the answer tells. `now` is the server's time, in seconds since 1970."""
    trouble = _trouble(response, body)
    if trouble is not None:
        yield trouble
        return
    yield Finding(Fact.REACHED, Verdict.GOOD)
    yield _tokens(question, response, body, now)
    yield from _anomaly(question, response, body)


def _trouble(response: httpx.Response, body: bytes) -> Finding | None:
    """Give why this is not the service's own answer, None where it is."""
    status = response.status_code
    if status // 100 == 3:  # noqa: PLR2004 - redirects
        return _bad(Fact.REDIRECTED, readable(urlsplit(response.headers.get("Location", "")).netloc)[:100])
    if status in _BUSY:
        return Finding(Fact.SERVICE_BUSY, Verdict.NOTE)
    if status >= 500 and status != _NETWORK_SIGN_IN:  # noqa: PLR2004 - the server's own failures
        return _bad(Fact.SERVICE_FAILED, str(status))
    if status == _NETWORK_SIGN_IN or _is_page(response, body):
        return _bad(Fact.WEB_PAGE)
    return None if _object(body) is not None else _bad(Fact.NOT_THE_SERVICE, str(status))


def _tokens(question: Question, response: httpx.Response, body: bytes, now: float) -> Finding:
    if question.tokens is None:
        return Finding(Fact.TOKENS_KEPT_BACK if question.kept_back else Fact.TOKENS_MISSING, Verdict.NOTE)
    if question.expires_at is not None and question.expires_at <= now:
        return _bad(Fact.TOKENS_EXPIRED)
    if response.status_code == _UNAUTHORIZED or not Tokens(*question.tokens).sendable:
        return _bad(Fact.TOKENS_REFUSED)
    if response.status_code == _FORBIDDEN and service_words(body).lower() != _NO_ROUTE:
        return _bad(Fact.TOKENS_FORBIDDEN)
    if response.is_success:
        return Finding(Fact.TOKENS_ACCEPTED, Verdict.GOOD)
    return Finding(Fact.TOKENS_UNTOLD, Verdict.UNKNOWN)


def _anomaly(question: Question, response: httpx.Response, body: bytes) -> Iterator[Finding]:
    if not question.anomaly_id or question.tokens is None:
        return
    if response.status_code == _NOT_FOUND:
        yield Finding(Fact.ANOMALY_UNKNOWN, Verdict.UNKNOWN, (question.anomaly_id,))
    if response.is_success and (title := _title(body)):
        yield Finding(Fact.ANOMALY_FOUND, Verdict.GOOD, (question.anomaly_id, title))


def _title(body: bytes) -> str:
    data = (_object(body) or {}).get("data")
    title = data.get("title") if isinstance(data, dict) else None
    return readable(title)[:100] if isinstance(title, str) else ""


def _is_page(response: httpx.Response, body: bytes) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower() or body.lstrip().lower().startswith(_PAGE_STARTS)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _bad(fact: Fact, *values: str) -> Finding:
    return Finding(fact, Verdict.BAD, values)
