"""Slots: first come, first served; slower together when the storage asks; none lost and none doubled."""

import asyncio

import pytest

from tests.engine.virtual_time import virtually
from uploader_gui.engine.transfer.limits import MAX_LENT, Slots


class Crowd:
    """Transfers that hold a slot until they are let go, and a book of who holds one when."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.holding: list[int] = []
        self.history: list[int] = []
        self.most = 0
        self._leave: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def come(self, *names: int) -> None:
        for name in names:
            self._leave[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._hold(name))
        await settled()

    async def go(self, *names: int) -> None:
        for name in names:
            self._leave[name].set()
        await settled()

    async def cancel(self, *names: int) -> None:
        for name in names:
            self._tasks[name].cancel()
        await settled()

    async def all_go(self) -> None:
        await self.go(*self._leave)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _hold(self, name: int) -> None:
        async with self.slots.slot():
            self.holding.append(name)
            self.history.append(name)
            self.most = max(self.most, len(self.holding))
            try:
                await self._leave[name].wait()
            finally:
                self.holding.remove(name)


async def settled() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


async def test_so_many_run_at_once_and_the_others_in_their_order() -> None:
    crowd = Crowd(Slots(2))
    await crowd.come(1, 2, 3, 4)
    assert (crowd.holding, crowd.slots.free) == ([1, 2], 0)
    await crowd.go(2)
    await asyncio.gather(crowd.go(1), crowd.come(5))
    assert crowd.holding == [3, 4]
    await crowd.all_go()
    assert crowd.history == [1, 2, 3, 4, 5]
    assert (crowd.most, crowd.slots.free) == (2, 2)


async def test_who_waits_counts_against_the_free_slots() -> None:
    slots = Slots(2)
    crowd = Crowd(slots)
    await crowd.come(1, 2, 3)
    assert slots.free == 0
    slots.resize(4)
    await settled()
    assert (crowd.holding, slots.free) == ([1, 2, 3], 1)
    await crowd.all_go()


async def test_a_cancelled_one_gives_its_slot_or_its_place_back() -> None:
    crowd = Crowd(Slots(1))
    await crowd.come(1, 2, 3)
    await crowd.cancel(2)
    await crowd.cancel(1)
    assert crowd.holding == [3]
    await crowd.all_go()
    assert (crowd.history, crowd.slots.free) == ([1, 3], 1)


async def test_one_cancelled_in_the_moment_it_is_given_a_slot_passes_it_on() -> None:
    slots, leave = Slots(1), asyncio.Event()

    async def hold() -> None:
        async with slots.slot():
            await leave.wait()

    async def hold_and_cancel_the_next() -> None:
        async with slots.slot():
            await settled()
        second.cancel()  # the slot is its already, and it has not run since

    first = asyncio.create_task(hold_and_cancel_the_next())
    second, third = asyncio.create_task(hold()), asyncio.create_task(hold())
    await first
    await settled()
    assert (second.cancelled(), third.done(), slots.free) == (True, False, 0)
    leave.set()
    await third
    assert slots.free == 1


async def test_the_width_can_be_changed_while_they_run() -> None:
    crowd = Crowd(Slots(1))
    await crowd.come(1, 2, 3, 4)
    crowd.slots.resize(3)
    await settled()
    assert crowd.holding == [1, 2, 3]
    crowd.slots.resize(1)
    await crowd.go(1)
    assert crowd.holding == [2, 3]
    await crowd.go(2, 3)
    assert crowd.holding == [4]
    await crowd.all_go()


@virtually
async def test_slowing_down_halves_the_width_and_begins_nothing_until_rested() -> None:
    crowd = Crowd(Slots(6))
    await crowd.come(*range(7))
    crowd.slots.slow_down(10.0)
    assert (crowd.slots.slowed, crowd.slots.free) == (True, 0)
    await crowd.go(0, 1, 2, 3, 4)
    await crowd.come(7, 8)
    assert crowd.holding == [5]
    await asyncio.sleep(9.9)
    assert crowd.holding == [5]
    await asyncio.sleep(0.2)
    assert crowd.holding == [5, 6, 7]
    await crowd.all_go()
    for _ in range(5):
        crowd.slots.slow_down(1.0)
        await asyncio.sleep(2)
    assert crowd.slots.free == 1


@virtually
async def test_refused_together_counts_once_and_rests_as_long_as_the_longest() -> None:
    crowd = Crowd(Slots(8))
    await crowd.come(*range(16))
    for rest in (0.4, 3.0, 0.1, 60.0, 2.0):
        crowd.slots.slow_down(rest)
    await crowd.go(*range(8))
    await asyncio.sleep(59.9)
    assert crowd.holding == []
    await asyncio.sleep(0.2)
    assert crowd.holding == [8, 9, 10, 11]
    crowd.slots.slow_down(1.0)
    await crowd.go(8, 9, 10, 11)
    await asyncio.sleep(1.1)
    assert crowd.holding == [12, 13]
    await crowd.all_go()


@virtually
async def test_each_file_that_arrives_gives_a_slot_back_up_to_the_setting() -> None:
    crowd = Crowd(Slots(4))
    await crowd.come(*range(8))
    crowd.slots.slow_down(1.0)
    await asyncio.sleep(1.1)
    for arrived in range(5):
        crowd.slots.arrived()
        assert crowd.slots.slowed == (arrived == 0)
    await crowd.go(0, 1, 2, 3)
    assert crowd.holding == [4, 5, 6, 7]
    await crowd.all_go()
    assert (crowd.most, crowd.slots.free) == (4, 4)


async def holding_back(
    slots: Slots, *wanted: tuple[int, int]
) -> tuple[list[tuple[int, int]], list[asyncio.Task[None]]]:
    """Let these (tries, size) come while the slots are held; return who has begun, and their tasks."""
    begun: list[tuple[int, int]] = []

    async def one(order: tuple[int, int]) -> None:
        async with slots.slot(order):
            begun.append(order)
            await asyncio.Event().wait()

    slots.hold()
    tasks = [asyncio.create_task(one(order)) for order in wanted]
    await settled()
    return begun, tasks


async def test_while_held_only_who_is_let_in_begins_the_smallest_first() -> None:
    slots = Slots(2)
    begun, tasks = await holding_back(slots, (0, 30), (0, 10), (0, 20), (0, 40))
    assert (begun, slots.free) == ([], 0)
    assert [slots.let_one_in() for _ in range(3)] == [True, True, False]  # there are two slots
    await settled()
    assert begun == [(0, 10), (0, 20)]
    tasks[1].cancel()
    await settled()
    assert begun == [(0, 10), (0, 20)]
    slots.let_go()
    await settled()
    assert begun == [(0, 10), (0, 20), (0, 30)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    slots.hold()
    assert (slots.let_one_in(), slots.free) == (False, 0)


async def test_of_three_let_in_one_was_tried_seldom_and_two_often() -> None:
    slots = Slots(7)
    begun, tasks = await holding_back(slots, *((tries, 8) for tries in range(7)))
    while slots.let_one_in():
        slots.hold()  # each that fails says so again
        await settled()
    assert [tries for tries, _ in begun] == [0, 6, 5, 1, 4, 3, 2]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_slot_that_was_lent_comes_back_also_while_no_other_is_given() -> None:
    slots, back = Slots(1), asyncio.Event()

    async def lender() -> None:
        async with slots.slot():
            async with slots.lent():
                slots.hold()
            back.set()

    await asyncio.wait_for(lender(), 10)
    assert back.is_set()


async def test_a_lent_slot_serves_others_and_comes_back() -> None:
    slots, wake, woken = Slots(1), asyncio.Event(), asyncio.Event()

    async def sleeper() -> None:
        async with slots.slot():
            async with slots.lent():
                await wake.wait()
            woken.set()

    asleep, crowd = asyncio.create_task(sleeper()), Crowd(slots)
    await settled()
    await crowd.come(1)
    assert crowd.holding == [1]
    wake.set()
    await settled()
    assert not woken.is_set()  # it waits for a slot as everybody does
    await crowd.go(1)
    assert woken.is_set()
    await asleep
    assert slots.free == 1


async def asleep_in(slots: Slots, wake: asyncio.Event, count: int = 1) -> list[asyncio.Task[None]]:
    """Let this many take a slot and lend it, one after the other, until they are woken."""

    async def sleeper() -> None:
        async with slots.slot(), slots.lent():
            await wake.wait()

    asleep = [asyncio.create_task(sleeper()) for _ in range(count)]
    await settled()
    await settled()
    return asleep


async def test_only_so_many_slots_are_lent() -> None:
    slots, wake = Slots(1), asyncio.Event()
    for _ in range(2):
        asleep = await asleep_in(slots, wake, MAX_LENT)
        assert slots.free == 1
        asleep += await asleep_in(slots, wake, 2)
        assert slots.free == 0
        wake.set()
        await asyncio.gather(*asleep)
        assert slots.free == 1
        wake.clear()


@pytest.mark.parametrize("moment", ["asleep", "coming back"])
async def test_one_cancelled_while_its_slot_is_lent_ends_at_once_and_leaves_the_count_right(moment: str) -> None:
    slots, wake = Slots(1), asyncio.Event()
    (asleep,) = await asleep_in(slots, wake)
    crowd = Crowd(slots)
    await crowd.come(1, 2)
    if moment == "coming back":
        wake.set()
        await settled()
    asleep.cancel()
    await settled()
    assert asleep.cancelled()
    await crowd.all_go()
    assert slots.free == 1
