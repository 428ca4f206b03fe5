"""The smallest true file of each accepted type, built here so that no picture or document is committed."""

import io
import struct
import zipfile
import zlib
from pathlib import PurePath

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_END_OF_CHAIN = 0xFFFFFFFE
_NONE = 0xFFFFFFFF


def sample_for(name: str) -> bytes:
    """Return the smallest true file for a name's extension, a line of text for an unknown one."""
    known = SAMPLES.get(PurePath(name).suffix.lower())
    return known[1] if known else b"a line of text\n"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """Draw one grey pixel: one table of ones, two Huffman tables of one code each, a block of zeros."""

    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    one_code = b"\x01" + bytes(15) + b"\x00"
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xDB, b"\0" + b"\x01" * 64),
            segment(0xC0, struct.pack(">BHHB", 8, 1, 1, 1) + b"\x01\x11\0"),
            segment(0xC4, b"\x00" + one_code),
            segment(0xC4, b"\x10" + one_code),
            segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            b"\x3f\xff\xd9",
        )
    )


def gif() -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\xff\xff\xff\0\0\0"
    return screen + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0;"


def pdf() -> bytes:
    """Write one empty page, with a cross-reference table that is right."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%bendobj\n" % (number, body)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 4\n" + table + trailer


def zipped(**parts: str) -> bytes:
    """Write a ZIP of these texts, dated so that it is the same every time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def open_xml(main_part: str, content_type: str, body: str) -> bytes:
    """Write an Office document with its one necessary part."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    types = (
        f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main_part}" ContentType="{content_type}.main+xml"/></Types>'
    )
    relations = (
        f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="{main_part}"/></Relationships>'
    )
    return zipped(**{"[Content_Types].xml": types, "_rels/.rels": relations, main_part: body})


def compound(stream: str) -> bytes:
    """Write an OLE compound file (old Office, Outlook): header, one FAT sector, one directory sector."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0)
    head += struct.pack("<109I", 0, *[_NONE] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, _END_OF_CHAIN, *[_NONE] * 126)
    entries = ("Root Entry", 5, _NONE, _NONE, 1), (stream, 2), ("",), ("",)
    return head + fat + b"".join(directory_entry(*one) for one in entries)


def directory_entry(name: str, kind: int = 0, left: int = _NONE, right: int = _NONE, child: int = _NONE) -> bytes:
    """Return one 128-byte directory entry of a compound file; kind 5 is the root, 2 a stream, 0 unused."""
    encoded = f"{name}\0".encode("utf-16-le") if name else b""
    links = struct.pack("<HBBIII", len(encoded), kind, 1, left, right, child)
    return encoded.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", _END_OF_CHAIN, 0)


def seven_zip() -> bytes:
    """Write an empty 7z archive: signature, version, and a start header that points nowhere."""
    start = bytes(20)
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect width="1" height="1"/></svg>\n'
_EML = (
    b"From: inspector@example.org\r\nTo: register@example.org\r\nSubject: Visit\r\n"
    b"Date: Mon, 01 Jan 2024 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n\r\nSeen.\r\n"
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCX = f'<w:document xmlns:w="{_WORD}"><w:body><w:p/></w:body></w:document>'
_XLSX = f'<workbook xmlns="{_SHEET}"><sheets/></workbook>'

SAMPLES: dict[str, tuple[str, bytes]] = {
    ".jpg": ("image/jpeg", jpeg()),
    ".jpeg": ("image/jpeg", jpeg()),
    ".png": ("image/png", png()),
    ".svg": ("image/svg+xml", _SVG),
    ".gif": ("image/gif", gif()),
    ".txt": ("text/plain", b"Nothing to report.\n"),
    ".csv": ("text/csv", b"room;finding\n12;extinguisher missing\n"),
    ".pdf": ("application/pdf", pdf()),
    ".doc": ("application/msword", compound("WordDocument")),
    ".docx": (
        f"{_OPEN_XML}.wordprocessingml.document",
        open_xml("word/document.xml", f"{_OPEN_XML}.wordprocessingml.document", _DOCX),
    ),
    ".xls": ("application/vnd.ms-excel", compound("Workbook")),
    ".xlsx": (
        f"{_OPEN_XML}.spreadsheetml.sheet",
        open_xml("xl/workbook.xml", f"{_OPEN_XML}.spreadsheetml.sheet", _XLSX),
    ),
    ".zip": ("application/zip", zipped(**{"note.txt": "Nothing to report.\n"})),
    ".7z": ("application/x-7z-compressed", seven_zip()),
    ".msg": ("application/vnd.ms-outlook", compound("__properties_version1.0")),
    ".eml": ("message/rfc822", _EML),
}
"""By extension: the media type the program has to send it as, and its bytes."""
