"""Registers queued uploads in batches, just in time: asks the batcher, calls the API, waits and repeats as allowed.

Registering creates records at the service, so it is repeated freely only when it surely did nothing; otherwise with
the same uploadIds, few times, and the uploads are marked "may be registered twice".
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import (
    ApiError,
    Code,
    Offline,
    SignInNeeded,
    TooManyRequests,
    UploaderError,
    UrlRefused,
    Variant,
)
from uploader_gui.engine.events import Condition, SignedIn, SignInRequired
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.net.client import NEVER_SENT
from uploader_gui.engine.outages import CircuitBreaker
from uploader_gui.engine.registration.batches import LookAhead
from uploader_gui.engine.registration.lookup import AnomalyLookup
from uploader_gui.engine.transfer.presigned_url import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uploader_gui.engine.context import EngineContext
    from uploader_gui.engine.models import Upload, UploadId
    from uploader_gui.engine.registration.api import Registration, Tokens

log = logging.getLogger(__name__)

_UNFINISHED_HERE: Final = frozenset({UploadState.QUEUED, UploadState.REGISTERING, UploadState.REGISTERED})


class Registrar:
    """Keeps enough uploads registered ahead of the transfers.

    Attributes:
        session: the tokens in force.
        look_ahead: how much is registered ahead.
        breaker: whether the service works as a whole.
    """

    def __init__(self, context: EngineContext) -> None:
        self._api = context.server.api
        self._clock = context.server.clock
        self._retry = context.resources.retry
        self._scheduler = context.scheduler
        self._store = context.store
        self._batcher = context.batcher
        self._conditions = context.conditions
        self._connectivity = context.connectivity
        self._tasks = context.tasks
        self.session = ApiSession(context)
        self.lookup = AnomalyLookup(context, self.session)
        self.look_ahead = LookAhead(context)
        self._probing = False
        self._unreachable_tries = 0
        self._in_flight: set[UploadId] = set()
        self._held: list[Upload] = []
        self.breaker = CircuitBreaker(context, Condition.SERVICE_BUSY)

    def fill(self, *, whole: bool) -> None:
        """Register the next batch where the look-ahead wants one. `whole`: more files are still being found.

        While the service is in trouble as a whole, one file at a time probes whether it works again.
        """
        if self.session.waiting:
            return
        if self.breaker.open:
            self._send_probe()
        elif self.look_ahead.may_call(offline=Condition.OFFLINE in self._conditions) and (
            batch := self.look_ahead.next_batch(whole=whole)
        ):
            self.look_ahead.calls += 1
            self._tasks.spawn(self._register(batch), batch)
            self._scheduler.wake()  # the next one is looked for when this one counts as being registered

    def _send_probe(self) -> None:
        if self._probing or not self.breaker.due or not (batch := self._batcher.next_probe()):
            return
        self.breaker.probed()
        self._probing = True
        self.look_ahead.calls += 1
        self._tasks.spawn(self._probe(batch), batch)

    async def _probe(self, batch: list[Upload]) -> None:
        try:
            await self._register(batch)
        finally:
            self._probing = False

    async def _register(self, batch: list[Upload]) -> None:
        try:
            await self._attempt(batch)
        except Exception:
            log.exception("registration of %d files: internal error", len(batch))
            self._give_up([upload for upload in batch if upload.state in _UNFINISHED_HERE])
        finally:
            self.look_ahead.calls -= 1
            self._scheduler.wake()

    def _give_up(self, uploads: list[Upload]) -> None:
        for upload in uploads:
            self._batcher.discard(upload)
        self._store.move_all(uploads, UploadState.FAILED, Reason(Code.INTERNAL_ERROR))

    async def _attempt(self, batch: list[Upload]) -> None:
        batch = self._askable(batch)
        if not self.session.can_ask:
            self._refused(batch, SignInNeeded(), self.session.tokens)
            return
        batch = await self._begin(batch)
        if not batch:
            return
        tokens, began = self.session.tokens, time.monotonic()
        try:
            answer = await self._ask(batch)
        except asyncio.CancelledError as left:
            if NEVER_SENT in left.args:
                self._store.uncount_registration(batch)
                self._store.move_all(_registering(batch), UploadState.QUEUED)
            raise
        except SignInNeeded as error:
            if tokens is not None and tokens.sendable:  # it was asked: it speaks, though it lets nobody in
                self._connectivity.note_activity()
                self.breaker.succeeded()
            self._refused(_registering(batch), error, tokens)
        except Offline as error:
            await self._unreachable(batch, error)
        except UploaderError as error:
            await self._failed(batch, error)
        else:
            self.look_ahead.answered(time.monotonic() - began)
            self._succeeded(batch, answer, tokens)

    def _askable(self, batch: Iterable[Upload]) -> list[Upload]:
        """Return the uploads of a batch to ask for, without those that were cancelled meanwhile.

        One that was cancelled and wanted again may be asked for already: then its answer is waited for, and where the
        answer has come, the upload goes on with it.
        """
        queued = [upload for upload in batch if upload.state is UploadState.QUEUED]
        self._held += [upload for upload in queued if upload.upload_id in self._in_flight]
        answered = [upload for upload in queued if upload.presigned is not None]
        self._store.move_all(answered, UploadState.REGISTERED, durable=True)
        self._scheduler.start_transfers(answered)
        return [
            upload
            for upload in queued
            if upload.state is UploadState.QUEUED and upload.upload_id not in self._in_flight
        ]

    async def _begin(self, batch: list[Upload]) -> list[Upload]:
        """Record that these are about to be asked for; return those that are still wanted once that is on the disk.

        Until the answer is there no other call asks for them.
        """
        wanted: set[UploadId] = set()
        self._in_flight |= {upload.upload_id for upload in batch}
        try:
            self._store.begin_registration(batch)
            await self._store.writer.saved()
            wanted = {upload.upload_id for upload in _registering(batch)}
        except asyncio.CancelledError:  # they were not asked for, so nothing is in doubt
            self._store.move_all(_registering(batch), UploadState.QUEUED)
            raise
        finally:
            unasked = [upload for upload in batch if upload.upload_id not in wanted]
            self._store.uncount_registration(unasked)
            self._let_go(unasked)
        return [upload for upload in batch if upload.upload_id in wanted]

    async def _ask(self, batch: list[Upload]) -> Registration:
        sources = {upload.upload_id: upload.sent for upload in batch}
        try:
            return await self._without_taken(await self._api.register(batch[0].anomaly_id, sources))
        finally:
            self._let_go(batch)

    def _let_go(self, uploads: Iterable[Upload]) -> None:
        self._in_flight -= {upload.upload_id for upload in uploads}
        asyncio.get_running_loop().call_soon(self._requeue_held)  # when the answer has been recorded

    async def _without_taken(self, answer: Registration) -> Registration:
        """Refuse URLs of places where another upload is, or may be put: one of the two files would be lost.

        On leaving this goes on: what the service has answered is recorded, or it would be asked once more.
        """
        places = {upload_id: place_of(presigned.url) for upload_id, presigned in answer.presigned.items()}
        claiming = asyncio.ensure_future(self._store.writer.claim_places(places))
        try:
            taken = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            taken = await claiming
        refused = {one: UrlRefused(name, variant=Variant.PLACE_TAKEN) for one, name in taken.items()}
        return answer.without(refused)

    def _requeue_held(self) -> None:
        held, self._held = self._held, []
        self._requeue(held)
        self._scheduler.wake()

    def _succeeded(self, batch: list[Upload], answer: Registration, tokens: Tokens | None) -> None:
        self._connectivity.note_activity()
        self.breaker.succeeded()
        self._unreachable_tries = 0
        self.session.accepted(tokens)
        for upload in batch:
            if (presigned := answer.presigned.get(upload.upload_id)) is not None:
                self._store.record_url(upload, self._clock.received(presigned))
                self.look_ahead.note_lifetime(presigned.lifetime)
        registered = [upload for upload in _registering(batch) if upload.upload_id in answer.presigned]
        self._store.move_all(registered, UploadState.REGISTERED, durable=True)
        for upload in _registering(batch):
            self._fail(upload, answer.failed[upload.upload_id])
        self._scheduler.start_transfers(registered)

    def _fail(self, upload: Upload, error: UploaderError) -> None:
        self._store.record_refused_url(upload)
        log.info("upload %.8s: not registered: %s", upload.upload_id, error)
        self._store.move(upload, UploadState.FAILED, Reason.of(error))

    def _refused(self, uploads: list[Upload], error: SignInNeeded, tokens: Tokens | None) -> None:
        """Let uploads wait for a sign-in; where a person has just entered these tokens, let them fail.

        Without tokens that a request can carry they are still queued, for the service was not asked.
        """
        if self.session.just_entered(tokens):
            self._store.move_all(uploads, UploadState.FAILED, Reason(Code.NO_ACCESS, detail=error.detail))
            self.session.tell_refused_again(tokens)
        else:
            self._store.move_all(_registering(uploads), UploadState.QUEUED)
            for upload in uploads:
                self._store.explain(upload, Reason.of(error))
            self._requeue(uploads)
            self.session.ask(tokens, error.detail)

    async def _unreachable(self, batch: list[Upload], error: Offline) -> None:
        """Wait until servers can be reached again, without using up an attempt: nothing went out."""
        self._store.uncount_registration(batch)
        self._unreachable_tries = 1 if self.breaker.open else self._unreachable_tries + 1  # its probes wait already
        self._store.move_all(_registering(batch), UploadState.QUEUED, Reason.of(error))
        await self._connectivity.wait_back(self._unreachable_tries, error)
        self._requeue(batch)

    async def _failed(self, batch: list[Upload], error: UploaderError) -> None:
        self._connectivity.note_activity()
        log.info("registration of %d files: %s", len(batch), error)
        final = self._final_after(batch, error)
        lasting = [upload for upload in _registering(batch) if upload not in final]
        self._fail_for_good(final, error)
        if lasting:
            await self._wait_and_requeue(lasting, error)

    def _final_after(self, batch: list[Upload], error: UploaderError) -> list[Upload]:
        """Return the uploads of a failed batch that are not asked for again."""
        asked = _registering(batch)
        if self.breaker.concerns(error):
            blamed = self.breaker.failed([upload.upload_id for upload in batch], error)
            self._use_up(batch, asked, error)
            return [upload for upload in asked if self._is_used_up(upload, blamed)]
        if isinstance(error, ApiError):
            self.breaker.succeeded()  # it speaks, though it says no
        return [u for u in asked if not error.retriable or u.registrations >= self._retry.attempts]

    def _use_up(self, batch: list[Upload], asked: list[Upload], error: UploaderError) -> None:
        """Count a failed registration, unless it surely did nothing."""
        if error.outcome_unknown:
            self._store.record_lost_answer(asked)
        else:
            self._store.uncount_registration(batch)

    def _is_used_up(self, upload: Upload, blamed: frozenset[UploadId]) -> bool:
        """Return whether the file is at fault: others succeeded meanwhile, or no other is left to compare with."""
        if upload.upload_id in blamed and upload.unknown_registrations >= self._retry.unknown_attempts:
            return True
        return self.breaker.ends(upload.upload_id, self._on_this_side())

    def _on_this_side(self) -> list[UploadId]:
        return self._store.ids_in(UploadState.PREPARING, UploadState.QUEUED, UploadState.REGISTERING)

    def _fail_for_good(self, uploads: list[Upload], error: UploaderError) -> None:
        for upload in uploads:
            self.breaker.forget(upload.upload_id)
        self._store.move_all(uploads, UploadState.FAILED, Reason.of(error))

    async def _wait_and_requeue(self, uploads: list[Upload], error: UploaderError) -> None:
        """Let uploads wait before they are asked for again; where the breaker is open, its probes wait instead."""
        self._store.move_all(uploads, UploadState.QUEUED, Reason.of(error))
        self._conditions.begin(Condition.SERVICE_BUSY, error)
        tries = max(max(upload.registrations, self.breaker.tries(upload.upload_id)) for upload in uploads)
        wait = self.breaker.wait(tries, self._on_this_side(), error)
        if isinstance(error, TooManyRequests):
            rest = self._retry.rest_after(error, wait)
            self.look_ahead.slow_down(rest)
            asyncio.get_running_loop().call_later(rest, self._scheduler.wake)
        if wait > 0:
            for upload in uploads:
                self._store.retry_later(upload, time.monotonic() + wait)
            await self._connectivity.sleep(wait)
        self._requeue(uploads)

    def _requeue(self, uploads: Iterable[Upload]) -> None:
        """Return what was not cancelled meanwhile to the batcher."""
        self._batcher.put_back(upload for upload in uploads if upload.state is UploadState.QUEUED)


def _registering(batch: Iterable[Upload]) -> list[Upload]:
    """Return the uploads of a batch without those that were cancelled meanwhile."""
    return [upload for upload in batch if upload.state is UploadState.REGISTERING]


class ApiSession:
    """Whether the service accepts us: the tokens of the API's client, and what a person is told about them.

    Methods take the tokens a call began with: others may be in force by now.
    """

    def __init__(self, context: EngineContext) -> None:
        self._api = context.server.api
        self._conditions = context.conditions
        self._events = context.events
        self._scheduler = context.scheduler
        self._just_entered = False
        self._accepted: Tokens | None = None
        self._told_refused: Tokens | None = None

    @property
    def waiting(self) -> bool:
        """Whether a person has to sign in before the next call."""
        return Condition.SIGN_IN in self._conditions

    @property
    def tokens(self) -> Tokens | None:
        """The tokens in force."""
        return self._api.tokens

    @property
    def can_ask(self) -> bool:
        """Whether there are tokens that a request can carry."""
        return self.tokens is not None and self.tokens.sendable

    def sign_in(self, tokens: Tokens, *, entered: bool) -> None:
        """Use other tokens from now on. Not `entered`: they were kept from an earlier run, and may have expired."""
        self._api.tokens = tokens
        self._just_entered = entered
        self._conditions.end(Condition.SIGN_IN)
        self._scheduler.wake()

    def sign_out(self) -> None:
        """Use no tokens: the next batch asks for sign-in."""
        self._api.tokens = None
        self._just_entered = False
        self._scheduler.wake()

    def accepted(self, tokens: Tokens | None) -> None:
        """Tell, once, that the service accepted these (`SignedIn`)."""
        self._just_entered = False
        if tokens is not self._accepted:
            self._accepted = tokens
            self._events.send(SignedIn())

    def just_entered(self, tokens: Tokens | None) -> bool:
        """Return whether these are in force and were never accepted: refused, they do not become better by waiting."""
        return self._just_entered and tokens is self._api.tokens

    def tell_refused_again(self, tokens: Tokens | None) -> None:
        """Tell, once, that the tokens a person just entered are refused."""
        if tokens is not self._told_refused:
            self._told_refused = tokens
            self._events.send(SignInRequired(refused_again=True))

    def tell_again(self) -> None:
        """Report the next refusal again, although these tokens were refused before: a person has tried again."""
        self._told_refused = None

    def ask(self, tokens: Tokens | None, why: str) -> None:
        """Ask for sign-in, unless other tokens came meanwhile or that is asked already."""
        if tokens is self._api.tokens and not self.waiting:
            log.info("the service refused the tokens: %s", why)
            self._conditions.begin(Condition.SIGN_IN)
            self._events.send(SignInRequired())
