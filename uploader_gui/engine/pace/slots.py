"""How many transfers run at once: a semaphore whose width follows the storage's mood.

On 503 SlowDown all transfers slow down together (half the slots, and a common rest); each file that arrives
afterwards gives a slot back. A transfer whose disk sleeps lends its slot to others meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_LENT: Final = 32
"""More sleeping files than this keep their slots: each lent one holds a thread and a connection."""


class Slots:
    """`width` slots; `limit` of them may be in use right now."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._limit = width
        self._in_use = 0
        self._lent = 0
        self._rest: asyncio.TimerHandle | None = None
        self._waiters: deque[asyncio.Future[None]] = deque()

    @property
    def free(self) -> int:
        """How many transfers could begin right now."""
        return 0 if self._rest else max(0, self._limit - self._in_use - len(self._waiters))

    @property
    def slowed(self) -> bool:
        """True while fewer transfers may run than the setting says."""
        return self._limit < self._width

    def resize(self, width: int) -> None:
        """Change the setting."""
        self._limit = max(1, self._limit + width - self._width)
        self._width = width
        self._wake()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot."""
        await self._acquire()
        try:
            yield
        finally:
            self._release()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Give the held slot to others while the block runs, and take one back afterwards."""
        if self._lent >= MAX_LENT:
            yield
            return
        self._lent += 1
        self._release()
        try:
            yield
        finally:
            self._lent -= 1
            await self._take_back()

    def slow_down(self, rest: float) -> None:
        """Halve the number of transfers, and begin none for `rest` seconds.

        What was sent together is refused together: until the rest is over that counts once, and the longest rest.
        """
        if self._rest is None:
            self._limit = max(1, min(self._limit, self._in_use) // 2)
        if rest > 0:
            self._rest_for(rest)

    def arrived(self) -> None:
        """A file arrived: one more transfer may run."""
        if self._limit < self._width:
            self._limit += 1
            self._wake()

    async def _acquire(self) -> None:
        if self._rest is None and not self._waiters and self._in_use < self._limit:
            self._in_use += 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            self._forget(waiter)
            raise

    async def _take_back(self) -> None:
        """A cancelled transfer must hold one too, for its `slot()` gives one back on the way out."""
        try:
            await self._acquire()
        except asyncio.CancelledError:
            self._in_use += 1
            raise

    def _forget(self, waiter: asyncio.Future[None]) -> None:
        if waiter.done() and not waiter.cancelled():
            self._release()
        elif waiter in self._waiters:
            self._waiters.remove(waiter)

    def _release(self) -> None:
        self._in_use -= 1
        self._wake()

    def _rest_for(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        if self._rest is not None:
            ends = max(ends, self._rest.when())
            self._rest.cancel()
        self._rest = loop.call_at(ends, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._wake()

    def _wake(self) -> None:
        while self._waiters and self._rest is None and self._in_use < self._limit:
            waiter = self._waiters.popleft()
            if not waiter.done():
                self._in_use += 1
                waiter.set_result(None)
