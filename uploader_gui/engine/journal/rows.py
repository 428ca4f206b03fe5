"""An upload as a row of the journal, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import (
    PresignedPut,
    Reason,
    Source,
    Substitute,
    Treatment,
    Upload,
    UploadId,
    UploadState,
)

COLUMNS: Final = (
    "upload_id, anomaly_id, path, resolved, name, name_shortened, media_type, size, mtime_ns, state, reason_code, "
    "reason_detail, service_id, url, url_expires_at, url_lifetime, url_given_out, sha256, may_be_registered_twice, "
    "uploaded_at, attempts, treatment, substitute_path, substitute_name, substitute_type, substitute_size, "
    "substitute_mtime_ns, original_sha256, without_metadata, wanted_again, listed"
)
INSERT: Final = (
    f"INSERT INTO uploads ({COLUMNS}, api_url, added_at, run_id) "  # noqa: S608 - constants only
    f"VALUES ({', '.join('?' * 34)}) ON CONFLICT (upload_id) DO UPDATE SET "
    f"{', '.join(f'{column} = excluded.{column}' for column in COLUMNS.split(', '))}"
)
"""An upload that is there already keeps its run and its place in that."""
UPDATE: Final = """
    UPDATE uploads SET size = ?, mtime_ns = ?, media_type = ?, state = ?, reason_code = ?, reason_detail = ?,
    service_id = ?, url = ?, url_expires_at = ?, url_lifetime = ?, url_given_out = ?, sha256 = ?,
    may_be_registered_twice = ?, uploaded_at = ?, attempts = ?, treatment = ?, substitute_path = ?,
    substitute_name = ?, substitute_type = ?, substitute_size = ?, substitute_mtime_ns = ?, original_sha256 = ?,
    without_metadata = ?, wanted_again = ?, listed = ? WHERE upload_id = ?
"""
UNFINISHED: Final = tuple(state.value for state in UploadState if not state.finished)
FAILED_OR_CANCELLED: Final = (UploadState.FAILED.value, UploadState.CANCELLED.value)
FAILED_OR_REFUSED: Final = (UploadState.FAILED.value, UploadState.REFUSED.value)
"""The states of uploads that wait for a person while they are `listed`."""


def row_of(upload: Upload) -> tuple[object, ...]:
    """Return an upload's values in the order of `COLUMNS`. Paths are bytes, as not every file name is valid text."""
    source, presigned, reason = upload.source, _live_url(upload), upload.reason
    return (
        upload.upload_id,
        upload.anomaly_id,
        _bytes_of(source.path),
        _bytes_of(source.resolved),
        source.name,
        source.name_shortened,
        source.media_type,
        source.size,
        source.mtime_ns,
        upload.state.value,
        reason and reason.code.value,
        reason and reason.detail.encode("utf-8", "replace").decode(),  # it may quote a file name
        upload.service_id,
        presigned and presigned.url,
        presigned and presigned.expires_at,
        presigned and presigned.lifetime,
        upload.url_given_out,
        upload.sha256,
        upload.may_be_registered_twice,
        upload.uploaded_at,
        upload.attempts,
        upload.treatment and upload.treatment.value,
        *_row_of_substitute(upload.substitute),
        upload.wanted_again,
        upload.listed,
    )


def _row_of_substitute(substitute: Substitute | None) -> tuple[object, ...]:
    if substitute is None:
        return (*(None,) * 6, False)
    sent = substitute.sent
    return (
        _bytes_of(sent.path),
        sent.name,
        sent.media_type,
        sent.size,
        sent.mtime_ns,
        substitute.original_sha256,
        substitute.without_metadata,
    )


def _bytes_of(path: Path) -> bytes:
    """Return a path's bytes, also of a path that no file can have, but that was given."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return str(path).encode("utf-8", "surrogatepass")


def changes_of(upload: Upload) -> tuple[object, ...]:
    """Return the values for `UPDATE`."""
    row = row_of(upload)
    return (row[7], row[8], row[6], *row[9:], row[0])


def _live_url(upload: Upload) -> PresignedPut | None:
    """Return the URL to keep: that of a finished upload leaves the disk."""
    return None if upload.state.finished else upload.presigned


def upload_of(row: tuple[Any, ...], order: int) -> Upload:
    """Return the upload of a row. Its `attempts` are those of the run that recorded it last.

    Raises:
        ValueError: the row is damaged.
    """
    (upload_id, anomaly_id, path, resolved, name, shortened, media_type, size, mtime_ns, state, code, detail,
     service_id, url, expires_at, lifetime, given_out, sha256, twice, uploaded_at, attempts, treatment,
     *substitute, again, listed) = row  # fmt: skip
    source = Source(
        path=Path(os.fsdecode(path)),
        resolved=Path(os.fsdecode(resolved)),
        name=name,
        media_type=media_type,
        size=size,
        mtime_ns=mtime_ns,
        name_shortened=bool(shortened),
    )
    return Upload(
        upload_id=UploadId(upload_id),
        anomaly_id=anomaly_id,
        source=source,
        order=order,
        state=UploadState(state),
        reason=Reason(Code(code), detail or "") if code else None,
        presigned=PresignedPut(url, service_id, expires_at, lifetime) if url else None,
        service_id=service_id,
        sha256=sha256,
        uploaded_at=uploaded_at,
        url_given_out=bool(given_out),
        may_be_registered_twice=bool(twice),
        attempts=attempts,
        treatment=Treatment(treatment) if treatment else None,
        substitute=_substitute_of(substitute) if substitute[0] else None,
        wanted_again=bool(again),
        listed=bool(listed),
    )


def _substitute_of(columns: list[Any]) -> Substitute:
    stored_path, name, media_type, size, mtime_ns, sha256, without_metadata = columns
    path = Path(os.fsdecode(stored_path))
    return Substitute(Source(path, path, name, media_type, size, mtime_ns), sha256, bool(without_metadata))
