"""The engine as the window sees it. `bridge.py` implements it; tests have an implementation of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from uploader_gui.engine.models import RunKey, Treatment, UploadId
    from uploader_gui.engine.options import AddOptions


class Engine(Protocol):
    """Commands that return at once; frozen events arrive on the UI thread."""

    @property
    def event_arrived(self) -> SignalInstance:
        """Signal with one `events.Event` at a time."""

    def add_paths(
        self, paths: Sequence[Path], anomaly_id: str, options: AddOptions = ..., recorded: Callable[[], None] = ...
    ) -> None:
        """Add files and folders to the queue, for this anomaly and no other. `options` apply to them alone.

        `recorded` is called on the UI thread once everything found is in the journal.
        """

    def start(self) -> None:
        """Start or resume."""

    def try_now(self) -> None:
        """Ask servers that are down or busy once more at once."""

    def pause(self) -> None:
        """Stop sending; running transfers go back to waiting."""

    def cancel(self, upload_ids: Sequence[UploadId]) -> None:
        """Cancel unfinished uploads."""

    def cancel_all(self) -> None:
        """Cancel every unfinished upload."""

    def retry(self, upload_ids: Sequence[UploadId]) -> None:
        """Send failed and cancelled uploads again."""

    def retry_failed(self) -> None:
        """Send every failed upload again."""

    def send_again(self, upload_ids: Sequence[UploadId], *, start: bool = True) -> None:
        """Send skipped uploads (they had been uploaded before); without `start` they wait for Start."""

    def treat(self, upload_ids: Sequence[UploadId], treatment: Treatment) -> None:
        """Convert files of a refused type, or put each into a ZIP."""

    def remove(self, upload_ids: Sequence[UploadId]) -> None:
        """Remove finished or waiting uploads from the list."""

    def take_away(self, cancelled: Sequence[UploadId], removed: Sequence[UploadId]) -> None:
        """Cancel some and remove others, as one step that can be undone."""

    def undo(self) -> None:
        """Undo the last removal or cancellation."""

    def send_here(self, upload_ids: Sequence[UploadId]) -> None:
        """Send files that were added for another server to the current one."""

    def send_to(self, upload_ids: Sequence[UploadId], anomaly_id: str) -> None:
        """Send files that are not registered yet to another anomaly; `AnomalyChanged` answers."""

    def clear_finished(self) -> None:
        """Remove finished uploads that need no decision from the list."""

    def build_receipt(self, key: RunKey | None = None, *, anomaly_id: str = "") -> None:
        """Request the receipt of a past run, or (None) of this run for that anomaly; `ReceiptBuilt` answers."""

    def save_receipt(self, content: bytes, path: Path) -> None:
        """Write a finished receipt file; `ReceiptWritten` answers."""

    def look_up(self, anomaly_id: str) -> None:
        """Find out what the register knows of an anomaly; `AnomalyLookedUp` answers. "" ends the search before."""

    def load_history(self) -> None:
        """Request all past runs; `HistoryFound` answers."""

    def search_history(self, wanted: str) -> None:
        """Request the runs that hold a file whose name contains this text; `HistoryMatches` answers."""

    def forget_past(self, key: RunKey) -> None:
        """Forget a past run, but for what is still to be sent; `HistoryFound` answers."""

    def send_past_again(self, key: RunKey) -> None:
        """Send again what failed in a past run."""
