"""The parts of the queue, put together: whoever passes an upload on, and what they share. Made by `scheduler.py`.

`intake` takes files in, `conversions` makes acceptable what is not, `registrar` registers them, `pool` sends them,
`store` writes down. None of them decides when: each asks the conductor.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final, Protocol

from uploader_gui.engine.circuit_breaker import CircuitBreaker
from uploader_gui.engine.concurrency import Tasks
from uploader_gui.engine.conditions import Conditions, Connectivity
from uploader_gui.engine.conversion.service import ConversionService
from uploader_gui.engine.conversion.temp_files import TempFiles
from uploader_gui.engine.errors import Code
from uploader_gui.engine.event_buffer import EventBuffer
from uploader_gui.engine.events import Condition, EngineFailed
from uploader_gui.engine.intake.intake import Intake
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.progress import ProgressReporter
from uploader_gui.engine.registration.batches import Batcher
from uploader_gui.engine.registration.registrar import Registrar
from uploader_gui.engine.transfer.bandwidth import Bandwidth
from uploader_gui.engine.transfer.pool import Book, TransferPool
from uploader_gui.engine.transfer.rate_meter import RateMeter
from uploader_gui.engine.transfer.slots import Slots
from uploader_gui.engine.transfer.transfer import Means
from uploader_gui.engine.upload_store import UploadStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from uploader_gui.engine.concurrency import DaemonThreads
    from uploader_gui.engine.events import Event, Progress
    from uploader_gui.engine.journal.journal import Journal
    from uploader_gui.engine.models import Upload
    from uploader_gui.engine.net.server_clock import ServerClock
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.own_files import OwnFiles
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.engine.registration.api import ApiClient
    from uploader_gui.engine.transfer.s3 import S3Client

SENDING: Final = (UploadState.UPLOADING, UploadState.CONFIRMING, UploadState.RETRYING)
"""The states of an upload that takes a share of the line."""


@dataclass(frozen=True, slots=True)
class Services:
    """What a queue works with, for one server. `orders` numbers the uploads of all of them."""

    journal: Journal
    own_files: OwnFiles
    decoder: PictureDecoder
    api: ApiClient
    storage: S3Client
    clock: ServerClock
    threads: DaemonThreads
    policy: RetryPolicy = RetryPolicy()  # noqa: RUF009 - frozen
    orders: Iterator[int] = field(default_factory=count)


class SchedulerPort(Protocol):
    """Who decides what goes on when."""

    def wake(self) -> None:
        """Look at what can be done next, for something has changed."""

    def ready(self, uploads: list[Upload]) -> None:
        """Take uploads that are to be registered, or (taken up again) to be sent."""

    def send(self, uploads: Iterable[Upload]) -> None:
        """Take registered uploads; they are sent while the queue runs."""

    def give_up(self, code: Code) -> None:
        """Stop for good."""

    def break_down(self, error: BaseException) -> None:
        """Leave at once, for nothing can go on; the engine ends with that error."""

    def tell_status(self) -> None:
        """Tell what of the queue's status is new."""

    def progress(self) -> Progress | None:
        """Give how far things are, None while the list is empty."""


class Parts:
    """One of each, made in the order in which they need each other."""

    def __init__(
        self, services: Services, options: EngineOptions, emit: Callable[[Event], None], scheduler: SchedulerPort
    ) -> None:
        self._services = services
        self._breakers: list[CircuitBreaker] = []
        self.meter = RateMeter()
        self.batcher = Batcher()
        self.slots = Slots(options.max_concurrent)
        self.bandwidth = Bandwidth(options.bandwidth_limit)
        self.events_out = EventBuffer(emit, scheduler.progress, lambda: self.store.write())  # noqa: PLW0108 - it is made below
        self._wake = scheduler.wake
        self.tasks = Tasks(self._broke)
        self.conditions = Conditions(scheduler.tell_status)
        self._link = Connectivity(
            self.conditions,
            services.policy,
            limit=options.offline_limit,
            gave_up=lambda: scheduler.give_up(Code.OFFLINE),
        )
        self.own_files = services.own_files
        self.substitutes = TempFiles(options.journal_path.parent, services.own_files)
        self.store = UploadStore(
            services.journal,
            self.events_out,
            self.conditions,
            api_url=options.api_url,
            program=options.program,
            keeps_list=options.keeps_list,
            trial=options.trial,
            orders=services.orders,
            let_go=lambda substitute: self.substitutes.discard(substitute.sent.path),
            limit=options.offline_limit,
            gave_up=lambda: scheduler.give_up(Code.JOURNAL),
            lost=scheduler.break_down,
            take_out=self._stop_for_good,
            written=scheduler.wake,
        )
        self.conversions = self._make_preparation(services, options, scheduler)
        self.intake = self._make_intake(services, options, scheduler)
        self.registrar = self._make_registrar(services, options, scheduler)
        self.pool = self._make_sender(services, options, scheduler)
        self.progress_reporter = ProgressReporter(
            store=self.store,
            registrar=self.registrar,
            pool=self.pool,
            meter=self.meter,
            conditions=self.conditions,
            events_out=self.events_out,
        )

    def in_states(self, *states: UploadState) -> list[Upload]:
        """Give the uploads on the list that are in one of these states."""
        return [upload for upload in self.store if upload.state in states]

    def follow(self, services: Services) -> None:
        """Reach servers the way these do. What failed on the old way counts no longer, and is not waited for."""
        self._services.api.follow(services.api)
        self._services.storage.follow(services.storage)
        for upload in self.store:
            upload.tries = 0
        self._link.contact()
        for breaker in self._breakers:
            breaker.probe_again()

    def take_out(self, upload: Upload) -> None:
        """Stop whatever is being done with an upload; its state is the caller's business."""
        self.batcher.discard(upload)
        self.conversions.stop(upload)
        self.pool.stop(upload)

    def _stop_for_good(self, upload: Upload) -> None:
        self.take_out(upload)
        self._wake()

    def _broke(self, uploads: Sequence[Upload]) -> None:
        """What a task was working on when it broke in a way nobody foresaw fails, and is told of."""
        left = [upload for upload in uploads if not upload.state.finished]
        for upload in left:
            self._stop_for_good(upload)
        self.store.move_all(left, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))
        if not uploads:
            self.events_out.send(EngineFailed(Reason(Code.INTERNAL_ERROR)))

    def _make_preparation(
        self, services: Services, options: EngineOptions, scheduler: SchedulerPort
    ) -> ConversionService:
        return ConversionService(
            substitutes=self.substitutes,
            decoder=services.decoder,
            store=self.store,
            threads=services.threads,
            choices=options.choices,
            spawn=self.tasks.spawn,
            ready=scheduler.ready,
            wake=scheduler.wake,
        )

    def _make_intake(self, services: Services, options: EngineOptions, scheduler: SchedulerPort) -> Intake:
        return Intake(
            store=self.store,
            threads=services.threads,
            clock=services.clock,
            events_out=self.events_out,
            conversions=self.conversions,
            api_url=options.api_url,
            skip_uploaded=options.skip_uploaded,
            receipt=options.receipt,
            spawn=self.tasks.spawn,
            ready=scheduler.ready,
            wake=scheduler.wake,
        )

    def _breaker_of(
        self, condition: Condition, code: Code, services: Services, options: EngineOptions, scheduler: SchedulerPort
    ) -> CircuitBreaker:
        breaker = CircuitBreaker(
            condition,
            self.conditions,
            services.policy,
            wake=scheduler.wake,
            limit=options.offline_limit,
            gave_up=lambda: scheduler.give_up(code),
        )
        self._breakers.append(breaker)
        return breaker

    def _make_registrar(self, services: Services, options: EngineOptions, scheduler: SchedulerPort) -> Registrar:
        return Registrar(
            api=services.api,
            batcher=self.batcher,
            store=self.store,
            slots=self.slots,
            policy=services.policy,
            conditions=self.conditions,
            link=self._link,
            breaker=self._breaker_of(Condition.SERVICE_BUSY, Code.SERVICE_BUSY, services, options, scheduler),
            events_out=self.events_out,
            rates=lambda: self.meter.rates(time.monotonic()),
            spawn=self.tasks.spawn,
            registered=scheduler.send,
            wake=scheduler.wake,
        )

    def _make_sender(self, services: Services, options: EngineOptions, scheduler: SchedulerPort) -> TransferPool:
        means = Means(
            storage=services.storage,
            slots=self.slots,
            threads=services.threads,
            policy=services.policy,
            clock=services.clock,
            bandwidth=self.bandwidth,
            rate=self._rate_per_slot,
        )
        breaker = self._breaker_of(Condition.STORAGE_BUSY, Code.STORAGE_BUSY, services, options, scheduler)
        book = Book(self.store, self.events_out, self.conditions, self._link, breaker, self.meter)
        return TransferPool(
            means, book, batcher=self.batcher, spawn=self.tasks.spawn, again=scheduler.send, wake=scheduler.wake
        )

    def _rate_per_slot(self) -> float:
        sending = max(1, self.store.count(*SENDING))
        return self.meter.rates(time.monotonic())[0] / sending
