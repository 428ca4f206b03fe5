"""The settings file in whatever state it is: read, saved, and what is wrong with it told. Nothing there is destroyed.

Used by `config.py`, for window and headless alike.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uploader_gui import settings
from uploader_gui.settings import NoSettingsFile, Settings, SettingsError, SettingsUnreadable
from uploader_gui.words.settings import SettingsTrouble

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person should know of the settings file, in the language in use whenever it is `told`."""

    sentence: SettingsTrouble
    values: tuple[str, ...]

    @property
    def told(self) -> str:
        """Say it."""
        return self.sentence.filled(*self.values)


def read(path: Path, *, window: bool) -> tuple[Settings, Trouble | None]:
    """Give the settings, the usual ones where the file gives none, and what is wrong with it.

    A script stops where a file is there that says something nobody can read: it might name another server. In a
    window a person reads why, and a damaged file is set aside.

    Raises:
        SettingsError: a variable is wrong; without a window also the file.
    """
    try:
        return settings.load(path), None
    except NoSettingsFile:
        return settings.load(None), Trouble(SettingsTrouble.NO_FILE, (str(path),))
    except SettingsUnreadable as error:
        if not window:
            raise
        return settings.load(None), Trouble(SettingsTrouble.UNREADABLE, (str(path), error.detail))
    except SettingsError as error:
        usual = settings.load(None)  # where a variable is wrong, the file is not to blame
        if not window:
            raise
        return usual, _set_aside(path, error)


def keep(values: dict[str, Any], path: Path) -> Trouble | None:
    """Save what a person changed; tell where that is not possible."""
    try:
        settings.save(values, path)
    except OSError as error:
        log.warning("the settings cannot be saved: %s", error.strerror)
        return Trouble(SettingsTrouble.UNSAVED, (str(path), error.strerror or str(error)))
    return None


def _set_aside(path: Path, error: SettingsError) -> Trouble:
    log.warning("settings set aside: %s", error)
    try:
        aside = settings.set_aside(path)
    except OSError as refused:  # on Windows another program may hold it
        return Trouble(SettingsTrouble.UNREADABLE, (str(path), refused.strerror or str(refused)))
    return Trouble(SettingsTrouble.SET_ASIDE, (str(aside),))
