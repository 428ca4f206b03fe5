"""What is played in the program's window: a drop, and large files being sent. Called by `window_driver.py`."""

from __future__ import annotations

import asyncio
import gc
import os
from typing import TYPE_CHECKING, Any

from tests.bench.dropping import drop_on
from tests.bench.process import status_bytes
from tests.bench.ticker import PaintWatch, Ticker, tell
from uploader_gui.engine.models import UploadState
from uploader_gui.window_app import program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uploader_gui.gui.main_window import MainWindow

SETTLE = 2.0


def observed(scenario: Callable[[MainWindow], Any]) -> None:
    """Have the running program play a scenario, and leave when it has measured."""

    class Observed(program.Program):
        async def run(self) -> int:
            playing = asyncio.ensure_future(self._play())
            code = await super().run()
            await playing
            return code

        async def _play(self) -> None:
            tell(await scenario(self._window))
            self._window.exit_requested.emit()

    program.Program = Observed  # type: ignore[misc]  # everything else stays as it is, whatever that class asks for


async def drop(window: MainWindow, count: int, folder: Path) -> dict[str, float]:
    """Drop a folder: when are its rows there, and what do they take?"""
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
        await _first(window.model.counts_changed)
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
