"""The folder in which arrived objects stand under names a person can read, one sub-folder per anomaly."""

from __future__ import annotations

import re
import unicodedata
from contextlib import contextmanager
from itertools import count
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
"""Windows' forbidden characters, controls, and what turns the direction of writing."""

_DEVICES: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_MAX_CHARACTERS: Final = 120
_MAX_BYTES: Final = 200
_MAX_SUFFIX: Final = 16
"""No real extension is longer."""


class Objects:
    """`folder` is what a person opens; half an object lies in `incoming`, never in it. Both are made if missing."""

    def __init__(self, folder: Path, incoming: Path) -> None:
        self._folder = folder
        self._incoming = incoming
        folder.mkdir(parents=True, exist_ok=True)
        incoming.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def half(self) -> Iterator[IO[bytes]]:
        """Open a file for an object on its way in; it is gone afterwards, unless `keep` has moved it."""
        with NamedTemporaryFile(dir=self._incoming, suffix=".part", delete=False) as file:
            try:
                yield file
            finally:
                file.close()
                Path(file.name).unlink(missing_ok=True)

    def keep(self, half: IO[bytes], place: Path) -> None:
        """Move a whole object to its place; one that stands there already is replaced."""
        half.close()
        Path(half.name).replace(place)

    def free_place(self, anomaly_id: str, name: str) -> Path:
        """Return a path that no object has, in the anomaly's folder, which is made if missing."""
        folder = self._folder / safe_name(anomaly_id)
        folder.mkdir(exist_ok=True)
        # Windows and macOS hold "a.jpg" and "A.JPG" for one file.
        taken = {path.name.casefold() for path in folder.iterdir()}
        path = PurePath(safe_name(name))
        names = (path.name if n == 1 else f"{path.stem} ({n}){path.suffix}" for n in count(1))
        return folder / next(one for one in names if one.casefold() not in taken)


def safe_name(name: str) -> str:
    """Return a name every file system takes, as near to the given one as it can be."""
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(" .") or "_"
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    path = PurePath(text)
    stem, suffix = (path.stem, path.suffix) if len(path.suffix) <= _MAX_SUFFIX else (text, "")
    while len(stem) + len(suffix) > _MAX_CHARACTERS or len((stem + suffix).encode()) > _MAX_BYTES:
        stem = stem[:-1]
    return stem + suffix
