"""Puts an engine together: journal, TLS, clients, queue. Heavy to import, so only the engine's own thread loads it.

Called by `worker.EngineThread` (window) and by headless, which awaits `run_engine` itself.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from uploader_gui.engine.api import ApiClient, Tokens
from uploader_gui.engine.clock import ServerClock
from uploader_gui.engine.events import JournalSetAside
from uploader_gui.engine.http import API_ANSWER_SECONDS, Clients, HttpOptions, tls_context
from uploader_gui.engine.journal import Journal
from uploader_gui.engine.queue import Services, UploadQueue
from uploader_gui.engine.storage import StorageClient
from uploader_gui.engine.threads import DaemonThreads

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.options import EngineOptions


async def run_engine(
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
) -> None:
    """Open everything, hand the queue to `ready`, and run it until it is closed.

    Raises:
        JournalError: the journal is in use, too new, or cannot be written.
        UrlRefused: the API's address is not one tokens may go to.
        OSError: the extra CA file cannot be read.
    """
    threads = DaemonThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    journal = Journal(options.journal_path)
    try:
        journal.purge(time.time() - options.keep_days * 86400)
        await _run_with(journal, threads, options, emit, ready)
    finally:
        journal.close()
        threads.shutdown()


async def _run_with(
    journal: Journal,
    threads: DaemonThreads,
    options: EngineOptions,
    emit: Callable[[Event], None],
    ready: Callable[[UploadQueue], None],
) -> None:
    context = await asyncio.get_running_loop().run_in_executor(threads, tls_context, options.ca_file)
    clock = ServerClock()
    http = HttpOptions(options.program.replace(" ", "/"), options.proxy_for, options.ca_file)
    to_api = Clients(http, context, answer_seconds=API_ANSWER_SECONDS)
    to_storage = Clients(http, context, answer_seconds=None)
    api = ApiClient(
        to_api,
        api_url=options.api_url,
        size_unit=options.size_unit,
        tokens=Tokens(*options.tokens) if options.tokens else None,
        clock=clock,
    )
    services = Services(journal, api, StorageClient(to_storage, clock=clock), clock, threads)
    if journal.set_aside is not None:
        emit(JournalSetAside(str(journal.set_aside)))
    queue = UploadQueue(services, options, emit)
    ready(queue)
    try:
        await queue.run()
    finally:
        await to_api.aclose()
        await to_storage.aclose()
