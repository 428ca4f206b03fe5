"""What a file certainly is, by its first bytes, where the service does not list that.

Under the name of a format that always has a signature (a JPEG, a PDF …) such a file is refused: a login page saved as
`report.pdf` is no evidence. What is only unusual goes by its extension.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from uploader_gui.engine.errors import Variant

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
)
"""Signatures that a text may begin with, so that only a name that promises something else makes them certain."""
_FURTHER_IN: Final = (
    *((4, box, "QuickTime") for box in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    (40, b" EMF", "EMF"),
    (257, b"ustar", "TAR"),
)
"""Offset and bytes of further signatures; the first ones are the boxes of films before "ftyp" came."""
_PACKET: Final = 188
_PACKETS: Final = 5
"""Bytes of an MPEG transport stream's packet, each of which begins with a G, and how many are looked at."""
_PROLOG: Final = r"(?:\s|<\?xml[^>]*>|<!--.*?-->)*"
_WEB_PAGE: Final = re.compile(
    _PROLOG + r"(?:<!doctype\s+html|<(?:html|head|body|script|title|meta)[\s>])", re.IGNORECASE | re.DOTALL
)
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
    if _WEB_PAGE.match(text_of(head)):
        return Variant.LOOKS_LIKE_PAGE
    if {head[at : at + 1] for at in range(0, _PACKETS * _PACKET, _PACKET)} == {b"G"}:
        return "MPEG"
    further_in = next((name for at, mark, name in _FURTHER_IN if head.startswith(mark, at)), None)
    return further_in or _by_signature(head, _NOT_IN_TEXT)


def is_svg(head: bytes) -> bool:
    """Return whether a text is a drawing."""
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
