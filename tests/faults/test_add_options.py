"""What is wanted for certain files alone (a later start's --again, --convert, --zip) holds for these and no others."""

from tests.faults.running import ANOMALY, Run, World
from tests.support import pictures
from uploader_gui.engine.events import PathsAdded, QueueIdle, QueueStatus
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import AddOptions, Choices

S = UploadState
FILM = b"\0\0\0\x18ftypisom" + b"film" * 1000
IN_ZIP = AddOptions(choices=Choices.from_flags(convert=False, zipped=True))
AT_ONCE = AddOptions(start=True)
BOTH = AddOptions(choices=Choices.from_flags(convert=True, zipped=True))


async def test_a_zip_is_made_of_the_files_it_is_wanted_for_alone(run: Run, world: World) -> None:
    wanted, other = world.make("wanted.mp4", content=FILM), world.make("other.mp4", content=FILM + b"2")
    run.queue.intake.add_paths([wanted], ANOMALY, IN_ZIP)
    await run.send([other])
    await run.in_state(S.REFUSED, "other.mp4")
    assert [upload.name for upload in world.api.registered] == ["wanted.mp4.zip"]


async def test_a_file_refused_before_is_treated_when_it_is_given_again_with_that_wish(run: Run, world: World) -> None:
    film = world.make("a.mp4", content=FILM)
    run.queue.intake.add_paths([film], ANOMALY)
    await run.in_state(S.REFUSED, "a.mp4")
    run.queue.intake.add_paths([film], ANOMALY, IN_ZIP)
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.mp4")
    assert run.only()["name"] == "a.mp4.zip"


async def test_what_one_jpeg_cannot_hold_goes_in_a_zip_where_both_are_wanted(run: Run, world: World) -> None:
    run.queue.intake.add_paths([pictures.two_pages(world.files.folder / "a.tif")], ANOMALY, BOTH)
    run.queue.scheduler.start()
    await run.in_state(S.UPLOADED, "a.tif")
    assert run.only()["name"] == "a.tif.zip"


async def test_what_was_uploaded_before_goes_again_where_that_is_wanted_also_if_just_skipped(world: World) -> None:
    wanted, other = world.make("wanted.jpg"), world.make("other.jpg", size=2000)
    await world.send(wanted, other)
    async with world.engine() as run:
        run.queue.intake.add_paths([wanted], ANOMALY, AddOptions(again=True))
        await run.send([other])
        await run.in_state(S.UPLOADED, "wanted.jpg")
        await run.in_state(S.SKIPPED, "other.jpg")
        run.queue.intake.add_paths([other], ANOMALY)
        told = await run.heard(PathsAdded, 3)
        assert told.already_in_queue == 1
        run.queue.intake.add_paths([other], ANOMALY, AddOptions(again=True))
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "other.jpg")
    assert len(world.api.registered) == 4


async def test_what_is_to_start_goes_at_once_and_what_waits_goes_on_waiting(run: Run, world: World) -> None:
    waiting, given_again = world.make("waiting.txt"), world.make("again.txt")
    run.queue.intake.add_paths([waiting, given_again], "9")
    await run.in_state(S.QUEUED, "waiting.txt", "again.txt")
    run.queue.intake.add_paths([world.make("a.txt")], ANOMALY, AT_ONCE)
    await run.in_state(S.UPLOADED, "a.txt")
    await run.until(lambda: run.all_heard(QueueStatus)[-1] == QueueStatus(running=False))
    assert QueueStatus(running=True, partly=True) in run.all_heard(QueueStatus)
    run.queue.intake.add_paths([world.make("b.txt"), given_again], "9", AT_ONCE)
    await run.in_state(S.UPLOADED, "b.txt", "again.txt")
    assert (run.latest["waiting.txt"].state, run.all_heard(QueueIdle)) == (S.QUEUED, [])
    await run.to_the_end()
    assert [one.name for one in world.api.registered][-1] == "waiting.txt"


async def test_what_is_to_start_goes_at_once_where_nothing_else_waits(run: Run, world: World) -> None:
    run.queue.intake.add_paths([world.make("a.txt"), world.make("b.txt")], ANOMALY, AT_ONCE)
    await run.idle()
    assert not any(status.partly for status in run.all_heard(QueueStatus))
    assert len(world.api.registered) == 2
