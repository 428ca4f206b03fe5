"""The stand-in as a whole: one thread, one asyncio loop, one loopback port for both the API and the storage.

`sandbox_session.py` starts it for `--sandbox` and `--demo`, and the tests wherever they need it.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING, Final, Self

from uploader_gui.sandbox.api import STAGE, Api, Registration, Tokens, UrlPolicy
from uploader_gui.sandbox.http import BUFFER, Answer, Body, Request, converse
from uploader_gui.sandbox.shelf import Shelf
from uploader_gui.sandbox.sigv4 import MAX_EXPIRES, Signer
from uploader_gui.sandbox.storage import PREFIX, Storage

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_SESSION_SECONDS: Final = 7200
_STOP_SECONDS: Final = 1.0


class Sandbox:
    """A service of one's own on 127.0.0.1. It keeps what it is sent in `objects`, one sub-folder per anomaly.

    Args:
        folder: where it may write; made if missing.
        url_lifetime: life of its presigned URLs in seconds, rounded to whole ones, at least 1.
        answer_delay: how long it thinks before answering a registration, and a PUT after its last byte, in seconds.

    Attributes:
        api_url: what to use as the program's API address; known after `start()`.
        bearer_token: the token it accepts, another one each time.
        session_token: likewise; a JWT that expires in two hours.
        objects: the folder in which whole objects stand under readable names.
        signer: the key pair behind its presigned URLs.
    """

    def __init__(self, folder: Path, *, url_lifetime: float = 900.0, answer_delay: float = 0.0) -> None:
        self.api_url = ""
        self.bearer_token = secrets.token_urlsafe(32)
        self.session_token = _session_token()
        self.objects = folder / "objects"
        self.signer = Signer(f"SANDBOX{secrets.token_hex(6).upper()}", secrets.token_urlsafe(30))
        self._shelf = Shelf(self.objects, folder / "incoming")
        self._storage = Storage(self.signer, self._shelf, answer_delay=answer_delay)
        self._answer_delay = answer_delay
        self._lifetime = min(max(1, round(url_lifetime)), MAX_EXPIRES)
        self._api: Api | None = None
        self._running: _Running | None = None

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Every record made so far, oldest first."""
        return tuple(self._api.registrations) if self._api else ()

    def start(self) -> None:
        """Begin to listen; when it returns, requests are answered.

        Raises:
            OSError: the folder cannot be written, or there is no free port.
        """
        if self._running is not None:
            return
        self._shelf.prepare()
        listening = socket.create_server(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        urls = UrlPolicy(self.signer, origin, self._lifetime)
        self._api = Api(Tokens(self.bearer_token, self.session_token), urls, answer_delay=self._answer_delay)
        self.api_url = f"{origin}{STAGE}"
        self._running = _Running(listening, self._api, self._storage)
        self._running.start()

    def stop(self) -> None:
        """Drop every connection and end the thread, within a second. Halves of objects are thrown away."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _Running:
    """One run of the server: its thread, its loop and its open connections."""

    def __init__(self, listening: socket.socket, api: Api, storage: Storage) -> None:
        self._listening = listening
        self._api = api
        self._storage = storage
        self._loop = asyncio.new_event_loop()
        self._leave = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._connections: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listening, limit=BUFFER)
        self._ready.set()
        await self._leave.wait()
        server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Not a coroutine: asyncio's own wrapper around one logs an error when it is cancelled (Python 3.11)."""
        connection = asyncio.get_running_loop().create_task(converse(reader, writer, self._answer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _answer(self, request: Request, body: Body) -> Answer:
        half = self._storage if request.path.startswith(PREFIX) else self._api
        return await half.answer(request, body)


def _session_token() -> str:
    """A real JWT (RFC 7519), signed with a key nobody keeps."""
    now = int(time.time())
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "sandbox", "iat": now, "exp": now + _SESSION_SECONDS})
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = hmac.digest(secrets.token_bytes(32), signed.encode(), "sha256")
    return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
