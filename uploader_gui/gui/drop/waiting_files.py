"""Files and folders that wait for an anomaly's number, as they are kept until the next start. Plain values.

`add_files.py` holds them, `window_memory.py` writes them down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uploader_gui.engine.conversion_choices import DEFAULT_ADD_OPTIONS, AddOptions, Choices
from uploader_gui.engine.models import Treatment
from uploader_gui.gui.drop.mime import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class WaitingFiles:
    """One of them. `is_folder` is what it was when it came: nobody asks a sleeping disk for that at a start."""

    path: Path
    is_folder: bool = False
    wishes: AddOptions = DEFAULT_ADD_OPTIONS


def counted(kept: Iterable[WaitingFiles]) -> Dropped | None:
    """Count files and folders; None where nothing is kept."""
    kinds = [one.is_folder for one in kept]
    return Dropped(files=len(kinds) - sum(kinds), folders=sum(kinds)) if kinds else None


def encoded(kept: Iterable[WaitingFiles]) -> str:
    """Give them as JSON in ASCII: a name that is no text survives as an escape."""
    return json.dumps([_values(one) for one in kept])


def decoded(text: str) -> list[WaitingFiles]:
    """Give what was encoded; what is wrong in it is left out."""
    try:
        entries = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    kept = [_kept(one) for one in entries] if isinstance(entries, list) else []
    return [one for one in kept if one is not None]


def _values(kept: WaitingFiles) -> dict[str, Any]:
    wishes = kept.wishes
    return {
        "path": str(kept.path),
        "folder": kept.is_folder,
        "again": wishes.again,
        "pictures": wishes.choices.pictures,
        "others": wishes.choices.others,
    }


def _kept(values: Any) -> WaitingFiles | None:
    try:
        path = Path(values["path"])
        choices = Choices(_treatment(values["pictures"]), _treatment(values["others"]))
        wishes = AddOptions(again=values["again"] is True, choices=choices)
        return (
            WaitingFiles(path, values["folder"] is True, wishes)
            if path.is_absolute() and "\0" not in str(path)
            else None
        )
    except (KeyError, TypeError, ValueError):
        return None


def _treatment(value: str | None) -> Treatment | None:
    return None if value is None else Treatment(value)
