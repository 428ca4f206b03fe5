"""Decides what happens next for the uploads of one server: what is registered, what is sent, when all is done.

The parts do the work: `intake` adds files, `conversions` makes accepted files of refused ones, `registrar` registers,
`pool` sends, and `context.store` records. A part that has changed something calls `wake()`.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.context import EngineContext
from uploader_gui.engine.conversion import ConversionService
from uploader_gui.engine.errors import Code
from uploader_gui.engine.event_buffer import EventBuffer
from uploader_gui.engine.events import (
    AnomalyLookedUp,
    Condition,
    EngineFailed,
    Lookup,
    Progress,
    QueueIdle,
    QueueStatus,
    Totals,
)
from uploader_gui.engine.intake.intake import Intake
from uploader_gui.engine.models import NOT_TO_SEND, SENDING, Reason, UploadState
from uploader_gui.engine.outages import Conditions, Connectivity
from uploader_gui.engine.receipt import Circumstances, utc_offset_at
from uploader_gui.engine.registration.batches import Batcher
from uploader_gui.engine.registration.registrar import Registrar
from uploader_gui.engine.tasks_and_threads import Tasks
from uploader_gui.engine.transfer.limits import Bandwidth, Slots
from uploader_gui.engine.transfer.rate_meter import RateMeter
from uploader_gui.engine.transfer.transfer import TransferPool
from uploader_gui.engine.upload_store import UploadStore

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from uploader_gui.engine.context import Resources, Server
    from uploader_gui.engine.events import Event
    from uploader_gui.engine.journal.journal import EndedDeposits
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.options import EngineOptions

IDLE_SLOT_SECONDS: Final = 1.0
"""While files are still being found, a batch waits to be full, but no slot stands idle for longer than this."""


class Scheduler:
    """The parts that work for one server, and the order in which they do.

    Attributes:
        has_begun: whether it was ever started.
        paused: whether a person paused it; False where it ended because all was done.
        gave_up: why it stopped for good (headless), None while it has not.
        broken: the error that it ends with because nothing could go on, None while all is well.
        depositor: the name on receipts, "" for none.
        stopped_at: when it last stopped, in seconds since 1970 by the server's clock; None while it runs, or never ran.
    """

    def __init__(
        self, resources: Resources, server: Server, options: EngineOptions, emit: Callable[[Event], None]
    ) -> None:
        self._running = False
        self._in_use = True
        self.has_begun = False
        self.paused = False
        self.gave_up: Reason | None = None
        self.stopped_at: float | None = None
        self.depositor = options.depositor
        self._closing = asyncio.Event()
        self.broken: BaseException | None = None
        self._woken = False
        self._idle_since: float | None = None
        self._told: QueueStatus | None = None
        self.context = context = self._make_context(resources, server, options, emit)
        self.conversions = ConversionService(context)
        self.intake = Intake(context, self.conversions)
        self.registrar = Registrar(context)
        self.pool = TransferPool(context)

    def _make_context(
        self, resources: Resources, server: Server, options: EngineOptions, emit: Callable[[Event], None]
    ) -> EngineContext:
        events = EventBuffer(emit, self._progress, self._when_written)
        conditions = Conditions(self.tell_status)
        return EngineContext(
            resources=resources,
            server=server,
            options=options,
            scheduler=self,
            store=UploadStore(resources, options, self, events, conditions, clock=server.clock),
            events=events,
            conditions=conditions,
            connectivity=Connectivity(conditions, self, resources.retry, options.offline_limit),
            tasks=Tasks(self._task_failed),
            batcher=Batcher(),
            slots=Slots(options.max_concurrent),
            bandwidth=Bandwidth(options.bandwidth_limit),
            meter=RateMeter(),
        )

    # From the beginning to the end

    async def run(self) -> None:
        """Work until `close()`; tasks that run then are cancelled, and the journal keeps what is unfinished.

        Raises:
            BaseException: something broke that nothing can go on without; what is not sent by then stays unsent.
        """
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        loop.set_exception_handler(self._callback_failed)
        self.tell_status()
        try:
            await self._closing.wait()
        finally:
            await self._leave()
            loop.set_exception_handler(before)
        if self.broken is not None:
            raise self.broken

    async def _leave(self) -> None:
        await self.intake.restored()
        self.context.store.writer.write_no_more()
        await self.context.tasks.stop()
        self._stop_running()
        if self.broken is not None:
            self.pause()  # nothing is to look as if it were still being sent
        await self.context.store.writer.write_last(self.intake.end_run(), self.stopped_at, self._ended_deposits())
        self.context.store.writer.close()
        self.context.events.flush()

    def _callback_failed(self, loop: asyncio.AbstractEventLoop, details: dict[str, Any]) -> None:
        """Stop where a callback raised: callbacks take the next step and tell events, so nothing would go on."""
        loop.default_exception_handler(details)
        error = details.get("exception")
        if "handle" in details and error is not None:
            self.break_down(error)

    def _task_failed(self, uploads: Sequence[Upload]) -> None:
        """Let the uploads of a task fail that raised an error nobody foresaw, and tell of it."""
        left = [upload for upload in uploads if not upload.state.finished]
        for upload in left:
            self.drop(upload)
        self.context.store.move_all(left, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))
        if not uploads:
            self.context.events.send(EngineFailed(Reason(Code.INTERNAL_ERROR)))

    def close(self) -> None:
        """Leave: `run()` returns."""
        self._closing.set()

    # What front ends ask for

    @property
    def running(self) -> bool:
        """Whether things go on by themselves: started, and neither paused nor all done."""
        return self._running

    def start_some(self, upload_ids: Iterable[UploadId]) -> None:
        """Send these, and let what waits for Start go on waiting; where everything runs they go with it."""
        batcher = self.context.batcher
        if not self._in_use or (self._running and batcher.only is None):
            return
        if not (self._running or self.context.store.unfinished):
            self.start()
            return
        batcher.only = (batcher.only or set()) | set(upload_ids)
        self._run()

    def start(self) -> None:
        """Begin, or go on after a pause."""
        if not self._in_use:
            return
        self.context.batcher.only = None
        self.paused = False
        self._run()

    def _run(self) -> None:
        self._running = True
        self.stopped_at = None
        self.has_begun = True
        self._start_registered()
        self.tell_status()
        self.wake()

    def try_now(self) -> None:
        """Wait no longer for what is down or busy: ask once more."""
        self.context.connectivity.try_now()
        self.registrar.breaker.probe_again()
        self.pool.breaker.probe_again()
        self.wake()

    def pause(self) -> None:
        """Stop sending; running transfers go back to Registered, from where they begin again."""
        self._stop_running()
        self.paused = True
        self._stop_transfers()
        self.context.meter.rest()
        self.tell_status()

    def cancel(self, uploads: Sequence[Upload]) -> None:
        """Cancel unfinished uploads."""
        for upload in uploads:
            self._stop(upload)
        self.context.store.cancel(uploads)
        self.wake()

    def rest(self) -> None:
        """Send nothing while another server is in use; the rows name this one."""
        self.pause()
        self._in_use = False
        self.context.store.belong_elsewhere(self.context.options.api_url)

    def come_back(self) -> None:
        """Be the server in use again; what is unfinished waits for Start."""
        self._in_use = True
        self.context.store.belong_elsewhere("")
        self._told = None  # another server's status was told meanwhile
        self.tell_status()

    def follow(self, server: Server) -> None:
        """Reach the same server another way: transfers begin again at once, registrations end as they began.

        What failed on the old way counts no longer, and is not waited for.
        """
        self._stop_transfers()
        self.context.server.api.follow(server.api)
        self.context.server.storage.follow(server.storage)
        self.context.store.reset_tries()
        self.context.connectivity.note_activity()
        self.registrar.breaker.probe_again()
        self.pool.breaker.probe_again()
        self._start_registered()
        self.wake()

    def _stop_transfers(self) -> None:
        store = self.context.store
        store.move_all(store.in_states(*SENDING), UploadState.REGISTERED)
        for upload in store.in_states(UploadState.REGISTERED):
            self.pool.stop(upload)

    def _start_registered(self) -> None:
        self.start_transfers(self.context.store.in_states(UploadState.REGISTERED))

    def circumstances(self, anomaly_id: str) -> Circumstances:
        """Return what a receipt of now tells beside its files."""
        facts = self.registrar.lookup.found.get(anomaly_id, AnomalyLookedUp(anomaly_id, Lookup.UNCHECKED))
        return Circumstances(
            server="" if self.context.options.trial else self.context.options.api_url,
            clock_error=self.context.server.clock.error,
            ref=facts.ref,
            title=facts.title,
            site=facts.site,
            depositor=self.depositor,
        )

    def _ended_deposits(self) -> EndedDeposits:
        """Return the uploads that something happened to since the last end, and what their receipts tell."""
        uploads = self.context.store.take_touched()
        offset = utc_offset_at(self.context.server.clock.now() if self.stopped_at is None else self.stopped_at)
        anomalies = {upload.anomaly_id for upload in uploads}
        told = {one: replace(self.circumstances(one), utc_offset=offset) for one in anomalies}
        return tuple(upload.upload_id for upload in uploads), told

    # What the parts ask for

    def wake(self) -> None:
        """See what can be done next, once per turn of the loop."""
        if not self._woken:
            self._woken = True
            asyncio.get_running_loop().call_soon(self._take_next_steps)

    def spawn(
        self, work: Coroutine[None, None, None], running: set[asyncio.Task[None]], uploads: Sequence[Upload] = ()
    ) -> None:
        """Run a coroutine as a task, one of the `running` until it ends; then see what can be done next."""
        task = self.context.tasks.spawn(work, uploads)
        running.add(task)
        task.add_done_callback(running.discard)
        task.add_done_callback(lambda _: self.wake())

    def enqueue(self, uploads: Sequence[Upload]) -> None:
        """Register queued uploads when their turn comes, and send registered ones (resumed with a living URL)."""
        self.context.batcher.add(upload for upload in uploads if upload.state is UploadState.QUEUED)
        self.start_transfers(upload for upload in uploads if upload.state is UploadState.REGISTERED)
        self.wake()

    def start_transfers(self, uploads: Iterable[Upload]) -> None:
        """Send registered uploads as slots free, unless the queue is paused or leaves."""
        if not self._running or self._closing.is_set():
            return
        for upload in filter(self.context.batcher.may_go, uploads):
            self.pool.send(upload)

    def drop(self, upload: Upload) -> None:
        """Stop whatever is being done with an upload and go on with the others; the caller changes its state."""
        self._stop(upload)
        self.wake()

    def give_up(self, code: Code) -> None:
        """Stop for good, because of the condition of that name; its cause tells which case of it this is."""
        if self.gave_up is not None:
            return
        cause = self.context.conditions.causes.get(Condition(code))
        self.gave_up = Reason(code, cause.variant if cause else None)
        self._stop_running()
        self.context.events.send(QueueIdle(self._totals(), self.gave_up))

    def break_down(self, error: BaseException) -> None:
        """Leave at once, for nothing can go on: `run()` raises that error."""
        self.broken = self.broken or error
        self._stop_running()
        self.close()

    def tell_status(self) -> None:
        """Tell the status (`QueueStatus`) where it is not what was told last."""
        conditions = self.context.conditions
        partly = self.context.batcher.only is not None
        status = QueueStatus(self._running, self.intake.walking, conditions.holding, conditions.causes, partly)
        if status != self._told:
            self._told = status
            self.context.events.send(status)

    def _stop_running(self) -> None:
        if self._running:
            self.stopped_at = self.context.server.clock.now()
        self._running = False
        self.context.batcher.only = None

    def _stop(self, upload: Upload) -> None:
        self.context.batcher.discard(upload)
        self.conversions.stop(upload)
        self.pool.stop(upload)

    # What can be done next

    def _take_next_steps(self) -> None:
        self._woken = False
        self.tell_status()
        if self._closing.is_set() or not self._running:
            return
        self.registrar.fill(whole=self._may_wait_for_more())
        self.pool.probe()
        if not self.intake.busy and not self.context.store.unfinished:
            if self.context.store.writer.all_written():
                self._became_idle()
        elif not self.intake.busy and self._some_are_done():
            self._stop_running()
            self.context.meter.rest()
            self.tell_status()
        elif self._stuck_on_sign_in():
            self.give_up(Code.SIGN_IN)

    def _some_are_done(self) -> bool:
        """Return whether all that went while the others wait for Start has come to an end."""
        only, store = self.context.batcher.only, self.context.store
        if only is None:
            return False
        done = [one for one in only if (upload := store.get(one)) is None or upload.state.finished]
        only.difference_update(done)
        return not only

    def _may_wait_for_more(self) -> bool:
        """Return whether batches should fill up: a drop is still scanned, and no slot has stood idle for too long."""
        context = self.context
        if not self.intake.walking or not len(context.batcher):
            self._idle_since = None
            return self.intake.walking
        if context.slots.free <= context.store.count(UploadState.REGISTERING, UploadState.REGISTERED):
            self._idle_since = None
            return True
        loop = asyncio.get_running_loop()
        if self._idle_since is None:
            self._idle_since = loop.time()
            loop.call_later(IDLE_SLOT_SECONDS, self.wake)
        return loop.time() - self._idle_since < IDLE_SLOT_SECONDS

    def _became_idle(self) -> None:
        self._stop_running()
        self.context.meter.rest()
        self.context.store.writer.end_run(self.intake.end_run(), self.stopped_at, self._ended_deposits())
        self.context.tasks.spawn(self._tell_idle())

    async def _tell_idle(self) -> None:
        """Tell that all is done, once that is in the journal and the files of ours that nobody needs are gone."""
        context = self.context
        await context.store.writer.saved()
        await context.resources.journal.call(lambda _: context.resources.own_files.tidy())
        context.resources.journal.drain()
        if not self._running:  # else it was started again meanwhile
            self.tell_status()
            context.events.send(QueueIdle(self._totals()))

    def _stuck_on_sign_in(self) -> bool:
        """Return whether nothing can go on: nobody can sign in (headless), and what was registered has been sent."""
        if self.context.options.asks_for_sign_in or Condition.SIGN_IN not in self.context.conditions:
            return False
        return not (self.intake.busy or self.pool.running or self.registrar.look_ahead.calls)

    # What front ends are told

    def _when_written(self, tell: Callable[[], None]) -> None:
        self.context.store.writer.then(tell)

    def _progress(self) -> Progress | None:
        """Return how far things are, None while the list is empty."""
        if not self.context.store.size:
            return None
        return Progress(self.pool.progress(time.monotonic()), self._totals())

    def _totals(self) -> Totals:
        """Return the sums over the list; speed and time left only while the queue runs."""
        now, store = time.monotonic(), self.context.store
        total, failed = store.bytes_in(*UploadState) - store.bytes_in(*NOT_TO_SEND), store.bytes_in(UploadState.FAILED)
        done = store.bytes_in(UploadState.UPLOADED) + self.pool.bytes_under_way
        return Totals(
            files=store.size,
            files_finished=store.size - store.unfinished,
            bytes_total=total,
            bytes_done=min(done, total),
            speed=self.context.meter.speed(now) if self._running else 0.0,
            seconds_left=self._seconds_left(now, max(0, total - done - failed)) if self._running else None,
        )

    def _seconds_left(self, now: float, size: int) -> float | None:
        files, call_seconds = self.context.store.unfinished, self.registrar.look_ahead.call_seconds
        return self.context.meter.seconds_left(now, size, files, call_seconds=call_seconds)
