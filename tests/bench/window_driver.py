"""The program's own window with an observer in it: `python -m tests.bench.window_driver SCENARIO ARGUMENT...`.

Started by `windows.py`. The program runs as ever; only the class of its `Program` is one that plays a scenario once
the window is there, and leaves when it has measured.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uploader_gui import app, cli
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploader_gui.gui.main_window import MainWindow

SETTLE = 2.0


class Observed(app.Program):
    """The running program, with somebody in the room. `scenario` is set before it is made."""

    scenario: Callable[[MainWindow], Any]

    async def run(self) -> int:
        """Play the scenario beside the program."""
        playing = asyncio.ensure_future(self._play())
        code = await super().run()
        await playing
        return code

    async def _play(self) -> None:
        from tests.bench.ticker import tell  # noqa: PLC0415 - what the program itself loads comes first

        tell(await type(self).scenario(self._window))
        self._window.exit_requested.emit()


async def start(window: MainWindow) -> dict[str, float]:
    """When was the window painted first?"""
    from tests.bench.ticker import PaintWatch  # noqa: PLC0415 - as above

    return {"painted_at": await _first(PaintWatch(window).painted)}


async def drop(window: MainWindow, count: int, folder: Path) -> dict[str, float]:
    """Drop a folder: when are its rows there, and what do they take?"""
    from tests.bench.dropping import drop_on  # noqa: PLC0415 - as above
    from tests.bench.process import status_bytes  # noqa: PLC0415 - as above
    from tests.bench.ticker import PaintWatch, Ticker  # noqa: PLC0415 - as above

    window.set_anomaly("1")
    await asyncio.sleep(SETTLE)
    gc.collect()
    before = status_bytes(os.getpid(), "VmRSS")
    ticker, painted = Ticker(window), PaintWatch(window.view.viewport()).painted
    clock = asyncio.get_running_loop().time
    ticker.start()
    began = clock()
    drop_on(window, folder)
    while not window.model.rowCount():
        await _first(window.model.rowsInserted)
    await _first(painted)
    first = clock() - began
    while window.model.rowCount() < count:
        await _first(window.model.rowsInserted)
    whole = clock() - began
    await asyncio.sleep(0.5)
    gaps = ticker.stop()
    await asyncio.sleep(SETTLE)
    gc.collect()
    after = status_bytes(os.getpid(), "VmRSS")
    return {"first": first, "whole": whole, "longest": gaps["longest"], "per_row": (after - before) / count / 1000}


async def smooth(window: MainWindow, large: int, small: int, paths: list[Path]) -> dict[str, float]:
    """Send `large` files with `small` ones waiting behind them: how long has the timer to wait meanwhile?"""
    from tests.bench.ticker import Ticker  # noqa: PLC0415 - as above

    window.set_anomaly("1")
    for some in (paths[:-1], paths[-1:]):
        before = window.model.rowCount()
        window.add_paths(some)
        while window.model.rowCount() < before + (large if len(some) == large else small):
            await _first(window.model.rowsInserted)
    await asyncio.sleep(SETTLE)
    ticker = Ticker(window)
    ticker.start()
    window.footer.primary.click()
    while not all(window.model.snapshot(row).state is UploadState.UPLOADED for row in range(large)):
        await _first(window.model.figures_changed)
    return ticker.stop()


async def _first(signal: Any) -> Any:
    """Wait for a signal, and give what it carries first."""
    heard: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def hear(*values: Any) -> None:
        if not heard.done():
            heard.set_result(values[0] if values else None)

    signal.connect(hear)
    try:
        return await heard
    finally:
        signal.disconnect(hear)


def main(scenario: str, *arguments: str) -> int:
    """Run the program with that scenario."""
    play: dict[str, Callable[[MainWindow], Any]] = {
        "start": start,
        "drop": lambda window: drop(window, int(arguments[0]), Path(arguments[1])),
        "smooth": lambda window: smooth(
            window, int(arguments[0]), int(arguments[1]), [Path(one) for one in arguments[2:]]
        ),
    }
    Observed.scenario = staticmethod(play[scenario])
    app.Program = Observed  # type: ignore[misc]  # everything else stays as it is, whatever that class asks for
    return cli.main([])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
