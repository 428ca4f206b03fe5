"""Measures how long the built program and the same from source take from process start to their window, files warm.

`uv run python -m smoke.measure_start` with `packaging` on PYTHONPATH, after a build; the two take turns. The window
counts once the window manager lists it, which X tells (`xprop -spy`).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from smoke.program import Built
from smoke.screen import Screen

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 9


def seconds_to_window(program: Built, screen: Screen) -> float:
    """Start it once, close it again; give the seconds until its window stood."""
    watching = ["xprop", "-spy", "-root", "_NET_CLIENT_LIST"]
    with subprocess.Popen(watching, env=screen.environment, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        watch.stdout.readline()
        began = time.monotonic()
        running = program.start(cwd=ROOT)
        while "0x" not in watch.stdout.readline():
            pass
        took = time.monotonic() - began
        program.close(running, screen.window_of(running.pid), screen)
        watch.terminate()
    return took


def main() -> int:
    """Print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder, Screen(Path(folder)) as screen:
        ways = {
            "bundle": [str(ROOT / "dist" / "uploader-gui" / "uploader-gui")],
            "source": [sys.executable, "-m", "uploader_gui"],
        }
        programs = {name: Built(command, Path(folder) / name, DISPLAY=screen.display) for name, command in ways.items()}
        took: dict[str, list[float]] = {name: [] for name in programs}
        for number in range(ROUNDS + 1):
            for name, program in programs.items():
                seconds = seconds_to_window(program, screen)
                took[name] += [seconds] if number else []  # the first one warms the files
    medians = {name: median(times) for name, times in took.items()}
    print({name: round(value, 3) for name, value in medians.items()})
    print(f"bundle ÷ source: {medians['bundle'] / medians['source']:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
