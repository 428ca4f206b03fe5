"""The asyncio tasks of a queue: none fails unheard, and none outlives it. Made in `parts.py`."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from uploader_gui.engine.models import Upload

log = logging.getLogger(__name__)

_STOPPING_SECONDS: Final = 1.0


class Spawn(Protocol):
    """See `Tasks.spawn`."""

    def __call__(self, work: Coroutine[None, None, None], uploads: Sequence[Upload] = ()) -> asyncio.Task[None]:
        """Let a coroutine run that these uploads depend on."""


class Tasks:
    """What runs now. An error that nobody foresaw is a bug: it is logged, and the others go on.

    `failed` hears which uploads the task was working on: nobody else would ever do anything with them.
    """

    def __init__(self, failed: Callable[[Sequence[Upload]], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None], uploads: Sequence[Upload] = ()) -> asyncio.Task[None]:
        """Let a coroutine run that these uploads depend on."""
        task = asyncio.create_task(_alone(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda ended: self._look_at(ended, uploads))
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it would never be awaited
        return task

    async def stop(self) -> None:
        """Cancel them all, and wait a moment for them to end."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_STOPPING_SECONDS)

    def _look_at(self, ended: asyncio.Task[None], uploads: Sequence[Upload]) -> None:
        """Not by `except`: what libraries written in Rust raise when they break is no `Exception`."""
        error = None if ended.cancelled() else ended.exception()
        if error is not None:
            log.error("internal error", exc_info=error)
            self._failed(uploads)


async def _alone(work: Coroutine[None, None, None]) -> None:
    await work
