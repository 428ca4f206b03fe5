"""SHA256SUMS of what people download, in the form `sha256sum --check` reads. Called by build.py and check.py."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "SHA256SUMS"


def write(folder: Path) -> Path:
    """Write the sums of every file that lies in a folder, and return their file."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name != NAME)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    sums = folder / NAME
    sums.write_text("".join(lines), "utf-8", newline="\n")
    return sums
