"""What is played in the program's window: a drop, and large files being sent. Called by `window_driver.py`."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from tests.bench.process import status_bytes
from tests.bench.ticker import PaintWatch, Ticker, tell
from tests.support.drag_place import drag_place
from uploader_gui.engine.fetching import CHUNK_BYTES, Sink, VirtualFile
from uploader_gui.engine.models import Origin, UploadState
from uploader_gui.gui.drop.offer import Decision, DropKind
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.upload_list.row_actions import RowAction
from uploader_gui.window_app import program

SETTLE = 2.0
RATE = 40_000_000
"""Bytes a second that another program gives."""


def drop_on(window: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    where = window.rect().center()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QCoreApplication.sendEvent(window, QDragEnterEvent(drag_place(where.x(), where.y()), copy, mime, left, none))
    QCoreApplication.sendEvent(window, QDropEvent(QPointF(where), copy, mime, left, none))


def observed(scenario: Callable[[MainWindow], Any]) -> None:
    """Have the running program play a scenario, and leave when it has measured."""

    class Observed(program.Program):
        async def run(self) -> int:
            playing = asyncio.ensure_future(self._play())
            code = await super().run()
            await playing
            return code

        async def _play(self) -> None:
            try:
                tell(await scenario(self._window))
            finally:
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
        window.add_files.add(some)
        while window.model.rowCount() < before + (large if len(some) == large else small):
            await _first(window.model.rowsInserted)
    await asyncio.sleep(SETTLE)
    ticker = Ticker(window)
    ticker.start()
    window.held_start.seconds = 0
    window.footer.primary.click()
    while not all(window.model.snapshot(row).state is UploadState.UPLOADED for row in range(large)):
        await _first(window.model.counts_changed)
    return ticker.stop()


async def fetch(window: MainWindow, size: int) -> dict[str, float]:
    """Fetch a file within a drop until it waits for Start; then fetch another one, and cancel it half way."""
    window.set_anomaly("1")
    await asyncio.sleep(2 * SETTLE)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240 - no disk; forgets the peak of the start
    before = status_bytes(os.getpid(), "VmRSS")
    ticker = Ticker(window)
    ticker.start()
    source = Pieces(size)
    _drop(window, "a.csv", size, source)
    while not (window.model.rowCount() and window.model.snapshot(0).state is UploadState.QUEUED):
        await _first(window.model.counts_changed)
    gaps = ticker.stop()
    memory = status_bytes(os.getpid(), "VmHWM") - before
    return {"longest": gaps["longest"], "p99": gaps["p99"], "memory": memory / 1e6} | await _cancel(window, size)


async def _cancel(window: MainWindow, size: int) -> dict[str, float]:
    """Cancel a file half way by its row: how long until it says so and its bytes are gone?"""
    source = Pieces(size)
    _drop(window, "b.csv", size, source)
    await asyncio.to_thread(source.half.wait)
    began = asyncio.get_running_loop().time()
    window.view.action_wanted.emit(RowAction.CANCEL, [window.model.snapshot(1)])
    await asyncio.to_thread(source.ended.wait)
    while window.model.snapshot(1).state is not UploadState.CANCELLED:
        await _first(window.model.counts_changed)
    return {"cancelled": asyncio.get_running_loop().time() - began}


def _drop(window: MainWindow, name: str, size: int, source: Pieces) -> None:
    fetcher = window.add_files.fetcher
    assert fetcher is not None
    offer = Decision(DropKind.VIRTUAL, files=(VirtualFile(0, name, size),), origin=Origin.PHONE)
    QTimer.singleShot(0, window, lambda: fetcher.fetch_within_drop(offer, source, "1", NoDoor()))


class Pieces:
    """Another program that gives a file at 40 MB/s, as phones do at best. `half`, `ended`: how far it is."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.half, self.ended = threading.Event(), threading.Event()

    @contextmanager
    def opened(self, files: Sequence[VirtualFile]) -> Iterator[Pieces]:
        del files
        yield self
        self.ended.set()

    def copy(self, file: VirtualFile, sink: Sink) -> None:
        del file
        piece, began = os.urandom(CHUNK_BYTES), time.monotonic()
        for at in range(0, self._size, CHUNK_BYTES):
            time.sleep(max(0.0, began + at / RATE - time.monotonic()))
            sink.write(memoryview(piece)[: self._size - at])
            if at > self._size / 2:
                self.half.set()


class NoDoor:
    """A drop target of no system."""

    busy = False

    def hold(self) -> None:
        """Hold nothing."""


async def _first(signal: Any) -> Any:
    """Wait for a signal, and return what it carries first."""
    heard: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def hear(*values: Any) -> None:
        if not heard.done():
            heard.set_result(values[0] if values else None)

    signal.connect(hear)
    try:
        return await heard
    finally:
        signal.disconnect(hear)
