"""The only place where Qt and engine meet: a person's wishes go down as commands, events come up as one queued signal.

Made by `window_app/first_window.py`, used by the window through `engine_port.Engine`. Every method returns at once.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from uploader_gui.engine.conversion_choices import DEFAULT_ADD_OPTIONS
from uploader_gui.engine.events import EngineFailed, ReceiptWritten, UndoOffered, UploadsRemoved
from uploader_gui.text import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from uploader_gui.engine.conversion_choices import AddOptions, Choices
    from uploader_gui.engine.models import RunKey, Treatment, UploadId, UploadState
    from uploader_gui.engine.options import EngineOptions
    from uploader_gui.engine.pictures.decoder import PictureDecoder
    from uploader_gui.engine.queue import UploadQueue
    from uploader_gui.engine.thread import EngineThread

    Command = Callable[[UploadQueue], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's receipt for one anomaly, and how many uploads of all anomalies are not stored, by state."""

    receipt: dict[str, Any]
    unsent: dict[UploadState, int]


class Bridge(QObject):
    """Holds the engine's thread; one that broke is replaced when the settings change.

    What the window asks while a change of settings is under way waits until that is in force: it may be about the
    server. What only stops something is done at once, too.
    """

    event_arrived = Signal(object)
    stands = Signal()
    """The engine's queue is there, and the journal is its own."""
    _called_back = Signal(object)

    def __init__(self, parent: QObject | None = None, *, decoder: PictureDecoder | None = None) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._engine: EngineThread | None = None
        self._early: list[Command] = []
        self._holds: list[list[Command]] = []
        self._anomaly_id: Callable[[], str] = str
        self._called_back.connect(_call)

    def run(self, options: EngineOptions, *, anomaly_id: Callable[[], str]) -> None:
        """Start an engine; what was asked for before is kept for it.

        `anomaly_id` gives the one the outcome's receipt is about.
        """
        from uploader_gui.engine.thread import EngineThread  # noqa: PLC0415 - asyncio comes after the first paint

        self._anomaly_id = anomaly_id
        self._engine = EngineThread(options, self.event_arrived.emit, self._decoder)
        self._engine.start()
        self._engine.submit(lambda _: self.stands.emit())
        early, self._early = self._early, []
        for command in early:
            self._engine.submit(command)

    def stop(self, *, begin_seconds: float = 0.0) -> Outcome | None:
        """Stop the engine within two seconds, and give what came of its run (None where there was none).

        One that is still beginning gets `begin_seconds` before that.
        """
        if self._engine is None:
            return None
        outcomes: list[Outcome] = []
        anomaly_id = self._anomaly_id()
        self._engine.stop(
            lambda queue: outcomes.append(Outcome(queue.receipt(anomaly_id), dict(queue.unsent))),
            begin_seconds=begin_seconds,
        )
        self._engine = None
        return outcomes[0] if outcomes else None

    def replace(self, options: EngineOptions, listed: Sequence[UploadId]) -> None:
        """Work with another server, or reach the same one another way: the rows stay. Nothing waits here.

        An engine that broke is replaced by another one: its rows leave the list, the journal has what they were.
        """
        if self._engine is None:
            return
        if self._engine.is_working:
            self._submit(lambda queue: queue.use(options))
        else:
            self._replace_broken(self._engine, options, listed)

    def hold(self) -> None:
        """Let what the window asks from now on wait: the settings are about to be others."""
        self._holds.append([])

    def release(self) -> None:
        """The settings asked for first are in force: let what was asked since then go on."""
        for command in self._holds.pop(0):
            self._submit(command)

    def _replace_broken(self, broken: EngineThread, options: EngineOptions, listed: Sequence[UploadId]) -> None:
        """What the broken one never heard was meant for the server in use then, so it is told in its order."""
        before = broken.options
        self.event_arrived.emit(UploadsRemoved(tuple(listed), kept=True))
        self.event_arrived.emit(UndoOffered())  # what was taken away was the broken one's to give back
        self.run(
            dataclasses.replace(options, api_url=before.api_url, tokens=before.tokens), anomaly_id=self._anomaly_id
        )
        self.resume()
        for command in broken.unheard:
            self._submit(command)
        self._submit(lambda queue: queue.use(options))

    # What the window asks for

    def add_paths(
        self,
        paths: Sequence[Path],
        anomaly_id: str,
        wishes: AddOptions = DEFAULT_ADD_OPTIONS,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        """Put files and folders into the queue; the anomaly stays bound to them.

        `recorded` is called on the UI thread when all that was found is in the journal.
        """
        wanted = tuple(paths)
        self._ask(lambda queue: queue.add_paths(wanted, anomaly_id, wishes, lambda: self._called_back.emit(recorded)))

    def start(self) -> None:
        """Start or resume."""
        self._ask(lambda queue: queue.start())

    def pause(self) -> None:
        """Stop sending; what runs goes back to waiting."""
        self._stop(lambda queue: queue.pause())

    def cancel(self, upload_ids: Sequence[UploadId]) -> None:
        """Give up unfinished uploads."""
        self._stop(lambda queue: queue.cancel(upload_ids))

    def cancel_all(self) -> None:
        """Give up everything unfinished."""
        self._stop(lambda queue: queue.cancel_all())

    def retry(self, upload_ids: Sequence[UploadId]) -> None:
        """Try failed and cancelled ones again."""
        self._ask(lambda queue: queue.retry(upload_ids))

    def retry_failed(self) -> None:
        """Try everything that failed again."""
        self._ask(lambda queue: queue.retry_failed())

    def send_again(self, upload_ids: Sequence[UploadId], *, start: bool = True) -> None:
        """Send what was skipped because it had been uploaded before; without `start` it waits for a person."""
        self._ask(lambda queue: queue.send_again(upload_ids, start=start))

    def treat(self, upload_ids: Sequence[UploadId], treatment: Treatment) -> None:
        """Make files of a refused type acceptable this way."""
        self._ask(lambda queue: queue.treat(upload_ids, treatment))

    def choose(self, choices: Choices) -> None:
        """Do this from now on with files of refused types, without asking."""
        self._submit(lambda queue: queue.choose(choices))

    def remove(self, upload_ids: Sequence[UploadId]) -> None:
        """Take finished or waiting uploads off the list."""
        self._stop(lambda queue: queue.remove(upload_ids))

    def take_away(self, cancelled: Sequence[UploadId], removed: Sequence[UploadId]) -> None:
        """Cancel some and remove others, as one step that can be undone."""
        self._stop(lambda queue: queue.take_away(cancelled, removed))

    def undo(self) -> None:
        """Bring back what was removed or cancelled last."""
        self._ask(lambda queue: queue.undo())

    def send_here(self, upload_ids: Sequence[UploadId]) -> None:
        """Send files that were added for another server to the one in use instead."""
        self._ask(lambda queue: queue.send_here(upload_ids))

    def clear_finished(self) -> None:
        """Take what needs nobody any more off the list."""
        self._ask(lambda queue: queue.clear_finished())

    def build_receipt(self, key: RunKey | None = None) -> None:
        """Ask for a past run's receipt, or (None) this run's; answered by `ReceiptBuilt`."""
        if key is not None:
            self._submit(lambda queue: queue.history.tell_receipt(key))
            return
        anomaly_id = self._anomaly_id()
        self._submit(lambda queue: queue.tell_receipt(anomaly_id))

    def save_receipt(self, content: bytes, path: Path) -> None:
        """Write a receipt made ready in any form; answered by `ReceiptWritten`."""
        if self._engine is None:
            self.event_arrived.emit(ReceiptWritten(str(path), Words.NOT_RUNNING.text))
            return
        self._submit(lambda queue: queue.history.save(content, path))

    def look_back(self) -> None:
        """Ask for all past runs; answered by `HistoryFound`."""
        self._submit(lambda queue: queue.history.tell_runs())

    def search_history(self, wanted: str) -> None:
        """Ask which runs hold a file of that name; answered by `HistoryMatches`."""
        self._submit(lambda queue: queue.history.search(wanted))

    def send_past_again(self, key: RunKey) -> None:
        """Send what failed in a past run again."""
        self._ask(lambda queue: queue.send_past_again(key))

    # What the composition root asks for

    def resume(self) -> None:
        """Bring back the list as the last window left it; what is unfinished waits for Start."""
        self._submit(lambda queue: queue.restore())

    def note_capture(self, path: Path) -> None:
        """Say that this program made that picture, so that it may be removed once it is uploaded."""
        self._submit(lambda queue: queue.note_capture(path))

    def resize(self, max_concurrent: int) -> None:
        """Change how many transfers run at once."""
        self._submit(lambda queue: queue.resize(max_concurrent))

    def limit(self, bytes_per_second: float) -> None:
        """Change how much all transfers together may send; 0 means no limit."""
        self._submit(lambda queue: queue.limit(bytes_per_second))

    def sign_in(self, bearer: str, session: str, *, entered: bool = True) -> None:
        """Use these tokens from now on, `entered` by a person just now or kept since an earlier run."""
        self._submit(lambda queue: queue.sign_in(bearer, session, entered=entered))

    def sign_out(self) -> None:
        """Use no tokens any more."""
        self._submit(lambda queue: queue.sign_out())

    def fail(self, event: EngineFailed) -> None:
        """Tell the window that there is no engine."""
        self.event_arrived.emit(event)

    def _ask(self, command: Command) -> None:
        if self._holds:
            self._holds[-1].append(command)
        else:
            self._submit(command)

    def _stop(self, command: Command) -> None:
        """Stop it now, and again in its turn: what is held may have begun it."""
        self._submit(command)
        if self._holds:
            self._holds[-1].append(command)

    def _submit(self, command: Command) -> None:
        if self._engine is None:
            self._early.append(command)
        else:
            self._engine.submit(command)


def _call(call: Callable[[], None]) -> None:
    call()
