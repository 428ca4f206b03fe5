"""What goes on when: every part that has done something pokes, and then it is seen what can be done next.

Owned by `queue.py`, which passes on what front ends ask; the parts (`parts.py`) ask it through `SchedulerPort`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, QueueIdle
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.parts import SENDING, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uploader_gui.engine.events import Event, Progress
    from uploader_gui.engine.models import Upload
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.parts import Services

IDLE_SLOT_SECONDS: Final = 1.0
"""While files are still being found, a batch waits to be full, but no slot stands idle for longer than this."""


class Scheduler:
    """The way of all uploads, from being ready to being sent.

    Attributes:
        parts: who does it.
        has_begun: true from the first start on.
        paused: it rests because somebody wanted that, not because all was done.
        gave_up: why it stopped for good (headless), None while it has not.
    """

    def __init__(self, services: Services, options: EngineOptions, emit: Callable[[Event], None]) -> None:
        self._asks_for_sign_in = options.asks_for_sign_in
        self._running = False
        self._resting = False
        self.has_begun = False
        self.paused = False
        self.gave_up: Reason | None = None
        self._closing = asyncio.Event()
        self._broken: BaseException | None = None
        self._woken = False
        self._idle_since: float | None = None
        self.parts = Parts(services, options, emit, self)

    async def run(self) -> None:
        """Work until `close()`; whatever runs then is dropped, and the journal keeps it.

        Raises:
            BaseException: the queue broke down: what is not sent by then stays unsent.
        """
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        loop.set_exception_handler(self._callback_broke)
        self.tell_status()
        try:
            await self._closing.wait()
        finally:
            await self._leave()
            loop.set_exception_handler(before)
        if self._broken is not None:
            raise self._broken

    async def _leave(self) -> None:
        await self.parts.tasks.stop()
        if self._broken is not None:
            self.pause()  # nothing is to look as if it were still being sent
        self.parts.store.write_last()
        self._end_run()
        self.parts.events_out.flush()
        self.parts.store.close()

    def _callback_broke(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What looks for the next step, or tells what was done, is a callback: where it breaks, nothing goes on."""
        loop.default_exception_handler(context)
        error = context.get("exception")
        if "handle" in context and error is not None:
            self.break_down(error)

    def close(self) -> None:
        """Leave: `run()` returns."""
        self._closing.set()

    def start(self) -> None:
        """Begin, or go on after a pause."""
        if self._resting:
            return
        self._running = True
        self.paused = False
        self.has_begun = True
        self.send(self.parts.in_states(UploadState.REGISTERED))
        self.tell_status()
        self.wake()

    def pause(self) -> None:
        """Stop sending; what was under way goes back to where it can begin again."""
        self._running = False
        self.paused = True
        self._stop_transfers()
        self.parts.meter.rest()
        self.tell_status()

    @property
    def running(self) -> bool:
        """Whether things go on by themselves: started, and neither paused nor all done."""
        return self._running

    def cancel(self, uploads: Iterable[Upload]) -> None:
        """Cancel unfinished uploads."""
        for upload in uploads:
            self.parts.take_out(upload)
            # The service may register it all the same: whoever asks for it again may double it.
            upload.url_given_out |= upload.state is UploadState.REGISTERING
        self.parts.store.move_all(uploads, UploadState.CANCELLED)
        self.wake()

    # Another server, or another way to this one

    def rest(self, server: str) -> None:
        """Send nothing while another server is in use; the rows name theirs."""
        self.pause()
        self._resting = True
        self.parts.store.belong_elsewhere(server)

    def come_back(self) -> None:
        """Be the one in use (again): what waits, waits for Start."""
        self._resting = False
        self.parts.store.belong_elsewhere("")
        self.parts.progress_reporter.forget()
        self.tell_status()

    def follow(self, services: Services) -> None:
        """Reach the same server another way: transfers begin again at once, registrations end as they began."""
        self._stop_transfers()
        self.parts.follow(services)
        self.send(self.parts.in_states(UploadState.REGISTERED))
        self.wake()

    def _stop_transfers(self) -> None:
        parts = self.parts
        parts.store.move_all(parts.in_states(*SENDING), UploadState.REGISTERED)
        for upload in parts.in_states(UploadState.REGISTERED):
            parts.pool.stop(upload)

    # What the parts ask

    def wake(self) -> None:
        """See what can be done next, once per turn of the loop."""
        if not self._woken:
            self._woken = True
            asyncio.get_running_loop().call_soon(self._pump)

    def ready(self, uploads: list[Upload]) -> None:
        """Take uploads that are to be registered, or (taken up again) to be sent."""
        self.parts.batcher.add(upload for upload in uploads if upload.state is UploadState.QUEUED)
        if self._running:
            self.send([upload for upload in uploads if upload.state is UploadState.REGISTERED])
        self.wake()

    def send(self, uploads: Iterable[Upload]) -> None:
        """Send registered uploads, unless the queue is paused or leaves."""
        if not self._running or self._closing.is_set():
            return
        for upload in uploads:
            self.parts.pool.send(upload)

    def give_up(self, code: Code) -> None:
        """Stop for good."""
        if self.gave_up is not None:
            return
        self.gave_up = Reason(code)
        self._running = False
        self.parts.events_out.send(QueueIdle(self.parts.progress_reporter.totals(running=False), self.gave_up))

    def break_down(self, error: BaseException) -> None:
        """Leave at once, for nothing can go on: `run()` ends with that error."""
        self._broken = self._broken or error
        self._running = False
        self.close()

    def tell_status(self) -> None:
        """Tell what of the queue's status is new."""
        self.parts.progress_reporter.status(running=self._running, walking=self.parts.intake.walking)

    def progress(self) -> Progress | None:
        """Give how far things are, None while the list is empty."""
        return self.parts.progress_reporter.progress(running=self._running)

    # What can be done next

    def _pump(self) -> None:
        self._woken = False
        self.tell_status()
        if self._closing.is_set() or not self._running:
            return
        self.parts.registrar.pump(whole=self._may_wait_for_more())
        self.parts.pool.pump()
        if not self.parts.intake.busy and not self.parts.store.unfinished:
            if self.parts.store.all_written():
                self._became_idle()
        elif self._stuck_on_sign_in():
            self.give_up(Code.SIGN_IN)

    def _may_wait_for_more(self) -> bool:
        """While a drop is walked, batches fill up, unless a slot has stood idle for too long."""
        parts = self.parts
        if not parts.intake.walking or not len(parts.batcher):
            self._idle_since = None
            return parts.intake.walking
        if parts.slots.free <= parts.store.count(UploadState.REGISTERING, UploadState.REGISTERED):
            self._idle_since = None
            return True
        loop = asyncio.get_running_loop()
        if self._idle_since is None:
            self._idle_since = loop.time()
            loop.call_later(IDLE_SLOT_SECONDS, self.wake)
        return loop.time() - self._idle_since < IDLE_SLOT_SECONDS

    def _became_idle(self) -> None:
        self._running = False
        self.parts.meter.rest()
        self._end_run()
        self.parts.store.drain()
        self.parts.own_files.tidy()
        self.tell_status()
        self.parts.events_out.send(QueueIdle(self.parts.progress_reporter.totals(running=False)))

    def _end_run(self) -> None:
        self.parts.store.end_run(self.parts.intake.end_run())

    def _stuck_on_sign_in(self) -> bool:
        """Nobody can sign in (headless), and what was registered has been sent."""
        parts = self.parts
        if self._asks_for_sign_in or Condition.SIGN_IN not in parts.conditions:
            return False
        return not (parts.intake.busy or parts.pool.running or parts.registrar.calls)
