"""The journal knows which run an upload belonged to, and what has become of it since."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.engine.values import a_source, an_upload
from uploader_gui.engine.journal.history_queries import PAGE
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.journal.schema import MIGRATIONS
from uploader_gui.engine.models import PastRun, RunKey, Upload, UploadState

API = "https://api.example/main"
S = UploadState
MORNING, NOON, NEXT_DAY = 1_741_000_000.0, 1_741_003_600.0, 1_741_090_000.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path / "journal.sqlite3")) as journal:
        yield journal


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


def test_a_run_is_told_once_for_each_anomaly_the_newest_first(journal: Journal) -> None:
    first = run_with(journal, named("a.jpg"), named("b.jpg", S.FAILED), an_upload("5", state=S.UPLOADED))
    second = run_with(journal, named("c.jpg", S.QUEUED))
    runs = runs_of(journal)
    assert [run.key for run in runs] == [RunKey(second, "4217"), RunKey(first, "4217"), RunKey(first, "5")]
    assert runs[1].states == {S.UPLOADED: 1, S.FAILED: 1}
    assert (runs[1].files, runs[1].bytes_uploaded, runs[1].program) == (2, 1000, "uploader-gui 1.2.3")
    assert runs[0].unfinished == 1
    assert [journal.past_run(run.key) for run in runs] == runs
    assert journal.past_run(RunKey(first, "6")) is None


def test_runs_of_all_servers_are_told_each_with_its_own(journal: Journal) -> None:
    run_with(journal, named("a.jpg"))
    run_with(journal, named("b.jpg"), api_url="https://other.example")
    assert [run.server for run in runs_of(journal)] == ["https://other.example", API]
    assert len(found(journal, "jpg")) == 2


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
    cut_off, sent_again, failed, mixed = runs_of(journal)
    assert [run.finished_at for run in (mixed, failed, sent_again, cut_off)] == [NOON, NOON, NEXT_DAY, None]
    assert failed.junk == 3


def test_what_happens_to_an_upload_later_shows_in_the_run_it_was_added_in(journal: Journal) -> None:
    upload = named("a.jpg", S.QUEUED)
    run_id = run_with(journal, upload)
    run_with(journal, named("b.jpg"))
    upload.state, upload.sha256, upload.attempts = S.UPLOADED, "aa" * 32, 2
    journal.record([upload])
    (again,) = journal.uploads_of(RunKey(run_id, "4217"))
    assert (again.upload_id, again.state, again.sha256, again.attempts) == (upload.upload_id, S.UPLOADED, "aa" * 32, 2)


def test_the_uploads_of_a_run_come_in_the_order_they_were_added(journal: Journal) -> None:
    uploads = [named(f"{n}.jpg") for n in range(30)]
    key = RunKey(run_with(journal, *uploads, an_upload("5")), "4217")
    assert [one.upload_id for one in journal.uploads_of(key)] == [one.upload_id for one in uploads]


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


def test_the_journal_may_be_written_and_built_anew_between_two_pages_of_a_search(journal: Journal) -> None:
    run_id = run_with(journal, *(named(f"{n}.jpg") for n in range(2 * PAGE)))
    pages = journal.runs_with_file("jpg")
    assert next(pages) == {RunKey(run_id, "4217")}
    run_with(journal, named("new.jpg"))
    journal.vacuum()
    assert RunKey(run_id, "4217") in next(pages)


def test_a_search_text_is_data(journal: Journal) -> None:
    run_with(journal, named("100 %_'sure'.pdf"))
    assert found(journal, "%_'")
    assert not found(journal, "1%0")


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
