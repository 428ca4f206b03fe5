"""A run in which the program itself breaks: it ends, says so, and writes what it can."""

import os

import pytest

from tests.e2e.program import Program
from tests.support.files import Files
from tests.support.strict_api import StrictApi

BROKEN_TERMINAL = """
import sys

class Broken:
    encoding = "utf-8"

    def isatty(self):
        return False

    def write(self, text):
        if FAILS_AT in text:
            raise ZeroDivisionError

    def flush(self):
        pass

sys.stdout = Broken()
from uploader_gui.__main__ import run
sys.exit(run(sys.argv[1:]))
"""

WITHOUT_ENGINE = """
import sys

class Broken:
    def find_spec(self, name, *_):
        if name == "uploader_gui.engine.build":
            raise ZeroDivisionError

sys.meta_path.insert(0, Broken())
from uploader_gui.__main__ import run
sys.exit(run(sys.argv[1:]))
"""


def test_a_terminal_that_breaks_ends_the_run_with_a_receipt(program: Program, files: Files) -> None:
    program.command = ("-c", f"FAILS_AT = ''{BROKEN_TERMINAL}")
    ended = program.send(files.make("a.jpg"), "nowhere.jpg")
    assert ended.code == 1
    assert ended.receipt is not None
    assert ended.totals["files"] == 2
    assert "Internal error." in ended.err
    assert "Traceback" not in ended.err
    program.command = ("-m", "uploader_gui")
    assert program.send().code == 0


@pytest.mark.parametrize("line", ["a.jpg", "1 file: 1 uploaded"])
def test_a_run_that_breaks_when_everything_has_arrived_does_not_end_well(
    program: Program, files: Files, line: str
) -> None:
    program.command = ("-c", f"FAILS_AT = {line!r}{BROKEN_TERMINAL}")
    ended = program.send(files.make("a.jpg"))
    assert (ended.code, ended.totals["uploaded"]) == (1, 1)


def test_an_engine_that_cannot_begin_does_not_end_well(program: Program, strict_api: StrictApi, files: Files) -> None:
    program.command = ("-c", WITHOUT_ENGINE)
    ended = program.send(files.make("a.jpg"))
    assert (ended.code, ended.receipt, len(ended.err.splitlines())) == (1, None, 1)
    assert "Internal error." in ended.err
    assert strict_api.connections_made == 0


def test_files_of_another_age_are_sent_headless(program: Program, files: Files) -> None:
    old, new = files.make("old.jpg"), files.make("new.jpg")
    for path, seconds in ((old, -11_644_473_600), (new, 10_413_792_000)):
        os.utime(path, (seconds, seconds))
    ended = program.send(old, new)
    assert (ended.code, ended.err, ended.totals["uploaded"]) == (0, "", 2)


def test_a_path_that_is_no_text_is_told(program: Program, strict_api: StrictApi, files: Files) -> None:
    ended = program.send(files.make("a.jpg"), os.fsdecode(b"/tmp/\xff\xfe.jpg"))
    assert (ended.code, ended.totals["uploaded"], ended.totals["failed"]) == (1, 1, 1)
    assert len(strict_api.registered) == 1
