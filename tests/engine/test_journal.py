"""The journal keeps every field of every upload, for its owner only, and forgets URLs that are used up."""

import os
import random
import shutil
import sqlite3
import stat
import uuid
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.engine.journals import API, filled
from tests.engine.values import a_put, a_source, an_upload
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.journal.database_file import PAGE_BYTES
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.journal.schema import MIGRATIONS, SCHEMA_VERSION
from uploader_gui.engine.models import (
    Origin,
    Reason,
    RunKey,
    Source,
    Substitute,
    Treatment,
    Upload,
    UploadId,
    UploadState,
)
from uploader_gui.engine.receipt import Circumstances

SIGNATURE = "5ec2e7" * 10
NOT_OF_ITS_ROW = {
    "anomaly_id", "order", "tries", "registrations", "unknown_registrations", "dead_urls", "retry_at", "sent_before",
    "trial", "elsewhere",
}  # fmt: skip
"""What `full_upload` has like any upload: a run's own, or told otherwise."""
FINISHED = [state for state in UploadState if state.finished]
UNFINISHED = [state for state in UploadState if not state.finished]


def left_after_a_restart(path: Path, journal: Journal) -> list[Upload]:
    journal.close()
    with closing(Journal(path)) as again:
        return again.unfinished(API)


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(part.read_bytes() for part in path.parent.iterdir())


def vacuum_while_the_disk_is_quick(journal: Journal, path: Path, uploads: list[Upload]) -> None:
    """Try again after commits that seemed slow, as on a busy machine: VACUUM is left out after them."""
    for _ in range(100):
        journal.vacuum()
        if SIGNATURE.encode() not in bytes_on_disk(path):
            return
        journal.record(uploads)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def full_upload(state: UploadState = UploadState.RETRYING) -> Upload:
    raw = Path(os.fsdecode(b"/evidence/caf\xe9 \xf0\x9f\x93\xb7/IMG\n1.jpg"))
    source = replace(a_source(), path=raw, resolved=raw / "deeper", name="IMG1.jpg", name_shortened=True, size=2**40)
    return an_upload(
        source=source,
        state=state,
        reason=Reason(Code.DAMAGED, Variant.STORAGE_ERROR, "SlowDown: please 🙏"),
        presigned=a_put(),
        service_id="1001",
        sha256="ab" * 32,
        uploaded_at=1_741_768_200.25,
        url_given_out=True,
        may_be_registered_twice=True,
        attempts=3,
        treatment=Treatment.ZIP,
        substitute=Substitute(a_source("IMG1.zip", media_type=None, size=2**41, mtime_ns=7), "cd" * 32, True),
        wanted_again=True,
        listed=True,
        origin=Origin.OUTLOOK,
    )


@pytest.mark.parametrize("there_already", [False, True])
def test_file_folder_and_write_ahead_log_are_for_their_owner_only(journal_path: Path, *, there_already: bool) -> None:
    folder, umask = journal_path.parent, os.umask(0)
    try:
        folder.mkdir(mode=0o700) if there_already else None
        journal = Journal(journal_path)
        journal.add([an_upload()], API)
    finally:
        os.umask(umask)
    assert sorted(part.name for part in folder.iterdir()) == [journal_path.name, f"{journal_path.name}-wal"]
    assert mode_of(folder) == 0o700
    assert {mode_of(part) for part in folder.iterdir()} == {0o600}
    journal.close()


@pytest.mark.parametrize("state", UNFINISHED)
def test_every_field_comes_back_as_it_was(journal_path: Path, journal: Journal, state: UploadState) -> None:
    uploads = [full_upload(state), an_upload(order=1, source=a_source(media_type=None))]
    journal.add(uploads, API)
    assert left_after_a_restart(journal_path, journal) == uploads
    bare = {
        field.name for field in fields(Upload) if getattr(uploads[0], field.name) == getattr(an_upload(), field.name)
    }
    assert bare - {"state"} == NOT_OF_ITS_ROW


def test_every_change_is_recorded(journal_path: Path, journal: Journal) -> None:
    journal.add([upload := an_upload()], API)
    source = replace(upload.source, size=7, mtime_ns=8, media_type="image/png")
    changed = replace(full_upload(), upload_id=upload.upload_id, source=source, anomaly_id="5001")
    journal.record([changed], durable=True)
    assert left_after_a_restart(journal_path, journal) == [changed]


def test_what_is_left_is_told_by_service_and_by_anomaly(journal: Journal) -> None:
    mine, other, elsewhere, removed = an_upload("1"), an_upload("2"), an_upload("1"), an_upload("1")
    journal.add([mine, other, removed, *(an_upload("1", state=state) for state in FINISHED)], API)
    journal.add([elsewhere], "https://other.example")
    journal.remove([removed.upload_id])
    assert {u.upload_id for u in journal.unfinished(API)} == {mine.upload_id, other.upload_id}
    assert [u.upload_id for u in journal.unfinished(API, "1")] == [mine.upload_id]
    assert [u.upload_id for u in journal.unfinished("https://other.example")] == [elsewhere.upload_id]
    assert journal.unfinished(API, "3") == []


def test_uploads_come_back_in_the_order_they_were_added(journal: Journal) -> None:
    drops = [[an_upload() for _ in range(20)] for _ in range(3)]
    for drop in drops:
        journal.add(drop, API)
    left = journal.unfinished(API)
    assert [u.upload_id for u in left] == [u.upload_id for drop in drops for u in drop]
    assert [u.order for u in left] == list(range(60))


def test_what_was_uploaded_is_remembered_by_name_and_size(journal: Journal) -> None:
    def sent(source: Source, sha256: str | None, anomaly_id: str = "4217") -> Upload:
        return an_upload(anomaly_id, source=source, state=UploadState.UPLOADED, sha256=sha256)

    same = a_source("a.jpg", size=5)
    journal.add([sent(same, "aa"), sent(a_source("a.jpg", size=5), "bb"), sent(a_source("a.jpg", size=6), "cc")], API)
    journal.add(
        [an_upload(source=a_source("b.jpg"), state=UploadState.FAILED, sha256="dd"), sent(same, "ee", "2")], API
    )
    journal.add([sent(a_source("c.jpg"), None)], API)  # nobody knows what was in it
    assert journal.uploaded(API, "4217").keys() == {("a.jpg", 5), ("a.jpg", 6)}
    assert journal.uploaded(API, "4217")["a.jpg", 5].keys() == {"aa", "bb"}
    assert journal.uploaded("https://other.example", "4217") == {}


@pytest.mark.parametrize("state", FINISHED)
def test_a_used_up_url_is_gone_from_every_byte_of_the_files(
    journal_path: Path, journal: Journal, state: UploadState
) -> None:
    links = [f"https://b.example/{n}?X-Amz-Signature={SIGNATURE}{n}" for n in range(50)]
    uploads = [an_upload(state=UploadState.UPLOADING, presigned=a_put(link)) for link in links]
    journal.add(uploads, API)
    journal.record(uploads)
    journal.vacuum()
    assert SIGNATURE.encode() in bytes_on_disk(journal_path)
    for upload in uploads:
        upload.state = state
    journal.record(uploads[1:])
    journal.vacuum()
    journal.record(uploads[:1])
    vacuum_while_the_disk_is_quick(journal, journal_path, uploads[:1])
    assert SIGNATURE.encode() not in bytes_on_disk(journal_path)
    journal.close()
    assert SIGNATURE.encode() not in bytes_on_disk(journal_path)


def used_up_in_any_order(journal: Journal, seed: int) -> list[Upload]:
    """Rows that grow and shrink move between pages, and SQLite leaves copies of them there."""
    chance, uploads = random.Random(seed), []
    for n in range(chance.randrange(20, 120)):
        link = f"https://b.example/{n}?X-Amz-Signature={SIGNATURE}{'x' * chance.randrange(900)}"
        uploads.append(an_upload(state=UploadState.UPLOADING, presigned=a_put(link)))
        uploads[-1].upload_id = UploadId(str(uuid.UUID(int=chance.getrandbits(128), version=4)))
    journal.add(uploads, API)
    journal.record(uploads)
    chance.shuffle(uploads)
    for begin in range(0, len(uploads), 7):
        part = uploads[begin : begin + 7]
        for upload in part:
            upload.state = chance.choice(FINISHED)
        journal.record(part)
    return uploads


@pytest.mark.parametrize("seed", range(60))
def test_urls_of_any_length_used_up_in_any_order_leave_no_copy_behind(
    journal_path: Path, journal: Journal, seed: int
) -> None:
    vacuum_while_the_disk_is_quick(journal, journal_path, used_up_in_any_order(journal, seed)[:1])
    assert SIGNATURE.encode() not in bytes_on_disk(journal_path)


@pytest.mark.parametrize("seed", [1, 13, 25])
def test_copies_that_a_killed_program_left_behind_go_at_the_next_end(
    journal_path: Path, journal: Journal, tmp_path: Path, seed: int
) -> None:
    used_up_in_any_order(journal, seed)
    left = Path(shutil.copytree(journal_path.parent, tmp_path / "left")) / journal_path.name
    assert SIGNATURE.encode() in bytes_on_disk(left)
    Journal(left).close()
    assert SIGNATURE.encode() not in bytes_on_disk(left)


def test_closing_alone_takes_used_up_and_replaced_urls_off_the_disk(journal_path: Path, journal: Journal) -> None:
    link = f"https://b.example/?X-Amz-Signature={SIGNATURE}"
    uploads = [an_upload(state=UploadState.UPLOADING, presigned=a_put(link)) for _ in range(3)]
    journal.add(uploads, API)
    finished, renewed, removed = uploads
    finished.state, renewed.presigned = UploadState.UPLOADED, a_put("https://b.example/?new=1")
    journal.record([finished, renewed])
    journal.remove([removed.upload_id])
    journal.close()
    assert SIGNATURE.encode() not in bytes_on_disk(journal_path)
    assert b"new=1" in bytes_on_disk(journal_path)


def test_a_transaction_is_recorded_whole_or_not_at_all(journal: Journal) -> None:
    good, bad = an_upload(), an_upload(source=a_source(size="many"))
    with pytest.raises(sqlite3.IntegrityError):
        journal.add([good, bad], API)
    assert journal.unfinished(API) == []
    journal.add([good], API)
    assert len(journal.unfinished(API)) == 1


V = Variant
OLD_REASONS = [
    (Code.MISSING, "its path is too long", V.PATH_TOO_LONG, "its path is too long"),
    (Code.MISSING, "no such name", None, "no such name"),
    (Code.REJECTED, "HTTP 413: Request Too Long", V.REQUEST_TOO_LARGE, "HTTP 413: Request Too Long"),
    (Code.REJECTED, "HTTP 302: redirected elsewhere", V.REDIRECTED, "HTTP 302: redirected elsewhere"),
    (Code.REJECTED, "no anomaly ID: '../admin'", V.NO_ANOMALY_ID, "'../admin'"),
    (Code.REJECTED, "anomaly is closed", None, "anomaly is closed"),
    (Code.REJECTED, "it chooses the header cookie", None, "it chooses the header cookie"),
    (Code.URL_REFUSED, "it needs the header x-a, whose value only the service knows", V.HEADER_UNKNOWN, "x-a"),
    (Code.URL_REFUSED, "it chooses the header cookie", V.HEADER_CHOSEN, "cookie"),
    (Code.URL_REFUSED, "it gives the header x-a a value that no request can carry", V.HEADER_UNSENDABLE, "x-a"),
    (Code.URL_REFUSED, "it names x-amz-date twice", V.PARAMETER_TWICE, "x-amz-date"),
    (Code.URL_REFUSED, "no request can be made of it", V.NO_REQUEST, "no request can be made of it"),
    (Code.URL_REFUSED, "another file has this place already: a: b.jpg", V.PLACE_TAKEN, "a: b.jpg"),
    (Code.URL_REFUSED, "another file has this place already", V.PLACE_TAKEN, ""),
    (Code.URL_REFUSED, "it holds a user name", None, "it holds a user name"),
    (Code.DAMAGED, "a web page answered in place of the storage: “Sign in”, fw", V.WEB_PAGE, "“Sign in”, fw"),
    (Code.DAMAGED, "a web page answered in place of the storage", V.WEB_PAGE, ""),
    (Code.DAMAGED, "something else answered in place of the storage: HTTP 204", V.NOT_THE_STORAGE, "HTTP 204"),
    (Code.DAMAGED, "something else answered in place of the storage", V.NOT_THE_STORAGE, ""),
    (Code.DAMAGED, "the storage answered with an error: InternalError", V.STORAGE_ERROR, "InternalError"),
    (Code.DAMAGED, "the storage answered with an error", V.STORAGE_ERROR, ""),
    (Code.DAMAGED, "the answer has no ETag", None, "the answer has no ETag"),
    (Code.PREPARATION, (NO_DECODER := "the decoder of pictures does not start"), V.NO_DECODER, NO_DECODER),
    (Code.TYPE_NOT_ACCEPTED, "HEIC", None, "HEIC"),
    (Code.INTERNAL_ERROR, "", None, ""),
]


def rows_of(path: Path, table: str) -> list[dict[str, object]]:
    """Return a journal's rows by column."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608 - a constant


def as_of_version(version: int, path: Path, tables: dict[str, list[dict[str, object]]]) -> dict[str, set[str]]:
    """Make a journal of an earlier version with these rows; return the columns it has."""
    columns = {}
    with closing(sqlite3.connect(path)) as db, db:
        for function, parameters in (("place_of", 1), ("variant_in", 2), ("value_in", 2)):
            db.create_function(function, parameters, lambda *_: None)
        for step in range(version):
            db.executescript(MIGRATIONS[step])
        for table, rows in tables.items():
            known = [column for _, column, *_ in db.execute(f"PRAGMA table_info({table})")]
            columns[table] = set(known)
            if known:
                insert = f"INSERT INTO {table} ({', '.join(known)}) VALUES ({', '.join('?' * len(known))})"  # noqa: S608 - constants
                db.executemany(insert, [[row[column] for column in known] for row in rows])
        db.execute(f"PRAGMA user_version = {version}")
    return columns


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_journal_of_any_earlier_version_keeps_every_value_in_it(journal_path: Path, version: int) -> None:
    newest, full = journal_path.with_name("newest.sqlite3"), full_upload()
    some = an_upload(source=replace(a_source(), name_shortened=True), url_given_out=True, listed=True)
    with closing(Journal(newest)) as journal:
        journal.end_run(run := journal.begin_run(API, "uploader-gui 1", 7.0), 3, 8.0)
        journal.add([full, some], API, run, 9.0)
        journal.note_own_file(pasted := newest.with_name("a.png"), "facts")
    before = {table: rows_of(newest, table) for table in ("uploads", "runs", "own_files")}
    columns = as_of_version(version, journal_path, before)
    with closing(Journal(journal_path)) as journal:
        assert [one.upload_id for one in journal.unfinished(API)] == [full.upload_id, some.upload_id]
        noted = [(pasted, "facts")] if columns["own_files"] else []
        made = [(full.sent.path, f"{full.sent.size} bytes, {full.sent.mtime_ns} ns")]
        made = made if "substitute_path" in columns["uploads"] and version < 8 else []
        assert sorted(journal.own_files()) == sorted(noted + made)
        assert journal.set_aside is None
    for table, known in columns.items():
        for row, now in zip(before[table], rows_of(journal_path, table), strict=table != "own_files") if known else ():
            assert {name: now[name] for name in known} == {name: row[name] for name in known}
            assert not any(now[name] for name in set(now) - known - {"run_id"})


def test_a_journal_from_before_receipts_were_kept_has_its_deposits_and_notes_the_next(journal_path: Path) -> None:
    told = Circumstances("", -3, "4217", "Porte \ud800", "École Jaurès", "Anne", "+02:00")
    newest = journal_path.with_name("newest.sqlite3")
    with closing(Journal(newest)) as journal:
        journal.add([upload := an_upload(state=UploadState.UPLOADED)], API, run := journal.begin_run(API, "p"))
    as_of_version(10, journal_path, {table: rows_of(newest, table) for table in ("uploads", "runs")})
    with closing(Journal(journal_path)) as again:
        key = RunKey(run, upload.anomaly_id)
        assert (again.set_aside, again.circumstances(key)) == (None, None)
        again.note_deposits([upload.upload_id], {"5001": Circumstances(), upload.anomaly_id: told})
        assert again.circumstances(key) == replace(told, title="Porte ?")
        for offset in ("-09:30", "+23:59", "+24:00", "+01:60", "1:00", "+01:00:00"):
            again.note_deposits([upload.upload_id], {upload.anomaly_id: replace(told, utc_offset=offset)})
            kept = again.circumstances(key)
            assert kept is not None
            assert kept.utc_offset == (offset if offset in {"-09:30", "+23:59"} else "")
        again.forget([upload.upload_id])
        assert again.circumstances(key) is None


def test_a_journal_from_before_reasons_had_variants_says_the_same(journal_path: Path) -> None:
    olds = [an_upload(state=UploadState.QUEUED, reason=Reason(code, None, old)) for code, old, _, _ in OLD_REASONS]
    newest = journal_path.with_name("newest.sqlite3")
    with closing(Journal(newest)) as journal:
        journal.add([*olds, an_upload(state=UploadState.QUEUED)], API)
    as_of_version(8, journal_path, {"uploads": rows_of(newest, "uploads")})
    with closing(Journal(journal_path)) as again:
        found = {upload.upload_id: upload.reason for upload in again.unfinished(API)}
    reasons = [Reason(code, variant, detail) for code, _, variant, detail in OLD_REASONS]
    assert [found.pop(old.upload_id) for old in olds] == reasons
    assert list(found.values()) == [None]


def test_a_variant_of_another_version_is_read_as_the_usual_case(journal_path: Path) -> None:
    with closing(Journal(journal_path)) as journal:
        journal.add([an_upload(reason=Reason(Code.DAMAGED, Variant.WEB_PAGE, "fw"))], API)
    with closing(sqlite3.connect(journal_path)) as db, db:
        db.execute("UPDATE uploads SET reason_variant = 'of_tomorrow'")
    with closing(Journal(journal_path)) as again:
        (read,) = again.unfinished(API)
    assert (again.set_aside, read.reason) == (None, Reason(Code.DAMAGED, None, "fw"))


def test_a_journal_of_small_pages_gets_large_ones_and_keeps_what_is_in_it(journal_path: Path) -> None:
    filled(journal_path, 100)
    with closing(sqlite3.connect(journal_path)) as db:
        db.executescript("PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; VACUUM")
    with closing(Journal(journal_path)) as again:
        assert (again.set_aside, len(again.unfinished(API))) == (None, 100)
        again.add([an_upload()], API)
        assert not again.reopen_if_needed()  # nobody took its files away
    with closing(sqlite3.connect(journal_path)) as db:
        assert db.execute("PRAGMA page_size").fetchone() == (PAGE_BYTES,)


def test_the_schema_says_its_version_and_keeps_no_column_for_tokens(journal_path: Path) -> None:
    Journal(journal_path).close()
    with closing(sqlite3.connect(journal_path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        columns = {row[1] for row in db.execute("PRAGMA table_info(uploads)")}
    assert not {name for name in columns if "token" in name or "bearer" in name}
    assert sorted(MIGRATIONS) == list(range(SCHEMA_VERSION))
