"""Reads and writes EXIF and TIFF directories value by value, as the bytes they are: no text is decoded, no date judged.

Pillow turns what is not ASCII into question marks, and gives up whole directories for one damaged entry. In the
decoder's process. TIFF 6.0, section 2; EXIF 2.32; every number in a file comes from a stranger.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final, Literal

HEADER: Final = b"Exif\0\0"
MAX_BYTES: Final = 65_533
"""What one APP1 segment holds (EXIF 2.32, 4.5.4)."""
ORIENTATION: Final = 0x0112
EXIF_IFD, GPS_IFD, INTEROP_IFD, MAKERS_NOTE, USERS_COMMENT = 0x8769, 0x8825, 0xA005, 0x927C, 0x9286
XMP, IPTC, PHOTOSHOP = 0x02BC, 0x83BB, 0x8649
_SHORT: Final = 3
_LONG: Final = 4
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value of each type; the last three are BigTIFF's."""
_CLASSIC_TYPES: Final = 13
_WHOLE_NUMBERS: Final = frozenset({1, 3, 4, 6, 8, 9, 13, 16, 17, 18})
_SIGNED: Final = frozenset({6, 8, 9, 17})
_MAX_ENTRIES: Final = 2000
_DESCRIPTIVE: Final = frozenset(
    {
        *(0x010D, 0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x4749),
        *(0x8298, *range(0x9C9B, 0x9CA0)),
    }
)
"""The tags of a TIFF to keep: document, description, maker, model, resolution, software, date, artist, host, rating,
copyright, Explorer's title, comment, author, keywords, subject. The others say how its pixels are stored."""
_RESOLUTIONS: Final = frozenset({0x011A, 0x011B})
_OF_EXIF: Final = frozenset(
    {
        *(0x829A, 0x829D, 0x8822, 0x8824, 0xA500),
        *(*range(0x8827, 0x8836), *range(0x9000, 0x9300), *range(0x9400, 0x9500), *range(0xA000, 0xA470)),
    }
)
"""Tags that belong into the EXIF directory; some programs write them into a TIFF's first one. What lies between is of
other programs: 0x935C holds Photoshop's layers."""


@dataclass(frozen=True, slots=True)
class Value:
    """The values of one tag: their type, how many, and their bytes in the file's order."""

    kind: int
    count: int
    data: bytes


@dataclass(slots=True)
class Directories:
    """What a TIFF or an EXIF block tells: the first directory's values by tag, those of EXIF, place, interoperability.

    `is_damaged`: some values lie beyond the end, or are of no known type; they are not among these.
    """

    order: str
    first: dict[int, Value] = field(default_factory=dict)
    exif: dict[int, Value] = field(default_factory=dict)
    gps: dict[int, Value] = field(default_factory=dict)
    interop: dict[int, Value] = field(default_factory=dict)
    is_damaged: bool = False

    def number(self, value: Value | None) -> int | None:
        """Return a value if it is a whole number, of any size, else None."""
        if value is None or value.kind not in _WHOLE_NUMBERS or not value.count:
            return None
        data = value.data[: _SIZES[value.kind]]
        return int.from_bytes(data, self._byte_order, signed=value.kind in _SIGNED)

    def numbers(self, value: Value) -> list[int]:
        """Return all values of a tag that holds whole numbers without a sign."""
        size = _SIZES[value.kind]
        return [int.from_bytes(value.data[at : at + size], self._byte_order) for at in range(0, len(value.data), size)]

    @property
    def _byte_order(self) -> Literal["little", "big"]:
        return "little" if self.order == "<" else "big"


def read(tiff: bytes) -> Directories | None:
    """Return what a TIFF or the block after `HEADER` tells, None where it is neither."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (version,) = struct.unpack_from(f"{order}H", tiff, 2)
        is_big = version == 43  # noqa: PLR2004 - BigTIFF's
        (at,) = struct.unpack_from(f"{order}{'Q' if is_big else 'I'}", tiff, 8 if is_big else 4)
    except struct.error:
        return None
    found = Directories(order)
    reader = _Reader(tiff, found, is_big=is_big)
    found.first = reader.directory(at)
    found.exif = reader.inner(found.first, EXIF_IFD)
    found.gps = reader.inner(found.first, GPS_IFD)
    found.interop = reader.inner(found.exif, INTEROP_IFD)
    return found


class _Reader:
    """Reads directories of one file; what is damaged is noted and left out."""

    def __init__(self, tiff: bytes, found: Directories, *, is_big: bool) -> None:
        self._tiff = tiff
        self._found = found
        self._count = "Q" if is_big else "H"
        self._entry = struct.Struct(f"{found.order}HHQ8s" if is_big else f"{found.order}HHI4s")
        self._offset = "Q" if is_big else "I"
        self._seen = set[int]()

    def directory(self, at: int) -> dict[int, Value]:
        """Return the values of the directory at that offset by their tag."""
        values: dict[int, Value] = {}
        try:
            (count,) = struct.unpack_from(f"{self._found.order}{self._count}", self._tiff, at)
        except (struct.error, OverflowError):
            count = None
        if count is None or at in self._seen or not at:
            self._found.is_damaged = True
            return values
        self._seen.add(at)
        start = at + struct.calcsize(f"={self._count}")
        for number in range(min(count, _MAX_ENTRIES)):
            self._read_entry(start + number * self._entry.size, values)
        return values

    def inner(self, values: dict[int, Value], tag: int) -> dict[int, Value]:
        """Return the directory to which one of these values points, which is taken out of them."""
        pointer = values.pop(tag, None)
        return {} if pointer is None else self.directory(self._found.number(pointer) or 0)

    def _read_entry(self, at: int, values: dict[int, Value]) -> None:
        try:
            tag, kind, count, inline = self._entry.unpack_from(self._tiff, at)
            data = self._data(_SIZES[kind] * count, inline)
        except (struct.error, KeyError, OverflowError):
            self._found.is_damaged = True
            return
        if data is None:
            self._found.is_damaged = True
            return
        values.setdefault(tag, Value(kind, count, data))

    def _data(self, size: int, inline: bytes) -> bytes | None:
        """Return a value's bytes, None where they lie outside the file."""
        if size <= len(inline):
            return inline[:size]
        (at,) = struct.unpack(f"{self._found.order}{self._offset}", inline)
        return self._tiff[at : at + size] if at + size <= len(self._tiff) else None


def of_tiff(found: Directories) -> Directories:
    """Return what a JPEG's EXIF block is to have of a TIFF's own tags: all but how its pixels are stored."""
    own = {tag: value for tag, value in found.first.items() if tag in _DESCRIPTIVE and not _is_no_number(tag, value)}
    moved = {tag: value for tag, value in found.first.items() if tag in _OF_EXIF}
    return Directories(found.order, own, moved | found.exif, found.gps, found.interop, found.is_damaged)


def _is_no_number(tag: int, value: Value) -> bool:
    """Return whether a resolution is divided by zero."""
    return tag in _RESOLUTIONS and not any(value.data[4:8])


def written(found: Directories) -> tuple[bytes, bool]:
    """Return the EXIF block, empty where there is nothing to tell, and whether something had to be left out.

    Makers' notes do not count: their offsets are wrong in another file.
    """
    holders = [dict(values) for values in (found.first, found.exif, found.gps, found.interop)]
    first, exif, gps, interop = holders
    kept = Directories(found.order, first, exif, gps, interop)
    if not (kept.first or kept.exif or kept.gps):
        return b"", False
    left_out = False
    while len(block := HEADER + _assembled(kept)) > MAX_BYTES:
        if MAKERS_NOTE in exif:
            del exif[MAKERS_NOTE]
            continue
        _, tag, at = max((len(one.data), tag, at) for at, values in enumerate(holders) for tag, one in values.items())
        del holders[at][tag]
        left_out = left_out or tag != USERS_COMMENT
    return block, left_out


def _assembled(found: Directories) -> bytes:
    """Return a classic TIFF of these directories, without pixels."""
    order = found.order
    first = found.first | {ORIENTATION: Value(_SHORT, 1, struct.pack(f"{order}H", 1))} if found.first else {}
    made = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8))
    pointers = {EXIF_IFD: bool(found.exif or found.interop), GPS_IFD: bool(found.gps)}
    room = dict.fromkeys((tag for tag, there in pointers.items() if there), Value(_LONG, 1, bytes(4)))
    places = append(made, first | room, order)
    if pointers[EXIF_IFD]:
        inner = {INTEROP_IFD: Value(_LONG, 1, bytes(4))} if found.interop else {}
        struct.pack_into(f"{order}I", made, places[EXIF_IFD], len(made))
        exif_places = append(made, found.exif | inner, order)
        if found.interop:
            struct.pack_into(f"{order}I", made, exif_places[INTEROP_IFD], len(made))
            append(made, found.interop, order)
    if pointers[GPS_IFD]:
        struct.pack_into(f"{order}I", made, places[GPS_IFD], len(made))
        append(made, found.gps, order)
    return bytes(made)


def append(made: bytearray, values: dict[int, Value], order: str) -> dict[int, int]:
    """Append a directory and its values, at an even offset; return where the value or offset of each tag stands."""
    known = {tag: value for tag, value in sorted(values.items()) if value.kind <= _CLASSIC_TYPES}
    at, places = len(made), dict[int, int]()
    made += struct.pack(f"{order}H", len(known)) + bytes(12 * len(known) + 4)
    for number, (tag, value) in enumerate(known.items()):
        entry = at + 2 + 12 * number
        places[tag] = entry + 8
        content = value.data.ljust(4, b"\0")
        if len(value.data) > 4:  # noqa: PLR2004 - what fits into the entry itself
            content = struct.pack(f"{order}I", len(made))
            made += value.data + bytes(len(value.data) % 2)
        struct.pack_into(f"{order}HHI4s", made, entry, tag, value.kind, value.count, content)
    return places


def upright(tiff: bytes) -> bytes:
    """Return a block with Orientation 1 in its first directory, whatever type it is stored as."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return tiff
    changed = bytearray(tiff)
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            if struct.unpack_from(f"{order}H", tiff, entry) == (ORIENTATION,):
                struct.pack_into(f"{order}HHIHH", changed, entry, ORIENTATION, _SHORT, 1, 1, 0)
    except struct.error:
        return tiff
    return bytes(changed)
