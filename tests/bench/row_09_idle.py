"""Row 9: an idle window costs nothing."""

import subprocess
import sys
import time

from tests.bench.figures import Figure
from tests.bench.process import ROOT, cpu_and_wakeups
from tests.bench.program import data_folder
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting
from tests.bench.windows import surroundings

SETTLE = 5.0


def measure(setting: Setting) -> list[Figure]:
    """Open the window as a person does, leave it alone for 30 s, and ask the kernel."""
    length = 30 * setting.share
    repeat = min(setting.repeat, 3)
    with Receiver() as receiver:
        seen = [_idle(receiver, setting.platform, length) for _ in range(repeat)]
    workload = f"idle window, {length:.0f} s"
    return [
        Figure(9, workload, "CPU", [100 * cpu / length for cpu, _ in seen], 0.2, 0.05, " %"),
        Figure(9, workload, "wake-ups of all threads", [float(wakeups) for _, wakeups in seen], 5, 0),
    ]


def _idle(receiver: Receiver, platform: str, length: float) -> tuple[float, int]:
    with data_folder(receiver, 6) as environment:
        window = subprocess.Popen(
            [sys.executable, "-m", "uploader_gui"], cwd=ROOT, env=surroundings(platform) | environment
        )
        try:
            time.sleep(SETTLE)
            before = cpu_and_wakeups(window.pid)
            time.sleep(length)
            after = cpu_and_wakeups(window.pid)
        finally:
            window.terminate()
            window.wait()
    return after[0] - before[0], after[1] - before[1]
