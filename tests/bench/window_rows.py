"""Rows of the bench that look at a window: is it smooth, how soon is it there, what does it cost when idle."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure, ratios, seconds
from tests.bench.headless_rows import LARGE_COUNT, LARGE_SLOTS
from tests.bench.process import ROOT, cpu_and_wakeups
from tests.bench.program import data_folder, send
from tests.bench.receiver import Receiver, Seen
from tests.bench.setting import Setting
from tests.bench.share import slow_share
from tests.bench.tools import curl_and_hashes
from tests.bench.windows import Gaps, bare_window_meanwhile, in_window, painted_after, surroundings


def smooth(setting: Setting) -> list[Figure]:
    """Row 5: does the window stay smooth while row 1 runs in it and 5,000 rows wait?"""
    large = setting.files.make("large", LARGE_COUNT, setting.scaled(64) * 1_000_000)
    rows = setting.scaled(5000)
    small = setting.files.make(f"small-{rows}", rows, 20_000)
    ours: list[Gaps] = []
    bare: list[Gaps] = []
    with Receiver() as receiver:
        curl_and_hashes(receiver, large, LARGE_SLOTS)
        for _ in range(setting.repeat):
            with bare_window_meanwhile(setting.platform, bare):
                curl_and_hashes(receiver, large, LARGE_SLOTS)
            scene: list[str | int | Path] = [len(large), rows, *large, small[0].parent]
            told = in_window(receiver, "smooth", *scene, slots=LARGE_SLOTS, platform=setting.platform)
            ours.append(Gaps(**told))
    workload = f"row 1 in the window, {rows} rows queued"
    return [
        Figure(5, workload, "longest gap of a 5 ms timer", [one.longest for one in ours], 50, 33, " ms",
               beside=f"bare window under curl + openssl {median(one.longest for one in bare):.0f} ms"),
        Figure(5, workload, "99th percentile", [one.p99 for one in ours], 16, 10, " ms",
               beside=f"bare window {median(one.p99 for one in bare):.1f} ms"),
    ]  # fmt: skip


def dropped(setting: Setting) -> list[Figure]:
    """Row 6: a folder with 10,000 files is dropped on the window."""
    count = setting.scaled(10_000)
    folder = _tree(setting.files.folder / f"tree-{count}", count)
    with Receiver() as receiver:
        told = [in_window(receiver, "drop", count, folder, platform=setting.platform) for _ in range(setting.repeat)]
    workload = f"drop {count:,} files (a folder tree)"

    def figure(measure: str, name: str, must: float, aim: float, unit: str) -> Figure:
        return Figure(6, workload, measure, [one[name] for one in told], must, aim, unit)

    return [
        figure("first rows painted", "first", 0.3, 0.1, " s"),
        figure("all rows", "whole", 2, 1, " s"),
        figure("longest gap of a 5 ms timer", "longest", 50, 33, " ms"),
        figure("memory per row", "per_row", 4, 2, " KB"),
    ]


def _tree(folder: Path, count: int) -> Path:
    for number in range(count):
        path = folder / f"day-{number % 10}" / f"part-{number % 100:02}" / f"DSC{number:05}.jpg"
        if number < 100:
            path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(60))
    return folder


def start(setting: Setting) -> list[Figure]:
    """Row 8: from the start of the process to the first painted window, against a bare PySide6 window."""
    ours: list[float] = []
    bare: list[float] = []
    with Receiver() as receiver:
        for _ in range(2 * setting.repeat + 1):
            bare.append(painted_after([sys.executable, "-m", "tests.bench.bare_window", "start"], setting.platform))
            ours.append(in_window(receiver, "start", platform=setting.platform)["painted_after"])
    workload, beside = "start: process to first painted window", f"{seconds(ours[1:])}, bare {seconds(bare[1:])}"
    return [Figure(8, workload, "÷ bare PySide6 window", ratios(ours[1:], bare[1:]), 2.0, 1.4, beside=beside)]


SETTLE = 5.0


def idle(setting: Setting) -> list[Figure]:
    """Row 9: an idle window costs nothing."""
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


MANY_COUNT, MANY_SLOTS = 16, 4
SLOW_SIZE = 8_000_000


def beside_a_share(setting: Setting) -> list[Figure]:
    """Row 11: a file on a share that answers each read after 200 ms holds up nobody else."""
    size = setting.scaled(64) * 1_000_000
    paths = setting.files.make("many-large", MANY_COUNT, size)
    alone: list[float] = []
    beside: list[float] = []
    gaps: list[Gaps] = []
    with Receiver() as receiver, slow_share(setting.files.sparse("slow.csv", SLOW_SIZE)) as slow:
        send(receiver, paths, files=MANY_COUNT, slots=MANY_SLOTS)
        for _ in range(setting.repeat):
            for paths_sent, into in ((paths, alone), ([slow, *paths], beside)):
                seen = send(receiver, paths_sent, files=len(paths_sent), slots=MANY_SLOTS).seen
                into.append(_seconds_of(seen, size))
            with _small_folder() as small:
                scene: list[str | int | Path] = [MANY_COUNT + 1, 1, slow, *paths, small]
                told = in_window(receiver, "smooth", *scene, slots=MANY_SLOTS, platform=setting.platform)
            gaps.append(Gaps(**told))
    workload = f"{MANY_COUNT} × {size // 1_000_000} MB, one file beside them on a share with 200 ms a read"
    measure, times = "throughput of the others ÷ without it", f"{seconds(beside)}, without {seconds(alone)}"
    return [
        Figure(11, workload, measure, ratios(alone, beside), 0.9, 0.98, more_is_better=True, beside=times),
        Figure(11, workload, "longest gap in the window", [one.longest for one in gaps], 50, 33, " ms"),
        Figure(11, workload, "99th percentile", [one.p99 for one in gaps], 16, 10, " ms"),
    ]


def _seconds_of(seen: Seen, size: int) -> float:
    return max(put.ended for put in seen.puts if put.size == size) - min(call.arrived for call in seen.calls)


@contextmanager
def _small_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-small-") as folder:
        (Path(folder) / "one.csv").write_text("1")
        yield Path(folder)


def fetched(setting: Setting) -> list[Figure]:
    """Row 12: another program gives a file of 300 MB within a drop; a second one is cancelled half way."""
    size = setting.scaled(300) * 1_000_000
    told: list[dict[str, float]] = []
    bare: list[Gaps] = []
    with Receiver() as receiver:
        for _ in range(setting.repeat):
            with bare_window_meanwhile(setting.platform, bare):
                told.append(in_window(receiver, "fetch", size, platform=setting.platform))
    workload = f"fetch {size / 1e6:.0f} MB from another program"

    def figure(measure: str, name: str, must: float, aim: float, unit: str, beside: str = "") -> Figure:  # noqa: PLR0917 - a row of a table
        return Figure(12, workload, measure, [one[name] for one in told], must, aim, unit, beside=beside)

    longest, p99 = median(one.longest for one in bare), median(one.p99 for one in bare)
    return [
        figure("longest gap of a 5 ms timer", "longest", 50, 33, " ms", f"bare window beside it {longest:.0f} ms"),
        figure("99th percentile", "p99", 16, 10, " ms", f"bare window {p99:.1f} ms"),
        figure("peak memory over that before", "memory", 40, 24, " MB"),
        figure("cancelled half way: until nothing is left of it", "cancelled", 0.5, 0.2, " s"),
    ]
