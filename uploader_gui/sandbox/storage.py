"""The S3 half of the stand-in: takes presigned PUTs, verifies them before reading a byte, keeps whole objects.

`server.py` hands it every request under `/bucket/`.
"""

from __future__ import annotations

import asyncio
import time
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import uuid4

from uploader_gui.sandbox.http import Answer
from uploader_gui.sandbox.sigv4 import S3Refusal, SignedRequest, Signer, verify

if TYPE_CHECKING:
    from uploader_gui.sandbox.http import Body, Request
    from uploader_gui.sandbox.shelf import Incoming, Shelf

PREFIX: Final = "/bucket/"
MAX_OBJECT: Final = 5 * 1024**3
"""Bytes one PUT may carry (AWS, "Uploading objects": 5 GiB)."""


class Storage:
    """An S3 that knows only PUT with a presigned URL. `answer_delay` is in seconds, after the last byte."""

    def __init__(self, signer: Signer, shelf: Shelf, *, answer_delay: float = 0.0) -> None:
        self._signer = signer
        self._shelf = shelf
        self._answer_delay = answer_delay

    async def answer(self, request: Request, body: Body) -> Answer:
        """Store an object, or say in S3's XML why not.

        Raises:
            CutOff: the client left early; nothing was kept.
        """
        try:
            self._check(request)
            etag = await self._store(unquote(request.path.removeprefix(PREFIX)), body)
        except S3Refusal as refusal:
            return _error(refusal, request.path)
        await asyncio.sleep(self._answer_delay)
        return Answer(200, headers=(("ETag", f'"{etag}"'), ("x-amz-request-id", _request_id())))

    def _check(self, request: Request) -> None:
        if request.method != "PUT":
            raise S3Refusal(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        if request.transfer_encoded:
            message = "A header you provided implies functionality that is not implemented"
            raise S3Refusal(501, "NotImplemented", message)
        if request.length is None:
            raise S3Refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        _check_single_authentication(request)
        signed = SignedRequest(request.method, request.path, request.query, request.headers)
        verify(self._signer, signed, now=time.time())
        if request.length > MAX_OBJECT:
            raise S3Refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")

    async def _store(self, key: str, body: Body) -> str:
        incoming = self._receive(key)
        try:
            async for block in body.blocks():
                _write(incoming, block)
            return _keep(incoming)
        finally:
            incoming.discard()

    def _receive(self, key: str) -> Incoming:
        try:
            return self._shelf.receive(key)
        except OSError as error:
            raise _internal_error(error) from error


def _check_single_authentication(request: Request) -> None:
    """S3 refuses `Authorization`; it would pass over X-Session-Token, but a token at the storage is a leak."""
    for name in ("authorization", "x-session-token"):
        if request.header(name) is not None:
            message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter should be specified"
            raise S3Refusal(400, "InvalidArgument", f"{message} ({name})")


def _write(incoming: Incoming, block: bytes) -> None:
    try:
        incoming.write(block)
    except OSError as error:
        raise _internal_error(error) from error


def _keep(incoming: Incoming) -> str:
    try:
        return incoming.keep()
    except OSError as error:
        raise _internal_error(error) from error


def _internal_error(error: OSError) -> S3Refusal:
    return S3Refusal(500, "InternalError", f"We encountered an internal error: {error.strerror}")


def _error(refusal: S3Refusal, path: str) -> Answer:
    request_id = _request_id()
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{refusal.code}</Code><Message>{escape(str(refusal))}</Message>"
        f"<Resource>{escape(path)}</Resource><RequestId>{request_id}</RequestId></Error>"
    )
    headers = (("Content-Type", "application/xml"), ("x-amz-request-id", request_id))
    return Answer(refusal.status, body.encode("utf-8", "replace"), headers)


def _request_id() -> str:
    return uuid4().hex[:16].upper()
