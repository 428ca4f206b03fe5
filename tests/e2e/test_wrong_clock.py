"""A clock that is wrong for a day, in the program as scripts start it: nothing is forgotten or registered twice."""

import os

import pytest

from tests.e2e.program import Program
from tests.support import pictures
from tests.support.files import Files
from tests.support.strict_api import StrictApi

AT_ANOTHER_TIME = """
import sys, time

right = time.time
time.time = lambda: right() + {days} * 86_400
from uploader_gui.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("days", [365, 30_000, -3650, -20_000], ids=lambda days: f"{days} days off")
def test_what_was_sent_is_still_known_after_a_start_with_a_wrong_clock(
    days: int, program: Program, strict_api: StrictApi, files: Files
) -> None:
    evidence = [files.make(f"{number}.txt", content=b"evidence %d" % number) for number in range(30)]
    right = program.command
    assert program.send(*evidence).totals["uploaded"] == 30
    program.command = ("-c", AT_ANOTHER_TIME.format(days=days))
    ended = program.send(files.make("later.txt"))
    assert ended.totals.get("uploaded") == 1, ended
    assert program.send(*evidence).totals == {"files": 30, "skipped": 30}
    program.command = right
    assert program.send(*evidence).totals == {"files": 30, "skipped": 30}
    assert len(strict_api.registered) == 31


def test_a_picture_on_its_way_outlives_a_wrong_clock(program: Program) -> None:
    """The queue is left unfinished, as a window would leave it; then somebody's clock is years ahead."""
    path = program.data / "captures" / "Capture 2026-01-02 10.11.12.png"
    path.parent.mkdir(parents=True)
    pictures.png(path)
    offline = program.send(path, UPLOADER_API_URL="http://127.0.0.1:9", UPLOADER_OFFLINE_LIMIT="0")
    assert offline.totals["pending"] == 1
    os.utime(path, (1_600_000_000,) * 2)
    program.command = ("-c", AT_ANOTHER_TIME.format(days=3650))
    assert program.run("--headless", "-a", "77").code == 0
    assert path.exists()
