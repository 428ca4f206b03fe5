"""The built program as a person has it: no Python, an empty home, its own environment. Used by the smoke tests."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from smoke.screen import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smoke.screen import Screen


class Built:
    """One way to start the program, in an environment that has nothing but what it is given."""

    def __init__(self, command: Sequence[str], folder: Path, **variables: str) -> None:
        self.command = list(command)
        self._started: list[subprocess.Popen[bytes]] = []
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self._said = folder / "said.txt"
        self.environment = {"HOME": str(self.home), "PATH": str(folder / "no-programs"), "LANG": "C.UTF-8", **variables}

    @property
    def journal(self) -> Path:
        """Where it keeps its journal, given an empty home."""
        return self.home / ".local" / "share" / "uploader-gui" / "journal.sqlite"

    def start(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """Start it; what it says goes into a file."""
        with self._said.open("ab") as said:
            started = subprocess.Popen(
                [*self.command, *map(str, arguments)],
                env=self.environment,
                cwd=cwd or Path(self.command[0]).parent,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        self._started.append(started)
        return started

    def run(self, *arguments: str | Path, cwd: Path | None = None) -> tuple[int, str]:
        """Run it to its end; give exit code and what it said."""
        self._said.unlink(missing_ok=True)
        code = self.start(*arguments, cwd=cwd).wait(PATIENCE)
        return code, self.said

    @property
    def said(self) -> str:
        """Everything it has said."""
        return self._said.read_text("utf-8") if self._said.exists() else ""

    def end_all(self) -> None:
        """Kill what a failed test left."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)

    def states(self) -> dict[str, str]:
        """Give path and state of every upload in its journal: read from a copy, for it alone may open the journal."""
        with tempfile.TemporaryDirectory() as folder:
            for file in self.journal.parent.glob("journal.sqlite*"):
                shutil.copy(file, folder)
            try:
                with closing(sqlite3.connect(Path(folder) / self.journal.name)) as copy:
                    rows = copy.execute("SELECT CAST(path AS TEXT), state FROM uploads").fetchall()
            except sqlite3.Error:  # copied in the middle of a write
                return {}
        return {str(path): str(state).lower() for path, state in rows}

    def close(self, process: subprocess.Popen[bytes], window: str, screen: Screen) -> int:
        """Close its window as its frame's button does, and give the exit code.

        The last row may still be on its way into the window: then it asks, and Esc says "not yet".
        """
        while process.poll() is None:
            screen.ask_to_close(window)
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                screen.strike("Escape")
        return process.returncode
