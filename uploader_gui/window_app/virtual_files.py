"""Connects what is dragged or pasted as virtual files with what reads it on this system: Windows alone, so far.

On macOS such files are promised (NSFilePromise): Qt hands over no object that could be asked for them, and the
pasteboard's own needs PyObjC; a person is told what to do. X and Wayland have no such files.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from uploader_gui.engine.errors import NotFetched
from uploader_gui.gui.drop.fetcher import Fetcher
from uploader_gui.gui.drop.offer import DropKind, described_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from uploader_gui.engine.fetching import VirtualFile
    from uploader_gui.engine.models import Reason
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.drop.offer import Decision
    from uploader_gui.gui.main_window import MainWindow


class VirtualFiles:
    """Takes virtual files on the way that this system has. `folder` is where they lie until they are uploaded."""

    def __init__(self, window: MainWindow, bridge: Bridge, folder: Path) -> None:
        self._window = window
        self._fetcher = Fetcher(window.add_files, window.model, bridge, folder)
        self._fetcher.lost.connect(self._name_lost)
        window.add_files.virtual_given.connect(self._take)
        if sys.platform == "win32":
            window.drop.native_window_changed.connect(self._stand_before)
            self._stand_before()

    def _stand_before(self) -> None:
        from uploader_gui.platform.windows_ole import Door  # noqa: PLC0415 - Windows alone

        self._door = Door(int(self._window.winId()))

    def _take(self, decision: Decision, anomaly_id: str, dropped: bool) -> None:  # noqa: FBT001 - a signal's argument
        if sys.platform != "win32" or (dropped and not self._door.is_open):
            self._window.add_files.refused.emit(DropKind.PROMISE)
            return
        from uploader_gui.platform.windows_ole import CopiedData, DroppedData  # noqa: PLC0415 - as above

        if not dropped:
            self._fetcher.fetch(decision, CopiedData(_described), anomaly_id)
            return
        try:
            data = DroppedData(self._door)
        except NotFetched:
            self._window.add_files.refused.emit(DropKind.PROMISE)
            return
        if data.is_asynchronous:
            self._fetcher.fetch(decision, data, anomaly_id)
        else:
            self._fetcher.fetch_within_drop(decision, data, anomaly_id, self._door)

    def _name_lost(self, name: str, reason: Reason) -> None:
        self._window.show_lost(name, reason)


def _described(descriptor: bytes, wide: bool) -> Iterator[VirtualFile]:  # noqa: FBT001 - as it is called back
    return described_files(descriptor, wide=wide)
