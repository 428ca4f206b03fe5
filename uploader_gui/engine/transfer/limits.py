"""How many transfers run at once (`Slots`), and how many bytes per second they may send together (`Bandwidth`).

After 503 SlowDown there are half as many slots, and no transfer begins for a while; each file that arrives afterwards
adds a slot again. While the storage as a whole is in trouble (`hold`), one transfer at a time is let in as a probe. A
transfer whose disk sleeps lends its slot to others meanwhile.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_LENT: Final = 32
"""At most this many slots are lent at once: each such transfer keeps a thread and a connection."""
_SELDOM_TRIED_EVERY: Final = 3
"""Every third probe goes to a file that was tried seldom."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """A transfer that waits for a slot. `under_way`: it has begun, and lent its slot to others."""

    turn: asyncio.Future[None]
    rank: tuple[int, int]
    under_way: bool


class Slots:
    """`width` slots, of which `_limit` may be in use now."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._limit = width
        self._in_use = 0
        self._lent = 0
        self._rest: asyncio.TimerHandle | None = None
        self._held = False
        self._let_in = 0
        self._waiters: deque[_Waiter] = deque()

    @property
    def free(self) -> int:
        """Return how many transfers could begin now."""
        return 0 if self._rest or self._held else max(0, self._limit - self._in_use - len(self._waiters))

    @property
    def slowed(self) -> bool:
        """Whether fewer transfers may run than the setting says."""
        return self._limit < self._width

    def resize(self, width: int) -> None:
        """Set another width."""
        self._limit = max(1, self._limit + width - self._width)
        self._width = width
        self._wake()

    @asynccontextmanager
    async def slot(self, rank: tuple[int, int] = (0, 0)) -> AsyncIterator[None]:
        """Hold a slot. `rank`: how often this file was tried since any file arrived, and its size in bytes."""
        await self._acquire(rank)
        try:
            yield
        finally:
            self._release()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Lend the held slot to others while the block runs, and take one back afterwards."""
        if self._lent >= MAX_LENT:
            yield
            return
        self._lent += 1
        self._release()
        try:
            try:
                yield
            finally:
                self._lent -= 1
            await self._acquire(under_way=True)
        except BaseException:  # it ends, and counts as holding one: its `slot()` gives one back
            self._in_use += 1
            raise

    def slow_down(self, rest: float) -> None:
        """Halve the number of transfers, and begin none for `rest` seconds.

        Transfers that run together are refused together: until the rest is over they count once, with the longest rest.
        """
        if self._rest is None:
            self._limit = max(1, min(self._limit, self._in_use) // 2)
        if rest > 0:
            self._rest_for(rest)

    def hold(self) -> None:
        """Let no transfer begin, except by `let_one_in`."""
        if not self._held:
            self._let_in = 0
        self._held = True

    def let_go(self) -> None:
        """Let transfers begin again."""
        self._held = False
        self._wake()

    def let_one_in(self) -> bool:
        """Give a slot to a waiting transfer, in spite of `hold` and rest. Return whether one was waiting.

        The storage may fail on one file alone, or on the first tries of each. So of three probes one is a file that was
        tried seldom, and two are files that were tried often; the smallest of them, as it ends soonest.
        """
        waiters = [waiter for waiter in self._waiters if not waiter.turn.done()]
        if not waiters or self._in_use >= self._width:
            return False
        sign = 1 if self._let_in % _SELDOM_TRIED_EVERY == 0 else -1
        self._let_in += 1
        chosen = min(waiters, key=lambda waiter: (sign * waiter.rank[0], waiter.rank[1]))
        self._waiters.remove(chosen)
        self._admit(chosen)
        return True

    def arrived(self) -> None:
        """Note that a file arrived: one more transfer may run."""
        if self._limit < self._width:
            self._limit += 1
            self._wake()

    async def _acquire(self, rank: tuple[int, int] = (0, 0), *, under_way: bool = False) -> None:
        if self._rest is None and not self._waiters and self._in_use < self._limit and (under_way or not self._held):
            self._in_use += 1
            return
        waiter = _Waiter(asyncio.get_running_loop().create_future(), rank, under_way)
        self._waiters.append(waiter)
        try:
            await waiter.turn
        except asyncio.CancelledError:
            self._forget(waiter)
            raise

    def _forget(self, waiter: _Waiter) -> None:
        if waiter.turn.done() and not waiter.turn.cancelled():
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
        while self._rest is None and self._in_use < self._limit and (waiter := self._next()):
            self._waiters.remove(waiter)
            self._admit(waiter)

    def _next(self) -> _Waiter | None:
        """Return the first waiter; while the slots are held, of those that lent theirs."""
        if not self._held:
            return self._waiters[0] if self._waiters else None
        return next((waiter for waiter in self._waiters if waiter.under_way), None)

    def _admit(self, waiter: _Waiter) -> None:
        if not waiter.turn.done():
            self._in_use += 1
            waiter.turn.set_result(None)


SAVED_SECONDS: Final = 0.25
"""How long unused bandwidth is kept: timers that fire late lose nothing, and bursts stay short."""
_PIECE_SECONDS: Final = 0.1
_SMALLEST_PIECE: Final = 1024


class Bandwidth:
    """A limit in bytes per second; 0 means no limit.

    Each transfer takes its share before it sends a piece. A new limit holds at once, also for those that wait.
    """

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
