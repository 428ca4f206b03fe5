"""Row 12: another program gives a file of 300 MB, piece by piece, within a drop; a second one is cancelled half way."""

from statistics import median

from tests.bench.figures import Figure
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting
from tests.bench.windows import Gaps, bare_window_meanwhile, in_window


def measure(setting: Setting) -> list[Figure]:
    """Let a 5 ms timer tick in the window from the drop until the file waits for Start, and in a bare one beside it."""
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
