"""Keeps the machine awake while a run without a window has something to send. Used by `headless.py`.

What is over in a moment asks nothing of the desktop, and never loads what would ask it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.events import Progress, QueueIdle, QueueStatus
from uploader_gui.platform.keep_awake import KeepAwake

if TYPE_CHECKING:
    from uploader_gui.engine.events import Event

AFTER_SECONDS: Final = 3.0
"""wakepy takes as long to load as a small run to end."""


class HeadlessAwake:
    """Hears a run's events, on its loop. `after` seconds of work, and it begins."""

    def __init__(self, awake: KeepAwake | None = None, *, after: float = AFTER_SECONDS) -> None:
        self._awake = awake or KeepAwake()
        self._after = after
        self._running = False
        self._left = 0
        self._begins: asyncio.TimerHandle | None = None

    def hear(self, event: Event) -> None:
        """Learn whether something is left to send."""
        match event:
            case QueueStatus():
                self._running = event.running
            case Progress():
                self._left = event.totals.files - event.totals.files_finished
            case QueueIdle():
                self._running = False
            case _:
                return
        if not (self._running and self._left):
            self._rest()
        elif self._begins is None:
            self._begins = asyncio.get_running_loop().call_later(self._after, self._awake.want, True)

    def close(self) -> None:
        """The run is over."""
        self._rest()
        self._awake.close()

    def _rest(self) -> None:
        if self._begins is not None:
            self._begins.cancel()
            self._begins = None
        self._awake.want(False)
