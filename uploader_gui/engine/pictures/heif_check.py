"""Whether the pixels of a HEIC are whole, as far as its container and its decoders can tell. In the decoder's process.

libheif alone passes pictures of which a part is missing, and leaves that part green. So the boxes that say where the
primary picture's pixels lie are read here (items, extents, properties, references: ISO/IEC 14496-12, 23008-12), and
libraries are called strictly (`heif_library.py`). Every number in a file comes from a stranger.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.pictures.messages import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.engine.pictures.heif_library import HeifLibrary

DAMAGED: Final = "its inner structure is damaged"
LENGTHS: Final = "the lengths inside it do not add up"
_HEVC: Final = frozenset({b"hvc1", b"hev1"})
_OTHER_CODINGS: Final = frozenset({b"av01", b"avc1", b"evc1", b"j2k1", b"jpeg", b"vvc1", b"unci"})
_DERIVED: Final = frozenset({b"grid", b"iovl", b"iden"})
_ALPHA_TYPES: Final = (b"urn:mpeg:hevc:2015:auxid:1\0", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
_METADATA: Final = frozenset({b"Exif", b"mime", b"uri "})
_UNKNOWN_TYPE: Final = b"lost"
_HVCC_HEADER: Final = 23
"""Bytes before its lists of parameter sets (ISO/IEC 14496-15, 8.3.3.1.2)."""
_NEVER_IN_A_UNIT: Final = (b"\0\0\0", b"\0\0\1", b"\0\0\2")
"""An encoder breaks these up with a 3 (ITU-T H.265, 7.4.2.1): a block of zeros is a part that was not copied."""
_UNIT_HEADER: Final = 2
"""Bytes of a NAL unit's header (ITU-T H.265, 7.3.1.2)."""
_MAX_ENTRIES: Final = 100_000
"""Items or extents that one file may have."""
_IN_FILE: Final = 0
_IN_IDAT: Final = 1
"""Construction methods: offsets of extents count from the beginning of the file, or of the box "idat"."""


class BoxError(Exception):
    """The boxes contradict each other or lead out of the file; the text says how."""


def check(data: bytes, library: HeifLibrary) -> None:
    """Check everything the primary picture is made of.

    Raises:
        BoxError, DecodingError: it is damaged; the text says how.
        MemoryError: there is too little memory to decode it.
    """
    view = memoryview(data)
    for item in _visible_items(HeifItems(view), view):
        if item.located:
            _check_item(view, item, library)
    if library.is_strict:
        library.decode_strictly(data)


def has_other_coding(data: bytes) -> bool:
    """Return whether the picture is a sequence, or coded in a way that the decoders here do not know (AV1, JPEG)."""
    view = memoryview(data)
    try:
        kinds = {kind for kind, _ in _boxes(view, Span(0, len(view)), clipped=True)}
        if b"moov" in kinds and b"meta" not in kinds:  # a film of pictures (ISO/IEC 23008-12, 7)
            return True
        return any(item.kind in _OTHER_CODINGS for item in _visible_items(HeifItems(view), view))
    except BoxError:
        return False


def is_cut(data: bytes) -> bool:
    """Return whether the last box of the file claims to end beyond it."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        at += max(size, 8) if size else len(data) - at
    return at > len(data)


def without_lost_metadata(data: bytes) -> bytes:
    """Return the file without metadata that lie beyond its end; the same object where there are none.

    libheif would not open such a file. It ignores items of an unknown type, so these items get one.
    """
    try:
        items = HeifItems(memoryview(data)).items.values()
    except BoxError:
        return data
    lost = [item for item in items if item.kind in _METADATA and _is_cut(item, len(data))]
    if not lost:
        return data
    changed = bytearray(data)
    for item in lost:
        changed[item.kind_at : item.kind_at + 4] = _UNKNOWN_TYPE
    return bytes(changed)


def _is_cut(item: Item, size: int) -> bool:
    return item.located and any(extent.end > size for extent in item.extents)


def _visible_items(items: HeifItems, data: memoryview) -> Iterator[Item]:
    """Yield the primary item, the items it is made of, and their transparency."""
    transparency = _transparency(items, data)
    found, waiting = {items.primary}, [items.primary]
    while waiting:
        number = waiting.pop()
        item = items.items[number]
        yield item
        parts = item.references[b"dimg"] if item.kind in _DERIVED else []
        new = {*parts, *transparency[number]} - found
        found |= new
        waiting += new


def _transparency(items: HeifItems, data: memoryview) -> defaultdict[int, list[int]]:
    """Return, for each item with transparency, the numbers of the items that hold it."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, item in items.items.items():
        kind = item.property(b"auxC")
        if kind is not None and bytes(data[kind.start + 4 : kind.end]).startswith(_ALPHA_TYPES):
            for target in item.references[b"auxl"]:
                found[target].append(number)
    return found


def _check_item(data: memoryview, item: Item, library: HeifLibrary) -> None:
    if _is_cut(item, len(data)):
        raise BoxError(MISSING)
    if item.kind not in _HEVC:
        return
    configuration = item.property(b"hvcC")
    if configuration is None:
        raise BoxError(DAMAGED)
    parameters, size = _parameter_sets(data[configuration.start : configuration.end])
    content = b"".join(data[extent.start : extent.end] for extent in item.extents)
    units = [*parameters, *_units(memoryview(content), size)]
    if library.warns:
        library.decode_hevc(units)


def _parameter_sets(box: memoryview) -> tuple[list[bytes], int]:
    """Return the parameter sets of an hvcC, and the number of bytes in which a NAL unit's length is written."""
    if len(box) < _HVCC_HEADER:
        raise BoxError(DAMAGED)
    found, at = list[bytes](), _HVCC_HEADER
    for _ in range(box[_HVCC_HEADER - 1]):
        count = int.from_bytes(box[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            end = at + 2 + int.from_bytes(box[at : at + 2], "big")
            if end > len(box):
                raise BoxError(DAMAGED)
            found.append(bytes(box[at + 2 : end]))
            at = end
    return found, (box[_HVCC_HEADER - 2] & 3) + 1


def _units(content: memoryview, size: int) -> Iterator[bytes]:
    """Yield the NAL units of an item; their lengths must add up to its own."""
    at = 0
    while at < len(content):
        start = at + size
        end = start + int.from_bytes(content[at:start], "big")
        if end > len(content) or end < start + _UNIT_HEADER:
            raise BoxError(LENGTHS)
        unit = bytes(content[start:end])
        if any(zeros in unit.rstrip(b"\0") for zeros in _NEVER_IN_A_UNIT):
            raise BoxError(MISSING)
        yield unit
        at = end
    if not at:
        raise BoxError(MISSING)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of the file from `start` up to `end`, which may lie beyond the file's end."""

    start: int
    end: int


@dataclass(slots=True)
class Item:
    """One item: a picture, a tile, or metadata.

    `kind_at` is the offset of its type; `located` is False where its bytes are not in this file.
    """

    kind: bytes = b""
    kind_at: int = 0
    located: bool = False
    extents: list[Span] = field(default_factory=list)
    properties: list[tuple[bytes, Span]] = field(default_factory=list)
    references: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))

    def property(self, kind: bytes) -> Span | None:
        """Return the first property of a kind, or None."""
        return next((span for name, span in self.properties if name == kind), None)


class HeifItems:
    """The items of a HEIC by their number, and the number of the primary one."""

    def __init__(self, data: memoryview) -> None:
        """Read them.

        Raises:
            BoxError: there are none, or the boxes contradict each other.
        """
        self.items: dict[int, Item] = defaultdict(Item)
        self.primary = 0
        self._data = data
        meta = next((span for kind, span in _boxes(data, Span(0, len(data)), clipped=True) if kind == b"meta"), None)
        if meta is None:
            raise BoxError(DAMAGED)
        self._read(dict(_boxes(data, Span(meta.start + 4, meta.end))))

    def _read(self, parts: dict[bytes, Span]) -> None:
        reads = {b"pitm": self._read_pitm, b"iinf": self._read_iinf, b"iref": self._read_iref, b"iprp": self._read_iprp}
        for kind, read in reads.items():
            if kind in parts:
                read(_Reader(self._data, parts[kind]))
        if b"iloc" in parts:
            self._read_iloc(_Reader(self._data, parts[b"iloc"]), parts.get(b"idat", Span(0, 0)))

    def _read_pitm(self, box: _Reader) -> None:
        version = box.version()
        self.primary = box.number(4 if version else 2)

    def _read_iinf(self, box: _Reader) -> None:
        box.number(4 if box.version() else 2)
        for kind, span in _boxes(self._data, box.rest()):
            entry = _Reader(self._data, span)
            if kind == b"infe" and (version := entry.version()) >= 2:  # noqa: PLR2004 - older entries name no type
                number = entry.number(2 if version == 2 else 4)  # noqa: PLR2004 - as above
                entry.number(2)
                item = self.items[number]
                item.kind_at, item.kind = entry.rest().start, entry.number(4).to_bytes(4, "big")

    def _read_iref(self, box: _Reader) -> None:
        size = 4 if box.version() else 2
        for kind, span in _boxes(self._data, box.rest()):
            entry = _Reader(self._data, span)
            origin, count = entry.number(size), entry.number(2)
            self.items[origin].references[kind] += [entry.number(size) for _ in range(count)]

    def _read_iprp(self, box: _Reader) -> None:
        parts = list(_boxes(self._data, box.rest()))
        known = [entry for kind, ipco in parts if kind == b"ipco" for entry in _boxes(self._data, ipco)]
        for kind, span in parts:
            if kind == b"ipma":
                self._associate(_Reader(self._data, span), known)

    def _associate(self, box: _Reader, known: list[tuple[bytes, Span]]) -> None:
        version = box.version()
        size, mask = (2, 0x7FFF) if box.flags & 1 else (1, 0x7F)
        for _ in range(box.count(4)):
            item = self.items[box.number(4 if version else 2)]
            for _ in range(box.number(1)):
                index = box.number(size) & mask
                if index > len(known):
                    raise BoxError(DAMAGED)
                if index:
                    item.properties.append(known[index - 1])

    def _read_iloc(self, box: _Reader, idat: Span) -> None:
        version, sizes = box.version(), box.number(2)
        offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        wide = 2 if version < 2 else 4  # noqa: PLR2004 - the box's version
        for _ in range(box.count(wide)):
            item = self.items[box.number(wide)]
            method = box.number(2) & 15 if version else _IN_FILE
            elsewhere, base = box.number(2), box.number(base_size)
            item.located = method in {_IN_FILE, _IN_IDAT} and not elsewhere
            container = idat if method == _IN_IDAT else Span(0, len(self._data))
            for _ in range(box.count(2)):
                box.number(index_size if version else 0)
                start, length = container.start + base + box.number(offset_size), box.number(length_size)
                item.extents.append(Span(start, start + length if length else container.end))


class _Reader:
    """Reads big-endian numbers one after the other."""

    def __init__(self, data: memoryview, span: Span) -> None:
        self._data = data
        self._span = span
        self._at = span.start
        self.flags = 0

    def number(self, size: int) -> int:
        """Return the next number, of `size` bytes."""
        end = self._at + size
        if end > self._span.end:
            raise BoxError(DAMAGED)
        number = int.from_bytes(self._data[self._at : end], "big")
        self._at = end
        return number

    def count(self, size: int) -> int:
        """Return the number of entries that follow."""
        count = self.number(size)
        if count > _MAX_ENTRIES:
            raise BoxError(DAMAGED)
        return count

    def version(self) -> int:
        """Read version and flags, with which some boxes begin; return the version."""
        version, self.flags = self.number(1), self.number(3)
        return version

    def rest(self) -> Span:
        """Return the part that has not been read yet."""
        return Span(self._at, self._span.end)


def _boxes(data: memoryview, inside: Span, *, clipped: bool = False) -> Iterator[tuple[bytes, Span]]:
    """Yield type and content of each box. `clipped`: the last one may claim to end beyond the file."""
    at = inside.start
    while at + 8 <= inside.end:
        reader = _Reader(data, Span(at, inside.end))
        size, kind = reader.number(4), reader.number(4).to_bytes(4, "big")
        if size == 1:
            size = reader.number(8)
        elif size == 0:
            size = inside.end - at
        content = reader.rest().start
        end = at + size
        if end < content or (end > inside.end and not clipped):
            raise BoxError(DAMAGED)
        yield kind, Span(content, min(end, inside.end))
        at = end
