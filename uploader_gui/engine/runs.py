"""Past runs as History shows them: plain values, read from the journal by `history_queries.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uploader_gui.engine.models import UploadState


@dataclass(frozen=True, slots=True)
class RunKey:
    """One run's part for one anomaly: what a receipt is about. A run goes from the first file until all is done."""

    run_id: int
    anomaly_id: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run's part for one anomaly in figures. Times are seconds since 1970.

    Attributes:
        server: the address of the server it went to.
        program: who ran, "uploader-gui X.Y.Z".
        finished_at: when its last file arrived, or the run ended; None where it was cut off before either.
        junk: files left out in the whole run.
        states: how many files are in which state now.
        bytes_uploaded: the size of what arrived, in bytes.
    """

    key: RunKey
    program: str
    started_at: float
    finished_at: float | None
    junk: int = 0
    states: Mapping[UploadState, int] = field(default_factory=dict)
    bytes_uploaded: int = 0
    server: str = ""

    @property
    def files(self) -> int:
        """How many files it had."""
        return sum(self.states.values())

    @property
    def unfinished(self) -> int:
        """How many of them still have a way to go."""
        return sum(count for state, count in self.states.items() if not state.finished)
