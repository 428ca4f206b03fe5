"""An hour of transfers that come, sleep, fail and leave at random: no slot is lost, none doubled."""

import asyncio
import random

import pytest

from tests.engine.virtual_time import run_virtually
from uploader_gui.engine.transfer.limits import Slots


async def transfer(slots: Slots, chance: random.Random, running: list[int]) -> None:
    async with slots.slot():
        running[0] += 1
        try:
            await asyncio.sleep(chance.random())
            if chance.random() < 0.3:
                running[0] -= 1
                try:
                    async with slots.lent():
                        await asyncio.sleep(chance.random() * 3)
                finally:
                    running[0] += 1
            await asyncio.sleep(chance.random())
        finally:
            running[0] -= 1


async def busy_hour(seed: int) -> None:
    chance = random.Random(seed)
    width = chance.randint(1, 6)
    slots, running = Slots(width), [0]
    tasks = [asyncio.create_task(transfer(slots, chance, running)) for _ in range(30)]
    for _ in range(60):
        match chance.randrange(6):
            case 0:
                chance.choice(tasks).cancel()
            case 1:
                slots.slow_down(chance.choice((0.0, 0.5, 3.0)))
            case 2:
                slots.arrived()
            case 3:
                width = chance.randint(1, 6)
                slots.resize(width)
            case _:
                tasks.append(asyncio.create_task(transfer(slots, chance, running)))
        await asyncio.sleep(chance.random() / 3)
        assert running[0] <= 6
        assert 0 <= slots.free <= width
    async with asyncio.timeout(1_000):
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(10)
    for _ in range(width):
        slots.arrived()
    assert running == [0]
    assert (slots.free, slots.slowed) == (width, False)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_happens_no_slot_is_lost_or_doubled(seed: int) -> None:
    run_virtually(busy_hour(seed))
