"""Ends a PUT on which no byte moves for a while, however slow the rest of it is.

A piece handed to the system tells little: the system may keep a megabyte for a slow line, and takes nothing for minutes
while that drains. So the connection itself is measured (`stream.py`): the bytes the system took, and those the other
side has not confirmed yet.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from uploader_gui.engine.errors import Stalled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


STALL_SECONDS: Final = 30.0
"""A transfer on which no byte moves for this time is dead."""
ANSWER_SECONDS: Final = 120.0
"""How long S3 may take to answer after the last byte."""
SEND_BUFFER: Final = 512 * 1024
"""Bytes the system may keep for us (Linux doubles it). By default it takes several MB, which count as sent while a slow
line needs minutes for them: a transfer that moves would look like one whose answer does not come."""
LOOKS: Final = 60
"""How often the connection is measured during `StallTimeouts.stall`."""
EXTENSION: Final = "connection_activity"
"""The key of a request's `ConnectionActivity` in `httpx.Request.extensions`."""


@dataclass(frozen=True, slots=True)
class StallTimeouts:
    """How long a PUT may stand still, in seconds."""

    stall: float = STALL_SECONDS
    answer: float = ANSWER_SECONDS


class MeasuredConnection(Protocol):
    """A connection whose bytes can be counted."""

    @property
    def moved(self) -> int:
        """Return how many bytes the system took and delivered since the connection was opened."""

    @property
    def waiting(self) -> int | None:
        """Return how many bytes the system keeps that the other side has not confirmed; None where it does not tell."""


@dataclass(slots=True)
class ConnectionActivity:
    """What moves on one request's connection; None before it has one, and where that cannot be measured."""

    connection: MeasuredConnection | None = None

    @property
    def waiting(self) -> int | None:
        """Return how many unconfirmed bytes the system keeps; None where that is unknown."""
        return None if self.connection is None else self.connection.waiting

    def reading(self) -> tuple[int, int | None]:
        """Return a value that changes whenever a byte moves."""
        return (0, None) if self.connection is None else (self.connection.moved, self.connection.waiting)


@asynccontextmanager
async def watched(
    timeouts: StallTimeouts, activity: ConnectionActivity, moving: Callable[[], None]
) -> AsyncIterator[Watchdog]:
    """Bound how long nothing may move, and the wait for the answer. `moving` is called when bytes have moved.

    Raises:
        Stalled: no byte moved for too long, or the answer was not complete in time.
    """
    try:
        async with asyncio.timeout(None) as deadline:
            watchdog = Watchdog(deadline, timeouts, activity, moving)
            try:
                yield watchdog
            finally:
                watchdog.stop()
    except TimeoutError as error:
        raise Stalled from error


class _Phase(Enum):
    RESTING = auto()
    SENDING = auto()
    DRAINING = auto()
    ANSWERING = auto()


class Watchdog:
    """Moves the deadline of a PUT on whenever a byte moves."""

    def __init__(
        self,
        deadline: asyncio.Timeout,
        timeouts: StallTimeouts,
        activity: ConnectionActivity,
        moving: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadline = deadline
        self._timeouts = timeouts
        self._activity = activity
        self._moving = moving
        self._phase = _Phase.RESTING
        self._timer: asyncio.TimerHandle | None = None
        self._last_reading: object = None
        self._first_sent_at = 0.0
        self._given = 0

    @property
    def is_measuring(self) -> bool:
        """Whether the connection can be measured; otherwise only the bytes given to it are known."""
        return self._activity.connection is not None

    def rest(self) -> None:
        """Wait for the disk without a deadline: a sleeping share may take long."""
        self._phase = _Phase.RESTING
        self._deadline.reschedule(None)

    def sending(self, count: int) -> None:
        """Note that `count` bytes are given to the connection now."""
        self._given += count
        self._enter(_Phase.SENDING, self._timeouts.stall)
        if self._timer is None:
            self._first_sent_at, self._last_reading = self._loop.time(), self._activity.reading()
            self._look_later()

    def all_given(self) -> None:
        """Note that the system has the last byte. Once nothing is unconfirmed, the storage's time to answer begins."""
        if self._activity.waiting:
            self._enter(_Phase.DRAINING, self._timeouts.stall)
        else:
            self._enter(_Phase.ANSWERING, self._timeouts.answer + self._draining_seconds())

    def stop(self) -> None:
        """Measure no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look_later(self) -> None:
        self._timer = self._loop.call_later(self._timeouts.stall / LOOKS, self._look)

    def _look(self) -> None:
        self._look_later()
        before, self._last_reading = self._last_reading, self._activity.reading()
        if self._last_reading != before:
            self._bytes_moved()

    def _bytes_moved(self) -> None:
        """Extend the deadline, but not that of the answer: one that drips would have no end."""
        self._moving()
        if self._phase is _Phase.DRAINING and not self._activity.waiting:
            self._enter(_Phase.ANSWERING, self._timeouts.answer)
        elif self._phase in {_Phase.SENDING, _Phase.DRAINING}:
            self._enter(self._phase, self._timeouts.stall)

    def _enter(self, phase: _Phase, seconds: float) -> None:
        self._phase = phase
        if not self._deadline.expired():  # after it has passed something may still move
            self._deadline.reschedule(self._loop.time() + seconds)

    def _draining_seconds(self) -> float:
        """Return how long a full send buffer takes to drain at the speed so far, where the system does not tell."""
        beyond = self._given - SEND_BUFFER
        if self._activity.waiting is not None or beyond <= 0:
            return 0.0
        return min(SEND_BUFFER * (self._loop.time() - self._first_sent_at) / beyond, 4 * self._timeouts.answer)
