"""The program's own window with an observer in it: `python -m tests.bench.window_driver SCENARIO ARGUMENT...`.

Started by `windows.py`. The program runs as ever; only one class is exchanged for one that looks as well: what waits
for the first paint, or the `Program`. Nothing is loaded here that the program would not load at that moment.
"""

import gc
import os
import sys
import time
from pathlib import Path

from uploader_gui.__main__ import run


def watch_first_paint() -> None:
    """Have the program say when its window has been painted, and leave."""
    gc.disable()  # as `run` does before it loads what follows
    from uploader_gui import app  # noqa: PLC0415 - see above

    class Watched(app.FirstPaint):
        def wait(self) -> None:
            super().wait()
            painted = time.monotonic() if self.seen else float("nan")
            from tests.bench.ticker import tell  # noqa: PLC0415 - what the program itself loads comes first

            tell({"painted_at": painted})
            os._exit(0)

    app.FirstPaint = Watched  # type: ignore[misc]  # in the place of its own


def main(scenario: str, *arguments: str) -> int:
    if scenario == "start":
        watch_first_paint()
        return run([])
    from tests.bench import scenarios  # noqa: PLC0415 - not for the start

    if scenario == "drop":
        count, folder = arguments
        scenarios.observed(lambda window: scenarios.drop(window, int(count), Path(folder)))
    elif scenario == "fetch":
        (size,) = arguments
        scenarios.observed(lambda window: scenarios.fetch(window, int(size)))
    else:
        large, small, *paths = arguments
        scenarios.observed(lambda window: scenarios.smooth(window, int(large), int(small), list(map(Path, paths))))
    return run([])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
