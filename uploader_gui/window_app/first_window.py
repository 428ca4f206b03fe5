"""What a person sees first: the window with its look, its language and its place on the screen.

Nothing here waits for a server, and nothing is loaded that the first paint does not need.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.window.window_memory import WindowMemory
from uploader_gui.machine_settings import early_theme
from uploader_gui.paths import data_paths

if TYPE_CHECKING:
    from uploader_gui.command_line import LaunchOptions
    from uploader_gui.paths import DataPaths
    from uploader_gui.platform.application import Application, Language
    from uploader_gui.sandbox_session import SandboxSession
    from uploader_gui.single_instance import InstanceLock

SCHEMES: Final = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
"""The values of the setting `theme`, as Qt's."""


class FirstWindow:
    """The window and what it needs at once. `trial` is the sandbox session, if any; it has no `instance` lock."""

    def __init__(
        self,
        launch: LaunchOptions,
        application: Application,
        language: Language,
        *,
        data: DataPaths,
        trial: SandboxSession | None,
        instance: InstanceLock | None,
    ) -> None:
        self.application = application
        self.language = language
        self.data = data
        self.trial = trial
        self.instance = instance
        self.decoder = PictureDecoder()
        self.bridge = Bridge(decoder=self.decoder)
        self.theme = Theme(application, SCHEMES[early_theme(data_paths().settings)])
        self.window = MainWindow(
            self.bridge, self.theme, decoder=self.decoder, anomaly_id=launch.anomaly_id, sandbox=trial is not None
        )
        self.memory = WindowMemory(data.window)
        self.is_closed = False
        """A person closed the window before there was anybody else to hear of it."""
        self.window.exit_requested.connect(self._note_closing)
        if sys.platform == "darwin":  # only macOS sends such events, and every event passes through this filter
            from uploader_gui.platform.application import OpenedFiles  # noqa: PLC0415 - only on macOS

            opened = OpenedFiles(application)
            opened.opened.connect(self.window.add_paths)
            opened.linked.connect(self.window.open_text_of_link)

    def show(self) -> None:
        """Show it where it was last time, with the files that waited for a number then."""
        self.memory.restore(self.window)
        if self.trial is None:
            self.window.header.field.offer(self.memory.anomalies)
            self.window.number.note_used(self.memory.anomalies)
            self.window.add_files.restore(self.memory.kept)
            self.window.body.finish.show_past(self.memory.unseen_finish)
        self.window.show()

    def _note_closing(self) -> None:
        self.is_closed = True
