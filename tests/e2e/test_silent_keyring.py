"""A keyring that never answers, in the program as it is started: nothing is lost, and one signal ends it."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.windows import ended_within, standing
from tests.support.files import Files
from tests.support.gated_keyring import gated, open_gate
from tests.support.strict_api import StrictApi

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its gate is a FIFO")
NO_TOKENS = {"UPLOADER_BEARER_TOKEN": None, "UPLOADER_SESSION_TOKEN": None}
BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
AT_ONCE = 10.0
"""Seconds within which a signal has to end a program; it would hang for ever."""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def locked(program: Program, gate: Path) -> Program:
    """Start the program without tokens in its environment, and with a keyring that does not answer."""
    program.environment |= gated(gate)
    for name in NO_TOKENS:
        del program.environment[name]
    return program


@BOTH
def test_one_signal_ends_a_script_with_130_and_a_receipt(
    number: signal.Signals, locked: Program, strict_api: StrictApi, files: Files
) -> None:
    running = locked.begin(files.make("a.txt"))
    assert not ended_within(running, 2)
    running.send_signal(number)
    assert ended_within(running, AT_ONCE)
    ended = running.ended()
    assert (ended.code, ended.err, ended.totals) == (130, "", {})
    assert strict_api.connections_made == 0


@BOTH
def test_one_signal_ends_the_self_test(number: signal.Signals, locked: Program) -> None:
    running = locked.start("--self-test")
    running.says("uploader-gui ")
    assert not ended_within(running, 2)
    running.send_signal(number)
    assert ended_within(running, AT_ONCE)
    assert running.ended().code == 130


@BOTH
def test_one_signal_ends_a_window_with_130_and_a_receipt_of_what_waits(
    number: signal.Signals, locked: Program, strict_api: StrictApi, files: Files
) -> None:
    window = standing(locked, "-a", "42", "--start", "--report", "{report}", files.make("a.txt"))
    assert locked.run("-a", "42", files.make("b.txt")).code == 0
    window.send_signal(number)
    assert ended_within(window, AT_ONCE)
    ended = window.ended()
    assert (ended.code, ended.totals) == (130, {"files": 2, "pending": 2})
    assert strict_api.connections_made == 0


def test_what_a_window_was_given_is_journalled_before_its_keyring_answers(locked: Program, files: Files) -> None:
    window = standing(locked, "-a", "42", "--start", files.make("a.txt"))
    assert locked.run("-a", "42", files.make("b.txt")).code == 0
    window.kill()
    with closing(sqlite3.connect(locked.data / "journal.sqlite")) as db:
        rows = db.execute("SELECT name, state FROM uploads ORDER BY name").fetchall()
    assert rows == [("a.txt", "queued"), ("b.txt", "queued")]


def test_a_late_answer_sends_what_waited_for_it(
    locked: Program, gate: Path, strict_api: StrictApi, files: Files
) -> None:
    window = standing(locked, "-a", "42", "--start", "--quit-when-done", "--report", "{report}", files.make("a.txt"))
    assert not ended_within(window, 1)
    open_gate(gate, strict_api.url, strict_api.tokens)
    ended = window.ended()
    assert (ended.code, ended.totals["uploaded"]) == (0, 1)
