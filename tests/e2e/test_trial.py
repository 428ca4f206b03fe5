"""Trying out without a window: every line, the receipt and its codes say that no register has the files."""

import json

import pytest

from tests.e2e.program import Program
from tests.support.files import Files

BAND = "TRIAL: nothing is sent to the register"


@pytest.mark.parametrize("how", ["--demo", "--sandbox"])
def test_a_trial_says_so_first_and_last_and_in_every_line_between(program: Program, files: Files, how: str) -> None:
    given = [files.make("a.jpg"), files.make("b.jpg")] if how == "--sandbox" else []
    number = ("--anomaly", " T-1 ", "-a", " T-1 ")  # twice the same, with blanks from a spreadsheet
    ended = program.run(how, "--headless", *number, "--report", "{report}", *given)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == lines[-1] == BAND
    assert "uploaded (trial)" in lines[-2]
    assert "uploaded" not in ended.out.replace("uploaded (trial)", "")
    assert ended.receipt is not None
    assert (ended.receipt["trial"], ended.receipt["anomaly_id"]) == (True, "T-1")


def test_the_receipt_of_a_trial_is_replaced_by_that_of_the_deposit_and_is_no_evidence(
    program: Program, files: Files
) -> None:
    folder = files.make("folder/a.txt").parent
    report = folder / "receipt.json"
    for how in (("--sandbox",), ("--sandbox",), ()):
        ended = program.run("--headless", *how, "--anomaly", "42", "--report", report, folder)
        receipt = json.loads(report.read_text("utf-8"))
        told = [(row["name"], row["state"]) for row in receipt["files"]]
        assert (ended.code, told, "trial" in receipt) == (0, [("a.txt", "uploaded")], bool(how)), ended


def test_the_receipt_of_a_trial_replaces_none_of_a_deposit(program: Program, files: Files) -> None:
    file = files.make("a.txt")
    report = file.with_name("receipt.json")
    given = ("--headless", "--anomaly", "42", "--report", report, file)
    assert program.run(*given).code == 0
    before = report.read_bytes()
    ended = program.run("--sandbox", *given)
    assert (ended.code, report.read_bytes()) == (2, before)
    assert "the receipt would replace another file" in ended.err


def test_a_trial_speaks_french(program: Program, files: Files) -> None:
    program.data.mkdir(parents=True)
    (program.data / "settings.json").write_text('{"language": "fr"}', "utf-8")  # the person's own
    lines = program.run("--sandbox", "--headless", "-a", "T-1", files.make("a.jpg")).out.splitlines()
    assert lines[0] == lines[-1] == "ESSAI\u00a0: rien n’est envoyé au registre"
    assert lines[1] == "envoyé (essai)  a.jpg"


def test_the_line_that_is_rewritten_begins_with_it(program: Program, files: Files) -> None:
    told = program.on_a_terminal("--sandbox", "--headless", "-a", "T-1", files.make("a.jpg", size=3_000_000))
    lines = [line for line in told.replace("\r\n", "\r").split("\r") if "MB" in line]
    assert lines
    assert all(line.startswith("TRIAL · ") for line in lines), lines


def test_the_report_of_a_trial_in_a_window_says_so(program: Program) -> None:
    ended = program.run("--demo", "--quit-when-done", "--report", "{report}")
    assert ended.receipt is not None
    assert (ended.code, ended.receipt["trial"]) == (0, True)
