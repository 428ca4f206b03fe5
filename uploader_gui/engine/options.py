"""Everything an engine needs to know, as plain values, found out by `config.py`. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from uploader_gui.engine.conversion_choices import Choices

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.engine.models import Reason

SizeUnit = Literal["Mo", "bytes"]


def _own_words(reason: Reason) -> str:
    return reason.detail or reason.code.value


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine works.

    Attributes:
        journal_path: the SQLite file; its folder is made where it is missing.
        api_url: the service; uploads of other services in the journal are none of its business.
        tokens: bearer and session token, None where nobody has signed in.
        size_unit: how the service counts sizes.
        max_concurrent: transfers at once, 1 to 16.
        offline_limit: give up after so many seconds without a byte or an answer, or without room for the journal;
            None waits without end.
        asks_for_sign_in: a person can sign in; else what is not registered stays pending.
        skip_uploaded: leave out what was uploaded to the same anomaly before.
        proxy_for: gives the proxy's URL for an address, None for the direct way; may block (PAC).
        ca_file: an extra certificate authority, as PEM.
        program: who uploads and writes the receipt, "uploader-gui X.Y.Z".
        describe: a reason's English sentence, for the receipt.
        bandwidth_limit: bytes per second that all transfers together may send; 0 means no limit.
        choices: what is done with files of refused types without asking.
        receipt: where this run writes its receipt; one that stands there already is no evidence.
        keeps_list: a window's list, where failed and refused files stand again at the next start.
        trial: the service is the sandbox; receipts and snapshots say so.
        keep_days: finished records of the journal are purged after so long.
    """

    journal_path: Path
    api_url: str
    tokens: tuple[str, str] | None = field(default=None, repr=False)
    size_unit: SizeUnit = "Mo"
    max_concurrent: int = 6
    offline_limit: float | None = None
    asks_for_sign_in: bool = True
    skip_uploaded: bool = True
    proxy_for: Callable[[str], str | None] | None = None
    ca_file: Path | None = None
    program: str = "uploader-gui"
    describe: Callable[[Reason], str] = _own_words
    bandwidth_limit: float = 0.0
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    keep_days: float = 400.0
    receipt: Path | None = None
    keeps_list: bool = True
    trial: bool = False
