"""Routes the engine's events to the list, the counts, the banner, the header and what asked; keeps the last state."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from uploader_gui.engine import events
from uploader_gui.engine.errors import Variant
from uploader_gui.gui.notices import Notices, session_notice
from uploader_gui.gui.window.header import SessionEnd, SignInState

if TYPE_CHECKING:
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.upload_list.counts import ListCounts


_NEED_A_PERSON: Final = frozenset({events.Condition.SIGN_IN, events.Condition.JOURNAL})


def is_offline(status: events.QueueStatus) -> bool:
    """Return whether the network is away, rather than one server down."""
    cause = status.causes.get(events.Condition.OFFLINE)
    is_down = cause is not None and cause.variant is Variant.SERVER_DOWN
    return events.Condition.OFFLINE in status.conditions and not is_down


class EventRouter(QObject):
    """Keeps the engine's last status and totals, and shows them. `notices` chooses what the banner says.

    `lacks_tokens`: it is known that there are none, and a trial needs none.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._model = window.model
        self._body = window.body
        self._status = events.QueueStatus(running=False)
        self._totals = events.Totals()
        self._broken = self.lacks_tokens = False
        self._was_signed_in = self._was_accepted = False
        self._signed_in = SignInState(signed_in=False)
        self._refused_at: SessionEnd | None = None
        self.notices = Notices(self._body.banner)
        self._model.counts_changed.connect(self.show)

    @property
    def signed_in(self) -> bool:
        """Whether there are tokens."""
        return self._signed_in.signed_in

    @property
    def session_end(self) -> SessionEnd | None:
        """When the session ended that a person had; None where it goes on, or that is not known."""
        expires = self._signed_in.expires_at
        if self._signed_in.signed_in and expires is not None and expires <= time.time():
            return SessionEnd(expires)
        return None if self._signed_in.signed_in else self._refused_at

    @property
    def goes_on(self) -> bool:
        """Whether files are sent without a person doing anything; a dead line or a busy server only delays them."""
        some = bool(self._model.counts().unfinished) or self._status.walking
        return some and self._status.running and not (self._broken or self._status.conditions & _NEED_A_PERSON)

    @property
    def takes_all(self) -> bool:
        """Whether what is added now is sent without a Start of its own."""
        return self._status.running and not self._status.partly

    @property
    def searching(self) -> bool:
        """Whether the engine is inspecting files that may not be on the list yet."""
        return self._status.walking

    @property
    def wants_sign_in(self) -> bool:
        """Whether files wait for a person to sign in."""
        return events.Condition.SIGN_IN in self._status.conditions

    @property
    def saved(self) -> bool:
        """Whether the journal can be written."""
        return not self._broken and events.Condition.JOURNAL not in self._status.conditions

    def set_signed_in(self, state: SignInState) -> None:
        """Show whether there are tokens and how long they last."""
        self._was_signed_in |= state.signed_in
        if state.signed_in and state.which == self._signed_in.which:
            state = replace(state, accepted=state.accepted or self._signed_in.accepted)
        found_none = self._signed_in.awaited and not (state.awaited or state.signed_in)
        self._show_sign_in(state)
        self._show_notice(self._model.counts())
        if found_none and events.Condition.SIGN_IN in self._status.conditions:
            self._window.sign_in_wanted.emit(False)

    def handle_event(self, event: events.Event) -> None:
        """Show what an event of the engine changes."""
        self._window.number.engine_works()
        self._pass_on(event)
        self._body.preflight.handle_event(event)
        self._body.undo.handle_event(event)
        match event:
            case events.UploadsAdded(uploads):
                self._model.add(uploads)
            case events.UploadsChanged(uploads):
                self._model.change(uploads)
            case events.UploadsRemoved(upload_ids, kept):
                self._model.remove(upload_ids)
                if kept:
                    self.notices.engine_works(another=True)
            case events.Progress(transfers, totals):
                self._totals = totals
                if not self._model.update_progress(transfers):  # else with the rows, in one painting
                    self.show()
            case _:
                self._handle_rare_event(event)

    def _pass_on(self, event: events.Event) -> None:
        """Pass answers on to what asked for them."""
        match event:
            case events.PathsAdded():
                self._window.add_files.paths_added()
            case events.ReceiptBuilt():
                self._window.receipts.receipt_built(event)
            case events.HistoryFound(runs):
                self._window.commands.open_past(runs)
            case events.AnomalyChanged():
                self._window.commands.tell_anomaly_changed(event)
            case events.AnomalyLookedUp(server=server) if server in {"", self._model.pages.server}:
                self._window.number.handle(event)
            case events.ReceiptWritten(path, error):
                self._window.receipts.written(path, error)
            case events.UndoOffered():
                self._window.forget_typing()
            case events.QueueStatus(running, partly=partly) if self.takes_all or (running and not partly):
                self._window.number.note_started(self._model.unfinished_anomalies())
                if running and not partly:
                    self._window.held_start.end()  # everything goes: something else began it

    def show(self) -> None:
        """Show the current counts in the current language."""
        counts = self._model.counts()
        self._body.show_counts(counts, self._totals, self._status)
        self._body.header.show_offline(self._status.running and is_offline(self._status))
        self._show_notice(counts)

    def _handle_rare_event(self, event: events.Event) -> None:
        match event:
            case events.EngineFailed(reason):
                self._broken = True
                self._body.footer.show_engine(ended=reason.variant is Variant.ENGINE_ENDED)
            case events.QueueStatus():
                self._broken = False
                self._body.footer.show_engine(ended=False)
                self.notices.engine_works()
                self._take_status(event)
            case events.QueueIdle(totals=totals):
                self._totals = totals
                self.show()
                self._show_failed()
            case events.SignInRequired(refused_again=False) if self._signed_in.awaited:
                pass  # the password store may still have tokens
            case events.SignInRequired(refused_again):
                self._was_signed_in &= self._was_accepted or not refused_again  # what never held has not expired
                self._note_end(refused_again=refused_again)
                self._show_sign_in(SignInState(signed_in=False))
                self._window.sign_in_wanted.emit(refused_again)
            case events.UndoOffered(removed, cancelled):
                self._body.footer.offer_undo(possible=bool(removed or cancelled))
            case events.SignedIn():
                self._was_signed_in = self._was_accepted = True
                self._window.number.check_again()
                if self._signed_in.signed_in:
                    self._show_sign_in(replace(self._signed_in, accepted=True))
        self.notices.handle_event(event)

    def _take_status(self, status: events.QueueStatus) -> None:
        before, self._status = self._status, status
        if status.running and not before.running:
            self._model.put_failed_first(on=False)
        if events.Condition.OFFLINE in before.conditions - status.conditions:
            self._window.number.check_again()
        self.show()

    def _note_end(self, *, refused_again: bool) -> None:
        """Note when the session ended whose tokens the service refuses: of tokens it never took nothing is known."""
        self._refused_at = self.session_end
        if self._refused_at is None and self._signed_in.accepted and not refused_again:
            self._refused_at = SessionEnd(time.time(), refused=True)

    def _show_sign_in(self, state: SignInState) -> None:
        self._signed_in = state
        self._body.header.show_sign_in(state)
        self.lacks_tokens = not (state.signed_in or state.awaited or self._window.trial)
        self._body.footer.show_sign_in(needed=self.lacks_tokens)

    def _show_failed(self) -> None:
        """At the end of a run, move what was not sent to the top."""
        self._model.flush()
        counts = self._model.counts()
        if counts.failed or counts.refused:
            self._model.put_failed_first(on=True)
            self._window.view.scrollToTop()

    def _show_notice(self, counts: ListCounts) -> None:
        session = None if self._window.trial else session_notice(self._signed_in, counts, self._totals, time.time())
        self.notices.look(
            self._status,
            counts,
            session=session,
            was_signed_in=self._was_signed_in,
            awaits_tokens=self._signed_in.awaited,
        )
