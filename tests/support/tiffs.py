"""TIFFs of one page, put together by hand from tags and bytes (TIFF 6.0): kinds that Pillow does not write."""

import struct
from typing import Final

_SHORT, _LONG = 3, 4
_STRIP_OFFSETS: Final = 273
_STRIP_BYTE_COUNTS: Final = 279
WIDTH: Final = 64
HEIGHT: Final = 48
Tags = dict[int, int | tuple[int, ...]]


def tiff(strips: list[bytes], tags: Tags, order: str = "<") -> bytes:
    """Return a TIFF of 64 by 48 pixels with these strips, each as long as it is."""
    plain: Tags = {254: 0, 256: WIDTH, 257: HEIGHT, 259: 1, 277: 1, 278: HEIGHT}
    whole: Tags = plain | tags
    made = bytearray((b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 0))
    offsets = []
    for strip in strips:
        offsets.append(len(made))
        made += strip + b"\0" * (len(strip) % 2)
    whole |= {_STRIP_OFFSETS: tuple(offsets), _STRIP_BYTE_COUNTS: tuple(map(len, strips))}
    entries = [_entry(made, tag, value, order) for tag, value in sorted(whole.items())]
    struct.pack_into(f"{order}I", made, 4, len(made))
    return bytes(made) + struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)


def _entry(made: bytearray, tag: int, value: int | tuple[int, ...], order: str) -> bytes:
    numbers = value if isinstance(value, tuple) else (value,)
    kind, letter = (_LONG, "I") if tag in {_STRIP_OFFSETS, _STRIP_BYTE_COUNTS} else (_SHORT, "H")
    packed = struct.pack(f"{order}{len(numbers)}{letter}", *numbers)
    if len(packed) > 4:
        at = len(made)
        made += packed
        packed = struct.pack(f"{order}I", at)
    return struct.pack(f"{order}HHI", tag, kind, len(numbers)) + packed.ljust(4, b"\0")
