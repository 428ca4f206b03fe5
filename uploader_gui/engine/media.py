"""The media types the service accepts: a table of extensions, confirmed by a file's bytes.

`mimetypes` and the Windows registry differ from machine to machine, and both lack some of these types.
"""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from uploader_gui.engine import signatures
from uploader_gui.engine.errors import TypeNotAccepted, Variant

if TYPE_CHECKING:
    from typing import BinaryIO

HEAD_BYTES: Final = 4096
"""The first bytes of a file, where signatures stand."""

_JUNK: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini", "icon\r"})
"""In lower case. The last one holds a folder's picture on macOS."""
_JUNK_PREFIXES: Final = ("~$", "._")

_JPEG = "image/jpeg"
_PNG = "image/png"
_GIF = "image/gif"
_SVG = "image/svg+xml"
_PDF = "application/pdf"
_ZIP = "application/zip"
_SEVEN_ZIP = "application/x-7z-compressed"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOC = "application/msword"
_XLS = "application/vnd.ms-excel"
_MSG = "application/vnd.ms-outlook"

BY_EXTENSION: Final[dict[str, str]] = {
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".jpe": _JPEG,
    ".jfif": _JPEG,
    ".png": _PNG,
    ".svg": _SVG,
    ".gif": _GIF,
    ".txt": "text/plain",
    ".text": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
    ".pdf": _PDF,
    ".doc": _DOC,
    ".docx": _DOCX,
    ".xls": _XLS,
    ".xlsx": _XLSX,
    ".zip": _ZIP,
    ".7z": _SEVEN_ZIP,
    ".msg": _MSG,
    ".eml": "message/rfc822",
}
"""The service's 16 types (its page, "mimeType") without image/jpg, which is never sent: .jpg is image/jpeg."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_SPANNED_ZIPS: Final = (b"PK\x07\x08", b"PK00PK\x03\x04")
"""How a ZIP of several volumes begins, and one that was meant to have several (APPNOTE, 8.5)."""
_ZIP_TYPES: Final = frozenset({_ZIP, _DOCX, _XLSX})
_OLE_TYPES: Final = frozenset({_DOC, _XLS, _MSG, _DOCX, _XLSX})
_SIGNED: Final = frozenset({_JPEG, _PNG, _GIF, _PDF, _SEVEN_ZIP}) | _ZIP_TYPES | _OLE_TYPES
"""The types whose files begin with a signature; .doc and .xls may also be RTF, XML, tables, older formats."""
_ACCEPTED_SIGNATURES: Final = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"%PDF-", _PDF),
    (b"7z\xbc\xaf\x27\x1c", _SEVEN_ZIP),
)
_PDF_WITHIN: Final = 1024
"""How many bytes may stand before a PDF's signature for viewers to open it (ISO 32000-1, annex H)."""
_KINDS: Final = {
    signatures.WORD: _DOCX,
    signatures.EXCEL: _XLSX,
    signatures.OLD_WORD: _DOC,
    signatures.OLD_EXCEL: _XLS,
    signatures.MAIL: _MSG,
}
_OPENED_AS: Final = {"RTF": {_DOC}, "XML": {_DOC, _XLS}, "HTML": {_DOC, _XLS}}
"""What Word and Excel open under the names of their own old types."""
_ENCRYPTED_AS: Final = {_DOC: _DOCX, _DOCX: _DOCX, _XLS: _XLSX, _XLSX: _XLSX}
_UNFINISHED_EXTENSIONS: Final = frozenset(
    {".crdownload", ".part", ".partial", ".opdownload", ".download", ".filepart", ".!ut", ".!qb", ".aria2"}
)
_VOLUME: Final = re.compile(r"\.(?:\d{3}|[rz]\d\d)")
"""The extension of a part of a split archive: `.7z.001`, `.zip.001`, `.z01`, `.r00`."""
_ENDS: Final = {_JPEG: b"\xff\xd9", _GIF: b";", _PNG: b"IEND\xaeB`\x82"}
_END_OF_PDF: Final = b"%%EOF"
_END_BYTES: Final = 1024
_PAGE_BYTES: Final = 65_536
"""How much of a web page named `.xls` or `.doc` is read to see whether it is a table or a document."""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
"""What is drawn as nothing, besides control and format characters: fillers, variation selectors."""
_UNSEEN: Final = frozenset({"Cc", "Cf"})
_MAX_TYPE_NAME: Final = 16
_TYPE_NAMES: Final = {
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".webp": "WebP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".ppt": "PowerPoint",
    ".pptx": "PowerPoint",
    ".odt": "OpenDocument",
    ".ods": "OpenDocument",
}


def media_type_of(name: str, file: BinaryIO) -> str:
    """Return the media type to register and send a file with.

    Args:
        name: the file's name, of which only the extension counts.
        file: the file, at its beginning; more than its first `HEAD_BYTES` is read of ZIPs and Office documents only.

    Raises:
        TypeNotAccepted: it has none of the service's types; `detail` names the type it has.
    """
    head, extension = file.read(HEAD_BYTES), extension_of(name)
    expected = BY_EXTENSION.get(extension)
    seen = _seen(file, head, extension, expected)
    if _is_of_part(extension) and not (seen and _is_complete(file, head, seen)):
        raise _part_missing(extension)
    if seen is not None:
        return seen
    _refuse_foreign(file, head, extension, expected)
    if expected is None:
        raise TypeNotAccepted(_type_name(extension))
    return _SVG if expected in _SIGNED and signatures.is_svg(head) else expected


def extension_of(name: str) -> str:
    """Return a name's extension in lower case; blanks, dots and what cannot be seen do not hide it."""
    return PurePath(readable_name(name)).suffix.lower()


def readable_name(name: str) -> str:
    """Return a name without what cannot be seen in it, and without blanks and dots at its end."""
    seen = name if name.isascii() and name.isprintable() else "".join(c for c in name if not _is_invisible(c))
    end = len(seen)
    while end and (seen[end - 1] == "." or seen[end - 1].isspace()):
        end -= 1
    return seen[:end]


def type_name(name: str) -> str:
    """Return a short name of a file's type for people: `HEIC`, `PPTX`, empty where it has no extension."""
    return _type_name(extension_of(name))


def _seen(file: BinaryIO, head: bytes, extension: str, expected: str | None) -> str | None:
    """Return the listed type that the bytes are of, None where they show none.

    Raises:
        TypeNotAccepted: they are of a container that holds something else.
    """
    if head.startswith(_OLE):
        return _compound(file, head, extension, expected)
    if head.startswith((*_ZIPS, *_SPANNED_ZIPS)):
        return _zip(file, head, extension, expected)
    seen = next((media for signature, media in _ACCEPTED_SIGNATURES if head.startswith(signature)), None)
    if seen == _SEVEN_ZIP and not signatures.is_seven_zip_whole(file, head):
        raise _part_missing(extension)
    return seen or _behind_something(file, head, expected)


def _behind_something(file: BinaryIO, head: bytes, expected: str | None) -> str | None:
    """Return the type of a ZIP or PDF before which something else stands, as programs that open them allow."""
    if expected == _ZIP and not head.startswith(b"MZ"):
        end = signatures.closing_record(file)
        return None if end is None else _whole_zip(end)
    return _PDF if expected == _PDF and b"%PDF-" in head[:_PDF_WITHIN] else None


def _compound(file: BinaryIO, head: bytes, extension: str, expected: str | None) -> str:
    """Return the type of a compound file; where its streams tell nothing, the extension does."""
    kind = signatures.compound_kind(file, head)
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == signatures.ENCRYPTED and expected in _ENCRYPTED_AS:
        return _ENCRYPTED_AS[expected]
    if expected in _OLE_TYPES and kind is None:
        return expected
    unknown = "Office" if expected else _type_name(extension)
    raise TypeNotAccepted(unknown if kind in {None, signatures.ENCRYPTED} else str(kind))


def _zip(file: BinaryIO, head: bytes, extension: str, expected: str | None) -> str:
    """Return the type of a ZIP. Under a picture's name it is sent as a ZIP; .pptx and the like are refused."""
    kind = None if expected == _ZIP else signatures.package_kind(file)
    if kind in _KINDS:
        return _KINDS[kind]
    if kind:
        raise TypeNotAccepted(kind)
    if expected is None and extension and not _is_of_part(extension):
        raise TypeNotAccepted(_type_name(extension))
    end = signatures.closing_record(file)
    if end is not None:
        return _whole_zip(end)
    if not head.startswith(_SPANNED_ZIPS) and signatures.is_cut(file):
        raise _part_missing(extension)
    return expected if expected in _ZIP_TYPES else _ZIP


def _is_of_part(extension: str) -> bool:
    """Return whether names of parts end so: of an archive, or of a download."""
    return extension in _UNFINISHED_EXTENSIONS or _VOLUME.fullmatch(extension) is not None


def _part_missing(extension: str) -> TypeNotAccepted:
    is_volume = _VOLUME.fullmatch(extension)
    return TypeNotAccepted(variant=Variant.SPLIT_ARCHIVE if is_volume else Variant.NOT_FINISHED)


def _whole_zip(end: bytes) -> str:
    """Return the type of a ZIP with that closing record, unless it is the last one of several volumes."""
    if int.from_bytes(end[4:6], "little") not in {0, 0xFFFF}:
        raise TypeNotAccepted(variant=Variant.SPLIT_ARCHIVE)
    return _ZIP


def _refuse_foreign(file: BinaryIO, head: bytes, extension: str, expected: str | None) -> None:
    """Raise what a file certainly is, where that is not one of the service's types."""
    foreign = signatures.never_text(head)
    if foreign == Variant.LOOKS_LIKE_PROGRAM and expected is None:
        foreign = _type_name(extension) or foreign
    if foreign is None and expected in _SIGNED:
        foreign = signatures.never_signed(head)
        if _is_expected(file, foreign, expected):
            return
    if isinstance(foreign, Variant):
        raise TypeNotAccepted(variant=foreign)
    if foreign is not None:
        raise TypeNotAccepted(foreign)


def _is_expected(file: BinaryIO, foreign: str | None, expected: str | None) -> bool:
    """Return whether Word and Excel open such a file under that name: RTF, and web pages that they save themselves."""
    if foreign == Variant.LOOKS_LIKE_PAGE and expected in {_DOC, _XLS}:
        file.seek(0)
        return signatures.is_document(signatures.text_of(file.read(_PAGE_BYTES)))
    return expected in _OPENED_AS.get(foreign or "", ())


def _is_complete(file: BinaryIO, head: bytes, media: str) -> bool:
    """Return whether a file of a type ends as such files do."""
    if media in _ZIP_TYPES:
        return signatures.closing_record(file) is not None
    if media == _SEVEN_ZIP:
        return signatures.is_seven_zip_whole(file, head)
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_BYTES))
    tail = file.read(_END_BYTES)
    if media == _PDF:
        return _END_OF_PDF in tail
    return media in _ENDS and tail.rstrip(b"\0\r\n").endswith(_ENDS[media])


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or character in _INVISIBLE


def _type_name(extension: str) -> str:
    """Return a type's name from its extension, which comes from a stranger and may not be printable."""
    printable = "".join(c if c.isprintable() else "�" for c in extension.lstrip("."))
    return _TYPE_NAMES.get(extension, printable[:_MAX_TYPE_NAME].upper())


def is_junk(name: str) -> bool:
    """Return whether systems and programs leave files of that name behind on their own."""
    return name.lower() in _JUNK or name.startswith(_JUNK_PREFIXES)
