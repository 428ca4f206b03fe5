"""The server's clock, learned from `Date` headers: presigned URLs expire by it, and our own may be hours off.

A `Date` may be wrong, too, or missing. So a URL that this run received has a second witness: it was signed just then,
and its life runs from that moment, however wrong our clock is. (A monotonic clock would stop while a machine sleeps.)
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.models import PresignedPut


FARTHEST: Final = 100 * 365.25 * 86400.0
"""The largest offset in seconds: a clock whose battery is empty says 1970, but none is off by a hundred years."""

_JUST_NOW: Final = 60.0
"""Seconds, at most half of its life, in which a URL that was just received cannot have expired."""


class ServerClock:
    """Our wall clock, corrected by servers' `Date` headers."""

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._offset = 0.0
        self._was_measured = False

    def now(self) -> float:
        """Return the server's time, in seconds since 1970."""
        return self._wall_clock() + self._offset

    def received(self, presigned: PresignedPut) -> PresignedPut:
        """Return a URL that comes just now, with that moment."""
        return replace(presigned, received_at=self._wall_clock())

    def own_now(self) -> float:
        """Return the time of this machine's clock, in seconds since 1970."""
        return self._wall_clock()

    @property
    def offset(self) -> float:
        """How many seconds the server's clock is ahead of ours, 0.0 while that is not known."""
        return self._offset

    @property
    def error(self) -> int | None:
        """How many whole seconds this machine's clock is ahead of the server's, None while that is not known."""
        return -round(self._offset) if self._was_measured else None

    def observe(self, date_header: str | None) -> None:
        """Learn from a response's `Date` (whole seconds, RFC 9110 §6.6.1); nonsense, such as the year 9999, is ignored.

        A difference of up to two seconds comes from rounding and from the network: no offset.
        """
        seconds = http_date(date_header)
        if seconds is None:
            return
        offset = seconds + 0.5 - self._wall_clock()
        if abs(offset) > FARTHEST:
            return
        self._offset = offset if abs(offset) > 2 else 0.0  # noqa: PLR2004 - see the docstring
        self._was_measured = True

    def seconds_left(self, presigned: PresignedPut) -> float | None:
        """Return how long a URL lives by the witness who gives it longer, None where it does not say.

        Where the two differ, a clock is wrong somewhere: only the storage can tell.
        """
        left, own = self._left_by_date(presigned), self._left_since_received(presigned)
        return left if left is None or own is None else max(left, own)

    def is_fresh(self, presigned: PresignedPut) -> bool:
        """Whether this run received a URL only just now: whatever its dates say, it should be good."""
        if presigned.received_at is None:
            return False
        young = _JUST_NOW if presigned.lifetime is None else min(_JUST_NOW, presigned.lifetime / 2)
        return self._wall_clock() - presigned.received_at < max(young, 1.0)

    def is_perhaps_past(self, presigned: PresignedPut) -> bool:
        """Whether a URL that the storage refused is past its time by either witness."""
        left = (self._left_by_date(presigned), self._left_since_received(presigned))
        return any(one is not None and one <= 0 for one in left)

    def _left_by_date(self, presigned: PresignedPut) -> float | None:
        return None if presigned.expires_at is None else presigned.expires_at - self.now()

    def _left_since_received(self, presigned: PresignedPut) -> float | None:
        if presigned.received_at is None or presigned.lifetime is None:
            return None
        return presigned.lifetime - (self._wall_clock() - presigned.received_at)

    def until(self, retry_after: str | None) -> float | None:
        """Return Retry-After in seconds from now (RFC 9110 §10.2.3: seconds or a date), None where it is neither."""
        text = (retry_after or "").strip()
        if text.isascii() and text.isdigit():
            return float(text[:9])
        date = http_date(text)
        return None if date is None else max(0.0, date - self.now())


def http_date(text: str | None) -> float | None:
    """Return an HTTP date in seconds since 1970, None where it is no date.

    All its forms mean universal time (RFC 9110 §5.6.7), also the one without a time zone.
    """
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None
