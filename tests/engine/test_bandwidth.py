"""The speed limit: all transfers together keep to it, a new one counts at once, and without one nobody waits."""

import asyncio

import pytest

from tests.engine.virtual_time import virtually
from uploader_gui.engine.transfer.limits import SAVED_SECONDS, Bandwidth


async def drawn(bandwidth: Bandwidth, *, pieces: int, count: int) -> None:
    for _ in range(pieces):
        await bandwidth.take(count)


def now() -> float:
    return asyncio.get_running_loop().time()


@virtually
async def test_everybody_together_keeps_to_the_limit() -> None:
    bandwidth = Bandwidth(1000)
    began = now()
    await asyncio.gather(*(drawn(bandwidth, pieces=10, count=100) for _ in range(6)))
    assert now() - began == pytest.approx(6.0 - 0.1 - SAVED_SECONDS, abs=0.01)


@virtually
async def test_without_a_limit_nobody_waits() -> None:
    bandwidth = Bandwidth()
    began = now()
    await drawn(bandwidth, pieces=1000, count=1_000_000)
    assert now() == began
    assert bandwidth.piece(1_000_000) == 1_000_000


@pytest.mark.parametrize("limit", [0, 1_000_000])
@virtually
async def test_another_limit_counts_at_once_also_for_who_is_waiting(limit: float) -> None:
    bandwidth = Bandwidth(1)
    began = now()
    await bandwidth.take(1000)
    waiting = asyncio.create_task(bandwidth.take(1000))
    await asyncio.sleep(3)
    bandwidth.change(limit)
    await waiting
    assert now() - began == pytest.approx(3)


@virtually
async def test_whoever_gives_up_waiting_holds_up_nobody() -> None:
    bandwidth = Bandwidth(100)
    await bandwidth.take(1000)
    began = now()
    gives_up = asyncio.create_task(bandwidth.take(100))
    stays = asyncio.create_task(bandwidth.take(100))
    await asyncio.sleep(1)
    gives_up.cancel()
    await stays
    assert now() - began == pytest.approx(10 - SAVED_SECONDS)


@virtually
async def test_who_asked_first_goes_first() -> None:
    bandwidth = Bandwidth(100)
    order: list[int] = []

    async def take(number: int) -> None:
        await bandwidth.take(100)
        order.append(number)

    await asyncio.gather(*(take(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]


@virtually
async def test_a_pause_saves_up_no_more_than_a_moment() -> None:
    bandwidth = Bandwidth(1000)
    await bandwidth.take(1)
    await asyncio.sleep(60)
    began = now()
    await drawn(bandwidth, pieces=20, count=100)
    assert now() - began == pytest.approx(1.9 - SAVED_SECONDS, abs=0.01)


@pytest.mark.parametrize(("limit", "piece"), [(10_000_000, 1_000_000), (100_000, 10_000), (1, 1024)])
def test_under_a_limit_pieces_are_small(limit: float, piece: int) -> None:
    assert Bandwidth(limit).piece(1_048_576) == piece
