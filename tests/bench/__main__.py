"""The bench: `uv run python -m tests.bench [--rows 1,3] [--repeat 5] [--share 1.0] [--platform offscreen]`.

Not part of the test run. One table, every figure the median of several runs, next to what it was compared with.
Needs nginx (apt install nginx-light), curl and openssl; row 11 also FUSE (apt install fuse3 python3-fusepy).
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, table
from tests.bench.files import Files
from tests.bench.machine import described
from tests.bench.setting import Setting

ROWS = {
    1: "row_01_large",
    2: "row_02_line",
    3: "row_03_small",
    4: "row_04_hidden",
    5: "row_05_smooth",
    6: "row_06_drop",
    7: "row_07_memory",
    8: "row_08_start",
    9: "row_09_idle",
    10: "row_10_growth",
    11: "row_11_share",
    12: "row_12_fetch",
}


def main() -> None:
    """Measure the rows asked for, and print the table."""
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="bench-files-", dir=asked.work) as folder:
        _keep_bytecode(Path(folder) / "bytecode")
        setting = Setting(Files(Path(folder)), repeat=asked.repeat, share=asked.share, platform=asked.platform)
        figures: list[Figure] = []
        for row in map(int, asked.rows.split(",")):
            began = time.monotonic()
            figures += importlib.import_module(f"tests.bench.{ROWS[row]}").measure(setting)
            _note(f"row {row}: {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}")
            _note(table(figures[-4:]))
    sys.stdout.write(f"{described()}\n\n{table(figures)}\n")


def _keep_bytecode(folder: Path) -> None:
    """An installed program finds its bytecode on the disk, whatever this shell has set."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the program against tools.")
    parser.add_argument("--rows", default=",".join(map(str, ROWS)), help="which rows, such as 1,3,7")
    parser.add_argument("--repeat", type=int, default=5, help="how often each is measured")
    parser.add_argument("--share", type=float, default=1.0, help="how much of each workload, for a first look")
    parser.add_argument("--platform", default="offscreen", help="Qt's platform for the windows: offscreen, xcb")
    parser.add_argument("--work", type=Path, help="where the files to send are made")
    return parser.parse_args()


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
