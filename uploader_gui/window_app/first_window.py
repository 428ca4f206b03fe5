"""What a person sees first: the window with its look, its language and its place on the screen.

Nothing here waits for a server, and nothing is loaded that the first paint does not need. `FirstPaint` waits for that,
so that the rest of the program loads after it; `warm_up` gets ready what paints rows.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer

from uploader_gui.anomaly_links import anomaly_of_link
from uploader_gui.engine.models import Source, UploadId, UploadSnapshot, UploadState
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.gui.bridge import Bridge
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.style.theme import Theme
from uploader_gui.gui.upload_list.upload_model import UploadModel
from uploader_gui.gui.upload_list.upload_view import UploadView
from uploader_gui.gui.window.filter_bar import UploadFilter
from uploader_gui.gui.window.window_memory import WindowMemory
from uploader_gui.machine_settings import early_theme
from uploader_gui.paths import data_paths

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QWidget

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
            opened.linked.connect(self._open_link)

    def show(self) -> None:
        """Show it where it was last time, with the files that waited for a number then."""
        self.memory.restore(self.window)
        if self.trial is None:
            self.window.header.field.offer(self.memory.anomalies)
            self.window.number.note_used(self.memory.anomalies)
            self.window.add_files.restore(self.memory.kept)
            self.window.body.finish.show_past(self.memory.unseen_finish)
        self.window.show()

    def _open_link(self, link: str) -> None:
        if anomaly_id := anomaly_of_link(link):
            self.window.open_link(anomaly_id)

    def _note_closing(self) -> None:
        self.is_closed = True


PATIENCE_MS: Final = 500
"""The wait's limit: a window that opens minimized, or on another desktop, is not painted."""


class FirstPaint(QObject):
    """Watches one window. `seen` is whether it has been painted.

    Qt's own loop runs here: loading asyncio and qasync first would be a quarter of what is postponed.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.seen = False
        self._loop = QEventLoop(self)
        self._window = window

    def wait(self) -> None:
        """Run Qt's event loop until the window is painted, 0.5 s at most."""
        self._window.installEventFilter(self)
        QTimer.singleShot(PATIENCE_MS, self._loop, self._loop.quit)
        self._loop.exec()
        self._window.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the wait once the paint event now being delivered is done."""
        del watched
        if event.type() == QEvent.Type.Paint:
            self.seen = True
            QTimer.singleShot(0, self._loop, self._loop.quit)
        return False


def warm_up(theme: Theme, size: QSize) -> None:
    """Paint a hidden list of this width with a row in each state, so that Start need not load what paints rows."""
    model = UploadModel()
    view = UploadView(model, UploadFilter(model, model), theme)
    model.setParent(view)
    nowhere = Path("warm-up.csv")
    source = Source(nowhere, nowhere, nowhere.name, "text/csv", 1, 0)
    states = (UploadSnapshot(UploadId(state), "1", source, 0, state) for state in UploadState)
    model.add(list(states))
    view.resize(size.width(), len(UploadState) * view.delegate.fonts.row_height)
    view.grab()
    view.deleteLater()
