"""What counts as dead: nothing that moves a byte now and then, however slowly, and soon everything else."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.engine.virtual_time import run_virtually
from uploader_gui.engine.errors import Stalled
from uploader_gui.engine.net.stall_watchdog import (
    ANSWER_SECONDS,
    LOOKS,
    SEND_BUFFER,
    STALL_SECONDS,
    ConnectionActivity,
    StallTimeouts,
    Watchdog,
    watched,
)

PIECE = 256 * 1024
LOOK_SECONDS = STALL_SECONDS / LOOKS
FOR_EVER = 1_000_000.0


class FakeLine:
    def __init__(self, waiting: int | None = 0) -> None:
        self.moved = 0
        self.waiting = waiting

    async def drain(self, count: int, *, every: float) -> None:
        for _ in range(count):
            await asyncio.sleep(every)
            assert self.waiting is not None
            self.waiting -= 1


def now() -> float:
    return asyncio.get_running_loop().time()


def died_after(scene: Callable[[Watchdog], Awaitable[object]], line: FakeLine | None) -> float:
    """Return when a watched scene was found dead, in seconds from its beginning; after it nothing moves any more."""

    async def play_and_stand_still() -> None:
        async with watched(StallTimeouts(), ConnectionActivity(line), lambda: None) as watchdog:
            await scene(watchdog)
            await asyncio.sleep(FOR_EVER)

    async def play() -> float:
        began = now()
        with pytest.raises(Stalled):
            await play_and_stand_still()
        return now() - began

    return run_virtually(play())


def test_a_piece_that_takes_hours_is_left_alone_while_single_bytes_are_confirmed() -> None:
    line = FakeLine(waiting=PIECE)

    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(PIECE)
        await line.drain(1000, every=29.0)

    assert died_after(scene, line) == pytest.approx(29_000 + STALL_SECONDS, abs=LOOK_SECONDS)


def test_bytes_the_system_takes_count_too() -> None:
    line = FakeLine(waiting=None)

    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(PIECE)
        for _ in range(10):
            await asyncio.sleep(29.0)
            line.moved += 1

    assert died_after(scene, line) == pytest.approx(290 + STALL_SECONDS, abs=LOOK_SECONDS)


@pytest.mark.parametrize("line", [FakeLine(), FakeLine(waiting=PIECE), FakeLine(waiting=None), None])
def test_a_line_on_which_nothing_moves_is_dead_after_thirty_seconds(line: FakeLine | None) -> None:
    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(PIECE)

    assert died_after(scene, line) == pytest.approx(STALL_SECONDS, abs=LOOK_SECONDS)


def test_a_disk_may_take_its_time_also_while_the_line_drains() -> None:
    line = FakeLine(waiting=PIECE)

    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(PIECE)
        watchdog.rest()
        await line.drain(5, every=1.0)
        await asyncio.sleep(3600.0)
        watchdog.sending(PIECE)

    assert died_after(scene, line) == pytest.approx(3605 + STALL_SECONDS, abs=LOOK_SECONDS)


@pytest.mark.parametrize(
    ("confirmed", "every", "patience"), [(100, 20.0, ANSWER_SECONDS), (10, 1.0, STALL_SECONDS)], ids=["all", "a part"]
)
def test_the_storage_may_think_from_when_the_last_byte_is_confirmed_and_not_before(
    confirmed: int, every: float, patience: float
) -> None:
    line = FakeLine(waiting=100)

    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(100)
        watchdog.all_given()
        await line.drain(confirmed, every=every)

    assert died_after(scene, line) == pytest.approx(confirmed * every + patience, abs=LOOK_SECONDS)


def test_an_answer_that_drips_has_an_end() -> None:
    line = FakeLine()

    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(100)
        watchdog.all_given()
        while True:
            await asyncio.sleep(5.0)
            line.moved += 1

    assert died_after(scene, line) == pytest.approx(ANSWER_SECONDS, abs=LOOK_SECONDS)


def test_a_byte_that_moves_while_a_dead_line_is_given_up_changes_nothing() -> None:
    line = FakeLine()

    async def scene(watchdog: Watchdog) -> None:
        watchdog.sending(PIECE)
        try:
            await asyncio.sleep(FOR_EVER)
        finally:
            line.moved += 1
            await asyncio.sleep(2 * LOOK_SECONDS)

    assert died_after(scene, line) == pytest.approx(STALL_SECONDS, abs=3 * LOOK_SECONDS)


@pytest.mark.parametrize(
    ("count", "longer"),
    [(8, 0.0), (72, SEND_BUFFER / 4096.0 * 72 / 64), (3000, SEND_BUFFER / 4096.0)],
    ids=["nothing known of its pace", "a little known", "all known"],
)
def test_where_nobody_tells_what_is_kept_a_slow_line_has_longer_for_its_last_bytes(count: int, longer: float) -> None:
    """What the system may keep is left out of the pace: it was taken at once."""
    ended = 0.0

    async def scene(watchdog: Watchdog) -> None:
        nonlocal ended
        for _ in range(count):
            watchdog.sending(64 * 1024)
            await asyncio.sleep(16.0)
        watchdog.all_given()
        ended = now()

    assert died_after(scene, None) - ended == pytest.approx(ANSWER_SECONDS + longer, rel=0.01)


def test_whoever_asks_hears_that_bytes_move() -> None:
    line, heard = FakeLine(waiting=3), 0

    def hear() -> None:
        nonlocal heard
        heard += 1

    async def scene() -> None:
        async with watched(StallTimeouts(), ConnectionActivity(line), hear) as watchdog:
            watchdog.sending(3)
            await line.drain(3, every=10.0)
            await asyncio.sleep(10.0)

    run_virtually(scene())
    assert heard == 3
