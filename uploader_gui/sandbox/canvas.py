"""A small picture of at most 256 colours, drawn without any imaging library, and written as PNG or GIF.

`scenes.py` draws on it, `jpeg.py` reads it, `samples.py` asks for files.
"""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Colour = tuple[int, int, int]

_CLEAR: Final = 256
_END: Final = 257
_LAST_CODE: Final = 4095
_SINGLE: Final = {bytes((value,)): value for value in range(256)}


class Canvas:
    """Pixels as indices into a palette. Places and sizes are in pixels, colours red, green, blue from 0 to 255."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.pixels = bytearray(width * height)
        self.palette: list[Colour] = []

    def rect(self, x: int, y: int, size: tuple[int, int], colour: Colour) -> None:
        """Fill a rectangle; what lies outside is cut off."""
        ink = self._ink(colour)
        for row in range(y, y + size[1]):
            self._span(row, x, x + size[0], ink)

    def disc(self, x: int, y: int, radius: int, colour: Colour) -> None:
        """Fill a circle around a point."""
        ink = self._ink(colour)
        for dy in range(-radius, radius + 1):
            half = isqrt(radius * radius - dy * dy)
            self._span(y + dy, x - half, x + half + 1, ink)

    def polygon(self, points: Sequence[tuple[int, int]], colour: Colour) -> None:
        """Fill what a closed line encloses."""
        ink = self._ink(colour)
        for row in range(min(y for _, y in points), max(y for _, y in points)):
            crossings = sorted(_crossings(points, row))
            for left, right in zip(crossings[::2], crossings[1::2], strict=True):
                self._span(row, left, right, ink)

    def fade(self, top: Colour, bottom: Colour, *, band: int = 8) -> None:
        """Fill everything from one colour to another, in bands of so many rows."""
        last = max(1, (self.height - 1) // band)
        for step in range(last + 1):
            shade = [round(a + (b - a) * step / last) for a, b in zip(top, bottom, strict=True)]
            self.rect(0, step * band, (self.width, band), (shade[0], shade[1], shade[2]))

    def table(self, value: Callable[[Colour], int]) -> bytes:
        """Give what `bytes.translate` needs to turn pixels into one value of their colours."""
        return bytes(map(value, self.palette)).ljust(256, b"\0")

    def rgb(self) -> bytes:
        """Give three bytes per pixel."""
        whole = bytearray(3 * len(self.pixels))
        whole[0::3] = self.pixels.translate(self.table(lambda colour: colour[0]))
        whole[1::3] = self.pixels.translate(self.table(lambda colour: colour[1]))
        whole[2::3] = self.pixels.translate(self.table(lambda colour: colour[2]))
        return bytes(whole)

    def _ink(self, colour: Colour) -> bytes:
        if colour not in self.palette:
            self.palette.append(colour)
        return bytes([self.palette.index(colour)])

    def _span(self, row: int, left: int, right: int, ink: bytes) -> None:
        left, right = max(0, left), min(self.width, right)
        if 0 <= row < self.height and left < right:
            start = row * self.width
            self.pixels[start + left : start + right] = ink * (right - left)


def png(canvas: Canvas, *, grain: bytes = b"", level: int = 6) -> bytes:
    """Write a PNG (RFC 2083) in true colour.

    Args:
        canvas: the picture.
        grain: as many random bytes as the picture has (3 per pixel) make it look, and weigh, like a photo.
        level: of compression, 0 to 9.
    """
    pixels = canvas.rgb()
    if grain:
        # Only the two lowest bits: hardly seen, hardly compressed. As one number, because that is fast.
        mask = int.from_bytes(grain) & int.from_bytes(b"\x03" * len(pixels))
        pixels = (int.from_bytes(pixels) ^ mask).to_bytes(len(pixels))
    stride = 3 * canvas.width
    rows = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, len(pixels), stride))
    header = struct.pack(">IIBBBBB", canvas.width, canvas.height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in parts)


def gif(canvas: Canvas) -> bytes:
    """Write a GIF89a of one frame."""
    table = b"".join(map(bytes, canvas.palette)).ljust(768, b"\0")
    size = struct.pack("<HH", canvas.width, canvas.height)
    codes = _lzw(canvas.pixels)
    blocks = b"".join(
        bytes([len(block)]) + block for start in range(0, len(codes), 255) if (block := codes[start : start + 255])
    )
    return b"GIF89a" + size + b"\xf7\0\0" + table + b",\0\0\0\0" + size + b"\0\x08" + blocks + b"\0;"


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _crossings(points: Sequence[tuple[int, int]], row: int) -> Iterator[int]:
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]]):
        if min(y1, y2) <= row < max(y1, y2):
            yield x1 + (x2 - x1) * (row - y1) // (y2 - y1)


def _lzw(pixels: bytes | bytearray) -> bytes:
    """Compress 8-bit pixels as GIF does (GIF89a, appendix F): codes of 9 to 12 bits, the lowest bit first."""
    codes = [f"{code:0{width}b}" for code, width in _lzw_codes(pixels)]
    bits = "".join(reversed(codes))
    return int(bits, 2).to_bytes((len(bits) + 7) // 8, "little")


def _lzw_codes(pixels: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Give each code with its width in bits; the table starts afresh when it is full."""
    yield _CLEAR, 9
    table, width, word = dict(_SINGLE), 9, b""
    for value in pixels:
        longer = word + bytes((value,))
        if longer in table:
            word = longer
            continue
        yield table[word], width
        code = len(table) + 2
        table[longer] = code
        # The reader's table is one entry behind: it widens when the first code of that width was entered here.
        width += code == 1 << width
        if code == _LAST_CODE:
            yield _CLEAR, width
            table, width = dict(_SINGLE), 9
        word = longer[-1:]
    yield table[word], width
    yield _END, width
