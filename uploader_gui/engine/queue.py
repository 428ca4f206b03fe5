"""The queue: what front ends can ask of the engine.

They call it on the engine's thread (through `thread.py`) and receive events. What one part does alone is asked of
that part: `queue.intake.add_paths(…)`. Here is what concerns several: uploads of all servers, undo, tokens, receipts.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Condition, ReceiptBuilt, UploadsRemoved
from uploader_gui.engine.history import History
from uploader_gui.engine.models import Reason, Treatment, UploadState
from uploader_gui.engine.options import AddOptions, Choices, offered_treatments
from uploader_gui.engine.own_files import OwnFiles
from uploader_gui.engine.registration.api import Tokens
from uploader_gui.engine.undo import Undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from uploader_gui.engine.context import EngineContext, Resources
    from uploader_gui.engine.events import Event
    from uploader_gui.engine.intake.intake import Intake
    from uploader_gui.engine.models import RunKey, Upload, UploadId
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.engine.scheduler import Scheduler
    from uploader_gui.engine.servers import Servers
    from uploader_gui.engine.upload_store import UploadStore


class UploadQueue:
    """All uploads of one run.

    Attributes:
        servers: a scheduler for each server, one of them in use.
        history: what earlier runs left in the journal, and saving receipts.
    """

    def __init__(self, resources: Resources, servers: Servers) -> None:
        self._resources = resources
        self.servers = servers
        self._undo = Undo(self._tell)
        self.history = History(servers, self._undo)

    @property
    def scheduler(self) -> Scheduler:
        """That of the server in use."""
        return self.servers.current

    @property
    def intake(self) -> Intake:
        """That of the server in use."""
        return self.scheduler.intake

    @property
    def _context(self) -> EngineContext:
        return self.scheduler.context

    @property
    def _store(self) -> UploadStore:
        return self._context.store

    def _tell(self, event: Event) -> None:
        self._context.events.send(event)

    @property
    def is_writing(self) -> bool:
        """Whether the journal is being read or written. Any thread may ask."""
        return self._resources.journal.is_busy

    def use(self, options: EngineOptions) -> None:
        """Work with another server from now on, or reach the same one another way.

        The uploads of the server before stay on the list and rest: nothing of theirs goes to another server, nor to
        their own until it is in use again. On another way to the same server everything goes on.
        """
        if not self.servers.use(options):
            return
        self._take_tokens(options.tokens)
        self.adjust(options)

    def adjust(self, options: EngineOptions) -> None:
        """Take over what ends nothing: how many transfers, how fast, what of refused types, whose name on receipts."""
        self._context.slots.resize(options.max_concurrent)
        self._context.bandwidth.change(options.bandwidth_limit)
        self.scheduler.conversions.choices = options.choices
        self.servers.name_depositor(options.depositor)

    def _in_journal_thread(self, note: Callable[[OwnFiles], object]) -> None:
        self._resources.journal.submit(lambda _: note(self._resources.own_files))

    def note_making(self, paths: Iterable[Path]) -> None:
        """Record that this program is making these files: half of one is removed at the next start."""
        for path in paths:
            self._in_journal_thread(partial(OwnFiles.note, path=path))

    def no_longer_wanted(self, paths: Sequence[Path]) -> None:
        """Keep fetched files a week longer that waited for a number, and that nobody wants to send."""
        self._in_journal_thread(lambda own: own.no_longer_wanted(paths))

    def fetched(self, upload_ids: Iterable[UploadId]) -> None:
        """Go on with files that are fetched, whole."""
        for scheduler, uploads in self.servers.owned(upload_ids):
            scheduler.intake.fetched(uploads)

    def not_fetched(self, upload_ids: Iterable[UploadId], reason: Reason) -> None:
        """Let files fail that another program did not give."""
        for scheduler, uploads in self.servers.owned(upload_ids):
            scheduler.intake.not_fetched(uploads, reason)

    def restore(self) -> None:
        """Bring back the list as a window left it: unfinished uploads, and those that failed or were refused.

        Uploads of other servers than the one in use rest.
        """
        self.intake.restore()
        self._context.tasks.spawn(self.servers.list_resting())

    def cancel(self, upload_ids: Iterable[UploadId]) -> None:
        """Cancel unfinished uploads; finished ones stay what they are."""
        with self._undo.step():
            for scheduler, uploads in self.servers.owned(upload_ids):
                self._undo.cancel(scheduler, uploads)

    def cancel_all(self) -> None:
        """Cancel everything unfinished."""
        self.cancel([upload.upload_id for scheduler in self.servers for upload in scheduler.context.store])

    def undo(self) -> None:
        """Bring back what was removed or cancelled last, as it was: rows in their places, nothing registered again."""
        self._undo.take_back()

    def retry(self, upload_ids: Iterable[UploadId]) -> None:
        """Send failed, cancelled and refused uploads again, after another look at their files.

        What waits for Start goes on waiting: a person may not have looked at its number yet.
        """
        wanted = (UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED)
        chosen = [upload for upload in self._those(upload_ids) if upload.state in wanted]
        self.scheduler.registrar.session.tell_again()
        self.intake.look_again(chosen)
        self.scheduler.start_some(upload.upload_id for upload in chosen)

    def retry_failed(self) -> None:
        """Send every failed upload again."""
        self.retry([upload.upload_id for upload in self._store.in_states(UploadState.FAILED)])

    def send_again(self, upload_ids: Iterable[UploadId], *, start: bool = True) -> None:
        """Send uploads that were left out because they had been uploaded before; without `start` they wait for it.

        As with `retry`, others that wait for Start go on waiting.
        """
        chosen = [upload for upload in self._those(upload_ids) if upload.state is UploadState.SKIPPED]
        for upload in chosen:
            self._store.want_again(upload)
        accepted = [upload for upload in chosen if upload.source.media_type]
        self._store.move_all(accepted, UploadState.QUEUED)
        self.scheduler.enqueue(accepted)
        self.intake.look_again(upload for upload in chosen if not upload.source.media_type)
        if start:
            self.scheduler.start_some(upload.upload_id for upload in chosen)

    def treat(self, upload_ids: Iterable[UploadId], treatment: Treatment) -> None:
        """Make files of a refused type acceptable this way; they are sent once that is done, if the queue runs."""
        had_ended = self.scheduler.has_begun and not self._store.unfinished  # it is not paused
        chosen = [upload for upload in self._those(upload_ids) if treatment in offered_treatments(upload.snapshot())]
        self._store.prepare(chosen, treatment)
        self.scheduler.conversions.begin(chosen)
        if had_ended:
            self.scheduler.start()

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Take rows out of the list, cancelling what is unfinished; the receipt still knows them."""
        chosen = dict.fromkeys(upload_ids)
        with self._undo.step():
            for scheduler, uploads in self.servers.owned(chosen):
                self._undo.remove(scheduler, uploads)
                scheduler.context.events.send(UploadsRemoved(tuple(upload.upload_id for upload in uploads)))
                for upload in uploads:
                    del chosen[upload.upload_id]
        if chosen:  # rows of an engine that broke
            self._tell(UploadsRemoved(tuple(chosen)))

    def take_away(self, cancelled: Iterable[UploadId], removed: Iterable[UploadId]) -> None:
        """Cancel some and remove others, as one step that can be undone."""
        with self._undo.step():
            self.cancel(cancelled)
            self.remove(removed)

    def clear_finished(self) -> None:
        """Take out what is done; failed and refused files stay to be seen."""
        done = (UploadState.UPLOADED, UploadState.SKIPPED, UploadState.CANCELLED)
        self.remove(
            [upload.upload_id for scheduler in self.servers for upload in scheduler.context.store.in_states(*done)]
        )

    def send_here(self, upload_ids: Iterable[UploadId]) -> None:
        """Send files that were added for another server to the one in use instead, as if they were added now.

        Their rows leave the list once the new ones are there: whatever happens in between, no file is lost. What is
        still being fetched stays where it is. As with `retry`, others that wait for Start go on waiting.
        """
        for scheduler, uploads in self.servers.owned(upload_ids):
            if scheduler is not self.scheduler:
                for (anomaly_id, add_options), those in _by_options(uploads):
                    paths = [upload.source.path for upload in those]
                    self.intake.add_paths(paths, anomaly_id, add_options, partial(self._hand_over, scheduler, those))

    def send_to(self, upload_ids: Iterable[UploadId], anomaly_id: str) -> None:
        """Let uploads that are not registered yet go to another anomaly; `AnomalyChanged` tells what became of them."""
        for scheduler, uploads in self.servers.owned(upload_ids):
            scheduler.intake.send_to(uploads, anomaly_id)
            self._undo.forget(upload.upload_id for upload in uploads)

    def sign_in(self, bearer: str, session: str, *, entered: bool = True) -> None:
        """Use these tokens from now on: what the old ones held up goes on, what they were denied is tried again.

        Not `entered` by a person just now: where they are refused, sign-in is asked for, as with the first tokens.
        """
        if self.servers.is_nowhere:
            return
        self.scheduler.registrar.session.sign_in(Tokens(bearer, session), entered=entered)
        failed = self._store.in_states(UploadState.FAILED)
        if ids := [upload.upload_id for upload in failed if upload.reason and upload.reason.code is Code.NO_ACCESS]:
            self.retry(ids)

    def sign_out(self) -> None:
        """Forget the tokens: what is registered is still sent, the rest waits for sign-in."""
        self.scheduler.registrar.session.sign_out()

    def look_up(self, anomaly_id: str) -> None:
        """Find out what the register knows of an anomaly and tell it (`AnomalyLookedUp`); "" ends such a search."""
        if self.servers.is_nowhere:
            return
        self.scheduler.registrar.lookup.look_up(anomaly_id)

    def tell_receipt(self, anomaly_id: str) -> None:
        """Tell this run's receipt (`ReceiptBuilt`) for that anomaly; where it got no file, for the last one that did.

        A receipt is about one anomaly: it is the evidence of one deposit. That of one that came to its end is the
        same whenever it is made, here or in History: it is made of what the journal has.
        """
        uploads = self.servers.all_uploads()
        listed = [upload.anomaly_id for upload in uploads]
        chosen = anomaly_id if anomaly_id in listed or not listed else listed[-1]
        ended = self.servers.ended_uploads(chosen)
        if ended and Condition.JOURNAL not in self._context.conditions:
            self._context.tasks.spawn(self._tell_receipt_of_end(chosen, ended))
        else:
            self._tell_receipt_of_now(chosen)

    def _tell_receipt_of_now(self, anomaly_id: str) -> None:
        began = self.servers.began_at(anomaly_id)
        self._tell(ReceiptBuilt(self.servers.receipt(anomaly_id, self.servers.all_uploads(), began)))

    async def _tell_receipt_of_end(self, anomaly_id: str, upload_ids: frozenset[UploadId]) -> None:
        """Tell the receipt of the one deposit that these belong to; of several, that of now."""
        made = await self.history.receipt_of(upload_ids)
        if made is None:
            self._tell_receipt_of_now(anomaly_id)
        else:
            self._tell(ReceiptBuilt(made))

    def send_past_again(self, key: RunKey) -> None:
        """Put what failed in a past run back onto the list, and send it after another look at the files.

        Nothing where that run used another server than the one in use.
        """
        self._context.tasks.spawn(self._send_past_again(key))

    async def _send_past_again(self, key: RunKey) -> None:
        scheduler = self.scheduler
        failed = await self.history.failed(key, self.servers.options.api_url)
        if scheduler is not self.scheduler:
            return  # another server is in use by now
        fresh = [upload for upload in failed if self._store.can_be_listed(upload)]
        for upload in fresh:
            self._store.reset_attempts(upload)
        self._store.add(fresh, recorded=True)
        self.retry([upload.upload_id for upload in failed])

    def receipt(self, anomaly_id: str) -> Receipt:
        """Return the run's receipt for one anomaly ("": for all): what was added or resumed."""
        return self.servers.receipt(anomaly_id, self.servers.of_this_run(), None)

    @property
    def unsent(self) -> Counter[UploadState]:
        """How many uploads of this run are not stored, by state."""
        return Counter(upload.state for upload in self.servers.of_this_run() if not upload.state.stored)

    def _take_tokens(self, tokens: tuple[str, str] | None) -> None:
        session, wanted = self.scheduler.registrar.session, Tokens(*tokens) if tokens else None
        if wanted is None:
            session.sign_out()
        elif wanted != session.tokens:
            session.sign_in(wanted, entered=False)

    def _hand_over(self, scheduler: Scheduler, uploads: list[Upload]) -> None:
        """Cancel and unlist uploads that are sent to another server instead."""
        left = [upload for upload in uploads if scheduler.context.store.get(upload.upload_id) is upload]
        scheduler.cancel([upload for upload in left if not upload.state.finished])
        scheduler.context.store.remove(left)
        scheduler.context.events.send(UploadsRemoved(tuple(upload.upload_id for upload in left)))
        self._undo.forget(upload.upload_id for upload in uploads)

    def _those(self, upload_ids: Iterable[UploadId]) -> list[Upload]:
        found = (self._store.get(upload_id) for upload_id in upload_ids)
        return [upload for upload in found if upload is not None]


def _by_options(uploads: Iterable[Upload]) -> Iterable[tuple[tuple[str, AddOptions], list[Upload]]]:
    """Return what can be sent now by anomaly and by what was chosen for it, without what is stored already."""
    groups: dict[tuple[str, AddOptions], list[Upload]] = {}
    for upload in uploads:
        if not upload.state.stored and upload.state is not UploadState.FETCHING:
            groups.setdefault((upload.anomaly_id, _options_of(upload)), []).append(upload)
    return groups.items()


def _options_of(upload: Upload) -> AddOptions:
    zipped = upload.treatment is Treatment.ZIP
    choices = Choices(upload.treatment, Treatment.ZIP if zipped else None)
    return AddOptions(upload.wanted_again, choices, upload.origin, start=True)
