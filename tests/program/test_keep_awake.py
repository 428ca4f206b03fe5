"""A run without a window keeps the machine awake while something is left to send, and lets it sleep when it is over."""

import asyncio
import threading

import pytest

from tests.engine.virtual_time import run_virtually
from tests.program.test_awake import PATIENCE, Platform
from uploader_gui.engine.events import Condition, Event, Progress, QueueIdle, QueueStatus, Totals
from uploader_gui.headless import KEEP_AWAKE_AFTER_SECONDS, KeepAwakeLater
from uploader_gui.platform.keep_awake import KeepAwake

RUNS = QueueStatus(running=True)
HALF_WAY, ALL_DONE = Progress((), Totals(files=4, files_finished=2)), Progress((), Totals(files=4, files_finished=4))


def heard(platform: Platform, *events: Event | float) -> None:
    """Let a keep_awake hear of a run: events, and the seconds between them."""

    async def scene() -> None:
        keep_awake = KeepAwakeLater(KeepAwake(platform.mode))
        for event in events:
            if isinstance(event, float):
                await asyncio.sleep(event)
            else:
                keep_awake.on_event(event)
        keep_awake.close()

    run_virtually(scene())
    for thread in threading.enumerate():
        if thread.name == "uploader-awake":
            thread.join(PATIENCE)


LONG = KEEP_AWAKE_AFTER_SECONDS + 1.0
OFFLINE = QueueStatus(running=True, conditions=frozenset({Condition.OFFLINE}))


@pytest.mark.parametrize(
    "events",
    [
        (RUNS, HALF_WAY, LONG, HALF_WAY, QueueIdle(HALF_WAY.totals)),
        (RUNS, HALF_WAY, LONG, ALL_DONE, LONG),
        (RUNS, HALF_WAY, LONG),
        (HALF_WAY, RUNS, 1.0, OFFLINE, LONG, HALF_WAY),
    ],
    ids=["to its end", "and something to wait for", "interrupted", "offline for a while"],
)
def test_a_long_run_keeps_the_machine_awake_once(events: tuple[Event | float, ...]) -> None:
    platform = Platform()
    heard(platform, *events)
    assert (platform.next(), platform.next()) == ("entered", "left")
    assert platform.told.empty()


@pytest.mark.parametrize(
    "events",
    [
        (RUNS, HALF_WAY, 1.0, QueueIdle(ALL_DONE.totals), LONG),
        (RUNS, HALF_WAY, 1.0, ALL_DONE, LONG),
        (RUNS, HALF_WAY, 1.0),
        (RUNS, LONG),
        (HALF_WAY, LONG),
    ],
    ids=["short", "all is there", "interrupted at once", "nothing found", "never started"],
)
def test_where_nothing_is_sent_for_long_nobody_is_asked(events: tuple[Event | float, ...]) -> None:
    platform = Platform()
    heard(platform, *events)
    assert platform.told.empty()
