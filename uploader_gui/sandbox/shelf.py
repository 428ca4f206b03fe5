"""The folder in which arrived objects stand under names a person can read, one sub-folder per anomaly.

`storage.py` opens an `Incoming` for each PUT; only a whole one is moved onto the shelf.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from itertools import count
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile
from typing import IO, Final

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
"""Windows' forbidden characters, controls, and what turns the direction of writing."""

_DEVICES: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_MAX_CHARACTERS: Final = 120
_MAX_BYTES: Final = 200


class Shelf:
    """Objects by key. `folder` is what a person opens; half an object lies beside it, never in it."""

    def __init__(self, folder: Path, waiting_room: Path) -> None:
        self.folder = folder
        self._waiting_room = waiting_room
        self._places: dict[str, Path] = {}
        self._taken: set[str] = set()

    def prepare(self) -> None:
        """Begin a run: make the folders, throw away halves left by an earlier one, spare its whole objects.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._waiting_room.mkdir(parents=True, exist_ok=True)
        for half in self._waiting_room.glob("*.part"):
            half.unlink(missing_ok=True)
        # Records are numbered afresh in each run: a key met before is another object now.
        self._places.clear()
        self._taken.update(str(path).casefold() for path in self.folder.glob("*/*"))

    def receive(self, key: str) -> Incoming:
        """Open a place for an object's bytes.

        Raises:
            OSError: the disk is full or gone.
        """
        # Closed by keep() or discard(): it outlives this call.
        file = NamedTemporaryFile(dir=self._waiting_room, suffix=".part", delete=False)  # noqa: SIM115 - see above
        return Incoming(self, key, file)

    def place(self, key: str) -> Path:
        """Give the path an object stands at: always the same for one key, never the same for two."""
        if key not in self._places:
            self._places[key] = self._free_place(key)
        return self._places[key]

    def _free_place(self, key: str) -> Path:
        anomaly, *_, name = (safe_name(part) for part in ("objects", *key.split("/"))[-3:])
        for number in count(1):
            path = self.folder / anomaly / _numbered(name, number)
            # Windows and macOS hold "a.jpg" and "A.JPG" for one file.
            token = str(path).casefold()
            if token not in self._taken and not path.exists():
                self._taken.add(token)
                return path
        raise AssertionError  # count() never ends


class Incoming:
    """An object on its way in, in a temporary file."""

    def __init__(self, shelf: Shelf, key: str, file: IO[bytes]) -> None:
        self._shelf = shelf
        self._key = key
        self._file = file
        self._md5 = hashlib.md5(usedforsecurity=False)

    def write(self, block: bytes) -> None:
        """Add bytes.

        Raises:
            OSError: the disk is full or gone.
        """
        self._file.write(block)
        self._md5.update(block)

    def keep(self) -> str:
        """Put the whole object in its place and give its MD5 in hexadecimal digits.

        Raises:
            OSError: the disk is full or gone, or another program holds the object it replaces.
        """
        self._file.close()
        place = self._shelf.place(self._key)
        place.parent.mkdir(parents=True, exist_ok=True)
        Path(self._file.name).replace(place)
        return self._md5.hexdigest()

    def discard(self) -> None:
        """Leave nothing behind. After `keep()` it does nothing."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            Path(self._file.name).unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """Give a name every file system takes, as near to the given one as it can be."""
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(" .") or "_"
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    path = PurePath(text)
    stem, suffix = (path.stem, path.suffix) if len(path.suffix) <= 16 else (text, "")  # noqa: PLR2004 - no real extension is longer
    while len(stem) + len(suffix) > _MAX_CHARACTERS or len((stem + suffix).encode()) > _MAX_BYTES:
        stem = stem[:-1]
    return stem + suffix


def _numbered(name: str, number: int) -> str:
    path = PurePath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"
