"""Which of the files this program made nobody needs, in SQL. Only `journal.py` calls this, with its own connection."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.journal.rows import UNFINISHED
from uploader_gui.engine.models import UploadState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

CAPTURES: Final = "captures"
SUBSTITUTES: Final = "substitutes"
"""The folders in the data folder in which such files lie."""
_UNSENT: Final = f"SELECT path, resolved FROM uploads WHERE state <> '{UploadState.UPLOADED}'"  # noqa: S608 - a constant
_MADE_INSTEAD: Final = (
    "SELECT substitute_path FROM uploads WHERE substitute_path NOT NULL "  # noqa: S608 - question marks
    f"AND state IN ({', '.join('?' * len(UNFINISHED))})"
)
_USED_UP: Final = (
    "SELECT path FROM own_files WHERE run_id < (SELECT min(run_id) FROM runs) "  # noqa: S608 - a constant
    f"OR path IN (SELECT path FROM uploads WHERE state = '{UploadState.UPLOADED}')"
)


def needless(db: sqlite3.Connection) -> list[Path]:
    """See `OwnFiles.tidy`. A file is known by its name, however (and where earlier) its folder is spelled."""
    found: dict[str, list[Path]] = {CAPTURES: [], SUBSTITUTES: []}
    for (path,) in db.execute("SELECT path FROM own_files"):
        found.setdefault(_path(path).parent.name, []).append(_path(path))
    substitutes = _unless_named(found[SUBSTITUTES], db.execute(_MADE_INSTEAD, UNFINISHED))
    if not found[CAPTURES]:  # else every row is looked at
        return substitutes
    used_up = {_path(path) for (path,) in db.execute(_USED_UP)}
    captures = _unless_named(found[CAPTURES], db.execute(_UNSENT))
    return substitutes + [path for path in captures if path in used_up]


def _unless_named(paths: list[Path], needed: Iterable[tuple[bytes, ...]]) -> list[Path]:
    names = {_path(path).name for row in needed for path in row}
    return [path for path in paths if path.name not in names]


def _path(stored: bytes) -> Path:
    return Path(os.fsdecode(stored))
