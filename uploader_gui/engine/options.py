"""Everything an engine needs to know, as plain values. Imports nothing slow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from uploader_gui.engine.conversion_choices import Choices

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.engine.models import Reason

SizeUnit = Literal["Mo", "bytes"]


def _code_or_detail(reason: Reason) -> str:
    return reason.detail or reason.code.value


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine works.

    Attributes:
        journal_path: the SQLite file; its folder is created where it is missing.
        api_url: the service; uploads of other services in the journal are left alone.
        tokens: bearer and session token, None where no one has signed in.
        size_unit: how the service counts sizes.
        max_concurrent: transfers at once, 1 to 16.
        offline_limit: seconds without a byte or an answer, or without a journal that can be written, after which the
            queue gives up; None waits without end.
        asks_for_sign_in: whether a person can sign in; else what is not registered stays pending.
        skip_uploaded: leave out what was uploaded to the same anomaly before.
        proxy_for: returns the proxy's URL for an address, None for a direct connection; may block (PAC).
        ca_file: an extra certificate authority, as PEM.
        program: name and version for receipts and the journal, "uploader-gui X.Y.Z".
        describe: returns a reason's English sentence, for the receipt.
        bandwidth_limit: bytes per second that all transfers together may send; 0 means no limit.
        choices: what is done with files of refused types without asking.
        receipt: where this run writes its receipt; a receipt found there is not uploaded.
        keeps_list: whether failed and refused files are on the list again at the next start (window).
        trial: whether the service is the sandbox; receipts and snapshots say so.
        depositor: who makes the deposits, for receipts; "" where that is not told.
        keep_days: days after which finished records of the journal are purged.
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
    describe: Callable[[Reason], str] = _code_or_detail
    bandwidth_limit: float = 0.0
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    keep_days: float = 400.0
    receipt: Path | None = None
    keeps_list: bool = True
    trial: bool = False
    depositor: str = ""
