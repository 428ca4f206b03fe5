"""What the operating system reports about a file or a connection, in our words: its own are in its language.

They are English, as in a receipt; `failure_messages.OWN_DETAILS` names them for translation where they are shown.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_NAME: Final[Mapping[str, str]] = {
    "EACCES EPERM": "there is no permission for it",
    "EROFS": "the disk is read-only",
    "ENOSPC EDQUOT": "the disk is full",
    "EFBIG": "the disk takes no file of that size",
    "EIO EREMOTEIO": "the disk reported an error",
    "ENOENT": "there is no such file or folder",
    "ENOTDIR": "a file is where a folder should be",
    "EISDIR": "it is a folder",
    "EEXIST": "there is one of that name already",
    "ENAMETOOLONG": "its path is too long",
    "ELOOP": "its links lead round in a circle",
    "EINVAL EILSEQ": "its path is not valid",
    "EBUSY ETXTBSY EDEADLK": "another program is using it",
    "EMFILE ENFILE": "too many files are open",
    "ENOMEM": "there is not enough memory",
    "EHOSTDOWN EHOSTUNREACH ENETDOWN ENETUNREACH ENOTCONN ETIMEDOUT": "its network drive cannot be reached",
    "ESTALE ENOLINK": "its network drive cannot be reached",
    "ENODEV ENXIO": "its device is not there",
}
"""Not every system has each of these errors."""
_OF_CONNECTIONS: Final[Mapping[str, str]] = {
    "ECONNREFUSED": "it refused the connection",
    "ECONNRESET ECONNABORTED EPIPE ESHUTDOWN": "it closed the connection",
    "ETIMEDOUT": "no answer to the connection",
    "ENETDOWN ENETUNREACH EHOSTDOWN EHOSTUNREACH EADDRNOTAVAIL": "this computer has no way to it",
    "EACCES EPERM": "a firewall of this computer does not let it through",
}
"""What the same errors mean of a server."""
_BY_WINDOWS: Final[Mapping[str, tuple[int, ...]]] = {
    "EHOSTUNREACH": (53, 55, 59, 64, 67, 71, 121, 1203, 1222, 1231, 1232, 1236),
    "ENODEV": (15, 20, 21, 433, 1006, 1112, 1167),
    "EIO": (23, 25, 26, 27, 29, 30, 31, 483, 1117, 1392, 1393),
    "EACCES": (5, 65, 86, 1326, 1327),
}
"""Windows' own numbers (System Error Codes) that Python takes for EINVAL, EACCES or ENOENT, by what they mean."""
_WINDOWS_PATH: Final = frozenset({87, 123, 161, 267})
"""What Windows says of a path it cannot take."""
_NETWORK_OF_WINDOWS: Final[Mapping[int, str]] = {
    64: "ECONNRESET",
    121: "ETIMEDOUT",
    1225: "ECONNREFUSED",
    1231: "ENETUNREACH",
    1232: "EHOSTUNREACH",
    1236: "ECONNABORTED",
}
"""The same for a connection, which asyncio makes with overlapped operations there."""


def _by_number(by_names: Mapping[str, str]) -> dict[int, str]:
    numbers = ((getattr(errno, name, None), words) for names, words in by_names.items() for name in names.split())
    return {number: words for number, words in numbers if number is not None}


_WORDS: Final = _by_number(_BY_NAME)
_CONNECTION_WORDS: Final = _by_number(_OF_CONNECTIONS)


def system_words(error: OSError) -> str:
    """Return what is wrong as part of a sentence; an error without words of ours is named: "ENOTEMPTY", "WinError 362".

    What this program says itself in an `OSError` stays as it is.
    """
    if error.errno is None:
        return str(error)
    is_systems = getattr(error, "winerror", None) is not None or error.strerror == os.strerror(error.errno)
    if error.strerror and not is_systems:
        return error.strerror
    return _words_of_windows(error) or _WORDS.get(error.errno) or errno.errorcode.get(error.errno, str(error))


def _words_of_windows(error: OSError) -> str:
    """Return words by Windows' own number, "" where Python's number says as much."""
    number: int | None = getattr(error, "winerror", None)
    if number is None:
        return ""
    name = next((name for name, numbers in _BY_WINDOWS.items() if number in numbers), "")
    if name:
        return _WORDS[getattr(errno, name)]
    is_unknown = error.errno == errno.EINVAL and number not in _WINDOWS_PATH
    return f"WinError {number}" if is_unknown else ""


def connection_words(error: OSError) -> str:
    """Return why no connection came about, as part of a sentence about the server; "" where there are no words."""
    import socket  # noqa: PLC0415 - not needed for the first paint

    if isinstance(error, socket.gaierror):
        not_asked = {socket.EAI_AGAIN, getattr(socket, "EAI_SYSTEM", None)}  # else it is the name
        return "no name can be looked up" if error.errno in not_asked else "its name is not known"
    number = connection_errno(error)
    return _CONNECTION_WORDS.get(number) or errno.errorcode.get(number, "")


def connection_errno(error: OSError) -> int:
    """Return the number of an error of a connection, by its meaning where it is one of Windows' own; 0 without one."""
    name = _NETWORK_OF_WINDOWS.get(getattr(error, "winerror", None) or 0)
    return int(getattr(errno, name)) if name else error.errno or 0
