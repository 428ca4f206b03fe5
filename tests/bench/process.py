"""Running a command and what it cost: seconds, CPU seconds of it and its children, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took. `cpu` is user and system time, `peak` resident bytes (0 where nobody looked)."""

    seconds: float
    cpu: float
    peak: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Two that ran beside each other."""
        return Cost(max(self.seconds, other.seconds), self.cpu + other.cpu, self.peak + other.peak)


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None, *, look: bool = False) -> Cost:
    """Run a command to its end; whatever it says is shown only where it fails. `look`: watch its peak memory."""
    return finish(begin(command, environment), look=look)


@dataclass(frozen=True, slots=True)
class Begun:
    process: subprocess.Popen[str]
    at: float


def begin(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Begun:
    process = subprocess.Popen(
        list(map(str, command)),
        env=os.environ | dict(environment or {}),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Begun(process, time.monotonic())


def finish(begun: Begun, *, look: bool = False) -> Cost:
    peak = _watch(begun.process) if look else 0
    assert begun.process.stdout
    told = begun.process.stdout.read()
    _, status, used = os.wait4(begun.process.pid, 0)
    seconds = time.monotonic() - begun.at
    begun.process.returncode = os.waitstatus_to_exitcode(status)
    if begun.process.returncode:
        sys.exit(f"{begun.process.args!r}: exit {begun.process.returncode}\n{told[-4000:]}")
    return Cost(seconds, used.ru_utime + used.ru_stime, peak)


def _watch(process: subprocess.Popen[str]) -> int:
    """Read VmHWM until the process has ended: ru_maxrss would count what it was forked from."""
    peak = 0
    while True:
        now = status_bytes(process.pid, "VmHWM")
        if not now:
            return peak
        peak = max(peak, now)
        time.sleep(0.02)


def status_bytes(pid: int, name: str) -> int:
    """Return a memory figure of /proc/PID/status in bytes, 0 where the process has none any more."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_and_wakeups(pid: int) -> tuple[float, int]:
    """Return the CPU seconds of all threads of a process so far, and how often they slept and woke."""
    cpu, wakeups = 0.0, 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        cpu += int((task / "schedstat").read_text().split()[0]) / 1e9
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                wakeups += int(line.split()[1])
    return cpu, wakeups
