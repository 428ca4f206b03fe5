"""Finds out what an anomaly's number stands for in the register, to show it before anything is sent there.

It is never in the way: at most one request in two seconds, none while the service asks for fewer, and whatever the
service answers, uploads may go on.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import UploaderError
from uploader_gui.engine.events import AnomalyLookedUp, Lookup
from uploader_gui.engine.redaction import readable
from uploader_gui.engine.registration.api import json_object

if TYPE_CHECKING:
    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.registration.registrar import ApiSession

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 5.0
_LONGEST: Final = 120
"""Characters of a title that are kept."""


class AnomalyLookup:
    """Looks up one number at a time; another one takes the place of the one under way."""

    def __init__(self, context: EngineContext, session: ApiSession) -> None:
        self._context = context
        self._session = session
        self._task: asyncio.Task[None] | None = None
        self._next_at = 0.0
        self._has_described = False
        self.found: dict[str, AnomalyLookedUp] = {}
        """What the register said of each number, for receipts."""

    def look_up(self, anomaly_id: str) -> None:
        """Find out about this number and tell it (`AnomalyLookedUp`); "" only ends the search for the one before."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if anomaly_id:
            self._task = self._context.tasks.spawn(self._look_up(anomaly_id))

    async def _look_up(self, anomaly_id: str) -> None:
        answer = await self._ask(anomaly_id)
        if answer.result is not Lookup.UNCHECKED:
            self.found[anomaly_id] = answer
        self._context.events.send(answer._replace(server=self._context.options.api_url))

    async def _ask(self, anomaly_id: str) -> AnomalyLookedUp:
        api = self._context.server.api
        unchecked = AnomalyLookedUp(anomaly_id, Lookup.UNCHECKED)
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._next_at - loop.time())
        tokens = api.tokens
        if tokens is None or api.is_throttled:
            return unchecked
        self._next_at = loop.time() + self._context.resources.retry.between_lookups
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, body = await api.look_up(anomaly_id)
        except (UploaderError, TimeoutError) as error:
            log.info("an anomaly could not be looked up: %s", type(error).__name__)
            return unchecked
        found = self._read(anomaly_id, status, body)
        if found.result is not Lookup.UNCHECKED:
            self._session.accepted(tokens)
        return found

    def _read(self, anomaly_id: str, status: int, body: bytes) -> AnomalyLookedUp:
        """Return what an answer says. A 404 counts only from a service that knows the call: gateways answer it, too."""
        answer = json_object(body)
        if status == HTTPStatus.OK and (facts := described(answer, anomaly_id)) is not None:
            self._has_described = True
            return facts
        is_unknown = status == HTTPStatus.NOT_FOUND and answer is not None and self._has_described
        return AnomalyLookedUp(anomaly_id, Lookup.UNKNOWN if is_unknown else Lookup.UNCHECKED)


def described(answer: dict[str, Any] | None, anomaly_id: str) -> AnomalyLookedUp | None:
    """Return the facts in an answer, None where it is not about this anomaly."""
    data = (answer or {}).get("data")
    if not isinstance(data, dict) or anomaly_id not in {_text(data.get("id")), _text(data.get("ref"))}:
        return None
    site = data.get("site")
    name = _text(site.get("name")) if isinstance(site, dict) else ""
    return AnomalyLookedUp(anomaly_id, Lookup.KNOWN, _text(data.get("ref")), _text(data.get("title")), name)


def _text(value: object) -> str:
    """Return a field on one line, without what cannot be shown."""
    return readable(str(value))[:_LONGEST] if isinstance(value, str | int) and not isinstance(value, bool) else ""
