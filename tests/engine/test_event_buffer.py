"""What front ends are told: about ten times a second, newest state only, in an order that makes sense."""

import asyncio
from collections.abc import Callable

from tests.engine.values import an_upload
from tests.engine.virtual_time import virtually
from uploader_gui.engine.event_buffer import FLUSH_SECONDS, PAGE_ROWS, PAGE_SECONDS, EventBuffer
from uploader_gui.engine.events import Event, Progress, SignedIn, Totals, UploadsAdded, UploadsChanged, UploadsRemoved
from uploader_gui.engine.models import UploadState

PROGRESS = Progress((), Totals())


class Reader:
    def __init__(
        self,
        progress: Callable[[], Progress | None] = lambda: None,
        when_written: Callable[[Callable[[], None]], None] = lambda tell: tell(),
    ) -> None:
        self.events: list[Event] = []
        self.times: list[float] = []
        self.events_out = EventBuffer(self._hear, progress, when_written)

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.times.append(asyncio.get_running_loop().time())


@virtually
async def test_ten_thousand_changes_are_about_ten_events_a_second() -> None:
    reader, uploads = Reader(), [an_upload() for _ in range(100)]
    for n in range(10_000):
        uploads[n % 100].attempts = n
        reader.events_out.changed(uploads[n % 100])
        await asyncio.sleep(0.0001)
    await asyncio.sleep(1)
    assert 10 <= len(reader.events) <= 12
    gaps = [after - before for before, after in zip(reader.times, reader.times[1:], strict=False)]
    assert min(gaps) >= FLUSH_SECONDS - 1e-6
    last = {s.upload_id: s.attempts for e in reader.events if isinstance(e, UploadsChanged) for s in e.uploads}
    assert last == {upload.upload_id: upload.attempts for upload in uploads}


@virtually
async def test_whatever_is_told_has_been_recorded_before() -> None:
    being_written: list[Callable[[], None]] = []
    reader, upload = Reader(when_written=being_written.append), an_upload()
    reader.events_out.changed(upload)
    await asyncio.sleep(1)
    upload.state = UploadState.UPLOADED  # the journal does not have this yet
    reader.events_out.changed(upload)
    await asyncio.sleep(1)
    assert (len(being_written), reader.events) == (1, [])
    being_written.pop()()
    await asyncio.sleep(1)
    being_written.pop()()
    told = [one.state for event in reader.events if isinstance(event, UploadsChanged) for one in event.uploads]
    assert told == [UploadState.QUEUED, UploadState.UPLOADED]


@virtually
async def test_many_new_rows_come_in_pages_and_what_came_with_them_comes_after_the_last_one() -> None:
    reader, many = Reader(), [an_upload() for _ in range(2 * PAGE_ROWS + 1)]
    reader.events_out.send(SignedIn())
    reader.events_out.added(many)
    reader.events_out.changed(old := an_upload())
    await asyncio.sleep(1)
    told = [len(event.uploads) for event in reader.events if isinstance(event, UploadsAdded)]
    assert told == [PAGE_ROWS, PAGE_ROWS, 1]
    assert reader.events[-2:] == [UploadsChanged((old.snapshot(),)), SignedIn()]
    gaps = {round(after - before, 6) for before, after in zip(reader.times, reader.times[1:], strict=False)}
    assert gaps == {0.0, PAGE_SECONDS}
    reader.events.clear()
    for upload in many:
        reader.events_out.changed(upload)
    reader.events_out.send(SignedIn())
    await asyncio.sleep(1)
    changes = [len(event.uploads) for event in reader.events if isinstance(event, UploadsChanged)]
    assert (changes, reader.events[-1]) == ([PAGE_ROWS, PAGE_ROWS, 1], SignedIn())


@virtually
async def test_a_row_that_is_removed_and_comes_back_is_told_in_that_order() -> None:
    reader, upload = Reader(), an_upload()
    reader.events_out.send(UploadsRemoved((upload.upload_id,)))
    reader.events_out.added([upload])
    await asyncio.sleep(1)
    assert reader.events == [UploadsRemoved((upload.upload_id,)), UploadsAdded((upload.snapshot(),))]


@virtually
async def test_who_leaves_is_told_everything_at_once() -> None:
    reader, many = Reader(), [an_upload() for _ in range(2 * PAGE_ROWS)]
    reader.events_out.added(many)
    reader.events_out.send(SignedIn())
    reader.events_out.flush()
    assert sum(len(event.uploads) for event in reader.events if isinstance(event, UploadsAdded)) == len(many)
    assert reader.events[-1] == SignedIn()


@virtually
async def test_it_tells_of_added_then_changed_then_progress_then_the_rest() -> None:
    reader, old, new = Reader(lambda: PROGRESS), an_upload(), an_upload()
    reader.events_out.send(SignedIn())
    reader.events_out.changed(old)
    reader.events_out.added([new])
    await asyncio.sleep(1)
    rows = [UploadsAdded((new.snapshot(),)), UploadsChanged((old.snapshot(),))]
    assert reader.events == [*rows, PROGRESS, SignedIn()]


@virtually
async def test_an_upload_that_changes_before_it_was_told_of_is_told_once_as_it_is_now() -> None:
    reader, upload = Reader(), an_upload()
    reader.events_out.added([upload])
    upload.state = UploadState.REGISTERING
    reader.events_out.changed(upload)
    reader.events_out.flush()
    assert reader.events == [UploadsAdded((upload.snapshot(),))]
    await asyncio.sleep(5)
    assert len(reader.events) == 1  # nothing is left for the timer


@virtually
async def test_what_was_told_at_once_after_a_silence_is_a_snapshot_that_does_not_change_any_more() -> None:
    reader, upload = Reader(), an_upload()
    await asyncio.sleep(5)
    reader.events_out.changed(upload)
    await asyncio.sleep(0.001)
    upload.state = UploadState.FAILED
    (event,) = reader.events
    assert isinstance(event, UploadsChanged)
    assert event.uploads[0].state is UploadState.QUEUED
