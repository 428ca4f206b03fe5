"""Row 6: a folder with 10,000 files is dropped on the window."""

import os
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting
from tests.bench.windows import in_window


def measure(setting: Setting) -> list[Figure]:
    """Drop the folder with a real drop event, and look how rows appear."""
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
