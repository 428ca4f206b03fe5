"""What every whole run gets: the program, told of the service that `strict_api` plays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.support.strict_api import StrictApi


@pytest.fixture
def program(strict_api: StrictApi, tmp_path: Path) -> Iterator[Program]:
    started = Program.of(strict_api, tmp_path / "runs")
    yield started
    started.end_all()
