"""A baseline JPEG encoder (ITU-T T.81) for drawn pictures, on the standard library. Called by `samples.py`.

Drawings repeat themselves, so each distinct block of 8 by 8 is transformed once; a photo would take seconds.
"""

from __future__ import annotations

import math
import struct
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.sandbox.canvas import Canvas, Colour

_SIDE: Final = 8
_BASIS: Final = [
    [(math.sqrt(0.5) if u == 0 else 1.0) / 2 * math.cos((2 * x + 1) * u * math.pi / 16) for x in range(_SIDE)]
    for u in range(_SIDE)
]
"""The cosine transform as an orthonormal matrix (T.81, A.3.3)."""

_ZIGZAG: Final = sorted(
    ((u, v) for u in range(_SIDE) for v in range(_SIDE)),
    key=lambda at: (at[0] + at[1], at[0] if (at[0] + at[1]) % 2 else at[1]),
)
"""Row and column of each coefficient in the order they are written (T.81, figure A.6)."""

_STEPS: Final = [2 + u + v for u, v in _ZIGZAG]
"""The quantisation table: fine, and coarser for fine detail."""

_END_OF_BLOCK: Final = 0x00
_SIXTEEN_ZEROS: Final = 0xF0
_DC_SYMBOLS: Final = list(range(12))
_AC_SYMBOLS: Final = [
    _END_OF_BLOCK,
    _SIXTEEN_ZEROS,
    *(run << 4 | size for run in range(16) for size in range(1, 11)),
]
_DC_BITS: Final = 4
_AC_BITS: Final = 8
_AC_CODES: Final = {symbol: f"{code:0{_AC_BITS}b}" for code, symbol in enumerate(_AC_SYMBOLS)}
"""Codes of one length are a Huffman table too: some more bytes, and no tables to copy."""

_MAX_SEGMENT: Final = 65_533


def jpeg(canvas: Canvas, *, maker_note: bytes = b"") -> bytes:
    """Write a JPEG with a JFIF header.

    Args:
        canvas: the picture; both sides a multiple of 8 pixels.
        maker_note: what a camera would add for itself, in application segments; viewers pass over it.
    """
    notes = (maker_note[at : at + _MAX_SEGMENT] for at in range(0, len(maker_note), _MAX_SEGMENT))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            *(_segment(0xED, note) for note in notes),
            _segment(0xDB, bytes((0, *_STEPS))),
            _segment(0xC0, struct.pack(">BHHB", 8, canvas.height, canvas.width, 3) + _components(b"\x11\0")),
            _segment(0xC4, _huffman_table(0x00, _DC_BITS, _DC_SYMBOLS)),
            _segment(0xC4, _huffman_table(0x10, _AC_BITS, _AC_SYMBOLS)),
            _segment(0xDA, b"\x03" + _components(b"\0") + b"\0\x3f\0"),
            _scan(canvas),
            b"\xff\xd9",
        ),
    )


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _components(each: bytes) -> bytes:
    return b"".join(bytes((number,)) + each for number in (1, 2, 3))


def _huffman_table(which: int, bits: int, symbols: list[int]) -> bytes:
    counts = [len(symbols) if length == bits else 0 for length in range(1, 17)]
    return bytes((which, *counts, *symbols))


def _scan(canvas: Canvas) -> bytes:
    """Write all blocks, each as brightness and two colours, each DC as the difference to the one before."""
    tables = [canvas.table(part) for part in (_brightness, _blueness, _redness)]
    blocks = list(_blocks(canvas))
    encoded = {block: [_encode(block.translate(table)) for table in tables] for block in set(blocks)}
    words, before = [], [0, 0, 0]
    for block in blocks:
        for component, (dc, rest) in enumerate(encoded[block]):
            words += [_dc_word(dc - before[component]), rest]
            before[component] = dc
    bits = "".join(words)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")


def _brightness(colour: Colour) -> int:
    red, green, blue = colour
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def _blueness(colour: Colour) -> int:
    red, green, blue = colour
    return min(255, round(128 - 0.168736 * red - 0.331264 * green + 0.5 * blue))


def _redness(colour: Colour) -> int:
    red, green, blue = colour
    return min(255, round(128 + 0.5 * red - 0.418688 * green - 0.081312 * blue))


def _blocks(canvas: Canvas) -> Iterator[bytes]:
    """Give the picture's squares, still in palette indices: most of a drawing's are alike."""
    pixels, width = bytes(canvas.pixels), canvas.width
    for top in range(0, len(pixels), _SIDE * width):
        for left in range(top, top + width, _SIDE):
            yield b"".join([pixels[at : at + _SIDE] for at in range(left, left + _SIDE * width, width)])


def _encode(block: bytes) -> tuple[int, str]:
    """Give a block's DC value, and its other coefficients as bits."""
    if block.count(block[0]) == len(block):
        return round((block[0] - 128) * _SIDE / _STEPS[0]), _AC_CODES[_END_OF_BLOCK]
    values = _transform(block)
    return values[0], "".join(_ac_words(values[1:]))


def _transform(block: bytes) -> list[int]:
    samples = [value - 128 for value in block]
    rows = [samples[at : at + _SIDE] for at in range(0, len(samples), _SIDE)]
    half = [[sum(map(mul, basis, row)) for row in rows] for basis in _BASIS]
    full = [[sum(map(mul, basis, column)) for column in half] for basis in _BASIS]
    return [round(full[u][v] / step) for (u, v), step in zip(_ZIGZAG, _STEPS, strict=True)]


def _ac_words(values: list[int]) -> Iterator[str]:
    run = 0
    for value in values:
        if value == 0:
            run += 1
            continue
        yield _AC_CODES[_SIXTEEN_ZEROS] * (run // 16)
        yield _AC_CODES[run % 16 << 4 | abs(value).bit_length()] + _magnitude(value)
        run = 0
    if run:
        yield _AC_CODES[_END_OF_BLOCK]


def _dc_word(difference: int) -> str:
    if difference == 0:
        return "0" * _DC_BITS
    return f"{abs(difference).bit_length():0{_DC_BITS}b}" + _magnitude(difference)


def _magnitude(value: int) -> str:
    """A number's own bits; a negative one less one, so that the first bit tells the sign (T.81, F.1.2.1)."""
    size = abs(value).bit_length()
    return f"{value if value > 0 else value + (1 << size) - 1:0{size}b}" if size else ""
