"""Whether the connection of a running request lives: what went through it, and what the system still keeps for it.

A request carries it as `EXTENSION`; `transport.py` notes there which connection it got, `stall_watchdog.py` asks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

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
