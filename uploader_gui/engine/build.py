"""Puts an engine together: journal, TLS, clients, queue. Heavy to import, so only the engine's own thread loads it.

Called by `worker.EngineThread` (window) and by headless, which awaits `run_engine` itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.concurrency import DaemonThreads
from uploader_gui.engine.events import JournalSetAside
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.net.client import API_ANSWER_SECONDS, Clients, HttpOptions, load_networking, tls_context
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.net.server_clock import ServerClock
from uploader_gui.engine.net.stall_watchdog import StallTimeouts
from uploader_gui.engine.own_files import OwnFiles
from uploader_gui.engine.parts import Services
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.queue import UploadQueue
from uploader_gui.engine.registration.api import ApiClient, Tokens
from uploader_gui.engine.transfer.s3 import S3Client

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.options import EngineOptions

log = logging.getLogger(__name__)

DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """What an engine measures time with and reads files in. Others than these are fitted to see it fail quickly.

    Attributes:
        policy: how often something is tried, and the waits between.
        stall_timeouts: how long a PUT may stand still, in seconds.
        api_answer_seconds: how long the service may think.
        wall_clock: this machine's clock, in seconds since 1970.
        threads: makes the threads that may block on a disk.
    """

    policy: RetryPolicy = RetryPolicy()  # noqa: RUF009 - frozen
    stall_timeouts: StallTimeouts = StallTimeouts()  # noqa: RUF009 - frozen
    api_answer_seconds: float = API_ANSWER_SECONDS
    wall_clock: Callable[[], float] = time.time
    threads: Callable[[], DaemonThreads] = DaemonThreads


REGULAR: Final = Tuning()


async def run_engine(
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
    *,
    tuning: Tuning = REGULAR,
    decoder: PictureDecoder | None = None,
) -> None:
    """Open everything, hand the queue to `ready`, and run it until it is closed.

    Without a `decoder` of pictures that outlives it, the engine has one of its own.

    Raises:
        JournalError: the journal is in use, too new, or cannot be written.
        UrlRefused: the API's address is not one tokens may go to.
        OSError: the extra CA file cannot be read.
    """
    threads = tuning.threads()
    asyncio.get_running_loop().set_default_executor(threads)
    journal = Journal(options.journal_path)
    decoder_of_engine = PictureDecoder()
    try:
        journal.purge(options.keep_days * DAY)
        own_files = OwnFiles(journal, options.journal_path.parent)
        own_files.tidy()
        ground = _Resources(journal, own_files, decoder or decoder_of_engine, threads, tuning)
        await _run_with(ground, options, emit, ready)
        own_files.tidy()
    finally:
        decoder_of_engine.close()
        journal.close()
        threads.shutdown()


@dataclass(frozen=True, slots=True)
class _Resources:
    """What an engine stands on."""

    journal: Journal
    own_files: OwnFiles
    decoder: PictureDecoder
    threads: DaemonThreads
    tuning: Tuning


async def _run_with(
    ground: _Resources,
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
) -> None:
    network = _Network(ground)
    await network.begin(options)
    if ground.journal.set_aside is not None:
        emit(JournalSetAside(str(ground.journal.set_aside)))
    queue = UploadQueue(network.services, options, emit)
    ready(queue)
    ground.threads.submit(load_networking)
    try:
        await queue.run()
    finally:
        await network.aclose()


class _Network:
    """Makes what a queue works with, for each server and each way to it. Connections stay open until the end."""

    def __init__(self, ground: _Resources) -> None:
        self._ground = ground
        self._orders = count()
        self._clients: list[Clients] = []
        self._trusted: tuple[Path | None, ssl.SSLContext | asyncio.Future[ssl.SSLContext]] | None = None

    async def begin(self, options: EngineOptions) -> None:
        """Read the certificate authorities.

        Raises:
            OSError: the extra one cannot be read.
        """
        made = asyncio.get_running_loop().run_in_executor(self._ground.threads, tls_context, options.ca_file)
        self._trusted = options.ca_file, await made

    def services(self, options: EngineOptions) -> Services:
        """Return them for a server.

        Raises:
            UrlRefused: the API's address is not one tokens may go to.
        """
        ground, tuning = self._ground, self._ground.tuning
        clock = ServerClock(tuning.wall_clock)
        http = HttpOptions(options.program.replace(" ", "/"), options.proxy_for, options.ca_file)
        context = self._trust(options.ca_file)
        to_api = Clients(http, context, answer_seconds=tuning.api_answer_seconds)
        to_storage = Clients(http, context, answer_seconds=None)
        self._clients += [to_api, to_storage]
        api = ApiClient(
            to_api,
            api_url=options.api_url,
            size_unit=options.size_unit,
            tokens=Tokens(*options.tokens) if options.tokens else None,
            clock=clock,
        )
        storage = S3Client(to_storage, clock=clock, local=api.is_local, timeouts=tuning.stall_timeouts)
        return Services(
            ground.journal,
            ground.own_files,
            ground.decoder,
            api,
            storage,
            clock,
            ground.threads,
            tuning.policy,
            self._orders,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        for clients in self._clients:
            await clients.aclose()

    def _trust(self, ca_file: Path | None) -> ssl.SSLContext | asyncio.Future[ssl.SSLContext]:
        """Another authority is read in a thread, and what is asked for meanwhile waits for it."""
        if self._trusted is None or self._trusted[0] != ca_file:
            loop = asyncio.get_running_loop()
            self._trusted = ca_file, loop.run_in_executor(self._ground.threads, _trusting, ca_file)
        return self._trusted[1]


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """What was changed while files are sent has been looked at before; gone since, it is left out: that trusts less."""
    try:
        return tls_context(ca_file)
    except OSError as error:
        log.warning("the further certificate authority cannot be read: %s", error)
        return tls_context(None)
