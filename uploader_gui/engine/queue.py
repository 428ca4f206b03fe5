"""The queue: owns every upload from being added to its receipt. The engine's one long-running coroutine.

Front ends call its plain methods on the engine's thread (through `worker.py`) and hear events. What they ask is done
here; when an upload is registered and sent is decided in `flow.py`, by the parts put together in `parts.py`.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from uploader_gui.engine import receipt
from uploader_gui.engine.api import Tokens
from uploader_gui.engine.codes import Code
from uploader_gui.engine.events import ReceiptBuilt, UploadsRemoved
from uploader_gui.engine.flow import Flow
from uploader_gui.engine.history import History
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.own_files import facts_of
from uploader_gui.engine.treatments import NO_WISHES, offered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from uploader_gui.engine.events import Event
    from uploader_gui.engine.models import Treatment, Upload, UploadId
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.parts import Services
    from uploader_gui.engine.runs import RunKey
    from uploader_gui.engine.treatments import Choices, Wishes


class UploadQueue:
    """All uploads of one run.

    Attributes:
        history: what earlier runs left in the journal, and saving receipts.
    """

    def __init__(self, services: Services, options: EngineOptions, emit: Callable[[Event], None]) -> None:
        self._options = options
        self._started_at = time.time()
        self._flow = Flow(services, options, emit)
        parts = self._parts = self._flow.parts
        self._ledger, self._outbox, self._intake = parts.ledger, parts.outbox, parts.intake
        self.history = History(self._ledger, options, self._outbox, threads=services.threads, spawn=parts.tasks.spawn)

    async def run(self) -> None:
        """Work until `close()`; whatever runs then is dropped, and the journal keeps it.

        An error that nobody foresaw is a bug. What a task was working on fails with it, and the queue goes on; where
        nothing could go on, this raises it.
        """
        await self._flow.run()

    def close(self) -> None:
        """Leave: `run()` returns."""
        self._flow.close()

    def add_paths(
        self,
        paths: Sequence[Path],
        anomaly_id: str,
        wishes: Wishes = NO_WISHES,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        """Take in files and folders for an anomaly; they are sent at once where the queue runs.

        `recorded` is called when all that was found is in the journal.
        """
        self._intake.add_paths(paths, anomaly_id, wishes, recorded)
        self._flow.tell_status()

    def note_capture(self, path: Path) -> None:
        """Record that this program made that picture: it goes once no upload needs it (`own_files.py`)."""
        with suppress(OSError):
            self._parts.own_files.note(path, facts_of(path.lstat()))

    def resume(self, anomaly_id: str | None = None) -> int:
        """Take up what the journal holds unfinished (for one anomaly, or all), and give how many that are."""
        return self._intake.resume(anomaly_id)

    def restore(self) -> None:
        """Bring back the list as a window left it: unfinished uploads, and those that failed or were refused."""
        self._intake.restore()

    def start(self) -> None:
        """Begin, or go on after a pause."""
        self._flow.start()

    def pause(self) -> None:
        """Stop sending; what was under way goes back to where it can begin again."""
        self._flow.pause()

    def cancel(self, upload_ids: Iterable[UploadId]) -> None:
        """Cancel unfinished uploads; finished ones stay what they are."""
        chosen = [upload for upload in self._those(upload_ids) if not upload.state.finished]
        for upload in chosen:
            self._parts.take_out(upload)
            # The service may register it all the same: whoever asks for it again may double it.
            upload.url_given_out |= upload.state is UploadState.REGISTERING
        self._ledger.move_all(chosen, UploadState.CANCELLED)
        self._flow.poke()

    def cancel_all(self) -> None:
        """Cancel everything unfinished."""
        self.cancel([upload.upload_id for upload in self._ledger])

    def retry(self, upload_ids: Iterable[UploadId]) -> None:
        """Send failed, cancelled and refused uploads again, after another look at their files."""
        wanted = (UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED)
        self._intake.look_again(upload for upload in self._those(upload_ids) if upload.state in wanted)
        self._flow.start()

    def retry_failed(self) -> None:
        """Send every failed upload again."""
        self.retry([upload.upload_id for upload in self._parts.in_states(UploadState.FAILED)])

    def send_again(self, upload_ids: Iterable[UploadId], *, start: bool = True) -> None:
        """Send uploads that were left out because they had been uploaded before; without `start` they wait for it."""
        chosen = [upload for upload in self._those(upload_ids) if upload.state is UploadState.SKIPPED]
        for upload in chosen:
            upload.wanted_again = True
        accepted = [upload for upload in chosen if upload.source.media_type]
        self._ledger.move_all(accepted, UploadState.QUEUED)
        self._flow.ready(accepted)
        self._intake.look_again(upload for upload in chosen if not upload.source.media_type)
        if start:
            self._flow.start()

    def treat(self, upload_ids: Iterable[UploadId], treatment: Treatment) -> None:
        """Make files of a refused type acceptable this way; they are sent once that is done, if the queue runs."""
        had_ended = self._flow.has_begun and not self._ledger.unfinished  # that is no pause
        chosen = [upload for upload in self._those(upload_ids) if treatment in offered(upload.snapshot())]
        for upload in chosen:
            self._ledger.resized(upload, upload.source.size)
            upload.treatment, upload.substitute, upload.presigned = treatment, None, None
        self._ledger.move_all(chosen, UploadState.PREPARING)
        self._parts.preparation.begin(chosen)
        if had_ended:
            self._flow.start()

    def choose(self, choices: Choices) -> None:
        """Do this from now on with files of refused types, without asking."""
        self._parts.preparation.choices = choices

    def remove(self, upload_ids: Iterable[UploadId]) -> None:
        """Take rows out of the list, cancelling what is unfinished; the receipt still knows them."""
        chosen = list(upload_ids)
        self.cancel(chosen)
        self._ledger.remove(self._those(chosen))
        self._outbox.send(UploadsRemoved(tuple(chosen)))

    def clear_finished(self) -> None:
        """Take out what needs nobody any more; failed and refused files stay to be seen."""
        done = self._parts.in_states(UploadState.UPLOADED, UploadState.SKIPPED, UploadState.CANCELLED)
        self.remove([upload.upload_id for upload in done])

    def sign_in(self, bearer: str, session: str, *, entered: bool = True) -> None:
        """Use these tokens from now on: what the old ones held up goes on, what they were denied is tried again.

        Not `entered` by a person just now: refused, they are asked for anew as those of the start are.
        """
        self._parts.registrar.sign_in(Tokens(bearer, session), entered=entered)
        failed = self._parts.in_states(UploadState.FAILED)
        if ids := [upload.upload_id for upload in failed if upload.reason and upload.reason.code is Code.NO_ACCESS]:
            self.retry(ids)

    def sign_out(self) -> None:
        """Forget the tokens: what is registered is still sent, the rest waits for sign-in."""
        self._parts.registrar.sign_out()

    def resize(self, max_concurrent: int) -> None:
        """Change how many transfers run at once."""
        self._parts.slots.resize(max_concurrent)

    def limit(self, bytes_per_second: float) -> None:
        """Change how much all transfers together may send; 0 means no limit."""
        self._parts.bandwidth.change(bytes_per_second)

    def tell_receipt(self, anomaly_id: str) -> None:
        """Tell this run's receipt (`ReceiptBuilt`) for that anomaly, or where it got nothing for the last one that did.

        A receipt speaks of one anomaly: it is the evidence of one deposit.
        """
        listed = [upload.anomaly_id for upload in self._ledger.everything()]
        chosen = anomaly_id if anomaly_id in listed or not listed else listed[-1]
        self._outbox.send(ReceiptBuilt(self._receipt(chosen, self._ledger.everything())))

    def send_past_again(self, key: RunKey) -> None:
        """Send what failed in a past run again: back onto the list, after another look at the files."""
        self._parts.tasks.spawn(self._send_past_again(key))

    async def _send_past_again(self, key: RunKey) -> None:
        failed = await self.history.failed(key)
        fresh = [upload for upload in failed if self._ledger.may_take_up(upload)]
        for upload in fresh:
            upload.attempts = 0  # a new run counts anew
        self._ledger.add(fresh, recorded=True)
        self.retry([upload.upload_id for upload in failed])

    def receipt(self, anomaly_id: str) -> dict[str, object]:
        """Give the run's receipt for one anomaly ("": for all) as plain values: what it was given or resumed."""
        return self._receipt(anomaly_id, self._ledger.of_this_run())

    def _receipt(self, anomaly_id: str, uploads: Iterable[Upload]) -> dict[str, object]:
        run = receipt.Run(
            program=self._options.program,
            anomaly_id=anomaly_id,
            started_at=self._started_at,
            uploads=[upload for upload in uploads if anomaly_id in {"", upload.anomaly_id}],
            junk=self._intake.junk,
            describe=self._options.describe,
            gave_up=self._flow.gave_up,
            trial=self._options.trial,
        )
        return receipt.build(run, time.time())

    @property
    def unsent(self) -> Counter[UploadState]:
        """How many uploads of this run are not stored, by state."""
        stored = (UploadState.UPLOADED, UploadState.SKIPPED)
        return Counter(upload.state for upload in self._ledger.of_this_run() if upload.state not in stored)

    @property
    def others_unfinished(self) -> int:
        """How many unfinished uploads of this service the journal holds that this run did not take up."""
        return self._intake.others_unfinished

    def _those(self, upload_ids: Iterable[UploadId]) -> list[Upload]:
        found = (self._ledger.get(upload_id) for upload_id in upload_ids)
        return [upload for upload in found if upload is not None]
