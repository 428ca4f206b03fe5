"""A picture's metadata (EXIF, XMP, IPTC, resolution) as its JPEG is to have them: date, place, camera, turned upright.

What cannot be read is left out of the JPEG, and the caller is told. Damaged metadata say nothing of the pixels: the
picture itself is not broken. An EXIF block that is whole is copied byte for byte except for its orientation, because
makers' notes hold offsets into it.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from uploader_gui.engine.pictures import exif

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_XMP: Final = 65_502
"""Bytes one marker holds (XMP specification, part 3, "JPEG")."""
_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENSION_BYTES: Final = 65_000
"""Bytes of XMP in one of the markers that hold what does not fit into the first one."""
_XMP_ORIENTATION: Final = re.compile(rb"""tiff:Orientation(\s*=\s*["']|>\s*)([1-8])""")
_PACKET_END: Final = b"<?xpacket end"
_PADDING: Final = 100
"""Blanks before that end from which on they are room for changes, and left out."""
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NOTE: Final = "http://ns.adobe.com/xmp/note/"
_PREFIXES: Final = {
    "x": "adobe:ns:meta/",
    "rdf": _RDF,
    "xmpNote": _NOTE,
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_MAX_SIMPLE: Final = 500
_MAX_SIMPLES: Final = 20_000
"""Bytes of one property, and of all, that stand in the first marker where XMP takes several."""
_APP1, _APP13 = 0xE1, 0xED
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_IPTC_RESOURCE: Final = 0x0404
_RIGHTS_RESOURCES: Final = frozenset({0x040A, 0x040B})
"""Photoshop's image resources to keep beside IPTC: whether there is a copyright, and its address."""
_MAX_SEGMENT: Final = 65_533


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a JPEG is to have: Pillow's options, and further segments, markers included.

    `is_damaged`: something could not be read, or not be kept, and is not among these.
    """

    options: dict[str, Any]
    segments: bytes
    is_damaged: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a file tells beside its pixels; of a TIFF, its own directories."""

    directories: exif.Directories | None
    block: bytes | None
    xmp: bytes
    is_tiff: bool

    @property
    def orientation(self) -> int:
        """Return EXIF's number for how the picture is turned; 1 where it is upright, or nothing is told."""
        found = self.directories
        number = found.number(found.first.get(exif.ORIENTATION)) if found is not None else None
        if number is None and (match := _XMP_ORIENTATION.search(self.xmp)):
            number = int(match[2])
        return number or 1


def told_by(content: bytes, info: Mapping[Any, Any], *, is_tiff: bool) -> Told:
    """Return what a file tells. `info` is Pillow's."""
    if is_tiff:
        found = exif.read(content)
        xmp = found.first.get(exif.XMP) if found is not None else None
        return Told(found, None, _as_utf_8(xmp.data) if xmp else b"", is_tiff)
    block = info.get("exif") or None
    tiff = block.removeprefix(exif.HEADER) if isinstance(block, bytes) else None
    raw = info.get("xmp") or b""
    found = exif.read(tiff) if tiff else None
    return Told(found, tiff, _as_utf_8(raw.encode() if isinstance(raw, str) else raw), is_tiff)


def for_jpeg(told: Told, info: Mapping[Any, Any]) -> Metadata:
    """Return the metadata of an upright JPEG."""
    block, exif_is_damaged = _exif(told)
    xmp, extended, xmp_is_damaged = _xmp(told.xmp)
    dpi, dpi_is_damaged = _dpi(info.get("dpi"))
    options = {"exif": block, "xmp": xmp, "dpi": dpi}
    segments = extended + _iptc(told.directories if told.is_tiff else None)
    is_damaged = exif_is_damaged or xmp_is_damaged or dpi_is_damaged
    return Metadata({name: value for name, value in options.items() if value}, segments, is_damaged)


def with_segments(jpeg: bytes, segments: bytes) -> bytes:
    """Return a JPEG with these segments behind its first ones (JFIF, EXIF, XMP)."""
    at = 2
    while segments and jpeg[at : at + 2] in {b"\xff\xe0", b"\xff\xe1"}:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return jpeg[:at] + segments + jpeg[at:]


def _exif(told: Told) -> tuple[bytes, bool]:
    found = told.directories
    if found is None:
        return b"", bool(told.block)
    if told.is_tiff:
        block, left_out = exif.written(exif.of_tiff(found))
        return block, left_out or found.is_damaged
    assert told.block is not None
    whole = exif.HEADER + exif.upright(told.block)
    if not found.is_damaged and len(whole) <= exif.MAX_BYTES:
        return whole, False
    block, left_out = exif.written(found)
    return block, left_out or found.is_damaged


def _xmp(text: bytes) -> tuple[bytes, bytes, bool]:
    """Return what the first marker is to hold, the segments of the others, and whether it is unreadable."""
    upright = _XMP_ORIENTATION.sub(rb"tiff:Orientation\g<1>1", text.rstrip(b"\0 \r\n\t"))
    if not text:
        return b"", b"", False
    try:
        expat.ParserCreate().Parse(upright, True)
    except expat.ExpatError:
        return b"", b"", True
    told, end, rest = upright.partition(_PACKET_END)
    if end and len(told) - len(told.rstrip()) >= _PADDING:
        upright = told.rstrip() + b"\n" + end + rest
    if len(upright) <= _MAX_XMP:
        return upright, b"", False
    return _extended(upright)


def _extended(whole: bytes) -> tuple[bytes, bytes, bool]:
    """Spread XMP over several markers (XMP specification, part 3, 1.1.3.1); its simple properties stay in the first."""
    name = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    meta = ET.Element(f"{{{_PREFIXES['x']}}}xmpmeta")
    about = {f"{{{_RDF}}}about": "", **dict(_simple_properties(whole)), f"{{{_NOTE}}}HasExtendedXMP": name}
    ET.SubElement(ET.SubElement(meta, f"{{{_RDF}}}RDF"), f"{{{_RDF}}}Description", about)
    segments = b""
    for at in range(0, len(whole), _EXTENSION_BYTES):
        head = _EXTENSION + name.encode() + struct.pack(">II", len(whole), at)
        segments += _segment(_APP1, head + whole[at : at + _EXTENSION_BYTES])
    return ET.tostring(meta), segments, False


def _simple_properties(whole: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and value of what needs no structure: dates, place, camera."""
    left = _MAX_SIMPLES
    for described in ET.fromstring(whole).iter(f"{{{_RDF}}}Description"):  # noqa: S314 - expat has limits of its own
        simple = [(child.tag, child.text or "") for child in described if not len(child) and not child.attrib]
        for tag, text in (*described.attrib.items(), *simple):
            left -= len(tag) + len(text.encode())
            if tag.startswith("{") and not tag.startswith(f"{{{_RDF}}}") and len(text) <= _MAX_SIMPLE and left > 0:
                yield tag, text


def _as_utf_8(xmp: bytes) -> bytes:
    """Return XMP in the encoding that a JPEG's has."""
    wide = xmp[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return xmp.decode("utf-16", "replace").encode() if wide else xmp.removeprefix(b"\xef\xbb\xbf")


def _dpi(dpi: Any) -> tuple[Any, bool]:
    if dpi is None or dpi == (0, 0):  # a BMP's way not to say it
        return None, False
    try:
        is_valid = all(math.isfinite(side) and 0 < side < 1 << 16 for side in dpi)
    except (TypeError, ZeroDivisionError):
        is_valid = False
    return (dpi, False) if is_valid else (None, True)


def _iptc(found: exif.Directories | None) -> bytes:
    """Return the segments of a TIFF's IPTC data, which a JPEG has among Photoshop's image resources."""
    if found is None:
        return b""
    resources = dict(_resources(found.first[exif.PHOTOSHOP].data)) if exif.PHOTOSHOP in found.first else {}
    own = found.first.get(exif.IPTC)
    if own is not None and (iptc := _as_bytes(own.data)):
        resources[_IPTC_RESOURCE] = iptc
    content = b"".join(
        struct.pack(">4sHHI", b"8BIM", number, 0, len(data)) + data + bytes(len(data) % 2)
        for number, data in sorted(resources.items())
    )
    room = _MAX_SEGMENT - len(_PHOTOSHOP)
    return b"".join(_segment(_APP13, _PHOTOSHOP + content[at : at + room]) for at in range(0, len(content), room))


def _as_bytes(data: bytes) -> bytes:
    """Return IPTC data; some programs store it as numbers of four bytes, whose order may be the other one."""
    turned = b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
    found = next((one for one in (data, turned) if one[:1] == b"\x1c"), b"")
    end = 0
    while found[end : end + 1] == b"\x1c" and end + 5 <= len(found):  # a marker, two numbers, a length of two bytes
        end += 5 + int.from_bytes(found[end + 3 : end + 5], "big")
    return found[:end]


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of Photoshop's image resources that are about the picture."""
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        start = at + 6 + (data[at + 6] + 2) // 2 * 2
        end = start + 4 + int.from_bytes(data[start : start + 4], "big")
        if number == _IPTC_RESOURCE or number in _RIGHTS_RESOURCES:
            yield number, data[start + 4 : end]
        at = end + (end - start) % 2


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
