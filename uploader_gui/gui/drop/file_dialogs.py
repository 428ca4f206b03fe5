"""The system's dialogs for files and folders. Nothing here waits. Used by `add_files.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from uploader_gui.text import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


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
