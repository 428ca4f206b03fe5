"""The queue: owns every upload from being added to its receipt. The engine's one long-running coroutine.

Front ends call its plain methods on the engine's thread (through `worker.py`) and hear events. Its parts: `intake`
takes files in, `registrar` registers them, `sender` sends them, `ledger` writes down. It decides what goes on when.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uploader_gui.engine import receipt
from uploader_gui.engine.api import Tokens
from uploader_gui.engine.batcher import Batcher
from uploader_gui.engine.conditions import Conditions, Link
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import (
    Condition,
    EngineFailed,
    Progress,
    QueueIdle,
    QueueStatus,
    ReceiptBuilt,
    Totals,
    UploadsRemoved,
)
from uploader_gui.engine.history import History
from uploader_gui.engine.intake.intake import Intake
from uploader_gui.engine.ledger import Ledger
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.outbox import Outbox
from uploader_gui.engine.pace.bandwidth import Bandwidth
from uploader_gui.engine.pace.meter import RateMeter
from uploader_gui.engine.pace.slots import Slots
from uploader_gui.engine.registrar import Registrar
from uploader_gui.engine.retry import RetryPolicy
from uploader_gui.engine.sender import Book, Sender
from uploader_gui.engine.substitutes.preparation import Preparation
from uploader_gui.engine.transfer import Means
from uploader_gui.engine.treatments import offered

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from pathlib import Path

    from uploader_gui.engine.api import ApiClient
    from uploader_gui.engine.clock import ServerClock
    from uploader_gui.engine.events import Event
    from uploader_gui.engine.journal import Journal
    from uploader_gui.engine.models import Treatment, Upload, UploadId
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.runs import RunKey
    from uploader_gui.engine.storage import StorageClient
    from uploader_gui.engine.substitutes.folder import Substitutes
    from uploader_gui.engine.threads import DaemonThreads
    from uploader_gui.engine.treatments import Choices

log = logging.getLogger(__name__)

IDLE_SLOT_SECONDS = 1.0
"""While files are still being found, a batch waits to be full, but no slot stands idle for longer than this."""
_SENDING = (UploadState.UPLOADING, UploadState.CONFIRMING, UploadState.RETRYING)
_NO_BYTES = (UploadState.REFUSED, UploadState.SKIPPED, UploadState.CANCELLED, UploadState.FAILED)


@dataclass(frozen=True, slots=True)
class Services:
    """What a queue works with."""

    journal: Journal
    substitutes: Substitutes
    api: ApiClient
    storage: StorageClient
    clock: ServerClock
    threads: DaemonThreads
    policy: RetryPolicy = RetryPolicy()  # noqa: RUF009 - frozen


class UploadQueue:
    """All uploads of one run.

    Attributes:
        history: what earlier runs left in the journal, and saving receipts.
    """

    def __init__(self, services: Services, options: EngineOptions, emit: Callable[[Event], None]) -> None:
        self._options = options
        self._started_at = time.time()
        self._running = False
        self._gave_up: Reason | None = None
        self._told: QueueStatus | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self._poked = False
        self._idle_since: float | None = None
        self._was_busy = False
        self._clock = services.clock
        self._meter = RateMeter()
        self._batcher = Batcher()
        self._slots = Slots(options.max_concurrent)
        self._bandwidth = Bandwidth(options.bandwidth_limit)
        self._outbox = Outbox(emit, self._progress, lambda: self._ledger.write())  # noqa: PLW0108 - it is made below
        self._conditions = Conditions(self._tell_status)
        self._link = Link(
            self._conditions,
            services.policy,
            limit=options.offline_limit,
            gave_up=lambda: self._give_up(Code.OFFLINE),
        )
        self._ledger = Ledger(
            services.journal,
            self._outbox,
            self._conditions,
            api_url=options.api_url,
            program=options.program,
            let_go=lambda substitute: services.substitutes.discard(substitute.sent.path),
        )
        self._preparation = self._make_preparation(services)
        self._intake = self._make_intake(services)
        self._registrar = self._make_registrar(services)
        self._sender = self._make_sender(services)
        self.history = History(self._ledger, options, self._outbox, threads=services.threads, spawn=self._spawn)

    async def run(self) -> None:
        """Work until `close()`; whatever runs then is dropped, and the journal keeps it.

        An error that nobody foresaw is a bug: it is logged, and the queue goes on without that one step.
        """
        self._tell_status()
        try:
            await self._closing.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=1.0)
            self._end_run()
            self._outbox.flush()

    def close(self) -> None:
        """Leave: `run()` returns."""
        self._closing.set()

    # What front ends ask for

    def add_paths(self, paths: Sequence[Path], anomaly_id: str) -> None:
        """Take in files and folders for an anomaly; they are sent at once where the queue runs."""
        self._intake.add_paths(paths, anomaly_id)
        self._tell_status()

    def resume(self, anomaly_id: str | None = None) -> int:
        """Take up what the journal holds unfinished (for one anomaly, or all), and give how many that are."""
        return self._intake.resume(anomaly_id)

    def start(self) -> None:
        """Begin, or go on after a pause."""
        self._running = True
        self._was_busy = True
        self._send_registered()
        self._tell_status()
        self._poke()

    def pause(self) -> None:
        """Stop sending; what was under way goes back to where it can begin again."""
        self._running = False
        for upload in self._in_states(*_SENDING):
            self._sender.stop(upload)
            self._ledger.move(upload, UploadState.REGISTERED)
        for upload in self._in_states(UploadState.REGISTERED):
            self._sender.stop(upload)
        self._meter.rest()
        self._tell_status()

    def cancel(self, upload_ids: Iterable[UploadId]) -> None:
        """Cancel unfinished uploads; finished ones stay what they are."""
        chosen = [upload for upload in self._those(upload_ids) if not upload.state.finished]
        for upload in chosen:
            self._batcher.discard(upload)
            self._preparation.stop(upload)
            self._sender.stop(upload)
            # The service may register it all the same: whoever asks for it again may double it.
            upload.url_given_out |= upload.state is UploadState.REGISTERING
        self._ledger.move_all(chosen, UploadState.CANCELLED)
        self._poke()

    def cancel_all(self) -> None:
        """Cancel everything unfinished."""
        self.cancel([upload.upload_id for upload in self._ledger])

    def retry(self, upload_ids: Iterable[UploadId]) -> None:
        """Send failed, cancelled and refused uploads again, after another look at their files."""
        wanted = (UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED)
        self._intake.look_again(upload for upload in self._those(upload_ids) if upload.state in wanted)
        self.start()

    def retry_failed(self) -> None:
        """Send every failed upload again."""
        self.retry([upload.upload_id for upload in self._in_states(UploadState.FAILED)])

    def send_again(self, upload_ids: Iterable[UploadId], *, start: bool = True) -> None:
        """Send uploads that were left out because they had been uploaded before; without `start` they wait for it."""
        chosen = [upload for upload in self._those(upload_ids) if upload.state is UploadState.SKIPPED]
        for upload in chosen:
            upload.wanted_again = True
        accepted = [upload for upload in chosen if upload.source.media_type]
        self._ledger.move_all(accepted, UploadState.QUEUED)
        self._ready(accepted)
        self._intake.look_again(upload for upload in chosen if not upload.source.media_type)
        if start:
            self.start()

    def treat(self, upload_ids: Iterable[UploadId], treatment: Treatment) -> None:
        """Make files of a refused type acceptable this way; they are sent once that is done, if the queue runs."""
        had_ended = self._was_busy and not self._ledger.unfinished  # that is no pause
        chosen = [upload for upload in self._those(upload_ids) if treatment in offered(upload.snapshot())]
        for upload in chosen:
            self._ledger.resized(upload, upload.source.size)
            upload.treatment, upload.substitute, upload.presigned = treatment, None, None
        self._ledger.move_all(chosen, UploadState.PREPARING)
        self._preparation.begin(chosen)
        if had_ended:
            self.start()

    def choose(self, choices: Choices) -> None:
        """Do this from now on with files of refused types, without asking."""
        self._preparation.choices = choices

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Take rows out of the list, cancelling what is unfinished; the receipt still knows them."""
        chosen = list(upload_ids)
        self.cancel(chosen)
        self._ledger.remove(self._those(chosen))
        self._outbox.send(UploadsRemoved(tuple(chosen)))

    def clear_finished(self) -> None:
        """Take out what needs nobody any more; failed and refused files stay to be seen."""
        done = self._in_states(UploadState.UPLOADED, UploadState.SKIPPED, UploadState.CANCELLED)
        self.remove([upload.upload_id for upload in done])

    def sign_in(self, bearer: str, session: str) -> None:
        """Use these tokens from now on: what the old ones held up goes on, what they were denied is tried again."""
        self._registrar.sign_in(Tokens(bearer, session))
        failed = self._in_states(UploadState.FAILED)
        if ids := [upload.upload_id for upload in failed if upload.reason and upload.reason.code is Code.NO_ACCESS]:
            self.retry(ids)

    def sign_out(self) -> None:
        """Forget the tokens: what is registered is still sent, the rest waits for sign-in."""
        self._registrar.sign_out()

    def resize(self, max_concurrent: int) -> None:
        """Change how many transfers run at once."""
        self._slots.resize(max_concurrent)

    def limit(self, bytes_per_second: float) -> None:
        """Change how much all transfers together may send; 0 means no limit."""
        self._bandwidth.change(bytes_per_second)

    def tell_receipt(self, anomaly_id: str) -> None:
        """Tell this run's receipt (`ReceiptBuilt`) for that anomaly, or where it got nothing for the last one that did.

        A receipt speaks of one anomaly: it is the evidence of one deposit.
        """
        listed = [upload.anomaly_id for upload in self._ledger.everything()]
        chosen = anomaly_id if anomaly_id in listed or not listed else listed[-1]
        self._outbox.send(ReceiptBuilt(self.receipt(chosen)))

    def send_past_again(self, key: RunKey) -> None:
        """Send what failed in a past run again: back onto the list, after another look at the files."""
        failed = self.history.failed(key)
        fresh = [upload for upload in failed if self._ledger.may_take_up(upload)]
        for upload in fresh:
            upload.attempts = 0  # a new run counts anew
        self._ledger.add(fresh, recorded=True)
        self.retry([upload.upload_id for upload in failed])

    def receipt(self, anomaly_id: str) -> dict[str, object]:
        """Give the run's receipt for one anomaly ("": for all) as plain values."""
        run = receipt.Run(
            program=self._options.program,
            anomaly_id=anomaly_id,
            started_at=self._started_at,
            uploads=[u for u in self._ledger.everything() if anomaly_id in {"", u.anomaly_id}],
            junk=self._intake.junk,
            describe=self._options.describe,
            gave_up=self._gave_up,
        )
        return receipt.build(run, time.time())

    @property
    def unsent(self) -> Counter[UploadState]:
        """How many uploads of this run are not stored, by state."""
        stored = (UploadState.UPLOADED, UploadState.SKIPPED)
        return Counter(upload.state for upload in self._ledger.everything() if upload.state not in stored)

    @property
    def others_unfinished(self) -> int:
        """How many unfinished uploads of this service the journal holds that this run did not take up."""
        return self._intake.others_unfinished

    # What goes on when

    def _poke(self) -> None:
        """See what can be done next, once per turn of the loop."""
        if not self._poked:
            self._poked = True
            asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        self._poked = False
        self._tell_status()
        if self._closing.is_set() or not self._running:
            return
        self._registrar.pump(whole=self._may_wait_for_more())
        if not self._intake.busy and not self._ledger.unfinished:
            self._became_idle()
        elif self._stuck_on_sign_in():
            self._give_up(Code.SIGN_IN)

    def _may_wait_for_more(self) -> bool:
        """While a drop is walked, batches fill up, unless a slot has stood idle for too long."""
        if not self._intake.walking or not len(self._batcher):
            self._idle_since = None
            return self._intake.walking
        if self._slots.free <= self._ledger.count(UploadState.REGISTERING, UploadState.REGISTERED):
            self._idle_since = None
            return True
        loop = asyncio.get_running_loop()
        if self._idle_since is None:
            self._idle_since = loop.time()
            loop.call_later(IDLE_SLOT_SECONDS, self._poke)
        return loop.time() - self._idle_since < IDLE_SLOT_SECONDS

    def _became_idle(self) -> None:
        self._running = False
        self._meter.rest()
        self._end_run()
        self._ledger.drain()
        self._tell_status()
        self._outbox.send(QueueIdle(self._totals()))

    def _end_run(self) -> None:
        self._ledger.end_run(self._intake.end_run())

    def _stuck_on_sign_in(self) -> bool:
        """Nobody can sign in (headless), and what was registered has been sent."""
        if self._options.asks_for_sign_in or Condition.SIGN_IN not in self._conditions:
            return False
        return not (self._intake.busy or self._sender.running or self._registrar.calls)

    def _give_up(self, code: Code) -> None:
        if self._gave_up is not None:
            return
        self._gave_up = Reason(code)
        self._running = False
        self._outbox.send(QueueIdle(self._totals(), self._gave_up))

    def _ready(self, uploads: list[Upload]) -> None:
        """Uploads are ready to be registered, or (taken up again) to be sent."""
        self._batcher.add(upload for upload in uploads if upload.state is UploadState.QUEUED)
        if self._running:
            self._send([upload for upload in uploads if upload.state is UploadState.REGISTERED])
        self._poke()

    def _send_registered(self) -> None:
        self._send(self._in_states(UploadState.REGISTERED))

    def _send(self, uploads: Iterable[Upload]) -> None:
        if not self._running or self._closing.is_set():
            return
        for upload in uploads:
            self._sender.send(upload)

    def _in_states(self, *states: UploadState) -> list[Upload]:
        return [upload for upload in self._ledger if upload.state in states]

    def _those(self, upload_ids: Iterable[UploadId]) -> list[Upload]:
        found = (self._ledger.get(upload_id) for upload_id in upload_ids)
        return [upload for upload in found if upload is not None]

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it would never be awaited
        return task

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("internal error")
            self._outbox.send(EngineFailed(Reason(Code.INTERNAL_ERROR)))

    # What is told

    def _tell_status(self) -> None:
        status = QueueStatus(self._running, self._intake.walking, self._conditions.holding)
        if status != self._told:
            self._told = status
            self._outbox.send(status)

    def _progress(self) -> Progress | None:
        if not self._ledger.size:
            return None
        return Progress(self._sender.progress(time.monotonic()), self._totals())

    def _totals(self) -> Totals:
        now, ledger = time.monotonic(), self._ledger
        total = ledger.bytes_in(*UploadState) - ledger.bytes_in(*_NO_BYTES)
        done = ledger.bytes_in(UploadState.UPLOADED) + self._sender.bytes_under_way
        left = ledger.unfinished
        return Totals(
            files=ledger.size,
            files_finished=ledger.size - left,
            files_uploaded=ledger.count(UploadState.UPLOADED),
            bytes_total=total,
            bytes_done=min(done, total),
            speed=self._meter.rates(now)[0] if self._running else 0.0,
            seconds_left=self._meter.seconds_left(now, max(0, total - done), left) if self._running else None,
        )

    # How it is put together

    def _make_intake(self, services: Services) -> Intake:
        return Intake(
            ledger=self._ledger,
            batcher=self._batcher,
            threads=services.threads,
            clock=services.clock,
            outbox=self._outbox,
            preparation=self._preparation,
            api_url=self._options.api_url,
            skip_uploaded=self._options.skip_uploaded,
            spawn=self._spawn,
            ready=self._ready,
            poke=self._poke,
        )

    def _make_preparation(self, services: Services) -> Preparation:
        return Preparation(
            substitutes=services.substitutes,
            ledger=self._ledger,
            threads=services.threads,
            choices=self._options.choices,
            spawn=self._spawn,
            ready=self._ready,
            poke=self._poke,
        )

    def _make_registrar(self, services: Services) -> Registrar:
        return Registrar(
            api=services.api,
            batcher=self._batcher,
            ledger=self._ledger,
            slots=self._slots,
            policy=services.policy,
            conditions=self._conditions,
            link=self._link,
            outbox=self._outbox,
            rates=lambda: self._meter.rates(time.monotonic()),
            spawn=self._spawn,
            registered=self._send,
            poke=self._poke,
        )

    def _make_sender(self, services: Services) -> Sender:
        means = Means(
            storage=services.storage,
            slots=self._slots,
            threads=services.threads,
            policy=services.policy,
            clock=services.clock,
            bandwidth=self._bandwidth,
            rate=self._rate_per_slot,
        )
        book = Book(self._ledger, self._outbox, self._conditions, self._link, self._meter)
        return Sender(means, book, batcher=self._batcher, spawn=self._spawn, again=self._send, poke=self._poke)

    def _rate_per_slot(self) -> float:
        sending = max(1, self._ledger.count(*_SENDING))
        return self._meter.rates(time.monotonic())[0] / sending
