"""Coroutines on the window's thread, and calls beside it. Made by `program.py`, used by its parts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

log = logging.getLogger(__name__)


class UiTasks:
    """`broke` is called after an error nobody foresaw; it is in the log then."""

    def __init__(self, loop: asyncio.AbstractEventLoop, broke: Callable[[], None]) -> None:
        self._loop = loop
        self._broke = broke
        self._tasks: set[asyncio.Task[None]] = set()

    async def in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Give what a call gives that may block."""
        return await self._loop.run_in_executor(None, call, *arguments)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else."""
        task = self._loop.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("internal error")
            self._broke()
