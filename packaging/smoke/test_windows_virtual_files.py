"""Files that are on no disk, by real OLE drags and clipboards: they arrive byte for byte, or are refused."""

from __future__ import annotations

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
    from tests.support.scripted_storage import ScriptedStorage

SOURCE: Final = Path(__file__).with_name("virtual_source.c")
PLACE: Final = (1440, 740)
"""The middle of the source's window."""
SIZE: Final = 20_000
COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def content(file: int, size: int = SIZE) -> bytes:
    """Return what the source gives of a file."""
    return bytes((place * 7 + file * 31 + place // 251) % 256 for place in range(size))


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
    """Give the source as a program for Windows."""
    target = tmp_path_factory.mktemp("source") / "virtual_source.exe"
    compiler.tool(SOURCE, target, "-lole32", "-luuid", "-lshell32")
    return target


@pytest.fixture
def program(windows: Windows, screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[UnderWine]:
    """Give the installed program."""
    made = UnderWine(windows, tmp_path / "person", DISPLAY=screen.display, **given)
    yield made
    made.end_all()


@contextmanager
def source(  # noqa: PLR0917 - what it is told
    windows: Windows, screen: Screen, compiled: Path, kind: str, count: int, how: str = "drag", size: int = SIZE
) -> Iterator[VirtualSource]:
    heard: SimpleQueue[bytes] = SimpleQueue()
    output = Output(heard.put)
    streams = {"stdin": subprocess.DEVNULL, "stdout": output.writing, "stderr": output.writing}
    command = ["wine", windows_path(compiled), kind, str(count), str(size), how]
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


@pytest.mark.parametrize(
    ("kind", "how", "names", "failed"),
    [
        ("stream", "drag", 25, 0),
        ("stream", "copy", 3, 0),
        ("little", "drag", 3, 0),
        ("block", "drag", 3, 0),
        ("mail", "drag", 2, 0),
        ("broken", "drag", 3, 1),
        ("long", "drag", 3, 1),
        ("free", "drag", 3, 0),
    ],
)
def test_they_arrive_byte_for_byte_or_are_refused_whole(
    *,
    windows: Windows,
    program: UnderWine,
    screen: Screen,
    storage: ScriptedStorage,
    compiled: Path,
    tmp_path: Path,
    kind: str,
    how: str,
    names: int,
    failed: int,
) -> None:
    report = tmp_path / "receipt.json"
    running = program.start("--anomaly", "4217", "--quit-when-done", "--report", report)
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    screen.wait_until(program.journal.exists)
    with source(windows, screen, compiled, kind, names, how) as other:
        if how == "drag":
            other.drag_onto(window)
            other.until("dropped")
        else:
            other.until("copied")
            screen.strike("ctrl+v")
        screen.wait_until(lambda: settled(program, names))
        if kind == "free":
            other.until("ended")
    screen.press_primary_button(window, lambda: running.poll() is not None)
    assert program.finish(running) == bool(failed), program.said
    rows = receipt_in(report)["files"]
    assert {row["source"] for row in rows} == {"from another program"}
    assert not any("path" in row for row in rows)
    assert [row["reason"]["code"] for row in rows if row["state"] == "failed"] == ["not_fetched"] * failed
    arrived = {name.split("/")[-1]: stored.data or b"" for name, stored in storage.objects.items()}
    assert len(arrived) == names - failed
    if kind == "mail":
        assert all(name.endswith(".msg") and data.startswith(COMPOUND_FILE) for name, data in arrived.items())
    else:
        assert arrived == {name: content(int(name.split()[1][:-4])) for name in arrived}
    assert [path for path in (program.journal.parent / "fetched").rglob("*") if path.is_file()] == []


def test_a_source_that_is_killed_leaves_nothing_half(
    windows: Windows, program: UnderWine, screen: Screen, storage: ScriptedStorage, compiled: Path
) -> None:
    running = program.start("--anomaly", "4217")
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    screen.wait_until(program.journal.exists)
    with source(windows, screen, compiled, "slow", 2, size=9_000_000) as other:
        other.drag_onto(window)
        screen.wait_until(lambda: list(program.states().values()) == ["fetching"] * 2)
    windows.wine.output_of("taskkill", "/f", "/im", compiled.name)
    screen.wait_until(lambda: list(program.states().values()) == ["failed"] * 2)
    assert [path for path in (program.journal.parent / "fetched").rglob("*") if path.is_file()] == []
    assert storage.objects == {}
