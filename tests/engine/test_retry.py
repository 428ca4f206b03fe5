"""When to try again: full jitter, bounded, Retry-After obeyed within reason."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uploader_gui.engine.errors import (
    ConnectionLost,
    Rejected,
    SignatureMismatch,
    SlowDown,
    SourceChanged,
    TlsFailed,
    TooManyRequests,
    UploaderError,
    UrlExpired,
)
from uploader_gui.engine.net.retry import RetryPolicy

LIMITS = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def longest(_low: float, high: float) -> float:
    return high


def test_the_backoff_doubles_up_to_30_seconds() -> None:
    policy = RetryPolicy(jitter=longest)
    assert [policy.backoff(attempt) for attempt in range(1, 9)] == LIMITS
    assert policy.backoff(10_000) == 30.0


@pytest.mark.parametrize("attempt", range(1, 9))
def test_the_jitter_is_full(attempt: int) -> None:
    policy = RetryPolicy(jitter=random.Random(attempt).uniform)
    waits = [policy.backoff(attempt) for _ in range(500)]
    limit = LIMITS[attempt - 1]
    assert 0 <= min(waits) < 0.05 * limit
    assert 0.95 * limit < max(waits) <= limit


def test_six_attempts_are_five_waits() -> None:
    policy = RetryPolicy(jitter=longest)
    waits = [policy.wait_after(SlowDown(), attempt) for attempt in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, None, None]


@pytest.mark.parametrize(("told", "waited"), [(0.0, 0.0), (7.0, 7.0), (120.0, 120.0), (121.0, 120.0), (1e9, 120.0)])
def test_retry_after_is_obeyed_up_to_120_seconds(told: float, waited: float) -> None:
    policy = RetryPolicy(jitter=longest)
    assert policy.wait_after(TooManyRequests(retry_after=told), 1) == waited
    assert policy.wait_after(TooManyRequests(retry_after=told), 6) is None


@pytest.mark.parametrize(
    ("passes", "errors"),
    [
        (False, (Rejected(), TlsFailed(), SourceChanged(), UrlExpired())),
        (True, (ConnectionLost(), SignatureMismatch(), SlowDown(), TooManyRequests())),
    ],
)
def test_what_may_pass_is_tried_again_and_nothing_else(passes: bool, errors: tuple[UploaderError, ...]) -> None:  # noqa: FBT001 - from a table
    assert {RetryPolicy().wait_after(error, 5) is not None for error in errors} == {passes}


def test_a_registration_with_an_unknown_outcome_is_tried_three_times() -> None:
    assert (RetryPolicy().attempts, RetryPolicy().unknown_attempts) == (6, 3)


def test_offline_one_looks_again_at_least_every_five_seconds() -> None:
    assert [RetryPolicy().offline_wait(tries) for tries in (1, 2, 3, 4, 5, 5_000)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


@given(st.integers(1, 10**6), st.none() | st.floats(0, allow_infinity=False))
@settings(deadline=None)
def test_no_wait_is_negative_or_longer_than_promised(attempt: int, retry_after: float | None) -> None:
    wait = RetryPolicy().backoff(attempt, retry_after)
    assert 0 <= wait <= (30 if retry_after is None else 120)


def test_a_side_in_trouble_is_probed_within_5_s_for_two_minutes_and_then_more_and_more_rarely_up_to_30_s() -> None:
    policy = RetryPolicy()
    assert policy.probe_first == 0.5
    assert [policy.probe_wait(probes, elapsed=5.0) for probes in range(1, 6)] == [1.0, 2.0, 4.0, 4.8, 4.8]
    assert [policy.probe_wait(20, elapsed) for elapsed in (60.0, 120.0)] == [4.8, 4.8]
    assert [policy.probe_wait(10**6, elapsed) for elapsed in (250.0, 750.0, 1e6)] == [10.0, 30.0, 30.0]


def test_the_last_file_s_waits_have_no_jitter_and_reach_over_two_minutes() -> None:
    policy = RetryPolicy()
    waits = [policy.steady_backoff(attempt) for attempt in range(1, 10)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert policy.steady_backoff(1, 7.0) == 7.0
    assert policy.steady_backoff(1, 1e9) == policy.patience
    assert policy.lonely == 120.0
