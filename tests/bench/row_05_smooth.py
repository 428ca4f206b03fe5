"""Row 5: does the window stay smooth while row 1 runs in it and 5,000 rows wait?"""

from statistics import median

from tests.bench import row_01_large
from tests.bench.figures import Figure
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting
from tests.bench.tools import curl_and_hashes
from tests.bench.windows import Gaps, bare_window_meanwhile, in_window


def measure(setting: Setting) -> list[Figure]:
    """Let a 5 ms timer tick in the window while 8 × 64 MB are sent, and in a bare window beside curl and openssl."""
    large = setting.files.make("large", row_01_large.COUNT, setting.scaled(64) * 1_000_000)
    rows = setting.scaled(5000)
    small = setting.files.make(f"small-{rows}", rows, 20_000)
    ours: list[Gaps] = []
    bare: list[Gaps] = []
    with Receiver() as receiver:
        curl_and_hashes(receiver, large, row_01_large.SLOTS)
        for _ in range(setting.repeat):
            with bare_window_meanwhile(setting.platform, bare):
                curl_and_hashes(receiver, large, row_01_large.SLOTS)
            told = in_window(
                receiver,
                "smooth",
                len(large),
                rows,
                *large,
                small[0].parent,
                slots=row_01_large.SLOTS,
                platform=setting.platform,
            )
            ours.append(Gaps(**told))
    workload = f"row 1 in the window, {rows} rows queued"
    return [
        Figure(5, workload, "longest gap of a 5 ms timer", [one.longest for one in ours], 50, 33, " ms",
               beside=f"bare window under curl + openssl {median(one.longest for one in bare):.0f} ms"),
        Figure(5, workload, "99th percentile", [one.p99 for one in ours], 16, 10, " ms",
               beside=f"bare window {median(one.p99 for one in bare):.1f} ms"),
    ]  # fmt: skip
