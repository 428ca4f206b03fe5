"""What a picture tells of itself, as far as it can be read: the rest is left out of the JPEG, and that is said.

Called by `jpeg.py`. Metadata that are damaged say nothing of the pixels: the picture itself is not broken.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from uploader_gui.engine.pictures import jpeg_exif

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

_MAX_XMP: Final = 65_502
"""One marker's room (XMP specification, part 3, "JPEG")."""


def readable(picture: Image.Image, facts: Mapping[Any, Any]) -> tuple[dict[str, Any], bool]:
    """Return what Pillow is to write into the JPEG, and whether something of it could not be read.

    `picture` is upright already, `facts` is what its file told.
    """
    exif, exif_is_damaged = _exif(picture, facts.get("exif"))
    xmp, xmp_is_damaged = _xmp(facts.get("xmp") or b"")
    dpi, dpi_is_damaged = _dpi(facts.get("dpi"))
    told = {"exif": exif, "xmp": xmp, "dpi": dpi}
    return {name: value for name, value in told.items() if value}, exif_is_damaged or xmp_is_damaged or dpi_is_damaged


def _exif(picture: Image.Image, block: bytes | None) -> tuple[bytes, bool]:
    if block and not jpeg_exif.is_readable(block):
        return b"", True
    try:
        return jpeg_exif.for_jpeg(picture, block), False
    except Exception:  # noqa: BLE001 - Pillow raises anything on damaged tags
        return b"", True


def _xmp(xmp: bytes | str) -> tuple[bytes, bool]:
    upright = jpeg_exif.without_turn(xmp)
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
        sound = all(math.isfinite(side) and 0 < side < 1 << 16 for side in dpi)
    except (TypeError, ZeroDivisionError):
        sound = False
    return (dpi, False) if sound else (None, True)
