"""The media types the service accepts: a table of extensions, confirmed by a file's first bytes.

`mimetypes` and the Windows registry differ from machine to machine, and both lack some of these types.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from uploader_gui.engine.errors import TypeNotAccepted

HEAD_BYTES: Final = 512
"""The first bytes of a file that the signatures need."""

_JPEG = "image/jpeg"
_PNG = "image/png"
_GIF = "image/gif"
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
    ".svg": "image/svg+xml",
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
_OLE_TYPES: Final = frozenset({_DOC, _XLS, _MSG, _DOCX, _XLSX})
"""The last two with a password: such a .docx is a compound file around the encrypted one ([MS-OFFCRYPTO])."""
_ZIP_TYPES: Final = frozenset({_ZIP, _DOCX, _XLSX})

_ACCEPTED_SIGNATURES: Final = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"%PDF-", _PDF),
    (b"7z\xbc\xaf\x27\x1c", _SEVEN_ZIP),
)
_OTHER_SIGNATURES: Final = (
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"\x7fELF", "ELF"),
)
_RIFF_FORMS: Final = {b"WEBP": "WebP", b"AVI ": "AVI", b"WAVE": "WAV"}
_ISO_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"), "HEIC"),
    b"avif": "AVIF",
    b"qt  ": "QuickTime",
}
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


def media_type_of(name: str, head: bytes) -> str:
    """Return the media type to register and send a file with.

    Args:
        name: the file's name, of which only the extension counts.
        head: its first `HEAD_BYTES` bytes, or all of them where it has fewer.

    Raises:
        TypeNotAccepted: it has none of the service's types; `detail` names the type it has.
    """
    extension = PurePath(name).suffix.lower()
    expected = BY_EXTENSION.get(extension)
    if foreign := _foreign_type(head):
        raise TypeNotAccepted(foreign)
    if head.startswith(_OLE):
        return _one_of(_OLE_TYPES, expected, "Office" if expected else _type_name(extension))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_or_office(expected, extension)
    if seen := _accepted_signature(head):
        return seen
    if expected is None:
        raise TypeNotAccepted(_type_name(extension))
    return expected


def type_name(name: str) -> str:
    """Return a short name of a file's type for people: `HEIC`, `PPTX`, empty where it has no extension."""
    return _type_name(PurePath(name).suffix.lower())


def _foreign_type(head: bytes) -> str | None:
    """Return the name of a well-known type the service refuses, None where the bytes are of none."""
    if head[:1] == b"\0" and head[4:8] == b"ftyp":  # the box's size comes first and is small: no text begins so
        return _ISO_BRANDS.get(head[8:12], "MP4")
    if head.startswith(b"RIFF"):
        return _RIFF_FORMS.get(head[8:12])
    return next((name for signature, name in _OTHER_SIGNATURES if head.startswith(signature)), None)


def _accepted_signature(head: bytes) -> str | None:
    return next((media for signature, media in _ACCEPTED_SIGNATURES if head.startswith(signature)), None)


def _zip_or_office(expected: str | None, extension: str) -> str:
    """Return the type of a ZIP. Under a picture's name it is sent as a ZIP; .pptx and the like are refused."""
    if expected is None or expected in _ZIP_TYPES:
        return _one_of(_ZIP_TYPES, expected, _type_name(extension))
    return _ZIP


def _one_of(container_types: frozenset[str], expected: str | None, refused_as: str) -> str:
    """Return the type of the extension, which alone distinguishes the types of one container (Word, Excel, Outlook)."""
    if expected not in container_types:
        raise TypeNotAccepted(refused_as)
    return expected


def _type_name(extension: str) -> str:
    """Return a type's name from its extension, which comes from a stranger and may not be printable."""
    printable = "".join(c if c.isprintable() else "�" for c in extension.lstrip("."))
    return _TYPE_NAMES.get(extension, printable[:_MAX_TYPE_NAME].upper())
