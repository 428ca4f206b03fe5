"""Starts windows for the rows that need one: the program's, driven by `window_driver.py`, and a bare one."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.process import ROOT
from tests.bench.program import data_folder
from tests.bench.receiver import Receiver

PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a 5 ms timer saw, in milliseconds; `seconds`: for how long it looked."""

    longest: float
    p99: float
    seconds: float


def surroundings(platform: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"} | {
        "QT_QPA_PLATFORM": platform
    }


def in_window(
    receiver: Receiver, scenario: str, *arguments: str | int | Path, slots: int = 6, platform: str
) -> dict[str, Any]:
    with data_folder(receiver, slots) as environment:
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.bench.window_driver", scenario, *map(str, arguments)]
        told = _told(command, surroundings(platform) | environment)
        if "painted_at" in told:
            told["painted_after"] = told["painted_at"] - began
        return told


def painted_after(command: Sequence[str], platform: str) -> float:
    """Return the seconds from the start of a process to its first painted window."""
    began = time.monotonic()
    painted: float = _told(command, surroundings(platform))["painted_at"]
    return painted - began


@contextmanager
def bare_window_meanwhile(platform: str, into: list[Gaps]) -> Iterator[None]:
    """Let a bare window's timer tick while the block runs."""
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare_window", "smooth"],
        cwd=ROOT,
        env=surroundings(platform),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert window.stdout
    window.stdout.readline()  # it stands
    yield
    told, _ = window.communicate(timeout=PATIENCE)
    into.append(Gaps(**json.loads(told)))


def _told(command: Sequence[str], environment: dict[str, str]) -> dict[str, Any]:
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if ended.returncode not in {0, 1}:  # 1: not everything on the list was sent
        sys.exit(f"{command}: exit {ended.returncode}\n{ended.stdout}\n{ended.stderr[-4000:]}")
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told
