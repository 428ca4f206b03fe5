"""Offline is told where nothing gets through, not where one server of many cannot be reached."""

from tests.engine.fake_scheduler import FakeScheduler
from uploader_gui.engine.errors import Code, Offline
from uploader_gui.engine.events import Condition
from uploader_gui.engine.net.retry import RetryPolicy
from uploader_gui.engine.outages import Conditions, Connectivity

POLICY = RetryPolicy(base=0.01, offline=0.01)


def a_connectivity(
    conditions: Conditions, scheduler: FakeScheduler | None = None, limit: float | None = None
) -> Connectivity:
    return Connectivity(conditions, (scheduler or FakeScheduler()).real, POLICY, limit)


async def test_where_nothing_ever_got_through_the_queue_is_offline() -> None:
    conditions = Conditions(lambda: None)
    connectivity = a_connectivity(conditions)
    await connectivity.wait_back(1, Offline())
    assert Condition.OFFLINE in conditions
    connectivity.note_activity()
    assert Condition.OFFLINE not in conditions


async def test_while_other_bytes_move_one_server_that_is_away_makes_nobody_offline() -> None:
    told: list[bool] = []
    conditions = Conditions(lambda: told.append(True))
    connectivity = a_connectivity(conditions)
    for tries in range(1, 4):
        connectivity.note_activity()
        await connectivity.wait_back(tries, Offline())
    assert told == []


async def test_the_limit_counts_from_the_first_wait_not_from_the_latest() -> None:
    scheduler = FakeScheduler()
    connectivity = a_connectivity(Conditions(lambda: None), scheduler, limit=0.03)
    for tries in range(1, 100):
        await connectivity.wait_back(tries, Offline())
        if scheduler.gave_up:
            assert scheduler.gave_up == [Code.OFFLINE]
            return
    raise AssertionError("it waited without end")
