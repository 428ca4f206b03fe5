"""Row 10: the ten-thousandth file costs what the thousandth cost."""

from tests.bench.figures import Figure, ratios
from tests.bench.program import send
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting

SIZE = 20_000


def measure(setting: Setting) -> list[Figure]:
    """Send 100, 1,000 and 10,000 × 20 KB headless, and compare the CPU per further file."""
    counts = [setting.scaled(count) for count in (100, 1000, 10_000)]
    folders = [setting.files.make(f"small-{count}", count, SIZE)[0].parent for count in counts]
    costs: list[list[float]] = [[], [], []]
    with Receiver() as receiver:
        for _ in range(setting.repeat):
            for place, (folder, count) in enumerate(zip(folders, counts, strict=True)):
                costs[place].append(send(receiver, [folder], files=count).cost.cpu)
    few, many = (
        [
            (after - before) / (counts[at + 1] - counts[at])
            for before, after in zip(costs[at], costs[at + 1], strict=True)
        ]
        for at in (0, 1)
    )
    return [
        Figure(
            10,
            f"{counts[0]}, {counts[1]}, {counts[2]} × 20 KB headless",
            "CPU per further file, many ÷ few",
            ratios(many, few),
            must=1.2,
            aim=1.05,
            beside=f"{1000 * sorted(few)[len(few) // 2]:.2f} and {1000 * sorted(many)[len(many) // 2]:.2f} ms a file",
        )
    ]
