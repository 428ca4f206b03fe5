"""“Test connection” as front ends see it: what is asked, what is found, and the thread in which it happens.

`connection_check.py` makes the test. It is heavy, so the thread imports it itself, as the engine's does.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.options import HttpOptions

log = logging.getLogger(__name__)


class Verdict(Enum):
    """How good a finding is. `NOTE`: it works, but a person should know; `UNKNOWN`: it could not be found out."""

    GOOD = "good"
    NOTE = "note"
    UNKNOWN = "unknown"
    BAD = "bad"


class Fact(StrEnum):
    """What was found; in brackets the contents of `Finding.values`."""

    ADDRESS_REFUSED = "address_refused"  # [why, in our words]
    AUTHORITY_UNUSABLE = "authority_unusable"  # [file, why]
    PROXY_USED = "proxy_used"  # [host:port]
    PROXY_REFUSED = "proxy_refused"  # [the proxy's words]
    PROXY_SIGN_IN = "proxy_sign_in"
    NAME_FOUND = "name_found"  # [host]
    NAME_UNKNOWN = "name_unknown"  # [host]
    CONNECTED = "connected"  # [host, milliseconds]
    NOT_CONNECTED = "not_connected"  # [host:port]
    SECURE = "secure"  # [issuer]
    NOT_ENCRYPTED = "not_encrypted"
    CERTIFICATE_REFUSED = "certificate_refused"  # [issuer, the system's words]
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"  # [issuer]
    CERTIFICATE_EXPIRED = "certificate_expired"  # [issuer]
    CERTIFICATE_OTHER_NAME = "certificate_other_name"  # [host]
    NO_TLS = "no_tls"
    REACHED = "reached"
    WEB_PAGE = "web_page"
    REDIRECTED = "redirected"  # [host]
    SERVICE_FAILED = "service_failed"  # [status]
    SERVICE_BUSY = "service_busy"
    NOT_THE_SERVICE = "not_the_service"  # [status]
    NO_ANSWER = "no_answer"
    TOKENS_ACCEPTED = "tokens_accepted"
    TOKENS_REFUSED = "tokens_refused"
    TOKENS_FORBIDDEN = "tokens_forbidden"
    TOKENS_EXPIRED = "tokens_expired"
    TOKENS_UNTOLD = "tokens_untold"
    TOKENS_MISSING = "tokens_missing"
    TOKENS_KEPT_BACK = "tokens_kept_back"
    ANOMALY_FOUND = "anomaly_found"  # [anomaly, its title]
    ANOMALY_UNKNOWN = "anomaly_unknown"  # [anomaly]
    CLOCK_RIGHT = "clock_right"
    CLOCK_AHEAD = "clock_ahead"  # [seconds]
    CLOCK_BEHIND = "clock_behind"  # [seconds]
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step's result."""

    fact: Fact
    verdict: Verdict
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What to test.

    Attributes:
        api_url: the service's address.
        tokens: bearer and session token, None where there are none for this address.
        anomaly_id: the anomaly to ask for, "" where none is known.
        kept_back: there are tokens, but for another address: they are not sent to this one.
        expires_at: when the session token expires by its own claim, in seconds since 1970.
    """

    api_url: str
    tokens: tuple[str, str] | None = None
    anomaly_id: str = ""
    kept_back: bool = False
    expires_at: float | None = None


class ConnectionThread:
    """One test, which the window never waits for.

    It calls `tell` with each finding and `done` at the end, from its thread; neither after `stop()`.
    """

    def __init__(
        self, question: Question, network: HttpOptions, *, tell: Callable[[Finding], None], done: Callable[[], None]
    ) -> None:
        self._question = question
        self._network = network
        self._tell = tell
        self._done = done
        self._stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="uploader-connection-test", daemon=True)

    def start(self) -> None:
        """Begin the test."""
        self._thread.start()

    def stop(self) -> None:
        """End the test; return at once."""
        self._stopped.set()
        loop, task = self._loop, self._task
        if loop is None or task is None:
            return
        try:
            loop.call_soon_threadsafe(task.cancel)
        except RuntimeError:
            log.debug("the test had ended by itself")

    def _run(self) -> None:
        try:
            asyncio.run(self._test())
        except asyncio.CancelledError:
            return
        except Exception:
            log.exception("the test of the connection broke")
            self._tell_unless_stopped(Finding(Fact.BROKEN, Verdict.BAD))
        if not self._stopped.is_set():
            self._done()

    async def _test(self) -> None:
        from uploader_gui.engine.concurrency import DaemonThreads  # noqa: PLC0415 - as below
        from uploader_gui.engine.connection_check import ConnectionCheck  # noqa: PLC0415 - heavy: not for the window

        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._stopped.is_set():
            return
        threads = DaemonThreads()
        self._loop.set_default_executor(threads)
        await ConnectionCheck(self._question, self._network, self._tell_unless_stopped).run()

    def _tell_unless_stopped(self, finding: Finding) -> None:
        if not self._stopped.is_set():
            self._tell(finding)
