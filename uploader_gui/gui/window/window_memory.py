"""What the window remembers until the next start: its place, the last anomalies, paths kept for a number, an end.

It is one INI file in the data folder, on Windows too (never the registry).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QByteArray, QSettings

from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.engine.models import Origin, Treatment
from uploader_gui.engine.options import DEFAULT_ADD_OPTIONS, AddOptions, Choices
from uploader_gui.gui.style.widgets import within_screen
from uploader_gui.gui.window import finish

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtWidgets import QWidget

MAX_ANOMALIES: Final = 8
_PLACE: Final = "window/place"
_ANOMALIES: Final = "anomalies/recent"
_KEPT: Final = "kept/files"
_FINISH: Final = "finish/unseen"


class KeptPath(NamedTuple):
    """A path that waits for a number. `is_folder` is from when it was added: a start must not wait for a slow disk."""

    path: Path
    is_folder: bool = False
    options: AddOptions = DEFAULT_ADD_OPTIONS


class WindowMemory:
    """Reads and writes the file; invalid values are ignored."""

    def __init__(self, path: Path) -> None:
        self._settings = QSettings(str(path), QSettings.Format.IniFormat)

    def restore(self, window: QWidget) -> None:
        """Restore the window's place; Qt keeps it on an existing screen. The first time, fit it into the screen."""
        window.resize(within_screen(window, window.size()))
        place = self._settings.value(_PLACE)
        if isinstance(place, QByteArray):
            window.restoreGeometry(place)

    def save(self, window: QWidget) -> None:
        """Save the window's place when Qt's loop runs next: nothing has to wait for a slow disk until then."""
        self._settings.setValue(_PLACE, window.saveGeometry())

    def until_saved(self) -> None:
        """Wait until everything is on disk."""
        self._settings.sync()

    @property
    def anomalies(self) -> list[str]:
        """The last anomalies files were added to, newest first."""
        kept = str(self._settings.value(_ANOMALIES) or "").split()
        return [anomaly_id for anomaly_id in kept if ANOMALY_ID.fullmatch(anomaly_id)][:MAX_ANOMALIES]

    def remember(self, anomaly_id: str) -> None:
        """Make an anomaly the newest."""
        others = [other for other in self.anomalies if other != anomaly_id]
        self._settings.setValue(_ANOMALIES, " ".join([anomaly_id, *others][:MAX_ANOMALIES]))
        self._settings.sync()

    @property
    def kept(self) -> list[KeptPath]:
        """The saved paths that waited for a number."""
        return decoded(str(self._settings.value(_KEPT) or ""))

    def keep(self, kept: Sequence[KeptPath]) -> bool:
        """Save the paths that wait for a number; return whether they are on disk."""
        if kept or self._settings.contains(_KEPT):
            self._settings.setValue(_KEPT, encoded(kept))
        same_file = QSettings(
            self._settings.fileName(), QSettings.Format.IniFormat
        )  # the old one keeps its first error
        same_file.sync()
        return same_file.status() is QSettings.Status.NoError

    @property
    def unseen_finish(self) -> finish.Finish | None:
        """The end of a deposit that nobody saw, because the window was hidden."""
        return finish.decoded(str(self._settings.value(_FINISH) or ""))

    def keep_finish(self, unseen: finish.Finish | None) -> None:
        """Save such an end for the next window, or (None) forget the last one; when Qt's loop runs next."""
        if unseen is not None or self._settings.contains(_FINISH):
            self._settings.setValue(_FINISH, unseen.encoded if unseen is not None else "")


def encoded(kept: Iterable[KeptPath]) -> str:
    """Return the paths as JSON in ASCII: escapes preserve names that are not valid text."""
    return json.dumps([_values(one) for one in kept])


def decoded(text: str) -> list[KeptPath]:
    """Return the paths that `encoded` wrote; invalid entries are left out."""
    try:
        entries = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    kept = [_kept(one) for one in entries] if isinstance(entries, list) else []
    return [one for one in kept if one is not None]


def _values(kept: KeptPath) -> dict[str, Any]:
    options = kept.options
    return {
        "path": str(kept.path),
        "folder": kept.is_folder,
        "again": options.again,
        "pictures": options.choices.pictures,
        "others": options.choices.others,
        "origin": options.origin,
    }


def _kept(values: Any) -> KeptPath | None:
    try:
        path = Path(values["path"])
        choices = Choices(_treatment(values["pictures"]), _treatment(values["others"]))
        origin = Origin(values["origin"]) if values.get("origin") else None
        options = AddOptions(again=values["again"] is True, choices=choices, origin=origin)
        return (
            KeptPath(path, values["folder"] is True, options) if path.is_absolute() and "\0" not in str(path) else None
        )
    except (KeyError, TypeError, ValueError):
        return None


def _treatment(value: str | None) -> Treatment | None:
    return None if value is None else Treatment(value)
