"""Row 4: small files through a simulated line: does any transfer ever wait for a registration?"""

from tests.bench.figures import Figure, seconds
from tests.bench.program import send
from tests.bench.receiver import Receiver, Seen, Wires
from tests.bench.row_02_line import RATE, ROUND_TRIP
from tests.bench.row_03_small import API_DELAY, SIZE, SLOTS
from tests.bench.setting import Setting


def measure(setting: Setting) -> list[Figure]:
    """Send 1,000 × 20 KB through 50 Mbit/s with 40 ms round trip; the API answers after 150 ms."""
    count = setting.scaled(1000)
    paths = setting.files.make(f"small-{count}", count, SIZE)
    with Receiver(Wires(api_delay=API_DELAY, line=(RATE, ROUND_TRIP))) as receiver:
        seen = [send(receiver, paths, files=count, slots=SLOTS).seen for _ in range(setting.repeat)]
    return [
        Figure(
            4,
            f"{count} × 20 KB, {SLOTS} at a time, API 150 ms, line of 50 Mbit/s and 40 ms",
            "time without a PUT while files wait ÷ transfer time",
            [100 * idle_seconds(one) / one.seconds for one in seen],
            must=5,
            aim=1,
            unit=" %",
            beside=f"{seconds([one.seconds for one in seen])}",
        )
    ]


def idle_seconds(seen: Seen) -> float:
    """Give the time after the first answer in which no PUT ran, as the program saw it.

    For it a PUT begins half a round trip before nginx sees it, or when it opens its connection, and ends half a round
    trip after nginx answered.
    """
    way = ROUND_TRIP / 2
    busy_until = min(call.answered for call in seen.calls) + way
    idle = 0.0
    for began, put in sorted((put.connected or put.began - way, put) for put in seen.puts):
        idle += max(0.0, began - busy_until)
        busy_until = max(busy_until, put.ended + way)
    return idle
