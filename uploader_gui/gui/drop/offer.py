"""Decides what of an offer, a drag or the clipboard, can be taken. Plain data in, plain data out: no Qt, no disk.

`mime.py` reads an `Offer` from Qt. Where the formats come from: Chromium's `clipboard_util_win.cc`, Mozilla's
`nsDataObj.cpp` and `nsITransferable.idl`, Microsoft's "Shell Clipboard Formats", freedesktop's XDS and file transfer.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from uploader_gui.anomaly_links import SCHEME
from uploader_gui.engine.fetching import VirtualFile
from uploader_gui.engine.models import Origin
from uploader_gui.engine.windows_paths import is_device
from uploader_gui.i18n import N_, NN_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_VIRTUAL_FILES: Final = 10_000

_CONTENTS: Final = "FileContents"
SHELL_IDS: Final = "Shell IDList Array"
PORTAL: Final = ("application/vnd.portal.filetransfer", "application/vnd.portal.files")
_OF_OUTLOOK: Final = ("renprivate", "outlook")
_OF_MAIL: Final = (
    *("text/x-moz-message", "x-uid-list", "message/rfc822", "kmail", "renprivate"),
    "com.apple.mail.pasteboardtypemessage",  # an attachment of Apple's Mail has others of "com.apple.mail."
)
_MAIL_SCHEMES: Final = frozenset(
    {"imap", "imap-message", "mailbox", "mailbox-message", "news", "news-message", "ews", "ews-message", "akonadi"}
)
_NO_MAIL: Final = ("text/calendar", "text/directory", "text/vcard", "text/x-vcard")
"""What calendars and address books offer, by addresses like those of mails."""
_OF_APPLE: Final = "com.apple."
_PROMISES: Final = ("promise", "xdnddirectsave", "ark-dndextract")
_LINK_FORMATS: Final = ("uniformresourcelocator", "text/x-moz-url", "public.url", "_netscape_url")
_LINK_SCHEMES: Final = frozenset(
    {"http", "https", "ftp", "data", "about", "javascript", "blob", "mailto", "tel", "chrome", "edge", "view-source"}
    | {SCHEME}
)
"""What a browser offers, links of ours among them."""
_ELSEWHERE: Final = frozenset(
    {"mtp", "ptp", "gphoto2", "camera", "afc", "kdeconnect", "obexftp", "bluetooth", "smb", "smb-share", "sftp", "ssh"}
    | {"fish", "ftps", "nfs", "afp", "dav", "davs", "dav+sd", "davs+sd", "webdav", "webdavs", "cdda", "network"}
    | {"google-drive", "gdrive", "onedrive", "file"}
)
"""A file manager's phones, cameras and servers; a `file` has a host that is not this computer."""
_PICTURES: Final = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".avif", ".heic", ".heif"),
    *(".svg", ".bmp", ".tif", ".tiff", ".ico", ".jxl", ".jp2"),
)
_IN_PHOTOS: Final = re.compile(r"\.photoslibrary/", re.IGNORECASE)
"""Beside the promise of an original, Photos on macOS offers the path of a small copy in its library."""
_PHONE_MOUNTS: Final = re.compile(r"/gvfs/(?:mtp|afc):")
_PHONE_DEVICE: Final = "6ac27878-a6fa-4155-ba85-f98f491d4f33".encode("utf-16-le")
"""Windows' class of portable devices, which ends the name of each phone's USB interface."""


class DropKind(Enum):
    """What is offered: the first five kinds can be taken. For the others the value says why not, and what to do."""

    FILES = "files"
    VIRTUAL = "virtual"
    PROMISED = "promised"
    PORTAL = "portal"
    PICTURE = "picture"
    MAIL = (
        N_("This cannot be taken: it is an e-mail"),
        N_("Your e-mail program gives no file away here. Save the e-mail to a folder first, then drop that file here."),
    )
    PROMISE = (
        N_("This cannot be taken: the file is only promised"),
        N_("The other program only gives it to a folder. Drag it to a folder first, and from there to here."),
    )
    ELSEWHERE = (
        N_("This cannot be taken: it is on another device or server"),
        N_("This is on another device or server. Copy it to a folder of this computer first, then drop it here."),
    )
    NO_FOLDER = (
        N_("This cannot be taken: it is in no folder of this computer"),
        N_("The other program shows it at a place of its own. Copy it to a folder first, then drop it from there."),
    )
    LINK = (
        N_("This cannot be taken: it is a link"),
        N_("Links are not downloaded. Save the picture or file to a folder first, then drop it here."),
    )
    TEXT = (
        N_("This cannot be taken: it is text"),
        N_("Text cannot be sent on its own. Save it as a file first, then drop that."),
    )
    SO_MANY = (
        N_("This cannot be taken: these are more than 10,000 files"),
        N_("Copy them to a folder first, then drop that folder here."),
    )
    GONE = (
        N_("This cannot be taken: the other program took it back"),
        N_("The other program ended, or took it back, before it was read. Drag it here once more."),
    )
    NOTHING = (
        N_("This cannot be taken: there is no file in it"),
        N_("There is no file in it. Save it to a folder first, then drop that."),
    )

    @property
    def refusal(self) -> str:
        """Why it cannot be taken, "" for what can."""
        return _(self.value[0]) if isinstance(self.value, tuple) else ""

    @property
    def advice(self) -> str:
        """What a person can do, "" for what can be taken."""
        return _(self.value[1]) if isinstance(self.value, tuple) else ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What another program offers.

    Attributes:
        formats: the names of the formats, without Qt's wrapping.
        paths: the local files and folders among the URLs.
        schemes: of the other URLs, each with the name a person reads; "" for what is no URL.
        text: the text, or "".
        paths_in_text: the lines of it that are existing paths.
        descriptor: the data of a FILEGROUPDESCRIPTOR, `is_wide` where its names are in UTF-16.
        shell_ids: the data of `SHELL_IDS`.
        has_image: Qt can read a picture from it.
        promised: how many files macOS promises that can be asked for.
    """

    formats: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    schemes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    paths_in_text: tuple[Path, ...] = ()
    descriptor: bytes = b""
    is_wide: bool = True
    shell_ids: bytes = b""
    has_image: bool = False
    promised: int = 0

    def has(self, *marks: str) -> bool:
        """Return whether the name of a format contains one of these, ignoring case."""
        return any(mark in name.lower() for mark in marks for name in self.formats)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with an offer.

    Attributes:
        paths: the files and folders to add.
        files: the virtual files to fetch.
        promised: how many files are fetched whose names are known only then.
        origin: where they come from, as far as that is known.
        picture: the format whose bytes are the picture's file, "" where Qt decodes it.
        left_out: the names of what cannot be taken beside what can.
        junk: how many virtual files are left out that systems leave behind on their own, as in a folder.
    """

    kind: DropKind
    paths: tuple[Path, ...] = ()
    files: tuple[VirtualFile, ...] = ()
    promised: int = 0
    origin: Origin | None = None
    picture: str = ""
    left_out: tuple[str, ...] = ()
    junk: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether there is anything to add."""
        return not self.kind.refusal

    @property
    def is_named_file(self) -> bool:
        """Whether the bytes offered have a name, and not a picture's: browsers hand over any file in that way."""
        name = name_in(self.picture)
        return bool(name) and not name.lower().endswith(_PICTURES)


def name_in(format_: str) -> str:
    """Return the file name in a format such as `application/octet-stream;name="a.webp"`, "" for none."""
    found = re.search('name="?([^";]+)', format_)
    return found[1] if found else ""


def decide(offer: Offer) -> Decision:
    """Return what is done with an offer: paths first, then virtual files, then a picture's own bytes, then a bitmap."""
    left_out = tuple(dict.fromkeys(f"{name} ({scheme})" if scheme else name for scheme, name in offer.schemes))
    if offer.paths and not (offer.promised and all(_IN_PHOTOS.search(path.as_posix()) for path in offer.paths)):
        origin = Origin.PHONE if all(_PHONE_MOUNTS.search(path.as_posix()) for path in offer.paths) else None
        return Decision(DropKind.FILES, offer.paths, origin=origin, left_out=left_out)
    if (found := _virtual(offer) or _in_own_form(offer)) is not None:
        return found
    if offer.paths_in_text:
        return Decision(DropKind.FILES, offer.paths_in_text)
    return _picture(offer) or Decision(_refused(offer))


def _virtual(offer: Offer) -> Decision | None:
    """Return what is done with virtual files, None where there are none. One link beside its address is a link."""
    if not offer.descriptor or _CONTENTS not in offer.formats:
        return None
    try:
        files = tuple(described_files(offer.descriptor, wide=offer.is_wide))
    except OverflowError:
        return Decision(DropKind.SO_MANY)
    except (ValueError, struct.error):
        return None
    if len(files) == 1 and files[0].name.lower().endswith(".url") and _has_link(offer):
        return Decision(DropKind.LINK)
    wanted = tuple(file for file in files if not _is_junk(file.name))
    if not wanted:
        return None
    return Decision(DropKind.VIRTUAL, files=wanted, origin=_origin(offer), junk=len(files) - len(wanted))


def _is_junk(name: str) -> bool:
    """Return whether a file would be left out in a folder that is dropped: by its name, or hidden in a folder."""
    from uploader_gui.engine.media import is_junk  # noqa: PLC0415 - the engine loads it after the window

    parts = re.split(r"[\\/]+", name)
    return is_junk(parts[-1]) or (len(parts) > 1 and any(part.startswith(".") and part.strip(".") for part in parts))


def _in_own_form(offer: Offer) -> Decision | None:
    """Return what is done with what a program offers in a form of its own, None for others."""
    if offer.promised:
        return Decision(DropKind.PROMISED, promised=offer.promised, origin=_origin(offer))
    if offer.has(*PORTAL):
        return Decision(DropKind.PORTAL)
    if _is_of_mail_program(offer) and not offer.has(*_NO_MAIL):
        is_attachment = offer.has("file-promise") and not offer.has(*_OF_MAIL)  # Thunderbird's
        return Decision(DropKind.PROMISE if is_attachment else DropKind.MAIL)
    if offer.has("promise") and offer.has(_OF_APPLE):
        return Decision(DropKind.PROMISE)  # the picture beside it may be a preview
    return None


def _origin(offer: Offer) -> Origin:
    """Return what is known of the program that offers virtual files, and no more."""
    if offer.has(*_OF_OUTLOOK):
        return Origin.OUTLOOK
    folder = _folder_of(offer.shell_ids).lower()
    if _PHONE_DEVICE in folder:
        return Origin.PHONE
    if ".zip" in folder.decode("latin-1") or ".zip".encode("utf-16-le") in folder:
        return Origin.ZIP
    return Origin.WEB_PAGE if _has_link(offer) and not _is_of_mail_program(offer) else Origin.PROGRAM


def _is_of_mail_program(offer: Offer) -> bool:
    """Return whether it comes from a mail program: mails, and also their attachments and what is kept beside them."""
    return offer.has(*_OF_MAIL) or any(scheme in _MAIL_SCHEMES for scheme, _ in offer.schemes)


def _folder_of(shell_ids: bytes) -> bytes:
    """Return the identifier of the folder the items lie in, from a CIDA ("Shell Clipboard Formats")."""
    try:
        _, folder, first = struct.unpack_from("<III", shell_ids)
    except struct.error:
        return b""
    return shell_ids[folder:first]


def _has_link(offer: Offer) -> bool:
    return offer.has(*_LINK_FORMATS) or _is_address(offer.text) or any(one in _LINK_SCHEMES for one, _ in offer.schemes)


def _is_address(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://"))


def _picture(offer: Offer) -> Decision | None:
    """Return what is done with a picture: its own bytes are kept where they are offered.

    Toolkits offer a picture they hold in many formats at once, PNG among them, which loses nothing.
    """
    origin = Origin.WEB_PAGE if _has_link(offer) else None
    raw = [name for name in offer.formats if re.match(r"image/[a-z0-9.+-]+$", name) and name != "image/x-qt-image"]
    named = [name for name in offer.formats if name.startswith("application/octet-stream;name=")]
    chosen = named or [name for name in raw if name == "image/png"] or raw
    if chosen:
        return Decision(DropKind.PICTURE, picture=chosen[0], origin=origin)
    return Decision(DropKind.PICTURE, origin=origin) if offer.has_image else None


def _refused(offer: Offer) -> DropKind:
    if offer.has(*_PROMISES):
        return DropKind.PROMISE
    if others := {scheme for scheme, _ in offer.schemes} - _LINK_SCHEMES:
        return DropKind.ELSEWHERE if others & _ELSEWHERE else DropKind.NO_FOLDER
    if _has_link(offer):
        return DropKind.LINK
    return DropKind.TEXT if offer.text else DropKind.NOTHING


_ENTRY: Final = {True: struct.Struct("<I32xI16xQII520s"), False: struct.Struct("<I32xI16xQII260s")}
"""Flags, attributes, time, size and name of a FILEDESCRIPTORW and of a FILEDESCRIPTORA."""
_ATTRIBUTES, _WRITE_TIME, _SIZE = 0x4, 0x20, 0x40
_FOLDER: Final = 0x10
_FILETIME_OF_1970: Final = 11_644_473_600


def described_files(descriptor: bytes, wide: bool = True) -> Iterator[VirtualFile]:  # noqa: FBT001, FBT002 - called back
    """Yield the files of a FILEGROUPDESCRIPTORW, or (not `wide`) -A, without its folders.

    Raises:
        OverflowError: it has more than `MAX_VIRTUAL_FILES`.
        ValueError, struct.error: it is damaged.
    """
    (count,) = struct.unpack_from("<I", descriptor)
    if count > MAX_VIRTUAL_FILES:
        raise OverflowError
    end = 4 + _ENTRY[wide].size * count
    if len(descriptor) < end:
        raise ValueError(count)
    entries = _ENTRY[wide].iter_unpack(memoryview(descriptor)[4:end])
    for index, (flags, attributes, written, high, low, name) in enumerate(entries):
        if flags & _ATTRIBUTES and attributes & _FOLDER:
            continue
        yield VirtualFile(
            index,
            _name_in(name, wide=wide),
            (high << 32 | low) or None if flags & _SIZE else None,
            written / 1e7 - _FILETIME_OF_1970 if flags & _WRITE_TIME and written else None,
            is_alone=count == 1,
        )


def _name_in(field: bytes, *, wide: bool) -> str:
    text = field.decode("utf-16-le", "replace") if wide else field.decode("cp1252", "replace")
    return text.split("\0")[0]


_HARMFUL: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_LONGEST: Final = 120
"""Characters of a part's stem; the folder it comes into has a path of its own, and Windows takes 260 in all."""


def harmless_names(files: Iterable[VirtualFile]) -> Iterator[str]:
    """Yield each file's path below the folder it is fetched into, with slashes; no two are the same in any case.

    None leaves that folder, and each is a name that every system takes.
    """
    taken: dict[str, int] = {}
    for file in files:
        *folders, name = list(_harmless_parts(file.name)) or [f"file {file.index + 1}"]
        place = ""
        for folder in folders:
            place = f"{_unlike(taken, place + folder, is_folder=True)}/"
        yield _unlike(taken, place + name)


def _harmless_parts(name: str) -> Iterator[str]:
    for part in re.split(r"[\\/]+", re.sub(r"^[A-Za-z]:(?=[\\/]|$)", "", name)):
        clean = _HARMFUL.sub("_", part).lstrip().rstrip(". ")
        stem, dot, suffix = clean.rpartition(".")
        clean = stem[:_LONGEST] + dot + suffix[:20] if stem else clean[:_LONGEST]
        if clean.strip(". "):
            yield f"_{clean}" if is_device(clean) else clean


_FOLDER_TAKEN: Final = 0


def _unlike(taken: dict[str, int], name: str, *, is_folder: bool = False) -> str:
    """Return the name, numbered where it is taken: a folder's name by a file, a file's by anything.

    `taken`: each name as disks compare names, with the last number that a file of that name was given.
    """
    stem, dot, suffix = name.rpartition(".")
    if is_folder or not stem or "/" in suffix:
        stem, dot, suffix = name, "", ""
    number, free = taken.get(_compared(name), 1) or 1, name
    while (found := taken.get(_compared(free))) is not None and not (is_folder and found == _FOLDER_TAKEN):
        number += 1
        free = f"{stem} ({number}){dot}{suffix}"
    if is_folder:
        taken[_compared(free)] = _FOLDER_TAKEN
    elif taken.setdefault(_compared(free), 1) and taken.get(_compared(name)):
        taken[_compared(name)] = number
    return free


def _compared(name: str) -> str:
    """Return a name in the form in which the disks of Windows and macOS compare names."""
    return unicodedata.normalize("NFC", name.casefold())


_FROM: Final = {
    Origin.PHONE: NN_(
        "Add {count} file from your phone to anomaly {number}", "Add {count} files from your phone to anomaly {number}"
    ),
    Origin.OUTLOOK: NN_(
        "Add {count} file from Outlook to anomaly {number}", "Add {count} files from Outlook to anomaly {number}"
    ),
    Origin.ZIP: NN_(
        "Add {count} file from a ZIP to anomaly {number}", "Add {count} files from a ZIP to anomaly {number}"
    ),
    Origin.WEB_PAGE: NN_(
        "Add {count} file from a web page to anomaly {number}", "Add {count} files from a web page to anomaly {number}"
    ),
    Origin.PROGRAM: NN_(
        "Add {count} file from another program to anomaly {number}",
        "Add {count} files from another program to anomaly {number}",
    ),
}


def add_from(origin: Origin, count: int, anomaly_id: str) -> str:
    """Return the sentence that says what letting go would do with files from there."""
    return ngettext(*_FROM[origin], count, number=anomaly_id)
