"""What the banner says: the sentences, their buttons, and which comes first when there are several.

`window/banner.py` shows the chosen one; `main_window.py` does what its buttons ask for.
"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from uploader_gui import i18n
from uploader_gui.engine import events
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import Condition
from uploader_gui.failure_messages import cause_and_action
from uploader_gui.gui.upload_list.row_text import server_name
from uploader_gui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.engine.events import QueueStatus, Totals
    from uploader_gui.engine.models import Reason, UploadId
    from uploader_gui.gui.upload_list.counts import ListCounts
    from uploader_gui.gui.window.banner import Banner
    from uploader_gui.gui.window.header import SignInState


USUAL_SPEED: Final = 1_000_000.0
"""Bytes per second assumed until one is measured: an office's upload line."""
SECONDS_PER_FILE: Final = 0.3
_GO_ON_BY_THEMSELVES: Final = {
    Condition.OFFLINE: N_("Offline. Sending goes on by itself when the network is back. Nothing is lost."),
    Condition.SERVICE_BUSY: N_(
        "The register is overloaded or has an error. Sending goes on by itself. Nothing is lost."
    ),
    Condition.STORAGE_BUSY: N_(
        "The register’s storage is overloaded or has an error. Sending goes on by itself. Nothing is lost."
    ),
}

_USUAL_CAUSES: Final = frozenset({
    Code.OFFLINE, Code.SERVICE_BUSY, Code.SERVICE_FAILED, Code.STORAGE_BUSY, Code.CONNECTION_LOST, Code.STALLED,
})  # fmt: skip
"""Those that the conditions' own sentences tell."""


class BannerAction(Enum):
    """What the banner's buttons do; the value is the label."""

    SIGN_IN = N_("Sign in")
    TRY_AGAIN = N_("Retry")
    TRY_NOW = N_("Retry now")
    SAVE_ELSEWHERE = N_("Save elsewhere…")
    CLOSE = N_("Close")
    RESUME = N_("Resume")
    DISCARD = N_("Remove from list")
    SETTINGS = N_("Settings")
    SEND_HERE = N_("Send to current server")
    RETRY_THESE = N_("Retry these files")


LeftOver = tuple[tuple["UploadId", ...], tuple["UploadId", ...]]
"""The unfinished and the ended uploads of an earlier run."""


class Notice(NamedTuple):
    """A sentence for the banner. `action` is None where nothing helps.

    `other` is the second button, where a person has two choices. `grave` shows it as an error.
    """

    text: str
    action: BannerAction | None = None
    grave: bool = False
    other: BannerAction | None = None

    def meaning_of(self, action: BannerAction | None) -> object:
        """Return a value that differs where a press does something else: Close closes this sentence alone."""
        return (action, self.text) if action is BannerAction.CLOSE else action


class Notices:
    """Chooses the banner's notice. `left_over`: the uploads of an earlier run that a person is asked about.

    It keeps functions that make notices, not notices, so that a change of language translates them.
    """

    def __init__(self, banner: Banner) -> None:
        self._banner = banner
        self._failure: Callable[[], Notice] | None = None
        self._mistake = False
        """The failure is a bug of the program: it stays, even when the engine works again."""
        self._told: Callable[[], Notice] | None = None
        self._warned: Callable[[], Notice] | None = None
        self._conditions: Notice | None = None
        self._session: Notice | None = None
        self._session_dismissed = False
        self._store_silent = False
        self.left_over: tuple[UploadId, ...] = ()
        self._shared: Notice | None = None
        """The cause that several failed files have in common, or the server that files wait for."""
        self._asked: LeftOver = ((), ())
        self._discarded: LeftOver = ((), ())

    def handle_event(self, event: events.Event) -> None:
        """Keep the notice that an event causes, if any."""
        match event:
            case events.ReceiptWritten(_, str(error)):
                self._tell(partial(_receipt_failed, error))
            case events.ReceiptWritten() if self._told and self._told().action is BannerAction.SAVE_ELSEWHERE:
                self._told = None
            case events.Resumed(upload_ids, ended):
                self._ask_about(upload_ids, ended)
            case events.JournalSetAside(path):
                self._tell(partial(_set_aside, path))
            case events.EngineFailed(reason):
                self._failure = partial(_failed, reason)
                self._mistake = reason.code is Code.INTERNAL_ERROR
            case events.UploadsRestored(upload_ids) if _are_among(upload_ids, self._discarded):
                self._ask_about(*self._discarded)
            case events.QueueStatus(running=True) if self.left_over:
                self.forget()
        self._show()

    def engine_works(self, *, another: bool = False) -> None:
        """Remove the failure, as the engine works; a bug's notice is removed only with `another` engine."""
        if another or not self._mistake:
            self._failure = None
            self._show()

    def explain(self, sentence: Callable[[], str]) -> None:
        """Show a sentence until it is closed."""
        self._tell(lambda: Notice(sentence(), BannerAction.CLOSE))
        self._show()

    def explain_lost(self, name: str, reason: Reason) -> None:
        """Show that a file that waited for a number did not come, and what to do."""
        self.explain(lambda: _("{label}: {text}", label=name, text=cause_and_action(reason).whole))

    def warn(self, sentence: Callable[[], str]) -> None:
        """Show a sentence until it is closed, after those of `explain` and of events: it must not replace them."""
        self._warned = lambda: Notice(sentence(), BannerAction.CLOSE)
        self._show()

    def show_store_silent(self, *, silent: bool) -> None:
        """Show, while `silent`, that the password store does not answer and what a person can do."""
        self._store_silent = silent
        self._show()

    def look(
        self,
        status: events.QueueStatus,
        counts: ListCounts,
        *,
        session: Notice | None,
        was_signed_in: bool,
        awaits_tokens: bool = False,
    ) -> None:
        """Choose again after conditions, counts, the session's end or the language changed."""
        self._session = session
        self._session_dismissed &= session is not None
        self._conditions = notice_for(status, counts, was_signed_in=was_signed_in, awaits_tokens=awaits_tokens)
        self._shared = shared_failure_notice(counts) or elsewhere_notice(counts)
        self._show()

    def discard(self) -> tuple[UploadId, ...]:
        """Return the uploads of an earlier run that a person does not want; after Undo the question comes back."""
        self._discarded, left_over = self._asked, self.left_over
        self.forget()
        return left_over

    def forget(self) -> None:
        """Close what is shown: a told notice, else a warning, else the one about the session's end."""
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
        self._tell(partial(_left_over, len(upload_ids), len(ended)))
        self.left_over = (*upload_ids, *ended)

    def _tell(self, make: Callable[[], Notice]) -> None:
        """Show this in place of what was told before, which may have been the question about earlier uploads."""
        self._told, self.left_over = make, ()

    def _show(self) -> None:
        """A condition that needs a person comes before told notices, one that ends by itself after them."""
        conditions = self._conditions
        session = None if self._session_dismissed else self._session
        failure, told, warned = (make and make() for make in (self._failure, self._told, self._warned))
        if self._store_silent and failure is None and not (conditions is not None and conditions.grave):
            failure = Notice(
                _(
                    "This computer’s password store does not answer yet; perhaps it asks for its password. "
                    "Whatever you add is kept and goes once it answers, or once you sign in here."
                ),
                BannerAction.SIGN_IN,
            )
        if conditions is not None and conditions.action in {None, BannerAction.TRY_NOW}:
            self._banner.show_notice(failure or told or warned or session or conditions)
        else:
            self._banner.show_notice(failure or conditions or told or warned or session or self._shared)


def _are_among(upload_ids: tuple[UploadId, ...], left_over: LeftOver) -> bool:
    return bool(upload_ids) and {*upload_ids} <= {*left_over[0], *left_over[1]}


def _receipt_failed(error: str) -> Notice:
    return Notice(_("The receipt could not be saved: {why}", why=_(error)), BannerAction.SAVE_ELSEWHERE)


def _left_over(count: int, ended: int) -> Notice:
    """Ended files are not sent again by Resume: if there are only such, the first button is Close."""
    unfinished = ngettext(
        "{count} file from your last session is still to be sent.",
        "{count} files from your last session are still to be sent.",
        count,
    )
    failed = ngettext(
        "{count} file from your last session was not sent: it failed or was refused.",
        "{count} files from your last session were not sent: they failed or were refused.",
        ended,
    )
    text = " ".join([unfinished] * bool(count) + [failed] * bool(ended))
    return Notice(text, BannerAction.RESUME if count else BannerAction.CLOSE, other=BannerAction.DISCARD)


def gone_to(event: events.AnomalyChanged) -> str:
    """Return the sentence about files that go to another anomaly now, or are on its list already."""
    moved = ngettext(
        "{count} file goes to {number} now.", "{count} files go to {number} now.", event.moved, number=event.anomaly_id
    )
    there = ngettext("{count} was on its list already.", "{count} were on its list already.", event.already_there)
    return " ".join([moved] * bool(event.moved) + [there] * bool(event.already_there))


def registered_meanwhile(count: int) -> str:
    """Return the sentence about files that were too late to go to another anomaly."""
    return ngettext(
        "{count} file was registered already, or is being registered, and stays with its anomaly.",
        "{count} files were registered already, or are being registered, and stay with their anomaly.",
        count,
    )


def _set_aside(path: str) -> Notice:
    return Notice(
        _("The list of unfinished files was damaged. A new one was begun; the old one is kept as {path}", path=path),
        BannerAction.CLOSE,
    )


def _failed(reason: Reason) -> Notice:
    return Notice(cause_and_action(reason).whole, grave=True)


def notice_for(
    status: QueueStatus, counts: ListCounts, *, was_signed_in: bool, awaits_tokens: bool = False
) -> Notice | None:
    """Return the notice for the queue's conditions, one that needs a person first, or None.

    A busy server or a dead line is named only while files wait for it: a failed file says so in its row, and a
    paused queue waits for a person only. With `awaits_tokens` the password store may still have tokens, so nobody
    is asked to sign in.
    """
    conditions = status.conditions
    if Condition.JOURNAL in conditions:
        return Notice(
            _("The disk is full or read-only, so nothing new is sent. Make room, then try again."),
            BannerAction.TRY_AGAIN,
            grave=True,
        )
    if Condition.SIGN_IN in conditions and not awaits_tokens:
        return Notice(_sign_in_text(counts, was_signed_in=was_signed_in), BannerAction.SIGN_IN)
    if not (counts.unfinished and status.running):
        return None
    for condition, words in _GO_ON_BY_THEMSELVES.items():
        if condition in conditions:
            return Notice(_held_up_text(words, status.causes.get(condition)), BannerAction.TRY_NOW)
    return None


def _held_up_text(usual: str, cause: Reason | None) -> str:
    """Return what holds everything up and goes on by itself: not everything that does is “offline” or “overloaded”."""
    if cause is None or (cause.variant is None and cause.code in _USUAL_CAUSES):
        return _(usual)
    told = cause_and_action(cause)
    action = "" if cause.variant is Variant.SERVER_DOWN else told.action
    goes_on = _("Sending goes on by itself. Nothing is lost.")
    return " ".join(filter(None, (told.cause, action, goes_on)))


def shared_failure_notice(counts: ListCounts) -> Notice | None:
    """Return the notice of the cause that several failed files have in common, or None.

    It names no number, which the chips do: it would change, and be read aloud, with each file that fails.
    """
    shared = counts.shared_failure
    if shared is None:
        return None
    told = cause_and_action(shared.reason)
    why = f"{told.why} {told.action}".rstrip()
    is_all = shared.files == counts.files
    text = (
        _("All files failed for the same reason: {why}", why=why)
        if is_all
        else _("Several files failed for the same reason: {why}", why=why)
    )
    # Where the tokens are refused, another try with them ends the same.
    action = BannerAction.SIGN_IN if shared.reason.code is Code.NO_ACCESS else BannerAction.RETRY_THESE
    return Notice(text, action, grave=True)


def elsewhere_notice(counts: ListCounts) -> Notice | None:
    """Return the notice that files wait for another server, with both ways out; None where none does."""
    if not counts.elsewhere:
        return None
    if len(counts.servers) > 1:
        text = ngettext(
            "{count} file waits for a server that is not in use. Nothing is lost.",
            "{count} files wait for servers that are not in use. Nothing is lost.",
            counts.elsewhere,
        )
    else:
        text = ngettext(
            "{count} file waits for the server {server}, which is not the one in use. Nothing is lost.",
            "{count} files wait for the server {server}, which is not the one in use. Nothing is lost.",
            counts.elsewhere,
            server="".join(map(server_name, counts.servers)),
        )
    return Notice(text, BannerAction.SETTINGS, other=BannerAction.SEND_HERE)


def _sign_in_text(counts: ListCounts, *, was_signed_in: bool) -> str:
    if not was_signed_in:
        return ngettext("Sign in to send this file.", "Sign in to send these {count} files.", counts.unfinished)
    waiting = ngettext("{count} waits", "{count} wait", counts.waiting)
    if not counts.sending:
        return _("Your session has expired. {waiting}. Nothing is lost.", waiting=waiting)
    return _(
        "Your session has expired. {done}, {waiting}. Nothing is lost.",
        done=ngettext("{count} file is being finished", "{count} files are being finished", counts.sending),
        waiting=waiting,
    )


def session_notice(state: SignInState, counts: ListCounts, totals: Totals, now: float) -> Notice | None:
    """Return the warning that the session ends too early; None where it does not, or the end is unknown.

    `now` is in seconds since 1970.
    """
    if not (state.signed_in and state.expires_at is not None and counts.unfinished):
        return None
    left = state.expires_at - now
    if left <= 0:
        return Notice(
            _("Your session has ended. Sign in with new tokens before you go on."),
            BannerAction.SIGN_IN,
            other=BannerAction.CLOSE,
        )
    needed = _needed(counts, totals)
    if needed <= left:
        return None
    text = _(
        "Your session ends in {rest}; sending may take about {time}. Sign in with new tokens to be on the safe side.",
        rest=i18n.lifetime(left),
        time=i18n.duration(needed),
    )
    return Notice(text, BannerAction.SIGN_IN, other=BannerAction.CLOSE)


def _needed(counts: ListCounts, totals: Totals) -> float:
    """Return the seconds until everything is sent: measured while it runs, else a careful guess."""
    if totals.seconds_left is not None:
        return totals.seconds_left
    speed = totals.speed or USUAL_SPEED
    return (counts.bytes_total - counts.bytes_done) / speed + counts.unfinished * SECONDS_PER_FILE
