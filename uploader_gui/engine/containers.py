"""What a ZIP or an OLE compound file holds: a document of Word or Excel, a mail, or something the service refuses.

Names lie, and so do extensions: what a package is, says its list of content types (ECMA-376, part 2, 10.1.2.2), and
what a compound file is, the streams beside its root ([MS-CFB], 2.6). Every number in a file comes from a stranger.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

WORD: Final = "Word"
EXCEL: Final = "Excel"
OLD_WORD: Final = "Word before 2007"
OLD_EXCEL: Final = "Excel before 2007"
MAIL: Final = "Outlook"
ENCRYPTED: Final = "encrypted"
"""A document with a password: a compound file around it ([MS-OFFCRYPTO])."""
_CONTENT_TYPES: Final = "[content_types].xml"
_MAIN_TYPE: Final = re.compile(r"""ContentType\s*=\s*["']([^"']*)\.main(?:\+xml)?["']""", re.IGNORECASE)
_KINDS: Final = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": WORD,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": EXCEL,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template": "DOTX",
    "application/vnd.ms-word.document.macroenabled": "DOCM",
    "application/vnd.ms-word.template.macroenabledtemplate": "DOTM",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template": "XLTX",
    "application/vnd.ms-excel.sheet.macroenabled": "XLSM",
    "application/vnd.ms-excel.template.macroenabled": "XLTM",
    "application/vnd.ms-excel.addin.macroenabled": "XLAM",
    "application/vnd.ms-excel.sheet.binary.macroenabled": "XLSB",
}
_OTHER_KINDS: Final = (("presentationml", "PowerPoint"), ("powerpoint", "PowerPoint"), ("visio", "Visio"))
_MAIN_PARTS: Final = (
    ("word/document.xml", WORD),
    ("xl/workbook.xml", EXCEL),
    ("xl/workbook.bin", "XLSB"),
    ("ppt/presentation.xml", "PowerPoint"),
    ("visio/document.xml", "Visio"),
)
"""What tells where the list of types does not."""
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument"
_EPUB: Final = b"application/epub+zip"
_MAX_DIRECTORY: Final = 8_000_000
_MAX_LIST: Final = 1_000_000
"""Bytes read at most of a ZIP's directory, and of a list of content types."""
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_TAIL_BYTES: Final = _END_BYTES + 0xFFFF
"""How far before a ZIP's end its closing record may begin: a comment may follow (APPNOTE, 4.3.16)."""
_LOCAL: Final = b"PK\x03\x04"
_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_ZIP64_END: Final = b"PK\x06\x06"
_LOCAL_HEADER: Final = struct.Struct("<4sHHHHHIIIHH")
_NEWEST: Final = 63
_LAST_METHOD: Final = 99
"""The newest version of the format and the last method of compression: an entry with others is not one."""
_SIZES_FOLLOW: Final = 8
_NONE: Final = 0xFFFFFFFF
_BLOCK_BYTES: Final = 1 << 20
_MAX_BLOCKS: Final = 256
_SEVEN_ZIP_START: Final = 32
_HEADER: Final = 512
_FAT_IN_HEADER: Final = 109
_ENTRY: Final = 128
_MAX_SECTORS: Final = 2000
_ROOT_STREAMS: Final = (
    ("__properties_version1.0", MAIL),
    ("worddocument", OLD_WORD),
    ("workbook", OLD_EXCEL),
    ("book", OLD_EXCEL),
    ("encryptedpackage", ENCRYPTED),
    ("powerpoint document", "PowerPoint"),
    ("visiodocument", "Visio"),
)


def closing_record(file: BinaryIO) -> bytes | None:
    """Return the record with which every ZIP ends, None where the end of the ZIP is missing."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    at = tail.rfind(_END)
    return tail[at : at + _END_BYTES] if 0 <= at <= len(tail) - _END_BYTES else None


def is_cut(file: BinaryIO) -> bool:
    """Return whether a ZIP certainly ends before its last entries, or before the directory that follows them."""
    at, size = 0, file.seek(0, io.SEEK_END)
    while at < size:
        file.seek(at)
        header = file.read(_LOCAL_HEADER.size)
        if header[:4] in {_END, _DIRECTORY_ENTRY, _ZIP64_END}:
            return not _ends_later(file, at)
        if len(header) < _LOCAL_HEADER.size:
            return True
        signature, version, flags, method, _, _, _, packed, _, name, extra = _LOCAL_HEADER.unpack(header)
        if signature != _LOCAL or version & 0xFF > _NEWEST or method > _LAST_METHOD:
            return False  # no ZIP that can be followed
        if flags & _SIZES_FOLLOW or packed == _NONE:
            return not _ends_later(file, at)
        at += _LOCAL_HEADER.size + name + extra + packed
    return True


def package_kind(file: BinaryIO) -> str | None:
    """Return what a ZIP is to people: `WORD`, `EXCEL`, the short name of a refused type, "" for just a ZIP.

    None where its directory cannot be read.
    """
    end = closing_record(file)
    if end is None or int.from_bytes(end[12:16], "little") > _MAX_DIRECTORY:
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            return _kind_in(archive)
    except Exception:  # noqa: BLE001 - zipfile raises anything on what strangers made
        return None


def is_seven_zip_whole(file: BinaryIO, head: bytes) -> bool:
    """Return whether the directory that a 7z's first bytes point to lies inside the file (7zFormat.txt).

    True where their checksum is wrong: nothing is certain then.
    """
    if len(head) < _SEVEN_ZIP_START:
        return False
    if zlib.crc32(head[12:_SEVEN_ZIP_START]) != int.from_bytes(head[8:12], "little"):
        return True
    offset, size = struct.unpack_from("<QQ", head, 12)
    return _SEVEN_ZIP_START + int(offset) + int(size) <= file.seek(0, io.SEEK_END)


def compound_kind(file: BinaryIO, head: bytes) -> str | None:
    """Return what a compound file is: a kind above, the short name of a refused type, None where that is unknown."""
    try:
        names = {name.lower() for name in _root_names(file, head)}
    except (struct.error, OSError, IndexError, OverflowError):
        return None
    return next((kind for stream, kind in _ROOT_STREAMS if stream in names), None)


def _ends_later(file: BinaryIO, at: int) -> bool:
    """Return whether a closing record follows somewhere, or may follow beyond what is read to find that out."""
    file.seek(at)
    last = b""
    for _ in range(_MAX_BLOCKS):
        block = file.read(_BLOCK_BYTES)
        if _END in last + block:
            return True
        if not block:
            return False
        last = block[-len(_END) :]
    return True


def _kind_in(archive: zipfile.ZipFile) -> str:
    entries = {entry.filename.replace("\\", "/").lower(): entry for entry in archive.infolist()}
    if (declared := entries.get("mimetype")) is not None:
        media = archive.open(declared).read(100)
        if media.startswith((_OPEN_DOCUMENT, _EPUB)):
            return "EPUB" if media.startswith(_EPUB) else "OpenDocument"
    types = _text(archive.open(entries[_CONTENT_TYPES]).read(_MAX_LIST)) if _CONTENT_TYPES in entries else ""
    kinds = [kind for found in _MAIN_TYPE.findall(types) if (kind := _kind_of_type(found.lower()))]
    return kinds[0] if kinds else next((kind for part, kind in _MAIN_PARTS if part in entries), "")


def _kind_of_type(media: str) -> str | None:
    known = _KINDS.get(media)
    return known or next((kind for word, kind in _OTHER_KINDS if word in media), None)


def _text(data: bytes) -> str:
    return data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")


def _root_names(file: BinaryIO, head: bytes) -> Iterator[str]:
    """Yield the names beside the root of a compound file; deeper ones belong to what is embedded in it."""
    directory = b"".join(_directory_sectors(file, head))
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    waiting, seen = [struct.unpack_from("<I", entries[0], 76)[0]], set[int]()
    while waiting:
        number = waiting.pop()
        if number in seen or number >= len(entries):
            continue
        seen.add(number)
        left, right = struct.unpack_from("<II", entries[number], 68)
        (length,) = struct.unpack_from("<H", entries[number], 64)
        yield entries[number][: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        waiting += [left, right]


def _directory_sectors(file: BinaryIO, head: bytes) -> Iterator[bytes]:
    (shift,) = struct.unpack_from("<H", head, 30)
    (sector,) = struct.unpack_from("<I", head, 48)
    tables = struct.unpack_from(f"<{_FAT_IN_HEADER}I", head, 76)
    size, seen = 1 << min(shift, 12), set[int]()
    while sector not in seen and len(seen) < _MAX_SECTORS:
        content = _sector(file, sector, size)
        if len(content) < _ENTRY:
            return
        seen.add(sector)
        yield content
        sector = _next_sector(file, tables, sector, size)


def _next_sector(file: BinaryIO, tables: tuple[int, ...], sector: int, size: int) -> int:
    table, place = divmod(sector, size // 4)
    if table >= len(tables):  # a file of over 7 MB may have more of its directory there; the first part is enough
        return sector
    return int(struct.unpack_from("<I", _sector(file, tables[table], size), 4 * place)[0])


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)
