"""What a drag or the clipboard holds: files, a picture that becomes a file, or something else, with advice."""

from __future__ import annotations

import os
import socket
import sys
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QImage

from uploader_gui.text import Counted
from uploader_gui.words.manners import MannersWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QMimeData


_MAIL: Final = ("filegroupdescriptor", "renprivatemessages", "renprivateitem")
"""Parts of the MIME types that Outlook offers instead of files."""
_PROMISE: Final = ("promise",)
"""In the MIME types of macOS' Photos and Mail: files they would write on request (NSFilePromise, promised-file-url)."""


class DropKind(Enum):
    """What is offered: the first two kinds can be added; the value of each other is the advice to show."""

    FILES = "files"
    PICTURE = "picture"
    MAIL = MannersWords.GIFT_MAIL
    PROMISE = MannersWords.GIFT_PROMISE
    ELSEWHERE = MannersWords.GIFT_ELSEWHERE
    LINK = MannersWords.GIFT_LINK
    TEXT = MannersWords.GIFT_TEXT
    NOTHING = MannersWords.GIFT_NOTHING

    @property
    def advice(self) -> str:
        """What a person can do, "" for what can be added."""
        return self.value.text if isinstance(self.value, MannersWords) else ""


def drop_kind_of(mime: QMimeData | None) -> DropKind:
    """Return what is offered. A browser offers a picture together with its link: that is a picture."""
    if mime is None:
        return DropKind.NOTHING
    if files_in(mime):
        return DropKind.FILES
    return _foreign(mime) or (DropKind.PICTURE if _picture_format(mime) else _in_words(mime))


def _foreign(mime: QMimeData) -> DropKind | None:
    """Return the kind that other programs offer in types of their own, None for others."""
    names = " ".join(mime.formats()).lower()
    if any(mark in names for mark in _MAIL):
        return DropKind.MAIL
    return DropKind.PROMISE if any(mark in names for mark in _PROMISE) else None


def files_in(mime: QMimeData) -> list[Path]:
    """Return the local files and folders, given as URLs or as lines of text."""
    return paths_in(mime) or (paths_in_text(mime.text()) if mime.hasText() else [])


def picture_in(mime: QMimeData) -> QImage:
    """Return the picture, a null image where it cannot be read."""
    offered = mime.imageData() if mime.hasImage() else None
    if isinstance(offered, QImage) and not offered.isNull():
        return offered
    return QImage.fromData(mime.data(_picture_format(mime)))


def _picture_format(mime: QMimeData) -> str:
    if mime.hasImage():
        return "application/x-qt-image"
    return next((name for name in mime.formats() if name.startswith("image/")), "")


def _in_words(mime: QMimeData) -> DropKind:
    if any(url.scheme() not in _LINKS for url in _urls(mime)):
        return DropKind.ELSEWHERE
    if mime.hasUrls() or mime.text().strip().lower().startswith(("http://", "https://")):
        return DropKind.LINK
    return DropKind.TEXT if mime.hasText() else DropKind.NOTHING


_LINKS: Final = frozenset({"http", "https", "ftp", "data", "about", "javascript"})
"""What a browser offers; other addresses are those of a file manager's phones and servers (smb, mtp, sftp)."""
_FOLDER_CHECK_SECONDS: Final = 0.05
"""Time a drag may spend on asking the disk which paths are folders: a slow share must not block the window."""
_LINES_LOOKED_AT: Final = 1000


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """How many files and folders are offered or kept."""

    files: int
    folders: int

    @property
    def entries(self) -> int:
        """Files and folders together."""
        return self.files + self.folders

    def add_to(self, anomaly_id: str) -> str:
        """Return the sentence that says what letting go would do."""
        return self._counted(Counted.ADD_FILES_TO, Counted.ADD_FOLDERS_TO, Counted.ADD_MIXED_TO).text(
            self.entries, anomaly_id
        )

    def wait(self) -> str:
        """Return the sentence that says that they wait for a number."""
        return self._counted(Counted.FILES_WAIT, Counted.FOLDERS_WAIT, Counted.MIXED_WAIT).text(self.entries)

    def _counted(self, files: Counted, folders: Counted, mixed: Counted) -> Counted:
        if self.files and self.folders:
            return mixed
        return folders if self.folders else files


def paths_in(mime: QMimeData | None) -> list[Path]:
    """Return the local files and folders among the URLs, each once."""
    return list(dict.fromkeys(path for url in _urls(mime) if (path := _local_path(url)) is not None))


def elsewhere_in(mime: QMimeData) -> list[str]:
    """Return the names, as a person reads them, of what the URLs offer that is not on this computer, each once."""
    return list(dict.fromkeys(_readable(url) for url in _urls(mime) if _local_path(url) is None))


def _urls(mime: QMimeData | None) -> list[QUrl]:
    urls = mime.urls() if mime is not None and mime.hasUrls() else []
    return [url for url in urls if url.scheme()]  # a comment in the list has none


def _local_path(url: QUrl) -> Path | None:
    """Return the path of a file on this computer, None for any other address."""
    if sys.platform == "win32":  # where names are Unicode, and a host means a share
        return Path(url.toLocalFile()) if url.isLocalFile() else None
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)  # decoded, names that are not UTF-8 would be lost
    path = Path(os.fsdecode(unquote_to_bytes(encoded)))
    is_here = url.isLocalFile() and _is_own(url.host()) and path.is_absolute() and "\0" not in str(path)
    return path if is_here else None


def _is_own(host: str) -> bool:
    """Return whether a host is this computer, with its domain or without it."""
    own = socket.gethostname().lower()  # Qt gives a host in lower case
    return host in {"", "localhost", own} or host.startswith(f"{own}.") or own.startswith(f"{host}.")


def _readable(url: QUrl) -> str:
    name = "".join(filter(str.isprintable, url.fileName() or url.host()))
    return f"{name[:60]} ({url.scheme()[:20]})"


def paths_in_text(text: str) -> list[Path]:
    """Return the existing absolute paths among lines of text, as Windows' “Copy as path” writes them."""
    lines = [line.strip().strip('"') for line in text.splitlines()[:_LINES_LOOKED_AT]]
    paths = [Path(line) for line in lines if line and "\0" not in line]
    return [path for path in paths if path.is_absolute() and os.path.exists(path)]  # noqa: PTH110 - Path.exists raises


def counted(paths: Sequence[Path]) -> EntryCounts:
    """Return how many are files and folders (`folders_among`)."""
    folders = len(folders_among(paths))
    return EntryCounts(files=len(paths) - folders, folders=folders)


def folders_among(paths: Sequence[Path]) -> set[Path]:
    """Return the paths that are folders; after 0.05 s without asking the disk: those without an extension."""
    until = time.monotonic() + _FOLDER_CHECK_SECONDS
    return {path for path in paths if (_is_folder(path) if time.monotonic() < until else not path.suffix)}


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where access is denied


class Captures:
    """Saves pictures without a file (a pasted screenshot, an image from a browser) in one private folder.

    `engine/own_files.py` removes them once no upload needs them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, picture: QImage) -> Path:
        """Write a picture as PNG, named after the time, and return its path. Slow: call it in a thread.

        Raises:
            OSError: the picture is null, or cannot be written.
        """
        content = _png(picture)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        while True:
            try:
                return _written(self._folder / _name(number), content)
            except FileExistsError:
                number += 1


def _png(picture: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if picture.isNull() or not picture.save(buffer, "PNG"):  # type: ignore[call-overload]  # takes str, stubs say bytes
        raise OSError(0, "")
    return bytes(content.data())


def _name(number: int) -> str:
    """Return the file's name; dots in the time, because Windows allows no colons."""
    again = f" ({number})" if number > 1 else ""
    return f"Capture {time.strftime('%Y-%m-%d %H.%M.%S')}{again}.png"


def _written(path: Path, content: bytes) -> Path:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    return path
