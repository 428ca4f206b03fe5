"""The tables of the journal, and the way to them from every earlier version. Uploads as rows: `rows.py`."""

from __future__ import annotations

from typing import Final

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
