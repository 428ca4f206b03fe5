"""The EXIF block of a JPEG made from another picture: date, place, camera; turned upright, for the picture is.

Called by `jpeg.py`. A block that is there is kept byte for byte but for its orientation: makers' notes hold
offsets into it.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 65_533
"""What one APP1 segment holds (EXIF 2.32, 4.5.4)."""
_HEAD: Final = b"Exif\0\0"
_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_EXIF_IFD: Final = 0x8769
_GPS_IFD: Final = 0x8825
_MAKERS_NOTE: Final = 0x927C
_USERS_COMMENT: Final = 0x9286
_TELLING: Final = frozenset(
    # description, maker, model, resolution, software, date, artist, host, rating, copyright; the time is in the IFDs
    {0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x8298}
)
"""Of a TIFF's tags those that tell something; the others say how its pixels are stored."""
_XMP_TURN: Final = re.compile(rb'tiff:Orientation(="|>)[1-8]')


def for_jpeg(picture: Image.Image, block: bytes | None) -> bytes:
    """Give the block to write for a picture already upright, empty where there is nothing to tell.

    `block` is the one of the file it was read from, None where its format has none (TIFF: its own tags).
    """
    if block and len(kept := _HEAD + _upright(block.removeprefix(_HEAD))) <= MAX_BYTES:
        return kept
    whole = _rebuilt(picture.getexif(), without=frozenset())
    return whole if len(whole) <= MAX_BYTES else _rebuilt(picture.getexif(), without={_MAKERS_NOTE, _USERS_COMMENT})


def is_readable(block: bytes) -> bool:
    """Return whether a block is one, with its directory and those of EXIF and place inside it (TIFF 6.0, section 2)."""
    tiff = block.removeprefix(_HEAD)
    order = _ORDERS.get(tiff[:4])
    try:
        return order is not None and _fits(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    except struct.error:
        return False


def _fits(tiff: bytes, order: str, at: int) -> bool:
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    entries = [struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * number) for number in range(count)]
    return all(_fits(tiff, order, value) for tag, _, _, value in entries if tag in {_EXIF_IFD, _GPS_IFD} and value > at)


def without_turn(xmp: bytes | str) -> bytes:
    """Give XMP that says the picture is upright."""
    text = xmp.encode() if isinstance(xmp, str) else xmp
    return _XMP_TURN.sub(rb"tiff:Orientation\g<1>1", text)


def _upright(tiff: bytes) -> bytes:
    """Set Orientation to 1 in the first directory (TIFF 6.0, section 2), where it is."""
    order = _ORDERS.get(tiff[:4])
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


def _rebuilt(told: Image.Exif, *, without: frozenset[int] | set[int]) -> bytes:
    made = Image.Exif()
    for tag, value in told.items():
        if tag in _TELLING and value == value:  # noqa: PLR0124 - a resolution of 0/0 equals nothing
            made[tag] = value
    for tag in (_EXIF_IFD, _GPS_IFD):
        if inner := _kept(told.get_ifd(tag), without):
            made[tag] = inner
    return made.tobytes() if len(made) else b""


def _kept(tags: Mapping[int, object], without: frozenset[int] | set[int]) -> dict[int, object]:
    return {tag: value for tag, value in tags.items() if tag not in without}
