"""The tables of the journal, the way to them from every earlier version, and an upload as a row of them, and back."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.models import (
    Origin,
    PresignedPut,
    Reason,
    Source,
    Substitute,
    Treatment,
    Upload,
    UploadId,
    UploadState,
    bytes_of,
)

SCHEMA_VERSION: Final = 12
MIGRATIONS: Final[dict[int, str]] = {
    0: """
        CREATE TABLE uploads (
            upload_id TEXT PRIMARY KEY, api_url TEXT NOT NULL, anomaly_id TEXT NOT NULL,
            path BLOB NOT NULL, resolved BLOB NOT NULL, name TEXT NOT NULL, name_shortened INTEGER NOT NULL,
            media_type TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
            state TEXT NOT NULL, reason_code TEXT, reason_detail TEXT,
            service_id TEXT, url TEXT, url_expires_at REAL, url_lifetime REAL, url_given_out INTEGER NOT NULL,
            sha256 TEXT, may_be_registered_twice INTEGER NOT NULL,
            added_at REAL NOT NULL, uploaded_at REAL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX uploads_by_anomaly ON uploads (api_url, anomaly_id, state);
    """,
    # Uploads from before there were runs: those of one day become one run.
    1: """
        CREATE TABLE runs (
            run_id INTEGER PRIMARY KEY AUTOINCREMENT, api_url TEXT NOT NULL, program TEXT NOT NULL,
            started_at REAL NOT NULL, finished_at REAL, junk INTEGER NOT NULL
        ) STRICT;
        ALTER TABLE uploads ADD COLUMN run_id INTEGER;
        ALTER TABLE uploads ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
        INSERT INTO runs (api_url, program, started_at, finished_at, junk)
            SELECT api_url, 'uploader-gui', min(added_at), max(coalesce(uploaded_at, added_at)), 0
            FROM uploads GROUP BY api_url, CAST(added_at / 86400 AS INTEGER);
        UPDATE uploads SET run_id = (
            SELECT run_id FROM runs WHERE runs.api_url = uploads.api_url
            AND CAST(runs.started_at / 86400 AS INTEGER) = CAST(uploads.added_at / 86400 AS INTEGER)
        );
        CREATE INDEX uploads_by_run ON uploads (run_id)
    """,
    # What is sent in place of a file the service refuses; `name`, `size` and the paths stay those of that file.
    2: """
        ALTER TABLE uploads ADD COLUMN treatment TEXT;
        ALTER TABLE uploads ADD COLUMN substitute_path BLOB;
        ALTER TABLE uploads ADD COLUMN substitute_name TEXT;
        ALTER TABLE uploads ADD COLUMN substitute_type TEXT;
        ALTER TABLE uploads ADD COLUMN substitute_size INTEGER;
        ALTER TABLE uploads ADD COLUMN substitute_mtime_ns INTEGER;
        ALTER TABLE uploads ADD COLUMN original_sha256 TEXT
    """,
    3: "ALTER TABLE uploads ADD COLUMN wanted_again INTEGER NOT NULL DEFAULT 0",
    # Where presigned URLs put their objects, hashed, and the upload each place was given to first. The URLs of uploads
    # finished before this version have left the journal: their places are unknown. Of two unfinished uploads with the
    # same place the later one is registered again.
    4: """
        CREATE TABLE places (place BLOB PRIMARY KEY, upload_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
        INSERT OR IGNORE INTO places SELECT place_of(url), upload_id FROM uploads WHERE url NOT NULL ORDER BY added_at;
        UPDATE uploads SET url = NULL WHERE url NOT NULL AND upload_id NOT IN (SELECT upload_id FROM places)
    """,
    # Whether a converted picture's metadata could not be read.
    5: "ALTER TABLE uploads ADD COLUMN without_metadata INTEGER NOT NULL DEFAULT 0",
    # Whether the upload is on a window's list; before this version none was.
    6: "ALTER TABLE uploads ADD COLUMN listed INTEGER NOT NULL DEFAULT 0",
    # Files this program made; `facts` distinguish such a file from another one in its place, NULL while it is made.
    # It was made in the run `run_id` or earlier.
    7: """
        CREATE TABLE own_files (path BLOB PRIMARY KEY, facts TEXT, run_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT OR REPLACE INTO own_files (path, facts, run_id)
            SELECT substitute_path, substitute_size || ' bytes, ' || substitute_mtime_ns || ' ns', coalesce(run_id, 0)
            FROM uploads WHERE substitute_path NOT NULL
    """,
    # Which case of its code a reason is; before this version its detail began with a sentence that told.
    8: """
        ALTER TABLE uploads ADD COLUMN reason_variant TEXT;
        UPDATE uploads SET reason_variant = variant_in(reason_code, reason_detail),
            reason_detail = value_in(reason_code, reason_detail) WHERE reason_detail <> ''
    """,
    # Where a file came from that this program fetched, and since when (seconds since 1970) no upload needs it.
    9: """
        ALTER TABLE uploads ADD COLUMN origin TEXT;
        ALTER TABLE own_files ADD COLUMN unneeded_since REAL
    """,
    # What the receipt of a deposit that came to its end tells beside its files; before this version it was forgotten.
    10: """
        CREATE TABLE deposits (
            run_id INTEGER NOT NULL, anomaly_id TEXT NOT NULL, utc_offset TEXT NOT NULL, clock_error INTEGER,
            ref TEXT NOT NULL, title TEXT NOT NULL, site TEXT NOT NULL, depositor TEXT NOT NULL,
            PRIMARY KEY (run_id, anomaly_id)
        ) STRICT, WITHOUT ROWID
    """,
    # Uploads lie in the order they were added, no longer by their random ids: what changes together is on few pages.
    11: """
        CREATE TABLE in_order (
            upload_id TEXT PRIMARY KEY, api_url TEXT NOT NULL, anomaly_id TEXT NOT NULL,
            path BLOB NOT NULL, resolved BLOB NOT NULL, name TEXT NOT NULL, name_shortened INTEGER NOT NULL,
            media_type TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
            state TEXT NOT NULL, reason_code TEXT, reason_variant TEXT, reason_detail TEXT,
            service_id TEXT, url TEXT, url_expires_at REAL, url_lifetime REAL, url_given_out INTEGER NOT NULL,
            sha256 TEXT, may_be_registered_twice INTEGER NOT NULL, added_at REAL NOT NULL, uploaded_at REAL,
            run_id INTEGER, attempts INTEGER NOT NULL, treatment TEXT,
            substitute_path BLOB, substitute_name TEXT, substitute_type TEXT, substitute_size INTEGER,
            substitute_mtime_ns INTEGER, original_sha256 TEXT, without_metadata INTEGER NOT NULL,
            wanted_again INTEGER NOT NULL, listed INTEGER NOT NULL, origin TEXT
        ) STRICT;
        INSERT INTO in_order SELECT upload_id, api_url, anomaly_id, path, resolved, name, name_shortened, media_type,
            size, mtime_ns, state, reason_code, reason_variant, reason_detail, service_id, url, url_expires_at,
            url_lifetime, url_given_out, sha256, may_be_registered_twice, added_at, uploaded_at, run_id, attempts,
            treatment, substitute_path, substitute_name, substitute_type, substitute_size, substitute_mtime_ns,
            original_sha256, without_metadata, wanted_again, listed, origin FROM uploads ORDER BY added_at, upload_id;
        DROP TABLE uploads;
        ALTER TABLE in_order RENAME TO uploads;
        CREATE INDEX uploads_by_anomaly ON uploads (api_url, anomaly_id, state);
        CREATE INDEX uploads_by_run ON uploads (run_id)
    """,
}
"""Schema version -> the statements that lead to the next one."""
OPTIONAL_STEPS: Final = frozenset({11})
"""Steps that write the whole journal again and change no column: left out where the disk has no room for that."""


COLUMNS: Final = (
    "upload_id, path, resolved, name, name_shortened, anomaly_id, media_type, size, mtime_ns, state, reason_code, "
    "reason_variant, reason_detail, service_id, url, url_expires_at, url_lifetime, url_given_out, sha256, "
    "may_be_registered_twice, uploaded_at, attempts, treatment, substitute_path, substitute_name, substitute_type, "
    "substitute_size, substitute_mtime_ns, original_sha256, without_metadata, wanted_again, listed, origin"
)
_NAMES: Final = COLUMNS.split(", ")
_FIXED: Final = 5
"""An upload keeps what is in the first columns as long as it lives."""
INSERT: Final = (
    f"INSERT INTO uploads ({COLUMNS}, api_url, added_at, run_id) "  # noqa: S608 - constants only
    f"VALUES ({', '.join('?' * (len(_NAMES) + 3))}) ON CONFLICT (upload_id) DO UPDATE SET "
    f"{', '.join(f'{column} = excluded.{column}' for column in _NAMES)}"
)
"""An upload that is there already keeps its run and its place in that."""
UPDATE: Final = f"UPDATE uploads SET {', '.join(f'{column} = ?' for column in _NAMES[_FIXED:])} WHERE upload_id = ?"  # noqa: S608 - as above


def _listed(*states: UploadState) -> str:
    return ", ".join(f"'{state}'" for state in states)


UNFINISHED: Final = _listed(*(state for state in UploadState if not state.finished))
FAILED_OR_CANCELLED: Final = _listed(UploadState.FAILED, UploadState.CANCELLED)
FAILED_OR_REFUSED: Final = _listed(UploadState.FAILED, UploadState.REFUSED)
"""States in SQL. Uploads in the last ones wait for a person while they are `listed`."""
WAITS: Final = f"(state IN ({UNFINISHED}) OR (listed AND state IN ({FAILED_OR_REFUSED})))"
"""The condition, in SQL, that an upload is to be sent, or waits for a person."""


_OLD_DETAILS: Final = (
    (Code.MISSING, Variant.PATH_TOO_LONG, r"its path is too long"),
    (Code.REJECTED, Variant.REQUEST_TOO_LARGE, r"HTTP 413\b"),
    (Code.REJECTED, Variant.NO_ANOMALY_ID, r"no anomaly ID: (?P<value>.*)"),
    (Code.REJECTED, Variant.REDIRECTED, r"HTTP 3\d\d\b"),
    (Code.URL_REFUSED, Variant.HEADER_UNKNOWN, r"it needs the header (?P<value>.*), whose value only the service"),
    (Code.URL_REFUSED, Variant.HEADER_CHOSEN, r"it chooses the header (?P<value>.*)"),
    (Code.URL_REFUSED, Variant.HEADER_UNSENDABLE, r"it gives the header (?P<value>.*) a value that no request"),
    (Code.URL_REFUSED, Variant.PARAMETER_TWICE, r"it names (?P<value>.*) twice"),
    (Code.URL_REFUSED, Variant.NO_REQUEST, r"no request can be made of it"),
    (Code.URL_REFUSED, Variant.PLACE_TAKEN, r"another file has this place already(: (?P<value>.+))?"),
    (Code.DAMAGED, Variant.WEB_PAGE, r"a web page answered in place of the storage(: (?P<value>.+))?"),
    (Code.DAMAGED, Variant.NOT_THE_STORAGE, r"something else answered in place of the storage(: (?P<value>.+))?"),
    (Code.DAMAGED, Variant.STORAGE_ERROR, r"the storage answered with an error(: (?P<value>.+))?"),
    (Code.PREPARATION, Variant.NO_DECODER, r"the decoder of pictures does not start"),
)
"""How the details of variants began up to schema 8: for `MIGRATIONS` only."""


def row_of(upload: Upload) -> tuple[object, ...]:
    """Return an upload's values in the order of `COLUMNS`. Paths are bytes, as not every file name is valid text."""
    source, presigned, reason = upload.source, _live_url(upload), upload.reason
    return (
        upload.upload_id,
        bytes_of(source.path),
        bytes_of(source.resolved),
        source.name,
        source.name_shortened,
        upload.anomaly_id,
        source.media_type,
        source.size,
        source.mtime_ns,
        upload.state.value,
        reason and reason.code.value,
        reason and reason.variant and reason.variant.value,
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
        upload.origin and upload.origin.value,
    )


def _row_of_substitute(substitute: Substitute | None) -> tuple[object, ...]:
    if substitute is None:
        return (*(None,) * 6, False)
    sent = substitute.sent
    return (
        bytes_of(sent.path),
        sent.name,
        sent.media_type,
        sent.size,
        sent.mtime_ns,
        substitute.original_sha256,
        substitute.without_metadata,
    )


def changes_of(upload: Upload) -> tuple[object, ...]:
    """Return the values for `UPDATE`."""
    row = row_of(upload)
    return (*row[_FIXED:], row[0])


def _live_url(upload: Upload) -> PresignedPut | None:
    """Return the URL to keep: that of a finished upload leaves the disk."""
    return None if upload.state.finished else upload.presigned


def upload_of(row: tuple[Any, ...], order: int) -> Upload:
    """Return the upload of a row. Its `attempts` are those of the run that recorded it last.

    Raises:
        ValueError: the row is damaged.
    """
    (upload_id, path, resolved, name, shortened, anomaly_id, media_type, size, mtime_ns, state, code, variant, detail,
     service_id, url, expires_at, lifetime, given_out, sha256, twice, uploaded_at, attempts, treatment,
     *substitute, again, listed, origin) = row  # fmt: skip
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
        reason=Reason(Code(code), _variant_of(variant), detail or "") if code else None,
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
        origin=Origin(origin) if origin else None,
    )


def _variant_of(stored: str | None) -> Variant | None:
    """Return a stored variant; None for one that another version of this program knows."""
    return next((variant for variant in Variant if variant.value == stored), None)


def variant_in(code: str, detail: str) -> str | None:
    """Return the variant of a reason stored before there were variants: its sentence in English tells."""
    found = _found_in(code, detail)
    return None if found is None else found[0].value


def value_in(code: str, detail: str) -> str:
    """Return the detail of such a reason that belongs beside its variant."""
    found = _found_in(code, detail)
    return detail if found is None else found[1]


def _found_in(code: str, detail: str) -> tuple[Variant, str] | None:
    for old_code, variant, pattern in _OLD_DETAILS:
        if code == old_code and (found := re.match(pattern, detail)):
            return variant, found.groupdict(default="").get("value", detail)
    return None


def _substitute_of(columns: list[Any]) -> Substitute:
    stored_path, name, media_type, size, mtime_ns, sha256, without_metadata = columns
    path = Path(os.fsdecode(stored_path))
    return Substitute(Source(path, path, name, media_type, size, mtime_ns), sha256, bool(without_metadata))
