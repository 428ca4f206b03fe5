"""What the band says and in which order: a failure of the engine, what a person must do, what was told once.

Made by `event_router.py`; the main window carries out what the band's buttons ask.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from uploader_gui.engine import events
from uploader_gui.engine.errors import Code
from uploader_gui.gui.window.banner import BannerAction, Notice, elsewhere_notice, notice_for
from uploader_gui.text import Counted, Words, engine_failed
from uploader_gui.words import units
from uploader_gui.words.manners import MannersWords
from uploader_gui.words.password_store import StoreWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.events import Totals
    from uploader_gui.engine.models import Reason, UploadId
    from uploader_gui.gui.upload_list.counts import ListCounts
    from uploader_gui.gui.window.banner import Banner
    from uploader_gui.gui.window.header import SignInState


class Notices:
    """Chooses the band's notice. `left_over`: the uploads of an earlier run that a person is asked about.

    Notices are kept as what makes them: they are made anew when the language changes.
    """

    def __init__(self, banner: Banner) -> None:
        self._banner = banner
        self._failure: Callable[[], Notice] | None = None
        self._mistake = False
        """The failure is one of the program: it must be read, also where the rest goes on."""
        self._told: Callable[[], Notice] | None = None
        self._warned: Callable[[], Notice] | None = None
        self._conditions: Notice | None = None
        self._session: Notice | None = None
        self._session_dismissed = False
        self._store_silent = False
        self.left_over: tuple[UploadId, ...] = ()
        self._elsewhere: Notice | None = None
        self._asked: tuple[tuple[UploadId, ...], tuple[UploadId, ...]] = ((), ())
        self._discarded: tuple[tuple[UploadId, ...], tuple[UploadId, ...]] = ((), ())

    def take(self, event: events.Event) -> None:
        """Remember what an event has to tell, if it has."""
        match event:
            case events.ReceiptWritten(_, error):
                self._told = partial(_receipt_failed, error) if error else None
            case events.Resumed(upload_ids, ended):
                self._ask_about(upload_ids, ended)
            case events.JournalSetAside(path):
                self._told = partial(_set_aside, path)
            case events.EngineFailed(reason):
                self._failure = partial(_failed, reason)
                self._mistake = reason.code is Code.INTERNAL_ERROR
            case events.UploadsRestored(upload_ids) if _is_part_of(upload_ids, self._discarded):
                self._ask_about(*self._discarded)
            case events.QueueStatus(running=True) if self.left_over:
                self.forget()
        self._show()

    def engine_works(self, *, another: bool = False) -> None:
        """What held it up is over; a mistake of the program must be read all the same, but of another engine's."""
        if another or not self._mistake:
            self._failure = None
            self._show()

    def explain(self, sentence: Callable[[], str]) -> None:
        """Tell something once, until it is closed."""
        self._told = lambda: Notice(sentence(), BannerAction.CLOSE)
        self._show()

    def warn(self, sentence: Callable[[], str]) -> None:
        """As `explain`, but behind what is told meanwhile: it must be read, if not at once."""
        self._warned = lambda: Notice(sentence(), BannerAction.CLOSE)
        self._show()

    def say_store_silent(self, *, silent: bool) -> None:
        """Tell, as long as it is so, that the password store does not answer, and what can be done about it."""
        self._store_silent = silent
        self._show()

    def look(
        self,
        status: events.QueueStatus,
        figures: ListCounts,
        *,
        session: Notice | None,
        was_signed_in: bool,
        awaits_tokens: bool = False,
    ) -> None:
        """Choose anew after conditions, figures, the session's end or the language changed."""
        self._session = session
        self._session_dismissed &= session is not None
        self._conditions = notice_for(status, figures, was_signed_in=was_signed_in, awaits_tokens=awaits_tokens)
        self._elsewhere = elsewhere_notice(figures)
        self._show()

    def discard(self) -> tuple[UploadId, ...]:
        """Give the uploads a person was asked about and does not want; taken back, they are asked about again."""
        self._discarded, left_over = self._asked, self.left_over
        self.forget()
        return left_over

    def forget(self) -> None:
        """What was told is dealt with; where nothing was, it is the warning about the session."""
        if self._told is not None:
            self._told = None
        elif self._warned is not None:
            self._warned = None
        else:
            self._session_dismissed = True
        self.left_over = ()
        self._show()

    def _ask_about(self, upload_ids: tuple[UploadId, ...], ended: tuple[UploadId, ...]) -> None:
        self._asked = upload_ids, ended
        self.left_over = (*upload_ids, *ended)
        self._told = partial(_left_over, len(upload_ids), len(ended))

    def _show(self) -> None:
        """What goes on by itself stands behind what was told; what needs a person before it."""
        conditions = self._conditions
        session = None if self._session_dismissed else self._session
        failure, told, warned = (make and make() for make in (self._failure, self._told, self._warned))
        if self._store_silent and failure is None and not (conditions is not None and conditions.grave):
            failure = Notice(StoreWords.WAITING.text, BannerAction.SIGN_IN)
        if conditions is not None and conditions.action is None:
            self._banner.tell(failure or told or warned or session or conditions)
        else:
            self._banner.tell(failure or conditions or told or warned or session or self._elsewhere)


def _is_part_of(upload_ids: tuple[UploadId, ...], groups: tuple[tuple[UploadId, ...], ...]) -> bool:
    return bool(upload_ids) and set(upload_ids) <= {upload_id for group in groups for upload_id in group}


def _receipt_failed(error: str) -> Notice:
    return Notice(Words.RECEIPT_FAILED.filled(error), BannerAction.SAVE_ELSEWHERE)


def _left_over(count: int, ended: int) -> Notice:
    """What failed or was refused is not tried again by itself: alone it only asks to be looked at, or taken off."""
    told = [Counted.LEFT_OVER.text(count)] if count else []
    told += [Counted.ENDED_UNSENT.text(ended)] if ended else []
    return Notice(" ".join(told), BannerAction.RESUME if count else BannerAction.CLOSE, other=BannerAction.DISCARD)


def _set_aside(path: str) -> Notice:
    return Notice(Words.JOURNAL_SET_ASIDE.filled(path), BannerAction.CLOSE)


def _failed(reason: Reason) -> Notice:
    return Notice(engine_failed(reason), grave=True)


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
