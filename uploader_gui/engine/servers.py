"""The servers of one run: a scheduler for each, one of them in use, and the receipt over all of them.

An upload stays with the server it was added for, and rests while another one is in use.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import UploaderError
from uploader_gui.engine.events import EngineFailed, Progress, QueueIdle, QueueStatus, Resumed, SignedIn, SignInRequired
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Reason
from uploader_gui.engine.receipt import Circumstances, Receipt, file_of
from uploader_gui.engine.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from uploader_gui.engine.context import Resources, Server
    from uploader_gui.engine.events import Event
    from uploader_gui.engine.journal_writer import JournalWriter
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.options import EngineOptions

log = logging.getLogger(__name__)

_OF_WHOLE_QUEUE: Final = (QueueStatus, Progress, QueueIdle, SignInRequired, SignedIn, Resumed)
"""Events that are told only of the server in use: they speak of a queue as a whole."""


class Servers:
    """Iterates over the schedulers of all servers.

    Attributes:
        options: those in force.
        current: the scheduler of the server in use.
    """

    def __init__(
        self,
        resources: Resources,
        connect: Callable[[EngineOptions], Server],
        options: EngineOptions,
        emit: Callable[[Event], None],
    ) -> None:
        """Begin with the server of `options`.

        `connect` makes the clients for a server; it raises `UrlRefused` where tokens may not go to its address.
        """
        self.options = options
        self._resources = resources
        self._connect = connect
        self._emit = emit
        self._closing = asyncio.Event()
        self._schedulers: dict[str, Scheduler] = {}
        self._running: list[asyncio.Task[None]] = []
        self.current = self._new_scheduler(connect(options), options)
        self._began = self.current.context.server.clock.own_now()

    def __iter__(self) -> Iterator[Scheduler]:
        return iter(tuple(self._schedulers.values()))

    # Running and changing servers

    @property
    def broken(self) -> bool:
        """Whether one broke down, and all of them are about to end for it."""
        return any(scheduler.broken is not None for scheduler in self)

    @property
    def is_nowhere(self) -> bool:
        """Whether the address last chosen was refused: the server before rests, and gets no tokens of another."""
        return self.options.api_url != self.current.context.options.api_url

    async def run(self) -> None:
        """Work until `close()`; tasks that run then are cancelled, and the journal keeps what is unfinished.

        An error that nobody foresaw is a bug: the uploads its task was working on fail, and the others go on. Where
        one scheduler breaks down all of them end, and this raises its error.
        """
        self.current.tell_status()
        for scheduler in self:
            self._begin(scheduler)
        try:
            await self._closing.wait()
        finally:
            self.close()
            for scheduler in self:
                scheduler.close()
            ended = await asyncio.gather(*self._running, return_exceptions=True)
        for error in filter(None, ended):
            raise error

    def close(self) -> None:
        """Leave: `run()` returns."""
        self._closing.set()

    async def restored(self) -> None:
        """Wait until the list is restored, but no longer than a moment."""
        for scheduler in self:
            await scheduler.intake.restored()

    def use(self, options: EngineOptions) -> bool:
        """Work with another server from now on, or reach the same one another way; False where neither can be done.

        Where its address is refused, that is told (`EngineFailed`): nothing is sent to a server no longer wanted.
        """
        before, self.options = self.options, options
        if options.api_url != before.api_url:
            self.current.rest()
        try:
            server = self._connect(options)
        except UploaderError as error:
            self.current.context.events.send(EngineFailed(Reason.of(error)))
            return False
        if options.api_url != before.api_url:
            self._change_server(server, options)
        for scheduler in self:
            scheduler.follow(server)
        return True

    async def list_resting(self) -> None:
        """Put what the journal has of servers not in use on the list, at rest; nothing after `close()`."""
        for address in await self.current.context.store.writer.reading(Journal.servers_on_list):
            if address not in self._schedulers and not self._closing.is_set():
                self._list_resting(address)

    async def all_written(self) -> JournalWriter:
        """Return the writer of the server in use once everything of all servers is in the journal."""
        for scheduler in self:
            await scheduler.context.store.writer.saved()
        return self.current.context.store.writer

    def _begin(self, scheduler: Scheduler) -> None:
        """Run a scheduler; where one breaks down all of them end, for they share the journal."""
        task = asyncio.create_task(scheduler.run())
        task.add_done_callback(self._ended)
        self._running.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            for scheduler in self:
                scheduler.break_down(error)
        self.close()

    def _new_scheduler(self, server: Server, options: EngineOptions) -> Scheduler:
        address = options.api_url
        scheduler = Scheduler(self._resources, server, options, partial(self._pass_on, address))
        self._schedulers[address] = scheduler
        return scheduler

    def _pass_on(self, address: str, event: Event) -> None:
        if address == self.options.api_url or not isinstance(event, _OF_WHOLE_QUEUE):
            self._emit(event)

    def _change_server(self, server: Server, options: EngineOptions) -> None:
        scheduler = self._schedulers.get(options.api_url)
        if scheduler is None:
            self.current = scheduler = self._new_scheduler(server, options)
            self._begin(scheduler)
            scheduler.intake.restore()
        else:
            self.current = scheduler
            scheduler.come_back()

    def _list_resting(self, address: str) -> None:
        options = replace(self.options, api_url=address, tokens=None)
        try:
            server = self._connect(options)
        except UploaderError as error:
            log.info("files for a server with a wrong address stay in the journal: %s", error.detail)
            return
        scheduler = self._new_scheduler(server, options)
        scheduler.rest()
        self._begin(scheduler)
        scheduler.intake.restore()

    def name_depositor(self, depositor: str) -> None:
        """Put this name on receipts from now on; "" for none."""
        self.options = replace(self.options, depositor=depositor)
        for scheduler in self:
            scheduler.depositor = depositor

    # Uploads of all servers

    def owned(self, upload_ids: Iterable[UploadId]) -> Iterator[tuple[Scheduler, list[Upload]]]:
        """Yield those uploads by the server they belong to."""
        wanted = list(upload_ids)
        for scheduler in self:
            found = (scheduler.context.store.get(upload_id) for upload_id in wanted)
            if uploads := [upload for upload in found if upload is not None]:
                yield scheduler, uploads

    def all_uploads(self) -> list[Upload]:
        """Return the uploads of all servers in the order they were added, removed rows included."""
        everything = (upload for scheduler in self for upload in scheduler.context.store.all_uploads())
        return sorted(everything, key=lambda upload: upload.order)

    def of_this_run(self) -> list[Upload]:
        """Return `all_uploads()` without those that only stand on the list as an earlier run left them."""
        mine = (upload for scheduler in self for upload in scheduler.context.store.of_this_run())
        return sorted(mine, key=lambda upload: upload.order)

    def ended_uploads(self, anomaly_id: str) -> frozenset[UploadId]:
        """Return those of an anomaly that are on the list, else those removed; none while one is unfinished."""
        mine = [upload for upload in self.all_uploads() if upload.anomaly_id == anomaly_id]
        ids = {upload_id for scheduler in self for upload_id in scheduler.context.store.ids()}
        chosen = [upload for upload in mine if upload.upload_id in ids] or mine
        is_over = all(upload.state.finished for upload in chosen) and not any(one.running for one in self)
        return frozenset(upload.upload_id for upload in chosen) if is_over else frozenset()

    def began_at(self, anomaly_id: str) -> float | None:
        """Return when files of this run were first added for that anomaly, in seconds since 1970; None without any."""
        stores = (scheduler.context.store for scheduler in self)
        return min(filter(None, (store.began_at(anomaly_id) for store in stores)), default=None)

    # The receipt

    def receipt(self, anomaly_id: str, uploads: Iterable[Upload], began: float | None) -> Receipt:
        """Return the receipt of those uploads for one anomaly ("": for all); `began` None is the run's beginning."""
        clock, gave_up = self.current.context.server.clock, self.current.gave_up
        ends = [scheduler.stopped_at for scheduler in self if scheduler.has_begun]
        known = [end for end in ends if end is not None]
        servers = self._server_by_upload()
        return Receipt(
            program=self.options.program,
            anomaly_id=anomaly_id,
            started_at=self._began + clock.offset if began is None else began,
            finished_at=max(known) if known and len(known) == len(ends) else clock.now(),
            files=tuple(
                file_of(upload, self.options.describe, gave_up=gave_up, server=servers.get(upload.upload_id))
                for upload in uploads
                if anomaly_id in {"", upload.anomaly_id}
            ),
            junk=sum(scheduler.intake.junk for scheduler in self),
            trial=self.options.trial,
            circumstances=self._circumstances(anomaly_id),
        ).with_every_arrival()

    def _circumstances(self, anomaly_id: str) -> Circumstances:
        """Return what a receipt tells beside its files; nothing of a server where they went to several."""
        used = self._used()
        if len(used) > 1:
            return Circumstances(depositor=self.options.depositor)
        return (self._schedulers[used[0]] if used else self.current).circumstances(anomaly_id)

    def _server_by_upload(self) -> dict[UploadId, str]:
        """Return each upload's server where the run has files for several, else nothing."""
        used = self._used()
        if len(used) <= 1:
            return {}
        stores = {server: self._schedulers[server].context.store for server in used}
        return {upload.upload_id: server for server, store in stores.items() for upload in store.all_uploads()}

    def _used(self) -> list[str]:
        """Return the servers that the run has files for."""
        return [server for server, scheduler in self._schedulers.items() if scheduler.context.store.all_uploads()]
