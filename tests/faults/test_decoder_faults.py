"""A picture that ends its decoder, or never ends: that file fails, everything else goes on, now and at later starts."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, World, engine
from tests.support import pictures
from tests.support.decoders import decoder_that, program_that, until
from tests.support.files import Files
from tests.support.log_watch import ExpectedLogs
from uploader_gui.engine.models import Treatment, UploadState
from uploader_gui.engine.options import Choices
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.pictures.messages import DecoderTimeouts

S = UploadState
CONVERT = Choices(Treatment.CONVERT)
HANGS = decoder_that("signal.pause()")


def crashing(files: Files) -> Path:
    return files.make("IMG_0002.heic", content=pictures.CRASHING.read_bytes())


async def test_at_a_later_start_the_journal_brings_it_back_and_everybody_lives(world: World) -> None:
    damaged, sound = crashing(world.files), pictures.heic(world.files.folder / "b.heic")
    chosen = world.options(choices=CONVERT)
    with closing(PictureDecoder(HANGS)) as stuck:  # so that the first run ends in the middle of both
        async with engine(chosen, decoder=stuck) as run:
            run.queue.intake.add_paths([damaged, sound], ANOMALY)
            await run.in_state(S.PREPARING, damaged.name, sound.name)
    for _ in range(2):
        async with engine(chosen) as run:
            run.queue.intake.resume()
            run.begin([damaged, world.make("c.pdf")])
            await run.in_state(S.FAILED, damaged.name)
            await run.idle()
            assert run.files()[damaged.name]["reason"]["code"] == "broken_picture"
    assert sorted(upload.name for upload in world.api.registered) == ["b.jpg", "c.pdf"]


async def test_cancelling_and_leaving_wait_for_no_decoder(world: World) -> None:
    photos = [pictures.heic(world.files.folder / name) for name in ("a.heic", "b.heic")]
    with closing(PictureDecoder(HANGS)) as stuck:
        async with world.engine(decoder=stuck, choices=CONVERT) as run:
            run.queue.intake.add_paths(photos, ANOMALY)
            await run.in_state(S.PREPARING, "a.heic", "b.heic")
            run.queue.cancel([run.latest["a.heic"].upload_id])
            await run.in_state(S.CANCELLED, "a.heic")
            run.queue.servers.close()
            async with asyncio.timeout(30.0):  # a decoder that hangs has 90 s
                await run.work
            assert run.files()["b.heic"]["reason"]["code"] == "interrupted"


async def test_a_cancelled_picture_that_hangs_its_decoder_holds_up_no_other(world: World) -> None:
    hangs = world.make("hangs.webp", content=b"RIFF\x20\0\0\0WEBPVP8 and nothing else")
    sound = pictures.heic(world.files.folder / "sound.heic")
    begun = world.folder / "begun"
    answer = f"""
    if content.startswith(b"RIFF"):
        open({str(begun)!r}, "w").close()
        signal.pause()
    say(b"a JPEG")
"""
    with closing(PictureDecoder(decoder_that(answer.strip()))) as decoder:  # with its regular patience
        async with world.engine(decoder=decoder, choices=CONVERT) as run:
            run.queue.scheduler.start()
            run.queue.intake.add_paths([hangs], ANOMALY)
            await asyncio.get_running_loop().run_in_executor(None, until, begun.exists)
            run.queue.intake.add_paths([sound], ANOMALY)
            await run.in_state(S.PREPARING, "sound.heic")
            run.queue.cancel([run.latest["hangs.webp"].upload_id])
            async with asyncio.timeout(30.0):  # far less than the decoder's 90 s
                await run.in_state(S.UPLOADED, "sound.heic")
            assert run.latest["hangs.webp"].state is S.CANCELLED


async def test_a_hanging_picture_is_broken_and_the_others_arrive(world: World) -> None:
    hangs = world.make("hangs.webp", content=b"RIFF\x20\0\0\0WEBPVP8 and nothing else")
    photos = [pictures.heic(world.files.folder / f"{n}.heic") for n in range(3)]
    answer = "signal.pause() if content.startswith(b'RIFF') else say(b'a JPEG')"
    with closing(PictureDecoder(decoder_that(answer), DecoderTimeouts(jpeg=1.5))) as decoder:
        async with world.engine(decoder=decoder, choices=CONVERT) as run:
            run.begin([hangs, *photos])
            await run.in_state(S.FAILED, "hangs.webp")
            await run.in_state(S.UPLOADED, *(path.name for path in photos))
            reason = run.files()["hangs.webp"]["reason"]
    assert reason == {"code": "broken_picture", "message": "decoding it takes too long"}


async def test_what_could_not_be_read_is_still_said_after_a_restart(world: World) -> None:
    photo = world.make("a.heic", content=pictures.HEIC.read_bytes()[:-50])
    chosen = world.options(choices=CONVERT)
    async with engine(chosen) as run:
        run.queue.intake.add_paths([photo], ANOMALY)
        await run.in_state(S.QUEUED, "a.heic")
    async with engine(chosen) as run:
        run.queue.intake.resume()
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, "a.heic")
        assert run.only()["original"]["metadata"] == "unreadable"


@pytest.mark.parametrize("command", [["/nowhere"], program_that("raise SystemExit(1)")])
async def test_without_a_decoder_a_file_is_not_called_broken_and_goes_later(
    world: World, *, command: list[str], expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the decoder of pictures does not start")
    photo = pictures.heic(world.files.folder / "a.heic")
    chosen = world.options(choices=CONVERT)
    with closing(PictureDecoder(command)) as none:
        async with engine(chosen, decoder=none) as run:
            run.begin([photo, world.make("b.pdf")])
            await run.in_state(S.FAILED, "a.heic")
            await run.in_state(S.UPLOADED, "b.pdf")
            assert run.files()["a.heic"]["reason"]["code"] == "preparation"
    async with engine(chosen) as run:
        run.begin([photo])
        await run.in_state(S.UPLOADED, "a.heic")
