"""Killed at the worst moments, nothing is lost, doubled or changed. A hundred rounds: `tests/bench/kill.py`."""

import pytest

from tests.e2e.killing import KillRound
from tests.e2e.program import Program
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi


@pytest.mark.parametrize("seed", range(4))
def test_killed_runs_lose_nothing_and_double_nothing(
    seed: int, program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    paths = [files.make(f"{n:02}.jpg", size=100_000 + n) for n in range(25)]
    verdict = KillRound(program, strict_api, scripted_storage, seed=seed).play(paths, kills=2)
    assert verdict.wrong == []
