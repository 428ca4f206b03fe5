"""Two settings that are needed before all others: pydantic costs more than the window's first paint.

Machine over environment over file over default, as `settings.py` does, which also reports what is wrong there.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, get_args

from uploader_gui.machine_settings import NONE, MachineSettings, MachineSettingsError, of_this_machine
from uploader_gui.paths import file_type

if TYPE_CHECKING:
    from pathlib import Path

LanguageChoice = Literal["system", "fr", "en"]
"""The values of the setting `language`."""
ThemeChoice = Literal["system", "light", "dark"]
"""The values of the setting `theme`."""


def early_choice(settings: Path, machine: MachineSettings | None = None) -> str:
    """Return the setting `language` before settings are loaded; `machine` None reads this machine's."""
    return _early(settings, machine, "language", get_args(LanguageChoice))


def early_theme(settings: Path, machine: MachineSettings | None = None) -> str:
    """Return the setting `theme` before settings are loaded: a window must not come up light and turn dark."""
    return _early(settings, machine, "theme", get_args(ThemeChoice))


def _early(settings: Path, machine: MachineSettings | None, name: str, choices: tuple[str, ...]) -> str:
    fixed = (_of_this_machine() if machine is None else machine).values.get(name)
    for chosen in (fixed, os.environ.get(f"UPLOADER_{name.upper()}"), _saved(settings, name)):
        if chosen:
            return chosen if chosen in choices else "system"
    return "system"


def _of_this_machine() -> MachineSettings:
    with suppress(MachineSettingsError):  # told when the settings are loaded
        return of_this_machine()
    return NONE


def _saved(settings: Path, name: str) -> str:
    try:
        if file_type(settings) != stat.S_IFREG:
            return ""
        import json  # noqa: PLC0415 - seldom needed: faster without

        saved = json.loads(settings.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return ""
    chosen = saved.get(name) if isinstance(saved, dict) else ""
    return chosen if isinstance(chosen, str) else ""
