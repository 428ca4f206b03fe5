"""What sending costs: seconds per file and seconds per byte, fitted to the last half minute. Used by `meter.py`.

A registration, a connection, an answer cost time whatever a file's size, so a thousand little files take longer than
their bytes say. Both costs come out of what was observed: each second is so many files and so many bytes.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

SPAN: Final = 1.0
"""Seconds of an observation: long enough that single files do not make it jump."""
LONGEST: Final = 5.0
"""What stood still for longer than this (in seconds) says nothing of what files cost."""
_REMEMBERED: Final = 30
_INERTIA: Final = 0.05
"""How much the even split weighs beside what was observed."""


class _Seen(NamedTuple):
    seconds: float
    files: int
    size: int


class CostFit:
    """Fits both costs to the last observations; all of them together always take as long as they took."""

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque(maxlen=_REMEMBERED)

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()

    def observe(self, seconds: float, files: int, count: int) -> None:
        """Note that so many files and bytes (`count`) went in so many seconds."""
        self._seen.append(_Seen(min(seconds, LONGEST), max(0, files), max(0, count)))

    def seconds_for(self, files: int, count: int) -> float | None:
        """Give how long so many files of so many bytes in all will take; None while nothing is known."""
        took = sum(seen.seconds for seen in self._seen)
        sent_files = sum(seen.files for seen in self._seen)
        sent_bytes = sum(seen.size for seen in self._seen)
        if not took or not sent_bytes:
            return None
        per_byte = took / sent_bytes  # if bytes were all that cost
        if not sent_files:
            return count * per_byte
        per_file = took / sent_files  # if files were all that cost
        share = self._share_of_files(per_file, per_byte)
        return share * files * per_file + (1 - share) * count * per_byte

    def _share_of_files(self, per_file: float, per_byte: float) -> float:
        """Give which part of the time files cost, 0 to 1, by least squares.

        Where files are all alike nobody can tell: then half of it.
        """
        weighted, square = 0.0, 0.0
        for seen in self._seen:
            by_files, by_bytes = seen.files * per_file, seen.size * per_byte
            weighted += (seen.seconds - by_bytes) * (by_files - by_bytes)
            square += (by_files - by_bytes) ** 2
        inertia = _INERTIA * sum(seen.seconds**2 for seen in self._seen)
        return min(1.0, max(0.0, (weighted + inertia / 2) / (square + inertia)))
