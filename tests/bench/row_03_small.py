"""Row 3: many small files and a service that takes its time, against the service's own floor."""

import math
from statistics import median

from tests.bench.figures import Figure, seconds
from tests.bench.program import send
from tests.bench.receiver import Receiver, Wires
from tests.bench.setting import Setting
from tests.bench.tools import bare_httpx, curl

SLOTS = 8
SIZE = 20_000
API_DELAY = 0.150
CALLS_IN_FLIGHT = 8


def measure(setting: Setting) -> list[Figure]:
    """Send 1,000 × 20 KB, 8 at a time, over TLS; the API answers after 150 ms."""
    count = setting.scaled(1000)
    paths = setting.files.make(f"small-{count}", count, SIZE)
    floor = math.ceil(count / 20) * API_DELAY / CALLS_IN_FLIGHT
    with Receiver(Wires(api_delay=API_DELAY)) as receiver:
        curl(receiver, paths, SLOTS)
        rounds = [
            (
                curl(receiver, paths, SLOTS),
                bare_httpx(receiver, paths, SLOTS),
                send(receiver, paths, files=count, slots=SLOTS),
            )
            for _ in range(setting.repeat)
        ]
    took = [sent.seen.seconds for *_, sent in rounds]
    return [
        Figure(
            3,
            f"{count} × 20 KB, {SLOTS} at a time, TLS, API 150 ms",
            f"transfer time ÷ the service's floor ({floor:.2f} s)",
            [one / floor for one in took],
            must=2.2,
            aim=1.6,
            beside=f"{seconds(took)} (whole process {median(sent.cost.seconds for *_, sent in rounds):.2f} s, "
            f"CPU {median(sent.cost.cpu for *_, sent in rounds):.2f} s); "
            f"curl {seconds([one.seconds for one, *_ in rounds])}, "
            f"bare httpx, start included, {seconds([one.seconds for _, one, _ in rounds])}",
        )
    ]
