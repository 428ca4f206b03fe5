"""What the guide's pictures show: files, their states, and sums that are counted from them, so that they agree."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from uploader_gui import PROGRAM
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import AnomalyLookedUp, Lookup, Progress, Totals, UploadProgress
from uploader_gui.engine.media import BY_EXTENSION
from uploader_gui.engine.models import PastRun, Reason, RunKey, Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.engine.receipt import Circumstances, Receipt, ReceiptFile, ReceiptState
from uploader_gui.sandbox_session import copy_samples
from uploader_gui.settings import DEFAULT_API_URL

ANOMALY: Final = "4217"
MB: Final = 1_000_000
S = UploadState
_DAY: Final = 86_400
_MARCH: Final = 1_741_768_200.0
"""12 March 2025, 08:30 UTC."""
_RUN_SECONDS: Final = 44
_SHARES: Final = {0: 0.64, 1: 0.18, 2: 1.0, 3: 0.42}
"""Row -> how much of it has been sent."""
_SPEEDS: Final = {0: 3.1, 1: 2.8, 2: 0.0, 3: 0.0}
"""Row -> its speed in megabytes per second."""
_SENT: Final = 33
_LAST: Final = 121

KNOWN: Final = AnomalyLookedUp(
    ANOMALY, Lookup.KNOWN, title="Porte coupe-feu bloquée, niveau 2", site="École Jules-Ferry"
)
"""What the register says of the anomaly."""

Row = tuple[str, float, UploadState, Reason | None]
_HEIC: Final = Reason(Code.TYPE_NOT_ACCEPTED, detail="HEIC")
_DROPPED: Final[tuple[Row, ...]] = (
    *((f"escalier-nord-{n:02}.jpg", 2.9 + n / 10, S.QUEUED, None) for n in range(1, 15)),
    ("Rapport d’inspection n°4.pdf", 12.8, S.QUEUED, None),
    *((f"IMG_204{n}.HEIC", 2.2, S.REFUSED, _HEIC) for n in range(1, 4)),
    ("notes.txt", 0, S.REFUSED, Reason(Code.EMPTY_FILE)),
    *((f"porte-{n:02}.jpg", 2.9, S.SKIPPED, Reason(Code.ALREADY_UPLOADED)) for n in range(1, 7)),
)
WAITING_DROPPED: Final = sum(row[2] is S.QUEUED for row in _DROPPED)
REFUSED_DROPPED: Final = sum(row[2] is S.REFUSED for row in _DROPPED)


def busy_rows() -> tuple[UploadSnapshot, ...]:
    """Return the rows in the middle of a deposit."""
    first: list[Row] = [
        ("escalier-nord-01.jpg", 3.4, S.UPLOADING, None),
        ("escalier-nord-02.jpg", 3.1, S.UPLOADING, None),
        ("Rapport d’inspection n°4.pdf", 12.8, S.CONFIRMING, None),
        ("relevé-désenfumage.xlsx", 0.248, S.RETRYING, Reason(Code.CONNECTION_LOST)),
        ("IMG_2041.HEIC", 2.2, S.REFUSED, _HEIC),
        ("plan-rdc.pdf", 5.0, S.FAILED, Reason(Code.CHANGED)),
        ("escalier-nord-03.jpg", 3.3, S.QUEUED, None),
        ("porte-coupe-feu-niveau-2.jpg", 2.9, S.QUEUED, None),
    ]
    more = [(f"escalier-sud-{n:02}.jpg", 3.0, S.UPLOADED if n <= _SENT else S.QUEUED, None) for n in range(1, _LAST)]
    return tuple(_snapshot(number, *row) for number, row in enumerate((*first, *more)))


def progress() -> Progress:
    """Return how far the deposit of `busy_rows` is."""
    rows = busy_rows()
    transfers = tuple(
        UploadProgress(UploadId(str(row)), int(share * rows[row].source.size), _SPEEDS[row] * MB)
        for row, share in _SHARES.items()
    )
    going = [row for row in rows if row.state not in {S.REFUSED, S.FAILED}]
    whole = sum(row.source.size for row in going)
    sent = sum(row.source.size for row in rows if row.state is S.UPLOADED)
    sent += sum(transfer.bytes_sent for transfer in transfers)
    speed = sum(_SPEEDS.values()) * MB
    uploaded = sum(row.state is S.UPLOADED for row in rows)
    return Progress(transfers, Totals(len(rows), uploaded, whole, sent, speed, (whole - sent) / speed))


def dropped_rows() -> tuple[UploadSnapshot, ...]:
    """Return the rows just after a drop."""
    rows = (_snapshot(number, *row) for number, row in enumerate(_DROPPED))
    return tuple(replace(row, sent_before=_MARCH if row.state is S.SKIPPED else None) for row in rows)


def refused_rows() -> tuple[UploadSnapshot, ...]:
    """Return rows of refused types: photos and others."""
    video = ("panne-ascenseur.mp4", 48.0, S.REFUSED, Reason(Code.TYPE_NOT_ACCEPTED, detail="MP4"))
    return tuple(_snapshot(number, *row) for number, row in enumerate((*_DROPPED[15:18], video)))


def receipt() -> Receipt:
    """Return the receipt that History and the page show."""
    files = tuple(_file(number) for number in range(1, 27))
    told = Circumstances(DEFAULT_API_URL, clock_error=0, title=KNOWN.title, site=KNOWN.site)
    return Receipt(PROGRAM, ANOMALY, _MARCH, _MARCH + _RUN_SECONDS, files, circumstances=told)


def past_runs() -> tuple[PastRun, ...]:
    """Return earlier deposits; the newest is that of `receipt`."""
    totals = receipt().totals
    newest = ({S.UPLOADED: totals["uploaded"], S.FAILED: totals["failed"]}, totals["bytes_uploaded"])
    older: list[dict[UploadState, int]] = [{S.UPLOADED: 18}, {S.UPLOADED: 52}, {S.UPLOADED: 7, S.SKIPPED: 24}]
    older += [{S.UPLOADED: 31, S.REFUSED: 3}, {S.UPLOADED: 14}]
    runs = [newest, *((states, states[S.UPLOADED] * 3_140_000) for states in older)]
    return tuple(
        PastRun(
            RunKey(len(runs) - at, (ANOMALY, "1108", "4195")[at % 3]),
            PROGRAM,
            _started(at),
            _started(at) + _RUN_SECONDS,
            0,
            states,
            size,
        )
        for at, (states, size) in enumerate(runs)
    )


def _started(number: int) -> float:
    """Return when a deposit began, the newest first: all in office hours."""
    return _MARCH - number * (3 * _DAY - 4321)


@cache
def _album() -> tempfile.TemporaryDirectory[str]:
    """Return a folder with photos to show in the rows; it goes when the program ends."""
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory()
    copy_samples(Path(folder.name) / "samples")
    return folder


@cache
def _photo(number: int, name: str, size: int) -> Path:
    """Make a photo of that many bytes: what follows a picture's end is no part of it."""
    samples = Path(_album().name) / "samples"
    others = sorted(samples.glob("*.jp*g"))
    shown = samples / name if (samples / name).exists() else others[number % len(others)]
    path = Path(_album().name) / f"{number}-{size}" / name  # a name is shown with several sizes
    path.parent.mkdir()
    path.write_bytes(shown.read_bytes())
    os.truncate(path, max(size, path.stat().st_size))
    os.utime(path, (0, 0))
    return path


def _snapshot(number: int, name: str, size: float, state: UploadState, reason: Reason | None) -> UploadSnapshot:
    media = BY_EXTENSION.get(Path(name).suffix)
    path = _photo(number, name, int(size * MB)) if name.endswith(".jpg") else Path("/evidence") / name
    source = Source(path, path, name, media, int(size * MB), 0)
    retry_at = time.monotonic() + 7.5 if state is S.RETRYING else None
    return UploadSnapshot(UploadId(str(number)), ANOMALY, source, number, state, reason, retry_at=retry_at)


def _file(number: int) -> ReceiptFile:
    """Return one file of the receipt."""
    failed = number in {7, 19}
    name = ("escalier-nord-{:02}.jpg", "porte-coupe-feu-niveau-{}.jpg", "Rapport d’inspection n°{}.pdf")[number % 3]
    name = name.format(number)
    return ReceiptFile(
        path=f"/evidence/{name}",
        name=name,
        media_type="application/pdf" if name.endswith(".pdf") else "image/jpeg",
        size=3 * MB + number * 7919,
        sha256=None if failed else hashlib.sha256(name.encode()).hexdigest(),
        upload_id=f"8d2f1c2e-5a07-4c1b-9e33-{number:012}",
        service_id=None if failed else str(88_100 + number),
        state=ReceiptState.FAILED if failed else ReceiptState.UPLOADED,
        attempts=1 + (number % 11 == 0),
        uploaded_at=None if failed else _MARCH + 14 + number,
        reason=Reason(Code.CHANGED) if failed else None,
    )
