"""The program as scripts start it: a process of its own, with arguments and environment. The fixture `program`."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.support.strict_api import StrictApi

ANOMALY = "42"
PATIENCE = 60.0
"""Seconds until a test gives up on a process: far more than any of them takes."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `receipt` is None where none was written; `seconds` is how long it took, `folder` where."""

    code: int
    out: str
    err: str
    receipt: dict[str, Any] | None
    seconds: float
    folder: Path

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        assert self.receipt is not None, self
        return {row["path"].rpartition("/")[2]: row for row in self.receipt["files"]}

    @property
    def only(self) -> dict[str, Any]:
        (row,) = self.files.values()
        return row

    @property
    def totals(self) -> dict[str, int]:
        """Give the receipt's totals without those that are zero."""
        assert self.receipt is not None, self
        return {name: number for name, number in self.receipt["totals"].items() if number}


@dataclass(slots=True)
class Running:
    """A process at work."""

    process: subprocess.Popen[bytes]
    folder: Path
    report: Path
    began: float = field(default_factory=time.monotonic)

    def send_signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def out(self) -> str:
        return (self.folder / "stdout").read_text("utf-8")

    def says(self, words: str) -> None:
        """Wait until it has said this; between two looks wait for its end, not blindly."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.out():
            assert time.monotonic() < deadline, self.out()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
                assert words in self.out(), self.out()

    def ended(self) -> Ended:
        code = self.process.wait(PATIENCE)
        seconds = time.monotonic() - self.began
        receipt = json.loads(self.report.read_text("utf-8")) if self.report.exists() else None
        return Ended(code, self.out(), (self.folder / "stderr").read_text("utf-8"), receipt, seconds, self.folder)


class Program:
    """Starts the program, each time with standard streams and a receipt in a folder of its own.

    `environment` is put over the test's own for every start; `command` is what Python runs.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder
        self._started: list[Running] = []
        self.environment = environment
        self.command: tuple[str, ...] = ("-m", "uploader_gui")

    @classmethod
    def of(cls, api: StrictApi, folder: Path) -> Self:
        """Return the program as a person who may use that service has it."""
        bearer, session = api.tokens
        tokens = {"UPLOADER_BEARER_TOKEN": bearer, "UPLOADER_SESSION_TOKEN": session}
        return cls(folder, UPLOADER_API_URL=api.url, **tokens)

    @property
    def data(self) -> Path:
        return Path(os.environ["UPLOADER_DATA_DIR"])

    @property
    def next_folder(self) -> Path:
        return self._folder / f"run-{len(self._started) + 1}"

    def start(self, *arguments: str | Path, **environment: str | None) -> Running:
        """Start it; a variable that is None is not in its environment. `{report}` in an argument is its receipt."""
        folder = self.next_folder
        folder.mkdir(parents=True)
        report = folder / "receipt.json"
        whole = os.environ | self.environment | environment
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            given = (str(argument).replace("{report}", str(report)) for argument in arguments)
            process = subprocess.Popen(
                [sys.executable, *self.command, *given],
                env={name: value for name, value in whole.items() if value is not None},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self._started.append(running := Running(process, folder, report))
        return running

    def run(self, *arguments: str | Path, **environment: str | None) -> Ended:
        return self.start(*arguments, **environment).ended()

    def on_a_terminal(self, *arguments: str | Path) -> str:
        """Run it on a terminal of its own, and return everything it wrote there."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, *self.command, *arguments],
            env=os.environ | self.environment | {"COLUMNS": "100"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], PATIENCE)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the last one closed the terminal
                break
        os.close(ours)
        assert process.wait(PATIENCE) == 0, shown
        return shown.decode()

    def begin(self, *paths: str | Path, anomaly: str = ANOMALY, **environment: str | None) -> Running:
        """Start it headless for an anomaly, with a receipt."""
        return self.start("--headless", "--anomaly", anomaly, "--report", "{report}", *paths, **environment)

    def send(self, *paths: str | Path, anomaly: str = ANOMALY, **environment: str | None) -> Ended:
        """Run it headless for an anomaly, with a receipt."""
        return self.begin(*paths, anomaly=anomaly, **environment).ended()

    def end_all(self) -> None:
        for running in self._started:
            if running.process.poll() is None:
                running.kill()
