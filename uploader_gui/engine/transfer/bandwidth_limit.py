"""How many bytes per second all transfers may send together.

Each transfer takes its share before it sends a piece. A new limit holds at once, also for transfers that are waiting.
"""

from __future__ import annotations

import asyncio
import math
from typing import Final

SAVED_SECONDS: Final = 0.25
"""How long unused bandwidth is kept: timers that fire late lose nothing, and bursts stay short."""
_PIECE_SECONDS: Final = 0.1
_SMALLEST_PIECE: Final = 1024


class Bandwidth:
    """A limit in bytes per second; 0 means no limit."""

    def __init__(self, limit: float = 0.0) -> None:
        self._limit = limit
        self._free_at = -math.inf
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    def change(self, limit: float) -> None:
        """Set another limit; waits due under the old one are dropped."""
        self._limit = limit
        self._free_at = -math.inf
        self._changed.set()

    def piece(self, wanted: int) -> int:
        """Return how many of the `wanted` bytes to send at once: few under a limit, so that every transfer moves."""
        if not self._limit:
            return wanted
        return min(wanted, max(_SMALLEST_PIECE, int(self._limit * _PIECE_SECONDS)))

    async def take(self, count: int) -> None:
        """Wait until `count` bytes may be sent; first come, first served."""
        if not self._limit:
            return
        async with self._turn:
            await self._wait()
            if self._limit:
                earliest = asyncio.get_running_loop().time() - SAVED_SECONDS
                self._free_at = max(self._free_at, earliest) + count / self._limit

    async def _wait(self) -> None:
        """Wait until the time of the bytes sent before is over, or the limit has changed."""
        while (left := self._free_at - asyncio.get_running_loop().time()) > 0:
            self._changed.clear()
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                return
