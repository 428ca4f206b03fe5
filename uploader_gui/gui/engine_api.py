"""What the window asks of the engine: the one seam between them. `bridge.py` keeps it; tests keep it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from uploader_gui.engine.conversion_choices import AddOptions
    from uploader_gui.engine.models import RunKey, Treatment, UploadId


class Engine(Protocol):
    """Intents go down, frozen events come up on the UI thread. Nothing here waits."""

    @property
    def event_arrived(self) -> SignalInstance:
        """Carry one `events.Event` at a time."""

    def add_paths(
        self, paths: Sequence[Path], anomaly_id: str, wishes: AddOptions = ..., recorded: Callable[[], None] = ...
    ) -> None:
        """Put files and folders into the queue; the anomaly stays bound to them. `wishes` hold for them alone.

        `recorded` is called when they are in the journal.
        """

    def start(self) -> None:
        """Start or resume."""

    def pause(self) -> None:
        """Stop beginning anything new; what runs goes back to waiting."""

    def cancel(self, upload_ids: Sequence[UploadId]) -> None:
        """Give up unfinished uploads."""

    def cancel_all(self) -> None:
        """Give up everything unfinished."""

    def retry(self, upload_ids: Sequence[UploadId]) -> None:
        """Try failed and cancelled ones again."""

    def retry_failed(self) -> None:
        """Try everything that failed again."""

    def send_again(self, upload_ids: Sequence[UploadId], *, start: bool = True) -> None:
        """Send what was skipped because it had been uploaded before; without `start` it waits for a person."""

    def treat(self, upload_ids: Sequence[UploadId], treatment: Treatment) -> None:
        """Make files of a refused type acceptable this way."""

    def remove(self, upload_ids: Sequence[UploadId]) -> None:
        """Take finished or waiting uploads off the list."""

    def take_away(self, cancelled: Sequence[UploadId], removed: Sequence[UploadId]) -> None:
        """Cancel some and remove others, as one step that can be undone."""

    def undo(self) -> None:
        """Bring back what was removed or cancelled last."""

    def send_here(self, upload_ids: Sequence[UploadId]) -> None:
        """Send files that were added for another server to the one in use instead."""

    def clear_finished(self) -> None:
        """Take everything finished off the list."""

    def build_receipt(self, key: RunKey | None = None) -> None:
        """Ask for a past run's receipt, or (None) this run's; answered by `ReceiptBuilt`."""

    def save_receipt(self, content: bytes, path: Path) -> None:
        """Write a receipt made ready in any form; answered by `ReceiptWritten`."""

    def look_back(self) -> None:
        """Ask for all past runs; answered by `HistoryFound`."""

    def search_history(self, wanted: str) -> None:
        """Ask which runs hold a file of that name; answered by `HistoryMatches`."""

    def send_past_again(self, key: RunKey) -> None:
        """Send what failed in a past run again."""
