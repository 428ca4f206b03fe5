"""Row 2: photos through a simulated line, against what the line can carry."""

from tests.bench.figures import Figure, seconds
from tests.bench.program import send
from tests.bench.receiver import Receiver, Wires
from tests.bench.setting import Setting

RATE = 50_000_000
ROUND_TRIP = 0.040
SIZE = 3_000_000


def measure(setting: Setting) -> list[Figure]:
    """Send 150 × 3 MB through 50 Mbit/s with 40 ms round trip."""
    count = setting.scaled(150)
    paths = setting.files.make("photos", count, SIZE)
    least = count * SIZE * 8 / RATE
    with Receiver(Wires(line=(RATE, ROUND_TRIP))) as receiver:
        took = [send(receiver, paths, files=count).seen.seconds for _ in range(setting.repeat)]
    return [
        Figure(
            2,
            f"{count} × 3 MB, line of 50 Mbit/s and 40 ms",
            "transfer time ÷ (bytes ÷ rate)",
            [one / least for one in took],
            must=1.05,
            aim=1.02,
            beside=f"{seconds(took)}, the line's least {least:.2f} s",
        )
    ]
