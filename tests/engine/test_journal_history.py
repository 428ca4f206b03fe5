"""The journal knows which run an upload belonged to, and what has become of it since."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.engine.values import a_source, an_upload
from uploader_gui.engine.journal.history_queries import PAGE
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.journal.schema import MIGRATIONS
from uploader_gui.engine.models import (
    EarlierUpload,
    PastRun,
    RunKey,
    SentFile,
    Substitute,
    Upload,
    UploadState,
    bytes_of,
)

API = "https://api.example/main"
S = UploadState
MORNING, NOON, NEXT_DAY = 1_741_000_000.0, 1_741_003_600.0, 1_741_090_000.0


def run_with(journal: Journal, *uploads: Upload, api_url: str = API, began: float | None = None) -> int:
    run_id = journal.begin_run(api_url, "uploader-gui 1.2.3", began)
    journal.add(uploads, api_url, run_id, began)
    return run_id


def runs_of(journal: Journal) -> list[PastRun]:
    return list(chain.from_iterable(journal.past_runs()))


def found(journal: Journal, wanted: str) -> frozenset[RunKey]:
    return frozenset(chain.from_iterable(journal.runs_with_file(wanted)))


def named(name: str, state: UploadState = S.UPLOADED, **fields: Any) -> Upload:
    return an_upload(source=a_source(name, size=1000), state=state, **fields)


def test_a_run_is_told_once_for_each_anomaly_the_newest_first_and_as_it_has_become_since(journal: Journal) -> None:
    later = named("c.jpg", S.QUEUED)
    first = run_with(journal, later, named("a.jpg"), named("b.jpg", S.FAILED), an_upload("5", state=S.UPLOADED))
    second = run_with(journal, named("d.jpg", S.QUEUED), api_url="https://other.example")
    later.state, later.sha256, later.attempts = S.UPLOADED, "aa" * 32, 2
    journal.record([later])
    runs = runs_of(journal)
    assert [run.key for run in runs] == [RunKey(second, "4217"), RunKey(first, "5"), RunKey(first, "4217")]
    assert [run.server for run in runs] == ["https://other.example", API, API]
    assert runs[2].states == {S.UPLOADED: 2, S.FAILED: 1}
    assert (runs[2].files, runs[2].bytes_uploaded, runs[2].program) == (3, 2000, "uploader-gui 1.2.3")
    assert runs[0].unfinished == 1
    assert [journal.past_run(run.key) for run in runs] == runs
    assert journal.past_run(RunKey(first, "6")) is None
    assert len(found(journal, "jpg")) == 3
    again = journal.uploads_of(RunKey(first, "4217"))
    assert [one.source.name for one in again] == ["c.jpg", "a.jpg", "b.jpg"]  # in the order they were added
    assert (again[0].upload_id, again[0].state, again[0].sha256, again[0].attempts) == (
        *(later.upload_id, S.UPLOADED, "aa" * 32),
        2,
    )


def test_of_two_deposits_of_one_window_the_newer_is_told_first(journal: Journal) -> None:
    run_id = journal.begin_run(API, "uploader-gui 1.2.3", MORNING)
    for anomaly_id, added_at in (("1", NOON), ("2", NEXT_DAY), ("3", MORNING)):
        journal.add([an_upload(anomaly_id)], API, run_id, added_at)
    assert [run.key.anomaly_id for run in runs_of(journal)] == ["2", "1", "3"]


def test_the_servers_that_something_is_left_for_are_told(journal: Journal) -> None:
    run_with(journal, named("a.jpg", S.QUEUED), api_url="https://other.example")
    run_with(journal, named("b.jpg", S.REGISTERED))
    run_with(journal, named("c.jpg", S.FAILED), api_url="https://third.example")
    run_with(journal, named("d.jpg", S.FAILED, listed=True), api_url="https://fourth.example")
    assert journal.servers_on_list() == ["https://other.example", API, "https://fourth.example"]


def test_a_run_ends_when_it_stopped_or_when_a_file_of_it_arrived_later(journal: Journal) -> None:
    for uploads in ((named("a.jpg", uploaded_at=MORNING), named("b.jpg", S.FAILED)), (named("c.jpg", S.FAILED),)):
        journal.end_run(run_with(journal, *uploads, began=MORNING), 3, NOON)
    journal.end_run(run_with(journal, named("d.jpg", uploaded_at=NEXT_DAY), began=MORNING), 0, NOON)
    run_with(journal, named("e.jpg", S.QUEUED), began=MORNING)
    journal.end_run(run_with(journal, named("f.jpg", S.FAILED), began=NOON), 0, MORNING)
    clock_put_back, cut_off, sent_again, failed, mixed = runs_of(journal)
    assert clock_put_back.finished_at == NOON
    assert [run.finished_at for run in (mixed, failed, sent_again, cut_off)] == [NOON, NOON, NEXT_DAY, None]
    assert failed.junk == 3


@pytest.mark.parametrize("wanted", ["été", "ETE", "œuvre", "oeuvre", "n°4 (ÉTÉ)"])
def test_a_run_is_found_by_a_file_whatever_its_case_and_accents(journal: Journal, wanted: str) -> None:
    run_id = run_with(journal, named("Œuvre n°4 (Été).pdf"))
    run_with(journal, named("hiver.pdf"))
    assert found(journal, wanted) == {RunKey(run_id, "4217")}


def test_a_search_comes_page_by_page_and_finds_what_is_on_every_page(journal: Journal) -> None:
    keys = {RunKey(run_with(journal, *(named(f"{n} été.jpg") for n in range(PAGE // 4))), "4217") for _ in range(10)}
    pages = list(journal.runs_with_file("ETE"))
    assert len(pages) == 3
    assert frozenset(chain.from_iterable(pages)) == keys
    run_with(journal, named("100 %_'sure'.pdf"))  # the text is data
    assert found(journal, "%_'")
    assert not found(journal, "1%0")


def test_a_search_finds_the_last_upload_of_a_page_and_the_first_of_the_next_one(journal: Journal) -> None:
    uploads = sorted((an_upload() for _ in range(2 * PAGE)), key=lambda upload: upload.upload_id)
    for place in (0, PAGE - 1, PAGE, 2 * PAGE - 1):
        uploads[place].source = a_source(f"here {place}.jpg")
    key = RunKey(run_with(journal, *uploads), "4217")
    assert [found(journal, f"HERE {place}.") for place in (0, PAGE - 1, PAGE, 2 * PAGE - 1)] == [{key}] * 4


def test_the_bytes_of_a_run_are_those_that_arrived_and_those_they_were_made_from(journal: Journal) -> None:
    made = Substitute(a_source("a.zip", size=70), "cd" * 32)
    run_with(journal, named("a.heic", substitute=made), named("b.jpg"), named("c.heic", S.FAILED, substitute=made))
    (run,) = runs_of(journal)
    assert (run.bytes_uploaded, run.bytes_of_originals) == (1070, 2000)


def test_failed_and_refused_uploads_wait_on_the_list_unless_their_file_was_added_again(journal: Journal) -> None:
    waiting = named("a.jpg", S.FAILED, listed=True), named("b.jpg", S.REFUSED, listed=True)
    again = named("c.jpg", S.FAILED, listed=True)
    others = named("d.jpg", S.FAILED), named("e.jpg", S.CANCELLED, listed=True), named("f.jpg", listed=True)
    run_with(journal, *waiting, again, *others, began=MORNING)
    run_with(journal, named("c.jpg"), an_upload("5", source=a_source("a.jpg")), began=NOON)
    run_with(journal, elsewhere := named("a.jpg", S.FAILED, listed=True), api_url="https://b.example", began=NEXT_DAY)
    assert [one.upload_id for one in journal.unsent_on_list(API)] == [one.upload_id for one in waiting]
    assert [one.upload_id for one in journal.unsent_on_list("https://b.example")] == [elsewhere.upload_id]
    assert [one.source.name for one in journal.failed_or_cancelled(API, "4217")] == ["a.jpg", "c.jpg", "d.jpg", "e.jpg"]


def test_what_was_sent_is_known_by_the_file_and_by_what_was_made_of_it(journal: Journal) -> None:
    made = Substitute(a_source("a.zip", size=70), "cd" * 32)
    run_with(journal, named("a.heic", sha256="ef" * 32, substitute=made, uploaded_at=NOON), began=MORNING)
    assert journal.uploaded(API, "4217") == {
        ("a.heic", 1000): {"cd" * 32: EarlierUpload(NOON, None, may_be_registered_twice=False)},
        ("a.zip", 70): {"ef" * 32: EarlierUpload(NOON, None, may_be_registered_twice=False)},
    }
    for at, service_id, twice in ((NEXT_DAY, "later", False), (NOON, "twice", True), (MORNING, "first", False)):
        again = named("b.jpg", sha256="ab" * 32, uploaded_at=at, service_id=service_id, may_be_registered_twice=twice)
        run_with(journal, again, began=MORNING)
    known = journal.uploaded(API, "4217")["b.jpg", 1000]
    assert known == {"ab" * 32: EarlierUpload(NEXT_DAY, "later", may_be_registered_twice=True)}


def test_what_went_to_other_anomalies_is_known_by_place_and_by_size(journal: Journal) -> None:
    made = Substitute(a_source("b.zip", size=7), "cd" * 32)
    sent = named("a.jpg", sha256="ab" * 32, uploaded_at=NOON), named("b.heic", sha256="ef" * 32, substitute=made)
    run_with(journal, *sent, named("c.jpg", S.FAILED, sha256="ab" * 32), named("d.jpg"), began=MORNING)
    run_with(journal, an_upload("5", source=sent[0].source, state=S.UPLOADED, sha256="ab" * 32), began=MORNING)
    run_with(journal, named("a.jpg", sha256="ab" * 32), api_url="https://b.example", began=MORNING)
    of_a, of_b = (bytes_of(upload.source.resolved) for upload in sent)
    by_place, by_size = a_source("a.jpg", size=1), a_source("new.jpg", size=1000)
    assert journal.sent_elsewhere(API, "5", [by_place]) == [SentFile("4217", of_a, 1000, "ab" * 32, NOON)]
    told = sorted(journal.sent_elsewhere(API, "5", [by_size]), key=lambda one: one.resolved)
    assert told == [
        SentFile("4217", of_a, 1000, "ab" * 32, NOON),
        SentFile("4217", of_b, 1000, "cd" * 32, told[1].at),
    ]
    assert told[1].at == pytest.approx(MORNING, abs=1.0)
    assert journal.sent_elsewhere(API, "5", [a_source("other.jpg", size=2)]) == []


def test_the_journal_may_be_written_and_built_anew_between_two_pages_of_a_search(journal: Journal) -> None:
    run_id = run_with(journal, *(named(f"{n}.jpg") for n in range(2 * PAGE)))
    pages = journal.runs_with_file("jpg")
    assert next(pages) == {RunKey(run_id, "4217")}
    run_with(journal, named("new.jpg"))
    journal.vacuum()
    assert RunKey(run_id, "4217") in next(pages)


def test_uploads_from_before_there_were_runs_count_as_one_a_day(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(MIGRATIONS[0])
        for number, added_at in enumerate((MORNING, NOON, NEXT_DAY)):
            values = (str(number), API, "4217", f"{number}.jpg", "uploaded", added_at)
            db.execute(
                "INSERT INTO uploads (upload_id, api_url, anomaly_id, path, resolved, name, name_shortened, size,"
                " mtime_ns, state, url_given_out, may_be_registered_twice, added_at)"
                " VALUES (?, ?, ?, x'2f', x'2f', ?, 0, 1, 0, ?, 0, 0, ?)",
                values,
            )
        db.execute("PRAGMA user_version = 1")
        db.commit()
    with closing(Journal(path)) as journal:
        assert journal.set_aside is None
        newer, older = runs_of(journal)
        assert (newer.started_at, newer.files) == (NEXT_DAY, 1)
        assert (older.started_at, older.files) == (MORNING, 2)


def test_a_pasted_picture_stays_while_its_upload_waits_and_one_never_added_while_the_runs_of_its_time_do(
    journal: Journal,
) -> None:
    never_added, sent, waits = (Path(f"/data/captures/{name}.png") for name in ("never", "sent", "waits"))
    for path in (never_added, sent, waits):
        journal.note_own_file(path, "facts")
    linked = replace(a_source(path=waits), resolved=Path("/disk/other.png"))
    first = an_upload(source=a_source(path=sent), state=S.UPLOADED), an_upload("5", source=linked, state=S.UPLOADED)
    run_with(journal, *first)
    run_with(journal, named("b.jpg"), an_upload(source=linked, state=S.FAILED))
    assert journal.unneeded_own_files() == [sent]
    journal.forget([upload.upload_id for upload in first])
    assert sorted(journal.unneeded_own_files()) == [never_added, sent]


def test_what_was_made_of_a_file_stays_while_its_upload_is_unfinished(journal: Journal) -> None:
    paths = {state: Path(f"/data/substitutes/{state}.zip") for state in S}
    for path in paths.values():
        journal.note_own_file(path, "facts")
    made = {state: Substitute(a_source(path=path), "cd" * 32) for state, path in paths.items()}
    run_with(journal, *(named("a.heic", state, substitute=made[state]) for state in S))
    assert sorted(journal.unneeded_own_files()) == sorted(path for state, path in paths.items() if state.finished)
