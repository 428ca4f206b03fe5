"""Whether the pixels of a HEIC are whole, as far as its container and its decoders can tell. In the decoder's process.

libheif alone passes pictures whose copy broke off: what is missing stays green.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from uploader_gui.engine.pictures.heif_boxes import DAMAGED, BoxError, HeifItems, Item
from uploader_gui.engine.pictures.messages import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploader_gui.engine.pictures.heif_library import HeifLibrary

LENGTHS: Final = "the lengths inside it do not add up"
_HEVC: Final = frozenset({b"hvc1", b"hev1"})
_DERIVED: Final = frozenset({b"grid", b"iovl", b"iden"})
_ALPHA: Final = (b"urn:mpeg:hevc:2015:auxid:1\0", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
_METADATA: Final = frozenset({b"Exif", b"mime", b"uri "})
_UNKNOWN: Final = b"lost"
_HEAD_OF_HVCC: Final = 23
"""Bytes before its lists of parameter sets (ISO/IEC 14496-15, 8.3.3.1.2)."""
_NEVER_INSIDE: Final = (b"\0\0\0", b"\0\0\1", b"\0\0\2")
"""What an encoder breaks up with a 3 (ITU-T H.265, 7.4.2.1): a block of zeros was never written by one."""
_HEAD_OF_UNIT: Final = 2
"""Bytes of a NAL unit's header (ITU-T H.265, 7.3.1.2)."""


def check(data: bytes, library: HeifLibrary) -> None:
    """Look at everything the primary picture is made of.

    Raises:
        BoxError, DecodingError: it is damaged; the text says how.
        MemoryError: there is no room to decode it.
    """
    view = memoryview(data)
    for item in _seen(HeifItems(view), view):
        if item.located:
            _check_item(view, item, library)
    if library.is_strict:
        library.decode_strictly(data)


def without_lost_metadata(data: bytes) -> bytes:
    """Return the file without metadata that lie beyond its end; the same object where there are none.

    libheif would not open it at all. It passes over items of a type it does not know.
    """
    try:
        items = HeifItems(memoryview(data)).items.values()
    except BoxError:
        return data
    lost = [item for item in items if item.kind in _METADATA and _is_cut(item, len(data))]
    if not lost:
        return data
    mended = bytearray(data)
    for item in lost:
        mended[item.kind_at : item.kind_at + 4] = _UNKNOWN
    return bytes(mended)


def _is_cut(item: Item, size: int) -> bool:
    return item.located and any(extent.end > size for extent in item.extents)


def _seen(items: HeifItems, data: memoryview) -> Iterator[Item]:
    """Yield the primary item, what it is made of, and their transparency: everything that can be seen."""
    transparency = _transparency(items, data)
    reached, coming = {items.primary}, [items.primary]
    while coming:
        number = coming.pop()
        item = items.items[number]
        yield item
        parts = item.references[b"dimg"] if item.kind in _DERIVED else []
        new = {*parts, *transparency[number]} - reached
        reached |= new
        coming += new


def _transparency(items: HeifItems, data: memoryview) -> defaultdict[int, list[int]]:
    """Return the items that are the transparency of others, by the number of these."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, item in items.items.items():
        kind = item.property(b"auxC")
        if kind is not None and bytes(data[kind.start + 4 : kind.end]).startswith(_ALPHA):
            for shown in item.references[b"auxl"]:
                found[shown].append(number)
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
    """Return the parameter sets of an hvcC, and how many bytes tell the length of a NAL unit."""
    if len(box) < _HEAD_OF_HVCC:
        raise BoxError(DAMAGED)
    found, at = list[bytes](), _HEAD_OF_HVCC
    for _ in range(box[_HEAD_OF_HVCC - 1]):
        count = int.from_bytes(box[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            end = at + 2 + int.from_bytes(box[at : at + 2], "big")
            if end > len(box):
                raise BoxError(DAMAGED)
            found.append(bytes(box[at + 2 : end]))
            at = end
    return found, (box[_HEAD_OF_HVCC - 2] & 3) + 1


def _units(content: memoryview, size: int) -> Iterator[bytes]:
    """Yield the NAL units of an item; their lengths must add up to its own."""
    at = 0
    while at < len(content):
        start = at + size
        end = start + int.from_bytes(content[at:start], "big")
        if end > len(content) or end < start + _HEAD_OF_UNIT:
            raise BoxError(LENGTHS)
        unit = bytes(content[start:end])
        if any(zeros in unit.rstrip(b"\0") for zeros in _NEVER_INSIDE):
            raise BoxError(MISSING)
        yield unit
        at = end
    if not at:
        raise BoxError(MISSING)
