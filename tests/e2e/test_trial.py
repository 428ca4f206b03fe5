"""Trying out without a window: every line, the receipt and its codes say that no register has the files."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.support.files import Files

BAND = "TRIAL: nothing is sent to the register"


@pytest.mark.parametrize("how", ["--demo", "--sandbox"])
def test_a_trial_says_so_first_and_last_and_in_every_line_between(program: Program, files: Files, how: str) -> None:
    given = [files.make("a.jpg"), files.make("b.jpg")] if how == "--sandbox" else []
    number = ("--anomaly", " T-1 ", "-a", " T-1 ")  # twice the same, with blanks from a spreadsheet
    ended = program.start(how, "--headless", *number, "--report", "{report}", *map(str, given)).ended()
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == lines[-1] == BAND
    assert "uploaded (trial)" in lines[-2]
    for line in lines:
        assert "uploaded" not in line.replace("uploaded (trial)", ""), line
    assert ended.receipt is not None
    assert (ended.receipt["trial"], ended.receipt["anomaly_id"]) == (True, "T-1")


def test_what_is_skipped_in_a_trial_says_so_too(program: Program, files: Files) -> None:
    """The same name and content twice, from two folders."""
    same = [files.make(f"{folder}/a.jpg", content=b"\xff\xd8\xffsame") for folder in "xy"]
    ended = program.start("--sandbox", "--headless", "-a", "T-1", *map(str, same)).ended()
    for line in ended.out.splitlines():
        assert "skipped" not in line.replace("skipped (trial)", ""), line


def test_a_trial_speaks_french(program: Program, files: Files) -> None:
    path = str(files.make("a.jpg"))
    program.data.mkdir(parents=True)
    (program.data / "settings.json").write_text('{"language": "fr"}', "utf-8")  # the person's own
    ended = program.start("--sandbox", "--headless", "-a", "T-1", path).ended()
    lines = ended.out.splitlines()
    assert lines[0] == lines[-1] == "ESSAI\u00a0: rien n’est envoyé au registre"
    assert lines[1] == "envoyé (essai)  a.jpg"


def test_the_line_that_is_rewritten_begins_with_it(files: Files) -> None:
    path = files.make("a.jpg", size=3_000_000)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "uploader_gui", "--sandbox", "--headless", "-a", "T-1", str(path)]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        told = b""
        while piece := _read(ours):
            told += piece
        process.communicate(timeout=60)
    os.close(ours)
    lines = [line for line in told.decode().replace("\r\n", "\r").split("\r") if "MB" in line]
    assert lines
    assert all(line.startswith("TRIAL · ") for line in lines), lines


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the program has closed its end
        return b""


def test_what_is_really_sent_is_no_trial(program: Program, files: Files) -> None:
    ended = program.send(files.make("a.jpg"))
    assert "trial" not in ended.out.lower()
    assert ended.receipt is not None
    assert "trial" not in ended.receipt


def test_the_report_of_a_trial_in_a_window_says_so(tmp_path: Path) -> None:
    report = tmp_path / "receipt.json"
    command = [sys.executable, "-m", "uploader_gui", "--demo", "--quit-when-done", "--report", str(report)]
    ended = subprocess.run(command, env=os.environ, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0
    assert json.loads(report.read_text("utf-8"))["trial"] is True
