"""Files that another program gives: rows at once, sent like others, named after a restart, kept as long as needed."""

import os
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import ANOMALY, Run, World, engine, options
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import Code, Variant
from uploader_gui.engine.events import QueueIdle, Resumed, UploadsAdded, UploadsRemoved
from uploader_gui.engine.fetching import part_of
from uploader_gui.engine.models import Awaited, Origin, Reason, Treatment, UploadId, UploadState
from uploader_gui.engine.options import AddOptions, Choices

S = UploadState
FROM_PHONE = AddOptions(origin=Origin.PHONE)
PDF, FILM = b"%PDF-1.7\n" + bytes(5000), b"\0\0\0\x18ftypisom" + b"film" * 1000
SHORT = Reason(Code.NOT_FETCHED, Variant.CAME_SHORT, "10000000/20000000")
DAY = 86_400.0


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def awaited(data: Path, *names: str, size: int = len(PDF)) -> list[Awaited]:
    """Return files that a window has begun to fetch in one go."""
    folder = data / "fetched" / uuid.uuid4().hex[:16]
    return [Awaited(UploadId(str(uuid.uuid4())), folder / name, name.rpartition("/")[2], size) for name in names]


def begin(run: Run, *files: Awaited, add_options: AddOptions = FROM_PHONE) -> None:
    run.queue.note_making([file.path for file in files])
    run.queue.intake.await_files(files, ANOMALY, add_options)


def come(run: Run, file: Awaited, content: bytes = PDF) -> None:
    """Have a file there, whole, as `engine/fetching.py` leaves it."""
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_bytes(content)
    run.queue.intake.note_made(file.path)
    run.queue.fetched([file.upload_id])


def left_in(data: Path) -> list[str]:
    return sorted(name for _, _, names in os.walk(data / "fetched") for name in names)


async def test_a_row_is_there_before_the_bytes_and_the_receipt_says_where_from(data: Path, world: World) -> None:
    (file,) = awaited(data, "DCIM/rapport.pdf", size=0)
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        added = await run.heard(UploadsAdded)
        assert [(one.upload_id, one.state, one.origin) for one in added.uploads] == [
            (file.upload_id, S.FETCHING, Origin.PHONE)
        ]
        run.queue.scheduler.start()
        come(run, file)
        await run.idle()
        row = run.only()
    assert {"state": "uploaded", "source": "from a phone", "name": "rapport.pdf"}.items() <= row.items()
    assert "path" not in row
    assert ([stored.data for stored in world.storage.objects.values()], left_in(data)) == ([PDF], [])
    assert list((data / "fetched").iterdir()) == []  # its folders are gone too


async def test_start_sends_the_others_and_waits_for_what_is_still_being_fetched(data: Path, world: World) -> None:
    first, second = awaited(data, "a.pdf", "b.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, first, second)
        run.queue.scheduler.start()
        come(run, first)
        await run.in_state(S.UPLOADED, "a.pdf")
        assert run.all_heard(QueueIdle) == []
        come(run, second)
        await run.idle()
    assert len(world.storage.objects) == 2


async def test_a_fetched_file_goes_to_another_server_once_it_is_whole_and_as_what_it_is(
    data: Path, world: World, scripted_storage: ScriptedStorage
) -> None:
    (file,) = awaited(data, "a.pdf")
    with StrictApi(lambda upload, _: scripted_storage.url_for(f"other/{upload['uploadId']}")) as other:
        async with engine(options(data, world.api)) as run:
            begin(run, file)
            await run.in_state(S.FETCHING, "a.pdf")
            run.queue.use(options(data, other))
            run.queue.send_here([file.upload_id])
            come(run, file)
            await run.in_state(S.QUEUED, "a.pdf")
            assert (other.calls, run.all_heard(UploadsRemoved)) == ([], [])
            run.queue.send_here([file.upload_id])
            await run.in_state(S.UPLOADED, "a.pdf")
            await run.idle()
            rows: Any = run.queue.receipt(ANOMALY).to_json()["files"]
    assert [(row["state"], row.get("source")) for row in rows] == [
        ("cancelled", "from a phone"),
        ("uploaded", "from a phone"),
    ]
    assert (world.api.calls, left_in(data)) == ([], [])


async def test_what_does_not_come_whole_fails_in_words_and_is_listed_at_next_start(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        run.queue.scheduler.start()
        run.queue.not_fetched([file.upload_id], SHORT)
        await run.idle()
        row = run.only()
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", "not_fetched", 0)
    async with engine(options(data, world.api)) as run:
        run.queue.restore()
        await run.in_state(S.FAILED, "a.pdf")
        assert run.latest["a.pdf"].reason == SHORT
    assert world.storage.objects == {}


async def test_half_fetched_files_are_named_after_a_restart_and_whole_ones_go_on(data: Path, world: World) -> None:
    half, whole = awaited(data, "half.pdf", "whole.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, half, whole)
        part = half.path.parent.with_name(f"{half.path.parent.name}.part")
        run.queue.note_making([part])
        await run.heard(UploadsAdded)
        half.path.parent.mkdir(parents=True)
        part.write_bytes(PDF[:100])
        whole.path.write_bytes(PDF)  # the program ended before anybody was told
    async with engine(options(data, world.api)) as run:
        run.queue.restore()
        await run.to_the_end()
        assert (run.latest["half.pdf"].state, run.latest["half.pdf"].reason) == (S.FAILED, Reason(Code.NOT_FETCHED))
        told = run.all_heard(Resumed)[0]
        assert (told.upload_ids, told.ended) == ((whole.upload_id,), (half.upload_id,))
        assert run.latest["whole.pdf"].state is S.UPLOADED
    assert (left_in(data), [stored.data for stored in world.storage.objects.values()]) == ([], [PDF])


async def test_a_script_that_resumes_fails_for_a_half_fetched_file(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        await run.heard(UploadsAdded)
    async with engine(options(data, world.api)) as run:
        run.queue.intake.resume(ANOMALY)
        await run.in_state(S.FAILED, "a.pdf")
        await run.to_the_end()
        assert run.only()["reason"]["code"] == "not_fetched"


async def test_a_cancelled_one_stays_so_whatever_comes_and_undo_does_not_wait_for_it(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        run.queue.cancel([file.upload_id])
        run.queue.fetched([file.upload_id])
        run.queue.not_fetched([file.upload_id], SHORT)
        run.queue.undo()
        await run.to_the_end()
        assert run.only()["state"] == "cancelled"
        run.queue.retry([file.upload_id])
        await run.until(lambda: run.latest["a.pdf"].reason == Reason(Code.NOT_FETCHED))
    assert world.storage.objects == {}


async def test_one_that_came_while_it_was_cancelled_is_sent_after_undo_as_what_it_is(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf", size=0)
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        run.queue.cancel([file.upload_id])
        come(run, file)
        run.queue.undo()
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["mime_type"], row["size"]) == ("uploaded", "application/pdf", len(PDF))


async def test_one_that_came_while_it_was_cancelled_is_not_sent_twice_after_undo(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        await run.send([world.make("a.pdf", content=PDF)])
        begin(run, file)
        run.queue.cancel([file.upload_id])
        come(run, file)
        run.queue.undo()
        await run.in_state(S.SKIPPED, "a.pdf")
    assert len(world.api.registered) == 1


async def test_one_that_is_kept_no_longer_says_so_when_it_is_wanted_again(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        come(run, file)
        await run.in_state(S.QUEUED, "a.pdf")
        run.queue.cancel([file.upload_id])
        file.path.unlink()
        run.queue.retry([file.upload_id])
        await run.until(lambda: run.latest["a.pdf"].reason is not None)
        assert run.latest["a.pdf"].reason == Reason(Code.NOT_FETCHED, Variant.KEPT_NO_LONGER)


async def test_a_refused_type_asks_as_for_any_file_and_keeps_its_name(data: Path, world: World) -> None:
    (file,) = awaited(data, "x" * 120 + ".mp4")
    long = Awaited(file.upload_id, file.path, "x" * 200 + ".mp4")
    async with engine(options(data, world.api)) as run:
        begin(run, long)
        come(run, long, FILM)
        await run.in_state(S.REFUSED, file.path.name)
        run.queue.treat([file.upload_id], Treatment.ZIP)
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["original"]["name"], left_in(data)) == ("uploaded", long.name, [])


async def test_a_wish_to_zip_holds_for_fetched_files(data: Path, world: World) -> None:
    (file,) = awaited(data, "film.mp4")
    add_options = AddOptions(choices=Choices.from_flags(convert=False, zipped=True), origin=Origin.OUTLOOK)
    async with engine(options(data, world.api)) as run:
        begin(run, file, add_options=add_options)
        run.queue.scheduler.start()
        come(run, file, FILM)
        await run.idle()
        assert (run.only()["name"], run.only()["source"]) == ("film.mp4.zip", "from Outlook")


async def test_what_was_uploaded_before_is_skipped(data: Path, world: World) -> None:
    async with engine(options(data, world.api)) as run:
        for number in (1, 2):
            (file,) = awaited(data, "a.pdf")
            begin(run, file)
            run.queue.scheduler.start()
            come(run, file)
            await run.idle(number)
        assert run.latest["a.pdf"].state is S.SKIPPED
    assert len(world.storage.objects) == 1


async def test_files_that_waited_for_a_number_have_a_source_too_and_go_once_uploaded(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        file.path.parent.mkdir(parents=True)
        file.path.write_bytes(PDF)
        run.queue.intake.note_made(file.path)
    async with engine(options(data, world.api)) as run:
        assert left_in(data) == ["a.pdf"]
        run.queue.intake.add_paths([file.path], ANOMALY, FROM_PHONE)
        await run.to_the_end()
        assert run.only()["source"] == "from a phone"
    assert (left_in(data), len(world.storage.objects)) == ([], 1)


@pytest.mark.parametrize(("days", "left"), [(6.0, ["a.pdf", "film.mp4"]), (8.0, [])])
async def test_what_is_refused_or_cancelled_stays_a_week(
    data: Path, days: float, left: list[str], world: World
) -> None:
    refused, cancelled = awaited(data, "film.mp4", "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, refused, cancelled)
        come(run, refused, FILM)
        come(run, cancelled)
        await run.in_state(S.REFUSED, "film.mp4")
        await run.in_state(S.QUEUED, "a.pdf")
        run.queue.cancel([cancelled.upload_id])
        await run.to_the_end()
    assert left_in(data) == ["a.pdf", "film.mp4"]
    with closing(sqlite3.connect(data / "journal.sqlite")) as db, db:
        db.execute("UPDATE own_files SET unneeded_since = unneeded_since - ?", (days * DAY,))
    async with engine(options(data, world.api)) as run:
        await run.to_the_end()
    assert left_in(data) == left


async def start_and_leave(data: Path, api: StrictApi) -> None:
    async with engine(options(data, api)) as run:
        await run.to_the_end()


def age(data: Path, days: float) -> None:
    with closing(sqlite3.connect(data / "journal.sqlite")) as db, db:
        db.execute("UPDATE own_files SET unneeded_since = unneeded_since - ?, run_id = 0", (days * DAY,))


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "killed before it was told"])
async def test_what_waits_for_a_number_is_kept_however_long_until_it_is_forgotten(
    data: Path, world: World, *, is_told: bool
) -> None:
    (file,) = awaited(data, "DCIM/100/a.pdf")
    async with engine(options(data, world.api)) as run:
        run.queue.note_making([part_of(file.path.parents[2]), file.path])
        file.path.parent.mkdir(parents=True)
        file.path.write_bytes(PDF)
        if is_told:
            run.queue.intake.note_made(file.path)
    age(data, 400)
    await start_and_leave(data, world.api)
    assert left_in(data) == ["a.pdf"]
    async with engine(options(data, world.api)) as run:
        run.queue.no_longer_wanted([file.path])
    age(data, 6)
    await start_and_leave(data, world.api)
    assert left_in(data) == ["a.pdf"]
    age(data, 2)
    await start_and_leave(data, world.api)
    assert list((data / "fetched").iterdir()) == []


@pytest.mark.parametrize("state", ["fetching", "preparing", "queued", "registering", "registered", "uploading"])
async def test_what_is_unfinished_is_kept_however_long(data: Path, state: str, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        come(run, file)
        await run.in_state(S.QUEUED, "a.pdf")
    with closing(sqlite3.connect(data / "journal.sqlite")) as db, db:
        db.execute("UPDATE uploads SET state = ?, api_url = 'https://other.example'", (state,))
        db.execute("UPDATE own_files SET unneeded_since = 1.0, run_id = 0")
    await start_and_leave(data, world.api)
    assert left_in(data) == ["a.pdf"]


async def test_a_program_that_was_killed_leaves_nothing_half_nor_an_empty_folder(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    part = part_of(file.path.parent)
    async with engine(options(data, world.api)) as run:
        run.queue.note_making([part])
        begin(run, file)
        await run.heard(UploadsAdded)
        file.path.parent.mkdir(parents=True)
        part.write_bytes(PDF[:100])
    async with engine(options(data, world.api)):
        assert list((data / "fetched").iterdir()) == []


@pytest.mark.parametrize("name", ["a.pdf", "DCIM/100/a.pdf", "fetched/a.pdf"])
async def test_what_was_taken_off_the_list_is_gone_after_a_week(data: Path, name: str, world: World) -> None:
    (file,) = awaited(data, name)
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        come(run, file)
        await run.in_state(S.QUEUED, "a.pdf")
        run.queue.remove([file.upload_id])
    await start_and_leave(data, world.api)
    assert left_in(data) == ["a.pdf"]
    age(data, 8)
    await start_and_leave(data, world.api)
    assert list((data / "fetched").iterdir()) == []


async def test_a_failed_one_that_is_on_the_list_is_kept_however_long(data: Path, world: World) -> None:
    (file,) = awaited(data, "a.pdf")
    async with engine(options(data, world.api)) as run:
        begin(run, file)
        come(run, file)
        await run.in_state(S.QUEUED, "a.pdf")
    with closing(sqlite3.connect(data / "journal.sqlite")) as db, db:
        db.execute("UPDATE uploads SET state = 'failed', listed = 1, reason_code = 'rejected'")
        db.execute("UPDATE own_files SET unneeded_since = 1.0")
    async with engine(options(data, world.api)):
        pass
    assert left_in(data) == ["a.pdf"]
