"""The service's API: one JSON call that registers at most 20 files of an anomaly, and one that describes an anomaly.

The protocol is described on the service's pages "Add images to an anomaly" and "Get an anomaly". The tokens go to the
configured address and nowhere else.
"""

from __future__ import annotations

import json
import logging
import math
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from uploader_gui.engine.addresses import anomaly_address, check_storage_address, is_this_machine
from uploader_gui.engine.errors import (
    ApiError,
    LeftOut,
    ProtocolViolated,
    ProxyBusy,
    ProxyFailed,
    Rejected,
    ServiceFailed,
    SignInNeeded,
    TooManyRequests,
    UploaderError,
    UrlRefused,
    Variant,
)
from uploader_gui.engine.models import PresignedPut, UploadId
from uploader_gui.engine.net.client import answered, begins_as_page, check_url, read_answer
from uploader_gui.engine.redaction import readable, without, without_queries
from uploader_gui.engine.transfer.presigned_url import expiry_of, further_headers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from uploader_gui.engine.models import Source
    from uploader_gui.engine.net.client import Clients
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.options import SizeUnit

log = logging.getLogger(__name__)

MEGAOCTET: Final = 1_000_000
_LONGEST_ID: Final = "x" * 64
_MANY_DIGITS: Final = 1000
_JSON: Final = "application/json"
_THROTTLING: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_ASK_AGAIN: Final = frozenset({421, 425})
"""RFC 9110 §15.5.20, RFC 8470: this server, or this moment, is not the right one; nothing was done."""
_THROTTLED_SECONDS: Final = 30.0
"""Where the service does not say for how long."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a person signs in with; left out of `repr`."""

    bearer: str = field(repr=False)
    session: str = field(repr=False)

    @property
    def sendable(self) -> bool:
        """Whether they can stand in a header: a pasted line break or an accent would break the request."""
        return all(re.fullmatch(r"[!-~]([ -~]*[!-~])?", token) for token in (self.bearer, self.session))

    def redacted_from(self, words: str) -> str:
        """Return words without the tokens: some gateways quote the header they did not accept."""
        return without(words, (self.bearer, self.session))


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration's answer: for each upload a presigned PUT, or why it has none."""

    presigned: Mapping[UploadId, PresignedPut]
    failed: Mapping[UploadId, UploaderError]

    def without(self, refused: Mapping[UploadId, UploaderError]) -> Registration:
        """Return the same answer with these uploads failed: their URLs are refused."""
        kept = {upload_id: put for upload_id, put in self.presigned.items() if upload_id not in refused}
        return Registration(kept, {**self.failed, **refused})


def _printable(text: str) -> str:
    # By an empty id the upload's record in the register could not be found again.
    if not text.strip() or not text.isprintable():
        raise ValueError("it is empty, or holds characters that cannot be shown")
    return text


class _WireUpload(BaseModel):
    model_config = ConfigDict(strict=True)

    uploadId: str  # noqa: N815 - the name in the JSON
    presignedUrl: Annotated[str, StringConstraints(min_length=1)]  # noqa: N815 - the name in the JSON
    # Other calls of this API answer with a number. The journal cannot hold a lone surrogate or a NUL.
    id: Annotated[
        str, BeforeValidator(lambda value: str(value) if type(value) is int else value), AfterValidator(_printable)
    ]


class ApiClient:
    """Registers files. `tokens` may be replaced at any time."""

    def __init__(
        self, clients: Clients, *, api_url: str, size_unit: SizeUnit, tokens: Tokens | None, clock: ServerClock
    ) -> None:
        self._clients = clients
        self._base = check_url(api_url.rstrip("/"))
        check_url(_images(self._base, _LONGEST_ID))  # an address that is too long is refused at the start
        self._size_unit = size_unit
        self._clock = clock
        self._throttled_until = -math.inf
        self.tokens = tokens

    @property
    def is_throttled(self) -> bool:
        """Whether the service asked for fewer calls (429, 503), and the time it named is not over."""
        return time.monotonic() < self._throttled_until

    @property
    def is_local(self) -> bool:
        """Whether the service is on this machine, and its storage may be there too."""
        return is_this_machine(self._base.host)

    def follow(self, other: ApiClient) -> None:
        """Use another client's connections to the same server, and its size unit.

        A running call ends as it began: cancelled, it might have to be repeated.
        """
        self._clients, self._size_unit = other._clients, other._size_unit

    async def register(self, anomaly_id: str, sources: Mapping[UploadId, Source]) -> Registration:
        """Register 1 to 20 files and return their presigned PUTs, matched by uploadId.

        Raises:
            SignInNeeded: 401, 403, or no tokens that could be sent.
            Offline, TlsFailed, ProxyFailed, TooManyRequests: it surely did nothing.
            ConnectionLost, Stalled, ServiceFailed, ProtocolViolated: it may have registered them.
            Rejected: it will never register these, or was not asked because the anomaly's id is malformed.
        """
        address = _images(self._base, anomaly_id)
        response, body, tokens = await self._call("POST", address, _body(sources, self._size_unit))
        _raise_for_status(response, readable(tokens.redacted_from(service_words(body))), self._clock)
        try:
            return _registration(body, list(sources), local=self.is_local)
        except ProtocolViolated as error:
            log.info("%s; it begins: %s", error.detail, _beginning(body, tokens))
            raise

    async def look_up(self, anomaly_id: str) -> tuple[int, bytes]:
        """Return the status and body of the service's answer about an anomaly.

        Raises:
            SignInNeeded: no tokens that could be sent.
            NetworkError, Rejected: as `register` does.
        """
        response, body, _ = await self._call("GET", anomaly_address(str(self._base), anomaly_id))
        return response.status_code, body

    async def _call(
        self, method: str, address: str, content: bytes | None = None
    ) -> tuple[httpx.Response, bytes, Tokens]:
        """Return the response, its whole body, and the tokens that were sent."""
        tokens = self.tokens
        if tokens is None or not tokens.sendable:
            raise SignInNeeded
        headers = {"Authorization": f"Bearer {tokens.bearer}", "X-Session-Token": tokens.session, "Accept": _JSON}
        if content is not None:
            headers["Content-Type"] = _JSON
        http = await self._clients.client_for(self._base)
        async with answered(http, http.build_request(method, address, content=content, headers=headers)) as response:
            body = await read_answer(response)
        self._clock.observe(response.headers.get("Date"))
        if response.status_code in _THROTTLING:
            self._throttle(response)
        return response, body, tokens

    def _throttle(self, response: httpx.Response) -> None:
        seconds = self._clock.until(response.headers.get("Retry-After"))
        self._throttled_until = time.monotonic() + (_THROTTLED_SECONDS if seconds is None else seconds)


def _images(base: httpx.URL, anomaly_id: str) -> str:
    return f"{anomaly_address(str(base), anomaly_id)}/images"


def _body(sources: Mapping[UploadId, Source], unit: SizeUnit) -> bytes:
    return json.dumps(
        [
            {
                "uploadId": upload_id,
                "name": source.name,
                "mimeType": source.media_type,
                "size": wire_size(source.size, unit),
            }
            for upload_id, source in sources.items()
        ],
        ensure_ascii=False,
    ).encode()


def wire_size(size: int, unit: SizeUnit) -> int:
    """Return a size in bytes in the service's unit: whole megaoctets rounded up (its page: "in Mo"), or bytes."""
    return size if unit == "bytes" else max(1, -(-size // MEGAOCTET))


def _raise_for_status(response: httpx.Response, words: str, clock: ServerClock) -> None:
    status = response.status_code
    if status in {200, 201}:  # sibling calls of this API answer 201
        return
    words = words or f"HTTP {status}"
    later = clock.until(response.headers.get("Retry-After"))
    if status in {401, 403}:
        raise SignInNeeded(words)
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise ProxyFailed(words, variant=Variant.PROXY_SIGN_IN)
    if status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        raise ProxyBusy(words, variant=Variant.NO_SERVICE)
    if status in _THROTTLING | _ASK_AGAIN:
        raise TooManyRequests(words, retry_after=later)
    if status in {408, 500, 502, 504} or status > 504:  # noqa: PLR2004 - 5xx that only gateways send
        raise ServiceFailed(words, retry_after=later)
    if 300 <= status < 400:  # noqa: PLR2004 - redirects
        raise Rejected(f"HTTP {status}: redirected elsewhere, refused", variant=Variant.REDIRECTED)
    if 200 <= status < 300:  # noqa: PLR2004 - its page has no such answer
        raise ProtocolViolated(f"HTTP {status}", variant=Variant.NOT_UNDERSTOOD)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:  # the service's own words seldom say so
        told = f"HTTP {status}"
        raise Rejected(words if words == told else f"{told}: {words}", variant=Variant.REQUEST_TOO_LARGE)
    raise Rejected(words)


def service_words(body: bytes) -> str:
    """Return the service's own words, "" where the answer has none.

    Its gateway answers `{"message": …}` ("Message" where a policy refuses); frameworks behind it answer "error".
    """
    return _words_in(json_object(body), depth=2)


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in an answer, None where it has something else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _words_in(answer: object, depth: int) -> str:
    if not isinstance(answer, dict) or not depth:
        return ""
    found = (answer.get(name) for name in ("message", "Message", "error", "detail"))
    return next(filter(None, (one if isinstance(one, str) else _words_in(one, depth - 1) for one in found)), "")


def _beginning(body: bytes, tokens: Tokens) -> str:
    """Return an answer's beginning for the log, without tokens and without the queries of (signed) URLs."""
    words = tokens.redacted_from(body[:2000].decode("utf-8", "replace"))
    return readable(without_queries(words))


def _registration(body: bytes, asked: Sequence[UploadId], *, local: bool) -> Registration:
    entries = _entries(body)
    named = [(entry["uploadId"].lower(), entry) for entry in entries if isinstance(entry.get("uploadId"), str)]
    counts, by_id = Counter(name for name, _ in named), dict(named)
    presigned: dict[UploadId, PresignedPut] = {}
    failed: dict[UploadId, UploaderError] = {}
    for upload_id in asked:
        name = upload_id.lower()  # a UUID is the same in capital letters, as some databases write it
        try:
            presigned[upload_id] = _one(by_id.get(name), counts[name], local=local)
        except (ApiError, UrlRefused) as error:
            failed[upload_id] = error
    if foreign := len(by_id.keys() - {upload_id.lower() for upload_id in asked}):
        log.info("the answer speaks of %d uploads we did not ask for: ignored", foreign)
    return Registration(presigned, failed)


def _entries(body: bytes) -> list[dict[str, Any]]:
    """Return the list under "uploads".

    Raises:
        ProtocolViolated: the answer is something else; it says what.
    """
    try:
        answer = json.loads(body, parse_int=_whole_number, object_pairs_hook=_said_once)
    except (ValueError, RecursionError) as error:
        variant = Variant.NO_SERVICE if begins_as_page(body) else Variant.NOT_UNDERSTOOD
        raise ProtocolViolated("the answer is not JSON", variant=variant) from error
    entries = answer.get("uploads") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise ProtocolViolated('the answer has no list "uploads"', variant=Variant.NOT_UNDERSTOOD)
    if not all(isinstance(entry, dict) for entry in entries):
        raise ProtocolViolated('"uploads" holds something else than objects', variant=Variant.NOT_UNDERSTOOD)
    return entries


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. A name that it has twice holds (), which is right for no field: which one counts?"""
    found = dict(pairs)
    if len(found) < len(pairs):
        found |= {name: () for name, count in Counter(name for name, _ in pairs).items() if count > 1}
    return found


def _whole_number(digits: str) -> int | str:
    """Return a number, or its digits where Python would not read it (4,300): an id is kept as text anyway."""
    return int(digits) if len(digits) < _MANY_DIGITS else digits


def _one(entry: dict[str, Any] | None, count: int, *, local: bool) -> PresignedPut:
    if entry is None:
        raise LeftOut
    if count > 1:
        raise ProtocolViolated("the answer speaks of this file twice")
    try:
        upload = _WireUpload.model_validate(entry)
    except ValidationError as error:
        field_name = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ProtocolViolated(f'"{field_name}" is missing or not what it should be') from error
    check_storage_address(upload.presignedUrl, local=local)
    further_headers(upload.presignedUrl)  # a header we cannot send is refused here, before anything is sent
    expires_at, lifetime = expiry_of(upload.presignedUrl)
    return PresignedPut(upload.presignedUrl, upload.id, expires_at, lifetime)
