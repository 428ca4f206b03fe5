"""The API half of the stand-in: registers files and gives out presigned URLs, as the service's page says.

`Sandbox` hands it every request that is not for the storage.
"""

from __future__ import annotations

import hmac
import json
import re
from itertools import count
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.sandbox.http import Answer, json_answer

if TYPE_CHECKING:
    from uploader_gui.sandbox.http import Request
    from uploader_gui.sandbox.storage import Storage

STAGE: Final = "/main"
MEDIA_TYPES: Final = (
    *("image/jpg", "image/jpeg", "image/png", "image/gif", "image/svg+xml", "text/plain", "text/csv"),
    *("application/pdf", "application/zip", "application/x-7z-compressed", "message/rfc822"),
    *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-outlook"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""The 16 types of the service's page, "mimeType"."""

_FIELDS: Final = {"uploadId", "name", "mimeType", "size"}
_MAX_BODY: Final = 1024 * 1024
"""Bytes a registration may take; 20 files need about 30 KB."""
_MAX_FILES, _MAX_NAME = 20, 250
_ANOMALY: Final = re.compile(rf"{STAGE}/anomalies/v2/rs/([A-Za-z0-9_-]{{1,64}})(/images)?", re.ASCII)


class BadRegistration(Exception):
    """A registration breaks a rule; the message says which, in a sentence."""


class Api:
    """The service's JSON call, and its look at an anomaly."""

    def __init__(self, bearer_token: str, session_token: str, storage: Storage) -> None:
        self._tokens = {"authorization": f"Bearer {bearer_token}", "x-session-token": session_token}
        self._storage = storage
        self._records = count(1001)

    async def answer(self, request: Request) -> Answer:
        """Register files, describe an anomaly, or say in JSON why not."""
        route = _ANOMALY.fullmatch(request.path)
        if route is None:
            return _refusal(404, "Not Found")
        if request.method != ("POST" if route[2] else "GET"):
            return _refusal(405, "Method Not Allowed")
        if not self._signed_in(request):
            return _refusal(401, "Unauthorized")
        return await self._register(route[1], request) if route[2] else _anomaly(route[1])

    def _signed_in(self, request: Request) -> bool:
        given = {name: request.headers.get(name, "").encode() for name in self._tokens}
        return all(hmac.compare_digest(given[name], token.encode()) for name, token in self._tokens.items())

    async def _register(self, anomaly_id: str, request: Request) -> Answer:
        if refusal := _refused_head(request):
            return refusal
        try:
            files = read_files(b"".join([block async for block in request.body]))
        except BadRegistration as bad:
            return _refusal(400, str(bad))
        uploads = [self._upload(anomaly_id, file) for file in files]
        SystemRandom().shuffle(uploads)  # who matches by position has to find out here
        return json_answer(200, {"uploads": uploads})

    def _upload(self, anomaly_id: str, file: dict[str, Any]) -> dict[str, str]:
        record = str(next(self._records))
        url = self._storage.presigned_url(anomaly_id, record, file["name"], file["mimeType"])
        return {"uploadId": file["uploadId"], "presignedUrl": url, "id": record}


def read_files(body: bytes) -> list[dict[str, Any]]:
    """Return the files a registration asks for.

    Raises:
        BadRegistration: it is not a JSON array of 1 to 20 objects of the four fields, each as the page says.
    """
    try:
        files = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise BadRegistration("The body is not valid JSON in UTF-8") from error
    if not isinstance(files, list) or not 1 <= len(files) <= _MAX_FILES:
        raise BadRegistration(f"The body must be a JSON array of 1 to {_MAX_FILES} files")
    for index, file in enumerate(files):
        if fault := _fault(file):
            raise BadRegistration(f"[{index}] {fault}")
    if len({file["uploadId"] for file in files}) != len(files):
        raise BadRegistration("Every uploadId must be distinct")
    return files


def _fault(file: Any) -> str | None:
    """Return the rule that a file of a registration breaks."""
    if not isinstance(file, dict) or file.keys() != _FIELDS:
        return "must be an object of exactly uploadId, name, mimeType, size"
    if not _is_text(file["uploadId"]):
        return "uploadId must be text"
    if not _is_text(file["name"]) or len(file["name"]) > _MAX_NAME:
        return f"name must be text of 1 to {_MAX_NAME} characters"
    if file["mimeType"] not in MEDIA_TYPES:
        return "mimeType is not an allowed type"
    # In Python a bool is an int; in JSON it is not a number.
    return None if type(file["size"]) is int and file["size"] >= 1 else "size must be an integer of at least 1"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[^\ud800-\udfff]+", value) is not None  # no half characters


def _refused_head(request: Request) -> Answer | None:
    if request.headers.get("content-type") != "application/json":
        return _refusal(400, "Content-Type must be application/json")
    if request.length is None:
        return _refusal(411, "Length Required")
    return _refusal(413, "Request Too Long") if request.length > _MAX_BODY else None


def _refusal(status: int, message: str) -> Answer:
    return json_answer(status, {"message": message})


def _anomaly(anomaly_id: str) -> Answer:
    """Return the fields the service's other public pages show."""
    title = "Porte coupe-feu bloquée en position ouverte"
    site = {"id": "1", "name": "École Jean-Moulin (essai)"}
    return json_answer(200, {"data": {"id": anomaly_id, "status": "open", "title": title, "site": site}})
