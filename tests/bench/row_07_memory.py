"""Row 7: a file of 5 GB takes no more memory than one of a byte."""

from tests.bench.figures import Figure
from tests.bench.program import send
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting


def measure(setting: Setting) -> list[Figure]:
    size = setting.scaled(5000) * 1_000_000
    huge, tiny = setting.files.sparse("huge.csv", size), setting.files.sparse("tiny.csv", 1)
    repeat = min(setting.repeat, 3)
    with Receiver() as receiver:
        pairs = [
            (send(receiver, [tiny], files=1, look=True).cost.peak, send(receiver, [huge], files=1, look=True).cost.peak)
            for _ in range(repeat)
        ]
    return [
        Figure(
            7,
            f"one file of {size / 1e9:g} GB",
            "peak memory over that after 1 byte",
            [(after - before) / 1e6 for before, after in pairs],
            must=40,
            aim=24,
            unit=" MB",
            beside=f"{pairs[0][1] / 1e6:.0f} and {pairs[0][0] / 1e6:.0f} MB",
        )
    ]
