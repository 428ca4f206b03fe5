"""The API half of the stand-in: registers files and gives out presigned URLs, as the service's page says.

`server.py` hands it every request that is not for the storage.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from uploader_gui.sandbox.http import Answer, json_answer
from uploader_gui.sandbox.sigv4 import Signer, presign
from uploader_gui.sandbox.storage import PREFIX
from uploader_gui.sandbox.wishes import BadRegistration, Wish, read_wishes

if TYPE_CHECKING:
    from uploader_gui.sandbox.http import Body, Request

STAGE: Final = "/main"
MAX_BODY: Final = 1024 * 1024
"""Bytes a registration may take; 20 files need about 30 KB."""

_FIRST_RECORD: Final = 1001
_ANOMALY: Final = re.compile(rf"{STAGE}/anomalies/v2/rs/([A-Za-z0-9_-]{{1,64}})(/images)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client must carry."""

    bearer: str
    session: str


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """How presigned URLs are made: for this origin (`http://127.0.0.1:PORT`), alive for so many seconds."""

    signer: Signer
    origin: str
    lifetime: int


@dataclass(frozen=True, slots=True)
class Registration:
    """A record the service has made. `again` is True where the same uploadId had been registered before."""

    anomaly_id: str
    record_id: str
    upload_id: str
    name: str
    mime_type: str
    size: int
    again: bool


class Api:
    """The service's JSON call, and its look at an anomaly. `answer_delay` is in seconds."""

    def __init__(self, tokens: Tokens, urls: UrlPolicy, *, answer_delay: float = 0.0) -> None:
        self._tokens = tokens
        self._urls = urls
        self._answer_delay = answer_delay
        self._known: set[str] = set()
        self.registrations: list[Registration] = []

    async def answer(self, request: Request, body: Body) -> Answer:
        """Register files, describe an anomaly, or say in JSON why not."""
        route = _ANOMALY.fullmatch(request.path)
        if route is None:
            return _refusal(404, "Not Found")
        if request.method != ("POST" if route[2] else "GET"):
            return _refusal(405, "Method Not Allowed")
        if not self._signed_in(request):
            return _refusal(401, "Unauthorized")
        await asyncio.sleep(self._answer_delay)
        return await self._register(route[1], request, body) if route[2] else _anomaly(route[1])

    def _signed_in(self, request: Request) -> bool:
        bearer = _same(request.header("authorization"), f"Bearer {self._tokens.bearer}")
        return _same(request.header("x-session-token"), self._tokens.session) and bearer

    async def _register(self, anomaly_id: str, request: Request, body: Body) -> Answer:
        if refusal := _check_head(request):
            return refusal
        try:
            wishes = read_wishes(await body.read())
        except BadRegistration as bad:
            return _refusal(400, str(bad))
        uploads = [self._upload(self._record(anomaly_id, wish)) for wish in wishes]
        # In any order: whoever matches by position shall find out here.
        SystemRandom().shuffle(uploads)
        return json_answer(200, {"uploads": uploads})

    def _record(self, anomaly_id: str, wish: Wish) -> Registration:
        record = Registration(
            anomaly_id=anomaly_id,
            record_id=str(_FIRST_RECORD + len(self.registrations)),
            upload_id=wish.upload_id,
            name=wish.name,
            mime_type=wish.mime_type,
            size=wish.size,
            again=wish.upload_id in self._known,
        )
        self._known.add(wish.upload_id)
        self.registrations.append(record)
        return record

    def _upload(self, record: Registration) -> dict[str, str]:
        key = quote(f"{record.anomaly_id}/{record.record_id}/{record.name.replace('/', '_')}", safe="/-_.~")
        url = presign(
            self._urls.signer,
            f"{self._urls.origin}{PREFIX}{key}",
            headers={"Content-Type": record.mime_type},
            now=time.time(),
            expires=self._urls.lifetime,
        )
        return {"uploadId": record.upload_id, "presignedUrl": url, "id": record.record_id}


def _check_head(request: Request) -> Answer | None:
    if request.query:
        return _refusal(400, "This call takes no query")
    if request.header("content-type") != "application/json":
        return _refusal(400, "Content-Type must be application/json")
    if request.length is None:
        return _refusal(411, "Length Required")
    if request.length > MAX_BODY:
        return _refusal(413, "Request Too Long")
    return None


def _same(given: str | None, wanted: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _refusal(status: int, message: str) -> Answer:
    return json_answer(status, {"message": message})


def _anomaly(anomaly_id: str) -> Answer:
    """The fields the service's other public pages show."""
    data = {
        "id": anomaly_id,
        "ref": f"A-{anomaly_id}",
        "status": "open",
        "title": "Porte coupe-feu bloquée en position ouverte",
        "description": "Anomalie pour essayer : rien ne quitte cet ordinateur.",
        "risk": "medium",
        "dueAt": "2030-12-31T00:00:00Z",
        "site": {"id": "1", "name": "École Jean-Moulin (essai)"},
    }
    return json_answer(200, {"data": data})
