"""Measures how long the built program and the same from source take from process start to their window, files warm.

`uv run python -m smoke.measure_start` with `packaging` on PYTHONPATH, after a build; the two take turns. The window
counts once the window manager lists it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from smoke.program import Built
from smoke.screen import Screen
from smoke.under_wine import UnderWine, Windows
from wine.machine import Wine, windows_path

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 9
SETUP = "project/dist/*-setup.exe"


def seconds_to_window(program: Built, screen: Screen) -> float:
    """Start it once, close it again; return the seconds until its window stood."""
    began = time.monotonic()
    running = program.start(cwd=ROOT)
    window = screen.window_of(running.pid)
    took = time.monotonic() - began
    program.close(running, window, screen)
    return took


def main() -> int:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wine", metavar="FOLDER", type=Path, help="measure the Windows program built in this folder")
    wine = parser.parse_args().wine
    with tempfile.TemporaryDirectory() as folder, Screen(Path(folder)) as screen, ExitStack() as stack:
        if wine is None:
            programs = _on_linux(Path(folder), screen)
        else:
            windows = Windows(stack.enter_context(Wine(wine, screen.display)), next(wine.glob(SETUP)))
            windows.clean()
            windows.install()
            stack.callback(windows.clean)
            programs = _on_windows(Path(folder), screen, windows)
        _compare(programs, screen)
    return 0


def _on_linux(folder: Path, screen: Screen) -> dict[str, Built]:
    ways = {
        "bundle": [str(ROOT / "dist" / "uploader-gui" / "uploader-gui")],
        "source": [sys.executable, "-m", "uploader_gui"],
    }
    return {name: Built(command, folder / name, DISPLAY=screen.display) for name, command in ways.items()}


def _on_windows(folder: Path, screen: Screen, windows: Windows) -> dict[str, Built]:
    project = windows.setup.parent.parent
    modules = (project, project / "build" / "environment" / "Lib" / "site-packages")
    path = ";".join(map(windows_path, modules))
    bundle = UnderWine(windows, folder / "bundle", DISPLAY=screen.display)
    source = UnderWine(windows, folder / "source", DISPLAY=screen.display, PYTHONPATH=path)
    source.command = ["wine", windows.python, "-m", "uploader_gui"]
    return {"bundle": bundle, "source": source}


def _compare(programs: dict[str, Built], screen: Screen) -> None:
    took: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(ROUNDS + 1):
        for name, program in programs.items():
            seconds = seconds_to_window(program, screen)
            took[name] += [seconds] if number else []  # the first one warms the files
    medians = {name: median(times) for name, times in took.items()}
    print({name: round(value, 3) for name, value in medians.items()})
    print(f"bundle ÷ source: {medians['bundle'] / medians['source']:.2f}")


if __name__ == "__main__":
    sys.exit(main())
