"""What the disk does to a file while it is being sent: nothing but the bytes that were queued may count as uploaded."""

import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.surroundings import as_nobody
from tests.faults.running import ANOMALY, Run, World
from tests.faults.sleeping import asleep
from tests.support.raw_http import RawRequest
from uploader_gui.engine.events import QueueStatus, UploadsAdded
from uploader_gui.engine.models import UploadState
from uploader_gui.engine.thread import EngineThread

MANY_BYTES = 12_000_000
"""More than the buffers between client and server hold: the end is read long after the PUT has begun."""


async def added(run: Run, *paths: Path) -> None:
    """Put files into the queue, and wait until they are looked at; nothing is sent yet."""
    run.queue.intake.add_paths(paths, ANOMALY)
    await run.in_state(UploadState.QUEUED, *(path.name for path in paths))


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"one line more\n")


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(b"oops")


def touch(path: Path) -> None:
    os.utime(path, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))


def replace(path: Path) -> None:
    """Put another file in its place, as editors do when they save."""
    other = path.with_suffix(".new")
    other.write_bytes(b"another one" * 1000)
    other.replace(path)


def rewrite_and_put_the_time_back(path: Path) -> None:
    """Change bytes at the beginning, and make the file look as if nothing had happened."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(20)
        file.write(b"oops")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_a_lookalike(path: Path) -> None:
    """Put another file in its place, as large and as old."""
    before, other = path.stat(), path.with_suffix(".new")
    other.write_bytes(path.read_bytes()[:-4] + b"oops")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


def delete(path: Path) -> None:
    path.unlink()


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "grew": (append, "changed"),
    "shrank": (shrink, "changed"),
    "was rewritten": (rewrite, "changed"),
    "got another time": (touch, "changed"),
    "was replaced": (replace, "changed"),
    "was replaced by a lookalike": (replace_by_a_lookalike, "changed"),
    "vanished": (delete, "missing"),
}
HIDDEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "was rewritten and got its time back": (rewrite_and_put_the_time_back, "changed")
}
"""What shows only in a second look at a file whose first look went before."""


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_file_that_is_another_one_when_its_turn_comes_is_not_sent(
    change: tuple[Callable[[Path], None], str], small_world: World
) -> None:
    path = small_world.make("a.jpg", size=50_000)
    async with small_world.engine() as run:
        await added(run, path)
        change[0](path)
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["reason"]["code"], row["sha256"]) == ("failed", change[1], None)
    assert small_world.storage.puts == []


@pytest.mark.parametrize("change", (CHANGES | HIDDEN).values(), ids=CHANGES | HIDDEN)
async def test_a_file_that_changes_while_it_is_sent_is_never_stored(
    change: tuple[Callable[[Path], None], str], small_world: World
) -> None:
    path = small_world.make("a.jpg", size=MANY_BYTES)

    def change_it(_key: str, _attempt: int, _request: RawRequest) -> None:
        change[0](path)

    small_world.storage.fault = change_it
    async with small_world.engine() as run:
        await run.send([path])
        row = run.only()
    assert (row["state"], row["reason"]["code"], row["attempts"]) == ("failed", change[1], 1)
    assert small_world.storage.objects == {}


@pytest.mark.parametrize("touch_it", [lambda path: path.chmod(0o640), lambda path: os.link(path, f"{path}.2")])
async def test_a_file_that_only_got_other_permissions_or_names_while_it_was_sent_is_uploaded(
    touch_it: Callable[[Path], None], small_world: World
) -> None:
    path = small_world.make("a.jpg", size=MANY_BYTES)
    small_world.storage.fault = lambda _key, _attempt, _request: touch_it(path)
    async with small_world.engine() as run:
        await run.send([path])
        row = run.only()
    assert (row["state"], row["attempts"]) == ("uploaded", 1)
    assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_changed_file_is_sent_as_it_is_now_when_a_person_asks_again(small_world: World) -> None:
    path = small_world.make("a.txt", size=5_000)
    async with small_world.engine() as run:
        await added(run, path)
        path.write_bytes(b"quite another report\n")
        await run.to_the_end()
        run.queue.retry_failed()
        await run.idle(2)
        row = run.only()
    assert (row["state"], row["size"], row["may_be_registered_twice"]) == ("uploaded", 21, True)
    assert small_world.storage.objects[f"{ANOMALY}/{row['upload_id']}"].data == b"quite another report\n"
    assert {upload_id for call in small_world.api.calls for upload_id in call.upload_ids} == {row["upload_id"]}


async def test_a_file_that_cannot_be_opened_any_more_is_unreadable(small_world: World) -> None:
    path = small_world.make("a.jpg")
    async with small_world.engine() as run:
        await added(run, path)
        path.chmod(0)
        with as_nobody():
            await run.to_the_end()
        row = run.only()
    assert (row["state"], row["reason"]["code"]) == ("failed", "unreadable")
    assert small_world.storage.puts == []


def pipe_behind_a_link(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a pipe": pipe_behind_a_link,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("become", NO_FILES.values(), ids=NO_FILES)
async def test_what_is_no_file_any_more_is_never_opened(become: Callable[[Path], object], small_world: World) -> None:
    path = small_world.make("a.jpg")
    async with small_world.engine() as run:
        await added(run, path)
        path.unlink()
        become(path)
        await run.to_the_end()
        row = run.only()
    assert (row["state"], row["reason"]["code"]) == ("failed", "not_a_file")
    assert small_world.storage.puts == []


async def test_six_files_on_a_sleeping_share_do_not_hold_up_the_seventh(small_world: World) -> None:
    stuck = [small_world.make(f"share/{n}.jpg", size=5000 + n) for n in range(6)]
    elsewhere = small_world.make("disk/seventh.jpg")
    async with small_world.engine(max_concurrent=6) as run:
        await added(run, *stuck, elsewhere)
        with asleep(*stuck):
            run.queue.scheduler.start()
            await run.in_state(UploadState.UPLOADED, "seventh.jpg")
            assert [run.files()[path.name]["state"] for path in stuck] == ["pending"] * 6
        await run.idle()  # the share woke up
        rows = run.files()
    assert {row["state"] for row in rows.values()} == {"uploaded"}
    assert ({row["attempts"] for row in rows.values()}, len(small_world.storage.objects)) == ({1}, 7)


@pytest.mark.parametrize("place", ["first", "last"])
async def test_six_dropped_files_of_a_sleeping_share_do_not_hold_up_the_seventh(place: str, small_world: World) -> None:
    stuck = [small_world.make(f"share/{n}.jpg", size=5000 + n) for n in range(6)]
    elsewhere = small_world.make("disk/seventh.jpg")
    async with small_world.engine() as run:
        with asleep(*stuck):
            run.queue.scheduler.start()
            run.queue.intake.add_paths([elsewhere, *stuck] if place == "first" else [*stuck, elsewhere], ANOMALY)
            await run.until(lambda: any(told.walking for told in run.all_heard(QueueStatus)))
            await run.in_state(UploadState.UPLOADED, "seventh.jpg")
        await run.until(lambda: len(run.latest) == 7)
        await run.in_state(UploadState.UPLOADED, *(path.name for path in stuck))
    assert len(small_world.storage.objects) == 7


async def test_leaving_does_not_wait_for_a_sleeping_share(small_world: World) -> None:
    stuck = [small_world.make(f"share/{n}.jpg", size=5000 + n) for n in range(6)]
    with asleep(*stuck):
        async with small_world.engine() as run:
            run.queue.scheduler.start()
            run.queue.intake.add_paths(stuck, ANOMALY)
            await run.until(lambda: any(status.walking for status in run.all_heard(QueueStatus)))
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 20.0  # they sleep for 45 s


async def test_leaving_in_the_middle_of_stuck_transfers_takes_less_than_two_seconds(small_world: World) -> None:
    stuck = [small_world.make(f"share/{n}.jpg", size=5000 + n) for n in range(6)]
    elsewhere = small_world.make("disk/seventh.jpg")
    async with small_world.engine() as run:
        await added(run, *stuck, elsewhere)
        with asleep(*stuck):
            run.queue.scheduler.start()
            await run.in_state(UploadState.UPLOADED, "seventh.jpg")
            leaving = time.monotonic()
            run.queue.servers.close()
            await run.gone()
            assert time.monotonic() - leaving < 20.0  # they sleep for 45 s
    rows: Any = run.files()
    assert [rows[path.name]["state"] for path in stuck] == ["pending"] * 6


def test_a_window_s_engine_leaves_in_two_seconds_whatever_is_stuck(small_world: World) -> None:
    stuck = [small_world.make(f"share/{n}.jpg", size=5000 + n) for n in range(6)]
    elsewhere = small_world.make("elsewhere.jpg")
    added = threading.Event()
    thread = EngineThread(small_world.options(), lambda event: added.set() if isinstance(event, UploadsAdded) else None)
    with asleep(*stuck):
        thread.start()
        thread.submit(lambda queue: queue.intake.add_paths([elsewhere, *stuck], ANOMALY))
        assert added.wait(60.0)
        thread.stop(lambda _queue: None)
        for left in [one for one in threading.enumerate() if one.name == "uploader-engine"]:
            left.join(20.0)  # on a busy machine it may still be ending; they sleep for 45 s
            assert not left.is_alive()
