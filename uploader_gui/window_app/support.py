"""Answers what the window asks beyond sending: log, diagnostics, pictures that become files. Made by `program.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from uploader_gui.gui.desktop.desktop import show_in_folder
from uploader_gui.gui.drop.mime import Captures
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from uploader_gui.gui.bridge import Bridge
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.paths import DataPaths
    from uploader_gui.window_app.preferences import Preferences
    from uploader_gui.window_app.tasks import UiTasks


class Support:
    """Made once the window stands."""

    def __init__(
        self, window: MainWindow, bridge: Bridge, *, data: DataPaths, preferences: Preferences, errands: UiTasks
    ) -> None:
        self._window = window
        self._bridge = bridge
        self._data = data
        self._preferences = preferences
        self._errands = errands
        self._captures = Captures(data.captures)
        window.log_wanted.connect(lambda: show_in_folder(data.log))
        window.diagnostics_wanted.connect(lambda: errands.spawn(self._copy_diagnostics()))
        window.picture_given.connect(lambda picture: errands.spawn(self._take(picture)))

    async def _take(self, picture: QImage) -> None:
        try:
            path = await self._errands.in_thread(self._captures.save, picture)
        except OSError as error:
            self._window.show_picture_lost(error.strerror or MannersWords.PICTURE_UNREADABLE.text)
        else:
            self._bridge.note_capture(path)
            self._window.add_paths([path])

    async def _copy_diagnostics(self) -> None:
        configuration = self._preferences.configuration
        if configuration is None:
            return
        from uploader_gui.diagnostics import diagnostics  # noqa: PLC0415 - only where it is asked for

        text = await self._errands.in_thread(diagnostics, configuration, self._surroundings())
        QGuiApplication.clipboard().setText(text)
        self._window.dialogs.help().show_copied()

    def _surroundings(self) -> dict[str, str]:
        screen, counts = self._window.screen(), self._window.model.counts()
        return {
            "qt": f"{qVersion()} {QGuiApplication.platformName()}",
            "language": self._window.locale().name(),
            "screen": f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}",
            "list": ", ".join(f"{name} {getattr(counts, name)}" for name in counts.__dataclass_fields__),
        }
