"""What a file certainly is, by its bytes: its first ones, or what a ZIP or an OLE compound file holds.

Under the name of a format that always has a signature (a JPEG, a PDF …) a file of another kind is refused: a login
page saved as `report.pdf` is no evidence. What is only unusual goes by its extension. What a package is, says its list
of content types (ECMA-376, part 2, 10.1.2.2), and what a compound file is, the streams beside its root ([MS-CFB], 2.6).
Every number in a file comes from a stranger.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.errors import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_PROGRAM: Final = Variant.LOOKS_LIKE_PROGRAM

_DIB_HEADERS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Sizes of the header after a BMP's first 14 bytes, each of another version."""
_RIFF_FORMS: Final = {b"WEBP": "WebP", b"AVI ": "AVI", b"WAVE": "WAV"}
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEIC"),
    **dict.fromkeys((b"avif", b"avis", b"MA1A", b"MA1B"), "AVIF"),
    b"crx ": "CR3",
    b"qt  ": "QuickTime",
    b"M4A ": "M4A",
}
_STILL_BRANDS: Final = frozenset(
    {b"mif1", b"mif2", b"msf1", b"miaf", b"1pic", b"MiHE", b"MiHB", b"MiHA", b"MiPr", b"MiAn", b"MiCm", b"tmap"}
)
"""Brands of pictures whose coding only another brand tells (ISO/IEC 23008-12, 23000-22)."""
_FILMS: Final = frozenset({b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V "})
_STILL_CODINGS: Final = frozenset({"HEIC", "AVIF"})
_MAX_BRAND_BYTES: Final = 400
_ALWAYS: Final = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"8BPS\0", "Photoshop"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"\xfd7zXZ\0", "XZ"),
    (b"BZh91AY&SY", "BZIP2"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
    (b"MSCF\0\0\0\0", "CAB"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMV"),
    (b"FLV\x01", "FLV"),
    (b"\0\0\x01\xba", "MPEG"),
    (b"\0\0\x01\xb3", "MPEG"),
    (b"OggS\0", "OGG"),
    (b"fLaC\0", "FLAC"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\x7fELF", _PROGRAM),
    (b"\xfe\xed\xfa\xce", _PROGRAM),
    (b"\xfe\xed\xfa\xcf", _PROGRAM),
    (b"\xce\xfa\xed\xfe", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe\0", _PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0", "LNK"),
)
"""Signatures that no text begins with."""
_NOT_IN_TEXT: Final = (
    (b"MZ", _PROGRAM),
    (b"#!AMR", "AMR"),
    (b"#!", _PROGRAM),
    (b"{\\rtf", "RTF"),
    (b"%!PS", "PostScript"),
    (b"ID3", "MP3"),
    (b"AC10", "DWG"),
    (b"gimp xcf ", "XCF"),
    (b"FUJIFILMCCD-RAW", "RAF"),
    (b"IIU\0", "RW2"),
    (b"IIRO", "ORF"),
    (b"MMOR", "ORF"),
    (b"!BDN", "PST"),
    (b"AT&TFORM", "DjVu"),
    (b"icns", "ICNS"),
    (b"\xd7\xcd\xc6\x9a", "WMF"),
    (b"bplist00", "PLIST"),
    (b"\0\5\x16\7\0\2", "AppleDouble"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\2\0", "CUR"),
    (b"DDS ", "DDS"),
    (b"\x76\x2f\x31\1", "OpenEXR"),
    (b"\x8aMNG\r\n", "MNG"),
    (b"\x8bJNG\r\n", "JNG"),
    (b"SDPX", "DPX"),
    (b"XPDS", "DPX"),
    (b"SIMPLE  =", "FITS"),
    (b"#?RADIANCE", "HDR"),
    (b"FOVb", "X3F"),
    (b"\0MRM", "MRW"),
    (b".snd", "AU"),
    (b"MThd\0\0\0\6", "MIDI"),
    (b".RMF", "RealMedia"),
    (b"ITSF\3", "CHM"),
    (b"regf", "REG"),
    (b"ElfFile\0", "EVTX"),
    (b"\0\1\0\0Standard ", "Access"),
    (b"LASF", "LAS"),
    (b"ASTM-E57", "E57"),
    (b"ISO-10303-21;", "STEP"),
    (b"BEGIN:V", "VCARD"),
    (b"wOFF", "WOFF"),
    (b"\x89HDF\r\n", "HDF5"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
)
"""Signatures that a text may begin with, so that only a name that promises something else makes them certain."""
_FURTHER_IN: Final = (
    *((4, box, "QuickTime") for box in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF"),
    (40, b" EMF", "EMF"),
    (128, b"DICM", "DICOM"),
    (257, b"ustar", "TAR"),
)
"""Offset and bytes of further signatures; the first ones are the boxes of films before "ftyp" came."""
_PACKETS: Final = ((0, 5 * 188, 188), (4, 4 + 5 * 192, 192))
"""Where the first packets of an MPEG transport stream begin with a G; a camera's have a time before them."""
_PROLOG: Final = r"(?:\s|<\?xml[^>]*>|<!--.*?-->)*"
_WEB_PAGE: Final = re.compile(
    _PROLOG + r"(?:<!doctype\s+html|<(?:html|head|body|script|title|meta)[\s>])", re.IGNORECASE | re.DOTALL
)
_PART_OF_PAGE: Final = r"<(?:a|b|base|br|center|div|font|form|h\d|iframe|link|p|span|style|table)[\s/>]"
_TEXTS: Final = (
    (re.compile(r"(?:\s|<!--.*?-->)*" + _PART_OF_PAGE, re.IGNORECASE | re.DOTALL), "HTML"),
    (re.compile(_PROLOG + r"<[!/a-z?]|\s*<\?xml", re.IGNORECASE | re.DOTALL), "XML"),
    (re.compile(r"""\s*(?:\{\s*["}]|\[\s*["{[])"""), "JSON"),
)
"""Answers of servers that were saved under the name of what was asked for."""
_SVG: Final = re.compile(_PROLOG + r"(?:<!doctype\s+svg[^>]*>)?" + _PROLOG + r"<(?:svg:)?svg[\s/>]", re.DOTALL)
_SAVED_BY_OFFICE: Final = re.compile(r"urn:schemas-microsoft-com:office|ProgId|Generator[^>]*Microsoft", re.IGNORECASE)
_ASKS: Final = re.compile(r"<(?:form|input|script)[\s>]", re.IGNORECASE)
_TABLE: Final = re.compile(r"<table[\s>]", re.IGNORECASE)


def never_text(head: bytes) -> str | None:
    """Return the name of a well-known type the service refuses, None where the bytes are of none."""
    if head[:1] == b"\0" and head[4:8] == b"ftyp":  # the box's size comes first and is small: no text begins so
        return _by_brands(head)
    if head.startswith(b"RIFF"):
        return _RIFF_FORMS.get(head[8:12])
    if _is_bmp(head):
        return "BMP"
    if head.startswith(b"MZ") and b"\0" in head[:64]:
        return _PROGRAM
    return _by_signature(head, _ALWAYS)


def never_signed(head: bytes) -> str | None:
    """As `never_text`, for a file whose name promises a format that always has a signature, which it lacks."""
    if not any(head):
        return Variant.BEGINS_WITH_ZEROS
    text = text_of(head)
    if _WEB_PAGE.match(text):
        return Variant.LOOKS_LIKE_PAGE
    if not _SVG.match(text) and (kind := next((name for pattern, name in _TEXTS if pattern.match(text)), None)):
        return kind
    if any({head[at : at + 1] for at in range(*packets)} == {b"G"} for packets in _PACKETS):
        return "MPEG"
    further_in = next((name for at, mark, name in _FURTHER_IN if head.startswith(mark, at)), None)
    return further_in or _by_signature(head, _NOT_IN_TEXT)


def is_svg(head: bytes) -> bool:
    """Return whether a text is an SVG drawing."""
    return _SVG.match(text_of(head)) is not None


def is_document(page: str) -> bool:
    """Return whether a web page is one that Word or Excel saved, or a table that some program calls `.xls`."""
    return bool(_SAVED_BY_OFFICE.search(page) or (_TABLE.search(page) and not _ASKS.search(page)))


def text_of(head: bytes) -> str:
    """Return the bytes as text, whatever they are."""
    is_wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return head.decode("utf-16" if is_wide else "utf-8-sig", "replace").lstrip("\ufeff")


def _by_signature(head: bytes, known: tuple[tuple[bytes, str], ...]) -> str | None:
    return next((name for signature, name in known if head.startswith(signature)), None)


def _by_brands(head: bytes) -> str:
    """Return the type of an ISO base media file (ISO/IEC 14496-12, 4.3): its first brand may be a general one."""
    first = head[8:12]
    if first in _BRANDS:
        return _BRANDS[first]
    others = head[16 : int.from_bytes(head[:4], "big")][:_MAX_BRAND_BYTES]
    brands = [others[at : at + 4] for at in range(0, len(others), 4)]
    codings = [_BRANDS[brand] for brand in brands if _BRANDS.get(brand) in _STILL_CODINGS]
    if codings:
        return codings[0]
    return "HEIC" if first in _STILL_BRANDS or (first not in _FILMS and set(brands) & _STILL_BRANDS) else "MP4"


def _is_bmp(head: bytes) -> bool:
    if not head.startswith(b"BM") or len(head) < 26:  # noqa: PLR2004 - the shortest header there is
        return False
    offset, size = struct.unpack_from("<II", head, 10)
    return size in _DIB_HEADERS and offset >= size


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
    ("quill", "Publisher"),
    ("starwriterdocument", "StarOffice"),
    ("starcalcdocument", "StarOffice"),
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
    except (struct.error, OSError, IndexError):
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
    types = text_of(archive.open(entries[_CONTENT_TYPES]).read(_MAX_LIST)) if _CONTENT_TYPES in entries else ""
    kinds = [kind for found in _MAIN_TYPE.findall(types) if (kind := _kind_of_type(found.lower()))]
    return kinds[0] if kinds else next((kind for part, kind in _MAIN_PARTS if part in entries), "")


def _kind_of_type(media: str) -> str | None:
    known = _KINDS.get(media)
    return known or next((kind for word, kind in _OTHER_KINDS if word in media), None)


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
