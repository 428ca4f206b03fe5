"""Files that are on no disk, and paths, by real OLE drags and clipboards: they arrive byte for byte, or are refused."""

from __future__ import annotations

import hashlib
import subprocess
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

import pytest

from smoke.program import receipt_in
from smoke.screen import PATIENCE
from smoke.under_wine import UnderWine, Windows
from wine import compiler
from wine.machine import windows_path
from wine.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.scripted_storage import ScriptedStorage

SOURCE: Final = Path(__file__).with_name("virtual_source.c")
PLACE: Final = (1440, 740)
"""The middle of the source's window."""
SIZE: Final = 20_000
COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def content(file: int, size: int = SIZE) -> bytes:
    """Return what the source gives of a file: it begins again after 251 times 256 bytes."""
    begins_again = bytes((place * 7 + file * 31 + place // 251) % 256 for place in range(min(size, 251 * 256)))
    return (begins_again * (size // len(begins_again) + 1))[:size]


class VirtualSource:
    """A running source. It hears what the source says, word by word."""

    def __init__(self, screen: Screen, process: subprocess.Popen[bytes], heard: SimpleQueue[bytes]) -> None:
        self.process = process
        self._screen = screen
        self._heard = heard
        self._words: list[str] = []

    def until(self, word: str) -> None:
        """Wait until it says a word."""
        try:
            while word not in self._words:
                self._words += self._heard.get(timeout=PATIENCE).decode().split()
        except Empty:
            raise AssertionError(f"the source never said {word!r}, only {self._words}") from None

    def drag_onto(self, window: str) -> None:
        """Press on the source's window, pull, and let go over the other one."""
        self.until("ready")
        self._screen.point(*PLACE)
        self._screen.press()
        for step in range(1, 6):
            self._screen.point(PLACE[0] - 4 * step, PLACE[1])
        self.until("dragging")
        x, y = self._screen.middle_of(window)
        for step in range(5, -1, -1):
            self._screen.point(x + 4 * step, y + 4 * step)
        self.until("accepted")
        self._screen.release()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the source as a program for Windows."""
    target = tmp_path_factory.mktemp("source") / "virtual_source.exe"
    compiler.tool(SOURCE, target, "-lole32", "-luuid", "-lshell32")
    return target


@pytest.fixture
def program(windows: Windows, screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[UnderWine]:
    """Return the installed program."""
    made = UnderWine(windows, tmp_path / "person", DISPLAY=screen.display, **given)
    yield made
    made.end_all()


@contextmanager
def source(  # noqa: PLR0917 - what it is told
    windows: Windows, screen: Screen, compiled: Path, kind: str, what: str, how: str = "drag", size: int = SIZE
) -> Iterator[VirtualSource]:
    heard: SimpleQueue[bytes] = SimpleQueue()
    output = Output(heard.put)
    streams = {"stdin": subprocess.DEVNULL, "stdout": output.writing, "stderr": output.writing}
    command = ["wine", windows_path(compiled), kind, what, str(size), how]
    environment = windows.wine.basics | {"DISPLAY": screen.display}
    with subprocess.Popen(command, env=environment, **streams) as process:  # type: ignore[call-overload] # three streams
        try:
            yield VirtualSource(screen, process, heard)
        finally:
            process.kill()
    output.end()


def settled(program: UnderWine, count: int) -> bool:
    states = list(program.states().values())
    return len(states) == count and "fetching" not in states


def fetched(program: UnderWine) -> list[Path]:
    """Return the files in the folder of what was fetched, and in the folders in it."""
    return [path for path in (program.journal.parent / "fetched").rglob("*") if path.is_file()]


def list_of(paths: list[str], target: Path) -> str:
    """Write paths as the source reads them and return how Windows spells that file."""
    target.write_bytes("".join(f"{path}\0" for path in paths).encode("utf-16-le"))
    return windows_path(target)


KINDS: Final = (
    # kind, how, files, of how many bytes, how many of them fail
    ("stream", "drag", 25, SIZE, 0),
    ("stream", "copy", 3, SIZE, 0),
    ("little", "drag", 3, SIZE, 0),
    ("block", "drag", 3, SIZE, 0),
    ("mail", "drag", 2, SIZE, 0),
    ("broken", "drag", 3, SIZE, 1),
    ("short", "copy", 3, SIZE, 1),
    ("long", "drag", 3, SIZE, 1),
    ("free", "drag", 3, SIZE, 0),
    ("zip", "drag", 3, SIZE, 0),
    ("zip", "copy", 3, SIZE, 0),
    ("stream", "drag", 1, 300_000_000, 0),
)


def test_they_arrive_byte_for_byte_or_are_refused_whole(  # noqa: PLR0917 - all that takes part
    windows: Windows, program: UnderWine, screen: Screen, storage: ScriptedStorage, compiled: Path, tmp_path: Path
) -> None:
    report, listed = tmp_path / "receipt.json", 0
    running = program.start("--anomaly", "4217", "--quit-when-done", "--report", report)
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    screen.wait_until(program.journal.exists)
    for kind, how, count, size, _ in KINDS:
        listed += count
        with source(windows, screen, compiled, kind, str(count), how, size) as other:
            if how == "drag":
                other.drag_onto(window)
                other.until("dropped")
            else:
                other.until("copied")
                screen.place(window, 60, 60)
                screen.strike("ctrl+v")
            screen.wait_until(lambda: settled(program, listed))  # noqa: B023 - called in this round alone
            if kind == "free":
                other.until("ended")
    assert len(fetched(program)) == listed - 3
    screen.press_primary_button(window, lambda: running.poll() is not None)
    assert program.finish(running) == 1, program.said
    rows = receipt_in(report)["files"]
    assert {row["source"] for row in rows} == {"from another program"}
    assert not any("path" in row for row in rows)
    arrived = {name.split("/")[1]: stored for name, stored in storage.objects.items()}
    for kind, how, count, size, failing in KINDS:
        ours, rows = rows[:count], rows[count:]
        codes = [row["reason"]["code"] for row in ours if row["state"] == "failed"]
        assert codes == ["not_fetched"] * failing, (kind, how)
        came = {row["name"]: arrived[row["upload_id"]] for row in ours if row["state"] == "uploaded"}
        assert len(came) == count - failing, (kind, how)
        for name, stored in came.items():
            if kind == "mail":
                assert (stored.data or b"").startswith(COMPOUND_FILE)
            else:
                whole = content(int(name.split()[1].split(".")[0]), size)
                assert stored.sha256 == hashlib.sha256(whole).hexdigest(), (kind, how, name)
    assert fetched(program) == []


def test_paths_come_once_however_long_and_in_whichever_spelling(  # noqa: PLR0917 - as above
    windows: Windows, program: UnderWine, screen: Screen, files: Files, storage: ScriptedStorage, compiled: Path
) -> None:
    room = 376 - len(windows_path(files.folder)) - len("//preuve.pdf")
    long = files.make(f"{'d' * (room // 2)}/{'o' * (room - room // 2 - 1)}/preuve.pdf")
    plain = windows_path(files.make("Rapport.pdf"))
    assert len(windows_path(long)) == 376
    running = program.start("--anomaly", "4217")
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    screen.wait_until(program.journal.exists)
    with windows.share("nas", "dossiers", files.folder) as share:
        spelled = [plain, f"\\\\?\\{plain}", plain.upper(), f"{share}\\Rapport.pdf", windows_path(long)]
        with source(windows, screen, compiled, "paths", list_of(spelled, files.folder / "spelled.txt")) as other:
            other.drag_onto(window)
            other.until("dropped")
        screen.wait_until(lambda: len(program.states()) == 2)
        screen.press_primary_button(window, lambda: len(storage.objects) == 2)
        screen.wait_until(lambda: set(program.states().values()) == {"uploaded"})
    assert sorted(name.rpartition("/")[2] for name in storage.objects) == ["Rapport.pdf", "preuve.pdf"]
    assert {stored.sha256 for stored in storage.objects.values()} == {
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (files.folder / "Rapport.pdf", long)
    }
    many = [windows_path(files.make(f"many/{number // 100}/{number}.csv", size=9)) for number in range(5_000)]
    with source(windows, screen, compiled, "paths", list_of(many, files.folder / "many.txt")) as other:
        other.drag_onto(window)
        other.until("dropped")
    screen.wait_until(lambda: settled(program, 5_002))
    assert program.states().keys() >= set(many)


def test_nothing_half_is_left_of_a_source_that_is_killed_a_drop_that_is_cancelled_and_a_window_that_is_closed(
    windows: Windows, program: UnderWine, screen: Screen, storage: ScriptedStorage, compiled: Path
) -> None:
    running = program.start("--anomaly", "4217")
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    screen.wait_until(program.journal.exists)

    def are(*states: str) -> bool:
        return sorted(program.states().values()) == sorted(states)

    with source(windows, screen, compiled, "slow", "2", size=9_000_000) as other:
        other.drag_onto(window)
        screen.wait_until(lambda: are("fetching", "fetching"))
    windows.wine.output_of("taskkill", "/f", "/im", compiled.name)
    screen.wait_until(lambda: are("failed", "failed"))
    with source(windows, screen, compiled, "slow", "2", size=9_000_000) as other:
        other.drag_onto(window)
        screen.wait_until(lambda: are("failed", "failed", "fetching", "fetching"))
        screen.point(*screen.middle_of(window))  # where the list is
        screen.press()
        screen.release()
        screen.strike("ctrl+a")
        screen.strike("Delete")
        screen.wait_until(lambda: are("failed", "failed", "cancelled", "cancelled"))
        other.until("dropped")
    screen.wait_until(lambda: fetched(program) == [])
    with source(windows, screen, compiled, "slow", "2", size=9_000_000) as other:
        other.drag_onto(window)
        screen.wait_until(lambda: list(program.states().values()).count("fetching") == 2)
        screen.ask_to_close(window)
        dialog = screen.window_of(running.pid, window)
        screen.place(dialog, 300, 300)
        screen.strike("shift+Tab")  # from "Stay here" to "Stop and resume next time"
        screen.strike("Return")
        other.until("dropped")
        program.finish(running)
    screen.window_of(program.start().pid)
    screen.wait_until(lambda: are(*["failed"] * 4, "cancelled", "cancelled"))
    screen.wait_until(lambda: fetched(program) == [])
    assert storage.objects == {}
