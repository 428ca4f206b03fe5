"""Rows of the bench that run without a window: how long it takes, against tools, the line, the service; memory."""

import math
from statistics import median

from tests.bench.figures import Figure, ratios, seconds
from tests.bench.program import send
from tests.bench.receiver import Receiver, Seen, Wires
from tests.bench.setting import Setting
from tests.bench.tools import bare_httpx, curl, curl_and_hashes

LARGE_COUNT, LARGE_SLOTS = 8, 4


def large(setting: Setting) -> list[Figure]:
    """Row 1: large files over TLS, against curl with openssl hashing the same files beside it."""
    size = setting.scaled(64) * 1_000_000
    paths = setting.files.make("large", LARGE_COUNT, size)
    with Receiver() as receiver:
        curl_and_hashes(receiver, paths, LARGE_SLOTS)  # the first one touches memory that nobody has touched yet
        pairs = [
            (curl_and_hashes(receiver, paths, LARGE_SLOTS), send(receiver, paths, files=LARGE_COUNT, slots=LARGE_SLOTS))
            for _ in range(setting.repeat)
        ]
    took, tools_took = [sent.seen.seconds for _, sent in pairs], [tools.seconds for tools, _ in pairs]
    cpu, tools_cpu = [sent.cost.cpu for _, sent in pairs], [tools.cpu for tools, _ in pairs]
    gigabytes = LARGE_COUNT * size / 1e9
    workload = f"{LARGE_COUNT} × {size // 1_000_000} MB, {LARGE_SLOTS} at a time, TLS"
    whole = median(sent.cost.seconds for _, sent in pairs)
    times = f"{seconds(took)} (whole process {whole:.2f} s), tools {seconds(tools_took)}"
    costs = f"{median(cpu) / gigabytes:.2f} s/GB, start-up included, tools {median(tools_cpu) / gigabytes:.2f} s/GB"
    return [
        Figure(1, workload, "transfer time ÷ curl + openssl", ratios(took, tools_took), 1.25, 1.0, beside=times),
        Figure(1, workload, "CPU per GB ÷ the three tools'", ratios(cpu, tools_cpu), 1.4, 1.15, beside=costs),
    ]


RATE = 50_000_000
ROUND_TRIP = 0.040
PHOTO_SIZE = 3_000_000


def line(setting: Setting) -> list[Figure]:
    """Row 2: photos through a simulated line, against what the line can carry."""
    count = setting.scaled(150)
    paths = setting.files.make("photos", count, PHOTO_SIZE)
    least = count * PHOTO_SIZE * 8 / RATE
    with Receiver(Wires(line=(RATE, ROUND_TRIP))) as receiver:
        took = [send(receiver, paths, files=count).seen.seconds for _ in range(setting.repeat)]
    workload, beside = (
        f"{count} × 3 MB, line of 50 Mbit/s and 40 ms",
        f"{seconds(took)}, the line's least {least:.2f} s",
    )
    return [
        Figure(2, workload, "transfer time ÷ (bytes ÷ rate)", [one / least for one in took], 1.05, 1.02, beside=beside)
    ]


SMALL_SLOTS = 8
SMALL_SIZE = 20_000
API_DELAY = 0.150
CALLS_IN_FLIGHT = 8


def small(setting: Setting) -> list[Figure]:
    """Row 3: many small files and a service that takes its time, against the service's own floor."""
    count = setting.scaled(1000)
    paths = setting.files.make(f"small-{count}", count, SMALL_SIZE)
    floor = math.ceil(count / 20) * API_DELAY / CALLS_IN_FLIGHT
    with Receiver(Wires(api_delay=API_DELAY)) as receiver:
        curl(receiver, paths, SMALL_SLOTS)
        rounds = [
            (
                curl(receiver, paths, SMALL_SLOTS),
                bare_httpx(receiver, paths, SMALL_SLOTS),
                send(receiver, paths, files=count, slots=SMALL_SLOTS),
            )
            for _ in range(setting.repeat)
        ]
    took = [sent.seen.seconds for *_, sent in rounds]
    beside = (
        f"{seconds(took)} (whole process {median(sent.cost.seconds for *_, sent in rounds):.2f} s, "
        f"CPU {median(sent.cost.cpu for *_, sent in rounds):.2f} s); "
        f"curl {seconds([one.seconds for one, *_ in rounds])}, "
        f"bare httpx, start included, {seconds([one.seconds for _, one, _ in rounds])}"
    )
    workload = f"{count} × 20 KB, {SMALL_SLOTS} at a time, TLS, API 150 ms"
    measure = f"transfer time ÷ the service's floor ({floor:.2f} s)"
    return [Figure(3, workload, measure, [one / floor for one in took], 2.2, 1.6, beside=beside)]


def hidden(setting: Setting) -> list[Figure]:
    """Row 4: small files through a simulated line: does any transfer ever wait for a registration?"""
    count = setting.scaled(1000)
    paths = setting.files.make(f"small-{count}", count, SMALL_SIZE)
    with Receiver(Wires(api_delay=API_DELAY, line=(RATE, ROUND_TRIP))) as receiver:
        seen = [send(receiver, paths, files=count, slots=SMALL_SLOTS).seen for _ in range(setting.repeat)]
    workload = f"{count} × 20 KB, {SMALL_SLOTS} at a time, API 150 ms, line of 50 Mbit/s and 40 ms"
    measure = "time without a PUT while files wait ÷ transfer time"
    shares = [100 * idle_seconds(one) / one.seconds for one in seen]
    return [Figure(4, workload, measure, shares, 5, 1, " %", beside=seconds([one.seconds for one in seen]))]


def idle_seconds(seen: Seen) -> float:
    """Return the time after the first answer in which no PUT ran, as the program saw it.

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


def memory(setting: Setting) -> list[Figure]:
    """Row 7: a file of 5 GB takes no more memory than one of a byte."""
    size = setting.scaled(5000) * 1_000_000
    huge, tiny = setting.files.sparse("huge.csv", size), setting.files.sparse("tiny.csv", 1)
    repeat = min(setting.repeat, 3)
    with Receiver() as receiver:
        pairs = [
            (send(receiver, [tiny], files=1, look=True).cost.peak, send(receiver, [huge], files=1, look=True).cost.peak)
            for _ in range(repeat)
        ]
    workload, measure = f"one file of {size / 1e9:g} GB", "peak memory over that after 1 byte"
    more = [(after - before) / 1e6 for before, after in pairs]
    beside = f"{pairs[0][1] / 1e6:.0f} and {pairs[0][0] / 1e6:.0f} MB"
    return [Figure(7, workload, measure, more, 40, 24, " MB", beside=beside)]


def growth(setting: Setting) -> list[Figure]:
    """Row 10: the ten-thousandth file costs what the thousandth cost."""
    counts = [setting.scaled(count) for count in (100, 1000, 10_000)]
    folders = [setting.files.make(f"small-{count}", count, SMALL_SIZE)[0].parent for count in counts]
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
    workload = f"{counts[0]}, {counts[1]}, {counts[2]} × 20 KB headless"
    beside = f"{1000 * sorted(few)[len(few) // 2]:.2f} and {1000 * sorted(many)[len(many) // 2]:.2f} ms a file"
    return [Figure(10, workload, "CPU per further file, many ÷ few", ratios(many, few), 1.2, 1.05, beside=beside)]
