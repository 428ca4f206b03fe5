"""The program's own API client, made as `build.py` makes it, for one test."""

import ssl
from typing import Self

from tests.engine.values import a_source, an_upload
from uploader_gui.engine.models import Source, UploadId
from uploader_gui.engine.net.client import Clients
from uploader_gui.engine.net.server_clock import ServerClock
from uploader_gui.engine.options import HttpOptions, SizeUnit
from uploader_gui.engine.registration.api import ApiClient, Registration, Tokens

TOKENS = Tokens("bearer-for-tests", "session-for-tests")


class Service:
    """Registers made-up files for anomaly 4217."""

    def __init__(
        self,
        url: str,
        trust: ssl.SSLContext,
        *,
        size_unit: SizeUnit = "Mo",
        tokens: Tokens | None = TOKENS,
        answer_seconds: float = 20.0,
    ) -> None:
        self.clients = Clients(HttpOptions("uploader-gui/1.2.3"), trust, answer_seconds=answer_seconds)
        self.clock = ServerClock()
        self.client = ApiClient(self.clients, api_url=url, size_unit=size_unit, tokens=tokens, clock=self.clock)
        self.asked: dict[UploadId, Source] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.clients.aclose()

    async def register(self, *sources: Source, count: int = 1) -> Registration:
        """Register these sources, or this many made-up ones, each under a new id (see `asked`)."""
        wanted = sources or tuple(a_source(f"{n}.jpg") for n in range(count))
        self.asked = {an_upload().upload_id: source for source in wanted}
        return await self.client.register("4217", self.asked)

    async def error_of(self, *sources: Source, count: int = 1) -> Exception | None:
        try:
            await self.register(*sources, count=count)
        except Exception as error:  # noqa: BLE001 - whatever comes out is what the test looks at
            return error
        return None
