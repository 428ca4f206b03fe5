"""The server's time is learnt from its answers; nonsense teaches nothing."""

import time
from dataclasses import replace
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.values import a_put
from uploader_gui.engine.net.server_clock import ServerClock, http_date

NOW = 1_741_768_200.0
DATE = "Wed, 12 Mar 2025 08:30:00 GMT"


class WallClock:
    """Our own clock, as a test sets it."""

    def __init__(self, seconds: float = NOW) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def told(wall: WallClock, date: str | None = DATE) -> ServerClock:
    """Make a clock that has heard what a server says."""
    clock = ServerClock(wall)
    clock.observe(date)
    return clock


@pytest.fixture
def in_paris(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_before_any_answer_it_is_our_own_clock() -> None:
    assert ServerClock(WallClock()).now() == NOW


@pytest.mark.parametrize("wrong", [-86_400.0, -3600.0, -3.0, 3.0, 3600.0, 86_400.0 * 365])
def test_a_clock_that_is_off_is_corrected(wrong: float) -> None:
    assert told(WallClock(NOW + wrong)).now() == pytest.approx(NOW, abs=1)


@pytest.mark.parametrize("wrong", [-1.4, -0.5, 0.0, 0.9, 2.4])
def test_a_difference_as_coarse_as_the_header_is_none(wrong: float) -> None:
    assert told(WallClock(NOW + wrong)).now() == NOW + wrong


def test_a_clock_put_right_is_believed_again_and_an_hour_asleep_is_an_hour() -> None:
    clock = told(wall := WallClock(NOW + 3600))
    wall.seconds = NOW + 10
    clock.observe("Wed, 12 Mar 2025 08:30:10 GMT")
    assert clock.now() == NOW + 10
    wall.seconds += 3600
    assert clock.now() == NOW + 3610


def test_its_error_is_known_once_a_server_told_the_time() -> None:
    wall = WallClock(NOW + 3600)
    assert ServerClock(wall).error is None
    clock = told(wall, "nonsense")
    assert clock.error is None
    clock.observe(DATE)
    assert clock.error in {3599, 3600}
    wall.seconds = NOW + 1
    clock.observe(DATE)
    assert clock.error == 0


NONSENSE = [
    None, "", " ", "now", "12345", "Wed, 99 Mar 2025 08:30:00 GMT", "Wed, 12 Foo 2025 08:30:00 GMT", "\0", "é" * 50,
    "Wed, 12 Mar 2025 25:61:61 GMT", "Wed, 12 Mar 99999999999999 08:30:00 GMT", "Wed, 12 Mar 2025 08:30:00 +99999999",
    ",,,", "Wed, 12 Mar 2025", "2025-03-12T08:30:00Z",
]  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_changes_nothing(nonsense: str | None) -> None:
    clock = told(WallClock(NOW + 3600))
    clock.observe(nonsense)
    assert clock.now() == pytest.approx(NOW, abs=1)


@pytest.mark.parametrize(
    "date", [DATE, "Wednesday, 12-Mar-25 08:30:00 GMT", "Wed Mar 12 08:30:00 2025", "Wed, 12 Mar 2025 08:30:00 -0000"]
)
def test_all_three_forms_of_an_http_date_mean_universal_time(in_paris: None, date: str) -> None:
    assert http_date(date) == NOW


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0), (" 3 ", 3.0), ("0", 0.0), ("9" * 100, 999_999_999.0), ("1.5", None), ("-1", None), ("²", None),
        ("١٢", None), ("soon", None), ("", None), (None, None),
        ("Wed, 12 Mar 2025 08:31:00 GMT", 60.0), ("Wed, 12 Mar 2025 08:29:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_from_now(said: str | None, seconds: float | None) -> None:
    assert ServerClock(WallClock()).until(said) == seconds


def test_retry_after_as_a_date_is_by_the_servers_clock() -> None:
    clock = told(WallClock(NOW + 3600))
    assert clock.until(formatdate(NOW + 60, usegmt=True)) == pytest.approx(60, abs=1)


@given(st.text(max_size=60) | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,9} \d{1,3}:\d\d:\d\d( [+-]?\w{1,9})?"))
@settings(deadline=None, max_examples=200)
def test_any_header_at_all_is_taken_calmly(text: str) -> None:
    clock = ServerClock(WallClock())
    wait = clock.until(text)
    assert wait is None or wait >= 0
    clock.observe(text)
    assert clock.now() == clock.now()


@pytest.mark.parametrize(
    ("expires_in", "received_ago", "is_past"),
    [(-1.0, 10.0, True), (600.0, 901.0, True), (600.0, 10.0, False), (-1.0, 901.0, True)],
)
def test_a_refused_link_is_perhaps_past_its_time_by_either_witness(
    expires_in: float, received_ago: float, *, is_past: bool
) -> None:
    link = replace(a_put(), expires_at=NOW + expires_in, received_at=NOW - received_ago, lifetime=900.0)
    assert ServerClock(WallClock()).is_perhaps_past(link) is is_past


@pytest.mark.parametrize(("lifetime", "fresh_for"), [(20.0, 10.0), (900.0, 60.0), (None, 60.0), (1.0, 1.0)], ids=str)
def test_a_link_is_fresh_for_half_of_its_life_and_at_most_a_minute(lifetime: float | None, fresh_for: float) -> None:
    clock = ServerClock(wall := WallClock())
    link = clock.received(replace(a_put(), lifetime=lifetime))
    wall.seconds = NOW + fresh_for - 0.1
    assert clock.is_fresh(link)
    wall.seconds = NOW + fresh_for + 0.1
    assert not clock.is_fresh(link)
