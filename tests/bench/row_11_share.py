"""Row 11: a file on a share that answers each read after 200 ms holds up nobody else."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figure, seconds
from tests.bench.program import send
from tests.bench.receiver import Receiver, Seen
from tests.bench.setting import Setting
from tests.bench.share import slow_share
from tests.bench.windows import Gaps, in_window

COUNT = 16
SLOTS = 4
SLOW_SIZE = 8_000_000


def measure(setting: Setting) -> list[Figure]:
    """Send 16 × 64 MB with and without a file from the share among the first."""
    size = setting.scaled(64) * 1_000_000
    paths = setting.files.make("many-large", COUNT, size)
    alone: list[float] = []
    beside: list[float] = []
    gaps: list[Gaps] = []
    with Receiver() as receiver, slow_share(setting.files.sparse("slow.csv", SLOW_SIZE)) as slow:
        send(receiver, paths, files=COUNT, slots=SLOTS)
        for _ in range(setting.repeat):
            alone.append(_seconds_of(send(receiver, paths, files=COUNT, slots=SLOTS).seen, size))
            beside.append(_seconds_of(send(receiver, [slow, *paths], files=COUNT + 1, slots=SLOTS).seen, size))
            with _small_folder() as small:
                told = in_window(
                    receiver, "smooth", COUNT + 1, 1, slow, *paths, small, slots=SLOTS, platform=setting.platform
                )
            gaps.append(Gaps(**told))
    workload = f"{COUNT} × {size // 1_000_000} MB, one file beside them on a share with 200 ms a read"
    return [
        Figure(
            11,
            workload,
            "throughput of the others ÷ without it",
            [one / other for one, other in zip(alone, beside, strict=True)],
            must=0.9,
            aim=0.98,
            more_is_better=True,
            beside=f"{seconds(beside)}, without {seconds(alone)}",
        ),
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
