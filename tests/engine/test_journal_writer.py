"""What has changed is in the journal before anybody is told, asked or answered, also where it cannot be written now."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from email.utils import formatdate
from itertools import chain
from pathlib import Path

import pytest

from tests.engine.fake_scheduler import FakeScheduler, resources_with
from tests.engine.journals import API
from tests.engine.test_journal_reopening import get_into_trouble, no_room
from tests.engine.test_upload_store import HOUR, UNUSED, a_store, delete_all
from tests.engine.values import an_upload
from tests.support.log_watch import ExpectedLogs
from uploader_gui.engine.errors import Code, JournalError, JournalInUse, JournalTooNew, JournalUnwritable
from uploader_gui.engine.events import Condition
from uploader_gui.engine.journal.journal import EndedDeposits, Journal, JournalThread, Unsaved
from uploader_gui.engine.journal.schema import SCHEMA_VERSION
from uploader_gui.engine.models import PastRun, Upload, UploadId, UploadState
from uploader_gui.engine.net.server_clock import ServerClock
from uploader_gui.engine.outages import Conditions
from uploader_gui.engine.receipt import Circumstances

NO_DEPOSITS: EndedDeposits = ((), {})


@contextlib.contextmanager
def kept_busy(thread: JournalThread) -> Iterator[None]:
    """Let the journal's thread be at work on something else."""
    released = threading.Event()
    thread.submit(lambda _: released.wait(60.0))
    try:
        yield
    finally:
        released.set()


def runs_of(journal: Journal) -> list[PastRun]:
    """Return all runs, the oldest first."""
    return list(chain.from_iterable(journal.past_runs()))[::-1]


async def test_a_record_is_as_the_upload_was_when_it_changed_and_not_as_it_is_by_then(journal: Journal) -> None:
    resources, uploads = resources_with(journal, UNUSED), [an_upload(), an_upload()]
    store = a_store(journal, resources=resources)
    store.add(uploads[:1])
    await store.writer.saved()
    with kept_busy(resources.journal):
        store.record(uploads[0])
        store.add(uploads[1:])
        for upload in uploads:
            upload.attempts = 5
    await store.writer.saved()
    assert [upload.attempts for upload in journal.unfinished(API)] == [0, 0]


class NotingJournal(Journal):
    """A journal that notes of each write whether it is forced onto the disk."""

    def __init__(self, path: Path) -> None:
        self.durable: list[bool] = []
        self._is_writing = False
        super().__init__(path)

    def record(self, uploads: Collection[Upload], *, durable: bool = False) -> None:
        with self._noted(durable=durable):
            super().record(uploads, durable=durable)

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        with self._noted(durable=durable), super().transaction(durable=durable):
            yield

    @contextlib.contextmanager
    def _noted(self, *, durable: bool) -> Iterator[None]:
        self.durable += [] if (is_inner := self._is_writing) else [durable]
        self._is_writing = True
        yield
        self._is_writing = is_inner


@pytest.mark.parametrize("count", [1, 2])
async def test_a_registration_is_forced_onto_the_disk_whatever_is_written_with_it(tmp_path: Path, count: int) -> None:
    with contextlib.closing(NotingJournal(tmp_path / "journal.sqlite")) as journal:
        resources, uploads = resources_with(journal, UNUSED), [an_upload() for _ in range(count)]
        store = a_store(journal, resources=resources)
        with kept_busy(resources.journal):
            store.add(uploads)
            store.begin_registration(uploads)
            store.writer.write()
        await store.writer.saved()
        assert [upload.state for upload in journal.unfinished(API)] == [UploadState.REGISTERING] * count
        assert journal.durable == [True, True]
        store.move_all(uploads, UploadState.REGISTERED)
        await store.writer.saved()
        assert journal.durable[2:] == [False]


@pytest.mark.parametrize("drops", [1, 2])
async def test_nothing_is_told_or_read_before_all_that_changed_is_written(journal: Journal, drops: int) -> None:
    resources, scheduler, told = resources_with(journal, UNUSED), FakeScheduler(), list[list[UploadId]]()
    store, uploads = a_store(journal, scheduler, resources), [an_upload() for _ in range(drops)]
    with kept_busy(resources.journal):
        for upload in uploads:
            store.add([upload])
        store.writer.then(lambda: told.append(journal.unfinished_ids(API)))
        assert not store.writer.all_written()
        read = asyncio.ensure_future(store.writer.reading(lambda one: one.unfinished_ids(API)))
        pages = asyncio.ensure_future(
            store.writer.reading_pages(lambda one: iter([one.unfinished_ids(API)]), lambda: True)
        )
        await asyncio.sleep(0)
        assert (told, scheduler.woken) == ([], 0)
    ids = [upload.upload_id for upload in uploads]
    assert (await read, await pages, told) == (ids, [ids], [ids])
    assert scheduler.woken == 1
    assert store.writer.all_written()
    assert [run.files for run in runs_of(journal)] == [drops]
    store.writer.then(lambda: told.append([]))
    assert told[1:] == [[]]


async def test_what_changes_while_we_leave_is_written_and_told_at_the_very_end(journal: Journal) -> None:
    store, uploads, told = a_store(journal), [an_upload(), an_upload()], list[str]()
    store.add(uploads[:1])
    await store.writer.saved()
    store.writer.write_no_more()
    store.add(uploads[1:])
    store.writer.then(lambda: told.append("written"))
    assert told == []
    await store.writer.write_last(3, None, NO_DEPOSITS)
    assert told == ["written"]
    assert journal.unfinished_ids(API) == [upload.upload_id for upload in uploads]
    assert [(run.files, run.junk) for run in runs_of(journal)] == [(2, 3)]


@pytest.mark.parametrize("stopped", [None, 100.0])
async def test_a_run_ends_when_its_sending_stopped_and_what_comes_later_is_another_one(
    journal: Journal, stopped: float | None
) -> None:
    clock, upload, later = ServerClock(), an_upload(), an_upload()
    clock.observe(formatdate(time.time() + 3 * HOUR, usegmt=True))
    store = a_store(journal, clock=clock)
    store.add([upload])
    await store.writer.saved()
    (began,) = (run.started_at for run in runs_of(journal))
    store.move(upload, UploadState.CANCELLED)
    ended = None if stopped is None else began + stopped
    store.writer.end_run(3, ended, ((upload.upload_id,), {"4217": Circumstances(depositor="Anne")}))
    await store.writer.saved()
    (run,) = runs_of(journal)
    assert (run.junk, run.states) == (3, {UploadState.CANCELLED: 1})
    assert run.finished_at == pytest.approx(time.time() + 3 * HOUR if ended is None else ended, abs=60.0)
    assert journal.circumstances(run.key) == Circumstances(depositor="Anne")
    store.move(upload, UploadState.QUEUED)
    store.writer.end_run(5, None, ((upload.upload_id,), {"4217": Circumstances(depositor="Bea")}))
    await store.writer.saved()
    assert journal.circumstances(run.key) == Circumstances(depositor="Bea")
    assert [past.junk for past in runs_of(journal)] == [3]
    store.add([later])
    await store.writer.saved()
    assert [past.states for past in runs_of(journal)] == [{UploadState.QUEUED: 1}] * 2


async def test_what_cannot_be_written_is_tried_again_told_meanwhile_and_written_at_the_latest_when_we_leave(
    journal: Journal, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the journal (cannot be used|was opened again)")
    scheduler, conditions, upload, told = FakeScheduler(), Conditions(lambda: None), an_upload(), list[str]()
    store = a_store(journal, scheduler, conditions=conditions, offline_limit=0.2)
    with no_room():
        store.add([upload])
        store.writer.then(lambda: told.append("added"))
        async with asyncio.timeout(60):
            await scheduler.has_given_up.wait()
        assert (scheduler.gave_up, told, Condition.JOURNAL in conditions) == ([Code.JOURNAL], ["added"], True)
        read = asyncio.ensure_future(store.writer.reading(lambda one: one.unfinished_ids(API)))
        assert not store.writer.all_written()
    deposits: EndedDeposits = ((upload.upload_id,), {"4217": Circumstances(depositor="Anne")})
    await store.writer.write_last(2, time.time() + HOUR, deposits)
    assert journal.unfinished_ids(API) == await read == [upload.upload_id]
    ((key, junk, ended),) = ((run.key, run.junk, run.finished_at) for run in runs_of(journal))
    assert (junk, journal.circumstances(key)) == (2, Circumstances(depositor="Anne"))
    assert ended == pytest.approx(time.time() + HOUR, abs=60.0)
    assert Condition.JOURNAL not in conditions
    assert scheduler.woken


async def test_a_place_stays_the_first_one_s_also_where_the_journal_is_lost_just_before_it_is_asked_for(
    journal: Journal, journal_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the journal was opened again")
    store, first, second, third = a_store(journal), an_upload(), an_upload(), an_upload()
    store.add([first, second, third])
    claimed = await store.writer.claim_places({first.upload_id: b"place", second.upload_id: b"place"})
    assert claimed == {second.upload_id: first.source.name}
    get_into_trouble(journal)
    delete_all(journal_path.parent)
    claimed = await store.writer.claim_places({third.upload_id: b"place", second.upload_id: b"another"})
    assert claimed == {third.upload_id: first.source.name}


def test_more_places_are_claimed_at_once_than_a_statement_takes_values(journal: Journal) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        most = db.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    owner = UploadId("1")
    owners = journal.claim(dict.fromkeys((number.to_bytes(4, "big") for number in range(most + 1)), owner))
    assert (len(owners), set(owners.values())) == (most + 1, {(owner, None)})


class ForgetfulJournal(Journal):
    """A journal that cannot record places the first time it is asked to."""

    has_refused = False

    def claim(self, places: Mapping[bytes, UploadId]) -> dict[bytes, tuple[UploadId, str | None]]:
        if not self.has_refused:
            self.has_refused = True
            raise JournalUnwritable("the disk is full")
        return super().claim(places)


async def test_trouble_that_is_over_before_anything_is_tried_again_holds_up_nothing_afterwards(
    tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the journal cannot be used")
    with contextlib.closing(ForgetfulJournal(tmp_path / "journal.sqlite")) as journal:
        resources, uploads = resources_with(journal, UNUSED), [an_upload() for _ in range(3)]
        store = a_store(journal, resources=resources)
        with kept_busy(resources.journal):
            claimed = asyncio.ensure_future(store.writer.claim_places({uploads[0].upload_id: b"place"}))
            await asyncio.sleep(0)
            store.add(uploads[:2])
        async with asyncio.timeout(30):
            assert await claimed == {}
            store.add(uploads[2:])
            await store.writer.saved()
        assert journal.unfinished_ids(API) == [upload.upload_id for upload in uploads]


def used_by_another_instance(path: Path) -> None:
    Journal(path).close()


def used_by_a_newer_version(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


@pytest.mark.parametrize(
    ("meanwhile", "error"), [(used_by_another_instance, JournalInUse), (used_by_a_newer_version, JournalTooNew)]
)
async def test_the_engine_ends_where_another_program_has_taken_the_journal(
    tmp_path: Path, expected_logs: ExpectedLogs, meanwhile: Callable[[Path], None], error: type[JournalError]
) -> None:
    expected_logs.allow("the journal cannot be used")
    path, scheduler = tmp_path / "journal.sqlite", FakeScheduler()
    with contextlib.closing(Journal(path)) as journal:
        store = a_store(journal, scheduler)
        get_into_trouble(journal)
        meanwhile(path)
        store.add([an_upload()])
        async with asyncio.timeout(60):
            await scheduler.has_broken_down.wait()
    assert [type(found) for found in scheduler.broke_down] == [error]


def test_what_could_not_be_written_is_written_later_with_what_has_come_since() -> None:
    a, b, c, d = (an_upload() for _ in range(4))
    moved, changed = replace(a, anomaly_id="5001"), replace(b, attempts=1)
    first: EndedDeposits = (a.upload_id,), {}
    second: EndedDeposits = (b.upload_id,), {}
    tell, tell_later = (lambda: None), (lambda: None)
    unwritten = Unsaved(new={a.upload_id: a}, changed={b.upload_id: b, c.upload_id: c}, durable=True, in_doubt=True)
    unwritten.ended, unwritten.deposits, unwritten.after = (1, 7.0), [first], [tell]
    since = Unsaved(new={d.upload_id: d}, changed={a.upload_id: moved, b.upload_id: changed})
    since.deposits, since.after = [second], [tell_later]
    since.put_back(unwritten)
    assert (since.new, since.changed) == ({a.upload_id: moved, d.upload_id: d}, {b.upload_id: changed, c.upload_id: c})
    assert (since.durable, since.in_doubt, since.ended) == (True, True, (1, 7.0))
    assert (since.deposits, since.after) == ([first, second], [tell, tell_later])
    ended_again = Unsaved(ended=(2, 8.0))
    ended_again.put_back(unwritten)
    assert ended_again.ended == (2, 8.0)
    plain = Unsaved()
    plain.put_back(Unsaved())
    assert not plain
    assert (plain.durable, plain.in_doubt) == (False, False)


def journal_threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name == "uploader-journal"}


async def test_a_journal_that_was_closed_or_could_not_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    before = journal_threads()
    opened = await JournalThread.open(tmp_path / "journal.sqlite")
    with pytest.raises(JournalInUse):
        await JournalThread.open(tmp_path / "journal.sqlite")
    await asyncio.wrap_future(opened.close())
    for thread in journal_threads() - before:
        thread.join(60.0)
        assert not thread.is_alive()


def test_a_journal_closed_by_another_thread_amid_a_checkpoint_waits_for_that(tmp_path: Path) -> None:
    for number in range(10):
        journal = Journal(tmp_path / f"{number}.sqlite")
        run_id, thread = journal.begin_run(API, "uploader-gui 1.2.3", 1.0), JournalThread(journal)
        journal.add([an_upload() for _ in range(300)], API, run_id, 1.0)
        with kept_busy(thread):
            checkpointed = thread.submit(Journal.checkpoint)
        journal.close()
        assert checkpointed.exception(60.0) is None
        thread.close().result(60.0)
