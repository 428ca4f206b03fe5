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
    return _WORDS.get(error.errno) or errno.errorcode.get(error.errno, str(error))
