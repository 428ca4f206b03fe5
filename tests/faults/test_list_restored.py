"""A window's list comes back as it was left: also what failed or was refused, with its reason, tried by nobody."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.faults.running import ANOMALY, Run, World, engine, options
from tests.support.api_faults import refusal
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import Refuse
from tests.support.strict_api import StrictApi
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import PathsAdded, Resumed, UploadsRemoved
from uploader_gui.engine.models import Treatment, UploadState
from uploader_gui.engine.options import Choices, EngineOptions

S = UploadState
ZIPPED = Choices(others=Treatment.ZIP)
SENT, GONE, FILM = "sent.jpg", "gone.jpg", "film.mp4"


@pytest.fixture
def chosen(strict_api: StrictApi, tmp_path: Path) -> EngineOptions:
    return options(tmp_path, strict_api)


@pytest.fixture
def given(files: Files) -> dict[str, Path]:
    """A file that arrives, one that is not there, one of a refused type."""
    film = b"\0\0\0\x18ftypisom" + b"film" * 100
    return {SENT: files.make(SENT), GONE: files.folder / GONE, FILM: files.make(FILM, content=film)}


async def left_behind(chosen: EngineOptions, given: dict[str, Path]) -> None:
    async with engine(chosen) as run:
        await run.send(list(given.values()))
        assert {name: one.state for name, one in run.latest.items()} == {
            SENT: S.UPLOADED,
            GONE: S.FAILED,
            FILM: S.REFUSED,
        }


@asynccontextmanager
async def next_window(chosen: EngineOptions) -> AsyncIterator[Run]:
    async with engine(chosen) as run:
        run.queue.restore()
        yield run


async def listed(chosen: EngineOptions) -> dict[str, UploadState]:
    """Give what stands on the next window's list once it has been told all there is."""
    async with next_window(chosen) as run:
        run.queue.intake.add_paths([], "nobody's")
        await run.heard(PathsAdded)
        return {name: one.state for name, one in run.latest.items()}


def code_of(run: Run) -> Code | None:
    reason = run.latest[SENT].reason
    return reason.code if reason else None


async def test_what_failed_or_was_refused_is_back_in_its_state_with_its_reason(
    chosen: EngineOptions, given: dict[str, Path], world: World
) -> None:
    await left_behind(chosen, given)
    async with next_window(chosen) as run:
        told = await run.heard(Resumed)
        assert (told.upload_ids, len(told.ended)) == ((), 2)
        assert {name: one.state for name, one in run.latest.items()} == {GONE: S.FAILED, FILM: S.REFUSED}
        failed, film = run.latest[GONE].reason, run.latest[FILM].reason
        assert (failed and failed.code, film and film.code) == (Code.MISSING, Code.TYPE_NOT_ACCEPTED)
        await run.to_the_end()
        assert [one.name for one in world.api.registered] == [SENT]  # nobody asked for the others
    assert await listed(chosen) == {GONE: S.FAILED, FILM: S.REFUSED}  # and again, until somebody has seen to them


async def test_the_reason_is_that_of_the_last_look_at_the_file(
    chosen: EngineOptions, given: dict[str, Path], world: World
) -> None:
    world.api.faults.append(refusal(422))
    async with engine(chosen) as run:
        await run.send([given[SENT]])
        given[SENT].unlink()
        run.queue.retry_failed()
        await run.until(lambda: code_of(run) is Code.MISSING)
    async with next_window(chosen) as run:
        await run.heard(Resumed)
        assert code_of(run) is Code.MISSING


async def test_tried_again_it_arrives_and_is_gone(chosen: EngineOptions, given: dict[str, Path], files: Files) -> None:
    await left_behind(chosen, given)
    files.make(GONE)
    async with next_window(chosen) as run:
        await run.heard(Resumed)
        assert run.files() == {}  # this run has nothing to do with them yet
        assert not run.queue.unsent
        run.queue.retry_failed()
        await run.in_state(S.UPLOADED, GONE)
        assert (run.files()[GONE]["state"], run.files()[GONE]["attempts"]) == ("uploaded", 1)
    assert await listed(chosen) == {FILM: S.REFUSED}


async def test_the_attempts_of_the_run_that_failed_stay_its_own(
    chosen: EngineOptions, given: dict[str, Path], scripted_storage: ScriptedStorage
) -> None:
    scripted_storage.fault = lambda *_: Refuse(500, "InternalError")
    async with engine(chosen) as run:
        run.begin([given[SENT]])
        await run.in_state(S.FAILED, SENT)
        assert run.only()["attempts"] == 6
    scripted_storage.fault = lambda *_: None
    async with next_window(chosen) as run:
        await run.heard(Resumed)
        assert run.latest[SENT].attempts == 6
        run.queue.retry_failed()
        await run.in_state(S.UPLOADED, SENT)
        assert run.only()["attempts"] == 1


async def test_taken_off_the_list_it_stays_off(chosen: EngineOptions, given: dict[str, Path]) -> None:
    await left_behind(chosen, given)
    async with next_window(chosen) as run:
        await run.heard(Resumed)
        run.queue.remove([one.upload_id for one in run.latest.values()])
        await run.heard(UploadsRemoved)
    assert await listed(chosen) == {}


async def test_what_was_taken_off_in_the_run_that_failed_or_was_cancelled_stays_off(
    chosen: EngineOptions, given: dict[str, Path]
) -> None:
    async with engine(chosen) as run:
        await run.send([given[GONE]])
        run.queue.remove([run.latest[GONE].upload_id])
        await run.added(given[SENT])
        run.queue.cancel_all()
        await run.in_state(S.CANCELLED, SENT)
    assert await listed(chosen) == {}


async def test_without_a_window_what_failed_is_neither_taken_up_nor_kept_for_one(
    chosen: EngineOptions, given: dict[str, Path], world: World
) -> None:
    await left_behind(chosen, given)
    headless = world.options(keeps_list=False, asks_for_sign_in=False)
    async with engine(headless) as run:
        resumed = asyncio.get_running_loop().create_future()
        run.queue.intake.resume(ANOMALY, resumed.set_result)
        assert (await resumed, run.queue.intake.others_unfinished) == (0, 0)
        assert run.files() == {}
    other = options(world.folder / "other", world.api, keeps_list=False, asks_for_sign_in=False)
    async with engine(other) as run:
        await run.send([given[GONE]])
    assert await listed(options(world.folder / "other", world.api)) == {}


async def test_what_was_given_since_has_its_path(chosen: EngineOptions, given: dict[str, Path], world: World) -> None:
    """Refused in a window, then sent in a ZIP by a script: that is another upload, and the file is there."""
    await left_behind(chosen, given)
    headless = world.options(keeps_list=False)
    async with engine(headless) as run:
        run.queue.adjust(world.options(keeps_list=False, choices=ZIPPED))
        run.begin([given[FILM]])
        await run.in_state(S.UPLOADED, FILM)
    assert await listed(chosen) == {GONE: S.FAILED}


async def test_dropped_again_it_belongs_to_this_run(chosen: EngineOptions, given: dict[str, Path]) -> None:
    await left_behind(chosen, given)
    async with next_window(chosen) as run:
        await run.heard(Resumed)
        await run.added(given[FILM])
        assert (list(run.files()), run.queue.unsent) == ([FILM], {S.REFUSED: 1})


async def test_a_journal_from_before_brings_only_what_is_unfinished(
    chosen: EngineOptions, given: dict[str, Path]
) -> None:
    await left_behind(chosen, given)
    with closing(sqlite3.connect(chosen.journal_path)) as db:
        db.execute("DROP TABLE own_files")
        for newer in ("listed", "reason_variant", "origin"):
            db.execute(f"ALTER TABLE uploads DROP COLUMN {newer}")
        db.execute("PRAGMA user_version = 6")
        db.commit()
    assert await listed(chosen) == {}
