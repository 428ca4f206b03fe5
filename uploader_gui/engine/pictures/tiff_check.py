"""Which TIFFs Pillow is known to decode rightly; of others it makes a wrong picture without an error.

Each kind let through was compared with the picture it is meant to show (`tests/engine/test_tiffs.py`). In the
decoder's process. Tags: TIFF 6.0, Adobe's supplements.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

from PIL import ImagePalette
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from uploader_gui.engine.errors import BrokenPicture, CannotConvert
from uploader_gui.engine.pictures import exif
from uploader_gui.engine.pictures.messages import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

TOO_DEEP: Final = "its pixels have more than 16 bits"
UNUSUAL: Final = "its pixels are stored in an unusual way"
_BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _SAMPLES, _PLANAR, _COLOR_MAP, _INK_SET, _EXTRA, _FORMAT, _PREDICTOR = (
    *(258, 259, 262, 266, 277, 284, 320),
    *(332, 338, 339, 317),
)
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _INKS, _YCBCR, _LAB = 0, 1, 2, 3, 5, 6, 8
_BIG_ENDIAN_BIGTIFF: Final = b"MM\0+"
_PLAIN: Final = 1
_JPEG: Final = 7
_COMPRESSIONS: Final = frozenset({_PLAIN, 2, 3, 4, 5, _JPEG, 8, 32773, 32946, 50000})
"""None, three of fax, LZW, JPEG, Deflate by both numbers, PackBits, Zstandard."""
_WITH_PREDICTOR: Final = frozenset({5, 8, 32946, 50000})
"""The compressions that add up the differences between neighbours, where the tag says so (TIFF 6.0, section 14)."""
_DEFLATE: Final = frozenset({8, 32946})
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_PIXEL_TAGS: Final = frozenset({_BITS, _COLOR_MAP, _EXTRA, _FORMAT, _STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES, 347})
"""Tags with values that may lie anywhere in the file; the last one holds tables of JPEG."""
_OF_PIXELS: Final = frozenset(
    {254, 256, 257, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _STRIPS, _SAMPLES, 278, _STRIP_BYTES, _PLANAR, 292}
    | {293, _PREDICTOR, _COLOR_MAP, 322, 323, _TILES, _TILE_BYTES, _INK_SET, _EXTRA, _FORMAT, 347, 529, 530, 531, 532}
    | {330, 34675, 50706}
)
"""What pages consist of, and what tells that a picture is another one's preview, or is in other colours."""
_INFLATE_BYTES: Final = 1 << 20
_DEPTHS: Final[Mapping[int, frozenset[int]]] = {
    _WHITE_IS_ZERO: frozenset({1, 2, 4, 8, 16}),
    _BLACK_IS_ZERO: frozenset({1, 2, 4, 8, 16}),
    _RGB: frozenset({8, 16}),
    _PALETTE: frozenset({1, 2, 4, 8}),
    _INKS: frozenset({8, 16}),
    _YCBCR: frozenset({8}),
    _LAB: frozenset({8}),
}
_CHANNELS: Final = {_RGB: 3, _INKS: 4, _YCBCR: 3, _LAB: 3}
_EIGHT: Final = 8
_SIXTEEN: Final = 16
_SEPARATE: Final = 2
_REVERSED: Final = 2
_SUBFILE: Final = 254
_WITH_OPACITY: Final = 4
_OPACITIES: Final = frozenset({1, 2})
"""Of ExtraSamples; 0 is something else."""
_NOT_ALONE: Final = frozenset({330, 50706})
"""Tags of raw photos, whose first picture is a preview."""
_REDUCED: Final = 1
_MASK: Final = 4
_TRANSPARENCY_MASK: Final = 4
_OLD_SUBFILE: Final = 255
_OLD_REDUCED: Final = 2


def is_tiff(content: bytes) -> bool:
    """Whether a file begins as TIFF and BigTIFF do."""
    return content[:4] in {b"II*\0", b"MM\0*", b"II+\0", _BIG_ENDIAN_BIGTIFF}


def check(content: bytes) -> None:
    """Check how the first page stores its pixels.

    Raises:
        CannotConvert: in a way that Pillow does not decode rightly.
        BrokenPicture, zlib.error: a part is missing, or does not match its checksum.
    """
    if content.startswith(_BIG_ENDIAN_BIGTIFF):
        raise CannotConvert(UNUSUAL)
    tags = next(_directories(content))
    bits, photometric = _values(tags, _BITS, 1), tags.get(_PHOTOMETRIC, _WHITE_IS_ZERO)
    if max(bits) > _SIXTEEN:
        raise CannotConvert(TOO_DEEP)
    if not (_is_known(tags, bits, photometric) and _is_laid_out_plainly(tags, bits, photometric)):
        raise CannotConvert(UNUSUAL)
    if tags.get(_COMPRESSION) in _DEFLATE:
        _check_checksums(content, tags)


def pages(content: bytes) -> int:
    """Return the number of pictures, without masks and smaller versions of the first (TIFF 6.0, "NewSubfileType")."""
    return sum(number == 0 or not _is_beside(tags) for number, tags in enumerate(_directories(content)))


def _is_beside(tags: Mapping[int, Any]) -> bool:
    return bool(
        tags.get(_SUBFILE, 0) & (_MASK | _REDUCED)
        or tags.get(_OLD_SUBFILE) == _OLD_REDUCED
        or tags.get(_PHOTOMETRIC) == _TRANSPARENCY_MASK
    )


def _directories(content: bytes) -> Iterator[ImageFileDirectory_v2]:
    """Yield the tags of each page."""
    file = io.BytesIO(content)
    tags = ImageFileDirectory_v2(content[: 16 if content.startswith(b"II+") else 8])
    seen = set[int]()
    while tags.next and tags.next not in seen:
        seen.add(tags.next)
        named = _tags_named_in(content, tags.next)
        file.seek(tags.next)
        tags.load(file)
        if not named & _PIXEL_TAGS <= tags.keys():
            raise BrokenPicture(MISSING)
        yield tags


def pixels_only(content: bytes) -> bytes | None:
    """Return a file whose only page has no tags but those that say how its pixels are stored, None for a BigTIFF."""
    found = exif.read(content)
    if found is None or content[2:4] not in {b"*\0", b"\0*"} or pages(content) != 1:
        return None
    return _with_directory(content, found, {tag: one for tag, one in found.first.items() if tag in _OF_PIXELS})


def _with_directory(content: bytes, found: exif.Directories, own: dict[int, exif.Value]) -> bytes:
    """Return the file with this directory at its end, as its only one.

    Raises:
        BrokenPicture: pixels lie beyond the end, where the directory would be taken for them.
    """
    for offsets, counts in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES)):
        if offsets in own and counts in own:
            ends = zip(found.numbers(own[offsets]), found.numbers(own[counts]), strict=False)
            if any(start + size > len(content) for start, size in ends):
                raise BrokenPicture(MISSING)
    made = bytearray(content + bytes(len(content) % 2))
    struct.pack_into(f"{found.order}I", made, 4, len(made))
    exif.append(made, own, found.order)
    return bytes(made)


def plane_count(content: bytes) -> int:
    """Return how many planes a picture has that Pillow cannot put together (3, or 4 with opacity), 0 for all others."""
    found = exif.read(content) if content[2:4] in {b"*\0", b"\0*"} else None
    if found is None or _BITS not in found.first or _NOT_ALONE & found.first.keys():
        return 0
    tags = {tag: found.number(value) for tag, value in found.first.items()}
    samples, depth, all_bits = tags.get(_SAMPLES), tags[_BITS], found.first[_BITS].data
    is_rgb = tags.get(_PHOTOMETRIC) == _RGB and tags.get(_PLANAR) == _SEPARATE and samples in {3, _WITH_OPACITY}
    is_plain = tags.get(_FORMAT, 1) == 1 and tags.get(_COMPRESSION, _PLAIN) in _COMPRESSIONS - {_JPEG}
    is_even = len({all_bits[at : at + 2] for at in range(0, len(all_bits), 2)}) == 1
    is_beyond_pillow = depth == _SIXTEEN or (depth == _EIGHT and samples == _WITH_OPACITY)
    if not (is_rgb and is_plain and is_even and is_beyond_pillow) or tags.get(_SUBFILE):
        return 0
    return _WITH_OPACITY if samples == _WITH_OPACITY and tags.get(_EXTRA) in _OPACITIES else 3


def plane(content: bytes, number: int) -> bytes:
    """Return one plane of a picture as a grey TIFF: the file itself with a directory of its own."""
    found = exif.read(content)
    assert found is not None  # `plane_count` has read it
    own = {tag: value for tag, value in found.first.items() if tag in _OF_PIXELS - {_PLANAR, _EXTRA, _FORMAT}}
    samples = found.number(own[_SAMPLES]) or 1
    for tag in {_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES} & own.keys():
        whole, size = own[tag], len(own[tag].data) // samples
        own[tag] = exif.Value(whole.kind, whole.count // samples, whole.data[number * size : (number + 1) * size])
    plain = {_BITS: found.number(own[_BITS]) or 0, _SAMPLES: 1, _PHOTOMETRIC: _BLACK_IS_ZERO}
    own |= {tag: exif.Value(3, 1, struct.pack(f"{found.order}H", one)) for tag, one in plain.items()}
    return _with_directory(content, found, own)


def mend_palette(picture: Image.Image) -> None:
    """Correct the palette of a file whose colour map has 8 bits per number instead of the 16 that TIFF prescribes."""
    colors = getattr(picture, "tag_v2", {}).get(_COLOR_MAP)
    if picture.mode in {"P", "PA"} and colors and max(colors) < 1 << _EIGHT:
        picture.palette = ImagePalette.raw("RGB;L", bytes(colors))


def _is_known(tags: Mapping[int, Any], bits: tuple[int, ...], photometric: int) -> bool:
    return (
        set(_values(tags, _FORMAT, 1)) == {1}  # numbers without a sign
        and len(set(bits)) == 1
        and bits[0] in _DEPTHS.get(photometric, ())
        and tags.get(_COMPRESSION, _PLAIN) in _COMPRESSIONS
        and (tags.get(_PREDICTOR, 1) == 1 or tags.get(_COMPRESSION, _PLAIN) in _WITH_PREDICTOR)
        and tags.get(_INK_SET, 1) == 1  # cyan, magenta, yellow and black
        and (photometric != _YCBCR or tags.get(_COMPRESSION) == _JPEG)
    )


def _is_laid_out_plainly(tags: Mapping[int, Any], bits: tuple[int, ...], photometric: int) -> bool:
    samples, extra = tags.get(_SAMPLES, 1), len(tags.get(_EXTRA, ()))
    channels = _CHANNELS.get(photometric, 1)
    if samples > 1 and tags.get(_PLANAR, 1) == _SEPARATE and (bits[0] != _EIGHT or extra or photometric == _YCBCR):
        return False
    if tags.get(_FILL_ORDER, 1) == _REVERSED and (bits[0] != 1 or samples > 1):
        return False
    return samples == channels + extra or (photometric == _RGB and samples == channels + 1)


def _tags_named_in(content: bytes, at: int) -> set[int]:
    """Return the tags the directory at that offset names. Where it is cut off, Pillow would read only some of them."""
    order = "<" if content.startswith(b"I") else ">"
    size, count, entry = (8, "Q", 20) if content.startswith(b"II+") else (2, "H", 12)
    try:
        (entries,) = struct.unpack_from(f"{order}{count}", content, at)
        struct.unpack_from(f"{entries * entry}x", content, at + size)
    except struct.error as error:
        raise BrokenPicture(MISSING) from error
    return {struct.unpack_from(f"{order}H", content, at + size + number * entry)[0] for number in range(entries)}


def _check_checksums(content: bytes, tags: Mapping[int, Any]) -> None:
    """Inflate each strip or tile to its end, where the checksum is: libtiff stops when it has enough pixels."""
    for offsets, counts in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES)):
        for start, size in zip(_values(tags, offsets, 0), _values(tags, counts, 0), strict=False):
            inflating, left = zlib.decompressobj(), content[start : start + size]
            while left and not inflating.eof:
                inflating.decompress(left, _INFLATE_BYTES)
                left = inflating.unconsumed_tail


def _values(tags: Mapping[int, Any], tag: int, default: int) -> tuple[int, ...]:
    value = tags.get(tag, default)
    return value if isinstance(value, tuple) else (value,)
