"""Closing the whole program and starting it again: what is unsent is asked about, is back, and holds up no log-off."""

import json
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.program.driven import PATIENCE, DrivenWindow
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.engine.models import Origin
from uploader_gui.engine.options import AddOptions, Choices
from uploader_gui.gui.window.window_memory import KeptPath, WindowMemory


class Start(Protocol):
    def __call__(self, *arguments: str | Path, **environment: str) -> DrivenWindow: ...


@pytest.fixture
def start(strict_api: StrictApi) -> Iterator[Start]:
    started: list[DrivenWindow] = []

    def start(*arguments: str | Path, **environment: str) -> DrivenWindow:
        window = DrivenWindow(*arguments, **environment, **strict_api.environment)
        started.append(window)
        return window

    yield start
    for window in started:
        window.kill()


@pytest.fixture
def unsent(files: Files) -> list[Path]:
    """A file that arrives, one that is not there, one of a refused type."""
    film = files.make("film.mp4", content=b"\0\0\0\x18ftypisom" + b"film" * 100)
    return [files.make("a.jpg"), files.folder / "gone.jpg", film]


def test_what_was_not_sent_is_asked_about_and_is_back_at_the_next_start(
    start: Start, scripted_storage: ScriptedStorage, unsent: list[Path]
) -> None:
    window = start("-a", "4217", "--start", *unsent)
    window.do("rows", {"uploaded": 1, "failed": 1, "refused": 1})
    assert window.do("close") == "2 of 3 files are not attached to anomaly 4217: 1 failed, 1 refused."
    window.do("press", "stop")
    assert window.ended() == 1
    again = start()
    assert again.do("rows", {"files": 2}) == {"gone.jpg": "failed", "film.mp4": "refused"}
    assert again.terminated() == 130


def test_a_file_that_waits_for_a_number_waits_for_it_at_the_next_start(start: Start, files: Files) -> None:
    window = start(files.make("a.jpg"))
    window.do("until_kept")
    assert window.do("close") == "1 file waits for the number."
    window.terminated()
    again = start()
    assert again.do("hint") == "1 file waits for the number."
    again.terminated()


def test_a_file_half_fetched_for_no_number_is_named_at_one_start_alone(start: Start, person: Path) -> None:
    (data := person / "data").mkdir(parents=True)
    half = KeptPath(data / "fetched" / "0123456789abcdef" / "half.jpg", options=AddOptions(origin=Origin.PHONE))
    WindowMemory(data / "window.ini").keep([half])
    window = start()
    window.do("until_told", "1 file was not fetched to the end: half.jpg.")
    window.terminated()
    assert WindowMemory(data / "window.ini").kept == []


def test_where_the_window_cannot_save_what_waits_for_a_number_closing_says_that_it_is_lost(
    start: Start, files: Files, person: Path
) -> None:
    (person / "data" / "window.ini").mkdir(parents=True)
    window = start(files.make("a.jpg"))
    window.do("until_kept")
    assert window.do("close") == "1 file waits for the number."
    assert window.do("consequences").startswith("The list cannot be saved on this computer just now")


def test_what_is_dropped_after_a_start_that_sends_goes_at_once(
    start: Start, files: Files, scripted_storage: ScriptedStorage
) -> None:
    window = start("-a", "4217", "--start")
    for count in (1, 2):  # also after everything was sent
        window.do("add", str(files.make(f"{count}.jpg")))
        window.do("rows", {"uploaded": count})
    assert len(scripted_storage.objects) == 2


def test_files_given_at_start_do_not_go_to_the_number_somebody_types_meanwhile(
    start: Start, files: Files, strict_api: StrictApi
) -> None:
    window = start(files.make("a.jpg"))
    window.do("type_number", "421")  # on the way to 4217
    assert (window.do("until_given"), window.do("close")) == ([1, 0], "1 file waits for the number.")
    window.terminated()
    assert strict_api.calls == []


def test_files_of_a_later_start_do_not_go_to_the_number_of_a_link_that_nobody_has_confirmed(
    start: Start, files: Files, scripted_storage: ScriptedStorage, person: Path
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    window = start("-a", "4217", "--start", files.make("a.jpg"))
    scripted_storage.wait_for_puts(1)
    for given in (["--link", "uploader-gui:?anomaly=4218"], ["--zip", "--again", files.make("b.jpg")]):
        assert start(*given).ended() == 0
    window.do("until_number", "4218")
    assert window.do("until_given") == [1, 1]
    window.terminated()
    (kept,) = WindowMemory(person / "data" / "window.ini").kept
    assert kept.options == AddOptions(again=True, choices=Choices.from_flags(convert=False, zipped=True))


def test_a_window_closed_before_it_could_look_at_its_files_ends_with_1(start: Start, files: Files) -> None:
    window = start("-a", "4217", "--start", files.make("a.jpg"), SLOW_MODULE="pydantic", SLOW_SECONDS="5")
    assert window.do("close") is None
    assert window.ended() == 1


def test_the_receipt_of_a_start_is_about_the_number_it_named_and_the_window_is_remembered(
    start: Start, files: Files, scripted_storage: ScriptedStorage, tmp_path: Path, person: Path
) -> None:
    report = tmp_path / "receipt.json"
    window = start("-a", "4217", "--start", "--report", report, files.make("a.jpg"))
    window.do("rows", {"uploaded": 1})
    assert start("-a", "99").ended() == 0  # another start's number now stands in the field
    assert window.do("until_number", "99")
    window.do("close")
    assert window.ended() == 0
    receipt = json.loads(report.read_text("utf-8"))
    assert (receipt["anomaly_id"], [row["name"] for row in receipt["files"]]) == ("4217", ["a.jpg"])
    remembered = (person / "data" / "window.ini").read_text("utf-8")
    assert "place=" in remembered
    assert "recent=4217" in remembered


def test_a_window_that_never_had_a_journal_ends_with_2(start: Start, files: Files, person: Path) -> None:
    with journal_of_another(person):
        window = start("-a", "4217", "--start", files.make("a.jpg"))
        window.do("until_told", "already at work")
        window.do("close")
        window.do("press", "stop")
        assert window.ended() == 2
        interrupted = start("-a", "4217", "--start", files.make("a.jpg"))
        interrupted.do("until_told", "already at work")
        assert interrupted.terminated() == 130


@contextmanager
def journal_of_another(person: Path) -> Iterator[None]:
    journal = person / "data" / "journal.sqlite"
    journal.parent.mkdir()
    with closing(sqlite3.connect(journal)) as held:
        held.execute("PRAGMA locking_mode = EXCLUSIVE")
        held.execute("BEGIN EXCLUSIVE")
        yield


def test_an_engine_that_could_not_begin_is_forgiven_once_another_one_has_done_it_all(
    start: Start, files: Files, scripted_storage: ScriptedStorage, person: Path
) -> None:
    with journal_of_another(person):
        window = start("-a", "4217", "--start", files.make("a.jpg"))
        window.do("until_told", "already at work")
    window.do("save_settings", {"proxy": "none"})
    assert window.do("rows", {"uploaded": 1}) == {"a.jpg": "uploaded"}
    assert window.do("close") is None  # nothing is asked
    assert (window.ended(), len(scripted_storage.objects)) == (0, 1)


def test_what_a_window_left_changes_nothing_for_scripts(
    start: Start, scripted_storage: ScriptedStorage, unsent: list[Path], files: Files, tmp_path: Path
) -> None:
    keeping = start(files.make("kept.jpg"))
    keeping.do("until_kept")
    keeping.terminated()
    window = start("-a", "4217", "--start", "--quit-when-done", *unsent)
    assert window.ended() == 1
    for name, how in (("b.jpg", ["--headless"]), ("c.jpg", ["--start", "--quit-when-done"])):
        report = tmp_path / f"{name}.json"
        ended = start("-a", "4217", *how, "--report", report, files.make(name)).ended()
        receipt = json.loads(report.read_text("utf-8"))
        assert (ended, [row["name"] for row in receipt["files"]]) == (0, [name])
    ended = start("-a", "4217", "--headless", "--report", tmp_path / "none.json").ended()
    assert (ended, json.loads((tmp_path / "none.json").read_text("utf-8"))["files"]) == (0, [])


@pytest.mark.parametrize("end", ["SIGTERM", "the session ends"])
def test_a_question_holds_up_no_log_off(
    start: Start, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path, end: str
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    report = tmp_path / "receipt.json"
    window = start("-a", "4217", "--start", "--report", report, files.make("a.jpg"))
    scripted_storage.wait_for_puts(1)
    window.do("rows", {"files": 1})  # the storage may hear of it sooner than the list
    assert window.do("close").startswith("1 of 1 file is not attached to anomaly 4217: ")
    if end == "SIGTERM":
        window.send_signal(signal.SIGTERM)
    else:
        window.do("end_session")
    assert window.ended() == 130
    (row,) = json.loads(report.read_text("utf-8"))["files"]
    assert (row["state"], row["reason"]["code"]) == ("pending", "interrupted")


def test_a_window_of_which_one_file_alone_was_not_sent_ends_with_1(
    start: Start, scripted_storage: ScriptedStorage, files: Files
) -> None:
    window = start("-a", "4217", "--start", "--quit-when-done", files.make("a.jpg"), files.folder / "gone.jpg")
    assert (window.ended(), len(scripted_storage.objects)) == (1, 1)


def test_a_window_whose_receipt_finds_another_file_in_its_place_leaves_it_and_ends_with_1(
    start: Start, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    came = threading.Event()
    scripted_storage.fault = lambda _key, _attempt, _request: hold_until(came)
    report = tmp_path / "receipt.json"
    window = start("-a", "4217", "--start", "--quit-when-done", "--report", report, files.make("a.jpg"))
    window.do("rows", {"files": 1})
    report.write_text("evidence", "utf-8")
    came.set()
    assert (window.ended(), report.read_text("utf-8")) == (1, "evidence")
    assert len(scripted_storage.objects) == 1


def test_the_end_of_a_session_asks_nothing(start: Start, scripted_storage: ScriptedStorage, files: Files) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    window = start("-a", "4217", "--start", files.make("a.jpg"))
    scripted_storage.wait_for_puts(1)
    assert window.do("end_session") is True
    assert window.ended() == 130


def hold_until(told: threading.Event) -> None:
    """No fault: the storage only waits with its answer."""
    assert told.wait(PATIENCE)


def test_in_the_background_the_program_sends_everything_and_ends(
    start: Start, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    in_background = threading.Event()
    scripted_storage.fault = lambda _key, _attempt, _request: hold_until(in_background)
    window = start("-a", "4217", "--start", *(files.make(f"{n}.jpg", size=20_000) for n in range(40)))
    window.do("rows", {"files": 40})
    assert window.do("close").startswith("40 of 40 files are not attached to anomaly 4217: ")
    window.do("press", "background")
    assert start().ended() == 0  # a later start brings it back
    window.do("close")
    window.do("press", "background")
    in_background.set()
    assert (window.ended(), len(scripted_storage.objects)) == (0, 40)
    again = start("--report", tmp_path / "r.json")  # with which closing waits for the start, however slow
    assert again.do("finish").startswith("All 40 files are attached to anomaly 4217")
    again.do("close")
    assert again.ended() == 0
