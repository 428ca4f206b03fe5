"""Warns before a queue that will take longer than the session lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uploader_gui.gui.window.banner import BannerAction, Notice
from uploader_gui.words import units
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from uploader_gui.engine.events import Totals
    from uploader_gui.gui.upload_list.counts import ListCounts
    from uploader_gui.gui.window.header import SignInState

USUAL_SPEED: Final = 1_000_000.0
"""Bytes per second assumed before the first file has gone: an office's line upwards."""
SECONDS_PER_FILE: Final = 0.3


def session_notice(state: SignInState, figures: ListCounts, totals: Totals, now: float) -> Notice | None:
    """Give the warning, None where the session lasts long enough (or nobody can tell). `now` is since 1970."""
    if not (state.signed_in and state.expires_at is not None and figures.unfinished):
        return None
    left = state.expires_at - now
    if left <= 0:
        return Notice(MannersWords.SESSION_OVER.text, BannerAction.SIGN_IN, other=BannerAction.CLOSE)
    needed = _needed(figures, totals)
    if needed <= left:
        return None
    text = MannersWords.SESSION_ENDS.filled(units.lifetime(left), units.duration(needed))
    return Notice(text, BannerAction.SIGN_IN, other=BannerAction.CLOSE)


def _needed(figures: ListCounts, totals: Totals) -> float:
    """Seconds until everything is sent: measured while it runs, else a careful guess."""
    if totals.seconds_left is not None:
        return totals.seconds_left
    speed = totals.speed or USUAL_SPEED
    return (figures.bytes_total - figures.bytes_done) / speed + figures.unfinished * SECONDS_PER_FILE
