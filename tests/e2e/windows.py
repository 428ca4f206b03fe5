"""Windows as processes of their own, offscreen, on the data folder of the test."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.program import PATIENCE, Program, Running


def standing(program: Program, *arguments: str | Path, **environment: str | None) -> Running:
    window = program.start(*arguments, **environment)
    until(window, (program.data / "instance" / "socket").is_socket)
    return window


def until(running: Running, seen: Callable[[], bool]) -> None:
    """Wait until something is so; between two looks wait for the end of a process that is to go on."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline
        assert not ended_within(running, 0.02), (running.folder / "stderr").read_text("utf-8")


def ended_within(running: Running, seconds: float) -> bool:
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
