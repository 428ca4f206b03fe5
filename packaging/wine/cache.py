"""Remembers from what a folder was made, so that later runs use it as long as that has not changed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Input = str | Path
"""A word, a file or a folder."""
_NAME: Final = "made-from.sha256"


def is_made(folder: Path, *inputs: Input) -> bool:
    """Return whether the folder was finished, and from these very inputs."""
    note = folder / _NAME
    return note.exists() and note.read_text("utf-8") == _digest(inputs)


def mark(folder: Path, *inputs: Input) -> None:
    """Say that the folder is finished."""
    (folder / _NAME).write_text(_digest(inputs), "utf-8")


def _digest(inputs: Iterable[Input]) -> str:
    total = hashlib.sha256()
    for one in inputs:
        for name, content in [(one, b"")] if isinstance(one, str) else _contents(one):
            total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _contents(path: Path) -> list[tuple[str, bytes]]:
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return [(str(file.relative_to(path)) if file != path else file.name, file.read_bytes()) for file in files]
