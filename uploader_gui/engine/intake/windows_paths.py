"""What Windows and macOS have beside plain files and folders: junctions, hidden flags, names the system misreads.

Most functions are the same on every system; only `reachable`, `is_hidden` and `is_junction` ask which one this is.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

_LONGEST: Final = 247
"""Longer paths of folders (files: 259) are refused to programs unless the machine's policy allows them."""
_MOUNT_POINT: Final = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT. A cloud's folders (OneDrive) carry other tags and are folders like any other."""
_ODD: Final = re.compile(
    r"[. ](\\|$)|\\(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.[^\\]*)?(\\|$)", re.IGNORECASE
)
_IN_ICLOUD: Final = re.compile(r"\..+\.icloud", re.DOTALL)


def reachable(path: Path) -> Path:
    """Return a path that the system opens, however long it is and whatever it is called."""
    return Path(extended(str(path))) if os.name == "nt" else path


def extended(path: str) -> str:
    r"""Return a Windows path with `\\?\` before it where Windows would refuse or misread it without, else as it is.

    Source: Microsoft, "Maximum Path Length Limitation" and "Naming Files, Paths, and Namespaces".
    """
    if path.startswith(("\\\\?\\", "\\\\.\\")) or (len(path) <= _LONGEST and not _ODD.search(path)):
        return path
    if path.startswith("\\\\"):
        return f"\\\\?\\UNC\\{path[2:]}"
    return f"\\\\?\\{path}" if re.match(r"[A-Za-z]:\\", path) else path


def plain(path: Path) -> Path:
    r"""Return a path without the `\\?\` before it, to compare it with others."""
    text = str(path)
    if text.startswith("\\\\?\\UNC\\"):
        return Path(f"\\\\{text[8:]}")
    return Path(text.removeprefix("\\\\?\\"))


def is_hidden(entry: os.DirEntry[str]) -> bool:
    """Return whether a file manager hides an entry: by its name on every system, by its flag on Windows."""
    return entry.name.startswith(".") or (os.name == "nt" and has_hidden_flag(entry.stat(follow_symlinks=False)))


def has_hidden_flag(facts: object) -> bool:
    """Return whether a `stat_result` of Windows says hidden."""
    return bool(getattr(facts, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


def is_junction(entry: os.DirEntry[str]) -> bool:
    """Return whether a folder is a link to another one, unknown to `DirEntry.is_symlink`: it may lead anywhere."""
    return os.name == "nt" and is_mount_point(entry.stat(follow_symlinks=False))


def is_mount_point(facts: object) -> bool:
    """Return whether a `stat_result` of Windows says junction."""
    return getattr(facts, "st_reparse_tag", 0) == _MOUNT_POINT


def is_in_icloud_only(name: str) -> bool:
    """Return whether a file stands for one that macOS (up to 13) has moved to iCloud: hidden, but no junk."""
    return bool(_IN_ICLOUD.fullmatch(name))
