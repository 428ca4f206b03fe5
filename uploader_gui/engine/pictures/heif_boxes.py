"""The boxes of a HEIC that say where the primary picture's pixels lie (ISO/IEC 14496-12, 23008-12).

No more than `heif_check.py` needs: items, their extents, properties and references. Everything comes from a stranger.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

DAMAGED: Final = "its inner structure is damaged"
_MOST: Final = 100_000
"""Items or extents that one file may claim to have."""
_IN_FILE: Final = 0
_IN_IDAT: Final = 1
"""Construction methods: an extent counts from the file's beginning, or from that of the box "idat"."""


class BoxError(Exception):
    """The boxes contradict each other or lead out of the file; the text says how."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the file from `start` up to `end`, which may lie beyond the file's end."""

    start: int
    end: int


@dataclass(slots=True)
class Item:
    """One item: a picture, a tile, or metadata.

    `kind_at` is where its type stands; `located` is False where its bytes cannot be found in this file.
    """

    kind: bytes = b""
    kind_at: int = 0
    located: bool = False
    extents: list[Span] = field(default_factory=list)
    properties: list[tuple[bytes, Span]] = field(default_factory=list)
    references: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))

    def property(self, kind: bytes) -> Span | None:
        """Return where the first property of a kind lies."""
        return next((span for name, span in self.properties if name == kind), None)


class HeifItems:
    """The items of a HEIC by their number, and the number of the primary one.

    Raises:
        BoxError: see there.
    """

    def __init__(self, data: memoryview) -> None:
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
            ground = idat if method == _IN_IDAT else Span(0, len(self._data))
            for _ in range(box.count(2)):
                box.number(index_size if version else 0)
                start, length = ground.start + base + box.number(offset_size), box.number(length_size)
                item.extents.append(Span(start, start + length if length else ground.end))


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
        """Return how many entries follow."""
        count = self.number(size)
        if count > _MOST:
            raise BoxError(DAMAGED)
        return count

    def version(self) -> int:
        """Read version and flags, which stand at the beginning of some boxes; return the version."""
        version, self.flags = self.number(1), self.number(3)
        return version

    def rest(self) -> Span:
        """Return what has not been read yet."""
        return Span(self._at, self._span.end)


def _boxes(data: memoryview, inside: Span, *, clipped: bool = False) -> Iterator[tuple[bytes, Span]]:
    """Yield type and content of each box; where they may be `clipped`, the last one ends with the file."""
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
