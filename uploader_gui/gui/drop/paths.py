"""What a drag or the clipboard holds: local paths, and how many of them are files and folders.

Called by the drop target, the anomaly field and the window's paste.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.text import Counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QMimeData

_PATIENCE: Final = 0.05
"""Seconds a drag may spend on asking the disk what is a folder; a sleeping share must not stop the window."""
_LINES_LOOKED_AT: Final = 1000


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many files and folders a person holds over the window."""

    files: int
    folders: int

    @property
    def entries(self) -> int:
        """Count both."""
        return self.files + self.folders

    def add_to(self, anomaly_id: str) -> str:
        """Say what letting go would do."""
        return self._counted(Counted.ADD_FILES_TO, Counted.ADD_FOLDERS_TO, Counted.ADD_MIXED_TO).text(
            self.entries, anomaly_id
        )

    def wait(self) -> str:
        """Say that they are kept."""
        return self._counted(Counted.FILES_WAIT, Counted.FOLDERS_WAIT, Counted.MIXED_WAIT).text(self.entries)

    def _counted(self, files: Counted, folders: Counted, mixed: Counted) -> Counted:
        if self.files and self.folders:
            return mixed
        return folders if self.folders else files


def paths_in(mime: QMimeData | None) -> list[Path]:
    """Give the local files and folders of a drag or clipboard, each once; web addresses are not files."""
    if mime is None or not mime.hasUrls():
        return []
    return list(dict.fromkeys(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()))


def paths_in_text(text: str) -> list[Path]:
    """Give the existing paths among lines of text, as “Copy as path” leaves them in the clipboard."""
    lines = [line.strip().strip('"') for line in text.splitlines()[:_LINES_LOOKED_AT]]
    paths = [Path(line) for line in lines if line and "\0" not in line]
    return [path for path in paths if path.is_absolute() and os.path.exists(path)]  # noqa: PTH110 - a Path raises


def counted(paths: Sequence[Path]) -> Dropped:
    """Count files and folders; once patience is over, a name without an extension counts as a folder."""
    folders = len(folders_among(paths))
    return Dropped(files=len(paths) - folders, folders=folders)


def folders_among(paths: Sequence[Path]) -> set[Path]:
    """Give those that are folders; once patience is over, those without an extension."""
    until = time.monotonic() + _PATIENCE
    return {path for path in paths if (_is_folder(path) if time.monotonic() < until else not path.suffix)}


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - a Path raises what it cannot look at
