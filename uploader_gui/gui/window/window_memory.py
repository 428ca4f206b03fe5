"""What a window remembers for the next time: where it stood, the last anomalies, and files that wait for a number.

Made by the composition root, which gives the file in the data folder (never the registry).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QSettings

from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.gui.drop.waiting_files import decoded, encoded
from uploader_gui.gui.style.widgets import within_screen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from uploader_gui.gui.drop.waiting_files import WaitingFiles

MOST_ANOMALIES: Final = 8
_PLACE: Final = "window/place"
_ANOMALIES: Final = "anomalies/recent"
_KEPT: Final = "kept/files"


class WindowMemory:
    """Reads and writes one file; what is wrong in it is forgotten."""

    def __init__(self, path: Path) -> None:
        self._kept = QSettings(str(path), QSettings.Format.IniFormat)

    def restore(self, window: QWidget) -> None:
        """Put the window where it stood; Qt moves it onto a screen that is there. The first time it fits the screen."""
        window.resize(within_screen(window, window.size()))
        place = self._kept.value(_PLACE)
        if isinstance(place, QByteArray):
            window.restoreGeometry(place)

    def save(self, window: QWidget) -> None:
        """Remember where it stands."""
        self._kept.setValue(_PLACE, window.saveGeometry())
        self._kept.sync()

    @property
    def anomalies(self) -> list[str]:
        """Give the anomalies that got files, the last one first."""
        kept = str(self._kept.value(_ANOMALIES) or "").split()
        return [anomaly_id for anomaly_id in kept if ANOMALY_ID.fullmatch(anomaly_id)][:MOST_ANOMALIES]

    def remember(self, anomaly_id: str) -> None:
        """Put an anomaly in front."""
        others = [other for other in self.anomalies if other != anomaly_id]
        self._kept.setValue(_ANOMALIES, " ".join([anomaly_id, *others][:MOST_ANOMALIES]))
        self._kept.sync()

    @property
    def kept(self) -> list[WaitingFiles]:
        """Give the files and folders that still waited for a number."""
        return decoded(str(self._kept.value(_KEPT) or ""))

    def keep(self, kept: Sequence[WaitingFiles]) -> bool:
        """Write down what waits for a number; tell whether it stands on the disk."""
        if kept or self._kept.contains(_KEPT):
            self._kept.setValue(_KEPT, encoded(kept))
            self._kept.sync()
        return self._kept.status() is QSettings.Status.NoError
