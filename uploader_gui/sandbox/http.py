"""The server's side of HTTP/1.1 on one connection: asyncio reads and writes, h11 has the protocol.

`Sandbox` calls `converse` for every connection; `api.py` and `storage.py` take a `Request` and return an `Answer`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import h11

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BUFFER: Final = 1024 * 1024
"""Bytes read at once: with small pieces, two threads of one program only wait for each other."""

_MAX_HEAD: Final = 64 * 1024
_SILENCE_SECONDS: Final = 60.0
_LINGER_BYTES: Final = 4 * 1024 * 1024
_LINGER_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head and its body still to be read.

    `target` is path and query as they came, still percent-encoded; header names are in lower case.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: AsyncIterator[bytes]

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def length(self) -> int | None:
        """Content-Length in bytes; None where it is missing."""
        text = self.headers.get("content-length")
        return None if text is None else int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to a request. Content-Length, Date and Connection are added when it is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(status: int, value: object) -> Answer:
    """Return an answer with a JSON value as its body."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), (("Content-Type", "application/json"),))


Handler = Callable[[Request], Awaitable[Answer]]


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    """Answer one connection's requests, one after the other, then close it."""
    connection = _Connection(reader, writer)
    try:
        while await connection.exchange(handler):
            pass
        await connection.linger()
    except (OSError, h11.ProtocolError):
        pass  # the client has left or fallen silent: nobody to tell
    finally:
        writer.transport.abort()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)

    async def exchange(self, handler: Handler) -> bool:
        """Read one request and answer it; return whether the connection can serve another."""
        with_body = True
        try:
            head = await self._next_event()
            if not isinstance(head, h11.Request):
                return False
            with_body = head.method != b"HEAD"
            answer = await handler(self._request(head))
        except h11.RemoteProtocolError as bad:
            answer = json_answer(bad.error_status_hint, {"message": str(bad)})
        await self._send(answer, with_body=with_body)
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def linger(self) -> None:
        """Close the sending side and read a bounded amount of what still arrives, so that the answer outruns the reset.

        Closing with unread bytes makes the kernel send a reset, and the client may never see what was said.
        """
        with contextlib.suppress(TimeoutError):
            self._writer.write_eof()
            async with asyncio.timeout(_LINGER_SECONDS):
                left = _LINGER_BYTES
                while left > 0 and (block := await self._reader.read(BUFFER)):
                    left -= len(block)

    def _request(self, head: h11.Request) -> Request:
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        return Request(head.method.decode(), head.target.decode(), headers, self._body())

    async def _body(self) -> AsyncIterator[bytes]:
        """Yield the body in blocks; a client that asked first is told to go on now."""
        if self._http.they_are_waiting_for_100_continue:
            self._write(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
        while isinstance(event := await self._next_event(), h11.Data):
            yield event.data

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(_SILENCE_SECONDS):
                self._http.receive_data(await self._reader.read(BUFFER))
        return event

    async def _send(self, answer: Answer, *, with_body: bool) -> None:
        if self._http.their_state is h11.SEND_BODY:
            self._http.next_event()  # where there is no body, this is its end
        keep = "keep-alive" if self._http.their_state is h11.DONE else "close"
        headers = (("Date", formatdate(usegmt=True)), ("Content-Length", str(len(answer.body))), ("Connection", keep))
        phrase = HTTPStatus(answer.status).phrase
        self._write(h11.Response(status_code=answer.status, headers=[*headers, *answer.headers], reason=phrase))
        if with_body and answer.body:
            self._write(h11.Data(data=answer.body))
        self._write(h11.EndOfMessage())
        await self._writer.drain()

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")
