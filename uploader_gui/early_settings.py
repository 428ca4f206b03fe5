"""Two settings that are needed before all others: pydantic costs more than the window's first paint.

Environment over file over default, as `settings.py` does, which also reports what is wrong there.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Literal, get_args

from uploader_gui.paths import file_type

if TYPE_CHECKING:
    from pathlib import Path

LanguageChoice = Literal["system", "fr", "en"]
"""The values of the setting `language`."""
ThemeChoice = Literal["system", "light", "dark"]
"""The values of the setting `theme`."""


def early_choice(settings: Path) -> str:
    """Return the setting `language` before settings are loaded."""
    return _early(settings, "language", get_args(LanguageChoice))


def early_theme(settings: Path) -> str:
    """Return the setting `theme` before settings are loaded: a window must not come up light and turn dark."""
    return _early(settings, "theme", get_args(ThemeChoice))


def _early(settings: Path, name: str, choices: tuple[str, ...]) -> str:
    for chosen in (os.environ.get(f"UPLOADER_{name.upper()}"), _saved(settings, name)):
        if chosen:
            return chosen if chosen in choices else "system"
    return "system"


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
