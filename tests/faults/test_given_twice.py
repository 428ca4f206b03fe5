"""What is given more than once: a folder and a folder in it, a file again, a file by another spelling of its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.running import ANOMALY, engine, options
from tests.faults.sleeping import asleep
from uploader_gui.engine.events import HistoryFound, PathsAdded
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.running import Run
    from tests.support.files import Files
    from tests.support.scripted_storage import ScriptedStorage
    from tests.support.strict_api import StrictApi


async def given(run: Run, *paths: Path) -> PathsAdded:
    """Give files and folders, and wait until all of it is looked at."""
    before = len(run.all_heard(PathsAdded))
    run.queue.add_paths(paths, ANOMALY)
    return await run.heard(PathsAdded, before + 1)


def junk_in_receipt(run: Run) -> Any:
    """Give how many files the receipt says were left out."""
    totals: Any = run.queue.receipt(ANOMALY)["totals"]
    return totals["junk"]


def folder_with_junk(files: Files) -> Path:
    """Make a folder with a folder in it, and junk in both and in a hidden one."""
    for name in ("in/a.txt", "in/Thumbs.db", "in/.git/config.txt", "in/deeper/b.txt", "in/deeper/.DS_Store"):
        files.make(name, content=name.encode())
    return files.folder / "in"


async def test_junk_found_twice_counts_once(strict_api: StrictApi, files: Files, tmp_path: Path) -> None:
    folder = folder_with_junk(files)
    link = files.folder / "link"
    link.symlink_to(folder)
    async with engine(options(tmp_path, strict_api)) as run:
        assert (await given(run, folder, folder / "deeper", link, folder / "Thumbs.db")).junk == 3
        assert (await given(run, folder / "deeper")).junk == 1
        assert junk_in_receipt(run) == 3


async def test_junk_counts_anew_in_the_next_run(strict_api: StrictApi, files: Files, tmp_path: Path) -> None:
    folder = folder_with_junk(files)
    async with engine(options(tmp_path, strict_api)) as run:
        run.queue.start()
        await given(run, folder)
        await run.idle()
        files.make("in/c.txt", content=b"c")
        run.queue.start()
        await given(run, folder)
        await run.idle(2)
        run.queue.history.tell_runs()
        assert [past.junk for past in (await run.heard(HistoryFound)).runs] == [3, 3]
        assert junk_in_receipt(run) == 3


async def test_files_looked_at_again_do_not_wait_for_one_on_a_sleeping_share(
    strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    paths = [files.folder / f"{n}.jpg" for n in range(10)]
    async with engine(options(tmp_path, strict_api)) as run:
        await given(run, *paths)
        await run.in_state(UploadState.FAILED, *(path.name for path in paths))
        for size, path in enumerate(paths, 5000):
            files.make(path.name, size=size)
        with asleep(*paths[:6]):
            run.queue.retry_failed()
            await run.in_state(UploadState.UPLOADED, *(path.name for path in paths[6:]))
            assert {run.latest[path.name].state for path in paths[:6]} == {UploadState.FAILED}
        await run.idle()
        rows = run.files()
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert len(scripted_storage.objects) == 10
