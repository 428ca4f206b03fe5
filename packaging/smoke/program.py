"""The built program as a person has it: no Python, an empty home, its own environment. Used by the smoke tests."""

from __future__ import annotations

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any

from smoke.screen import PATIENCE
from wine.machine import kill, processes_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smoke.screen import Screen


class Built:
    """One way to start the program, in an environment that has nothing but what it is given.

    `command` opens the window, `console` is for a terminal: on Windows they are two programs.
    """

    name = "bundle"
    encoding = "utf-8"
    """Of what it says into a pipe."""
    may_lack: frozenset[str] = frozenset({"keyring"})
    """What its self-test may have a note about, where the system has none."""

    def __init__(self, command: Sequence[str], folder: Path, **variables: str) -> None:
        self.command = self.console = list(command)
        self._started: list[subprocess.Popen[bytes]] = []
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self._said = folder / "said.txt"
        self.environment = {"HOME": str(self.home), "PATH": str(folder / "no-programs"), "LANG": "C.UTF-8", **variables}

    @property
    def journal(self) -> Path:
        """Where it keeps its journal, given an empty home."""
        return self.home / ".local" / "share" / "uploader-gui" / "journal.sqlite"

    def spelled(self, path: Path) -> str:
        """Return how the program's system spells a path of this machine."""
        return str(path)

    def without_screen(self) -> None:
        """Take the screen away from what is started from now on."""
        self.environment.pop("DISPLAY", None)

    def start(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """Open the window; what it says goes into a file."""
        return self._begin([*self.command, *map(self._word, arguments)], cwd)

    def begin(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """Start it as a script does."""
        return self._begin([*self.console, *map(self._word, arguments)], cwd)

    def run(self, *arguments: str | Path, cwd: Path | None = None) -> tuple[int, str]:
        """Run it as a script does to its end; return exit code and what it said."""
        self._said.unlink(missing_ok=True)
        code = self.finish(self.begin(*arguments, cwd=cwd))
        return code, self.said

    def finish(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end of a process, and for all it said; return its exit code."""
        return process.wait(PATIENCE)

    def in_terminal(self, *arguments: str | Path) -> Terminal:
        """Start it in a terminal."""
        terminal = Terminal([*self.console, *map(self._word, arguments)], self.environment)
        self._started.append(terminal.process)
        return terminal

    @property
    def said(self) -> str:
        """Everything it has said."""
        return self._said.read_text(self.encoding) if self._said.exists() else ""

    def end_all(self) -> None:
        """Kill what a failed test left: what was started, and what that has started in turn."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)
        kill(self.processes())

    def processes(self, word: bytes = b"") -> list[Path]:
        """Return the folders in /proc of this program's processes with that word in their command.

        They are known by its folder in their environment.
        """
        return processes_with((str(self.home.parent), self.spelled(self.home.parent)), word)

    def states(self) -> dict[str, str]:
        """Return path and state of every upload in its journal: read from a copy, for it alone may open the journal."""
        return {path: state.lower() for path, state in self._ask("SELECT CAST(path AS TEXT), state FROM uploads")}

    def maybe_twice(self) -> set[str]:
        """Return the ids of the uploads that are marked as perhaps registered twice."""
        return {name for (name,) in self._ask("SELECT upload_id FROM uploads WHERE may_be_registered_twice")}

    def _ask(self, question: str) -> list[tuple[str, ...]]:
        with tempfile.TemporaryDirectory() as folder:
            for file in self.journal.parent.glob("journal.sqlite*"):
                with suppress(FileNotFoundError):  # a log that has just been taken in
                    shutil.copy(file, folder)
            try:
                with closing(sqlite3.connect(Path(folder) / self.journal.name)) as copy:
                    return [tuple(map(str, row)) for row in copy.execute(question)]
            except sqlite3.Error:  # copied in the middle of a write
                return []

    def close(self, process: subprocess.Popen[bytes], window: str, screen: Screen) -> int:
        """Close its window as its frame's button does, and return the exit code.

        The last row may still be on its way into the window: then it asks, and Esc says "not yet".
        """
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None:
            assert time.monotonic() < deadline, "its window does not close"
            screen.ask_to_close(window)
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                screen.strike("Escape")
        return self.finish(process)

    def _word(self, argument: str | Path) -> str:
        return argument if isinstance(argument, str) else self.spelled(argument)

    def _begin(self, command: list[str], cwd: Path | None) -> subprocess.Popen[bytes]:
        with self._said.open("ab") as said:
            return self._keep(command, cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def _keep(self, command: list[str], cwd: Path | None, **streams: IO[bytes] | int) -> subprocess.Popen[bytes]:
        where = cwd or self.home.parent
        started = subprocess.Popen(command, env=self.environment, cwd=where, **streams)  # type: ignore[call-overload] # three streams
        self._started.append(started)
        return started  # type: ignore[no-any-return] # for the same reason


class Terminal:
    """A process in a terminal of its own, and the keys of that."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.said = b""
        owning = ["/usr/bin/setsid", "--ctty", *command]  # only its own terminal's keys reach a process as signals
        self.process = subprocess.Popen(owning, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._reading = Thread(target=self._read, daemon=True)
        self._reading.start()

    def press_ctrl_c(self) -> None:
        """Press Ctrl+C."""
        os.write(self._ours, b"\x03")

    def ended(self) -> int:
        """Wait for its end and return the exit code."""
        code = self.process.wait(PATIENCE)
        os.close(self._ours)
        return code

    def _read(self) -> None:
        with suppress(OSError):  # nobody is at the other side any more
            while piece := os.read(self._ours, 65536):
                self.said += piece


def receipt_in(file: Path) -> dict[str, Any]:
    """Return the receipt that a run has written."""
    receipt: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return receipt
