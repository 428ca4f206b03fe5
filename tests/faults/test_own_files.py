"""Which files the program removes: those the journal knows as its own and nobody needs, and never anybody else's."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, Run, World, engine, options
from tests.support import pictures
from tests.support.storage_faults import Refuse
from tests.support.strict_api import StrictApi
from uploader_gui.engine.journal.journal import Journal
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.options import Choices
from uploader_gui.engine.own_files import facts_of

S = UploadState
FILM = b"\0\0\0\x18ftypisom" + b"film" * 1000
YEAR = 365 * 86_400


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def capture(data: Path, name: str = "Capture 2026-01-02 10.11.12.png") -> Path:
    """Make a picture as the window does, pasted long ago."""
    path = data / "captures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures.png(path)
    os.utime(path, (time.time() - 3 * YEAR,) * 2)
    return path


def noted(data: Path, *paths: Path, whole: bool = True) -> None:
    """Let the journal know files as made by this program; not `whole`: it was killed while it made them."""
    data.mkdir(parents=True, exist_ok=True)
    with closing(Journal(data / "journal.sqlite")) as journal:
        for path in paths:
            journal.note_own_file(path, facts_of(path.lstat()) if whole else None)


async def pasted(run: Run, *paths: Path, anomaly: str = ANOMALY) -> None:
    """Hand over pictures as the window does."""
    for path in paths:
        run.queue.intake.note_made(path)
    await run.added(*paths, anomaly=anomaly)


def registered(api: StrictApi) -> list[str]:
    return sorted(f"{record.anomaly_id}/{record.upload_id}" for record in api.registered)


async def start_and_leave(data: Path, api: StrictApi) -> None:
    """Start an engine that has nothing to do: it looks for what nobody needs."""
    async with engine(options(data, api)) as run:
        await run.to_the_end()


async def test_a_capture_is_gone_once_every_upload_of_it_has_arrived(data: Path, world: World) -> None:
    path = capture(data)
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
        await run.added(path, anomaly="43")
        assert path.exists()
        await run.to_the_end()
        assert not path.exists()
    assert sorted(world.storage.objects) == registered(world.api)


async def test_a_queued_capture_outlives_every_age_and_is_sent(data: Path, world: World) -> None:
    path = capture(data)
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
    await start_and_leave(data, world.api)
    assert path.exists()
    async with engine(options(data, world.api)) as run:
        run.queue.intake.resume()
        run.queue.scheduler.start()
        await run.in_state(S.UPLOADED, path.name)
        await run.idle()
    assert not path.exists()


async def test_what_another_service_still_waits_for_stays(data: Path, world: World) -> None:
    path = capture(data)
    async with engine(options(data, world.api, api_url="https://other.example")) as run:
        await pasted(run, path)
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
        await run.to_the_end()
        assert run.only()["state"] == "uploaded"
    assert path.exists()


async def test_a_capture_that_failed_or_was_taken_off_the_list_can_still_be_sent(data: Path, world: World) -> None:
    paths = [capture(data, f"{name}.png") for name in ("failed", "cancelled", "removed")]
    async with engine(options(data, world.api)) as run:
        await pasted(run, *paths)
        ids = {name: run.latest[f"{name}.png"].upload_id for name in ("cancelled", "removed")}
        run.queue.cancel([ids["cancelled"]])
        run.queue.remove([ids["removed"]])
        moved = paths[0].rename(data / "elsewhere.png")
        run.queue.scheduler.start()
        await run.in_state(S.FAILED, "failed.png")
        await run.idle()
        moved.rename(paths[0])
    await start_and_leave(data, world.api)
    assert all(path.exists() for path in paths)
    async with engine(options(data, world.api)) as run:
        (past,) = await run.past_runs()
        run.queue.send_past_again(past.key)
        await run.in_state(S.UPLOADED, "failed.png")
        await run.idle()
    assert [path.exists() for path in paths] == [False, True, True]


@pytest.mark.parametrize("state", [S.FAILED, S.CANCELLED, S.QUEUED])
async def test_a_capture_stays_for_one_anomaly_though_it_is_at_another(data: Path, state: S, world: World) -> None:
    path = capture(data)
    world.storage.fault = lambda key, _attempt, _request: (
        Refuse(400, "InvalidRequest") if key.startswith("43/") else None
    )
    async with engine(options(data, world.api)) as run:
        await pasted(run, path, anomaly="43")
        if state is S.FAILED:
            run.queue.scheduler.start()
            await run.in_state(S.FAILED, path.name)
            await run.idle()
        if state is S.CANCELLED:
            run.queue.cancel_all()
        if state is S.QUEUED:
            run.queue.scheduler.pause()
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
        await run.to_the_end()
        assert run.only()["state"] == "uploaded"
        assert path.exists()
    await start_and_leave(data, world.api)
    assert path.exists()


async def test_a_capture_without_a_number_stays_while_history_remembers_its_time(data: Path, world: World) -> None:
    path = capture(data)
    async with engine(options(data, world.api)) as run:
        run.queue.intake.note_made(path)
    await start_and_leave(data, world.api)
    assert path.exists()


async def test_what_a_killed_run_was_making_goes_at_the_next_start(data: Path, world: World) -> None:
    half, whole = data / "substitutes" / "half.zip", data / "substitutes" / "whole.jpg"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"PK")
    whole.write_bytes(b"\xff\xd8")
    noted(data, half, whole=False)
    noted(data, whole)
    await start_and_leave(data, world.api)
    assert list(half.parent.iterdir()) == []


async def test_a_persons_own_files_in_folders_of_these_names_are_never_touched(data: Path, world: World) -> None:
    """Neither old ones nor such as are sent from there, whatever they are called."""
    own = [capture(data), capture(data, "photo.png"), data / "substitutes" / "a.zip", data / "substitutes" / "b.jpg"]
    own[2].parent.mkdir()
    for path in own[2:]:
        path.write_bytes(own[0].read_bytes())
    async with engine(options(data, world.api, choices=Choices.from_flags(convert=True, zipped=True))) as run:
        await run.added(*own, world.make("a.mp4", content=FILM))
        await run.to_the_end()
        assert {row["state"] for row in run.files().values()} == {"uploaded"}
    await start_and_leave(data, world.api)
    assert all(path.exists() for path in own)
    assert sorted(path.name for path in (data / "substitutes").iterdir()) == ["a.zip", "b.jpg"]


def is_there(path: Path) -> bool:
    return os.path.lexists(path)


def folder_is_a_link(path: Path, aside: Path) -> None:
    path.parent.rename(aside)
    path.parent.symlink_to(aside)


def file_is_a_link(path: Path, aside: Path) -> None:
    path.rename(aside)
    path.symlink_to(aside)


def file_has_another_name(path: Path, aside: Path) -> None:
    aside.hardlink_to(path)


def another_file_is_there(path: Path, aside: Path) -> None:
    path.rename(aside)
    path.write_bytes(b"a person's own")


def a_folder_is_there(path: Path, aside: Path) -> None:
    path.rename(aside)
    path.mkdir()


@pytest.mark.parametrize("folder", ["captures", "substitutes"])
@pytest.mark.parametrize(
    "change", [folder_is_a_link, file_is_a_link, file_has_another_name, another_file_is_there, a_folder_is_there]
)
async def test_what_is_no_longer_just_the_file_that_was_made_stays(
    folder: str, change: Callable[[Path, Path], None], data: Path, world: World
) -> None:
    path = data / folder / "made.png"
    path.parent.mkdir(parents=True)
    pictures.png(path)
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
        change(path, world.folder / "aside")
        await run.to_the_end()
    await start_and_leave(data, world.api)
    assert is_there(path)
    assert (world.folder / "aside").exists()


@pytest.mark.parametrize("name", ["../photo.png", "captures/../../photo.png", "photo.png", "elsewhere/photo.png"])
async def test_a_journal_that_names_other_places_removes_nothing_there(name: str, data: Path, world: World) -> None:
    pictures.png(data / "captures" / "another.png")
    path = pictures.png(data / name)
    noted(data, path)
    async with engine(options(data, world.api)) as run:
        await run.added(path)
        await run.to_the_end()
    await start_and_leave(data, world.api)
    assert path.exists()


async def test_a_copy_of_the_data_folder_removes_nothing_of_the_first(data: Path, world: World) -> None:
    path = capture(data)
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
    shutil.copytree(data, world.folder / "copy")
    async with engine(options(world.folder / "copy", world.api)) as run:
        run.queue.intake.resume()
        await run.to_the_end()
    assert path.exists()


async def test_a_data_folder_that_was_moved_keeps_its_captures(data: Path, world: World) -> None:
    path = capture(data)
    async with engine(options(data, world.api)) as run:
        await pasted(run, path)
    shutil.move(data, world.folder / "moved")
    await start_and_leave(world.folder / "moved", world.api)
    assert (world.folder / "moved" / "captures" / path.name).exists()
