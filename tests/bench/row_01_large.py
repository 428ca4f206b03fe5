"""Row 1: large files over TLS, against curl with openssl hashing the same files beside it."""

from statistics import median

from tests.bench.figures import Figure, ratios, seconds
from tests.bench.program import send
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting
from tests.bench.tools import curl_and_hashes

COUNT = 8
SLOTS = 4


def measure(setting: Setting) -> list[Figure]:
    """Send 8 × 64 MB, 4 at a time."""
    size = setting.scaled(64) * 1_000_000
    paths = setting.files.make("large", COUNT, size)
    with Receiver() as receiver:
        curl_and_hashes(receiver, paths, SLOTS)  # the first one touches memory that nobody has touched yet
        pairs = [
            (curl_and_hashes(receiver, paths, SLOTS), send(receiver, paths, files=COUNT, slots=SLOTS))
            for _ in range(setting.repeat)
        ]
    theirs = [tools for tools, _ in pairs]
    ours = [sent for _, sent in pairs]
    gigabytes = COUNT * size / 1e9
    workload = f"{COUNT} × {size // 1_000_000} MB, {SLOTS} at a time, TLS"
    whole = median(sent.cost.seconds for sent in ours)
    return [
        Figure(
            1,
            workload,
            "transfer time ÷ curl + openssl",
            ratios([sent.seen.seconds for sent in ours], [tools.seconds for tools in theirs]),
            must=1.25,
            aim=1.0,
            beside=f"{seconds([sent.seen.seconds for sent in ours])} (whole process {whole:.2f} s), "
            f"tools {seconds([tools.seconds for tools in theirs])}",
        ),
        Figure(
            1,
            workload,
            "CPU per GB ÷ the three tools'",
            ratios([sent.cost.cpu for sent in ours], [tools.cpu for tools in theirs]),
            must=1.4,
            aim=1.15,
            beside=f"{median(sent.cost.cpu for sent in ours) / gigabytes:.2f} s/GB, start-up included, "
            f"tools {median(tools.cpu for tools in theirs) / gigabytes:.2f} s/GB",
        ),
    ]
