"""Rates over the last seconds, by a clock the test hands in."""

import time
from types import SimpleNamespace
from typing import cast

import pytest

from tests.engine.values import an_upload
from uploader_gui.engine.context import EngineContext
from uploader_gui.engine.outages import CircuitBreaker
from uploader_gui.engine.transfer.rate_meter import STILL, WINDOW, RateMeter
from uploader_gui.engine.transfer.transfer import AttemptLog


def steady(meter: RateMeter, seconds: float, *, rate: int, files_every: float = 0.0, begin: float = 100.0) -> float:
    """Move `rate` bytes a second in steps of 50 ms; give the time at the end."""
    steps, arrived = round(seconds / 0.05), 0
    meter.began(begin, "file")
    for step in range(1, steps + 1):
        now = begin + step * 0.05
        due = int((now - begin) / files_every + 1e-9) if files_every else 0
        meter.moved(now, "file", rate // 20)
        if due > arrived:
            meter.ended(now, "file", arrived=True)
            meter.began(now, "file")
        arrived = due
    return begin + seconds


def test_nothing_is_known_before_anything_moves() -> None:
    meter = RateMeter()
    assert (meter.rates(5.0), meter.seconds_left(5.0, 10, 1)) == ((0.0, 0.0), None)
    meter.began(100.0, "file")
    assert meter.seconds_left(110.0, 5, 1) is None


@pytest.mark.parametrize("seconds", [1.0, 4.0, 20.0, 120.0])
def test_a_steady_flow_is_told_as_it_is(seconds: float) -> None:
    meter = RateMeter()
    now = steady(meter, seconds, rate=1_000_000, files_every=0.25)
    bytes_rate, files_rate = meter.rates(now)
    assert bytes_rate == pytest.approx(1_000_000, rel=0.05)
    assert files_rate == pytest.approx(4, rel=0.1)


def test_only_the_last_seconds_count_and_the_rate_falls_when_nothing_moves_any_more() -> None:
    meter = RateMeter()
    now = steady(meter, 60, rate=10_000_000)
    now = steady(meter, WINDOW + 0.2, rate=1_000_000, begin=now)
    assert meter.rates(now)[0] == pytest.approx(1_000_000, rel=0.1)
    assert meter.rates(now + 5)[0] <= 100_000
    assert meter.rates(now + 60)[0] <= 2_000


def test_the_speed_shown_falls_to_nothing_within_three_seconds_and_the_time_left_goes_with_it() -> None:
    meter = RateMeter()
    now = steady(meter, 10, rate=1_000_000)
    assert meter.speed(now) == pytest.approx(1_000_000, rel=0.05)
    assert meter.seconds_left(now, 10_000_000, 1) is not None
    assert (meter.speed(now + 3), meter.seconds_left(now + 3, 10_000_000, 1)) == (0.0, None)


def test_an_attempt_that_begins_again_never_makes_a_rate_negative() -> None:
    meter = RateMeter()
    meter.began(1.0, "file")
    meter.moved(1.2, "file", 5_000_000)
    meter.moved(1.5, "file", -5_000_000)
    assert meter.rates(2.0) == (0.0, 0.0)


def test_after_a_rest_the_old_pace_is_forgotten() -> None:
    meter = RateMeter()
    now = steady(meter, 10, rate=10_000_000, files_every=1)
    meter.rest()
    assert meter.rates(now) == (0.0, 0.0)
    now = steady(meter, 2, rate=1_000_000, begin=now + 3600)
    assert meter.rates(now)[0] == pytest.approx(1_000_000, rel=0.05)


def test_files_count_beside_their_bytes_in_the_time_left() -> None:
    meter = RateMeter()
    now = steady(meter, 10, rate=1_000_000, files_every=0.5)
    assert meter.seconds_left(now, 10_000_000, 20) == pytest.approx(10, rel=0.15)
    many, few = (meter.seconds_left(now, 100_000, files, call_seconds=0.2) for files in (200, 2))
    assert many is not None
    assert few is not None
    assert many > 20 * few
    assert meter.seconds_left(now, 0, 0) == 0


def test_the_speed_of_one_file_is_calm_and_falls_to_nothing_when_it_stands_still() -> None:
    nothing = SimpleNamespace(note_activity=lambda: None, touch=lambda: None, retry=None)
    parts = SimpleNamespace(store=None, slots=None, meter=RateMeter(), connectivity=nothing, events=nothing)
    parts.resources = nothing
    attempts = AttemptLog(cast(EngineContext, parts), an_upload(), cast(CircuitBreaker, None))
    told = []
    for now, count in ((10.0, 1000), (20.0, 3000), (20.04, 500), (30.0, 1500)):
        attempts.moved(count)
        told.append(attempts.progress(now).speed)
    assert told == pytest.approx([100.0, 160.0, 160.0, 172.0])
    attempts.start_over()
    assert attempts.progress(40.0).speed == pytest.approx(0.7 * 172.0)
    assert attempts.progress(time.monotonic() + STILL).speed == 0.0
