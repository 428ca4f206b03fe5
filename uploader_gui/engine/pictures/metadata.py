"""A picture's metadata (EXIF, XMP, resolution) as its JPEG is to have them: date, place, camera, and turned upright.

What cannot be read is left out of the JPEG, and the caller is told. Damaged metadata say nothing of the pixels: the
picture itself is not broken. An EXIF block is copied byte for byte except for its orientation, because makers' notes
hold offsets into it.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_EXIF: Final = 65_533
"""Bytes one APP1 segment holds (EXIF 2.32, 4.5.4)."""
_MAX_XMP: Final = 65_502
"""Bytes one marker holds (XMP specification, part 3, "JPEG")."""
_EXIF_HEADER: Final = b"Exif\0\0"
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_EXIF_IFD: Final = 0x8769
_GPS_IFD: Final = 0x8825
_MAKERS_NOTE: Final = 0x927C
_USERS_COMMENT: Final = 0x9286
_DESCRIPTIVE_TAGS: Final = frozenset(
    # description, maker, model, resolution, software, date, artist, host, rating, copyright; the time is in the IFDs
    {0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x8298}
)
"""The tags of a TIFF to keep; the others say how its pixels are stored."""
_XMP_ORIENTATION: Final = re.compile(rb'tiff:Orientation(="|>)[1-8]')


def readable(picture: Image.Image, info: Mapping[Any, Any]) -> tuple[dict[str, Any], bool]:
    """Return Pillow's options for writing the metadata into a JPEG, and whether some of them could not be read.

    `picture` is upright already; `info` is Pillow's, from before it was turned.
    """
    exif, exif_is_damaged = _exif(picture, info.get("exif"))
    xmp, xmp_is_damaged = _xmp(info.get("xmp") or b"")
    dpi, dpi_is_damaged = _dpi(info.get("dpi"))
    options = {"exif": exif, "xmp": xmp, "dpi": dpi}
    is_damaged = exif_is_damaged or xmp_is_damaged or dpi_is_damaged
    return {name: value for name, value in options.items() if value}, is_damaged


def _exif(picture: Image.Image, block: bytes | None) -> tuple[bytes, bool]:
    if block and not _is_exif(block):
        return b"", True
    try:
        return _exif_for_jpeg(picture, block), False
    except Exception:  # noqa: BLE001 - Pillow raises anything on damaged tags
        return b"", True


def _xmp(xmp: bytes | str) -> tuple[bytes, bool]:
    text = xmp.encode() if isinstance(xmp, str) else xmp
    upright = _XMP_ORIENTATION.sub(rb"tiff:Orientation\g<1>1", text)
    if not upright:
        return b"", False
    try:
        expat.ParserCreate().Parse(upright.rstrip(b"\0 \r\n\t"), True)
    except expat.ExpatError:
        return b"", True
    return upright if len(upright) <= _MAX_XMP else b"", False


def _dpi(dpi: Any) -> tuple[Any, bool]:
    if dpi is None:
        return None, False
    try:
        is_valid = all(math.isfinite(side) and 0 < side < 1 << 16 for side in dpi)
    except (TypeError, ZeroDivisionError):
        is_valid = False
    return (dpi, False) if is_valid else (None, True)


def _is_exif(block: bytes) -> bool:
    """Return whether the directories of EXIF and place lie inside the block (TIFF 6.0, section 2)."""
    tiff = block.removeprefix(_EXIF_HEADER)
    order = _BYTE_ORDERS.get(tiff[:4])
    try:
        return order is not None and _fits(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    except struct.error:
        return False


def _fits(tiff: bytes, order: str, at: int) -> bool:
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    entries = [struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * number) for number in range(count)]
    return all(_fits(tiff, order, value) for tag, _, _, value in entries if tag in {_EXIF_IFD, _GPS_IFD} and value > at)


def _exif_for_jpeg(picture: Image.Image, block: bytes | None) -> bytes:
    """Return the EXIF block of a picture already upright, empty where there is nothing to keep.

    `block` is the one of the file it was read from, None where its format has none (TIFF: its own tags).
    """
    if block and len(kept := _EXIF_HEADER + _upright(block.removeprefix(_EXIF_HEADER))) <= _MAX_EXIF:
        return kept
    whole = _rebuilt(picture.getexif(), without=frozenset())
    return whole if len(whole) <= _MAX_EXIF else _rebuilt(picture.getexif(), without={_MAKERS_NOTE, _USERS_COMMENT})


def _upright(tiff: bytes) -> bytes:
    """Return the block with Orientation 1 in its first directory (TIFF 6.0, section 2)."""
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return tiff
    changed = bytearray(tiff)
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            if struct.unpack_from(f"{order}H", tiff, entry) == (_ORIENTATION,):
                struct.pack_into(f"{order}HHIHH", changed, entry, _ORIENTATION, _SHORT, 1, 1, 0)
    except struct.error:
        return tiff
    return bytes(changed)


def _rebuilt(exif: Image.Exif, *, without: frozenset[int] | set[int]) -> bytes:
    rebuilt = Image.Exif()
    for tag, value in exif.items():
        if tag in _DESCRIPTIVE_TAGS and value == value:  # noqa: PLR0124 - a resolution of 0/0 equals nothing
            rebuilt[tag] = value
    for ifd in (_EXIF_IFD, _GPS_IFD):
        if tags := {tag: value for tag, value in exif.get_ifd(ifd).items() if tag not in without}:
            rebuilt[ifd] = tags
    return rebuilt.tobytes() if len(rebuilt) else b""
