"""What can go wrong while a JPEG or ZIP is made: a file that changes or sleeps, a person who changes their mind."""

import os
import stat
from pathlib import Path

from tests.faults.running import ANOMALY, Run, World
from tests.faults.sleeping import asleep
from tests.faults.storing import on_attempt
from tests.support import pictures, storage_faults
from tests.support.files import Files
from uploader_gui.engine.models import Treatment, UploadState
from uploader_gui.engine.options import Choices

S = UploadState
FILM = b"\0\0\0\x18ftypisom" + b"film" * 1000
BOTH = Choices.from_flags(convert=True, zipped=True)


def films(files: Files, count: int) -> list[Path]:
    return [files.make(f"{n}.mp4", content=FILM + bytes([n])) for n in range(count)]


def treat(run: Run, treatment: Treatment, *names: str) -> None:
    run.queue.treat([run.latest[name].upload_id for name in names], treatment)


async def refused(run: Run, *paths: Path) -> None:
    await run.added(*paths)
    await run.in_state(S.REFUSED, *(path.name for path in paths))


def leftovers(folder: Path) -> list[Path]:
    return list((folder / "substitutes").glob("*"))


async def test_a_person_chooses_and_the_files_are_sent_once_the_queue_runs(run: Run, world: World) -> None:
    film, photo = world.make("a.mp4", content=FILM), pictures.heic(world.files.folder / "b.heic")
    await refused(run, film, photo)
    treat(run, Treatment.ZIP, "a.mp4")
    treat(run, Treatment.CONVERT, "b.heic")
    await run.in_state(S.QUEUED, "a.mp4", "b.heic")
    assert (run.latest["b.heic"].sent.name, len(leftovers(world.folder))) == ("b.jpg", 2)
    assert {stat.S_IMODE(path.stat().st_mode) for path in leftovers(world.folder)} == {0o600}
    assert stat.S_IMODE((world.folder / "substitutes").stat().st_mode) == 0o700
    run.queue.scheduler.start()
    totals = (await run.idle()).totals
    assert leftovers(world.folder) == []
    assert totals.bytes_done == totals.bytes_total == sum(row["size"] for row in run.files().values())
    assert sorted(upload.name for upload in world.api.registered) == ["a.mp4.zip", "b.jpg"]


async def test_a_jpeg_s_name_tells_it_from_what_lies_beside_its_picture_and_from_nothing_else(world: World) -> None:
    world.make("beside.jpg")  # it lies there, and is not sent
    film = world.make("alone.mp4", content=FILM)
    alone, beside = (pictures.heic(world.files.folder / name) for name in ("alone.heic", "beside.heic"))
    both = [pictures.heic(world.make(f"{name[-1]}/{name}", content=b"")) for name in ("two.heic", "two.heif")]
    async with world.engine() as run:
        await refused(run, film, alone, beside, *both)
        treat(run, Treatment.ZIP, "alone.mp4")
        treat(run, Treatment.CONVERT, "alone.heic")
        treat(run, Treatment.CONVERT, "beside.heic", "two.heic", "two.heif")
        await run.in_state(S.QUEUED, *run.latest)
        names = {name: upload.sent.name for name, upload in run.latest.items()}
    assert names == {
        "alone.mp4": "alone.mp4.zip",
        "alone.heic": "alone.jpg",
        "beside.heic": "beside.heic.jpg",
        "two.heic": "two.heic.jpg",
        "two.heif": "two.heif.jpg",
    }


async def test_a_choice_made_after_the_run_has_ended_starts_it_again(run: Run, world: World) -> None:
    run.queue.scheduler.start()
    await refused(run, world.make("a.mp4", content=FILM))
    await run.idle()
    treat(run, Treatment.ZIP, "a.mp4")
    await run.in_state(S.UPLOADED, "a.mp4")


async def test_a_file_that_changed_since_it_was_dropped_fails_and_goes_when_tried_again(run: Run, world: World) -> None:
    film = world.make("a.mp4", content=FILM)
    await refused(run, film)
    film.write_bytes(FILM + b"more")
    treat(run, Treatment.ZIP, "a.mp4")
    await run.in_state(S.FAILED, "a.mp4")
    assert (run.only()["reason"]["code"], leftovers(world.folder)) == ("changed", [])
    run.queue.retry_failed()
    await run.in_state(S.UPLOADED, "a.mp4")
    assert run.only()["original"]["size"] == len(FILM) + 4


async def test_a_zipped_file_that_failed_is_the_same_upload_when_a_later_run_is_given_it(world: World) -> None:
    film, zipped = world.make("a.mp4", content=FILM), Choices(others=Treatment.ZIP)
    world.storage.fault = on_attempt(1, storage_faults.too_large())
    first, second = [await world.send_one(film, choices=zipped) for _ in range(2)]
    assert (first["state"], second["state"], second["may_be_registered_twice"]) == ("failed", "uploaded", True)
    assert first["upload_id"] == second["upload_id"]


async def test_a_file_that_became_acceptable_is_sent_as_it_is(world: World) -> None:
    photo = pictures.two_pages(world.files.folder / "a.tif")
    async with world.engine(choices=Choices(Treatment.CONVERT)) as run:
        run.queue.intake.add_paths([photo], ANOMALY)
        await run.in_state(S.REFUSED, "a.tif")
        assert run.only()["reason"]["code"] == "cannot_convert"
        photo.write_bytes(world.make("b.png").read_bytes())
        run.queue.retry([run.latest["a.tif"].upload_id])
        await run.in_state(S.UPLOADED, "a.tif")
        assert (run.only().get("original"), run.only()["mime_type"]) == (None, "image/png")


async def test_one_jpeg_cannot_hold_two_pages_but_a_zip_can(run: Run, world: World) -> None:
    await refused(run, pictures.two_pages(world.files.folder / "a.tif"))
    treat(run, Treatment.CONVERT, "a.tif")
    await run.until(lambda: run.only()["reason"]["code"] == "cannot_convert")
    await run.in_state(S.REFUSED, "a.tif")
    treat(run, Treatment.ZIP, "a.tif")
    await run.in_state(S.QUEUED, "a.tif")
    assert run.only()["name"] == "a.tif.zip"


async def test_cancelled_while_it_is_prepared_leaves_nothing_and_can_be_taken_up_again(world: World) -> None:
    (film,) = films(world.files, 1)
    async with world.engine() as run:
        await refused(run, film)
        with asleep(film):
            treat(run, Treatment.ZIP, film.name)
            await run.in_state(S.PREPARING, film.name)
            run.queue.cancel_all()
            await run.in_state(S.CANCELLED, film.name)
        run.queue.retry([run.latest[film.name].upload_id])
        await run.in_state(S.UPLOADED, film.name)
    assert leftovers(world.folder) == []


async def test_files_on_a_sleeping_share_hold_up_nothing_else_that_is_prepared(run: Run, world: World) -> None:
    stuck = films(world.files, 3)
    elsewhere = pictures.heic(world.files.folder / "photo.heic")
    await refused(run, *stuck, elsewhere)
    with asleep(*stuck):
        run.queue.scheduler.start()
        treat(run, Treatment.ZIP, *(path.name for path in stuck))
        treat(run, Treatment.CONVERT, "photo.heic")
        await run.in_state(S.UPLOADED, "photo.heic")
        await run.in_state(S.PREPARING, *(path.name for path in stuck))
    await run.in_state(S.UPLOADED, *(path.name for path in stuck))


async def test_sent_before_and_sent_again_it_is_prepared_as_was_chosen_or_asked_about(world: World) -> None:
    (film,) = films(world.files, 1)
    async with world.engine(choices=BOTH) as run:
        run.queue.scheduler.start()
        run.queue.intake.add_paths([film], ANOMALY)
        await run.in_state(S.UPLOADED, film.name)
    async with world.engine() as run:
        run.queue.intake.add_paths([film], ANOMALY)
        await run.in_state(S.SKIPPED, film.name)
        run.queue.send_again([run.latest[film.name].upload_id])
        await run.in_state(S.REFUSED, film.name)
        treat(run, Treatment.ZIP, film.name)
        await run.in_state(S.UPLOADED, film.name)
    async with world.engine(choices=BOTH) as run:
        run.queue.intake.add_paths([film], ANOMALY)
        await run.in_state(S.SKIPPED, film.name)
        run.queue.send_again([run.latest[film.name].upload_id])
        await run.in_state(S.UPLOADED, film.name)
    assert len(world.api.registered) == 3


async def test_a_choice_made_while_it_runs_counts_from_then_on(run: Run, world: World) -> None:
    first, second = films(world.files, 2)
    await refused(run, first)
    run.queue.adjust(world.options(choices=BOTH))
    run.queue.intake.add_paths([second], ANOMALY)
    await run.in_state(S.QUEUED, second.name)
    run.queue.intake.add_paths([first], ANOMALY)  # dropped again: now it is known what to do
    await run.in_state(S.QUEUED, first.name)


async def test_a_disk_without_room_fails_that_file_and_no_other(world: World) -> None:
    (world.folder / "substitutes").write_bytes(b"in the way")
    (film,) = films(world.files, 1)
    async with world.engine(choices=BOTH) as run:
        run.queue.scheduler.start()
        run.queue.intake.add_paths([film, world.make("b.pdf")], ANOMALY)
        await run.in_state(S.UPLOADED, "b.pdf")
        await run.in_state(S.FAILED, film.name)
        assert run.files()[film.name]["reason"]["code"] == "preparation"
        os.unlink(world.folder / "substitutes")  # noqa: PTH108 - a file where a folder should be
        run.queue.retry_failed()
        await run.in_state(S.UPLOADED, film.name)
