"""The server's clock, learned from `Date` headers: presigned URLs expire by it, and our own may be hours off."""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


FARTHEST: Final = 100 * 365.25 * 86400.0
"""The largest offset in seconds: a clock whose battery is empty says 1970, but none is off by a hundred years."""


class ServerClock:
    """Our wall clock, corrected by servers' `Date` headers."""

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._offset = 0.0

    def now(self) -> float:
        """Return the server's time, in seconds since 1970."""
        return self._wall_clock() + self._offset

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
