"""The bench: `uv run python -m tests.bench [--rows 1,3] [--repeat 5] [--share 1.0] [--platform offscreen]`.

Not part of the test run. One table, every figure the median of several runs, next to what it was compared with.
Needs nginx (apt install nginx-light), curl and openssl; row 11 also FUSE (apt install fuse3 python3-fusepy).
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import headless_rows, window_rows
from tests.bench.figures import Figure, table
from tests.bench.machine import described
from tests.bench.setting import Files, Setting

ROWS = {
    1: headless_rows.large,
    2: headless_rows.line,
    3: headless_rows.small,
    4: headless_rows.hidden,
    5: window_rows.smooth,
    6: window_rows.dropped,
    7: headless_rows.memory,
    8: window_rows.start,
    9: window_rows.idle,
    10: headless_rows.growth,
    11: window_rows.beside_a_share,
    12: window_rows.fetched,
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
            figures += ROWS[row](setting)
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
