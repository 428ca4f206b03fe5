"""The bridge between Qt and other threads: commands go to the engine's, events come back as one queued signal.

Every method returns at once, but for what `leave` returns.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from uploader_gui.engine.events import ReceiptWritten, UndoOffered, UploadsRemoved
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS
from uploader_gui.i18n import _

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from uploader_gui.engine.models import Awaited, Reason, RunKey, Treatment, UploadId, UploadState
    from uploader_gui.engine.options import AddOptions, EngineOptions
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.engine.queue import UploadQueue
    from uploader_gui.engine.receipt import Receipt
    from uploader_gui.engine.thread import EngineThread

    Command = Callable[[UploadQueue], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run leaves behind: its receipt for one anomaly, and the uploads of all anomalies not stored, by state."""

    receipt: Receipt
    unsent: dict[UploadState, int]


class ThreadSignal(QObject):
    """Tells Qt's thread a value: any thread may emit `told(value)`, also while the window that listens is deleted.

    A thread that emits crashes if Qt deletes the emitting object meanwhile. So this one has no parent: it lives as
    long as somebody in Python holds it, and the thread does.
    """

    told = Signal(object)

    def __init__(self, listener: Callable[[Any], object]) -> None:
        super().__init__()
        self.told.connect(listener, Qt.ConnectionType.QueuedConnection)


class Bridge(QObject):
    """Holds the engine's thread. One that failed is replaced when the settings change.

    Between `hold` and `release`, while a change of settings is saved, commands wait: they may be meant for the new
    server. Commands that only stop something are sent at once, and once more after `release`.
    """

    event_arrived = Signal(object)
    ready = Signal()
    """The engine is ready: its queue exists, and the journal is open and locked."""
    _called_back = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.decoder: PictureDecoder | None = None
        """What engines decode pictures with: one for all of them; the composition root sets it before `run`."""
        self._engine: EngineThread | None = None
        self._early: list[Command] = []
        self._holds: list[list[Command]] = []
        self._anomaly_id: Callable[[], str] = str
        self._called_back.connect(lambda call: call())

    def run(self, options: EngineOptions, *, anomaly_id: Callable[[], str]) -> None:
        """Start an engine, and send it the commands that came before.

        `anomaly_id` returns the anomaly whose receipt `stop` returns.
        """
        from uploader_gui.engine.thread import EngineThread  # noqa: PLC0415 - asyncio comes after the first paint

        self._anomaly_id = anomaly_id
        self._engine = EngineThread(options, self.event_arrived.emit, self.decoder)
        self._engine.start()
        self._engine.submit(lambda _: self.ready.emit())
        early, self._early = self._early, []
        for command in early:
            self._engine.submit(command)

    def leave(self, given_up: threading.Event, *, begin_seconds: float = 0.0) -> Callable[[], Outcome | None]:
        """Emit nothing from now on, and return a function that stops the engine and returns the outcome of its run.

        That function returns None if there was no engine. It blocks: see `EngineThread.stop`.
        """
        engine, self._engine = self._engine, None
        if engine is None:
            return lambda: None
        self.blockSignals(True)
        outcomes: list[Outcome] = []
        anomaly_id = self._anomaly_id()

        def stop() -> Outcome | None:
            engine.stop(
                lambda queue: outcomes.append(Outcome(queue.receipt(anomaly_id), dict(queue.unsent))),
                begin_seconds=begin_seconds,
                given_up=given_up,
            )
            return outcomes[0] if outcomes else None

        return stop

    def replace(self, options: EngineOptions, listed: Sequence[UploadId]) -> None:
        """Use another server, or reach the same one another way. The rows stay.

        An engine that failed is replaced by a new one: its rows leave the list and come back from the journal.
        """
        if self._engine is None:
            return
        if self._engine.is_working:
            self._submit(lambda queue: queue.use(options))
        else:
            self._replace_broken(self._engine, options, listed)

    def hold(self) -> None:
        """Let commands wait from now on, until `release`. Calls may overlap; each needs its `release`."""
        self._holds.append([])

    def release(self) -> None:
        """Send the commands that waited since the oldest `hold`: its settings are in force."""
        for command in self._holds.pop(0):
            self._submit(command)

    def _replace_broken(self, broken: EngineThread, options: EngineOptions, listed: Sequence[UploadId]) -> None:
        """Start a new engine with the server in use before: commands the failed one never ran were meant for that."""
        before = broken.options
        self.event_arrived.emit(UploadsRemoved(tuple(listed), kept=True))
        self.event_arrived.emit(UndoOffered())  # only the failed engine knew what could be undone
        self.run(
            dataclasses.replace(options, api_url=before.api_url, tokens=before.tokens), anomaly_id=self._anomaly_id
        )
        self.resume()
        for command in broken.unheard:
            self._submit(command)
        self._submit(lambda queue: queue.use(options))

    # Commands of the window

    def add_paths(
        self,
        paths: Sequence[Path],
        anomaly_id: str,
        options: AddOptions = DEFAULT_ADD_OPTIONS,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        """Add files and folders to the queue, for this anomaly and no other.

        `recorded` is called on the UI thread once everything found is in the journal.
        """
        wanted = tuple(paths)
        self._ask(
            lambda queue: queue.intake.add_paths(wanted, anomaly_id, options, lambda: self._called_back.emit(recorded))
        )

    def start(self) -> None:
        """Start or resume."""
        self._ask(lambda queue: queue.scheduler.start())

    def try_now(self) -> None:
        """Ask servers that are down or busy once more at once."""
        self._ask(lambda queue: queue.scheduler.try_now())

    def pause(self) -> None:
        """Stop sending; running transfers go back to waiting."""
        self._stop(lambda queue: queue.scheduler.pause())

    def cancel(self, upload_ids: Sequence[UploadId]) -> None:
        """Cancel unfinished uploads."""
        self._stop(lambda queue: queue.cancel(upload_ids))

    def cancel_all(self) -> None:
        """Cancel every unfinished upload."""
        self._stop(lambda queue: queue.cancel_all())

    def retry(self, upload_ids: Sequence[UploadId]) -> None:
        """Send failed and cancelled uploads again."""
        self._ask(lambda queue: queue.retry(upload_ids))

    def retry_failed(self) -> None:
        """Send every failed upload again."""
        self._ask(lambda queue: queue.retry_failed())

    def send_again(self, upload_ids: Sequence[UploadId], *, start: bool = True) -> None:
        """Send skipped uploads (they had been uploaded before); without `start` they wait for Start."""
        self._ask(lambda queue: queue.send_again(upload_ids, start=start))

    def treat(self, upload_ids: Sequence[UploadId], treatment: Treatment) -> None:
        """Convert files of a refused type, or put each into a ZIP."""
        self._ask(lambda queue: queue.treat(upload_ids, treatment))

    def remove(self, upload_ids: Sequence[UploadId]) -> None:
        """Remove finished or waiting uploads from the list."""
        self._stop(lambda queue: queue.remove(upload_ids))

    def take_away(self, cancelled: Sequence[UploadId], removed: Sequence[UploadId]) -> None:
        """Cancel some and remove others, as one step that can be undone."""
        self._stop(lambda queue: queue.take_away(cancelled, removed))

    def undo(self) -> None:
        """Undo the last removal or cancellation."""
        self._ask(lambda queue: queue.undo())

    def send_here(self, upload_ids: Sequence[UploadId]) -> None:
        """Send files that were added for another server to the current one."""
        self._ask(lambda queue: queue.send_here(upload_ids))

    def send_to(self, upload_ids: Sequence[UploadId], anomaly_id: str) -> None:
        """Send files that are not registered yet to another anomaly; `AnomalyChanged` answers."""
        self._stop(lambda queue: queue.send_to(upload_ids, anomaly_id))

    def clear_finished(self) -> None:
        """Remove finished uploads that need no decision from the list."""
        self._ask(lambda queue: queue.clear_finished())

    def build_receipt(self, key: RunKey | None = None, *, anomaly_id: str = "") -> None:
        """Request the receipt of a past run, or (None) of this run for that anomaly; `ReceiptBuilt` answers."""
        if key is not None:
            self._submit(lambda queue: queue.history.tell_receipt(key))
            return
        chosen = anomaly_id or self._anomaly_id()
        self._submit(lambda queue: queue.tell_receipt(chosen))

    def save_receipt(self, content: bytes, path: Path) -> None:
        """Write a finished receipt file; `ReceiptWritten` answers."""
        if self._engine is None:
            self.event_arrived.emit(ReceiptWritten(str(path), _("the program is not ready yet")))
            return
        self._submit(lambda queue: queue.history.save(content, path))

    def look_up(self, anomaly_id: str) -> None:
        """Find out what the register knows of an anomaly; `AnomalyLookedUp` answers. "" ends the search before."""
        self._submit(lambda queue: queue.look_up(anomaly_id))

    def load_history(self) -> None:
        """Request all past runs; `HistoryFound` answers."""
        self._submit(lambda queue: queue.history.tell_runs())

    def search_history(self, wanted: str) -> None:
        """Request the runs that hold a file whose name contains this text; `HistoryMatches` answers."""
        self._submit(lambda queue: queue.history.search(wanted))

    def forget_past(self, key: RunKey) -> None:
        """Forget a past run, but for what is still to be sent; `HistoryFound` answers."""
        self._submit(lambda queue: queue.history.forget(key))

    def send_past_again(self, key: RunKey) -> None:
        """Send again what failed in a past run."""
        self._ask(lambda queue: queue.send_past_again(key))

    # Commands of the composition root

    def resume(self) -> None:
        """Restore the list from the journal; unfinished uploads wait for Start."""
        self._submit(lambda queue: queue.restore())

    def await_files(self, files: Sequence[Awaited], anomaly_id: str, options: AddOptions) -> None:
        """Put files on the list that are being fetched; `fetched` or `not_fetched` follows for each."""
        wanted = tuple(files)
        self._ask(lambda queue: queue.intake.await_files(wanted, anomaly_id, options))

    def note_making(self, paths: Sequence[Path]) -> None:
        """Mark files as this program's own before they exist."""
        wanted = tuple(paths)
        self._submit(lambda queue: queue.note_making(wanted))

    def no_longer_wanted(self, paths: Sequence[Path]) -> None:
        """Keep fetched files a week longer that waited for a number, and that nobody wants to send."""
        wanted = tuple(paths)
        self._submit(lambda queue: queue.no_longer_wanted(wanted))

    def fetched(self, upload_id: UploadId) -> None:
        """Go on with a file that is fetched, whole."""
        self._ask(lambda queue: queue.fetched([upload_id]))

    def not_fetched(self, upload_id: UploadId, reason: Reason) -> None:
        """Let a file fail that another program did not give."""
        self._ask(lambda queue: queue.not_fetched([upload_id], reason))

    def note_capture(self, path: Path) -> None:
        """Mark a picture file as this program's own, to be removed once it is uploaded."""
        self._submit(lambda queue: queue.intake.note_made(path))

    def adjust(self, options: EngineOptions) -> None:
        """Send as many files at once and as fast as these options say, and follow their choices and name."""
        self._submit(lambda queue: queue.adjust(options))

    def sign_in(self, bearer: str, session: str, *, entered: bool = True) -> None:
        """Use these tokens from now on; `entered` by a person just now, or kept from an earlier run."""
        self._submit(lambda queue: queue.sign_in(bearer, session, entered=entered))

    def sign_out(self) -> None:
        """Forget the tokens."""
        self._submit(lambda queue: queue.sign_out())

    def _ask(self, command: Command) -> None:
        if self._holds:
            self._holds[-1].append(command)
        else:
            self._submit(command)

    def _stop(self, command: Command) -> None:
        """Send it now, and again after the held commands: one of them may start what this stops."""
        self._submit(command)
        if self._holds:
            self._holds[-1].append(command)

    def _submit(self, command: Command) -> None:
        if self._engine is None:
            self._early.append(command)
        else:
            self._engine.submit(command)
