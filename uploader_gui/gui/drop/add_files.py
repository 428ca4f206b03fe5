"""How files come in: dropped, pasted, chosen; kept while there is no number, explained where they are no files.

A part of the main window. What is added belongs to the anomaly shown at that moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from uploader_gui.engine.conversion_choices import DEFAULT_ADD_OPTIONS, AddOptions
from uploader_gui.gui.drop.drop_target import DropTarget
from uploader_gui.gui.drop.mime import Offered, files_in, folders_among, offered_in, picture_in
from uploader_gui.gui.drop.waiting_files import WaitingFiles, counted
from uploader_gui.text import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from uploader_gui.engine.events import PathsAdded
    from uploader_gui.gui.drop.mime import Dropped
    from uploader_gui.gui.engine_api import Engine
    from uploader_gui.gui.style.theme import Theme
    from uploader_gui.gui.window.header import Header


class AddFiles(QObject):
    """`anomaly_used(id)` got files; `picture_given(QImage)` is to become a file; `refused(Offered)` cannot be taken.

    `kept_changed(list[WaitingFiles])`: this waits for a number from now on.
    """

    kept_changed = Signal(object)
    anomaly_used = Signal(str)
    picture_given = Signal(object)
    refused = Signal(object)

    def __init__(self, window: QWidget, engine: Engine, header: Header, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._engine = engine
        self._header = header
        self._kept: dict[Path, WaitingFiles] = {}
        self._unanswered = 0
        self.drop = DropTarget(window, theme, lambda: header.field.anomaly_id)
        self.drop.files_dropped.connect(self.add)
        self.drop.picture_dropped.connect(self.picture_given)
        self.drop.refused.connect(self.refused)
        header.field.paste_wanted.connect(self.paste)
        header.kept_wanted.connect(self.add_kept)
        header.forget_kept_wanted.connect(self.forget_kept)

    @property
    def kept(self) -> Dropped | None:
        """Give how many files and folders wait for a number, None where none do."""
        return counted(self._kept.values())

    def add(self, paths: Sequence[Path], wishes: AddOptions = DEFAULT_ADD_OPTIONS) -> None:
        """Add files and folders to the anomaly shown, or keep them until there is one."""
        if anomaly_id := self._header.field.anomaly_id:
            self.add_to(anomaly_id, paths, wishes)
        else:
            self.keep(paths, wishes)

    def add_to(
        self,
        anomaly_id: str,
        paths: Sequence[Path],
        wishes: AddOptions = DEFAULT_ADD_OPTIONS,
        recorded: Callable[[], None] = lambda: None,
    ) -> None:
        """Add files and folders to this anomaly, whatever number stands there; `recorded` once they are journalled."""
        self._unanswered += 1
        self._engine.add_paths(paths, anomaly_id, wishes, recorded)
        self.anomaly_used.emit(anomaly_id)

    @property
    def unanswered(self) -> bool:
        """Tell whether the engine has been given files that it has not looked at to the end."""
        return self._unanswered > 0

    def hear(self, event: PathsAdded) -> None:
        """A drop has been looked at to its end."""
        del event  # one comes for each, in whatever order
        self._unanswered = max(0, self._unanswered - 1)

    def keep(self, paths: Sequence[Path], wishes: AddOptions = DEFAULT_ADD_OPTIONS) -> None:
        """Keep files and folders until a person says which anomaly they are for."""
        folders = folders_among(paths)
        self._keep([WaitingFiles(path, path in folders, wishes) for path in paths])
        self._header.field.setFocus()

    def restore(self, kept: Sequence[WaitingFiles]) -> None:
        """Keep what waited for a number when the last window was closed."""
        if kept:
            self._keep(kept)

    def forget_kept(self) -> None:
        """A person does not want it added; the files stay where they are."""
        self._become({})

    def _keep(self, kept: Sequence[WaitingFiles]) -> None:
        self._become(self._kept | {one.path: one for one in kept})

    def _become(self, kept: dict[Path, WaitingFiles]) -> None:
        self._kept = kept
        self._header.show_kept(self.kept)
        self.kept_changed.emit(list(kept.values()))

    def add_kept(self) -> None:
        """Add what was kept, now that there is a number."""
        if not self._kept or not self._header.field.anomaly_id:
            return
        kept = list(self._kept.values())
        for wishes in dict.fromkeys(one.wishes for one in kept):
            self.add([one.path for one in kept if one.wishes == wishes], wishes)
        self._become({})  # only now: they are the engine's

    def paste(self) -> None:
        """Take what the clipboard holds."""
        mime = QGuiApplication.clipboard().mimeData()
        gift = offered_in(mime)
        if gift is Offered.FILES:
            self.add(files_in(mime))
        elif gift is Offered.PICTURE:
            self.picture_given.emit(picture_in(mime))
        else:
            self.refused.emit(gift)

    def choose_files(self) -> None:
        """Ask for files."""
        choose_files(self._window, self.add)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        choose_folder(self._window, self.add)


def choose_files(parent: QWidget, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    """Open the system's dialog for files."""
    dialog = QFileDialog(parent, Words.ADD_FILES.text)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    return _opened(dialog, chosen)


def choose_folder(parent: QWidget, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    """Open the system's dialog for a folder."""
    dialog = QFileDialog(parent, Words.ADD_FOLDER.text)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _opened(dialog, chosen)


def _opened(dialog: QFileDialog, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()
    return dialog
