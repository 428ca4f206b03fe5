"""Later starts beside an open window, as processes: nothing they bring is lost, doubled, or believed taken."""

import json
import os
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Ended, Program, Running
from tests.e2e.windows import ended_within, standing, until
from tests.support.failing_disk import FailingDisk
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these look at files and signals that Windows has not")
AT_ONCE = 5


def journalled(program: Program) -> list[str]:
    """Give the names of all uploads, each as often as it is there; the program is gone by now."""
    with closing(sqlite3.connect(program.data / "journal.sqlite")) as db:
        return sorted(name for (name,) in db.execute("SELECT name FROM uploads"))


def told(run: Running | Ended) -> str:
    """Give a run's words on stderr, but for what Qt says offscreen."""
    lines = (run.folder / "stderr").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("This plugin does not support"))


def end(window: Running) -> None:
    window.send_signal(signal.SIGTERM)
    assert window.process.wait(60) == 130


def test_starts_at_the_same_moment_all_end_in_one_window(program: Program, files: Files) -> None:
    names = [f"{number}.txt" for number in range(AT_ONCE)]
    starts = [program.start("-a", "42", files.make(name, content=name.encode())) for name in names]
    while len(running := [start for start in starts if start.process.poll() is None]) > 1:
        ended_within(running[0], 0.1)
    (window,) = running
    for start in starts:
        if start is not window:
            said = (start.process.returncode, told(start))
            assert said == (0, "uploader-gui: handed over to the window already open.")
    end(window)
    assert journalled(program) == sorted(names)


def test_a_later_start_speaks_french_with_the_characters_that_the_terminal_has(program: Program, files: Files) -> None:
    program.environment |= {"UPLOADER_LANGUAGE": "fr", "PYTHONIOENCODING": "ascii"}
    window = standing(program)
    assert told(program.run(files.make("a.txt"))) == "uploader-gui: confie a la fenetre deja ouverte."
    elsewhere = told(program.run(files.make("b.txt"), UPLOADER_API_URL="http://127.0.0.1:9/main"))
    assert elsewhere.startswith("uploader-gui: la fenetre deja ouverte envoie a un autre serveur")
    end(window)


def test_what_a_later_start_says_was_taken_outlives_the_windows_death(program: Program, files: Files) -> None:
    window = standing(program)
    later = program.run("-a", "42", files.make("a.txt"))
    window.kill()
    assert later.code == 0
    assert journalled(program) == ["a.txt"]


def test_a_later_start_hears_that_its_files_are_taken_only_once_they_are_written_down(
    program: Program, files: Files, tmp_path: Path
) -> None:
    disk = FailingDisk(tmp_path)
    window = standing(program, **disk.environment)
    assert program.run("-a", "42", files.make("a.txt")).code == 0
    disk.fill()
    later = program.start("-a", "42", files.make("b.txt"))
    until(later, lambda: "the journal cannot be used" in (program.data / "uploader-gui.log").read_text("utf-8"))
    assert not ended_within(later, 0.5)
    disk.work()
    assert later.ended().code == 0
    end(window)
    assert journalled(program) == ["a.txt", "b.txt"]


def test_files_of_a_later_start_go_to_the_number_named_with_them_and_at_once_where_that_is_asked(
    program: Program, files: Files, strict_api: StrictApi, scripted_storage: ScriptedStorage
) -> None:
    """The window shows another number, and what is on its list goes on waiting for Start."""
    window = standing(program, "-a", "9", files.make("waiting.txt"))
    again = files.make("a.txt")
    assert program.run("-a", "42", again).code == 0
    assert program.run(files.make("b.txt")).code == 0  # for the number shown
    assert not strict_api.registered
    assert program.run("-a", "42", "--start", files.make("c.txt")).code == 0
    scripted_storage.wait_for_objects(1, timeout=60.0)
    assert program.run("-a", "42", "--start", files.make("d.txt"), again).code == 0
    scripted_storage.wait_for_objects(3, timeout=60.0)
    end(window)
    sent = {record.name: record.anomaly_id for record in strict_api.registered}
    assert sent == {"a.txt": "42", "c.txt": "42", "d.txt": "42"}


def test_a_window_that_leaves_without_a_word_may_have_taken_what_is_to_be_sent_again(
    program: Program, files: Files
) -> None:
    """Given once more it would be doubled: a script has to look."""
    import fcntl  # noqa: PLC0415 - not on Windows

    room = program.data / "instance"
    room.mkdir(mode=0o700, parents=True)
    with (room / "instance.lock").open("w") as lock, socket.socket(socket.AF_UNIX) as window:
        fcntl.flock(lock, fcntl.LOCK_EX)
        window.bind(str(room / "socket"))
        window.listen()
        later = program.start("-a", "42", "--again", files.make("a.txt"))
        called, _ = window.accept()
        with called:
            called.sendall(b'{"uploader-gui": 3}\n')
            assert called.recv(1 << 16).endswith(b"\n")
        ended = later.ended()
    assert (ended.code, "has not said whether it took the files" in told(ended)) == (1, True)


def test_whoever_wants_a_receipt_hands_nothing_over_to_an_open_window(
    program: Program, files: Files, strict_api: StrictApi
) -> None:
    """It could not write one for them: that is told, and nothing is sent or kept."""
    window = standing(program)
    later = program.run("-a", "42", "--start", "--report", "{report}", files.make("a.txt"))
    assert (later.code, later.receipt) == (2, None)
    assert told(later).startswith("uploader-gui: a window is already open on these data")
    end(window)
    assert journalled(program) == []
    assert strict_api.connections_made == 0


def test_a_window_takes_the_place_of_one_that_was_killed(program: Program, files: Files) -> None:
    standing(program).kill()
    left = socket_now(program)
    window = program.start()
    until(window, lambda: socket_now(program) not in {None, left})
    assert program.run("-a", "42", files.make("a.txt")).code == 0
    end(window)
    assert journalled(program) == ["a.txt"]


def socket_now(program: Program) -> tuple[int, int] | None:
    """Return number and time of a window's socket: a new one may get the number of the one before."""
    try:
        found = (program.data / "instance" / "socket").stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_ctime_ns


def test_a_window_that_stands_still_for_a_while_takes_it_then(program: Program, files: Files) -> None:
    window = standing(program)
    window.send_signal(signal.SIGSTOP)
    later = program.start("-a", "42", files.make("a.txt"))
    assert not ended_within(later, 3)
    assert (program.data / "instance" / "socket").is_socket()
    window.send_signal(signal.SIGCONT)
    assert later.ended().code == 0
    end(window)
    assert journalled(program) == ["a.txt"]


def test_one_interrupt_ends_a_start_that_waits_for_a_window(program: Program, files: Files) -> None:
    window = standing(program)
    window.send_signal(signal.SIGSTOP)
    later = program.start("-a", "42", files.make("a.txt"))
    assert not ended_within(later, 3)
    later.send_signal(signal.SIGTERM)
    assert later.ended().code == 130
    window.send_signal(signal.SIGCONT)
    end(window)
    assert journalled(program) == []


def said_to(program: Program, message: dict[str, Any]) -> str:
    with socket.socket(socket.AF_UNIX) as called, called.makefile("rwb") as lines:
        called.connect(str(program.data / "instance" / "socket"))
        assert json.loads(lines.readline()) == {"uploader-gui": 3}
        lines.write(json.dumps(message).encode() + b"\n")
        lines.flush()
        answer: str = json.loads(lines.readline())["answer"]
        return answer


BEYOND_A_COMMAND_LINE: list[tuple[dict[str, Any], str]] = [
    ({"anomaly_id": "../../../admin?x="}, "no anomaly"),
    ({"paths": ["/\ud800.txt"]}, "no path"),
    ({"paths": ["/\0.txt"]}, "no path"),
    ({"paths": ["a.txt"]}, "no path"),
    ({"paths": [4217]}, "no path"),
    ({"start": "yes"}, "not understood"),
    ({"report": "/tmp/a"}, "not understood"),
    ({"version": 99}, "other version"),
]


def test_a_window_takes_no_more_than_a_command_line_could_say(
    program: Program, strict_api: StrictApi, files: Files
) -> None:
    window = standing(program)
    whole = {"version": 3, "server": "", "paths": [str(files.make("b.txt"))], "anomaly_id": "42", "start": True}
    whole |= dict.fromkeys(("again", "convert", "zip", "link"), False)
    assert [(wrong, said_to(program, whole | wrong)) for wrong, _ in BEYOND_A_COMMAND_LINE] == BEYOND_A_COMMAND_LINE
    assert strict_api.connections_made == 0
    assert program.run("-a", "42", files.make("a.txt")).code == 0  # the engine lives
    end(window)
    assert journalled(program) == ["a.txt"]


def test_what_another_program_works_on_is_not_handed_to_a_window_that_cannot_work(
    program: Program, files: Files
) -> None:
    """A headless run holds the journal: the window says so, and takes nothing."""
    data: Path = program.data
    data.mkdir()
    with closing(sqlite3.connect(data / "journal.sqlite")) as held:
        held.execute("PRAGMA locking_mode = EXCLUSIVE")
        held.execute("BEGIN EXCLUSIVE")
        window = standing(program)
        later = program.run("-a", "42", files.make("a.txt"))
        assert later.code == 2
        assert "the window already open cannot take files now" in later.err
        end(window)
