"""Builds an engine: journal, TLS, clients, queue. Slow to import, so the window leaves that to the engine's thread."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.context import Resources, Server
from uploader_gui.engine.events import JournalSetAside
from uploader_gui.engine.journal.journal import JournalThread
from uploader_gui.engine.net.client import API_ANSWER_SECONDS, Clients, load_networking, tls_context
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.net.server_clock import ServerClock
from uploader_gui.engine.net.stall_watchdog import StallTimeouts
from uploader_gui.engine.options import HttpOptions
from uploader_gui.engine.own_files import OwnFiles, TempFiles
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.queue import UploadQueue
from uploader_gui.engine.registration.api import ApiClient, Tokens
from uploader_gui.engine.servers import Servers
from uploader_gui.engine.tasks_and_threads import DaemonThreads
from uploader_gui.engine.transfer.s3 import S3Client

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.options import EngineOptions

log = logging.getLogger(__name__)

DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """Waits, limits and threads of an engine; tests use shorter ones.

    Attributes:
        policy: how often something is tried, and the waits between.
        stall_timeouts: how long a PUT may stand still, in seconds.
        api_answer_seconds: how long the service may take to answer.
        wall_clock: returns this machine's time, in seconds since 1970.
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
    """Open everything, call `ready` with the queue, and run it until it is closed.

    Without a `decoder` of pictures that lives longer than the engine, it makes one of its own. Cancelled, it leaves at
    once.

    Raises:
        JournalError: the journal is in use, too new, or cannot be written.
        UrlRefused: the API's address is not one tokens may go to.
        OSError: the extra CA file cannot be read.
    """
    threads = tuning.threads()
    asyncio.get_running_loop().set_default_executor(threads)
    journal = await JournalThread.open(options.journal_path)
    decoder_of_engine = PictureDecoder()
    try:
        own_files = await journal.call(partial(_tidied, options=options))
        temp_files = TempFiles(options.journal_path.parent, own_files)
        resources = Resources(journal, own_files, temp_files, decoder or decoder_of_engine, threads, tuning.policy)
        await _run_queue(resources, _Network(threads, tuning), options, emit, ready)
        journal.submit(lambda _: own_files.tidy())
    finally:
        decoder_of_engine.close()
        closed = journal.close()
        threads.shutdown()
        task = asyncio.current_task()
        if task is None or not task.cancelling():  # cancelled, it leaves at once; the journal is then as after a crash
            await asyncio.wrap_future(closed)


def _tidied(journal: Journal, options: EngineOptions) -> OwnFiles:
    """Forget what is too old, and remove the files of ours that no upload needs any more."""
    journal.purge(options.keep_days * DAY)
    own_files = OwnFiles(journal, options.journal_path.parent)
    own_files.tidy()
    return own_files


async def _run_queue(
    resources: Resources,
    network: _Network,
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
) -> None:
    await network.load_authorities(options)
    if resources.journal.set_aside is not None:
        emit(JournalSetAside(str(resources.journal.set_aside)))
    servers = Servers(resources, network.connect, options, emit)
    ready(UploadQueue(resources, servers))
    resources.threads.submit(load_networking)
    try:
        await servers.run()
    finally:
        await network.aclose()


class _Network:
    """Makes the clients for each server and each way to it. Connections stay open until the end."""

    def __init__(self, threads: DaemonThreads, tuning: Tuning) -> None:
        self._threads = threads
        self._tuning = tuning
        self._clients: list[Clients] = []
        self._trusted: tuple[Path | None, ssl.SSLContext | asyncio.Future[ssl.SSLContext]] | None = None

    async def load_authorities(self, options: EngineOptions) -> None:
        """Read the certificate authorities.

        Raises:
            OSError: the extra one cannot be read.
        """
        self._trusted = options.ca_file, await self._threads.run(tls_context, options.ca_file)

    def connect(self, options: EngineOptions) -> Server:
        """Return the clients for a server; connections are opened when they are needed.

        Raises:
            UrlRefused: the API's address is not one tokens may go to.
        """
        clock = ServerClock(self._tuning.wall_clock)
        http = HttpOptions(options.program, options.proxy_for, options.ca_file)
        tls = self._tls_context(options.ca_file)
        to_api = Clients(http, tls, answer_seconds=self._tuning.api_answer_seconds)
        to_storage = Clients(http, tls, answer_seconds=None)
        self._clients += [to_api, to_storage]
        api = ApiClient(
            to_api,
            api_url=options.api_url,
            size_unit=options.size_unit,
            tokens=Tokens(*options.tokens) if options.tokens else None,
            clock=clock,
        )
        storage = S3Client(to_storage, clock=clock, local=api.is_local, timeouts=self._tuning.stall_timeouts)
        return Server(api, storage, clock)

    async def aclose(self) -> None:
        """Close every connection."""
        for clients in self._clients:
            await clients.aclose()

    def _tls_context(self, ca_file: Path | None) -> ssl.SSLContext | asyncio.Future[ssl.SSLContext]:
        """Return the TLS context; a future where another authority is being read, which requests wait for."""
        if self._trusted is None or self._trusted[0] != ca_file:
            loop = asyncio.get_running_loop()
            self._trusted = ca_file, loop.run_in_executor(self._threads, _tls_context_or_default, ca_file)
        return self._trusted[1]


def _tls_context_or_default(ca_file: Path | None) -> ssl.SSLContext:
    """Return a TLS context without the extra authority where its file is gone since it was chosen: that trusts less."""
    try:
        return tls_context(ca_file)
    except OSError as error:
        log.warning("the further certificate authority cannot be read: %s", error)
        return tls_context(None)
