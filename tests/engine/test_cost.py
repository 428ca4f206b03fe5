"""The time left, against lines simulated in virtual time: what was foretold is what it took."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from uploader_gui.engine.pace.cost import LONGEST, CostFit
from uploader_gui.engine.pace.meter import SETTLE, RateMeter

if TYPE_CHECKING:
    from collections.abc import Sequence

MB = 1_000_000
STEP = 0.05
TINY, PHOTO, VIDEO = 20_000, 3 * MB, 60 * MB


class Line:
    """A line of so many bytes per second with a fixed pause before each file's bytes, and several slots."""

    def __init__(self, sizes: Sequence[int], *, rate: float, pause: float, slots: int = 6) -> None:
        self.rate, self.pause = rate, pause
        self.waiting = list(sizes)
        self.slots: list[list[float]] = [[] for _ in range(slots)]
        self.bytes_left, self.files_left = sum(sizes), len(sizes)
        self.now = 1000.0
        self.meter = RateMeter()
        self.foretold: list[tuple[float, float]] = []

    def run(self) -> list[tuple[float, float]]:
        """Send everything; give what was foretold at each moment beside what was then still to come."""
        self.meter.began(self.now)
        while self.files_left:
            self._step()
            told = self.meter.seconds_left(self.now, self.bytes_left, self.files_left)
            if told is not None:
                self.foretold.append((self.now, told))
        return [(told, self.now - then) for then, told in self.foretold if then < self.now]

    def _step(self) -> None:
        self.now += STEP
        for slot in self.slots:
            if not slot and self.waiting:
                slot[:] = [self.pause, float(self.waiting.pop(0))]
        moving = [slot for slot in self.slots if slot and slot[0] <= 0]
        for slot in [slot for slot in self.slots if slot and slot[0] > 0]:
            slot[0] -= STEP
        for slot in moving:
            sent = min(slot[1], self.rate * STEP / len(moving))
            slot[1] -= sent
            self._moved(round(sent), arrived=slot[1] <= 0)
            if slot[1] <= 0:
                slot.clear()

    def _moved(self, sent: int, *, arrived: bool) -> None:
        self.bytes_left = max(0, self.bytes_left - sent)
        self.files_left -= arrived
        self.meter.moved(self.now, sent, int(arrived))


def shuffled(*kinds: tuple[int, int]) -> list[int]:
    sizes = [size for size, count in kinds for _ in range(count)]
    random.Random(7).shuffle(sizes)
    return sizes


@pytest.mark.parametrize(
    ("sizes", "pause"),
    [
        ([TINY] * 1500, 0.2),
        ([PHOTO] * 150, 0.2),
        ([VIDEO] * 12, 0.2),
        (shuffled((TINY, 900), (PHOTO, 60)), 0.3),
        (shuffled((TINY, 400), (PHOTO, 100), (VIDEO, 4)), 0.3),
    ],
    ids=["little files", "photos", "videos", "little files among photos", "everything"],
)
def test_what_is_foretold_is_about_what_it_takes(sizes: list[int], pause: float) -> None:
    told = Line(sizes, rate=5 * MB, pause=pause).run()
    middle = told[len(told) // 4 : 3 * len(told) // 4]
    assert len(middle) > 100
    close = sum(abs(said - took) <= 0.3 * took + 2 for said, took in middle)
    assert close >= 0.9 * len(middle)


@pytest.mark.parametrize(
    ("left", "near"), [([TINY] * 600, 0.2), ([PHOTO] * 100, 0.35)], ids=["little files left", "photos left"]
)
def test_what_is_left_may_be_of_another_kind_than_what_went(left: list[int], near: float) -> None:
    """Half a minute of both kinds tells them apart; bytes alone would foretell a fraction or a multiple."""
    takes = _seconds_for(left)
    told = Line([*shuffled((TINY, 400), (PHOTO, 40)), *left], rate=5 * MB, pause=0.3).run()
    said, took = min(told, key=lambda pair: abs(pair[1] - takes))
    assert said == pytest.approx(took, rel=near)


def _seconds_for(sizes: list[int]) -> float:
    """Run what is left alone."""
    line = Line(sizes, rate=5 * MB, pause=0.3)
    line.run()
    return line.now - 1000.0


def test_nothing_is_foretold_in_the_first_seconds() -> None:
    line = Line([PHOTO] * 50, rate=5 * MB, pause=0.1)
    line.run()
    assert line.foretold[0][0] - 1000.0 >= SETTLE


def test_a_first_huge_file_is_foretold_by_its_bytes() -> None:
    cost = CostFit()
    for _ in range(5):
        cost.observe(1.0, 0, 10 * MB)
    assert cost.seconds_for(1, 100 * MB) == pytest.approx(10)


def test_where_all_files_are_alike_half_of_the_time_is_theirs() -> None:
    cost = CostFit()
    for _ in range(10):
        cost.observe(1.0, 10, MB)
    assert cost.seconds_for(100, 10 * MB) == pytest.approx(10)
    assert cost.seconds_for(1, 10 * MB) == pytest.approx(5, rel=0.1)


def test_nothing_is_known_before_anything_went() -> None:
    cost = CostFit()
    assert cost.seconds_for(1, 1) is None
    cost.observe(1.0, 1, 0)
    assert cost.seconds_for(1, 1) is None


def test_a_standstill_does_not_count_as_cost() -> None:
    cost = CostFit()
    for _ in range(20):
        cost.observe(1.0, 5, MB)
    before = cost.seconds_for(50, 10 * MB)
    assert before is not None
    cost.observe(3600.0, 5, MB)
    assert cost.seconds_for(50, 10 * MB) == pytest.approx(before, abs=10 * LONGEST / 20)


@pytest.mark.parametrize("count", [-5 * MB, 0])
def test_an_attempt_that_begins_again_makes_no_cost_negative(count: int) -> None:
    cost = CostFit()
    cost.observe(1.0, 1, MB)
    cost.observe(1.0, 0, count)
    told = cost.seconds_for(1, MB)
    assert told is not None
    assert told >= 0
