"""A bundle's window on Windows has neither stdout nor stderr: nothing may break for that."""

import io
import os
import sys
from pathlib import Path

import pytest

from uploader_gui.__main__ import run
from uploader_gui.command_line import matches, parse, sentence, show_without_console
from uploader_gui.terminal import Terminal


@pytest.fixture(autouse=True)
def _no_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)


@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.skipif("sys.platform == 'win32'", reason="a box would wait for a person")
def test_what_is_told_and_left_is_left_all_the_same(option: str) -> None:
    with pytest.raises(SystemExit) as left:
        run([option])
    assert left.value.code == 0


@pytest.mark.skipif("sys.platform == 'win32'", reason="as above")
def test_wrong_usage_has_its_exit_code_and_only_windows_has_the_box() -> None:
    assert run(["--no-such-option"]) == 2
    show_without_console("nothing is shown")


def test_progress_goes_nowhere() -> None:
    terminal = Terminal()
    terminal.say("a line nobody reads")
    terminal.clear()


def test_a_piped_line_keeps_its_spaces_in_windows_own_encoding() -> None:
    piped = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    Terminal(piped).say("12\u202f345 fichiers – 🙂")
    piped.seek(0)
    assert piped.read().strip() == "12\u00a0345 fichiers – ?"


def test_the_box_begins_with_a_capital_or_the_programs_name() -> None:
    assert sentence("à revoir : une fenêtre est ouverte.") == "À revoir : une fenêtre est ouverte."
    assert sentence("uploader-gui 0.1.0") == "uploader-gui 0.1.0"


def test_patterns_stand_for_what_is_there_in_order_of_names(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg", "c.pdf", "[1].jpg"):
        (tmp_path / name).touch()
    assert matches(str(tmp_path / "*.jpg")) == [str(tmp_path / name) for name in ("[1].jpg", "a.jpg", "b.jpg")]
    assert matches(str(tmp_path / "[1]*")) == [str(tmp_path / "[1].jpg")]
    assert matches(str(tmp_path / "?.pdf")) == [str(tmp_path / "c.pdf")]
    assert matches(str(tmp_path / "*.gif")) == [str(tmp_path / "*.gif")]
    assert matches(str(tmp_path / "[1].jpg")) == [str(tmp_path / "[1].jpg")]
    if os.name == "posix":  # where the shell has done it, and such a name is that of one file
        assert parse(["-a", "4217", str(tmp_path / "*.jpg")]).paths == (tmp_path / "*.jpg",)
