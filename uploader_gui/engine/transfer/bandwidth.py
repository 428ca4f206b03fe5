"""How many bytes per second all transfers together may send: one bucket they all draw from, before each piece.

Changed by `queue.py`, drawn from in `transfer.py`. A new limit counts at once, also for whoever is waiting.
"""

from __future__ import annotations

import asyncio
import math
from typing import Final

SAVED_SECONDS: Final = 0.25
"""How long unused bandwidth is kept: timers that wake late lose nothing, and no burst is felt."""
_PIECE_SECONDS: Final = 0.1
_SMALLEST_PIECE: Final = 1024


class Bandwidth:
    """A limit in bytes per second; 0 means none."""

    def __init__(self, limit: float = 0.0) -> None:
        self._limit = limit
        self._free_at = -math.inf
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    def change(self, limit: float) -> None:
        """Set another limit; what was borrowed under the old one is forgiven."""
        self._limit = limit
        self._free_at = -math.inf
        self._changed.set()

    def piece(self, wanted: int) -> int:
        """Give how many bytes to hand out at once: little under a limit, so that bars move and everybody gets some."""
        if not self._limit:
            return wanted
        return min(wanted, max(_SMALLEST_PIECE, int(self._limit * _PIECE_SECONDS)))

    async def take(self, count: int) -> None:
        """Return when so many bytes may go; whoever asked first goes first."""
        if not self._limit:
            return
        async with self._turn:
            await self._wait()
            if self._limit:
                earliest = asyncio.get_running_loop().time() - SAVED_SECONDS
                self._free_at = max(self._free_at, earliest) + count / self._limit

    async def _wait(self) -> None:
        """Wait until the bytes before have had their time, or the limit has changed."""
        while (left := self._free_at - asyncio.get_running_loop().time()) > 0:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return
