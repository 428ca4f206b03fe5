"""A second start hands its files to the first window, and to nobody else."""

import gc
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from tests.support.log_watch import ExpectedLogs
from uploader_gui.command_line import Handover
from uploader_gui.single_instance import VERSION, Answer, FirstInstance, InstanceLock, Outcome, Patience, encode

SECOND_START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from uploader_gui.command_line import Handover
from uploader_gui.single_instance import HandoverRefused
from uploader_gui.single_instance import InstanceLock
QCoreApplication([])
try:
    handover = Handover(tuple(map(Path, sys.argv[2:])), "4217", True)
    outcome = InstanceLock(Path(sys.argv[1])).acquire(handover, lambda: False)
    sys.exit(["first", "taken", "looking", "silent", "unsure"].index(outcome.value))
except HandoverRefused:
    sys.exit(9)
"""
FIRST, TAKEN, LOOKING, SILENT, UNSURE, REFUSED = 0, 1, 2, 3, 4, 9
HASTY = Patience(ready=0.3, answer=0.3, taken=0.3)
FILE = Handover((Path("/evidence/a.jpg"),), "4217")

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can be two people")


def never() -> bool:
    return False


def second_start(folder: Path, *paths: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SECOND_START, folder, *paths])


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[InstanceLock]:
    made = InstanceLock(tmp_path)
    assert made.acquire(FILE, never) is Outcome.FIRST
    yield made
    made.release()


@pytest.fixture
def first(lock: InstanceLock, qtbot: QtBot) -> Iterator[FirstInstance]:
    made = FirstInstance(lock)
    made.listen(owns_journal=True)
    yield made
    made.close()
    del made  # nothing of a connection may be left that Qt would delete once more
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def address(folder: Path) -> Path:
    return folder / "instance" / "socket"


def test_without_a_first_window_a_start_is_the_first(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path)
    assert lock.acquire(FILE, never) is Outcome.FIRST
    assert InstanceLock(tmp_path, HASTY).acquire(FILE, never) is Outcome.SILENT
    lock.release()
    assert InstanceLock(tmp_path).acquire(FILE, never) is Outcome.FIRST


def test_the_first_window_hears_of_files_anomaly_and_start(first: FirstInstance, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(first.handed_over, timeout=60_000) as heard:
        second = second_start(tmp_path, "/evidence/é 1.jpg", "b.pdf")
    handover, reply = heard.args
    assert handover == Handover((Path("/evidence/é 1.jpg"), Path.cwd() / "b.pdf"), "4217", start=True)
    reply(Answer.RECEIVED)
    assert second.poll() is None  # it waits until they are in the journal
    reply(Answer.TAKEN)
    assert second.wait(60) == TAKEN


def test_a_window_that_leaves_lets_a_start_that_waits_for_its_word_go_on_at_once(
    first: FirstInstance, lock: InstanceLock, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(first.handed_over, timeout=60_000):
        second = second_start(tmp_path, "/evidence/a.jpg")
    first.close()
    lock.release()
    assert second.wait(25) == FIRST  # it would wait 30 s for a word


def test_a_window_that_cannot_take_files_says_so(first: FirstInstance, qtbot: QtBot, tmp_path: Path) -> None:
    first.handed_over.connect(lambda _, reply: reply(Answer.CANNOT_TAKE))
    with qtbot.waitSignal(first.handed_over, timeout=60_000):
        second = second_start(tmp_path, "/evidence/a.jpg")
    assert second.wait(60) == REFUSED


def test_another_data_folder_is_another_program(first: FirstInstance, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    assert InstanceLock(tmp_path / "two", HASTY).acquire(FILE, never) is Outcome.FIRST


def test_a_busy_window_takes_it_later(first: FirstInstance, qtbot: QtBot, tmp_path: Path) -> None:
    """Its loop stands still from before the second start calls until that waits for an answer."""
    second = second_start(tmp_path, "/evidence/a.jpg")
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(2)
    first.handed_over.connect(lambda _, reply: reply(Answer.TAKEN))
    with qtbot.waitSignal(first.handed_over, timeout=60_000):
        pass
    assert second.wait(60) == TAKEN


def test_one_that_stays_busy_has_taken_nothing(first: FirstInstance, qtbot: QtBot, tmp_path: Path) -> None:
    heard: list[tuple[Handover, Callable[[Answer], None]]] = []
    first.handed_over.connect(lambda *told: heard.append(told))
    assert (
        InstanceLock(tmp_path, HASTY).acquire(FILE, never) is Outcome.SILENT
    )  # the loop of this very thread stands still
    second = second_start(tmp_path, "/evidence/later.jpg")
    qtbot.waitUntil(lambda: bool(heard), timeout=60_000)
    ((handover, reply),) = heard
    assert handover.paths == (Path("/evidence/later.jpg"),)
    second.kill()
    second.wait(60)
    qtbot.waitUntil(lambda: not first.findChildren(QLocalSocket))
    reply(Answer.TAKEN)  # nobody is there to hear it


@pytest.fixture
def other_side(lock: InstanceLock, tmp_path: Path) -> Iterator[socket.socket]:
    """Listen in the first window's place, for what it says is to be strange."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address(tmp_path)))
        listening.listen()
        yield listening


def answering(other_side: socket.socket, second: subprocess.Popen[bytes], *lines: bytes) -> int:
    """Greet, hear a second start out, say these lines, and give the code with which it ends."""
    called, _ = other_side.accept()
    with called:
        called.sendall(b'{"uploader-gui": %d}\n' % VERSION)
        assert called.recv(1 << 20).endswith(b"\n")
        for line in lines:
            called.sendall(line)
        return second.wait(60)


@pytest.mark.parametrize(
    ("patience", "said", "outcome"),
    [("answer=0.1", [], UNSURE), ("taken=0.1", [b'{"answer": "received"}\n'], LOOKING)],
    ids=["nothing was said", "received"],
)
def test_no_word_whether_it_was_taken_is_told_as_that(
    patience: str, said: list[bytes], outcome: int, other_side: socket.socket, tmp_path: Path
) -> None:
    script = SECOND_START.replace("Path(sys.argv[1])", f"Path(sys.argv[1]), Patience({patience})").replace(
        "import InstanceLock", "import InstanceLock, Patience"
    )
    command = [sys.executable, "-c", script, str(tmp_path), "/evidence/a.jpg"]
    assert answering(other_side, subprocess.Popen(command), *said) == outcome


@pytest.mark.parametrize("said", [b'{"answer": "of course"}\n', b"[]\n", b"taken\n", b"\xff\n"])
def test_an_answer_nobody_knows_is_none(said: bytes, other_side: socket.socket, tmp_path: Path) -> None:
    assert answering(other_side, second_start(tmp_path, "/evidence/a.jpg"), said) == REFUSED


def test_what_greets_as_another_version_is_told_nothing(other_side: socket.socket, tmp_path: Path) -> None:
    second = second_start(tmp_path, "/evidence/a.jpg")
    called, _ = other_side.accept()
    with called:
        called.sendall(b'{"uploader-gui": %d}\n' % (VERSION + 1))
        assert (second.wait(60), called.recv(1024)) == (REFUSED, b"")


def leave_unconfirmed(other_side: socket.socket, said: bytes) -> None:
    """Hear a second start out, say this, and leave."""
    called, _ = other_side.accept()
    called.sendall(b'{"uploader-gui": %d}\n' % VERSION)
    called.recv(1 << 20)
    called.sendall(said)
    other_side.close()
    called.close()


@pytest.mark.parametrize("said", [b"", b'{"answer": "received"}\n'], ids=["nothing was said", "received"])
def test_a_window_that_left_before_it_confirmed_makes_the_next_start_the_first(
    said: bytes, other_side: socket.socket, lock: InstanceLock, tmp_path: Path
) -> None:
    second = second_start(tmp_path, "/evidence/a.jpg")
    leave_unconfirmed(other_side, said)
    lock.release()
    assert second.wait(60) == FIRST


def test_what_was_to_be_sent_again_is_not_given_to_a_second_window_where_the_first_may_have_it(
    other_side: socket.socket, lock: InstanceLock, tmp_path: Path
) -> None:
    script = SECOND_START.replace('"4217", True', '"4217", True, again=True')
    second = subprocess.Popen([sys.executable, "-c", script, tmp_path, "/evidence/a.jpg"])
    leave_unconfirmed(other_side, b'{"answer": "received"}\n')
    lock.release()
    assert second.wait(60) == UNSURE


def test_a_socket_left_by_a_crash_is_replaced_by_the_one_who_holds_the_journal(
    lock: InstanceLock, qtbot: QtBot, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("later starts cannot reach this window")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(address(tmp_path)))
    before = address(tmp_path).stat().st_ino
    first = FirstInstance(lock)
    first.handed_over.connect(lambda _, reply: reply(Answer.TAKEN))
    first.listen(owns_journal=False)
    assert address(tmp_path).stat().st_ino == before
    for _ in range(2):  # another engine's journal is locked, too, after a change of settings
        first.listen(owns_journal=True)
    with qtbot.waitSignal(first.handed_over, timeout=60_000):
        second = second_start(tmp_path, "/evidence/a.jpg")
    assert second.wait(60) == TAKEN
    first.close()


def test_a_persons_file_in_the_sockets_place_stays(lock: InstanceLock, tmp_path: Path) -> None:
    address(tmp_path).write_text("a person's own")
    first = FirstInstance(lock)
    first.listen(owns_journal=True)
    assert address(tmp_path).read_text() == "a person's own"
    first.close()


SAYING = """
import socket, sys
with socket.socket(socket.AF_UNIX) as called:
    called.connect(sys.argv[1])
    try:
        called.sendall(sys.stdin.buffer.read())
    except BrokenPipeError:
        pass
    sys.stdout.buffer.write(b"".join(iter(lambda: called.recv(1024), b"")))
"""


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (encode(FILE).replace(b"4217", b"../../../admin?x="), "no anomaly"),
        (encode(FILE).replace(b"a.jpg", b"\\ud800"), "no path"),
        (encode(FILE).replace(b"/evidence", b"evidence"), "no path"),
        (b'{"version": 7}\n', "other version"),
        (b"hello\n", "not understood"),
        (b"x" * (17 * 1024 * 1024), "too many"),
    ],
    ids=["anomaly", "lone surrogate", "relative path", "version", "no JSON", "size"],
)
def test_what_is_no_command_line_is_refused_with_an_answer(  # noqa: PLR0917 - all that takes part
    line: bytes, answer: str, first: FirstInstance, qtbot: QtBot, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("a later start was refused")
    heard: list[object] = []
    first.handed_over.connect(lambda handover, _: heard.append(handover))
    command = [sys.executable, "-c", SAYING, str(address(tmp_path))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stranger:
        assert stranger.stdin
        assert stranger.stdout
        stranger.stdin.write(line)
        stranger.stdin.close()
        qtbot.waitUntil(lambda: stranger.poll() is not None, timeout=60_000)
        assert stranger.stdout.read().splitlines()[1:] == [b'{"answer": "%s"}' % answer.encode()]
    assert heard == []


def test_lock_and_socket_lie_where_nobody_else_can_look(first: FirstInstance, tmp_path: Path) -> None:
    room = (tmp_path / "instance").stat()
    assert (stat.S_IMODE(room.st_mode), room.st_uid) == (0o700, os.geteuid())
    assert stat.S_ISSOCK(address(tmp_path).stat().st_mode)
    assert address(tmp_path).stat().st_mode & 0o077 == 0


def open_to_all(room: Path) -> None:
    room.mkdir(mode=0o755)
    room.chmod(0o755)


def a_link(room: Path) -> None:
    (room.parent / "elsewhere").mkdir(mode=0o700)
    room.symlink_to(room.parent / "elsewhere")


def a_file(room: Path) -> None:
    room.write_bytes(b"a person's own")


def of_somebody_else(room: Path) -> None:
    room.mkdir(mode=0o700)
    os.chown(room, 12_345, -1)


@pytest.mark.parametrize(
    "made", [open_to_all, a_link, a_file, pytest.param(of_somebody_else, marks=as_root)], ids=lambda one: one.__name__
)
def test_a_place_of_others_too_is_left_as_it_is(made: Callable[[Path], None], qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path / "instance")
    before = (tmp_path / "instance").lstat()
    assert_a_second_start_hands_over(tmp_path, qtbot)
    after = (tmp_path / "instance").lstat()
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Give a folder in whose path a socket's has room, whatever the person and the run are called."""
    with tempfile.TemporaryDirectory(prefix="s") as folder:
        yield Path(folder)


def test_without_a_folder_for_temporary_files_the_sessions_own_folder_is_enough(
    tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_folder))
    monkeypatch.setattr(
        tempfile, "_candidate_tempdir_list", lambda: ["/proc"]
    )  # the system's, where nothing can be made
    monkeypatch.setattr(tempfile, "tempdir", None)
    (address,) = InstanceLock(deep).addresses
    assert Path(address).is_relative_to(short_folder)


def test_a_folder_too_deep_for_a_socket_is_no_hindrance(qtbot: QtBot, tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    for place in (deep, *(tmp_path / ("a" * length) for length in range(1, 100, 3))):
        place.mkdir(exist_ok=True)
        assert all(len(os.fsencode(one)) < 92 for one in InstanceLock(place).addresses)  # Qt adds to its 103
    assert_a_second_start_hands_over(deep, qtbot)


def assert_a_second_start_hands_over(folder: Path, qtbot: QtBot) -> None:
    lock = InstanceLock(folder)
    assert lock.acquire(FILE, never) is Outcome.FIRST
    first = FirstInstance(lock)
    first.handed_over.connect(lambda _, reply: reply(Answer.TAKEN))
    first.listen(owns_journal=True)
    with qtbot.waitSignal(first.handed_over, timeout=60_000):
        second = second_start(folder, "/evidence/a.jpg")
    assert second.wait(60) == TAKEN
    first.close()
    lock.release()


@as_root
def test_another_persons_socket_in_the_windows_place_is_told_nothing(lock: InstanceLock, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(address(tmp_path)))
        theirs.listen()
        theirs.setblocking(False)
        os.chown(address(tmp_path), 12_345, -1)
        assert InstanceLock(tmp_path, HASTY).acquire(FILE, never) is Outcome.SILENT
        with pytest.raises(BlockingIOError):
            theirs.accept()


LISTENING = """
import os, socket, sys
theirs = socket.socket(fileno=int(sys.argv[1]))
os.setuid(12_345)
theirs.listen()
print("listening", flush=True)
called, _ = theirs.accept()
print("heard", called.recv(1024), flush=True)
"""


@as_root
def test_another_persons_program_behind_the_windows_socket_is_told_nothing(lock: InstanceLock, tmp_path: Path) -> None:
    """Its file may be ours: who listens is what counts."""
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(address(tmp_path)))
        command = [sys.executable, "-c", LISTENING, str(theirs.fileno())]
        with subprocess.Popen(command, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE) as stranger:
            try:
                assert stranger.stdout
                assert stranger.stdout.readline() == b"listening\n"
                assert InstanceLock(tmp_path, HASTY).acquire(FILE, never) is Outcome.SILENT
                assert stranger.stdout.readline() == b"heard b''\n"
            finally:
                stranger.kill()


@as_root
def test_another_person_who_calls_is_not_even_greeted(
    first: FirstInstance, qtbot: QtBot, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("another person's program wanted")
    heard: list[object] = []
    first.handed_over.connect(lambda handover, _: heard.append(handover))
    script = SAYING.replace(
        "    called.connect", "    import os; at = os.open('.', 0); os.setuid(12_345)\n    called.connect"
    )
    tmp_path.chmod(0o777)
    address(tmp_path).parent.chmod(0o777)
    address(tmp_path).chmod(0o777)
    command = [sys.executable, "-c", script, str(address(tmp_path))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as stranger:
        assert stranger.stdin
        assert stranger.stdout
        stranger.stdin.write(encode(FILE))
        stranger.stdin.close()
        qtbot.waitUntil(lambda: stranger.poll() is not None, timeout=60_000)
        assert stranger.stdout.read() == b""
    assert heard == []


def test_waiting_for_a_window_ends_with_one_interrupt(lock: InstanceLock, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        InstanceLock(tmp_path).acquire(FILE, lambda: True)
