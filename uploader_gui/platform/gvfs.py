"""Where GNOME shows phones, cameras and servers as folders: GVfs mounts them below one folder of the session.

A mount's folder is named after its GMountSpec: `mtp:host=SAMSUNG_Android_12`, `smb-share:server=nas,share=photos`,
`sftp:host=example.org,user=marie`, `dav:host=cloud.example,prefix=%2Fwebdav,ssl=true` (gvfs, `gmountspec.c`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

_ADDRESS: Final = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]*)(/.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY: Final = re.compile(
    r"(?:(?:(?P<domain>[^;@]*);)?(?P<user>[^@]*)@)?(?P<host>\[.*\]|[^:]*)(?::(?P<port>\d+))?"
)
_TYPES: Final = {"smb": "smb-share", "davs": "dav", "ssh": "sftp"}
"""Schemes whose mounts have another name."""


def mount_folder() -> Path:
    """Return the folder of the mounts; it exists only where GVfs runs."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return Path(runtime) / "gvfs"


def mounted_path(address: str, folder: Path) -> Path | None:
    """Return where a file at an address such as `mtp://…` can be read, None where its place is not mounted."""
    if (found := _ADDRESS.fullmatch(address.strip())) is None:
        return None
    scheme, authority, path = found[1].lower(), found[2], found[3] or "/"
    keys = _keys_of(scheme, authority)
    if scheme == "smb":
        keys["share"], _, path = path.lstrip("/").partition("/")
        keys["server"] = keys.pop("host")
    for name, prefix in _mounts(folder, _TYPES.get(scheme, scheme), keys):
        decoded = os.fsdecode(unquote_to_bytes(path))
        if prefix and not decoded.startswith(prefix):
            continue
        inside = decoded.removeprefix(prefix).strip("/")
        is_inside = not inside or (os.path.normpath(inside) == inside and not inside.startswith(".."))
        return folder / name / inside if is_inside and "\0" not in inside else None
    return None


def _keys_of(scheme: str, authority: str) -> dict[str, str]:
    parts = _AUTHORITY.fullmatch(authority)
    known = parts.groupdict() if parts else {"host": authority}
    keys = {name: value for name, value in known.items() if value}
    return {"host": "", **keys} | ({"ssl": "true"} if scheme == "davs" else {})


def _mounts(folder: Path, kind: str, keys: dict[str, str]) -> list[tuple[str, str]]:
    """Return name and prefix of the mounts of a kind that have these keys: longest prefix first, then fewest keys."""
    try:
        names = [place.name for place in folder.iterdir()]
    except OSError:
        return []
    found = []
    for name in names:
        found_kind, _, rest = name.partition(":")
        has = dict(part.partition("=")[::2] for part in rest.split(","))
        if found_kind == kind and all(_same(has.get(key), value) for key, value in keys.items()):
            found.append((len(has), name, unquote(has.get("prefix", "")).rstrip("/")))
    return [(name, prefix) for _, name, prefix in sorted(found, key=lambda one: (-len(one[2]), one[0]))]


def _same(one: str | None, other: str) -> bool:
    return one is not None and unquote(one).casefold() == unquote(other).casefold()
