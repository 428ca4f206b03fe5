"""Row 8: from the start of the process to the first painted window, against a bare PySide6 window."""

import sys

from tests.bench.figures import Figure, ratios, seconds
from tests.bench.receiver import Receiver
from tests.bench.setting import Setting
from tests.bench.windows import in_window, painted_after


def measure(setting: Setting) -> list[Figure]:
    """Start both again and again, one after the other."""
    ours: list[float] = []
    bare: list[float] = []
    with Receiver() as receiver:
        for _ in range(2 * setting.repeat + 1):
            bare.append(painted_after([sys.executable, "-m", "tests.bench.bare_window", "start"], setting.platform))
            ours.append(in_window(receiver, "start", platform=setting.platform)["painted_after"])
    return [
        Figure(
            8,
            "start: process to first painted window",
            "÷ bare PySide6 window",
            ratios(ours[1:], bare[1:]),
            must=2.0,
            aim=1.4,
            beside=f"{seconds(ours[1:])}, bare {seconds(bare[1:])}",
        )
    ]
