"""What the window asks for beside sending (log, diagnostics, report, pictures, virtual files), and its coroutines."""

from __future__ import annotations

import logging
import secrets
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from uploader_gui.engine.errors import NotFetched
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, AddOptions
from uploader_gui.engine.system_words import system_words
from uploader_gui.gui.drop.fetcher import TOKEN_BYTES, Fetcher
from uploader_gui.gui.drop.mime import NO_PROMISES, save_picture
from uploader_gui.gui.drop.offer import DropKind, described_files
from uploader_gui.gui.taskbar_and_notifications import show_in_folder
from uploader_gui.i18n import _

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.drop.mime import Picture, Promises
    from uploader_gui.gui.drop.offer import Decision
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.paths import DataPaths
    from uploader_gui.window_app.preferences import Preferences

log = logging.getLogger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Support:
    """Shows the log, copies the diagnostics, saves reports, and makes files of pasted pictures."""

    def __init__(
        self, window: MainWindow, bridge: Bridge, *, data: DataPaths, preferences: Preferences, tasks: UiTasks
    ) -> None:
        self._window = window
        self._bridge = bridge
        self._preferences = preferences
        self._tasks = tasks
        self._captures = data.captures
        self._virtual_files = VirtualFiles(window, bridge, data.fetched)
        window.log_wanted.connect(lambda: show_in_folder(data.log))
        window.diagnostics_wanted.connect(lambda: tasks.spawn(self._copy_diagnostics()))
        window.report_wanted.connect(lambda path, names: tasks.spawn(self._save_report(path, with_names=names)))
        window.add_files.portal_given.connect(lambda key, for_: tasks.spawn(self._add_from_portal(key, for_)))
        window.picture_given.connect(lambda picture, for_: tasks.spawn(self._add_picture(picture, for_)))

    async def _add_from_portal(self, key: str, anomaly_id: str) -> None:
        from uploader_gui.platform.session_bus import retrieve_files  # noqa: PLC0415 - Linux alone

        try:
            paths = await self._tasks.in_thread(retrieve_files, key)
        except OSError as error:
            log.info("the portal gives no files: %s", error.strerror)
            self._window.add_files.refuse(DropKind.PROMISE)
        else:
            self._window.add_files.add_for(anomaly_id, paths, DEFAULT_ADD_OPTIONS)

    async def _add_picture(self, picture: Picture, anomaly_id: str) -> None:
        try:
            path = await self._tasks.in_thread(save_picture, picture, self._captures)
        except OSError as error:
            why = _(system_words(error)) if error.errno else _("it cannot be read")
            self._window.notices.explain(lambda: _("The picture could not be added: {why}", why=why))
        else:
            self._bridge.note_capture(path)
            self._window.add_files.add_for(anomaly_id, [path], AddOptions(origin=picture.origin))

    async def _copy_diagnostics(self) -> None:
        configuration = self._preferences.configuration
        if configuration is None:
            return
        from uploader_gui.diagnostics import diagnostics  # noqa: PLC0415 - only where it is asked for

        text = await self._tasks.in_thread(diagnostics, configuration, self._window_facts())
        QGuiApplication.clipboard().setText(text)
        self._window.dialogs.show_in_guide(_("Copied. Paste it into an e-mail or a message."))

    async def _save_report(self, path: Path, *, with_names: bool) -> None:
        """Test the connection, then write the report; the guide tells where it is, or why it is not."""
        self._window.dialogs.show_in_guide(_("The connection is tested, then the report is saved…"))
        findings = await self._preferences.findings()
        configuration = self._preferences.configuration
        if configuration is None:
            return
        from uploader_gui.diagnostics import Report  # noqa: PLC0415 - only where it is asked for

        report = Report(configuration, self._window_facts(), self._window.model.snapshots, findings, with_names)
        try:
            await self._tasks.in_thread(report.save, path)
        except OSError as error:
            news = _("The report could not be saved: {why}", why=_(system_words(error)))
        else:
            news = _("The report {name} was saved in {folder}", name=path.name, folder=str(path.parent))
        self._window.dialogs.show_in_guide(news)

    def _window_facts(self) -> dict[str, str]:
        screen, counts = self._window.screen(), self._window.model.counts()
        return {
            "qt": f"{qVersion()} {QGuiApplication.platformName()}",
            "language": self._window.locale().name(),
            "screen": f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}",
            "list": ", ".join(f"{name} {count}" for name, count in asdict(counts).items() if isinstance(count, int)),
        }


class VirtualFiles:
    """Takes virtual files: on Windows by OLE, on macOS as promises. X and Wayland have none.

    If that fails, a sentence tells the person what to do. The files lie in `folder` until they are uploaded. `kit` has
    AppKit's classes, instead of PyObjC.
    """

    def __init__(self, window: MainWindow, bridge: Bridge, folder: Path, kit: Any = None) -> None:
        self._window = window
        self._bridge = bridge
        self._folder = folder
        self._kit = kit
        self._fetcher = Fetcher(window, bridge, folder)
        window.add_files.virtual_given.connect(self._take)
        if sys.platform == "win32":
            window.add_files.native_window_changed.connect(self._stand_before)
            self._stand_before()
        elif sys.platform == "darwin" or kit is not None:
            window.add_files.promises = self._promises

    def _stand_before(self) -> None:
        from uploader_gui.platform.windows_ole import Door  # noqa: PLC0415 - Windows alone

        self._door = Door(int(self._window.winId()))

    def _promises(self) -> Promises:
        """Return what the present drag promises, nothing where that cannot be found out: then Qt's formats decide."""
        from uploader_gui.platform.macos_promises import app_kit, promises_in_drag  # noqa: PLC0415 - macOS alone

        try:
            self._kit = self._kit or app_kit()
            return promises_in_drag(self._kit)
        except Exception as error:  # noqa: BLE001 - see above
            log.info("what a drag promises cannot be asked: %s", type(error).__name__)
            return NO_PROMISES

    def _take_promised(self, decision: Decision, anomaly_id: str) -> None:
        from uploader_gui.platform.macos_promises import PromisedFiles  # noqa: PLC0415 - as above

        try:
            promised = PromisedFiles(self._kit, self._folder / secrets.token_hex(TOKEN_BYTES))
        except Exception as error:  # noqa: BLE001 - a person is told what to do instead
            log.info("promised files cannot be asked for: %s", type(error).__name__)
            promised = None
        if promised is None or not promised.places:
            self._window.add_files.refuse(DropKind.PROMISE)
            return
        self._bridge.note_making(promised.places)
        self._fetcher.fetch(replace(decision, files=promised.files), promised, anomaly_id)
        if promised.is_partial:
            self._window.add_files.refuse(DropKind.PROMISE)

    def _take(self, decision: Decision, anomaly_id: str, dropped: bool) -> None:  # noqa: FBT001 - a signal's argument
        if decision.kind is DropKind.PROMISED:
            self._take_promised(decision, anomaly_id)
            return
        if sys.platform != "win32" or (dropped and not self._door.is_open):
            self._window.add_files.refuse(DropKind.PROMISE)
            return
        from uploader_gui.platform.windows_ole import CopiedData, DroppedData  # noqa: PLC0415 - as above

        if not dropped:
            self._fetcher.fetch(decision, CopiedData(described_files), anomaly_id)
            return
        try:
            data = DroppedData(self._door)
        except NotFetched:
            self._window.add_files.refuse(DropKind.PROMISE)
            return
        if data.is_asynchronous:
            self._fetcher.fetch(decision, data, anomaly_id)
        else:
            self._fetcher.fetch_within_drop(decision, data, anomaly_id, self._door)


class UiTasks:
    """Coroutines on the window's thread, and calls in others. `broke` is called after an unexpected error."""

    def __init__(self, loop: asyncio.AbstractEventLoop, broke: Callable[[], None]) -> None:
        self._loop = loop
        self._broke = broke
        self._tasks: set[asyncio.Task[None]] = set()

    async def in_thread(self, call: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Return the result of a call that may block."""
        return await self._loop.run_in_executor(None, call, *arguments)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine concurrently."""
        task = self._loop.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("internal error")
            self._broke()


def run_until_done(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns.

    qasync's `run_until_complete` goes on to handle events after the loop has stopped: on Python 3.14 a task whose turn
    it is then ends in an error, for its loop is not the running one.
    """
    task = loop.create_task(work)
    task.add_done_callback(lambda _: loop.stop())
    loop.run_forever()
    return task.result()
