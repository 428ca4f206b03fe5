"""What Pillow leaves out of BMPs: colours that lie in unusual bits of a pixel, and colour profiles.

In the decoder's process. Format: Microsoft's BITMAPINFOHEADER, BITMAPV4HEADER, BITMAPV5HEADER. Every number in a file
comes from a stranger.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageMath

from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures import colours
from uploader_gui.engine.pictures.messages import MAX_PIXELS, MISSING, TOO_LARGE
from uploader_gui.engine.pictures.tiff_check import UNUSUAL

_FILE_HEADER: Final = 14
_COLORS_USED: Final = _FILE_HEADER + 32
_INFO, _OS2, _V4, _V5 = 40, 64, 108, 124
"""Sizes of the header's versions."""
_PLAIN: Final = frozenset({0, 1, 2})
"""Compressions that Pillow knows: none, run lengths of 8 and of 4 bits."""
_BY_MASKS: Final = frozenset({3, 6})
_PILLOWS: Final = frozenset(
    {
        (32, (0xFF0000, 0xFF00, 0xFF)),
        (16, (0xF800, 0x7E0, 0x1F)),
        (16, (0x7C00, 0x3E0, 0x1F)),
    }
)
"""Bits of a pixel, and masks for red, green and blue, that Pillow decodes itself."""
_SLICE_PIXELS: Final = 4_000_000
"""Pixels taken apart at a time: each needs 4 bytes for several numbers."""
_EMBEDDED: Final = b"DEBM"
_CALIBRATED: Final = bytes(4)
_FIXED_16: Final = 65_536
_FIXED_30: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class _Header:
    """What a BMP says of itself; masks for red, green, blue, opacity, 0 where there is none."""

    size: int
    width: int
    height: int
    bits: int
    compression: int
    pixels_at: int
    masks: tuple[int, ...]
    resolution: tuple[int, int]
    top_first: bool


def is_bmp(content: bytes) -> bool:
    """Return whether a file begins as BMPs do."""
    return content.startswith(b"BM")


def by_masks(content: bytes) -> Image.Image | None:
    """Return the picture where its colours lie in bits that Pillow does not know, None where Pillow can decode it.

    Raises:
        CannotConvert: it is compressed in a way for printers only, or too large.
        BrokenPicture: a part is missing.
    """
    header = _header(content)
    if header is None or header.compression in _PLAIN:
        return None if header is None else _without_padding(content, header)
    known = header.compression in _BY_MASKS and header.size != _OS2 and header.bits in {16, 32}
    if not (known and all(header.masks[:3]) and all(map(_is_run, header.masks))):
        raise CannotConvert(UNUSUAL)
    if header.width * header.height > MAX_PIXELS:
        raise CannotConvert(TOO_LARGE)
    if (header.bits, header.masks[:3]) in _PILLOWS and not header.masks[3]:
        return None
    return _taken_apart(content, header)


def is_cut(content: bytes) -> bool:
    """Return whether pixels lie beyond the file's end."""
    header = _header(content)
    (size,) = struct.unpack_from("<I", content, _FILE_HEADER + 20)
    return header is not None and header.pixels_at + int(size) > len(content)


def without_surplus_colours(content: bytes) -> bytes:
    """Return a BMP whose palette has no more colours than its pixels can name: Pillow does not know others."""
    header = _header(content)
    if header is None or header.bits > 8:  # noqa: PLR2004 - of larger numbers of bits, none has a palette
        return content
    (colors,) = struct.unpack_from("<I", content, _COLORS_USED)
    most = 1 << header.bits
    return content if colors <= most else content[:_COLORS_USED] + struct.pack("<I", most) + content[_COLORS_USED + 4 :]


def profile(content: bytes) -> bytes | None:
    """Return the ICC profile embedded in a BMP, or one made of the colours its header tells, None without either."""
    header = _header(content)
    if header is None or header.size < _V4:
        return None
    kind = content[_FILE_HEADER + 56 : _FILE_HEADER + 60]
    if kind == _EMBEDDED and header.size >= _V5:
        at, size = struct.unpack_from("<II", content, _FILE_HEADER + 112)
        return content[_FILE_HEADER + at : _FILE_HEADER + at + size] or None
    return _calibrated(content) if kind == _CALIBRATED else None


def _header(content: bytes) -> _Header | None:
    """Return the header if it can hold masks or a profile, else None."""
    try:
        (pixels_at,) = struct.unpack_from("<I", content, 10)
        size, width, height, _, bits, compression = struct.unpack_from("<IiiHHI", content, _FILE_HEADER)
        if size < _INFO or width <= 0 or height == 0:
            return None
        resolution = struct.unpack_from("<ii", content, _FILE_HEADER + 24)
        with_opacity = compression == 6 or size >= 56  # noqa: PLR2004 - what the versions hold
        masks = struct.unpack_from("<4I" if with_opacity else "<3I", content, _FILE_HEADER + _INFO)
    except struct.error:
        return None
    masks = (*masks, 0)[:4]
    return _Header(size, width, abs(height), bits, compression, pixels_at, masks, resolution, height < 0)


def _without_padding(content: bytes, header: _Header) -> Image.Image | None:
    """Return a picture whose lines are not filled up to four bytes, as some programs wrongly write it, else None."""
    size, line = (header.width, header.height), header.width * 3
    (told,) = struct.unpack_from("<I", content, _FILE_HEADER + 20)
    data = content[header.pixels_at :]
    if header.bits != 24 or line % 4 == 0 or not told == len(data) == line * header.height:  # noqa: PLR2004 - as below
        return None
    return Image.frombytes("RGB", size, data, "raw", "BGR", line, 1 if header.top_first else -1)


def _taken_apart(content: bytes, header: _Header) -> Image.Image:
    line = (header.width * header.bits // 8 + 3) // 4 * 4
    if header.pixels_at + line * header.height > len(content):
        raise BrokenPicture(MISSING)
    masks = [mask for mask in header.masks if mask]
    made = Image.new("RGBA" if len(masks) > len("RGB") else "RGB", (header.width, header.height))
    lines = max(1, _SLICE_PIXELS // header.width)
    for top in range(0, header.height, lines):
        count = min(lines, header.height - top)
        first = top if header.top_first else header.height - top - count
        start = header.pixels_at + first * line
        made.paste(_slice(content[start : start + count * line], header, count, line), (0, top))
    if made.mode == "RGBA" and made.getchannel("A").getextrema() == (0, 0):  # opacity that was never filled in
        made = made.convert("RGB")
    x, y = (value * 0.0254 for value in header.resolution)
    made.info["dpi"] = (x, y)
    return made


def _slice(data: bytes, header: _Header, count: int, line: int) -> Image.Image:
    mode, raw = ("I;16", "I;16") if header.bits == 16 else ("I", "I;32S")  # noqa: PLR2004 - bits of a pixel
    order = 1 if header.top_first else -1
    numbers = Image.frombytes(mode, (header.width, count), data, "raw", raw, line, order).convert("I")
    bands = [_band(numbers, mask) for mask in header.masks if mask]
    return Image.merge("RGBA" if len(bands) > len("RGB") else "RGB", bands)


def _band(numbers: Image.Image, mask: int) -> Image.Image:
    """Return the color in some bits of each pixel, the highest eight of them stretched to the whole of 0 to 255."""
    lowest = (mask & -mask).bit_length() - 1
    width = min((mask >> lowest).bit_length(), 8)
    shift, most = mask.bit_length() - width, (1 << width) - 1

    def taken(given: dict[str, Any]) -> Any:
        return (given["numbers"] >> shift) & most

    band: Image.Image = ImageMath.lambda_eval(taken, numbers=numbers).convert("L")
    return band.point([min(value, most) * 255 // most for value in range(256)])


def _is_run(mask: int) -> bool:
    """Return whether a mask is one run of bits, or empty."""
    return mask == 0 or ((mask + (mask & -mask)) & mask) == 0


def _calibrated(content: bytes) -> bytes | None:
    ends = struct.unpack_from("<9i", content, _FILE_HEADER + 60)
    gammas = struct.unpack_from("<3I", content, _FILE_HEADER + 96)
    xyz = [[value / _FIXED_30 for value in ends[at : at + 3]] for at in (0, 3, 6)]
    white = [sum(column) for column in zip(*xyz, strict=True)]
    if not all(gammas) or min(map(sum, xyz)) <= 0 or white[1] <= 0:
        return None
    points = [(x / (x + y + z), y / (x + y + z)) for x, y, z in (*xyz, white)]
    if not colours.is_sane(points):
        return None
    return colours.matrix_profile(points, *(colours.gamma_curve(gamma / _FIXED_16) for gamma in gammas))
