"""The receipt: what became of every file of a run, as JSON that scripts and auditors rely on.

Its form must not change (schema 1, README "Receipt"): states, codes, ISO 8601 times in UTC, sizes in bytes.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Reason, UploadState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from uploader_gui.engine.models import Upload, UploadId

SCHEMA: Final = 1
PENDING: Final = "pending"
_STATES: Final = ("uploaded", "skipped", "failed", "refused", "cancelled", PENDING)


@dataclass(frozen=True, slots=True)
class Run:
    """What a receipt is about. Times are seconds since 1970.

    Attributes:
        junk: how many files were left out.
        describe: returns a reason's English sentence.
        gave_up: why the whole run ended before its files did, whatever each of them was waiting for then.
        trial: everything went to the sandbox; the receipt proves nothing.
        servers: each upload's server where the run had files for several.
    """

    program: str
    anomaly_id: str
    started_at: float
    uploads: Sequence[Upload]
    junk: int
    describe: Callable[[Reason], str]
    gave_up: Reason | None = None
    trial: bool = False
    servers: Mapping[UploadId, str] = field(default_factory=dict)


def build(run: Run, finished_at: float) -> dict[str, Any]:
    """Return the receipt as values that `json` can write."""
    files = [_file(upload, run) for upload in run.uploads]
    totals: dict[str, int] = {"files": len(files)}
    totals |= {state: sum(file["state"] == state for file in files) for state in _STATES}
    totals |= {"junk": run.junk, "bytes_uploaded": sum(f["size"] for f in files if f["state"] == "uploaded")}
    return {
        "schema": SCHEMA,
        **({"trial": True} if run.trial else {}),
        "program": run.program,
        "anomaly_id": run.anomaly_id,
        "started_at": iso_time(run.started_at),
        "finished_at": iso_time(finished_at),
        "totals": totals,
        "files": files,
    }


def write(receipt: dict[str, Any], path: Path) -> None:
    """Write a receipt as JSON; see `save`."""
    save(encoded(receipt), path)


def save(content: bytes, path: Path) -> None:
    """Write a receipt in any form to a temporary file beside `path` and rename it: all of it is there, or nothing.

    Into what is no regular file (`/dev/null`, a pipe) it is written directly: a rename would replace that.

    Raises:
        OSError: it cannot be written there.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        _replace(path.resolve(), content)


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".receipt-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def encoded(receipt: dict[str, Any]) -> bytes:
    """Return a receipt as JSON.

    File names of undecodable bytes have lone surrogates: JSON can escape them, UTF-8 cannot encode them.
    """
    try:
        return (json.dumps(receipt, ensure_ascii=False, indent=2) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(receipt, indent=2) + "\n").encode()


def iso_time(seconds: float) -> str:
    """Return a time (seconds since 1970) as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def state_of(upload: Upload) -> str:
    """Return the receipt's word for an upload's state."""
    return word_of(upload.state)


def word_of(state: UploadState) -> str:
    """Return the receipt's word for a state: all that is not finished is pending."""
    return state.value if state.finished else PENDING


def _file(upload: Upload, run: Run) -> dict[str, Any]:
    sent = upload.sent
    reason = _reason(upload, run)
    return {
        "path": str(upload.source.path),
        "name": sent.name,
        "mime_type": sent.media_type,
        "size": sent.size,
        "sha256": upload.sha256,
        "upload_id": upload.upload_id,
        "id": upload.service_id,
        "state": state_of(upload),
        "attempts": upload.attempts,
        "uploaded_at": None if upload.uploaded_at is None else iso_time(upload.uploaded_at),
        "reason": None if reason is None else {"code": reason.code.value, "message": run.describe(reason)},
        "may_be_registered_twice": upload.may_be_registered_twice,
        **_original(upload),
        **({"server": run.servers[upload.upload_id]} if upload.upload_id in run.servers else {}),
    }


def _original(upload: Upload) -> dict[str, Any]:
    """Return the file a substitute was made of; an empty dict where the file itself is sent, as schema 1 began."""
    if upload.substitute is None:
        return {}
    source, made = upload.source, upload.substitute
    original: dict[str, Any] = {"name": source.name, "size": source.size, "sha256": made.original_sha256}
    if made.without_metadata:
        original["metadata"] = "unreadable"
    return {"original": original}


def _reason(upload: Upload, run: Run) -> Reason | None:
    if upload.state is UploadState.UPLOADED:
        return None
    if upload.state is UploadState.CANCELLED:
        return Reason(Code.CANCELLED)
    if upload.state.finished:
        return upload.reason
    return run.gave_up or upload.reason or Reason(Code.INTERRUPTED)
