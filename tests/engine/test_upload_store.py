"""No value can make a record unwritable for good, and one that cannot be written fails alone."""

import asyncio
import time
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
from uploader_gui.engine.context import Resources
from uploader_gui.engine.errors import Code
from uploader_gui.engine.event_buffer import EventBuffer
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import EarlierUpload, Origin, Reason, Substitute, Treatment, UploadState
from uploader_gui.engine.net.server_clock import ServerClock
from uploader_gui.engine.options import EngineOptions
from uploader_gui.engine.outages import Conditions
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
async def test_a_new_upload_that_cannot_be_written_down_fails_alone_and_can_be_when_it_is_tried_again(
    fields: dict[str, Any], journal: Journal, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("cannot be written")
    good, bad, scheduler = [an_upload() for _ in range(3)], an_upload(source=a_source(**fields)), FakeScheduler()
    store = a_store(journal, scheduler)
    store.add([good[0], bad, *good[1:]])
    await store.writer.saved()
    assert (bad.state, bad.reason, scheduler.dropped) == (UploadState.FAILED, Reason(Code.INTERNAL_ERROR), [bad])
    assert {one.upload_id for one in journal.unfinished(API)} == {one.upload_id for one in good}
    assert [run.files for page in journal.past_runs() for run in page] == [3]
    store.move_all(good, UploadState.CANCELLED, durable=True)
    bad.source = a_source(size=5)
    store.move(bad, UploadState.QUEUED)
    await store.writer.saved()
    assert [one.upload_id for one in journal.unfinished(API)] == [bad.upload_id]


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
    store.move_all(uploads, UploadState.REGISTERING)
    store.writer.end_run(4, None, ((), {}))
    await store.writer.saved()
    assert [one.state for one in uploads] == ["registering", "failed", "registering"]
    assert [run.junk for page in journal.past_runs() for run in page] == [4]
    store.move_all([uploads[0], uploads[2]], UploadState.REGISTERED, durable=True)
    await store.writer.saved()
    states = {one.upload_id: one.state for one in journal.unfinished(API)}
    assert states[uploads[0].upload_id] == states[uploads[2].upload_id] == UploadState.REGISTERED


async def test_a_path_no_file_can_have_is_written_down_also_while_the_journal_is_written(journal: Journal) -> None:
    store = a_store(journal)
    paths = [Path("/evidence") / name for name in ("\ud800.jpg", "a\0b.jpg", "é" * 300)]
    uploads = [an_upload(source=replace(a_source(), path=path, resolved=path)) for path in paths]
    for upload in uploads:
        store.add([upload])
    async with asyncio.timeout(20):
        await store.writer.saved()
    assert {upload.state for upload in uploads} == {UploadState.QUEUED}
    assert [one.upload_id for one in journal.unfinished(API)] == [one.upload_id for one in uploads]


def delete_all(folder: Path) -> None:
    for part in folder.glob("journal.sqlite*"):
        part.unlink()


async def test_a_journal_opened_again_knows_all_of_this_run(
    journal: Journal, journal_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the journal was opened again")
    store, first, second, removed = a_store(journal), an_upload(), an_upload(), an_upload()
    store.add([first, second, removed])
    store.cancel([removed])
    store.remove([removed])
    await store.writer.saved()
    assert await store.writer.claim_places({first.upload_id: b"place"}) == {}
    await store.writer.saved()
    get_into_trouble(journal)
    delete_all(journal_path.parent)
    store.move(first, UploadState.SKIPPED)
    await store.writer.saved()
    assert [one.upload_id for one in journal.unfinished(API)] == [second.upload_id]
    assert [run.files for page in journal.past_runs() for run in page] == [3]
    assert await store.writer.claim_places({second.upload_id: b"place"}) == {second.upload_id: first.source.name}


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_run_is_moved_to_the_servers_time_also_where_the_journal_is_in_trouble_just_then(
    journal: Journal, expected_logs: ExpectedLogs, *, goes_on: bool
) -> None:
    expected_logs.allow("the journal was opened again")
    store = a_store(journal, clock=(clock := ServerClock()))
    store.add([first := an_upload()])
    await store.writer.saved()
    clock.observe(formatdate(began := time.time() + 3 * HOUR, usegmt=True))
    store.record(first)
    await store.writer.saved()
    if goes_on:
        get_into_trouble(journal)
        store.add([an_upload()])
    else:
        store.writer.end_run(0, None, ((), {}))
    await store.writer.saved()
    ((past,),) = journal.past_runs()
    assert past.files == (2 if goes_on else 1)
    assert past.started_at == pytest.approx(began, abs=HOUR)


async def test_a_journal_opened_again_knows_the_uploads_of_every_server(
    journal: Journal, journal_path: Path, expected_logs: ExpectedLogs
) -> None:
    """One of them finds out; the store of the server that rests has nothing of its own to write."""
    expected_logs.allow("the journal was opened again")
    resources = resources_with(journal, UNUSED)
    resting, working = (a_store(journal, resources=resources) for _ in range(2))
    waiting, sent = an_upload(), an_upload()
    resting.add([waiting])
    working.add([sent])
    await resting.writer.saved()
    await working.writer.saved()
    get_into_trouble(journal)
    delete_all(journal_path.parent)
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


SENT_IN_ITS_PLACE = Substitute(a_source("a.zip", size=70), "cd" * 32)


@pytest.mark.parametrize("change", [{}, {"size": 6}, {"mtime_ns": 6}, {"media_type": "image/png"}])
async def test_a_file_that_changed_needs_another_link_and_substitute(journal: Journal, change: dict[str, Any]) -> None:
    source, store, stays = a_source(size=5, mtime_ns=5), a_store(journal), not change
    upload = an_upload(source=source, presigned=a_put(), substitute=SENT_IN_ITS_PLACE, treatment=Treatment.ZIP)
    store.add([upload])
    store.replace_source(upload, replace(source, **change))
    assert (upload.presigned is not None, upload.substitute is not None) == (stays, stays)
    assert store.bytes_in(UploadState.QUEUED) == upload.sent.size == (70 if stays else change.get("size", 5))
    assert upload.treatment is None  # the service takes it as it is
    store.set_treatment(upload, Treatment.CONVERT)
    store.replace_source(upload, replace(source, media_type=None))
    assert upload.treatment is Treatment.CONVERT
    await store.writer.saved()


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("origin", [None, Origin.PHONE])
async def test_a_file_fetched_or_registered_earlier_keeps_its_name(
    journal: Journal, origin: Origin | None, *, is_listed: bool
) -> None:
    upload, store = an_upload(source=a_source("Été.jpg", name_shortened=True), origin=origin), a_store(journal)
    store.add([upload] if is_listed else [])
    store.replace_source(upload, a_source("ete.jpg"))
    is_new = is_listed and origin is None
    assert (upload.source.name, upload.source.name_shortened) == (("ete.jpg", False) if is_new else ("Été.jpg", True))
    await store.writer.saved()


async def test_a_link_is_good_for_a_substitute_of_the_same_size_alone(journal: Journal) -> None:
    upload, store = an_upload(source=a_source(size=5), state=UploadState.PREPARING, presigned=a_put()), a_store(journal)
    store.add([upload])
    for size, stays in ((70, False), (70, True), (71, False)):
        upload.presigned = a_put()
        store.record_substitute(upload, replace(SENT_IN_ITS_PLACE, sent=a_source("a.zip", size=size)))
        assert (upload.presigned is not None, store.bytes_in(UploadState.PREPARING)) == (stays, size)
    store.move(upload, UploadState.REFUSED)
    upload.presigned = a_put()
    store.prepare([upload], Treatment.CONVERT)
    assert upload.treatment is Treatment.CONVERT
    assert [upload.substitute, upload.presigned, store.bytes_in(UploadState.PREPARING)] == [None, None, 5]
    await store.writer.saved()


async def test_a_step_forgets_why_it_waited_and_tells_when_it_arrived_by_the_servers_clock(journal: Journal) -> None:
    clock, upload = ServerClock(), an_upload(reason=Reason(Code.OFFLINE), retry_at=7.0)
    clock.observe(formatdate(time.time() + 3 * HOUR, usegmt=True))
    store = a_store(journal, clock=clock)
    store.add([upload])
    store.begin_registration([upload])
    assert (upload.reason, upload.retry_at, upload.registrations) == (None, None, 1)
    store.uncount_registration([upload])
    for state in (UploadState.REGISTERED, UploadState.UPLOADING, UploadState.CONFIRMING, UploadState.UPLOADED):
        store.move(upload, state)
    assert (upload.registrations, store.count(UploadState.UPLOADED), store.unfinished) == (0, 1, 0)
    assert upload.uploaded_at == pytest.approx(time.time() + 3 * HOUR, abs=60.0)
    await store.writer.saved()


async def test_what_was_left_out_as_sent_before_says_so_and_sent_again_is_an_upload_of_its_own(
    journal: Journal,
) -> None:
    upload, store = an_upload(), a_store(journal)
    store.add([upload])
    store.skip(upload, EarlierUpload(7.0, "1001", may_be_registered_twice=True), "ab" * 32)
    assert (upload.sent_before, upload.sha256, upload.service_id) == (7.0, "ab" * 32, "1001")
    assert (upload.may_be_registered_twice, upload.reason) == (True, Reason(Code.ALREADY_UPLOADED))
    store.move(upload, UploadState.QUEUED)
    assert (upload.service_id, upload.may_be_registered_twice, upload.reason) == (None, False, None)
    await store.writer.saved()


async def test_an_upload_sent_to_another_anomaly_begins_anew_there_and_its_old_self_is_let_go(journal: Journal) -> None:
    limits: dict[str, Any] = {"tries": 5, "registrations": 5, "unknown_registrations": 2, "dead_urls": 1}
    reason, store = Reason(Code.SERVICE_BUSY), a_store(journal)
    upload = an_upload(reason=reason, retry_at=7.0, **limits)
    failed = an_upload(source=a_source("b.jpg"), state=UploadState.FAILED, reason=reason)
    store.add([upload, failed])
    assert store.began_at("5001") is None
    assert store.began_at("4217") == pytest.approx(time.time(), abs=60.0)
    moved, other = store.send_to(upload, "5001"), store.send_to(failed, "5001")
    assert (upload.state, upload.anomaly_id) == (UploadState.CANCELLED, "4217")
    assert [getattr(moved, name) for name in limits] == [0, 0, 0, 0]
    assert (moved.anomaly_id, moved.reason, moved.retry_at, other.reason) == ("5001", None, None, reason)
    assert store.began_at("5001") == pytest.approx(time.time(), abs=60.0)
    assert (store.get(upload.upload_id), store.at_path("4217", str(upload.source.resolved))) == (moved, None)
    assert store.at_path("5001", str(upload.source.resolved)) is moved
    assert (store.count(UploadState.QUEUED), store.size) == (1, 2)
    await store.writer.saved()


async def test_rows_taken_off_come_back_to_their_places_and_count_again(journal: Journal) -> None:
    uploads = [an_upload(source=a_source(f"{n}.jpg", size=n), state=UploadState.FAILED) for n in (1, 2, 4)]
    store = a_store(journal)
    store.add(uploads)
    store.remove(uploads[:2])
    assert (store.bytes_in(UploadState.FAILED), store.count(UploadState.FAILED), list(store)) == (4, 1, uploads[2:])
    again = an_upload(source=uploads[0].source)
    store.add([again])
    store.put_back(uploads[1::-1])
    assert list(store) == [*uploads, again]
    assert (store.bytes_in(UploadState.FAILED), store.count(UploadState.FAILED)) == (7, 3)
    assert store.at_path("4217", str(again.source.resolved)) is again
    assert not any(store.is_removed(upload) for upload in uploads)
    await store.writer.saved()


async def test_an_earlier_runs_uploads_count_from_when_something_happens_to_them(journal: Journal) -> None:
    old, new, store = an_upload(state=UploadState.FAILED, attempts=6), an_upload(), a_store(journal)
    store.add([old], recorded=True, from_earlier_run=True)
    store.add([new])
    assert (store.of_this_run(), store.take_touched(), store.take_touched()) == ([new], [new], [])
    store.move(old, UploadState.QUEUED)
    assert (store.of_this_run(), store.take_touched(), old.attempts) == ([old, new], [old], 0)
    await store.writer.saved()


@pytest.mark.parametrize("state", [UploadState.QUEUED, UploadState.REGISTERING, UploadState.REGISTERED])
async def test_what_was_being_registered_may_be_known_to_the_service(journal: Journal, state: UploadState) -> None:
    cancelled, left = an_upload(state=state), an_upload(state=state, reason=Reason(Code.OFFLINE), attempts=3)
    store = a_store(journal)
    store.add([cancelled])
    store.cancel([cancelled])
    store.restart(left, UploadState.QUEUED)
    was_asked = state is UploadState.REGISTERING
    assert (cancelled.url_given_out, left.may_be_registered_twice) == (was_asked, was_asked)
    assert (left.state, left.reason, left.attempts) == (UploadState.QUEUED, None, 0)
    await store.writer.saved()


@pytest.mark.parametrize("state", [UploadState.FAILED, UploadState.CANCELLED, UploadState.REFUSED, UploadState.QUEUED])
async def test_what_was_made_of_a_file_is_removed_when_its_upload_is_finished(
    tmp_path: Path, journal: Journal, state: UploadState
) -> None:
    resources = resources_with(journal, tmp_path)
    resources.temp_files.create(path := resources.temp_files.place(".zip"))
    resources.own_files.note_made(path)
    made = replace(SENT_IN_ITS_PLACE, sent=a_source(path=path))
    store, upload = a_store(journal, resources=resources), an_upload(state=UploadState.PREPARING, substitute=made)
    store.add([upload])
    store.move(upload, state)
    assert path.exists() is not state.finished
    await store.writer.saved()
