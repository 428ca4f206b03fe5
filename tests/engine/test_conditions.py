"""The watch over the link: offline is told where nothing gets through, not where one server of many is away."""

from __future__ import annotations

from uploader_gui.engine.conditions import Conditions, Connectivity
from uploader_gui.engine.events import Condition
from uploader_gui.engine.net.retry import RetryPolicy

POLICY = RetryPolicy(base=0.01, offline=0.01)


def a_link(conditions: Conditions, gave_up: list[bool], limit: float | None = None) -> Connectivity:
    return Connectivity(conditions, POLICY, limit=limit, gave_up=lambda: gave_up.append(True))


async def test_where_nothing_ever_got_through_the_queue_is_offline() -> None:
    conditions = Conditions(lambda: None)
    link = a_link(conditions, [])
    await link.wait_back(1)
    assert Condition.OFFLINE in conditions
    link.contact()
    assert Condition.OFFLINE not in conditions


async def test_while_other_bytes_move_one_server_that_is_away_makes_nobody_offline() -> None:
    told: list[bool] = []
    conditions = Conditions(lambda: told.append(True))
    link = a_link(conditions, [])
    for tries in range(1, 4):
        link.contact()
        await link.wait_back(tries)
    assert told == []


async def test_the_limit_counts_from_the_first_wait_not_from_the_latest() -> None:
    gave_up: list[bool] = []
    link = a_link(Conditions(lambda: None), gave_up, limit=0.03)
    for tries in range(1, 100):
        await link.wait_back(tries)
        if gave_up:
            return
    raise AssertionError("it waited without end")
