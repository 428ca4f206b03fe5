"""What programs offer when something is dragged out of them or copied, format by format, and what is done with it.

Formats and their order are those of the programs' sources (Chromium, Mozilla, GTK, Qt, KIO, file-roller, Ark) and of
Microsoft's and Apple's documentation; names and contents are made up. On Windows, Qt wraps the names it does not know.
"""

# ruff: noqa: E501 - a table is read by its rows
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from uploader_gui.engine.models import Origin
from uploader_gui.gui.drop.offer import DropKind

FOLDER: Final = -1


def descriptor(*files: tuple[str, int | None], wide: bool = True) -> bytes:
    """Return a FILEGROUPDESCRIPTORW (or -A): names with sizes, None where no size is announced."""
    entries = [struct.pack("<I", len(files))]
    for name, size in files:
        flags = 0x4 | (0x40 if size not in {None, FOLDER} else 0) | (0x80000000 if wide else 0)
        attributes = 0x10 if size == FOLDER else 0x80
        high, low = divmod(max(size or 0, 0), 1 << 32)
        head = struct.pack("<I16x8x8xIQQQII", flags, attributes, 0, 0, 0, high, low)
        entries.append(
            head + (name.encode("utf-16-le").ljust(520, b"\0") if wide else name.encode("cp1252").ljust(260, b"\0"))
        )
    return b"".join(entries)


def shell_ids(folder: str) -> bytes:
    """Return a CIDA whose folder's identifiers hold that text."""
    inside = folder.encode("utf-16-le") + b"\0\0"
    return struct.pack("<III", 1, 12, 12 + len(inside)) + inside + b"item"


PHONE: Final = shell_ids(r"\\?\usb#vid_04e8&pid_6860#r58m#{6ac27878-a6fa-4155-ba85-f98f491d4f33}")
ARCHIVE: Final = shell_ids(r"C:\Users\Marie\Photos.ZIP")
PORTAL_FORMAT: Final = "application/vnd.portal.filetransfer"
MARK: Final = b"\0"
"""Data that nobody looks at."""
JPEG, PNG = b"\xff\xd8\xff\xe0 a photo", b"\x89PNG\r\n\x1a\n a picture"
HERE: Final = Path(__file__)
"""A file that is there."""
PAGE: Final = "https://example.org/photo.jpg"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One offer. `formats` as the system has them; `windows`: as Qt on Windows names them."""

    source: str
    formats: Mapping[str, bytes | str]
    kind: DropKind
    said: str
    names: tuple[str, ...] = ()
    origin: Origin | None = None
    windows: bool = False
    left_out: tuple[str, ...] = field(default=())


def _windows(
    source: str,
    formats: Mapping[str, bytes | str],
    kind: DropKind,
    said: str,
    *names: str,
    origin: Origin | None = None,
) -> Recorded:
    return Recorded(source, formats, kind, said, names, origin, windows=True)


def virtual(*files: tuple[str, int | None], **others: bytes) -> dict[str, bytes | str]:
    return {"FileGroupDescriptorW": descriptor(*files), "FileContents": MARK, **others}


_FILES, _VIRTUAL, _PICTURE = DropKind.FILES, DropKind.VIRTUAL, DropKind.PICTURE
_ELSEWHERE_SAID = "This cannot be taken: it is on another device or server"
_NO_FOLDER_SAID = "This cannot be taken: it is in no folder of this computer"
_LINK_SAID = "This cannot be taken: it is a link"
_URL = {"UniformResourceLocatorW": PAGE.encode("utf-16-le")}
_OUTLOOK = {"RenPrivateSourceFolder": MARK, "RenPrivateMessages": MARK, "RenPrivateItem": MARK}

OFFERS: Final = (
    # Windows
    _windows("Explorer: two files", {"text/uri-list": "file:///a.jpg\r\nfile:///b.jpg\r\n", "Shell IDList Array": MARK,
             "FileNameW": MARK, "Preferred DropEffect": MARK}, _FILES, "Add 2 files to anomaly 4217", "a.jpg", "b.jpg"),
    _windows("Explorer: a phone over MTP", {"Shell IDList Array": PHONE, "DragContext": MARK, "InShellDragLoop": MARK}
             | virtual(("IMG_0001.HEIC", 4_000_000), ("IMG_0002.MOV", 90_000_000), ("IMG_0003.JPG", 3_000_000)),
             _VIRTUAL, "Add 3 files from your phone to anomaly 4217", "IMG_0001.HEIC", "IMG_0002.MOV", "IMG_0003.JPG",
             origin=Origin.PHONE),
    _windows("Explorer: a folder of a phone", {"Shell IDList Array": PHONE}
             | virtual(("DCIM", FOLDER), (r"DCIM\100APPLE", FOLDER), (r"DCIM\100APPLE\IMG_1.JPG", None)),
             _VIRTUAL, "Add 1 file from your phone to anomaly 4217", "DCIM/100APPLE/IMG_1.JPG", origin=Origin.PHONE),
    _windows("Explorer: an empty folder of a phone", {"Shell IDList Array": PHONE} | virtual(("DCIM", FOLDER)),
             DropKind.NOTHING, "This cannot be taken: there is no file in it"),
    _windows("Explorer: inside a ZIP, whose CF_HDROP cannot be read", {"text/uri-list": b"", "Shell IDList Array": ARCHIVE}
             | virtual(("Rapport.pdf", 20_000)), _VIRTUAL, "Add 1 file from a ZIP to anomaly 4217", "Rapport.pdf",
             origin=Origin.ZIP),
    _windows("Explorer: copied inside a ZIP", {"DataObject": MARK, "Shell IDList Array": ARCHIVE}
             | virtual(("a.txt", 1), ("A.TXT", 2)), _VIRTUAL, "Add 2 files from a ZIP to anomaly 4217", "a.txt",
             "A (2).TXT", origin=Origin.ZIP),
    _windows("classic Outlook: two mails", _OUTLOOK | {"text/plain": "From\tSubject"}
             | virtual(("RE: Votre dossier.msg", None), ("RE: Votre dossier.msg", None)), _VIRTUAL,
             "Add 2 files from Outlook to anomaly 4217", "RE_ Votre dossier.msg", "RE_ Votre dossier (2).msg",
             origin=Origin.OUTLOOK),
    _windows("classic Outlook: an attachment", {"FileGroupDescriptor": descriptor(("plan.pdf", 9), wide=False),
             "RenPrivateItem": MARK} | virtual(("plan.pdf", 9)), _VIRTUAL, "Add 1 file from Outlook to anomaly 4217",
             "plan.pdf", origin=Origin.OUTLOOK),
    _windows("Outlook of before: mails without files", dict(_OUTLOOK), DropKind.MAIL,
             "This cannot be taken: it is an e-mail"),
    _windows("new Outlook: an attachment", {"chromium/x-renderer-taint": MARK, "Chromium Web Custom MIME Data Format": MARK}
             | virtual(("Rapport.docx", None)), _VIRTUAL, "Add 1 file from another program to anomaly 4217", "Rapport.docx",
             origin=Origin.PROGRAM),
    _windows("Thunderbird: a mail", {"text/x-moz-message": "imap-message://marie@example.org/INBOX#7"}
             | virtual(("Votre dossier.eml", None)), _VIRTUAL, "Add 1 file from another program to anomaly 4217",
             "Votre dossier.eml", origin=Origin.PROGRAM),
    _windows("Thunderbird: an attachment", _URL | {"text/uri-list": b"imap://m@example.org/fetch>UID>/INBOX>7?part=1.2",
             "text/x-moz-url": MARK, "application/x-moz-file-promise": MARK} | virtual(("plan.pdf", None)), _VIRTUAL,
             "Add 1 file from another program to anomaly 4217", "plan.pdf", origin=Origin.PROGRAM),
    _windows("Notes: a wide list that cannot be had, and a narrow one", {"FileGroupDescriptorW": b"",
             "FileGroupDescriptor": descriptor(("été.pdf", 5), wide=False), "FileContents": MARK}, _VIRTUAL,
             "Add 1 file from another program to anomaly 4217", "été.pdf", origin=Origin.PROGRAM),
    _windows("Snipping Tool: copied, with a file", {"text/uri-list": "file:///C:/Temp/Capture.png", "PNG": PNG,
             "application/x-qt-image": PNG}, _FILES, "Add 1 file to anomaly 4217", "Capture.png"),
    _windows("Windows: the phone itself", {"Shell IDList Array": PHONE, "Preferred DropEffect": MARK}, DropKind.NOTHING,
             "This cannot be taken: there is no file in it"),
    _windows("new Outlook: a mail of its list", {"Chromium Web Custom MIME Data Format": MARK, "text/plain":
             "Votre dossier"}, DropKind.TEXT, "This cannot be taken: it is text"),
    _windows("Chrome and Edge: a picture", _URL | {"text/uri-list": PAGE.encode(), "text/html": b"<img>", "DragImageBits": MARK}
             | virtual(("photo.jpg", 20_000)), _VIRTUAL, "Add 1 file from a web page to anomaly 4217", "photo.jpg",
             origin=Origin.WEB_PAGE),
    _windows("Chrome and Edge: a link, with a virtual .url", _URL | {"text/uri-list": PAGE.encode(), "text/plain": PAGE.encode()}
             | virtual(("Example.url", 60)), DropKind.LINK, _LINK_SAID),
    _windows("Chrome: a download from its list", {"text/uri-list": b"file:///C:/Users/a.pdf"} | virtual(("a.pdf", 9)), _FILES,
             "Add 1 file to anomaly 4217", "a.pdf"),
    _windows("Firefox: a picture", _URL | {"text/x-moz-url": MARK, "application/x-moz-file-promise": MARK, "text/html": b"<img>"}
             | virtual(("photo.webp", None)), _VIRTUAL, "Add 1 file from a web page to anomaly 4217", "photo.webp",
             origin=Origin.WEB_PAGE),
    _windows("Firefox: selected text", {"text/html": "<b>a</b>", "text/plain": "a"}, DropKind.TEXT,
             "This cannot be taken: it is text"),
    _windows("remote desktop: copied files", {"Preferred DropEffect": MARK} | virtual(("mesures.csv", 12), ("plan.pdf", 9)),
             _VIRTUAL, "Add 2 files from another program to anomaly 4217", "mesures.csv", "plan.pdf", origin=Origin.PROGRAM),
    _windows("WinRAR and 7-Zip: dragged out (a temporary folder)", {"text/uri-list": "file:///C:/Temp/7zE1/a.jpg"}, _FILES,
             "Add 1 file to anomaly 4217", "a.jpg"),
    _windows("SAP, Notes: names in the ANSI code page", {"FileGroupDescriptor": descriptor(("a.pdf", 5), wide=False),
             "FileContents": MARK}, _VIRTUAL, "Add 1 file from another program to anomaly 4217", "a.pdf",
             origin=Origin.PROGRAM),
    _windows("a source with a damaged list", {"FileGroupDescriptorW": b"\x05\0\0\0short", "FileContents": MARK},
             DropKind.NOTHING, "This cannot be taken: there is no file in it"),
    _windows("a source of too many files", {"FileGroupDescriptorW": struct.pack("<I", 10_001), "FileContents": MARK},
             DropKind.SO_MANY, "This cannot be taken: these are more than 10,000 files"),
    _windows("a source that would leave the folder", virtual((r"..\..\up.txt", 1), (r"C:\Windows\abs.txt", 1),
             (r"\\server\share\unc.txt", 1), ("ok.txt:stream", 1), ("CON.txt", 1), ("  ", 1), ("dot. ", 1)), _VIRTUAL,
             "Add 7 files from another program to anomaly 4217", "up.txt", "Windows/abs.txt", "server/share/unc.txt",
             "ok.txt_stream", "_CON.txt", "file 6", "dot", origin=Origin.PROGRAM),
    _windows("Excel: copied cells", {"text/plain": "4217", "Biff12": MARK, "application/x-qt-image": PNG}, _PICTURE,
             "Add this picture to anomaly 4217"),
    _windows("Print Screen", {"application/x-qt-image": PNG}, _PICTURE, "Add this picture to anomaly 4217"),
    # macOS
    Recorded("Finder: a file", {"text/uri-list": "file:///Users/marie/a%CC%81.jpg", "com.apple.finder.node": MARK}, _FILES,
             "Add 1 file to anomaly 4217", ("a\u0301.jpg",)),
    Recorded("Photos: a photo", {"com.apple.NSFilePromise": MARK, "com.apple.pasteboard.promised-file-content-type": MARK,
             "image/tiff": b"a preview"}, DropKind.PROMISE, "This cannot be taken: the file is only promised"),
    Recorded("Mail: a mail", {"com.apple.mail.PasteboardTypeMessageTransfer": MARK,
             "com.apple.pasteboard.promised-file-url": MARK}, DropKind.MAIL, "This cannot be taken: it is an e-mail"),
    Recorded("Mail: an attachment", {"com.apple.mail.attachment": MARK, "com.apple.pasteboard.promised-file-url": MARK,
             "com.apple.NSFilePromiseItemMetaData": MARK}, DropKind.PROMISE,
             "This cannot be taken: the file is only promised"),
    Recorded("Safari: a picture", {"text/uri-list": PAGE, "com.apple.pasteboard.promised-file-url": MARK,
             "application/x-qt-image": PNG}, DropKind.PROMISE, "This cannot be taken: the file is only promised"),
    Recorded("Screenshot: its thumbnail", {"text/uri-list": "file:///var/folders/a/Capture.png",
             "com.apple.pasteboard.promised-file-url": MARK}, _FILES, "Add 1 file to anomaly 4217", ("Capture.png",)),
    # GNOME
    Recorded("Nautilus: files", {"text/uri-list": "file:///home/m/%C3%A9t%C3%A9.jpg\r\nfile://localhost/b.pdf\r\n",
             "x-special/gnome-icon-list": MARK}, _FILES, "Add 2 files to anomaly 4217", ("été.jpg", "b.pdf")),
    Recorded("Nautilus: a file, which the portal can hand over too", {"text/uri-list": f"file://{HERE}\r\n",
             PORTAL_FORMAT: b"key"}, _FILES, "Add 1 file to anomaly 4217", (HERE.name,)),
    Recorded("Nautilus: a phone that is not mounted", {"text/uri-list": "mtp://SAMSUNG_Android/DCIM/IMG_1.jpg\r\n"},
             DropKind.ELSEWHERE, "This cannot be taken: it is on another device or server",
             left_out=("IMG_1.jpg (mtp)",)),
    Recorded("Nautilus: a share and a file", {"text/uri-list": "smb://nas/photos/a.jpg\r\nfile:///b.jpg\r\n"}, _FILES,
             "Add 1 file to anomaly 4217", ("b.jpg",), left_out=("a.jpg (smb)",)),
    Recorded("Nautilus: a file of a camera", {"text/uri-list": "gphoto2://Canon_EOS/DCIM/IMG_1.cr2\r\n"},
             DropKind.ELSEWHERE, _ELSEWHERE_SAID, left_out=("IMG_1.cr2 (gphoto2)",)),
    Recorded("Nautilus: the bin", {"text/uri-list": "trash:///a.jpg\r\n"}, DropKind.NO_FOLDER, _NO_FOLDER_SAID,
             left_out=("a.jpg (trash)",)),
    Recorded("GTK: recently used files", {"text/uri-list": "recent:///9f6c\r\n"}, DropKind.NO_FOLDER, _NO_FOLDER_SAID,
             left_out=("9f6c (recent)",)),
    Recorded("Thunar and Caja: copied, without a list", {"x-special/gnome-copied-files": f"copy\nfile://{HERE}",
             "text/x-moz-text-internal": MARK}, _FILES, "Add 1 file to anomaly 4217", (HERE.name,)),
    Recorded("Nautilus 3.30: copied as text", {"text/plain": f"x-special/nautilus-clipboard\ncopy\nfile://{HERE}\n"},
             _FILES, "Add 1 file to anomaly 4217", (HERE.name,)),
    Recorded("a browser's address bar: an address of a file", {"text/plain": f"file://{HERE}"}, _FILES,
             "Add 1 file to anomaly 4217", (HERE.name,)),
    Recorded("a sandboxed GTK program: paths of its own, and the portal", {"text/uri-list": "file:///app/a.jpg\r\n",
             "application/vnd.portal.files": b"2158", PORTAL_FORMAT: b"2158"}, DropKind.PORTAL,
             "Add these files to anomaly 4217"),
    Recorded("Remmina and FreeRDP: copied in the other machine", {"text/uri-list": f"file://{HERE}\r\n",
             "x-special/gnome-copied-files": f"copy\nfile://{HERE}", "x-special/mate-copied-files": MARK}, _FILES,
             "Add 1 file to anomaly 4217", (HERE.name,)),
    Recorded("Evolution: a mail, which it also saves", {"x-uid-list": MARK, "message/rfc822": b"Subject: a",
             "text/uri-list": "file:///tmp/drag-n-drop-1/a.mbox\r\n"}, _FILES, "Add 1 file to anomaly 4217", ("a.mbox",)),
    Recorded("Engrampa: inside an archive", {"XdndDirectSave0": b"a.jpg", "text/plain": "a.jpg"}, DropKind.PROMISE,
             "This cannot be taken: the file is only promised"),
    Recorded("a sandboxed program (Flatpak)", {PORTAL_FORMAT: b"2158"}, DropKind.PORTAL,
             "Add these files to anomaly 4217"),
    Recorded("file-roller: inside an archive", {"XdndDirectSave0": b"a.jpg", "application/x-fileroller": MARK},
             DropKind.PROMISE, "This cannot be taken: the file is only promised"),
    Recorded("Evolution: a mail", {"x-uid-list": MARK, "message/rfc822": b"Subject: a"}, DropKind.MAIL,
             "This cannot be taken: it is an e-mail"),
    Recorded("GNOME's screenshot: copied", {"image/png": PNG, "image/bmp": b"BM", "image/tiff": b"II", "image/jpeg": JPEG},
             _PICTURE, "Add this picture to anomaly 4217"),
    # KDE
    Recorded("Dolphin: a folder and a file", {"text/uri-list": "file:///\r\nfile:///b.jpg", "application/x-kde4-urilist": MARK},
             _FILES, "Add 2 files and folders to anomaly 4217", ("", "b.jpg")),
    Recorded("Dolphin: a phone", {"text/uri-list": "mtp:/Galaxy/DCIM/IMG_1.jpg", "application/x-kde4-urilist": MARK},
             DropKind.ELSEWHERE, "This cannot be taken: it is on another device or server",
             left_out=("IMG_1.jpg (mtp)",)),
    Recorded("Ark: inside an archive", {"application/x-kde-ark-dndextract-service": b":1.2",
             "application/x-kde-ark-dndextract-path": b"/a"}, DropKind.PROMISE,
             "This cannot be taken: the file is only promised"),
    Recorded("KMail: a mail", {"text/uri-list": "akonadi:?item=7", "text/plain": "Votre dossier"}, DropKind.MAIL,
             "This cannot be taken: it is an e-mail", left_out=("?item=7 (akonadi)",)),
    Recorded("Spectacle: copied", {"image/png": PNG, "application/x-qt-image": PNG}, _PICTURE,
             "Add this picture to anomaly 4217"),
    # Linux: browsers and mail programs
    Recorded("Firefox: a picture", {"text/x-moz-url": MARK, "application/x-moz-file-promise": MARK, "text/html": "<img>",
             "text/uri-list": PAGE, "image/jpeg": JPEG}, _PICTURE, "Add this picture to anomaly 4217",
             origin=Origin.WEB_PAGE, left_out=("photo.jpg (https)",)),
    Recorded("Chromium: an attachment of a web mail", {"text/x-moz-url": MARK,
             'application/octet-stream;name="Rapport.pdf"': b"%PDF-1.7", "XdndDirectSave0": b"Rapport.pdf"}, _PICTURE,
             "Add 1 file from a web page to anomaly 4217", origin=Origin.WEB_PAGE),
    Recorded("Chromium: a mail address", {"text/uri-list": "mailto:marie@example.org", "text/plain":
             "mailto:marie@example.org"}, DropKind.LINK, _LINK_SAID, left_out=("(mailto)",)),
    Recorded("Chromium: a picture", {"text/x-moz-url": MARK, "text/html": "<img>",
             'application/octet-stream;name="photo.webp"': b"RIFF....WEBP", "XdndDirectSave0": b"photo.webp"}, _PICTURE,
             "Add this picture to anomaly 4217", origin=Origin.WEB_PAGE),
    Recorded("Firefox: a link", {"text/x-moz-url": MARK, "_NETSCAPE_URL": PAGE, "text/uri-list": PAGE, "text/plain": PAGE},
             DropKind.LINK, _LINK_SAID, left_out=("photo.jpg (https)",)),
    Recorded("Chromium: an address", {"text/plain": PAGE}, DropKind.LINK, _LINK_SAID),
    Recorded("Thunderbird: a mail", {"text/x-moz-message": "imap-message://m/INBOX#7", "text/x-moz-url": MARK,
             "application/x-moz-file-promise": MARK}, DropKind.MAIL, "This cannot be taken: it is an e-mail"),
    Recorded("Thunderbird: an attachment", {"text/x-moz-url": MARK, "application/x-moz-file-promise": MARK,
             "text/uri-list": "imap://m@example.org/fetch>UID>/INBOX>7?part=1.2"}, DropKind.PROMISE,
             "This cannot be taken: the file is only promised", left_out=("INBOX>7 (imap)",)),
    Recorded("KOrganizer: an appointment", {"text/uri-list": "akonadi:?item=8", "text/calendar": b"BEGIN:VCALENDAR"},
             DropKind.NO_FOLDER, _NO_FOLDER_SAID, left_out=("?item=8 (akonadi)",)),
    Recorded("VS Code: a file", {"codefiles": MARK, "text/uri-list": "file:///home/m/a.csv", "text/plain": "/home/m/a.csv"},
             _FILES, "Add 1 file to anomaly 4217", ("a.csv",)),
    Recorded("LibreOffice: an object", {"application/x-openoffice-embed-source-xml": MARK}, DropKind.NOTHING,
             "This cannot be taken: there is no file in it"),
    Recorded("an empty clipboard", {}, DropKind.NOTHING, "This cannot be taken: there is no file in it"),
)  # fmt: skip
