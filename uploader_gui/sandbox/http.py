"""The server's side of HTTP/1.1 over asyncio streams: requests in, answers out, framing kept right.

`server.py` gives it every connection and one handler; `api.py` and `storage.py` speak in its values.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

BUFFER: Final = 1024 * 1024
"""Bytes a connection's reader may hold: with small ones two threads of one program only wait for each other."""

_HEAD_LIMIT: Final = 64 * 1024

_MAX_HEADERS: Final = 100
_IDLE_SECONDS: Final = 75.0
_STALL_SECONDS: Final = 60.0
_LINGER_BYTES: Final = 4 * 1024 * 1024
_LINGER_SECONDS: Final = 0.5

_REQUEST_LINE: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (/[\x21-\x7e]*) HTTP/1\.([01])", re.ASCII)
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*?)[ \t]*", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,18}")

_log = logging.getLogger(__name__)


class MalformedRequest(Exception):
    """What came is not a request this server can frame."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class CutOff(ConnectionError):
    """The client left, or fell silent, before its request was whole."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head. Header names are in lower case; `target` is the raw path and query, as it was signed.

    Values keep bytes that are not UTF-8 as surrogate escapes.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    minor_version: int = 1

    @property
    def path(self) -> str:
        """The raw path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The raw query, still percent-encoded."""
        return self.target.partition("?")[2]

    @property
    def length(self) -> int | None:
        """Content-Length in bytes; None where it is missing."""
        text = self.header("content-length")
        return None if text is None else int(text)

    @property
    def transfer_encoded(self) -> bool:
        """True for a body without a length told ahead (chunked)."""
        return self.header("transfer-encoding") is not None

    @property
    def keep_alive(self) -> bool:
        """True where the client wants to use the connection again."""
        return self.minor_version == 1 and "close" not in (self.header("connection") or "").lower()

    def header(self, name: str) -> str | None:
        """Give a header's value by its name in lower case; several are joined by commas."""
        values = [value for other, value in self.headers if other == name]
        return ",".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to a request. Content-Length, Date and Connection are added when it is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(status: int, value: object) -> Answer:
    """Answer with a JSON value."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), (("Content-Type", "application/json"),))


class Body:
    """A request's body, read when the handler wants it and not before."""

    def __init__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._expected = (request.header("expect") or "").lower() == "100-continue"
        self.unread = 0 if request.transfer_encoded else request.length or 0

    async def blocks(self) -> AsyncIterator[bytes]:
        """Give the body in blocks of at most 1 MiB.

        Raises:
            CutOff: the connection ended early, or nothing came for a minute.
        """
        if self._expected:
            self._expected = False
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while self.unread:
            block = await self._next_block()
            self.unread -= len(block)
            yield block

    async def read(self) -> bytes:
        """Give the whole body; the caller has looked at its length.

        Raises:
            CutOff: as `blocks`.
        """
        return b"".join([block async for block in self.blocks()])

    async def _next_block(self) -> bytes:
        try:
            async with asyncio.timeout(_STALL_SECONDS):
                block = await self._reader.read(min(BUFFER, self.unread))
        except TimeoutError as silence:
            raise CutOff from silence
        if not block:
            raise CutOff
        return block


async def converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handler: Callable[[Request, Body], Awaitable[Answer]],
) -> None:
    """Answer one connection's requests, one after the other, until one side has had enough; then close it."""
    try:
        while await _exchange(reader, writer, handler):
            pass
        writer.close()
        async with asyncio.timeout(_LINGER_SECONDS):
            await writer.wait_closed()
    except OSError:
        pass  # the client is gone, in one of the many ways systems call it: nobody to tell
    finally:
        writer.transport.abort()


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handler: Callable[[Request, Body], Awaitable[Answer]],
) -> bool:
    """Read one request and answer it; True if the connection may serve another."""
    try:
        request = await _read_request(reader)
    except MalformedRequest as bad:
        await _send(writer, json_answer(bad.status, {"message": str(bad)}), keep=False)
        return await _part(reader, writer)
    if request is None:
        return False
    body = Body(request, reader, writer)
    answer = await _guarded(handler, request, body)
    keep = request.keep_alive and not request.transfer_encoded and not body.unread
    await _send(writer, answer, keep=keep, with_body=request.method != "HEAD")
    return keep or await _part(reader, writer)


async def _guarded(handler: Callable[[Request, Body], Awaitable[Answer]], request: Request, body: Body) -> Answer:
    try:
        return await handler(request, body)
    except ConnectionError:
        raise
    except Exception:  # noqa: BLE001 - a bug in one answer must not end the connection silently
        _log.exception("the sandbox failed at %s", request.method)
        return json_answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"message": "Internal server error"})


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    """Give the next request; None where the client is done or has been idle for too long."""
    try:
        async with asyncio.timeout(_IDLE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, TimeoutError):
        return None
    except asyncio.LimitOverrunError as over:
        raise MalformedRequest(431, "Request Header Fields Too Large") from over
    if len(head) > _HEAD_LIMIT:
        raise MalformedRequest(431, "Request Header Fields Too Large")
    return parse_head(head.decode("utf-8", "surrogateescape"))


def parse_head(head: str) -> Request:
    """Take a request's head apart, up to and including its empty line.

    Raises:
        MalformedRequest: it is not HTTP/1.1 as RFC 9112 writes it, or its framing is ambiguous.
    """
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    line = _REQUEST_LINE.fullmatch(first)
    if line is None or len(lines) > _MAX_HEADERS:
        raise MalformedRequest(400, "Bad Request")
    request = Request(line[1], line[2], tuple(map(_header, lines)), int(line[3]))
    _check_framing(request)
    return request


def _header(line: str) -> tuple[str, str]:
    """A folded line begins with a space and so matches no name: refused, as RFC 9112 §5.2 allows."""
    match = _HEADER.fullmatch(line)
    if match is None:
        raise MalformedRequest(400, "Bad header")
    return match[1].lower(), match[2]


def _check_framing(request: Request) -> None:
    lengths = [value for name, value in request.headers if name == "content-length"]
    if len(lengths) > 1 or not all(map(_DIGITS.fullmatch, lengths)):
        raise MalformedRequest(400, "Bad Content-Length")
    if lengths and request.transfer_encoded:
        raise MalformedRequest(400, "Content-Length and Transfer-Encoding together")
    if sum(name == "host" for name, _ in request.headers) != 1:
        raise MalformedRequest(400, "Bad Host")


async def _send(writer: asyncio.StreamWriter, answer: Answer, *, keep: bool, with_body: bool = True) -> None:
    phrase = HTTPStatus(answer.status).phrase
    headers = (
        ("Date", formatdate(usegmt=True)),
        ("Content-Length", str(len(answer.body))),
        ("Connection", "keep-alive" if keep else "close"),
        *answer.headers,
    )
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    writer.write("\r\n".join(lines).encode() + (answer.body if with_body else b""))
    await writer.drain()


async def _part(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Say goodbye and read a bounded amount of what is still coming, so that the answer outruns the reset.

    Closing with unread bytes makes the kernel send a reset, and the client may never see what was said.
    """
    with contextlib.suppress(TimeoutError):
        writer.write_eof()
        async with asyncio.timeout(_LINGER_SECONDS):
            left = _LINGER_BYTES
            while left > 0 and (block := await reader.read(BUFFER)):
                left -= len(block)
    return False
