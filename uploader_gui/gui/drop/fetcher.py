"""Fetches virtual files of drags and pastes: rows at once, the bytes in a thread, the window alive meanwhile.

While the other program has to wait for the end of its drop, a nested loop of Qt keeps the window alive in it. That is
fine inside an event of Qt, and must never be done inside a coroutine.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from uploader_gui.engine.events import UploadProgress, UploadsAdded, UploadsChanged, UploadsRemoved
from uploader_gui.engine.fetching import FetchThread, Item, part_of
from uploader_gui.engine.models import Awaited, Reason, UploadId, UploadState
from uploader_gui.engine.options import AddOptions
from uploader_gui.gui.bridge import ThreadSignal
from uploader_gui.gui.drop.offer import harmless_names

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from uploader_gui.engine.errors import NotFetched
    from uploader_gui.engine.events import Event
    from uploader_gui.engine.fetching import Offered
    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.drop.offer import Decision
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.window.window_memory import KeptPath

TOKEN_BYTES: Final = 8
PAGE: Final = 100
"""How many files are listed, or told of, before the window has its turn: some 10 ms."""


class Door(Protocol):
    """What stands before Qt's drop target (`platform/windows_ole.py`)."""

    busy: bool

    def hold(self) -> None:
        """Never let go of what was dropped: its program hangs."""


class Fetch(QObject):
    """The files of one drag or paste. Its thread calls the methods of `fetching.Listener`, which lead to the signals.

    Signals, in Qt's thread:
        moved(Item, int): how many bytes of an item are there.
        came(Item), failed(Item, NotFetched): how an item ended.
        over(): the other program is no longer needed, or nobody wants its files any more.
    """

    moved = Signal(object, object)
    came = Signal(object)
    failed = Signal(object, object)
    over = Signal()

    def __init__(self, parent: QObject, to_list: Iterator[Item], anomaly_id: str, options: AddOptions) -> None:
        super().__init__(parent)
        self.to_list = to_list
        self.anomaly_id = anomaly_id
        self.options = options
        self.items: list[Item] = []
        self.wanted: dict[Path, Item] = {}
        self.upload_ids: dict[Path, UploadId] = {}
        self.is_listed = False
        """Whether all its files are on the list, or wait for a number."""
        self.is_read = False
        """Whether the thread has let go of the other program's data."""
        self._news: deque[tuple[SignalInstance, tuple[object, ...]]] = deque()
        self._news_came = ThreadSignal(self._pass_on)
        self._ended = ThreadSignal(self._is_over)

    def want(self, items: Sequence[Item]) -> None:
        """Count these among its files."""
        self.items += items
        self.wanted.update((item.path, item) for item in items)

    def settle(self, item: Item) -> UploadId | None:
        """Note that an item came or failed; return its upload, or None."""
        self.wanted.pop(item.path, None)
        return self.upload_ids.get(item.path)

    def stop(self, paths: Container[Path]) -> None:
        """Stop these items."""
        for item in [item for path, item in self.wanted.items() if path in paths]:
            item.stop()
            del self.wanted[item.path]
            if not self.wanted:
                self.over.emit()

    # The thread calls these

    def progress(self, item: Item, count: int) -> None:
        """Report how many bytes of an item are there."""
        self._tell(self.moved, item, count)

    def fetched(self, item: Item) -> None:
        """Report that an item is complete."""
        self._tell(self.came, item)

    def not_fetched(self, item: Item, error: NotFetched) -> None:
        """Report that an item will not come."""
        self._tell(self.failed, item, error)

    def ended(self) -> None:
        """Report that the other program is no longer needed."""
        self.is_read = True
        self._ended.told.emit(None)

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        self._news.append((signal, values))
        if len(self._news) == 1:
            self._news_came.told.emit(None)

    def _is_over(self, _: None) -> None:
        self.over.emit()

    def _pass_on(self, told: None) -> None:
        """Emit some of the news, and the rest in another event: 10,000 files may fail at once, when a program ends."""
        del told
        for _ in range(min(len(self._news), PAGE)):
            signal, values = self._news.popleft()
            signal.emit(*values)
        if self._news:
            self._news_came.told.emit(None)


class Fetcher(QObject):
    """All fetches of one window. `folder` is where their files lie (`own_files.py`)."""

    def __init__(self, window: MainWindow, engine: Bridge, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._add_files = window.add_files
        self._engine = engine
        self._folder = folder
        self._fetches: list[Fetch] = []
        self._lost: list[tuple[Path, Reason]] = []
        """What did not come since nothing was being fetched: the window shows one sentence, so it names all of them."""
        self._named = 0
        """How many of these it names already."""
        self._unlisted: set[UploadId] = set()
        self._add_files.fetcher = self
        self._add_files.kept_changed.connect(self._follow_kept)
        self._add_files.forgotten.connect(engine.no_longer_wanted)
        engine.event_arrived.connect(self._follow)

    @property
    def lists_more(self) -> bool:
        """Whether files that are being fetched are not on the list yet."""
        return bool(self._unlisted) or not all(one.is_listed for one in self._fetches)

    def fetch_within_drop(self, decision: Decision, offered: Offered, anomaly_id: str, door: Door) -> None:
        """Fetch within an event of Qt, which ends when all is there, or nobody wants the rest any more."""
        loop = QEventLoop()
        fetch = self.fetch(decision, offered, anomaly_id)
        fetch.over.connect(loop.quit)
        door.busy = True
        if not fetch.is_read:  # else it was over before anybody heard of it
            loop.exec()
        door.busy = False
        if not fetch.is_read:
            door.hold()

    def fetch(self, decision: Decision, offered: Offered, anomaly_id: str) -> Fetch:
        """Show a row for each file and begin to fetch them, for the anomaly given ("": they wait for a number)."""
        folder = self._folder / secrets.token_hex(TOKEN_BYTES)
        names = zip(decision.files, harmless_names(decision.files), strict=True)
        items = (Item(file, folder / name) for file, name in names)
        self._forget_finished()
        fetch = Fetch(self, items, anomaly_id, AddOptions(origin=decision.origin))
        fetch.moved.connect(self._show_progress)
        fetch.came.connect(self._came)
        fetch.failed.connect(self._failed)
        self._fetches.append(fetch)
        self._engine.note_making([part_of(folder)])
        if anomaly_id and decision.junk:  # by names that are left out wherever they are found
            self._add_files.add_for(anomaly_id, [folder / f"._{at}" for at in range(decision.junk)], AddOptions())
        self._list_next(fetch, FetchThread(offered, fetch.items, folder, fetch))
        return fetch

    def _list_next(self, fetch: Fetch, thread: FetchThread) -> None:
        """Show some rows at a time, for the window's sake, and begin to fetch when all are there."""
        page = list(islice(fetch.to_list, PAGE))
        fetch.want(page)
        self._engine.note_making([item.path for item in page])
        if page and fetch.anomaly_id:
            self._add_files.add_for(fetch.anomaly_id, [item.path for item in page], fetch.options)
        if len(page) == PAGE:
            QTimer.singleShot(0, fetch, lambda: self._list_next(fetch, thread))
            return
        if not fetch.anomaly_id:  # all at once: they are confirmed together
            self._add_files.add_for("", list(fetch.wanted), fetch.options)
        fetch.is_listed = True
        thread.start()

    def claim(self, paths: Sequence[Path], anomaly_id: str, options: AddOptions) -> list[Path]:
        """Put those of the paths on the list that are being fetched; return the others."""
        awaited = []
        for path in paths:
            if (fetch := self._fetch_of(path)) is not None:
                fetch.upload_ids[path] = UploadId(str(uuid.uuid4()))
                size = fetch.wanted[path].file.size or 0
                awaited.append(Awaited(fetch.upload_ids[path], path, path.name, size))
        if awaited:
            self._unlisted.update(one.upload_id for one in awaited)
            self._engine.await_files(awaited, anomaly_id, options)
        claimed = {one.path for one in awaited}
        return [path for path in paths if path not in claimed]

    def _fetch_of(self, path: Path) -> Fetch | None:
        self._forget_finished()
        return next((one for one in self._fetches if path in one.wanted and path not in one.upload_ids), None)

    def _forget_finished(self) -> None:
        self._fetches = [fetch for fetch in self._fetches if fetch.wanted or not fetch.is_listed]
        if not self._fetches and self._named == len(self._lost):
            self._lost, self._named = [], 0

    # What a thread tells

    def _show_progress(self, item: Item, count: int) -> None:
        fetch = self._sending_fetch()
        if (upload_id := fetch.upload_ids.get(item.path)) is not None and item.path in fetch.wanted:
            self._window.model.update_fetched(UploadProgress(upload_id, count, 0.0, time.monotonic()))

    def _came(self, item: Item) -> None:
        self._engine.note_capture(item.path)
        if (upload_id := self._sending_fetch().settle(item)) is not None:
            self._engine.fetched(upload_id)

    def _failed(self, item: Item, error: NotFetched) -> None:
        reason = Reason.of(error)
        if (upload_id := self._sending_fetch().settle(item)) is not None:
            self._engine.not_fetched(upload_id, reason)
        else:
            self._lost.append((item.path, reason))
            if len(self._lost) == self._named + 1:
                QTimer.singleShot(0, self, self._let_go)

    def _let_go(self) -> None:
        """Name what was lost, and let go of what was not named before."""
        lost, new = self._lost, self._lost[self._named :]
        self._named = len(lost)
        self._add_files.let_go([path for path, _ in new])
        if len(lost) == 1:
            self._window.notices.explain_lost(lost[0][0].name, lost[0][1])
        else:
            self._add_files.explain_half_fetched([path.name for path, _ in lost])

    def _sending_fetch(self) -> Fetch:
        fetch = self.sender()
        assert isinstance(fetch, Fetch)
        return fetch

    # What a person does meanwhile

    def _follow(self, event: Event) -> None:
        """Stop what was cancelled or taken off the list."""
        if isinstance(event, UploadsAdded):
            self._unlisted.difference_update(one.upload_id for one in event.uploads)
            return
        if isinstance(event, UploadsChanged):
            ended = {one.upload_id for one in event.uploads if one.state is not UploadState.FETCHING}
        elif isinstance(event, UploadsRemoved) and not event.kept:
            ended = set(event.upload_ids)
        else:
            return
        for fetch in self._fetches:
            fetch.stop({path for path, upload_id in fetch.upload_ids.items() if upload_id in ended})

    def _follow_kept(self, kept: Sequence[KeptPath]) -> None:
        """Stop what waited for a number and is not wanted any more."""
        paths = {one.path for one in kept}
        for fetch in [one for one in self._fetches if one.is_listed]:  # others are kept once all are listed
            fetch.stop({path for path in fetch.wanted if path not in paths and path not in fetch.upload_ids})
