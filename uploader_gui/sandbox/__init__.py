"""A local stand-in for the service, so that anyone can try the program without an account.

One thread, one asyncio loop, one loopback port for both the API and the storage. It imports nothing of ours, for it
must not confirm the program's own mistakes. `sandbox_session.py` starts it for `--sandbox` and `--demo`, and the tests
wherever they need it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

from uploader_gui.sandbox.api import STAGE, Api
from uploader_gui.sandbox.http import BUFFER, converse
from uploader_gui.sandbox.storage import PREFIX, Objects, Storage

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from typing import Any

    from uploader_gui.sandbox.http import Answer, Request

_SESSION_SECONDS: Final = 7200
_STOP_SECONDS: Final = 1.0


class Sandbox:
    """A service on 127.0.0.1. It keeps what it is sent in `objects`, one sub-folder per anomaly.

    Args:
        folder: where it may write; made if missing.
        url_lifetime: life of its presigned URLs in whole seconds.

    Attributes:
        api_url: what to use as the program's API address; known after `start()`.
        bearer_token: the token it accepts, another one for each sandbox.
        session_token: likewise; a JWT that expires in two hours.
        objects: the folder in which whole objects stand under readable names.
    """

    def __init__(self, folder: Path, *, url_lifetime: int = 900) -> None:
        self.api_url = ""
        self.bearer_token = secrets.token_urlsafe(32)
        self.session_token = _session_token()
        self.objects = folder / "objects"
        self._incoming = folder / "incoming"
        self._lifetime = url_lifetime
        self._running: tuple[asyncio.AbstractEventLoop, threading.Thread] | None = None
        self._leave = asyncio.Event()

    def start(self) -> None:
        """Begin to listen, once; what is asked from then on is answered.

        Raises:
            OSError: the folder cannot be written, or there is no free port.
        """
        objects = Objects(self.objects, self._incoming)
        listening = socket.create_server(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.api_url = f"{origin}{STAGE}"
        storage = Storage(origin, self._lifetime, objects)
        api = Api(self.bearer_token, self.session_token, storage)
        loop, serving = asyncio.new_event_loop(), self._serve(listening, api, storage)
        thread = threading.Thread(target=_run, args=(loop, serving), name="sandbox", daemon=True)
        self._running = loop, thread
        thread.start()

    def stop(self) -> None:
        """Drop every connection and end the thread, within a second. Objects that are not whole are removed."""
        running, self._running = self._running, None
        if running is not None:
            loop, thread = running
            loop.call_soon_threadsafe(self._leave.set)
            thread.join(_STOP_SECONDS)

    async def _serve(self, listening: socket.socket, api: Api, storage: Storage) -> None:
        connections: set[asyncio.Task[None]] = set()

        async def answer(request: Request) -> Answer:
            return await (storage if request.target.startswith(PREFIX) else api).answer(request)

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Not a coroutine: asyncio's own wrapper around one logs an error when it is cancelled (Python 3.11).
            connection = asyncio.get_running_loop().create_task(converse(reader, writer, answer))
            connections.add(connection)
            connection.add_done_callback(connections.discard)

        server = await asyncio.start_server(accept, sock=listening, limit=BUFFER)
        await self._leave.wait()
        server.close()
        for connection in tuple(connections):
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def _run(loop: asyncio.AbstractEventLoop, serving: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(serving)


def _session_token() -> str:
    """Return a JWT (RFC 7519); its signature is a random number, for nobody verifies it."""
    now = int(time.time())
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "sandbox", "iat": now, "exp": now + _SESSION_SECONDS})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, secrets.token_urlsafe(32)])
