"""What systems have beside plain files and folders: junctions, hidden flags, names misread, the document portal.

Most functions are the same on every system; only `reachable`, `is_hidden` and `is_junction` ask which one this is.
"""

from __future__ import annotations

import logging
import os
import re
import stat
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_LONGEST: Final = 247
"""Longer paths of folders (files: 259) are refused to programs unless the machine's policy allows them."""
_MOUNT_POINT: Final = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT. A cloud's folders (OneDrive) carry other tags and are folders like any other."""
_DEVICE: Final = r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.[^\\]*)?"
_ODD: Final = re.compile(rf"[. ](\\|$)|\\{_DEVICE}(\\|$)", re.IGNORECASE)
_IN_PORTAL: Final = re.compile(r"/doc/(?P<document>[0-9a-f]+)/(?P<inside>.+)", re.DOTALL)
"""Below XDG_RUNTIME_DIR, where the document portal shows files to sandboxed programs, each under another inode."""
_HOST_PATH: Final = "user.document-portal.host-path"
_ANSWER_SECONDS: Final = 2.0
_IN_ICLOUD: Final = re.compile(r"\..+\.icloud", re.DOTALL)


def reachable(path: Path) -> Path:
    """Return a path that the system opens, however long it is and whatever it is called."""
    return Path(extended(str(path))) if os.name == "nt" else path


def final_path(path: Path) -> str:
    """Return where a path leads, links followed; the path itself where the system does not tell of what it can open.

    Some drivers of shares do not, nor does Wine for long paths.

    Raises:
        OSError: Windows: a share that does not answer, or wants another login.
        ValueError: no file system holds such a name.
    """
    there = reachable(path)
    try:
        return os.path.realpath(there)
    except OSError:
        if there.is_symlink() or not there.exists():
            raise
        return str(there)


def extended(path: str) -> str:
    r"""Return a Windows path with `\\?\` before it where Windows would refuse or misread it without, else as it is.

    Source: Microsoft, "Maximum Path Length Limitation" and "Naming Files, Paths, and Namespaces".
    """
    if path.startswith(("\\\\?\\", "\\\\.\\")) or (len(path) <= _LONGEST and not _ODD.search(path)):
        return path
    if path.startswith("\\\\"):
        return f"\\\\?\\UNC\\{path[2:]}"
    return f"\\\\?\\{path}" if re.match(r"[A-Za-z]:\\", path) else path


def is_device(name: str) -> bool:
    """Return whether Windows takes a file's name for a device."""
    return re.fullmatch(_DEVICE, name, re.IGNORECASE) is not None


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


def host_path(path: str) -> str:
    """Return the real path of a file that is given by its path in the document portal, else the path as it is. Blocks.

    Sources: xdg-desktop-portal, "Document Portal": the attribute of version 1.16, and the call `Info`.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    shown = _IN_PORTAL.fullmatch(path.removeprefix(runtime)) if runtime and path.startswith(runtime) else None
    if shown is None:
        return path
    try:
        found = os.getxattr(path, _HOST_PATH) if sys.platform == "linux" else b""
    except OSError:
        found = _host_path_of(shown["document"], shown["inside"])
    real = os.fsdecode(found.rstrip(b"\0"))
    return real if real and _looks_the_same(real, path) else path


def _host_path_of(document: str, inside: str) -> bytes:
    """Ask the portal for a document's path; b"" where it does not answer."""
    from jeepney import DBusAddress, MessageType, new_method_call  # noqa: PLC0415 - seldom needed, and Linux only
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 - as above

    place = DBusAddress(
        "/org/freedesktop/portal/documents", "org.freedesktop.portal.Documents", "org.freedesktop.portal.Documents"
    )
    try:
        with closing(open_dbus_connection(bus="SESSION")) as bus:
            reply = bus.send_and_get_reply(new_method_call(place, "Info", "s", (document,)), timeout=_ANSWER_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever a bus does, the file can be read where it is shown
        log.info("the document portal does not tell a path: %s", type(error).__name__)
        return b""
    if reply.header.message_type is not MessageType.method_return:
        return b""
    return os.path.join(os.path.dirname(bytes(reply.body[0]).rstrip(b"\0")), os.fsencode(inside))  # noqa: PTH118, PTH120 - bytes, as the system has them


def _looks_the_same(one: str, other: str) -> bool:
    try:
        first, second = Path(one).stat(), Path(other).stat()
    except OSError:
        return False
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)


def remove_empty_folders(path: Path, top: Path) -> None:
    """Remove the folders a path lies in that hold nothing, below the top one."""
    for folder in path.parents:
        if folder == top:
            break
        with suppress(OSError):  # there is something in it
            reachable(folder).rmdir()
