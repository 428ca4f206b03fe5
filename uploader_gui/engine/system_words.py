"""What the operating system reports about a file, in our words: its own come in its language, or in English.

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
_BY_WINDOWS: Final[Mapping[str, tuple[int, ...]]] = {
    "EHOSTUNREACH": (53, 55, 59, 64, 67, 71, 121, 1203, 1222, 1231, 1232, 1236),
    "ENODEV": (15, 20, 21, 433, 1006, 1112, 1167),
    "EIO": (23, 25, 26, 27, 29, 30, 31, 483, 1117, 1392, 1393),
    "EACCES": (5, 65, 86, 1326, 1327),
}
"""Windows' own numbers (System Error Codes) that Python takes for EINVAL, EACCES or ENOENT, by what they mean."""
_WINDOWS_PATH: Final = frozenset({87, 123, 161, 267})
"""What Windows says of a path it cannot take."""
_WORDS: Final[Mapping[int, str]] = {
    number: words
    for names, words in _BY_NAME.items()
    for name in names.split()
    if (number := getattr(errno, name, None)) is not None
}


def system_words(error: OSError) -> str:
    """Return what is wrong as part of a sentence; an error without words of ours is named, as in "ENOTEMPTY".

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
    return f"Windows error {number}" if is_unknown else ""
