"""What a drag or the clipboard holds: files, a picture that becomes a file, or something else, with advice."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QImage

from uploader_gui.engine.fetching import VirtualFile
from uploader_gui.gui.drop.offer import (
    PORTAL,
    SHELL_IDS,
    Decision,
    DropKind,
    Offer,
    decide,
    harmless_names,
    name_in,
)
from uploader_gui.platform.gvfs import mount_folder, mounted_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QMimeData

    from uploader_gui.engine.models import Origin

_WRAPPING: Final = 'application/x-qt-windows-mime;value="{}"'
"""How Qt names the formats of Windows that it does not know."""
_WRAPPED: Final = re.compile(_WRAPPING.format("(.*)"))
_DESCRIPTORS: Final = ("FileGroupDescriptorW", "FileGroupDescriptor")

Promises = tuple[tuple[str, ...], int]
"""Names of formats that Qt does not report, and how many files are promised (`platform/macos_promises.py`)."""
NO_PROMISES: Final[Promises] = ((), 0)


def decision_on(mime: QMimeData | None, promises: Promises = NO_PROMISES) -> Decision:
    """Return what is done with a drag or the clipboard."""
    return decide(offer_in(mime, promises)) if mime is not None else Decision(DropKind.NOTHING)


def offer_in(mime: QMimeData, promises: Promises = NO_PROMISES) -> Offer:
    """Return what Qt brings as plain data, and what is promised beside it."""
    formats = {_plain(name): name for name in mime.formats()}
    text = mime.text() if mime.hasText() else ""
    paths, others = _sorted_out(mime)
    if paths and formats.keys() & set(PORTAL) and not os.path.lexists(paths[0]):
        paths = []  # as a sandboxed program sees them; the portal knows where they are
    described = [(name, bytes(mime.data(formats[name]).data())) for name in _DESCRIPTORS if name in formats]
    format_, descriptor = next(((name, data) for name, data in described if data), ("", b""))
    return Offer(
        formats=(*formats, *promises[0]),
        paths=tuple(paths),
        schemes=tuple(others),
        text=text,
        paths_in_text=() if paths or others else tuple(paths_in_text(text or _copied_files(mime))),
        descriptor=descriptor,
        is_wide=format_ == _DESCRIPTORS[0],
        shell_ids=bytes(mime.data(formats[SHELL_IDS]).data()) if SHELL_IDS in formats else b"",
        has_image=mime.hasImage(),
        promised=promises[1],
    )


def is_for_list(mime: QMimeData | None) -> bool:
    """Return whether Paste in a field concerns the list: it brings files, or something to explain, not just text."""
    kind = decision_on(mime).kind
    if mime is None or not mime.formats() or kind in {DropKind.TEXT, DropKind.LINK}:
        return False
    return kind is not DropKind.PICTURE or not mime.hasFormat("text/plain")  # a spreadsheet copies a cell as both


def _copied_files(mime: QMimeData) -> str:
    """Return what GNOME's older file managers copy: "copy", and an address in each line."""
    return bytes(mime.data("x-special/gnome-copied-files").data()).decode("utf-8", "replace")


def _plain(name: str) -> str:
    found = _WRAPPED.fullmatch(name)
    return found[1] if found else name


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture without a file: its own bytes under a name, or (without them) what Qt decoded.

    `name` is only an extension where nobody named it.
    """

    image: QImage
    content: bytes = b""
    name: str = ".png"
    origin: Origin | None = None


def portal_key_in(mime: QMimeData) -> str:
    """Return the key by which the portal hands over the files of a sandboxed program."""
    name = next((name for name in PORTAL if mime.hasFormat(name)), "")
    return bytes(mime.data(name).data()).decode("utf-8", "replace").rstrip("\0")


def _harmless(name: str) -> str:
    """Return a file name that stays in its folder; one that is only an extension stays that."""
    path = next(harmless_names([VirtualFile(0, f"capture{name}" if name.startswith(".") else name)]))
    return path.rpartition("/")[2].removeprefix("capture" if name.startswith(".") else "")


_ENCODED_ON_WINDOWS: Final = (("PNG", ".png"), ("JFIF", ".jpg"), ("GIF", ".gif"))
"""Formats of Windows with a picture's own bytes. Qt decodes them, and lists none of them beside the bitmap."""
_EXTENSIONS: Final = {"jpeg": ".jpg", "pjpeg": ".jpg", "svg+xml": ".svg", "x-png": ".png", "x-bmp": ".bmp"}


def picture_in(mime: QMimeData, decision: Decision) -> Picture:
    """Return the picture that was decided on; a null image without bytes where it cannot be read."""
    wanted = decision.picture
    if wanted and (content := bytes(mime.data(wanted).data())):
        given = name_in(wanted)
        kind = wanted.removeprefix("image/")
        name = given or _EXTENSIONS.get(kind, f".{kind.removeprefix('x-')}")
        return Picture(QImage(), content, _harmless(name), decision.origin)
    for name, extension in _ENCODED_ON_WINDOWS if mime.hasImage() else ():
        if content := bytes(mime.data(_WRAPPING.format(name)).data()):
            return Picture(QImage(), content, extension, decision.origin)
    offered = mime.imageData() if mime.hasImage() else None
    return Picture(offered if isinstance(offered, QImage) else QImage(), origin=decision.origin)


_LINES_LOOKED_AT: Final = 1000
_NO_PATHS: Final = frozenset({"", "copy", "cut", "x-special/nautilus-clipboard"})
"""How GNOME's file managers begin what they copy."""


def _sorted_out(mime: QMimeData) -> tuple[list[Path], list[tuple[str, str]]]:
    """Return the files and folders of this computer among the URLs, each once, and (scheme, name) of the others."""
    urls = [url for url in mime.urls() if url.scheme() or url.path()] if mime.hasUrls() else []  # a comment has neither
    paths: dict[Path, None] = {}
    others: dict[tuple[str, str], None] = {}
    for url, address in zip(urls, _addresses(mime, urls), strict=True):
        if (path := _local_path(url) or _mounted(address) or _bare(url, address)) is not None:
            paths[path] = None
        else:
            others[url.scheme()[:20], _readable(url)] = None
    return list(paths), list(others)


def _addresses(mime: QMimeData, urls: Sequence[QUrl]) -> list[str]:
    """Return the URLs as text. Qt has none for an address such as `mtp://[usb:001,007]/`, but may have its line."""
    listed = bytes(mime.data("text/uri-list").data()).decode("utf-8", "replace") if mime.hasUrls() else ""
    lines = [line.strip() for line in listed.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) == len(urls):
        return lines
    return [url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in urls]


def _mounted(address: str) -> Path | None:
    """Return where GNOME shows a phone's or server's file, None elsewhere."""
    return None if sys.platform in {"win32", "darwin"} else mounted_path(address, mount_folder())


def _bare(url: QUrl, address: str) -> Path | None:
    """Return the path that a program gives in place of a URL, None for anything else."""
    return None if url.scheme() else next(iter(paths_in_text(address)), None)


def _local_path(url: QUrl) -> Path | None:
    """Return the path of a file on this computer, None for any other address."""
    if sys.platform == "win32":  # where names are Unicode, and a host means a share
        return Path(url.toLocalFile()) if url.isLocalFile() else None
    if not (url.isLocalFile() and _is_own(url.host())):
        return None
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)  # decoded, names that are not UTF-8 would be lost
    if url.hasQuery() or url.hasFragment():  # some programs write ? and # of names as they are
        whole = encoded + url.toString(QUrl.ComponentFormattingOption.FullyEncoded).partition(encoded)[2]
        encoded = whole if os.path.lexists(_decoded(whole)) else encoded
    path = _decoded(encoded)
    return Path(path) if path.startswith("/") and "\0" not in path else None


def _decoded(path: str) -> str:
    return os.fsdecode(unquote_to_bytes(path)) if "%" in path else path


def _is_own(host: str) -> bool:
    """Return whether a host is this computer, with its domain or without it."""
    if host in {"", "localhost"}:
        return True
    own = socket.gethostname().lower()  # Qt gives a host in lower case
    return host == own or host.startswith(f"{own}.") or own.startswith(f"{host}.")


def _readable(url: QUrl) -> str:
    return "".join(filter(str.isprintable, url.fileName() or url.host()))[:60]


def paths_in_text(text: str) -> list[Path]:
    """Return the existing absolute paths among lines of text, as Windows' “Copy as path” and browsers write them.

    Where each line is a path and one exists, the others are returned as well, so that a person reads that they are
    gone. The root never is: nobody copies that to send all there is.
    """
    lines = [line.strip().strip('"') for line in text.splitlines()]
    lines = [line for line in lines if line not in _NO_PATHS]
    first = _paths_of(lines[:_LINES_LOOKED_AT])
    existing = [path for path in first if os.path.exists(path)]  # noqa: PTH110 - Path.exists raises
    if existing and len(first) == len(lines[:_LINES_LOOKED_AT]):
        return _paths_of(lines)
    return existing + (_paths_of(lines[_LINES_LOOKED_AT:]) if existing else [])


def _paths_of(lines: Sequence[str]) -> list[Path]:
    found = [_local_path(QUrl(line)) if line.startswith("file:") else Path(line) for line in lines]
    return [path for path in found if path is not None and path.name and "\0" not in str(path) and path.is_absolute()]


def save_picture(picture: Picture, folder: Path) -> Path:
    """Save a picture without a file (a pasted screenshot, an image from a browser) in a private folder.

    Return its path. It is named after the time where it has no name. `engine/own_files.py` removes it once no upload
    needs it. Slow: call it in a thread.

    Raises:
        OSError: the picture is null, or cannot be written.
    """
    content = picture.content or _png(picture.image)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1
    while True:
        try:
            return _written(folder / _name(picture.name, number), content)
        except FileExistsError:
            number += 1


def _png(picture: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if picture.isNull() or not picture.save(buffer, "PNG"):  # type: ignore[call-overload]  # takes str, stubs say bytes
        raise OSError(0, "")
    return bytes(content.data())


def _name(given: str, number: int) -> str:
    """Return the file's name; dots in the time, because Windows allows no colons."""
    stem, dot, extension = given.rpartition(".")
    again = f" ({number})" if number > 1 else ""
    return f"{stem or time.strftime('Capture %Y-%m-%d %H.%M.%S')}{again}{dot}{extension}"


def _written(path: Path, content: bytes) -> Path:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    return path
