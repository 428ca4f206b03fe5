"""Watches over one PUT: dead is what moves no byte for a while, however slow the rest is. Used by `storage.py`.

A piece handed to the system says little: it may keep a megabyte for a slow line, and takes nothing for minutes while
it drains. So the connection itself is looked at (`stall_watchdog.py`): what was taken, and what is not yet confirmed.
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
"""Without a byte moved for so long a transfer is dead."""
SEND_BUFFER: Final = 512 * 1024
"""Bytes a system may keep for us (Linux doubles it). Left to itself it takes several MB, which a slow line needs
minutes for while they count as sent: a transfer that moves would look like one whose answer does not come."""

ANSWER_SECONDS: Final = 120.0
"""How long S3 may think after the last byte."""
LOOKS: Final = 60
"""So many looks at the connection in the time after which it counts as dead."""


@dataclass(frozen=True, slots=True)
class StallTimeouts:
    """How long a PUT may stand still, in seconds."""

    stall: float = STALL_SECONDS
    answer: float = ANSWER_SECONDS


@asynccontextmanager
async def watched(
    timeouts: StallTimeouts, activity: ConnectionActivity, moving: Callable[[], None]
) -> AsyncIterator[Watchdog]:
    """Bound how long nothing may move, and the wait for the answer. `moving` hears whenever bytes have moved.

    Raises:
        Stalled: no byte moved for too long, or the answer was not complete in time.
    """
    try:
        async with asyncio.timeout(None) as deadline:
            watchdog = Watchdog(deadline, timeouts, activity, moving)
            try:
                yield watchdog
            finally:
                watchdog.leave()
    except TimeoutError as error:
        raise Stalled from error


class _Phase(Enum):
    RESTING = auto()
    SENDING = auto()
    DRAINING = auto()
    ANSWERING = auto()


class Watchdog:
    """Pushes the deadline of a PUT on with everything that moves."""

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
        self._beat: object = None
        self._began = 0.0
        self._given = 0

    @property
    def feels(self) -> bool:
        """Whether the connection can be felt; else only what is given to it is known."""
        return self._activity.line is not None

    def rest(self) -> None:
        """It is the disk's turn, which may take long on a sleeping share."""
        self._phase = _Phase.RESTING
        self._deadline.reschedule(None)

    def sending(self, count: int) -> None:
        """So many bytes are given to the connection now."""
        self._given += count
        self._enter(_Phase.SENDING, self._timeouts.stall)
        if self._timer is None:
            self._began, self._beat = self._loop.time(), self._activity.beat()
            self._look_later()

    def all_given(self) -> None:
        """The last byte is with the system; when nothing waits there any more, it is the storage's turn."""
        if self._activity.waiting:
            self._enter(_Phase.DRAINING, self._timeouts.stall)
        else:
            self._enter(_Phase.ANSWERING, self._timeouts.answer + self._tail())

    def leave(self) -> None:
        """It is over."""
        if self._timer is not None:
            self._timer.cancel()

    def _look_later(self) -> None:
        self._timer = self._loop.call_later(self._timeouts.stall / LOOKS, self._look)

    def _look(self) -> None:
        self._look_later()
        before, self._beat = self._beat, self._activity.beat()
        if self._beat != before:
            self._felt()

    def _felt(self) -> None:
        """Something has moved. An answer is waited for as a whole: one that drips would have no end."""
        self._moving()
        if self._phase is _Phase.DRAINING and not self._activity.waiting:
            self._enter(_Phase.ANSWERING, self._timeouts.answer)
        elif self._phase in {_Phase.SENDING, _Phase.DRAINING}:
            self._enter(self._phase, self._timeouts.stall)

    def _enter(self, phase: _Phase, seconds: float) -> None:
        self._phase = phase
        if not self._deadline.expired():  # the end may be under way, and something still move
            self._deadline.reschedule(self._loop.time() + seconds)

    def _tail(self) -> float:
        """Where the system does not tell what it keeps: how long that takes at the pace so far, within reason."""
        beyond = self._given - SEND_BUFFER
        if self._activity.waiting is not None or beyond <= 0:
            return 0.0
        return min(SEND_BUFFER * (self._loop.time() - self._began) / beyond, 4 * self._timeouts.answer)


EXTENSION: Final = "pulse"


class Line(Protocol):
    """A connection that can be felt."""

    @property
    def moved(self) -> int:
        """How many bytes were taken by the system, or came from it, since it stands."""

    @property
    def waiting(self) -> int | None:
        """How many bytes the system keeps that the other side has not confirmed; None where it does not tell."""


@dataclass(slots=True)
class ConnectionActivity:
    """One request's. `line` is None before it has a connection, and where that cannot be felt."""

    line: Line | None = None

    @property
    def waiting(self) -> int | None:
        """How many bytes the system still keeps; None where that cannot be told."""
        return None if self.line is None else self.line.waiting

    def beat(self) -> tuple[int, int | None]:
        """Give something that is another thing as soon as one byte has moved."""
        return (0, None) if self.line is None else (self.line.moved, self.line.waiting)
