"""No value can make a record unwritable for good, and one that cannot be written fails alone."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from tests.engine.fake_scheduler import FakeScheduler, resources_with
from tests.engine.journals import API
from tests.engine.test_journal_reopening import get_into_trouble
from tests.engine.values import a_put, a_source, an_upload
from tests.support.log_watch import ExpectedLogs
from uploader_gui.engine.conditions import Conditions
from uploader_gui.engine.context import Resources
from uploader_gui.engine.errors import Code
from uploader_gui.engine.event_buffer import EventBuffer
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import Reason, UploadState
from uploader_gui.engine.net.server_clock import ServerClock
from uploader_gui.engine.options import EngineOptions
from uploader_gui.engine.upload_store import UploadStore

HOUR = 3600.0
UNUSED = Path("no file of ours is made or removed")
BAD_SOURCES: dict[str, dict[str, Any]] = {
    "a time beyond 64 bits": {"mtime_ns": 2**70},
    "a size beyond 64 bits": {"size": 2**70},
    "a name that is no text": {"name": "\ud800.jpg"},
}
BAD_FACTS: dict[str, dict[str, Any]] = {
    "an id that is no text": {"service_id": "\ud800"},
    "a number beyond 64 bits": {"attempts": 2**70},
    "a link that is no text": {"presigned": replace(a_put(), url="https://\ud800")},
    "a value of no kind SQLite knows": {"sha256": object()},
}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with contextlib.closing(Journal(tmp_path / "journal.sqlite")) as journal:
        yield journal


def a_store(
    journal: Journal,
    scheduler: FakeScheduler | None = None,
    resources: Resources | None = None,
    clock: ServerClock | None = None,
    *,
    conditions: Conditions | None = None,
    offline_limit: float | None = None,
) -> UploadStore:
    events = EventBuffer(lambda _: None, lambda: None, lambda tell: tell())
    options = EngineOptions(UNUSED, API, program="uploader-gui 1", keeps_list=False, offline_limit=offline_limit)
    return UploadStore(
        resources or resources_with(journal, UNUSED),
        options,
        (scheduler or FakeScheduler()).real,
        events,
        conditions or Conditions(lambda: None),
        clock=clock or ServerClock(),
    )


@pytest.mark.parametrize("fields", BAD_SOURCES.values(), ids=BAD_SOURCES)
async def test_a_new_upload_that_cannot_be_written_down_fails_alone(
    fields: dict[str, Any], journal: Journal, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("cannot be written")
    good, bad, scheduler = [an_upload() for _ in range(3)], an_upload(source=a_source(**fields)), FakeScheduler()
    store = a_store(journal, scheduler)
    store.add([good[0], bad, *good[1:]])
    await store.writer.saved()
    assert (bad.state, bad.reason, scheduler.dropped) == (UploadState.FAILED, Reason(Code.INTERNAL_ERROR), [bad])
    assert {one.upload_id for one in journal.unfinished(API)} == {one.upload_id for one in good}
    store.move_all(good, UploadState.CANCELLED, durable=True)
    await store.writer.saved()
    assert journal.unfinished(API) == []


@pytest.mark.parametrize("fields", BAD_FACTS.values(), ids=BAD_FACTS)
async def test_what_becomes_of_one_upload_and_cannot_be_written_down_holds_up_no_other(
    fields: dict[str, Any], journal: Journal, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("cannot be written")
    uploads, store = [an_upload() for _ in range(3)], a_store(journal)
    store.add(uploads)
    await store.writer.saved()
    for name, value in fields.items():
        setattr(uploads[1], name, value)
    store.move_all(uploads, UploadState.REGISTERING, durable=True)
    await store.writer.saved()
    assert [one.state for one in uploads] == ["registering", "failed", "registering"]
    store.move_all([uploads[0], uploads[2]], UploadState.REGISTERED, durable=True)
    await store.writer.saved()
    states = {one.upload_id: one.state for one in journal.unfinished(API)}
    assert states[uploads[0].upload_id] == states[uploads[2].upload_id] == UploadState.REGISTERED


async def test_one_that_failed_so_can_be_written_down_when_it_is_tried_again(
    journal: Journal, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("cannot be written")
    upload, store = an_upload(source=a_source(size=2**70)), a_store(journal)
    store.add([upload])
    await store.writer.saved()
    upload.source = a_source(size=5)
    store.move(upload, UploadState.QUEUED)
    await store.writer.saved()
    assert [one.upload_id for one in journal.unfinished(API)] == [upload.upload_id]


@pytest.mark.parametrize("name", ["\ud800.jpg", "a\0b.jpg", "é" * 300])
async def test_a_path_no_file_can_have_is_written_down_all_the_same(name: str, journal: Journal) -> None:
    upload = an_upload(source=replace(a_source(), path=Path("/evidence") / name, resolved=Path("/evidence") / name))
    store = a_store(journal)
    store.add([upload])
    await store.writer.saved()
    assert upload.state is UploadState.QUEUED
    assert [one.upload_id for one in journal.unfinished(API)] == [upload.upload_id]


async def test_what_is_added_while_the_journal_is_written_is_written_next(journal: Journal) -> None:
    store, first, second = a_store(journal), an_upload(), an_upload()
    store.add([first])
    store.add([second])
    async with asyncio.timeout(20):
        await store.writer.saved()
    assert {one.upload_id for one in journal.unfinished(API)} == {first.upload_id, second.upload_id}


def delete_all(folder: Path) -> None:
    for part in folder.glob("journal.sqlite*"):
        part.unlink()


async def test_a_journal_opened_again_knows_all_of_this_run(tmp_path: Path, expected_logs: ExpectedLogs) -> None:
    expected_logs.allow("the journal was opened again")
    path = tmp_path / "journal.sqlite"
    with contextlib.closing(Journal(path)) as journal:
        store, first, second, removed = a_store(journal), an_upload(), an_upload(), an_upload()
        store.add([first, second, removed])
        store.cancel([removed])
        store.remove([removed])
        await store.writer.saved()
        assert await store.writer.claim_places({first.upload_id: b"place"}) == {}
        await store.writer.saved()
        get_into_trouble(journal)
        delete_all(tmp_path)
        store.move(first, UploadState.SKIPPED)
        await store.writer.saved()
        assert [one.upload_id for one in journal.unfinished(API)] == [second.upload_id]
        assert [run.files for page in journal.past_runs() for run in page] == [3]
        assert await store.writer.claim_places({second.upload_id: b"place"}) == {second.upload_id: first.source.name}


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_run_is_moved_to_the_servers_time_also_where_the_journal_is_in_trouble_just_then(
    tmp_path: Path,
    expected_logs: ExpectedLogs,
    goes_on: bool,  # noqa: FBT001 - pytest
) -> None:
    expected_logs.allow("the journal was opened again")
    with contextlib.closing(Journal(tmp_path / "journal.sqlite")) as journal:
        store = a_store(journal, clock=(clock := ServerClock()))
        store.add([an_upload()])
        await store.writer.saved()
        clock.observe(formatdate(began := time.time() + 3 * HOUR, usegmt=True))
        get_into_trouble(journal)
        store.add([an_upload()]) if goes_on else store.writer.end_run(0, None, ((), {}))
        await store.writer.saved()
        ((past,),) = journal.past_runs()
    assert past.files == (2 if goes_on else 1)
    assert past.started_at == pytest.approx(began, abs=HOUR)


async def test_a_journal_opened_again_knows_the_uploads_of_every_server(
    tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """One of them finds out; the store of the server that rests has nothing of its own to write."""
    expected_logs.allow("the journal was opened again")
    with contextlib.closing(Journal(tmp_path / "journal.sqlite")) as journal:
        resources = resources_with(journal, UNUSED)
        resting, working = (a_store(journal, resources=resources) for _ in range(2))
        waiting, sent = an_upload(), an_upload()
        resting.add([waiting])
        working.add([sent])
        await resting.writer.saved()
        await working.writer.saved()
        get_into_trouble(journal)
        delete_all(tmp_path)
        working.move(sent, UploadState.SKIPPED)
        await working.writer.saved()
        await resting.writer.saved()
        assert [one.upload_id for one in journal.unfinished(API)] == [waiting.upload_id]


async def test_only_finished_uploads_are_forgotten_and_never_listed_again(journal: Journal) -> None:
    store = a_store(journal)
    done, waits = an_upload(state=UploadState.FAILED), an_upload(source=a_source("b.jpg"))
    store.add([done, waits])
    assert store.forget([done.upload_id, waits.upload_id]) == [done.upload_id]
    assert store.all_uploads() == [waits]
    assert not store.can_be_listed(done)
    await store.writer.saved()
