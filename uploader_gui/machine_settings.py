"""The settings an administrator fixes for everybody on this machine, and three that are needed before all others.

They come before the environment and a person's choices, and only from where nobody but an administrator can write:
`/etc` (Linux), `/Library` (macOS), the policies in HKEY_LOCAL_MACHINE (on Windows, whose access list sees to that).

Language, theme and server are read here at the start, since pydantic costs more than the window's first paint: machine
over environment over file over default, as in `settings.py`, which also reports what is wrong there.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from uploader_gui.engine.system_words import system_words
from uploader_gui.i18n import _
from uploader_gui.paths import file_type

if TYPE_CHECKING:
    from collections.abc import Mapping

LINUX_FILE: Final = Path("/etc/uploader-gui/settings.json")
MACOS_FILE: Final = Path("/Library/Application Support/uploader-gui/settings.json")
POLICY_KEY: Final = r"SOFTWARE\Policies\uploader-gui"
"""Below HKEY_LOCAL_MACHINE: one value per setting, REG_SZ or REG_DWORD."""
PREFIX: Final = "UPLOADER_"
"""What a setting's environment variable begins with."""
_ROOT: Final = 0
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class SettingsError(Exception):
    """Settings cannot be used; the text is a whole sentence that names what is wrong."""


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """Values by setting, and the file or registry key they stand in, "" where there are none."""

    place: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


NONE: Final = MachineSettings()


def of_this_machine() -> MachineSettings:
    """Return the settings of this machine.

    Raises:
        SettingsError: they are damaged, or others than administrators can write them.
    """
    if sys.platform == "win32":
        return _of_policies()
    return of_file(MACOS_FILE if sys.platform == "darwin" else LINUX_FILE)


def of_file(path: Path, administrator: int = _ROOT) -> MachineSettings:
    """Return the settings in a JSON file that only this user may be able to write; none where there is no file.

    Raises:
        SettingsError: see `of_this_machine`.
    """
    try:
        with path.open("rb") as file:
            found = [os.fstat(file.fileno()), path.parent.stat()]
            content = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return NONE
    except OSError as error:
        raise SettingsError(
            _("the settings file {path} cannot be read: {why}.", path=str(path), why=_(system_words(error)))
        ) from error
    if any(one.st_uid != administrator or one.st_mode & _OTHERS_WRITE for one in found):
        raise SettingsError(
            _(
                "the settings for this computer in {path} cannot be used: the file and its folder must "
                "belong to the administrator and be writable by nobody else.",
                path=str(path),
            )
        )
    return _of_values(str(path), json_object(path, content))


def json_object(path: Path, content: bytes) -> dict[str, Any]:
    """Return the JSON object that a settings file contains.

    Raises:
        SettingsError: it contains something else.
    """
    import json  # noqa: PLC0415 - read before the first paint, and there is a file on few machines

    try:
        values = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise SettingsError(
            _(
                "the settings file {path} cannot be read: it is not valid JSON (line {line}).",
                path=str(path),
                line=str(error.lineno),
            )
        ) from error
    except (ValueError, RecursionError):  # other bytes than text, a number without end, brackets without end
        values = None
    if not isinstance(values, dict):
        raise SettingsError(_("the settings file {path} cannot be read: it is not a JSON object.", path=str(path)))
    return values


def _of_values(place: str, values: Mapping[str, Any]) -> MachineSettings:
    """Return values as settings, without the empty ones, as in the environment."""
    given = {name.lower(): value for name, value in values.items() if value is not None and value != ""}
    return MachineSettings(place, given) if given else NONE


if sys.platform == "win32":
    import winreg

    def _of_policies() -> MachineSettings:
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, POLICY_KEY, 0, access) as key:
                entries = [winreg.EnumValue(key, number) for number in range(winreg.QueryInfoKey(key)[1])]
        except FileNotFoundError:
            return NONE
        return _of_values(rf"HKLM\{POLICY_KEY}", {name: value for name, value, _ in entries})


LanguageChoice = Literal["system", "fr", "en"]
"""The values of the setting `language`."""
ThemeChoice = Literal["system", "light", "dark"]
"""The values of the setting `theme`."""


def early_language(settings: Path, machine: MachineSettings | None = None) -> str:
    """Return the setting `language` before settings are loaded; `machine` None reads this machine's."""
    return _early(settings, machine, "language", get_args(LanguageChoice))


def early_theme(settings: Path, machine: MachineSettings | None = None) -> str:
    """Return the setting `theme` before settings are loaded: a window must not come up light and turn dark."""
    return _early(settings, machine, "theme", get_args(ThemeChoice))


def early_server(settings: Path) -> str:
    """Return the setting `api_url` as it was given, unchecked, before settings are loaded; "" for the usual one."""
    return _given(settings, None, "api_url")


def _early(settings: Path, machine: MachineSettings | None, name: str, choices: tuple[str, ...]) -> str:
    chosen = _given(settings, machine, name)
    return chosen if chosen in choices else "system"


def _given(settings: Path, machine: MachineSettings | None, name: str) -> str:
    fixed = (_of_this_machine() if machine is None else machine).values.get(name)
    return fixed or os.environ.get(variables().get(name, "")) or _saved(settings, name)


def variables() -> dict[str, str]:
    """Return the environment variables that have a value, as they are spelled there, by the setting's name."""
    set_ones = (name for name, value in os.environ.items() if value and name.upper().startswith(PREFIX))
    return {name.upper().removeprefix(PREFIX).lower(): name for name in set_ones}


def _of_this_machine() -> MachineSettings:
    with suppress(SettingsError):  # reported when the settings are loaded
        return of_this_machine()
    return NONE


def _saved(settings: Path, name: str) -> str:
    try:
        if file_type(settings) != stat.S_IFREG:
            return ""
        chosen = json_object(settings, settings.read_bytes()).get(name)
    except (OSError, SettingsError):
        return ""
    return chosen if isinstance(chosen, str) else ""
