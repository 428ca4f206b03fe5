"""Tasks and threads of the engine: no asyncio task fails unheard or outlives its queue; no thread is ever joined."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from uploader_gui.engine.models import Upload

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Call = tuple["Future[object]", "Callable[[], object]"]

_STOPPING_SECONDS: Final = 1.0
NICENESS: Final = 10
"""A tenth of the weight of a thread with 0; at 5 the window still waited longer than at 10, at 19 no less."""


class Tasks:
    """The running tasks. An error that nobody foresaw is a bug: it is logged, and the other tasks go on.

    `failed` is called with the uploads such a task was working on: no other task would ever go on with them.
    """

    def __init__(self, failed: Callable[[Sequence[Upload]], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None], uploads: Sequence[Upload] = ()) -> asyncio.Task[None]:
        """Run a coroutine as a task; these uploads fail where it raises."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda ended: self._report_error(ended, uploads))
        return task

    async def stop(self) -> None:
        """Cancel them all, and wait a moment for them to end."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_STOPPING_SECONDS)

    def _report_error(self, ended: asyncio.Task[None], uploads: Sequence[Upload]) -> None:
        # Not by `except Exception`: what a library written in Rust raises when it panics is no Exception.
        error = None if ended.cancelled() else ended.exception()
        if error is None:
            return
        if len(uploads) == 1:
            log.error("upload %.8s: internal error", uploads[0].upload_id, exc_info=error)
        else:
            log.error("internal error", exc_info=error)
        self._failed(uploads)


def give_way() -> None:
    """Lower the priority of this thread and those it starts below the window's thread.

    Reading, hashing and encrypting fill every core there is; the window needs little, but needs it at once. Only Linux
    has priorities per thread; Windows favours the window in front by itself.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # a process that is nicer already may not go back
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class DaemonThreads(ThreadPoolExecutor):
    """An executor that grows when its threads are stuck and never joins them."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)  # the inherited pool stays unused; asyncio wants this very type
        self._idle: list[SimpleQueue[Call | None]] = []
        self._count = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` in an idle thread, or in a new one where all are busy."""
        future: Future[T] = Future()
        inbox = self._idle.pop() if self._idle else self._start_thread()
        inbox.put((future, lambda: fn(*args, **kwargs)))  # type: ignore[arg-type]  # Future is invariant
        return future

    async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` in a thread and return its result."""
        return await asyncio.wrap_future(self.submit(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Executor's own signature
        """End the idle threads; stuck ones are left behind."""
        while self._idle:
            self._idle.pop().put(None)

    def _start_thread(self) -> SimpleQueue[Call | None]:
        inbox: SimpleQueue[Call | None] = SimpleQueue()
        self._count += 1
        name = f"uploader-reader-{self._count}"
        threading.Thread(target=self._serve, args=(inbox,), name=name, daemon=True).start()
        return inbox

    def _serve(self, inbox: SimpleQueue[Call | None]) -> None:
        while (call := inbox.get()) is not None:
            future, run = call
            del call
            settle = _run(future, run) if future.set_running_or_notify_cancel() else None
            del future, run
            self._idle.append(inbox)  # before the future is settled: its reader may submit the next call at once
            if settle is not None:
                settle()
                del settle


class SerialThread:
    """One daemon thread that makes calls in the order in which one other thread submits them; it is never joined."""

    def __init__(self, name: str) -> None:
        self._inbox: SimpleQueue[Call | None] = SimpleQueue()
        self._submitted = self._made = 0
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    @property
    def is_busy(self) -> bool:
        """Whether a call is being made, or waits for its turn."""
        return self._submitted != self._made

    @property
    def has_more(self) -> bool:
        """Whether a call waits for its turn."""
        return not self._inbox.empty()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Make a call after those submitted before."""
        future: Future[T] = Future()
        self._submitted += 1
        self._inbox.put((future, lambda: fn(*args, **kwargs)))  # type: ignore[arg-type]  # Future is invariant
        return future

    def shutdown(self) -> None:
        """End the thread after the calls submitted so far."""
        self._inbox.put(None)

    def _serve(self) -> None:
        while (call := self._inbox.get()) is not None:
            future, run = call
            if future.set_running_or_notify_cancel():
                _run(future, run)()
            del call, future, run
            self._made += 1


def _run(future: Future[object], run: Callable[[], object]) -> Callable[[], None]:
    """Run the call, and return a function that settles the future with its outcome."""
    try:
        result = run()
    except BaseException as error:  # noqa: BLE001 - the task that awaits the future gets it, whatever it is
        return partial(future.set_exception, _for_a_future(error))
    return partial(future.set_result, result)


def _for_a_future(error: BaseException) -> BaseException:
    """Return an error that `except Exception` catches: a library written in Rust raises another kind when it panics.

    A future of asyncio cannot hold a StopIteration: its reader would wait for ever.
    """
    if isinstance(error, Exception | SystemExit | KeyboardInterrupt) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")
