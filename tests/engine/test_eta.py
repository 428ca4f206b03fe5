"""The time left, against lines simulated in virtual time: what was foretold is what it took."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from uploader_gui.engine.transfer.rate_meter import LONGEST_PAUSE, SETTLE, Cost, RateMeter, SharedTime, Sums, fitted

MB = 1_000_000
STEP = 0.05
BEGIN = 1000.0
TINY, PHOTO, VIDEO = 20_000, 3 * MB, 60 * MB


class Line:
    """A line of `rate` bytes per second with a pause before and after each file's bytes, and several slots."""

    def __init__(self, sizes: Sequence[int], *, rate: float, pause: float, slots: int = 6) -> None:
        self.rate, self.pause = rate, pause
        self.waiting = list(sizes)
        self.slots: list[Sending | None] = [None] * slots
        self.bytes_left, self.files_left = float(sum(sizes)), len(sizes)
        self.now = BEGIN
        self.meter = RateMeter()
        self.told: list[tuple[float, float | None]] = []

    def run(self) -> Foretold:
        while self.files_left:
            self._step()
            left = self.meter.seconds_left(self.now, round(self.bytes_left), self.files_left, call_seconds=0.15)
            self.told.append((self.now, left))
        return Foretold([(then - BEGIN, told, self.now - then) for then, told in self.told])

    def _step(self) -> None:
        self.now += STEP
        for at, sending in enumerate(self.slots):
            if sending is None and self.waiting:
                begun = self.slots[at] = Sending(self.pause / 2, float(self.waiting.pop(0)), self.pause / 2)
                self.meter.began(self.now, begun)
            elif sending is not None and self._rests(sending):
                self.slots[at] = None
        moving = [one for one in self.slots if one and one.before <= 0 and one.left > 0]
        for sending in moving:
            sent = min(sending.left, self.rate * STEP / len(moving))
            sending.left -= sent
            self.bytes_left -= sent
            self.meter.moved(self.now, sending, round(sent))

    def _rests(self, sending: Sending) -> bool:
        """Let time pass where no byte moves; tell whether it has arrived."""
        if sending.before > 0:
            sending.before -= STEP
        elif sending.left <= 0:
            sending.after -= STEP
            if sending.after <= 0:
                self.files_left -= 1
                self.meter.ended(self.now, sending, arrived=True)
                return True
        return False


@dataclass(eq=False, slots=True)
class Sending:
    """One file on the line: seconds before its bytes, bytes left, seconds until the answer."""

    before: float
    left: float
    after: float


@dataclass(frozen=True, slots=True)
class Foretold:
    """At each moment: the seconds gone, those foretold (None where nothing was), and those it then took."""

    moments: list[tuple[float, float | None, float]]

    def close(self, share: float, *, begin: float = 0.25, end: float = 0.75) -> float:
        whole = self.moments[-1][0]
        told = [(said, took) for gone, said, took in self.moments if begin * whole <= gone <= end * whole]
        assert len(told) > 50
        return sum(said is not None and abs(said - took) <= share * took + 2 for said, took in told) / len(told)

    def before(self, seconds_to_the_end: float) -> float | None:
        """Return what was told when it took that long."""
        return min(self.moments, key=lambda one: abs(one[2] - seconds_to_the_end))[1]


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
        ([PHOTO] * 60 + [5 * VIDEO], 0.2),
    ],
    ids=["little files", "photos", "videos", "little files among photos", "everything", "one huge file at the end"],
)
def test_what_is_foretold_is_about_what_it_takes(sizes: list[int], pause: float) -> None:
    assert Line(sizes, rate=5 * MB, pause=pause).run().close(0.3) >= 0.9


@pytest.mark.parametrize(
    ("left", "near"), [([TINY] * 600, 0.2), ([PHOTO] * 100, 0.4)], ids=["little files left", "photos left"]
)
def test_what_is_left_may_be_of_another_kind_than_what_went(left: list[int], near: float) -> None:
    """Half a minute of both kinds tells them apart; bytes alone would foretell a fraction or a multiple."""
    takes = _seconds_for(left, rate=5 * MB, pause=0.3)
    told = Line([*shuffled((TINY, 400), (PHOTO, 40)), *left], rate=5 * MB, pause=0.3).run()
    assert told.before(takes) == pytest.approx(takes, rel=near)


def _seconds_for(sizes: list[int], *, rate: int, pause: float) -> float:
    line = Line(sizes, rate=rate, pause=pause)
    line.run()
    return line.now - BEGIN


@pytest.mark.parametrize("rate", [5 * MB, 50 * MB])
def test_little_files_after_large_ones_take_their_own_time(rate: int) -> None:
    """Large files alone do not tell what a file costs: until then it is what a call to the service takes."""
    videos = [VIDEO] * (8 if rate == 5 * MB else 40)
    told = Line([*videos, *[TINY] * 1000], rate=rate, pause=0.2).run()
    assert told.close(0.45, begin=0.1, end=0.5) >= 0.9


@pytest.mark.parametrize(("large", "rate"), [(PHOTO, 5 * MB), (VIDEO, 5 * MB), (VIDEO, 50 * MB)])
def test_little_files_tell_nothing_of_large_ones_until_some_of_them_are_on_their_way(large: int, rate: int) -> None:
    """What little files took used to be told for the large ones too: up to fifty times as long as it took."""
    sizes = [TINY] * 1000 + [large] * 40
    told = Line(sizes, rate=rate, pause=0.2).run()
    takes = _seconds_for(sizes[1000:], rate=rate, pause=0.2)
    early = [said for _, said, took in told.moments if took > takes + 5]
    assert len(early) > 100
    assert set(early) == {None}
    assert all(said is None or said <= 2 * took + 5 for _, said, took in told.moments)
    assert told.before(0.75 * takes) == pytest.approx(0.75 * takes, rel=0.35)


def test_a_line_known_from_before_a_rest_tells_of_large_files_from_the_first_seconds() -> None:
    first = Line([PHOTO] * 20, rate=5 * MB, pause=0.2)
    first.run()
    first.meter.rest()
    second = Line([TINY] * 1000 + [PHOTO] * 60, rate=5 * MB, pause=0.2)
    second.meter, second.now = first.meter, first.now + 3600
    begun = second.now
    second.run()
    told = [(said, second.now - then) for then, said in second.told if begun + 5 < then < begun + 30]
    assert len(told) > 100
    assert all(said == pytest.approx(took, rel=0.4) for said, took in told)


def test_nothing_is_foretold_in_the_first_seconds() -> None:
    told = Line([PHOTO] * 50, rate=5 * MB, pause=0.1).run()
    assert all(said is None for gone, said, _ in told.moments if gone < SETTLE)
    assert all(said is not None for gone, said, _ in told.moments if gone > SETTLE + 2 * STEP)


def fitted_to(sums: Sums, usual: float) -> Cost:
    cost = fitted(sums, usual)
    assert cost is not None
    return cost


def test_files_of_two_kinds_tell_what_a_file_and_what_a_byte_costs_and_a_huge_one_of_its_bytes() -> None:
    assert fitted(Sums(), 1.0) is fitted(Sums().plus(1.0, 0), 1.0) is None  # nothing is known before any byte went
    assert fitted_to(Sums().plus(5.0, 50 * MB), 0.1).of(1, 100 * MB) == pytest.approx(10, rel=0.05)
    sums = Sums()
    for _ in range(50):
        sums = sums.plus(0.1 + 0.02, TINY).plus(0.1 + 3.0, PHOTO)
    assert fitted_to(sums, 5.0) == pytest.approx((0.1, 1e-6), rel=0.05)


def test_where_all_files_are_alike_at_least_half_of_the_time_is_their_bytes() -> None:
    sums = Sums()
    for _ in range(200):
        sums = sums.plus(0.1, TINY)
    for usual, per_file in ((0.02, 0.02), (5.0, 0.05)):
        cost = fitted_to(sums, usual)
        assert cost.per_file == pytest.approx(per_file, rel=0.05)
        assert cost.of(1, TINY) == pytest.approx(0.1, rel=0.01)


def test_no_cost_is_ever_negative_and_what_was_seen_fades() -> None:
    for rows in (((9.0, TINY), (0.1, PHOTO)), ((0.0, TINY), (9.0, PHOTO)), ((0.0, 1), (0.0, PHOTO))):
        sums = Sums()
        for row in rows * 20:
            sums = sums.plus(*row)
        assert min(fitted_to(sums, 0.0)) >= 0
    old = Sums()
    for _ in range(100):
        old = old.plus(10.0, PHOTO)
    cost = fitted_to(old.faded(0.001).plus(1.0, PHOTO), 0.0)
    assert cost.of(1, PHOTO) == pytest.approx(1.8, rel=0.05)


def test_transfers_share_the_time_and_a_pause_belongs_to_the_one_that_was_waited_for() -> None:
    time = SharedTime()
    time.begin(100.0, "a")
    time.begin(101.0, "b")
    assert time.so_far(103.0) == {"a": 2.0, "b": 1.0}
    assert (time.end(103.0, "a"), time.end(104.0, "b")) == (2.0, 2.0)
    time.begin(106.0, "c")
    time.begin(106.0, "d")
    assert time.so_far(108.0) == {"c": 3.0, "d": 1.0}
    still = SharedTime()
    still.begin(100.0, "a")
    still.go_on(101.0)
    assert still.so_far(4000.0) == {"a": 1.0 + LONGEST_PAUSE}  # a standstill counts for a moment only
    assert still.end(4000.0, "a") == 1.0 + LONGEST_PAUSE
